"""Filing (报备、抄送、移送): a paper goes to another body, under a number, and that body says that it has it.

Only a transfer may be refused, with reasons; the organ above the receiver then settles it. mechanisms.md F3, J2, K9,
C6, and 2.5 for a transfer to the organs of justice.
"""

from models.acts import ActName
from models.policy import Role
from models.proceeding_messages import Acknowledge, Deny, SendPaper
from models.proceedings import ProceedingStage, Sending, StepClock, StepClockKind
from policies import parties
from policies.authority import Refused, given
from policies.proceeding_drafts import BlockRules, ProceedingDraft

_RULE = "filing"


def _begin(draft: ProceedingDraft) -> None:
    """It never waits without a clock: of an event of which no day is known, the limit runs from now on."""
    draft.keep(Sending())
    block = draft.block
    if block.limit is not None and StepClockKind.STEP not in draft.state.clocks:
        clock = draft.clock(StepClockKind.STEP, block.limit)
        draft.change(limit=clock)
        draft.run(clock, block.reminders)


def _send(draft: ProceedingDraft, command: SendPaper) -> None:
    if draft.kept(Sending).number is not None:
        raise Refused("已报送 it was sent already", _RULE)
    number = given(command.number, "文号 number", _RULE)
    to = _receivers(draft)
    if not to:
        raise Refused("没有收件单位 nobody to send it to", _RULE)
    block = draft.block
    draft.met()
    if block.receipt is None:
        draft.keep(Sending(to=to, number=number))
        for organ in to:
            asked = parties.of_organ(organ, draft.facts.directory)
            draft.say(ActName.PAPER_SENT, by=command.by, subject=organ, value=number, also=asked)
        draft.take("sent", command.by)
        return
    draft.keep(Sending(to=to, waiting=to, number=number))
    draft.change(by=(Role.RECEIVERS,), missed=0)
    clock = draft.clock(StepClockKind.SIDE, block.receipt)
    draft.start(clock)
    for organ in to:
        draft.note_clock(
            ActName.PAPER_SENT, clock, entry=block.name, step=block.name, by=command.by, subject=organ, value=number
        )


def _receivers(draft: ProceedingDraft) -> tuple[str, ...]:
    """The organs it goes to, each once: those of the posts that the roles name; a transfer goes to the first."""
    directory = draft.facts.directory
    posts = [post for role in draft.block.to for post in parties.posts_of(role, draft.state, directory)]
    organs = [directory.organ_of(post) for post in posts]
    found = tuple(dict.fromkeys(organ.name for organ in organs if organ is not None))
    return found[:1] if draft.block.what == "transfer" else found


def _acknowledge(draft: ProceedingDraft, command: Acknowledge) -> None:
    kept, directory = draft.kept(Sending), draft.facts.directory
    if not kept.waiting:
        raise Refused("尚未报送 nothing was sent", _RULE)
    receives = tuple(organ for organ in kept.waiting if directory.serves(command.by, organ))
    # The organ above one that was silent gives the receipt in its place.
    own = receives or tuple(organ for organ in kept.waiting if _stands_above(draft, command.by, organ))
    if kept.level:
        _settle(draft, command)
    elif not command.accepted:
        if not receives:
            raise Refused("只有收件单位可以不接收 only the receiver may refuse it", _RULE)
        _refuse(draft, command)
    elif not own:
        raise Refused(f"尚待其回执 the receipt is owed by: {'、'.join(kept.waiting)}", _RULE)
    else:
        left = tuple(organ for organ in kept.waiting if organ not in own)
        draft.keep(kept.model_copy(update={"waiting": left}))
        for organ in own:
            draft.say(ActName.RECEIPT_GIVEN, by=command.by, subject=organ, value=kept.number, count=len(left))
        if not left:
            draft.take("received", command.by)


def _stands_above(draft: ProceedingDraft, by: str | None, organ: str) -> bool:
    """Whether the post heads an organ that stands above this one."""
    directory = draft.facts.directory
    higher = directory.above(directory.find(organ))
    while higher is not None:
        if higher.head == by:
            return True
        higher = directory.above(higher)
    return False


def _refuse(draft: ProceedingDraft, command: Acknowledge) -> None:
    """A transfer that the receiver does not take: the organ above settles it; where there is none, nobody can."""
    kept, directory = draft.kept(Sending), draft.facts.directory
    if draft.block.what != "transfer":
        raise Refused("报备、抄送件不得退回 only a transfer may be refused", _RULE)
    reason = given(command.reason, "理由 reason", _RULE)
    above = directory.above(directory.find(kept.waiting[0])) or directory.organ_of(draft.terms.leader)
    said = {"by": command.by, "subject": kept.waiting[0], "value": kept.number, "reason": reason}
    if above is None or above.name in kept.to:
        draft.say(ActName.RECEIPT_REFUSED, **said)
        _comes_back(draft, command.by)
        return
    draft.met()
    draft.keep(kept.model_copy(update={"waiting": (above.name,), "level": 1}))
    draft.change(missed=0)
    clock = draft.clock(StepClockKind.SIDE, draft.block.settle or draft.block.receipt)
    draft.start(clock)
    draft.note_clock(ActName.RECEIPT_REFUSED, clock, entry=draft.block.name, step=draft.block.name, **said)


def _settle(draft: ProceedingDraft, command: Acknowledge) -> None:
    """One organ higher says whether the receiver has to take it; nobody settles what his own organ refused."""
    kept = draft.kept(Sending)
    if any(draft.facts.directory.serves(command.by, organ) for organ in kept.to):
        raise Refused("不得裁定本单位提出的异议 nobody decides what his own organ asks", "authority.own_cause")
    reason = given(command.reason, "理由 reason", _RULE)
    act = ActName.RECEIPT_GIVEN if command.accepted else ActName.RECEIPT_REFUSED
    draft.keep(kept.model_copy(update={"waiting": ()}))
    draft.say(act, by=command.by, subject=kept.to[0], value=kept.number, reason=reason)
    if command.accepted:
        draft.take("settled", command.by)
    else:
        _comes_back(draft, command.by)


def _comes_back(draft: ProceedingDraft, by: str | None) -> None:
    draft.leave("refused", by)
    draft.end(ProceedingStage.DENIED, "transfer_refused", by)


def _deny(draft: ProceedingDraft, command: Deny) -> None:
    """Decided against a transfer before it was sent: the reasons are recorded."""
    if draft.block.what != "transfer" or draft.kept(Sending).number is not None:
        raise Refused("报备、抄送件须报送 it has to be sent, or was", _RULE)
    reason = given(command.reason, "理由 reason", _RULE)
    draft.say(ActName.DENIED, by=command.by, reason=reason)
    draft.leave("denied", command.by)
    draft.end(ProceedingStage.DENIED, "not_transferred", command.by)


def _no_receipt(draft: ProceedingDraft, clock: StepClock) -> None:
    draft.miss(clock)


RULES = BlockRules(
    begin=_begin,
    heard={SendPaper: _send, Acknowledge: _acknowledge, Deny: _deny},
    struck={StepClockKind.SIDE: _no_receipt},
)
