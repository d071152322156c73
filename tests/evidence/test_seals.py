"""A seal a day over everything: made once, chained, signed, and true to the record or at odds with it by name."""

import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import exc, text

from evidence import merkle, sealing
from evidence.problems import KeyFileError, UnknownKeyError
from evidence.sealing import SealFaultKind
from evidence.signing import PACKAGE, SEAL, Signer, new_key, signed_by, signer, signer_or_new
from models.acts import ActName
from models.evidence import Leaf, LeafKind
from policies.sealing import day_to_seal, days_missed
from record import ledger, seals
from record.store import Store
from tests.evidence.conftest import AT, EVENING, Sealing
from tests.record.builders import NOW, an_act, append
from tests.record.tampering import tamper

Found = list[tuple[int, str, int, SealFaultKind]]


def faults(store: Store) -> Found:
    with store.reading() as session:
        return [(one.no, one.name, one.seq, one.kind) for one in sealing.check(session)]


def act(store: Store, target: str = "m1") -> None:
    with store.writing() as session:
        append(session, an_act(ActName.PROGRESS_REPORTED, target))


# --- which day -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hour", "minute", "day"), [(19, 59, date(2026, 3, 1)), (20, 0, date(2026, 3, 2)), (23, 59, date(2026, 3, 2))]
)
def test_a_day_is_sealed_from_its_hour_on(hour: int, minute: int, day: date) -> None:
    assert day_to_seal(NOW.replace(hour=hour, minute=minute), AT) == day


def test_days_between_two_seals_are_missed() -> None:
    assert days_missed(None, date(2026, 3, 2)) == 0
    assert days_missed(date(2026, 3, 1), date(2026, 3, 2)) == 0
    assert days_missed(date(2026, 2, 26), date(2026, 3, 2)) == 3


def test_a_day_has_one_seal_however_often_it_is_asked_for(store: Store, seal: Sealing) -> None:
    first, again, late = seal(), seal(), seal(hours=23)

    assert (first.new, first.seal.no, first.seal.day) == (True, 1, date(2026, 3, 2))
    assert (again.new, late.new) == (False, False)
    assert again.seal == late.seal == first.seal
    assert faults(store) == []


def test_days_missed_are_made_up_once_and_it_says_so(store: Store, seal: Sealing) -> None:
    seal()
    made, again = seal(4), seal(4)

    assert (made.seal.no, made.seal.missed, made.seal.day) == (2, 3, date(2026, 3, 6))
    assert not again.new
    assert faults(store) == []


def test_one_out_of_turn_leaves_the_day_its_own(store: Store, seal: Sealing) -> None:
    seal()
    extra, daily = seal(1, hours=-5, extra=True), seal(1)

    assert (extra.seal.extra, extra.seal.day, daily.seal.extra) == (True, date(2026, 3, 3), False)
    assert (daily.new, daily.seal.no, daily.seal.missed, daily.seal.previous) == (True, 3, 0, extra.seal.hash)
    assert faults(store) == []


# --- what it stands over ---------------------------------------------------------------------------------------------


def test_a_seal_stands_over_every_chain_and_every_text(store: Store, seal: Sealing) -> None:
    made = seal().seal

    with store.reading() as session:
        names = {(leaf.kind, leaf.name, leaf.seq) for leaf in seals.leaves(session).values()}
    assert names == {(LeafKind.CHAIN, "m1", 3), (LeafKind.CHAIN, "m2", 3), (LeafKind.POLICY, "standard@1", 0)}
    assert (made.leaves, made.entries, made.disputed) == (3, 6, 0)


def test_only_what_has_changed_is_kept_with_the_next_one(store: Store, seal: Sealing) -> None:
    first = seal().seal
    act(store)
    second = seal(1).seal

    with store.reading() as session:
        changed = [(no, leaf.name) for no, leaf in seals.changes(session)]
        before = seals.leaves(session, 1)
    assert changed == [(1, "m1"), (1, "m2"), (1, "standard@1"), (2, "m1")]
    assert merkle.root([merkle.leaf_hash(leaf) for leaf in merkle.ordered(before.values())]).hex() == first.root
    assert (second.root != first.root, second.entries, second.previous) == (True, 7, first.hash)


@given(st.integers(1, 40), st.data())
def test_every_leaf_leads_to_the_root_and_to_no_other(count: int, data: st.DataObject) -> None:
    hashes = [
        merkle.leaf_hash(Leaf(kind=LeafKind.CHAIN, name=f"m{number}", seq=number, hash="ab")) for number in range(count)
    ]
    place, other = data.draw(st.integers(0, count - 1)), data.draw(st.integers(0, count - 1))
    proof = merkle.proofs(hashes, [place])[place]

    assert merkle.joined(hashes[place], proof) == merkle.root(hashes)
    assert (merkle.joined(hashes[other], proof) == merkle.root(hashes)) is (other == place)


def test_the_tree_is_that_of_rfc_6962() -> None:
    def drawn_from_the_top(leaves: list[bytes]) -> bytes:
        if len(leaves) == 1:
            return leaves[0]
        half = 1
        while half * 2 < len(leaves):
            half *= 2
        return merkle._node(drawn_from_the_top(leaves[:half]), drawn_from_the_top(leaves[half:]))

    for count in range(1, 70):
        leaves = [bytes([number]) * 32 for number in range(count)]
        assert merkle.root(leaves) == drawn_from_the_top(leaves)


# --- keys ------------------------------------------------------------------------------------------------------------


def test_the_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "keys" / "signing.key"
    first, again = signer_or_new(file), signer_or_new(file)
    new_key(file)

    assert first.id == again.id == signer(file).id
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_text().strip() not in repr(first)
    assert [one.name for one in file.parent.iterdir()] == ["signing.key"]


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "signing.key"
    new_key(file)
    file.chmod(0o640)

    with pytest.raises(KeyFileError, match="others can read"):
        signer(file)


@pytest.mark.parametrize("content", ["", "zz" * 32, "ab" * 31, "ab" * 33])
def test_what_is_no_key_is_refused_without_being_shown(tmp_path: Path, content: str) -> None:
    file = tmp_path / "signing.key"
    file.touch(mode=0o600)
    file.write_text(content)

    with pytest.raises(KeyFileError) as told:
        signer(file)
    assert not content or content not in str(told.value)
    file.unlink()
    with pytest.raises(KeyFileError):
        signer(file)


def test_a_signature_of_one_thing_does_not_pass_for_another(signer: Signer) -> None:
    signature = signer.sign(SEAL, b"text")

    assert signed_by(signer.public, signature, SEAL, b"text")
    assert not signed_by(signer.public, signature, PACKAGE, b"text")
    assert not signed_by(signer.public, "00", SEAL, b"text")


def test_a_new_key_signs_only_when_the_one_before_has_signed_it(
    store: Store, seal: Sealing, signer: Signer, tmp_path: Path
) -> None:
    seal()
    other = signer_or_new(tmp_path / "other.key")
    with pytest.raises(UnknownKeyError):
        seal(1, by=other)

    sealing.rotate(store, signer, other, EVENING)
    made = seal(1, by=other).seal

    assert made.key == other.id
    assert faults(store) == []
    with pytest.raises(UnknownKeyError):
        seal(2)
    with pytest.raises(UnknownKeyError):
        sealing.rotate(store, signer, other, EVENING)


# --- what tampering shows --------------------------------------------------------------------------------------------


def rewritten(store: Store, target: str, from_seq: int) -> None:
    """Forge a chain from one entry on, to its end and with its head."""
    with store.reading() as session:
        chain = ledger.entries(session, target)
    tamper(store, "DELETE FROM acts WHERE target = :of AND seq >= :seq", of=target, seq=from_seq)
    head = "UPDATE heads SET seq = :seq, hash = :hash WHERE target = :of"
    tamper(store, head, of=target, seq=from_seq - 1, hash=chain[from_seq - 1].previous)
    with store.writing() as session:
        for entry in chain[from_seq - 1 :]:
            append(session, entry.act.model_copy(update={"by": "另一岗位"}), message_id=entry.message_id)


def test_a_forged_chain_that_fits_to_its_end_is_named(store: Store, seal: Sealing) -> None:
    seal()
    rewritten(store, "m1", 2)

    with store.reading() as session:
        assert ledger.verify(session) == []
    assert faults(store) == [(1, "m1", 3, SealFaultKind.ENTRY_DIFFERS)]


def test_last_acts_cut_off_with_their_head_are_named(store: Store, seal: Sealing) -> None:
    seal()
    with store.reading() as session:
        second = ledger.entries(session, "m1")[1]
    tamper(
        store,
        "DELETE FROM acts WHERE target = 'm1' AND seq = 3",
        "UPDATE heads SET seq = 2, hash = :hash WHERE target = 'm1'",
        hash=second.hash,
    )

    with store.reading() as session:
        assert ledger.verify(session) == []
    assert faults(store) == [(1, "m1", 3, SealFaultKind.ENTRY_MISSING)]


def test_a_matter_removed_with_all_its_traces_is_named(store: Store, seal: Sealing) -> None:
    seal()
    tamper(store, "DELETE FROM acts WHERE target = 'm2'", "DELETE FROM heads WHERE target = 'm2'")

    with store.reading() as session:
        assert ledger.verify(session) == []
    assert faults(store) == [(1, "m2", 3, SealFaultKind.ENTRY_MISSING)]


def test_the_next_seal_does_not_take_over_what_was_forged(store: Store, seal: Sealing) -> None:
    seal()
    rewritten(store, "m1", 2)
    act(store)
    tamper(store, "DELETE FROM acts WHERE target = 'm2'", "DELETE FROM heads WHERE target = 'm2'")
    made = seal(1).seal

    assert made.disputed == 2
    with store.reading() as session:
        assert seals.leaves(session) == seals.leaves(session, 1)
    assert {fault[1:] for fault in faults(store)} == {
        ("m1", 3, SealFaultKind.ENTRY_DIFFERS),
        ("m2", 3, SealFaultKind.ENTRY_MISSING),
    }


@pytest.mark.parametrize(
    "change", ["UPDATE policy_versions SET text = 'title: 另一程序'", "DELETE FROM policy_versions"]
)
def test_a_policy_text_that_was_changed_is_named(store: Store, seal: Sealing, change: str) -> None:
    seal()
    tamper(store, change)

    assert faults(store) == [(1, "standard@1", 0, SealFaultKind.TEXT)]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("UPDATE seals SET body = replace(body, '2026-03-03', '2026-03-04') WHERE no = 2",
         [(2, "", 0, SealFaultKind.CONTENT), (2, "", 0, SealFaultKind.SIGNATURE)]),
        ("UPDATE seals SET body = '{' WHERE no = 2", [(2, "", 0, SealFaultKind.CONTENT)]),
        ("UPDATE seals SET day = '2026-03-09' WHERE no = 2", [(2, "", 0, SealFaultKind.CONTENT)]),
        ("DELETE FROM seals WHERE no = 2", [(2, "", 0, SealFaultKind.MISSING)]),
        ("UPDATE seals SET signature = (SELECT signature FROM seals WHERE no = 1) WHERE no = 2",
         [(2, "", 0, SealFaultKind.SIGNATURE)]),
        ("UPDATE seal_leaves SET seq = 1 WHERE name = 'm2'",
         [(no, "", 0, SealFaultKind.ROOT) for no in (1, 2, 3)] + [(1, "m2", 1, SealFaultKind.ENTRY_DIFFERS)]),
        ("DELETE FROM seal_leaves WHERE name = 'm2'", [(no, "", 0, SealFaultKind.ROOT) for no in (1, 2, 3)]),
    ],
)  # fmt: skip
def test_a_seal_that_was_changed_or_removed_is_named(store: Store, seal: Sealing, change: str, found: Found) -> None:
    for day in range(3):
        act(store)
        seal(day)
    tamper(store, change)

    assert faults(store) == found


def test_a_seal_signed_with_another_key_is_named(store: Store, seal: Sealing, tmp_path: Path) -> None:
    seal()
    other = signer_or_new(tmp_path / "other.key")
    with store.reading() as session:
        row = seals.last(session)
    assert row is not None
    tamper(store, "UPDATE seals SET signature = :signature", signature=other.sign(SEAL, row.body.encode()))
    assert faults(store) == [(1, "", 0, SealFaultKind.SIGNATURE)]

    tamper(
        store,
        "INSERT INTO signing_keys (no, id, public, added_at) SELECT 2, :id, :public, added_at FROM signing_keys",
        id=other.id,
        public=other.public.hex(),
    )
    assert (0, "", 0, SealFaultKind.KEY) in faults(store)


def test_whoever_rewrites_everything_is_found_by_the_lines_others_keep(
    store: Store, seal: Sealing, tmp_path: Path
) -> None:
    made = seal().seal
    with store.reading() as session:
        keys = seals.keys(session)
    for _ in range(2):
        file = sealing.append_line(tmp_path / "seals", made, keys)
    kept = file.read_text(encoding="utf-8").splitlines()
    assert kept == [keys[made.key].line, made.line]

    rewritten(store, "m1", 2)
    tamper(store, "DELETE FROM seal_leaves", "DELETE FROM seals", "DELETE FROM signing_keys")
    forger = signer_or_new(tmp_path / "forged.key")
    seal(by=forger)

    assert faults(store) == []
    with store.reading() as session:
        compared, found = sealing.against(session, [*kept, "一行别的"])
    assert compared == 1
    assert [one.kind for one in found] == [SealFaultKind.KEY, SealFaultKind.KEPT]


def test_a_seal_cut_off_at_the_end_is_found_by_the_lines_others_keep(store: Store, seal: Sealing) -> None:
    seal()
    act(store)
    line = seal(1).seal.line
    tamper(store, "DELETE FROM seal_leaves WHERE no = 2", "DELETE FROM seals WHERE no = 2")

    assert faults(store) == []
    with store.reading() as session:
        assert [one.kind for one in sealing.against(session, [line])[1]] == [SealFaultKind.MISSING]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE seals SET hash = hash",
        "DELETE FROM seals",
        "UPDATE seal_leaves SET seq = seq",
        "DELETE FROM seal_leaves",
        "UPDATE signing_keys SET public = public",
        "DELETE FROM signing_keys",
    ],
)
def test_the_database_itself_refuses_to_change_a_seal(store: Store, seal: Sealing, change: str) -> None:
    seal()

    with pytest.raises(exc.DBAPIError, match="append-only"), store.writing() as session:
        session.execute(text(change))


def test_two_processes_never_make_two_seals_of_a_day(store: Store, seal: Sealing) -> None:
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: seal(), range(4)))

    assert [one.seal.no for one in made] == [1] * 4
    assert sum(one.new for one in made) == 1
    assert faults(store) == []
