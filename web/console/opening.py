"""Which procedure is opened, and with what? The procedures by what they are about, and a form for each.

A petition's petitioner is told in fields of their own, kept apart (taking.py) and never shown again on these pages; the
receipt code is on the page that answers, and nowhere else.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator

from models.access import SiteCommand
from models.explanations import Words
from models.messages import Outcome
from models.petitions import Identity
from models.proceeding_messages import Open
from policies import secrecy
from policies.access import may
from policies.block_procedures import BlockProcedure
from policies.deadlines import local_date
from policies.mechanisms import group_of, mechanisms
from policies.proceeding_asking import asked
from policies.proceeding_wording import BLOCK_TITLES
from taking import Candidate, alike
from web.api import authority
from web.api.bodies import OpenBody
from web.api.petitions import PetitionBody, take_as
from web.api.proceedings import open_as, procedures_of
from web.api.texts import PRINTABLE
from web.console.forms import Field, Filled, Form, Suggest, fields_of, said
from web.console.forms import Kind as FieldKind
from web.console.giving import form_in
from web.console.proceeding_filters import PROCEEDINGS, Kind, address_of
from web.console.proceedings import opening_for
from web.console.visits import PageRoute, Posting, Visit, Visiting, page

routes = APIRouter(route_class=PageRoute, include_in_schema=False)

OPENING = f"{PROCEEDINGS}/open"
_NO_GROUP = "-"
_OWN = "identity."
_PETITION_ONLY = ("repeats", *(f"{_OWN}{name}" for name in Identity.model_fields))

ProcedureName = Annotated[str, Path(max_length=64, pattern=PRINTABLE)]
_Named = Annotated[str, StringConstraints(max_length=64, pattern=PRINTABLE)]


class Sought(BaseModel):
    """Which procedures: of a kind, about what; empty fields say nothing."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    of: Kind | None = None
    text: _Named | None = None

    @model_validator(mode="before")
    @classmethod
    def _without_what_is_empty(cls, told: Any) -> Any:
        return {name: value for name, value in told.items() if value != ""} if isinstance(told, dict) else told


@dataclass(frozen=True, slots=True)
class Choice:
    """A procedure that can be chosen, with the mechanisms it carries."""

    name: str
    title: str
    of: str
    carries: tuple[tuple[str, Words], ...]

    def fits(self, sought: Sought) -> bool:
        """Whether it is looked for."""
        told = " ".join((self.name, self.title, *(f"{row} {words.zh} {words.en}" for row, words in self.carries)))
        return sought.of in (None, self.of) and (sought.text or "").casefold() in told.casefold()


@routes.get(OPENING)
def choose(sought: Annotated[Sought, Query()], this: Visiting) -> HTMLResponse:
    """The procedures that can be opened, by what they are about."""
    _may_open(this)
    groups: dict[str, list[Choice]] = {}
    names = mechanisms()
    for procedure in sorted(procedures_of(this.web).values(), key=lambda one: (one.carries[:1], one.name)):
        carried = tuple((row, names.mechanisms[row]) for row in procedure.carries if row in names.mechanisms)
        choice = Choice(procedure.name, procedure.title, procedure.of, carried)
        if choice.fits(sought):
            groups.setdefault(group_of(carried[0][0]) if carried else _NO_GROUP, []).append(choice)
    return page(
        this,
        "choosing.html",
        here=sought.of.value if sought.of else Kind.PROCEEDING.value,
        sought=sought,
        groups=[(names.groups.get(letter), found) for letter, found in sorted(groups.items())],
        number=sum(len(found) for found in groups.values()),
        kinds=tuple(Kind),
        opening=OPENING,
    )


@routes.get(f"{OPENING}/{{procedure}}")
def blank(procedure: ProcedureName, this: Visiting) -> HTMLResponse:
    """The form of one procedure."""
    found, offices = _procedure(this, procedure), _may_open(this)
    return _shown(this, found, Form("open", _fields(this, found), {"office": offices[0]}))


@routes.post(f"{OPENING}/{{procedure}}", response_model=None)
async def open_(procedure: ProcedureName, this: Posting) -> HTMLResponse | RedirectResponse:
    """Open it, and go to its page; of a petition, the page with its receipt code. 409 where the rules refuse it."""
    found = await asyncio.to_thread(_procedure, this, procedure)
    fields, form = _fields(this, found), await form_in(this.request)
    petition = found.of == Kind.PETITION.value
    words, errors = said(fields, form, PetitionBody if petition else OpenBody)
    if not errors and not _allowed(this, words):
        refused = Words(zh="请填写本岗位所在单位:只能由督办或承办单位开办。", en="Not an organ of your post.")
        errors = {"office": refused}
    if errors:
        return _shown(this, found, Form("open", fields, _kept(form), errors, form.message))
    words = {**words, "procedure": procedure}
    if petition:
        return await _take(this, found, fields, form, words)
    _, opened = await open_as(this.web, this.caller, form.message, this.request, words)
    if not opened.outcome.accepted:
        kept = {} if secrecy.secret_in(words) else _kept(form)
        return _shown(this, found, Form("open", fields, kept), outcome=opened.outcome)
    return RedirectResponse(address_of(opened.matter_id), HTTPStatus.SEE_OTHER)


@routes.post(f"{OPENING}/{{procedure}}/alike")
async def compare(procedure: ProcedureName, this: Posting) -> HTMLResponse:
    """The form again, with the petitions that may be the same; nothing is taken in, and no identity comes back."""
    found = await asyncio.to_thread(_procedure, this, procedure)
    form = await form_in(this.request)
    if found.of != Kind.PETITION.value:
        raise authority.not_found()
    told = {name: form.values.get(name, "").strip()[:200] for name in ("title", "subject", "office")}
    known = this.web.directory.serves(this.caller.post, told["office"])
    at, subject = this.web.clock(), told["subject"] or None
    same = await asyncio.to_thread(alike, this.web.store, told["office"], told["title"], subject, at) if known else []
    return _shown(this, found, Form("open", _fields(this, found), _kept(form), {}, form.message), candidates=same)


async def _take(
    this: Visit, found: BlockProcedure, fields: tuple[Field, ...], form: Filled, words: Mapping[str, Any]
) -> HTMLResponse:
    body = PetitionBody.model_validate(words)
    taken, same = await take_as(this.web, this.caller, form.message, this.request, body)
    if taken.code is None:
        return _shown(this, found, Form("open", fields, _kept(form)), outcome=taken.outcome)
    return page(
        this,
        "receipt.html",
        here=Kind.PETITION.value,
        taken=taken,
        title=body.title,
        at=this.web.clock(),
        address=address_of(taken.petition),
        candidates=same,
        address_of=address_of,
    )


def _shown(
    this: Visit,
    procedure: BlockProcedure,
    form: Form,
    *,
    outcome: Outcome | None = None,
    candidates: list[Candidate] | None = None,
) -> HTMLResponse:
    plan = procedure.in_force(local_date(this.web.clock()))
    wrong = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    names = mechanisms().mechanisms
    return page(
        this,
        "opening.html",
        status=HTTPStatus.CONFLICT if outcome else wrong,
        here=procedure.of,
        procedure=procedure,
        carried=[names[row] for row in procedure.carries if row in names],
        steps=[(block.title, Words(zh=BLOCK_TITLES[type(block)][0], en=BLOCK_TITLES[type(block)][1]), block.limit)
               for block in plan.steps],
        form=form,
        needed=asked(plan).needed,
        own=[one for one in form.fields if one.name.startswith(_OWN)],
        fields=[one for one in form.fields if not one.name.startswith(_OWN)],
        outcome=outcome,
        candidates=candidates,
        address=f"{OPENING}/{procedure.name}",
        address_of=address_of,
    )  # fmt: skip


def _may_open(this: Visit) -> list[str]:
    """The organs for which the visitor may open something; 404 where there is none."""
    found = opening_for(this)
    if not found:
        raise authority.not_found()
    return found


def _procedure(this: Visit, name: str) -> BlockProcedure:
    _may_open(this)
    found = procedures_of(this.web).get(name)
    if found is None:
        raise authority.not_found()
    return found


def _allowed(this: Visit, words: Mapping[str, Any]) -> bool:
    told = {name: words[name] for name in ("lead", "office") if name in words}
    standing = Open.model_validate({"message_id": "asked", **told})
    return may(SiteCommand.OPEN.value, authority.standing_of(this.web, this.caller, standing))


def _fields(this: Visit, procedure: BlockProcedure) -> tuple[Field, ...]:
    """What the form asks for: what is needed, then what is of use to this procedure."""
    plan = procedure.in_force(local_date(this.web.clock()))
    found = asked(plan)
    petition = plan.of == Kind.PETITION.value
    needed = (*found.needed, *(("text",) if petition else ()))
    wanted = (*needed, *(one for one in found.useful if one not in needed))
    made = {
        name: [
            replace(one, label=one.label if one.row else f"asked.{name}", required=name in needed and not one.row)
            for one in fields_of(Open, "open", left_out=frozenset(Open.model_fields) - {name})
        ]
        for name in wanted
    }
    of_petitions = (
        Field(
            name,
            FieldKind.LINE,
            f"asked.{name}",
            longest=64,
            suggest=Suggest.ALIKE if name == "repeats" else None,
        )
        for name in _PETITION_ONLY
    )
    return (*(one for name in wanted for one in made[name]), *(of_petitions if petition else ()))


def _kept(form: Filled) -> dict[str, str]:
    """What was typed, to be shown once more; never who hands it in."""
    return {name: value for name, value in form.values.items() if not name.startswith(_OWN)}
