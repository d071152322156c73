"""What did people say to a matter, according to its acts, and what would have come of it under another procedure?

The acts of one matter are turned back into the messages behind them, each at its instant; what clocks caused is left
out, for it follows again. People's behaviour is held fixed: nobody answers a reminder that was not sent.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from models.acts import Act, ActName
from models.calendar import CalendarNotice
from models.case_messages import CaseCommand
from models.matters import MatterState, Stage
from models.messages import CalendarPublished, MatterCommand, Outcome, Registration
from models.policy import Policy
from policies.calendar import Calendar, standard_calendar
from policies.counting import counting
from policies.deadlines import local_date
from policies.directory import Directory
from policies.matter import Facts, blank, step
from policies.saying import said

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
    """What a matter heard and when: a registration, a command, or of a calendar notice, by its number.

    `place` is how many acts the matter's chain had before, so that a correction finds the act it names.
    """

    at: datetime
    said: Registration | MatterCommand | str
    place: int = 0


@dataclass(frozen=True, slots=True)
class Retraced:
    """What was said to one matter, in order, and what was recorded of it.

    `acts` are without refusals: what was refused changed nothing, and is not said again. Of calendar notices `heard`
    has those that left an act. `policy` is the version (`name@…`) the matter was ruled by. `chain` names every act of
    the matter's own chain, refusals too.
    """

    matter_id: str
    registration: Registration
    heard: tuple[Heard, ...]
    acts: tuple[Act, ...]
    policy: str
    chain: tuple[ActName, ...] = ()

    @property
    def registered_at(self) -> datetime:
        """When the matter was registered."""
        return self.heard[0].at


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

    `leads` has the lead of the matter at each of the acts.
    """

    acts: tuple[Act, ...]
    leads: tuple[str, ...]
    state: MatterState
    refused: tuple[tuple[Heard, Outcome], ...]


def retrace(matter_id: str, recorded: Sequence[Recorded]) -> Retraced | None:
    """What was said, according to the recorded acts of a matter and its cases; None for one that was not admitted.

    Raises UntraceableError where they do not tell.
    """
    heard: list[Heard] = []
    chain: list[ActName] = []
    acts = tuple(one.act for one in recorded if one.act.act is not ActName.REFUSED)
    for number, one in enumerate(recorded, 1):
        notice = _notice_number(one)
        if notice is not None and all(other.said != notice for other in heard):
            heard.append(Heard(one.act.at, notice))
        try:
            message = said(one.act, one.message_id or f"retraced:{matter_id}#{number}")
        except ValueError as error:
            raise UntraceableError(f"{one.act.target} {one.act.act.value}: {error}") from error
        if message is not None and not isinstance(message, CaseCommand):
            heard.append(Heard(one.act.at, message, len(chain)))
        if one.act.target == matter_id:
            chain.append(one.act.act)
    if not acts:
        return None
    registration = heard[0].said if heard else None
    if not isinstance(registration, Registration):
        raise UntraceableError("记录中没有立项时所说的内容 the acts do not hold what was said at registration")
    key = acts[0].ruling.policy if acts[0].ruling else ""
    return Retraced(matter_id, registration, tuple(heard), acts, key.partition("/")[0], tuple(chain))


def _notice_number(one: Recorded) -> str | None:
    """The number of the calendar notice an act came of; the message id tells it, or the act that says it was heard."""
    kind, _, number = (one.message_id or "").partition(":")
    if kind == "calendar" and number:
        return number
    return one.act.reason if one.act.act is ActName.CALENDAR_RECOMPUTED else None


def live_again(retraced: Retraced, policy: Policy, world: World, until: datetime) -> Lived:
    """The same life under this policy, up to `until` (inclusive); nothing follows where it does not admit the matter.

    Other matters are as they were when something was admitted: none of the same title open, one to merge with there.
    Raises CalendarError for a clock beyond the calendar.
    """
    life = _Life(retraced, policy, world)
    for event in _events(retraced, world):
        if event.at > until:
            break
        if isinstance(event.heard, Calendar):
            # What was due by then was ruled by the calendar before.
            life.take(None, event.at)
            life.facts = replace(life.facts, calendar=event.heard)
            continue
        outcome = life.take(event.heard, event.at, event.place)
        if outcome is None or outcome.accepted or isinstance(event.heard, CalendarPublished):
            continue
        life.refused.append((Heard(event.at, event.heard, event.place), outcome))
        if isinstance(event.heard, Registration):
            break
    life.take(None, until)
    return life.lived()


class _Life:
    """A matter that is being lived again."""

    def __init__(self, retraced: Retraced, policy: Policy, world: World) -> None:
        self._chain = retraced.chain
        self._place = 0
        self._id = retraced.matter_id
        self._state = blank(retraced.matter_id)
        self._acts: list[tuple[Act, str]] = []
        self.refused: list[tuple[Heard, Outcome]] = []
        self.facts = Facts(
            policy=policy,
            calendar=standard_calendar(),
            counting=counting(local_date(retraced.registered_at)),
            directory=world.directory,
            measures_decided=world.measures_decided,
            other=self._other,
            recorded=self._recorded,
        )

    def take(self, message: Registration | MatterCommand | CalendarPublished | None, at: datetime, place: int = 0) -> (
        Outcome | None
    ):  # fmt: skip
        """Let time pass until `at`, then hear the message, if any."""
        self._place = place
        before = self._lead
        result = step(self._state, message, at, self.facts)
        self._state = result.state
        for number, act in enumerate(result.acts):
            if act.act is not ActName.REFUSED:
                self._acts.append((act, before if number < result.struck else self._lead))
        return result.outcome

    def lived(self) -> Lived:
        """What it came to so far."""
        acts, leads = tuple(act for act, _ in self._acts), tuple(lead for _, lead in self._acts)
        return Lived(acts, leads, self._state, tuple(self.refused))

    @property
    def _lead(self) -> str:
        return self._state.terms.lead if self._state.terms else ""

    def _other(self, matter_id: str) -> MatterState | None:
        """Any other matter, open and of the same lead and office as this one: the merge was admitted with it."""
        return self._state.model_copy(update={"id": matter_id, "stage": Stage.RUNNING})

    def _recorded(self, target: str) -> tuple[ActName, ...]:
        return self._chain[: self._place] if target == self._id else ()


@dataclass(frozen=True, slots=True)
class _Event:
    """Something that is heard, or a calendar from when it is in force; events of one instant are told by `order`."""

    at: datetime
    order: int
    heard: Registration | MatterCommand | CalendarPublished | Calendar
    place: int = 0


def _events(retraced: Retraced, world: World) -> list[_Event]:
    """What was said, and calendar notices from when they were in force, in order.

    A matter heard of a notice when its acts say so, else when it was loaded, after all else of that instant.
    """
    known = {one.notice.number: one for one in world.notices}
    last = len(retraced.heard)
    events: list[_Event] = []
    for order, heard in enumerate(retraced.heard):
        if not isinstance(heard.said, str):
            events.append(_Event(heard.at, order, heard.said, heard.place))
        elif (notice := known.pop(heard.said, None)) is not None:
            in_force = (notice.at, last) if notice.at < heard.at else (heard.at, order)
            events += [_Event(*in_force, notice.calendar), _Event(heard.at, order, _published(notice))]
    for notice in known.values():
        events.append(_Event(notice.at, last, notice.calendar))
        if notice.at >= retraced.registered_at:
            events.append(_Event(notice.at, last, _published(notice)))
    return sorted(events, key=lambda event: (event.at, event.order))


def _published(one: Loaded) -> CalendarPublished:
    return CalendarPublished(message_id=f"calendar:{one.notice.number}", notice=one.notice)
