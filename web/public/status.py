"""How does somebody follow his petition? By number and receipt code, which are sent in a form and stand in no address.

A wrong number, a wrong code and what is no number at all get one answer, after the same work (identity/receipts.py).
What is said here is said without a post: further words, and whether the answer satisfies. Neither is a call back.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse

from models.matters import Light
from models.messages import Outcome
from policies.distance import distance
from showing.petitions import receipt_document
from taking import Taker
from web.api import authority, keys
from web.api.parts import calendar_of
from web.api.petitions import CODE, NUMBER, refuse_secret, taker
from web.api.public import held, opened, takes_petitions
from web.api.texts import LONGEST_TEXT, PRINTABLE
from web.problems import ProblemError
from web.public.following import coming, number_of
from web.public.guests import PREFIX, Guest, Looking, PublicRoute, Sending, Typed, page

routes = APIRouter(route_class=PublicRoute, include_in_schema=False)

STATUS = f"{PREFIX}/status"
_MESSAGE = re.compile(r"[0-9a-f]{32}", re.ASCII)
_NO_NUMBER, _NO_CODE = "petition/-", "-"


@dataclass(frozen=True, slots=True)
class Said:
    """What became of what was just said: the key of its text, and the reason where the rules refused it."""

    text: str
    accepted: bool
    reason: str | None = None
    do: str = ""
    kept: str = ""


@routes.get(STATUS)
def form(this: Looking) -> HTMLResponse:
    """Where number and code are typed."""
    return _form(this)


def _opened(this: Sending) -> Guest:
    """The visit, where petitions are followed here and this address has not asked too often; 404, 429 otherwise."""
    opened(this.request, this.web)
    return this


Asking = Annotated[Guest, Depends(_opened)]


@routes.post(STATUS)
def followed(this: Asking, said: Typed) -> HTMLResponse:
    """Where the petition stands, and what was answered."""
    petition = _known(this, said)
    return _shown(this, petition, said["code"]) if petition is not None else _unknown(this, said)


@routes.post(f"{STATUS}/words")
async def add(this: Asking, said: Typed) -> HTMLResponse:
    """Add further words; the page again, and what became of them."""
    text = said.get("text", "")

    async def told(by: Taker, petition: str, message_id: str) -> Outcome:
        return await by.follow_up(petition, text, message_id)

    return await _said(this, said, "words", text, told, needed=True)


@routes.post(f"{STATUS}/rating")
async def rate(this: Asking, said: Typed) -> HTMLResponse:
    """Judge the answer; the page again, and what became of it."""
    text, judged = said.get("text", ""), said.get("satisfied", "")
    if judged not in ("yes", "no"):
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "satisfied")

    async def told(by: Taker, petition: str, message_id: str) -> Outcome:
        return await by.rate(petition, judged == "yes", text or None, message_id)

    return await _said(this, said, "rating", text, told, needed=judged == "no")


async def _said(
    this: Guest,
    said: dict[str, str],
    do: str,
    text: str,
    tell: Callable[[Taker, str, str], Awaitable[Outcome]],
    *,
    needed: bool,
) -> HTMLResponse:
    """Say it for whoever holds the code, once under the form's message id."""
    petition = await asyncio.to_thread(_known, this, said)
    if petition is None:
        return _unknown(this, said)
    message, code = said.get("message", ""), said["code"]
    if not _MESSAGE.fullmatch(message):
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "message")

    def again(key: str, status: int, reason: str | None = None, kept: str = text) -> HTMLResponse:
        answer = Said(key, accepted=status == HTTPStatus.OK, reason=reason, do=do, kept=kept)
        return _shown(this, petition, code, answer, status)

    if needed and not text:
        return await asyncio.to_thread(again, "empty", HTTPStatus.UNPROCESSABLE_ENTITY)
    if len(text) > LONGEST_TEXT or not re.fullmatch(PRINTABLE, text):
        return await asyncio.to_thread(again, "words", HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        refuse_secret(text)
    except ProblemError as refused:
        return await asyncio.to_thread(again, "secret", refused.status_code, None, "")
    # A form is sent under one id for what it says: the same id never answers for something else.
    message_id = keys.public_message_id(petition, do, message)
    whole = {"text": text, "satisfied": said.get("satisfied")}
    try:
        await asyncio.to_thread(keys.claim_as, this.web, keys.PUBLIC, message_id, this.request, whole)
    except ProblemError as refused:
        if refused.kind != "key-reused":
            raise
        return await asyncio.to_thread(again, "sent", refused.status_code)
    outcome = await tell(taker(this.web, await this.web.office()), petition, message_id)
    if outcome.accepted:
        return await asyncio.to_thread(again, f"done_{do}", HTTPStatus.OK, None, "")
    return await asyncio.to_thread(again, "rules", HTTPStatus.CONFLICT, outcome.reason)


def _known(this: Guest, said: dict[str, str]) -> str | None:
    """The petition whose number and code these are; None for any other, whatever is wrong, after the same work."""
    petition, code = number_of(said.get("number", "")), said.get("code", "")
    if not (re.fullmatch(NUMBER, petition) and re.fullmatch(CODE, code)):
        petition, code = _NO_NUMBER, _NO_CODE
    try:
        return held(this.web, petition, code, this.address)
    except ProblemError as refused:
        if refused.status_code == HTTPStatus.NOT_FOUND:
            return None
        raise


def _form(this: Guest, number: str = "", wrong: str | None = None, status: int = HTTPStatus.OK) -> HTMLResponse:
    taking = takes_petitions(this.web)
    return page(this, "status.html", status=status, here="status", taking=taking, office=this.web.settings.office,
                number=number, wrong=wrong)  # fmt: skip


def _unknown(this: Guest, said: dict[str, str]) -> HTMLResponse:
    return _form(this, said.get("number", "")[:80], "unknown", HTTPStatus.NOT_FOUND)


def _shown(
    this: Guest, petition: str, code: str, answer: Said | None = None, status: int = HTTPStatus.OK
) -> HTMLResponse:
    at = this.web.clock()
    with this.web.store.reading() as session:
        found = receipt_document(session, petition, at)
        if found is None:
            raise authority.not_found()
        follows = coming(session, this.web, petition)
        calendar = calendar_of(session)
    due = found["due_at"]
    far = distance(due, at, calendar, overdue=found["light"] is Light.RED) if due and not found["ended_at"] else None
    return page(
        this,
        "petition_status.html",
        status=status,
        here="status",
        found=found,
        far=far,
        follows=follows,
        # Only in this page's own forms: whoever holds the code says the next thing with it.
        code=code,
        answer=answer,
        longest=LONGEST_TEXT,
        messages={do: uuid4().hex for do in ("words", "rating")},
    )
