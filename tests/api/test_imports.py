"""A ledger over HTTP: looked at first, launched once however often it is sent, every bad cell named."""

from uuid import uuid4

import httpx2

from record import ledger
from tests.api.conftest import World
from tests.workflows.cast import CO, LEAD, OFFICE

HEADER = "序号,督办事项,牵头单位,协办单位,交办日期,办结时限"


def _ledger(*rows: str) -> bytes:
    return "\n".join((f"填报单位,{OFFICE}", HEADER, *rows)).encode()


def _send(
    world: World, content: bytes, *, dry_run: str = "true", who: str = "officer", name: str = "台账.csv"
) -> httpx2.Response:
    return world.as_(who).post(
        "/imports",
        params={"dry_run": dry_run},
        files={"file": (name, content)},
        headers={"Idempotency-Key": uuid4().hex},
    )


def test_a_ledger_is_looked_at_and_nothing_is_launched(world: World) -> None:
    title = uuid4().hex[:10]
    content = _ledger(f"1,整改 {title},{LEAD},{CO},2026-03-02,15wd", f"2,另一件 {title},无此单位,,2026-03-02,15wd")
    answer = _send(world, content)
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert [one["title"] for one in said["rows"]] == [f"整改 {title}"]
    (fault,) = said["faults"]
    assert fault["cell"]
    assert fault["reason"]
    assert fault["accepted"]
    assert world.as_("officer").get("/matters", params={"text": title}).json()["items"] == []


def test_a_ledger_is_launched_once_in_the_name_of_who_sent_it(world: World) -> None:
    title = uuid4().hex[:10]
    content = _ledger(*(f"{number},整改 {title} {number},{LEAD},,2026-03-02,15wd" for number in range(1, 4)))
    first, again = (_send(world, content, dry_run="false").json() for _ in range(2))
    assert [one["accepted"] for one in first["rows"]] == [True] * 3, first
    assert [one["id"] for one in first["rows"]] == [one["id"] for one in again["rows"]]
    assert [one["again"] for one in again["rows"]] == [True] * 3
    with world.store.reading() as session:
        registered = ledger.entries(session, first["rows"][0]["id"])[0]
    assert registered.act.person == world.as_("officer").get("/me").json()["person"]


def test_what_is_no_ledger_or_is_not_his_to_bring_is_refused(world: World) -> None:
    for content in (b"", b"\x00\x01", b"PK\x03\x04broken", "无表头,x".encode(), b"a,b\n1,2\n"):
        answer = _send(world, content, name="../../x.xlsx")
        assert answer.status_code == 409, content
        assert answer.json()["type"] == "urn:duban:problem:no-ledger"
    assert _send(world, _ledger(), who="lead").status_code == 403
    assert _send(world, b"x" * (6 * 1024 * 1024)).status_code == 413
