"""The site as a browser reaches it: over a socket, over TLS, and through a proxy whose word is believed or not."""

import socket
import ssl
from pathlib import Path

import httpx2
import pytest

from record.store import Store
from settings import Settings
from tests.builders import sample_directory
from tests.web.conftest import no_office
from web.app import create_app
from web.serving import PortTakenError, serving

CERTIFICATES = Path(__file__).resolve().parents[1] / "certificates"


async def test_it_is_served_until_the_block_is_left(settings: Settings, store: Store) -> None:
    chosen = settings.model_copy(update={"web_port": 0})
    app = create_app(chosen, store, no_office, sample_directory())
    async with serving(app, chosen) as address, httpx2.AsyncClient(base_url=address, trust_env=False) as client:
        answer = await client.get("/healthz")
        assert answer.json() == {"status": "ok"}
        assert "server" not in answer.headers
    async with httpx2.AsyncClient(trust_env=False) as client:
        with pytest.raises(httpx2.ConnectError):
            await client.get(f"{address}/healthz")


async def test_a_port_in_use_is_named(settings: Settings, store: Store) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        chosen = settings.model_copy(update={"web_port": taken.getsockname()[1]})
        app = create_app(chosen, store, no_office, sample_directory())
        with pytest.raises(PortTakenError, match="web_port"):
            async with serving(app, chosen):
                raise AssertionError("it serves")


@pytest.mark.parametrize(("proxy", "blocked"), [("", 429), ("127.0.0.1", 401)])
async def test_an_address_is_believed_only_from_a_proxy_that_is_set(
    settings: Settings, store: Store, proxy: str, blocked: int
) -> None:
    chosen = settings.model_copy(update={"web_port": 0, "web_proxy": proxy})
    app = create_app(chosen, store, no_office, sample_directory())
    async with serving(app, chosen) as address, httpx2.AsyncClient(base_url=address, trust_env=False) as client:
        for number in range(31):
            answer = await client.post(
                "/api/v1/session",
                json={"login": f"guess{number}", "password": "x"},
                headers={"x-forwarded-for": f"192.0.2.{number}"},
            )
    assert answer.status_code == blocked


async def test_over_tls_it_is_served_with_its_own_certificate(settings: Settings, store: Store) -> None:
    chosen = settings.model_copy(
        update={
            "web_port": 0,
            "web_certificate": CERTIFICATES / "localhost.pem",
            "web_key": CERTIFICATES / "localhost.key",
        }
    )
    app = create_app(chosen, store, no_office, sample_directory())
    trusting = ssl.create_default_context(cafile=str(CERTIFICATES / "authority.pem"))
    async with serving(app, chosen) as address:
        assert address.startswith("https://127.0.0.1:")
        async with httpx2.AsyncClient(verify=trusting, trust_env=False) as client:
            answer = await client.get(address.replace("127.0.0.1", "localhost") + "/healthz")
    assert answer.status_code == 200
    assert answer.headers["strict-transport-security"]
