"""How does one transition come together, whatever it is about?

What the drafts of a matter and of a case have in common: the facts the rules rely on, noting acts with the ruling
behind each, clocks that run and stop. Whom a role means, and which clock ends when, is for each draft.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, Generic, Protocol, Self, TypeVar

from models.acts import Act, ActName, Ruling
from models.blocks import Plan
from models.cases import CaseState, Cited
from models.matters import MatterState, Running
from models.policy import Policy, Role
from models.proceedings import ProceedingState
from policies.calendar import Calendar
from policies.counting import Counting
from policies.directory import Directory
from policies.ladder import LadderFile, standard_ladder


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules may rely on: the policy it started under, calendar, counting rules, directory, precedents, ladder.

    `measures_decided(subject, since, until)` counts the measures decided and not revoked in [since, until).
    `other(id)` is the state of another matter, None for an unknown one; `twin(lead, title)` the id of an open one.
    `other_proceeding(id)` is the state of another proceeding, petition or duty, None for an unknown one.
    `recorded(id)` are the acts of a matter recorded before this transition, in the order of its chain. `cited(id)` is
    what a case has to know of another, None for an unknown one; `open_against(subject)` are the open cases against it,
    `resting_on(id)` those, open or decided, that rest on the case. `plan` is the block procedure of a proceeding;
    `same_subject(procedure, subject)` are the other proceedings of that procedure about the subject that are open, or
    whose grant is valid, by id; `offences(procedure, subject, since, until)` counts the offences registered in
    [since, until); `granted` are those of a procedure in which something about the subject was granted, or consent
    deemed, in [since, until), by id. Left out, there is no other matter, case or proceeding and nothing is recorded.
    `attached(target, post)` are the hashes of the files that the post has handed in to the target, of which a message
    may name `attachments_most`; None where there are no files to know of.
    """

    policy: Policy
    calendar: Calendar
    counting: Counting
    directory: Directory
    measures_decided: Callable[[str, datetime, datetime], int]
    other: Callable[[str], MatterState | None] = lambda _: None
    twin: Callable[[str, str], str | None] = lambda _lead, _title: None
    recorded: Callable[[str], Sequence[ActName]] = lambda _: ()
    cited: Callable[[str], Cited | None] = lambda _: None
    open_against: Callable[[str], Sequence[CaseState]] = lambda _: ()
    resting_on: Callable[[str], Sequence[CaseState]] = lambda _: ()
    ladder: LadderFile = field(default_factory=standard_ladder)
    plan: Plan | None = None
    other_proceeding: Callable[[str], ProceedingState | None] = lambda _: None
    same_subject: Callable[[str, str], Sequence[str]] = lambda _procedure, _subject: ()
    offences: Callable[[str, str, datetime, datetime], int] = lambda _procedure, _subject, _since, _until: 0
    granted: Callable[[str, str, datetime, datetime], Sequence[str]] = lambda _procedure, _subject, _since, _until: ()
    attached: Callable[[str, str], Collection[str]] | None = None
    attachments_most: int = 10


@lru_cache(maxsize=4096)
def _ruling(entry: str, rules: tuple[str, ...], policy: str, calendar: str) -> Ruling:
    # The same few again and again: one value serves all the acts of a day.
    return Ruling(entry=entry, rules=rules, policy=policy, calendar=calendar)


class _Kept(Protocol):
    """A state that drafts can work on."""

    @property
    def id(self) -> str: ...

    @property
    def clocks(self) -> Mapping[Any, Any]: ...

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self: ...


State = TypeVar("State", bound=_Kept)


class Drafting(ABC, Generic[State]):
    """One transition at the instant `at`: `state` is what it comes to, `acts` what was noted on the way.

    `stood` is the state at each act, for the documents that are issued with it.
    """

    def __init__(self, state: State, at: datetime, facts: Facts) -> None:
        self.state: State = state
        self.at = at
        self.facts = facts
        self.acts: list[Act] = []
        self.stood: list[State] = []

    def change(self, **fields: Any) -> None:
        """Put new values in place of parts of the state."""
        self.state = self.state.model_copy(update=fields)

    def note(self, act: ActName, *, entry: str = "", target: str | None = None, **fields: Any) -> None:
        """Note that `act` happened now; whom to tell is the policy's to say, `also` are told beside them."""
        rules, also = fields.pop("rules", ()), fields.pop("also", ())
        ruling = None
        if entry:
            ruling = _ruling(entry, tuple(rules), self._policy_key, self.facts.calendar.version)
        self.acts.append(
            Act(
                at=self.at,
                target=target or self.state.id,
                act=act,
                ruling=ruling,
                tell=tuple(dict.fromkeys((*self._told(act, fields.get("subject")), *also))),
                **fields,
            )
        )
        self.stood.append(self.state)

    def note_clock(self, act: ActName, clock: Running, *, entry: str, **fields: Any) -> None:
        """Note an act that sets or moves a clock, with its due instant and where that came from."""
        provisional = True if clock.provisional else None
        self.note(act, entry=entry, rules=clock.rules, due=clock.due_at, provisional=provisional, **fields)

    def start(self, clock: Running) -> None:
        """Let the clock run, in place of any of its kind."""
        self.change(clocks={**self.state.clocks, clock.kind: clock})

    def stop(self, *kinds: Any) -> None:
        """Let clocks of these kinds run no longer."""
        self.change(clocks={kind: clock for kind, clock in self.state.clocks.items() if kind not in kinds})

    def _told(self, act: ActName, subject: str | None) -> tuple[str, ...]:
        posts: list[str] = []
        for role in self._roles_told(act):
            posts += self._holders(role, subject)
        return tuple(post for post in dict.fromkeys(posts) if post)

    @property
    def _policy_key(self) -> str:
        """Under which version of which policy this is decided."""
        return self.facts.policy.key

    def _roles_told(self, act: ActName) -> Sequence[Role]:
        """Who learns of the act, by role."""
        return self.facts.policy.tell.get(act, ())

    @abstractmethod
    def _holders(self, role: Role, subject: str | None) -> Iterable[str]:
        """The posts that `role` means here."""
