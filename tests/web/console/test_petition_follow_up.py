"""补充诉求: what whoever asked adds by phone is entered, and stands in the story."""

import pytest

from models.acts import ActName
from tests.web.console.conftest import House
from tests.web.console.proceeding_house import done_once_by, opened

pytestmark = pytest.mark.either_database(
    "a page that gives a command; what commands record is claimed of both in tests/record"
)


def test_the_office_enters_once_what_was_added(house: House) -> None:
    opened(house, "petition/1", "petition")
    page = done_once_by(house, "officer", "petition/1", "follow_up", ActName.FOLLOWED_UP, text="昨夜又施工")
    assert "昨夜又施工" in page
