"""Vote (表决): the panel comes together in sufficient number, and so many of it agree.

Shares are compared as fractions, never rounded. mechanisms.md E3, E7, I9, L3 (two thirds present, two thirds in favour;
of those present or of all members is a parameter); who stands down, or belongs to the organ it is about, has no vote
and is counted nowhere (W3; that he leaves the number of members is a house rule).
"""

from models.acts import ActName
from models.blocks import Vote
from models.proceeding_messages import Cast, CountVotes, StandDown
from models.proceedings import Ballot, ProceedingStage
from policies.authority import Refused, given
from policies.proceeding_drafts import BlockRules, ProceedingDraft

_RULE = "vote"


def members(draft: ProceedingDraft) -> tuple[str, ...]:
    """The members of the panel who may vote on this."""
    terms, directory, recused = draft.terms, draft.facts.directory, draft.kept(Ballot).recused
    return tuple(
        post
        for post in dict.fromkeys(terms.panel)
        if post not in recused and post != terms.subject and not directory.serves(post, terms.subject)
    )


def _opened(draft: ProceedingDraft, block: Vote) -> None:
    if not draft.terms.panel:
        raise Refused("表决须确定成员 a vote needs a panel", _RULE)


def _begin(draft: ProceedingDraft) -> None:
    draft.keep(Ballot())


def _member(draft: ProceedingDraft, by: str | None) -> str:
    if by is None or by not in members(draft):
        can = "、".join(members(draft)) or "无 none"
        raise Refused(f"须回避,不参加表决 stands down and has no vote;可表决 may vote: {can}", _RULE)
    return by


def _cast(draft: ProceedingDraft, command: Cast) -> None:
    kept, member = draft.kept(Ballot), _member(draft, command.by)
    if command.agreed is None:
        raise Refused("缺少表决意见 agreed must be true or false", _RULE)
    if member in kept.voted:
        raise Refused("已投票 has voted already", _RULE)
    secret = draft.block.secret
    cast = kept.cast if secret else {**kept.cast, member: command.agreed}
    voted = (*kept.voted, member)
    draft.keep(
        kept.model_copy(update={"voted": voted, "cast": cast, "agreed": kept.agreed + (1 if command.agreed else 0)})
    )
    if secret:
        draft.unsaid = frozenset({"agreed"})
    value = None if secret else "赞成" if command.agreed else "反对"
    draft.say(ActName.BALLOT_CAST, by=member, count=len(voted), value=value)


def _stand_down(draft: ProceedingDraft, command: StandDown) -> None:
    kept, member = draft.kept(Ballot), _member(draft, command.by)
    reason = given(command.reason, "理由 reason", _RULE)
    if member in kept.voted:
        raise Refused("已投票 has voted already", _RULE)
    draft.keep(kept.model_copy(update={"recused": (*kept.recused, member)}))
    draft.say(ActName.RECUSED, by=member, subject=member, reason=reason)


def _count(draft: ProceedingDraft, command: CountVotes) -> None:
    kept, block, able = draft.kept(Ballot), draft.block, members(draft)
    present = tuple(dict.fromkeys(command.present))
    strangers = [post for post in present if post not in able]
    if strangers:
        raise Refused(f"不是可表决的成员 no members who may vote: {'、'.join(strangers)}", _RULE)
    absent = [post for post in kept.voted if post not in present]
    if absent:
        raise Refused(f"已投票的成员须列为到会 who voted was present: {'、'.join(absent)}", _RULE)
    if not able:
        raise Refused("全体成员均须回避 no member may vote", _RULE)
    if len(present) < block.quorum * len(able):
        _postpone(draft, f"{len(present)}/{len(able)}", command.by)
        return
    draft.keep(kept.model_copy(update={"present": present}))
    base = len(present) if block.base == "present" else len(able)
    needed = block.majority * base
    passed = kept.agreed >= needed if block.at_least else kept.agreed > needed
    value = f"{kept.agreed}/{base}"
    if passed:
        draft.say(ActName.VOTE_PASSED, by=command.by, count=kept.agreed, value=value)
        draft.take("passed", command.by)
    else:
        draft.say(ActName.VOTE_FAILED, by=command.by, count=kept.agreed, value=value, reason="majority")
        _fail(draft, command.by)


def _postpone(draft: ProceedingDraft, value: str, by: str | None) -> None:
    """Too few were there: nothing cast counts; another day, as often as the procedure allows."""
    kept = draft.kept(Ballot)
    if kept.postponed >= draft.block.postponed:
        draft.say(ActName.VOTE_FAILED, by=by, value=value, count=0, reason="quorum")
        _fail(draft, by)
        return
    draft.keep(Ballot(recused=kept.recused, postponed=kept.postponed + 1))
    draft.say(ActName.MEETING_POSTPONED, by=by, value=value, count=kept.postponed + 1, reason="quorum")


def _fail(draft: ProceedingDraft, by: str | None) -> None:
    draft.leave("failed", by)
    draft.end(ProceedingStage.DENIED, "vote_failed", by)


RULES = BlockRules(opened=_opened, begin=_begin, heard={Cast: _cast, StandDown: _stand_down, CountVotes: _count})
