"""One matter: where it stands, its clocks drawn on the working-day calendar, its story, and what may be said to it now.

A command is a form that carries its message id: sent again it gets its first answer. The answer is shown where the form
was; a refusal says why and what would be accepted.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from http import HTTPStatus
from typing import Annotated, Any, Literal, cast
from urllib.parse import quote
from uuid import uuid4

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator
from sqlmodel import Session

from models.access import View
from models.acts import ActName
from models.contract import is_case, matter_workflow_id
from models.explanations import Counted, Explanation, Words
from models.matters import ClockKind, MatterState
from models.messages import Command, Outcome
from models.policy import VerificationMethod
from policies.calendar import Calendar
from policies.deadlines import local_date
from policies.distance import Distance
from policies.offering import OFFERED, shape_of
from policies.relations import Site
from record import deliveries, documents, views
from record.documents import Issued
from record.ledger import Entry
from record.matters import due_instant
from record.views import MatterCard, MatterLine, PartCard
from showing.matters import how_far
from showing.trying import offered
from showing.why import explained
from web.api import authority, keys
from web.api.matters import delivery, told_to
from web.api.parts import MatterId, calendar_of
from web.api.shapes import ActOut, DeliveryOut
from web.api.texts import KEY, LONGEST_TEXT, PRINTABLE
from web.console import drawing
from web.console.drawing import DrawnMonth, Event
from web.console.filters import REGISTER
from web.console.visits import PageRoute, Posting, Said, Visit, Visiting, page

routes = APIRouter(route_class=PageRoute, include_in_schema=False)

_MOST = 200

_Text = Annotated[str, StringConstraints(max_length=LONGEST_TEXT, pattern=PRINTABLE, strip_whitespace=True)]
_Short = Annotated[str, StringConstraints(max_length=64, pattern=PRINTABLE, strip_whitespace=True)]
_Answer = Literal["yes", "no"]

_FIELDS: dict[str, tuple[str, ...]] = {
    "approve": ("granted", "reason"),
    "sign": (),
    "report_progress": ("text", "done"),
    "request_extension": ("limit", "reason"),
    "decide_extension": ("granted", "reason"),
    "suspend": ("until", "reason"),
    "resume": ("reason",),
    "submit": ("text", "without_co"),
    "verify": ("passed", "method", "persons", "place", "date", "document", "reason"),
    "urge": ("text",),
}
"""What the form of each command asks for."""


class Spoken(BaseModel):
    """What the form of a command says; which fields it has, its command says. Empty fields say nothing."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    message: Annotated[str, StringConstraints(pattern=KEY)]
    text: _Text | None = None
    reason: _Text | None = None
    limit: _Short | None = None
    until: _Short | None = None
    without_co: _Text | None = None
    granted: _Answer | None = None
    passed: _Answer | None = None
    done: _Answer | None = None
    method: VerificationMethod | None = None
    persons: _Text | None = None
    place: _Text | None = None
    date: _Short | None = None
    document: _Text | None = None

    @model_validator(mode="before")
    @classmethod
    def _without_what_is_empty(cls, said: Any) -> Any:
        return {name: value for name, value in said.items() if value != ""} if isinstance(said, dict) else said

    def words(self, do: str) -> dict[str, Any]:
        """What is said with this command, as its message takes it."""
        said = {name: getattr(self, name) for name in _FIELDS[do] if getattr(self, name) is not None}
        for name in ("granted", "passed", "done"):
            if name in said:
                said[name] = said[name] == "yes"
        shown = {name: said.pop(name) for name in ("persons", "place", "date", "document") if name in said}
        if "persons" in shown:
            shown["persons"] = [one for one in shown["persons"].replace("、", ",").replace("，", ",").split(",") if one]
        if shown:
            said["evidence"] = shown
        if "method" in said:
            said["method"] = said["method"].value
        return said


@dataclass(frozen=True, slots=True)
class Given:
    """A command that was just given, as its form said it, and the recorded answer."""

    do: str
    message_id: str
    said: Spoken
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Drawn:
    """A clock and its months."""

    clock: Counted
    months: tuple[DrawnMonth, ...]


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
    offers: tuple[str, ...]
    history: str | None


@routes.get(f"{REGISTER}/{{matter_id}}")
def matter(matter_id: MatterId, this: Visiting) -> HTMLResponse:
    """The page of a matter, or of one's part of it."""
    return _shown(this, matter_id)


@routes.post(f"{REGISTER}/{{matter_id}}/commands/{{do}}")
async def command(matter_id: MatterId, do: str, this: Posting, said: Annotated[Spoken, Form()]) -> HTMLResponse:
    """Give a command; the page again, with its recorded answer. 409 where the rules have refused it."""
    if do not in OFFERED:
        raise authority.not_found()
    message_id = keys.message_id(this.caller, said.message)

    def heard() -> None:
        with this.web.store.reading() as session:
            authority.known(session, this.web, this.caller, matter_id)
        keys.claim(this.web, this.caller, said.message, this.request, said.words(do))

    await asyncio.to_thread(heard)
    spoken = {"message_id": message_id, "by": authority.post_of(this.caller), "voice": this.caller.voice}
    office = await this.web.office()
    outcome = await office.say(matter_id, cast(Command, shape_of(do).model_validate({**said.words(do), **spoken})))
    return await asyncio.to_thread(_shown, this, matter_id, Given(do, message_id, said, outcome))


def _shown(this: Visit, matter_id: str, given: Given | None = None) -> HTMLResponse:
    with this.web.store.reading() as session:
        found = _standing(session, this, matter_id)
        instead = _instead(session, this, matter_id, given) if given else ()
    refused = given if given and not given.outcome.accepted else None
    return page(
        this,
        "matter.html",
        status=HTTPStatus.CONFLICT if refused else HTTPStatus.OK,
        found=found,
        line=found.line,
        given=given,
        instead=instead,
        forms=[(do, _FIELDS[do], uuid4().hex) for do in found.offers],
        # What was refused can be said again, better.
        kept={(refused.do, name): getattr(refused.said, name) for name in _FIELDS[refused.do]} if refused else {},
        methods=tuple(VerificationMethod),
        reminders=drawing.reminders(found.card.state.clocks.values())
        if found.card and not found.card.state.suspended
        else [],
        address=f"{REGISTER}/{matter_id}",
        is_case=is_case,
    )


def _instead(session: Session, this: Visit, matter_id: str, given: Given) -> tuple[Words, ...]:
    """What would have been accepted instead of what was refused, for whom explanations are."""
    if given.outcome.accepted or not authority.sees(this.web, this.caller, _state(session, this, matter_id), View.WHY):
        return ()
    told = views.timeline(session, matter_id, scope=authority.scope_of(this.web, this.caller), with_cases=False)
    seq = next((one.seq for one in told if one.message_id == given.message_id and one.act.act is ActName.REFUSED), None)
    return () if seq is None else explained(session, matter_id, str(seq), full=False).instead


def _state(session: Session, this: Visit, matter_id: str) -> MatterState:
    return authority.known(session, this.web, this.caller, matter_id)


def _standing(session: Session, this: Visit, matter_id: str) -> Standing:
    """What the visitor sees of the matter; ends the visit with 404 where that is nothing."""
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
        papers=_papers(session, this, state),
        notices=_notices(session, this, state),
        offers=_offers(session, this, state, at, working),
        history=_history(this, state),
    )


def _offers(session: Session, this: Visit, state: MatterState, at: datetime, working: Calendar) -> tuple[str, ...]:
    return offered(session, state, this.caller.post, at, calendar=working, directory=this.web.directory)


def _drawn(
    this: Visit, state: MatterState, why: Explanation | None, entries: Iterable[Entry], at: datetime
) -> tuple[Drawn, ...]:
    """The clocks that run, with what has happened and what reminders will come on their days."""
    say = Said(this.language)
    events: dict[date, list[Event]] = {}
    for entry in entries:
        if entry.target == state.id:
            on = events.setdefault(local_date(entry.act.at), [])
            on.append(Event(say.act(entry.act.act), ahead=False))
    drawn: list[Drawn] = []
    stopped_on = local_date(state.stops[-1].from_at) if state.suspended else None
    for clock in why.clocks if why else ():
        own = {day: list(known) for day, known in events.items()}
        running = next((one for kind, one in state.clocks.items() if kind == clock.kind), None)
        for one in running.reminders if running and stopped_on is None else ():
            words = say.text("clock.reminder", days=one.days_left)
            own.setdefault(local_date(one.at), []).append(Event(words, ahead=True))
        stands = stopped_on if clock.kind != ClockKind.SUSPENSION else None
        drawn.append(Drawn(clock, drawing.drawn(clock, own, local_date(at), stands)))
    # First the clock that people look at; those beside it in the order in which they run out.
    shown = due_instant(state)
    return tuple(sorted(drawn, key=lambda one: one.clock.due_at != shown))


def _papers(session: Session, this: Visit, state: MatterState) -> tuple[Issued, ...]:
    if not authority.sees(this.web, this.caller, state, View.DOCUMENTS):
        return ()
    found = documents.issued(session, matter_id=state.id, limit=_MOST).items
    return tuple(
        one
        for one in found
        if not is_case(one.target)
        or authority.reads_case(session, this.web, this.caller, one.target, View.CASE_MATERIALS)
    )


def _notices(session: Session, this: Visit, state: MatterState) -> tuple[DeliveryOut, ...] | None:
    if not authority.sees(this.web, this.caller, state, View.DELIVERIES):
        return None
    found = deliveries.deliveries(session, matter_id=state.id, limit=_MOST).items
    return tuple(
        delivery(one)
        for one in found
        if not is_case(one.entry.target) or authority.reads_case(session, this.web, this.caller, one.entry.target)
    )


def _history(this: Visit, state: MatterState) -> str | None:
    """Where the Temporal UI shows the matter's history, for whom histories are; None without a UI."""
    shown = this.request.app.state.histories
    site = Site(this.web.settings.office)
    if shown is None or not authority.sees(this.web, this.caller, site, View.HISTORIES):
        return None
    ui, namespace = shown
    return f"{ui}/namespaces/{quote(namespace, safe='')}/workflows/{quote(matter_workflow_id(state.id), safe='')}"
