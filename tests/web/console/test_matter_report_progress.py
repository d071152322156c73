"""报告进展: the lead reports."""

import pytest

from models.acts import ActName
from tests.web.console.conftest import House
from tests.web.console.doing import done_once_by

pytestmark = pytest.mark.either_database("a form on a page, and its answer")


def test_the_lead_reports_once_and_nobody_else_does(house: House) -> None:
    house.launch("m1")
    done_once_by(house, "handler", "m1", "report_progress", ActName.PROGRESS_REPORTED, text="已完成摸底")
