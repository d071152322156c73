"""How does a refusal by the rules reach a program? As 409 with reason and rule, the same again under the same key.

It is a recorded answer, not a failure of the request: docs/decisions/0017.
"""

from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from pydantic import Field

from models.acts import ActName
from models.messages import Outcome
from web.problems import MEDIA_TYPE, PREFIX, ProblemDocument, request_id


class RefusalDocument(ProblemDocument):
    """A refusal: which message to what was refused, by which rule; the acts say what is on record of it."""

    id: str = Field(examples=["2026-0143"])
    message_id: str = Field(examples=["api-0f4c2d7e"])
    reason: str = Field(examples=["只有牵头单位的岗位可以办理 only posts of the lead: 区教育局"])
    rule: str | None = Field(examples=["authority.lead"])
    acts: list[ActName] = Field(examples=[["refused"]])


class RefusedError(Exception):
    """The rules have refused a message, on record."""

    def __init__(self, target: str, message_id: str, outcome: Outcome) -> None:
        super().__init__(outcome.reason)
        self.target = target
        self.message_id = message_id
        self.outcome = outcome


def refused(target: str, message_id: str, outcome: Outcome) -> RefusedError:
    """The refusal of a message."""
    return RefusedError(target, message_id, outcome)


def install(app: FastAPI) -> None:
    """Let refusals end in their document."""
    app.add_exception_handler(RefusedError, _told)


async def _told(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RefusedError)  # noqa: S101 - the handler is registered for nothing else
    reason = error.outcome.reason or ""
    document = RefusalDocument(
        type=f"{PREFIX}refused",
        title="不予受理,已记录 Refused, on record",
        status=HTTPStatus.CONFLICT,
        detail=reason,
        instance=f"urn:uuid:{request_id(request)}",
        id=error.target,
        message_id=error.message_id,
        reason=reason,
        rule=error.outcome.rule,
        acts=list(error.outcome.acts),
    )
    return JSONResponse(document.model_dump(mode="json"), HTTPStatus.CONFLICT, media_type=MEDIA_TYPE)
