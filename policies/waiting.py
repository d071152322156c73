"""Whose word is waited for in a matter, a case or a proceeding, on what, and what else has a post to do in it?

Of each question that is open, and of each thing that is owed, who may answer or do it is what policies/access.py says;
a step of a case is open while its clock runs. Nothing is decided here. Source: engine.md 1, 3, 4.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.access import Relation
from models.cases import CaseClockKind, CaseStage, CaseState
from models.matters import ClockKind, ExtensionState, MatterState, Stage
from models.proceedings import Ballot, Handing, Occurrences, Parts, ProceedingState, Sending, StepClockKind
from policies import access, seats
from policies.access import may, on_case, on_matter, on_proceeding
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


class Duty(StrEnum):
    """What somebody has to do, or may do until a day, besides answering."""

    SIGN = "sign"
    REPORT = "report"
    SUBMIT = "submit"
    EXPLAIN = "explain"
    CO_PART = "co_part"
    INVESTIGATION = "investigation"
    STATEMENT = "statement"
    ANSWER = "answer"
    SERVICE = "service"
    EXECUTION = "execution"
    RECORD = "record"
    REVIEW_REQUEST = "review_request"
    STEP = "step"
    ROUTING = "routing"
    OPINION = "opinion"
    BALLOT = "ballot"
    RECEIPT = "receipt"
    MORE_TIME = "more_time"


Todo = Question | Duty

FREE = frozenset({Duty.STATEMENT, Duty.REVIEW_REQUEST})
"""What somebody may do until a day and need not."""


@dataclass(frozen=True, slots=True)
class Owed:
    """One thing that a post has to do: what, and by when (an aware instant; None where nothing runs out)."""

    what: Todo
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Asked:
    """When a question of a matter is open, who answers it, and by which clock."""

    is_open: Callable[[MatterState], bool]
    do: str
    clocks: tuple[ClockKind, ...]


_OF_MATTER: Mapping[Question, _Asked] = {
    Question.APPROVAL: _Asked(
        lambda one: ClockKind.APPROVAL in one.clocks or one.stage is Stage.AWAITING_APPROVAL,
        "approve",
        (ClockKind.APPROVAL,),
    ),
    # An extension that nobody has decided lapses with the limit.
    Question.EXTENSION: _Asked(
        lambda one: one.extension is not None and one.extension.state is ExtensionState.PENDING,
        "decide_extension",
        (ClockKind.LIMIT,),
    ),
    Question.VERIFICATION: _Asked(
        lambda one: ClockKind.VERIFICATION in one.clocks or one.stage is Stage.SUBMITTED,
        "verify",
        (ClockKind.VERIFICATION,),
    ),
    Question.ASSIGNMENT: _Asked(
        lambda one: one.contested_at is not None, "uphold_assignment", (ClockKind.ASSIGNMENT_OBJECTION,)
    ),
    Question.TRANSFER: _Asked(lambda one: one.transfer is not None, "accept_transfer", (ClockKind.TRANSFER,)),
    Question.OBJECTION: _Asked(
        lambda one: one.objection is not None,
        "decide_objection",
        (ClockKind.OBJECTION, ClockKind.ASSIGNMENT_OBJECTION),
    ),
    Question.CIRCULATION: _Asked(lambda one: one.circulation is not None, "approve", (ClockKind.CIRCULATION,)),
}
_OF_CASE: Mapping[Todo, tuple[CaseClockKind, str]] = {
    Question.FILING: (CaseClockKind.FILING, "file"),
    Question.DECISION: (CaseClockKind.DECISION, "decide"),
    Question.REVIEW: (CaseClockKind.REVIEW, "decide_review"),
    Duty.INVESTIGATION: (CaseClockKind.INVESTIGATION, "notify_facts"),
    Duty.STATEMENT: (CaseClockKind.WINDOW, "give_statement"),
    Duty.ANSWER: (CaseClockKind.ANSWER, "answer_statement"),
    Duty.SERVICE: (CaseClockKind.SERVICE, "serve"),
    Duty.EXECUTION: (CaseClockKind.EXECUTION, "execute"),
    Duty.RECORD: (CaseClockKind.RECORD, "record"),
    Duty.REVIEW_REQUEST: (CaseClockKind.REVIEW_WINDOW, "request_review"),
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

# Of what a lead has to submit by: the first of these that runs.
_SUBMIT = (ClockKind.RETURNED, ClockKind.RECTIFICATION, ClockKind.SUPERVISION, ClockKind.LIMIT)
_SETTLED = frozenset({Stage.AWAITING_APPROVAL, Stage.SUBMITTED, Stage.REFUSED, Stage.CLOSED, Stage.CANCELLED,
                      Stage.MERGED, Stage.ARCHIVED})  # fmt: skip


LEADS = frozenset({Duty.SIGN, Duty.REPORT, Duty.SUBMIT, Duty.EXPLAIN})
OF_MATTERS = frozenset(_OF_MATTER)
OF_CASES = frozenset({*_OF_CASE, Question.VOTE})
OF_PROCEEDINGS = frozenset({Duty.STEP, Duty.ROUTING, Duty.OPINION, Duty.BALLOT, Duty.RECEIPT, Duty.MORE_TIME})
"""What can be asked or owed in each; of a matter what its lead owes apart."""

_OF_STEP = (StepClockKind.STEP, StepClockKind.NOTICE)


def of_matter(post: str | None, state: MatterState, directory: Directory, roles: Collection[str] = ()) -> set[Question]:
    """The questions of a matter that this post may answer; empty for nobody's post."""
    open_ = asked(state)
    if not open_:
        return set()
    does = {question: on_matter(_OF_MATTER[question].do) for question in open_}
    standing = access.relations(post, state, directory, roles=roles, among=_named(does.values()))
    return {question for question, name in does.items() if may(name, standing)}


def of_case(post: str | None, state: CaseState, directory: Directory, roles: Collection[str] = ()) -> set[Question]:
    """The questions of a case that this post may answer; a vote only until it has been cast."""
    open_ = {what: do for what, (clock, do) in _OF_CASE.items() if isinstance(what, Question) and clock in state.clocks}
    if not open_:
        return set()
    among = _named(map(on_case, open_.values())) | {Relation.VOTING_MEMBER}
    standing = access.relations(post, state, directory, roles=roles, among=among)
    found = {question for question, do in open_.items() if may(on_case(do), standing)}
    voted = any(vote.member == post for vote in state.votes)
    panel = CaseClockKind.DECISION in state.clocks and seats.panel_decides(state, directory)
    if panel and not voted and Relation.VOTING_MEMBER in standing:
        found.add(Question.VOTE)
    return found


def asked(state: MatterState) -> dict[Question, datetime | None]:
    """Every question that is open in a matter, whoever may answer it, and by when (None: nothing runs out)."""
    return {
        question: next((state.clocks[kind].due_at for kind in one.clocks if kind in state.clocks), None)
        for question, one in _OF_MATTER.items()
        if one.is_open(state)
    }


def todo_in_matter(
    post: str | None, state: MatterState, directory: Directory, roles: Collection[str] = ()
) -> tuple[Owed, ...]:
    """What this post has to answer and to do in a matter; while its clocks stand still no day is owed.

    A lead signs, reports, explains and submits; a co-handler finishes its part. Nothing for nobody's post.
    """
    open_, goes_on = asked(state), state.stage not in _SETTLED
    if not (open_ or goes_on):
        return ()
    standing = access.relations(post, state, directory, roles=roles)
    found = [
        Owed(question, due_at)
        for question, due_at in open_.items()
        if may(on_matter(_OF_MATTER[question].do), standing)
    ]
    if goes_on:
        found += _of_lead(state) if may(on_matter("submit"), standing) else ()
        found += _of_co_handler(post, state, directory)
    if state.suspended:
        return tuple(Owed(one.what) for one in found)
    return tuple(found)


def _of_lead(state: MatterState) -> Iterator[Owed]:
    clocks = {kind: clock.due_at for kind, clock in state.clocks.items()}
    if ClockKind.SIGNING in clocks or ClockKind.SIGN_REMINDER in clocks:
        yield Owed(Duty.SIGN, clocks.get(ClockKind.SIGNING))
    reported, since = state.last_report_at, state.period_from
    if ClockKind.PROGRESS in clocks and (reported is None or (since is not None and reported < since)):
        yield Owed(Duty.REPORT, clocks[ClockKind.PROGRESS])
    if ClockKind.EXPLANATION in clocks:
        yield Owed(Duty.EXPLAIN, clocks[ClockKind.EXPLANATION])
    yield Owed(Duty.SUBMIT, next((clocks[kind] for kind in _SUBMIT if kind in clocks), None))


def _of_co_handler(post: str | None, state: MatterState, directory: Directory) -> Iterator[Owed]:
    co = state.terms.co if state.terms else ()
    if any(directory.serves(post, organ) and organ not in state.co_done for organ in co):
        clock = state.clocks.get(ClockKind.CO_PART) or state.clocks.get(ClockKind.LIMIT)
        yield Owed(Duty.CO_PART, clock.due_at if clock else None)


def todo_in_case(
    post: str | None, state: CaseState, directory: Directory, roles: Collection[str] = ()
) -> tuple[Owed, ...]:
    """What this post has to decide and to do in a case, and what its subject may still say; a vote until it is cast."""
    open_ = {what: do for what, (clock, do) in _OF_CASE.items() if clock in state.clocks}
    if not open_:
        return ()
    standing = access.relations(post, state, directory, roles=roles)
    found = [Owed(what, state.clocks[_OF_CASE[what][0]].due_at) for what, do in open_.items()
             if may(on_case(do), standing) and not (what is Duty.STATEMENT and state.waived)]  # fmt: skip
    voted = any(vote.member == post for vote in state.votes)
    panel = CaseClockKind.DECISION in state.clocks and seats.panel_decides(state, directory)
    if panel and not voted and Relation.VOTING_MEMBER in standing:
        found.append(Owed(Question.VOTE, state.clocks[CaseClockKind.DECISION].due_at))
    return tuple(found)


def todo_in_proceeding(
    post: str | None, state: ProceedingState, directory: Directory, roles: Collection[str] = ()
) -> tuple[Owed, ...]:
    """What this post has to do in a proceeding, a petition or a duty: its step, or its part of somebody else's.

    While it is paused no day is owed. Nothing of what has ended.
    """
    if state.terms is None or state.over:
        return ()
    standing = access.relations(post, state, directory, roles=roles)
    clocks = {kind: clock.due_at for kind, clock in state.clocks.items()}
    due_at = next((clocks[kind] for kind in _OF_STEP if kind in clocks), None)
    found = list(_in_step(post, state, directory, standing, due_at))
    pending = state.extension is not None and state.extension.state is ExtensionState.PENDING
    if pending and may(on_proceeding("decide_extension"), standing):
        found.append(Owed(Duty.MORE_TIME, due_at))
    return tuple(Owed(one.what) for one in found) if state.paused else tuple(found)


def _in_step(
    post: str | None,
    state: ProceedingState,
    directory: Directory,
    standing: Collection[Relation],
    due_at: datetime | None,
) -> Iterator[Owed]:
    kept = state.kept
    awaited = isinstance(kept, Handing) and kept.to is not None and not kept.objected and not kept.accepted
    if awaited and may(on_proceeding("accept_routing"), standing):
        yield Owed(Duty.ROUTING, due_at)
    # An occurrence comes by the calendar; what was handed over, or sent, waits for whoever has it now.
    others = awaited or isinstance(kept, Occurrences) or (isinstance(kept, Sending) and bool(kept.waiting))
    if not others and may(on_proceeding("finish"), standing):
        side = None if isinstance(kept, Parts) else state.clocks.get(StepClockKind.SIDE)
        yield Owed(Duty.STEP, due_at or (side.due_at if side else None))
    if isinstance(kept, Parts) and any(
        agreed is None and directory.serves(post, organ) for organ, agreed in kept.said.items()
    ):
        yield Owed(Duty.OPINION, kept.due_at)
    votes = isinstance(kept, Ballot) and post not in (*kept.voted, *kept.recused)
    if votes and may(on_proceeding("cast"), standing):
        yield Owed(Duty.BALLOT, due_at)
    if Relation.RECEIVER in standing:
        receipt = state.clocks.get(StepClockKind.SIDE)
        yield Owed(Duty.RECEIPT, receipt.due_at if receipt else due_at)


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
    open_ = [do for do, is_open in _STEPS.items() if is_open(state)]
    standing = access.relations(post, state, directory, roles=roles) if open_ else frozenset[Relation]()
    found = [do for do in open_ if may(on_case(do), standing)]
    return (*found, *(("vote",) if Question.VOTE in of_case(post, state, directory, roles) else ()))
