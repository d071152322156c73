"""The page to sign in on: forms without scripts, each with its proof; in a real browser it is in tests/browser."""

import re
from datetime import date

import pytest
from fastapi.testclient import TestClient

from identity.administration import Administration
from record.store import Store
from settings import Settings, SignIn
from tests.builders import sample_directory
from tests.web.conftest import ORIGIN, Clock, no_office
from web.app import create_app

HEAD, HANDLER = "区教育局长", "区教育局承办岗"
PASSWORD = "样例口令-correct horse"  # noqa: S105 - for tests only


@pytest.fixture(autouse=True)
def cast(store: Store, clock: Clock) -> None:
    """`head` holds two posts."""
    office = Administration(store, sample_directory(), clock())
    assert office.register("head").accepted
    assert office.set_password("head", PASSWORD).accepted
    for post in (HEAD, HANDLER):
        assert office.hold("head", post, date(2026, 1, 1)).accepted


def sign_in(client: TestClient, password: str = PASSWORD, **headers: str) -> int:
    said = {"login": "head", "password": password}
    return client.post("/sign-in", data=said, headers=headers, follow_redirects=False).status_code


def proof(client: TestClient) -> str:
    found = re.search(r'name="csrf" value="(\w+)"', client.get("/sign-in").text)
    assert found
    return found[1]


def speaks_as(client: TestClient) -> str | None:
    told = client.get("/api/v1/session").json()
    assert told["login"] == "head"
    post: str | None = told["post"]
    return post


def test_whoever_holds_two_posts_chooses_one_and_changes_it(client: TestClient) -> None:
    assert client.get("/").url.path == "/sign-in"
    assert sign_in(client) == 303
    assert speaks_as(client) is None
    for post in (HANDLER, HEAD):
        assert client.post("/sign-in/post", data={"post": post, "csrf": proof(client)}).status_code == 200
        assert speaks_as(client) == post
    elsewhere = client.post("/sign-in/post", data={"post": "区长", "csrf": proof(client)})
    assert elsewhere.status_code == 403
    assert "未受托此岗位" in elsewhere.text
    assert speaks_as(client) == HEAD


@pytest.mark.parametrize("sent", [{"origin": "https://evil.example.invalid"}, {"origin": "null"},
                                  {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}])  # fmt: skip
def test_another_sites_form_changes_nothing(client: TestClient, sent: dict[str, str]) -> None:
    assert sign_in(client, **sent) == 403
    assert client.get("/api/v1/session").status_code == 401
    sign_in(client)
    told = {"post": HEAD, "csrf": proof(client)}
    assert [client.post(f"/sign-in/{way}", data=told, headers=sent).status_code for way in ("post", "out")] == [403] * 2
    assert speaks_as(client) is None


@pytest.mark.parametrize("wrong", ["", "0" * 64])
def test_a_form_without_its_proof_changes_nothing(client: TestClient, wrong: str) -> None:
    sign_in(client)
    told = {"post": HEAD, "csrf": wrong}
    assert [client.post(f"/sign-in/{way}", data=told).status_code for way in ("post", "out")] == [403] * 2
    assert speaks_as(client) is None


def test_signing_out_ends_the_session_wherever_its_cookie_was_kept(client: TestClient) -> None:
    sign_in(client)
    kept = client.cookies["duban"]
    assert client.post("/sign-in/out", data={"csrf": proof(client)}).status_code == 200
    assert "duban" not in client.cookies
    assert client.get("/api/v1/session", headers={"Cookie": f"duban={kept}"}).status_code == 401
    assert client.post("/sign-in/out", data={"csrf": ""}).status_code == 401


def test_what_is_wrong_is_said_on_the_page_and_what_was_sent_is_not(client: TestClient) -> None:
    said = client.post("/sign-in", data={"login": "<b>head</b>", "password": "not this one"})
    assert said.status_code == 401
    assert "登录名或口令不正确" in said.text
    assert "head" not in re.sub(r"</?head>", "", said.text)
    assert "not this one" not in said.text
    for _ in range(5):
        sign_in(client, "wrong")
    blocked = client.post("/sign-in", data={"login": "head", "password": PASSWORD})
    assert blocked.status_code == 429
    assert int(blocked.headers["retry-after"]) > 0
    assert client.post("/sign-in", data={"login": "x" * 10_000, "password": "y"}).status_code == 422


def test_the_page_keeps_browsers_on_our_side(client: TestClient) -> None:
    sign_in(client)
    shown = client.get("/sign-in")
    assert shown.headers["cache-control"] == "no-store"
    # With `no-referrer` its forms would bear the origin "null", as those of other sites may.
    assert shown.headers["referrer-policy"] == "same-origin"
    assert "default-src 'self'" in shown.headers["content-security-policy"]
    assert not re.search(r"<script|<style|style=|\son\w+=|https?://", shown.text)
    assert client.get("/static/site.css").headers["cache-control"] == "no-cache"
    (named,) = re.findall(r'href="(/static/site\.css\?v=\w+)"', shown.text)
    assert "immutable" in client.get(named).headers["cache-control"]
    assert client.get("/static/site.css?v=another").headers["cache-control"] == "no-cache"
    assert client.get("/static/../pages.py").status_code == 404


@pytest.mark.parametrize("way", SignIn)
def test_the_page_offers_the_ways_in_that_there_are(
    settings: Settings, store: Store, clock: Clock, way: SignIn
) -> None:
    outside = {"oidc_issuer": "https://id.example.invalid", "oidc_client": "duban", "public_url": ORIGIN}
    chosen = settings.model_copy(update={"sign_in": way, **({} if way is SignIn.LOCAL else outside)})
    with TestClient(create_app(chosen, store, no_office, sample_directory(), clock=clock), ORIGIN) as client:
        shown = client.get("/sign-in").text
        assert ('name="password"' in shown) == (way is not SignIn.OIDC)
        assert ("/oidc/login" in shown) == (way is not SignIn.LOCAL)
        assert sign_in(client) == (403 if way is SignIn.OIDC else 303)
