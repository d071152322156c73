"""更正: the office sets the record right with a new act."""

import pytest

from models.acts import ActName
from tests.web.console.conftest import House
from tests.web.console.doing import done_once_by

pytestmark = pytest.mark.either_database("a form on a page, and its answer")


def test_the_office_sets_the_record_right_once_and_nobody_else_does(house: House) -> None:
    house.launch("m1")
    done_once_by(
        house,
        "officer",
        "m1",
        "correct",
        ActName.CORRECTED,
        entry="1",
        text="标题有误",
        fields__title="治理校外培训收费",
    )
