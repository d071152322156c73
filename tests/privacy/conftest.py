"""A record that keeps case materials sealed, with one case lived through on it by the activity that records."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from activities.recording import Recording
from models.case_messages import CaseCommand, Decline, Execute
from models.contract import Receipt, TransitionOrder
from policies.deadlines import SHANGHAI
from policies.directory import Directory
from record.store import Store
from tests.builders import sample_directory
from tests.sealing import sealed_store
from tests.workflows.test_kill import CASE, a_case

MONDAY = datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)
SECRETS = ("检查发现", "属实", "未在期限内报结", "材料供应延误", "不影响认定", "诫勉谈话内容")
"""What is written in the course of a_case, in every step that says something."""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """The office's data directory."""
    return tmp_path / "office"


@pytest.fixture
def store(database_url: str, place: Path) -> Iterator[Store]:
    store = sealed_store(database_url, place)
    yield store
    store.close()


def said() -> list[CaseCommand]:
    """The commands of a case, for the time in which these records stand."""
    return [
        one.model_copy(update={"evidence": {**one.evidence, "time": "2026-03-02"}})
        if isinstance(one, Execute) and isinstance(one.evidence, dict)
        else one
        for one in a_case()
    ]


def recorded(store: Store, directory: Directory | None = None, commands: list[CaseCommand] | None = None) -> Receipt:
    """Say every command of a case, an hour after the other; where it stands then."""
    recording = Recording(store, directory or sample_directory())
    receipt: Receipt | None = None
    for hour, command in enumerate(commands or said()):
        at = MONDAY + timedelta(hours=hour)
        receipt = recording.record_transition(TransitionOrder(matter_id=CASE, at=at, message=command))
        assert receipt.outcome is not None
        assert receipt.outcome.accepted, (command.do, receipt.outcome)
    assert receipt is not None
    return receipt


def closed(store: Store) -> str:
    """A case that is over: proposed, and declined."""
    recorded(store, commands=[a_case()[0], Decline(message_id="c-decline", by="区长", reason="事实不清")])
    return CASE
