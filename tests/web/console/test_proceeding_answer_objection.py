"""答复公示异议: whether it holds, and why; one that holds ends the notice."""

import pytest

from models.acts import ActName
from models.proceeding_messages import Publish, RaiseObjection
from tests.web.console.conftest import House
from tests.web.console.proceeding_house import done_once_by, form, give, opened
from tests.workflows.cast import HANDLER, OFFICER

pytestmark = pytest.mark.either_database(
    "a page that gives a command; what commands record is claimed of both in tests/record"
)

ONE = "proceeding/1"


def test_an_objection_is_answered_once_with_reasons(house: House) -> None:
    opened(house, ONE, "unit_notice")
    house.say(ONE, Publish, HANDLER, medium="单位公告栏")
    assert form(house, "handler", ONE, "answer_objection") is None
    house.say(ONE, RaiseObjection, OFFICER, text="业绩材料不实")
    refused = give(house, "handler", ONE, "answer_objection", number="1", upheld="no")
    assert refused.status_code == 409
    assert "缺少理由" in refused.text
    page = done_once_by(
        house, "handler", ONE, "answer_objection", ActName.OBJECTION_ANSWERED,
        number="1", upheld="yes", reason="经核查属实",
    )  # fmt: skip
    assert "经核查属实" in page
    assert "此岗位现在没有可以办理的" in page
