"""What makes a repeated request harmless? The Idempotency-Key of a person, and the message id that is made of it.

The engine answers a repeated message with its first answer; here it is only told apart whether the same key comes with
another request, which is a mistake of the sender. draft-ietf-httpapi-idempotency-key-header.
"""

import hashlib
import json
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Header, Request

from models.identity import Caller
from record import api_keys
from web.api.texts import KEY
from web.context import Web
from web.problems import ProblemError

PUBLIC = "public"
"""Stands for everybody who is not signed in; no person is called that (models/identity.py)."""

IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        pattern=KEY,
        description="幂等键:同一人以同一键重发同一请求,得到第一次的答复。 The same key and request: the first answer.",
        examples=["6f1c2b1e-3d0a-4f6e-9a53-1f0c7d2a9b10"],
    ),
]


def message_id(caller: Caller, key: str) -> str:
    """The message id of what this person sends under this key; it tells neither of them."""
    return f"api-{_digest(caller.person, key)[:32]}"


def claim(web: Web, caller: Caller, key: str, request: Request, body: Any) -> None:
    """Bind the key to this request; ends the request with 422 where it stands for another one.

    Writes one row in a transaction of its own. Raises RecordUnavailableError.
    """
    claim_as(web, caller.person, key, request, body)


def claimed(web: Web, caller: Caller, key: str) -> bool:
    """Whether this person has sent something under this key before. Raises RecordUnavailableError."""
    with web.store.reading() as session:
        return api_keys.known(session, caller.person, _digest(key)) is not None


def public_message_id(*parts: str) -> str:
    """The message id of what somebody who is not signed in sends under a key; it tells neither of them."""
    return f"public-{_digest('public', *parts)[:32]}"


def claim_as(web: Web, person: str, key: str, request: Request, body: Any) -> None:
    """As `claim`, for whoever is called `person`: PUBLIC for all who are not signed in."""
    content = json.dumps(body, ensure_ascii=False, sort_keys=True, default=str)
    # With the key in it, of which only a digest is kept: what was said cannot be guessed from its fingerprint.
    fingerprint = _digest(key, request.method, request.url.path, content)
    named = _digest(key)
    with web.store.reading() as session:
        known = api_keys.known(session, person, named)
    if known is None:
        with web.store.writing() as session:
            same = api_keys.claim(session, person, named, fingerprint, web.clock())
    else:
        same = known == fingerprint
    if not same:
        raise ProblemError(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "此幂等键已用于另一请求。 This Idempotency-Key stands for another request.",
            kind="key-reused",
        )


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
