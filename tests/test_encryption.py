"""Temporal behind TLS, by Temporal's own settings: who is spoken to, who may speak, and never in plain text."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from embedded import EmbeddedServer
from office import UnavailableError, connect
from settings import load_temporal

pytestmark = pytest.mark.asyncio(loop_scope="session")

CERTIFICATES = Path(__file__).parent / "certificates"
AUTHORITY = CERTIFICATES / "authority.pem"


@asynccontextmanager
async def encrypted(server: EmbeddedServer, *, mutual: bool = False) -> AsyncIterator[int]:
    """The port of an endpoint that ends TLS in front of the server; with `mutual` it asks who is speaking."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(AUTHORITY))
    context.load_cert_chain(CERTIFICATES / "localhost.pem", CERTIFICATES / "localhost.key")
    context.verify_mode = ssl.CERT_REQUIRED if mutual else ssl.CERT_NONE
    context.set_alpn_protocols(["h2"])
    host, _, port = server.address.rpartition(":")

    async def pass_on(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(65536):
                sink.write(data)
                await sink.drain()
        sink.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        behind, before = await asyncio.open_connection(host, int(port))
        await asyncio.gather(pass_on(reader, before), pass_on(behind, writer))

    endpoint = await asyncio.start_server(serve, "localhost", 0, ssl=context)
    try:
        yield endpoint.sockets[0].getsockname()[1]
    finally:
        endpoint.close()


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> "Told":
    return Told(monkeypatch)


class Told:
    """Temporal's settings as an office gives them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch

    def __call__(self, port: int, **settings: object) -> None:
        self._monkeypatch.setenv("TEMPORAL_ADDRESS", f"localhost:{port}")
        for name, value in settings.items():
            self._monkeypatch.setenv(f"TEMPORAL_{name}", str(value))


async def reached() -> bool:
    """Whether the server answers over the connection the settings name."""
    client = await connect(load_temporal())
    return await client.service_client.check_health()


async def test_a_server_whose_certificate_is_trusted_is_reached(temporal_server: EmbeddedServer, told: Told) -> None:
    async with encrypted(temporal_server) as port:
        told(port, TLS_SERVER_CA_CERT_PATH=AUTHORITY)

        assert await reached()


async def test_a_key_goes_along_and_switches_encryption_on(temporal_server: EmbeddedServer, told: Told) -> None:
    async with encrypted(temporal_server) as port:
        told(port, API_KEY="hush", TLS_SERVER_CA_CERT_PATH=AUTHORITY)
        connecting = load_temporal().connect

        assert (connecting["api_key"], bool(connecting["tls"])) == ("hush", True)
        assert await reached()


@pytest.mark.parametrize(
    "settings",
    [
        {"TLS": "true"},
        {"TLS_SERVER_CA_CERT_PATH": AUTHORITY, "TLS_SERVER_NAME": "elsewhere.example.org"},
        {"NAMESPACE": "default"},
    ],
    ids=["an authority nobody trusts", "a certificate of another name", "plain text"],
)
async def test_a_server_that_cannot_show_who_it_is_is_not_spoken_to(
    temporal_server: EmbeddedServer, told: Told, settings: dict[str, object]
) -> None:
    async with encrypted(temporal_server) as port:
        told(port, **settings)

        with pytest.raises(UnavailableError, match=f"No Temporal server at localhost:{port}"):
            await reached()


async def test_a_server_that_asks_who_is_speaking_answers_only_a_known_office(
    temporal_server: EmbeddedServer, told: Told
) -> None:
    async with encrypted(temporal_server, mutual=True) as port:
        told(port, TLS_SERVER_CA_CERT_PATH=AUTHORITY)
        with pytest.raises(UnavailableError):
            await reached()

        told(
            port,
            TLS_CLIENT_CERT_PATH=CERTIFICATES / "office.pem",
            TLS_CLIENT_KEY_PATH=CERTIFICATES / "office.key",
        )
        assert await reached()
