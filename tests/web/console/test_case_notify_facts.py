"""The facts are notified on a case's page, with a receipt."""

import pytest

from models.acts import ActName
from tests.web.console.case_house import choices, with_case
from tests.web.console.conftest import House

pytestmark = pytest.mark.either_database("a form on a case's page, and its answer")


def test_the_office_notifies_the_facts_with_a_receipt_and_never_without(house: House) -> None:
    case = with_case(house, "investigated")
    said = {"text": "迟报三日", "receipt__kind": "signed"}
    case.refuses("notify_facts", "officer", **said)
    assert set(choices(case.page("officer"), "notify_facts", "receipt.kind")) == {"signed", "left", "public_notice"}
    left = case.give("officer", "notify_facts", text="迟报三日", receipt__kind="left", receipt__witnesses="证人一")
    assert left.status_code == 409, "left before two witnesses"
    shown = case.does("notify_facts", "officer", ActName.FACTS_NOTIFIED, **said)
    assert "陈述申辩中" in shown.text
    assert "迟报三日" not in shown.text


def test_a_first_notice_asks_no_measure_and_a_further_one_offers_those_of_the_ladder(house: House) -> None:
    case = with_case(house, "investigated")
    assert 'id="notify_facts-measure"' not in case.page("officer")
    case.give("officer", "notify_facts", text="迟报三日", receipt__kind="signed")
    measures = choices(case.page("officer"), "notify_facts", "measure")
    assert list(measures)[:3] == ["P0", "P1", "P2"]
    assert measures["P0"].startswith("P0 批评教育")
