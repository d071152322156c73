"""The columns that lists and figures read say what the states say, whatever happens; and a circle names one three."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from models.access import Scope
from models.asked import Asked
from models.matters import MatterState, MatterTerms, Severity, Urgency
from models.rows import MatterRow, SnapshotRow, table
from policies import waiting
from policies.relations import scope
from record import circles, parties, registers
from record.circles import Circle
from record.matters import OVER
from record.store import Store
from tests.records.save import record_all
from tests.workflows.cast import CO_HANDLER, DIRECTORY, HANDLER, HEAD, LEADER, OFFICE, OFFICER, STRANGER

POSTS = (LEADER, OFFICER, HANDLER, HEAD, CO_HANDLER, STRANGER, "督查室主任")
_MATTERS, _SNAPSHOTS = table(MatterRow), table(SnapshotRow)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    store = Store(database_url)
    store.migrate()
    record_all(store)
    yield store
    store.close()


def states(store: Store) -> list[tuple[MatterState, object]]:
    with store.reading() as session:
        chosen = select(_SNAPSHOTS.c.state, _MATTERS).join_from(_MATTERS, _SNAPSHOTS, _SNAPSHOTS.c.id == _MATTERS.c.id)
        return [(MatterState.model_validate_json(row.state), row) for row in session.execute(chosen)]


def test_the_columns_say_what_the_states_say(store: Store) -> None:
    seen = states(store)
    assert any(row.asked for _, row in seen)  # type: ignore[attr-defined]
    for state, row in seen:
        asked = Asked.of(state)
        said = (row.basis, row.circle, row.open, row.asked and Asked.model_validate_json(row.asked))  # type: ignore[attr-defined]
        terms = state.terms
        assert said == (
            terms and terms.basis,
            terms and Circle.of(terms).name,
            state.stage.value not in OVER,
            asked,
        )


def test_whose_word_is_waited_for_hangs_on_what_is_asked_alone(store: Store) -> None:
    answered = 0
    for state, _ in states(store):
        asked = Asked.of(state)
        for post in POSTS:
            mine = waiting.of_matter(post, state, DIRECTORY)
            answered += len(mine)
            assert mine == (set() if asked is None else waiting.of_matter(post, asked.standing(), DIRECTORY))
    assert answered > 3


def terms(lead: str, office: str, leader: str) -> MatterTerms:
    return MatterTerms(
        title="", lead=lead, office=office, leader=leader, limit="5wd", basis="会议决定",
        urgency=Urgency.PLAIN, severity=Severity.ORDINARY,
    )  # fmt: skip


@pytest.mark.parametrize("three", [("甲", "乙", "丙"), ("甲 1", "", " 乙"), ("", "甲乙", "丙"), ("1 2 甲", "乙", "3")])
def test_a_circle_is_read_back_from_its_name(three: tuple[str, str, str]) -> None:
    circle = Circle.of(terms(*three))
    assert Circle.named(circle.name) == circle


def test_no_two_circles_have_one_name() -> None:
    assert Circle("甲乙", "丙", "丁").name != Circle("甲", "乙丙", "丁").name


def test_a_reader_reaches_what_the_parties_say_he_lists(store: Store) -> None:
    readers = [scope(post, DIRECTORY) for post in POSTS]
    for reader in (*readers, Scope.everything(), Scope.audit(), Scope.nothing(), Scope.published()):
        with store.reading() as session:
            reached = circles.reach(session, reader)
            for ours, theirs in ((reached.listed, parties.listed), (reached.whole, parties.whole)):
                visible = theirs(reader)
                chosen = select(_MATTERS.c.id).order_by(_MATTERS.c.id)
                expected = chosen if visible is None else chosen.where(visible)
                found = session.execute(chosen.where(ours(_MATTERS.c.circle))).scalars().all()
                assert found == session.execute(expected).scalars().all(), reader


def test_nobody_without_a_post_reaches_anything_even_where_no_matter_is(database_url: str) -> None:
    store = Store(database_url)
    store.migrate()
    with store.reading() as session:
        assert not circles.reach(session, Scope.nothing()).every
        assert registers.leads(session, scope=Scope.nothing()) == []
    store.close()


def test_only_what_is_open_is_counted_as_standing(store: Store) -> None:
    with store.reading() as session, pytest.raises(ValueError, match="closed"):
        registers.standing(
            session, {"closed": registers.Sought(office=OFFICE)}, scope=Scope.everything(), now=None  # type: ignore[arg-type]
        )  # fmt: skip
