"""Everybody tries every route, and gets what the table of access says: what it allows, and nothing else."""

from collections import Counter
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from fastapi import FastAPI

from models.access import Relation, SiteCommand, View
from models.identity import SiteRole
from models.messages import Registration
from models.proceeding_messages import Open
from policies.access import PROCEEDING_NEEDS, may, on_case, on_matter, on_proceeding
from policies.attaching import carriers
from policies.relations import OfPost, Site, Standing, relations
from record import cases, documents, matters, proceedings
from tests.api.conftest import EVERYBODY, POSTS, PREFIX, ROLES, World
from tests.workflows.cast import DIRECTORY, LEAD, LEADER, OFFICE, OFFICER
from web.api.install import bare
from web.api.openapi import document

PETITIONER = "petitioner"
"""Somebody who holds the receipt code of a petition: not signed in, and no party to anything else."""

WHO = (PETITIONER, *EVERYBODY)
TERMS = {"title": "试", "lead": LEAD, "office": OFFICE, "leader": LEADER}

# Which row of the table, of what; a list is any of several. "signed-in" and "session" are not of the table: a token is
# nobody's session.
ROUTES: dict[str, tuple[str, tuple[str, ...] | str]] = {
    "GET /matters": ("site", (View.LIST,)),
    "POST /matters": ("registration", (SiteCommand.LAUNCH,)),
    "GET /matters/{matter_id}": ("matter", (View.MATTER, View.PART)),
    "GET /matters/{matter_id}/timeline": ("matter", (View.TIMELINE, View.PART)),
    "GET /matters/{matter_id}/why": ("matter", (View.WHY,)),
    "GET /matters/{matter_id}/cases": ("matter", (View.MATTER,)),
    "GET /matters/{matter_id}/deliveries": ("matter", (View.DELIVERIES,)),
    "GET /matters/{matter_id}/documents": ("matter", (View.DOCUMENTS,)),
    "GET /cases/{matter_id}/{case}": ("case", (View.CASE,)),
    "GET /cases/{matter_id}/{case}/timeline": ("case", (View.CASE_TIMELINE,)),
    "GET /cases/{matter_id}/{case}/why": ("case", (View.CASE_TIMELINE,)),
    "GET /proceedings": ("site", (View.LIST,)),
    "POST /proceedings": ("opening", (SiteCommand.OPEN,)),
    "GET /proceedings/{kind}/{name}": ("proceeding", (View.PROCEEDING, View.PROCEEDING_LINE)),
    "GET /proceedings/{kind}/{name}/timeline": ("proceeding", (View.PROCEEDING, View.PROCEEDING_LINE)),
    "GET /proceedings/{kind}/{name}/why": ("proceeding", (View.PROCEEDING,)),
    "GET /procedures": ("site", (View.POLICIES,)),
    "GET /documents/{document_id}/file": ("matter", (View.DOCUMENTS,)),
    "POST /cases/{matter_id}/{case}/openings": ("case", (View.CASE_MATERIALS,)),
    "POST /matters/{matter_id}/openings": ("case", (View.CASE_MATERIALS,)),
    "POST /documents/{document_id}/openings": ("matter", (View.DOCUMENTS,)),
    "GET /attachments": ("matter", (View.MATTER, View.PART, View.LINE)),
    "POST /attachments": ("matter", tuple(on_matter(do) for do in carriers("m1"))),
    "GET /attachments/{hash}": ("matter", (View.TIMELINE,)),
    "POST /attachments/{hash}/openings": ("matter", (View.TIMELINE,)),
    "GET /me": ("", "signed-in"),
    "GET /accounts": ("site", (View.ACCOUNTS,)),
    "GET /accounts/{person}": ("site", (View.ACCOUNTS,)),
    "POST /accounts": ("site", (SiteCommand.MANAGE_ACCOUNTS,)),
    "POST /accounts/{person}/holdings": ("site", (SiteCommand.MANAGE_ACCOUNTS,)),
    "POST /accounts/{person}/vacancies": ("site", (SiteCommand.MANAGE_ACCOUNTS,)),
    "POST /accounts/{person}/delegations": ("inbox", (SiteCommand.MANAGE_ACCOUNTS, SiteCommand.DELEGATE)),
    "DELETE /accounts/{person}/delegations/{number}": ("site", (SiteCommand.MANAGE_ACCOUNTS,)),
    "POST /accounts/{person}/lock": ("site", (SiteCommand.MANAGE_ACCOUNTS,)),
    "POST /accounts/{person}/unlock": ("site", (SiteCommand.MANAGE_ACCOUNTS,)),
    "GET /incidents": ("site", (View.INCIDENTS,)),
    "GET /seals": ("site", (View.VERIFICATION,)),
    "GET /verification": ("site", (View.VERIFICATION,)),
    "GET /inbox": ("inbox", (View.INBOX,)),
    "GET /access": ("site", (View.ACCESS,)),
    "GET /overview": ("site", (View.OVERVIEW,)),
    "GET /bulletins/{period}": ("site", (View.BULLETINS,)),
    "GET /export": ("site", (View.EXPORT,)),
    "POST /previews/limit": ("site", (View.PREVIEW,)),
    "POST /previews/launch": ("site", (View.PREVIEW,)),
    "POST /rehearsals": ("site", (View.REHEARSAL,)),
    "GET /calendars": ("site", (View.CALENDAR,)),
    "GET /calendars/{year}": ("site", (View.CALENDAR,)),
    "POST /calendars": ("site", (SiteCommand.LOAD_CALENDAR,)),
    "GET /policies": ("site", (View.POLICIES,)),
    "GET /policies/{name}": ("site", (View.POLICIES,)),
    "POST /policy-checks": ("site", (View.POLICIES,)),
    "POST /imports": ("site", (SiteCommand.IMPORT_LEDGER,)),
    "GET /events": ("site", (View.EVENTS,)),
    "GET /webhooks": ("site", (View.WEBHOOKS,)),
    "POST /webhooks": ("site", (SiteCommand.MANAGE_WEBHOOKS,)),
    "GET /webhooks/{webhook_id}": ("site", (View.WEBHOOKS,)),
    "GET /webhooks/{webhook_id}/deliveries": ("site", (View.WEBHOOKS,)),
    "DELETE /webhooks/{webhook_id}": ("site", (SiteCommand.MANAGE_WEBHOOKS,)),
    "POST /petitions": ("opening", (SiteCommand.OPEN,)),
    "POST /petitions/{number}/openings": ("petition", (View.PROTECTED_IDENTITY,)),
    "POST /public/petitions": ("site", (SiteCommand.HAND_IN,)),
    "GET /public/petitions/{number}": ("petition", (View.RECEIPT,)),
    "POST /public/petitions/{number}": ("petition", (View.RECEIPT,)),
    "POST /public/petitions/{number}/rating": ("petition", (View.RECEIPT,)),
    "GET /public/matters": ("site", (View.PUBLISHED,)),
    "GET /public/matters/{matter_id}": ("matter", (View.PUBLIC_STATUS,)),
    "POST /session": ("", "anyone"),
    "GET /session": ("", "session"),
    "DELETE /session": ("", "session"),
    "POST /session/post": ("", "session"),
    "POST /session/password": ("", "session"),
}

BODIES: dict[str, Any] = {
    "POST /matters": TERMS,
    "POST /proceedings": {**TERMS, "procedure": "window_acceptance"},
    "POST /previews/limit": {},
    "POST /previews/launch": TERMS,
    "POST /rehearsals": {"scenario": "start: 2026-03-02T09:00+08:00\nuntil: 2026-03-03\n"},
    "POST /calendars": {"number": "试〔2026〕1号", "date": "2026-03-02", "year": 2026},
    "POST /policy-checks": {"text": "name: x"},
    "POST /webhooks": {"url": "https://nowhere.example.invalid/", "post": "督查室承办岗"},
    "POST /accounts": {"login": "stranger"},
    "POST /accounts/{person}/holdings": {"post": OFFICER, "since": "2026-01-01"},
    "POST /accounts/{person}/vacancies": {"post": OFFICER, "last_day": "2026-01-01"},
    "POST /accounts/{person}/lock": {"reason": "试"},
    "POST /cases/{matter_id}/{case}/openings": {"reason": "核对"},
    "POST /matters/{matter_id}/openings": {"reason": "核对"},
    "POST /documents/{document_id}/openings": {"reason": "核对"},
    "POST /attachments/{hash}/openings": {"reason": "核对"},
    "POST /petitions": {"title": "噪声", "text": "施工", "channel": "letter", "lead": LEAD, "office": OFFICE},
    "POST /petitions/{number}/openings": {"reason": "核对"},
    "POST /public/petitions": {"title": "噪声扰民", "text": "夜间施工"},
    "POST /public/petitions/{number}": {"text": "昨夜又施工"},
    "POST /public/petitions/{number}/rating": {"satisfied": True},
    "POST /session": {"login": "nobody", "password": "nothing"},
    "POST /session/post": {"post": "督查室承办岗"},
    "POST /session/password": {"password": "nothing", "new_password": "nothing at all"},
}
OPEN = ("GET /access", "GET /public/matters", "GET /public/matters/{matter_id}", "POST /session",
        "POST /public/petitions", "GET /public/petitions/{number}", "POST /public/petitions/{number}",
        "POST /public/petitions/{number}/rating")  # fmt: skip


def _operations(app: FastAPI) -> list[str]:
    return sorted(
        f"{method.upper()} {path.removeprefix(PREFIX)}"
        for path, operations in document(app)["paths"].items()
        for method in operations
    )


OPERATIONS = _operations(bare())
COMMANDS = sorted((one for one in OPERATIONS if "/commands/" in one), key=lambda one: one.endswith("/cancel"))


def test_every_route_stands_in_the_matrix() -> None:
    assert set(OPERATIONS) == set(ROUTES) | set(COMMANDS)
    assert len(COMMANDS) == 48 + len(PROCEEDING_NEEDS)


@dataclass
class Scene:
    """The world, and what the routes are asked about."""

    world: World
    document_id: int
    petition: str
    code: str
    attachment: str

    def standing(self, kind: str, who: str) -> Standing:
        with self.world.store.reading() as session:
            if kind == "matter":
                state = matters.seen(session, self.world.matter)
                assert state is not None
                return state
            if kind == "case":
                case = cases.seen(session, self.world.case)
                assert case is not None
                return case
            if kind == "proceeding":
                proceeding = proceedings.seen(session, self.world.proceeding)
                assert proceeding is not None
                return proceeding
            if kind == "petition":
                petition = proceedings.seen(session, self.petition)
                assert petition is not None
                return petition
        if kind == "opening":
            return Open.model_validate({**TERMS, "procedure": "window_acceptance", "message_id": "m"})
        if kind == "registration":
            return Registration.model_validate({**TERMS, "message_id": "m"})
        return OfPost(POSTS.get(who, OFFICER)) if kind == "inbox" else Site(OFFICE)

    def relations(self, kind: str, who: str) -> frozenset[Relation]:
        roles = [ROLES[who].value] if who in ROLES else []
        held = relations(POSTS.get(who), self.standing(kind, who), DIRECTORY, roles=roles)
        own = kind == "petition" and who == PETITIONER
        return held | {Relation.PETITIONER} if own else held

    def person(self, who: str, operation: str) -> str:
        """Whose account is asked about: the caller's own where he lends, else somebody's who never signs in."""
        own = operation == "POST /accounts/{person}/delegations" and who in POSTS
        return str(self.world.as_(who).get("/me").json()["person"]) if own else self.world.spare()

    def ask(self, who: str, operation: str) -> httpx2.Response:
        method, _, path = operation.partition(" ")
        matter, _, case = self.world.case.partition("/")
        of, _, named = self.world.proceeding.partition("/")
        number = self.petition.partition("/")[2] if "/petitions/" in path else 1
        path = path.format(
            matter_id=matter, case=case, document_id=self.document_id, year=2026, period="2025",
            kind=of, name=named if "/proceedings/" in path else "standard",
            hash=self.attachment, webhook_id=f"wh-{'0' * 24}", person=self.person(who, operation), number=number,
        )  # fmt: skip
        client = self.world.as_(None if who == PETITIONER else who)
        more: dict[str, Any] = {"headers": {"Idempotency-Key": uuid4().hex}} if method != "GET" else {}
        if who == PETITIONER:
            more.setdefault("headers", {})["Receipt-Code"] = self.code
        if "/attachments" in operation:
            more["params"] = {"of": matter}
        if operation in ("POST /imports", "POST /attachments"):
            more["files"] = {"file": ("ledger.csv", b"a,b\n1,2\n")}
        elif method == "POST":
            more["json"] = BODIES.get(operation, {})
        if operation == "POST /accounts/{person}/delegations":
            # A lending that ends before it begins is heard, and refused.
            more["json"] = {"post": POSTS.get(who, OFFICER), "to": self.world.spare(), "since": "2026-03-02",
                            "until": "2026-03-01", "reason": "试"}  # fmt: skip
        if operation == "GET /verification":
            more["params"] = {"matter": matter}
        if operation == "GET /events":
            more["params"] = {"wait": 0}
        if operation == "GET /inbox":
            more["params"] = {"post": POSTS.get(who, OFFICER)}
        return client.request(method, path, **more)


@pytest.fixture(scope="module")
def scene(world: World) -> Scene:
    asked = world.do("lead", world.matter, "request_extension", limit="3wd", reason="需会签")
    granted = world.do("leader", world.matter, "decide_extension", granted=True)
    assert (asked.status_code, granted.status_code) == (200, 200), granted.text
    with world.store.reading() as session:
        issued = documents.issued(session, matter_id=world.matter).items
    said = {**BODIES["POST /petitions"], "identity": {"name": "某甲"}}
    taken = world.as_("officer").post("/petitions", json=said, headers={"Idempotency-Key": uuid4().hex})
    assert taken.status_code == 201, taken.text
    file = {"file": ("报告.txt", "已完成".encode())}
    handed_in = world.as_("lead").post("/attachments", params={"of": world.matter}, files=file)
    assert handed_in.status_code == 200, handed_in.text
    attachment = handed_in.json()["hash"]
    reported = world.do("lead", world.matter, "report_progress", text="已完成", attachments=[attachment])
    assert reported.status_code == 200, reported.text
    return Scene(world, issued[0].id, taken.json()["id"], taken.json()["code"], attachment)


def _allowed(scene: Scene, who: str, operation: str) -> bool:
    kind, names = ROUTES[operation]
    if isinstance(names, str):
        return {"anyone": True, "signed-in": who != PETITIONER, "session": False}[names]
    held = scene.relations(kind, who)
    return any(may(str(name), held) for name in names)


@pytest.mark.either_database("who gets what over the interface; what scopes show is in tests/record, on both")
def test_everybody_gets_of_every_route_what_the_table_says(scene: Scene) -> None:
    tried: Counter[str] = Counter()
    wrong = []
    for operation in ROUTES:
        for who in WHO:
            allowed = _allowed(scene, who, operation)
            answer = scene.ask(who, operation)
            status, kind = answer.status_code, answer.json().get("type", "") if _is_problem(answer) else ""
            if ROUTES[operation][1] == "session" or (who == PETITIONER and operation not in OPEN):
                right = status == 401
            elif ROUTES[operation][1] == "anyone":
                right = status in (401, 429) and kind.endswith(("wrong-credentials", "too-many-requests"))
            elif allowed:
                right = status in (200, 201, 204, 409) or _there_is_none(operation, status)
            else:
                right = status in (403, 404) and not _there_is_none(operation, status)
            tried["allowed" if allowed else "denied"] += 1
            if not right:
                wrong.append(
                    f"{who} {operation}: {'allowed' if allowed else 'denied'}, yet {status} {answer.text[:200]}"
                )
    print(f"{len(ROUTES)} routes x {len(WHO)} roles: {dict(tried)}")  # noqa: T201 - the count is asked for
    assert wrong == [], "\n".join(wrong)
    assert tried.total() == len(ROUTES) * len(WHO)


def _is_problem(answer: httpx2.Response) -> bool:
    return answer.headers.get("content-type", "").startswith("application/problem+json")


def _there_is_none(operation: str, status: int) -> bool:
    """Of webhooks and of this lending there is none here: who may look learns that."""
    return ("{webhook_id}" in operation or "delegations/{number}" in operation) and status == 404


@pytest.mark.either_database("who gets what over the interface; what scopes show is in tests/record, on both")
def test_everybody_tries_every_command(scene: Scene) -> None:
    """Heard only by whom the matter or case is no secret to; done only for whom the table names, the rest on record."""
    tried: Counter[str] = Counter()
    wrong = []
    for operation in COMMANDS:
        kind = "case" if "/cases/" in operation else "proceeding" if "/proceedings/" in operation else "matter"
        do = operation.rpartition("/")[2]
        name = {"case": on_case, "proceeding": on_proceeding, "matter": on_matter}[kind](do)
        views = {
            "case": (View.CASE, View.CASE_TIMELINE),
            "proceeding": (View.PROCEEDING, View.PROCEEDING_LINE),
            "matter": (View.MATTER, View.PART, View.LINE),
        }[kind]
        for who in WHO:
            held = scene.relations(kind, who)
            known = any(may(view.value, held) for view in views)
            answer = scene.ask(who, operation)
            if who == PETITIONER:
                expected = "not signed in"
                right = answer.status_code == 401
            elif who in ROLES:
                expected = "no post"
                right = answer.status_code in (403, 404)
            elif not known:
                expected = "not there"
                right = answer.status_code == 404
            elif not may(name, held):
                expected = "refused"
                right = answer.status_code == 409 and answer.json()["acts"][-1] == "refused"
            else:
                expected = "heard"
                right = answer.status_code in (200, 409)
            tried[expected] += 1
            if not right:
                wrong.append(f"{who} {operation}: {expected}, yet {answer.status_code} {answer.text[:300]}")
    print(f"{len(COMMANDS)} commands x {len(WHO)} roles: {dict(tried)}")  # noqa: T201 - the count is asked for
    assert wrong == []
    assert tried.total() == len(COMMANDS) * len(WHO)


def test_no_role_is_missing() -> None:
    assert {SiteRole(role) for role in ROLES.values()} == set(SiteRole)
