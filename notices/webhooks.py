"""How does an act reach a program that has subscribed to it? As a signed POST to the address it gave, and nowhere else.

The name is resolved here, once, and the number connected to, so that what was judged is what is spoken to; redirections
are not followed. The same message always has the same webhook-id. standardwebhooks.com; addresses.py.
"""

import http.client
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import addresses
from addresses import WebhookAddress
from models.acts import Act
from models.contract import matter_of
from notices.answers import Answer, Verdict
from notices.signing import signature
from notices.wording import Message
from policies.wording import act_words

_CONVERSATION = 3
# What a peer says that may be over in a while, without having done it; other words of a failure of its own are unknown.
_NOT_NOW = frozenset({408, 409, 423, 425, 429, 503})

Resolve = Callable[[str, int], list[str]]


def numbers_of(host: str, port: int) -> list[str]:
    """The numbers of a host; raises OSError where it has none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def body_of(number: str, act: Act, seq: int) -> dict[str, Any]:
    """What a webhook says of an act: which, of what, due when. What people wrote is for those who open the matter."""
    data = {
        "target": act.target,
        "matter": matter_of(act.target),
        "seq": seq,
        "act": act.act.value,
        "words": act_words(act.act),
        "at": act.at.isoformat(timespec="seconds"),
        "due": act.due and act.due.isoformat(timespec="seconds"),
        "light": act.light,
        "days_left": act.days_left,
        "provisional": act.provisional,
    }
    told = {name: value for name, value in data.items() if value is not None}
    return {"type": "act.recorded", "id": number, "timestamp": told["at"], "data": told}


def message_of(body: dict[str, Any]) -> Message:
    """The body as a message whose text is what is sent."""
    return Message("", json.dumps(body, ensure_ascii=False, separators=(",", ":")), "")


class WebhookChannel:
    """One subscription's address; each step may take `patience_seconds`, all of them three times that."""

    def __init__(
        self, address: WebhookAddress, secret: str, patience_seconds: float, resolve: Resolve = numbers_of
    ) -> None:
        self._address = address
        self._secret = secret
        self._patience = patience_seconds
        self._resolve = resolve

    @property
    def tells_repetition(self) -> bool:
        """See Channel: by its webhook-id."""
        return True

    def provider_key(self, key: str) -> str:
        """See Channel."""
        return f"msg_{key}"

    def send(self, message: Message, key: str) -> Answer:
        """See Channel."""
        body, now = message.text.encode(), int(time.time())
        message_id = self.provider_key(key)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "duban-webhook/1",
            "Idempotency-Key": key,
            "webhook-id": message_id,
            "webhook-timestamp": str(now),
            "webhook-signature": signature(self._secret, message_id, now, body),
        }
        try:
            connected = self._connected()
        except ValueError:
            return Answer(Verdict.REFUSED, "address_not_allowed")
        except OSError:
            return Answer(Verdict.NOT_NOW, "no_connection")
        ending = threading.Timer(_CONVERSATION * self._patience, _break_off, (connected,))
        ending.start()
        peer = http.client.HTTPConnection(self._address.host, self._address.port)
        peer.sock = connected
        try:
            peer.request("POST", self._address.target, body, headers)
            status = peer.getresponse().status
        except (OSError, http.client.HTTPException):
            return Answer(Verdict.UNKNOWN, "no_answer")
        finally:
            ending.cancel()
            peer.close()
        return judged(status)

    def _connected(self) -> socket.socket:
        """A connection to the address; raises ValueError where its name leads to where nothing may be sent."""
        where = self._address
        (number, *_) = found = self._resolve(where.host, where.port)
        if not all(addresses.may_stand_for(where.host, one) for one in found):
            raise ValueError("leads inside")
        plain = socket.create_connection((number, where.port), min(self._patience, 5.0))
        plain.settimeout(self._patience)
        if not where.secure:
            return plain
        try:
            return ssl.create_default_context().wrap_socket(plain, server_hostname=where.host)
        except OSError:
            plain.close()
            raise


def judged(status: int) -> Answer:
    """What a status means: 2xx is taken, a redirection or a refusal is final, a failure of its own is unknown."""
    said = f"http_{status}"
    if 200 <= status < 300:
        return Answer(Verdict.DELIVERED, said)
    if status in _NOT_NOW:
        return Answer(Verdict.NOT_NOW, said)
    return Answer(Verdict.UNKNOWN if status >= 500 else Verdict.REFUSED, said)


def _break_off(connected: socket.socket) -> None:
    with suppress(OSError):
        connected.shutdown(socket.SHUT_RDWR)
