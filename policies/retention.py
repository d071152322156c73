"""How long is a file kept, and when is its destruction refused?

A file is a matter with its cases, or a case without a matter; it has the longest period of all that is in it. Source:
parameters/retention.yaml (国家档案局令第8号). Who may is for policies/access.py, carrying it out for record/archive.py;
engine.md 4, W9.
"""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from importlib import resources

from models.cases import CASE_OVER, CaseStage, CaseState
from models.matters import MatterState, Stage
from models.retention import ClassCode, Period, Retention, RetentionClass, Term
from policies.documents import Document, DocumentError

_FILE = "policies/parameters/retention.yaml"
_NO_DECISION = frozenset(
    {CaseStage.DECLINED, CaseStage.DISMISSED, CaseStage.EXEMPTED, CaseStage.WITHDRAWN, CaseStage.LAPSED}
)


def read_retention(text: str, file: str) -> Retention:
    """A checked table. Raises DocumentError: a class missing or doubled, dates out of order, no source."""
    document = Document(text, file)
    table = document.read(Retention)
    codes = [one.code for one in table.classes]
    mistakes = [
        document.mistake(("classes",), f"须有且只有一次 exactly once: {code}")
        for code in ClassCode
        if codes.count(code) != 1
    ]
    for place, one in enumerate(table.classes):
        days = [period.since for period in one.dated]
        if days != sorted(set(days)):
            at = ("classes", place, "dated")
            mistakes.append(document.mistake(at, "日期须依次递增 the dates must ascend"))
    if mistakes:
        raise DocumentError(mistakes)
    return table


@lru_cache(maxsize=1)
def standard_retention() -> Retention:
    """The table the project ships. Raises DocumentError when it is broken."""
    text = (resources.files("policies") / "parameters" / "retention.yaml").read_text(encoding="utf-8")
    return read_retention(text, _FILE)


# --- one file ---------------------------------------------------------------------------------------------------------


def class_of_matter(state: MatterState, table: Retention) -> ClassCode:
    """The class of a matter by itself, without its cases."""
    terms = state.terms
    if terms is None:
        return ClassCode.MATTER_ORDINARY
    if terms.basis in table.petitions.bases:
        return ClassCode.PETITION
    if terms.basis in table.important.bases or terms.severity in table.important.severities:
        return ClassCode.MATTER_IMPORTANT
    return ClassCode.MATTER_ORDINARY


def class_of_case(state: CaseState, table: Retention, *, referred: bool = False) -> ClassCode:
    """The class of a case: by the gravest measure that was ever decided in it, revoked ones included.

    `referred` says that it was handed over to discipline or justice.
    """
    decided = {state.decision.measure} if state.decision is not None else set()
    if state.review is not None and state.review.after:
        decided.add(state.review.after)
    if referred or not decided <= set(table.light.measures):
        return ClassCode.CASE_GRAVE
    return ClassCode.CASE_LIGHT if decided else ClassCode.CASE_NO_MEASURE


def term(
    state: MatterState | CaseState,
    cases: Sequence[CaseState],
    closed_on: date,
    table: Retention,
    *,
    referred: frozenset[str] = frozenset(),
) -> Term:
    """How long the file of a matter (with these cases) or of a case alone is kept.

    `closed_on` is the local date of the last act in it; the values in force on that day count. `referred` names the
    cases that were handed over. The period runs from 1 January of the next year.
    """
    every = [state, *cases] if isinstance(state, CaseState) else list(cases)
    codes = [class_of_case(case, table, referred=case.id in referred) for case in every]
    if isinstance(state, MatterState):
        codes.append(class_of_matter(state, table))
    found = [_on(table, code, closed_on) for code in dict.fromkeys(codes)]
    longest, period = max(found, key=lambda one: (one[1].permanent, one[1].years or 0))
    over = all(case.stage in CASE_OVER for case in every) and (
        isinstance(state, CaseState) or state.stage in (Stage.ARCHIVED, Stage.REFUSED)
    )
    due = date(closed_on.year + 1 + period.years, 1, 1) if over and period.years is not None else None
    return Term(
        code=longest.code,
        zh=longest.zh,
        years=period.years,
        closed_on=closed_on if over else None,
        due_on=due,
        source=period.source,
        unverified=period.unverified,
    )


def _on(table: Retention, code: ClassCode, on: date) -> tuple[RetentionClass, Period]:
    one = next(one for one in table.classes if one.code is code)
    return one, next((period for period in reversed(one.dated) if period.since <= on), one.dated[0])


# --- when ------------------------------------------------------------------------------------------------------------


def refuse_destruction(kept: Term, today: date, *, held: bool) -> str | None:
    """Why a file may not be destroyed on the local date `today`; None where it may."""
    if held:
        return "已暂停销毁 it is on hold"
    if kept.closed_on is None:
        return "卷内尚有未了结的事项或案件 something in it is not over"
    if kept.due_on is None:
        return f"永久保管 kept for ever ({kept.zh})"
    if today < kept.due_on:
        return f"保管期限未满,至 {kept.due_on} its retention runs until that day"
    return None
