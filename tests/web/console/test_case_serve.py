"""A decision is served on the page of the case."""

import pytest

from models.acts import ActName
from tests.web.console.case_house import with_case
from tests.web.console.conftest import House

pytestmark = pytest.mark.either_database("a form on a case's page, and its answer")


def test_the_office_serves_the_decision_with_its_receipt(house: House) -> None:
    case = with_case(house, "decided")
    case.refuses("serve", "officer", receipt__kind="signed")
    bare = case.give("officer", "serve")
    assert bare.status_code == 409
    assert "receipt is required" in bare.text
    said = {"receipt__kind": "public_notice", "receipt__medium": "区政府网", "receipt__date": "2026-03-02"}
    shown = case.does("serve", "officer", ActName.DECISION_SERVED, **said)
    assert "申请复核期间及复核" in shown.text
