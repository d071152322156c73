import hashlib
import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, exc, text

from models.acts import Act, ActName, Ruling
from models.rows import NaiveInstantError, instant_text
from record import ledger
from record.ledger import FaultKind, Witness
from record.store import Store
from tests.record.builders import DUE, NOW, a_matter, an_act, append, save
from tests.record.tampering import faults, tamper

FOUR = [
    an_act(ActName.REGISTERED, by="区政府督查室承办岗"),
    an_act(ActName.ASSIGNED, due=DUE, tell=("区教育局长",), ruling=Ruling(entry="limit", rules=("R3", "R6"))),
    an_act(ActName.SIGNED, by="区教育局承办岗"),
    an_act(ActName.PROGRESS_REPORTED, by="区教育局承办岗", detail={"text": "已核对", "pages": [1, 2]}),
]


@pytest.fixture
def four(store: Store) -> Store:
    """A store in which m1 has four entries."""
    with store.writing() as session:
        append(session, *FOUR, message_id="x1")
    return store


# --- what is recorded ------------------------------------------------------------------------------------------------


def test_entries_come_back_as_they_were_appended(store: Store) -> None:
    with store.writing() as session:
        appended = append(session, *FOUR, message_id="x1")
    with store.reading() as session:
        assert ledger.entries(session, "m1") == appended
    assert [entry.act for entry in appended] == FOUR
    assert [entry.seq for entry in appended] == [1, 2, 3, 4]


def test_each_entry_carries_the_hash_of_the_one_before(four: Store) -> None:
    with four.reading() as session:
        chain = ledger.entries(session, "m1")
    assert [entry.previous for entry in chain] == ["", *(entry.hash for entry in chain[:-1])]


def test_a_hash_can_be_recomputed_from_canonical_json_by_anyone(four: Store) -> None:
    with four.reading() as session:
        entry = ledger.entries(session, "m1")[3]
    told = {
        "act": entry.act.model_dump(mode="json", exclude_none=True),
        "message_id": "x1",
        "previous": entry.previous,
        "processed_at": "2026-03-02T01:00:00.000000+00:00",
        "seq": 4,
        "target": "m1",
    }
    canonical = json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert entry.hash == hashlib.sha256(canonical.encode()).hexdigest()


def test_one_call_continues_the_chains_of_matter_and_case_apart(four: Store) -> None:
    with four.writing() as session:
        proposed = an_act(ActName.ACCOUNTABILITY_PROPOSED)
        mixed = append(session, proposed, an_act(ActName.CASE_PROPOSED, "m1/case1"), an_act(ActName.LIGHT_CHANGED))
    assert [(entry.target, entry.seq) for entry in mixed] == [("m1", 5), ("m1/case1", 1), ("m1", 6)]
    assert mixed[1].previous == ""
    assert mixed[2].previous == mixed[0].hash
    assert faults(four) == []


def test_a_second_append_in_one_transaction_goes_on_where_the_first_ended(store: Store) -> None:
    with store.writing() as session:
        append(session, *FOUR[:2])
        assert append(session, FOUR[2])[0].seq == 3
        assert ledger.head(session, "m1").seq == 3
    assert faults(store) == []


def test_nothing_to_append_leaves_no_trace(store: Store) -> None:
    with store.writing() as session:
        assert append(session) == []
        assert ledger.head(session, "m1") == (0, "")


def test_the_head_is_the_last_entry(four: Store) -> None:
    with four.reading() as session:
        last = ledger.entries(session, "m1")[-1]
        assert ledger.head(session, "m1") == (4, last.hash)


def test_entries_after_a_number_leave_out_that_number(four: Store) -> None:
    with four.reading() as session:
        assert [entry.seq for entry in ledger.entries(session, "m1", after=2)] == [3, 4]


def test_an_undone_transaction_leaves_no_entry(four: Store) -> None:
    with pytest.raises(ValueError, match="unfinished"), four.writing() as session:
        undone(append(session, an_act()))
    with four.reading() as session:
        assert ledger.head(session, "m1").seq == 4
    assert faults(four) == []


@pytest.mark.parametrize(
    "act",
    [an_act(at=datetime(2026, 3, 2, 9)), an_act(due=datetime(2026, 3, 2, 9))],  # noqa: DTZ001
    ids=["at", "due"],
)
def test_an_act_without_a_time_zone_is_refused(store: Store, act: Act) -> None:
    with pytest.raises(NaiveInstantError), store.writing() as session:
        append(session, act)
    with store.reading() as session:
        assert ledger.entries(session, "m1") == []


def test_a_processing_instant_without_a_time_zone_is_refused(store: Store) -> None:
    with pytest.raises(NaiveInstantError), store.writing() as session:
        append(session, an_act(), at=datetime(2026, 3, 2, 9))  # noqa: DTZ001


def test_instants_come_back_in_shanghai_whatever_zone_they_were_given_in(store: Store) -> None:
    utc = NOW.astimezone(UTC)
    with store.writing() as session:
        append(session, an_act(at=utc, due=DUE.astimezone(ZoneInfo("America/New_York"))), at=utc)
    with store.reading() as session:
        entry = ledger.entries(session, "m1")[0]
    instants = [entry.act.at, entry.act.due, entry.processed_at]
    assert instants == [NOW, DUE, NOW]
    assert [str(instant and instant.tzinfo) for instant in instants] == ["Asia/Shanghai"] * 3


# --- what cannot be done ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE acts SET subject = '区教育局长'",
        "DELETE FROM acts WHERE seq = 4",
        "UPDATE acts SET seq = 9 WHERE seq = 4",
    ],
)
def test_the_database_itself_refuses_to_change_or_remove_an_entry(four: Store, statement: str) -> None:
    engine = create_engine(four.url)
    with pytest.raises(exc.DBAPIError, match="append-only"), engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()
    assert faults(four) == []


def test_the_store_refuses_to_replace_an_entry_by_another_of_its_number(sqlite_file: tuple[Store, object]) -> None:
    store, _ = sqlite_file
    with store.writing() as session:
        append(session, *FOUR)
    with pytest.raises(exc.DBAPIError, match="append-only"), store.writing() as session:
        session.execute(text("INSERT OR REPLACE INTO acts SELECT * FROM acts"))
    assert faults(store) == []


# --- what is found ---------------------------------------------------------------------------------------------------


def test_an_untouched_ledger_has_no_faults(four: Store) -> None:
    assert faults(four) == []


def test_an_edited_text_is_found(four: Store) -> None:
    tamper(four, "UPDATE acts SET body = replace(body, '已核对', '未核对') WHERE seq = 4")
    assert faults(four) == [("m1", 4, FaultKind.CONTENT)]


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE acts SET message_id = 'x2' WHERE seq = 3",
        "UPDATE acts SET message_id = NULL WHERE seq = 3",
        "UPDATE acts SET processed_at = '2026-03-02T01:00:00.000001+00:00' WHERE seq = 3",
    ],
)
def test_an_edited_circumstance_is_found(four: Store, edit: str) -> None:
    tamper(four, edit)
    assert faults(four) == [("m1", 3, FaultKind.CONTENT)]


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE acts SET subject = '区教育局长' WHERE seq = 3",
        "UPDATE acts SET act = 'measure_decided' WHERE seq = 3",
        "UPDATE acts SET at = '2026-03-02T01:00:01.000000+00:00' WHERE seq = 3",
    ],
)
def test_a_column_that_queries_rely_on_cannot_tell_another_story_than_the_act(four: Store, edit: str) -> None:
    tamper(four, edit)
    assert faults(four) == [("m1", 3, FaultKind.COLUMN)]


def test_an_instant_that_is_none_is_reported_not_stumbled_over(sqlite_file: tuple[Store, object]) -> None:
    store, _ = sqlite_file
    with store.writing() as session:
        append(session, *FOUR)
    tamper(store, "UPDATE acts SET processed_at = '昨天', body = '{' WHERE seq = 2")
    assert faults(store) == [("m1", 2, FaultKind.CONTENT)]


def test_a_removed_entry_is_found(four: Store) -> None:
    tamper(four, "DELETE FROM acts WHERE seq = 2")
    assert faults(four) == [("m1", 2, FaultKind.GAP)]


def test_a_removed_entry_is_found_when_the_others_are_renumbered(four: Store) -> None:
    tamper(
        four,
        "DELETE FROM acts WHERE seq = 2",
        "UPDATE acts SET seq = 2 WHERE seq = 3",
        "UPDATE acts SET seq = 3 WHERE seq = 4",
        "UPDATE heads SET seq = 3",
    )
    assert ("m1", 2, FaultKind.BROKEN_LINK) in faults(four)
    assert ("m1", 2, FaultKind.CONTENT) in faults(four)


def test_a_removed_beginning_is_found(four: Store) -> None:
    tamper(four, "DELETE FROM acts WHERE seq = 1")
    assert faults(four) == [("m1", 1, FaultKind.GAP)]


def test_a_first_entry_that_names_one_before_it_is_found(four: Store) -> None:
    tamper(four, "UPDATE acts SET previous = hash WHERE seq = 1")
    assert faults(four)[0] == ("m1", 1, FaultKind.FALSE_START)


def test_exchanged_entries_are_found(four: Store) -> None:
    tamper(
        four,
        "UPDATE acts SET seq = 9 WHERE seq = 2",
        "UPDATE acts SET seq = 2 WHERE seq = 3",
        "UPDATE acts SET seq = 3 WHERE seq = 9",
    )
    assert [fault for fault in faults(four) if fault[2] is FaultKind.BROKEN_LINK] == [
        ("m1", 2, FaultKind.BROKEN_LINK),
        ("m1", 3, FaultKind.BROKEN_LINK),
        ("m1", 4, FaultKind.BROKEN_LINK),
    ]


def test_an_end_that_was_cut_off_is_found(four: Store) -> None:
    tamper(four, "DELETE FROM acts WHERE seq > 2")
    assert faults(four) == [("m1", 3, FaultKind.CUT_SHORT)]


def test_a_chain_that_was_cut_off_altogether_is_found(four: Store) -> None:
    tamper(four, "DELETE FROM acts")
    assert faults(four) == [("m1", 1, FaultKind.CUT_SHORT)]


def test_a_chain_removed_together_with_its_head_is_found_by_the_state_it_left(four: Store) -> None:
    with four.writing() as session:
        save(session, a_matter("m1"), seq=4)
    tamper(four, "DELETE FROM acts", "DELETE FROM heads")
    assert faults(four) == [("m1", 1, FaultKind.CHAIN_MISSING)]


def test_entries_after_the_noted_last_one_are_found(four: Store) -> None:
    tamper(four, "UPDATE heads SET seq = 3")
    assert faults(four) == [("m1", 4, FaultKind.HEAD_BEHIND)]


def test_a_missing_note_of_the_last_entry_is_found(four: Store) -> None:
    tamper(four, "DELETE FROM heads")
    assert faults(four) == [("m1", 4, FaultKind.HEAD_MISSING)]


@pytest.mark.parametrize(("seq", "kind"), [(2, FaultKind.BROKEN_LINK), (4, FaultKind.HEAD_DIFFERS)])
def test_an_entry_rewritten_with_a_hash_that_fits_is_found_behind_it(four: Store, seq: int, kind: FaultKind) -> None:
    forge(four, seq)
    assert faults(four) == [("m1", min(seq + 1, 4), kind)]


def test_an_inserted_entry_is_found(four: Store) -> None:
    copied = "target, 5, act, at, subject, message_id, processed_at, body, hash, hash FROM acts WHERE seq = 4"
    columns = "target, seq, act, at, subject, message_id, processed_at, body, previous, hash"
    tamper(four, f"INSERT INTO acts ({columns}) SELECT {copied}")
    assert faults(four) == [("m1", 5, FaultKind.CONTENT), ("m1", 5, FaultKind.HEAD_BEHIND)]


def test_only_the_chains_asked_for_are_verified(four: Store) -> None:
    with four.writing() as session:
        append(session, an_act(target="m2"))
    tamper(four, "DELETE FROM acts WHERE seq = 1")
    with four.reading() as session:
        assert [fault.target for fault in ledger.verify(session, ["m2"])] == ["m2"]
        assert [fault.target for fault in ledger.verify(session, [])] == []
        assert [fault.target for fault in ledger.verify(session)] == ["m1", "m2"]


def test_a_finding_says_what_differs_in_chinese_and_english(four: Store) -> None:
    tamper(four, "DELETE FROM acts WHERE seq = 4")
    with four.reading() as session:
        (fault,) = ledger.verify(session)
    assert fault.text == (
        "m1 第4条 entry 4: 末尾记录缺失 entries are missing at the end (应为 expected 4; 实为 found 3)"
    )


@given(
    at=st.integers(min_value=0, max_value=10**6),
    put=st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=3),
)
def test_no_change_of_a_single_place_in_a_recorded_act_goes_unnoticed(at: int, put: str) -> None:
    act = an_act(ActName.SIGNED, by="区教育局承办岗", detail={"text": "已核对"})
    body = ledger.canonical(act.model_dump(mode="json", exclude_none=True))
    place = at % len(body)
    edited = body[:place] + put + body[place + len(put) :]
    hashes = [
        ledger.entry_hash("m1", 1, text, message_id=None, processed=instant_text(NOW), previous="")
        for text in (body, edited)
    ]
    assert (hashes[0] == hashes[1]) == (body == edited)


# --- the second witness ----------------------------------------------------------------------------------------------


def compared(store: Store, *witnessed: Witness) -> list[tuple[str, int, FaultKind]]:
    with store.reading() as session:
        return [(fault.target, fault.seq, fault.kind) for fault in ledger.compare(session, witnessed)]


def hashes_of(store: Store, target: str = "m1") -> list[str]:
    with store.reading() as session:
        return [entry.hash for entry in ledger.entries(session, target)]


def test_a_witness_that_saw_every_step_agrees(four: Store) -> None:
    kept = hashes_of(four)
    assert compared(four, Witness("m1", 0, ""), Witness("m1", 2, kept[1]), Witness("m1", 4, kept[3])) == []


def test_a_witness_may_have_kept_only_the_beginning_of_a_hash(four: Store) -> None:
    kept = hashes_of(four)
    assert compared(four, Witness("m1", 4, kept[3][:16])) == []
    assert compared(four, Witness("m1", 4, kept[2][:16])) == [("m1", 4, FaultKind.WITNESS_DIFFERS)]


def test_a_chain_rewritten_to_its_end_with_its_head_is_found_by_the_witness(four: Store) -> None:
    kept = hashes_of(four)
    for seq in (2, 3, 4):
        forge(four, seq)
    assert faults(four) == []
    assert compared(four, Witness("m1", 1, kept[0]), Witness("m1", 4, kept[3])) == [
        ("m1", 4, FaultKind.WITNESS_DIFFERS)
    ]


def test_entries_the_witness_has_not_seen_are_a_finding_of_their_own(four: Store) -> None:
    assert compared(four, Witness("m1", 3, hashes_of(four)[2])) == [("m1", 4, FaultKind.RECORD_AHEAD)]
    assert compared(four, Witness("m1", 0, "")) == [("m1", 1, FaultKind.RECORD_AHEAD)]


def test_entries_only_the_witness_has_seen_are_a_finding_of_their_own(four: Store) -> None:
    assert compared(four, Witness("m1", 5, "ab"), Witness("m9", 1, "cd")) == [
        ("m1", 5, FaultKind.RECORD_BEHIND),
        ("m9", 1, FaultKind.RECORD_BEHIND),
    ]


def test_many_witnesses_are_compared_in_one_go(store: Store) -> None:
    with store.writing() as session:
        appended = append(session, *(an_act(target=f"m{number:04d}") for number in range(1200)))
    seen = [Witness(entry.target, entry.seq, entry.hash) for entry in appended]
    assert compared(store, *seen) == []
    assert compared(store, *seen[:-1], Witness("m1199", 1, "ab")) == [("m1199", 1, FaultKind.WITNESS_DIFFERS)]


def undone(entries: list[ledger.Entry]) -> None:
    raise ValueError(f"unfinished: {entries}")


def forge(store: Store, seq: int) -> None:
    """Rewrite one entry of m1 with a later instant, give it a fitting hash, and, if it is the last, nothing more.

    Its link is taken from the entry before as it stands now, so that forging 2, 3, 4 in turn rewrites the whole chain.
    """
    engine = create_engine(store.url)
    with engine.connect() as connection:
        chain = {row.seq: row for row in connection.execute(text("SELECT * FROM acts WHERE target = 'm1'"))}
        head = connection.execute(text("SELECT hash FROM heads WHERE target = 'm1'")).scalar_one()
    engine.dispose()
    before, row = chain[seq - 1].hash, chain[seq]
    later = (NOW + timedelta(hours=1)).isoformat()
    body = row.body.replace(NOW.isoformat(), later)
    processed = "2026-03-02T01:00:00.000000+00:00"
    own = ledger.entry_hash("m1", seq, body, message_id=row.message_id, processed=processed, previous=before)
    rewritten_from_the_start = row.previous != before
    tamper(
        store,
        "UPDATE acts SET body = :body, at = :at, previous = :previous, hash = :hash WHERE target = 'm1' AND seq = :seq",
        *(
            ["UPDATE heads SET hash = :hash WHERE target = 'm1'"]
            if rewritten_from_the_start and len(chain) == seq
            else []
        ),
        body=body,
        at="2026-03-02T02:00:00.000000+00:00",
        previous=before,
        hash=own,
        seq=seq,
    )
    assert head
