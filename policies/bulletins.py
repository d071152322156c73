"""What does a bulletin of a period say? 月报, 季报, 问责统计: counts with their targets, and rankings by net time.

Pure: what happened, in the order of recording, and the calendar in; figures out. Which acts are read is for the record.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from models.acts import ActName
from models.bulletins import Bulletin, BulletinKind, Figure, Happened, NetTime, OrganFigures, Rank, RankedMatter
from models.contract import is_case, is_proceeding
from models.proceedings import Satisfaction
from policies.calendar import Calendar
from policies.deadlines import local_date
from policies.net_time import net_time

_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})", re.ASCII)
_QUARTER = re.compile(r"([0-9]{4})-Q([1-4])", re.ASCII)
_YEAR = re.compile(r"([0-9]{4})", re.ASCII)
ACCEPTED = "2026-05, 2026-Q2, 2026"

_LATE = frozenset({ActName.OVERDUE, ActName.IMPORTED_OVERDUE})
_ENDS = frozenset({ActName.CLOSED, ActName.CANCELLED, ActName.MERGED})


@dataclass(slots=True)
class _Life:
    """A target's acts, and who leads it by now."""

    target: str
    acts: list[Happened] = field(default_factory=list)
    organ: str = ""


def period_of(text: str) -> tuple[date, date]:
    """The first and last day of the period so written; raises ValueError for anything but the forms of ACCEPTED."""
    if (found := _MONTH.fullmatch(text)) and 1 <= int(found[2]) <= 12:
        year, first, months = int(found[1]), int(found[2]), 1
    elif found := _QUARTER.fullmatch(text):
        year, first, months = int(found[1]), int(found[2]) * 3 - 2, 3
    elif found := _YEAR.fullmatch(text):
        year, first, months = int(found[1]), 1, 12
    else:
        raise ValueError(f"期间读不懂 not a period: {text[:20]};可接受 accepted: {ACCEPTED}")
    if not 1949 <= year <= 2200:
        raise ValueError(f"年份应在 1949 至 2200 之间 the year lies from 1949 to 2200: {year}")
    last = first + months - 1
    return date(year, first, 1), date(year, last, monthrange(year, last)[1])


def spanned(period: str, as_of: date) -> tuple[date, date]:
    """The same of a period that can be told of on `as_of`; raises ValueError for one that had not begun, too."""
    first, last = period_of(period)
    if as_of < first:
        raise ValueError(f"截至日早于期间 as of a day before the period begins: {as_of}")
    return first, last


def bulletin(
    happened: Iterable[Happened], kind: BulletinKind, period: str, as_of: date, calendar: Calendar
) -> Bulletin:
    """The bulletin of that period, of what happened by the end of `as_of`; of each target in the order of recording.

    Raises ValueError for a period that cannot be read or has not begun on `as_of`.
    """
    first, last = spanned(period, as_of)
    lives = _lives(happened, as_of)
    if kind is BulletinKind.ACCOUNTABILITY:
        figures, organs = _accountability(lives, first, last)
        ranking: tuple[Rank, ...] = ()
    else:
        figures, organs = _supervision(lives, first, last)
        ranking = _ranking([lives[target] for target in sorted(lives)], first, last, calendar)
    return Bulletin(
        kind=kind, title=f"{_TITLES[kind]}（{period}）", first=first, last=last, as_of=as_of, figures=figures,
        organs=organs, ranking=ranking,
    )  # fmt: skip


_TITLES = {
    BulletinKind.MONTH: "督查工作月报",
    BulletinKind.QUARTER: "督查工作季报",
    BulletinKind.ACCOUNTABILITY: "问责情况统计",
}


def _lives(happened: Iterable[Happened], as_of: date) -> dict[str, _Life]:
    lives: dict[str, _Life] = {}
    for one in happened:
        if local_date(one.at) > as_of:
            continue
        life = lives.setdefault(one.target, _Life(one.target))
        life.acts.append(one)
        if one.act is ActName.TRANSFER_ACCEPTED:
            asked = next((act for act in reversed(life.acts) if act.act is ActName.TRANSFER_REQUESTED), None)
            life.organ = (asked.subject if asked else None) or life.organ
        elif one.organ:
            life.organ = one.organ
    return lives


# --- supervision ------------------------------------------------------------------------------------------------------

_Counts = Callable[[_Life, date, date], bool]


def _in_period(*names: ActName) -> _Counts:
    return lambda life, first, last: any(one.act in names and first <= local_date(one.at) <= last for one in life.acts)


def _standing(life: _Life, last: date) -> bool:
    """Whether a matter was in hand at the end of the day: registered, and neither ended nor, if so, opened again."""
    in_hand = False
    for one in life.acts:
        if local_date(one.at) > last:
            break
        if one.act in (ActName.REGISTERED, ActName.REOPENED):
            in_hand = True
        elif one.act in _ENDS:
            in_hand = False
    return in_hand


def _late(life: _Life, first: date, last: date) -> bool:
    """Whether it became overdue in the period, and that was not taken back."""
    return _found(life, _LATE, first, last)


def _step_late(life: _Life, first: date, last: date) -> bool:
    """The same of a step of a proceeding."""
    return _found(life, frozenset({ActName.STEP_OVERDUE}), first, last)


def _found(life: _Life, findings: frozenset[ActName], first: date, last: date) -> bool:
    """Whether one of these was found in the period; what is taken back is the last of its name found before that."""
    standing: list[Happened] = []
    for one in life.acts:
        if one.act in findings:
            standing.append(one)
        elif one.act is ActName.FINDING_WITHDRAWN:
            place = next((n for n, found in reversed([*enumerate(standing)]) if found.act.value == one.reason), None)
            standing = standing if place is None else standing[:place] + standing[place + 1 :]
    return any(first <= local_date(one.at) <= last for one in standing)


_MATTERS: Mapping[str, _Counts] = {
    "新立项 registered": _in_period(ActName.REGISTERED),
    "办结销号 closed": _in_period(ActName.CLOSED),
    "期末在办 in hand at the end": lambda life, _first, last: _standing(life, last),
    "超期 overdue": _late,
    "发出督办单 supervised": _in_period(ActName.SUPERVISED),
    "责令限期整改 ordered to rectify": _in_period(ActName.RECTIFICATION_ORDERED),
    "批准延期 extensions granted": _in_period(ActName.EXTENSION_GRANTED),
    "退回重办 returned": _in_period(ActName.RETURNED),
    "建议启动问责 accountability proposed": _in_period(ActName.ACCOUNTABILITY_PROPOSED),
    "表扬 praised": _in_period(ActName.PRAISED),
}

_PROCEEDINGS: Mapping[str, _Counts] = {
    "程序事项、诉求受理 opened": _in_period(ActName.OPENED),
    "程序事项、诉求办结 concluded": _in_period(ActName.CONCLUDED),
    "环节超期 steps overdue": _step_late,
    "回访满意 satisfied": lambda life, first, last: _satisfied(life, first, last) is True,
    "回访不满意 dissatisfied": lambda life, first, last: _satisfied(life, first, last) is False,
    "首违免罚 first offences exempted": _in_period(ActName.FIRST_OFFENCE_EXEMPTED),
    "取消评优 awards lost": _in_period(ActName.AWARD_LOST),
}


def _satisfied(life: _Life, first: date, last: date) -> bool | None:
    """What the last call back of the period came to; None where none reached anybody."""
    said = [one.value for one in life.acts if one.act is ActName.CALLED_BACK and first <= local_date(one.at) <= last]
    reached = [value for value in said if value in (Satisfaction.SATISFIED, Satisfaction.DISSATISFIED)]
    return reached[-1] == Satisfaction.SATISFIED if reached else None


def _supervision(
    lives: Mapping[str, _Life], first: date, last: date
) -> tuple[tuple[Figure, ...], tuple[OrganFigures, ...]]:
    matters = [life for life in lives.values() if not is_case(life.target) and not is_proceeding(life.target)]
    others = [life for life in lives.values() if is_proceeding(life.target)]
    figures = (*_figures(matters, _MATTERS, first, last), *_figures(others, _PROCEEDINGS, first, last))
    return figures, _by_organ(matters, _MATTERS, first, last)


def _figures(lives: Iterable[_Life], counts: Mapping[str, _Counts], first: date, last: date) -> Iterator[Figure]:
    lives = list(lives)
    for name, counted in counts.items():
        yield Figure(name=name, targets=tuple(sorted(life.target for life in lives if counted(life, first, last))))


def _by_organ(
    lives: Iterable[_Life], counts: Mapping[str, _Counts], first: date, last: date
) -> tuple[OrganFigures, ...]:
    groups: dict[str, list[_Life]] = {}
    for life in lives:
        groups.setdefault(life.organ, []).append(life)
    lines = (
        OrganFigures(organ=organ, figures=tuple(_figures(group, counts, first, last)))
        for organ, group in sorted(groups.items())
        if organ
    )
    return tuple(line for line in lines if any(figure.count for figure in line.figures))


def _ranking(lives: Iterable[_Life], first: date, last: date, calendar: Calendar) -> tuple[Rank, ...]:
    """Organs by the share finished in time, then by mean net time; those that finished nothing have no place."""
    finished: dict[str, list[RankedMatter]] = {}
    for life in lives:
        closed = [one for one in life.acts if one.act is ActName.CLOSED and first <= local_date(one.at) <= last]
        if not closed or is_case(life.target) or is_proceeding(life.target) or not life.organ:
            continue
        time = time_in_hand(life.acts, closed[-1].at, calendar)
        if time is not None:
            finished.setdefault(life.organ, []).append(
                RankedMatter(target=life.target, time=time, in_time=not ever_late(life.acts, closed[-1].at))
            )
    return ranked(finished)


def ranked(finished: Mapping[str, Sequence[RankedMatter]]) -> tuple[Rank, ...]:
    """The places of organs by what each has finished; an organ that finished nothing has no place."""
    ranks = [
        Rank(place=0, organ=organ, matters=tuple(matters)) for organ, matters in sorted(finished.items()) if matters
    ]
    by_organ = {rank.organ: rank for rank in ranks}
    found = placed({rank.organ: merit(rank.finished, rank.in_time, rank.mean_net) for rank in ranks})
    return tuple(by_organ[organ].model_copy(update={"place": place}) for place, organ in found)


Merit = tuple[float, float]


def merit(finished: int, in_time: int, mean_net: float) -> Merit:
    """What organs are ordered by: the share finished in time, then the mean net time; the smaller is the better."""
    return -in_time / finished, mean_net


def placed(merits: Mapping[str, Merit]) -> list[tuple[int, str]]:
    """The place of each organ, the best first; equals share a place."""
    return [
        (1 + sum(other < own for other in merits.values()), organ)
        for organ, own in sorted(merits.items(), key=lambda one: (one[1], one[0]))
    ]


def ever_late(acts: Iterable[Happened], ended_at: datetime) -> bool:
    """Whether a matter with these acts had ever been overdue when it was closed."""
    return any(one.act in _LATE and one.at <= ended_at for one in acts)


def time_in_hand(acts: Iterable[Happened], ended_at: datetime, calendar: Calendar) -> NetTime | None:
    """How long the lead of a matter that was closed at `ended_at` had it in hand, until it was last handed in.

    `acts` are the matter's own in the order of recording, at least up to that instant; None where it was never
    assigned. Raises CalendarError for days beyond the calendar.
    """
    acts = [one for one in acts if one.at <= ended_at]
    submitted = [one.at for one in acts if one.act is ActName.SUBMITTED]
    moments = [(one.act, one.at, one.due) for one in acts]
    return net_time(moments, calendar, submitted[-1] if submitted else ended_at)


# --- accountability ---------------------------------------------------------------------------------------------------

_CASES: Mapping[str, _Counts] = {
    "提出问责建议 proposed": _in_period(ActName.CASE_PROPOSED),
    "立案 filed": _in_period(ActName.CASE_FILED),
    "不予立案 declined": _in_period(ActName.CASE_DECLINED),
    "作出问责决定 decided": _in_period(ActName.MEASURE_DECIDED),
    "不予问责 dismissed": _in_period(ActName.CASE_DISMISSED),
    "免责容错 exempted": _in_period(ActName.CASE_EXEMPTED),
    "撤回 withdrawn": _in_period(ActName.CASE_WITHDRAWN),
    "期满终止 lapsed": _in_period(ActName.CASE_LAPSED),
    "执行完毕 executed": _in_period(ActName.MEASURE_EXECUTED),
    "申请复核 reviews asked for": _in_period(ActName.REVIEW_REQUESTED),
    "撤销并恢复 restored": _in_period(ActName.RESTORED),
    "备案 recorded": _in_period(ActName.CASE_RECORDED),
}


def _accountability(
    lives: Mapping[str, _Life], first: date, last: date
) -> tuple[tuple[Figure, ...], tuple[OrganFigures, ...]]:
    cases = [life for life in lives.values() if is_case(life.target)]
    decided: dict[str, list[str]] = {}
    for life in cases:
        for one in life.acts:
            if one.act is ActName.MEASURE_DECIDED and one.measure and first <= local_date(one.at) <= last:
                decided.setdefault(one.measure, []).append(life.target)
    measures = (
        Figure(name=f"问责方式 {measure}", targets=tuple(sorted(targets)))
        for measure, targets in sorted(decided.items())
    )
    return (*_figures(cases, _CASES, first, last), *measures), ()
