"""Meeting (听证会、联席会议、调度会): on a day, with notices sent in time before it, and enough of those asked present.

Whether a day leaves enough time is counted back from it (R12). mechanisms.md E1, E4, J1, A10, E5, H9; notice periods of
a hearing: 2.6 (Yunnan: notice 10wd, list 7wd, papers 3wd before; two thirds of the representatives or postpone).
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from math import ceil

from models.acts import ActName
from models.proceeding_messages import Convene, Hold, SendOut
from models.proceedings import ProceedingStage, Representative, Session, StepClock, StepClockKind
from policies.authority import Refused, given
from policies.blocks.deadline import shown
from policies.deadlines import SHANGHAI, local_date
from policies.proceeding_drafts import BlockRules, ProceedingDraft

PUBLIC = ("公众", "利害关系人")
"""The groups of representatives that count as public and stakeholders (E1); any other name is another group."""

_RULE = "meeting"
_LOOK_AHEAD = 400
"""Days after the one asked for among which an earliest possible day is looked for: longer than any notice."""


def _begin(draft: ProceedingDraft) -> None:
    draft.keep(Session())


# --- convening ------------------------------------------------------------------------------------------------------


def _latest(draft: ProceedingDraft, on: date) -> Mapping[str, StepClock]:
    """Of everything that has to be sent out for a meeting on that day: a clock to the last instant for it."""
    event = datetime.combine(on, draft.facts.counting.opening, SHANGHAI)
    block = draft.block
    return {what: draft.back(StepClockKind.SIDE, block.name, limit, event) for what, limit in block.notices.items()}


def _too_late(draft: ProceedingDraft, on: date) -> list[str]:
    return [what for what, clock in _latest(draft, on).items() if clock.due_at <= draft.at]


def _earliest(draft: ProceedingDraft, after: date) -> date | None:
    days = (after + timedelta(days=count) for count in range(1, _LOOK_AHEAD))
    return next((day for day in days if not _too_late(draft, day)), None)


def _convene(draft: ProceedingDraft, command: Convene) -> None:
    on, today = command.on, local_date(draft.at)
    if on is None:
        raise Refused("缺少会议日期 on is required", _RULE)
    if on < today:
        raise Refused(f"会议日期已过 that day is over: {on}", _RULE)
    late = _too_late(draft, on)
    if late:
        earliest = _earliest(draft, on)
        raise Refused(
            f"来不及按期发布 too late to send out in time: {'、'.join(late)};最早可定于 earliest: {earliest}",
            f"{_RULE}.R12",
        )
    kept = draft.kept(Session)
    representatives = command.representatives or kept.representatives or draft.terms.representatives
    organs = tuple(dict.fromkeys(command.organs)) or kept.organs or draft.terms.co
    _check_invited(draft, representatives, organs)
    draft.keep(Session(on=on, representatives=representatives, organs=organs, postponed=kept.postponed))
    draft.change(terms=draft.terms.model_copy(update={"event_on": on}))
    _await_next(draft)
    invited = len(representatives) or len(organs)
    public = sum(one.group in PUBLIC for one in representatives)
    share = f"{'、'.join(PUBLIC)} {public}/{invited}" if draft.block.public_share is not None else None
    draft.say(
        ActName.MEETING_CONVENED, by=command.by, value=on.isoformat(), count=invited, reason=share,
        due=min((clock.due_at for clock in _latest(draft, on).values()), default=None), rules=("R12",),
        also=_invited(draft),
    )  # fmt: skip


def _check_invited(
    draft: ProceedingDraft, representatives: tuple[Representative, ...], organs: tuple[str, ...]
) -> None:
    block = draft.block
    if len({one.name for one in representatives}) != len(representatives):
        raise Refused("代表重复 the same representative twice", _RULE)
    for name in organs:
        if draft.facts.directory.find(name) is None:
            raise Refused(f"名录中没有该单位 unknown organ: {name}", _RULE)
    if len(organs) < block.organs:
        raise Refused(f"至少邀请 {block.organs} 个单位 organs invited at least: {len(organs)}/{block.organs}", _RULE)
    if block.public_share is not None:
        public = sum(one.group in PUBLIC for one in representatives)
        needed = max(ceil(block.public_share * len(representatives)), 1)
        if public < needed:
            raise Refused(
                f"{'、'.join(PUBLIC)}代表至少 {needed} 名 too few public representatives: "
                f"{public}/{len(representatives)}, at least {block.public_share}",
                _RULE,
            )
    elif block.quorum is not None and not representatives and not organs:
        raise Refused("没有应到会的代表或单位 nobody is invited: representatives, organs", _RULE)


def _invited(draft: ProceedingDraft) -> tuple[str, ...]:
    """The posts of those invited: of the organs, and of representatives who are posts."""
    directory, kept = draft.facts.directory, draft.kept(Session)
    organs = [directory.find(name) for name in kept.organs]
    posts = [post for organ in organs if organ for post in (organ.head, organ.handler) if post]
    return (*posts, *(one.name for one in kept.representatives if directory.has_post(one.name)))


# --- sending out ----------------------------------------------------------------------------------------------------


def _await_next(draft: ProceedingDraft) -> None:
    """Let the clock of what has to be sent out next run; none where everything was sent, or is too late."""
    kept = draft.kept(Session)
    draft.stop(StepClockKind.SIDE)
    if kept.on is None:
        return
    latest = _latest(draft, kept.on)
    ahead = [clock for what, clock in latest.items() if what not in kept.sent and clock.due_at > draft.at]
    if ahead:
        draft.start(min(ahead, key=lambda clock: clock.due_at))


def _not_sent(draft: ProceedingDraft, clock: StepClock) -> None:
    """Something was not sent out in time: told above; the meeting needs another day."""
    kept = draft.kept(Session)
    if kept.on is not None:
        latest = _latest(draft, kept.on)
        late = [what for what, one in latest.items() if what not in kept.sent and one.due_at == clock.due_at]
        draft.change(missed=draft.state.missed + 1)
        draft.say(ActName.STEP_OVERDUE, reason="、".join(late), value=kept.on.isoformat(), rules=clock.rules)
    _await_next(draft)


def _send_out(draft: ProceedingDraft, command: SendOut) -> None:
    kept, what = draft.kept(Session), given(command.what, "发布内容 what", _RULE)
    if what not in draft.block.notices:
        accepted = "、".join(draft.block.notices) or "无 none"
        raise Refused(f"无须发布 need not be sent out: {what};可接受 accepted: {accepted}", _RULE)
    if kept.on is None:
        raise Refused("尚未确定会议日期 no day is fixed", _RULE)
    if what in kept.sent:
        raise Refused(f"已发布 was sent out already: {what}", _RULE)
    latest = _latest(draft, kept.on)[what]
    if latest.due_at <= draft.at:
        raise Refused(f"已晚于最迟发布日,须另定会期 too late, the last day was: {latest.last_day}", f"{_RULE}.R12")
    draft.keep(kept.model_copy(update={"sent": {**kept.sent, what: local_date(draft.at)}}))
    _await_next(draft)
    draft.say(
        ActName.NOTICE_SENT, by=command.by, value=what, due=latest.due_at, rules=latest.rules, also=_invited(draft)
    )


# --- holding it -----------------------------------------------------------------------------------------------------


def _hold(draft: ProceedingDraft, command: Hold) -> None:
    kept, block = draft.kept(Session), draft.block
    if kept.on is None:
        raise Refused("尚未确定会议日期 no day is fixed", _RULE)
    if local_date(draft.at) < kept.on:
        raise Refused(f"未到会议日期 it is to be held on: {kept.on}", _RULE)
    unsent = [what for what in block.notices if what not in kept.sent]
    if unsent:
        raise Refused(f"未按期发布,须另定会期 not sent out in time, needs another day: {'、'.join(unsent)}", _RULE)
    asked = tuple(one.name for one in kept.representatives) or kept.organs
    present = tuple(dict.fromkeys(command.present))
    strangers = [name for name in present if name not in (*asked, *kept.organs)]
    if strangers:
        raise Refused(f"不在应到名单内 not invited: {'、'.join(strangers)}", _RULE)
    there = sum(name in present for name in asked)
    value = f"{there}/{len(asked)}"
    if block.quorum is not None and there < block.quorum * len(asked):
        _postpone(draft, value, command.by)
        return
    opinions = command.opinions or {}
    absent = [name for name in opinions if name not in present]
    if absent:
        raise Refused(f"未到会者不能发表意见 said something without being there: {'、'.join(absent)}", _RULE)
    shown(command.evidence, block.minutes, _RULE)
    draft.keep(kept.model_copy(update={"present": present, "opinions": opinions}))
    draft.stop(StepClockKind.SIDE)
    draft.say(ActName.MEETING_HELD, by=command.by, value=value, count=len(opinions))
    draft.take("held", command.by)


def _postpone(draft: ProceedingDraft, value: str, by: str | None) -> None:
    kept = draft.kept(Session)
    draft.stop(StepClockKind.SIDE)
    draft.keep(kept.model_copy(update={"on": None, "sent": {}, "postponed": kept.postponed + 1}))
    draft.say(
        ActName.MEETING_POSTPONED, by=by, value=value, count=kept.postponed + 1, reason="quorum", also=_invited(draft)
    )
    if kept.postponed >= draft.block.postponed:
        draft.leave("failed", by)
        draft.end(ProceedingStage.DENIED, "quorum", by)


RULES = BlockRules(
    begin=_begin,
    heard={Convene: _convene, SendOut: _send_out, Hold: _hold},
    struck={StepClockKind.SIDE: _not_sent},
)
