"""How do those who may read histories read them in the Temporal UI, which holds only sealed payloads?

The UI asks `POST /codec/decode` with the reader's own session (CORS with credentials, for the UI's origin alone). Who
asks is for the authoriser that the web application brings; nobody decodes without one. Every decoding is a look, put
on record before anything is opened. Nothing is ever encoded here.
"""

import json
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from google.protobuf import json_format
from temporalio.api.common.v1 import Payload, Payloads

import logs
from models.protection import ERASED, HISTORY, FieldClass, FieldPolicy
from policies.masking import protection
from privacy.codec import ENGINE, Codec, PayloadKeys, sealed_for
from privacy.masters import MasterError
from privacy.sealing import ErasedError, SealError

log = logs.get(__name__)

LONGEST = 4 * 1024 * 1024
"""What the UI may send at once, in bytes: Temporal's own limit for a message."""
MOST = 1_000
_PREFLIGHT_SECONDS = "600"


@dataclass(frozen=True, slots=True)
class Decoder:
    """Who asks, and what of: `may` says of a subject (`temporal`, `case/…`) whether its payloads may be opened.

    `look` puts on record, before anything is opened, that payloads of these subjects are looked at and how many; what
    it raises refuses the request. Both may block.
    """

    may: Callable[[str], bool]
    look: Callable[[dict[str, int]], None]


Authorise = Callable[[Request], Awaitable[Decoder | None]]


async def nobody(_request: Request) -> Decoder | None:
    """The authoriser of an application that has none: nobody may."""
    return None


def codec_router(
    keys: PayloadKeys,
    *,
    origin: str,
    namespace: str,
    authorise: Authorise = nobody,
    policy: FieldPolicy | None = None,
) -> APIRouter:
    """The routes `/codec/decode` and `/codec/encode`.

    `origin` is the UI's own (`https://temporal.example`), `namespace` the one whose payloads these keys open.
    """
    router = APIRouter(prefix="/codec", include_in_schema=False)
    endpoint = _Endpoint(Codec(keys), origin, namespace, authorise, policy or protection())
    router.add_api_route("/decode", endpoint.preflight, methods=["OPTIONS"])
    router.add_api_route("/decode", endpoint.decode, methods=["POST"])
    router.add_api_route("/encode", endpoint.refuse, methods=["POST", "OPTIONS"])
    return router


class _Endpoint:
    def __init__(self, codec: Codec, origin: str, namespace: str, authorise: Authorise, policy: FieldPolicy) -> None:
        self._codec, self._origin, self._namespace = codec, origin, namespace
        self._authorise, self._policy = authorise, policy

    async def preflight(self, request: Request) -> Response:
        """What a browser asks before it sends the session's cookie to another origin."""
        if request.headers.get("origin") != self._origin:
            return self._answer(403, request)
        answer = self._answer(204, request)
        answer.headers["Access-Control-Allow-Methods"] = "POST"
        answer.headers["Access-Control-Allow-Headers"] = "content-type, x-namespace"
        answer.headers["Access-Control-Max-Age"] = _PREFLIGHT_SECONDS
        return answer

    async def refuse(self, request: Request) -> Response:
        """Nothing is sealed for anybody: what the engine did not say must not look as if it had."""
        return self._answer(403, request)

    async def decode(self, request: Request) -> Response:
        """The payloads opened, in their order; masked where this reader may not see them."""
        if request.headers.get("origin") != self._origin:
            return self._answer(403, request)
        decoder = await self._authorise(request)
        if decoder is None:
            return self._answer(401, request)
        if request.headers.get("x-namespace") != self._namespace:
            return self._answer(400, request)
        payloads = await self._payloads(request)
        if payloads is None:
            return self._answer(400, request)
        try:
            subjects = [sealed_for(one) for one in payloads]
        except SealError:
            return self._answer(400, request)
        asked = Counter(subject[0] for subject in subjects if subject is not None)
        granted = await run_in_threadpool(_granted, asked, decoder.may)
        try:
            # On record before it is opened.
            await run_in_threadpool(decoder.look, granted)
            opened = [
                await self._opened(payload, subject and subject[0], granted)
                for payload, subject in zip(payloads, subjects, strict=True)
            ]
        except (MasterError, SealError) as error:
            log.warning("payloads.not_decoded", error=type(error).__name__)
            return self._answer(503 if isinstance(error, MasterError) else 400, request)
        log.info("payloads.decoded", subjects=len(granted), refused=len(asked) - len(granted))
        return self._answer(200, request, json_format.MessageToJson(Payloads(payloads=opened)))

    async def _opened(self, payload: Payload, subject: str | None, granted: dict[str, int]) -> Payload:
        if subject is None:
            return payload
        if subject not in granted:
            masks = self._policy.masks
            material = masks[FieldClass.CASE_MATERIAL.value]
            return _words(masks.get(HISTORY, material) if subject == ENGINE else material)
        try:
            return (await self._codec.decode([payload]))[0]
        except ErasedError:
            return _words(self._policy.masks[ERASED])

    @staticmethod
    async def _payloads(request: Request) -> list[Payload] | None:
        body = bytearray()
        async for part in request.stream():
            body += part
            if len(body) > LONGEST:
                return None
        try:
            found = list(json_format.Parse(bytes(body), Payloads()).payloads)
        except (json_format.ParseError, ValueError, RecursionError):
            return None
        return found if len(found) <= MOST else None

    def _answer(self, status: int, request: Request, body: str = "") -> Response:
        answer = Response(body, status, media_type="application/json" if body else None)
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["Vary"] = "Origin"
        if request.headers.get("origin") == self._origin:
            answer.headers["Access-Control-Allow-Origin"] = self._origin
            answer.headers["Access-Control-Allow-Credentials"] = "true"
        return answer


def _granted(asked: Counter[str], may: Callable[[str], bool]) -> dict[str, int]:
    return {subject: number for subject, number in asked.items() if may(subject)}


def _words(text: str) -> Payload:
    return Payload(metadata={"encoding": b"json/plain"}, data=json.dumps(text, ensure_ascii=False).encode())
