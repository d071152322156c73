"""Real peers on loopback that behave as told: a mail server and an HTTP service that hang, refuse, are late or double.

What they have taken is what a recipient would have: it is counted here, never at the sender.
"""

import asyncio
import json
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller

LATE_SECONDS = 2.5


class Mood(StrEnum):
    """How a peer treats the next message."""

    TAKES = "takes"
    REFUSES = "refuses"
    BUSY = "busy"
    HANGS = "hangs"
    LATE = "late"
    """Takes it, and says so after the sender's patience."""
    SLAMS = "slams"
    """Takes it, and breaks the connection instead of answering (HTTP only)."""
    TWICE = "twice"
    """Takes it, and answers twice."""


@dataclass
class Arrived:
    """One message as a peer has it: `key` is the Message-ID or the Idempotency-Key, "" for none."""

    key: str
    to: str
    subject: str
    text: str
    at: float


@dataclass
class Peer:
    """What a peer is to do, message by message, then for ever; and what it has taken."""

    moods: list[Mood] = field(default_factory=list)
    then: Mood = Mood.TAKES
    arrived: list[Arrived] = field(default_factory=list)
    asked: int = 0
    port: int = 0
    released: threading.Event = field(default_factory=threading.Event)

    def mood(self) -> Mood:
        self.asked += 1
        return self.moods.pop(0) if self.moods else self.then

    @property
    def keys(self) -> Counter[str]:
        return Counter(one.key for one in self.arrived)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class _Mailbox:
    def __init__(self, peer: Peer) -> None:
        self._peer = peer

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if address.startswith("nobody@"):
            return "550 5.1.1 no such mailbox " + address
        if address.startswith("full@"):
            return "452 4.2.2 mailbox full"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        mood = self._peer.mood()
        if mood is Mood.REFUSES:
            return "554 5.7.1 refused"
        if mood is Mood.BUSY:
            return "451 4.3.0 try again later"
        if mood is Mood.HANGS:
            while not self._peer.released.is_set():  # noqa: ASYNC110 - set from another thread
                await asyncio.sleep(0.05)
            return "451 4.3.0 never mind"
        mail = message_from_bytes(envelope.content, policy=default)
        part = mail.get_body(("plain",))
        self._peer.arrived.append(
            Arrived(
                str(mail["Message-ID"]),
                envelope.rcpt_tos[0],
                str(mail["Subject"]),
                str(part.get_content()) if part else "",
                time.time(),
            )
        )
        number = len(self._peer.arrived)
        if mood is Mood.LATE:
            await asyncio.sleep(LATE_SECONDS)
        again = f"\r\n250 2.0.0 queued as {number:06d}" if mood is Mood.TWICE else ""
        return f"250 2.0.0 queued as {number:06d}{again}"


@contextmanager
def mail_server(peer: Peer) -> Iterator[Peer]:
    peer.port = peer.port or free_port()
    controller = Controller(_Mailbox(peer), hostname="127.0.0.1", port=peer.port)
    controller.start()
    try:
        yield peer
    finally:
        peer.released.set()
        controller.stop()


def _handler(peer: Peer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            said = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            mood = peer.mood()
            if mood is Mood.REFUSES:
                self._answer(403)
                return
            if mood is Mood.BUSY:
                self._answer(503)
                return
            if mood is Mood.HANGS:
                peer.released.wait()
                return
            content = json.loads(said)
            peer.arrived.append(
                Arrived(
                    self.headers.get("Idempotency-Key", ""),
                    self.path,
                    content.get("title", ""),
                    content.get("message", content.get("text", "")),
                    time.time(),
                )
            )
            if mood is Mood.LATE:
                time.sleep(LATE_SECONDS)
            if mood is Mood.SLAMS:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            self._answer(200)
            if mood is Mood.TWICE:
                self._answer(200)

        def _answer(self, status: int) -> None:
            body = b"{}"
            try:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except OSError:
                self.close_connection = True

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name of the base class
            return

    return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A sender that has gone is what these peers provoke."""


@contextmanager
def http_service(peer: Peer) -> Iterator[Peer]:
    server = _Server(("127.0.0.1", peer.port), _handler(peer))
    peer.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield peer
    finally:
        peer.released.set()
        server.shutdown()
        server.server_close()
        thread.join()
