"""Giving a matter or a case a command: one operation for each, with the command's own fields.

Who speaks is the caller, the message id is made of his key; whether the command is admitted the rules say, and their
refusal is on record.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, cast, get_args

from fastapi import APIRouter, Request
from pydantic import BaseModel

from models.case_messages import CaseCommand
from models.identity import Caller
from models.messages import Command, MatterCommand, Outcome
from web.api import authority, keys
from web.api.bodies import CASE_BODIES, MATTER_BODIES, WORDS, Body, said
from web.api.keys import IdempotencyKey
from web.api.limits import Speaker
from web.api.parts import CASE, REFUSED, CaseName, MatterId, OriginId, WebNow, router
from web.api.refusals import refused
from web.api.shapes import OutcomeOut
from web.context import Web

routes = router("命令 commands")

Shapes = Mapping[str, type[BaseModel]]


def _shapes(commands: Any) -> Shapes:
    return {str(shape.model_fields["do"].default): shape for shape in get_args(commands)}


_MATTER, _CASE = _shapes(MatterCommand), _shapes(CaseCommand)


def spoken(shape: type[BaseModel], body: Body, caller: Caller, key: str) -> Command:
    """The command of that shape as the caller says it under that key."""
    by = {"message_id": keys.message_id(caller, key), "by": authority.post_of(caller), "voice": caller.voice}
    return cast(Command, shape.model_validate({**said(body), **by}))


async def given(web: Web, caller: Caller, key: str, request: Request, target: str, command: Command) -> OutcomeOut:
    """Give the command and answer with what is on record of it; raises RefusedError, UnavailableError."""
    body = command.model_dump(mode="json", exclude={"message_id", "by", "voice"})
    await asyncio.to_thread(keys.claim, web, caller, key, request, body)
    office = await web.office()
    outcome = await office.say(target, command)
    if not outcome.accepted:
        raise refused(target, command.message_id, outcome)
    return _answer(target, command.message_id, outcome)


def _answer(target: str, message_id: str, outcome: Outcome) -> OutcomeOut:
    return OutcomeOut(
        id=target,
        message_id=message_id,
        accepted=outcome.accepted,
        acts=list(outcome.acts),
        due=outcome.due,
        reason=outcome.reason,
        rule=outcome.rule,
    )


def _to_matter(do: str) -> Callable[..., Any]:
    async def give(
        matter_id: MatterId, body: Any, key: IdempotencyKey, request: Request, caller: Speaker, web: WebNow
    ) -> OutcomeOut:
        command = spoken(_MATTER[do], body, caller, key)

        def look() -> None:
            with web.store.reading() as session:
                authority.known(session, web, caller, matter_id)

        await asyncio.to_thread(look)
        return await given(web, caller, key, request, matter_id, command)

    return give


def _to_case(do: str) -> Callable[..., Any]:
    async def give(
        matter_id: OriginId,
        case: CaseName,
        body: Any,
        key: IdempotencyKey,
        request: Request,
        caller: Speaker,
        web: WebNow,
    ) -> OutcomeOut:
        command = spoken(_CASE[do], body, caller, key)
        case_id = f"{matter_id}/{case}"

        def look() -> None:
            with web.store.reading() as session:
                authority.heard_in_case(session, web, caller, case_id, cast(CaseCommand, command))

        await asyncio.to_thread(look)
        return await given(web, caller, key, request, case_id, command)

    return give


def offer(
    to: APIRouter, path: str, kind: str, bodies: Mapping[str, type[Body]], make: Callable[[str], Callable[..., Any]]
) -> None:
    """Add a route for each command below that path, which `make` gives its way from the request to the rules."""
    for do, body in bodies.items():
        give = make(do)
        # The body's shape is this command's own; written here it stands in the OpenAPI document.
        give.__annotations__["body"] = body
        to.add_api_route(
            f"{path}/commands/{do}",
            give,
            methods=["POST"],
            name=f"{kind}_{do}",
            operation_id=f"{kind}_{do}",
            summary=f"{WORDS[do]} {do.replace('_', ' ').capitalize()}",
            description=(
                f"{(body.__doc__ or '').strip()}\n\n"
                "以调用者的岗位发出;不予受理为 409,记录在案。 "
                "Given through the caller's post; a refusal is 409, on record."
            ),
            openapi_extra=REFUSED,
        )


offer(routes, "/matters/{matter_id}", "matter", MATTER_BODIES, _to_matter)
offer(routes, CASE, "case", CASE_BODIES, _to_case)
