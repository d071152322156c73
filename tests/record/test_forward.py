"""Every record that was ever kept is taken over by today's program, and its matters go on where they stood."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import MetaData, select

from activities.recording import Recording
from models.access import Scope
from models.acts import ActName
from models.contract import Receipt, TransitionOrder
from models.matters import Stage
from models.messages import Command, DecideExtension, Registration, Resume, Sign, Verify
from policies.deadlines import SHANGHAI
from record import ledger, matters, numbers, settling, views
from record.store import Store
from tests.databases import Databases
from tests.record.recount import recounted, tallied
from tests.record.tampering import faults
from tests.records.loading import SAVED, load, opened, write
from tests.workflows.cast import DIRECTORY, HANDLER, LEADER, OFFICER, a_matter

EVERYTHING = Scope.everything()

ROOT = Path(__file__).parents[2]
LATER = datetime(2026, 3, 6, 10, tzinfo=SHANGHAI)


# What lists read, worked out from states and acts.
WORKED_OUT = ("matters", "parties", "doings", "cases", "finished")


# Kept by programs that knew nothing of what revision 0017 has worked out.
OLDER = [path for path in SAVED if path.stem < "0017"]


@pytest.fixture(params=SAVED, ids=lambda path: path.stem)
def kept(request: pytest.FixtureRequest, database_url: str) -> str:
    """A database at the revision of a saved record, with what it held; its URL."""
    file: Path = request.param
    load(database_url, file)
    return database_url


def worked_out(url: str) -> dict[str, list[str]]:
    """All that lists read, table by table."""
    with opened(url) as engine:
        tables = MetaData()
        tables.reflect(engine, only=WORKED_OUT)
        with engine.connect() as connection:
            return {
                name: sorted(str(tuple(row)) for row in connection.execute(select(tables.tables[name])))
                for name in WORKED_OUT
            }


@pytest.fixture
def store(kept: str) -> Iterator[Store]:
    store = Store(kept)
    store.migrate()
    yield store
    store.close()


def recorded(store: Store, matter_id: str, at: datetime, message: Registration | Command | None = None) -> Receipt:
    recording = Recording(store, DIRECTORY)
    return recording.record_transition(TransitionOrder(matter_id=matter_id, at=at, message=message))


def test_there_is_a_record_of_every_revision_that_was_released() -> None:
    assert {"0001", "0004", "0019"} <= {path.stem for path in SAVED}


def test_what_was_recorded_is_read_as_it_was(store: Store) -> None:
    with store.reading() as session:
        assert ledger.verify(session) == []
        assert tallied(session) == recounted(session)
        stages = {line.id: line.stage for line in views.matters(session, scope=EVERYTHING, now=LATER).items}
        assert numbers.known(session, "ledger row closed") == "2026-0007"
        assert [case.id for case in views.cases(session, "a case", scope=EVERYTHING)] == ["a case/case1"]
        assert views.inbox(session, "教育局长").items
    assert stages["signed"] is Stage.RUNNING
    assert stages["submitted"] is Stage.SUBMITTED
    assert stages["closed"] is Stage.CLOSED
    assert stages["silent"] is stages["a case"] is Stage.RECTIFYING


def test_every_open_matter_goes_on(store: Store) -> None:
    sign = Sign(message_id="later", by=HANDLER)
    passed = Verify(message_id="later", by=OFFICER, passed=True, method="document")
    granted = DecideExtension(message_id="later", by=LEADER, granted=True)
    went: dict[str, tuple[Command, ActName]] = {
        "just assigned": (sign, ActName.SIGNED),
        "asked for more time": (granted, ActName.EXTENSION_GRANTED),
        "suspended": (Resume(message_id="later", by=OFFICER), ActName.RESUMED),
        "submitted": (passed, ActName.CLOSED),
    }
    for matter_id, (message, act) in went.items():
        outcome = recorded(store, matter_id, LATER, message).outcome
        assert outcome is not None
        assert outcome.accepted, outcome
        assert act in outcome.acts
    assert faults(store) == []


def test_clocks_that_ran_out_meanwhile_are_worked_off(store: Store) -> None:
    receipt = recorded(store, "signed", LATER + timedelta(days=30))

    assert receipt.stage is Stage.RECTIFYING
    assert receipt.level > 0
    assert faults(store) == []


def test_a_message_answered_before_is_answered_as_it_was(store: Store) -> None:
    with store.reading() as session:
        before = matters.answered(session, "signed", "sign")

    assert before is not None
    assert recorded(store, "signed", LATER, Sign(message_id="sign", by=HANDLER)).outcome == before


def test_new_matters_follow_the_old_ones(store: Store) -> None:
    assert numbers.reserve(store, "another row", 2026) == "2026-0012"
    outcome = recorded(store, "2026-0012", LATER, a_matter(limit="5wd")).outcome
    assert outcome is not None
    assert outcome.accepted
    assert faults(store) == []


@pytest.mark.parametrize("kept", OLDER, indirect=True, ids=lambda path: path.stem)
def test_what_an_older_program_wrote_after_the_migration_is_settled_as_if_it_had_written_before(
    store: Store, kept: str, databases: Databases, request: pytest.FixtureRequest
) -> None:
    url = databases.new()
    file: Path = request.node.callspec.params["kept"]
    newer = Store(url)
    databases.migrate(newer)
    with opened(url) as engine:
        write(engine, file)
    with newer.reading() as session:
        assert list(settling.astray(session))

    settled = settling.settle(newer)

    assert settled.targets > 5
    assert worked_out(url) == worked_out(kept)
    with newer.reading() as session:
        assert list(settling.astray(session)) == settling.miscounted(session) == []
    assert settling.settle(newer) == settling.Settled(0, 0)
    assert faults(newer) == []
    newer.close()
    databases.drop(url)


# The newest: to start processes takes longest of all.
@pytest.mark.parametrize("kept", SAVED[-1:], indirect=True, ids=lambda path: path.stem)
def test_processes_that_start_on_it_at_once_take_it_over_once(kept: str) -> None:
    start = "import sys; from record.store import Store; store = Store(sys.argv[1]); store.migrate(); store.close()"
    processes = [subprocess.Popen([sys.executable, "-c", start, kept], cwd=ROOT) for _ in range(3)]

    assert [process.wait(60) for process in processes] == [0] * 3
    store = Store(kept)
    assert faults(store) == []
    store.close()
