"""One case: where it stands, what of due process is on record and what is missing, its clocks, its story, its papers.

What is protected in it shows as masks; it is opened for a reason (web/console/case_openings.py), never by a link.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from models.access import Relation, View
from models.acts import ActName
from models.cases import CaseClockKind, CaseState
from models.contract import is_proceeding, matter_of
from models.explanations import Explanation, Words
from models.ladder import Ladder
from models.matters import Light
from policies import due_process, panel, seats
from policies.calendar import Calendar
from policies.case_offering import OFFERED, shape_of
from policies.deadlines import local_date
from policies.distance import Distance, distance
from policies.ladder import measures_of, standard_ladder
from policies.machines import due_at, light_of
from policies.relations import recusal_deciders
from policies.wording import source_words
from record import deliveries, documents, views
from record.documents import Issued
from showing.trying import offered_in_case
from showing.why import explained
from web import attaching
from web.api import authority
from web.api.matters import delivery, told_to
from web.api.parts import CaseName, OriginId, calendar_of
from web.api.shapes import ActOut, DeliveryOut
from web.attaching import Named
from web.console import clocks, details, giving
from web.console.case_filters import CASES
from web.console.case_forms import body_of, case_fields, choice_words, measure_words
from web.console.clocks import Drawn
from web.console.giving import Given, give
from web.console.histories import history_of
from web.console.looking import Looked
from web.console.navigation import PREFIX
from web.console.visits import Language, PageRoute, Posting, Said, Visit, Visiting, page
from web.problems import ProblemError

routes = APIRouter(route_class=PageRoute, include_in_schema=False)

ONE = f"{CASES}/{{matter_id:origin}}/{{case}}"
"""The path of a case's page; its id is what follows `/console/cases/`."""
_MOST = 200


@dataclass(frozen=True, slots=True)
class Step:
    """A line of the checklist, and how far its end is."""

    standing: due_process.Standing
    far: Distance | None


@dataclass(frozen=True, slots=True)
class Member:
    """A member of the panel; `choice` is what he voted, where the visitor may know it."""

    post: str
    may_vote: bool
    chairs: bool
    voted: bool
    choice: Words | None


@dataclass(frozen=True, slots=True)
class Told:
    """An act and what it says."""

    act: ActOut
    lines: tuple[details.Line, ...]


@dataclass(frozen=True, slots=True)
class Rights:
    """What the subject may do, and until when; None where he may not, or not any more.

    `stands_down` is who decides whether a member stands down.
    """

    speaks_until: datetime | None
    review_until: datetime | None
    stands_down: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything a page shows of a case; what the visitor may not see is empty or None."""

    state: CaseState
    light: Light
    due_at: datetime | None
    far: Distance | None
    measure: Words
    stands: Words | None
    origin: str | None
    """Where the matter or the proceeding is that it is about, for whom that is."""
    steps: tuple[Step, ...]
    members: tuple[Member, ...]
    tally: panel.Tally | None
    above: tuple[str, ...]
    """Who decides where the panel does not."""
    acts: tuple[Told, ...]
    why: Explanation | None
    clocks: tuple[Drawn, ...]
    papers: tuple[Issued, ...]
    notices: tuple[DeliveryOut, ...] | None
    reads: bool
    """Whether the materials are the visitor's to open."""
    rights: Rights | None
    offers: tuple[str, ...]
    history: str | None
    files: tuple[Named, ...]
    """Files that acts name, their names as this transaction may read them."""


@routes.get(ONE)
def case(matter_id: OriginId, case: CaseName, this: Visiting) -> HTMLResponse:
    """The page of a case."""
    with this.web.store.reading() as session:
        found = standing_of(session, this, f"{matter_id}/{case}")
    return shown(this, found)


@routes.post(f"{ONE}/commands/{{do}}")
async def command(matter_id: OriginId, case: CaseName, do: str, this: Posting) -> HTMLResponse:
    """Give a command; the page again, with its recorded answer. 409 where the rules have refused it."""
    case_id = f"{matter_id}/{case}"
    if do not in OFFERED or do == "propose":
        raise authority.not_found()

    def known(session: Session) -> CaseState:
        return authority.case(session, this.web, this.caller, case_id, View.CASE)

    def look() -> CaseState:
        with this.web.store.reading() as session:
            return known(session)

    state = await asyncio.to_thread(look)
    fields = case_fields(do, state, ladder_of(state), this.web.directory)
    given = await give(this, case_id, shape_of(do), fields, body_of(do), look=known)
    return await asyncio.to_thread(_answered, this, case_id, given)


def _answered(this: Visit, case_id: str, given: Given) -> HTMLResponse:
    with this.web.store.reading() as session:
        found = standing_of(session, this, case_id)
        instead = _instead(session, found, given)
    return shown(this, found, given=given, instead=instead)


def _instead(session: Session, found: Standing, given: Given) -> tuple[Words, ...]:
    """What would have been accepted instead of what was refused, for whom explanations are."""
    if found.why is None or given.outcome is None or given.accepted:
        return ()
    seq = next(
        (one.act.seq for one in found.acts
         if one.act.message_id == given.message_id and one.act.act is ActName.REFUSED), None
    )  # fmt: skip
    return () if seq is None else explained(session, found.state.id, str(seq), full=False).instead


def shown(
    this: Visit,
    found: Standing,
    *,
    given: Given | None = None,
    instead: tuple[Words, ...] = (),
    looked: Looked | None = None,
) -> HTMLResponse:
    """The page, with the answer to what was just done on it."""
    state, directory = found.state, this.web.directory
    status = given.status if given else looked.status if looked else HTTPStatus.OK
    ladder = ladder_of(state)
    return page(
        this,
        "case.html",
        status=status,
        here="cases",
        found=found,
        state=state,
        given=given,
        instead=instead,
        looked=looked,
        forms=[
            giving.shown(do, case_fields(do, state, ladder, directory), given)
            for do in found.offers
        ],
        address=f"{CASES}/{state.id}",
        source=_source(state, this.language),
    )  # fmt: skip


def _source(state: CaseState, language: Language) -> str | None:
    """What it was opened from, in words; None where that was not kept."""
    if state.source is None:
        return None
    if language is Language.ZH:
        return source_words(state.source)
    return " ".join(filter(None, (state.source.kind.value, state.source.reference)))


def ladder_of(state: CaseState) -> Ladder:
    """The ladder of the day on which the case was proposed."""
    ladders = standard_ladder()
    return ladders.in_force(local_date(state.proposed_at)) if state.proposed_at else ladders.latest


def standing_of(session: Session, this: Visit, case_id: str) -> Standing:
    """What the visitor sees of the case, as this transaction may read it; 404 where that is nothing."""
    web, caller, at = this.web, this.caller, this.web.clock()
    state = authority.case(session, web, caller, case_id, View.CASE)
    held = authority.standing_of(web, caller, state)
    reads_acts = authority.sees(web, caller, state, View.CASE_TIMELINE)
    entries = (
        views.timeline(session, case_id, scope=authority.scope_of(web, caller), with_cases=False) if reads_acts else []
    )
    why = explained(session, case_id, None, full=False) if reads_acts else None
    working, ladder, due = calendar_of(session), ladder_of(state), due_at(state)
    decides, say = seats.panel_decides(state, web.directory), Said(this.language)
    return Standing(
        state=state,
        light=light_of(state),
        due_at=due,
        far=_far(due, at, working),
        measure=measure_words(measures_of(ladder, state.measure)),
        stands=measure_words(measures_of(ladder, state.standing)) if state.standing else None,
        origin=_origin(session, this, state),
        steps=tuple(
            Step(one, _far(one.due_at, at, working)) for one in due_process.checklist(state, web.directory)
        ),
        members=_members(this, state, ladder),
        tally=panel.tally(state, web.directory) if CaseClockKind.DECISION in state.clocks and decides else None,
        above=() if decides else seats.holders(state, web.directory, CaseClockKind.DECISION),
        acts=tuple(Told(one, details.lines(one.detail, say)) for one in told_to(session, web, caller, entries)),
        why=why,
        clocks=clocks.drawn(say, why.clocks if why else (), entries, at, shown=due),
        papers=_papers(session, this, state),
        notices=_notices(session, this, state) if reads_acts else None,
        reads=authority.sees(web, caller, state, View.CASE_MATERIALS),
        rights=_rights(this, state) if Relation.SPEAKER in held else None,
        offers=_offers(session, this, state, at, working),
        history=history_of(this, case_id),
        files=tuple(attaching.files_of(session, web, caller, case_id)) if reads_acts else (),
    )  # fmt: skip


def _far(due: datetime | None, at: datetime, working: Calendar) -> Distance | None:
    return None if due is None else distance(due, at, working, overdue=due <= at)


def _origin(session: Session, this: Visit, state: CaseState) -> str | None:
    """The page of what the case is about, where the visitor may know of it."""
    origin = state.matter_id
    if origin is None:
        return None
    try:
        if is_proceeding(origin):
            authority.proceeding(session, this.web, this.caller, origin, View.PROCEEDING, View.PROCEEDING_LINE)
            return f"{PREFIX}/proceedings/{origin}"
        authority.known(session, this.web, this.caller, origin)
    except ProblemError:
        return None
    return f"{PREFIX}/matters/{origin}"


def _members(this: Visit, state: CaseState, ladder: Ladder) -> tuple[Member, ...]:
    directory = this.web.directory
    known = authority.sees(this.web, this.caller, state, View.CASE_VOTES)
    may, chair = seats.eligible(state, directory), seats.chair(state, directory)
    cast = {one.member: one.choice for one in state.votes}
    return tuple(
        Member(
            post,
            may_vote=post in may,
            chairs=post == chair,
            voted=post in cast,
            choice=choice_words(cast[post], ladder) if known and post in cast else None,
        )
        for post in state.panel
    )


def _rights(this: Visit, state: CaseState) -> Rights:
    window = None if state.waived else state.clocks.get(CaseClockKind.WINDOW)
    review = state.clocks.get(CaseClockKind.REVIEW_WINDOW)
    return Rights(
        speaks_until=window.due_at if window else None,
        review_until=review.due_at if review else None,
        stands_down=recusal_deciders(state, this.web.directory, None) if state.open else (),
    )


def _papers(session: Session, this: Visit, state: CaseState) -> tuple[Issued, ...]:
    if not authority.sees(this.web, this.caller, state, View.CASE_MATERIALS):
        return ()
    return documents.issued(session, matter_id=state.id, limit=_MOST).items


def _notices(session: Session, this: Visit, state: CaseState) -> tuple[DeliveryOut, ...] | None:
    if not authority.sees(this.web, this.caller, state, View.DELIVERIES):
        return None
    found = deliveries.deliveries(session, matter_id=matter_of(state.id), limit=_MOST).items
    return tuple(delivery(one) for one in found if one.entry.target == state.id)


def _offers(session: Session, this: Visit, state: CaseState, at: datetime, working: Calendar) -> tuple[str, ...]:
    return offered_in_case(session, state, this.caller.post, at, calendar=working, directory=this.web.directory)
