"""Score (考核评分): marks by criterion under a scoring standard, the grade they make, what follows. H1, H8, K7, K8."""

from models.acts import ActName
from models.blocks import Score
from models.proceeding_messages import Assess
from models.proceedings import Marks
from policies.authority import Refused
from policies.proceeding_drafts import BlockRules, ProceedingDraft

_RULE = "score"


def grade_of(block: Score, total: int) -> str | None:
    """The best grade whose least total is reached; None where there is none for so little."""
    return next((grade for grade, least in block.grades.items() if total >= least), None)


def _lower(block: Score, grade: str | None) -> str | None:
    """The grade of the leadership team: so many below its own, the last one at the least."""
    names = list(block.grades)
    if grade is None or not names:
        return names[-1] if names else None
    return names[min(names.index(grade) + block.lower_by, len(names) - 1)]


def _assess(draft: ProceedingDraft, command: Assess) -> None:
    block: Score = draft.block
    marks = command.marks or {}
    full = {criterion.name: criterion.full for criterion in block.criteria}
    unknown = sorted(marks.keys() - full.keys())
    lacking = [name for name in full if name not in marks]
    if unknown or lacking:
        accepted = "、".join(full)
        named = "、".join(unknown or lacking)
        why = "不在评分标准内 no criterion" if unknown else "缺少评分 a mark is required"
        raise Refused(f"{why}: {named};可接受 accepted: {accepted}", _RULE)
    for name, mark in marks.items():
        if not 0 <= mark <= full[name]:
            raise Refused(f"{name}分值应在 0 至 {full[name]} 之间 a mark from 0 to {full[name]}: {mark}", _RULE)
    if sum(marks.values()) < sum(full.values()) and not (command.reason or "").strip():
        raise Refused("扣分须说明理由 reason is required where marks are taken off", _RULE)
    total = sum(marks.values())
    draft.keep(Marks(given=marks))
    draft.say(ActName.SCORED, by=command.by, value=str(total), reason=command.reason)
    vetoed = [name for name in block.veto if marks[name] == 0]
    passed = total >= block.passed and not vetoed
    grade = grade_of(block, total) if passed else None
    if block.grades:
        team = grade if passed or not block.lower_by else _lower(block, grade_of(block, total))
        draft.say(
            ActName.GRADED, value=team or "不合格", reason="一票否决 veto: " + "、".join(vetoed) if vetoed else None
        )
    if not passed:
        if block.loses is not None:
            draft.say(ActName.AWARD_LOST, reason=block.loses)
        if block.rectify is not None:
            draft.launch(block.rectify, f"{draft.terms.title}:整改")
    draft.take("passed" if passed else "not_passed", command.by)


RULES = BlockRules(heard={Assess: _assess})
