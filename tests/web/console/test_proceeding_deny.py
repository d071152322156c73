"""不予: only with a reason; nothing more can be done about it then."""

import pytest

from models.acts import ActName
from tests.web.console.conftest import House
from tests.web.console.proceeding_house import done_once_by, give, opened

pytestmark = pytest.mark.either_database(
    "a page that gives a command; what commands record is claimed of both in tests/record"
)

ONE = "proceeding/1"


def test_the_leader_denies_once_and_says_why(house: House) -> None:
    opened(house, ONE, "levy_permission")
    refused = give(house, "leader", ONE, "deny")
    assert refused.status_code == 409
    assert "缺少理由" in refused.text
    page = done_once_by(house, "leader", ONE, "deny", ActName.DENIED, reason="不属救灾募捐")
    assert "不属救灾募捐" in page
    assert "此岗位现在没有可以办理的" in page
