"""Against whom may an office propose a case, and from what?

What both doors ask, that of a matter and that of a case an office opens by itself: the subject, who speaks, and the
source with its number or with the decided cases it rests on (engine.md 4; W3, W5, W10). When a command is possible is
for policies/cases.py and case_admissibility.py. The period of a series is that of accumulation in the procedure.
"""

from collections.abc import Iterator
from datetime import datetime

from models.case_messages import Propose
from models.cases import CaseSource, Cited, Source
from models.directory import Organ
from models.matters import Severity
from policies import ladder, seats
from policies.authority import Refused, given
from policies.directory import Directory
from policies.drafting import Facts
from policies.evidence import persons_of
from policies.wording import CASE_SOURCES

_RULE = "proposal"
_SOURCE = "source"
FEWEST_CASES = {CaseSource.CASE: 1, CaseSource.SERIES: 2}
"""How many decided cases a case rests on at least, by its source; those of any other source rest on none."""


def named(command: Propose, directory: Directory) -> str:
    """The subject that is named; refuses none, an unknown one, no facts, a severity that is none."""
    if command.sealed is not None:
        raise Refused("所述内容无法解封,请以新编号重新提出 what was said does not open: say it under a new id", _RULE)
    subject = given(command.subject, "被问责人 subject", _RULE)
    given(command.facts, "事实 facts", _RULE)
    if not directory.has_post(subject) and directory.find(subject) is None:
        raise Refused(f"名录中没有该岗位或单位 unknown post or organ: {subject}", _RULE)
    if command.severity is not None and command.severity not in set(Severity):
        accepted = "、".join(Severity)
        reason = f"严重程度 severity读不懂 not understood: {command.severity};可接受 accepted: {accepted}"
        raise Refused(reason, _RULE)
    return subject


OF_A_CASE = ("office", "leader", "panel", "reviewers")
"""What a proposal says of a case that an office opens by itself; that of a matter is the matter's."""
IN_A_MATTER = ("subject", "facts", "severity", "source", "reference", "cases", "reason")
"""What it says in either."""


def refuse_the_matters_own(command: Propose) -> None:
    """Refuse a proposal inside a matter that says what follows from the matter: it would not be heeded."""
    said = [name for name in OF_A_CASE if getattr(command, name)]
    if said:
        accepted = ", ".join(f"{name}=" for name in IN_A_MATTER)
        reason = f"{'、'.join(said)}: 由事项确定,不另写 follows from the matter;可接受 accepted: {accepted}"
        raise Refused(reason, _RULE)


def refuse_independent(command: Propose, directory: Directory) -> None:
    """Refuse a case against an independent organ, or a post of one."""
    if any(directory.organ(organ).independent for organ in seats.organs_of(directory, command.subject or "")):
        raise Refused("独立机关不由督办问责 independent organs are never supervised into a case", _RULE)


# --- the source -------------------------------------------------------------------------------------------------------


def source_of(command: Propose, facts: Facts, at: datetime) -> Source | None:
    """The source that is named, as it is kept; None where none is. `at` is the instant of the proposal.

    Refuses one that is not understood or not complete, cases that are unknown, undecided or revoked, a subject who is
    not responsible for the series, and a source from which a case against the same subject is open (W5).
    """
    kind = _kind(command)
    if kind is None:
        return None
    reference = (command.reference or "").strip() or None
    cases = persons_of(command.cases)
    if kind in FEWEST_CASES:
        _refuse_too_few(kind, cases)
        cited = [_standing(facts, case) for case in cases]
        if kind is CaseSource.SERIES:
            _refuse_not_responsible(command.subject or "", dict(zip(cases, cited, strict=True)), facts, at)
    elif cases:
        raise Refused(f"来源为 {kind.value} 的不写 cases: only source case or series rests on cases", _SOURCE)
    elif kind is not CaseSource.MATTER:
        given(command.reference, f"来源文书编号({CASE_SOURCES[kind]}) reference", _SOURCE)
    source = Source(kind=kind, reference=reference, cases=cases)
    _refuse_doubled(source, command.subject or "", facts)
    return source


def _kind(command: Propose) -> CaseSource | None:
    said = (command.source or "").strip()
    accepted = "、".join(f"{kind.value} {words}" for kind, words in CASE_SOURCES.items())
    if not said:
        if command.reference or command.cases:
            raise Refused(f"缺少来源 source is required;可接受 accepted: {accepted}", _SOURCE)
        return None
    kind = next((kind for kind, words in CASE_SOURCES.items() if said.lower() == kind.value or said == words), None)
    if kind is None:
        raise Refused(f"来源读不懂 source not understood: {said};可接受 accepted: {accepted}", _SOURCE)
    return kind


def _refuse_too_few(kind: CaseSource, cases: tuple[str, ...]) -> None:
    fewest = FEWEST_CASES[kind]
    if len(cases) < fewest:
        reason = f"{CASE_SOURCES[kind]}须写明所依案件 {fewest} 件以上 cases: rests on {fewest} or more decided cases"
        raise Refused(reason, _SOURCE)


def _standing(facts: Facts, case: str) -> Cited:
    """The case of that id; refuses an unknown one, one in which no measure was decided, and one revoked (W10)."""
    cited = facts.cited(case)
    if cited is None:
        raise Refused(f"没有这个案件 no such case: {case}", _SOURCE)
    if cited.decided_at is None:
        raise Refused(f"所依案件未决定问责 no measure was decided in the case: {case}", _SOURCE)
    if cited.standing is None:
        raise Refused(f"所依案件的决定已撤销 the measure of the case was revoked: {case}", _SOURCE)
    return cited


def _refuse_not_responsible(subject: str, cited: dict[str, Cited], facts: Facts, at: datetime) -> None:
    """Refuse a series that is not of subordinates of the subject, or not within the period before `at`."""
    since = ladder.accumulation_since(facts.policy, at)
    for case, one in cited.items():
        above = (organ for name in one.organs for organ in _upwards(facts.directory, name))
        if one.subject == subject or all(organ.head != subject for organ in above):
            reason = "被问责人须为所依案件单位或其上级单位的主要负责人 the subject must head its organ, or one above"
            raise Refused(f"{reason}: {case}", _SOURCE)
        if one.decided_at is None or one.decided_at < since:
            period = facts.policy.accumulation
            raise Refused(f"所依案件的决定早于 {period} 之前 decided more than {period} ago: {case}", _SOURCE)


def _upwards(directory: Directory, name: str) -> Iterator[Organ]:
    """The organ and all above it, nearest first, each once."""
    passed: set[str] = set()
    organ = directory.find(name)
    while organ is not None and organ.name not in passed:
        passed.add(organ.name)
        yield organ
        organ = directory.above(organ)


def _refuse_doubled(source: Source, subject: str, facts: Facts) -> None:
    """Refuse a second open case against the subject from the same document, or resting on one of the same cases."""
    for other in facts.open_against(subject):
        before = other.source
        if before is None or before.kind is not source.kind:
            continue
        same_document = source.reference is not None and source.reference == before.reference
        if same_document or not set(source.cases).isdisjoint(before.cases):
            raise Refused(f"对该对象已有同一来源的未结案件 a case from the same source is open: {other.id}", _RULE)


def fallen(source: Source | None, facts: Facts) -> tuple[str, ...]:
    """The cases of a source whose measure does not stand any more, in the order in which they were named."""
    if source is None:
        return ()
    cited = {case: facts.cited(case) for case in source.cases}
    return tuple(case for case, one in cited.items() if one is None or one.standing is None)
