"""One command to several matters of the register, ticked there; each hears it by itself, under an id of its own.

The rules admit or refuse each, on record. Sent twice, the form acts on each once; what could not be reached is sent
again with the same form.
"""

import asyncio
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any, Literal, cast

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse
from pydantic import Field, StringConstraints

from models.matters import MatterState, MatterTerms, Severity, Urgency
from models.messages import Command, Outcome
from office import UnavailableError
from policies.access import may, on_matter
from policies.matter import blank
from policies.offering import shape_of
from record import registers
from record.registers import Sought
from record.store import RecordUnavailableError
from record.views import MatterLine
from showing.trying import offered
from web.api import authority, keys
from web.api.bodies import MATTER_BODIES
from web.api.parts import calendar_of
from web.api.texts import MATTER_ID
from web.console.filters import ACT, MOST_TICKED, REGISTER, Filters
from web.console.forms import Form, form_of, said
from web.console.giving import form_in
from web.console.visits import PageRoute, Posting, Visit, Visiting, page
from web.problems import ProblemError

routes = APIRouter(route_class=PageRoute, include_in_schema=False)

GIVEN = ("urge", "raise_urgency", "summon", "circulate")
"""What can be said to several matters in the same words."""
_FIELDS = {do: tuple(one for one in form_of(shape_of(do)) if one.name != "post") for do in GIVEN}

_Id = Annotated[str, StringConstraints(pattern=MATTER_ID)]
_AN_ID = re.compile(MATTER_ID)
_BACK = re.compile(rf"{REGISTER}(?:\?[^\\\x00-\x20]*)?", re.ASCII)


class Ticked(Filters):
    """The matters that are ticked, what is to be said to them, and where they were ticked."""

    matter: list[_Id] = Field(default_factory=list, max_length=MOST_TICKED)
    do: Literal["urge", "raise_urgency", "summon", "circulate"] | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """A ticked matter: whether the rules would admit the command now, what they answered, None where nobody did."""

    line: MatterLine
    offered: bool
    outcome: Outcome | None = None


def offered_to(this: Visit, lines: Iterable[MatterLine]) -> tuple[str, ...]:
    """Those of GIVEN that the table of access lets the visitor give to any matter with parties like these lines'."""
    found: set[str] = set()
    for lead, office, leader in {(line.lead, line.office, line.leader) for line in lines}:
        if lead is not None and office is not None and leader is not None:
            terms = MatterTerms(
                title="", lead=lead, office=office, leader=leader, limit="", basis="", urgency=Urgency.PLAIN,
                severity=Severity.ORDINARY,
            )  # fmt: skip
            found |= _lets(this, blank("like").model_copy(update={"terms": terms}))
    return tuple(do for do in GIVEN if do in found)


def _lets(this: Visit, state: MatterState) -> set[str]:
    held = authority.standing_of(this.web, this.caller, state)
    return {do for do in GIVEN if may(on_matter(do), held)}


@routes.get(ACT)
def choose(ticked: Annotated[Ticked, Query()], this: Visiting) -> HTMLResponse:
    """The form of the command, with the matters that would hear it."""
    do = ticked.do
    if do is None:
        raise authority.not_found()
    targets = _targets(this, ticked.matter, do)
    return _shown(this, do, targets, Form(do, _FIELDS[do]), ticked.address())


@routes.post(ACT)
async def act(this: Posting) -> HTMLResponse:
    """Give the command to each; what became of it, matter by matter. 422 where the form cannot be read."""
    form = await form_in(this.request)
    ids = [one for one in (await this.request.form()).getlist("matter") if isinstance(one, str)]
    do, back = form.values.get("do"), form.values.get("back", "")
    if do not in GIVEN:
        raise authority.not_found()
    if len(ids) > MOST_TICKED or not all(map(_AN_ID.fullmatch, ids)):
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "matter")
    back = back if _BACK.fullmatch(back) else REGISTER
    words, errors = said(_FIELDS[do], form, MATTER_BODIES[do])
    targets = await asyncio.to_thread(_targets, this, ids, do)
    made = Form(do, _FIELDS[do], form.values, errors, form.message)
    if errors or not targets:
        return _shown(this, do, targets, made, back, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    claimed = {"do": do, "words": words, "matters": sorted(ids)}
    await asyncio.to_thread(keys.claim, this.web, this.caller, form.message, this.request, claimed)
    outcomes = await _given(this, do, words, form.message, [one.line.id for one in targets])
    answered = [Target(one.line, one.offered, outcome) for one, outcome in zip(targets, outcomes, strict=True)]
    return _shown(this, do, answered, made, back, answered=True)


async def _given(
    this: Visit, do: str, words: dict[str, Any], message: str, matters: Sequence[str]
) -> list[Outcome | None]:
    """The recorded answers, in the order of the matters; None for what did not answer in time."""
    office = await this.web.office()
    few = asyncio.Semaphore(this.web.settings.import_in_flight)
    speaks = {"by": authority.post_of(this.caller), "voice": this.caller.voice}

    async def give(matter: str) -> Outcome | None:
        own = {"message_id": keys.message_id(this.caller, f"{message}:{matter}")}
        command = cast(Command, shape_of(do).model_validate({**words, **speaks, **own}))
        async with few:
            try:
                return await office.say(matter, command)
            except (UnavailableError, RecordUnavailableError):
                return None

    return await asyncio.gather(*(give(matter) for matter in matters))


def _targets(this: Visit, ids: Sequence[str], do: str) -> list[Target]:
    """The ticked matters, each once, as they stand.

    The visit ends with 404 where one is not the visitor's to know, or the table lets him say this to none of them.
    """
    at, caller = this.web.clock(), this.caller
    with this.web.store.reading() as session:
        working = calendar_of(session)
        states = {one: authority.known(session, this.web, caller, one) for one in dict.fromkeys(ids)}
        wanted = Sought(ids=frozenset(states))
        scope = authority.scope_of(this.web, caller)
        lines = {one.id: one for one in registers.found(session, wanted, scope=scope, now=at, limit=MOST_TICKED).items}
        if states and not any(do in _lets(this, state) for state in states.values()):
            raise authority.not_found()
        found = []
        for matter, state in states.items():
            would = offered(
                session, state, caller.post, at, calendar=working, directory=this.web.directory, among=(do,)
            )
            if matter not in lines:
                raise authority.not_found()
            found.append(Target(lines[matter], bool(would)))
    return found


def _shown(
    this: Visit,
    do: str,
    targets: Sequence[Target],
    form: Form,
    back: str,
    *,
    status: int = HTTPStatus.OK,
    answered: bool = False,
) -> HTMLResponse:
    outcomes = [one.outcome for one in targets if one.outcome is not None]
    if answered and outcomes and not any(one.accepted for one in outcomes):
        status = HTTPStatus.CONFLICT
    return page(
        this,
        "bulk.html",
        here="register",
        status=status,
        do=do,
        targets=targets,
        form=form,
        answered=answered,
        unanswered=answered and any(one.outcome is None for one in targets),
        accepted=sum(one.accepted for one in outcomes),
        refused=sum(not one.accepted for one in outcomes),
        act_address=ACT,
        register_address=REGISTER,
        back_address=back,
    )
