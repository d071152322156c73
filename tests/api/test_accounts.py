"""The administrator looks after accounts, seals and chains over HTTP; the rules refuse, and it is on record."""

from datetime import UTC, datetime, time
from uuid import uuid4

import pytest

from evidence.sealing import seal
from evidence.signing import signer_or_new
from models.acts import ActName
from models.contract import person_target
from models.evidence import IncidentKind
from record import incidents, ledger
from record.incidents import Incident
from tests.api.conftest import World
from tests.record.tampering import tamper
from tests.workflows.cast import HANDLER, HEAD


def person(world: World, who: str) -> str:
    return str(world.as_(who).get("/me").json()["person"])


def last_act(world: World, of: str) -> tuple[ActName, str | None]:
    with world.store.reading() as session:
        act = ledger.entries(session, person_target(of))[-1].act
    return act.act, act.person


def a_person(world: World) -> str:
    answer = world.as_("administrator").post("/accounts", json={"login": f"clerk-{uuid4().hex[:8]}"})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


def test_an_administrator_registers_seats_and_vacates_and_each_is_an_act_of_his(world: World) -> None:
    office, me = world.as_("administrator"), person(world, "administrator")
    new = a_person(world)
    assert last_act(world, new) == (ActName.PERSON_REGISTERED, me)
    held = office.post(f"/accounts/{new}/holdings", json={"post": "区政府承办岗", "since": "2026-01-01"})
    assert held.status_code == 200, held.text
    assert [one["post"] for one in held.json()["posts"]] == ["区政府承办岗"]
    assert last_act(world, new) == (ActName.POST_HELD, me)
    left = office.post(f"/accounts/{new}/vacancies", json={"post": "区政府承办岗", "last_day": "2026-01-31"})
    assert left.json()["holdings"][0]["held_to"] == "2026-01-31"
    assert left.json()["posts"] == []


def test_what_the_rules_refuse_is_409_and_on_record(world: World) -> None:
    new = a_person(world)
    office = world.as_("administrator")
    taken = office.post(f"/accounts/{new}/holdings", json={"post": HEAD, "since": "2026-02-01"})
    assert (taken.status_code, taken.json()["type"]) == (409, "urn:duban:problem:one-holder")
    assert last_act(world, new) == (ActName.REFUSED, person(world, "administrator"))
    assert office.post("/accounts/u99999/lock", json={}).status_code == 404


def test_a_holder_lends_his_own_post_and_recalls_it_and_nobody_elses(world: World) -> None:
    lead, head, other = person(world, "lead"), person(world, "head"), a_person(world)
    said = {"post": HANDLER, "to": other, "since": "2026-03-02", "until": "2026-03-13", "reason": "出差"}
    assert world.as_("head").post(f"/accounts/{lead}/delegations", json=said).status_code == 403
    assert world.as_("lead").post(f"/accounts/{head}/delegations", json={**said, "post": HEAD}).status_code == 403
    lent = world.as_("lead").post(f"/accounts/{lead}/delegations", json=said)
    assert lent.status_code == 200, lent.text
    (delegation,) = [one for one in lent.json()["delegations"] if one["person"] == other]
    path = f"/accounts/{lead}/delegations/{delegation['number']}"
    assert world.as_("head").delete(path).status_code == 403
    recalled = world.as_("lead").delete(path)
    assert recalled.status_code == 200, recalled.text
    assert [one["revoked_on"] is None for one in recalled.json()["delegations"] if one["person"] == other] == [False]


def test_a_locked_account_is_locked_until_it_is_unlocked(world: World) -> None:
    office, spare = world.as_("administrator"), world.spare()
    assert office.post(f"/accounts/{spare}/lock", json={"reason": "离职"}).json()["state"] == "locked"
    assert office.post(f"/accounts/{spare}/lock", json={}).status_code == 409
    assert office.post(f"/accounts/{spare}/unlock").json()["state"] == "active"


def test_accounts_come_in_pages_and_show_no_secret(world: World) -> None:
    seen: list[str] = []
    cursor: str | None = None
    while True:
        query = {"limit": "3", **({"after": cursor} if cursor else {})}
        page = world.as_("auditor").get("/accounts", params=query)
        assert page.status_code == 200, page.text
        assert not any(word in page.text for word in ("argon2", "password", "secret", "hash", "token"))
        seen += [one["id"] for one in page.json()["items"]]
        cursor = page.json()["next"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) >= 10
    assert world.as_("auditor").get("/accounts", params={"after": "nobody"}).status_code == 404
    assert world.as_("auditor").post("/accounts", json={"login": "x"}).status_code == 403


def test_incidents_are_listed_for_whom_they_concern(world: World) -> None:
    what = Incident(world.matter, f"matter/{world.matter}", uuid4().hex, IncidentKind.TERMINATED, "流程被终止")
    with world.store.writing() as session:
        assert incidents.report(session, what, ledger.entries(session, world.matter)[-1].processed_at, ())
    shown = world.as_("administrator").get("/incidents").json()["items"]
    assert [(one["target"], one["kind"], one["closed_at"]) for one in shown] == [(world.matter, "terminated", None)]
    assert world.as_("administrator").get("/incidents", params={"after": shown[0]["seq"]}).json()["items"] == []
    assert world.as_("lead").get("/incidents").status_code == 403


@pytest.mark.parametrize("after", ["x", "-1", "9999999999"])
def test_a_cursor_that_no_page_gave_finds_nothing(world: World, after: str) -> None:
    for path in ("/incidents", "/seals"):
        assert world.as_("auditor").get(path, params={"after": after}).status_code == 404


def test_the_chains_of_a_matter_are_in_order_and_an_edit_is_named(world: World) -> None:
    asked = world.as_("auditor").get("/verification", params={"matter": world.matter})
    assert asked.status_code == 200, asked.text
    assert asked.json()["faults"] == []
    assert {world.matter, world.case} <= set(asked.json()["chains"])
    assert world.as_("auditor").get("/verification", params={"matter": "2026-9999"}).status_code == 404
    altered = world.launch().json()["id"]
    tamper(world.store, "UPDATE acts SET subject = 'x' WHERE target = :target AND seq = 1", target=altered)
    found = world.as_("auditor").get("/verification", params={"matter": altered}).json()["faults"]
    assert [(one["target"], one["seq"]) for one in found] == [(altered, 1)]


def test_seals_are_listed_with_the_line_to_keep_outside(world: World) -> None:
    key = signer_or_new(world.settings.signing_key)
    now = datetime.now(UTC)
    made = [seal(world.store, key, now, time(20), extra=True).seal for _ in range(2)]
    first = world.as_("auditor").get("/seals", params={"limit": 1}).json()
    assert [one["line"] for one in first["items"]] == [made[0].line]
    assert [one["id"] for one in first["keys"]] == [key.id]
    rest = world.as_("leader").get("/seals", params={"after": first["next"]}).json()
    assert [one["no"] for one in rest["items"]] == [2]
    assert world.as_("lead").get("/seals").status_code == 403
