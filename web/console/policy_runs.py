"""A draft tried on the matters of the past: asked for, on its way, and who would have been treated differently.

Worked out beside the request (workflows/comparison.py). Figures are of all matters; a matter is named, and its acts
are shown, to whom it is to be seen.
"""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from http import HTTPStatus
from pathlib import Path as FilePath
from tempfile import TemporaryDirectory
from typing import Annotated, Any

from fastapi import APIRouter, Form, Path
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator
from sqlmodel import Session

import enacting
from comparing import around_record, families, instants, work
from models.access import View
from models.acts import Act
from policies.procedures import load_text
from record import matters, policies
from record.policies import Run, RunState
from rehearsal.comparison import LeftOut, lived_twice
from showing.comparison import DETAILS, KINDS, LEFT_OUT
from showing.tables import write_xlsx
from web.api import authority, keys
from web.api.parts import MatterId
from web.api.texts import KEY, Day
from web.console.drafts import DRAFTS, Answer, drafting, house, saying, shown
from web.console.policies import ROOM
from web.console.visits import Language, PageRoute, Posting, Visit, Visiting, page

routes = APIRouter(route_class=PageRoute, include_in_schema=False)

RUNS = f"{ROOM}/runs"
_MOST = 300

RunId = Annotated[str, Path(pattern=r"^api-[0-9a-f]{32}$")]
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class RunForm(BaseModel):
    """Between which days of registration a draft is tried, both included; empty fields are no bound."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    message: Annotated[str, StringConstraints(pattern=KEY)]
    since: Day | None = None
    until: Day | None = None

    @model_validator(mode="before")
    @classmethod
    def _without_what_is_empty(cls, said: Any) -> Any:
        return {name: value for name, value in said.items() if value != ""} if isinstance(said, dict) else said


@routes.post(f"{DRAFTS}/{{number}}/runs")
async def ask(
    number: Annotated[int, Path(ge=1, le=2_000_000_000)],
    this: Posting,
    said: Annotated[RunForm, Form()],
) -> Response:
    """Have the draft tried on the matters registered between two days; leads to the page of the run."""

    def asked() -> tuple[enacting.Said, Run | None]:
        drafting(this)
        keys.claim(this.web, this.caller, said.message, this.request, [str(said.since), str(said.until)])
        try:
            with this.web.store.writing() as session:
                return enacting.ask_run(
                    session, house(this), saying(this, said.message), number, since=said.since, until=said.until
                )
        except LookupError:
            raise authority.not_found() from None

    outcome, run = await asyncio.to_thread(asked)
    if run is None:
        return await asyncio.to_thread(shown, this, number, Answer("run", outcome.refused, outcome.rule))
    if run.state is RunState.WAITING:
        office = await this.web.office()
        await office.compare(run.id)
    return RedirectResponse(f"{RUNS}/{run.id}", HTTPStatus.SEE_OTHER)


@routes.get(f"{RUNS}/{{run_id}}")
def run(run_id: RunId, this: Visiting) -> HTMLResponse:
    """How far a run is, or what it came to."""
    drafting(this)
    found = _found(this, run_id)
    result = json.loads(found.result) if found.result else None
    kinds = {kind.value: _said(this, words) for kind, words in KINDS.items()}
    return page(
        this,
        "policy-run.html",
        here="policies",
        run=found,
        result=result,
        seen=_seen(this, result, _MOST) if result else None,
        kinds=kinds,
        left_out={reason.value: _said(this, LEFT_OUT[reason]) for reason in LeftOut},
        address=f"{RUNS}/{found.id}",
        room=ROOM,
    )


def _said(this: Visit, words: str) -> str:
    """What showing/comparison.py says in both languages, in the visitor's: the Chinese has no space in it."""
    zh, _, en = words.partition(" ")
    return en if this.language is Language.EN else zh


@dataclass(frozen=True, slots=True)
class Seen:
    """What of a result is named to the visitor, of `matters` that differ in all.

    `hidden` of those looked at are not his to see; `more` were not looked at. `unlike` are examples of matters that do
    not come out as they were recorded.
    """

    changed: tuple[dict[str, Any], ...]
    refused: tuple[dict[str, Any], ...]
    matters: int
    hidden: int
    more: int
    unlike: tuple[dict[str, Any], ...]


def _seen(this: Visit, result: dict[str, Any], most: int | None = None) -> Seen:
    """Of the first `most` matters of a result those that the visitor may see, one by one, as the table has it."""
    every = list(dict.fromkeys(one["matter_id"] for one in (*result["changed"], *result["refused_now"])))
    ids = every[:most]
    with this.web.store.reading() as session:
        own = {one for one in ids if _his(session, this, one)}
        unlike = [one for one in result["recorded_differently"]["examples"] if _his(session, this, one["matter_id"])]
    return Seen(
        tuple(one for one in result["changed"] if one["matter_id"] in own),
        tuple(one for one in result["refused_now"] if one["matter_id"] in own),
        len(every),
        len(ids) - len(own),
        len(every) - len(ids),
        tuple(unlike),
    )


def _his(session: Session, this: Visit, matter_id: str) -> bool:
    state = matters.seen(session, matter_id)
    return state is not None and authority.sees(this.web, this.caller, state, View.TIMELINE)


@routes.get(f"{RUNS}/{{run_id}}/sheet.xlsx")
def sheet(run_id: RunId, this: Visiting) -> Response:
    """The differences matter by matter, as a workbook."""
    drafting(this)
    found = _found(this, run_id)
    if found.result is None:
        raise authority.not_found()
    seen = _seen(this, json.loads(found.result))
    kinds = {kind.value: words for kind, words in KINDS.items()}
    rows = (
        [one["matter_id"], one["title"], one["organ"], kinds[one["kind"]], one["old"], one["new"],
         one["new"] - one["old"], "、".join(one["posts"])]
        for one in seen.changed
    )  # fmt: skip
    with TemporaryDirectory() as place:
        file = FilePath(place) / "comparison.xlsx"
        write_xlsx(file, rows, DETAILS, "程序比较")
        content = file.read_bytes()
    name = f"comparison-{found.draft}-{found.revision}.xlsx"
    return Response(content, media_type=_SHEET, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@dataclass(frozen=True, slots=True)
class Pair:
    """Acts side by side: what happened under the one procedure and under the other; None where nothing stands there."""

    old: Act | None
    new: Act | None

    @property
    def at(self) -> datetime:
        """When it happened."""
        act = self.old or self.new
        if act is None:
            raise ValueError("a pair of nothing")
        return act.at

    @property
    def same(self) -> bool:
        """Whether both stand there, and say the same."""
        return self.old is not None and self.new is not None


@routes.get(f"{RUNS}/{{run_id}}/matters/{{matter_id}}")
def side_by_side(run_id: RunId, matter_id: MatterId, this: Visiting) -> HTMLResponse:
    """One matter lived again under both procedures, its acts side by side."""
    drafting(this)
    found = _found(this, run_id)
    with this.web.store.reading() as session:
        state = authority.matter(session, this.web, this.caller, matter_id, View.TIMELINE)
    around = around_record(this.web.store)
    if around is None:
        raise authority.not_found()
    over = work(
        load_text(found.old, "old"), load_text(found.text, "draft"), found.new_on, around=around,
        directory=this.web.directory, bounds=instants(None, None),
    )  # fmt: skip
    (family,) = families(this.web.store, [state.family])
    lived, why = lived_twice(*family, over.question())
    if matter_id not in lived:
        raise authority.not_found()
    old, new = lived[matter_id]
    return page(
        this,
        "policy-side.html",
        here="policies",
        run=found,
        matter=matter_id,
        title=state.terms.title if state.terms else matter_id,
        pairs=_paired(_told(old), _told(new)),
        why=why,
        address=f"{RUNS}/{found.id}",
        room=ROOM,
    )


def _told(acts: Sequence[Act]) -> list[Act]:
    """The acts of the matter itself: what is said in its cases is for those who may read them."""
    return [one for one in acts if "/" not in one.target]


def _paired(old: Sequence[Act], new: Sequence[Act]) -> list[Pair]:
    """The acts in order, the same ones beside each other."""
    before, after = ([_mark(one) for one in acts] for acts in (old, new))
    found: list[Pair] = []
    for what, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if what == "equal":
            found += [Pair(one, other) for one, other in zip(old[a:b], new[c:d], strict=True)]
        else:
            found += [Pair(one, None) for one in old[a:b]] + [Pair(None, one) for one in new[c:d]]
    return sorted(found, key=lambda pair: pair.at)


def _mark(act: Act) -> tuple[object, ...]:
    """What makes two acts the same to who looks."""
    return act.act, act.at, act.due, act.light, act.days_left, act.subject


def _found(this: Visit, run_id: str) -> Run:
    with this.web.store.reading() as session:
        found = policies.run(session, run_id)
    if found is None:
        raise authority.not_found()
    return found
