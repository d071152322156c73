"""What waits for the visitor's word? The open questions in his scope that policies/waiting.py says are his."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlmodel import Session

from models.asked import Asked, AskedOfCase
from models.cases import CaseState
from models.matters import MatterState
from policies import waiting
from policies.waiting import Question
from record import case_lists, cases, registers
from web.api import authority
from web.console.visits import Visit

W = TypeVar("W")


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


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits in matters, by question: what is asked in them, and in how many; and in which cases what waits.

    Questions are told by what is asked (models/asked.py), without matters and cases themselves being read.
    """

    asked: Mapping[Question, Mapping[Asked, int]]
    of_cases: tuple[tuple[str, Question], ...]

    def of(self, question: Question) -> frozenset[Asked]:
        """What is asked in the matters in which this question waits for the visitor."""
        return frozenset(self.asked.get(question, ()))

    @property
    def numbers(self) -> dict[Question, int]:
        """How often each question waits, those that do."""
        found = Counter({question: sum(asked.values()) for question, asked in self.asked.items()})
        found.update(question for _, question in self.of_cases)
        return {question: found[question] for question in Question if found[question]}


def waits(session: Session, this: Visit, *, in_cases: bool = True) -> Waiting:
    """Everything that waits for the visitor; without `in_cases`, in matters alone."""
    post, directory = this.caller.post, this.web.directory
    if post is None:
        return Waiting({}, ())
    scope, roles = authority.scope_of(this.web, this.caller), authority.roles_of(this.caller)
    asked: dict[Question, dict[Asked, int]] = {}
    for one, number in registers.asked(session, scope).items():
        for question in waiting.of_matter(post, one.standing(), directory, roles):
            asked.setdefault(question, {})[one] = number
    of_cases = asked_in_cases(session, this, lambda case: sorted(waiting.of_case(post, case, directory, roles)))
    return Waiting(asked, tuple(of_cases) if in_cases else ())


def asked_in_cases(session: Session, this: Visit, ask: Callable[[CaseState], Iterable[W]]) -> Iterator[tuple[str, W]]:
    """What is said of each case in the visitor's scope that waits for somebody, one by one, in order of proposal.

    Cases in which the same is asked of the same are asked about once.
    """
    known: dict[str, tuple[W, ...]] = {}
    for case_id, text in case_lists.asked(session, scope=authority.scope_of(this.web, this.caller)):
        if text not in known:
            known[text] = tuple(ask(AskedOfCase.model_validate_json(text).standing()))
        for one in known[text]:
            yield case_id, one


def waits_for(session: Session, this: Visit, found: Waiting | None = None, limit: int | None = None) -> list[Waits]:
    """The same one by one, matters before cases, no more than `limit`; `found`, where it has been asked for before."""
    post, directory = this.caller.post, this.web.directory
    if post is None:
        return []
    known = found or waits(session, this)
    scope, roles = authority.scope_of(this.web, this.caller), authority.roles_of(this.caller)
    mine = {one for asked in known.asked.values() for one in asked}
    listed: list[Waits] = []
    for state in registers.asking(session, mine, scope, limit) if mine else ():
        listed += _of_matter(state, waiting.of_matter(post, state, directory, roles))
    for case_id, question in known.of_cases[: None if limit is None else max(limit - len(listed), 0)]:
        case = cases.seen(session, case_id)
        listed += [] if case is None else [_of_case(case, question)]
    return listed[:limit]


def _of_matter(state: MatterState, questions: set[Question]) -> Iterator[Waits]:
    title = state.terms.title if state.terms else ""
    ends = {} if state.suspended else waiting.asked(state)
    for question in sorted(questions):
        yield Waits(question, state.id, None, title, ends.get(question))


def _of_case(state: CaseState, question: Question) -> Waits:
    clocks = {kind.value: clock.due_at for kind, clock in state.clocks.items()}
    kind = Question.DECISION if question is Question.VOTE else question
    return Waits(question, state.matter_id, state.id, state.title or "", clocks.get(kind.value))
