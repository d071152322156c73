"""Approval (审批): one of those asked, or each of them, grants or denies; silence grants only where a law says so.

What was granted may hold for a time (R15) and is used meanwhile; another proceeding about the same subject is looked
for when one is opened. mechanisms.md B7, C3, C5, C6, C15, I1, I3, I4, I6, I9, H16; house rules where a row is open.
"""

from datetime import datetime, time, timedelta

from models.acts import ActName
from models.blocks import Approval, Guard
from models.policy import Role
from models.proceeding_messages import Deny, Grant, UsePermit
from models.proceedings import Permit, ProceedingStage, StepClock, StepClockKind, StepMark
from policies import parties
from policies.authority import Refused, given
from policies.blocks.deadline import shown
from policies.deadlines import SHANGHAI, local_date
from policies.proceeding_drafts import BlockRules, ProceedingDraft

MINUTES = "集体讨论记录"
"""What has to be shown of a decision that is taken collectively."""

_RULE = "approval"
_LEADS = frozenset({Role.LEAD_HANDLER, Role.LEAD_HEAD})
_GRANTED = frozenset({"granted", "deemed"})


# --- duplicates -----------------------------------------------------------------------------------------------------


def _opened(draft: ProceedingDraft, block: Approval) -> None:
    """Look for another proceeding about the same subject: warn, refuse with its number, or go on as linked to it."""
    terms, rule = draft.terms, f"{_RULE}.guard"
    if block.guard is Guard.NONE and block.most is None:
        return
    subject = given(terms.subject, "对象 subject", rule)
    others = [one for one in draft.facts.same_subject(terms.procedure, subject) if one != draft.state.id]
    if block.guard is Guard.NONE or not others:
        return
    other = others[0]
    if block.guard is Guard.REFUSE:
        raise Refused(f"同一对象已有在办或有效的事项 there is one about it already: {other}", rule)
    if block.guard is Guard.WARN:
        draft.note(ActName.DUPLICATE_WARNED, subject=subject, value=other, count=len(others), entry=rule)
        return
    draft.change(linked_to=other)
    draft.note(ActName.LINKED, subject=subject, value=other, count=len(others), entry=rule)
    draft.end(ProceedingStage.LINKED, other)


# --- granting and denying -------------------------------------------------------------------------------------------


def _begin(draft: ProceedingDraft) -> None:
    draft.keep(Permit())


def _asked(draft: ProceedingDraft) -> tuple[str, ...]:
    """Every post that has to agree; refuses while one of them is vacant, or a role means nobody here."""
    directory, posts = draft.facts.directory, list[str]()
    for role in draft.state.by:
        found = parties.posts_of(role, draft.state, directory)
        if role in (Role.CO_HEADS, Role.CO_HANDLERS):
            organs = [directory.find(name) for name in draft.terms.co]
            seats = [(one.head if role is Role.CO_HEADS else one.handler) if one else None for one in organs]
            found = found if all(seats) else ()
        if not found:
            raise Refused(f"审批岗位空缺或未确定 nobody holds a post that has to agree: {role.value}", _RULE)
        posts += found
    return tuple(dict.fromkeys(posts))


def _speaks_for(draft: ProceedingDraft, by: str | None, asked: tuple[str, ...], granted: tuple[str, ...]) -> list[str]:
    """For whom `by` agrees: for himself, or, from above, for those below him that have let the limit pass."""
    if by in asked:
        if by in granted:
            raise Refused("已表示同意 has agreed already", _RULE)
        return [str(by)]
    directory = draft.facts.directory
    heights = range(1, draft.state.missed + 1)
    below = [
        post
        for post in asked
        if post not in granted
        and any((organ := directory.climb(post, height)) is not None and organ.head == by for height in heights)
    ]
    if not below:
        awaited = "、".join(post for post in asked if post not in granted)
        raise Refused(f"不能代为同意 cannot agree in place of those awaited: {awaited}", _RULE)
    return below


def _refuse_own_cause(draft: ProceedingDraft, by: str | None) -> None:
    """Nobody decides what his own organ asks (W3), nor what is about it; what is the lead's own to give, it gives."""
    lead_gives = any(role in _LEADS for role in draft.block.by)
    causes = (draft.terms.subject, *(() if lead_gives else (draft.terms.lead,)))
    if any(draft.facts.directory.serves(by, organ) for organ in causes) or (by and by == draft.terms.subject):
        reason = "不得审批本单位的事项,由上级决定 nobody decides for his own organ; the one above does"
        raise Refused(reason, "authority.own_cause")


def _grant(draft: ProceedingDraft, command: Grant) -> None:
    _refuse_own_cause(draft, command.by)
    if draft.block.collective:
        shown(command.evidence, (MINUTES,), _RULE)
    hindrance = _hindrance(draft)
    if hindrance is not None:
        raise Refused(hindrance, _RULE)
    if draft.block.all_of:
        asked, granted = _asked(draft), draft.kept(Permit).granted
        for post in _speaks_for(draft, command.by, asked, granted):
            granted = (*granted, post)
            awaited = sum(one not in granted for one in asked)
            draft.say(ActName.OPINION_GIVEN, by=command.by, subject=post, count=awaited, value="同意")
        draft.keep(draft.kept(Permit).model_copy(update={"granted": granted}))
        if any(post not in granted for post in asked):
            return
    _granted(draft, ActName.GRANTED, command.by, subject=draft.terms.subject)


def _deny(draft: ProceedingDraft, command: Deny) -> None:
    _refuse_own_cause(draft, command.by)
    reason = given(command.reason, "理由 reason", _RULE)
    if draft.block.all_of and command.by in draft.kept(Permit).granted:
        raise Refused("已表示同意 has agreed already", _RULE)
    draft.say(ActName.DENIED, by=command.by, reason=reason, subject=draft.terms.subject)
    draft.leave("denied", command.by)
    draft.end(ProceedingStage.DENIED, "denied", command.by)


def _silence(draft: ProceedingDraft) -> None:
    """The limit has passed: consent, where a law says so; what comes of it stays with the organ that kept silent."""
    law = (draft.block.missed.law or "").strip()
    if not law or draft.block.collective or _hindrance(draft) is not None:
        return
    silent = parties.holders(draft.state, draft.facts.directory)
    organ = draft.facts.directory.organ_of(silent[0]) if silent else None
    _granted(draft, ActName.CONSENT_DEEMED, None, subject=organ.name if organ else None, reason=law)


def _hindrance(draft: ProceedingDraft) -> str | None:
    """Why nothing can be granted now, whoever agrees; None where nothing is in the way."""
    block = draft.block
    if block.most is not None and (_load(draft) or 0) > block.most:
        return f"本月对该对象的批准已达上限 as many as may be granted about it in a month: {block.most}"
    if block.validity is not None and _validity(draft).due_at <= draft.at:
        return f"有效期截止日已过 its validity would be over already: {_validity(draft).last_day}"
    return None


def _load(draft: ProceedingDraft) -> int | None:
    """How many were granted about the subject in this calendar month, this one included; None without a subject."""
    terms = draft.terms
    if terms.subject is None:
        return None
    since = datetime.combine(local_date(draft.at).replace(day=1), time.min, SHANGHAI)
    granted = draft.facts.granted(terms.procedure, terms.subject, since, draft.at + timedelta(seconds=1))
    return 1 + sum(other != draft.state.id for other in granted)


def _validity(draft: ProceedingDraft) -> StepClock:
    return draft.clock(StepClockKind.VALIDITY, draft.block.validity)


def _granted(draft: ProceedingDraft, act: ActName, by: str | None, **told: str | None) -> None:
    kept, load = draft.kept(Permit), _load(draft)
    if draft.block.validity is None:
        draft.say(act, by=by, count=load, **told)
    else:
        clock = _validity(draft)
        draft.start(clock)
        draft.keep(kept.model_copy(update={"valid_until": clock.last_day}))
        draft.note_clock(
            act, clock, entry=draft.block.name, step=draft.block.name, by=by, count=load,
            value=clock.last_day.isoformat(), **told,
        )  # fmt: skip
    draft.take("deemed" if act is ActName.CONSENT_DEEMED else "granted", by)


# --- what was granted is used, and expires --------------------------------------------------------------------------


def use(draft: ProceedingDraft, command: UsePermit) -> None:
    """What was granted is used: noted with the number of the use. Refuses before the grant and after its validity.

    The last day counts to its end (R15), also once the proceeding itself has ended.
    """
    rule = f"{_RULE}.validity"
    purpose = given(command.purpose, "事由 purpose", rule)
    name, mark = _permit(draft, rule)
    permit = mark.kept if isinstance(mark.kept, Permit) else Permit()
    clock = draft.state.clocks.get(StepClockKind.VALIDITY)
    if permit.valid_until is not None and clock is None:
        raise Refused(f"有效期已届满 it was valid until the end of: {permit.valid_until}", rule)
    used = permit.model_copy(update={"used": permit.used + 1})
    draft.change(marks={**draft.state.marks, name: mark.model_copy(update={"kept": used})})
    draft.note(
        ActName.PERMIT_USED, by=command.by, subject=draft.terms.subject, count=used.used, reason=purpose, step=name,
        due=clock.due_at if clock else None, entry=name,
    )  # fmt: skip


def _permit(draft: ProceedingDraft, rule: str) -> tuple[str, StepMark]:
    """The grant that can be used: the one with a validity, or the last of several; refuses where nothing is granted."""
    state = draft.state
    granted = [
        (block, state.marks[block.name])
        for block in draft.plan.steps
        if isinstance(block, Approval) and block.name in state.marks
    ]
    granted = [(block, mark) for block, mark in granted if mark.outcome in _GRANTED]
    if not granted or state.stage not in (ProceedingStage.UNDER_WAY, ProceedingStage.COMPLETED):
        raise Refused("没有生效的准予 nothing was granted", rule)
    block, mark = next((one for one in granted if one[0].validity is not None), granted[-1])
    return block.name, mark


def _expired(draft: ProceedingDraft, clock: StepClock) -> None:
    """The validity is over, at 24:00 of its last day; what was not used in time is asked for anew."""
    mark = draft.state.marks.get(clock.step)
    used = mark.kept.used if mark is not None and isinstance(mark.kept, Permit) else 0
    draft.note(
        ActName.PERMIT_EXPIRED, subject=draft.terms.subject, count=used, value=clock.last_day.isoformat(),
        step=clock.step, entry=clock.step, rules=clock.rules,
    )  # fmt: skip


RULES = BlockRules(
    opened=_opened,
    begin=_begin,
    heard={Grant: _grant, Deny: _deny},
    struck={StepClockKind.VALIDITY: _expired},
    silence=_silence,
)
