"""How does somebody hand a petition in? A form, and a page with its number and receipt code, shown this once.

Who hands it in is kept apart and sealed (taking.py); nothing is kept of an anonymous one. The form carries its message
id: sent twice, one petition is opened, and the newest code is the one that holds (docs/decisions/0022).
"""

import asyncio
import re
from http import HTTPStatus
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse
from pydantic import ValidationError

from taking import Taken
from web.api.petitions import CODE, NUMBER, IdentityBody, PublicPetitionBody
from web.api.public import opened, taken_in, takes_petitions
from web.api.texts import LONGEST_NAME, LONGEST_TEXT, LONGEST_TITLE
from web.problems import ProblemError
from web.public.following import coming, number_of
from web.public.guests import PREFIX, Guest, Looking, PublicRoute, Sending, Typed, page

routes = APIRouter(route_class=PublicRoute, include_in_schema=False)

PETITION = f"{PREFIX}/petition"
_MESSAGE = re.compile(r"[0-9a-f]{32}", re.ASCII)
_IDENTITY = tuple(IdentityBody.model_fields)
_FIELDS = ("title", "text", "subject", *_IDENTITY, "earlier_number", "earlier_code")
_LONGEST = {"title": LONGEST_TITLE, "text": LONGEST_TEXT, "subject": LONGEST_NAME, "name": 64, "phone": 64,
            "address": LONGEST_TITLE, "id_number": 64, "employer": LONGEST_TITLE, "earlier_number": 80,
            "earlier_code": 64}  # fmt: skip


@routes.get(PETITION)
def form(this: Looking) -> HTMLResponse:
    """The form; or plainly that this office takes no petitions in here, and where to go."""
    return _form(this)


def _opened(this: Sending) -> Guest:
    """The visit, where petitions are taken in here and this address has not handed in too many."""
    if takes_petitions(this.web):
        opened(this.request, this.web)
    return this


@routes.post(PETITION)
async def hand_in(this: Annotated[Guest, Depends(_opened)], said: Typed) -> HTMLResponse:
    """Hand it in: the receipt, or the form again with what was typed and what is wrong with it."""
    if not takes_petitions(this.web):
        return _form(this, status=HTTPStatus.NOT_FOUND)
    key = said.get("message", "")
    if not _MESSAGE.fullmatch(key):
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "message")
    body, wrong = _read(said)
    if body is None:
        return _form(this, said, wrong, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        taken = await taken_in(this.web, this.request, body, key, this.address)
    except ProblemError as refused:
        again = _again(this, said, refused)
        if again is None:
            raise
        return again
    if taken.code is None:
        return _form(this, said, {"form": "rules"}, reason=taken.outcome.reason, status=HTTPStatus.CONFLICT)
    return await asyncio.to_thread(_receipt, this, taken)


def _read(said: dict[str, str]) -> tuple[PublicPetitionBody | None, dict[str, str]]:
    """The petition as typed, or which field is wrong in which way, by the key of its text."""
    anonymous = "anonymous" in said
    identity = {name: said[name] for name in _IDENTITY if name in said and not anonymous}
    earlier = {"id": number_of(said.get("earlier_number", "")), "code": said.get("earlier_code", "")}
    told = {name: said[name] for name in ("title", "text", "subject") if name in said}
    wrong = {name: "empty" for name in ("title", "text") if name not in told}
    if any(earlier.values()) and not (re.fullmatch(NUMBER, earlier["id"]) and re.fullmatch(CODE, earlier["code"])):
        wrong["earlier_number"] = "earlier"
    if wrong:
        return None, wrong
    try:
        return PublicPetitionBody.model_validate(
            {**told, "identity": identity or None, "repeats": earlier if any(earlier.values()) else None}
        ), {}
    except ValidationError as error:
        for one in error.errors():
            long = one["type"] == "string_too_long"
            wrong[str(one["loc"][-1])] = "long" if long else "characters"
        return None, wrong


def _again(this: Guest, said: dict[str, str], refused: ProblemError) -> HTMLResponse | None:
    """The form again after a refusal that its fields can mend; None for any other."""
    if refused.kind == "state-secret":
        # Nothing of it is kept, and nothing is shown again.
        return _form(this, {}, {"form": "secret"}, status=refused.status_code)
    if refused.kind == "key-reused":
        return _form(this, said, {"form": "sent"}, status=refused.status_code)
    if refused.status_code == HTTPStatus.NOT_FOUND:
        return _form(this, said, {"earlier_number": "earlier"}, status=refused.status_code)
    return None


def _form(
    this: Guest,
    said: dict[str, str] | None = None,
    wrong: dict[str, str] | None = None,
    *,
    reason: str | None = None,
    status: int = HTTPStatus.OK,
) -> HTMLResponse:
    kept: dict[str, Any] = {name: (said or {}).get(name, "") for name in _FIELDS}
    return page(
        this,
        "petition.html",
        status=status,
        here="petition",
        taking=takes_petitions(this.web),
        office=this.web.settings.office,
        # The code of an earlier one is typed again: it stands in no page but the receipt.
        kept={**kept, "earlier_code": ""},
        anonymous="anonymous" in (said or {}),
        wrong=wrong or {},
        reason=reason,
        longest=_LONGEST,
        message=uuid4().hex,
    )


def _receipt(this: Guest, taken: Taken) -> HTMLResponse:
    with this.web.store.reading() as session:
        follows = coming(session, this.web, taken.petition)
    return page(
        this,
        "receipt.html",
        status=HTTPStatus.CREATED,
        here="receipt",
        taken=taken,
        follows=follows,
        at=this.web.clock(),
    )
