"""`preview`: what would the dates be, and why, before anything binds?"""

from itertools import groupby
from typing import Annotated

import typer

from cli.instants import ACCEPTED, instant, now
from cli.kept import calendar_in_force, procedure_in_force
from cli.output import Json, answer, end, facts, say
from cli.places import DirectoryPath, directory
from cli.problems import ExitCode, Problem
from cli.tables import table
from models.acts import Act, ActName
from models.matters import Urgency
from policies.calendar import WEEK_ZH, CalendarError
from policies.deadlines import DayNote, local_date
from policies.limits import LimitError, parse_limit
from policies.wording import act_words, line, moment
from rehearsal.preview import ANYBODY, Preview, a_matter
from rehearsal.preview import preview as previewed
from showing.previews import preview_document

__all__ = ["preview"]


def preview(  # noqa: PLR0917 - one parameter for each option
    limit: Annotated[
        str | None,
        typer.Option("--limit", help="办结时限。 The limit: 15wd, 10d, 2w, 3mo, 48h, 0.5wd, same-day, 2026-06-30"),
    ] = None,
    start: Annotated[
        str | None, typer.Option("--from", help=f"起算时刻(默认现在)。 From when (default: now): {ACCEPTED}")
    ] = None,
    urgency: Annotated[str | None, typer.Option("--urgency", help="紧急程度 urgency: 平件, 急件, 特急")] = None,
    report_every: Annotated[
        str | None,
        typer.Option("--report-every", help="反馈频次 reports: weekly, half-monthly, monthly, quarterly, 7d"),
    ] = None,
    basis: Annotated[
        str | None, typer.Option("--basis", help="事项来源,有的须先批准。 The basis; some need approval first.")
    ] = None,
    lead: Annotated[
        str | None,
        typer.Option("--lead", help="牵头单位:独立机关的后续不同。 The lead; what follows differs for some."),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option("--until", help="看到何时(默认到首次建议问责)。 Until when (default: the first proposal)."),
    ] = None,
    directory_path: DirectoryPath = None,
    as_json: Json = False,
) -> None:
    """试算时限:逐日说明计与不计,并列出无人应答时的全部提醒与升级;不登记任何事项。

    What the dates would be, and why: every day counted or skipped, by name, and every reminder and escalation that
    would follow if nobody answered. Nothing is registered.
    """
    begun = instant(start, "--from") if start else now()
    organs = ANYBODY if lead is None else directory(directory_path).with_organs(ANYBODY.organs)
    said = {"urgency": urgency, "report_every": report_every, "basis": basis, "lead": lead}
    _check(limit, urgency)
    try:
        found = previewed(
            a_matter(limit, **said),
            begun,
            procedure_in_force(local_date(begun)),
            directory=organs,
            calendar=calendar_in_force(),
            until=instant(until, "--until") if until else None,
        )
    except (CalendarError, LookupError) as error:
        raise Problem(str(error)) from error
    if as_json:
        answer(preview_document(found))
    elif found.refused is not None:
        say(f"不会受理 would be refused: {found.refused}")
    else:
        _show(found)
    end(ExitCode.DONE if found.refused is None else ExitCode.REFUSED)


def _check(limit: str | None, urgency: str | None) -> None:
    try:
        parse_limit(limit or "15wd")
    except LimitError as error:
        raise Problem(f"--limit {limit}: {error.why};可接受 accepted: {error.accepted}") from error
    if urgency is not None and urgency not in set(Urgency):
        raise Problem(f"--urgency {urgency}: 未知 unknown;可接受 accepted: {', '.join(Urgency)}")


def _show(found: Preview) -> None:
    clock = found.clock
    facts({"起算 from": moment(found.start, weekday=True)})
    if clock is None:
        say("须先批准立项,时限自批准之日起算。 To be approved first; the limit runs from the approval.")
    else:
        provisional = "暂定:所计日期含未公布放假安排的日子 provisional" if clock.provisional else None
        facts(
            {
                "时限 limit": clock.limit,
                "到期 due": moment(clock.due_at, weekday=True),
                "规则 rules": " ".join(clock.rules),
                "日历 calendar": clock.calendar,
                "注意 note": provisional,
            }
        )
        table(("日期 date", "", "计 no.#", "为何", "why"), (_day(day) for day in found.days), "逐日 day by day")
    say("若始终无人应答 if nobody ever answered:")
    for words in _story(found.acts):
        say(f"  {words}")
    say("如此往复,直至办结。 And so on, until the matter is done.")


def _day(day: DayNote) -> tuple[object, ...]:
    mark = "(暂定)" if day.provisional else ""
    return day.date, WEEK_ZH[day.date.weekday()], day.counted or "–", f"{day.zh}{mark}", day.en


def _story(acts: tuple[Act, ...]) -> list[str]:
    """One line for each act; the daily reminders to sign in one line for as long as nothing comes between."""
    told: list[str] = []
    for act_name, some in groupby(acts, key=lambda act: act.act):
        several = list(some)
        if act_name is ActName.SIGN_REMINDED and len(several) > 1:
            first, last = moment(several[0].at), moment(several[-1].at)
            words = act_words(act_name)
            told.append(f"{first} 至 {last} 每个工作日{words},共 {len(several)} 次 ({len(several)} times, daily)")
        else:
            told += [line(act) for act in several]
    return told
