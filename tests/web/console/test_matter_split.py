"""任务分解: the office splits the matter."""

import pytest

from models.acts import ActName
from tests.web.console.conftest import House
from tests.web.console.doing import done_once_by

pytestmark = pytest.mark.either_database("a form on a page, and its answer")


def test_the_office_splits_the_matter_once_and_nobody_else_does(house: House) -> None:
    house.launch("m1")
    done_once_by(
        house,
        "officer",
        "m1",
        "split",
        ActName.SPLIT,
        children__0__title="排查初中",
        children__0__lead="财政局",
        children__0__limit="5wd",
    )
