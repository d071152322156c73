"""How does an explanation look: in a terminal, as Markdown, as text for a printer? Chinese first, English second."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from cli.output import say
from cli.states import STATES
from cli.tables import Page, table
from models.explanations import Counted, Explanation, Fact, Segment, SegmentKind, Way, Words
from policies.calendar import WEEK_ZH
from policies.wording import act_words, moment
from record.outbox import NoticeState


@dataclass(frozen=True)
class Section:
    """One part of the answer: a heading, lines in both languages, and perhaps a table."""

    heading: str
    lines: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[object, ...], ...] = field(default=())


def sections(found: Explanation) -> Iterator[Section]:
    """The parts of an explanation that have something to say, in the order in which they are read."""
    yield Section("发生了什么 What happened", tuple(map(_both, found.happened)))
    yield Section("依据 By which rule", tuple(_rule(found)))
    if found.rule.numbers:
        rows = tuple((number.name, number.value, number.source) for number in found.rule.numbers)
        yield Section("参数及出处 Numbers and their sources", (), ("参数 parameter", "取值 value", "出处 source"), rows)
    if found.facts:
        yield Section("所依事实 Facts", (), ("序#", "时刻 at", "事实", "fact"), tuple(map(_fact, found.facts)))
    for clock in found.clocks:
        yield _clock(clock)
    yield _notices(found)
    if found.papers:
        yield Section(
            "文书 Documents", (), ("文号 number", "文种 kind"), tuple((one.number, one.title) for one in found.papers)
        )
    if found.could:
        yield _ways("谁本可阻止 Who could have stopped it", found.could)
    if found.instead:
        yield Section("怎样可受理 What would be accepted", tuple(map(_both, found.instead)))
    follows = found.follows or (Words(zh="不再自动发生什么。", en="Nothing follows by itself."),)
    yield Section("无人办理则如何 What follows if nobody acts", tuple(map(_both, follows)))
    if found.can:
        yield _ways("谁可阻止 Who can stop that", found.can)
    if found.since:
        yield Section("此后 Since then", tuple(map(_both, found.since)))


def heading(found: Explanation) -> str:
    """The line at the top: which act of what, or that it is about how things stand."""
    named = f"{found.target} {found.title or ''}".strip()
    if found.act is None:
        return f"{named}:为何如此 why it stands as it does"
    return f"{named}:第{found.seq}条 {act_words(found.act)} why {found.act.value} (#{found.seq})"


def _both(words: Words) -> str:
    return f"{words.zh} {words.en}"


def _rule(found: Explanation) -> Iterator[str]:
    rule = found.rule
    yield f"{_both(rule.words)} [{rule.entry}; {rule.contract}]"
    if rule.policy:
        yield f"程序版本 policy: {rule.policy}"
    if rule.note is not None:
        yield _both(rule.note)
    if rule.calendar:
        yield f"日历版本 calendar: {rule.calendar}"
    if rule.provisional is not None:
        yield (
            "认定为暂定:所计日期含未公布放假安排的日子 provisional"
            if rule.provisional
            else "认定为确定 not provisional"
        )
    for counting in rule.counting:
        sources = "; ".join(counting.sources)
        yield f"{counting.rule} {_both(counting.words)}" + (f" ({sources})" if sources else "")


def _fact(fact: Fact) -> tuple[object, ...]:
    return fact.seq, fact.at and moment(fact.at), fact.words.zh, fact.words.en


def _clock(clock: Counted) -> Section:
    begun = f",起于第{clock.started_by}条 set by act {clock.started_by}" if clock.started_by else ""
    lines = [
        f"起算 from {moment(clock.started_at, weekday=True)}{begun}",
        f"时限 limit {clock.limit or '–'};日历 calendar {clock.calendar}",
    ]
    if clock.due_at is not None:
        lines.append(f"记录的到期 recorded due: {moment(clock.due_at, weekday=True)}")
    if clock.derived_at is not None:
        agrees = {True: ",与记录一致 as recorded", False: ",与记录不符 not as recorded", None: ""}[clock.agrees]
        lines.append(f"逐日推算 the days come to: {moment(clock.derived_at, weekday=True)}{agrees}")
    if clock.note is not None:
        lines.append(_both(clock.note))
    if any(one.kind is SegmentKind.SUSPENDED for one in clock.segments):
        lines += [_segment(one, clock.limit) for one in clock.segments]
    days = tuple(
        (
            day.date,
            WEEK_ZH[day.date.weekday()],
            day.counted or "–",
            day.zh + ("(暂定)" if day.provisional else ""),
            day.en,
        )
        for day in clock.days
    )
    return Section(
        f"时限:{_both(clock.name)}", tuple(lines), ("日期 date", "", "计 no.#", "为何", "why") if days else (), days
    )


_SEGMENTS = {
    SegmentKind.RUNNING: "计时 ran",
    SegmentKind.SUSPENDED: "中止 stood still",
    SegmentKind.MOVED: "顺延 moved on",
}


def _segment(one: Segment, limit: str) -> str:
    span = f"{_SEGMENTS[one.kind]} {moment(one.from_at)} – {moment(one.to_at)}"
    if one.kind is not SegmentKind.RUNNING:
        return span
    if limit.endswith("h"):
        minutes, seconds = divmod(one.counted, 60)
        return f"{span}: 计 counted {minutes // 60}:{minutes % 60:02}:{seconds:02}"
    return f"{span}: 计 counted {one.counted} 日 d"


def _notices(found: Explanation) -> Section:
    what = (
        "最近一条记录的通知 Notices of the last act"
        if found.act is None
        else "通知与送达 Notices and proof of delivery"
    )
    if not found.told:
        return Section(what, ("本条记录未通知任何岗位。 Nobody was to be told of it.",))
    rows = tuple(
        (
            one.post,
            one.channel,
            f"{STATES[NoticeState(one.state)]} {one.state}",
            one.at and moment(one.at),
            one.attempts or None,
            one.proof or one.failure,
        )
        for one in found.told
    )
    columns = ("岗位 post", "渠道 channel", "状态 state", "时刻 at", "次数#", "凭证或原因 proof or why not")
    return Section(what, (), columns, rows)


def _ways(name: str, ways: Sequence[Way]) -> Section:
    rows = tuple((way.who, way.words.zh, way.words.en, _until(way.until)) for way in ways)
    return Section(name, (), ("谁 who", "怎样", "how", "在此之前 before"), rows)


def _until(until: datetime | None) -> str:
    return moment(until, weekday=True) if until else "记录未载明期限 no instant on record"


def show(found: Explanation) -> None:
    """Say the answer on standard output."""
    say(heading(found))
    for section in sections(found):
        say()
        say(section.heading)
        for line in section.lines:
            say(f"  {line}")
        if section.columns:
            table(section.columns, section.rows)


def markdown(found: Explanation) -> str:
    """The answer as Markdown, ended with a newline."""
    lines = [f"# {_escaped(heading(found))}"]
    for section in sections(found):
        lines += ["", f"## {_escaped(section.heading)}", ""]
        lines += [f"- {_escaped(line)}" for line in section.lines]
        if section.columns:
            lines += [""] if section.lines else []
            lines.append(_row([column.rstrip("#") for column in section.columns]))
            lines.append(_row(["--:" if column.endswith("#") else "---" for column in section.columns]))
            lines += [_row([_escaped("" if cell is None else str(cell)) for cell in row]) for row in section.rows]
    return "\n".join(lines) + "\n"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _escaped(text: str) -> str:
    """Text that stays text: no column, tag or emphasis of its own."""
    for sign in ("\\", "|", "<", "*", "_", "`", "["):
        text = text.replace(sign, f"\\{sign}")
    return " ".join(text.split())


def plain(found: Explanation) -> str:
    """The answer as text no wider than a page, wide characters counted as two columns."""
    page = Page()
    page.line(heading(found))
    for section in sections(found):
        page.line()
        page.line(f"【{section.heading}】")
        for line in section.lines:
            page.line(line)
        if section.columns:
            page.table(section.columns, section.rows)
    return page.text
