"""One matter on the real server: what its callers, the Temporal UI and later runs of it can rely on."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
from temporalio.client import (
    Client,
    Interceptor,
    OutboundInterceptor,
    StartWorkflowUpdateInput,
    WorkflowUpdateFailedError,
    WorkflowUpdateHandle,
)
from temporalio.common import TypedSearchAttributes
from temporalio.service import RPCError, RPCStatusCode

from activities.recording import Recording
from models.access import Scope
from models.acts import ActName
from models.calendar import CalendarNotice
from models.case_messages import Vote as CastVote
from models.contract import (
    MATTER_WORKFLOW,
    STRIKE_CLOCK_UPDATE,
    Receipt,
    SearchAttribute,
    TransitionOrder,
    matter_workflow_id,
)
from models.matters import Stage
from models.messages import (
    AcceptTransfer,
    Cancel,
    Correct,
    MatterCommand,
    Merge,
    Outcome,
    ReportProgress,
    RequestTransfer,
    Sign,
    Split,
    Submit,
    Urge,
    Verify,
)
from office import NoticeRefusedError, Office, UnavailableError
from record import ledger, views
from tests.workflows.cast import (
    CO,
    CO_HANDLER,
    DIRECTORY,
    HANDLER,
    LEAD,
    LEADER,
    OFFICER,
    STRANGER,
    a_matter,
    message_id,
    this_second,
)
from tests.workflows.conftest import LiveOffice, eventually
from witnesses import witnesses_of

pytestmark = pytest.mark.asyncio(loop_scope="session")


EVERYTHING = Scope.everything()


def acts_of(live: LiveOffice, target: str) -> list[ActName]:
    with live.store.reading() as session:
        return [entry.act.act for entry in ledger.entries(session, target)]


async def test_an_answered_command_is_in_the_database(live: LiveOffice) -> None:
    await live.office.launch("m1", a_matter())

    outcome = await live.office.say("m1", Sign(message_id=message_id(), by=HANDLER))

    assert outcome.accepted
    assert acts_of(live, "m1") == [ActName.REGISTERED, ActName.ASSIGNED, ActName.SIGNED]


async def test_who_no_longer_waits_is_not_kept_until_patience_is_over(live: LiveOffice) -> None:
    scope = f"{live.scope}-nobody"
    workflow_id = matter_workflow_id("m1", scope)
    await live.client.start_workflow(MATTER_WORKFLOW, "nobody works for it", id=workflow_id, task_queue=scope)
    office = Office(live.client, live.store, queue=scope, scope=scope)
    saying = asyncio.create_task(office.say("m1", Sign(message_id=message_id(), by=HANDLER)))
    await asyncio.sleep(1)
    saying.cancel()
    async with asyncio.timeout(3):
        with pytest.raises(asyncio.CancelledError):
            await saying
    await live.client.get_workflow_handle(workflow_id).terminate()


class _Broken(OutboundInterceptor, Interceptor):
    """A connection that breaks as `status` once a command has gone out over it, and is whole the next time."""

    def __init__(self, status: RPCStatusCode) -> None:
        self.status, self.broken = status, 0

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:  # noqa: A002 - the SDK's name
        self.next = next
        return self

    async def start_workflow_update(self, input: StartWorkflowUpdateInput) -> WorkflowUpdateHandle[Any]:  # noqa: A002
        handle = await super().start_workflow_update(input)
        if self.broken == 0:
            self.broken += 1
            raise RPCError("transport error", self.status, b"")
        return handle


@pytest.mark.parametrize("status", [RPCStatusCode.UNAVAILABLE, RPCStatusCode.UNKNOWN, RPCStatusCode.CANCELLED])
async def test_a_connection_that_breaks_after_a_command_loses_and_doubles_nothing(
    live: LiveOffice, status: RPCStatusCode
) -> None:
    await live.office.launch("m1", a_matter())
    broken = _Broken(status)
    client = Client(live.client.service_client, data_converter=live.client.data_converter, interceptors=[broken])

    office = Office(client, live.store, queue=live.scope, scope=live.scope)
    outcome = await office.say("m1", Sign(message_id=message_id(), by=HANDLER))

    assert (outcome.accepted, broken.broken) == (True, 1)
    assert acts_of(live, "m1") == [ActName.REGISTERED, ActName.ASSIGNED, ActName.SIGNED]


async def test_launching_twice_launches_once(live: LiveOffice) -> None:
    registration = a_matter()

    first = await live.office.launch("m1", registration)
    second = await live.office.launch("m1", registration)

    assert (first.again, second.again) == (False, True)
    assert second.outcome == first.outcome
    assert acts_of(live, "m1").count(ActName.REGISTERED) == 1


async def test_a_refused_registration_is_on_record_and_its_workflow_ends(live: LiveOffice) -> None:
    launched = await live.office.launch("m1", a_matter(lead="不存在局"))

    assert not launched.outcome.accepted
    assert acts_of(live, "m1") == [ActName.REFUSED]
    await asyncio.wait_for(live.office.handle("m1").result(), 10)


async def test_a_matter_of_the_same_lead_and_title_is_refused_while_the_first_is_open(live: LiveOffice) -> None:
    await live.office.launch("m1", a_matter(title="同名事项"))

    second = await live.office.launch("m2", a_matter(title="同名事项"))

    assert not second.outcome.accepted
    assert "m1" in (second.outcome.reason or "")


async def test_a_command_to_an_unknown_target_is_refused_on_record_and_repeats_its_answer(live: LiveOffice) -> None:
    command = Sign(message_id=message_id(), by=HANDLER)

    first = await live.office.say("没有这件", command)
    again = await live.office.say("没有这件", command)

    assert not first.accepted
    assert again == first
    assert acts_of(live, "没有这件") == [ActName.REFUSED]


async def test_a_command_to_an_open_matter_whose_workflow_was_terminated_waits_for_it(live: LiveOffice) -> None:
    await live.office.launch("m1", a_matter())
    sign = Sign(message_id=message_id(), by=HANDLER)
    signed = await live.office.say("m1", sign)
    await live.office.handle("m1").terminate()
    hasty = Office(live.client, live.store, queue=live.scope, scope=live.scope, patience=timedelta(seconds=1))
    submit = Submit(message_id=message_id(), by=HANDLER, text="办结")

    # An outage is nobody's fault: nothing is held against who submits meanwhile.
    with pytest.raises(UnavailableError, match="流程未在运行"):
        await hasty.say("m1", submit)
    assert acts_of(live, "m1")[-1] is ActName.SIGNED
    # What was answered before is answered so again.
    assert await hasty.say("m1", sign) == signed

    saying = asyncio.create_task(live.office.say("m1", submit))
    await asyncio.sleep(0.5)
    assert await live.office.recover("m1")
    assert (await saying).accepted
    assert acts_of(live, "m1")[-1] is ActName.SUBMITTED


async def test_a_command_of_a_case_is_refused_by_a_matter_on_record(live: LiveOffice) -> None:
    await live.office.launch("m1", a_matter())

    outcome = await live.office.say("m1", CastVote(message_id=message_id(), by=OFFICER))

    assert not outcome.accepted
    assert acts_of(live, "m1")[-1] is ActName.REFUSED


async def test_the_temporal_ui_shows_stage_light_level_due_and_the_story_in_chinese(live: LiveOffice) -> None:
    await live.office.launch("m1", a_matter())
    await live.office.say("m1", Sign(message_id=message_id(), by=HANDLER))
    handle = live.client.get_workflow_handle(matter_workflow_id("m1", live.scope))

    description = await handle.describe()
    found: TypedSearchAttributes = description.typed_search_attributes
    shown = {pair.key.name: pair.value for pair in found}

    assert shown[SearchAttribute.STAGE] == "running"
    assert shown[SearchAttribute.LIGHT] == "green"
    assert shown[SearchAttribute.ORGAN] == "教育局"
    assert shown[SearchAttribute.KIND] == "督办事项"
    assert SearchAttribute.DUE in shown
    assert "教育局" in (await description.static_summary() or "")
    details = await handle.query("__temporal_workflow_metadata")
    assert "签收" in str(details)


async def test_a_transferred_matter_is_found_under_its_new_organ(live: LiveOffice) -> None:
    await live.office.launch("m1", a_matter())
    await live.office.say("m1", RequestTransfer(message_id=message_id(), by=HANDLER, to=CO, reason="职责"))
    await live.office.say("m1", AcceptTransfer(message_id=message_id(), by=CO_HANDLER))
    handle = live.client.get_workflow_handle(matter_workflow_id("m1", live.scope))

    found: TypedSearchAttributes = (await handle.describe()).typed_search_attributes

    assert {pair.key.name: pair.value for pair in found}[SearchAttribute.ORGAN] == CO


async def test_one_matter_is_merged_into_another_that_the_record_knows(live: LiveOffice) -> None:
    await live.office.launch("m1", a_matter())
    await live.office.launch("m2", a_matter())

    nowhere = await live.office.say("m1", Merge(message_id=message_id(), by=OFFICER, into="m3"))
    merged = await live.office.say("m1", Merge(message_id=message_id(), by=OFFICER, into="m2"))
    corrected = await live.office.say(
        "m1", Correct(message_id=message_id(), by=OFFICER, act=ActName.MERGED, text="依据补正")
    )

    assert (nowhere.rule, merged.accepted, corrected.accepted) == ("merge", True, True)


async def test_a_running_matter_hears_every_command_there_is(live: LiveOffice) -> None:
    await live.office.launch("m1", a_matter())

    for shape in get_args(MatterCommand):
        outcome = await live.office.say("m1", shape(message_id=message_id(), by="没有这个岗位"))
        assert outcome.rule == "authority", shape


async def test_a_matter_and_its_children_show_each_other_what_they_come_to(live: LiveOffice) -> None:
    await live.office.launch("m1", a_matter(limit="20wd"))
    children = ({"id": "a", "title": "甲", "lead": CO, "limit": "2h"}, {"id": "b", "title": "乙", "lead": LEAD})
    split = Split.model_validate({"message_id": message_id(), "by": OFFICER, "children": children})
    assert (await live.office.say("m1", split)).accepted

    waiting = await live.office.say("m1", Submit(message_id=message_id(), by=HANDLER, text="办结"))
    assert not waiting.accepted
    cancelled = await live.office.say("m1", Cancel(message_id=message_id(), by=LEADER, reason="停办"))

    async def ended() -> bool:
        standings = [await live.office.standing(child) for child in ("a", "b")]
        return all(one is not None and one.stage is Stage.CANCELLED for one in standings)

    assert cancelled.accepted
    assert await eventually(ended)
    for matter_id in ("m1", "a", "b"):
        with live.store.reading() as session:
            faults = ledger.verify(session, [matter_id])
            seen = [seen async for seen in witnesses_of(live.client, matter_id, live.scope)]
            faults += ledger.compare(session, seen)
        assert faults == []


async def test_a_command_sent_as_not_yet_offered_is_heard_once_it_is_offered(live: LiveOffice) -> None:
    await live.office.launch("m1", a_matter())
    handle = live.client.get_workflow_handle(matter_workflow_id("m1", live.scope))

    said = Urge(message_id=message_id(), by=OFFICER, text="请抓紧")
    outcome = await handle.execute_update("not_yet_offered", said, result_type=Outcome)

    assert outcome.accepted


async def test_a_real_matter_has_no_clock_that_can_be_struck(live: LiveOffice) -> None:
    await live.office.launch("m1", a_matter())

    with pytest.raises((WorkflowUpdateFailedError, RPCError)):
        await live.office.handle("m1").execute_update(STRIKE_CLOCK_UPDATE, this_second(), result_type=Receipt)


async def test_a_due_instant_is_worked_off_in_real_time_and_recorded_at_the_due_instant(live: LiveOffice) -> None:
    assigned_at = this_second() - timedelta(hours=1) + timedelta(seconds=2)
    await live.office.launch("m1", a_matter(limit="1h", assigned_at=assigned_at))

    async def overdue() -> bool:
        return ActName.OVERDUE in acts_of(live, "m1")

    await eventually(overdue)

    with live.store.reading() as session:
        entry = next(one for one in ledger.entries(session, "m1") if one.act.act is ActName.OVERDUE)
    assert entry.act.at == assigned_at + timedelta(hours=1)
    assert entry.processed_at >= entry.act.at


async def test_a_loaded_notice_reaches_every_open_matter_once(live: LiveOffice) -> None:
    start = this_second()
    await live.office.launch("m1", a_matter(limit="15wd"))
    with live.store.reading() as session:
        line = views.card(session, "m1", start, scope=EVERYTHING)
    assert line is not None
    due = line.line.due_at
    assert due is not None
    # Made up for this test: the last day of the limit becomes a day off.
    notice = CalendarNotice(number="演练〔2099〕1号", date=start.date(), year=due.year, days_off=(due.date(),))

    told = await live.office.load_calendar(notice)
    again = await live.office.load_calendar(notice)

    with pytest.raises(NoticeRefusedError, match="another notice"):
        await live.office.load_calendar(notice.model_copy(update={"days_off": ()}))

    async def recomputed() -> bool:
        return ActName.CALENDAR_RECOMPUTED in acts_of(live, "m1")

    await eventually(recomputed)
    assert told == 1
    assert again is None
    assert acts_of(live, "m1").count(ActName.CALENDAR_RECOMPUTED) == 1


async def test_a_cancelled_matter_refuses_what_comes_later(live: LiveOffice) -> None:
    await live.office.launch("m1", a_matter())
    await live.office.say("m1", Cancel(message_id=message_id(), by=LEADER, reason="重复立项"))

    outcome = await live.office.say("m1", Sign(message_id=message_id(), by=HANDLER))

    assert not outcome.accepted
    assert acts_of(live, "m1")[-2:] == [ActName.CANCELLED, ActName.REFUSED]


async def test_strangers_are_refused_and_named_in_the_record(live: LiveOffice) -> None:
    await live.office.launch("m1", a_matter())

    outcome = await live.office.say("m1", ReportProgress(message_id=message_id(), by=STRANGER, text="代报"))

    assert not outcome.accepted
    with live.store.reading() as session:
        assert ledger.entries(session, "m1")[-1].act.by == STRANGER


async def test_a_long_life_goes_on_in_a_new_run_without_losing_an_answer(live: LiveOffice) -> None:
    await live.office.launch("m1", a_matter())
    sign = Sign(message_id=message_id(), by=HANDLER)
    first = await live.office.say("m1", sign)
    first_run = (await live.office.handle("m1").describe()).run_id

    await live.office.handle("m1").signal("renew")

    async def renewed() -> bool:
        return (await live.office.handle("m1").describe()).run_id != first_run

    await eventually(renewed)
    again = await live.office.say("m1", sign)
    submitted = await live.office.say("m1", Submit(message_id=message_id(), by=HANDLER, text="办结"))
    verified = await live.office.say("m1", Verify(message_id=message_id(), by=OFFICER, passed=True, method="document"))

    assert again == first
    assert submitted.accepted
    assert verified.acts == (ActName.VERIFIED, ActName.CLOSED)
    assert acts_of(live, "m1").count(ActName.SIGNED) == 1


async def test_a_matter_whose_last_command_never_reached_its_history_catches_up(
    live: LiveOffice, tmp_path: Path
) -> None:
    launched = await live.office.launch("m1", a_matter(limit="15wd"))
    assert launched.outcome.accepted
    await live.office.say("m1", Sign(message_id=message_id(), by=HANDLER))
    # What a power failure between the commit and the answer leaves: the record moved, the history did not.
    lost = TransitionOrder(matter_id="m1", at=this_second(), message=Submit(message_id=message_id(), by=HANDLER))
    await asyncio.to_thread(Recording(live.store, DIRECTORY).record_transition, lost)
    before = await live.office.standing("m1")

    told = await live.office.catch_up()

    async def caught_up() -> bool:
        standing = await live.office.standing("m1")
        return standing is not None and standing.stage is Stage.SUBMITTED

    await eventually(caught_up)
    assert told == 1
    assert before is not None
    assert before.stage is Stage.RUNNING
    assert acts_of(live, "m1").count(ActName.SUBMITTED) == 1


async def test_an_update_that_says_nothing_fails_by_itself_and_the_matter_goes_on(live: LiveOffice) -> None:
    await live.office.launch("m1", a_matter())
    handle = live.office.handle("m1")
    nothings: list[object] = [None, 7, {"do": "fly"}, []]
    for said in nothings:
        with pytest.raises(WorkflowUpdateFailedError):
            await handle.execute_update("sign", said, rpc_timeout=timedelta(seconds=5))

    assert (await live.office.say("m1", Sign(message_id=message_id(), by=HANDLER))).accepted
    assert acts_of(live, "m1") == [ActName.REGISTERED, ActName.ASSIGNED, ActName.SIGNED]
    failed = [event for event in (await handle.fetch_history()).events
              if event.HasField("workflow_task_failed_event_attributes")]  # fmt: skip
    assert failed == []
