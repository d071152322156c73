"""A mistake in the program stops the target it concerns, tells the office once, and nothing of it is kept."""

from collections.abc import Iterator
from typing import Any

import pytest

from activities import recording
from activities.recording import Recording
from models.acts import ActName
from models.contract import INCIDENTS, TransitionOrder
from models.evidence import IncidentKind
from models.messages import ReportProgress, Sign
from policies.machines import step
from record import incidents, ledger
from record.store import RecordUnavailableError, Store
from tests.workflows.cast import DIRECTORY, HANDLER, a_matter, this_second

HEAD = "区政府督查室主任"


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    store = Store(database_url)
    store.migrate()
    yield store
    store.close()


def order(target: str, message: Any) -> TransitionOrder:
    return TransitionOrder(matter_id=target, at=this_second(), message=message, known_seq=0)


def reported(store: Store, target: str) -> list[tuple[IncidentKind, bool]]:
    with store.reading() as session:
        return [(one.kind, one.closed_at is None) for one in incidents.listed(session, target)]


def test_a_target_whose_message_makes_the_rules_raise_is_reported_until_dealt_with_and_others_go_on(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = Recording(store, DIRECTORY, tell=(HEAD,))
    for name in ("m1", "m2"):
        office.record_transition(order(name, a_matter(title=name)))
    report = ReportProgress(message_id="p", by=HANDLER, text="secret words")

    def mistaken(state: Any, message: Any, *given: Any, **named: Any) -> Any:
        if message is report or isinstance(message, ReportProgress):
            raise ZeroDivisionError(message.text)
        return step(state, message, *given, **named)

    with monkeypatch.context() as patched:
        patched.setattr(recording, "step", mistaken)
        for _ in range(3):
            with pytest.raises(ZeroDivisionError):
                office.record_transition(order("m1", report))
        office.record_transition(order("m2", Sign(message_id="s", by=HANDLER)))
        assert reported(store, "m1") == [(IncidentKind.STUCK, True)]
        with store.writing() as session:
            assert incidents.close(session, "m1", this_second(), by=None, voice=None, how="重启") == 1
        with pytest.raises(ZeroDivisionError):
            office.record_transition(order("m1", report))
    assert reported(store, "m1") == [(IncidentKind.STUCK, False), (IncidentKind.STUCK, True)]
    assert reported(store, "m2") == []
    assert office.record_transition(order("m1", report)).outcome

    with store.reading() as session:
        said = [entry.act for entry in ledger.entries(session, INCIDENTS)]
        acts = [entry.act.act for entry in ledger.entries(session, "m1")]
    assert said[0].tell == (HEAD,)
    assert "ZeroDivisionError" in (said[0].reason or "")
    assert not any("secret words" in act.model_dump_json() for act in said)
    assert acts == [ActName.REGISTERED, ActName.ASSIGNED, ActName.SIGNED, ActName.PROGRESS_REPORTED]


def test_a_database_that_does_not_answer_is_no_mistake_of_the_program(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = Recording(store, DIRECTORY)

    def away(*_: Any, **__: Any) -> Any:
        raise RecordUnavailableError(TimeoutError())

    with monkeypatch.context() as patched:
        patched.setattr(recording, "step", away)
        with pytest.raises(RecordUnavailableError):
            office.record_transition(order("m1", a_matter()))
    assert reported(store, "m1") == []
