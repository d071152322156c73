from hypothesis import given, settings
from hypothesis import strategies as st

from models.rows import NumberRow
from record import numbers
from record.store import Store
from tests.record.builders import emptied


def test_ids_run_through_the_year(store: Store) -> None:
    assert [numbers.reserve(store, f"k{n}", 2026) for n in range(3)] == ["2026-0001", "2026-0002", "2026-0003"]


def test_the_same_key_gets_the_same_id_for_ever(store: Store) -> None:
    first = numbers.reserve(store, "k", 2026)
    numbers.reserve(store, "other", 2026)
    assert numbers.reserve(store, "k", 2026) == numbers.reserve(store, "k", 2027) == first


def test_each_year_begins_anew(store: Store) -> None:
    assert [numbers.reserve(store, key, year) for key, year in (("a", 2026), ("b", 2027), ("c", 2026))] == [
        "2026-0001",
        "2027-0001",
        "2026-0002",
    ]


def test_a_key_is_known_once_it_has_an_id(store: Store) -> None:
    with store.reading() as session:
        assert numbers.known(session, "k") is None
    given_id = numbers.reserve(store, "k", 2026)
    with store.reading() as session:
        assert numbers.known(session, "k") == given_id


def test_ids_and_keys_belong_to_each_other_one_to_one(store: Store) -> None:
    @given(
        keys=st.lists(
            st.tuples(st.text(st.characters(codec="utf-8", exclude_characters="\0")), st.integers(2025, 2027))
        )
    )
    @settings(max_examples=25)
    def one_to_one(keys: list[tuple[str, int]]) -> None:
        emptied(store, NumberRow)
        given_ids = {key: numbers.reserve(store, key, year) for key, year in keys}
        assert len(set(given_ids.values())) == len(given_ids)
        assert {key: numbers.reserve(store, key, year) for key, year in keys} == given_ids

    one_to_one()
