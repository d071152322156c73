"""Do W1 to W10 hold in every state that small casts can reach, and would a broken rule be found out?"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from models.acts import ActName
from models.case_messages import (
    AnswerStatement,
    Decide,
    DecideReview,
    DropCase,
    Execute,
    File,
    Investigate,
    NotifyFacts,
    OpenCase,
    Vote,
)
from models.cases import CaseClock, CaseClockKind, CaseStage, ReviewOutcome, Service
from models.ladder import Track
from models.matters import Severity
from policies import case_admissibility, case_commands, evidence, ladder
from policies.case import RULES, CaseRules, Rule
from policies.case_drafts import CaseDraft
from tests.policies.case_explorer import CASTS, TERMINAL, Cast, GuaranteeBroken, explore

BOUND = 600
"""States of one cast in the ordinary run; `python -m tests.policies.case_explorer` walks them all."""


@pytest.mark.parametrize("cast", CASTS, ids=lambda cast: cast.name)
def test_no_transition_of_a_small_cast_breaks_a_guarantee(cast: Cast) -> None:
    found = explore(cast, bound=BOUND)
    print(found)  # noqa: T201 - the figures of the walk
    assert found.states >= 150
    assert found.transitions > 10 * found.states


def test_the_walks_come_to_every_stage() -> None:
    casts = [cast for cast in CASTS if cast.extras >= {"exempt"} or cast.extras >= {"review"} or "drop" in cast.extras]
    seen = {stage for cast in casts for stage in explore(cast, bound=BOUND).stages}
    assert seen >= TERMINAL


# --- mutants ----------------------------------------------------------------------------------------------------------

SMALL = Cast(
    "小 small",
    "局长",
    severity=Severity.GRAVE,
    speakers=("市长", "区长", "督查岗", "局长", "监委主任"),
    extras=frozenset({"review", "drop", "mitigate"}),
)
PANEL = replace(SMALL, severity=Severity.ORDINARY, panel=("区长", "监委主任", "局长"), reviewers=("区长", "监委主任"))
PROPOSED = replace(PANEL, opened_by="督查岗", panel=("区长", "督查岗"), reviewers=("督查岗",))


def without(message: type, *dropped: str, effect: Callable[[CaseDraft, Any], None] | None = None) -> CaseRules:
    """The rules with the named guards of one message left out, or with another effect in place of its own."""
    rule = RULES.messages[message]
    guards = tuple(guard for guard in rule.guards if guard.__name__ not in dropped)
    assert len(guards) == len(rule.guards) - len(dropped)
    return replace(RULES, messages={**RULES.messages, message: Rule(guards, effect or rule.effect)})


def striking(kind: CaseClockKind, strike: Callable[[CaseDraft, CaseClock], None]) -> CaseRules:
    """The rules with another thing happening when this clock runs out."""
    return replace(RULES, strikes={**RULES.strikes, kind: strike})


def _votes_while_the_window_is_open() -> CaseRules:
    rule = RULES.messages[Vote]
    guards = tuple(guard for guard in rule.guards if guard.__name__ != "_window_closed" and guard is not rule.guards[1])
    return replace(RULES, messages={**RULES.messages, Vote: Rule(guards, rule.effect)})


def _keeps_the_old_window(draft: CaseDraft, command: NotifyFacts) -> None:
    window = draft.state.window
    RULES.messages[NotifyFacts].effect(draft, command)
    if window is not None:
        draft.change(window=window, stage=CaseStage.DECIDING)


def _decides_by_silence(draft: CaseDraft, clock: CaseClock) -> None:
    case_commands._decide_measure(draft, Decide(message_id="silence"), draft.state.measure, (), None)


def _executes_unserved(draft: CaseDraft, command: Execute) -> None:
    decision = draft.state.decision
    if decision is not None and draft.state.service is None:
        receipt = evidence.receipt_of("签收", "service")
        draft.change(service=Service(decision=decision, at=draft.at, by="", receipt=receipt))
    RULES.messages[Execute].effect(draft, command)


def _reviews_upwards(draft: CaseDraft, command: DecideReview) -> None:
    review = draft.state.review
    measure = ladder.read_measure(draft.ladder, Track.PERSON, command.measure or "")
    if review is None or measure is None:
        RULES.messages[DecideReview].effect(draft, command)
        return
    draft.halt(CaseClockKind.REVIEW)
    draft.change(review=review.model_copy(update={"outcome": ReviewOutcome.LIGHTER, "after": measure}))
    draft.note(ActName.REVIEW_DECIDED, by=command.by, measure=measure, detail={"outcome": "lighter"})


def _revokes_without_restoring(draft: CaseDraft, command: DecideReview) -> None:
    review = draft.state.review
    if review is None or command.outcome != "revoked":
        RULES.messages[DecideReview].effect(draft, command)
        return
    draft.halt(CaseClockKind.REVIEW)
    draft.change(review=review.model_copy(update={"outcome": ReviewOutcome.REVOKED}))
    draft.note(ActName.REVIEW_DECIDED, by=command.by, detail={"outcome": "revoked"})


def _keeps_what_fell(draft: CaseDraft, message: DropCase) -> None:
    """Nothing happens to the case whose finding fell."""


def _runs_out_unsaid(draft: CaseDraft, clock: CaseClock) -> None:
    """The clock runs out and nobody hears of it."""


def _forgets_what_was_said(draft: CaseDraft, command: AnswerStatement) -> None:
    RULES.messages[AnswerStatement].effect(draft, command)
    draft.change(statements=())


MUTANTS: list[tuple[str, str, Cast, Callable[[], CaseRules]]] = [
    ("W1", "votes while the window is open", PANEL, _votes_while_the_window_is_open),
    ("W1", "new facts keep the old window", SMALL, lambda: without(NotifyFacts, effect=_keeps_the_old_window)),
    ("W2", "executes unserved", PANEL, lambda: without(Execute, "_decision_served", "_done_in_time",
                                                       effect=_executes_unserved)),
    ("W3", "anybody votes", PANEL, lambda: without(Vote, "_may_vote")),
    ("W3", "anybody investigates", PROPOSED, lambda: without(Investigate, "_two_investigators")),
    ("W3", "anybody reviews", PROPOSED, lambda: _unseated(DecideReview)),
    ("W3", "anybody decides", SMALL, lambda: _unseated(Decide)),
    ("W3", "anybody files", SMALL, lambda: _unseated(File)),
    ("W4", "a review upwards", PANEL, lambda: without(DecideReview, "_never_heavier", effect=_reviews_upwards)),
    ("W5", "proposed twice", SMALL, lambda: without(OpenCase, "unknown_case")),
    ("W6", "removed without the appointing organ", SMALL, lambda: without(Execute, "_documented")),
    ("W7", "a fallen finding stands", SMALL, lambda: without(DropCase, effect=_keeps_what_fell)),
    ("W8", "filing runs out unsaid", SMALL, lambda: striking(CaseClockKind.FILING, _runs_out_unsaid)),
    ("W8", "an answer runs out unsaid", SMALL, lambda: striking(CaseClockKind.ANSWER, _runs_out_unsaid)),
    ("W8", "silence decides", SMALL, lambda: striking(CaseClockKind.DECISION, _decides_by_silence)),
    ("W9", "statements forgotten", SMALL, lambda: without(AnswerStatement, effect=_forgets_what_was_said)),
    ("W10", "revoked and not restored", PANEL, lambda: without(DecideReview, effect=_revokes_without_restoring)),
]  # fmt: skip


def _unseated(message: type) -> CaseRules:
    """The rules with nobody asked by what right he takes this step."""
    rule = RULES.messages[message]
    guards = tuple(guard for guard in rule.guards if "by.<locals>" not in guard.__qualname__)
    assert len(guards) == len(rule.guards) - 1
    return replace(RULES, messages={**RULES.messages, message: Rule(guards, rule.effect)})


@pytest.mark.parametrize(
    ("guarantee", "name", "cast", "mutant"), MUTANTS, ids=[f"{mutant[0]} {mutant[1]}" for mutant in MUTANTS]
)
def test_a_broken_rule_is_found_out(guarantee: str, name: str, cast: Cast, mutant: Callable[[], CaseRules]) -> None:
    with pytest.raises(GuaranteeBroken, match=rf"^{guarantee} "):
        explore(cast, rules=mutant(), bound=2500)


def test_every_guarantee_has_a_mutant() -> None:
    assert {guarantee for guarantee, *_ in MUTANTS} == {f"W{number}" for number in range(1, 11)}


def test_the_casts_of_the_mutants_break_nothing_by_themselves() -> None:
    for cast in (SMALL, PANEL, PROPOSED):
        explore(cast, bound=200)


def test_guards_are_told_apart_by_name() -> None:
    assert {guard.__name__ for rule in RULES.messages.values() for guard in rule.guards} >= {
        "_window_closed", "_may_vote", "_documented", "unknown_case"
    }  # fmt: skip
    assert case_admissibility.GUARDS.keys() == RULES.messages.keys()
