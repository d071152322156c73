"""`policy compare`: what would a draft procedure have done with the matters of the past?

The matters are lived again under both procedures by rehearsal/comparison.py, page by page, many pages on every
processor; here they are put together, in the order of their ids, and told to people and programs. Nothing is written.
"""

from collections.abc import Iterable
from datetime import datetime, time
from pathlib import Path

from cli.output import answer, facts, say, warn
from cli.past import History
from cli.problems import Problem
from cli.tables import table
from comparing import Around, instants, work, worked
from models.calendar import CalendarNotice
from policies.calendar import CalendarError
from policies.deadlines import SHANGHAI
from policies.directory import Directory
from policies.wording import moment
from rehearsal.comparison import EXAMPLES, Comparison, Count, LeftOut
from rehearsal.retracing import loaded
from showing.comparison import (
    DETAILS,
    FIXED,
    KINDS,
    LEFT_OUT,
    SUMMARY,
    Asked,
    Draft,
    detail_rows,
    document,
    due_moved,
    summary_rows,
)
from showing.tables import write_csv, write_xlsx

__all__ = ["Asked", "Draft", "compared", "told", "with_notices", "write"]


def compared(asked: Asked, history: History, around: Around, directory: Directory) -> Comparison:
    """The comparison over the whole history; the same for the same history, however many processors there are."""
    bounds = instants(asked.since, asked.until)
    comparison = Comparison()
    over = work(asked.old, asked.new.procedure, asked.new.on, around=around, directory=directory, bounds=bounds)
    for part in worked(over, history.pages(*bounds)):
        comparison.include(part)
    return comparison


def with_notices(around: Around, given: Iterable[CalendarNotice]) -> Around:
    """The history with calendar notices that it does not hold itself, in force from when an act first names them.

    One that no act names is in force from its own date. Raises Problem for notices that cannot be loaded together.
    """
    known = {notice.number for notice, _ in around.notices}
    dated = [(one, around.named.get(one.number) or datetime.combine(one.date, time.min, SHANGHAI)) for one in given]
    notices = (*around.notices, *sorted((one for one in dated if one[0].number not in known), key=lambda one: one[1]))
    try:
        have = {one.notice.number for one in loaded(notices)}
    except CalendarError as error:
        raise Problem(f"--notice: {error}") from error
    missing = {number: at for number, at in around.named.items() if number not in have}
    return Around(notices, around.measures, around.until, missing)


# --- words ------------------------------------------------------------------------------------------------------------


def show(asked: Asked, found: Comparison, around: Around, *, details: bool) -> None:
    """The comparison for people."""
    new = asked.new.procedure
    facts(
        {
            "旧程序 old": f"{asked.old.version} (按各事项登记之日 as on each matter's day of registration)",
            "新程序 new": f"{new.version} (全部取 {asked.new.on} 的有效值 all values as on {asked.new.on})",
            "历史 history": f"{asked.source}, 至 until {moment(around.until)}",
            "比较的事项 matters compared": str(found.compared),
        }
    )
    say(FIXED)
    _show_baseline(asked, found, around)
    columns = ("类别 kind", "旧 old#", "新 new#", "差 difference#", "新增事项 newly#", "不再事项 no longer#")
    totals = [(KINDS[kind], *_figures(count)) for kind, count in found.of(None).items()]
    table(columns, totals, "合计 totals")
    rows = [
        (organ, KINDS[kind], *_figures(count))
        for organ in found.organs
        for kind, count in found.of(organ).items()
        if count.old != count.new or count.newly or count.no_longer
    ]
    if not rows and not found.due_shifts:
        say("没有任何差异 no difference at all")
        return
    table(("牵头单位 organ", *columns), rows, "按牵头单位,只列有差异的 by lead organ, where there is a difference")
    _show_due(found)
    _show_refused(found, None if details else EXAMPLES)
    if details:
        _show_details(found)
    elif found.changed:
        say("加 --details 列出每件事项和岗位 --details names every matter and post; --output FILE.xlsx, FILE.csv")


def _figures(count: Count) -> tuple[object, ...]:
    return count.old, count.new, f"{count.new - count.old:+d}", count.newly, count.no_longer


def _show_baseline(asked: Asked, found: Comparison, around: Around) -> None:
    """How far the old procedure gives the record again, before anything is concluded from the comparison."""
    say(f"旧程序重放与记录不一致的事项 recorded differently: {found.unlike}")
    for one in found.unlike_examples:
        say(f"  {one.matter_id} 记录 recorded: {one.recorded or '-'}")
        say(f"  {' ' * len(one.matter_id)} 重放 re-run:   {one.now or '-'}")
    for version, matters in sorted(found.versions.items()):
        if version != asked.old.version:
            say(f"记录时的程序版本 recorded under {version}: {matters} 件 matters")
    for reason in LeftOut:
        if found.left_out[reason]:
            say(f"未比较 left out, {LEFT_OUT[reason]}: {found.left_out[reason]}")
    for matter_id, reason, why in found.left_out_examples:
        say(f"  {matter_id} {reason.value}: {why}")
    for number in sorted(around.named):
        warn(f"历史中的放假通知未提供,请加 --notice FILE a notice of this history was not given: {number}")


def _show_due(found: Comparison) -> None:
    due = due_moved(found)
    if due["moved"]:
        say(
            f"办结时限变动 due dates moved: {due['moved']} (推后 later {due['later']}, 提前 earlier {due['earlier']}), "
            f"工作日 working days: 中位 median {due['median_working_days']:g}, 最多 most {due['most_working_days']}"
        )


def _show_refused(found: Comparison, most: int | None) -> None:
    rows = [(one.matter_id, moment(one.at), one.do, one.by, one.reason) for one in found.refused]
    if rows:
        title = f"新程序下会被拒绝的操作 what the new procedure would have refused: {len(rows)}"
        table(("编号 id", "时刻 at", "操作 command", "岗位 by", "理由 reason"), rows[:most], title)


def _show_details(found: Comparison) -> None:
    rows = [
        (one.matter_id, one.title, one.organ, KINDS[one.kind], one.old, one.new, "、".join(one.posts))
        for one in found.changed
    ]
    columns = ("编号 id", "事项 matter", "牵头 lead", "类别 kind", "旧 old#", "新 new#", "岗位 posts")
    table(columns, rows, "逐件 by matter")
    told = [
        (post, count.old, count.new, f"{count.new - count.old:+d}")
        for post, count in sorted(found.notices.items())
        if count.old != count.new
    ]
    table(("岗位 post", "旧 old#", "新 new#", "差 difference#"), told, "通知数 notices, by post")


def write(found: Comparison, file: Path, *, details: bool) -> int:
    """Write the comparison as .csv or .xlsx, by organ and kind or, with `details`, by matter and kind; how many rows.

    Raises Problem for another suffix or a file that cannot be written.
    """
    columns, rows = (DETAILS, detail_rows(found)) if details else (SUMMARY, summary_rows(found))
    try:
        if file.suffix.lower() == ".xlsx":
            return write_xlsx(file, rows, columns, "程序比较")
        # The mark at the beginning is what lets a spreadsheet program see that it is UTF-8.
        with file.open("w", encoding="utf-8-sig", newline="") as out:
            return write_csv(out, rows, columns)
    except OSError as error:
        raise Problem(f"{file}: 无法写入 cannot be written: {error.strerror}") from error


def told(asked: Asked, found: Comparison, around: Around, *, as_json: bool, details: bool) -> None:
    """Answer, for programs or for people."""
    if as_json:
        answer(document(asked, found, around))
    else:
        show(asked, found, around, details=details)
