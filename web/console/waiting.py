"""What waits for the visitor's word? The open questions in his scope that policies/waiting.py says are his."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from models.cases import CaseState
from models.matters import MatterState
from policies import waiting
from policies.waiting import Owed, Question
from record import registers
from web.api import authority
from web.console.visits import Visit


@dataclass(frozen=True, slots=True)
class Waits:
    """One question that waits, about which matter, or which case of a matter or of none.

    `due_at` is None where nothing runs out.
    """

    question: Question
    matter: str | None
    case: str | None
    title: str
    due_at: datetime | None


def waits_for(session: Session, this: Visit) -> list[Waits]:
    """Everything that waits for the visitor, matters before cases."""
    post, directory = this.caller.post, this.web.directory
    if post is None:
        return []
    scope, roles = authority.scope_of(this.web, this.caller), authority.roles_of(this.caller)
    found: list[Waits] = []
    for state in registers.undecided(session, scope):
        found += _of_matter(state, waiting.of_matter(post, state, directory, roles))
    for case in registers.open_cases(session, scope):
        found += _of_case(case, waiting.todo_in_case(post, case, directory, roles))
    return found


def _of_matter(state: MatterState, questions: set[Question]) -> Iterator[Waits]:
    title = state.terms.title if state.terms else ""
    ends = {} if state.suspended else waiting.asked(state)
    for question in sorted(questions):
        yield Waits(question, state.id, None, title, ends.get(question))


def _of_case(state: CaseState, owed: tuple[Owed, ...]) -> Iterator[Waits]:
    for one in sorted(owed, key=lambda each: each.what):
        if isinstance(one.what, Question):
            yield Waits(one.what, state.matter_id, state.id, state.title or "", one.due_at)
