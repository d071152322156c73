"""A case is referred to another track on its page."""

import pytest

from models.acts import ActName
from tests.web.console.case_house import choices, with_case
from tests.web.console.conftest import House

pytestmark = pytest.mark.either_database("a form on a case's page, and its answer")


def test_the_office_refers_a_case_with_a_letter_and_a_receipt(house: House) -> None:
    case = with_case(house, "filed")
    said = {
        "track": "CR", "to": "区公安局", "document__organ": "督查室", "document__number": "督移〔2026〕1号",
        "receipt__kind": "signed",
    }  # fmt: skip
    case.refuses("refer", "officer", **said)
    tracks = choices(case.page("officer"), "refer", "track")
    assert list(tracks) == ["Z1", "Z2", "Z3", "Z4", "Z5", "Z6", "CR"]
    bare = case.give("officer", "refer", track="CR", to="区公安局", receipt__kind="signed")
    assert bare.status_code == 409
    case.does("refer", "officer", ActName.REFERRED, **said)
