"""Numbers follow each other without a gap, whoever issues at once and whatever fails."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from record import documents, ledger
from record.documents import Series
from tests.builders import CAST, LEAD, OFFICE
from tests.documents.desk import Desk
from tests.record.tampering import faults, tamper

WRITERS = 16
EACH = 6


def take_and_lose(desk: Desk, series: Series) -> None:
    """A number taken by a transaction that comes to nothing."""
    with desk.store.writing() as session:
        documents.number(session, [series])
        raise ZeroDivisionError


def numbers(desk: Desk, kind: str = "supervision_order") -> list[str]:
    return [one.number for one in desk.issued() if one.kind == kind]


def test_the_first_order_of_the_year_is_number_one_and_says_organ_mark_and_year(desk: Desk) -> None:
    assert desk.supervised().number == "督查室督办〔2026〕1号"


def test_sixteen_threads_and_failing_transactions_leave_no_gap(desk: Desk) -> None:
    together = threading.Barrier(WRITERS)
    series = Series(OFFICE, "督办", 2026)

    def work(writer: int) -> None:
        together.wait()
        for turn in range(EACH):
            if turn % 3 == 2:
                with suppress(ZeroDivisionError):
                    take_and_lose(desk, series)
            clerk = Desk(desk.store, desk.directory, said=1000 * writer + 100 * turn)
            clerk.supervised(f"m{writer}-{turn}")

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(work, range(WRITERS)))

    expected = [f"督查室督办〔2026〕{no}号" for no in range(1, WRITERS * EACH + 1)]
    assert numbers(desk) == expected
    assert desk.faults() == []
    assert faults(desk.store) == []


def test_a_transition_that_fails_after_its_number_was_taken_gives_it_back(desk: Desk) -> None:
    desk.open()
    tamper(desk.store, "ALTER TABLE document_templates RENAME TO mislaid")
    with pytest.raises(Exception, match="document_templates"):
        desk.wait("03-09 18:00")
    tamper(desk.store, "ALTER TABLE mislaid RENAME TO document_templates")

    desk.wait("03-09 18:00")

    assert numbers(desk) == ["督查室督办〔2026〕1号"]
    assert desk.faults() == []


def test_a_transition_worked_off_again_issues_nothing_again(desk: Desk) -> None:
    desk.supervised()

    desk.wait("03-09 18:00")

    assert len(desk.issued()) == 1


def test_each_kind_is_numbered_by_itself(desk: Desk) -> None:
    desk.supervised("m1")
    desk.supervised("m2")
    desk.wait("03-12 18:00", "m2")

    assert [one.number for one in desk.issued()] == [
        "督查室督办〔2026〕1号",
        "督查室督办〔2026〕2号",
        "督查室督改〔2026〕1号",
    ]


def test_each_organ_is_numbered_by_itself(desk: Desk) -> None:
    other = next(organ for organ in CAST if organ.name == "公安局")
    desk.supervised("m1")
    order = desk.supervised("m2", office=other.name)

    assert order.number == "公安局督办〔2026〕1号"


def test_the_year_is_that_of_the_act_in_shanghai(desk: Desk) -> None:
    desk.supervised("m1")
    # Due at 24:00 of 31 December, which is still the old year in UTC and already the new one in Shanghai.
    desk.open("m2", "2026-12-31 09:00", limit="same-day", urgency="特急")
    desk.wait("2027-01-01 00:00", "m2")
    desk.open("m3", "2026-12-30 23:59", limit="24h", urgency="特急")
    desk.wait("2026-12-31 23:59", "m3")

    assert [order.number for order in desk.issued() if order.kind == "supervision_order"] == [
        "督查室督办〔2026〕1号",
        "督查室督办〔2027〕1号",
        "督查室督办〔2026〕2号",
    ]


def test_two_orders_of_one_step_get_two_numbers(desk: Desk) -> None:
    desk.open()
    desk.wait("03-24 09:00")

    orders = [one.number for one in desk.issued() if one.kind == "rectification_order"]

    assert orders == ["督查室督改〔2026〕1号", "督查室督改〔2026〕2号"]
    assert desk.faults() == []


def test_the_act_names_its_documents_with_the_hash_of_what_they_say(desk: Desk) -> None:
    order = desk.supervised()
    with desk.store.reading() as session:
        kept = documents.kept(session, order.id)
        (act,) = [one.act for one in ledger.entries(session, "m1") if one.seq == order.seq]

    assert kept.template is not None
    assert act.detail["documents"] == [
        {
            "kind": "supervision_order",
            "title": "督办单",
            "number": order.number,
            "facts": documents.digest(kept.facts.encode()),
            "template": kept.template.hash,
        }
    ]


def test_a_refused_registration_issues_nothing(desk: Desk) -> None:
    desk.open(lead="没有这个局")

    assert desk.issued() == []


def test_documents_come_in_pages_by_matter_kind_and_number(desk: Desk) -> None:
    for number in range(5):
        desk.supervised(f"m{number}")
    with desk.store.reading() as session:
        first = documents.issued(session, limit=2)
        second = documents.issued(session, limit=2, after=first.next)
        found = [
            documents.issued(session, matter_id="m3").items,
            documents.issued(session, number="督查室督办〔2026〕4号").items,
            documents.issued(session, kind="督办单", matter_id="m3").items,
        ]
        none = documents.issued(session, kind="办结报告").items

    assert [one.matter_id for one in (*first.items, *second.items)] == ["m4", "m3", "m2", "m1"]
    assert [[one.matter_id for one in some] for some in found] == [["m3"]] * 3
    assert none == ()
    assert LEAD not in first.items[0].number
