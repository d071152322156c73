"""Whose word is waited for in a matter or a case, and on what?

Of each question that is open, who may answer it is what policies/access.py says; a step of a case is open while its
clock runs. Nothing is decided here. Source: engine.md 1, 3.5, 3.9, 3.11, 4.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from enum import StrEnum

from models.access import Relation
from models.cases import CaseClockKind, CaseStage, CaseState
from models.matters import ClockKind, ExtensionState, MatterState
from policies import access, seats
from policies.access import may, on_case, on_matter
from policies.directory import Directory


class Question(StrEnum):
    """What somebody has to answer."""

    APPROVAL = "approval"
    EXTENSION = "extension"
    VERIFICATION = "verification"
    ASSIGNMENT = "assignment"
    TRANSFER = "transfer"
    OBJECTION = "objection"
    CIRCULATION = "circulation"
    FILING = "filing"
    VOTE = "vote"
    DECISION = "decision"
    REVIEW = "review"


_OF_MATTER: Mapping[Question, tuple[Callable[[MatterState], bool], str]] = {
    Question.APPROVAL: (lambda one: ClockKind.APPROVAL in one.clocks, "approve"),
    Question.EXTENSION: (
        lambda one: one.extension is not None and one.extension.state is ExtensionState.PENDING,
        "decide_extension",
    ),
    Question.VERIFICATION: (lambda one: ClockKind.VERIFICATION in one.clocks, "verify"),
    Question.ASSIGNMENT: (lambda one: one.contested_at is not None, "uphold_assignment"),
    Question.TRANSFER: (lambda one: one.transfer is not None, "accept_transfer"),
    Question.OBJECTION: (lambda one: one.objection is not None, "decide_objection"),
    Question.CIRCULATION: (lambda one: one.circulation is not None, "approve"),
}
_OF_CASE: Mapping[Question, tuple[CaseClockKind, str]] = {
    Question.FILING: (CaseClockKind.FILING, "file"),
    Question.DECISION: (CaseClockKind.DECISION, "decide"),
    Question.REVIEW: (CaseClockKind.REVIEW, "decide_review"),
}
_STEPS: Mapping[str, Callable[[CaseState], bool]] = {
    "file": lambda one: CaseClockKind.FILING in one.clocks,
    "investigate": lambda one: CaseClockKind.INVESTIGATION in one.clocks,
    "notify_facts": lambda one: (
        one.facts is None
        and (one.stage is CaseStage.INVESTIGATED or (one.stage is CaseStage.FILED and one.recorded_overdue))
    ),
    "give_statement": lambda one: CaseClockKind.WINDOW in one.clocks and not one.waived,
    "answer_statement": lambda one: CaseClockKind.ANSWER in one.clocks,
    "decide": lambda one: CaseClockKind.DECISION in one.clocks,
    "serve": lambda one: CaseClockKind.SERVICE in one.clocks,
    "execute": lambda one: CaseClockKind.EXECUTION in one.clocks,
    "record": lambda one: CaseClockKind.RECORD in one.clocks,
    "request_review": lambda one: CaseClockKind.REVIEW_WINDOW in one.clocks,
    "decide_review": lambda one: CaseClockKind.REVIEW in one.clocks,
}
"""When each step of a case is open, by the command that takes it."""


def of_matter(post: str | None, state: MatterState, directory: Directory, roles: Collection[str] = ()) -> set[Question]:
    """The questions of a matter that this post may answer; empty for nobody's post."""
    asked = {question: do for question, (is_open, do) in _OF_MATTER.items() if is_open(state)}
    if not asked:
        return set()
    standing = access.relations(post, state, directory, roles=roles, among=_named(map(on_matter, asked.values())))
    return {question for question, do in asked.items() if may(on_matter(do), standing)}


def of_case(post: str | None, state: CaseState, directory: Directory, roles: Collection[str] = ()) -> set[Question]:
    """The questions of a case that this post may answer; a vote only until it has been cast."""
    asked = {question: do for question, (clock, do) in _OF_CASE.items() if clock in state.clocks}
    if not asked:
        return set()
    among = _named(map(on_case, asked.values())) | {Relation.VOTING_MEMBER}
    standing = access.relations(post, state, directory, roles=roles, among=among)
    found = {question for question, do in asked.items() if may(on_case(do), standing)}
    voted = any(vote.member == post for vote in state.votes)
    panel = CaseClockKind.DECISION in state.clocks and seats.panel_decides(state, directory)
    if panel and not voted and Relation.VOTING_MEMBER in standing:
        found.add(Question.VOTE)
    return found


def _named(commands: Iterable[str]) -> frozenset[Relation]:
    """What it hangs on who may give these; a page asks this of hundreds of matters."""
    return access.named_by(frozenset(commands))


def steps_of_case(
    post: str | None, state: CaseState, directory: Directory, roles: Collection[str] = ()
) -> tuple[str, ...]:
    """The steps of a case, by their commands, that are open and that this post may take; a vote until it is cast.

    Beside what has to be answered these are what has to be done, and what the subject has a right to say.
    """
    if post is None:
        return ()
    asked = [do for do, is_open in _STEPS.items() if is_open(state)]
    standing = access.relations(post, state, directory, roles=roles) if asked else frozenset[Relation]()
    found = [do for do in asked if may(on_case(do), standing)]
    return (*found, *(("vote",) if Question.VOTE in of_case(post, state, directory, roles) else ()))
