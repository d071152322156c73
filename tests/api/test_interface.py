"""Programs launch, look and command over HTTP; the answers are on record, and what is not theirs is not there."""

import hashlib
from uuid import uuid4

import pytest
from sqlalchemy import select

from models.acts import ActName
from models.rows import RequestKeyRow, table
from record import deliveries, documents, ledger
from tests.api.conftest import EVERYBODY, World
from tests.workflows.cast import CO, HANDLER, HEAD, LEAD, OFFICER


def test_a_launched_matter_is_where_the_answer_says(world: World) -> None:
    answer = world.launch()
    assert answer.status_code == 201, answer.text
    assert answer.json()["acts"] == ["registered", "assigned"]
    shown = world.as_("lead").get(answer.headers["Location"].removeprefix("/api/v1"))
    assert shown.status_code == 200, shown.text
    assert shown.json()["lead"] == LEAD
    assert shown.json()["terms"]["limit"] == "15wd"


def test_a_command_is_on_record_with_person_and_post_when_it_is_answered(world: World) -> None:
    matter = world.launch().json()["id"]
    answer = world.do("lead", matter, "sign")
    assert answer.status_code == 200, answer.text
    assert answer.json()["acts"] == ["signed"]
    with world.store.reading() as session:
        last = ledger.entries(session, matter)[-1]
    assert last.act.act is ActName.SIGNED
    assert (last.act.by, last.act.person) == (HANDLER, world.as_("lead").get("/me").json()["person"])
    assert last.message_id == answer.json()["message_id"]


def test_who_speaks_cannot_be_said_in_the_body(world: World) -> None:
    for said in ({"by": HANDLER}, {"voice": {"person": "u1"}}, {"message_id": "m"}):
        answer = world.do("officer", world.matter, "sign", **said)
        assert answer.status_code == 422, answer.text
        assert answer.json()["errors"][0]["kind"] == "extra_forbidden"


def test_a_refusal_is_409_with_its_rule_and_on_record(world: World) -> None:
    matter = world.launch().json()["id"]
    answer = world.do("officer", matter, "sign")
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    said = answer.json()
    assert said["type"] == "urn:duban:problem:refused"
    assert said["rule"] == "authority.lead"
    assert said["acts"] == ["refused"]
    with world.store.reading() as session:
        last = ledger.entries(session, matter)[-1]
    assert (last.act.act, last.act.by, last.act.reason) == (ActName.REFUSED, OFFICER, said["reason"])


def test_the_same_key_gets_the_first_answer_and_does_nothing_twice(world: World) -> None:
    matter, key = world.launch().json()["id"], uuid4().hex
    first = world.do("lead", matter, "sign", key=key)
    again = world.do("lead", matter, "sign", key=key)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()
    with world.store.reading() as session:
        signed = [one for one in ledger.entries(session, matter) if one.act.act is ActName.SIGNED]
    assert len(signed) == 1
    refused = world.do("lead", matter, "sign")
    key = uuid4().hex
    twice = [world.do("officer", matter, "sign", key=key).json()["reason"] for _ in range(2)]
    assert refused.status_code == 409
    assert twice[0] == twice[1]


def test_the_same_key_with_another_request_is_a_mistake(world: World) -> None:
    matter, key = world.launch().json()["id"], uuid4().hex
    assert world.do("lead", matter, "report_progress", key=key, text="一").status_code == 200
    other = world.do("lead", matter, "report_progress", key=key, text="二")
    assert other.status_code == 422
    assert other.json()["type"] == "urn:duban:problem:key-reused"
    # A key is a person's own: another one's is another one.
    assert world.do("head", matter, "report_progress", key=key, text="二").status_code == 200


def test_the_same_key_launches_once(world: World) -> None:
    office, key = world.as_("officer"), uuid4().hex
    terms = {"title": uuid4().hex, "lead": LEAD, "office": "督查室", "leader": "区长"}
    first, again = (office.post("/matters", json=terms, headers={"Idempotency-Key": key}) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["id"] == again.json()["id"]
    assert (first.json()["again"], again.json()["again"]) == (False, True)


def test_what_is_not_yours_and_what_is_not_there_cannot_be_told_apart(world: World) -> None:
    stranger = world.as_("stranger")
    for path in ("/matters/{}", "/matters/{}/timeline", "/matters/{}/why", "/matters/{}/documents", "/cases/{}/case1"):
        theirs, nothing = stranger.get(path.format(world.matter)), stranger.get(path.format("2026-9999"))
        assert theirs.status_code == nothing.status_code == 404
        assert _same(theirs.json()) == _same(nothing.json())
    theirs, nothing = (world.do("stranger", target, "sign") for target in (world.matter, "2026-9999"))
    assert theirs.status_code == nothing.status_code == 404
    assert _same(theirs.json()) == _same(nothing.json())


def _same(document: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in document.items() if name != "instance"}


def test_a_stranger_writes_nothing_into_the_chain_of_a_matter(world: World) -> None:
    with world.store.reading() as session:
        before = ledger.head(session, world.matter)
    assert world.do("stranger", world.matter, "urge", text="x").status_code == 404
    with world.store.reading() as session:
        assert ledger.head(session, world.matter) == before


def test_a_co_handler_sees_only_its_part(world: World) -> None:
    shown = world.as_("co-handler").get(f"/matters/{world.matter}").json()
    assert shown["part"]["parts"] == [{"organ": CO, "done_at": None}]
    assert (shown["terms"], shown["clocks"], shown["cases"]) == (None, [], [])
    acts = {one["act"] for one in world.as_("co-handler").get(f"/matters/{world.matter}/timeline").json()["items"]}
    assert "accountability_proposed" not in acts
    assert world.as_("co-handler").get(f"/matters/{world.matter}/why").status_code == 404


@pytest.mark.parametrize(
    ("who", "mine"),
    [("stranger", False), ("co-handler", True), ("lead", True), ("officer", True), ("leader", True), ("auditor", True)],
)
def test_a_list_holds_what_is_in_the_callers_scope(world: World, who: str, mine: bool) -> None:
    found = [one["id"] for one in _pages(world, who, "/matters")]
    assert (world.matter in found) is mine
    assert len(found) == len(set(found))


def _pages(world: World, who: str, path: str, **query: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    cursor: str | None = None
    while True:
        page = world.as_(who).get(path, params={**query, "limit": "2", **({"after": cursor} if cursor else {})}).json()
        found += page["items"]
        cursor = page["next"]
        if cursor is None:
            return found


def test_filters_and_pages_go_together(world: World) -> None:
    title = uuid4().hex[:10]
    ids = [world.launch(title=f"{title} {number}").json()["id"] for number in range(5)]
    assert [one["id"] for one in _pages(world, "officer", "/matters", text=title)] == ids
    assert _pages(world, "officer", "/matters", text=title, light="red") == []
    assert [one["id"] for one in _pages(world, "officer", "/matters", text=title, lead=LEAD)] == ids
    assert world.as_("officer").get("/matters", params={"after": "x", "overdue": "true"}).status_code == 404
    assert world.as_("officer").get("/matters", params={"unknown": "x"}).status_code == 422


def test_everybody_sees_what_is_public_and_nothing_else_of_it(world: World) -> None:
    nobody = world.as_(None)
    assert [one["id"] for one in nobody.get("/public/matters").json()["items"]] == [world.matter]
    shown = nobody.get(f"/public/matters/{world.matter}").json()
    assert set(shown) == {"id", "title", "lead", "stage", "light", "due_on"}
    assert nobody.get(f"/public/matters/{world.other}").status_code == 404


def test_a_case_is_reached_by_its_id_as_it_is_and_encoded(world: World) -> None:
    leader = world.as_("leader")
    plain = leader.get(f"/cases/{world.case}")
    assert plain.status_code == 200, plain.text
    assert plain.json()["subject"] == HEAD
    assert leader.get(f"/cases/{world.case.replace('/', '%2F')}").json()["id"] == world.case
    assert world.do("leader", world.case, "file").json()["acts"] == ["case_filed"]


def test_a_preview_says_what_then_happens(world: World) -> None:
    terms = {"title": uuid4().hex, "lead": LEAD, "office": "督查室", "leader": "区长", "limit": "5wd"}
    seen = world.as_("officer").post("/previews/launch", json=terms)
    assert seen.status_code == 200, seen.text
    launched = world.launch(**terms)
    assert seen.json()["due"] == launched.json()["due"]


@pytest.mark.parametrize("who", EVERYBODY)
def test_everybody_signed_in_learns_who_he_is(world: World, who: str) -> None:
    assert world.as_(who).get("/me").status_code == 200


def test_a_registration_that_is_refused_is_on_record_and_one_of_a_stranger_is_forbidden(world: World) -> None:
    refused = world.launch(lead="无此单位")
    assert refused.status_code == 409
    with world.store.reading() as session:
        assert [one.act.act for one in ledger.entries(session, refused.json()["id"])] == [ActName.REFUSED]
    assert world.launch(who="lead").status_code == 403


def test_a_rehearsal_plays_and_a_large_one_is_sent_elsewhere(world: World) -> None:
    scenario = (
        "start: 2026-03-02T09:00+08:00\nuntil: 2026-05-01\nmatters:\n"
        f"  - {{id: m1, title: 校舍, lead: {LEAD}, limit: 5wd, office: 督查室, leader: 区长}}\n"
        "expect:\n  - {at: 2026-03-02T09:00:00+08:00, target: m1, act: assigned}\n"
    )
    played = world.as_("lead").post("/rehearsals", json={"scenario": scenario})
    assert played.status_code == 200, played.text
    assert played.json()["differences"] == []
    assert {"assigned", "overdue", "supervised"} <= {one["act"] for one in played.json()["acts"]}
    long = world.as_("lead").post("/rehearsals", json={"scenario": scenario.replace("2026-05-01", "2039-05-01")})
    assert long.status_code == 409
    broken = world.as_("lead").post("/rehearsals", json={"scenario": "start: yesterday\n"})
    assert broken.status_code == 409
    assert broken.json()["errors"]


def test_the_register_is_exported_within_the_scope(world: World) -> None:
    sheet = world.as_("officer").get("/export", params={"format": "csv"})
    assert sheet.status_code == 200
    assert world.matter in sheet.text
    assert world.matter not in world.as_("stranger").get("/export", params={"format": "csv"}).text
    book = world.as_("officer").get("/export")
    assert book.content.startswith(b"PK")
    assert world.as_("administrator").get("/export").status_code == 403


def test_what_was_said_cannot_be_guessed_from_the_fingerprint_that_is_kept(world: World) -> None:
    keys, kept = table(RequestKeyRow), set()
    matter = world.launch().json()["id"]
    for _ in range(2):
        key = uuid4().hex
        assert world.do("lead", matter, "report_progress", key=key, text="一").status_code == 200
        with world.store.reading() as session:
            named = hashlib.sha256(key.encode()).hexdigest()
            kept.add(session.execute(select(keys.c.fingerprint).where(keys.c.key == named)).scalar_one())
    assert len(kept) == 2


def test_deliveries_tell_nothing_of_a_case_that_the_caller_may_not_read(world: World) -> None:
    with world.store.writing() as session:
        entry = ledger.entries(session, world.case)[0]
        deliveries.queue_for(session, entry, OFFICER, "mail:office")
    told = {
        who: {one["target"] for one in world.as_(who).get(f"/matters/{world.matter}/deliveries").json()["items"]}
        for who in ("officer", "auditor")
    }
    assert world.case in told["officer"]
    assert world.case not in told["auditor"]


def test_a_file_is_handed_out_as_a_file_that_no_browser_shows_or_guesses_at(world: World) -> None:
    assert world.do("lead", world.matter, "request_extension", limit="3wd", reason="需会签").status_code == 200
    assert world.do("leader", world.matter, "decide_extension", granted=True).status_code == 200
    with world.store.reading() as session:
        issued = documents.issued(session, matter_id=world.matter).items
    for path in (f"/documents/{issued[0].id}/file", "/export", "/export?format=csv"):
        answer = world.as_("officer").get(path)
        assert answer.status_code == 200, answer.text
        assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
