"""A repeat that is linked to another petition changes both in one transaction, and the other one's workflow looks."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import pytest

from activities.recording import Recording
from models.acts import ActName
from models.contract import Receipt, TransitionOrder
from models.messages import Command, Outcome
from models.proceeding_messages import AcceptRouting, Acknowledge, Link, Open, Route, SendPaper
from models.proceedings import Channel, ProceedingStage, ProceedingState, Sending
from policies.deadlines import SHANGHAI
from record import ledger, proceedings
from record.store import Store
from tests.builders import sample_directory

MONDAY = datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)
OFFICE = "区信访局承办岗"


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    store = Store(database_url)
    store.migrate()
    yield store
    store.close()


@pytest.fixture
def recording(store: Store) -> Recording:
    recording = Recording(store, sample_directory())
    for number in (1, 2):
        say(recording, f"petition/{number}", Open(
            message_id=f"open{number}", procedure="petition", title="噪声扰民", lead="区信访局", office="区信访局",
            channel=Channel.HOTLINE,
        ))  # fmt: skip
    return recording


def record(recording: Recording, target: str, message: Open | Command, hours: int = 0) -> Receipt:
    order = TransitionOrder(matter_id=target, at=MONDAY + timedelta(hours=hours), message=message)
    return recording.record_transition(order)


def say(recording: Recording, target: str, message: Open | Command, hours: int = 0) -> Outcome:
    outcome = record(recording, target, message, hours).outcome
    assert outcome is not None
    return outcome


def state(store: Store, target: str) -> ProceedingState:
    with store.writing() as session:
        found = proceedings.load(session, target)
    assert found is not None
    return found


def test_a_linked_repeat_is_in_both_chains(recording: Recording, store: Store) -> None:
    assert not say(
        recording, "petition/2", Link(message_id="l0", by=OFFICE, to="petition/9", reason="重复"), 1
    ).accepted
    assert say(recording, "petition/2", Link(message_id="l1", by=OFFICE, to="petition/1", reason="重复"), 1).accepted

    assert state(store, "petition/2").stage is ProceedingStage.LINKED
    assert state(store, "petition/1").links == ("petition/2",)
    with store.reading() as session:
        acts = [entry.act.act for entry in ledger.entries(session, "petition/1")]
    assert acts == [ActName.OPENED, ActName.STEP_BEGUN, ActName.LINKED]


def test_who_accepted_it_has_it_on_record(recording: Recording, store: Store) -> None:
    say(recording, "petition/1", Route(message_id="r", by=OFFICE, to="区教育局"), 1)
    receipt = record(recording, "petition/1", AcceptRouting(message_id="a", by="区教育局承办岗"), 2)

    assert receipt.organ == "区教育局"
    terms = state(store, "petition/1").terms
    assert terms is not None
    assert terms.lead == "区教育局"


def test_a_paper_sent_to_another_body_waits_on_record_for_its_receipt(recording: Recording, store: Store) -> None:
    filing = Open(
        message_id="open3", procedure="plan_filing", title="实施方案", lead="区教育局", office="区政务公开办",
        event_on=date(2026, 3, 2),
    )  # fmt: skip
    say(recording, "proceeding/1", filing)
    sent = SendPaper(message_id="s", by="区教育局承办岗", number="教办〔2026〕3号")
    assert say(recording, "proceeding/1", sent, 1).accepted
    kept = state(store, "proceeding/1").kept
    assert isinstance(kept, Sending)
    assert kept.waiting == ("区政务公开办",)
    assert say(recording, "proceeding/1", Acknowledge(message_id="a", by="区政务公开办承办岗"), 2).accepted
    assert state(store, "proceeding/1").stage is ProceedingStage.COMPLETED


def test_two_that_are_linked_to_each_other_at_once_leave_one_open(recording: Recording, store: Store) -> None:
    """Neither waits for the other for good: one is linked, the other one is refused, at the first attempt."""
    open_two = [(f"petition/{pair}a", f"petition/{pair}b") for pair in range(4)]
    for target in (one for pair in open_two for one in pair):
        say(recording, target, Open(
            message_id=f"open {target}", procedure="petition", title="噪声扰民", lead="区信访局", office="区信访局",
            channel=Channel.HOTLINE,
        ))  # fmt: skip
    crossing = [one for first, second in open_two for one in ((first, second), (second, first))]
    together = threading.Barrier(len(crossing))

    def link(targets: tuple[str, str]) -> bool:
        together.wait()
        command = Link(message_id=f"link {targets}", by=OFFICE, to=targets[1], reason="重复")
        return say(recording, targets[0], command, 1).accepted

    with ThreadPoolExecutor(len(crossing)) as pool:
        accepted = list(pool.map(link, crossing))
    assert [sum(accepted[place : place + 2]) for place in range(0, len(crossing), 2)] == [1] * len(open_two)
    for pair in open_two:
        assert {state(store, target).stage for target in pair} == {ProceedingStage.LINKED, ProceedingStage.UNDER_WAY}
