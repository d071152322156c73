"""A notice leaves once per act, recipient and channel, falls back, and is never taken for told when it was not."""

import io
import logging
from datetime import timedelta

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.service import RPCError

import logs
from embedded import EmbeddedServer
from models.acts import ActName
from models.contract import NOTICE_WORKFLOW, matter_workflow_id
from models.messages import Sign
from models.notices import Fate, NoticeOrder
from record import ledger
from record.outbox import NoticeState
from tests.notices.offices import PASSWORD, by_mail, by_messenger, by_webhook, reached_by, replays, sending
from tests.notices.peers import Mood, Peer
from tests.workflows.cast import CO, CO_HANDLER, HANDLER, HEAD, OFFICER, a_matter, message_id
from tests.workflows.conftest import eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")

WITHIN = timedelta(seconds=40)
_STARTED = EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED


async def test_every_post_told_gets_one_mail_and_the_proof_is_kept(
    temporal_server: EmbeddedServer, database_url: str, mail: Peer
) -> None:
    contacts = {
        HANDLER: reached_by(by_mail("handler@example.invalid")),
        HEAD: reached_by(by_mail("head@example.invalid")),
        CO_HANDLER: reached_by(by_mail("co@example.invalid")),
    }
    async with sending(temporal_server, database_url, contacts, mail) as live:
        await live.office.launch("m1", a_matter(co=[CO], title="校舍加固"))
        await eventually(live.settled, WITHIN)

        assert sorted(one.to for one in mail.arrived) == [
            "co@example.invalid", "handler@example.invalid", "head@example.invalid"
        ]  # fmt: skip
        assert set(mail.keys.values()) == {1}
        for delivery in live.deliveries():
            assert delivery.state is NoticeState.DELIVERED
            assert delivery.provider_key in mail.keys
            assert delivery.receipt is not None
            assert delivery.receipt.startswith("250 2.0.0 queued as")
            assert delivery.delivered_at is not None
        assert {one.entry.act.act for one in live.deliveries()} == {ActName.ASSIGNED}
        subject = next(one.subject for one in mail.arrived if one.to == "co@example.invalid")
        assert subject == "【督办】交办:校舍加固(m1) Assigned"
        # The in-app inbox has it as before; the office itself has no channel and costs no workflow.
        assert [one.entry.act.act for one in live.inbox(HEAD)] == [ActName.ASSIGNED]
        with pytest.raises(RPCError):
            await live.notice("m1", 1, OFFICER).describe()


@pytest.mark.either_database("the pace at which a worker takes what is to be sent")
@pytest.mark.parametrize("pace", ["notices_per_second", "notices_per_second_each"])
async def test_notices_leave_no_faster_than_the_office_says(
    temporal_server: EmbeddedServer, database_url: str, mail: Peer, pace: str
) -> None:
    contacts = {
        HANDLER: reached_by(by_mail("handler@example.invalid")),
        HEAD: reached_by(by_mail("head@example.invalid")),
    }
    async with sending(temporal_server, database_url, contacts, mail, chosen={pace: 2.0}) as live:
        for number in range(6):
            await live.office.launch(f"m{number}", a_matter(title=f"校舍加固 {number}"))
        await eventually(live.settled, WITHIN)
        begun = []
        for one in live.deliveries():
            history = await live.notice(one.entry.act.target, one.entry.seq, one.recipient).fetch_history()
            begun += [event.event_time.ToDatetime() for event in history.events if event.event_type == _STARTED]
    assert len(begun) == 12
    # Each poller that waits may take one at once; the rest, two a second. Without a pace all go within one second.
    assert (max(begun) - min(begun)).total_seconds() > 2


async def test_an_office_without_contacts_starts_no_notice(temporal_server: EmbeddedServer, database_url: str) -> None:
    async with sending(temporal_server, database_url, {}) as live:
        await live.office.launch("m1", a_matter())

        assert live.deliveries() == []
        for seq, post in ((1, OFFICER), (2, HANDLER), (2, HEAD)):
            with pytest.raises(RPCError, match="not found"):
                await live.notice("m1", seq, post).describe()


async def test_a_notice_started_again_and_a_command_repeated_leave_nothing_twice(
    temporal_server: EmbeddedServer, database_url: str, mail: Peer
) -> None:
    async with sending(temporal_server, database_url, {OFFICER: reached_by(by_mail())}, mail) as live:
        await live.office.launch("m1", a_matter())
        sign = Sign(message_id=message_id(), by=HANDLER)
        first = await live.office.say("m1", sign)
        await eventually(live.settled, WITHIN)
        again = await live.office.say("m1", sign)
        with live.store.reading() as session:
            told = [entry for entry in ledger.entries(session, "m1") if OFFICER in entry.act.tell]
        for entry in told:
            order = NoticeOrder(target="m1", seq=entry.seq, recipient=OFFICER)
            # As after a power failure in which the server forgot the workflow, and the record did not.
            fate = await live.client.execute_workflow(
                NOTICE_WORKFLOW,
                order,
                id=f"{live.scope}/again/{entry.seq}",
                task_queue=f"{live.scope}-notices",
                result_type=Fate,
            )
            assert fate is Fate.DELIVERED

        assert again == first
        assert len(told) == 2
        assert len(mail.arrived) == 2
        assert set(mail.keys.values()) == {1}


async def test_a_channel_that_is_busy_is_tried_again(
    temporal_server: EmbeddedServer, database_url: str, mail: Peer
) -> None:
    mail.moods = [Mood.BUSY, Mood.BUSY]
    async with sending(temporal_server, database_url, {HANDLER: reached_by(by_mail())}, mail) as live:
        await live.office.launch("m1", a_matter())
        await eventually(live.settled, WITHIN)

        (delivery,) = live.deliveries()
        assert (delivery.state, delivery.attempts, delivery.failure) == (NoticeState.DELIVERED, 3, None)
        assert len(mail.arrived) == 1


async def test_a_refused_channel_gives_way_to_the_next_at_once(
    temporal_server: EmbeddedServer, database_url: str, mail: Peer, web: Peer
) -> None:
    contacts = {HANDLER: reached_by(by_mail("nobody@example.invalid"), by_webhook(web), by_mail(name="mail-2"))}
    async with sending(temporal_server, database_url, contacts, mail) as live:
        await live.office.launch("m1", a_matter())
        await eventually(live.settled, WITHIN)

        assert live.states() == {
            "mail": NoticeState.FAILED, "hook": NoticeState.DELIVERED, "mail-2": NoticeState.UNNEEDED
        }  # fmt: skip
        refused = next(one for one in live.deliveries() if one.channel == "mail")
        assert (refused.attempts, refused.failure) == (1, "smtp_rcpt_550")
        assert set(web.keys.values()) == {1}
        assert "重复" not in web.arrived[0].text
        assert await live.notice("m1", 2, HANDLER).result() is Fate.DELIVERED
        assert await replays(live.notice("m1", 2, HANDLER))


async def test_a_mail_taken_late_comes_again_under_the_same_message_id(
    temporal_server: EmbeddedServer, database_url: str, mail: Peer
) -> None:
    mail.moods = [Mood.LATE]
    async with sending(temporal_server, database_url, {HANDLER: reached_by(by_mail())}, mail) as live:
        await live.office.launch("m1", a_matter())
        await eventually(live.settled, WITHIN)

        (delivery,) = live.deliveries()
        assert delivery.state is NoticeState.DELIVERED
        assert mail.keys == {delivery.provider_key: 2}


@pytest.mark.parametrize("mood", [Mood.LATE, Mood.SLAMS])
async def test_what_a_messenger_may_have_is_not_sent_to_it_again_and_the_next_channel_says_so(
    temporal_server: EmbeddedServer, database_url: str, mail: Peer, web: Peer, mood: Mood
) -> None:
    web.then = mood
    contacts = {HANDLER: reached_by(by_messenger(web), by_mail())}
    async with sending(temporal_server, database_url, contacts, mail) as live:
        await live.office.launch("m1", a_matter())
        await eventually(live.settled, WITHIN)

        assert live.states() == {"im": NoticeState.UNCONFIRMED, "mail": NoticeState.DELIVERED}
        assert len(web.arrived) == 1
        assert "可能已经由其他渠道送达" in mail.arrived[0].text


async def test_a_messenger_that_has_certainly_not_taken_it_is_tried_again(
    temporal_server: EmbeddedServer, database_url: str, web: Peer
) -> None:
    web.moods = [Mood.BUSY]
    async with sending(temporal_server, database_url, {HANDLER: reached_by(by_messenger(web))}) as live:
        await live.office.launch("m1", a_matter())
        await eventually(live.settled, WITHIN)

        assert live.states() == {"im": NoticeState.DELIVERED}
        assert len(web.arrived) == 1


async def test_when_no_channel_delivers_the_office_is_told_and_it_does_not_count_as_told(
    temporal_server: EmbeddedServer, database_url: str, mail: Peer, web: Peer
) -> None:
    web.then = Mood.REFUSES
    contacts = {
        HANDLER: reached_by(by_mail("nobody@example.invalid"), by_webhook(web)),
        HEAD: reached_by(by_mail("head@example.invalid")),
    }
    async with sending(temporal_server, database_url, contacts, mail) as live:
        await live.office.launch("m1", a_matter())

        async def reported() -> bool:
            return any(one.unreached for one in live.inbox(OFFICER))

        await eventually(reported, WITHIN)

        assert set(live.states(HANDLER).values()) == {NoticeState.UNDELIVERED}
        assert all(one.delivered_at is None for one in live.deliveries(HANDLER))
        assert live.states(HEAD) == {"mail": NoticeState.DELIVERED}
        (alert,) = [one for one in live.inbox(OFFICER) if one.unreached]
        assert alert.unreached == (HANDLER,)
        assert alert.entry.act.act is ActName.ASSIGNED
        assert await live.notice("m1", 2, HANDLER).result() is Fate.FAILED


async def test_the_office_that_cannot_be_reached_itself_is_reported_to_its_head(
    temporal_server: EmbeddedServer, database_url: str, web: Peer
) -> None:
    web.then = Mood.REFUSES
    async with sending(temporal_server, database_url, {OFFICER: reached_by(by_webhook(web))}) as live:
        await live.office.launch("m1", a_matter())

        async def reported() -> bool:
            return any(one.unreached == (OFFICER,) for one in live.inbox("督查室主任"))

        await eventually(reported, WITHIN)


async def test_secrets_stay_out_of_histories_logs_and_failures(
    temporal_server: EmbeddedServer, database_url: str, web: Peer
) -> None:
    web.moods = [Mood.BUSY, Mood.SLAMS]
    web.then = Mood.REFUSES
    written = io.StringIO()
    before = list(logging.getLogger().handlers)
    logs.configure("json", "debug", written)
    try:
        async with sending(temporal_server, database_url, {HANDLER: reached_by(by_webhook(web))}) as live:
            await live.office.launch("m1", a_matter())
            await eventually(live.settled, WITHIN)
            handles = [
                live.notice("m1", 2, HANDLER),
                live.client.get_workflow_handle(matter_workflow_id("m1", live.scope)),
            ]
            # On record it is settled a moment before the server has heard of the last attempt.
            await handles[0].result()
            histories = [(await handle.fetch_history()).to_json() for handle in handles]
            kept = repr(live.deliveries())
    finally:
        logs.configure("json", "warning", io.StringIO())
        for handler in [one for one in logging.getLogger().handlers if one not in before]:
            logging.getLogger().removeHandler(handler)

    assert web.asked == 3
    assert "notice.attempted" in written.getvalue()
    assert "no_answer" in histories[0]
    for said in (*histories, written.getvalue(), kept):
        assert PASSWORD not in said
        assert f"127.0.0.1:{web.port}" not in said
