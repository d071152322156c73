"""Accounts are looked after by an administrator alone, each change once and on record; a password is shown once."""

import re
from uuid import uuid4

import httpx2
import pytest

from identity.passwords import matches
from models.acts import ActName
from record import accounts, credentials, ledger
from tests.web.console.conftest import House
from tests.workflows.cast import HANDLER, STRANGER

pytestmark = pytest.mark.either_database("pages; what they change is tested on both in identity")

ACCOUNTS = "/console/site/accounts"


def person(house: House, login: str) -> str:
    with house.store.reading() as session:
        found = accounts.by_login(session, login)
    assert found
    return found.id


def acts(house: House, who: str) -> list[ActName]:
    with house.store.reading() as session:
        return [one.act.act for one in ledger.entries(session, f"person/{who}")]


def csrf(house: House, who: str = "admin") -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', house.get(who, "/console/site").text)
    assert found
    return found[1]


def send(house: House, path: str, who: str = "admin", **said: str) -> httpx2.Response:
    form = {"csrf": csrf(house, who), "message": uuid4().hex, **said}
    return house.as_(who).post(path, data=form)


def test_somebody_is_registered_gets_a_post_and_a_password_that_is_shown_once(house: House) -> None:
    shown = send(house, ACCOUNTS, login="clerk9")
    assert shown.status_code == 200, shown.text
    who = person(house, "clerk9")
    assert send(house, f"{ACCOUNTS}/{who}/vacate", post=HANDLER, last_day="2026-03-02").status_code == 409
    held = send(house, f"{ACCOUNTS}/{person(house, 'handler')}/vacate", post=HANDLER, last_day="2026-03-02")
    assert held.status_code == 200
    assert send(house, f"{ACCOUNTS}/{who}/hold", post=HANDLER, since="2026-03-03").status_code == 200
    form = {"csrf": csrf(house), "message": uuid4().hex}
    made = house.as_("admin").post(f"{ACCOUNTS}/{who}/password", data=form)
    found = re.search(r'id="secret">([^<]+)<', made.text)
    assert found
    with house.store.reading() as session:
        kept = credentials.hashes(session)[who]
    assert matches(kept, found[1])
    again = house.as_("admin").post(f"{ACCOUNTS}/{who}/password", data=form)
    assert (again.status_code, 'id="secret"' in again.text) == (200, False)
    assert found[1] not in again.text
    assert acts(house, who).count(ActName.PASSWORD_SET) == 1
    assert {ActName.PERSON_REGISTERED, ActName.POST_HELD} <= set(acts(house, who))
    with house.store.reading() as session:
        assert found[1] not in str(ledger.entries(session, f"person/{who}"))


def test_a_refused_change_says_why_keeps_what_was_typed_and_is_on_record(house: House) -> None:
    who = person(house, "stranger")
    shown = send(house, f"{ACCOUNTS}/{who}/hold", post=HANDLER, since="2026-03-02")
    assert shown.status_code == 409
    assert "已有人任职" in shown.text
    assert f'value="{HANDLER}"' in shown.text
    assert acts(house, who)[-1] is ActName.REFUSED
    assert send(house, ACCOUNTS, login="leader").status_code == 409
    assert send(house, f"{ACCOUNTS}/{who}/hold", post=HANDLER).status_code == 422


def test_lending_roles_and_locks_are_given_and_taken_back(house: House) -> None:
    who, other = person(house, "stranger"), person(house, "handler")
    lent = {"post": STRANGER, "to": other, "since": "2026-03-02", "until": "2026-03-06", "reason": "出差"}
    assert send(house, f"{ACCOUNTS}/{who}/lend", **lent).status_code == 200
    number = re.search(r'name="number" value="(\d+)"', house.get("admin", f"{ACCOUNTS}/{who}").text)
    assert number
    assert send(house, f"{ACCOUNTS}/{other}/recall", number=number[1]).status_code == 404
    assert send(house, f"{ACCOUNTS}/{who}/recall", number=number[1]).status_code == 200
    auditor = person(house, "auditor")
    assert send(house, f"{ACCOUNTS}/{auditor}/withdraw-role", role="auditor").status_code == 200
    assert send(house, f"{ACCOUNTS}/{auditor}/give-role", role="auditor").status_code == 200
    assert send(house, f"{ACCOUNTS}/{who}/lock", reason="离职").status_code == 200
    assert "已停用" in house.get("admin", f"{ACCOUNTS}/{who}").text
    assert send(house, f"{ACCOUNTS}/{who}/unlock").status_code == 200
    assert acts(house, who)[-2:] == [ActName.PERSON_LOCKED, ActName.PERSON_UNLOCKED]
    admin = person(house, "admin")
    assert send(house, f"{ACCOUNTS}/{admin}/lock").status_code == 409


def test_a_stranger_an_auditor_a_get_and_another_site_change_nothing(house: House) -> None:
    who = person(house, "handler")
    before = acts(house, who)
    for other in ("leader", "officer", "handler", "stranger"):
        assert house.get(other, ACCOUNTS).status_code == 404
    assert house.get("auditor", ACCOUNTS).status_code == 200
    assert '<form method="post" action="/console/site/accounts' not in house.get("auditor", f"{ACCOUNTS}/{who}").text
    for do in ("lock", "password", "give-role"):
        form = {"csrf": csrf(house, "auditor"), "message": uuid4().hex, "role": "auditor"}
        assert house.as_("auditor").post(f"{ACCOUNTS}/{who}/{do}", data=form).status_code == 404
        assert house.get("admin", f"{ACCOUNTS}/{who}/{do}").status_code == 404
        ours = {"csrf": csrf(house), "message": uuid4().hex, "role": "auditor"}
        evil = house.as_("admin").post(f"{ACCOUNTS}/{who}/{do}", data=ours, headers={"origin": "https://evil.invalid"})
        assert evil.status_code == 403
        assert house.as_("admin").post(f"{ACCOUNTS}/{who}/{do}", data={**ours, "csrf": "0"}).status_code == 403
    assert send(house, f"{ACCOUNTS}/u999/lock").status_code == 404
    assert send(house, f"{ACCOUNTS}/{who}/delete").status_code == 404
    assert acts(house, who) == before


def test_a_refused_form_is_refused_again_and_never_said_to_have_been_carried_out(house: House) -> None:
    form = {"csrf": csrf(house), "message": uuid4().hex, "login": "officer"}
    taken = [house.as_("admin").post(ACCOUNTS, data=form) for _ in range(2)]
    who = person(house, "stranger")
    vacated = {"csrf": csrf(house), "message": uuid4().hex, "post": HANDLER, "last_day": "2026-03-02"}
    none_held = [house.as_("admin").post(f"{ACCOUNTS}/{who}/vacate", data=vacated) for _ in range(2)]
    for answers in (taken, none_held):
        assert [one.status_code for one in answers] == [409, 409]
        assert "没有再次办理" not in answers[1].text
