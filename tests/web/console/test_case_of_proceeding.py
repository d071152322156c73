"""A case that a proceeding has proposed is reached by its whole id, on its page and over the interface."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from identity.administration import Administration
from models.acts import ActName
from models.identity import ActingPost, TokenScope
from models.proceeding_messages import Open
from models.proceedings import Channel
from tests.web.conftest import ORIGIN
from tests.web.console.case_house import choices
from tests.web.console.conftest import House, hidden
from tests.workflows.cast import DIRECTORY, HANDLER, LEAD, LEADER, OFFICE, OFFICER
from web.api.install import install

pytestmark = pytest.mark.either_database("addresses")

ORIGIN_ID = "petition/2026-0001"
CASE = f"{ORIGIN_ID}/case1"
PAGE = f"/console/cases/{CASE}"


@pytest.fixture
def proposed(house: House) -> House:
    """Whoever was asked first has not answered in time: a case against him is proposed."""
    opening = Open(message_id="open", by=OFFICER, procedure="first_asked", title="首问办理", lead=LEAD, office=OFFICE,
                   leader=LEADER, channel=Channel.WEB)  # fmt: skip
    outcome = house.office.say_now(ORIGIN_ID, opening)
    assert outcome.accepted, outcome
    house.passes(ORIGIN_ID, days=30)
    house.office.say_now(ORIGIN_ID)
    return house


def test_its_page_takes_commands_opens_its_materials_and_leads_to_what_it_is_about(proposed: House) -> None:
    page = proposed.get("leader", PAGE)
    assert page.status_code == 200
    assert f'href="/console/proceedings/{ORIGIN_ID}"' in page.text
    assert HANDLER in page.text
    form = hidden(page.text, f"{PAGE}/commands/file")
    assert form is not None
    shown = proposed.as_("leader").post(f"{PAGE}/commands/file", data={**form, "reason": "事实清楚"})
    assert shown.status_code == 200
    assert proposed.acts(CASE).count(ActName.CASE_FILED) == 1
    assert proposed.get("leader", f"{PAGE}/why").status_code == 200
    said = {"csrf": proposed.csrf("leader"), "reason": "审核材料"}
    opened = proposed.as_("leader").post(f"{PAGE}/openings", data=said)
    assert "事实清楚" in opened.text
    assert proposed.get("stranger", PAGE).status_code == 404
    assert f'href="{PAGE}"' in proposed.get("leader", "/console/cases").text
    assert choices(shown.text, "refer", "track")


@pytest.fixture
def leader(proposed: House) -> Iterator[TestClient]:
    at_hand = Administration(proposed.store, DIRECTORY, proposed.clock())
    acting = ActingPost(post=LEADER)
    token = at_hand.issue_token("leader", "tests", TokenScope.ACT, acting, timedelta(days=1)).secret
    app = install(proposed.app)
    with TestClient(app, ORIGIN, headers={"Authorization": f"Bearer {token}"}) as client:
        yield client


@pytest.mark.parametrize("path", [CASE, CASE.replace("/", "%2F", 1)])
def test_the_interface_reaches_it_with_its_slash_as_it_is_or_encoded(
    proposed: House, leader: TestClient, path: str
) -> None:
    one = leader.get(f"/api/v1/cases/{path}")
    assert (one.status_code, one.json()["id"]) == (200, CASE)
    assert leader.get(f"/api/v1/cases/{path}/timeline").json()["items"][0]["act"] == "case_proposed"
    assert leader.get(f"/api/v1/cases/{path}/why").status_code == 200
    key = {"Idempotency-Key": "k1"}
    given = leader.post(f"/api/v1/cases/{path}/commands/file", json={"reason": "事实清楚"}, headers=key)
    assert given.status_code == 200, given.text
    assert proposed.acts(CASE)[-1] is ActName.CASE_FILED
    assert leader.post(f"/api/v1/cases/{path}/openings", json={"reason": "审核"}).status_code == 200
    for wrong in (ORIGIN_ID, f"{ORIGIN_ID}/why", "matter/2026-0001/case1"):
        assert leader.get(f"/api/v1/cases/{wrong}").status_code == 404
