"""What did people say to a family of matters, by its acts, and what would have come of it under another procedure?

The acts of a matter, of its children at every depth and of their cases are turned back into the messages behind them,
each at its instant; what clocks and relatives caused is left out, for it follows again. People's behaviour is held
fixed: nobody answers a reminder that was not sent.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from models.acts import Act, ActName
from models.calendar import CalendarNotice
from models.case_messages import CaseCommand
from models.cases import CaseState, Cited
from models.contract import matter_of
from models.matters import MatterState, Stage
from models.messages import CalendarPublished, MatterCommand, Outcome, Registration, Split
from models.proceeding_messages import Open, ProceedingCommand
from policies.calendar import Calendar, standard_calendar
from policies.counting import counting
from policies.deadlines import local_date
from policies.directory import Directory
from policies.drafting import Facts
from policies.machines import AnyStep, State
from policies.matter import blank
from policies.saying import said
from policies.splits import child_ids
from rehearsal.targets import PolicyOn, Targets

Precedents = Callable[[str, datetime, datetime], int]
"""How many measures were decided against the subject, from the first instant (included) to the second (not)."""


class UntraceableError(ValueError):
    """The acts do not tell what was said: from before it was kept, from elsewhere, or damaged."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """One act as it was recorded, with the id of the message that caused it; None for what a clock caused."""

    act: Act
    message_id: str | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """What a target heard and when: a registration, a command, or of a calendar notice, by its number.

    `place` is how many acts the target's chain had before, so that a correction finds the act it names. `children` are
    the ids that the children got, where a split was heard.
    """

    at: datetime
    target: str
    said: Registration | MatterCommand | CaseCommand | str
    place: int = 0
    children: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Retraced:
    """What was recorded of one matter and its cases, and how it was registered: by somebody, or by a split.

    `acts` are without refusals: what was refused changed nothing, and is not said again. `policy` is the version
    (`name@…`) the matter was ruled by.
    """

    matter_id: str
    registration: Registration
    registered_at: datetime
    acts: tuple[Act, ...]
    policy: str


@dataclass(frozen=True, slots=True)
class Family:
    """What was said to a matter and to all that came of it, in order, and what was recorded of each matter.

    The matter at the top comes first in `matters`. A child's registration is not heard: its parent's split says it. Of
    calendar notices `heard` has those that left an act. `chains` names every act of each target, refusals too.
    """

    id: str
    heard: tuple[Heard, ...]
    matters: Mapping[str, Retraced]
    chains: Mapping[str, tuple[ActName, ...]]


@dataclass(frozen=True, slots=True)
class Loaded:
    """A calendar notice, the instant from which it was in force, and the calendar from then on."""

    notice: CalendarNotice
    at: datetime
    calendar: Calendar


@dataclass(frozen=True, slots=True)
class World:
    """What was so, whatever the procedure: posts, calendar notices in the order of loading, measures decided."""

    directory: Directory
    notices: tuple[Loaded, ...] = ()
    measures_decided: Precedents = lambda _subject, _since, _until: 0

    @property
    def calendar(self) -> Calendar:
        """The calendar with every notice."""
        return self.notices[-1].calendar if self.notices else standard_calendar()


def loaded(notices: Iterable[tuple[CalendarNotice, datetime]]) -> tuple[Loaded, ...]:
    """The notices with the calendars they came to, on the shipped one; instants in whole seconds, as acts have them.

    Raises CalendarError for one that cannot be loaded after those before it.
    """
    calendar, found = standard_calendar(), list[Loaded]()
    for notice, at in notices:
        if not calendar.has(notice.number):
            calendar = calendar.with_notice(notice)
            found.append(Loaded(notice, at.replace(microsecond=0), calendar))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Lived:
    """What a matter came to: its acts, where it stands, and what was said in vain, with the reason.

    `leads` has the lead of the matter at each of the acts. A matter that did not come about has no act and no terms.
    """

    acts: tuple[Act, ...]
    leads: tuple[str, ...]
    state: MatterState
    refused: tuple[tuple[Heard, Outcome], ...]


def admitted(recorded: Iterable[Recorded]) -> dict[str, datetime]:
    """The matters of these acts that were admitted, in order, each with the instant of its registration."""
    found: dict[str, datetime] = {}
    for one in recorded:
        if one.act.act is not ActName.REFUSED:
            found.setdefault(matter_of(one.act.target), one.act.at)
    return found


def retrace(family_id: str, recorded: Sequence[Recorded]) -> Family | None:
    """What was said, by the acts of a family in the order of recording; None where nothing was admitted.

    A family is named after the matter at its top. Raises UntraceableError where the acts do not tell.
    """
    heard: list[Heard] = []
    noticed: set[tuple[str, str]] = set()
    chains: dict[str, list[ActName]] = {}
    acts: dict[str, list[Act]] = {}
    registrations: dict[str, Registration] = {}
    for number, one in enumerate(recorded, 1):
        act = one.act
        target = matter_of(act.target)
        notice = _notice_number(one)
        if notice is not None and (act.target, notice) not in noticed:
            noticed.add((act.target, notice))
            heard.append(Heard(act.at, act.target, notice))
        try:
            message = said(act, one.message_id or f"retraced:{family_id}#{number}")
        except ValueError as error:
            raise _untraceable(act, str(error)) from error
        if isinstance(message, Open | ProceedingCommand):
            # A proceeding is not lived again: it has no policy to compare.
            message = None
        if isinstance(message, Registration):
            registrations.setdefault(target, message)
        if message is not None and (not isinstance(message, Registration) or message.parent is None):
            place = len(chains.get(act.target, ()))
            heard.append(Heard(act.at, act.target, message, place, _children(act, message)))
        chains.setdefault(act.target, []).append(act.act)
        if act.act is not ActName.REFUSED:
            acts.setdefault(target, []).append(act)
    if not acts:
        return None
    first = heard[0] if heard else None
    told = family_id in acts and acts.keys() <= registrations.keys()
    if first is None or first.target != family_id or not isinstance(first.said, Registration) or not told:
        raise UntraceableError("记录中没有立项时所说的内容 the acts do not hold what was said at registration")
    matters = {matter_id: _retraced(registrations[matter_id], matter_id, own) for matter_id, own in acts.items()}
    return Family(family_id, tuple(heard), matters, {target: tuple(chain) for target, chain in chains.items()})


def _retraced(registration: Registration, matter_id: str, acts: Sequence[Act]) -> Retraced:
    key = acts[0].ruling.policy if acts[0].ruling else ""
    return Retraced(matter_id, registration, acts[0].at, tuple(acts), key.partition("/")[0])


def _children(act: Act, message: Registration | MatterCommand | CaseCommand) -> tuple[str, ...]:
    if not isinstance(message, Split):
        return ()
    named = act.detail.get("children")
    if not isinstance(named, list) or len(named) != len(message.children):
        raise _untraceable(act, "detail.children")
    return tuple(str(child) for child in named)


def _untraceable(act: Act, why: str) -> UntraceableError:
    return UntraceableError(f"{act.target} {act.act.value}: {why}")


def _notice_number(one: Recorded) -> str | None:
    """The number of the calendar notice an act came of; the message id tells it, or the act that says it was heard."""
    kind, _, number = (one.message_id or "").partition(":")
    if kind == "calendar" and number:
        return number
    return one.act.reason if one.act.act is ActName.CALENDAR_RECOMPUTED else None


def live_again(family: Family, policy_on: PolicyOn, world: World, until: datetime) -> dict[str, Lived]:
    """The same life of every matter under these policies, up to `until` (inclusive).

    Where the matter at the top is not admitted nothing follows; what was said to a child that does not come about is
    not said. Matters outside the family are as they were when something was admitted: none of the same title open, one
    to merge with there. Raises CalendarError for a clock beyond the calendar, LookupError where there is no policy.
    """
    life = _Life(family, policy_on, world)
    for event in _events(family, world):
        if event.at > until:
            break
        life.pass_until(event.at)
        if not life.take(event):
            return life.lived()
    life.pass_until(until)
    return life.lived()


class _Life:
    """A family that is being lived again."""

    def __init__(self, family: Family, policy_on: PolicyOn, world: World) -> None:
        self._family = family
        self._world = world
        self._hearing = ("", 0)
        self._at = family.matters[family.id].registered_at
        self._acts = defaultdict[str, list[tuple[Act, str]]](list)
        self._refused = defaultdict[str, list[tuple[Heard, Outcome]]](list)
        on = local_date(family.matters[family.id].registered_at)
        facts = Facts(
            policy=policy_on(on),
            calendar=standard_calendar(),
            counting=counting(on),
            directory=world.directory,
            measures_decided=world.measures_decided,
            other=self._other,
            recorded=self._recorded,
            cited=self._cited,
            open_against=lambda subject: [one for one in self._cases() if one.open and one.subject == subject],
            resting_on=lambda case_id: [one for one in self._cases() if one.rests_on(case_id)],
        )
        self._targets = Targets(facts, policy_on, self._noted)

    def pass_until(self, at: datetime) -> None:
        """Let every clock strike that is due by then."""
        while self._targets.strike_next(at):
            pass

    def take(self, event: "_Event") -> bool:
        """Let happen what happens at an instant; False where it ends the family's life: it was not registered."""
        if isinstance(event.what, Calendar):
            self._targets.calendar = event.what
        elif isinstance(event.what, CalendarPublished):
            for target in event.to:
                if target in self._targets.states:
                    self._targets.hear(target, event.what, event.at)
        else:
            return self._hear(event.what)
        return True

    def lived(self) -> dict[str, Lived]:
        """What each matter came to so far."""
        return {
            matter_id: Lived(
                tuple(act for act, _ in self._acts[matter_id]),
                tuple(lead for _, lead in self._acts[matter_id]),
                self._matter(matter_id) or blank(matter_id),
                tuple(self._refused[matter_id]),
            )
            for matter_id in self._family.matters
        }

    def _hear(self, heard: Heard) -> bool:
        message = heard.said
        registers = isinstance(message, Registration)
        state = self._targets.states.get(heard.target)
        if isinstance(message, str) or (state is None and not registers):
            return True
        if (
            isinstance(message, Split)
            and isinstance(state, MatterState)
            and tuple(child_ids(state, message)) != heard.children
        ):
            # An earlier split came to nothing; the children are numbered as they were, for others speak of them.
            named = zip(message.children, heard.children, strict=True)
            children = tuple(child.model_copy(update={"id": child_id}) for child, child_id in named)
            message = message.model_copy(update={"children": children})
        self._hearing, self._at = (heard.target, heard.place), heard.at
        outcome = self._targets.hear(heard.target, message, heard.at)
        if outcome is None or outcome.accepted:
            return True
        self._refused[matter_of(heard.target)].append((heard, outcome))
        return not registers

    def _noted(self, target: str, before: State, result: AnyStep) -> None:
        acts, was, now = self._acts[matter_of(target)], self._lead(before), self._lead(result.state)
        for number, act in enumerate(result.acts):
            if act.act is not ActName.REFUSED:
                acts.append((act, was if number < result.struck else now))

    def _other(self, matter_id: str) -> MatterState | None:
        """A member of the family; any other matter is open and of the same lead and office as the one that asks."""
        asking = self._matter(self._hearing[0])
        if matter_id in self._family.matters or asking is None:
            return self._matter(matter_id)
        return asking.model_copy(update={"id": matter_id, "stage": Stage.RUNNING})

    def _cited(self, case_id: str) -> Cited | None:
        """A case of the family; any other is as it was when something was admitted that rests on it."""
        state = self._targets.states.get(case_id)
        if isinstance(state, CaseState):
            return state.cited
        if matter_of(case_id) in self._family.matters:
            return None
        everywhere = tuple(organ.name for organ in self._world.directory.organs)
        return Cited(subject="", organs=everywhere, decided_at=self._at, standing=case_id)

    def _cases(self) -> list[CaseState]:
        states = self._targets.states
        return [state for _, state in sorted(states.items()) if isinstance(state, CaseState)]

    def _matter(self, target: str) -> MatterState | None:
        state = self._targets.states.get(target)
        return state if isinstance(state, MatterState) else None

    def _lead(self, state: State) -> str:
        """The lead of a matter, or of the matter that a case is about, as it stands."""
        matter = self._matter(matter_of(state.id)) if isinstance(state, CaseState) else state
        return matter.terms.lead if matter is not None and matter.terms else ""

    def _recorded(self, target: str) -> tuple[ActName, ...]:
        hearing, place = self._hearing
        return self._family.chains.get(target, ())[:place] if target == hearing else ()


@dataclass(frozen=True, slots=True)
class _Event:
    """Something that is heard, or a calendar from when it is in force; events of one instant are told by `order`.

    A notice is heard by those it goes `to`, as far as they are there.
    """

    at: datetime
    order: int
    what: Heard | CalendarPublished | Calendar
    to: tuple[str, ...] = ()


def _events(family: Family, world: World) -> list[_Event]:
    """What was said, and calendar notices from when they were in force, in order.

    A matter heard of a notice when its acts say so, else when it was loaded, after all else of that instant.
    """
    known = {one.notice.number: one for one in world.notices}
    last = len(family.heard)
    events: list[_Event] = []
    told: dict[str, list[tuple[datetime, int, str]]] = {number: [] for number in known}
    for order, heard in enumerate(family.heard):
        if not isinstance(heard.said, str):
            events.append(_Event(heard.at, order, heard))
        elif heard.said in told:
            told[heard.said].append((heard.at, order, heard.target))
    for number, hearings in told.items():
        notice, published = known[number], _published(known[number])
        at, order = min([(notice.at, last), *((at, order) for at, order, _ in hearings)])
        events.append(_Event(at, order, notice.calendar))
        events += [_Event(at, order, published, (target,)) for at, order, target in hearings]
        heard_of = {target for _, _, target in hearings}
        others = tuple(matter_id for matter_id in family.matters if matter_id not in heard_of)
        events.append(_Event(notice.at, last, published, others))
    return sorted(events, key=lambda event: (event.at, event.order))


def _published(one: Loaded) -> CalendarPublished:
    return CalendarPublished(message_id=f"calendar:{one.notice.number}", notice=one.notice)
