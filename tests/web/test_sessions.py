"""A browser signs in, chooses a post, acts and signs out; another site, another person and a later day get nowhere."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, Depends, FastAPI
from fastapi.testclient import TestClient

from identity.administration import Administration
from models.identity import ActingPost, Caller, SiteRole, TokenScope
from record.store import Store
from settings import Settings, SignIn
from tests.builders import sample_directory
from tests.web.conftest import ORIGIN, Clock, no_office
from web.app import create_app
from web.callers import caller

HEAD, HANDLER = "区教育局长", "区教育局承办岗"
PASSWORD = "样例口令-correct horse"  # noqa: S105 - for tests only
TODAY = date(2026, 3, 2)
DAY = timedelta(days=1)

router = APIRouter()


@router.get("/who")
def who_reads(who: Annotated[Caller, Depends(caller)]) -> dict[str, Any]:
    return who.model_dump(mode="json")


@router.post("/who")
def who_acts(who: Annotated[Caller, Depends(caller)]) -> dict[str, Any]:
    return who.voice.model_dump(mode="json")


@pytest.fixture
def app(settings: Settings, store: Store, clock: Clock) -> FastAPI:
    return create_app(settings, store, no_office, sample_directory(), clock=clock, routers=[router])


@pytest.fixture
def at_hand(store: Store, clock: Clock) -> Administration:
    """`head` (u1) heads 区教育局 until the tenth day; `deputy` (u2) holds nothing."""
    office = Administration(store, sample_directory(), clock())
    for login in ("head", "deputy"):
        assert office.register(login).accepted
        assert office.set_password(login, PASSWORD).accepted
    assert office.hold("head", HEAD, TODAY - DAY, TODAY + 10 * DAY).accepted
    return office


SignInAs = Callable[[str], dict[str, Any]]


@pytest.fixture
def signed_in(client: TestClient, at_hand: Administration) -> SignInAs:
    def sign_in(login: str) -> dict[str, Any]:
        answer = client.post("/api/v1/session", json={"login": login, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        client.headers["X-CSRF-Token"] = told["csrf"]
        return told

    return sign_in


def test_signing_in_tells_who_and_chooses_his_only_post(client: TestClient, signed_in: SignInAs) -> None:
    told = signed_in("head")
    assert told["person"] == "u1"
    assert told["post"] == HEAD
    assert told["posts"] == [{"post": HEAD, "principal": None}]
    assert client.get("/api/v1/session").json() == told
    assert client.get("/who").json()["post"] == HEAD


def test_the_cookie_cannot_be_read_by_pages_or_sent_from_other_sites(
    client: TestClient, at_hand: Administration, settings: Settings, store: Store, clock: Clock
) -> None:
    answer = client.post("/api/v1/session", json={"login": "head", "password": PASSWORD})
    (cookie,) = answer.headers.get_list("set-cookie")
    assert cookie.startswith("duban=")
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= {part.strip() for part in cookie.split(";")}
    assert "Secure" not in cookie
    public = settings.model_copy(update={"public_url": "https://duban.example.invalid"})
    with TestClient(
        create_app(public, store, no_office, sample_directory(), clock=clock), str(public.public_url)
    ) as far:
        answer = far.post("/api/v1/session", json={"login": "head", "password": PASSWORD})
        (cookie,) = answer.headers.get_list("set-cookie")
        assert cookie.startswith("__Host-duban=")
        assert "Secure" in cookie
        assert "Domain" not in cookie
        assert far.get("/api/v1/session").status_code == 200


@pytest.mark.parametrize(("login", "password"), [("nobody", PASSWORD), ("head", "wrong"), ("deputy", "wrong")])
def test_every_wrong_sign_in_gets_the_same_answer(
    client: TestClient, at_hand: Administration, login: str, password: str
) -> None:
    answer = client.post("/api/v1/session", json={"login": login, "password": password})
    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers
    assert {key: value for key, value in answer.json().items() if key != "instance"} == {
        "type": "urn:duban:problem:wrong-credentials",
        "title": "未登录 Not signed in",
        "status": 401,
        "detail": "登录名或口令不正确,或账号不可用。 "
        "The login or the password is wrong, or the account cannot be used.",
        "errors": [],
    }


def test_too_many_failures_say_when_to_come_back(client: TestClient, at_hand: Administration, clock: Clock) -> None:
    for _ in range(5):
        client.post("/api/v1/session", json={"login": "head", "password": "wrong"})
    answer = client.post("/api/v1/session", json={"login": "head", "password": PASSWORD})
    assert answer.status_code == 429
    clock.on(seconds=int(answer.headers["retry-after"]))
    assert client.post("/api/v1/session", json={"login": "head", "password": PASSWORD}).status_code == 200


def test_what_changes_something_needs_the_sessions_own_proof(client: TestClient, signed_in: SignInAs) -> None:
    signed_in("head")
    assert client.post("/who").json() == {"person": "u1"}
    for wrong in ("", "0" * 64):
        answer = client.post("/who", headers={"X-CSRF-Token": wrong})
        assert answer.status_code == 403
        assert answer.json()["type"].endswith("csrf")
    assert client.get("/who", headers={"X-CSRF-Token": ""}).status_code == 200


@pytest.mark.parametrize(
    "sent",
    [
        {"origin": "https://evil.example.invalid"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site", "origin": ORIGIN},
    ],
)
def test_another_sites_request_is_refused_even_with_the_proof(
    client: TestClient, signed_in: SignInAs, sent: dict[str, str]
) -> None:
    signed_in("head")
    assert client.post("/who", headers=sent).json()["type"].endswith("other-site")
    answer = client.post("/api/v1/session", json={"login": "head", "password": PASSWORD}, headers=sent)
    assert answer.status_code == 403
    assert client.post("/who", headers={"origin": ORIGIN, "sec-fetch-site": "same-origin"}).status_code == 200


def test_signing_out_ends_it_at_once(client: TestClient, signed_in: SignInAs) -> None:
    signed_in("head")
    kept = client.cookies.get("duban")
    assert kept
    assert client.delete("/api/v1/session").status_code == 204
    client.cookies.set("duban", kept)
    assert client.get("/who").status_code == 401


def test_a_session_ends_when_idle_and_after_a_while_in_any_case(
    client: TestClient, signed_in: SignInAs, clock: Clock
) -> None:
    signed_in("head")
    for _ in range(28):
        clock.on(minutes=25)
        assert client.get("/who").status_code == 200
    clock.on(minutes=25)
    assert client.get("/who").status_code == 401
    signed_in("head")
    clock.on(minutes=30)
    assert client.get("/who").status_code == 401


def test_an_ended_holding_ends_access_at_once(
    client: TestClient, signed_in: SignInAs, at_hand: Administration, clock: Clock
) -> None:
    signed_in("head")
    assert client.get("/who").json()["post"] == HEAD
    assert at_hand.vacate("head", HEAD, TODAY - DAY).accepted
    assert client.get("/who").json()["post"] is None
    assert client.get("/api/v1/session").json()["posts"] == []


def test_a_lock_or_a_new_password_ends_every_session(
    client: TestClient, signed_in: SignInAs, at_hand: Administration
) -> None:
    signed_in("head")
    assert at_hand.set_password("head", PASSWORD + "x").accepted
    assert client.get("/who").status_code == 401
    assert at_hand.set_password("head", PASSWORD).accepted
    signed_in("head")
    assert at_hand.lock("head").accepted
    assert client.get("/who").status_code == 401


def test_a_lent_post_is_chosen_with_its_principal_and_spoken_through_for_him(
    client: TestClient, signed_in: SignInAs, at_hand: Administration, clock: Clock
) -> None:
    assert at_hand.lend("head", HEAD, "deputy", TODAY, TODAY, reason="外出").accepted
    told = signed_in("deputy")
    assert told["post"] is None
    assert told["posts"] == [{"post": HEAD, "principal": "u1"}]
    for wrong in ({"post": HEAD}, {"post": HANDLER}, {"post": HEAD, "principal": "u9"}):
        assert client.post("/api/v1/session/post", json=wrong).status_code == 403
    chosen = client.post("/api/v1/session/post", json={"post": HEAD, "principal": "u1"})
    assert chosen.json()["principal"] == "u1"
    assert client.post("/who").json() == {"person": "u2", "principal": "u1"}


def test_roles_are_told_in_words(client: TestClient, signed_in: SignInAs, at_hand: Administration) -> None:
    assert at_hand.give_role("deputy", SiteRole.AUDITOR).accepted
    assert signed_in("deputy")["roles"] == [{"role": "auditor", "title": "审计员"}]


def test_a_new_sign_in_is_a_new_session(client: TestClient, signed_in: SignInAs) -> None:
    signed_in("head")
    first = client.cookies.get("duban")
    assert first
    signed_in("head")
    second = client.cookies.get("duban")
    assert second
    assert second != first
    client.cookies.clear()
    for before in (first, "planted-by-somebody"):
        assert client.get("/who", headers={"cookie": f"duban={before}"}).status_code == 401
    assert client.get("/who", headers={"cookie": f"duban={second}"}).status_code == 200


def test_a_token_speaks_for_its_person_without_a_cookie(
    client: TestClient, at_hand: Administration, clock: Clock
) -> None:
    made = at_hand.issue_token("head", "脚本", TokenScope.ACT, ActingPost(post=HEAD), DAY)
    told = {"authorization": f"Bearer {made.secret}"}
    assert client.get("/who", headers=told).json()["post"] == HEAD
    assert client.post("/who", headers={**told, "origin": "https://elsewhere.invalid"}).json() == {"person": "u1"}
    assert client.get("/api/v1/session", headers=told).status_code == 401
    clock.on(hours=24)
    assert client.get("/who", headers=told).status_code == 401


def test_a_token_that_reads_only_reads(client: TestClient, at_hand: Administration) -> None:
    made = at_hand.issue_token("head", "脚本", TokenScope.READ, None, DAY)
    told = {"authorization": f"bearer {made.secret}"}
    assert client.get("/who", headers=told).status_code == 200
    assert client.post("/who", headers=told).json()["type"].endswith("token-only-reads")
    assert made.number is not None
    assert at_hand.revoke_token(made.number).accepted
    assert client.get("/who", headers=told).status_code == 401


@pytest.mark.parametrize(
    "sent",
    [
        "Bearer ",
        "Bearer duban_x",
        "Basic aGVhZDp4",
        "Bearer " + "x" * 9000,
        "duban_x",
        "Bearer 口令".encode().decode("latin-1"),
    ],
)
def test_no_other_authorization_is_believed(client: TestClient, signed_in: SignInAs, sent: str) -> None:
    signed_in("head")
    answer = client.get("/who", headers={b"authorization": sent.encode("latin-1")})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


def test_with_a_provider_alone_no_password_is_taken(
    settings: Settings, store: Store, clock: Clock, at_hand: Administration
) -> None:
    outside = settings.model_copy(update={"sign_in": SignIn.OIDC})
    with TestClient(create_app(outside, store, no_office, sample_directory(), clock=clock), ORIGIN) as client:
        answer = client.post("/api/v1/session", json={"login": "head", "password": PASSWORD})
    assert answer.status_code == 403


def test_a_sample_password_opens_only_a_sample_record(
    settings: Settings, store: Store, clock: Clock, at_hand: Administration
) -> None:
    assert at_hand.set_password("head", PASSWORD, sample=True).accepted
    said = {"login": "head", "password": PASSWORD}
    for samples, status in ((False, 401), (True, 200)):
        app = create_app(settings, store, no_office, sample_directory(), clock=clock, samples=samples)
        with TestClient(app, ORIGIN) as client:
            assert client.post("/api/v1/session", json=said).status_code == status


def test_nothing_beyond_login_and_password_is_taken(client: TestClient, at_hand: Administration) -> None:
    for said in (
        {"login": "head"},
        {"login": "head", "password": PASSWORD, "voice": {}},
        {"login": ["head"], "password": 1},
    ):
        assert client.post("/api/v1/session", json=said).status_code == 422
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert client.post("/api/v1/session", content=b"login=head&password=x", headers=form).status_code in (415, 422)
