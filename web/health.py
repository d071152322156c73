"""Is the process there, and can it work? For whoever keeps it running; nothing is told beyond that."""

from http import HTTPStatus
from typing import Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel
from temporalio.client import Client

from office import UnavailableError
from watching.readiness import Reaching, Readiness
from web.context import OfficeFactory
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
async def readyz(request: Request) -> Alive:
    """Ok while the record, with tables as new as the program, and the office's server can be reached; else 503."""
    readiness: Readiness = request.app.state.readiness
    if not await readiness():
        raise ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, "数据库或流程服务不可用。 The record or the server is away.")
    return Alive()


def reaching(office: OfficeFactory) -> Reaching:
    """The client through which the site speaks; None while nobody could connect."""

    async def client() -> Client | None:
        try:
            return (await office()).client
        except UnavailableError:
            return None

    return client
