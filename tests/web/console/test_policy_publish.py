"""A draft is published from a day on: it rules what begins then, and no day that has begun."""

from datetime import date

import pytest

from models.acts import ActName
from policies import access
from policies.access import SITE_NEEDS, SiteCommand
from policies.procedures import STANDARD, shipped
from record import ledger, matters, policies
from record.policies import DraftState
from tests.web.console.conftest import House
from tests.web.console.policy_room import DRAFT, ROOM, TWO_DAYS, acts, begun, fresh, office_head, put, said_of_it


def a_draft(house: House) -> None:
    begun(house)
    assert put(house, "supervision", TWO_DAYS, on="2026-03-03").status_code == 200


def policy_of(house: House, matter: str) -> str:
    with house.store.reading() as session:
        state = matters.seen(session, matter)
    assert state
    return state.policy


def test_what_begins_from_its_day_is_ruled_by_it_and_what_began_before_is_not(house: House) -> None:
    house.launch("m1", limit="5wd")
    a_draft(house)
    form = fresh(house, "leader", from_on="2026-03-04", reason="缩短督办时限")
    answers = [house.as_("leader").post(f"{DRAFT}/publish", data=form) for _ in range(2)]
    assert [one.status_code for one in answers] == [200, 200], answers[0].text
    assert "程序已发布" in answers[1].text
    assert acts(house).count(ActName.POLICY_PUBLISHED) == 1
    act = said_of_it(house)[-1].act
    assert (act.reason, act.detail["from"], bool(act.person)) == ("缩短督办时限", "2026-03-04", True)
    house.launch("m2", limit="5wd")
    house.passes(days=2)
    house.launch("m3", limit="5wd")
    assert policy_of(house, "m2").startswith(shipped(STANDARD).version)
    assert policy_of(house, "m3") == f"{act.detail['version']}/2026-03-04"
    house.passes("m1", "m3", days=12)
    with house.store.reading() as session:
        due = {
            matter: next(one.act.due for one in ledger.entries(session, matter) if one.act.act is ActName.SUPERVISED)
            for matter in ("m1", "m3")
        }
        faults = ledger.verify(session)
    assert faults == []
    assert due["m1"]
    assert due["m3"]
    assert [one.date() for one in due.values() if one] == [date(2026, 3, 12), date(2026, 3, 13)]
    room = house.get("leader", ROOM).text
    assert str(act.detail["version"]) in room
    assert "2个工作日" in house.get("leader", f"{ROOM}/view/{STANDARD}").text
    assert house.get("leader", f"{ROOM}/view/{act.detail['version']}").status_code == 200


def test_a_day_that_has_begun_is_refused_on_record_and_what_was_typed_stays(house: House) -> None:
    a_draft(house)
    for on in ("2026-03-02", "2025-01-01", "2046-01-01"):
        shown = house.as_("leader").post(f"{DRAFT}/publish", data=fresh(house, "leader", from_on=on, reason="试"))
        assert shown.status_code == 409
        assert f'value="{on}"' in shown.text
        assert acts(house)[-1] is ActName.REFUSED
    assert ActName.POLICY_PUBLISHED not in acts(house)


def test_a_draft_with_mistakes_without_a_reason_or_like_what_stands_is_not_published(house: House) -> None:
    begun(house)
    same = house.as_("leader").post(f"{DRAFT}/publish", data=fresh(house, "leader", from_on="2026-04-01", reason="试"))
    assert same.status_code == 409
    put(house, "supervision", "{平件: 2wd}")
    wrong = house.as_("leader").post(f"{DRAFT}/publish", data=fresh(house, "leader", from_on="2026-04-01", reason="试"))
    assert wrong.status_code == 409
    assert "处错误" in wrong.text
    put(house, "supervision", TWO_DAYS)
    none = house.as_("leader").post(f"{DRAFT}/publish", data=fresh(house, "leader", from_on="2026-04-01", reason=" "))
    assert none.status_code == 409
    with house.store.reading() as session:
        assert policies.publications(session) == []


def test_who_drafts_does_not_publish(house: House) -> None:
    a_draft(house)
    form = fresh(house, "officer", from_on="2026-04-01", reason="试")
    assert house.as_("officer").post(f"{DRAFT}/publish", data=form).status_code == 404
    assert f"{DRAFT}/publish" not in house.get("officer", DRAFT).text
    assert f"{DRAFT}/publish" in house.get(office_head(house), DRAFT).text
    assert ActName.POLICY_PUBLISHED not in acts(house)


def test_where_the_table_wants_two_persons_one_asks_and_another_publishes(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    need = SITE_NEEDS[SiteCommand.PUBLISH_POLICY]
    two = access.Need(need.any_of, need.source, persons=2, machine=need.machine)
    monkeypatch.setitem(access.ACCESS, SiteCommand.PUBLISH_POLICY.value, two)
    a_draft(house)
    said = {"from_on": "2026-04-01", "reason": "缩短"}
    asked = house.as_("leader").post(f"{DRAFT}/publish", data=fresh(house, "leader", **said))
    assert (asked.status_code, acts(house)[-1]) == (200, ActName.POLICY_PUBLICATION_REQUESTED)
    assert "另一人" in asked.text
    again = house.as_("leader").post(f"{DRAFT}/publish", data=fresh(house, "leader", **said))
    assert (again.status_code, acts(house)[-1]) == (409, ActName.REFUSED)
    head = office_head(house)
    other = house.as_(head).post(f"{DRAFT}/publish", data=fresh(house, head, **{**said, "from_on": "2026-05-01"}))
    assert other.status_code == 409
    assert house.as_(head).post(f"{DRAFT}/publish", data=fresh(house, head, **said)).status_code == 200
    with house.store.reading() as session:
        (published,) = policies.publications(session)
        found = policies.draft(session, 1)
    assert published.from_on == date(2026, 4, 1)
    assert found
    assert found.state is DraftState.PUBLISHED
