"""办结本环节: what has to be shown is asked for by name, and the next step begins."""

from models.acts import ActName
from models.proceeding_messages import AcceptRouting, CheckItems, Route
from tests.web.console.conftest import House
from tests.web.console.proceeding_house import done_once_by, give, opened
from tests.workflows.cast import HANDLER, LEAD, OFFICER

ONE = "petition/1"


def handled(house: House) -> None:
    """A petition that is with the lead, accepted."""
    opened(house, ONE, "petition")
    house.say(ONE, Route, OFFICER, to=LEAD)
    house.say(ONE, AcceptRouting, HANDLER)
    house.say(ONE, CheckItems, HANDLER, missing=())


def test_a_step_is_finished_once_with_what_has_to_be_shown(house: House) -> None:
    handled(house)
    assert give(house, "handler", ONE, "finish").status_code == 409
    page = done_once_by(house, "handler", ONE, "finish", ActName.STEP_DONE, evidence__处理意见书="处理〔2026〕1号")
    assert "处理〔2026〕1号" in page
    assert 'name="evidence.答复"' in page


def test_values_called_by_anything_are_refused_by_the_rules_or_at_their_field(house: House) -> None:
    handled(house)
    for said in (
        {"evidence.a": "1", "evidence.a.b": "2"},
        {"evidence.a.b": "1"},
        {"evidence": "1", "evidence.0.x": "2"},
        {"evidence." + "z" * 500: "1"},
    ):
        answer = give(house, "handler", ONE, "finish", **said)
        assert answer.status_code in (409, 422), said
    assert (
        give(house, "handler", ONE, "finish", **{"evidence.处理意见书": "1", "evidence.附1.2": "二"}).status_code == 200
    )
