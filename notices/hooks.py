"""How does a message leave by WeCom, DingTalk, Feishu, a webhook, an SMS gateway or anything else Apprise knows?

Apprise reads the URL and builds the request; whether it arrived is judged by what the peer said (exchanges.py), since
some services refuse with HTTP 200.
"""

import json
import logging
from typing import Any

import apprise
from apprise import AppriseAsset, NotifyFormat

from notices.answers import Answer, ChannelError, Verdict
from notices.exchanges import Break, Exchange, heard
from notices.wording import Message

# Their lines quote addresses with the keys in them, at every level.
for _name in ("apprise", "urllib3", "requests"):
    logging.getLogger(_name).setLevel(logging.CRITICAL + 1)

KEY_HEADER = "Idempotency-Key"
"""draft-ietf-httpapi-idempotency-key-header: the header by which a peer can tell a repeated request."""

_WEBHOOKS = frozenset({"json", "jsons", "form", "forms", "xml", "xmls"})

# Services that answer HTTP 200 and say in the body whether they took it: the field, and what means "later".
_ERRCODES: dict[str, tuple[tuple[str, ...], frozenset[int]]] = {
    "wecombot": (("errcode",), frozenset({-1, 45009, 45033})),
    "dingtalk": (("errcode",), frozenset({-1, 130101})),
    "feishu": (("code", "StatusCode"), frozenset({9499, 11232})),
    "lark": (("code", "StatusCode"), frozenset({9499, 11232})),
}
_LATER = frozenset({408, 423, 425, 429})
# The server's own word that it has not done it; of any other failure of its own it does not know what was done.
_NOT_DONE = frozenset({503})


def plugin_of(url: str) -> Any:
    """The Apprise plug-in that this URL names; raises ChannelError, without the URL, for one that names none."""
    try:
        plugin = apprise.Apprise.instantiate(url, asset=AppriseAsset(app_id="duban", app_desc="duban"))
    except Exception:  # noqa: BLE001 - whatever a plug-in says about a URL may quote it
        plugin = None
    if plugin is None:
        raise ChannelError("不是可用的 Apprise 地址 not an Apprise URL that can be used")
    return plugin


class HookChannel:
    """Any service that Apprise reaches over HTTP."""

    def __init__(self, plugin: Any, patience_seconds: float) -> None:
        plugin.socket_connect_timeout = min(patience_seconds, 5.0)
        plugin.socket_read_timeout = patience_seconds
        # Every channel object sends once: what Apprise waits between two sends is for Temporal.
        plugin.request_rate_per_sec = 0
        self._plugin = plugin
        protocols = (plugin.protocol, plugin.secure_protocol)
        self._schemes = frozenset(
            one for names in protocols for one in ([names] if isinstance(names, str) else names or ())
        )

    @property
    def tells_repetition(self) -> bool:
        """See Channel: a webhook gets the key in a header, the messengers and SMS gateways have nowhere to put it."""
        return bool(self._schemes & _WEBHOOKS)

    def provider_key(self, key: str) -> str:
        """See Channel."""
        return key

    def send(self, message: Message, key: str) -> Answer:
        """See Channel."""
        if self.tells_repetition:
            self._plugin.headers[KEY_HEADER] = key
        with heard() as exchanges:
            try:
                taken = bool(
                    self._plugin.notify(body=message.text, title=message.subject, body_format=NotifyFormat.TEXT)
                )
            except Exception:  # noqa: BLE001 - whatever a plug-in raises may quote its URL; what was said decides
                taken = False
        return judged(self._schemes, exchanges, taken=taken)


def judged(schemes: frozenset[str], exchanges: list[Exchange], *, taken: bool) -> Answer:
    """What the exchanges of one message mean; `taken` is what Apprise makes of them.

    Without any exchange heard (a service that is not HTTP) Apprise's yes is the only proof there is, and its no says
    nothing about what was sent.
    """
    if not exchanges:
        return Answer(Verdict.DELIVERED, "taken") if taken else Answer(Verdict.UNKNOWN, "no_answer_heard")
    last = exchanges[-1]
    if last.broken is Break.BEFORE:
        return Answer(Verdict.NOT_NOW, "no_connection")
    if last.broken is Break.AFTER or last.status is None:
        return Answer(Verdict.UNKNOWN, "no_answer")
    said = f"http_{last.status}"
    if last.status >= 500:
        return Answer(Verdict.NOT_NOW if last.status in _NOT_DONE else Verdict.UNKNOWN, said)
    if last.status >= 300:
        return Answer(Verdict.NOT_NOW if last.status in _LATER else Verdict.REFUSED, said)
    code, later = _errcode(schemes, last.body)
    if code:
        return Answer(Verdict.NOT_NOW if code in later else Verdict.REFUSED, f"{said}_code_{code}")
    return Answer(Verdict.DELIVERED, said) if taken else Answer(Verdict.REFUSED, f"{said}_not_taken")


def _errcode(schemes: frozenset[str], body: bytes) -> tuple[int, frozenset[int]]:
    """The service's own code (0: taken) and those that mean "later"."""
    for scheme in sorted(schemes & _ERRCODES.keys()):
        fields, later = _ERRCODES[scheme]
        try:
            said = json.loads(body)
        except ValueError:
            continue
        for field in fields:
            code = said.get(field) if isinstance(said, dict) else None
            if isinstance(code, int) and code:
                return code, later
    return 0, frozenset()
