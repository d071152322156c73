"""Which occurrences of a duty are opened, when, and by which day is each due? (mechanisms.md D1-D3, D15, X7, X15)"""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.acts import Act, ActName
from models.blocks import Plan, Recurrence
from models.matters import ClockKind, Stage
from models.messages import Cancel, Outcome, Registration, Relayed
from models.proceeding_messages import Backfill, ContinueDuty, Open, PauseDuty, Trigger
from models.proceedings import Occurrences, ProceedingStage, ProceedingState, StepClockKind
from policies import matter, proceeding
from policies.block_procedures import read_blocks, shipped_blocks
from policies.calendar import Calendar, standard_calendar
from policies.counting import Counting, Roll, counting
from policies.deadlines import SHANGHAI, local_date
from policies.directory import Directory
from policies.documents import DocumentError
from policies.drafting import Facts
from policies.periods import EVENT, EVERY, after, period_of
from policies.procedures import STANDARD, shipped
from tests.builders import CAST, HANDLER, LEAD, OFFICE, OFFICER, STRANGER, a_notice, at


def a_plan(**fields: Any) -> Plan:
    block = Recurrence.model_validate(
        {"name": "report", "title": "报送", "every": "1mo", "late": None if fields.get("every") == EVENT else "12h"}
        | fields
    )
    return Plan(key="p/1", name="p", title="月报", of="duty", carries=(), steps=(block,), tell={}, sources={})


class Duty:
    """A duty lived through the pure core; `matters` are the ones it has registered, with what was said to each."""

    def __init__(
        self, start: str, plan: Plan | None = None, *, calendar: Calendar | None = None, roll: Roll | None = None,
        **fields: Any,
    ) -> None:  # fmt: skip
        self.now = at(start)
        count: Counting = counting(self.now.date())
        if roll is not None:
            count = replace(count, recurring_roll=roll)
        self.facts = Facts(
            policy=shipped(STANDARD).in_force(self.now.date()), calendar=calendar or standard_calendar(),
            counting=count, directory=Directory(CAST), measures_decided=lambda *_: 0,
            plan=plan or a_plan(**fields),
        )  # fmt: skip
        self.state: ProceedingState = proceeding.blank("duty/report")
        self.acts: list[Act] = []
        self.relays: list[Relayed] = []
        self._number = 0
        self.answer = self.hear(Open(message_id="open", procedure="p", title="工作月报", lead=LEAD, office=OFFICE))

    def hear(self, message: Any) -> Outcome:
        result = proceeding.step(self.state, message, self.now, self.facts)
        self._keep(result)
        assert result.outcome is not None
        return result.outcome

    def _keep(self, result: proceeding.ProceedingStep) -> None:
        self.state = result.state
        self.acts += result.acts
        self.relays += result.relays

    def say(self, kind: Any, when: str | None = None, by: str = OFFICER, **fields: Any) -> Outcome:
        if when is not None:
            self.until(when)
        self._number += 1
        return self.hear(kind(message_id=f"c{self._number}", by=by, **fields))

    def until(self, when: str) -> None:
        """Every clock strikes at its instant."""
        self.now = at(when)
        while (due := proceeding.next_due(self.state)) is not None and due.at <= self.now:
            self._keep(proceeding.step(self.state, None, due.at, self.facts))

    def wake(self, when: str) -> None:
        """Nobody kept its time until now."""
        self.now = at(when)
        self._keep(proceeding.step(self.state, None, self.now, self.facts))

    def of(self, act: ActName) -> list[Act]:
        return [one for one in self.acts if one.act is act]

    @property
    def periods(self) -> list[str | None]:
        return [one.value for one in self.of(ActName.OCCURRED)]

    @property
    def dues(self) -> list[str]:
        return [f"{one.due.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" for one in self.of(ActName.OCCURRED) if one.due]

    @property
    def registrations(self) -> list[Registration]:
        return [one.message for one in self.relays if isinstance(one.message, Registration)]

    def registered(self, place: int = -1) -> matter.Step:
        """The matter as it is registered by what was relayed."""
        relayed = self.relays[place]
        assert isinstance(relayed.message, Registration)
        facts = replace(self.facts, counting=counting(local_date(relayed.at)))
        return matter.step(matter.blank(relayed.target), relayed.message, relayed.at, facts)


# --- by when ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "due"),
    [("2025-10-01", "2025-10-09 18:00"), ("2026-05-01", "2026-05-06 18:00"), ("2026-06-01", "2026-06-05 18:00")],
)
def test_by_the_5th_includes_the_5th_and_moves_on_from_a_day_off(start: str, due: str) -> None:
    duty = Duty(f"{start} 00:00", day=5)
    assert duty.dues == [due]
    assert duty.registered().acts[-1].due == duty.of(ActName.OCCURRED)[0].due


@pytest.mark.parametrize(
    ("start", "due", "opened"),
    [("2025-09-20", "2025-09-30 18:00", "2025-09-26"), ("2026-04-20", "2026-04-30 18:00", "2026-04-26")],
)
def test_where_days_off_move_it_back_it_begins_as_much_earlier(start: str, due: str, opened: str) -> None:
    duty = Duty(f"{start} 00:00", day=5, roll=Roll.PREVIOUS_WORKING_DAY)
    assert not duty.dues
    duty.until("2026-05-30" if start.startswith("2026") else "2025-10-20")
    assert duty.dues[0] == due
    assert duty.of(ActName.OCCURRED)[0].at == at(f"{opened} 00:00")
    assert ActName.ASSIGNED in [act.act for act in duty.registered(0).acts]


@pytest.mark.parametrize(
    ("fields", "start", "periods", "dues"),
    [
        ({"every": "half-month"}, "2026-05-01", ["2026-05上", "2026-05下"], ["2026-05-15 18:00", "2026-06-01 18:00"]),
        ({"every": "1mo"}, "2026-02-01", ["2026-02", "2026-03"], ["2026-02-28 18:00", "2026-03-31 18:00"]),
        ({"every": "1mo", "day": 31}, "2026-04-01", ["2026-04", "2026-05"], ["2026-04-30 18:00", "2026-06-01 18:00"]),
        ({"every": "3mo", "day": 10}, "2026-04-01", ["2026-Q2", "2026-Q3"], ["2026-04-10 18:00", "2026-07-10 18:00"]),
        ({"every": "6mo"}, "2026-01-01", ["2026-H1", "2026-H2"], ["2026-06-30 18:00", "2026-12-31 18:00"]),
        ({"every": "12mo", "month": 1, "day": 31}, "2025-01-01", ["2025", "2026"],
         ["2025-02-05 18:00", "2026-02-02 18:00"]),
        ({"every": "12mo", "month": 3}, "2025-01-01", ["2025", "2026"], ["2025-03-31 18:00", "2026-03-31 18:00"]),
        ({"every": "36mo"}, "2023-01-01", ["2023-2025", "2026-2028"], ["2025-12-31 18:00", "2029-01-02 18:00"]),
        ({"every": "1w", "weekday": 3}, "2026-04-27", ["2026-W18", "2026-W19"],
         ["2026-04-29 18:00", "2026-05-06 18:00"]),
        ({"every": "1w"}, "2026-05-04", ["2026-W19", "2026-W20"], ["2026-05-11 18:00", "2026-05-18 18:00"]),
        ({"every": "2w"}, "2026-05-04", ["2026-W19", "2026-W21"], ["2026-05-18 18:00", "2026-06-01 18:00"]),
    ],
)  # fmt: skip
def test_each_period_has_its_name_and_its_day(
    fields: dict[str, Any], start: str, periods: list[str], dues: list[str]
) -> None:
    duty = Duty(f"{start} 00:00", **fields)
    clock = duty.state.clocks[StepClockKind.OCCURRENCE]
    duty.until(f"{local_date(clock.due_at)} 00:00")
    assert duty.periods == periods
    assert duty.dues == dues
    assert duty.of(ActName.OCCURRED)[1].at == clock.due_at


@given(
    st.sampled_from(EVERY), st.dates(date(2004, 1, 1), date(2060, 1, 1)), st.dates(date(2004, 1, 1), date(2060, 1, 1))
)
def test_periods_follow_one_another_without_a_gap(every: str, on: date, anchor: date) -> None:
    period = period_of(every, on, anchor)
    assert period.first <= on <= period.last
    following = after(every, period, anchor)
    assert following.first == period.next
    assert following.name != period.name
    assert period_of(every, period.last, anchor) == period


# --- beginning --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "periods"),
    [
        ("2026-05-05 23:59", ["2026-05"]),  # a day off: it is still ahead
        ("2026-05-06 17:59", ["2026-05"]),
        ("2026-05-06 18:00", []),
        ("2026-05-07 09:00", []),
    ],
)
def test_it_begins_with_the_period_under_way_while_its_day_is_ahead(start: str, periods: list[str]) -> None:
    duty = Duty(start, day=5)
    assert duty.periods == periods
    assert all(ActName.ASSIGNED in [act.act for act in duty.registered().acts] for _ in periods)
    assert duty.state.clocks[StepClockKind.OCCURRENCE].due_at == at("2026-06-01 00:00")
    assert duty.answer.due == (at("2026-06-01 00:00"))


def test_an_occurrence_is_a_matter_of_the_lead_with_what_has_to_be_shown() -> None:
    duty = Duty("2026-05-01 00:00", day=5, shown=["上月情况", "本月计划"], about="{title}:{period}月报")
    assert [one.target for one in duty.relays] == ["duty-report-2026-05"]
    said = duty.registrations[0]
    assert (said.title, said.lead, said.requirement) == ("工作月报:2026-05月报", LEAD, "上月情况、本月计划")
    assert said.assigned_at is None
    state = duty.registered().state
    assert state.stage is Stage.RUNNING
    assert {reminder.days_left for reminder in state.clocks[ClockKind.LIMIT].reminders} <= {3, 1}


def test_a_period_may_ask_for_several() -> None:
    duty = Duty("2026-01-01 00:00", every="12mo", times=2)
    assert [one.target for one in duty.relays] == ["duty-report-2026", "duty-report-2026-2"]
    assert [one.title for one in duty.registrations] == ["工作月报(2026)(第1次)", "工作月报(2026)(第2次)"]


def test_one_more_may_be_asked_for_up_to_the_most() -> None:
    duty = Duty("2026-01-01 00:00", every="12mo", times=1, most=2)
    assert duty.say(Trigger, "2026-05-01 10:00").accepted
    third = duty.say(Trigger, "2026-05-01 11:00")
    assert not third.accepted
    assert "2" in (third.reason or "")
    assert duty.say(Trigger, "2027-01-02 09:00").accepted
    assert duty.periods == ["2026", "2026", "2027", "2027"]
    assert len({one.target for one in duty.relays}) == 4


def test_a_duty_without_a_most_falls_due_by_itself_only() -> None:
    assert not Duty("2026-01-01 00:00").say(Trigger, "2026-01-05 09:00").accepted


def test_a_notice_moves_the_ones_that_were_not_opened_yet() -> None:
    closed = a_notice("2026-06-05", "2026-06-06", "2026-06-07", year=2026)
    duty = Duty("2026-05-20 00:00", day=5)
    duty.facts = replace(duty.facts, calendar=duty.facts.calendar.with_notice(closed))
    duty.until("2026-06-01 00:00")
    assert duty.dues == ["2026-06-08 18:00"]


# --- events -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("within", "event", "due"),
    [
        ("1w", "2026-04-28", "2026-05-06"),  # X7
        ("3d", "2026-05-12", "2026-05-15"),
        ("3d", "2026-05-13", "2026-05-18"),  # Saturday 16 May rolls
        ("3d", "2026-04-30", "2026-05-06"),
        ("3wd", "2026-04-30", "2026-05-08"),
    ],
)
@pytest.mark.parametrize("told_after", [0, 1, 2])
def test_an_event_is_answered_so_long_after_its_day(within: str, event: str, due: str, told_after: int) -> None:
    told = date.fromisoformat(event) + timedelta(days=told_after)
    duty = Duty("2026-04-01 09:00", every=EVENT, within=within)
    assert not duty.state.clocks
    assert duty.say(Trigger, f"{told} 10:00", on=date.fromisoformat(event), reason="常务会议决定").accepted
    assert duty.dues == [f"{due} 18:00"]
    first = duty.registered().acts[-1]
    assert (first.act, first.due) == (ActName.ASSIGNED, at(f"{due} 18:00"))


@pytest.mark.parametrize(
    ("told", "act"),
    [("2026-05-15 17:59", ActName.ASSIGNED), ("2026-05-15 18:00", ActName.IMPORTED), ("2026-05-16 09:00", "imported")],
)
def test_an_event_told_after_its_limit_is_imported_overdue(told: str, act: str) -> None:
    duty = Duty("2026-04-01 09:00", every=EVENT, within="3d")
    assert duty.say(Trigger, told, on=date(2026, 5, 12), reason="常务会议决定").accepted
    acts = [one.act for one in duty.registered().acts]
    assert act in acts
    assert (ActName.IMPORTED_OVERDUE in acts) == (act == ActName.IMPORTED)


def test_two_events_of_a_day_are_two_matters() -> None:
    duty = Duty("2026-04-01 09:00", every=EVENT, within="3d")
    duty.say(Trigger, "2026-05-12 10:00", reason="决定一")
    duty.say(Trigger, "2026-05-12 11:00", reason="决定一")
    assert [one.target for one in duty.relays] == ["duty-report-2026-05-12", "duty-report-2026-05-12-2"]
    assert len({one.title for one in duty.registrations}) == 2


@pytest.mark.parametrize(
    ("kind", "by", "fields"),
    [
        (Trigger, OFFICER, {"on": date(2026, 5, 13), "reason": "明天的决定"}),
        (Trigger, OFFICER, {"on": date(2026, 5, 12)}),
        (Trigger, STRANGER, {"reason": "决定"}),
        (PauseDuty, OFFICER, {}),
        (PauseDuty, HANDLER, {"reason": "机构改革"}),
        (ContinueDuty, OFFICER, {}),
        (Backfill, OFFICER, {"since": date(2026, 1, 1), "until": date(2026, 2, 1)}),
    ],
)
def test_what_cannot_be_said_to_an_event_duty_is_refused(kind: Any, by: str, fields: dict[str, Any]) -> None:
    duty = Duty("2026-05-12 09:00", every=EVENT, within="3d")
    answer = duty.say(kind, "2026-05-12 10:00", by=by, **fields)
    assert not answer.accepted
    assert duty.acts[-1].act is ActName.REFUSED
    assert not duty.relays


# --- missed runs ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("woken", "act"), [("06-01 12:00", ActName.ASSIGNED), ("06-01 12:01", ActName.IMPORTED)])
def test_an_occurrence_opened_late_is_imported_as_of_its_beginning(woken: str, act: ActName) -> None:
    duty = Duty("2026-05-20 00:00", day=5)
    duty.wake(woken)
    assert duty.periods == ["2026-06"]
    assert duty.of(ActName.OCCURRED)[0].at == at("2026-06-01 00:00")
    step = duty.registered()
    assert act in [one.act for one in step.acts]
    assert ActName.IMPORTED_OVERDUE not in [one.act for one in step.acts]
    # Nobody is late in signing for what nobody told him of.
    assert step.state.clocks[ClockKind.SIGNING].due_at > duty.now
    assert step.state.assigned_at == at("2026-06-01 00:00")


def test_each_missed_period_is_caught_up_once() -> None:
    duty = Duty("2026-01-20 00:00", day=5)
    duty.wake("2026-05-20 09:00")
    duty.wake("2026-05-20 09:00")
    assert duty.periods == ["2026-02", "2026-03", "2026-04", "2026-05"]
    assert len({one.target for one in duty.relays}) == 4
    assert all(one.assigned_at is not None for one in duty.registrations)
    assert {one.at for one in duty.relays} == {at("2026-05-20 09:00")}
    assert duty.state.clocks[StepClockKind.OCCURRENCE].due_at == at("2026-06-01 00:00")


# --- paused and backfilled --------------------------------------------------------------------------------------------


def test_periods_that_begin_while_it_is_paused_are_not_opened_and_that_is_on_record() -> None:
    duty = Duty("2026-01-01 00:00", day=5)
    assert duty.say(PauseDuty, "2026-01-20 09:00", reason="机构改革").accepted
    assert not duty.say(PauseDuty, "2026-01-21 09:00", reason="机构改革").accepted
    assert duty.say(ContinueDuty, "2026-03-02 09:00").due == at("2026-04-01 00:00")
    duty.until("2026-04-01 00:00")
    assert duty.periods == ["2026-01", "2026-04"]
    assert [one.value for one in duty.of(ActName.OCCURRENCE_SKIPPED)] == ["2026-02", "2026-03"]


def test_a_backfill_opens_what_never_was_once() -> None:
    duty = Duty("2026-03-01 00:00", day=5)
    duty.say(PauseDuty, "2026-03-20 09:00", reason="机构改革")
    duty.say(ContinueDuty, "2026-05-10 09:00")
    asked: dict[str, Any] = {"since": date(2026, 2, 3), "until": date(2026, 5, 10)}
    assert duty.say(Backfill, "2026-05-10 10:00", **asked).accepted
    assert duty.periods == ["2026-03", "2026-02", "2026-04", "2026-05"]
    assert [one.assigned_at for one in duty.registrations[1:]] == [
        at("2026-02-01 00:00"), at("2026-04-01 00:00"), at("2026-05-01 00:00"),
    ]  # fmt: skip
    again = duty.say(Backfill, "2026-05-10 11:00", **asked)
    assert not again.accepted
    assert "opened already" in (again.reason or "")
    for place in range(1, 4):
        assert ActName.IMPORTED in [act.act for act in duty.registered(place).acts]


@pytest.mark.parametrize(
    ("since", "until"),
    [(date(2026, 4, 1), date(2026, 5, 11)), (date(2026, 4, 2), date(2026, 4, 1)), (None, None),
     (date(2010, 1, 1), date(2026, 5, 1)), (date(1950, 1, 1), date(1950, 1, 1))],
)  # fmt: skip
def test_a_backfill_reaches_neither_into_the_future_nor_beyond_measure(since: date | None, until: date | None) -> None:
    duty = Duty("2026-03-20 00:00", day=5)
    assert not duty.say(Backfill, "2026-05-10 10:00", since=since, until=until).accepted


def test_it_ends_only_by_being_cancelled() -> None:
    duty = Duty("2026-01-01 00:00", day=5)
    duty.until("2030-01-01 00:00")
    assert duty.state.stage is ProceedingStage.UNDER_WAY
    assert duty.say(Cancel, "2030-01-02 09:00", reason="不再需要").accepted
    assert not duty.state.clocks
    assert not duty.say(Trigger, "2030-02-02 09:00", reason="事件").accepted


@given(st.lists(st.tuples(st.sampled_from(["wake", "pause", "continue", "backfill"]), st.integers(0, 70)), max_size=12),
       st.sampled_from(["half-month", "1mo", "3mo"]))  # fmt: skip
def test_no_period_is_opened_twice_and_none_is_lost_while_it_runs(moves: list[tuple[str, int]], every: str) -> None:
    duty = Duty("2026-01-01 00:00", every=every)
    now = at("2026-01-01 09:00")
    for move, days in moves:
        now += timedelta(days=days)
        when = f"{now:%Y-%m-%d %H:%M}"
        duty.wake(when)
        match move:
            case "pause":
                duty.hear(PauseDuty(message_id=f"{len(duty.acts)}", by=OFFICER, reason="机构改革"))
            case "continue":
                duty.hear(ContinueDuty(message_id=f"{len(duty.acts)}", by=OFFICER))
            case "backfill":
                until = local_date(now)
                duty.hear(Backfill(message_id=f"{len(duty.acts)}", by=OFFICER, since=date(2025, 11, 1), until=until))
    duty.wake(f"{now:%Y-%m-%d %H:%M}")
    opened = duty.periods
    skipped = [one.value for one in duty.of(ActName.OCCURRENCE_SKIPPED)]
    assert len(opened) == len(set(opened))
    assert len(skipped) == len(set(skipped))
    assert len({one.target for one in duty.relays}) == len(opened)
    period = period_of(every, date(2026, 1, 1), date(2026, 1, 1))
    while period.first <= local_date(now):
        assert period.name in {*opened, *skipped}
        period = after(every, period, date(2026, 1, 1))
    kept = duty.state.kept
    assert isinstance(kept, Occurrences)
    assert kept.number == len(opened)


# --- the file ---------------------------------------------------------------------------------------------------------

GOOD = """\
name: d
title: 任务
of: duty
parameters:
  every: [{from: 2004-01-01, value: 1mo, source: s}]
  number: [{from: 2004-01-01, value: 5, source: s}]
  late: [{from: 2004-01-01, value: 12h, source: s}]
steps:
  - name: report
    title: 报送
    block: recurrence
    every: every
    day: number
    late: late
"""


def mistakes_of(text: str) -> list[str]:
    with pytest.raises(DocumentError) as caught:
        read_blocks(text.encode(), "d.yaml")
    return [str(one) for one in caught.value.mistakes]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("value: 1mo", "value: 5mo", "not a period"),
        ("value: 5,", "value: 32,", "no such day"),
        ("day: number", "weekday: number", "only of weeks"),
        ("day: number", "month: number", "outside of the period"),
        ("day: number", "times: number\n    most: number\n    about: 月报", "told apart"),
        ("    late: late\n", "    within: late\n", "event"),
        ("value: 1mo", "value: event", "an event needs a limit"),
        ("value: 12h", "value: 2026-06-30", "no fixed date"),
        ("value: 12h", "value: soon", "not a limit"),
        ("    late: late\n", "    limit: late\n", "no limit of its own"),
        ("    late: late\n", "    late: late\n    missed: {supervise: late}\n", "no limit of its own"),
        ("of: duty", "of: proceeding", "a duty has a recurrence"),
        ("    late: late\n", "    late: late\n  - {name: x, title: x, block: recurrence, every: every, late: late}\n",
         "never ends by itself"),
    ],
)  # fmt: skip
def test_what_can_never_work_is_a_mistake(old: str, new: str, said: str) -> None:
    assert read_blocks(GOOD.encode(), "d.yaml").of == "duty"
    assert any(said in one for one in mistakes_of(GOOD.replace(old, new, 1))), mistakes_of(GOOD.replace(old, new, 1))


def test_the_shipped_monthly_report_is_due_by_the_5th() -> None:
    block = shipped_blocks("monthly_report").in_force(date(2026, 5, 1)).steps[0]
    assert isinstance(block, Recurrence)
    assert (block.every, block.day) == ("1mo", 5)
