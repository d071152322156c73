"""One petition, duty or proceeding: its steps, the clock of the step under way, its story, what may be said to it now.

As a matter's page (matter.py). Whose part it is only sees that part. Who handed a petition in is on another page.
"""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict
from sqlmodel import Session

from models.access import View
from models.acts import ActName
from models.base import Spoken
from models.blocks import Block, Plan
from models.contract import is_case, kind_of
from models.explanations import Explanation, Words
from models.proceedings import ProceedingState
from policies.calendar import Calendar
from policies.deadlines import local_date
from policies.distance import Distance
from policies.proceeding import due_at
from policies.proceeding_offering import PROCEEDING_OFFERED, shape_of_proceeding
from policies.proceeding_wording import BLOCK_TITLES, ROLES
from record import proceeding_lists, registers, views
from record.documents import Issued
from record.ledger import Entry
from record.proceeding_lists import ProceedingCard, ProceedingLine
from record.registers import Sought
from record.views import MatterLine
from showing.proceedings import how_far, steps_of
from showing.trying import offered_in_proceeding
from showing.why import explained, procedure_of
from taking import Candidate, candidates
from web import attaching
from web.api import authority
from web.api.bodies import PROCEEDING_BODIES
from web.api.matters import explanation, told_to
from web.api.parts import calendar_of
from web.api.proceedings import KindName, Name
from web.api.shapes import ActOut, DeliveryOut
from web.api.texts import PRINTABLE
from web.attaching import Named
from web.console import clocks, drawing, giving, shown_with
from web.console.clocks import Drawn
from web.console.giving import Given, give
from web.console.histories import history_of
from web.console.proceeding_filters import LISTS, PROCEEDINGS, Kind, address_of
from web.console.proceeding_forms import asked_fields, read_fields
from web.console.proceeding_words import channel_words, kept_lines, outcome_words, stage_words
from web.console.visits import PageRoute, Posting, Said, Visit, Visiting, page

routes = APIRouter(route_class=PageRoute, include_in_schema=False)

_MOST = 200
_ONE = f"{PROCEEDINGS}/{{kind}}/{{name}}"


class Asked(BaseModel):
    """What else the address of a page asks for: which petitions may be the same."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    alike: bool = False


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time that a duty fell due: its period, due instant, and matter, where that is the visitor's to see."""

    period: str
    due_at: datetime | None
    matter_id: str
    matter: MatterLine | None


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything a page shows of one; what the visitor may not see is empty or None."""

    line: ProceedingLine
    far: Distance | None
    card: ProceedingCard | None
    plan: Plan | None
    acts: tuple[ActOut, ...]
    why: Explanation | None
    clocks: tuple[Drawn, ...]
    papers: tuple[Issued, ...]
    notices: tuple[DeliveryOut, ...] | None
    offers: dict[str, Spoken]
    occurrences: tuple[Occurrence, ...]
    launched: tuple[tuple[str, MatterLine | None], ...]
    history: str | None
    files: Mapping[int, tuple[Named, ...]]

    @property
    def block(self) -> Block | None:
        """The block of the step under way; None after the end, and where the procedure is not known."""
        if self.plan is None or self.card is None or self.card.state.over:
            return None
        return self.plan.steps[self.card.state.step]

    @property
    def asked(self) -> str | None:
        """What is asked for, as it was opened; None where nothing is, and where the visitor does not read of it."""
        said = next((one.detail.get("said") for one in self.acts if one.act is ActName.OPENED), None)
        text = said.get("text") if isinstance(said, Mapping) else None
        return text if isinstance(text, str) else None


@routes.get(_ONE)
def proceeding(kind: KindName, name: Name, this: Visiting, asked: Annotated[Asked, Query()]) -> HTMLResponse:
    """The page of one, or of one's part of it."""
    return _shown(this, f"{kind}/{name}", alike=asked.alike)


@routes.post(f"{_ONE}/commands/{{do}}")
async def command(kind: KindName, name: Name, do: str, this: Posting) -> HTMLResponse:
    """Give a command; the page again, with its recorded answer. 409 where the rules have refused it."""
    if do not in PROCEEDING_OFFERED:
        raise authority.not_found()
    target = f"{kind}/{name}"

    def look(session: Session) -> None:
        authority.proceeding(session, this.web, this.caller, target, View.PROCEEDING, View.PROCEEDING_LINE)

    fields = read_fields(do, (await this.request.form()).keys())
    given = await give(this, target, shape_of_proceeding(do), fields, PROCEEDING_BODIES[do], look=look)
    return await asyncio.to_thread(_shown, this, target, given)


@routes.get(f"{_ONE}/why")
def why(
    kind: KindName, name: Name, this: Visiting,
    act: Annotated[str | None, Query(max_length=64, pattern=PRINTABLE)] = None,
) -> HTMLResponse:  # fmt: skip
    """The explanation of one act by its number or name; of where it stands without it."""
    target = f"{kind}/{name}"
    with this.web.store.reading() as session:
        authority.proceeding(session, this.web, this.caller, target, View.PROCEEDING)
        found = explanation(session, target, act)
        told = views.timeline(session, target, scope=authority.scope_of(this.web, this.caller), with_cases=False)
    return page(
        this,
        "why.html",
        here=kind,
        found=found,
        about="proceeding",
        address=address_of(target),
        drawn=clocks.drawn(Said(this.language), [one for one in found.clocks if one.days], told, this.web.clock()),
    )


def _shown(this: Visit, target: str, given: Given | None = None, *, alike: bool = False) -> HTMLResponse:
    with this.web.store.reading() as session:
        state = authority.proceeding(session, this.web, this.caller, target, View.PROCEEDING, View.PROCEEDING_LINE)
        found = _standing(session, this, state)
        instead = _instead(session, this, state, given) if given else ()
    say, block, kind = Said(this.language), found.block, Kind(target.partition("/")[0])
    card = found.card
    of_office = kind is Kind.PETITION and card is not None and this.web.directory.serves(
        this.caller.post, found.line.office
    )  # fmt: skip
    return page(
        this,
        "proceeding.html",
        status=given.status if given else 200,
        here=kind.value,
        kind=kind.value,
        list_address=LISTS[kind],
        address=address_of(target),
        address_of=address_of,
        found=found,
        line=found.line,
        card=card,
        given=given,
        instead=instead,
        forms=[giving.shown(do, asked_fields(say, do, card.state, block), given) for do in found.offers]
        if card is not None and block is not None
        else [giving.shown(do, read_fields(do, ()), given) for do in found.offers],
        steps=_steps(found),
        reminders=drawing.reminders(card.state.clocks.values()) if card and not card.state.paused else [],
        of_office=of_office,
        candidates=_candidates(this, target, of_office and alike),
        sees_identity=kind is Kind.PETITION and authority.sees(this.web, this.caller, state, View.PROTECTED_IDENTITY),
        anonymous=state.terms is not None and state.terms.anonymous,
        stage_words=stage_words,
        channel_words=channel_words,
        is_case=is_case,
    )


def _candidates(this: Visit, target: str, asked: bool) -> list[Candidate] | None:
    return candidates(this.web.store, target, this.web.clock()) if asked else None


def _steps(found: Standing) -> list[dict[str, Any]]:
    """Every step with its words: done, under way, or to come."""
    if found.card is None:
        return []
    steps = steps_of(found.card, found.plan)
    blocks: Iterable[Block | None] = found.plan.steps if found.plan else [None] * len(steps)
    return [
        {
            **step,
            "kept": [*kept_lines(_kept(found.card.state, step))],
            "round": found.card.state.round if step["state"] == "under_way" else step["round"],
            "outcome": outcome_words(step["outcome"], block) if step["outcome"] else None,
            "block_words": Words(zh=BLOCK_TITLES[type(block)][0], en=BLOCK_TITLES[type(block)][1]) if block else None,
            "roles": [Words(zh=ROLES[role][0], en=ROLES[role][1]) for role in block.by] if block else [],
            "limit": block.limit if block else None,
        }
        for step, block in zip(steps, blocks, strict=True)
    ]


def _kept(state: ProceedingState, step: Mapping[str, Any]) -> Any:
    """What the step keeps: as it stands, or as it was left; nothing of one to come."""
    if step["state"] == "under_way":
        return state.kept
    mark = state.marks.get(step["step"])
    return mark.kept if mark is not None and step["state"] == "done" else None


def _instead(session: Session, this: Visit, state: ProceedingState, given: Given) -> tuple[Words, ...]:
    """What would have been accepted instead of what was refused, for whom explanations are."""
    if given.outcome is None or given.accepted or not authority.sees(this.web, this.caller, state, View.PROCEEDING):
        return ()
    told = views.timeline(session, state.id, scope=authority.scope_of(this.web, this.caller), with_cases=False)
    seq = next((one.seq for one in told if one.message_id == given.message_id and one.act.act is ActName.REFUSED), None)
    return () if seq is None else explained(session, state.id, str(seq), full=False).instead


def _standing(session: Session, this: Visit, state: ProceedingState) -> Standing:
    """What the visitor sees of it; ends the visit with 404 where that is nothing."""
    web, caller, at, target = this.web, this.caller, this.web.clock(), state.id
    scope, working = authority.scope_of(web, caller), calendar_of(session)
    card = proceeding_lists.card(session, target, at, scope=scope)
    line = card.line if card is not None else proceeding_lists.line(session, target, at, scope=scope)
    if line is None:
        raise authority.not_found()
    entries = views.timeline(session, target, scope=scope)
    whole = card is not None and authority.sees(web, caller, state, View.PROCEEDING)
    why = explained(session, target, None, full=False) if whole else None
    plan = _plan(session, state) if card is not None else None
    return Standing(
        line=line,
        far=how_far(line, at, working),
        card=card,
        plan=plan,
        acts=tuple(_titled(told_to(session, web, caller, entries), plan)),
        why=why,
        clocks=_drawn(this, state, why, entries, at),
        papers=shown_with.papers(session, this, state),
        notices=shown_with.notices(session, this, state),
        offers=_offers(session, this, state, at, working),
        occurrences=_occurrences(session, this, entries, at),
        launched=_launched(session, this, state.launched if card is not None else (), at),
        history=history_of(this, target) if kind_of(target) != Kind.DUTY else None,
        files=attaching.files_by_act(session, web, caller, target),
    )


def _titled(acts: Iterable[ActOut], plan: Plan | None) -> Iterator[ActOut]:
    """The acts with the title of the step that is done again, which they hold by its name."""
    titles = {block.name: block.title for block in plan.steps} if plan else {}
    for one in acts:
        title = titles.get(one.value or "") if one.act is ActName.REDONE else None
        yield one.model_copy(update={"words": one.words.replace(str(one.value), title, 1)}) if title else one


def _plan(session: Session, state: ProceedingState) -> Plan | None:
    procedure = procedure_of(session, state.policy)
    return procedure.in_force(date.fromisoformat(state.policy.partition("/")[2])) if procedure else None


def _offers(
    session: Session, this: Visit, state: ProceedingState, at: datetime, working: Calendar
) -> dict[str, Spoken]:
    directory = this.web.directory
    return offered_in_proceeding(session, state, this.caller.post, at, calendar=working, directory=directory)


def _drawn(
    this: Visit, state: ProceedingState, why: Explanation | None, entries: Iterable[Entry], at: datetime
) -> tuple[Drawn, ...]:
    """The clocks that run, with what has happened and what reminders will come on their days."""
    return clocks.drawn(
        Said(this.language),
        why.clocks if why else (),
        (entry for entry in entries if entry.target == state.id),
        at,
        reminders={kind.value: clock.reminders for kind, clock in state.clocks.items()},
        stopped_on=local_date(state.stops[-1].from_at) if state.paused else None,
        shown=due_at(state),
    )


def _launched(
    session: Session, this: Visit, ids: Iterable[str], at: datetime
) -> tuple[tuple[str, MatterLine | None], ...]:
    """The matters of these ids, each with its line where it is the visitor's to see."""
    wanted = list(dict.fromkeys(ids))[-_MOST:]
    if not wanted:
        return ()
    sought, scope = Sought(ids=frozenset(wanted)), authority.scope_of(this.web, this.caller)
    known = {line.id: line for line in registers.found(session, sought, scope=scope, now=at, limit=_MOST).items}
    return tuple((one, known.get(one)) for one in wanted)


def _occurrences(session: Session, this: Visit, entries: Iterable[Entry], at: datetime) -> tuple[Occurrence, ...]:
    """Every time a duty fell due, as far as the visitor reads of it, the latest first."""
    acts = [one.act for one in entries if one.act.act is ActName.OCCURRED and one.act.reason]
    lines = dict(_launched(session, this, (act.reason for act in acts if act.reason), at))
    found = [Occurrence(act.value or "", act.due, act.reason or "", lines.get(act.reason or "")) for act in acts]
    return tuple(reversed(found[-_MOST:]))
