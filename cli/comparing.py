"""`policy compare`: what would a draft procedure have done with the matters of the past?

The matters are lived again under both procedures by rehearsal/comparison.py, page by page, many pages on every
processor; here they are put together, in the order of their ids, and told to people and programs. Nothing is written.
"""

import multiprocessing
import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from functools import cache
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

from cli.output import answer, facts, say, warn
from cli.past import Around, History, Page
from cli.problems import Problem
from cli.tables import table
from models.calendar import CalendarNotice
from models.directory import Organ
from policies.calendar import CalendarError
from policies.deadlines import SHANGHAI
from policies.directory import Directory
from policies.procedures import Procedure, load_text
from policies.wording import moment
from rehearsal.comparison import EXAMPLES, Comparison, Count, Kind, LeftOut, Question, compare
from rehearsal.retracing import World, loaded
from showing.register import Cell, write_csv, write_xlsx

FIXED = (
    "人的行为按记录保持不变:比较的是同样的签收、报告、报结、核验之下,时限和升级会有何不同;"
    "没有收到的提醒无人会作出反应。 What people did is held fixed as recorded: compared is what the clocks would have "
    "done to the same behaviour; nobody reacts to a reminder that was not sent."
)

KINDS = {
    Kind.REMINDED: "到期提醒 reminded",
    Kind.YELLOW: "亮黄灯 yellow light",
    Kind.RED: "亮红灯 red light",
    Kind.SIGN_OVERDUE: "签收超期 sign overdue",
    Kind.SIGN_REMINDED: "催签 sign reminded",
    Kind.PROGRESS_OVERDUE: "未按期反馈 progress overdue",
    Kind.CO_OVERDUE: "协办超期 co-handler overdue",
    Kind.OVERDUE: "超期 overdue",
    Kind.SUPERVISED: "发出督办单 supervised",
    Kind.EXPLANATION_ASKED: "请说明情况 explanation asked",
    Kind.RECTIFICATION_ORDERED: "责令整改 rectification ordered",
    Kind.RECTIFICATION_OVERDUE: "整改超期 rectification overdue",
    Kind.PROPOSED: "建议问责 case proposed",
    Kind.FAILURE_NOTED: "再次逾期记入案件 failure noted",
    Kind.FILING_OVERDUE: "立案超期 filing overdue",
    Kind.APPROVAL_OVERDUE: "立项审批超期 approval overdue",
    Kind.EXTENSION_LAPSED: "延期申请失效 extension lapsed",
    Kind.TRANSFER_LAPSED: "移交申请失效 transfer lapsed",
    Kind.OBJECTION_OVERDUE: "异议逾期未决 objection overdue",
    Kind.SUSPENSION_OVERDUE: "中止到期未恢复 suspension overdue",
    Kind.VERIFICATION_OVERDUE: "核验超期 verification overdue",
    Kind.VERIFICATION_ESCALATED: "核验升级 verification escalated",
    Kind.REFUSED: "操作会被拒绝 would be refused",
}

LEFT_OUT = {
    LeftOut.UNTRACEABLE: "记录未保存当时所说的内容 the record does not hold what was said",
    LeftOut.OTHER_PROCEDURE: "适用其他程序 under another procedure",
    LeftOut.NO_POLICY: "登记当日程序无有效值 no policy in force on its day",
    LeftOut.BEYOND_CALENDAR: "超出日历范围 beyond the calendar",
}

SUMMARY = {
    "牵头单位": 18, "类别": 34, "旧次数": 10, "新次数": 10, "差": 8, "旧事项数": 10, "新事项数": 10, "新增事项": 10,
    "不再事项": 10,
}  # fmt: skip
DETAILS = {"编号": 14, "督办事项": 42, "牵头单位": 18, "类别": 34, "旧次数": 10, "新次数": 10, "差": 8, "岗位": 42}
"""The columns of a file, by organ and kind or by matter and kind, and their widths in characters."""

_MANY_PAGES = 20
_AHEAD = 4


@dataclass(frozen=True, slots=True)
class Draft:
    """The new procedure, and the day as of which its values are taken for all matters, whenever registered."""

    procedure: Procedure
    on: date


@dataclass(frozen=True, slots=True)
class Asked:
    """What is compared, over which matters; registered from `since` to `until`, both days included (None: no bound)."""

    old: Procedure
    new: Draft
    source: str
    since: date | None
    until: date | None


@dataclass(frozen=True, slots=True)
class _Work:
    """What every page is compared under; made of plain values, so that it can be sent to another process."""

    old: tuple[str, str]
    new: tuple[str, str]
    new_on: date
    organs: tuple[Organ, ...]
    around: Around
    since: datetime | None
    before: datetime | None

    def on(self, page: Page) -> Comparison:
        old = load_text(*self.old)
        new = load_text(*self.new).in_force(self.new_on)
        world = World(Directory(self.organs), loaded(self.around.notices), self._measures_decided)
        question = Question(
            cache(old.in_force), lambda _on: new, old.name, world, self.around.until, self.since, self.before
        )
        return compare(page.families(), question)

    def _measures_decided(self, subject: str, since: datetime, until: datetime) -> int:
        return sum(one == subject and since <= at < until for one, at in self.around.measures)


def compared(asked: Asked, history: History, around: Around, directory: Directory) -> Comparison:
    """The comparison over the whole history; the same for the same history, however many processors there are."""
    since = None if asked.since is None else datetime.combine(asked.since, time.min, SHANGHAI)
    before = None if asked.until is None else datetime.combine(asked.until, time.max, SHANGHAI)
    work = _Work(
        (asked.old.text, asked.old.file),
        (asked.new.procedure.text, asked.new.procedure.file),
        asked.new.on,
        directory.organs,
        around,
        since,
        before,
    )
    pages = history.pages(since, before)
    comparison = Comparison()
    for part in _worked(work, pages):
        comparison.include(part)
    return comparison


def _worked(work: _Work, pages: Iterator[Page]) -> Iterator[Comparison]:
    """The parts in the order of the pages; a short history is not worth another process."""
    first = list(islice(pages, _MANY_PAGES))
    processors = os.cpu_count() or 1
    if len(first) < _MANY_PAGES or processors == 1:
        yield from (work.on(page) for part in (first, pages) for page in part)
        return
    # Not forked: a copy of this process would share its database connections.
    with ProcessPoolExecutor(processors, multiprocessing.get_context("spawn")) as pool:
        ahead: deque[Future[Comparison]] = deque()
        for part in (first, pages):
            for page in part:
                ahead.append(pool.submit(work.on, page))
                if len(ahead) > _AHEAD * processors:
                    yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()


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


def document(asked: Asked, found: Comparison, around: Around) -> dict[str, Any]:
    """The whole comparison for programs: the same history and procedures give the same bytes."""
    return {
        "old": {"procedure": asked.old.name, "version": asked.old.version},
        "new": {"procedure": asked.new.procedure.name, "version": asked.new.procedure.version, "on": asked.new.on},
        "history": asked.source,
        "registered": {"since": asked.since, "until": asked.until},
        "until": around.until.astimezone(SHANGHAI),
        "assumption": FIXED,
        "compared": found.compared,
        "recorded_differently": {"matters": found.unlike, "examples": [asdict(one) for one in found.unlike_examples]},
        "recorded_under": dict(sorted(found.versions.items())),
        "left_out": {
            "matters": {reason: found.left_out[reason] for reason in LeftOut if found.left_out[reason]},
            "examples": [
                {"matter_id": matter_id, "reason": reason, "why": why}
                for matter_id, reason, why in found.left_out_examples
            ],
        },
        "notices_not_given": dict(sorted(around.named.items())),
        "totals": _kinds(found, None),
        "organs": [{"organ": organ, "kinds": _kinds(found, organ)} for organ in found.organs],
        "due": _due(found),
        "notices": [
            {"post": post, "old": count.old, "new": count.new, "difference": count.new - count.old}
            for post, count in sorted(found.notices.items())
        ],
        "changed": [asdict(one) for one in found.changed],
        "refused_now": [asdict(one) for one in found.refused],
    }


def _kinds(found: Comparison, organ: str | None) -> dict[str, Any]:
    return {
        kind.value: {**asdict(count), "difference": count.new - count.old} for kind, count in found.of(organ).items()
    }


def _due(found: Comparison) -> dict[str, Any]:
    """How many limits would end at another instant, and by how many working days they would be moved, later or not."""
    shifts = [abs(days) for days in found.due_shifts]
    return {
        "moved": len(shifts),
        "later": sum(days > 0 for days in found.due_shifts),
        "earlier": sum(days < 0 for days in found.due_shifts),
        "median_working_days": median(shifts) if shifts else None,
        "most_working_days": max(shifts, default=None),
    }


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
    due = _due(found)
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
    columns, rows = (DETAILS, _detail_rows(found)) if details else (SUMMARY, _summary_rows(found))
    try:
        if file.suffix.lower() == ".xlsx":
            return write_xlsx(file, rows, columns, "程序比较")
        # The mark at the beginning is what lets a spreadsheet program see that it is UTF-8.
        with file.open("w", encoding="utf-8-sig", newline="") as out:
            return write_csv(out, rows, columns)
    except OSError as error:
        raise Problem(f"{file}: 无法写入 cannot be written: {error.strerror}") from error


def _summary_rows(found: Comparison) -> Iterator[list[Cell]]:
    for organ in (*found.organs, None):
        for kind, count in found.of(organ).items():
            yield [
                organ or "合计",
                KINDS[kind],
                count.old,
                count.new,
                count.new - count.old,
                count.old_matters,
                count.new_matters,
                count.newly,
                count.no_longer,
            ]


def _detail_rows(found: Comparison) -> Iterator[list[Cell]]:
    for one in found.changed:
        posts = "、".join(one.posts)
        yield [one.matter_id, one.title, one.organ, KINDS[one.kind], one.old, one.new, one.new - one.old, posts]


def told(asked: Asked, found: Comparison, around: Around, *, as_json: bool, details: bool) -> None:
    """Answer, for programs or for people."""
    if as_json:
        answer(document(asked, found, around))
    else:
        show(asked, found, around, details=details)
