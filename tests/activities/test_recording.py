"""One transition is one transaction, and running it again changes nothing."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import event

from activities.recording import Recording
from models.acts import ActName
from models.calendar import CalendarNotice
from models.contract import Receipt, TransitionOrder
from models.messages import CalendarPublished, Command, Registration, Sign, Submit
from policies.deadlines import SHANGHAI
from record import calendars, ledger, matters, outbox
from record.store import Store
from tests.record.tampering import refuse_inserts
from tests.workflows.cast import DIRECTORY, HANDLER, HEAD, a_matter, message_id

MONDAY = datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    store = Store(database_url)
    store.migrate()
    yield store
    store.close()


@pytest.fixture
def recording(store: Store) -> Recording:
    return Recording(store, DIRECTORY)


def record(
    recording: Recording,
    at: datetime,
    message: Registration | Command | CalendarPublished | None = None,
    known_seq: int = 0,
) -> Receipt:
    order = TransitionOrder(matter_id="m1", at=at, message=message, known_seq=known_seq)
    return recording.record_transition(order)


def acts(store: Store) -> list[ActName]:
    with store.reading() as session:
        return [entry.act.act for entry in ledger.entries(session, "m1")]


def test_the_same_message_again_gives_the_same_receipt_and_writes_nothing(recording: Recording, store: Store) -> None:
    registration = a_matter(limit="5wd")

    first = record(recording, MONDAY, registration)
    again = record(recording, MONDAY + timedelta(minutes=5), registration)

    assert again == first
    assert acts(store) == [ActName.REGISTERED, ActName.ASSIGNED]


def test_a_timer_worked_off_twice_is_recorded_once(recording: Recording, store: Store) -> None:
    record(recording, MONDAY, a_matter(limit="5wd"))
    due = datetime(2026, 3, 3, 18, tzinfo=SHANGHAI)

    first = record(recording, due, known_seq=2)
    again = record(recording, due, known_seq=2)

    assert again == first
    assert acts(store).count(ActName.SIGN_OVERDUE) == 1


def test_a_worker_that_died_after_the_commit_learns_what_it_missed(recording: Recording, store: Store) -> None:
    record(recording, MONDAY, a_matter(limit="5wd"))
    record(recording, MONDAY + timedelta(hours=1), Sign(message_id=message_id(), by=HANDLER), known_seq=2)

    later = record(recording, MONDAY + timedelta(hours=2), Submit(message_id=message_id(), by=HANDLER), known_seq=2)

    assert later.seq == 4
    assert [line.split()[2] for line in later.lines] == ["签收", "报结"]


def test_clocks_that_ran_out_come_before_the_message_and_do_not_carry_its_id(
    recording: Recording, store: Store
) -> None:
    record(recording, MONDAY, a_matter(limit="5wd"))
    sign = Sign(message_id=message_id(), by=HANDLER)

    record(recording, MONDAY + timedelta(days=3), sign, known_seq=2)

    with store.reading() as session:
        entries = ledger.entries(session, "m1")
    late, signed = (
        next(entry for entry in entries if entry.act.act is act) for act in (ActName.SIGN_OVERDUE, ActName.SIGNED)
    )
    assert late.seq < signed.seq
    assert late.message_id is None
    assert signed.message_id == sign.message_id


def test_a_transition_is_one_commit(recording: Recording, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    record(recording, MONDAY, a_matter(limit="5wd"))
    commits: list[object] = []
    event.listen(store._writer, "commit", commits.append)

    record(recording, MONDAY + timedelta(hours=1), Submit(message_id=message_id(), by=HANDLER), known_seq=2)

    assert len(commits) == 1


def test_notices_are_queued_with_the_act_that_causes_them(recording: Recording, store: Store) -> None:
    record(recording, MONDAY, a_matter(limit="5wd"))
    record(recording, datetime(2026, 3, 3, 18, tzinfo=SHANGHAI), known_seq=2)

    with store.reading() as session:
        told = [notice.entry.act.act for notice in outbox.inbox(session, HEAD).items]
    assert ActName.SIGN_OVERDUE in told


def test_a_failed_transition_leaves_nothing_behind(recording: Recording, store: Store) -> None:
    record(recording, MONDAY, a_matter(limit="5wd"))
    # The last statement of a transition fails, as it would on a full disk.
    refuse_inserts(store, "answers", "full")

    with pytest.raises(Exception, match="full"):
        record(recording, MONDAY + timedelta(hours=1), Sign(message_id=message_id(), by=HANDLER), known_seq=2)

    assert acts(store) == [ActName.REGISTERED, ActName.ASSIGNED]


def test_a_matter_keeps_the_policy_it_started_under(recording: Recording, store: Store) -> None:
    record(recording, MONDAY, a_matter(limit="5wd"))

    # A later release ships another text; this record still holds the old one.
    receipt = Recording(store, DIRECTORY).record_transition(
        TransitionOrder(matter_id="m1", at=MONDAY + timedelta(days=400), known_seq=2)
    )

    with store.reading() as session:
        state = matters.load(session, "m1")
    assert state is not None
    assert state.policy.startswith("standard@")
    assert state.policy.endswith("/2026-03-02")
    assert receipt.seq > 2


def test_a_clock_that_a_notice_moves_without_an_act_is_kept(recording: Recording, store: Store) -> None:
    record(recording, MONDAY, a_matter(limit="15wd"))
    overdue = datetime(2026, 3, 6, 9, tzinfo=SHANGHAI)
    before = record(recording, overdue, known_seq=2)
    # Made up for this test: Saturday 7 March becomes a working day, on which signing is asked for again.
    notice = CalendarNotice(number="演练〔2026〕9号", date=overdue.date(), year=2026, workdays=(date(2026, 3, 7),))
    with store.writing() as session:
        calendars.add(session, notice, overdue)

    after = record(recording, overdue, CalendarPublished(message_id="n", notice=notice), known_seq=before.seq)

    assert after.seq == before.seq
    assert before.next_at == datetime(2026, 3, 9, 8, 30, tzinfo=SHANGHAI)
    assert after.next_at == datetime(2026, 3, 7, 8, 30, tzinfo=SHANGHAI)
    assert record(recording, overdue, known_seq=after.seq).next_at == after.next_at


@pytest.mark.parametrize("told", [["m1/case1", "m1"], ["m1", "m1/case1"]])
def test_a_matter_hears_of_a_notice_before_its_case_whoever_is_told_first(
    recording: Recording, store: Store, told: list[str]
) -> None:
    """The notice denies the finding on which the case stands: it is over before it could be ruled again."""
    record(recording, MONDAY, a_matter(limit="5wd"))
    proposed = datetime(2026, 3, 19, 18, tzinfo=SHANGHAI)
    record(recording, proposed, known_seq=2)
    notice = CalendarNotice(
        number="演练〔2026〕2号",
        date=date(2026, 3, 20),
        year=2026,
        days_off=tuple(date(2026, 3, day) for day in range(9, 21)),
        workdays=(),
    )
    with store.writing() as session:
        calendars.add(session, notice, proposed)

    for target in told:
        recording.record_transition(
            TransitionOrder(
                matter_id=target,
                at=proposed + timedelta(hours=16),
                message=CalendarPublished(message_id="n", notice=notice),
                known_seq=1,
            )
        )

    with store.reading() as session:
        case = [entry.act.act for entry in ledger.entries(session, "m1/case1")]
    assert case == [ActName.CASE_PROPOSED, ActName.CASE_WITHDRAWN]
    assert acts(store).count(ActName.CALENDAR_RECOMPUTED) == 1
