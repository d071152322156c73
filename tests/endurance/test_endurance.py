"""The short form of `make endure`: lives of each kind, the cheapest faults, and the same look at everything."""

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from models.acts import Act, ActName
from models.rows import TallyRow, table
from policies.deadlines import SHANGHAI
from record import ledger
from record.ledger import Entry
from tests.endurance import clock
from tests.endurance.audit import Audited, doubled
from tests.endurance.director import Director, Report
from tests.endurance.house import House
from tests.endurance.living import unlike
from tests.endurance.plan import Fault, Plan, a_plan
from tests.postgresql import PostgresqlServer

SEED, MATTERS = 20261126, 9


def told(text: str) -> None:
    """Shown where the test fails."""
    sys.stdout.write(f"{text}\n")


def a_short_plan(*faults: Fault) -> Plan:
    return a_plan(SEED, MATTERS, faults, drills=0)


def assert_whole(report: Report, plan: Plan) -> None:
    assert report.wrong == []
    assert sum(report.faults.values()) == len(plan.troubles)
    assert report.messages == plan.messages
    assert report.kills > 0
    assert report.notices["delivered"] == report.notices["arrived"] > 0


async def test_kills_of_worker_and_server_and_a_mail_server_that_answers_twice_lose_and_double_nothing(
    sqlite_url: str,
) -> None:
    plan = a_short_plan(Fault.WORKER, Fault.SERVER, Fault.MAIL_TWICE, Fault.GARBAGE)
    async with House(plan, postgresql=False, workers=1, on_disks=False, quick=True, given=sqlite_url) as house:
        director = Director(house, plan, told)
        assert_whole(await director.run(), plan)
        assert_that_it_would_be_seen(director, house)


async def test_kills_of_the_database_and_of_everything_lose_and_double_nothing(
    postgresql_server: PostgresqlServer,
) -> None:
    plan = a_short_plan(Fault.DATABASE, Fault.EVERYTHING)
    async with House(plan, postgresql=True, workers=1, on_disks=False, quick=True, given=postgresql_server) as house:
        assert_whole(await Director(house, plan, told).run(), plan)


def assert_that_it_would_be_seen(director: Director, house: House) -> None:
    """Every way in which a run can be wrong shows, each by itself, in a record that has just been found whole."""
    look, journal = director.look_at_record, director.journal
    assert look().faults == ()
    (key, first), *_ = journal.first.items()
    life = house.plan.lives[0]

    journal.first["e0", "never-recorded"] = replace(first, message_id="never-recorded")
    assert look().lost == 1
    journal.first = {**journal.first, key: replace(first, accepted=not first.accepted)}
    del journal.first["e0", "never-recorded"]
    assert "acknowledged as" in only(look())
    day = timedelta(days=1)
    journal.first[key] = replace(first, sent_at=first.sent_at - day, answered_at=first.answered_at - day)
    assert "said from" in only(look())
    journal.first[key] = first

    said = journal.said[life.name]
    journal.said[life.name] = said[:-1]
    assert f"{life.name}: act" in look().faults[0]
    journal.said[life.name] = said

    with house.store.writing() as session:
        entries = list(ledger.recorded(session))
        assert list(doubled([*entries, next(one for one in entries if one.message_id is None)]))
        assert list(doubled([*entries, next(one for one in entries if one.message_id is not None)]))
        session.connection().execute(update(table(TallyRow)).values(matters=table(TallyRow).c.matters + 1))
    assert any("tallied as" in fault for fault in look().faults)


def test_one_decision_takes_back_each_finding_once() -> None:
    def entry(seq: int, name: ActName, message_id: str | None, reason: str | None = None) -> Entry:
        at = datetime(2026, 4, 1, 15, seq, tzinfo=SHANGHAI)
        return Entry("m1", seq, Act(at=at, target="m1", act=name, reason=reason), message_id, at, "", "")

    found = [entry(seq, ActName.RECTIFICATION_OVERDUE, None) for seq in (1, 2, 3)]
    decided = entry(4, ActName.OBJECTION_DECIDED, "decision")
    taken_back = [
        entry(seq, ActName.FINDING_WITHDRAWN, "decision", ActName.RECTIFICATION_OVERDUE.value) for seq in (5, 6, 7, 8)
    ]
    assert list(doubled([*found, decided, *taken_back[:3]])) == []
    assert list(doubled([*found, decided, *taken_back])) == [
        "m1: takes rectification_overdue back once more than it was found"
    ]


def only(seen: Audited) -> str:
    (fault,) = seen.faults
    return fault


def test_a_plan_is_the_same_again_and_another_seed_is_another_plan() -> None:
    plan = a_plan(3, 60, list(Fault), drills=2)
    again = a_plan(3, 60, list(Fault), drills=2)
    assert (plan.lives, plan.order, plan.troubles, plan.directory) == (
        again.lives, again.order, again.troubles, again.directory,
    )  # fmt: skip
    assert plan.order != a_plan(4, 60, list(Fault), drills=2).order
    assert sorted({life.kind for life in plan.lives}) == sorted(
        ["plain", "returned", "extended", "suspended", "out_of_order", "falls_due", "split", "case", "petition"]
    )
    assert {trouble.fault for trouble in plan.troubles} == set(Fault)


@pytest.mark.skipif(not clock.can_jump(), reason="clocks are made to jump by root on Linux, x86-64, alone")
def test_the_clock_of_one_process_jumps_and_comes_back() -> None:
    said = "import time\nwhile input() == '?': print(time.time(), flush=True)"
    with subprocess.Popen([sys.executable, "-c", said], stdin=-1, stdout=-1, text=True) as process:

        def apart() -> int:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write("?\n")
            process.stdin.flush()
            return round(float(process.stdout.readline()) - datetime.now(UTC).timestamp())

        for seconds in (0, 7200, -3600, 0):
            if seconds or apart():
                clock.jump(process.pid, seconds)
                assert apart() == seconds
        process.kill()


def test_acts_that_differ_are_named_with_what_should_have_been() -> None:
    assert unlike({"m1": ["a", "b"]}, {"m1": ["a", "b"]}) == []
    assert unlike({"m1": ["a", "c"]}, {"m1": ["a", "b"]}) == ["m1: act 2: c, undisturbed b"]
    assert unlike({}, {"m1": ["a"]}) == ["m1: act 1: nothing, undisturbed a"]
