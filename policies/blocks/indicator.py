"""Indicator (指标): a figure to be reached by the end of a period, reported for each part of it, with a forecast.

Values are decimal texts; a share above a hundred is questioned and not taken. mechanisms.md B16, H4, H15.
"""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from models.acts import ActName
from models.blocks import Indicator
from models.matters import Light
from models.proceeding_messages import ReportValue
from models.proceedings import Series, StepClock, StepClockKind, Value
from policies.authority import Refused, given
from policies.deadlines import SHANGHAI, add_months, local_date
from policies.periods import MONTHS
from policies.proceeding_drafts import BlockRules, ProceedingDraft

_RULE = "indicator"


def part_ends(on: date, every: str, period: str) -> tuple[date, ...]:
    """The last days of the parts of the calendar period in which `on` lies, in order: month ends, quarter ends."""
    length, step = MONTHS[period], MONTHS[every]
    first = date(on.year, 1 + (on.month - 1) // length * length, 1)
    starts = (add_months(first, passed) for passed in range(step, length + 1, step))
    return tuple(date.fromordinal(start.toordinal() - 1) for start in starts)


def forecast(values: Sequence[tuple[int, Decimal]], parts: int, kind: str) -> Decimal:
    """What the figure comes to at the end of so many parts, from (number of the part, value), at least one, in order.

    A sum goes on at its pace so far; a level along its line of least squares, a single one as it is.
    """
    last, value = values[-1]
    if kind == "sum":
        return value * parts / last
    if len(values) == 1:
        return value
    count = len(values)
    mean_x = Decimal(sum(number for number, _ in values)) / count
    mean_y = sum((one for _, one in values), Decimal()) / count
    slope = sum(((number - mean_x) * (one - mean_y) for number, one in values), Decimal()) / sum(
        ((number - mean_x) ** 2 for number, _ in values), Decimal()
    )
    return mean_y + slope * (parts - mean_x)


def meets(block: Indicator, value: Decimal) -> bool:
    """Whether a value reaches the target."""
    return value >= block.target if block.direction == "at_least" else value <= block.target


def shown(value: Decimal, unit: str) -> str:
    """A value as people read it, with two decimal places at most."""
    text = f"{value.quantize(Decimal('0.01')):f}"
    return (text.rstrip("0").rstrip(".") or "0") + unit


def _ends(draft: ProceedingDraft) -> tuple[date, ...]:
    block: Indicator = draft.block
    return part_ends(local_date(draft.state.begun_at or draft.at), block.every, block.period)


def _begin(draft: ProceedingDraft) -> None:
    _await(draft, Series(), local_date(draft.at))


def _await(draft: ProceedingDraft, series: Series, after: date) -> None:
    """Wait for the value of the first part that ends on `after` or later."""
    ahead = [end for end in _ends(draft) if end >= after]
    draft.stop(StepClockKind.SIDE)
    if not ahead:
        return
    draft.keep(series.model_copy(update={"awaited": ahead[0]}))
    began = datetime.combine(ahead[0], draft.facts.counting.opening, SHANGHAI)
    draft.run(draft.clock(StepClockKind.SIDE, draft.block.due_within, began), draft.block.reminders)


def _number(text: str | None, unit: str) -> Decimal:
    written = given(text, "指标值 value", _RULE).removesuffix(unit).strip()
    try:
        value = Decimal(written)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or abs(value) > Decimal(10) ** 12:
        raise Refused(f"指标值读不懂 not a number: {written[:40]};可接受 accepted: 95.2, 95.2{unit}", _RULE)
    return value


def _report(draft: ProceedingDraft, command: ReportValue) -> None:
    block: Indicator = draft.block
    series, ends = draft.kept(Series), _ends(draft)
    value = _number(command.value, block.unit)
    on = command.on or series.awaited
    if on not in ends:
        accepted = "、".join(end.isoformat() for end in ends)
        raise Refused(f"不是本指标的期末日 no last day of a part: {on};可接受 accepted: {accepted}", _RULE)
    if on > local_date(draft.at):
        raise Refused(f"该期尚未结束 this part has not ended: {on}", _RULE)
    text = shown(value, block.unit)
    if (block.most is not None and value > block.most) or (block.least is not None and value < block.least):
        bounds = f"{block.least if block.least is not None else ''}..{block.most if block.most is not None else ''}"
        draft.say(
            ActName.VALUE_QUESTIONED, by=command.by, value=text, reason=f"超出可能范围 outside {bounds}{block.unit}"
        )
        return
    replaced = next((one for one in series.values if one.on == on), None)
    kept = [one for one in series.values if one.on != on] + [Value(on=on, value=str(value))]
    series = series.model_copy(update={"values": tuple(sorted(kept, key=lambda one: one.on))})
    draft.keep(series)
    reason = f"更正 replaces {shown(Decimal(replaced.value), block.unit)}" if replaced else None
    draft.say(ActName.VALUE_REPORTED, by=command.by, value=text, reason=reason, count=ends.index(on) + 1)
    if on == ends[-1]:
        _judge(draft, value, command.by)
        return
    known = [(ends.index(one.on) + 1, Decimal(one.value)) for one in series.values]
    ahead = forecast(known, len(ends), block.kind)
    reached = meets(block, ahead)
    draft.say(ActName.FORECAST, value=shown(ahead, block.unit), reason="预计达标" if reached else "预计不达标")
    draft.show(Light.GREEN if reached else Light.YELLOW)
    if series.awaited is not None and on >= series.awaited:
        _await(draft, series, date.fromordinal(on.toordinal() + 1))


def _judge(draft: ProceedingDraft, value: Decimal, by: str | None) -> None:
    """The period has ended: reached, or missed with what follows."""
    block: Indicator = draft.block
    text, wanted = shown(value, block.unit), shown(block.target, block.unit)
    if meets(block, value):
        draft.show(Light.GREEN)
        draft.say(ActName.TARGET_REACHED, value=text, reason=wanted)
        draft.take("reached", by)
        return
    draft.show(Light.RED)
    draft.say(ActName.TARGET_MISSED, value=text, reason=wanted)
    title = f"{draft.terms.title}:{block.title}"
    if block.missed.supervise is not None:
        draft.launch(block.missed.supervise, title)
    if block.missed.propose is not None:
        draft.propose(block.missed.propose, block.missed.subject, f"{title}未达标 {text}，目标 {wanted} was missed")
    draft.take("missed", by)


def _late(draft: ProceedingDraft, clock: StepClock) -> None:
    """No value in time: told to the organ above; the next one is owed as well."""
    series = draft.kept(Series)
    awaited = series.awaited
    draft.change(missed=draft.state.missed + 1)
    draft.say(
        ActName.VALUE_MISSED, value=awaited.isoformat() if awaited else None, rules=clock.rules,
        also=draft.above_step(),
    )  # fmt: skip
    draft.show(Light.YELLOW)
    ends = _ends(draft)
    if awaited is not None and awaited != ends[-1]:
        _await(draft, series, date.fromordinal(awaited.toordinal() + 1))
    else:
        # The value that decides is owed until it comes: said again, one organ higher each time.
        draft.run(draft.clock(StepClockKind.SIDE, draft.block.due_within, round_=clock.round + 1))


RULES = BlockRules(begin=_begin, heard={ReportValue: _report}, struck={StepClockKind.SIDE: _late})
