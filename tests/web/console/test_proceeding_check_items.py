"""一次性告知: everything missing is told at once; nothing more can be asked for afterwards."""

import pytest

from models.acts import ActName
from tests.web.console.conftest import House
from tests.web.console.proceeding_house import done_once_by, give, opened

pytestmark = pytest.mark.either_database(
    "a page that gives a command; what commands record is claimed of both in tests/record"
)

ONE = "proceeding/1"


def test_what_is_missing_is_told_once_and_nothing_more_afterwards(house: House) -> None:
    opened(house, ONE)
    page = done_once_by(house, "handler", ONE, "check_items", ActName.ITEMS_MISSING, missing="申请书、身份证明")
    assert "尚缺材料:申请书、身份证明" in page
    again = give(house, "handler", ONE, "check_items", missing="场所证明")
    assert again.status_code == 409
    assert "已一次性告知" in again.text
    assert house.acts(ONE)[-1] is ActName.REFUSED
