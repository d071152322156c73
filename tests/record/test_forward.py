"""Every record that was ever kept is taken over by today's program, and its matters go on where they stood."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import MetaData, create_engine, func, select

import record
from activities.recording import Recording
from models.access import Scope
from models.acts import ActName
from models.contract import Receipt, TransitionOrder
from models.matters import Stage
from models.messages import Command, DecideExtension, Registration, Resume, Sign, Verify
from policies.deadlines import SHANGHAI
from record import ledger, matters, numbers, views
from record.store import Store
from tests.record.recount import recounted, tallied
from tests.record.tampering import faults
from tests.workflows.cast import DIRECTORY, HANDLER, LEADER, OFFICER, a_matter

EVERYTHING = Scope.everything()

ROOT = Path(__file__).parents[2]
SAVED = sorted((ROOT / "tests" / "records").glob("*.jsonl"))
LATER = datetime(2026, 3, 6, 10, tzinfo=SHANGHAI)


@pytest.fixture(params=SAVED, ids=lambda path: path.stem)
def kept(request: pytest.FixtureRequest, database_url: str) -> str:
    """A database at the revision of a saved record, with what it held; its URL."""
    file: Path = request.param
    engine = create_engine(database_url)
    if engine.dialect.name == "sqlite":
        Path(str(engine.url.database)).parent.mkdir(parents=True)
    with engine.begin() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(Path(record.__file__).parent / "migrations"))
        command.upgrade(config, file.stem)
    tables = MetaData()
    tables.reflect(engine)
    with engine.begin() as connection:
        for name, row in lines(file):
            # Tallies are made anew from the matters.
            if name not in ("alembic_version", "tally_lines", "days"):
                connection.execute(tables.tables[name].insert().values(row))
        if engine.dialect.name == "postgresql":
            for name in ("acts", "calendar_notices"):
                following = func.setval(func.pg_get_serial_sequence(name, "id"), func.max(tables.tables[name].c.id))
                connection.execute(select(following))
    engine.dispose()
    return database_url


def lines(file: Path) -> Iterator[tuple[str, dict[str, object]]]:
    for line in file.read_text(encoding="utf-8").splitlines():
        one = json.loads(line)
        yield one["table"], one["row"]


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
    assert "0001" in {path.stem for path in SAVED}


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


def test_processes_that_start_on_it_at_once_take_it_over_once(kept: str) -> None:
    start = "import sys; from record.store import Store; store = Store(sys.argv[1]); store.migrate(); store.close()"
    processes = [subprocess.Popen([sys.executable, "-c", start, kept], cwd=ROOT) for _ in range(3)]

    assert [process.wait(60) for process in processes] == [0] * 3
    store = Store(kept)
    assert faults(store) == []
    store.close()
