"""How is a command given from a form of the console? As the interface gives it, under the id that the form carries.

Sent twice, a form is carried out once and answered twice. What cannot be read of it is never given at all. Files are
handed in first; where the form has to be filled in again they need not be chosen again.
"""

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import cast

from sqlmodel import Session
from starlette.datastructures import UploadFile
from starlette.requests import Request

from intake.attachments import cleaned
from models.base import Spoken
from models.explanations import Words
from models.messages import Command, Outcome
from record import attachments
from web import attaching
from web.api import authority, keys
from web.api.bodies import Body
from web.api.texts import KEY, LONGEST_LIST
from web.console.forms import Field, Filled, Form, Kind, filled, said
from web.console.visits import Visit
from web.problems import ProblemError

_KEY = re.compile(KEY)
_AT_THE_FIELD = (HTTPStatus.CONFLICT, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)


@dataclass(frozen=True, slots=True)
class Given:
    """A command that was just given: its form, the files handed in with it, the id of its message, and the answer.

    `outcome` is None for what could not be read, and was not given; `errors` say which fields.
    """

    do: str
    message_id: str
    filled: Filled
    outcome: Outcome | None
    errors: Mapping[str, Words]
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def accepted(self) -> bool:
        """Whether it was carried out."""
        return self.outcome is not None and self.outcome.accepted

    @property
    def status(self) -> HTTPStatus:
        """How the page with the answer is sent: 200, 409 for a refusal on record, 422 for what cannot be read."""
        if self.outcome is None:
            return HTTPStatus.UNPROCESSABLE_ENTITY
        return HTTPStatus.OK if self.outcome.accepted else HTTPStatus.CONFLICT


async def form_in(request: Request) -> Filled:
    """The filled form that a request carries; ends it with 422 where the form has no id for its message."""
    found = filled(await request.form())
    if not _KEY.fullmatch(found.message):
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "message")
    return found


async def give(
    this: Visit,
    target: str,
    shape: type[Spoken],
    fields: Sequence[Field],
    body: type[Body],
    *,
    look: Callable[[Session], object],
) -> Given:
    """Give the command of this shape to a target as its form says it; `look` ends the request for who may not know it.

    Raises what an office raises that cannot be reached.
    """
    form, files, wrong = await _handed_in(this, target, fields, look)
    do = str(shape.model_fields["do"].default)
    message_id = keys.message_id(this.caller, form.message)
    words, errors = said(fields, form, body)
    errors = {**errors, **wrong}

    def heard() -> None:
        if not errors:
            keys.claim(this.web, this.caller, form.message, this.request, words)

    await asyncio.to_thread(heard)
    if errors:
        return Given(do, message_id, form, None, errors, files)
    spoken = {"message_id": message_id, "by": authority.post_of(this.caller), "voice": this.caller.voice}
    office = await this.web.office()
    outcome = await office.say(target, cast(Command, shape.model_validate({**words, **spoken})))
    return Given(do, message_id, form, outcome, {}, files)


async def _handed_in(
    this: Visit, target: str, fields: Sequence[Field], look: Callable[[Session], object]
) -> tuple[Filled, Mapping[str, str], Mapping[str, Words]]:
    """The form with the hashes of its files among its values; their names by hash; what is wrong with which.

    Files are handed in only where the form takes any, and the visitor may know the target (`look`).
    """
    form = await form_in(this.request)

    def looked() -> None:
        with this.web.store.reading() as session:
            look(session)

    await asyncio.to_thread(looked)
    taking = [one for one in fields if one.kind is Kind.FILES]
    if not taking:
        return form, {}, {}
    (name,) = (one.name for one in taking)
    sent = [one for one in (await this.request.form()).getlist(name) if isinstance(one, UploadFile) and one.filename]
    hashes, names, wrong = form.values.get(name, "").split(), dict[str, str](), dict[str, Words]()
    for one in sent:
        content = await one.read(attaching.most_bytes(this.web) + 1)
        try:
            taken = await asyncio.to_thread(attaching.take, this.web, this.caller, target, content, one.filename or "")
        except ProblemError as refused:
            if refused.status_code not in _AT_THE_FIELD:
                raise
            called = cleaned(one.filename or "")
            wrong[name] = Words(zh=f"{called}: {refused.detail}", en=f"{called}: {refused.detail}")
        else:
            hashes.append(taken.hash)
            names[taken.hash] = taken.name
    known = await asyncio.to_thread(_names, this, target, [one for one in hashes if one not in names][:LONGEST_LIST])
    values = {**form.values, name: " ".join(dict.fromkeys(hashes))}
    return Filled(form.message, values), {**known, **names}, wrong


def _names(this: Visit, target: str, hashes: Sequence[str]) -> dict[str, str]:
    """The names of files that the visitor's post has handed in to the target before."""
    post = authority.post_of(this.caller)
    with this.web.store.reading() as session:
        found = [attachments.handed_in_by(session, target, hash_, post) for hash_ in hashes]
    return {one.hash: one.name for one in found if one is not None}


def shown(do: str, fields: tuple[Field, ...], given: Given | None = None) -> Form:
    """The form of a command; what was refused, or could not be read, can be said again, better."""
    if given is None or given.do != do or given.accepted:
        return Form(do, fields)
    return Form(do, fields, given.filled.values, given.errors, files=given.files)
