"""Every answer leaves through the guards, whatever became of the request."""

import json
import logging
from typing import Annotated

import pytest
from fastapi import APIRouter, Depends, FastAPI
from fastapi.testclient import TestClient
from pydantic import BaseModel

import logs
from models.identity import Caller
from record.store import Store
from settings import Settings
from tests.builders import sample_directory
from tests.web.conftest import ORIGIN, Clock, no_office
from web.app import create_app
from web.callers import caller
from web.guards import BODY_BYTES

router = APIRouter()


class Said(BaseModel):
    number: int


@router.post("/echo")
def echo(said: Said) -> Said:
    return said


@router.get("/broken")
def broken() -> None:
    raise ValueError("the password is 口令123")


@router.get("/mine/{place}")
def mine(place: str, who: Annotated[Caller, Depends(caller)]) -> str:
    return place


@pytest.fixture
def app(settings: Settings, store: Store, clock: Clock) -> FastAPI:
    return create_app(settings, store, no_office, sample_directory(), clock=clock, routers=[router])


def assert_guarded(headers: object) -> None:
    told = dict(headers)  # type: ignore[call-overload]
    assert "default-src 'self'" in told["content-security-policy"]
    assert "frame-ancestors 'none'" in told["content-security-policy"]
    assert told["x-content-type-options"] == "nosniff"
    assert told["referrer-policy"] == "no-referrer"
    assert told["cache-control"] == "no-store"
    assert told["x-request-id"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/healthz", 200),
        ("GET", "/readyz", 503),
        ("GET", "/nothing/here", 404),
        ("DELETE", "/healthz", 405),
        ("GET", "/mine/x", 401),
        ("GET", "/broken", 500),
        ("POST", "/echo", 422),
    ],
)
def test_every_answer_carries_the_headers_and_every_refusal_is_a_problem(
    app: FastAPI, method: str, path: str, status: int
) -> None:
    with TestClient(app, ORIGIN, raise_server_exceptions=False) as client:
        answer = client.request(method, path)
    assert answer.status_code == status
    assert_guarded(answer.headers)
    if status >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        told = answer.json()
        assert told["status"] == status
        assert told["type"].startswith("urn:duban:problem:")
        assert told["title"]
        assert told["detail"]
        assert told["instance"] == f"urn:uuid:{answer.headers['x-request-id']}"


def test_what_breaks_tells_nothing_of_what_was_said(app: FastAPI) -> None:
    with TestClient(app, ORIGIN, raise_server_exceptions=False) as client:
        answer = client.get("/broken")
    assert "口令" not in answer.text
    assert "ValueError" not in answer.text


def test_what_is_wrong_is_named_by_place_and_never_repeated(client: TestClient) -> None:
    answer = client.post("/echo", json={"number": "口令123"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["where"] == "body.number"
    assert "口令" not in answer.text
    assert client.post("/echo", content=b"{", headers={"content-type": "application/json"}).status_code == 400


@pytest.mark.parametrize("host", ["evil.example.invalid", "127.0.0.1.evil.invalid", "", "[::2]"])
def test_a_host_the_site_is_not_is_refused(client: TestClient, host: str) -> None:
    answer = client.get("/healthz", headers={"host": host})
    assert answer.status_code == 400
    assert answer.json()["type"].endswith("unknown-host")
    assert_guarded(answer.headers)


def test_a_body_too_large_is_refused_told_or_not(client: TestClient) -> None:
    told = client.post("/echo", content=b"x" * (BODY_BYTES + 1))
    assert told.status_code == 413

    pieces = (b"x" * 65536 for _ in range(BODY_BYTES // 65536 + 2))
    untold = client.post("/echo", content=pieces, headers={"content-type": "application/json"})
    assert "content-length" not in untold.request.headers
    assert untold.status_code == 413


def test_strict_transport_is_asked_for_only_over_https(settings: Settings, store: Store, client: TestClient) -> None:
    assert "strict-transport-security" not in client.get("/healthz").headers
    secure = settings.model_copy(update={"public_url": "https://duban.example.invalid"})
    app = create_app(secure, store, no_office, sample_directory())
    with TestClient(app, "https://duban.example.invalid") as over_https:
        answer = over_https.get("/healthz")
    assert answer.status_code == 200
    assert "max-age=" in answer.headers["strict-transport-security"]


def test_the_log_has_the_route_and_not_the_path(
    client: TestClient, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = list(logging.getLogger().handlers)
    logs.configure(logs.LogFormat.JSON, logs.LogLevel.INFO)
    try:
        answer = client.get("/mine/petitioner-7?name=somebody")
    finally:
        for handler in [one for one in logging.getLogger().handlers if one not in before]:
            logging.getLogger().removeHandler(handler)
        logging.getLogger().setLevel(logging.WARNING)
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines() if line.startswith("{")]
    (line,) = [one for one in lines if one["event"] == "web.answered"]
    assert line["route"] == "/mine/{place}"
    assert line["status"] == 401
    assert line["request_id"] == answer.headers["x-request-id"]
    assert "petitioner-7" not in json.dumps(lines)
    assert "somebody" not in json.dumps(lines)


@pytest.mark.parametrize("charset", ["unicode_escape", "utf-7", "utf-16", '"UTF-7"', "nothing"])
def test_a_form_in_another_encoding_is_not_read(app: FastAPI, charset: str) -> None:
    form = '--X\r\nContent-Disposition: form-data; name="login"\r\n\r\n\\ud800+2AA-\r\n--X--\r\n'
    kind = "multipart/form-data; boundary=X; charset="
    with TestClient(app, ORIGIN) as client:
        refused = client.post("/sign-in", content=form, headers={"content-type": kind + charset})
        assert refused.status_code == 415
        assert refused.json()["type"].endswith("charset")
        plain = client.post("/sign-in", content=form, headers={"content-type": f"{kind}UTF-8"})
        assert plain.status_code == 401
