"""How much history does a step cost? One event more than the budget fails (docs/performance.md)."""

import asyncio
from datetime import timedelta

import pytest
from temporalio.client import WorkflowHistory

from models.acts import ActName
from models.contract import matter_workflow_id
from models.messages import DecideExtension, ReportProgress, RequestExtension, Sign, Submit, Verify
from tests.workflows.cast import HANDLER, LEADER, OFFICER, a_matter, message_id, this_second
from tests.workflows.conftest import LiveOffice, eventually

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.either_database("histories of Temporal: their length, their runs, and their replay"),
]

TASK = ["WORKFLOW_TASK_SCHEDULED", "WORKFLOW_TASK_STARTED", "WORKFLOW_TASK_COMPLETED"]
UPSERT = "UPSERT_WORKFLOW_SEARCH_ATTRIBUTES"


async def test_a_registration_costs_seven_events_and_one_workflow_task(live: LiveOffice) -> None:
    await live.office.launch("m1", a_matter())

    events = await live.events("m1")

    assert events[0] == "WORKFLOW_EXECUTION_STARTED"
    assert events[1:4] == TASK
    assert sorted(events[4:]) == ["MARKER_RECORDED", "TIMER_STARTED", UPSERT]


async def test_a_command_that_moves_no_timer_costs_six_events_and_one_workflow_task(live: LiveOffice) -> None:
    await live.office.launch("m1", a_matter())
    await live.office.say("m1", Sign(message_id=message_id(), by=HANDLER))
    before = await live.events("m1")

    await live.office.say("m1", ReportProgress(message_id=message_id(), by=HANDLER, text="进展正常"))

    assert (await live.events("m1"))[len(before) :] == [
        *TASK,
        "WORKFLOW_EXECUTION_UPDATE_ACCEPTED",
        "MARKER_RECORDED",
        "WORKFLOW_EXECUTION_UPDATE_COMPLETED",
    ]


async def test_a_command_that_moves_the_timer_costs_eight_events_nine_with_a_search_attribute(
    live: LiveOffice,
) -> None:
    await live.office.launch("m1", a_matter())
    before = await live.events("m1")

    await live.office.say("m1", Sign(message_id=message_id(), by=HANDLER))
    signed = await live.events("m1")
    await live.office.say("m1", Submit(message_id=message_id(), by=HANDLER, text="办结"))
    submitted = await live.events("m1")

    assert len(signed) - len(before) == 8
    assert signed.count("WORKFLOW_TASK_STARTED") - before.count("WORKFLOW_TASK_STARTED") == 1
    assert len(submitted) - len(signed) == 9
    assert submitted.count("WORKFLOW_TASK_STARTED") - signed.count("WORKFLOW_TASK_STARTED") == 1


async def test_a_refused_command_and_a_repeated_one_cost_no_timer(live: LiveOffice) -> None:
    await live.office.launch("m1", a_matter())
    sign = Sign(message_id=message_id(), by=OFFICER)
    before = await live.events("m1")

    first = await live.office.say("m1", sign)
    refused = await live.events("m1")
    again = await live.office.say("m1", sign)

    assert not first.accepted
    assert again == first
    assert len(refused) - len(before) == 6
    assert await live.events("m1") == refused


async def test_a_timer_that_fires_costs_seven_events(live: LiveOffice) -> None:
    due_soon = this_second() - timedelta(hours=1) + timedelta(seconds=3)
    await live.office.launch("m1", a_matter(limit="1h", assigned_at=due_soon))
    await live.office.say("m1", Sign(message_id=message_id(), by=HANDLER))
    before = await live.events("m1")

    # Asked in the record: a query while a task is under way would cost the matter another task.
    await eventually(lambda: live.recorded("m1", ActName.OVERDUE))

    assert (await live.events("m1"))[len(before) :] == [
        "TIMER_FIRED",
        *TASK,
        "MARKER_RECORDED",
        UPSERT,
        "TIMER_STARTED",
    ]


async def test_three_commands_at_once_share_one_or_few_workflow_tasks(live: LiveOffice) -> None:
    await live.office.launch("m1", a_matter())
    await live.office.say("m1", Sign(message_id=message_id(), by=HANDLER))
    before = await live.events("m1")

    reports = [ReportProgress(message_id=message_id(), by=HANDLER, text=str(number)) for number in range(3)]
    outcomes = await asyncio.gather(*(live.office.say("m1", report) for report in reports))

    assert all(outcome.accepted for outcome in outcomes)
    assert len(await live.events("m1")) - len(before) <= 3 * 6


async def test_a_whole_life_of_six_transitions_stays_within_its_budget(live: LiveOffice) -> None:
    due_soon = this_second() - timedelta(hours=1) + timedelta(seconds=2)
    await live.office.launch("m1", a_matter(limit="1h", assigned_at=due_soon))
    await live.office.say("m1", RequestExtension(message_id=message_id(), by=HANDLER, limit="1h", reason="材料未齐"))
    await live.office.say("m1", DecideExtension(message_id=message_id(), by=LEADER, granted=False))
    await eventually(lambda: live.recorded("m1", ActName.OVERDUE))
    await live.office.say("m1", Submit(message_id=message_id(), by=HANDLER, text="办结"))
    await live.office.say("m1", Verify(message_id=message_id(), by=OFFICER, passed=True, method="document"))

    handle = live.client.get_workflow_handle(matter_workflow_id("m1", live.scope))
    history: WorkflowHistory = await handle.fetch_history()

    registration, commands, timers = 7, 4 * 9, 7
    assert len(history.events) <= registration + commands + timers
    assert sum(event.ByteSize() for event in history.events) <= 11_000
