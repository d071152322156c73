"""A draft of the office's procedure: changed by form or as text, checked, held against what stands, published.

Everything is enacting.py's to say and to put on record; a draft is kept whatever is wrong with it, and what is wrong
stands beside it.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from http import HTTPStatus
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Form, Path
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlmodel import Session

import enacting
from enacting import House, Said, Saying
from models.access import SiteCommand
from policies.authority import Refused
from policies.documents import Document, DocumentError, Mistake
from policies.draft_text import NoPlaceError, with_value, written
from policies.enacting import Difference, check_publishing, differences
from policies.procedure_words import PARAMETERS, SECTIONS, values_of, words
from policies.procedures import Procedure, load_text
from policies.speakers import Speaker
from record import policies
from record.policies import Draft
from web.api import authority, keys
from web.api.rules import POLICY_CHARACTERS
from web.api.texts import KEY, LONGEST_TEXT, PRINTABLE, Day
from web.console.policies import ROOM, allowed, sees_room, today
from web.console.visits import PageRoute, Posting, Visit, Visiting, page

routes = APIRouter(route_class=PageRoute, include_in_schema=False)

DRAFTS = f"{ROOM}/drafts"

Number = Annotated[int, Path(ge=1, le=2_000_000_000)]
Message = Annotated[str, Form(pattern=KEY)]
_Text = Annotated[str, Form(max_length=LONGEST_TEXT, pattern=PRINTABLE)]
_ONE_LINE = r"^[^\x00-\x1F\x7F]*$"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a form: of which, done or refused with a reason, and what had been typed."""

    do: str
    refused: str | None
    rule: str | None = None
    waiting: bool = False
    typed: dict[str, str] | None = None


def drafting(this: Visit) -> None:
    """End the visit with 404 for who may not draft."""
    sees_room(this)
    if not allowed(this, SiteCommand.DRAFT_POLICY):
        raise authority.not_found()


def house(this: Visit) -> House:
    """Where the procedure belongs."""
    return House(this.web.directory, this.web.settings.office)


def saying(this: Visit, message: str) -> Saying:
    """Who says something of the procedure, under the id that the form carries."""
    roles = frozenset(authority.roles_of(this.caller))
    speaker = Speaker(this.caller.post, this.caller.voice, roles)
    return Saying(speaker, this.web.clock(), keys.message_id(this.caller, message))


@routes.post(DRAFTS)
def begin(this: Posting, message: Message) -> Response:
    """A draft that begins as what is in force; leads to its page."""
    drafting(this)
    keys.claim(this.web, this.caller, message, this.request, {})
    with this.web.store.writing() as session:
        said = enacting.begin(session, house(this), saying(this, message))
    if said.draft is None:
        raise authority.not_found()
    return RedirectResponse(f"{DRAFTS}/{said.draft.number}", HTTPStatus.SEE_OTHER)


@routes.get(f"{DRAFTS}/{{number}}")
def draft(number: Number, this: Visiting) -> HTMLResponse:
    """The draft: what is wrong with it, in what it differs, its parameters as forms, its text, its runs."""
    drafting(this)
    return shown(this, number)


@routes.post(f"{DRAFTS}/{{number}}/text")
async def save(
    number: Number,
    this: Posting,
    message: Message,
    revision: Annotated[int, Form(ge=1)],
    text: Annotated[str, Form(max_length=POLICY_CHARACTERS)],
) -> HTMLResponse:
    """Keep the draft with this text."""
    plain = text.replace("\r\n", "\n")

    def kept() -> HTMLResponse:
        drafting(this)
        keys.claim(this.web, this.caller, message, this.request, [revision, plain])
        said = _say(
            this,
            lambda session: enacting.save(
                session, house(this), saying(this, message), number, text=plain, revision=revision
            ),
        )
        return shown(this, number, Answer("text", said.refused, said.rule, typed={"text": plain}))

    return await asyncio.to_thread(kept)


class ValueForm(BaseModel):
    """A dated value of a parameter, as its form says it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    message: Annotated[str, StringConstraints(pattern=KEY)]
    revision: Annotated[int, Field(ge=1)]
    name: Annotated[str, StringConstraints(max_length=64, pattern=r"^[a-z_]+$")]
    from_on: Day
    value: Annotated[str, StringConstraints(min_length=1, max_length=4000, pattern=_ONE_LINE)]
    source: Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=_ONE_LINE)]


@routes.post(f"{DRAFTS}/{{number}}/value")
def value(number: Number, this: Posting, said: Annotated[ValueForm, Form()]) -> HTMLResponse:
    """Put a dated value of a parameter into the draft: anew, or in place of that day's."""
    drafting(this)
    typed = said.model_dump(mode="json", include={"name", "from_on", "value", "source"})
    keys.claim(this.web, this.caller, said.message, this.request, [said.revision, typed])
    with this.web.store.reading() as session:
        found = _found(session, number)
        again = policies.told(session, saying(this, said.message).message_id) is not None
    try:
        # What was said before gets its first answer, whatever the draft has become since.
        text = (
            found.text
            if again
            else with_value(found.text, said.name, said.from_on, said.value.strip(), said.source.strip())
        )
    except NoPlaceError as error:
        return shown(this, number, Answer("value", str(error), "draft.value", typed=typed))
    except DocumentError as error:
        return shown(this, number, Answer("value", str(error.mistakes[0]), "draft.value", typed=typed))
    outcome = _say(
        this,
        lambda session: enacting.save(
            session, house(this), saying(this, said.message), number, text=text, revision=said.revision
        ),
    )
    return shown(this, number, Answer("value", outcome.refused, outcome.rule, typed=typed if outcome.refused else None))


@routes.post(f"{DRAFTS}/{{number}}/discard")
def discard(number: Number, this: Posting, message: Message) -> HTMLResponse:
    """Give the draft up."""
    drafting(this)
    keys.claim(this.web, this.caller, message, this.request, number)
    said = _say(this, lambda session: enacting.discard(session, house(this), saying(this, message), number))
    return shown(this, number, Answer("discard", said.refused, said.rule))


@routes.post(f"{DRAFTS}/{{number}}/publish")
def publish(
    number: Number, this: Posting, message: Message, from_on: Annotated[Day, Form()], reason: _Text = ""
) -> HTMLResponse:  # fmt: skip
    """Put the draft in force from a day on."""
    sees_room(this)
    if not allowed(this, SiteCommand.PUBLISH_POLICY):
        raise authority.not_found()
    typed = {"from_on": from_on.isoformat(), "reason": reason}
    keys.claim(this.web, this.caller, message, this.request, typed)
    said = _say(
        this,
        lambda session: enacting.publish(
            session, house(this), saying(this, message), number, from_on=from_on, reason=reason.strip()
        ),
    )
    return shown(this, number, Answer("publish", said.refused, said.rule, waiting=said.waiting, typed=typed))


def _say(this: Visit, say: Callable[[Session], Said]) -> Said:
    """Say it in one transaction; 404 for a draft that is not there."""
    try:
        with this.web.store.writing() as session:
            return say(session)
    except LookupError:
        raise authority.not_found() from None


def _found(session: Session, number: int) -> Draft:
    found = policies.draft(session, number)
    if found is None:
        raise authority.not_found()
    return found


# --- the page ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Checked:
    """What the check of a draft came to: the procedure, or everything that is wrong."""

    procedure: Procedure | None
    mistakes: tuple[Mistake, ...]


def checked(found: Draft) -> Checked:
    """The check of a draft, as `policy check` makes it."""
    try:
        return Checked(load_text(found.text, f"draft {found.number}"), ())
    except DocumentError as error:
        return Checked(None, error.mistakes)


def shown(this: Visit, number: int, answer: Answer | None = None) -> HTMLResponse:
    """The page of a draft, with what came of a form; 409 where that was refused."""
    on = today(this)
    with this.web.store.reading() as session:
        found = _found(session, number)
        standing = enacting.standing(session, found.name, on + timedelta(days=1))
        runs = policies.runs(session, number)
        asked = policies.requested(session, number, found.revision)
    check = checked(found)
    unlike: tuple[Difference, ...] = differences(standing, check.procedure, on) if check.procedure else ()
    refused = answer is not None and answer.refused is not None
    return page(
        this,
        "draft.html",
        status=HTTPStatus.CONFLICT if refused else HTTPStatus.OK,
        here="policies",
        draft=found,
        check=check,
        standing=standing,
        differences=unlike,
        sections=_sections(found, on),
        parameters=PARAMETERS,
        runs=runs,
        asked=asked,
        answer=answer,
        text=answer.typed["text"] if answer and refused and answer.typed and answer.do == "text" else found.text,
        publishing=allowed(this, SiteCommand.PUBLISH_POLICY),
        hindrance=_hindrance(check.procedure, standing, found, on),
        first_day=on + timedelta(days=1),
        a_year_ago=on - timedelta(days=365),
        today=on,
        words=words,
        message=lambda: uuid4().hex,
        room=ROOM,
    )


def _hindrance(new: Procedure | None, standing: Procedure, found: Draft, on: date) -> str | None:
    """Why it could not be published even from tomorrow on; None where it could."""
    if new is None:
        return None
    try:
        check_publishing(new, standing, found.name, max(on + timedelta(days=1), new.first_day), on)
    except Refused as refused:
        return refused.reason
    return None


def _sections(found: Draft, on: date) -> list[tuple[str, str, list[tuple[str, tuple[Any, ...], str]]]]:
    """The parameters of the draft by section, each with its values in words and the last one as it is written."""
    try:
        content = Document(found.text, "draft").content.get("parameters", {})
        return [
            (zh, en, [one for name in PARAMETERS if PARAMETERS[name][0] is section and name in content
                      for one in [_row(name, content[name], on)]])
            for section, (zh, en) in SECTIONS.items()
        ]  # fmt: skip
    except (DocumentError, AttributeError, KeyError, TypeError):
        # Nothing can be told apart in it; the check says what is wrong.
        return []


def _row(name: str, entries: Any, on: date) -> tuple[str, tuple[Any, ...], str]:
    return name, values_of(entries, on), written(entries[-1]["value"]) if entries else ""
