"""What is everything ruled by? The calendar, its notices, and the procedures in force."""

import asyncio
import datetime as dt
from calendar import monthrange
from typing import Annotated

from fastapi import Path, Request
from pydantic import Field, StringConstraints

from enacting import standing
from models.access import SiteCommand, View
from models.calendar import CalendarNotice
from office import NoticeRefusedError
from policies.calendar import Calendar, CalendarError, DayKind
from policies.calendar import Day as CalendarDay
from policies.deadlines import local_date
from policies.documents import DocumentError
from policies.procedures import STANDARD, load_text
from record import calendars
from web.api import authority, keys
from web.api.bodies import Body
from web.api.keys import IdempotencyKey
from web.api.limits import Speaker
from web.api.parts import REFUSED, WebNow, calendar_of, router
from web.api.shapes import Out, Page
from web.api.texts import Day
from web.problems import Fault, ProblemError

routes = router("规则 rules")

POLICY_CHARACTERS = 200_000


Number = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[^\x00-\x20\x7F][^\x00-\x1F\x7F]*$")]


class NoticeBody(Body):
    """A holiday notice as published."""

    number: Number = Field(examples=["国办发明电〔2026〕9号"])
    date: Day = Field(examples=["2026-11-05"])
    year: int = Field(ge=1949, le=2200, strict=True, examples=[2027])
    days_off: list[Day] = Field([], max_length=100, examples=[["2027-01-01"]])
    workdays: list[Day] = Field([], max_length=100, examples=[["2027-02-20"]])


class NoticeSummaryOut(Out):
    """A notice that was loaded, with what it says."""

    number: str
    date: dt.date
    year: int
    days_off: list[dt.date]
    workdays: list[dt.date]


class LoadedOut(Out):
    """What loading came to: how many open matters were told, null where it had been loaded before."""

    number: str
    told: int | None


class DayOffOut(Out):
    """One day that differs from an ordinary week: off or made up, by which notice, and whether that is official."""

    date: dt.date
    working: bool
    official: bool
    zh: str
    en: str
    notice: str | None


class YearOut(Out):
    """A year's days off and make-up days."""

    year: int
    calendar: str
    published: bool
    working_days: int
    provisional_days: int
    days: list[DayOffOut]


@routes.get("/calendars", summary="已载入的放假通知 Notices loaded")
def list_calendars(caller: Speaker, web: WebNow) -> Page[NoticeSummaryOut]:
    """按载入次序。 In the order of loading."""
    authority.site(web, caller, View.CALENDAR)
    with web.store.reading() as session:
        found = list(calendars.notices(session))
    return Page(items=[_summary(one) for one in found], next=None)


def _summary(one: CalendarNotice) -> NoticeSummaryOut:
    return NoticeSummaryOut(
        number=one.number, date=one.date, year=one.year, days_off=list(one.days_off), workdays=list(one.workdays)
    )


@routes.get("/calendars/{year}", summary="某年的放假与调休 A year's days off")
def year(year: Annotated[int, Path(ge=1949, le=2200, examples=[2026])], caller: Speaker, web: WebNow) -> YearOut:
    """依据哪份通知,是否暂定。 By whose notice, and how sure."""
    authority.site(web, caller, View.CALENDAR)
    with web.store.reading() as session:
        working = calendar_of(session)
    try:
        days = days_of_year(working, year)
    except CalendarError as error:
        raise ProblemError(404, f"没有这一年的日历。 No calendar of that year: {error}") from error
    special = [day for day in days if day.kind in (DayKind.HOLIDAY, DayKind.MAKE_UP)]
    return YearOut(
        year=year,
        calendar=working.version,
        published=year in working.published,
        working_days=sum(day.working for day in days),
        provisional_days=sum(not day.official for day in days),
        days=[
            DayOffOut(
                date=day.date, working=day.working, official=day.official, zh=day.zh, en=day.en, notice=day.notice
            )
            for day in special
        ],
    )


def days_of_year(working: Calendar, year: int) -> list[CalendarDay]:
    """Every day of a year, what it is and why. Raises CalendarError for a year without a calendar."""
    return [
        working.why(dt.date(year, month, day))
        for month in range(1, 13)
        for day in range(1, monthrange(year, month)[1] + 1)
    ]


@routes.post("/calendars", summary="载入放假通知 Load a holiday notice", status_code=201, openapi_extra=REFUSED)
async def load(body: NoticeBody, key: IdempotencyKey, request: Request, caller: Speaker, web: WebNow) -> LoadedOut:
    """所有在办事项的时限随之重新认定。 Every open clock is ruled again: a later date moves it, an earlier does not."""
    authority.site(web, caller, SiteCommand.LOAD_CALENDAR)
    await asyncio.to_thread(keys.claim, web, caller, key, request, body.model_dump(mode="json"))
    office = await web.office()
    try:
        told = await office.load_calendar(CalendarNotice.model_validate(body.model_dump()))
    except NoticeRefusedError as error:
        raise ProblemError(409, f"不予载入 not loaded: {error}", kind="notice-refused") from error
    return LoadedOut(number=body.number, told=told)


class PolicyOut(Out):
    """A procedure: its name and version; `text` is its file."""

    name: str = Field(examples=["standard"])
    version: str = Field(examples=["standard@0a1b2c3d4e5f"])
    text: str


class PolicyLineOut(Out):
    """A procedure in a list."""

    name: str
    version: str


@routes.get("/policies", summary="督办程序 The procedures")
def list_policies(caller: Speaker, web: WebNow) -> Page[PolicyLineOut]:
    """今日立项所适用的督办程序。 The procedure that rules what is registered today."""
    authority.site(web, caller, View.POLICIES)
    with web.store.reading() as session:
        one = standing(session, STANDARD, local_date(web.clock()))
    return Page(items=[PolicyLineOut(name=one.name, version=one.version)], next=None)


@routes.get("/policies/{name}", summary="一份督办程序 One procedure")
def get_policy(
    name: Annotated[str, Path(pattern=r"^[a-z][a-z0-9_-]{0,39}$", examples=["standard"])], caller: Speaker, web: WebNow
) -> PolicyOut:
    """全部参数连同依据。 Every parameter, with its source."""
    authority.site(web, caller, View.POLICIES)
    try:
        with web.store.reading() as session:
            one = standing(session, name, local_date(web.clock()))
    except KeyError:
        raise authority.not_found() from None
    return PolicyOut(name=one.name, version=one.version, text=one.text)


class PolicyBody(Body):
    """A procedure file's text."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=POLICY_CHARACTERS)] = Field(
        examples=["name: standard\ntitle: 督办程序\n"]
    )


class CheckedOut(Out):
    """Whether the file is usable, its version, and every mistake."""

    usable: bool
    version: str | None
    mistakes: list[Fault]


@routes.post("/policy-checks", summary="检查督办程序 Check a procedure file")
def check(body: PolicyBody, caller: Speaker, web: WebNow) -> CheckedOut:
    """每处错误给出行号、原因;不登记。 Every mistake with its line and reason. Nothing is recorded."""
    authority.site(web, caller, View.POLICIES)
    try:
        found = load_text(body.text, "procedure")
    except DocumentError as error:
        return CheckedOut(
            usable=False,
            version=None,
            mistakes=[
                Fault(where=f"line {one.line} {one.where}", kind="policy", detail=one.why) for one in error.mistakes
            ],
        )
    return CheckedOut(usable=True, version=found.version, mistakes=[])
