"""关联重复件: a repetition goes on with the first one; both say so."""

import pytest

from models.acts import ActName
from tests.web.console.conftest import House
from tests.web.console.proceeding_house import done_once_by, give, opened

pytestmark = pytest.mark.either_database("a form")

ONE, OTHER = "petition/1", "petition/2"


def test_the_office_links_a_repetition_once_and_both_pages_lead_to_each_other(house: House) -> None:
    opened(house, ONE, "petition", title="噪声扰民")
    opened(house, OTHER, "petition", title="夜间噪声扰民")
    page = house.get("officer", f"/console/proceedings/{OTHER}?alike=yes").text
    assert f'href="/console/proceedings/{ONE}"' in page
    assert give(house, "officer", OTHER, "link", to="petition/9", reason="重复").status_code == 409
    done_once_by(house, "officer", OTHER, "link", ActName.LINKED, to=ONE, reason="同一诉求")
    assert f'href="/console/proceedings/{ONE}"' in house.get("officer", f"/console/proceedings/{OTHER}").text
    assert f'href="/console/proceedings/{OTHER}"' in house.get("officer", f"/console/proceedings/{ONE}").text
    assert "?alike=yes" not in house.get("auditor", f"/console/proceedings/{ONE}").text
