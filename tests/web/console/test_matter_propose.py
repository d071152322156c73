"""提出问责建议: the office proposes a case in the matter."""

import pytest

from models.acts import ActName
from tests.web.console.conftest import House
from tests.web.console.doing import done_once_by

pytestmark = pytest.mark.either_database("a form on a page, and its answer")


def test_the_office_proposes_a_case_once_and_nobody_else_does(house: House) -> None:
    house.launch("m1")
    done_once_by(
        house,
        "officer",
        "m1",
        "propose",
        ActName.ACCOUNTABILITY_PROPOSED,
        subject="教育局长",
        facts="经查台账造假",
        severity="ordinary",
    )
