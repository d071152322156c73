"""Who would have been reminded, supervised or proposed differently under another policy, by organ and kind?

Each family of matters is lived again under the old policy and under the new one; what was counted, matter by matter, is
what clocks did and what was refused. A matter whose record the old policy does not give again is counted apart. Reading
the record is for others.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from models.acts import Act, ActName
from models.matters import Light
from models.messages import Registration
from policies.calendar import CalendarError
from policies.deadlines import local_date, working_days_between
from rehearsal.printing import line
from rehearsal.retracing import (
    Heard,
    Lived,
    Recorded,
    Retraced,
    UntraceableError,
    World,
    admitted,
    live_again,
    retrace,
)
from rehearsal.targets import PolicyOn

EXAMPLES = 10
"""How many matters of a sort are named where all would be too many."""


class Kind(StrEnum):
    """What can befall a matter without anybody's saying so, and a saying that is refused, in the order of a report."""

    REMINDED = "reminded"
    YELLOW = "light_yellow"
    RED = "light_red"
    SIGN_OVERDUE = "sign_overdue"
    SIGN_REMINDED = "sign_reminded"
    PROGRESS_OVERDUE = "progress_overdue"
    CO_OVERDUE = "co_overdue"
    OVERDUE = "overdue"
    SUPERVISED = "supervised"
    EXPLANATION_ASKED = "explanation_asked"
    RECTIFICATION_ORDERED = "rectification_ordered"
    RECTIFICATION_OVERDUE = "rectification_overdue"
    PROPOSED = "proposed"
    FAILURE_NOTED = "failure_noted"
    FILING_OVERDUE = "filing_overdue"
    APPROVAL_OVERDUE = "approval_overdue"
    EXTENSION_LAPSED = "extension_lapsed"
    TRANSFER_LAPSED = "transfer_lapsed"
    OBJECTION_OVERDUE = "objection_overdue"
    SUSPENSION_OVERDUE = "suspension_overdue"
    VERIFICATION_OVERDUE = "verification_overdue"
    VERIFICATION_ESCALATED = "verification_escalated"
    REFUSED = "refused"


_KINDS = {
    **{ActName(kind.value): kind for kind in Kind if kind.value in set(ActName)},
    ActName.IMPORTED_OVERDUE: Kind.OVERDUE,
    ActName.CASE_PROPOSED: Kind.PROPOSED,
}
_LIGHTS = {Light.YELLOW.value: Kind.YELLOW, Light.RED.value: Kind.RED}


class LeftOut(StrEnum):
    """Why a matter could not be compared."""

    UNTRACEABLE = "untraceable"
    OTHER_PROCEDURE = "other_procedure"
    NO_POLICY = "no_policy"
    BEYOND_CALENDAR = "beyond_calendar"


@dataclass(slots=True)
class Count:
    """How often something befell matters, and how many of them; `newly` and `no_longer` count matters too."""

    old: int = 0
    new: int = 0
    old_matters: int = 0
    new_matters: int = 0
    newly: int = 0
    no_longer: int = 0

    def add(self, old: int, new: int) -> None:
        """Count one more matter that something befell so often."""
        self.include(Count(old, new, old > 0, new > 0, new > 0 and not old, old > 0 and not new))

    def include(self, other: "Count") -> None:
        """Add another count to this one."""
        for name in ("old", "new", "old_matters", "new_matters", "newly", "no_longer"):
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass(frozen=True, slots=True)
class Changed:
    """One matter that something would have befallen more often or less; `posts` are its subjects, or who was told."""

    matter_id: str
    title: str
    organ: str
    kind: Kind
    old: int
    new: int
    posts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RefusedNow:
    """Something that was said and admitted, and that the new policy would have refused."""

    matter_id: str
    at: datetime
    do: str
    by: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Unlike:
    """One matter whose record the old policy does not give again: the first act that differs, as recorded and now."""

    matter_id: str
    recorded: str | None
    now: str | None


@dataclass(slots=True)
class Comparison:
    """What two policies come to over many matters; comparisons of parts can be put together in the order of the parts.

    `due_shifts` holds, for every matter whose limit ends at another instant, by how many working days (later: more than
    0). `versions` counts the matters by the policy version they were recorded under.
    """

    compared: int = 0
    counts: dict[tuple[str, Kind], Count] = field(default_factory=dict)
    notices: dict[str, Count] = field(default_factory=dict)
    changed: list[Changed] = field(default_factory=list)
    refused: list[RefusedNow] = field(default_factory=list)
    due_shifts: list[int] = field(default_factory=list)
    versions: Counter[str] = field(default_factory=Counter)
    unlike: int = 0
    unlike_examples: list[Unlike] = field(default_factory=list)
    left_out: Counter[LeftOut] = field(default_factory=Counter)
    left_out_examples: list[tuple[str, LeftOut, str]] = field(default_factory=list)

    def include(self, later: "Comparison") -> None:
        """Add the comparison of further matters."""
        self.compared += later.compared
        for key, count in later.counts.items():
            self.counts.setdefault(key, Count()).include(count)
        for post, count in later.notices.items():
            self.notices.setdefault(post, Count()).include(count)
        self.changed += later.changed
        self.refused += later.refused
        self.due_shifts += later.due_shifts
        self.versions.update(later.versions)
        self.unlike += later.unlike
        self.unlike_examples = [*self.unlike_examples, *later.unlike_examples][:EXAMPLES]
        self.left_out.update(later.left_out)
        self.left_out_examples = [*self.left_out_examples, *later.left_out_examples][:EXAMPLES]

    @property
    def organs(self) -> tuple[str, ...]:
        """The leads of the matters compared, in the order of their names."""
        return tuple(sorted({organ for organ, _ in self.counts}))

    def of(self, organ: str | None) -> dict[Kind, Count]:
        """What befell the matters of one lead, or all of them (None), in the order of the kinds."""
        found: dict[Kind, Count] = {}
        for kind in Kind:
            for (lead, other), count in self.counts.items():
                if other is kind and organ in (None, lead):
                    found.setdefault(kind, Count()).include(count)
        return found


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of every matter: two policies by day of registration, and what was so up to `until` (inclusive).

    Matters recorded under another procedure than the one named `procedure` are not asked about, nor are those
    registered before `since` or at `before` or later (None: no bound), though they are lived with their family.
    """

    old: PolicyOn
    new: PolicyOn
    procedure: str
    world: World
    until: datetime
    since: datetime | None = None
    before: datetime | None = None

    def asks_about(self, registered_at: datetime) -> bool:
        """Whether a matter registered at this instant is asked about."""
        early = self.since is not None and registered_at < self.since
        return not early and (self.before is None or registered_at < self.before)


def compare(families: Iterable[tuple[str, Sequence[Recorded]]], question: Question) -> Comparison:
    """The comparison over these families, each named after the matter at its top, with all acts in order of recording.

    What cannot be compared is counted, each matter for itself.
    """
    comparison = Comparison()
    for family_id, recorded in families:
        asked = [matter_id for matter_id, at in admitted(recorded).items() if question.asks_about(at)]
        try:
            found = _lived_twice(family_id, recorded, question) if asked else {}
        except _LeftOutError as error:
            for matter_id in asked:
                _leave_out(comparison, matter_id, error.reason, str(error))
            continue
        for matter_id in asked:
            _add(comparison, *found[matter_id], question.world)
    return comparison


def lived_twice(
    family_id: str, recorded: Sequence[Recorded], question: Question
) -> tuple[dict[str, tuple[tuple[Act, ...], tuple[Act, ...]]], LeftOut | None]:
    """The acts of every admitted matter of a family as the old policy and the new one give them, cases included.

    None, and the reason, where the family cannot be compared.
    """
    try:
        found = _lived_twice(family_id, recorded, question)
    except _LeftOutError as error:
        return dict.fromkeys(admitted(recorded), ((), ())), error.reason
    return {matter_id: (old.acts, new.acts) for matter_id, (_, old, new) in found.items()}, None


class _LeftOutError(Exception):
    """A family that cannot be compared."""

    def __init__(self, reason: LeftOut, why: str) -> None:
        super().__init__(why)
        self.reason = reason


def _lived_twice(
    family_id: str, recorded: Sequence[Recorded], question: Question
) -> dict[str, tuple[Retraced, Lived, Lived]]:
    """Every admitted matter of a family, lived under the old policy and the new one; raises _LeftOutError."""
    try:
        family = retrace(family_id, recorded)
    except UntraceableError as error:
        raise _LeftOutError(LeftOut.UNTRACEABLE, str(error)) from error
    if family is None:
        return {}
    version = family.matters[family_id].policy
    if version.partition("@")[0] != question.procedure:
        raise _LeftOutError(LeftOut.OTHER_PROCEDURE, version)
    try:
        for on in dict.fromkeys(local_date(one.registered_at) for one in family.matters.values()):
            question.old(on), question.new(on)
    except LookupError as error:
        raise _LeftOutError(LeftOut.NO_POLICY, str(error)) from error
    policies = question.old, question.new
    try:
        old, new = (live_again(family, policy_on, question.world, question.until) for policy_on in policies)
    except CalendarError as error:
        raise _LeftOutError(LeftOut.BEYOND_CALENDAR, str(error)) from error
    return {matter_id: (one, old[matter_id], new[matter_id]) for matter_id, one in family.matters.items()}


def _leave_out(comparison: Comparison, matter_id: str, reason: LeftOut, why: str) -> None:
    comparison.left_out[reason] += 1
    if len(comparison.left_out_examples) < EXAMPLES:
        comparison.left_out_examples.append((matter_id, reason, why))


def _add(comparison: Comparison, retraced: Retraced, old: Lived, new: Lived, world: World) -> None:
    comparison.compared += 1
    comparison.versions[retraced.policy] += 1
    unlike = first_difference(retraced, old)
    if unlike is not None:
        comparison.unlike += 1
        comparison.unlike_examples = [*comparison.unlike_examples, unlike][:EXAMPLES]
    _count(comparison, retraced, old, new)
    _count_notices(comparison, old.acts, new.acts)
    in_vain = [heard for heard, _ in old.refused]
    comparison.refused += [
        _refused_now(retraced.matter_id, heard, outcome.reason or "")
        for heard, outcome in new.refused
        if heard not in in_vain
    ]
    before, after = old.state.limit, new.state.limit
    if before is not None and after is not None and before.due_at != after.due_at:
        comparison.due_shifts.append(working_days_between(before.last_day, after.last_day, world.calendar))


def _count(comparison: Comparison, retraced: Retraced, old: Lived, new: Lived) -> None:
    before, after = _befallen(old, retraced), _befallen(new, retraced)
    order = list(Kind)
    for organ, kind in sorted(before.keys() | after.keys(), key=lambda key: (order.index(key[1]), key[0])):
        was, would_be = before.get((organ, kind), []), after.get((organ, kind), [])
        comparison.counts.setdefault((organ, kind), Count()).add(len(was), len(would_be))
        if len(was) != len(would_be):
            posts = tuple(dict.fromkeys(post for told in (*was, *would_be) for post in told))
            title = retraced.registration.title or ""
            changed = Changed(retraced.matter_id, title, organ, kind, len(was), len(would_be), posts)
            comparison.changed.append(changed)


def _befallen(lived: Lived, retraced: Retraced) -> dict[tuple[str, Kind], list[tuple[str, ...]]]:
    """Whom each thing that befell the matter was about, or was told to, by the lead at that time and the kind."""
    found: dict[tuple[str, Kind], list[tuple[str, ...]]] = {}
    for act, lead in zip(lived.acts, lived.leads, strict=True):
        kind = _LIGHTS.get(act.light or "") if act.act is ActName.LIGHT_CHANGED else _KINDS.get(act.act)
        if kind is not None:
            found.setdefault((lead, kind), []).append((act.subject,) if act.subject else act.tell)
    for heard, _ in lived.refused:
        lead = lived.state.terms.lead if lived.state.terms else retraced.registration.lead or ""
        found.setdefault((lead, Kind.REFUSED), []).append(tuple(filter(None, (_said_by(heard),))))
    return found


def _count_notices(comparison: Comparison, old: Iterable[Act], new: Iterable[Act]) -> None:
    """Count what each post would be sent: an act told to three posts is three notices."""
    before, after = (Counter(post for act in acts for post in act.tell) for acts in (old, new))
    for post in before | after:
        comparison.notices.setdefault(post, Count()).add(before[post], after[post])


def _said_by(heard: Heard) -> str | None:
    return None if isinstance(heard.said, str) else heard.said.by


def _refused_now(matter_id: str, heard: Heard, reason: str) -> RefusedNow:
    do = "register" if isinstance(heard.said, Registration | str) else heard.said.do
    return RefusedNow(matter_id, heard.at, do, _said_by(heard), reason)


def first_difference(retraced: Retraced, lived: Lived) -> Unlike | None:
    """The first act in which the record and a life lived again differ, as people read acts; None where they agree."""
    recorded, now = _by_target(retraced.acts), _by_target(lived.acts)
    if recorded == now:
        return None
    for target in dict.fromkeys((*recorded, *now)):
        was, would_be = recorded.get(target, []), now.get(target, [])
        for place in range(max(len(was), len(would_be))):
            one, other = (line(acts[place]) if place < len(acts) else None for acts in (was, would_be))
            if one != other:
                return Unlike(retraced.matter_id, one, other)
    return None


def _by_target(acts: Iterable[Act]) -> dict[str, list[Act]]:
    """The acts of each target in the order of their instants: a played year is recorded in that order."""
    found: dict[str, list[Act]] = {}
    for act in sorted(acts, key=lambda act: act.at):
        found.setdefault(act.target, []).append(act)
    return found
