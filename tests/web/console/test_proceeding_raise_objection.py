"""提出公示异议: by any post that reads of it, while it is public, saying what is wrong."""

import pytest

from models.acts import ActName
from models.proceeding_messages import Publish
from tests.web.console.conftest import House
from tests.web.console.proceeding_house import done_once_by, form, give, opened
from tests.workflows.cast import HANDLER

pytestmark = pytest.mark.either_database(
    "a page that gives a command; what commands record is claimed of both in tests/record"
)

ONE = "proceeding/1"


def test_an_objection_is_raised_once_while_it_is_public(house: House) -> None:
    opened(house, ONE, "unit_notice")
    assert form(house, "officer", ONE, "raise_objection") is None
    house.say(ONE, Publish, HANDLER, medium="单位公告栏")
    refused = give(house, "officer", ONE, "raise_objection")
    assert refused.status_code == 409
    assert "缺少异议内容" in refused.text
    page = done_once_by(house, "officer", ONE, "raise_objection", ActName.OBJECTION_RAISED, text="业绩材料不实")
    assert "业绩材料不实" in page
