"""A record that holds proceedings, petitions and duties beside matters: what of it is compared, and what is not?"""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import comparing
from activities.recording import Recording
from comparing import around_record, instants, over_record
from models.contract import TransitionOrder
from models.messages import Registration
from models.proceeding_messages import Open
from policies.block_procedures import read_blocks
from policies.procedures import STANDARD, Procedure, load_text, shipped
from record import ledger
from record.store import Store
from rehearsal.comparison import Comparison, Kind, lived_twice
from tests.builders import LEAD, LEADER, OFFICE, OFFICER
from tests.policies.access_cast import DIRECTORY
from tests.record.builders import DUE, NOW

FILE = Path(__file__).parents[1] / "scenarios" / "proceedings" / "procedures" / "letter_answer.yaml"
ANSWER = read_blocks(FILE.read_bytes(), str(FILE))
LATE = NOW + timedelta(days=30)


def stricter() -> Procedure:
    text = shipped(STANDARD).text.replace("{平件: 3wd, 急件: 2wd, 特急: 1wd}", "{平件: 1wd, 急件: 1wd, 特急: 1wd}")
    return load_text(text, "stricter")


def hear(recording: Recording, message: Any, at: datetime, target: str) -> None:
    order = TransitionOrder(matter_id=target, at=at, message=message)
    recording.record_transition(order)


def a_record(store: Store) -> list[str]:
    """A matter, and each of the others; what of them launched a matter and proposed a case."""
    recording = Recording(store, DIRECTORY, blocks=(ANSWER,))
    matter = Registration(
        message_id="r", by=OFFICER, title="校舍加固", lead=LEAD, office=OFFICE, leader=LEADER, limit="5wd"
    )
    hear(recording, matter, NOW, "2026-0001")
    said = {"title": "答复来函", "lead": LEAD, "office": OFFICE, "leader": LEADER, "panel": [LEADER]}
    for number in (1, 2):
        opening = Open.model_validate({"message_id": f"o{number}", "procedure": "letter_answer", **said})
        hear(recording, opening, NOW, f"proceeding/{number}")
    petition = {"procedure": "feedback_box", "message_id": "p", "channel": "box", **said}
    hear(recording, Open.model_validate(petition), NOW, "petition/2026-0001")
    launched = []
    for number in (1, 2):
        hear(recording, None, DUE, f"proceeding/{number}")
        launched.append(f"proceeding-{number}-s1")
    for target in ("2026-0001", *launched):
        hear(recording, None, LATE, target)
    return launched


def tried(store: Store, new: Procedure) -> Comparison:
    around = around_record(store)
    assert around
    work = comparing.work(
        shipped(STANDARD), new, new.last_change, around=around, directory=DIRECTORY, bounds=instants(None, None)
    )
    heard: list[int] = []
    found = over_record(store, work, heard.append, 1)
    assert heard == [3]
    return found


def test_a_matter_that_a_proceeding_launched_is_compared_as_any_other(store: Store) -> None:
    launched = a_record(store)
    same = tried(store, shipped(STANDARD))
    assert (same.compared, same.unlike, same.unlike_examples, dict(same.left_out)) == (3, 0, [], {})
    assert same.changed == []
    found = tried(store, stricter())
    assert (found.compared, found.unlike) == (3, 0)
    assert {one.matter_id for one in found.changed} <= {"2026-0001", *launched}
    ordered = found.of(None)[Kind.RECTIFICATION_ORDERED]
    assert ordered.new >= ordered.old > 0


def test_a_proceeding_itself_is_no_matter_and_its_case_is_none_of_the_matters(store: Store) -> None:
    launched = a_record(store)
    with store.reading() as session:
        assert ledger.entries(session, "proceeding/1/case1")
    around = around_record(store)
    assert around
    work = comparing.work(
        shipped(STANDARD), stricter(), NOW.date(), around=around, directory=DIRECTORY, bounds=instants(None, None)
    )
    (family,) = comparing.families(store, [launched[0]])
    lived, why = lived_twice(*family, work.question())
    assert why is None
    assert {one.target for acts in lived[launched[0]] for one in acts} <= {launched[0], f"{launched[0]}/case1"}
