"""What does the OpenAPI document say? Every operation with its words, its examples, and every problem it can end in.

Made from the routes; what each of them shares (problems, security, rate limits) is added here, so that no route can
forget it. What of it is kept beside the code: web/api/document.py.
"""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.routing import RouteContext, iter_route_contexts

from web import callers
from web.api.parts import PREFIX
from web.api.refusals import RefusalDocument
from web.problems import MEDIA_TYPE, TITLES, ProblemDocument
from web.problems import PREFIX as KINDS

DESCRIPTION = (
    "督办与问责引擎的编程接口。请求以调用者的岗位办理;每条命令都有登记在案的答复,不予受理也是(409)。\n\n"
    "The programming interface of the supervision engine. Requests act through the caller's post; every command has an "
    "answer on record, a refusal too (409). What a caller may not see does not exist for him (404). 503 may be tried "
    "again under the same Idempotency-Key."
)

_SECURITY: list[dict[str, list[str]]] = [{"token": []}, {"session": []}]
_SCHEMES = {
    "token": {"type": "http", "scheme": "bearer", "description": "个人访问令牌 a personal access token"},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "duban_session",
        "description": "登录会话;不安全的方法须附 X-CSRF-Token。 A session; unsafe methods also need X-CSRF-Token.",
    },
}
_ALWAYS = (400, 422, 429, 503)
_WORDS = {
    400: "请求有误 malformed request",
    401: "未登录 not signed in",
    403: "岗位或角色无权 not within the post's or role's authority",
    404: "没有此项或无权查看 not there, or not the caller's to see",
    409: "不予受理,或与现状冲突 refused on record, or in conflict with what is",
    408: "内容迟迟未到 the body did not arrive in time",
    413: "内容过大 content too large",
    422: "内容不合要求 invalid content, or an Idempotency-Key that stands for another request",
    429: "请求过于频繁 too many requests",
    503: "暂不可用,稍后以同一键重试 unavailable; try again under the same key",
}


def document(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document of the interface, and of nothing else that the application serves."""
    if app.openapi_schema is None:
        routes = routes_of(app)
        made = get_openapi(
            title="督办与问责 Supervision and accountability",
            version="1",
            summary="编程接口 Programming interface",
            description=DESCRIPTION,
            routes=routes,
        )
        _complete(made, routes)
        app.openapi_schema = made
    return app.openapi_schema


def routes_of(app: FastAPI) -> list[RouteContext]:
    """Every route of the interface, whichever router it came with."""
    return [route for route in iter_route_contexts(app.routes) if (route.path_format or "").startswith(f"{PREFIX}/")
            and route.path_format != app.openapi_url]  # fmt: skip


def _complete(made: dict[str, Any], routes: list[RouteContext]) -> None:
    schemas = made["components"].setdefault("schemas", {})
    for shape in (ProblemDocument, RefusalDocument):
        own = shape.model_json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
        schemas.update(own.pop("$defs", {}))
        schemas[shape.__name__] = own
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    made["components"]["securitySchemes"] = _SCHEMES
    made["components"]["headers"] = _headers()
    made["components"]["responses"] = {f"Problem{status}": _response(status) for status in _WORDS}
    for route in routes:
        for method in route.methods or ():
            operation = made["paths"][str(route.path_format)][method.lower()]
            own = operation.pop("x-statuses", [])
            signed_in = asks_who(route.dependant)
            operation["security"] = _SECURITY if signed_in else []
            _problems(operation, {*_ALWAYS, *own, *_others(route, signed_in=signed_in)})


def asks_who(dependant: Dependant) -> bool:
    """Whether the route asks who makes the request."""
    asked = dependant.call in (callers.caller, callers.session)
    return asked or any(asks_who(one) for one in dependant.dependencies)


def _others(route: RouteContext, *, signed_in: bool) -> Iterator[int]:
    if signed_in:
        yield from (401, 403)
    yield 404
    if route.body_field is not None:
        yield from (408, 413)


def _problems(operation: dict[str, Any], statuses: set[int]) -> None:
    responses = operation["responses"]
    responses.pop("422", None)
    statuses |= {int(status) for status in responses if status.isdecimal() and int(status) >= HTTPStatus.BAD_REQUEST}
    for status in statuses:
        responses.pop(str(status), None)
    for response in responses.values():
        response.setdefault("headers", {}).update(_TOLD)
    for status in sorted(statuses):
        responses[str(status)] = {"$ref": f"#/components/responses/Problem{status}"}


def _response(status: int) -> dict[str, Any]:
    """The answer to a request that ends in this problem."""
    schema: dict[str, Any] = {"$ref": "#/components/schemas/ProblemDocument"}
    if status == 409:
        schema = {"anyOf": [{"$ref": "#/components/schemas/RefusalDocument"}, schema]}
    return {
        "description": _WORDS[status],
        "headers": dict(_TOLD) | ({"Retry-After": _ref("Retry-After")} if status in (429, 503) else {}),
        "content": {MEDIA_TYPE: {"schema": schema, "example": _example(status)}},
    }


def _example(status: int) -> dict[str, Any]:
    kind, title = TITLES.get(status, (f"http-{status}", HTTPStatus(status).phrase))
    example: dict[str, Any] = {
        "type": f"{KINDS}{kind}",
        "title": title,
        "status": status,
        "detail": _WORDS[status],
        "instance": "urn:uuid:1b4e28ba-2fa1-11d2-883f-0016d3cca427",
        "errors": [],
    }
    if status == 409:
        reason = "只有牵头单位的岗位可以办理 only posts of the lead: 区教育局"
        example |= {
            "type": f"{KINDS}refused", "title": "不予受理,已记录 Refused, on record", "detail": reason,
            "id": "2026-0143", "message_id": "api-0f4c2d7e", "reason": reason, "rule": "authority.lead",
            "acts": ["refused"],
        }  # fmt: skip
    if status == 422:
        example["errors"] = [{"where": "body.text", "kind": "string_too_long", "detail": "at most 4000 characters"}]
    return example


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/headers/{name}"}


def _headers() -> dict[str, Any]:
    text = {"type": "string"}
    return {
        "RateLimit": {
            "description": "余量 what is left",
            "schema": text,
            "example": '"person";r=599;t=60',
        },
        "RateLimit-Policy": {"description": "额度 the quota", "schema": text, "example": '"person";q=600;w=60'},
        "Retry-After": {"description": "几秒后再试 seconds to wait", "schema": {"type": "integer"}, "example": 5},
        "X-Request-Id": {"description": "日志中的请求编号 the request's id in the log", "schema": text},
    }


_TOLD = {name: _ref(name) for name in ("RateLimit", "RateLimit-Policy", "X-Request-Id")}
