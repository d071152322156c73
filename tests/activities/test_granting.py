"""What the record knows of other permits about a subject: counted in the act, one above the month's number refused."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from activities.recording import Recording
from models.acts import ActName
from models.contract import Receipt, TransitionOrder
from models.messages import Command
from models.proceeding_messages import CheckItems, Finish, Grant, Open
from policies.block_procedures import load_blocks
from policies.deadlines import SHANGHAI
from record import ledger
from record.store import Store
from tests.workflows.cast import DIRECTORY, HANDLER, LEAD, OFFICE, OFFICER

MONDAY = datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)
OFFICE_HEAD = "督查室主任"
LATER = timedelta(days=11)
"""After which a permit of ten days is valid no more, and another may be asked for."""


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    store = Store(database_url)
    store.migrate()
    yield store
    store.close()


def say(recording: Recording, target: str, at: datetime, message: Open | Command) -> Receipt:
    return recording.record_transition(TransitionOrder(matter_id=target, at=at, message=message, known_seq=0))


def inspected(recording: Recording, number: int, at: datetime) -> Receipt:
    """Ask for an inspection of one firm and have it granted; what the grant came to."""
    target, about = f"proceeding/{number}", {"procedure": "inspection", "lead": LEAD, "office": OFFICE}
    opening = Open.model_validate({"message_id": f"o{number}", "title": "检查", "subject": "甲企业", **about})
    say(recording, target, at, opening)
    say(recording, target, at, CheckItems(message_id=f"c{number}", by=OFFICER))
    receipt = say(recording, target, at, Grant(message_id=f"g{number}", by=OFFICE_HEAD))
    say(recording, target, at, Finish(message_id=f"f{number}", by=HANDLER, evidence={"检查通知书送达回证": "1号"}))
    return receipt


def test_permits_about_a_subject_are_counted_over_the_month_and_no_more_are_granted(store: Store) -> None:
    recording = Recording(store, DIRECTORY)
    receipts = [inspected(recording, number, MONDAY + number * LATER) for number in range(3)]
    assert [receipt.outcome is not None and receipt.outcome.accepted for receipt in receipts] == [True, True, False]
    with store.reading() as session:
        acts = [entry.act for number in range(3) for entry in ledger.entries(session, f"proceeding/{number}")]
    assert [act.count for act in acts if act.act is ActName.GRANTED] == [1, 2]


def test_while_one_is_valid_another_about_the_subject_is_refused_with_its_number(store: Store) -> None:
    recording = Recording(store, DIRECTORY)
    inspected(recording, 1, MONDAY)
    opening = Open(message_id="o2", procedure="inspection", title="检查", subject="甲企业", lead=LEAD, office=OFFICE)
    receipt = say(recording, "proceeding/2", MONDAY + timedelta(days=1), opening)
    assert receipt.outcome is not None
    assert not receipt.outcome.accepted
    assert "proceeding/1" in (receipt.outcome.reason or "")


AT_ONCE = 6
MONTHLY = load_blocks(
    """
name: monthly
title: 每月限批 So many a month
parameters:
  most: [{from: 2020-01-01, value: 2, source: house rule}]
  limit: [{from: 2020-01-01, value: 5wd, source: house rule}]
steps:
  - {name: decision, title: 审批, block: approval, by: office.head, most: most, limit: limit,
     missed: {supervise: limit}}
""",
    "monthly.yaml",
)


def all_at_once(ask: Callable[[int], bool]) -> list[bool]:
    together = threading.Barrier(AT_ONCE)

    def begin(number: int) -> bool:
        together.wait()
        return ask(number)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(begin, range(AT_ONCE)))


def accepted(receipt: Receipt) -> bool:
    return receipt.outcome is not None and receipt.outcome.accepted


def test_of_many_opened_about_a_subject_at_once_one_is(store: Store) -> None:
    recording = Recording(store, DIRECTORY)
    about = {"procedure": "inspection", "title": "检查", "subject": "甲企业", "lead": LEAD, "office": OFFICE}

    def ask(number: int) -> bool:
        opening = Open.model_validate({"message_id": f"o{number}", **about})
        return accepted(say(recording, f"proceeding/{number}", MONDAY, opening))

    assert sum(all_at_once(ask)) == 1


def opened(store: Store) -> Recording:
    recording = Recording(store, DIRECTORY, blocks=(MONTHLY,))
    for number in range(AT_ONCE):
        opening = Open(
            message_id=f"o{number}", procedure="monthly", title="检查", subject="甲企业", lead=LEAD, office=OFFICE
        )
        assert accepted(say(recording, f"proceeding/{number}", MONDAY, opening))
    return recording


def test_of_many_granted_about_a_subject_at_once_as_many_are_as_may_be(store: Store) -> None:
    recording = opened(store)
    granting = all_at_once(
        lambda number: accepted(
            say(recording, f"proceeding/{number}", MONDAY, Grant(message_id=f"g{number}", by=OFFICE_HEAD))
        )
    )
    assert sum(granting) == 2


def test_matters_launched_at_once_are_each_registered(store: Store) -> None:
    recording = opened(store)

    def miss(number: int) -> bool:
        order = TransitionOrder(matter_id=f"proceeding/{number}", at=MONDAY + LATER, message=None, known_seq=2)
        return recording.record_transition(order).seq > 0

    assert all(all_at_once(miss))
    with store.reading() as session:
        first = [ledger.entries(session, f"proceeding-{number}-s1")[0].act.act for number in range(AT_ONCE)]
    assert first == [ActName.REGISTERED] * AT_ONCE
