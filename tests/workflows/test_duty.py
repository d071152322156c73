"""Are duties called by schedules on a real server, caught up once, and paused, backfilled and ended by their record?"""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from temporalio.client import ScheduleDescription
from temporalio.service import RPCError, RPCStatusCode

from activities.recording import Recording
from models.acts import Act, ActName
from models.contract import TransitionOrder, duty_schedule_id
from models.messages import Cancel
from models.proceeding_messages import Backfill, ContinueDuty, Open, PauseDuty, Trigger
from models.proceedings import Occurrences, ProceedingState
from policies.counting import Roll
from policies.deadlines import SHANGHAI, local_date
from policies.periods import EVENT, period_of
from record import ledger, targets
from schedules import calls, keep_all_in_step, keep_in_step
from tests.workflows.cast import DIRECTORY, HANDLER, LEAD, OFFICE, OFFICER
from tests.workflows.conftest import LiveOffice, eventually


def an_opening(procedure: str = "monthly_report") -> Open:
    return Open(message_id="open", procedure=procedure, title=f"月报 {uuid4().hex[:6]}", lead=LEAD, office=OFFICE)


def acts_of(live: LiveOffice, target: str, *named: ActName) -> list[Act]:
    with live.store.reading() as session:
        return [one.act for one in ledger.entries(session, target) if not named or one.act.act in named]


def state_of(live: LiveOffice, target: str) -> ProceedingState:
    with live.store.reading() as session:
        state = targets.seen(session, target)
    assert isinstance(state, ProceedingState)
    return state


async def schedule(live: LiveOffice, target: str) -> ScheduleDescription | None:
    try:
        return await live.client.get_schedule_handle(duty_schedule_id(target, live.scope)).describe()
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        return None


def opened_at(live: LiveOffice, target: str, at: datetime, procedure: str = "monthly_report") -> None:
    """A duty that was opened then, while nobody has called it since."""
    Recording(live.store, DIRECTORY).record_transition(
        TransitionOrder(matter_id=target, at=at, message=an_opening(procedure))
    )


@pytest.mark.asyncio(loop_scope="session")
async def test_a_duty_has_a_schedule_that_calls_it_in_shanghai_as_each_period_begins(live: LiveOffice) -> None:
    launched = await live.office.open_proceeding("duty/report", an_opening())
    assert launched.outcome.accepted
    found = await schedule(live, "duty/report")
    assert found is not None
    assert not found.schedule.state.paused
    clock = state_of(live, "duty/report").clocks
    (due,) = [one.due_at for one in clock.values()]
    assert found.info.next_action_times[0] == due
    assert [one.astimezone(SHANGHAI).strftime("%d %H:%M") for one in found.info.next_action_times[:3]] == [
        "01 00:00"
    ] * 3
    again = await live.office.open_proceeding("duty/report", an_opening())
    assert (again.outcome, again.again) == (launched.outcome, True)


@pytest.mark.asyncio(loop_scope="session")
async def test_what_nobody_called_is_caught_up_once_as_a_worker_starts(live: LiveOffice) -> None:
    today = local_date(datetime.now(UTC))
    opened_at(live, "duty/late", datetime(today.year - 1, today.month, 20, 9, tzinfo=SHANGHAI))
    await keep_all_in_step(live.client, live.store, live.scope, live.scope)

    async def caught_up() -> bool:
        return len(acts_of(live, "duty/late", ActName.OCCURRED)) >= 12

    await eventually(caught_up)
    await keep_in_step(live.client, live.store, "duty/late", live.scope, live.scope)
    await live.client.get_schedule_handle(duty_schedule_id("duty/late", live.scope)).trigger()
    occurred = acts_of(live, "duty/late", ActName.OCCURRED)
    assert len({one.value for one in occurred}) == len(occurred) == 12
    newest = str(occurred[-1].reason)

    # The matter is woken: its own workflow keeps its time.
    async def runs() -> bool:
        return await live.office.standing(newest) is not None

    await eventually(runs)
    began = [one.act for one in acts_of(live, newest)]
    assert began[:2] == [ActName.REGISTERED, ActName.IMPORTED] or began[:2] == [ActName.REGISTERED, ActName.ASSIGNED]
    assert acts_of(live, str(occurred[0].reason), ActName.IMPORTED)


@pytest.mark.asyncio(loop_scope="session")
async def test_a_call_by_the_schedule_opens_what_is_due(live: LiveOffice) -> None:
    today = local_date(datetime.now(UTC))
    month = period_of("1mo", today, today)
    opened_at(live, "duty/called", datetime.combine(month.first, datetime.min.time(), SHANGHAI) - timedelta(days=3))
    before = len(acts_of(live, "duty/called", ActName.OCCURRED))
    await keep_in_step(live.client, live.store, "duty/called", live.scope, live.scope)

    async def occurred() -> bool:
        return len(acts_of(live, "duty/called", ActName.OCCURRED)) > before

    await eventually(occurred)
    assert [one.value for one in acts_of(live, "duty/called", ActName.OCCURRED)][before:] == [month.name]


@pytest.mark.asyncio(loop_scope="session")
async def test_pausing_continuing_and_ending_it_is_on_record_and_on_the_server(live: LiveOffice) -> None:
    await live.office.open_proceeding("duty/paused", an_opening())
    refused = await live.office.say("duty/paused", PauseDuty(message_id="p0", by=HANDLER, reason="机构改革"))
    assert not refused.accepted
    paused = await live.office.say("duty/paused", PauseDuty(message_id="p1", by=OFFICER, reason="机构改革"))
    assert paused.accepted
    found = await schedule(live, "duty/paused")
    assert found is not None
    assert found.schedule.state.paused
    assert await live.office.say("duty/paused", PauseDuty(message_id="p1", by=OFFICER, reason="机构改革")) == paused
    assert (await live.office.say("duty/paused", ContinueDuty(message_id="p2", by=OFFICER))).accepted
    found = await schedule(live, "duty/paused")
    assert found is not None
    assert not found.schedule.state.paused
    assert (await live.office.say("duty/paused", Cancel(message_id="p3", by=OFFICER, reason="制度废止"))).accepted
    assert await schedule(live, "duty/paused") is None
    late = await live.office.say("duty/paused", ContinueDuty(message_id="p4", by=OFFICER))
    assert not late.accepted


@pytest.mark.asyncio(loop_scope="session")
async def test_a_backfill_opens_past_periods_once_and_their_matters_run(live: LiveOffice) -> None:
    await live.office.open_proceeding("duty/back", an_opening())
    today = local_date(datetime.now(UTC))
    since = date(today.year - 1, 11, 3)
    asked = Backfill(message_id="b1", by=OFFICER, since=since, until=since + timedelta(days=40), reason="补报")
    assert (await live.office.say("duty/back", asked)).accepted
    assert not (await live.office.say("duty/back", asked.model_copy(update={"message_id": "b2"}))).accepted
    kept = state_of(live, "duty/back").kept
    assert isinstance(kept, Occurrences)
    assert date(today.year - 1, 11, 1) in kept.opened

    async def runs() -> bool:
        return await live.office.standing(f"duty-back-{today.year - 1}-11") is not None

    await eventually(runs)


@pytest.mark.asyncio(loop_scope="session")
async def test_an_event_duty_needs_no_schedule_and_a_trigger_opens_its_matter(live: LiveOffice) -> None:
    await live.office.open_proceeding("duty/open", an_opening("any_time_disclosure"))
    assert await schedule(live, "duty/open") is None
    answer = await live.office.say("duty/open", Trigger(message_id="t1", by=HANDLER, reason="常务会议决定"))
    assert answer.accepted
    (occurred,) = acts_of(live, "duty/open", ActName.OCCURRED)

    async def runs() -> bool:
        return await live.office.standing(str(occurred.reason)) is not None

    await eventually(runs)
    nobody = await live.office.say("duty/unknown", Trigger(message_id="t1", by=HANDLER, reason="常务会议决定"))
    assert not nobody.accepted


def test_calls_are_at_the_beginning_of_each_period() -> None:
    def days(every: str, roll: Roll = Roll.NEXT_WORKING_DAY) -> list[tuple[list[int], list[int], list[int]]]:
        return [
            (
                [one.start for one in spec.day_of_month],
                [one.step for one in spec.month],
                [one.start for one in spec.day_of_week],
            )
            for spec in calls(every, roll)
        ]

    assert calls(EVENT, Roll.NEXT_WORKING_DAY) == []
    assert days("half-month")[0][0] == [1, 16]
    assert [days(every)[0][:2] for every in ("1mo", "3mo", "6mo", "12mo", "36mo")] == [
        ([1], [1]), ([1], [3]), ([1], [6]), ([1], [12]), ([1], [12]),
    ]  # fmt: skip
    assert days("1w")[0][2] == days("2w")[0][2] == [1]
    assert calls("1mo", Roll.PREVIOUS_WORKING_DAY) == calls("1w", Roll.PREVIOUS_WORKING_DAY)
