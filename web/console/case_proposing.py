"""Proposing a case that is not about a matter: from an inspection, an audit, a petition, another case or several.

That of a matter is proposed on the matter's page. What the proposal has to say is for the rules, which refuse on
record; the case's number is taken before it is said, and taken once.
"""

import asyncio
from dataclasses import replace
from http import HTTPStatus

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlmodel import Session

from models.case_messages import Propose
from models.cases import CaseSource
from policies.access import may, on_case
from policies.machines import blank
from policies.wording import CASE_SOURCES
from record import numbers
from web.api import authority, keys
from web.api.bodies import CASE_BODIES, SAID_BY_THE_CALLER
from web.console import giving
from web.console.case_filters import CASES
from web.console.forms import fields_of, options, said
from web.console.giving import Given, form_in, give
from web.console.visits import PageRoute, Posting, Visit, Visiting, page

routes = APIRouter(route_class=PageRoute, include_in_schema=False)

PROPOSE = f"{CASES}/propose"
_DO = "propose"
_SOURCES = options({one.value: words for one, words in CASE_SOURCES.items() if one is not CaseSource.MATTER})
_REQUIRED = frozenset({"subject", "facts", "source"})
_FIELDS = tuple(
    replace(one, required=one.name in _REQUIRED)
    for one in fields_of(Propose, _DO, left_out=SAID_BY_THE_CALLER, choices={"source": _SOURCES})
)
_UNNAMED = "office"
_UNSAID = "none/case0"


@routes.get(PROPOSE)
def propose(this: Visiting) -> HTMLResponse:
    """The empty form, for whom the table lets propose."""
    _allowed(this)
    return _shown(this)


@routes.post(PROPOSE)
async def proposed(this: Posting) -> Response:
    """Propose; to the page of the case, or the form again with what was refused (409) or cannot be read (422)."""
    _allowed(this)
    form = await form_in(this.request)
    words, errors = said(_FIELDS, form, CASE_BODIES[_DO])
    case_id = _UNSAID
    if not errors:
        key = keys.message_id(this.caller, form.message)
        source = words.get("source") or _UNNAMED
        year = this.web.clock().year
        case_id = await asyncio.to_thread(numbers.reserve_case, this.web.store, key, source, year)

    def look(session: Session) -> None:
        authority.heard_in_case(session, this.web, this.caller, case_id, _plain(this))

    given = await give(this, case_id, Propose, _FIELDS, CASE_BODIES[_DO], look=look)
    if given.accepted:
        return RedirectResponse(f"{CASES}/{case_id}", HTTPStatus.SEE_OTHER)
    return await asyncio.to_thread(_shown, this, given)


def _plain(this: Visit) -> Propose:
    """A proposal that says nothing yet: who may propose at all is asked before it is read."""
    return Propose(message_id="look", by=this.caller.post)


def _allowed(this: Visit) -> None:
    standing = blank(_UNSAID)
    held = authority.standing_of(this.web, this.caller, standing)
    if not may(on_case(_DO), held):
        raise authority.not_found()


def _shown(this: Visit, given: Given | None = None) -> HTMLResponse:
    return page(
        this,
        "case_propose.html",
        status=given.status if given else HTTPStatus.OK,
        here="cases",
        given=given,
        form=giving.shown(_DO, _FIELDS, given),
        address=PROPOSE,
    )
