"""One matter: where it stands, its clocks drawn on the working-day calendar, its story, and what may be said to it now.

A command is a form that carries its message id: sent again it gets its first answer. The answer is shown where the form
was; a refusal says why and what would be accepted.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from models.access import View
from models.acts import ActName
from models.contract import is_case
from models.explanations import Explanation, Words
from models.matters import MatterState
from policies.calendar import Calendar
from policies.deadlines import local_date
from policies.distance import Distance
from policies.offering import OFFERED, shape_of
from record import views
from record.documents import Issued
from record.ledger import Entry
from record.matters import due_instant
from record.views import MatterCard, MatterLine, PartCard
from showing.matters import how_far
from showing.trying import offered
from showing.why import explained
from web import attaching
from web.api import authority
from web.api.bodies import MATTER_BODIES
from web.api.matters import told_to
from web.api.parts import MatterId, calendar_of
from web.api.shapes import ActOut, DeliveryOut
from web.attaching import Named
from web.console import clocks, details, drawing, giving, shown_with
from web.console.clocks import Drawn
from web.console.filters import REGISTER
from web.console.forms import form_of
from web.console.giving import Given, give
from web.console.histories import history_of
from web.console.looking import Looked
from web.console.visits import PageRoute, Posting, Said, Visit, Visiting, page
from web.problems import ProblemError

routes = APIRouter(route_class=PageRoute, include_in_schema=False)

_FIELDS = {do: form_of(shape_of(do)) for do in OFFERED}


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything a page shows of a matter; what the visitor may not see is empty or None."""

    line: MatterLine
    far: Distance | None
    card: MatterCard | None
    part: PartCard | None
    acts: tuple[ActOut, ...]
    why: Explanation | None
    clocks: tuple[Drawn, ...]
    papers: tuple[Issued, ...]
    notices: tuple[DeliveryOut, ...] | None
    reads: bool
    """Whether materials of a case of the matter are the visitor's to open."""
    offers: tuple[str, ...]
    history: str | None
    files: Mapping[int, tuple[Named, ...]]


@routes.get(f"{REGISTER}/{{matter_id}}")
def matter(matter_id: MatterId, this: Visiting) -> HTMLResponse:
    """The page of a matter, or of one's part of it."""
    with this.web.store.reading() as session:
        found = standing_of(session, this, matter_id)
    return shown(this, found)


@routes.post(f"{REGISTER}/{{matter_id}}/commands/{{do}}")
async def command(matter_id: MatterId, do: str, this: Posting) -> HTMLResponse:
    """Give a command; the page again, with its recorded answer. 409 where the rules have refused it."""
    if do not in OFFERED:
        raise authority.not_found()

    def look(session: Session) -> None:
        authority.known(session, this.web, this.caller, matter_id)

    given = await give(this, matter_id, shape_of(do), _FIELDS[do], MATTER_BODIES[do], look=look)
    return await asyncio.to_thread(_answered, this, matter_id, given)


def _answered(this: Visit, matter_id: str, given: Given) -> HTMLResponse:
    with this.web.store.reading() as session:
        try:
            found = standing_of(session, this, matter_id)
        except ProblemError:
            # Whoever does not take a matter over sees it no more.
            if not given.accepted:
                raise
            return page(this, "given.html", given=given)
        instead = _instead(session, this, matter_id, given)
    return shown(this, found, given=given, instead=instead)


def shown(
    this: Visit,
    found: Standing,
    *,
    given: Given | None = None,
    instead: tuple[Words, ...] = (),
    looked: Looked | None = None,
) -> HTMLResponse:
    """The page, with the answer to what was just done on it."""
    card = found.card
    return page(
        this,
        "matter.html",
        status=given.status if given else looked.status if looked else HTTPStatus.OK,
        found=found,
        line=found.line,
        given=given,
        instead=instead,
        looked=looked,
        forms=[giving.shown(do, _FIELDS[do], given) for do in found.offers],
        reminders=drawing.reminders(card.state.clocks.values()) if card and not card.state.suspended else [],
        address=f"{REGISTER}/{found.line.id}",
        is_case=is_case,
        lines=details.lines,
    )


def _instead(session: Session, this: Visit, matter_id: str, given: Given) -> tuple[Words, ...]:
    """What would have been accepted instead of what was refused, for whom explanations are."""
    if (
        given.outcome is None
        or given.accepted
        or not authority.sees(this.web, this.caller, _state(session, this, matter_id), View.WHY)
    ):
        return ()
    told = views.timeline(session, matter_id, scope=authority.scope_of(this.web, this.caller), with_cases=False)
    seq = next((one.seq for one in told if one.message_id == given.message_id and one.act.act is ActName.REFUSED), None)
    return () if seq is None else explained(session, matter_id, str(seq), full=False).instead


def _state(session: Session, this: Visit, matter_id: str) -> MatterState:
    return authority.known(session, this.web, this.caller, matter_id)


def standing_of(session: Session, this: Visit, matter_id: str) -> Standing:
    """What the visitor sees of the matter, as this transaction may read it; 404 where that is nothing."""
    web, caller, at = this.web, this.caller, this.web.clock()
    state = _state(session, this, matter_id)
    scope, working = authority.scope_of(web, caller), calendar_of(session)
    card = views.card(session, matter_id, at, scope=scope)
    part = None if card is not None else views.part(session, matter_id, at, scope=scope)
    line = card.line if card is not None else part.line if part is not None else None
    if line is None:
        raise authority.not_found()
    entries = views.timeline(session, matter_id, scope=scope)
    why = explained(session, matter_id, None, full=False) if authority.sees(web, caller, state, View.WHY) else None
    return Standing(
        line=line,
        far=how_far(line, at, working),
        card=card,
        part=part,
        acts=tuple(told_to(session, web, caller, entries)),
        why=why,
        clocks=_drawn(this, state, why, entries, at) if card is not None else (),
        papers=shown_with.papers(session, this, state),
        notices=shown_with.notices(session, this, state),
        reads=any(authority.reads_case(session, web, caller, one.id, View.CASE_MATERIALS) for one in card.cases)
        if card is not None
        else False,
        offers=_offers(session, this, state, at, working),
        history=history_of(this, state.id),
        files=attaching.files_by_act(session, web, caller, matter_id),
    )


def _offers(session: Session, this: Visit, state: MatterState, at: datetime, working: Calendar) -> tuple[str, ...]:
    return offered(session, state, this.caller.post, at, calendar=working, directory=this.web.directory)


def _drawn(
    this: Visit, state: MatterState, why: Explanation | None, entries: Iterable[Entry], at: datetime
) -> tuple[Drawn, ...]:
    """The clocks that run, with what has happened and what reminders will come on their days."""
    return clocks.drawn(
        Said(this.language),
        why.clocks if why else (),
        (entry for entry in entries if entry.target == state.id),
        at,
        reminders={kind.value: clock.reminders for kind, clock in state.clocks.items()},
        stopped_on=local_date(state.stops[-1].from_at) if state.suspended else None,
        shown=due_instant(state),
    )
