"""What is shown of a case to programs: where it stands, who has a seat, and did every clock that fell due fire?"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from models.acts import Act, ActName
from models.cases import CaseClockKind, CaseSource, CaseState
from models.ladder import Ladder
from policies.deadlines import local_date
from policies.ladder import mark_of, measures_of, standard_ladder
from policies.watchdog import Watched, watch
from policies.wording import CASE_SOURCES, CASE_STAGES, source_words
from showing.matters import local


def case_document(case: CaseState, at: datetime, cited: Mapping[str, CaseState]) -> dict[str, Any]:
    """The case for programs, as far as its state may be read; `cited` are the cases it rests on, by id.

    `*_words` are what people are shown: measures carry the mark of what nobody has checked.
    """
    source = case.source
    return {
        "id": case.id,
        "matter_id": case.matter_id,
        "title": case.title,
        "stage": case.stage,
        "subject": case.subject,
        "source": source and {
            "kind": source.kind,
            "reference": source.reference,
            "cases": [{"id": one, "stage": cited[one].stage, "standing": cited[one].standing}
                      for one in source.cases if one in cited],
        },
        "source_words": _source(case),
        "rests_on_words": "、".join(f"{one} {_standing(state)}" for one, state in cited.items()),
        "severity": case.severity,
        "measure": case.measure,
        "measure_words": _labels(case, case.measure),
        "standing": case.standing,
        "standing_words": _labels(case, case.standing),
        "unverified": _unverified(case),
        "count": case.count,
        "proposer": case.proposer,
        "office": case.office,
        "leader": case.leader,
        "panel": case.panel,
        "reviewers": case.reviewers,
        "recused": case.recused,
        "ballot": case.ballot,
        "proposed_at": local(case.proposed_at),
        "ended_at": local(case.ended_at),
        "policy": case.policy,
        "allegation": case.allegation,
        "facts": case.facts and case.facts.text,
        "statements": [one.text for one in case.statements],
        "clocks": [
            {"clock": one.kind, "due": local(one.due_at), "watch": one.watch, "why": one.why, "fired": one.fired,
             "told": one.told, "mark": _mark(case, one), "unverified": bool(_mark(case, one))}
            for one in watch(case, at)
        ],
    }  # fmt: skip


def _source(case: CaseState) -> str:
    if case.source is not None:
        return f"{source_words(case.source)} {case.source.kind.value}"
    # Kept since cases say where they come from; before that the matter was the only source on record.
    return f"{CASE_SOURCES[CaseSource.MATTER]} matter" if case.matter_id else "未写明 not said"


def _standing(state: CaseState) -> str:
    return f"{CASE_STAGES[state.stage]}{f' {state.standing}' if state.standing else ''}"


def _ladder(case: CaseState) -> Ladder | None:
    """The ladder of the day on which the case was proposed; None before that."""
    return standard_ladder().in_force(local_date(case.proposed_at)) if case.proposed_at else None


def _labels(case: CaseState, measure: str | None) -> str:
    """A measure in words, with the mark of what nobody has checked."""
    ladder = _ladder(case)
    return "、".join(one.label for one in measures_of(ladder, measure)) if ladder and measure else ""


def _unverified(case: CaseState) -> dict[str, tuple[str, ...]]:
    """Of the measures shown, by code, the values that nobody has checked."""
    ladder = _ladder(case)
    shown = [measure for measure in (case.measure, case.standing) if measure] if ladder else []
    entries = (one for measure in shown if ladder for one in measures_of(ladder, measure))
    return {one.code: one.unverified for one in entries if one.unverified}


def _mark(case: CaseState, one: Watched) -> str:
    """The mark beside a clock whose length in the ladder nobody has checked; empty for any other."""
    ladder, decided = _ladder(case), case.standing or (case.decision.measure if case.decision else None)
    if ladder is None or decided is None or one.kind not in (CaseClockKind.EXECUTION, CaseClockKind.EFFECT):
        return ""
    return mark_of(ladder, decided, one.kind.value)


def without_vote(act: Act) -> Act:
    """A vote without what was voted; that somebody voted, and on which ballot, stays. Other acts as they are."""
    if act.act is not ActName.VOTE_CAST:
        return act
    kept = {name: value for name, value in act.detail.items() if name == "ballot"}
    return act.model_copy(update={"detail": kept, "reason": None})
