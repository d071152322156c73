"""What must hold on every transition of a case, judged from its acts alone and from what the machine says of itself.

An observer keeps what an outsider would know from the ledger, and never looks into the state for it: a machine that
lets something forbidden through cannot also talk its way out. W1 to W10 are engine.md 4.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from models.acts import Act, ActName
from models.case_messages import DropCase, DropReason, NoteFailure
from models.cases import CaseState
from policies import seats
from policies.case import CaseStep, next_due
from policies.case_timers import OVERDUE
from policies.directory import Directory
from policies.watchdog import missed

BY_SILENCE = frozenset(
    {
        *OVERDUE.values(),
        ActName.STATEMENT_LAPSED,
        ActName.CASE_LAPSED,
        ActName.EFFECT_ENDED,
        ActName.CASE_ARCHIVED,
    }
)
"""All that may come of nobody speaking: telling, closing a window, ending without a measure. Never a decision."""

_STEP_OF = {act: step for step, act in OVERDUE.items()}
_KEPT = ("filing", "investigation", "decision", "service", "execution", "recorded", "proposer", "proposed_at")
_GROWING = ("statements", "recused", "answerers", "circumstances")


@dataclass(frozen=True)
class Seen:
    """What the ledger of one case tells so far."""

    subject: str = ""
    proposer: str | None = None
    proposals: int = 0
    notices: int = 0
    notified: bool = False
    owed_answer: bool = False
    closed: bool = False
    investigators: frozenset[str] = frozenset()
    answerers: frozenset[str] = frozenset()
    recused: frozenset[str] = frozenset()
    voters: frozenset[str] = frozenset()
    filer: str | None = None
    decider: str | None = None
    measure: str | None = None
    served: bool = False
    executed: bool = False
    restored: bool = False
    revoked: bool = False

    def after(self, act: Act) -> "Seen":
        """What is known once `act` is read too."""
        match act.act:
            case ActName.CASE_PROPOSED:
                return replace(self, subject=act.subject or "", proposer=act.by, proposals=self.proposals + 1)
            case ActName.CASE_FILED:
                return replace(self, filer=act.by)
            case ActName.INVESTIGATED:
                return replace(self, investigators=frozenset(act.detail["posts"]))
            case ActName.FACTS_NOTIFIED:
                return replace(self, notified=True, closed=False, notices=min(self.notices + 1, 2))
            case ActName.STATEMENT_GIVEN:
                return replace(self, owed_answer=True)
            case ActName.STATEMENT_WAIVED | ActName.STATEMENT_LAPSED:
                return replace(self, closed=not self.owed_answer)
            case ActName.STATEMENT_ANSWERED:
                return replace(self, closed=True, owed_answer=False, answerers=self.answerers | {act.by or ""})
            case ActName.VOTE_CAST:
                return replace(self, voters=self.voters | {act.detail["member"]})
            case ActName.RECUSED:
                return replace(self, recused=self.recused | {act.detail["member"]})
            case ActName.MEASURE_DECIDED:
                return replace(self, measure=act.measure, decider=act.by)
            case ActName.DECISION_SERVED:
                return replace(self, served=True)
            case ActName.MEASURE_EXECUTED:
                return replace(self, executed=True)
            case ActName.REVIEW_DECIDED:
                return replace(self, measure=act.measure or self.measure, revoked=act.detail["outcome"] == "revoked")
            case ActName.RESTORED:
                return replace(self, restored=True, measure=None)
        return self


def violations(  # noqa: PLR0917 - a transition is all of these
    before: CaseState, seen: Seen, message: Any, at: datetime, result: CaseStep, directory: Directory
) -> Iterator[str]:
    """Every guarantee this transition breaks, by name."""
    if result.state is before and [act.act for act in result.acts] == [ActName.REFUSED]:
        # Nothing ran out, nothing changed, and the refusal is on record.
        return
    after, struck = result.state, result.acts[: result.struck]
    for act in struck:
        if act.act not in BY_SILENCE:
            yield f"W8 silence caused {act.act}"
    known = seen
    for act in result.acts:
        yield from _on_act(known, act, after, directory)
        known = known.after(act)
    yield from _visible(before, after, at, struck, directory)
    yield from _recorded(before, message, result)
    dropped = isinstance(message, DropCase) and message.why is DropReason.FINDING_WITHDRAWN and before.proposed_at
    if dropped and (after.open or after.standing is not None):
        yield "W7 a withdrawn finding left its case or its measure standing"
    if known.revoked and not known.restored:
        yield "W10 revoked and not restored"
    if known.restored and (after.standing is not None or after.clocks):
        yield "W10 something of a restored case still counts or runs"
    if known.measure is not None and after.standing != known.measure:
        yield f"W10 the ledger says {known.measure}, the state {after.standing}"


def _on_act(seen: Seen, act: Act, state: CaseState, directory: Directory) -> Iterator[str]:
    match act.act:
        case ActName.CASE_PROPOSED if seen.proposals:
            yield "W5 proposed twice"
        case ActName.VOTE_CAST:
            yield from _heard(seen, act)
            yield from _barred(seen, state, directory, act, act.detail["member"], voting=True)
        case ActName.MEASURE_DECIDED | ActName.CASE_DISMISSED | ActName.CASE_EXEMPTED:
            yield from _heard(seen, act)
            yield from _barred(seen, state, directory, act, act.by, voting=True)
        case ActName.CASE_FILED | ActName.CASE_DECLINED:
            yield from _barred(seen, state, directory, act, act.by)
        case ActName.INVESTIGATED:
            for post in act.detail["posts"]:
                yield from _barred(seen, state, directory, act, post)
            if len(set(act.detail["posts"])) < 2:
                yield "W3 investigated by fewer than two"
        case ActName.MEASURE_EXECUTED:
            yield from _executed(seen, act)
        case ActName.REVIEW_DECIDED:
            yield from _barred(seen, state, directory, act, act.by, voting=True)
            if act.by in seen.voters | {seen.decider, seen.filer}:
                yield f"W3 {act.by} took part and reviewed"
            if act.measure is not None and seen.measure is not None and _rank(act.measure) > _rank(seen.measure):
                yield f"W4 a review made {seen.measure} {act.measure}"


def _heard(seen: Seen, act: Act) -> Iterator[str]:
    if not (seen.notified and seen.closed and not seen.owed_answer):
        yield f"W1 {act.act} without served facts, a closed window and an answer"


def _executed(seen: Seen, act: Act) -> Iterator[str]:
    if not seen.served:
        yield "W2 executed without a served decision"
    if act.measure != seen.measure:
        yield f"W2 executed {act.measure}, decided {seen.measure}"
    code = (act.measure or "").split("+")[0]
    if code[0] in "ZC" or (code[0] == "P" and int(code[1:]) >= 6 and not act.detail.get("document")):
        yield f"W6 {act.measure} executed without the competent organ's document"


def _barred(  # noqa: PLR0917 - who, in what act, by what is known
    seen: Seen, state: CaseState, directory: Directory, act: Act, post: str | None, voting: bool = False
) -> Iterator[str]:
    if post in {seen.subject, seen.proposer, *seen.recused}:
        yield f"W3 {act.act} by {post}, subject, proposer or recused"
    if any(directory.serves(post, organ) for organ in state.organs):
        yield f"W3 {act.act} by {post} against the own organ"
    if voting and post in seen.investigators | seen.answerers:
        yield f"W3 {act.act} by {post}, who investigated or answered"


def _visible(
    before: CaseState, after: CaseState, at: datetime, struck: Sequence[Act], directory: Directory
) -> Iterator[str]:
    for watched in missed(after, at):
        yield f"W8 {watched.kind} fell due and did not fire"
    due = next_due(after)
    if due is not None and due.at <= at:
        yield f"W8 {due.kind} is due and was not worked off"
    fell_due = {clock.kind for clock in before.clocks.values() if clock.due_at <= at}
    told = {_STEP_OF[act.act] for act in struck if act.act in _STEP_OF}
    ended_first = any(act.act is ActName.CASE_LAPSED for act in struck)
    for kind in fell_due & OVERDUE.keys() - told:
        if not ended_first:
            yield f"W8 {kind} ran out and nothing says so"
    for act in struck:
        if act.act not in _STEP_OF and act.act is not ActName.CASE_LAPSED:
            continue
        step = _STEP_OF.get(act.act)
        silent = set(seats.SEATS[step].holders(before, directory)) if step else set()
        if not set(act.tell) - silent:
            yield f"W8 {act.act} is told to nobody but who let it run out"


def _recorded(before: CaseState, message: Any, result: CaseStep) -> Iterator[str]:
    """W9: nothing happens without an act, a refusal changes nothing, and what stands on record stays."""
    said = result.acts[result.struck :]
    if result.outcome is not None and not result.outcome.accepted:
        if [act.act for act in said] != [ActName.REFUSED]:
            yield "W9 a refusal leaves one act that says so"
        if not result.struck and result.state != before:
            yield "W9 a refused message changed the case"
    elif message is not None and not isinstance(message, DropCase) and not said:
        yield "W9 an accepted message left no act"
    for name in _KEPT:
        if getattr(before, name) is not None and getattr(result.state, name) != getattr(before, name):
            yield f"W9 {name} changed after it stood on record"
    for name in _GROWING:
        if len(getattr(result.state, name)) < len(getattr(before, name)):
            yield f"W9 {name} lost something"
    if isinstance(message, NoteFailure) and before.proposed_at and result.state.failures != before.failures + 1:
        yield "W5 a failure was not counted on the open case"


def _rank(measure: str) -> int:
    """How heavy, by the number in the code, which is the order of the contract's ladder."""
    return int(measure.split("+", maxsplit=1)[0][1:])
