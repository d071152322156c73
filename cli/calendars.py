"""`calendar`: loading a holiday notice into the running engine, and showing a year as it is counted."""

import asyncio
from calendar import monthrange
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.authority import allowed_here
from cli.kept import calendar, calendar_in_force, settings
from cli.live import in_words, live
from cli.output import Json, answer, end, facts, say
from cli.problems import ExitCode, Problem
from cli.tables import table
from intake.notices import read_notice
from models.access import SiteCommand
from models.calendar import CalendarNotice
from office import NoticeRefusedError
from policies.calendar import WEEK_ZH, Calendar, CalendarError, Day, DayKind
from policies.documents import DocumentError
from record import calendars

__all__ = ["app"]

app = typer.Typer(
    help="节假日安排:载入通知、查看某年。 Holiday notices: load one, show a year.",
    no_args_is_help=True,
    add_completion=False,
)


@app.command()
def load(
    file: Annotated[
        Path, typer.Argument(metavar="NOTICE.yaml", help="通知 notice: number, date, year, days_off, workdays")
    ],
    as_json: Json = False,
) -> None:
    """载入一份放假通知,所有在办事项的时限随之重新认定。

    Load a holiday notice; every open clock is ruled again: a later date moves it, an earlier one does not.
    """
    chosen = settings()
    try:
        notice = read_notice(file, str(file))
    except DocumentError as error:
        raise Problem(str(error)) from error
    allowed_here(chosen, SiteCommand.LOAD_CALENDAR)
    with in_words():
        told, refused = asyncio.run(_load(chosen, notice))
    if as_json:
        answer(
            {
                "number": notice.number,
                "accepted": refused is None,
                "again": told is None,
                "told": told,
                "reason": refused,
            }
        )
    elif refused is not None:
        say(f"{notice.number} 未予受理 refused: {refused}")
    elif told is None:
        say(f"{notice.number} 此前已载入,未重复。 Loaded before; nothing was done twice.")
    else:
        say(f"{notice.number} 已载入,已通知 {told} 件在办事项。 Loaded; {told} open matters were told.")
    end(ExitCode.DONE if refused is None else ExitCode.REFUSED)


async def _load(chosen: Any, notice: CalendarNotice) -> tuple[int | None, str | None]:
    async with live(chosen) as office:
        try:
            told = await office.office.load_calendar(notice)
        except NoticeRefusedError as error:
            return None, str(error)
        with office.store.reading() as session:
            loaded = calendar(session)
    if all(one != notice for one in loaded.notices if one.number == notice.number):
        return None, str(calendars.NoticeDiffersError(notice.number))
    return told, None


@app.command()
def show(year: Annotated[int, typer.Argument(metavar="YEAR", help="年份。 The year.")], as_json: Json = False) -> None:
    """某年的放假与调休:依据哪份通知,是否暂定。 A year's days off and make-up days, by whose notice, and how sure."""
    working_days = calendar_in_force()
    try:
        days = [working_days.why(date(year, month, day)) for month in range(1, 13) for day in _month(year, month)]
    except (CalendarError, ValueError) as error:
        raise Problem(f"{year}: {error}") from error
    special = [day for day in days if day.kind in (DayKind.HOLIDAY, DayKind.MAKE_UP)]
    working = sum(day.working for day in days)
    provisional = sum(not day.official for day in days)
    if as_json:
        answer(
            {
                "year": year,
                "calendar": working_days.version,
                "published": year in working_days.published,
                "working_days": working,
                "provisional_days": provisional,
                "days": [_day(day) for day in special],
            }
        )
        return
    facts(
        {
            "年份 year": year,
            "工作日 working days": working,
            "通知 notice": "已公布 published"
            if year in working_days.published
            else "未公布,按法定假日推定 not published yet",
            "暂定的日子 provisional days": provisional or None,
            "日历 calendar": working_days.version,
        }
    )
    rows = [
        (day.date, WEEK_ZH[day.date.weekday()], "上班 works" if day.working else "放假 off", day.zh, day.en, day.notice)
        for day in special
    ]
    table(("日期 date", "", "", "为何", "why", "通知 notice"), rows, _by_month(working_days, year))


def _month(year: int, month: int) -> range:
    return range(1, monthrange(year, month)[1] + 1)


def _by_month(counted: Calendar, year: int) -> str:
    counts = [sum(counted.is_working(date(year, month, day)) for day in _month(year, month)) for month in range(1, 13)]
    return "各月工作日 working days by month: " + " ".join(str(count) for count in counts)


def _day(day: Day) -> dict[str, Any]:
    return {
        "date": day.date,
        "kind": day.kind,
        "working": day.working,
        "official": day.official,
        "zh": day.zh,
        "en": day.en,
        "notice": day.notice,
    }
