"""Deadline (限时办结): something is owed by a day, and is done when what has to be shown of it is shown."""

from models.acts import ActName
from models.proceeding_messages import Evidence, Finish
from policies.authority import Refused
from policies.proceeding_drafts import BlockRules, ProceedingDraft


def shown(evidence: Evidence | None, asked: tuple[str, ...], rule: str) -> None:
    """Refuse where one of the things that have to be shown, by name, is not."""
    parts = evidence if isinstance(evidence, dict) else {}
    lacking = [name for name in asked if not str(parts.get(name) or "").strip()]
    if lacking:
        raise Refused(f"缺少佐证 evidence is required: {'、'.join(lacking)}", rule)


def _finish(draft: ProceedingDraft, command: Finish) -> None:
    shown(command.evidence, draft.block.shown, draft.block.name)
    draft.say(ActName.STEP_DONE, by=command.by)
    draft.take(by=command.by)


RULES = BlockRules(heard={Finish: _finish})
