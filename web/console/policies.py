"""The policy room: which procedures rule what begins, each as a table and as a drawing; the measures; what is drafted.

What stands in a page was read off the procedure and found by the rules: nothing is written down for one version.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Path
from fastapi.responses import HTMLResponse
from sqlmodel import Session

import enacting
from models.access import SiteCommand, View
from models.acts import ActName
from models.contract import KINDS
from models.policy import Role
from policies.access import may
from policies.block_flow import BlockFlow, Way, block_flow
from policies.block_page import FIELDS
from policies.block_procedures import BlockProcedure, limits_of, load_blocks
from policies.deadlines import local_date
from policies.documents import Document
from policies.flow import BEGIN, WHO, Flow, Timer, flows
from policies.ladder import standard_ladder
from policies.procedure_words import WAYS, parts, values_of, words
from policies.procedures import STANDARD, Procedure, load_text
from policies.proceeding_wording import BLOCK_TITLES, PROCEEDING_STAGES, ROLES
from policies.relations import Site
from policies.wording import CASE_CLOCKS, CASE_STAGES, CLOCKS, STAGES
from record import policies, procedures
from record.policies import Publication
from web.api import authority
from web.api.proceedings import procedures_of
from web.console import flowchart
from web.console.flowchart import Box, Chart, Line
from web.console.navigation import PREFIX
from web.console.visits import Language, PageRoute, Said, Visit, Visiting, page

routes = APIRouter(route_class=PageRoute, include_in_schema=False)

ROOM = f"{PREFIX}/policies"

Key = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_]{0,60}(@[0-9a-f]{12})?$")]

_TOGETHER = 6
_IN_LEGS = frozenset({"limit", "missed", "more_time", "redo_limit", "climb_limit", "settle", "levels"})

STAGE_WORDS = {stage.value: said for stage, said in STAGES.items()}
CASE_STAGE_WORDS = {stage.value: said for stage, said in CASE_STAGES.items()}
CLOCK_WORDS = {kind.value: said for kind, said in (*CLOCKS.items(), *CASE_CLOCKS.items())}
ENDS = {stage.value: said for stage, said in PROCEEDING_STAGES.items()}


@dataclass(frozen=True, slots=True)
class Told:
    """Who learns of an act."""

    act: ActName
    roles: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """A drawing, what it is of, and the same as boxes for who does not see it."""

    title: str
    boxes: tuple[Box, ...]
    chart: Chart


def sees_room(this: Visit) -> None:
    """End the visit with 404 for whom policies are not."""
    if not authority.sees(this.web, this.caller, Site(this.web.settings.office), View.POLICIES):
        raise authority.not_found()


def allowed(this: Visit, command: SiteCommand) -> bool:
    """Whether the visitor may do this to the site."""
    held = authority.standing_of(this.web, this.caller, Site(this.web.settings.office))
    return may(command.value, held)


def today(this: Visit) -> date:
    """The local day."""
    return local_date(this.web.clock())


@routes.get(ROOM)
def room(this: Visiting) -> HTMLResponse:
    """What is in force, what is published, every version on record, what is drafted, every other procedure."""
    sees_room(this)
    drafting = allowed(this, SiteCommand.DRAFT_POLICY)
    with this.web.store.reading() as session:
        published = policies.publications(session)
        kept = policies.versions(session)
        standing = enacting.standing(session, STANDARD, today(this))
        drafts = policies.drafts(session) if drafting else []
    blocks = procedures_of(this.web)
    return page(
        this,
        "policies.html",
        here="policies",
        standing=standing,
        published=[(one, _stands(one, published, today(this))) for one in reversed(published)],
        kept=[one for one in kept if one.partition("@")[0] not in blocks],
        kept_blocks=[one for one in kept if one.partition("@")[0] in blocks],
        blocks=[_listed(blocks[name]) for name in sorted(blocks)],
        drafts=drafts,
        drafting=drafting,
        message=uuid4().hex,
        room=ROOM,
    )


def _stands(one: Publication, published: Iterable[Publication], on: date) -> str:
    """Whether a publication is in force, will be, or has been."""
    if one.from_on > on:
        return "ahead"
    return "now" if policies.in_force(list(published), one.name, on) == one else "past"


def _listed(procedure: BlockProcedure) -> dict[str, Any]:
    plan = procedure.in_force(procedure.change_days[-1])
    return {
        "name": procedure.name,
        "title": procedure.title,
        "of": KINDS[procedure.of],
        "carries": procedure.carries,
        "steps": [BLOCK_TITLES[type(block)] for block in plan.steps],
    }


@routes.get(f"{ROOM}/view/{{key}}")
def view(key: Key, this: Visiting) -> HTMLResponse:
    """One procedure as a table: the one in force under its name, or a version on record."""
    sees_room(this)
    with this.web.store.reading() as session:
        found = _procedure(session, this, key)
    if isinstance(found, BlockProcedure):
        return _blocks_page(this, key, found)
    content = Document(found.text, found.file).content
    return page(
        this,
        "policy.html",
        here="policies",
        key=key,
        procedure=found,
        parts=parts(found, today(this)),
        told=_told(content.get("tell", {})),
        escalation=content.get("escalation", []),
        papers=content.get("documents", {}),
        role=_role,
        words=words,
        room=ROOM,
    )


@routes.get(f"{ROOM}/view/{{key}}/drawing")
def drawing(key: Key, this: Visiting) -> HTMLResponse:
    """The same procedure drawn, and as a list."""
    sees_room(this)
    with this.web.store.reading() as session:
        found = _procedure(session, this, key)
    return page(
        this,
        "policy-drawing.html",
        here="policies",
        key=key,
        procedure=found,
        drawings=_drawings(this, found),
        room=ROOM,
    )


@routes.get(f"{ROOM}/ladder")
def ladder(this: Visiting) -> HTMLResponse:
    """The ladder of measures, every dated value with its source."""
    sees_room(this)
    file = standard_ladder()
    content = Document(file.text, file.file).content
    return page(this, "policy-ladder.html", here="policies", content=content, words=words, room=ROOM)


def _procedure(session: Session, this: Visit, key: str) -> Procedure | BlockProcedure:
    """The procedure of that name in force today, or the version kept under that key; 404 where there is none."""
    name, _, version = key.partition("@")
    blocks = procedures_of(this.web)
    try:
        if version:
            text = procedures.get(session, key)
            is_blocks = "\nsteps:" in text
            return load_blocks(text, key) if is_blocks else load_text(text, key)
        return blocks[name] if name in blocks else enacting.standing(session, name, today(this))
    except KeyError:
        raise authority.not_found() from None


def _told(tell: dict[str, list[str]]) -> list[Told]:
    return [Told(ActName(act), tuple(_role(role) for role in roles)) for act, roles in tell.items()]


def _role(written: str) -> tuple[str, str]:
    return ROLES[Role(written)]


# --- drawn ------------------------------------------------------------------------------------------------------------


def _drawings(this: Visit, found: Procedure | BlockProcedure) -> list[Drawing]:
    say = Said(this.language)
    if isinstance(found, BlockProcedure):
        boxes = _of_blocks(say, block_flow(found.in_force(max(today(this), found.first_day))))
        return [Drawing(found.title, boxes, flowchart.chart(boxes))]
    matter, case = flows(found.text, found.file, max(today(this), found.first_day))
    drawn = [(say.text("policy.of_matter"), _of_flow(say, matter, cases=False))]
    if case is not None:
        drawn.append((say.text("policy.of_case"), _of_flow(say, case, cases=True)))
    return [Drawing(title, boxes, flowchart.chart(boxes)) for title, boxes in drawn]


def _of_flow(say: Said, flow: Flow, *, cases: bool) -> tuple[Box, ...]:
    """The stages of a flow as boxes: what leads elsewhere, then what runs and may be said without leaving."""
    found = []
    for place in flow.places:
        lines = [_of_timer(say, place.stage, timer) for timer in place.timers]
        inside: list[str] = []
        for move in place.moves:
            by = "、".join(WHO[post][_en(say)] for post in move.by)
            do = _begins(say, move.do) if place.stage == BEGIN else say.command(move.do)
            if move.to == place.stage:
                inside.append(do)
            else:
                lines.append(Line(say.text("policy.move", do=do, by=by), move.to))
        inside = list(dict.fromkeys(inside))
        several = ["、".join(inside[start : start + _TOGETHER]) for start in range(0, len(inside), _TOGETHER)]
        lines += [Line(say.text("policy.may", commands=commands)) for commands in several]
        found.append(Box(place.stage, _place(say, place.stage, cases=cases), tuple(lines), final=not lines))
    return tuple(found)


def _of_timer(say: Said, stage: str, timer: Timer) -> Line:
    limits = "、".join(f"{urgency} {say.limit(limit)}".strip() for urgency, limit in timer.limits if limit)
    acts = "、".join(say.act(act) for act in timer.acts if act is not ActName.LIGHT_CHANGED)
    clock = _named(say, CLOCK_WORDS, timer.kind)
    what = say.text("policy.timer", clock=clock, limit=limits) if limits else clock
    then = say.text("policy.then", acts=acts) if acts else ""
    return Line(f"{what}{then}", None if timer.to == stage else timer.to, timer=True)


def _of_blocks(say: Said, flow: BlockFlow) -> tuple[Box, ...]:
    found = []
    titles = {step.block.name: step.block.title for step in flow.steps}
    for number, step in enumerate(flow.steps, 1):
        block = step.block
        by = "、".join(ROLES[role][_en(say)] for role in block.by)
        lines = [Line(say.text("policy.by", by=by))]
        if block.limit:
            lines.append(Line(say.text("policy.limit", limit=say.limit(block.limit)), timer=True))
        lines += [
            Line(f"{_field(say, str(at[-1]))} {say.limit(limit)}", timer=True)
            for at, limit in limits_of(block, ())
            if at[0] not in _IN_LEGS
        ]
        for leg in step.legs:
            limit = f" ({say.limit(leg.limit)})" if leg.limit and leg.way is not Way.DONE else ""
            to = titles.get(leg.to or "") or (_named(say, ENDS, leg.to) if leg.to else "")
            what = WAYS[leg.way][_en(say)] + limit
            elsewhere = leg.to if leg.to != block.name else None
            lines.append(Line(f"{what} → {to}" if to else what, elsewhere, timer=bool(leg.limit)))
        title = f"{number}. {block.title} · {BLOCK_TITLES[type(block)][_en(say)]}"
        found.append(Box(block.name, title, tuple(lines)))
    return (*found, *(Box(end, _named(say, ENDS, end), (), final=True) for end in flow.ends))


def _blocks_page(this: Visit, key: str, found: BlockProcedure) -> HTMLResponse:
    plan = found.in_force(max(today(this), found.first_day))
    content = Document(found.text, found.file).content
    say = Said(this.language)
    boxes = _of_blocks(say, block_flow(plan))
    return page(
        this,
        "policy-blocks.html",
        here="policies",
        key=key,
        procedure=found,
        plan=plan,
        kind=KINDS[found.of],
        parameters=[(name, values_of(entries, today(this))) for name, entries in content.get("parameters", {}).items()],
        uses={block.name: found.uses(block.name) for block in plan.steps},
        told=_told(content.get("tell", {})),
        titles=BLOCK_TITLES,
        roles=ROLES,
        drawings=[Drawing(found.title, boxes, flowchart.chart(boxes))],
        room=ROOM,
    )


def _field(say: Said, name: str) -> str:
    return name.replace("_", " ") if _en(say) else FIELDS.get(name, name)


def _en(say: Said) -> bool:
    return say.language is Language.EN


def _named(say: Said, known: Mapping[str, str], name: str) -> str:
    return name.replace("_", " ") if _en(say) else known.get(name, name)


def _place(say: Said, stage: str, *, cases: bool) -> str:
    if stage == BEGIN:
        return say.text("policy.begin")
    return _named(say, CASE_STAGE_WORDS if cases else STAGE_WORDS, stage)


def _begins(say: Said, do: str) -> str:
    return say.text("policy.register") if do == "register" else say.text("policy.propose")
