"""How is a command given from a form of the console? As the interface gives it, under the id that the form carries.

Sent twice, a form is carried out once and answered twice. What cannot be read of it is never given at all.
"""

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import cast

from sqlmodel import Session
from starlette.requests import Request

from models.base import Spoken
from models.explanations import Words
from models.messages import Command, Outcome
from web.api import authority, keys
from web.api.bodies import Body
from web.api.texts import KEY
from web.console.forms import Field, Filled, Form, filled, said
from web.console.visits import Visit
from web.problems import ProblemError

_KEY = re.compile(KEY)


@dataclass(frozen=True, slots=True)
class Given:
    """A command that was just given: its form, the id of its message, and the recorded answer.

    `outcome` is None for what could not be read, and was not given; `errors` say which fields.
    """

    do: str
    message_id: str
    filled: Filled
    outcome: Outcome | None
    errors: Mapping[str, Words]

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
    form = await form_in(this.request)
    do = str(shape.model_fields["do"].default)
    message_id = keys.message_id(this.caller, form.message)
    words, errors = said(fields, form, body)

    def heard() -> None:
        with this.web.store.reading() as session:
            look(session)
        if not errors:
            keys.claim(this.web, this.caller, form.message, this.request, words)

    await asyncio.to_thread(heard)
    if errors:
        return Given(do, message_id, form, None, errors)
    spoken = {"message_id": message_id, "by": authority.post_of(this.caller), "voice": this.caller.voice}
    office = await this.web.office()
    outcome = await office.say(target, cast(Command, shape.model_validate({**words, **spoken})))
    return Given(do, message_id, form, outcome, {})


def shown(do: str, fields: tuple[Field, ...], given: Given | None = None) -> Form:
    """The form of a command; what was refused, or could not be read, can be said again, better."""
    if given is None or given.do != do or given.accepted:
        return Form(do, fields)
    return Form(do, fields, given.filled.values, given.errors)
