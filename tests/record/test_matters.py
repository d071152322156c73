import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, text, update

from models.access import Scope
from models.acts import ActName
from models.matters import Light, MatterState, Stage
from models.rows import DayRow, MatterRow, NaiveInstantError, SnapshotRow, TallyRow, table
from record import matters, tallies, targets, views
from record.store import Store
from record.tallies import ALL_BASES
from tests.record.builders import DUE, NOW, a_matter, a_refused_registration, an_act, append, emptied, save
from tests.record.recount import recounted, tallied

EVERYTHING = Scope.everything()

OVER = [Stage.CLOSED, Stage.CANCELLED, Stage.MERGED, Stage.ARCHIVED, Stage.REFUSED]


def saved(store: Store, *states: MatterState) -> None:
    with store.writing() as session:
        for state in states:
            save(session, state)


def test_a_state_comes_back_as_it_was_saved(store: Store) -> None:
    state = a_matter(suspended=True, open_cases=2, level=2)
    saved(store, state)
    with store.reading() as session:
        assert matters.load(session, "m1") == state


def test_a_matter_that_uses_nothing_new_is_saved_in_words_that_an_older_release_knows(store: Store) -> None:
    saved(store, a_matter("plain"), a_matter("stopped", suspended=True))
    with store.reading() as session:
        kept = {row.id: json.loads(row.state) for row in session.execute(text("SELECT id, state FROM snapshots"))}
        plain, stopped = (matters.load(session, name) for name in ("plain", "stopped"))
    new = kept["stopped"].keys() - kept["plain"].keys()
    assert new
    assert (plain, stopped) == (a_matter("plain"), a_matter("stopped", suspended=True))


def test_an_unknown_matter_has_no_state(store: Store) -> None:
    with store.reading() as session:
        assert matters.load(session, "m1") is None


def test_the_newest_state_replaces_the_older(store: Store) -> None:
    saved(store, a_matter(), a_matter(stage=Stage.SUPERVISED, level=1))
    with store.reading() as session:
        assert matters.load(session, "m1") == a_matter(stage=Stage.SUPERVISED, level=1)


def test_what_is_saved_can_be_loaded_again_in_the_same_transaction(store: Store) -> None:
    with store.writing() as session:
        save(session, a_matter())
        assert matters.load(session, "m1") == a_matter()


def test_a_state_loaded_with_its_chain_is_continued_where_the_chain_ends(store: Store) -> None:
    with store.writing() as session:
        last = append(session, an_act(), an_act())[-1]
        save(session, a_matter(), seq=2)
    with store.writing() as session:
        matters.load(session, "m1")
        assert append(session, an_act())[0].previous == last.hash


def test_an_instant_without_a_zone_is_refused(store: Store) -> None:
    naive = datetime(2026, 3, 9, 18)  # noqa: DTZ001
    with pytest.raises(NaiveInstantError, match="2026-03-09T18:00:00"), store.writing() as session:
        matters.save(session, a_matter(), seq=1, at=NOW, last_act=ActName.ASSIGNED, next_at=naive)
    with store.reading() as session:
        assert matters.load(session, "m1") is None


def test_the_due_instant_shown_is_that_of_the_returned_clock_while_it_runs() -> None:
    later = DUE + timedelta(days=3)
    assert matters.due_instant(a_matter()) == DUE
    assert matters.due_instant(a_matter(stage=Stage.RETURNED, returned_until=later)) == later
    assert matters.due_instant(a_matter(due_at=None)) is None


# --- twins -----------------------------------------------------------------------------------------------------------


def test_another_open_matter_of_the_same_lead_and_title_is_a_twin(store: Store) -> None:
    saved(store, a_matter("m1"), a_matter("m2", stage=Stage.SUPERVISED))
    with store.reading() as session:
        assert matters.open_twin(session, "区教育局", "治理教育乱收费", besides="m2") == "m1"
        assert matters.open_twin(session, "区教育局", "治理教育乱收费", besides="m1") == "m2"


@pytest.mark.parametrize(("lead", "title"), [("区财政局", "治理教育乱收费"), ("区教育局", "治理教育乱收费二")])
def test_a_matter_of_another_lead_or_title_is_no_twin(store: Store, lead: str, title: str) -> None:
    saved(store, a_matter("m1"))
    with store.reading() as session:
        assert matters.open_twin(session, lead, title, besides="m2") is None


@pytest.mark.parametrize("stage", list(Stage))
def test_a_matter_that_is_over_is_no_twin(store: Store, stage: Stage) -> None:
    saved(store, a_matter("m1", stage=stage))
    with store.reading() as session:
        twin = matters.open_twin(session, "区教育局", "治理教育乱收费", besides="m2")
    assert twin == (None if stage in OVER else "m1")


# --- measures that count ---------------------------------------------------------------------------------------------


def test_measures_are_counted_from_the_first_instant_up_to_but_not_including_the_last(store: Store) -> None:
    since, until = NOW, NOW + timedelta(days=365)
    second = timedelta(seconds=1)
    with store.writing() as session:
        append(
            session,
            *(
                an_act(ActName.MEASURE_DECIDED, f"m{number}/case1", at, subject="区教育局长", measure="P1")
                for number, at in enumerate([since - second, since, until - second, until])
            ),
        )
    with store.reading() as session:
        assert matters.measures_decided(session, "区教育局长", since, until) == 2
        assert matters.measures_decided(session, "区教育局长", since.astimezone(UTC), until.astimezone(UTC)) == 2


def test_only_measures_decided_against_the_subject_count(store: Store) -> None:
    with store.writing() as session:
        append(
            session,
            an_act(ActName.MEASURE_DECIDED, "m1/case1", subject="区财政局长"),
            an_act(ActName.CASE_PROPOSED, "m2/case1", subject="区教育局长"),
        )
    with store.reading() as session:
        assert matters.measures_decided(session, "区教育局长", NOW, NOW + timedelta(days=1)) == 0


# --- whom a notice concerns ------------------------------------------------------------------------------------------


def test_a_notice_concerns_every_matter_that_is_neither_archived_nor_refused(store: Store) -> None:
    saved(store, *(a_matter(f"m-{stage}", stage=stage) for stage in Stage))
    with store.reading() as session:
        concerned = targets.unfinished(session)
    assert concerned == sorted(f"m-{stage}" for stage in Stage if stage not in {Stage.ARCHIVED, Stage.REFUSED})


def test_pages_of_concerned_matters_follow_each_other_without_gap_or_repetition(store: Store) -> None:
    saved(store, *(a_matter(f"m{number:02d}") for number in range(7)))
    pages: list[list[str]] = []
    with store.reading() as session:
        after = ""
        while page := targets.unfinished(session, after_id=after, limit=3):
            pages.append(page)
            after = page[-1]
    assert [len(page) for page in pages] == [3, 3, 1]
    assert [matter_id for page in pages for matter_id in page] == [f"m{number:02d}" for number in range(7)]


# --- tallies ---------------------------------------------------------------------------------------------------------

STATES = st.builds(
    a_matter,
    st.sampled_from(["m1", "m2", "m3"]),
    stage=st.sampled_from(Stage),
    lead=st.sampled_from(["区教育局", "区财政局"]),
    light=st.sampled_from(Light),
    level=st.integers(0, 3),
    open_cases=st.integers(0, 2),
    suspended=st.booleans(),
) | st.builds(a_refused_registration, st.sampled_from(["m1", "m2", "m3"]))


def test_a_line_that_is_wrong_is_named_and_a_recount_sets_it_right(store: Store) -> None:
    saved(store, a_matter("m1"), a_matter("m2", stage=Stage.SUBMITTED, suspended=True))
    with store.writing() as session:
        session.execute(update(table(TallyRow)).where(table(TallyRow).c.stage == Stage.SUBMITTED).values(matters=7))
        session.execute(delete(table(DayRow)))
        wrong = tallies.differing(session)
        assert {(one.line[0], one.kept[0], one.counted[0]) for one in wrong if len(one.line) == 4} == {
            (ALL_BASES, 7, 1), ("=会议决定", 7, 1),
        }  # fmt: skip
        assert [(one.kept, one.counted) for one in wrong if len(one.line) == 2] == [((), (2, 0))]
        tallies.recount(session)
        assert tallies.differing(session) == []


def test_tallies_always_equal_a_recount(store: Store) -> None:
    @given(lives=st.lists(st.tuples(STATES, st.booleans(), st.booleans()), max_size=12))
    @settings(max_examples=60)
    def after(lives: list[tuple[MatterState, bool, bool]]) -> None:
        emptied(store, SnapshotRow, MatterRow, TallyRow)
        for state, loads, again in lives:
            with store.writing() as session:
                if loads:
                    matters.load(session, state.id)
                save(session, state)
                if again:
                    save(session, state)
        last = {state.id: state for state, _, _ in lives}
        with store.reading() as session:
            assert tallied(session) == recounted(session)
            counted = sum(
                counts[0] for line, counts in recounted(session).items()
                if len(line) == 4 and line[0] == ALL_BASES and line[2] != Stage.REFUSED
            )  # fmt: skip
            assert views.by_organ(session, NOW, scope=EVERYTHING).totals.matters == counted
            assert {matter_id: matters.load(session, matter_id) for matter_id in last} == last

    after()
