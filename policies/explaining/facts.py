"""On which facts does an act rest: which acts of the chain, which suspensions, and what is not on record?"""

from collections.abc import Iterator, Sequence

from models.acts import Act, ActName
from models.cases import CaseClockKind
from models.contract import matter_of
from models.explanations import Fact, Words
from models.matters import ClockKind, Light
from policies.explaining.case_tracing import CASE_STRUCK
from policies.explaining.dossier import ACTS_CAUSED, CAUSES_OF_CASES, Dossier
from policies.explaining.tracing import STRUCK, Moment, Numbered, Run
from policies.explaining.vocabulary import AnyClock
from policies.wording import LIGHTS, act_words, moment, speaker, speaker_en

_UNDONE: dict[AnyClock, Words] = {
    **dict.fromkeys(
        (
            ClockKind.LIMIT,
            ClockKind.RETURNED,
            ClockKind.SUPERVISION,
            ClockKind.RECTIFICATION,
            ClockKind.EXPLANATION,
        ),
        Words(zh="其间记录中没有报结", en="no submission is on record in this time"),
    ),
    ClockKind.SIGNING: Words(zh="其间记录中没有签收", en="no signature is on record in this time"),
    ClockKind.VERIFICATION: Words(zh="其间记录中没有核验", en="no verification is on record in this time"),
    ClockKind.APPROVAL: Words(zh="其间记录中没有批准", en="no approval is on record in this time"),
    ClockKind.CIRCULATION: Words(zh="其间记录中没有批复", en="no decision is on record in this time"),
    ClockKind.PROGRESS: Words(zh="本期内记录中没有进展报告", en="no report is on record in this period"),
    ClockKind.CO_PART: Words(zh="其间记录中没有协办完成的报告", en="the part was not reported done in this time"),
    ClockKind.TRANSFER: Words(zh="其间记录中没有答复", en="no answer is on record in this time"),
    ClockKind.ASSIGNMENT_OBJECTION: Words(zh="其间记录中没有答复", en="no answer is on record in this time"),
    ClockKind.OBJECTION: Words(zh="其间记录中没有审定", en="no decision is on record in this time"),
    ClockKind.SUSPENSION: Words(zh="其间记录中没有恢复", en="no resumption is on record in this time"),
    CaseClockKind.FILING: Words(
        zh="其间记录中没有立案或不予立案", en="the case was neither filed nor declined in this time"
    ),
    CaseClockKind.INVESTIGATION: Words(zh="其间记录中没有调查报告", en="no investigation is on record in this time"),
    CaseClockKind.WINDOW: Words(zh="其间记录中没有陈述或放弃", en="no statement or waiver is on record in this time"),
    CaseClockKind.ANSWER: Words(zh="其间记录中没有答复", en="no answer is on record in this time"),
    CaseClockKind.DECISION: Words(zh="其间记录中没有决定", en="no decision is on record in this time"),
    CaseClockKind.SERVICE: Words(zh="其间记录中没有送达", en="no service is on record in this time"),
    CaseClockKind.EXECUTION: Words(zh="其间记录中没有执行", en="no execution is on record in this time"),
    CaseClockKind.RECORD: Words(zh="其间记录中没有备案", en="the case was not put on record in this time"),
    CaseClockKind.REVIEW: Words(zh="其间记录中没有复核决定", en="no decision of the review is on record in this time"),
    CaseClockKind.LAPSE: Words(zh="其间记录中没有决定", en="no decision is on record in this time"),
}
"""What a clock that ran out proves: that nothing which would have stopped it is on record."""

_MOVED = (ActName.SUSPENDED, ActName.RESUMED, ActName.CALENDAR_RECOMPUTED)
_BEARING: dict[AnyClock, tuple[ActName, ...]] = {
    ClockKind.LIMIT: (
        *_MOVED,
        ActName.EXTENSION_REQUESTED,
        ActName.EXTENSION_GRANTED,
        ActName.EXTENSION_REFUSED,
        ActName.TRANSFER_ACCEPTED,
    ),
    ClockKind.SIGNING: (*_MOVED, ActName.URGENCY_RAISED),
    ClockKind.PROGRESS: (*_MOVED, ActName.PROGRESS_REPORTED),
}
_TELLING = (
    ActName.ASSIGNED,
    ActName.IMPORTED,
    ActName.SIGNED,
    ActName.EXTENSION_REQUESTED,
    ActName.SUSPENDED,
    ActName.RESUMED,
    ActName.SUBMITTED,
    ActName.RETURNED,
    ActName.OVERDUE,
    ActName.RECTIFICATION_ORDERED,
    ActName.OBJECTION_LODGED,
    ActName.TRANSFER_REQUESTED,
    ActName.CLOSED,
    ActName.CANCELLED,
    ActName.MERGED,
    ActName.REOPENED,
    ActName.ARCHIVED,
)
"""What a refusal is read against: the last act of each of these names."""


def _fact(one: Numbered, prefix: str = "") -> Fact:
    act = one.act
    zh, en = f"{prefix}{act_words(act.act)}", f"{prefix}{act.act.value}"
    if act.light:
        zh, en = f"{zh} {LIGHTS[Light(act.light)]}", f"{en} {act.light}"
    if act.subject:
        zh, en = f"{zh} {act.subject}", f"{en} {act.subject}"
    if act.by:
        zh, en = f"{zh},{speaker(act)}", f"{en}, by {speaker_en(act)}"
    if act.due:
        zh, en = f"{zh},限 {moment(act.due)}", f"{en}, due {moment(act.due)}"
    return Fact(seq=one.seq, at=act.at, words=Words(zh=zh, en=en))


def facts(dossier: Dossier, one: Numbered, now: Moment, cause: Moment | None) -> Iterator[Fact]:
    """What the act rests on: acts by number, suspensions, and what is not on record.

    `now` is its moment, `cause` that of the matter's act that an act of a case came with, if any.
    """
    before = [other for other in dossier.matter if _before(other, one, dossier)]
    of_matter = cause if dossier.case else now
    runs = [run for run in (of_matter.rests_on, of_matter.sets) if run is not None] if of_matter is not None else []
    together = [other for other in before if other.act.at == one.act.at]
    if dossier.case:
        if one.act.act not in ACTS_CAUSED:
            before, together = [], []
        together = [other for other in together if other.act.act in CAUSES_OF_CASES]
    if one.act.act is ActName.LIGHT_CHANGED:
        # Red is shown before the finding that makes it so, at the same instant.
        together += [other for other in dossier.matter if other.seq > one.seq and other.act.at == one.act.at][:1]
    taken_back = [other for other in before if of_matter is not None and other.seq == of_matter.withdraws]
    bearing = {
        other.seq: other for other in (*_on_clocks(runs, before), *_on_the_act(one.act, before), *taken_back, *together)
    }
    if not bearing and before and not dossier.case:
        bearing[before[-1].seq] = before[-1]
    prefix = f"{matter_of(dossier.target)} " if dossier.case else ""
    yield from (_fact(bearing[seq], prefix) for seq in sorted(bearing))
    if dossier.case:
        yield from (_fact(other) for other in dossier.case if other.seq < one.seq)
    if one.act.act is ActName.LIGHT_CHANGED and not together:
        yield Fact(words=Words(zh="随在办子项的灯而变", en="it follows the lights of the open children"))
    if dossier.state is not None and dossier.state.parent is not None:
        parent = dossier.state.parent
        yield Fact(
            words=Words(zh=f"本项由 {parent} 分解而来,时限自有", en=f"split off {parent}, with a limit of its own")
        )
    for found in (cause, now):
        if found is None:
            continue
        yield from _stopped(found, runs)
        struck = found.numbered.act.act in (STRUCK | CASE_STRUCK)
        if found.rests_on is not None and struck and found.rests_on.kind in _UNDONE:
            yield Fact(words=_UNDONE[found.rests_on.kind])


def _on_clocks(runs: Sequence[Run], before: Sequence[Numbered]) -> Iterator[Numbered]:
    """What set these clocks going, and what moved them."""
    for run in runs:
        names = _BEARING.get(run.kind, _MOVED)
        for other in before:
            if other.seq == run.started_by or (other.seq > run.started_by and other.act.act in names):
                yield other


def _on_the_act(act: Act, before: Sequence[Numbered]) -> Iterator[Numbered]:
    """What a refusal is read against, and what a correction names."""
    match act.act:
        case ActName.REFUSED:
            yield from {other.act.act: other for other in before if other.act.act in _TELLING}.values()
        case ActName.CORRECTED:
            yield from (other for other in before if other.seq == act.detail.get("entry"))


def _stopped(now: Moment, runs: Sequence[Run]) -> Iterator[Fact]:
    for from_at, to_at in now.stops:
        if any(to_at > run.started_at for run in runs):
            yield Fact(
                words=Words(
                    zh=f"计时中止:{moment(from_at)} 至 {moment(to_at)},首尾两日均不计",
                    en=f"suspended from {moment(from_at)} to {moment(to_at)}, both days not counted",
                )
            )


def facts_now(dossier: Dossier) -> Iterator[Fact]:
    """What the standing of a matter rests on: what turned its light, its last act, the telling ones."""
    turned = [one for one in dossier.matter if one.act.act is ActName.LIGHT_CHANGED][-1:]
    chosen = {one.seq: one for one in (*turned, dossier.matter[-1])}
    for one in turned:
        chosen |= {other.seq: other for other in dossier.matter if other.act.at == one.act.at}
    last = {one.act.act: one for one in dossier.matter if one.act.act in _TELLING}
    chosen |= {one.seq: one for one in last.values()}
    yield from (_fact(chosen[seq]) for seq in sorted(chosen))


def _before(other: Numbered, one: Numbered, dossier: Dossier) -> bool:
    if dossier.case:
        return other.act.at <= one.act.at
    return other.seq < one.seq
