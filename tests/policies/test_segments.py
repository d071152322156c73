"""Do the stretches of a clock add up to its life, and does a suspension keep what was used up, whatever changes?"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from models.calendar import CalendarNotice
from models.explanations import SegmentKind
from models.matters import Clock, ClockKind, MatterState
from models.messages import CalendarPublished, Command, Registration
from policies import commands, drafts
from policies.calendar import Calendar, standard_calendar
from policies.counting import Counting, counting
from policies.deadlines import SHANGHAI, Due, Stops, due
from policies.drafts import ENDED, Draft
from policies.explaining.counted import counted_clock
from policies.limits import Limit, Unit, parse_limit
from policies.matter import Step
from policies.segments import segments_of
from tests.builders import CO, HANDLER, OFFICER, OTHER, a_matter, a_notice, at
from tests.rehearsal.test_properties import NOTICES, SAYINGS, Story, Telling

CALENDAR, COUNTING = standard_calendar(), counting(date(2026, 3, 2))
DAY = timedelta(days=1)

# --- the stretches of one clock ---------------------------------------------------------------------------------------


def stretches(limit: str, start: str, end: str, *stops: tuple[str, str]) -> list[tuple[str, str, str, int]]:
    """The segments as (kind, from, to, counted), instants written `03-04 10:00`."""
    found = segments_of(
        parse_limit(limit), at(start), at(end), CALENDAR, COUNTING, [(at(one), at(other)) for one, other in stops]
    )
    return [(one.kind.value, f"{one.from_at:%m-%d %H:%M}", f"{one.to_at:%m-%d %H:%M}", one.counted) for one in found]


@pytest.mark.parametrize(
    ("limit", "start", "end", "stops", "expected"),
    [
        ("5wd", "03-02 09:00", "03-09 18:00", [], [("running", "03-02 09:00", "03-09 18:00", 5)]),
        (
            "5wd", "03-02 09:00", "03-12 18:00", [("03-04 10:00", "03-06 15:00")],
            [("running", "03-02 09:00", "03-04 10:00", 1), ("suspended", "03-04 10:00", "03-06 15:00", 0),
             ("running", "03-06 15:00", "03-12 18:00", 4)],
        ),
        (
            # The Qingming holiday from 4 to 6 April: the end is moved on from the 5th.
            "1mo", "03-02 09:00", "04-07 18:00", [("03-04 10:00", "03-06 15:00")],
            [("running", "03-02 09:00", "03-04 10:00", 1), ("suspended", "03-04 10:00", "03-06 15:00", 0),
             ("running", "03-06 15:00", "04-05 18:00", 30), ("moved", "04-05 18:00", "04-07 18:00", 0)],
        ),
        (
            "2w", "03-02 09:00", "03-17 18:00", [("03-10 10:00", "03-10 10:00")],
            [("running", "03-02 09:00", "03-10 10:00", 7), ("suspended", "03-10 10:00", "03-10 10:00", 0),
             ("running", "03-10 10:00", "03-17 18:00", 7)],
        ),
        (
            "4h", "03-02 09:00", "03-02 14:00:30", [("03-02 10:00:15", "03-02 11:00:45")],
            [("running", "03-02 09:00", "03-02 10:00", 3615), ("suspended", "03-02 10:00", "03-02 11:00", 0),
             ("running", "03-02 11:00", "03-02 14:00", 4 * 3600 - 3615)],
        ),
        (
            "0.5wd", "03-02 09:00", "03-03 12:00", [("03-02 10:00", "03-02 11:00")],
            [("running", "03-02 09:00", "03-02 10:00", 0), ("suspended", "03-02 10:00", "03-02 11:00", 0),
             ("running", "03-02 11:00", "03-03 12:00", 1)],
        ),
        ("same-day", "03-02 09:00", "03-03 00:00", [], [("running", "03-02 09:00", "03-03 00:00", 1)]),
        ("2026-03-02", "03-02 09:00", "03-02 18:00", [], [("running", "03-02 09:00", "03-02 18:00", 0)]),
        (
            # Told under another calendar, and kept.
            "2wd", "03-02 09:00", "03-05 18:00", [],
            [("running", "03-02 09:00", "03-04 18:00", 2), ("moved", "03-04 18:00", "03-05 18:00", 0)],
        ),
        (
            # Over by the start; stopped when it started; stopped after its end.
            "2wd", "03-04 09:00", "03-09 18:00",
            [("03-02 09:00", "03-04 08:00"), ("03-04 08:30", "03-05 10:00"), ("03-09 18:00", "03-10 10:00")],
            [("suspended", "03-04 09:00", "03-05 10:00", 0), ("running", "03-05 10:00", "03-09 18:00", 2)],
        ),
    ],
)  # fmt: skip
def test_a_clock_consists_of_stretches(
    limit: str, start: str, end: str, stops: list[tuple[str, str]], expected: list[tuple[str, str, str, int]]
) -> None:
    assert stretches(limit, start, end, *stops) == expected


def test_what_was_used_up_is_known_while_the_clock_stands_still() -> None:
    standing = segments_of(parse_limit("5wd"), at("03-02 09:00"), at("03-04 10:00"), CALENDAR, COUNTING, standing=True)
    assert [(one.kind, one.counted) for one in standing] == [(SegmentKind.RUNNING, 1)]
    started_later = at("03-05 09:00")
    assert segments_of(parse_limit("5wd"), started_later, at("03-04 10:00"), CALENDAR, COUNTING, standing=True) == ()


# --- the law, day by day ----------------------------------------------------------------------------------------------


def ends_at(limit: Limit, started: datetime, stops: Stops, calendar: Calendar) -> datetime:
    """When a clock ends, found by looking at one day after the other; a stop after its end stops nothing."""
    touching: list[tuple[datetime, datetime]] = []
    end = _ends_at(limit, started, touching, calendar)
    for stop in stops:
        if started < stop[1] and stop[0] < end:
            touching.append(stop)
            end = _ends_at(limit, started, touching, calendar)
    return end


def _ends_at(limit: Limit, started: datetime, stops: Stops, calendar: Calendar) -> datetime:
    if limit.unit is Unit.HOURS:
        end = started + timedelta(hours=limit.number)
        for stopped_at, resumed_at in stops:
            end += resumed_at - max(stopped_at, started)
        return end

    def free(day: date) -> bool:
        return not any(local(a).date() <= day <= local(b).date() for a, b in stops)

    def works(day: date) -> bool:
        return free(day) and calendar.is_working(day)

    first = started.date()
    if limit.unit is Unit.SAME_DAY:
        return moment(next_day(first, free) + DAY, 0)
    if limit.unit is Unit.HALF_DAY:
        in_time = started.time() <= time(12)
        return moment(first, 18) if in_time and works(first) else moment(next_day(first + DAY, works), 12)
    day, left = first, owed(limit, started)
    counts = works if limit.unit is Unit.WORKING_DAYS else free
    while left:
        day += DAY
        left -= counts(day)
    return moment(next_day(day, works), 18)


def lengthened(clock: Clock, stop: tuple[datetime, datetime], calendar: Calendar) -> datetime:
    """What was told, when as much as was left of it at the stop comes after the resumption."""
    unit, started = parse_limit(clock.limit).unit, local(clock.started_at)
    if stop[1] <= started:
        return clock.due_at
    if unit is Unit.HOURS:
        return clock.due_at + (stop[1] - max(stop[0], started))
    working = unit in (Unit.WORKING_DAYS, Unit.HALF_DAY)
    first = max(local(stop[0]).date(), started.date() + DAY)
    span = range((clock.last_day - first).days + 1)
    left = sum(not working or calendar.is_working(first + DAY * number) for number in span)
    if left == 0:
        return clock.due_at
    day = local(stop[1]).date()
    while left:
        day += DAY
        left -= not working or calendar.is_working(day)
    return datetime.combine(next_day(day, calendar.is_working), local(clock.due_at).time(), SHANGHAI)


def owed(limit: Limit, started: datetime) -> int:
    """The days of a limit, or its seconds where it is in hours."""
    match limit.unit:
        case Unit.HOURS:
            return limit.number * 3600
        case Unit.WEEKS:
            return limit.number * 7
        case Unit.DATE:
            return max(((limit.on or started.date()) - started.date()).days, 0)
        case Unit.MONTHS:
            day = started.date()
            for _ in range(limit.number):
                day = (day.replace(day=1) + DAY * 31).replace(day=1)
            while day.day < started.day and (day + DAY).month == day.month:
                day += DAY
            return (day - started.date()).days
        case _:
            return limit.number


def same(one: Clock, other: Clock) -> bool:
    """Whether one is the other at another instant; an extension makes a limit longer, and the co-handlers' part."""
    extended = one.kind in (ClockKind.LIMIT, ClockKind.CO_PART)
    began = one.kind == other.kind and one.started_at == other.started_at and one.round == other.round
    return began and (extended or one.limit == other.limit)


def counted_limit(clock: Clock) -> Limit:
    """What is counted from the start of a clock: of a report period all those before it too."""
    limit = parse_limit(clock.limit)
    return Limit(limit.unit, limit.number * clock.round) if clock.kind is ClockKind.PROGRESS else limit


def next_day(day: date, good: Callable[[date], bool]) -> date:
    while not good(day):
        day += DAY
    return day


def moment(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), SHANGHAI)


def local(instant: datetime) -> datetime:
    return instant.astimezone(SHANGHAI)


# --- random lives -----------------------------------------------------------------------------------------------------

# Clocks that end at an instant somebody named, or are no deadline.
UNCOUNTED = (ClockKind.SUSPENSION, ClockKind.SIGN_REMINDER)


def finished(state: MatterState) -> tuple[tuple[datetime, datetime], ...]:
    return tuple((local(stop.from_at), local(stop.to_at)) for stop in state.stops if stop.to_at is not None)


class Watched(Telling):
    """A story of which every clock is watched: its stretches, what is counted in them, and when it was to end."""

    def __init__(self, story: Story) -> None:
        self.stopped: set[ClockKind] = set()
        self._calendars: dict[str, Calendar] = {}
        super().__init__(story)

    def _step(self, message: Registration | Command | CalendarPublished | None, when: datetime) -> Step:
        before = self.state
        result = super()._step(message, when)
        self._calendars[self._facts.calendar.version] = self._facts.calendar
        resumed = finished(self.state)[-1] if before.suspended and not self.state.suspended else None
        for kind, clock in self.state.clocks.items():
            if kind not in UNCOUNTED:
                self._adds_up(clock)
                self._ends_as_told(clock, self._told(before, clock), resumed)
        if resumed is not None and self.state.stage not in ENDED:
            for kind, stood in before.clocks.items():
                if kind not in UNCOUNTED:
                    self.stopped.add(kind)
                    self._keeps_what_was_used_up(before, stood)
        return result

    def _adds_up(self, clock: Clock) -> None:
        """The stretches join, the suspensions are those of the matter, and what is counted comes to the limit."""
        if self.state.suspended:
            return
        found = counted_clock(clock.kind, clock, finished(self.state), self._calendars, self._facts.counting)
        limit, started = counted_limit(clock), local(clock.started_at)
        segments = found.segments
        assert (segments[0].from_at, segments[-1].to_at) == (started, clock.due_at)
        assert all(one.to_at == other.from_at for one, other in pairwise(segments))
        assert sum((one.to_at - one.from_at for one in segments), timedelta()) == clock.due_at - started
        suspended = [one for one in segments if one.kind is SegmentKind.SUSPENDED]
        touched = [stop for stop in finished(self.state) if stop[1] > started and stop[0] < clock.due_at]
        assert [(one.from_at, one.to_at) for one in suspended] == [(max(a, started), b) for a, b in touched]
        assert all(one.counted == 0 for one in segments if one.kind is not SegmentKind.RUNNING)
        assert sum(one.counted for one in segments) == owed(limit, started)
        if limit.unit is not Unit.HOURS:
            assert sum(day.counted is not None for day in found.days) == owed(limit, started)

    def _told(self, before: MatterState, clock: Clock) -> Clock | None:
        """The same clock as it was told before this step: as it ran, or as it was found missed."""
        known = [*before.clocks.values(), *(finding.clock for finding in reversed(before.findings))]
        return next((one for one in known if same(one, clock)), None)

    def _ends_as_told(self, clock: Clock, told: Clock | None, resumed: tuple[datetime, datetime] | None) -> None:
        """A clock ends by its limit, or as was told where that is later: no suspension shortens or lengthens it."""
        calendar, stops, limit = self._facts.calendar, finished(self.state), counted_limit(clock)
        started = local(clock.started_at)
        expected = ends_at(limit, started, stops, calendar)
        if told is not None and resumed is not None:
            counted = ends_at(limit, started, stops[:-1], self._calendars[told.calendar])
            kept = told.due_at > max(counted, told.not_before or counted)
            if kept:
                expected = max(expected, lengthened(told, resumed, calendar))
        if told is not None:
            expected = max(expected, told.due_at)
        if clock.not_before is not None:
            expected = max(expected, clock.not_before)
        # While the matter stands still, its clocks are not ruled again.
        stands = told is not None and self.state.suspended and clock.due_at == told.due_at
        assert stands or clock.due_at == expected, (clock, told, resumed)

    def _keeps_what_was_used_up(self, before: MatterState, stood: Clock) -> None:
        """What a clock had used up when it stopped, it has used up when it runs again: it does not begin anew."""
        clock, stopped_at = self.state.clocks[stood.kind], before.stops[-1].from_at
        assert same(stood, clock)
        known = self._calendars, self._facts.counting
        kept = counted_clock(clock.kind, stood, finished(before), *known, stopped_at)
        now = counted_clock(clock.kind, clock, finished(self.state), *known)
        if kept.calendar == now.calendar:
            used_up = [one for one in now.segments if one.to_at <= stopped_at]
            assert sum(one.counted for one in kept.segments) == sum(one.counted for one in used_up)


LIMITS = ("1wd", "3wd", "5wd", "10wd", "0.5wd", "same-day", "4h", "48h", "3d", "10d", "1w", "2w", "1mo", "2026-03-14")
STARTS = [at(text) for text in ("03-02 09:00", "03-06 12:00:01", "02-13 17:59:59", "03-07 10:00", "03-30 14:00")]
SUSPENDED: dict[str, Any] = {"do": "suspend", "by": OFFICER, "reason": "等批复", "until": "20d"}
RESUMED: dict[str, Any] = {"do": "resume", "by": OFFICER}
# One more that ends clocks earlier: a day off that becomes a working day.
EARLIER = [
    a_notice("2026-03-05", workdays=["2026-03-07..2026-03-08"], number="戊"),
    a_notice("2026-03-18", workdays=["2026-03-14..2026-03-15", "2026-04-04"], number="己"),
]
PAUSES = st.integers(0, 86_400) | st.integers(0, 6 * 86_400) | st.sampled_from([0, 86_400, 9 * 3600])
REGISTRATIONS = st.fixed_dictionaries(
    {
        "limit": st.sampled_from(LIMITS),
        "urgency": st.sampled_from(["平件", "急件", "特急"]),
        "co": st.sampled_from([(), (CO,)]),
        "report_every": st.sampled_from([None, "5d", "1w", "1mo"]),
    }
)
SAID = st.sampled_from([SUSPENDED, RESUMED]) | st.sampled_from(SAYINGS) | st.sampled_from([*NOTICES, *EARLIER])
EVENTS = st.lists(st.tuples(PAUSES, SAID), min_size=3, max_size=16)
# What the steps that somebody owes an answer to begin with.
REPORTED: dict[str, Any] = {"do": "submit", "by": HANDLER, "text": "办结", "without_co": "另报"}
BEGUN: list[list[tuple[int, dict[str, Any] | CalendarNotice]]] = [
    [],
    [(60, {"do": "object_assignment", "by": HANDLER, "reason": "非本单位职责"}), (0, SUSPENDED)],
    [(60, {"do": "circulate", "by": OFFICER, "text": "通报"}), (0, SUSPENDED)],
    [(60, {"do": "request_transfer", "by": HANDLER, "to": OTHER, "reason": "职责"}), (0, SUSPENDED)],
    [(60, REPORTED), (0, SUSPENDED)],
    [
        (60, REPORTED),
        (60, {"do": "verify", "by": OFFICER, "passed": False}),
        (60, {"do": "object", "by": HANDLER, "text": "不属实"}),
    ],
]
STORIES = st.builds(
    lambda said, start, begun, events: Story(a_matter(**said), start, (*begun, *events)),
    REGISTRATIONS,
    st.sampled_from(STARTS),
    st.sampled_from(BEGUN),
    EVENTS,
)


def story(start: str, said: Mapping[str, Any], *events: tuple[str, dict[str, Any] | CalendarNotice]) -> Story:
    """A story with the instants of its events written out."""
    pauses, now = [], at(start)
    for when, what in events:
        pauses.append((int((at(when) - now).total_seconds()), what))
        now = at(when)
    return Story(a_matter(**said), at(start), tuple(pauses))


ONE_STOP = story("03-02 09:00", {"limit": "5wd"}, ("03-04 10:00", SUSPENDED), ("03-06 15:00", RESUMED))
IN_HOURS = story("03-02 09:00", {"limit": "48h"}, ("03-02 10:00", SUSPENDED), ("03-02 11:30", RESUMED))
# Told Thursday the 12th, then the 7th and 8th became working days: kept, and later by the working day stopped.
KEPT = story(
    "03-02 09:00",
    {"limit": "8wd", "co": (CO,)},
    ("03-03 10:00", EARLIER[0]),
    ("03-06 10:00", SUSPENDED),
    ("03-06 15:00", RESUMED),
)
HALF_A_DAY_KEPT = story(
    "03-06 14:00",
    {"limit": "0.5wd"},
    ("03-06 15:00", EARLIER[0]),
    ("03-06 16:00", SUSPENDED),
    ("03-07 10:00", RESUMED),
)
# Late by the old calendar, in time by the new one, and stopped in between.
FOUND_LATE_AND_STOPPED = story(
    "03-02 09:00",
    {"limit": "10wd"},
    ("03-04 10:00", SUSPENDED),
    ("03-06 10:00", RESUMED),
    ("03-06 11:00", NOTICES[0]),
)
EXAMPLES = (ONE_STOP, IN_HOURS, KEPT, HALF_A_DAY_KEPT, FOUND_LATE_AND_STOPPED)


def with_examples(test: Callable[[Story], None]) -> Callable[[Story], None]:
    for told in EXAMPLES:
        test = example(told)(test)
    return test


@settings(max_examples=200)
@given(STORIES)
@with_examples
def test_the_stretches_of_every_clock_add_up_and_no_suspension_takes_or_gives_time(told: Story) -> None:
    Watched(told)


def test_an_instant_that_was_kept_is_later_by_the_working_days_stopped() -> None:
    state = Watched(KEPT).state
    assert {kind: state.clocks[kind].due_at for kind in (ClockKind.LIMIT, ClockKind.CO_PART)} == {
        ClockKind.LIMIT: at("03-13 18:00"),
        ClockKind.CO_PART: at("03-13 18:00"),
    }


def test_half_a_day_that_was_kept_still_ends_at_noon() -> None:
    assert Watched(HALF_A_DAY_KEPT).state.clocks[ClockKind.LIMIT].due_at == at("03-10 12:00")


def test_a_clock_found_late_and_in_time_after_all_is_later_by_what_was_stopped_since() -> None:
    # The first working day after 2 March is the 5th, which was stopped, as was the 6th.
    assert Watched(FOUND_LATE_AND_STOPPED).state.clocks[ClockKind.SIGNING].due_at == at("03-09 18:00")


def test_what_the_lives_begin_with_comes_to_clocks_of_every_kind_that_a_suspension_stops() -> None:
    registered = a_matter(limit="10wd", co=[CO], report_every="5d")
    lives = [Story(registered, STARTS[0], (*begun, (60, SUSPENDED), (86_400, RESUMED))) for begun in BEGUN]
    seen = {kind for told in lives for kind in Watched(told).stopped}
    # The others run only before the matter is assigned, after its due instant or after its end.
    assert seen == {
        ClockKind.LIMIT, ClockKind.RETURNED, ClockKind.VERIFICATION, ClockKind.CO_PART, ClockKind.SIGNING,
        ClockKind.PROGRESS, ClockKind.TRANSFER, ClockKind.ASSIGNMENT_OBJECTION, ClockKind.OBJECTION,
        ClockKind.CIRCULATION,
    }  # fmt: skip


# --- mutants ----------------------------------------------------------------------------------------------------------


def _forgotten(limit: Limit, started_at: datetime, calendar: Calendar, rules: Counting, stops: Stops = ()) -> Due:
    return due(limit, started_at, calendar, rules)


def _resume_day_counted(
    limit: Limit, started_at: datetime, calendar: Calendar, rules: Counting, stops: Stops = ()
) -> Due:
    return due(limit, started_at, calendar, rules, [(a, max(a, b - DAY)) for a, b in stops])


def _begun_anew(draft: Draft, clock: Clock, resumed: tuple[datetime, datetime] | None = None) -> Clock:
    return draft.ruled(clock if resumed is None else clock.model_copy(update={"started_at": resumed[1]}))


def _not_lengthened(draft: Draft, clock: Clock, resumed: tuple[datetime, datetime]) -> bool:
    return False


def _lengthened_twice(draft: Draft, resumed: tuple[datetime, datetime]) -> None:
    commands_rerun(draft, resumed)
    for clock in draft.state.clocks.values():
        draft.start(draft.ruled_on(clock, resumed))


commands_rerun = commands.rerun
MUTANTS: list[tuple[str, object, str, object]] = [
    ("a suspension is forgotten", drafts, "due", _forgotten),
    ("the day of the resumption is counted", drafts, "due", _resume_day_counted),
    ("counting begins anew", Draft, "ruled_on", _begun_anew),
    ("a kept instant is not lengthened", Draft, "_is_kept", _not_lengthened),
    ("a kept instant is lengthened twice", commands, "rerun", _lengthened_twice),
]


@pytest.mark.parametrize(("name", "of", "attribute", "mutant"), MUTANTS, ids=[mutant[0] for mutant in MUTANTS])
def test_a_broken_suspension_is_found_out(
    monkeypatch: pytest.MonkeyPatch, name: str, of: object, attribute: str, mutant: object
) -> None:
    monkeypatch.setattr(of, attribute, mutant)

    @settings(
        max_examples=200,
        derandomize=True,
        database=None,
        report_multiple_bugs=False,
        phases=[Phase.explicit, Phase.generate],
    )
    @given(STORIES)
    @with_examples
    def broken(told: Story) -> None:
        Watched(told)

    with pytest.raises(AssertionError):
        broken()
