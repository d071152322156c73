"""What if something that is kept sealed was altered or moved, so that it does not open? It is said, and reported.

Asking again does not help and nothing was wrong with the request: it is in conflict with what the record holds (409).
The incident tells the office's head where; nothing of what was sealed is told.
"""

import re
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

import logs
from privacy.sealing import SealError
from record import incidents
from record.store import RecordUnavailableError
from web.context import Web, web_of
from web.problems import answer, request_id

log = logs.get(__name__)

TITLE = "密封内容被改动 Sealed content was altered"
DETAIL = (
    "密封内容被改动或不在原处,不予显示,已作为事件报告;请勿据此办理,并请督办单位在本机核对:starter.py verify。 "
    "What is sealed here was altered or moved: it is not shown, and an incident is on record. Do not act on it; let "
    "the office check at the machine: starter.py verify."
)
_OF_TARGET = re.compile(r"(?:act|state) (?P<target>\S+)")
_ELSEWHERE = "record"


def install(app: FastAPI) -> None:
    """Let what does not open end in a problem document, with an incident on record."""
    app.add_exception_handler(SealError, _altered)


async def _altered(request: Request, error: Exception) -> JSONResponse:
    log.error("web.altered", exc_info=error)
    place = error.place if isinstance(error, SealError) else ""
    try:
        await run_in_threadpool(_report, web_of(request), place)
    except RecordUnavailableError as unavailable:
        log.warning("web.unreported", exc_info=unavailable)
    return answer(request_id(request), HTTPStatus.CONFLICT, DETAIL, kind="altered", title=TITLE)


def _report(web: Web, place: str) -> None:
    """Put it on record, once for each place until it is dealt with."""
    found = _OF_TARGET.match(place)
    target = found["target"] if found else _ELSEWHERE
    words = f"{target}: 密封内容被改动或不在原处 what is sealed was altered or moved ({place})"
    office = web.directory.find(web.settings.office)
    with web.store.writing() as session:
        one = incidents.altered(place, target, words)
        incidents.report(session, one, web.clock(), (office.head,) if office else ())
