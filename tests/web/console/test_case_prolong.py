"""The organ above prolongs a case on its page."""

from datetime import date

import pytest

from identity.administration import Administration
from models.acts import ActName
from models.directory import Organ
from policies.directory import Directory
from tests.web.console.case_house import with_case
from tests.web.console.conftest import PASSWORD, House
from tests.workflows.cast import DIRECTORY

pytestmark = pytest.mark.either_database("a form on a case's page, and its answer")

MAYOR = "市长"


@pytest.fixture
def directory() -> Directory:
    """The same organs, and one above them."""
    below = [one.model_copy(update={"parent": one.parent or "市政府"}) for one in DIRECTORY.organs]
    return Directory([Organ(name="市政府", head=MAYOR, handler="市政府承办岗"), *below])


def test_the_organ_above_prolongs_a_case_once_and_nobody_below_it(house: House, directory: Directory) -> None:
    at_hand = Administration(house.store, directory, house.clock())
    assert at_hand.register("mayor").accepted
    assert at_hand.set_password("mayor", PASSWORD).accepted
    assert at_hand.hold("mayor", MAYOR, date(2026, 1, 1)).accepted
    case = with_case(house, "filed")
    case.refuses("prolong", "mayor", reason="案情复杂")
    assert all("prolong" not in case.offered(who) for who in ("officer", "leader", "head"))
    case.does("prolong", "mayor", ActName.EXTENSION_GRANTED, reason="案情复杂")
    assert "prolong" not in case.offered("mayor")
