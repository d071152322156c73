"""Is the process there, and can it work? For whoever keeps it running; nothing is told beyond that."""

from asyncio import to_thread
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from office import UnavailableError
from web.context import Web, web_of
from web.problems import ProblemDocument, ProblemError

router = APIRouter(tags=["health"])


class Alive(BaseModel):
    """The process answers."""

    status: Literal["ok"] = "ok"


@router.get("/healthz", summary="进程在运行 The process runs")
async def healthz() -> Alive:
    """Always ok: whoever gets an answer knows that the process runs."""
    return Alive()


@router.get(
    "/readyz",
    summary="可以办理 Ready to work",
    responses={503: {"model": ProblemDocument, "description": "暂不可用 Unavailable"}},
)
async def readyz(web: Annotated[Web, Depends(web_of)]) -> Alive:
    """Ok while the record and the office's server can be reached; 503 otherwise."""
    ready = await to_thread(web.store.prepared)
    try:
        await web.office()
    except UnavailableError:
        ready = False
    if not ready:
        raise ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, "数据库或流程服务不可用。 The record or the server is away.")
    return Alive()
