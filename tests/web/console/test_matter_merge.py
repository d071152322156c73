"""并案: the matter goes on in another one."""

import pytest

from models.acts import ActName
from tests.web.console.conftest import House
from tests.web.console.doing import done_once_by

pytestmark = pytest.mark.either_database("a form on a page, and its answer")


def test_the_office_merges_it_into_another_once_and_nobody_else_does(house: House) -> None:
    house.launch("m1")
    house.launch("m2")
    done_once_by(house, "officer", "m1", "merge", ActName.MERGED, into="m2", reason="同一事项")
