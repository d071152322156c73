"""Proceedings on the real server: what their callers, the Temporal UI and a second witness can rely on."""

import asyncio
from datetime import date

import pytest

from activities.recording import Recording
from evidence import watch
from models.acts import ActName
from models.calendar import CalendarNotice
from models.contract import KIND_PROCEEDING, SearchAttribute, TransitionOrder, matter_workflow_id
from models.messages import Approve, Cancel
from models.proceeding_messages import CheckItems, Finish, Open
from models.proceedings import ProceedingStage
from office import UnknownTargetError
from reconciling import reconcile
from record import ledger, proceedings
from tests.workflows.cast import (
    CO,
    DIRECTORY,
    HANDLER,
    LEAD,
    LEADER,
    OFFICE,
    OFFICER,
    STRANGER,
    message_id,
    this_second,
)
from tests.workflows.conftest import LiveOffice, eventually
from witnesses import messages_in, runs_of, witnesses_of

pytestmark = pytest.mark.asyncio(loop_scope="session")


def an_opening(**said: object) -> Open:
    given = {"message_id": message_id(), "procedure": "window_acceptance", "title": "食品经营许可", "lead": LEAD}
    return Open.model_validate({**given, "office": OFFICE, "leader": LEADER, "co": [CO], **said})


def acts_of(live: LiveOffice, target: str) -> list[ActName]:
    with live.store.reading() as session:
        return [entry.act.act for entry in ledger.entries(session, target)]


async def test_a_proceeding_is_opened_told_ended_and_witnessed(live: LiveOffice) -> None:
    target, opening = "proceeding/1", an_opening()
    opened = await live.office.open_proceeding(target, opening)
    assert (opened.outcome.accepted, opened.again) == (True, False)
    again = await live.office.open_proceeding(target, opening)
    assert (again.outcome, again.again) == (opened.outcome, True)
    other = await live.office.open_proceeding(target, an_opening())
    assert (other.outcome.accepted, other.outcome.rule) == (False, "opening")

    not_mine = await live.office.say(target, CheckItems(message_id=message_id(), by=STRANGER))
    assert not_mine.rule == "authority.step"
    foreign = await live.office.say(target, Approve(message_id=message_id(), by=LEADER, granted=True))
    assert (foreign.accepted, foreign.rule) == (False, "procedure")
    whole = CheckItems(message_id=message_id(), by=HANDLER)
    accepted = await live.office.say(target, whole)
    assert accepted.accepted
    assert accepted.acts == (ActName.ACCEPTED, ActName.STEP_BEGUN)
    assert await live.office.say(target, whole) == accepted

    found = await live.client.get_workflow_handle(matter_workflow_id(target, live.scope)).describe()
    shown = {pair.key.name: pair.value for pair in found.typed_search_attributes}
    assert shown[SearchAttribute.KIND.value] == KIND_PROCEEDING
    assert shown[SearchAttribute.STAGE.value] == ProceedingStage.UNDER_WAY.value
    standing = await live.office.standing(target)
    assert standing is not None
    assert (standing.next_for, standing.due_at) == ("到期提醒", accepted.due)

    await live.office.say(target, Cancel(message_id=message_id(), by=OFFICER, reason="申请人撤回"))
    with pytest.raises(UnknownTargetError):
        await live.office.recover(target)

    seen = [witness async for witness in witnesses_of(live.client, target, live.scope)]
    with live.store.reading() as session:
        assert ledger.compare(session, seen) == []
        kept = proceedings.seen(session, target)
    assert kept is not None
    assert kept.stage is ProceedingStage.ABANDONED
    late = await live.office.say(target, Finish(message_id=message_id(), by=HANDLER, text="已办结"))
    assert (late.accepted, late.rule) == (False, "stage")
    assert acts_of(live, target)[-2:] == [ActName.CONCLUDED, ActName.REFUSED]
    said = [
        one async for _, run in runs_of(live.client, target, live.scope) for one in await messages_in(live.client, run)
    ]
    assert {"open", "check_items", "approve", "cancel"} <= {one.get("do", "open") for one in said}


async def test_a_refused_opening_leaves_nobody_waiting_and_may_be_made_anew(live: LiveOffice) -> None:
    refused = await live.office.open_proceeding("proceeding/2", an_opening(procedure="none_such"))
    assert (refused.outcome.accepted, refused.outcome.rule) == (False, "opening")
    opened = await live.office.open_proceeding("proceeding/2", an_opening())
    assert opened.outcome.accepted
    assert acts_of(live, "proceeding/2") == [ActName.REFUSED, ActName.OPENED, ActName.STEP_BEGUN]
    with pytest.raises(ValueError, match="m1"):
        await live.office.open_proceeding("m1", an_opening())


async def test_a_holiday_notice_moves_the_step_of_an_open_proceeding(live: LiveOffice) -> None:
    opened = await live.office.open_proceeding("proceeding/3", an_opening())
    assert opened.outcome.due is not None
    last = opened.outcome.due.date()
    notice = CalendarNotice(number="演练〔2026〕11号", date=date(2026, 1, 1), year=last.year, days_off=(last,))

    assert await live.office.load_calendar(notice) == 1

    async def moved() -> bool:
        standing = await live.office.standing("proceeding/3")
        return standing is not None and standing.due_at is not None and standing.due_at.date() > last

    assert await eventually(moved)
    assert ActName.CALENDAR_RECOMPUTED in acts_of(live, "proceeding/3")


async def test_one_that_the_server_has_lost_is_started_again_from_the_record(live: LiveOffice) -> None:
    target = "proceeding/4"
    order = TransitionOrder(matter_id=target, at=this_second(), message=an_opening())
    recorded = await asyncio.to_thread(Recording(live.store, DIRECTORY).record_transition, order)

    done = await reconcile(
        live.client, live.store, None, queue=live.scope, scope=live.scope, notices_queue=None
    )  # fmt: skip
    assert (done.started, done.looked) == (1, 0)

    async def caught_up() -> bool:
        standing = await live.office.standing(target)
        return standing is not None and standing.seq == recorded.seq

    assert await eventually(caught_up)
    await live.office.handle(target).terminate()

    async def reported() -> bool:
        return [one.target async for one in watch.befallen(live.client, live.scope)] == [target]

    assert await eventually(reported)
    assert await live.office.recover(target)
    accepted = await live.office.say(target, CheckItems(message_id=message_id(), by=HANDLER))
    assert accepted.accepted
