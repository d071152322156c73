"""公布、公示: where it can be read; a notice runs from then on, of opinions every one is answered first."""

import pytest

from models.acts import ActName
from models.proceeding_messages import AnswerOpinion
from tests.web.console.conftest import House
from tests.web.console.proceeding_house import done_once_by, form, give, opened
from tests.web.console.test_proceeding_answer_opinion import heard
from tests.workflows.cast import CO, HANDLER

pytestmark = pytest.mark.either_database(
    "a page that gives a command; what commands record is claimed of both in tests/record"
)

ONE = "proceeding/1"


def test_a_nomination_is_made_public_once_and_its_days_run(house: House) -> None:
    opened(house, ONE, "unit_notice")
    refused = give(house, "handler", ONE, "publish")
    assert refused.status_code == 409
    assert "缺少公示载体" in refused.text
    page = done_once_by(house, "handler", ONE, "publish", ActName.NOTICE_POSTED, medium="单位公告栏")
    assert "公示 3日 (单位公告栏)" in page
    assert form(house, "handler", ONE, "publish") is None


def test_the_answers_are_published_once_when_every_opinion_has_one(house: House) -> None:
    heard(house)
    assert form(house, "handler", ONE, "publish") is None
    house.say(ONE, AnswerOpinion, HANDLER, representative=CO, adopted=True, reason="已调整经费来源")
    page = done_once_by(house, "handler", ONE, "publish", ActName.PUBLISHED, medium="区政府网")
    assert "区政府网" in page
