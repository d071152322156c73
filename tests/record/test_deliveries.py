"""What is kept of a notice that leaves the house: one row per act, recipient and channel, and what becomes of it."""

from datetime import UTC, datetime, timedelta

import pytest

from models.notices import Fate, NoticeOrder
from models.rows import CaseRow
from record import deliveries, outbox
from record.deliveries import Begun, Delivery
from record.outbox import Channel, NoticeState
from record.store import Store
from tests.record.builders import Deciding

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
POST, OFFICER = "区教育局长", "区政府督查室承办岗"


def routes(*names: str, only: str = POST):  # type: ignore[no-untyped-def]
    return lambda post: names if post == only else ()


def told(store: Store, target: str = "m1", *names: str) -> NoticeOrder:
    """A matter with one act told to POST over these channels."""
    with store.writing() as session:
        _, entries = Deciding().transition(session, target, f"x-{target}")
        deliveries.queue(session, entries, routes(*(names or ("im", "mail"))))
        seq = next(entry.seq for entry in entries if POST in entry.act.tell)
    return NoticeOrder(target=target, seq=seq, recipient=POST)


def leaves(store: Store, order: NoticeOrder, *names: str, parcel: str = "p1") -> tuple[str, ...]:
    with store.writing() as session:
        channels = deliveries.reroute(session, order, names or ("im", "mail"), NOW)
        deliveries.parcel_of(session, order, parcel)
    return channels


def begin(store: Store, channel: str, *, tells: bool = False, parcel: str = "p1") -> Begun | Fate:
    with store.writing() as session:
        return deliveries.begin(session, parcel, channel, provider_key="k", tells_repetition=tells, at=NOW)


def rows(store: Store) -> dict[str, Delivery]:
    with store.reading() as session:
        return {one.channel: one for one in deliveries.deliveries(session).items}


def states(store: Store) -> dict[str, NoticeState]:
    return {channel: one.state for channel, one in rows(store).items()}


def test_a_row_for_each_channel_exists_once_however_often_it_is_queued(store: Store) -> None:
    with store.writing() as session:
        _, entries = Deciding().transition(session, "m1", "x1")
        for _ in range(2):
            deliveries.queue(session, entries, routes("im", "mail"))
    with store.reading() as session:
        (order,) = deliveries.unplanned(session, "m1", 0)
        assert deliveries.unplanned(session, "m1", order.seq) == []
        assert deliveries.unplanned(session, "m2", 0) == []
    assert order.recipient == POST
    assert states(store) == {"im": NoticeState.QUEUED, "mail": NoticeState.QUEUED}


def test_a_case_starts_what_it_tells_itself_and_its_matter_does_so_too(store: Store) -> None:
    with store.writing() as session:
        session.add(CaseRow(id="m1/case1", matter_id="m1", open=True, proposed_at=NOW))
    order = told(store, "m1/case1")
    with store.reading() as session:
        assert deliveries.unplanned(session, "m1/case1", 0) == [order]
        assert deliveries.unplanned(session, "m1", 0) == [order]
        assert deliveries.unplanned(session, "m1/case1", order.seq) == []


def test_what_has_been_planned_is_not_started_again(store: Store) -> None:
    order = told(store)
    with store.writing() as session:
        deliveries.postpone(session, order, NOW)
    with store.reading() as session:
        assert deliveries.unplanned(session, "m1", 0) == []


def test_a_delivery_is_proved_and_spares_the_other_channels(store: Store) -> None:
    order = told(store)
    leaves(store, order)
    assert begin(store, "im") == Begun(1)
    with store.writing() as session:
        deliveries.delivered(session, "p1", "im", "http_200", NOW)

    kept = rows(store)
    assert (kept["im"].state, kept["im"].receipt, kept["im"].delivered_at) == (NoticeState.DELIVERED, "http_200", NOW)
    assert kept["mail"].state is NoticeState.UNNEEDED
    assert begin(store, "im") is Fate.DELIVERED
    assert leaves(store, order) == ()


@pytest.mark.parametrize(("tells", "expected"), [(True, Begun(2)), (False, Fate.UNCONFIRMED)])
def test_an_attempt_that_was_cut_off_is_made_again_only_where_a_repetition_can_be_told(
    store: Store, tells: bool, expected: Begun | Fate
) -> None:
    leaves(store, told(store))
    begin(store, "im", tells=tells)

    assert begin(store, "im", tells=tells) == expected


def test_an_attempt_that_failed_leaves_the_channel_free_for_the_next(store: Store) -> None:
    leaves(store, told(store))
    begin(store, "im")
    with store.writing() as session:
        deliveries.missed(session, "p1", "im", attempt=1, state=NoticeState.QUEUED, failure="http_503")

    assert rows(store)["im"].failure == "http_503"
    assert begin(store, "im") == Begun(2)


def test_an_attempt_left_behind_changes_nothing_unless_it_delivers(store: Store) -> None:
    leaves(store, told(store))
    begin(store, "mail", tells=True)
    begin(store, "mail", tells=True)
    with store.writing() as session:
        deliveries.missed(session, "p1", "mail", attempt=1, state=NoticeState.FAILED, failure="smtp_data_554")
    assert states(store)["mail"] is NoticeState.SENDING

    with store.writing() as session:
        assert deliveries.close(session, "p1", "mail", "not_tried") is Fate.UNCONFIRMED
        deliveries.delivered(session, "p1", "mail", "250 late", NOW)
    assert states(store)["mail"] is NoticeState.DELIVERED


def test_a_refusal_says_nothing_about_an_earlier_attempt_that_may_have_arrived(store: Store) -> None:
    leaves(store, told(store))
    for attempt in (1, 2):
        assert begin(store, "mail", tells=True) == Begun(attempt)
    with store.writing() as session:
        left_at = deliveries.missed(session, "p1", "mail", attempt=2, state=NoticeState.FAILED, failure="smtp_data_554")

    assert left_at is NoticeState.UNCONFIRMED
    assert states(store)["mail"] is NoticeState.UNCONFIRMED


def test_routes_that_came_or_went_since_the_act_are_followed(store: Store) -> None:
    order = told(store)

    assert leaves(store, order, "mail", "sms") == ("mail", "sms")
    assert states(store) == {"im": NoticeState.FAILED, "mail": NoticeState.QUEUED, "sms": NoticeState.QUEUED}
    assert rows(store)["im"].failure == "route_taken_away"


def test_what_nobody_took_is_undelivered_and_stands_once_in_the_inbox_of_the_office(store: Store) -> None:
    order = told(store)
    leaves(store, order)
    begin(store, "im")
    with store.writing() as session:
        assert deliveries.close(session, "p1", "im", "not_tried") is Fate.UNCONFIRMED
        assert deliveries.close(session, "p1", "mail", "unusable") is Fate.FAILED
        for _ in range(2):
            number = deliveries.undelivered(session, order)
            assert number is not None
            outbox.report(session, number, OFFICER, NOW)

    assert states(store) == {"im": NoticeState.UNCONFIRMED, "mail": NoticeState.UNDELIVERED}
    with store.reading() as session:
        alerts = [one for one in outbox.inbox(session, OFFICER).items if one.channel is Channel.UNDELIVERED]
        assert [one.unreached for one in alerts] == [(POST,)]
        assert deliveries.may_have_arrived(session, "p1")


def test_what_was_delivered_after_all_is_not_reported(store: Store) -> None:
    order = told(store)
    leaves(store, order)
    begin(store, "im")
    with store.writing() as session:
        deliveries.delivered(session, "p1", "im", "http_200", NOW)
        assert deliveries.undelivered(session, order) is None


def test_a_digest_is_put_together_once_and_what_comes_later_goes_into_another(store: Store) -> None:
    due = NOW + timedelta(hours=8)
    first, second, third = (told(store, f"m{number}", "mail") for number in range(3))
    with store.writing() as session:
        for order in (first, second):
            deliveries.postpone(session, order, due)
        parcel = deliveries.gather(session, POST, due)
        assert parcel is not None
        deliveries.postpone(session, third, due)
        assert deliveries.gather(session, POST, due) == parcel
        assert deliveries.in_parcel(session, parcel) == [first, second]
        deliveries.begin(session, parcel, "mail", provider_key="k", tells_repetition=True, at=NOW)
        deliveries.delivered(session, parcel, "mail", "250 OK", NOW)
        later = deliveries.gather(session, POST, due)
        assert later not in (None, parcel)
        assert deliveries.in_parcel(session, str(later)) == [third]
        # A notice that is asked about again stays with its digest.
        assert deliveries.parcel_of(session, first, "m0/2/alone") == parcel
        assert deliveries.gather(session, "区长", due) is None


def test_pages_follow_each_other_without_gap_and_filters_hold(store: Store) -> None:
    for number in range(3):
        told(store, f"m{number}", "a", "b", "c")
    seen: list[tuple[str, str]] = []
    after: str | None = None
    while True:
        with store.reading() as session:
            page = deliveries.deliveries(session, after=after, limit=2)
        seen += [(one.matter_id, one.channel) for one in page.items]
        if (after := page.next) is None:
            break

    assert seen == [(f"m{number}", channel) for number in (2, 1, 0) for channel in "abc"]
    with store.reading() as session:
        assert len(deliveries.deliveries(session, matter_id="m1").items) == 3
        assert deliveries.deliveries(session, post="区长").items == ()
        assert deliveries.deliveries(session, states=(NoticeState.DELIVERED,)).items == ()
        with pytest.raises(ValueError, match="unpack"):
            deliveries.deliveries(session, after="nonsense")
