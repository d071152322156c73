"""Recurrence (经常性义务): which occurrences of a duty are opened, when, and by which day is each due?

Each occurrence is a matter of its own, registered in the same transaction: reminders, supervision and accountability
are those of its procedure. A period is opened once, whoever asks for it; the duty itself ends only by being cancelled.
mechanisms.md D1-D3, D15; R4, R9, R16.
"""

from datetime import date, datetime, time, timedelta

from models.acts import ActName
from models.blocks import Missed, Recurrence
from models.messages import Registration, Relayed
from models.proceeding_messages import Backfill, ContinueDuty, PauseDuty, Trigger
from models.proceedings import Occurrences, StepClock, StepClockKind
from policies.authority import Refused, given
from policies.counting import Roll
from policies.deadlines import SHANGHAI, Due, due, local_date, nominal_end, recurring_on
from policies.limits import Limit, Unit, parse_limit
from policies.periods import EVENT, MONTHS, Period, after, period_of
from policies.proceeding_drafts import BlockRules, ProceedingDraft

_RULE = "recurrence"
# What an office asks for at once; five years of months.
LARGEST_BACKFILL = 60
_BASIS = "文件要求"


def _anchor(draft: ProceedingDraft) -> date:
    return draft.terms.event_on or local_date(draft.terms.received_at)


def _period(draft: ProceedingDraft, on: date) -> Period:
    return period_of(draft.block.every, on, _anchor(draft))


# --- by when ----------------------------------------------------------------------------------------------------------


def nominal_day(block: Recurrence, period: Period) -> date:
    """The day by which an occurrence is due, that day included, before it is moved off a day off (R9)."""
    if block.weekday is not None:
        return period.first + timedelta(days=block.weekday - 1)
    if block.day is None and block.month is None:
        return period.last
    month = period_of("1mo", period.first, period.first)
    for _ in range((block.month or 1) - 1):
        month = after("1mo", month, period.first)
    return month.last if block.day is None else min(month.first + timedelta(days=block.day - 1), month.last)


def _limit(draft: ProceedingDraft, period: Period) -> Limit:
    """The fixed date that the occurrence's matter is to keep: the matter itself moves it forward off a day off.

    Where days off move a duty back (the switch of R16) it is the day before them.
    """
    nominal = nominal_day(draft.block, period)
    if draft.facts.counting.recurring_roll is Roll.PREVIOUS_WORKING_DAY:
        calendar, counting = draft.facts.calendar, draft.facts.counting
        nominal = recurring_on(nominal.year, nominal.month, nominal.day, calendar, counting)
    return Limit(Unit.DATE, 0, nominal)


def _due(draft: ProceedingDraft, limit: Limit, begun: datetime) -> Due:
    return due(limit, begun, draft.facts.calendar, draft.facts.counting)


def _opening(draft: ProceedingDraft, period: Period) -> datetime:
    """When the occurrence begins: 00:00 of the first day; earlier by as much as days off move its day before that."""
    first, last = period.first, _limit(draft, period).on or period.first
    if last < first:
        first -= nominal_day(draft.block, period) - last
    return datetime.combine(first, time.min, SHANGHAI)


# --- occurrences ------------------------------------------------------------------------------------------------------


def _occur(
    draft: ProceedingDraft, period: Period, limit: Limit, begun: datetime, *,
    by: str | None = None, what: str | None = None, imported: bool = False, rules: tuple[str, ...] = ("R16",),
) -> None:  # fmt: skip
    """Open one: its act, and its matter. `begun` is when it begins; one that is `imported` began before it was told."""
    kept, terms, block = draft.kept(Occurrences), draft.terms, draft.block
    count = kept.opened.get(period.first, 0) + 1
    end = _due(draft, limit, begun)
    at = draft.now if imported else draft.at
    if end.at <= at:
        imported, at = True, draft.now
        begun = min(begun, datetime.combine(end.last_day, time.min, SHANGHAI))
    elif limit.on is not None and limit.on < local_date(begun):
        # A day off that lies behind: its matter keeps the day it was moved to.
        limit = Limit(Unit.DATE, 0, end.last_day)
    title = block.about.replace("{title}", terms.title).replace("{period}", period.name)
    title += f":{what}" if what else ""
    title += f"(第{count}次)" if count > 1 or block.times > 1 else ""
    matter = f"{draft.state.id.replace('/', '-')}-{period.code}" + (f"-{count}" if count > 1 else "")
    draft.keep(kept.model_copy(update={"number": kept.number + 1, "opened": {**kept.opened, period.first: count}}))
    draft.say(
        ActName.OCCURRED, by=by, due=end.at, value=period.name, count=count, reason=matter, rules=(*rules, *end.rules),
        provisional=end.provisional or None,
    )  # fmt: skip
    draft.relays.append(
        Relayed(
            at=at,
            target=matter,
            message=Registration(
                message_id=f"{draft.state.id}:{matter}", title=title, lead=terms.lead, office=terms.office,
                leader=terms.leader, co=terms.co, limit=limit.text, basis=_BASIS, public=terms.public,
                panel=terms.panel, requirement=_requirement(block),
                assigned_at=begun if imported else None,
            ),
        )
    )  # fmt: skip


def _requirement(block: Recurrence) -> str | None:
    figures = (f"{name} {number}" for name, number in block.figures.items())
    return "、".join((*block.shown, *figures)) or None


def _open(draft: ProceedingDraft, period: Period, *, by: str | None = None, told: bool = True) -> None:
    """Open the period's occurrences; those of which nobody was `told` in time are imported as of their beginning."""
    limit, opening = _limit(draft, period), _opening(draft, period)
    begun = max(opening, draft.at) if told else opening
    for _ in range(draft.block.times):
        _occur(draft, period, limit, begun, by=by, imported=not told)


def _plan(draft: ProceedingDraft, last: Period) -> None:
    """Let the clock run to the beginning of the period after that one."""
    period = after(draft.block.every, last, _anchor(draft))
    opening, calendar = _opening(draft, period), draft.facts.calendar
    on = local_date(opening)
    end = _due(draft, _limit(draft, period), opening)
    draft.start(
        StepClock(
            kind=StepClockKind.OCCURRENCE, step=draft.block.name, started_at=draft.at, limit=on.isoformat(),
            due_at=opening, last_day=on, provisional=end.provisional, rules=("R16",), calendar=calendar.version,
        )
    )  # fmt: skip


def _begin(draft: ProceedingDraft) -> None:
    """It begins with the period under way where its day is still ahead, otherwise with the next."""
    draft.keep(Occurrences())
    if draft.block.every == EVENT:
        return
    period = _period(draft, local_date(draft.at))
    limit = _limit(draft, period)
    begun = max(_opening(draft, period), draft.at)
    draft.keep(Occurrences(last_period=period.first))
    if _due(draft, limit, begun).at > draft.at:
        _open(draft, period)
    _plan(draft, period)


def _struck(draft: ProceedingDraft, _: StepClock) -> None:
    """A period begins. Nobody works it off in time: it is opened all the same, once."""
    kept = draft.kept(Occurrences)
    passed = _period(draft, kept.last_period or local_date(draft.at))
    period = after(draft.block.every, passed, _anchor(draft))
    draft.keep(kept.model_copy(update={"last_period": period.first}))
    if kept.paused:
        draft.say(ActName.OCCURRENCE_SKIPPED, value=period.name)
    elif period.first not in kept.opened:
        _open(draft, period, told=draft.now <= _told_until(draft))
    _plan(draft, period)


def _told_until(draft: ProceedingDraft) -> datetime:
    late = draft.block.late
    return _due(draft, parse_limit(late), draft.at).at if late else draft.at


# --- commands ---------------------------------------------------------------------------------------------------------


def _trigger(draft: ProceedingDraft, command: Trigger) -> None:
    if draft.kept(Occurrences).paused:
        raise Refused("任务已暂停 it is paused", _RULE)
    today = local_date(draft.at)
    on = command.on or today
    if on > today:
        raise Refused(f"事件日期晚于今天 the event lies in the future: {on}", _RULE)
    if draft.block.every == EVENT:
        _happened(draft, command, on)
    else:
        _once_more(draft, command, on)


def _happened(draft: ProceedingDraft, command: Trigger, on: date) -> None:
    """An event: due so long after its day. Told of it on a later day, its matter has the same last day."""
    what = given(command.reason, "事件 reason", _RULE)
    limit, begun = parse_limit(draft.block.within or ""), draft.at
    if on < local_date(draft.at):
        begun = datetime.combine(on, draft.facts.counting.opening, SHANGHAI)
        end = _due(draft, limit, begun)
        if end.at > draft.at and limit.unit in (Unit.DAYS, Unit.WEEKS, Unit.MONTHS):
            limit, begun = Limit(Unit.DATE, 0, nominal_end(limit, on)), draft.at
        elif end.at > draft.at and limit.unit is Unit.WORKING_DAYS:
            limit, begun = Limit(Unit.DATE, 0, end.last_day), draft.at
    _occur(
        draft, Period(on, on + timedelta(days=1), on.isoformat()), limit, begun, by=command.by, what=what,
        imported=begun < draft.at,
        rules=(),
    )  # fmt: skip


def _once_more(draft: ProceedingDraft, command: Trigger, on: date) -> None:
    """One more in the period under way, up to the most it may have."""
    most, times = draft.block.most, draft.block.times
    period = _period(draft, local_date(draft.at))
    if most is None or most <= times:
        raise Refused("本任务按期发生,不能另行触发 it falls due by itself, and no more often", _RULE)
    if on < period.first:
        raise Refused(f"不在本期内 not in the period under way: {on};可接受 accepted: {period.first}..", _RULE)
    done = draft.kept(Occurrences).opened.get(period.first, 0)
    if not done:
        raise Refused(f"本期尚未开始办理,请用补办 this period was not opened, backfill it: {period.name}", _RULE)
    if done >= most:
        raise Refused(f"本期最多 {most} 次 at most {most} times in a period: {period.name}", _RULE)
    limit = _limit(draft, period)
    if _due(draft, limit, draft.at).at <= draft.at:
        raise Refused(f"本期时限已过 this period is over: {period.name}", _RULE)
    _occur(draft, period, limit, draft.at, by=command.by, what=command.reason)


def _pause(draft: ProceedingDraft, command: PauseDuty) -> None:
    reason = given(command.reason, "理由 reason", _RULE)
    kept = draft.kept(Occurrences)
    if kept.paused:
        raise Refused("任务已暂停 it is paused already", _RULE)
    draft.keep(kept.model_copy(update={"paused": True}))
    draft.say(ActName.DUTY_PAUSED, by=command.by, reason=reason)


def _continue(draft: ProceedingDraft, command: ContinueDuty) -> None:
    kept = draft.kept(Occurrences)
    if not kept.paused:
        raise Refused("任务未暂停 it is not paused", _RULE)
    draft.keep(kept.model_copy(update={"paused": False}))
    clock = draft.state.clocks.get(StepClockKind.OCCURRENCE)
    draft.say(ActName.DUTY_CONTINUED, by=command.by, due=clock.due_at if clock else None)


def _backfill(draft: ProceedingDraft, command: Backfill) -> None:
    """Open every period from that of `since` to that of `until` that never was: as of then, since nobody was told."""
    if draft.block.every == EVENT:
        raise Refused("按事件发生的任务请用触发 of an event say the day: trigger", _RULE)
    if command.since is None or command.until is None or command.until < command.since:
        raise Refused("缺少起止日期 since and until are required, in order", _RULE)
    kept, today = draft.kept(Occurrences), local_date(draft.at)
    if command.until > today:
        raise Refused(f"不能补办将来的周期 not in the future: {command.until};可接受 accepted: ..{today}", _RULE)
    period, wanted = _period(draft, command.since), list[Period]()
    while period.first <= command.until:
        if period.first not in kept.opened:
            wanted.append(period)
        if len(wanted) > LARGEST_BACKFILL:
            raise Refused(f"一次最多补办 {LARGEST_BACKFILL} 期 at most {LARGEST_BACKFILL} periods at once", _RULE)
        period = after(draft.block.every, period, _anchor(draft))
    if not wanted:
        raise Refused(f"这些周期都已办理过 opened already: {command.since}..{command.until}", _RULE)
    for period in wanted:
        _open(draft, period, by=command.by, told=False)


RULES = BlockRules(
    begin=_begin,
    heard={Trigger: _trigger, PauseDuty: _pause, ContinueDuty: _continue, Backfill: _backfill},
    struck={StepClockKind.OCCURRENCE: _struck},
)


def mistakes(block: Recurrence) -> list[tuple[str, str, str]]:
    """What can never work in a recurrence: the field, why, and what would be accepted."""
    found: list[tuple[str, str, str]] = []
    if "{period}" not in block.about:
        found.append(("about", "各期须能区分 occurrences are told apart by their period", "{title}({period})"))
    for field, value in (("limit", block.limit), ("more_time", block.more_time), ("pauses", block.pauses),
                         ("missed", None if block.missed == Missed() else block.missed)):  # fmt: skip
        if value:
            why = "任务本身没有时限，各期按督办程序办理 the duty has no limit of its own, its occurrences have"
            found.append((field, why, "day, weekday, within"))
    periodic = {"day": block.day, "month": block.month, "weekday": block.weekday, "most": block.most,
                "late": block.late}  # fmt: skip
    if block.every == EVENT:
        if block.within is None:
            found.append(("within", "按事件发生须有时限 an event needs a limit", "3d, 1w"))
        found += [(field, "按事件发生时不适用 not of an event", "within") for field, value in periodic.items() if value]
        return found
    if block.within is not None:
        found.append(("within", "只用于 every: event", "day, weekday"))
    if block.late is None:
        found.append(("late", "须说明迟多久视为未告知 how late it is still assigned", "12h"))
    months = MONTHS.get(block.every)
    if block.weekday is not None and (months is not None or block.every == "half-month"):
        found.append(("weekday", "只用于每周、每两周 only of weeks", "1w, 2w"))
    if (block.day is not None or block.month is not None) and months is None:
        found.append(("day" if block.day is not None else "month", "只用于月及以上 only of months", ", ".join(MONTHS)))
    if block.month is not None and months is not None and not 1 <= block.month <= months:
        found.append(("month", f"该周期只有 {months} 个月 outside of the period: {block.month}", f"1..{months}"))
    for field, number, least, longest in (("day", block.day, 1, 31), ("weekday", block.weekday, 1, 7)):
        if number is not None and not least <= number <= longest:
            found.append((field, f"没有这一天 no such day: {number}", f"{least}..{longest}"))
    if block.times < 1 or (block.most is not None and block.most < block.times):
        found.append(("most" if block.most is not None else "times", "次数 times: at least 1, most >= times", "1"))
    return found
