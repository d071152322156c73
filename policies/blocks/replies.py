"""Replies (听证意见答复): every opinion given before is answered in writing, adopted or not and why; then published.

mechanisms.md E2. Whose opinions: of the last meeting before this step, or of co-handlers who disagreed before it.
"""

from models.acts import ActName
from models.proceeding_messages import AnswerOpinion, Publish
from models.proceedings import Answers, Parts, Session
from policies.authority import Refused, given
from policies.proceeding_drafts import BlockRules, ProceedingDraft

_RULE = "replies"


def _opinions(draft: ProceedingDraft) -> tuple[str, ...]:
    """Who gave an opinion in the last step before this one that collects any."""
    for block in reversed(draft.plan.steps[: draft.state.step]):
        mark = draft.state.marks.get(block.name)
        kept = mark.kept if mark else None
        if isinstance(kept, Session):
            return tuple(kept.opinions)
        if isinstance(kept, Parts):
            return tuple(organ for organ, agreed in kept.said.items() if agreed is False)
    return ()


def _begin(draft: ProceedingDraft) -> None:
    opinions = _opinions(draft)
    draft.keep(Answers(given=dict.fromkeys(opinions)))
    if not opinions and not draft.block.published:
        draft.take("nothing_to_answer")


def _answer(draft: ProceedingDraft, command: AnswerOpinion) -> None:
    kept = draft.kept(Answers)
    who = given(command.representative, "代表 representative", _RULE)
    if who not in kept.given:
        accepted = "、".join(kept.given) or "无 none"
        raise Refused(f"没有其意见 no opinion of: {who};可接受 accepted: {accepted}", _RULE)
    if kept.given[who] is not None:
        raise Refused(f"已答复 was answered already: {who}", _RULE)
    if command.adopted is None:
        raise Refused("缺少是否采纳 adopted must be true or false", _RULE)
    reason = given(command.reason, "理由 reason", _RULE)
    answered = {**kept.given, who: command.adopted}
    draft.keep(Answers(given=answered))
    left = sum(adopted is None for adopted in answered.values())
    directory = draft.facts.directory
    draft.say(
        ActName.OPINION_ANSWERED, by=command.by, subject=who, value="采纳" if command.adopted else "不采纳",
        count=left, reason=reason, also=(who,) if directory.has_post(who) else (),
    )  # fmt: skip
    if not left and not draft.block.published:
        draft.take("answered", command.by)


def _publish(draft: ProceedingDraft, command: Publish) -> None:
    kept = draft.kept(Answers)
    left = [who for who, adopted in kept.given.items() if adopted is None]
    if left:
        raise Refused(f"尚有意见未答复 opinions are not answered yet: {'、'.join(left)}", _RULE)
    medium = given(command.medium, "公布载体 medium", _RULE)
    adopted = sum(bool(one) for one in kept.given.values())
    draft.say(
        ActName.PUBLISHED, by=command.by, value=f"{adopted}/{len(kept.given)}", count=len(kept.given), reason=medium
    )
    draft.take("published", command.by)


RULES = BlockRules(begin=_begin, heard={AnswerOpinion: _answer, Publish: _publish})
