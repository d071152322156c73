"""办结本环节: what has to be shown is asked for by name, and the next step begins."""

import re

import pytest

from models.acts import ActName
from models.proceeding_messages import AcceptRouting, CheckItems, Route
from tests.files import PDF
from tests.web.console.conftest import House, hidden
from tests.web.console.proceeding_house import done_once_by, give, opened
from tests.workflows.cast import HANDLER, LEAD, OFFICER

pytestmark = pytest.mark.either_database("a form")

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


def test_a_file_handed_in_with_a_step_is_linked_where_the_step_is_told(house: House) -> None:
    handled(house)
    place = f"/console/proceedings/{ONE}"
    form = hidden(house.get("handler", place).text, f"{place}/commands/finish")
    assert form is not None
    said = {**form, "evidence.处理意见书": "处理〔2026〕1号"}
    file = ("attachments", ("意见书.pdf", PDF, "application/pdf"))
    shown = house.as_("handler").post(f"{place}/commands/finish", data=said, files=[file])
    assert shown.status_code == 200
    assert re.search(r'<a href="/api/v1/attachments/\w+\?of=petition%2F1" download>意见书.pdf</a>', shown.text)
    assert "意见书.pdf" in house.get("officer", place).text
