"""The working-day calendar: which years are published, what each notice says; a notice is loaded from its file.

What a notice means is policies/calendar.py's, and what becomes of running clocks the rules'.
"""

import asyncio
from http import HTTPStatus
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, File, Form, Query, UploadFile
from fastapi.responses import HTMLResponse

from intake.notices import NOTICE_BYTES, read_notice
from models.access import SiteCommand, View
from office import NoticeRefusedError
from policies.access import may
from policies.calendar import Calendar, CalendarError, Day, DayKind
from policies.deadlines import local_date
from policies.documents import DocumentError, Mistake
from policies.relations import Site
from record import calendars
from web.api import authority, keys
from web.api.parts import calendar_of
from web.api.rules import days_of_year
from web.api.texts import KEY
from web.console.navigation import PREFIX
from web.console.visits import PageRoute, Posting, Visit, Visiting, page

routes = APIRouter(route_class=PageRoute, include_in_schema=False)

CALENDAR = f"{PREFIX}/calendar"


@routes.get(CALENDAR)
def calendar(this: Visiting, year: Annotated[int | None, Query(ge=1949, le=2200)] = None) -> HTMLResponse:
    """The notices loaded, and one year's days off and make-up days."""
    return _shown(this, year)


@routes.post(CALENDAR)
async def load(
    this: Posting, message: Annotated[str, Form(pattern=KEY)], file: Annotated[UploadFile, File()]
) -> HTMLResponse:
    """Load a notice from its file; the page with how many open matters were told, or with every mistake."""
    content = await file.read(NOTICE_BYTES + 1)

    def read() -> None:
        if not _loads(this):
            raise authority.not_found()
        keys.claim(this.web, this.caller, message, this.request, content.decode("utf-8", "replace"))

    await asyncio.to_thread(read)
    try:
        with this.web.store.reading() as session:
            known = calendar_of(session)
        notice = read_notice(content, file.filename or "notice.yaml", known)
    except DocumentError as error:
        return await asyncio.to_thread(_shown, this, None, mistakes=error.mistakes)
    office = await this.web.office()
    try:
        told = await office.load_calendar(notice)
    except NoticeRefusedError as error:
        return await asyncio.to_thread(_shown, this, notice.year, refused=str(error))
    return await asyncio.to_thread(_shown, this, notice.year, loaded=(notice.number, told))


def _loads(this: Visit) -> bool:
    held = authority.standing_of(this.web, this.caller, Site(this.web.settings.office))
    return may(SiteCommand.LOAD_CALENDAR.value, held)


def _shown(
    this: Visit,
    year: int | None,
    *,
    mistakes: tuple[Mistake, ...] = (),
    refused: str | None = None,
    loaded: tuple[str, int | None] | None = None,
) -> HTMLResponse:
    if not authority.sees(this.web, this.caller, Site(this.web.settings.office), View.CALENDAR):
        raise authority.not_found()
    chosen = year or local_date(this.web.clock()).year
    with this.web.store.reading() as session:
        working, notices = calendar_of(session), list(calendars.loaded(session))
    return page(
        this,
        "calendar.html",
        status=_status(mistakes, refused),
        here="calendar",
        year=chosen,
        days=_days(working, chosen),
        published=sorted(working.published, reverse=True),
        notices=notices[::-1],
        mistakes=mistakes,
        refused=refused,
        loaded=loaded,
        loads=_loads(this),
        message=uuid4().hex,
        address=CALENDAR,
    )


def _status(mistakes: tuple[Mistake, ...], refused: str | None) -> HTTPStatus:
    if mistakes:
        return HTTPStatus.UNPROCESSABLE_ENTITY
    return HTTPStatus.CONFLICT if refused else HTTPStatus.OK


def _days(working: Calendar, year: int) -> tuple[Day, ...] | None:
    """The days of a year that differ from an ordinary week; None for a year without a calendar."""
    try:
        return tuple(day for day in days_of_year(working, year) if day.kind in (DayKind.HOLIDAY, DayKind.MAKE_UP))
    except CalendarError:
        return None
