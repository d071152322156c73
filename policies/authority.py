"""Which posts stand in the relation to a matter that a command asks for?

One refusal for each relation that is missing, with the reason in words and the rule it rests on. Whether the command is
possible at this moment is for policies/admissibility.py and the modules beside it.
"""

from models.base import Spoken
from policies.drafts import Draft


class Refused(Exception):
    """A message that the rules do not admit: why, and by which rule."""

    def __init__(self, reason: str, rule: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.rule = rule


def by_lead(draft: Draft, command: Spoken) -> None:
    """Refuse a post that is not of the lead."""
    if not draft.facts.directory.serves(command.by, draft.terms.lead):
        raise Refused(f"只有牵头单位的岗位可以办理 only posts of the lead: {draft.terms.lead}", "authority.lead")


def by_office(draft: Draft, command: Spoken) -> None:
    """Refuse a post that is not of the office."""
    if not draft.facts.directory.serves(command.by, draft.terms.office):
        raise Refused(f"只有督办单位的岗位可以办理 only posts of the office: {draft.terms.office}", "authority.office")


def by_leader(draft: Draft, command: Spoken) -> None:
    """Refuse every post but the leader."""
    if command.by != draft.terms.leader:
        raise Refused(f"只有批准领导可以办理 only the leader: {draft.terms.leader}", "authority.leader")


def by_supervisor(draft: Draft, command: Spoken) -> None:
    """Refuse a post that does not supervise the lead: of the office, or of the organ above where that is the lead."""
    organ = supervisor(draft)
    if not draft.facts.directory.serves(command.by, organ):
        raise Refused(f"只有督办单位的岗位可以办理 only posts of: {organ}", "authority.office")


def supervisor(draft: Draft) -> str:
    """The organ that verifies and supervises: the office, or the organ above it where the office itself is the lead."""
    terms, directory = draft.terms, draft.facts.directory
    above = directory.above(directory.find(terms.office)) if terms.lead == terms.office else None
    return above.name if above else terms.office


def offered(limit: str | None) -> str:
    """The limit of a step; refuses a step that the procedure version of this matter does not know."""
    if limit is None:
        raise Refused("现行程序未开通此操作 this procedure does not offer it", "procedure")
    return limit


def given(text: str | None, name: str, rule: str) -> str:
    """What was said, without spaces around it; refuses nothing at all. `name` is the field, Chinese first."""
    if not (text or "").strip():
        raise Refused(f"缺少{name} is required", rule)
    return (text or "").strip()
