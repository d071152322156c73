import subprocess
import sys
from pathlib import Path

from sqlalchemy import func, select

from models.rows import AnswerRow, NoticeRow
from record import ledger, targets
from record.ledger import FaultKind, Witness
from record.store import Store
from tests.record.recount import recounted, tallied

ROOT = Path(__file__).parents[2]
ROUNDS = 4


def lines_until_killed(url: str, lines: int) -> list[Witness]:
    """Start a writer, read what it says, kill it in the middle of its work, and read what it had still said."""
    command = [sys.executable, "-m", "tests.record.writing_until_killed", url]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        said = [writer.stdout.readline() for _ in range(lines)]
        writer.kill()
        said += writer.stdout.readlines()
    witnessed = [line.decode().split() for line in said if line.endswith(b"\n")]
    return [Witness(target, int(seq), digest) for target, seq, digest in witnessed]


def test_killing_a_writer_again_and_again_loses_nothing_it_had_acknowledged(database_url: str) -> None:
    acknowledged: list[Witness] = []
    for number in range(ROUNDS):
        acknowledged += lines_until_killed(database_url, 40 + 17 * number)
    assert len(acknowledged) > 40 * ROUNDS

    store = Store(database_url)
    with store.reading() as session:
        assert ledger.verify(session) == []
        findings = {fault.kind for fault in ledger.compare(session, acknowledged)}
        # What was recorded but could no longer be said aloud is there too; nothing that was said is missing.
        assert findings <= {FaultKind.RECORD_AHEAD}

        entries = sum(ledger.head(session, matter_id).seq for matter_id in targets.unfinished(session))
        answers = session.execute(select(func.count()).select_from(AnswerRow)).scalar_one()
        notices = session.execute(select(func.count()).select_from(NoticeRow)).scalar_one()
        # Every transition has two acts, one of which tells two posts: none is there in part or twice.
        assert entries == 2 * answers == notices
        assert tallied(session) == recounted(session)
    store.close()
