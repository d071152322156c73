"""A sample office that has lived a year: the same for the same seed, in every stage, and true to the rules."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from identity import receipts
from identity.receipts import Held
from models.acts import ActName
from models.cases import CaseStage, CaseState
from models.contract import kind_of
from models.matters import Light, MatterState, Stage
from models.proceedings import ProceedingStage
from policies.deadlines import SHANGHAI
from policies.directory import Directory
from policies.machines import light_of, over
from record import deliveries, documents, ledger, targets
from record.outbox import NoticeState
from record.sealed import for_the_rules
from record.store import Store
from sample.past import Past, known_to, sample_past
from tests.builders import sample_directory
from tests.databases import Databases
from tests.sealing import sealed_store
from tests.workflows.cast import DIRECTORY

UNTIL = datetime(2026, 11, 26, 10, tzinfo=SHANGHAI)
CASES = set(CaseStage) - {CaseStage.BLANK, CaseStage.NOT_ADOPTED, CaseStage.EXEMPTED, CaseStage.LAPSED}


@dataclass
class Lived:
    """A record with a past in it."""

    store: Store
    past: Past

    def states(self) -> list[Any]:
        with self.store.reading() as session:
            for_the_rules(session)
            return [targets.seen(session, target) for target in targets.stages(session)]

    def stages(self) -> set[Any]:
        with self.store.reading() as session:
            return set(targets.stages(session).values())

    def told(self) -> list[dict[str, Any]]:
        """Every act in the order of recording, but for what is drawn anew each time.

        That are the references under which petitioners are kept, and the digests of what is sealed of a document.
        """
        with self.store.reading() as session:
            for_the_rules(session)
            acts = [entry.act.model_dump(mode="json") for entry in ledger.recorded(session)]
        for act in acts:
            for place in (act["detail"], act["detail"].get("said", {})):
                place.pop("petitioner", None)
            for issued in act["detail"].get("documents", ()):
                issued.pop("facts", None)
        return acts


def lived(databases: Databases, place: Path, until: datetime = UNTIL, **chosen: Any) -> Lived:
    store = sealed_store(databases.new(), place)
    return Lived(store, sample_past(store, sample_directory(), until, **chosen))


@pytest.fixture(scope="module")
def year(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    found = lived(databases, tmp_path_factory.mktemp("year"))
    yield found
    found.store.close()


@pytest.mark.either_database("what a seed comes to")
def test_the_same_seed_gives_the_same_acts_and_another_one_others(
    year: Lived, databases: Databases, tmp_path: Path
) -> None:
    first, again = (lived(databases, tmp_path / str(number), seed=7, ordinary=0) for number in range(2))

    def of_petitions(one: Lived) -> list[dict[str, Any]]:
        return [act for act in one.told() if act["target"].startswith("petition/")]

    assert first.told() == again.told()
    assert of_petitions(first) != of_petitions(year)
    assert first.past.codes.keys() == again.past.codes.keys()
    assert set(first.past.codes.values()).isdisjoint(again.past.codes.values())
    for one in (first, again):
        one.store.close()


def test_matters_stand_in_every_stage_and_light_and_cases_in_every_stage_of_their_way(year: Lived) -> None:
    open_ones = [state for state in year.states() if not over(state)]

    assert set(Stage) | CASES <= year.stages()
    assert {light_of(state) for state in open_ones if isinstance(state, MatterState)} == set(Light)
    assert {ProceedingStage.UNDER_WAY, ProceedingStage.COMPLETED, ProceedingStage.LINKED} <= year.stages()
    assert {kind_of(state.id) for state in open_ones} >= {"petition", "duty", "proceeding"}
    assert any(isinstance(state, MatterState) and state.suspended for state in open_ones)


@pytest.mark.either_database("days of the calendar: what is recorded is claimed of one day on both")
@pytest.mark.parametrize("day", ["2026-02-23T08:10", "2027-10-03T22:00"])
def test_on_whatever_day_it_starts_every_stage_is_there(databases: Databases, tmp_path: Path, day: str) -> None:
    until = datetime.fromisoformat(day).replace(tzinfo=SHANGHAI)
    found = lived(databases, tmp_path, until, ordinary=0)

    assert set(Stage) | CASES <= found.stages()
    assert {light_of(state) for state in found.states() if not over(state)} == set(Light)
    found.store.close()


def test_every_chain_and_document_verifies_and_no_clock_is_late_when_it_ends(year: Lived) -> None:
    with year.store.reading() as session:
        assert list(ledger.verify(session)) == []
        assert list(documents.verify(session)) == []
        assert targets.late(session, UNTIL + timedelta(seconds=1)) == {}
        assert deliveries.waiting(session) == []


def test_it_reaches_back_a_year_and_each_act_was_recorded_when_it_happened(year: Lived) -> None:
    with year.store.reading() as session:
        entries = list(ledger.recorded(session))

    assert len(entries) == year.past.acts
    assert timedelta(days=330) < UNTIL - entries[0].act.at < timedelta(days=366)
    assert UNTIL - timedelta(days=2) < max(entry.act.at for entry in entries) <= UNTIL
    assert all(entry.processed_at == entry.act.at for entry in entries)


def test_cases_wait_for_everybody_who_has_a_step_to_take(year: Lived) -> None:
    cases = {state.title: state for state in year.states() if isinstance(state, CaseState) and state.open}

    assert cases["学生体质监测上报"].stage is CaseStage.DECIDING
    assert [vote.member for vote in cases["学生体质监测上报"].votes] == ["区政府办公室主任"]
    assert cases["应急物资储备核查"].unanswered
    assert cases["困难学生资助发放"].subject == "区教育局长"
    assert cases["困难学生资助发放"].stage is CaseStage.NOTIFIED
    assert cases["供热管网抢修"].stage is CaseStage.PROPOSED
    reviewed = [state.review for state in year.states() if isinstance(state, CaseState) and state.review is not None]
    assert {review.outcome is None for review in reviewed} == {True, False}


def test_who_turned_to_the_office_is_in_no_act_and_the_codes_open_the_petitions(year: Lived) -> None:
    petition, code = next(iter(year.past.codes.items()))

    assert "诉求人" not in str(year.told())
    assert receipts.held(year.store, petition, code, "test", UNTIL) == Held()


def test_notices_have_left_the_house_with_a_proof_that_says_they_are_a_sample(year: Lived) -> None:
    with year.store.reading() as session:
        delivered = deliveries.deliveries(session, states=(NoticeState.DELIVERED,), limit=200).items

    assert delivered
    assert all(one.receipt is not None and "样例" in one.receipt for one in delivered)


def test_occurrences_children_extensions_and_documents_are_there(year: Lived) -> None:
    acts = {act["act"] for act in year.told()}

    assert acts >= {
        ActName.SPLIT, ActName.OCCURRED, ActName.EXTENSION_REQUESTED, ActName.EXTENSION_GRANTED, ActName.IMPORTED,
        ActName.EXTENSION_REFUSED, ActName.REVIEW_DECIDED, ActName.STATEMENT_GIVEN, ActName.TRANSFER_REQUESTED,
    }  # fmt: skip
    assert any(act["detail"].get("documents") for act in year.told())
    assert any(state.parent and "-3-" in state.id for state in year.states() if isinstance(state, MatterState))


def test_a_past_that_is_broken_off_leaves_nothing(databases: Databases, tmp_path: Path) -> None:
    store = sealed_store(databases.new(), tmp_path)

    def stopped(at: datetime) -> None:
        if at > UNTIL - timedelta(days=150):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sample_past(store, sample_directory(), UNTIL, ordinary=0, passed=stopped)
    with store.reading() as session:
        assert list(ledger.recorded(session)) == []
    store.close()


def test_an_office_with_organs_of_its_own_is_not_the_sample() -> None:
    assert known_to(sample_directory())
    assert not known_to(DIRECTORY)
    assert not known_to(Directory([]))
