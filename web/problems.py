"""How does a request end that cannot be answered? With a problem document, whatever went wrong (RFC 9457).

`type` names the problem for programs, `title` and `detail` say it in Chinese and English, `instance` is the request's
id as the log has it, `errors` lists what is wrong in the request, place by place. What was sent is never repeated.
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

import logs
from office import UnavailableError
from privacy.masters import MasterError
from record.store import RecordUnavailableError

log = logs.get(__name__)

MEDIA_TYPE = "application/problem+json"
PREFIX = "urn:duban:problem:"

TITLES: dict[int, tuple[str, str]] = {
    400: ("bad-request", "请求有误 Bad request"),
    401: ("not-signed-in", "未登录 Not signed in"),
    403: ("forbidden", "无权办理 Forbidden"),
    404: ("not-found", "没有此项 Not found"),
    405: ("method-not-allowed", "不支持此方法 Method not allowed"),
    406: ("not-acceptable", "不能以此格式答复 Not acceptable"),
    409: ("conflict", "与现状冲突 Conflict"),
    411: ("length-required", "须注明长度 Length required"),
    413: ("too-large", "内容过大 Content too large"),
    415: ("unsupported-media-type", "不支持此格式 Unsupported media type"),
    422: ("invalid", "内容不合要求 Invalid content"),
    429: ("too-many-requests", "请求过于频繁 Too many requests"),
    500: ("internal", "程序内部错误 Internal error"),
    503: ("unavailable", "暂不可用 Unavailable"),
}


class Fault(BaseModel):
    """One thing wrong in a request: where, in which way, and in words."""

    where: str = Field(examples=["body.login"])
    kind: str = Field(examples=["missing"])
    detail: str = Field(examples=["Field required"])


class ProblemDocument(BaseModel):
    """What a refused request gets."""

    type: str = Field(examples=[f"{PREFIX}not-signed-in"])
    title: str = Field(examples=["未登录 Not signed in"])
    status: int = Field(examples=[401])
    detail: str = Field(examples=["请先登录。 Sign in first."])
    instance: str = Field(examples=["urn:uuid:1b4e28ba-2fa1-11d2-883f-0016d3cca427"])
    errors: list[Fault] = []


class ProblemError(HTTPException):
    """A request that cannot be answered: the status, what it is called, and why in both languages."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        kind: str | None = None,
        title: str | None = None,
        errors: Sequence[Fault] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status, detail, dict(headers) if headers else None)
        self.kind = kind
        self.title = title
        self.errors = tuple(errors)


def answer(
    request_id: str,
    status: int,
    detail: str,
    *,
    kind: str | None = None,
    title: str | None = None,
    errors: Sequence[Fault] = (),
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """The problem document as a response."""
    usual_kind, usual_title = TITLES.get(status, (f"http-{status}", HTTPStatus(status).phrase))
    document = ProblemDocument(
        type=f"{PREFIX}{kind or usual_kind}",
        title=title or usual_title,
        status=status,
        detail=detail,
        instance=f"urn:uuid:{request_id}",
        errors=list(errors),
    )
    told = dict(headers or {})
    if status == HTTPStatus.UNAUTHORIZED:
        told.setdefault("WWW-Authenticate", "Bearer")
    return JSONResponse(document.model_dump(mode="json"), status, told, MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Let every way a request can fail end in a problem document."""
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(UnavailableError, _unavailable)
    app.add_exception_handler(RecordUnavailableError, _unavailable)
    app.add_exception_handler(MasterError, _unavailable)
    app.add_exception_handler(Exception, _broken)


def request_id(request: Request) -> str:
    """The id under which the log has this request."""
    return str(request.scope.get("duban.request_id", "00000000-0000-0000-0000-000000000000"))


async def _refused(request: Request, error: Exception) -> JSONResponse:
    if isinstance(error, ProblemError):
        return answer(
            request_id(request),
            error.status_code,
            error.detail,
            kind=error.kind,
            title=error.title,
            errors=error.errors,
            headers=error.headers,
        )
    assert isinstance(error, HTTPException)  # noqa: S101 - the handler is registered for nothing else
    _, title = TITLES.get(error.status_code, ("", HTTPStatus(error.status_code).phrase))
    return answer(request_id(request), error.status_code, title, headers=error.headers)


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - the handler is registered for nothing else
    faults = [_fault(one) for one in error.errors()]
    broken = any(fault.kind == "json_invalid" for fault in faults)
    status = HTTPStatus.BAD_REQUEST if broken else HTTPStatus.UNPROCESSABLE_ENTITY
    return answer(request_id(request), status, "请按 errors 所列改正。 Correct what `errors` lists.", errors=faults)


def _fault(one: Mapping[str, Any]) -> Fault:
    """What is wrong, without what was sent: it may be a password."""
    return Fault(where=".".join(str(part) for part in one["loc"]), kind=str(one["type"]), detail=str(one["msg"]))


async def _unavailable(request: Request, error: Exception) -> JSONResponse:
    log.warning("web.unavailable", exc_info=error)
    return answer(
        request_id(request),
        HTTPStatus.SERVICE_UNAVAILABLE,
        "服务暂不可用,请稍后以同一编号重试。 Unavailable now; try again under the same id.",
        headers={"Retry-After": "5"},
    )


async def _broken(request: Request, error: Exception) -> JSONResponse:
    """Logged here with the request's id; the server then says it once more, through the same log without values."""
    log.error("web.broken", exc_info=error)
    return answer(
        request_id(request),
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "程序内部错误,已记入日志。 An internal error; it is in the log.",
    )
