"""People sign in through a provider that is a process of its own; what it says wrongly is not believed."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from identity.administration import Administration
from models.acts import ActName
from policies.deadlines import SHANGHAI
from record import ledger
from record.store import Store
from settings import Settings, SignIn
from tests.builders import sample_directory
from tests.web.conftest import ORIGIN, Clock, no_office
from web.app import create_app

pytestmark = pytest.mark.either_database("what a provider says; sessions and accounts are claimed of both elsewhere")

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def process(*command: str) -> Iterator[str]:
    """A provider on a free port of this machine; its issuer."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    issuer = f"http://127.0.0.1:{port}"
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
    started = subprocess.Popen(
        [sys.executable, *command, str(port)], cwd=ROOT, env=environment, stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(300):
            try:
                httpx2.get(f"{issuer}/.well-known/openid-configuration", trust_env=False).raise_for_status()
                break
            except httpx2.HTTPError:
                assert started.poll() is None
                time.sleep(0.1)
        yield issuer
    finally:
        started.terminate()
        started.wait(10)


@pytest.fixture(scope="module")
def mock() -> Iterator[str]:
    """A provider others have written, which asks for a nonce."""
    with process("-m", "oidc_provider_mock", "--require-nonce", "true", "--port") as issuer:
        yield issuer


@pytest.fixture(scope="module")
def wrongly() -> Iterator[str]:
    """A provider that is wrong in the way its client's id names."""
    with process("-m", "tests.identity.provider") as issuer:
        yield issuer


@dataclass
class Site:
    """A site that people sign in to through a provider."""

    app: FastAPI
    client: TestClient
    clock: Clock

    def departs(self) -> str:
        """Where the provider is said to be."""
        answer = self.client.get("/oidc/login", follow_redirects=False)
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"])

    def arrives(self, url: str) -> httpx2.Response:
        """What comes of what the provider sent back."""
        parts = urlsplit(url)
        return self.client.get(f"{parts.path}?{parts.query}", follow_redirects=False)


@contextmanager
def site(settings: Settings, store: Store, issuer: str, client: str = "client", claim: str = "sub") -> Iterator[Site]:
    chosen = settings.model_copy(
        update={
            "sign_in": SignIn.OIDC, "oidc_issuer": issuer, "oidc_client": client, "public_url": ORIGIN,
            "oidc_claim": claim, "oidc_secret": "a secret of the client",
        }
    )  # fmt: skip
    clock = Clock(datetime.now(UTC).astimezone(SHANGHAI))
    office = Administration(store, sample_directory(), clock())
    office.register("head")
    office.hold("head", "区教育局长", clock().date() - timedelta(days=1))
    app = create_app(chosen, store, no_office, sample_directory(), clock=clock)
    with TestClient(app, ORIGIN) as browser:
        yield Site(app, browser, clock)


def consents(url: str, sub: str = "head") -> str:
    """The address the provider sends the browser back to, once `sub` has signed in there."""
    answer = httpx2.post(url, data={"sub": sub}, trust_env=False)
    assert answer.status_code == 302, answer.text
    return str(answer.headers["location"])


def test_whom_the_provider_vouches_for_is_signed_in(settings: Settings, store: Store, mock: str) -> None:
    with site(settings, store, mock) as here:
        url = here.departs()
        asked = parse_qs(urlsplit(url).query)
        assert asked["response_type"] == ["code"]
        assert asked["code_challenge_method"] == ["S256"]
        assert len(asked["code_challenge"][0]) == 43
        assert asked["state"] != asked["nonce"]
        answer = here.arrives(consents(url))
        assert answer.status_code == 303
        assert answer.headers["location"] == "/"
        assert here.client.get("/api/v1/session").json()["post"] == "区教育局长"


def test_what_came_back_once_does_not_come_back_twice(settings: Settings, store: Store, mock: str) -> None:
    with site(settings, store, mock) as here:
        back = consents(here.departs())
        assert here.arrives(back).status_code == 303
        here.client.cookies.delete("duban")
        assert here.arrives(back).status_code == 401
        assert here.client.get("/api/v1/session").status_code == 401


def test_another_state_is_refused_and_ends_the_sign_in(settings: Settings, store: Store, mock: str) -> None:
    with site(settings, store, mock) as here:
        back = consents(here.departs())
        for wrong in (re.sub(r"state=[^&]*", "state=planted", back), back):
            answer = here.arrives(wrong)
            assert answer.status_code == 401
            assert answer.json()["type"].endswith("not-vouched")


def test_an_answer_meant_for_another_browser_is_refused(settings: Settings, store: Store, mock: str) -> None:
    with site(settings, store, mock) as here:
        back = consents(here.departs())
        here.client.cookies.clear()
        assert here.arrives(back).status_code == 401
        here.departs()
        assert here.arrives(back).status_code == 401


def test_whoever_took_too_long_signs_in_again(settings: Settings, store: Store, mock: str) -> None:
    with site(settings, store, mock) as here:
        back = consents(here.departs())
        here.clock.on(minutes=10)
        assert here.arrives(back).status_code == 401


def test_what_no_provider_sends_is_refused(settings: Settings, store: Store, mock: str) -> None:
    with site(settings, store, mock) as here:
        for query in ("", "state=x", "code=x&code=y", "error=access_denied&state=x", "code=%00&state=%ff", "&" * 50):
            here.departs()
            assert here.arrives(f"{ORIGIN}/oidc/callback?{query}").status_code == 401, query


def test_whoever_is_not_registered_is_refused_on_record(settings: Settings, store: Store, mock: str) -> None:
    with site(settings, store, mock) as here:
        answer = here.arrives(consents(here.departs(), "stranger@example.invalid"))
        assert answer.status_code == 401
        assert answer.json()["type"].endswith("unknown-person")
        with store.reading() as session:
            (act,) = [entry.act for entry in ledger.entries(session, "accounts")]
        assert act.act is ActName.SIGN_IN_REFUSED
        assert "stranger" not in str(act)


def test_a_locked_person_is_refused_whatever_the_provider_says(settings: Settings, store: Store, mock: str) -> None:
    with site(settings, store, mock) as here:
        Administration(store, sample_directory(), here.clock()).lock("head")
        assert here.arrives(consents(here.departs())).status_code == 401


def test_another_claim_can_name_the_login(settings: Settings, store: Store, mock: str) -> None:
    httpx2.put(f"{mock}/users/id-77", json={"preferred_username": "head"}, trust_env=False).raise_for_status()
    with site(settings, store, mock, claim="preferred_username") as here:
        assert here.arrives(consents(here.departs(), "id-77")).status_code == 303


def test_without_the_claim_nobody_is_signed_in(settings: Settings, store: Store, mock: str) -> None:
    with site(settings, store, mock, claim="employee_number") as here:
        assert here.arrives(consents(here.departs())).status_code == 401


WRONG = (
    "expired", "foreign", "nonce", "no_nonce", "no_exp", "issuer", "audience", "party", "early", "blank", "symmetric",
    "unsigned", "no_token",
)  # fmt: skip


def test_a_token_that_is_wrong_in_one_way_is_not_believed_and_the_right_one_is(
    settings: Settings, store: Store, wrongly: str
) -> None:
    for wrong in WRONG:
        with site(settings, store, wrongly, f"client-{wrong}") as here:
            back = str(httpx2.get(here.departs(), trust_env=False).headers["location"])
            answer = here.arrives(back)
            assert answer.status_code == 401, wrong
            assert answer.json()["type"].endswith("not-vouched"), wrong
            assert here.client.get("/api/v1/session").status_code == 401, wrong
    with site(settings, store, wrongly) as here:
        back = str(httpx2.get(here.departs(), trust_env=False).headers["location"])
        assert here.arrives(back).status_code == 303


def test_nothing_the_provider_sent_is_kept(settings: Settings, store: Store, mock: str, database_url: str) -> None:
    with site(settings, store, mock) as here:
        back = consents(here.departs())
        here.arrives(back)
        code = parse_qs(urlsplit(back).query)["code"][0]
    if store.url.get_backend_name() == "sqlite":
        store.close()
        kept = Path(str(store.url.database)).read_bytes()
        assert code.encode() not in kept
        assert b"eyJ" not in kept


def test_a_provider_that_is_away_is_unavailable(settings: Settings, store: Store) -> None:
    with site(settings, store, "http://127.0.0.1:9") as here:
        answer = here.client.get("/oidc/login", follow_redirects=False)
    assert answer.status_code == 503


def test_without_a_provider_there_is_no_such_way(client: TestClient) -> None:
    assert client.get("/oidc/login").status_code == 404
    assert client.get("/oidc/callback").status_code == 404
