"""分办: the office gives a petition to the organ that has to handle it, which then sees it."""

import pytest

from models.acts import ActName
from tests.web.console.conftest import House
from tests.web.console.proceeding_house import done_once_by, give, opened
from tests.workflows.cast import LEAD

pytestmark = pytest.mark.either_database("a form")

ONE = "petition/1"


def test_the_office_routes_it_once_and_only_then_the_organ_sees_its_part(house: House) -> None:
    opened(house, ONE, "petition")
    assert house.get("handler", f"/console/proceedings/{ONE}").status_code == 404
    page = done_once_by(house, "officer", ONE, "route", ActName.ROUTED, to=LEAD, reason="属其职责")
    assert f"已交办:{LEAD}" in page
    assert "您只看到本单位的部分" in house.get("handler", f"/console/proceedings/{ONE}").text


def test_an_unknown_organ_is_refused_on_record(house: House) -> None:
    opened(house, ONE, "petition")
    refused = give(house, "officer", ONE, "route", to="没有的局")
    assert refused.status_code == 409
    assert "名录中没有该单位" in refused.text
    assert house.acts(ONE)[-1] is ActName.REFUSED
