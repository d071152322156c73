"""Files handed in: kept by hash, of a case sealed, named in the act, and gone only as far as they may go."""

import hashlib
import stat
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from activities.recording import Recording
from attachments.keeping import UNNAMED_FOR, HandedIn, Keeping, MissingFileError, TooLargeError
from attachments.scanning import FoundError, Scanner, ScannerUnavailableError
from intake.attachments import AttachmentError
from models.acts import ActName
from models.attachments import Attachment, AttachmentType
from models.base import Voice
from models.case_messages import Propose
from models.contract import TransitionOrder
from models.messages import Command, Outcome, Registration, ReportProgress, Submit
from models.rows import AttachmentRow, table
from policies.authority import Refused
from policies.deadlines import SHANGHAI
from privacy.sealing import ErasedError, SealError
from record import attachments, keys, ledger, looks
from record.archive import _carry_out, file_of
from record.looks import Looker
from record.store import Store, erasing
from tests.files import PDF, PNG, office
from tests.sealing import sealed_store
from tests.workflows.cast import CO_HANDLER, DIRECTORY, HANDLER, HEAD, OFFICER, a_matter, message_id

MONDAY = datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)
ROWS = table(AttachmentRow)
HASH = hashlib.sha256(PDF).hexdigest()
CASE = "m1/case1"


@pytest.fixture
def store(database_url: str, tmp_path: Path) -> Iterator[Store]:
    store = sealed_store(database_url, tmp_path / "office")
    yield store
    store.close()


@pytest.fixture
def keeping(store: Store, tmp_path: Path) -> Keeping:
    return Keeping(store, tmp_path / "attachments", Scanner(None, 5), 10_000)


def say(store: Store, target: str, message: Command | Registration, at: datetime = MONDAY) -> Outcome:
    with store.reading() as session:
        known = len(ledger.entries(session, target))
    order = TransitionOrder(matter_id=target, at=at, message=message, known_seq=known)
    outcome = Recording(store, DIRECTORY, attachments_most=2).record_transition(order).outcome
    assert outcome is not None
    return outcome


def launched(store: Store, *matters: str) -> None:
    for matter in matters:
        assert say(store, matter, a_matter(by=OFFICER)).accepted


def handed_in(
    keeping: Keeping,
    content: bytes = PDF,
    target: str = "m1",
    *,
    by: str = HANDLER,
    at: datetime = MONDAY,
    name: str = "报告.pdf",
) -> Attachment:
    return keeping.take(HandedIn(content, name, target, by, Voice(person="u7"), at))


def reported(*hashes: str, by: str = HANDLER) -> ReportProgress:
    return ReportProgress(message_id=message_id(), by=by, text="已核对", attachments=hashes)


def files(keeping: Keeping) -> set[str]:
    return {one.name for one in keeping.directory.rglob("*") if one.is_file()}


def rows(store: Store) -> list[tuple[str, str, str | None]]:
    with store.reading() as session:
        chosen = select(ROWS.c.target, ROWS.c.by, ROWS.c.message_id).order_by(ROWS.c.id)
        return [tuple(row) for row in session.execute(chosen)]


def test_a_file_lies_under_its_hash_and_the_record_says_what_it_is(store: Store, keeping: Keeping) -> None:
    launched(store, "m1")
    one = handed_in(keeping)
    assert one == Attachment(
        target="m1", hash=HASH, size=len(PDF), type=AttachmentType.PDF, name="报告.pdf", by=HANDLER, person="u7",
        at=MONDAY, message_id=None, kept=HASH,
    )  # fmt: skip
    assert files(keeping) == {HASH}
    with store.reading() as session:
        assert keeping.content(session, one) == PDF


def test_the_same_file_handed_in_again_is_the_first_and_another_posts_is_its_own(
    store: Store, keeping: Keeping
) -> None:
    launched(store, "m1", "m2")
    first = handed_in(keeping)
    assert handed_in(keeping, at=MONDAY + timedelta(hours=1), name="另名.pdf") == first
    handed_in(keeping, by=OFFICER)
    handed_in(keeping, target="m2")
    assert rows(store) == [("m1", HANDLER, None), ("m1", OFFICER, None), ("m2", HANDLER, None)]
    assert files(keeping) == {HASH}


def test_an_act_names_its_files_and_they_are_of_the_record_from_then_on(store: Store, keeping: Keeping) -> None:
    launched(store, "m1")
    handed_in(keeping)
    with store.reading() as session:
        assert attachments.of_hashes(session, "m1", [HASH]) == {}
    message = reported(HASH)
    assert say(store, "m1", message).accepted
    with store.reading() as session:
        told = ledger.entries(session, "m1")[-1].act
        assert told.act is ActName.PROGRESS_REPORTED
        assert told.detail["said"]["attachments"] == [HASH]
        assert attachments.of_hashes(session, "m1", [HASH])[HASH].message_id == message.message_id
        assert list(attachments.verify(session)) == []
    # Named again the first message stays the one it came with.
    assert say(store, "m1", Submit(message_id=message_id(), by=HANDLER, text="办结", attachments=(HASH,))).accepted
    assert rows(store) == [("m1", HANDLER, message.message_id)]


@pytest.mark.parametrize("case", ["unknown", "of another matter", "of another post", "twice", "too many"])
def test_what_a_post_has_not_handed_in_here_is_not_named_and_the_refusal_is_on_record(
    store: Store, keeping: Keeping, case: str
) -> None:
    launched(store, "m1", "m2")
    one = handed_in(keeping)
    two, three = (handed_in(keeping, PNG + bytes([number]), name="图.png") for number in (1, 2))
    other = handed_in(keeping, PNG, target="m2", name="图.png")
    said = {
        "unknown": reported("0" * 64),
        "of another matter": reported(other.hash),
        "of another post": reported(HASH, by=CO_HANDLER),
        "twice": reported(HASH, HASH),
        "too many": reported(one.hash, two.hash, three.hash),
    }[case]
    outcome = say(store, "m1", said)
    assert not outcome.accepted
    assert outcome.rule in ("attachments", "authority.parties")
    with store.reading() as session:
        assert ledger.entries(session, "m1")[-1].act.act is ActName.REFUSED
    assert all(message is None for _, _, message in rows(store))


def test_a_message_without_files_is_kept_as_it_always_was(store: Store) -> None:
    launched(store, "m1")
    assert say(store, "m1", ReportProgress(message_id=message_id(), by=HANDLER, text="已核对")).accepted
    with store.reading() as session:
        detail = ledger.entries(session, "m1")[-1].act.detail
    assert "attachments" not in str(detail)


def test_what_is_too_large_or_of_no_kind_or_secret_is_not_taken(store: Store, keeping: Keeping) -> None:
    launched(store, "m1")
    with pytest.raises(TooLargeError):
        handed_in(keeping, PDF + b"0" * 10_000)
    with pytest.raises(AttachmentError):
        handed_in(keeping, b"MZ")
    secret = office("docx", **{"word/header1.xml": "<w><r>机</r><r>密★10年</r></w>".encode()})
    for content, name in ((PDF, "机密★ 报告.pdf"), ("机密★10年".encode(), "x.txt"), (secret, "x.docx")):
        with pytest.raises(Refused):
            handed_in(keeping, content, name=name)
    assert (rows(store), files(keeping)) == ([], set())


def scanner(tmp_path: Path, program: str, seconds: float = 5) -> Scanner:
    script = tmp_path / "scan.sh"
    script.write_text(f"#!/bin/sh\n{program}\n")
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return Scanner.of(f"'{script}' --quiet", seconds)


def scanned(keeping: Keeping, one: Scanner) -> Keeping:
    return Keeping(keeping.store, keeping.directory, one, keeping.most)


def test_nothing_is_kept_before_the_scanner_has_agreed(store: Store, keeping: Keeping, tmp_path: Path) -> None:
    launched(store, "m1")
    # It is given the file itself, and nothing of this process beside it.
    clean = scanner(tmp_path, '[ "$1" = --quiet ] && head -c 5 "$2" | grep -q %PDF- && [ -z "$VIRTUAL_ENV" ]')
    handed_in(scanned(keeping, clean))
    assert files(keeping) == {HASH}
    for program, raised in (
        ("exit 1", FoundError),
        ("exit 2", ScannerUnavailableError),
        ("kill -9 $$", ScannerUnavailableError),
    ):
        with pytest.raises(raised):
            handed_in(scanned(keeping, scanner(tmp_path, program)), PNG, name="图.png")
    with pytest.raises(ScannerUnavailableError):
        handed_in(scanned(keeping, scanner(tmp_path, "exec sleep 5", 0.2)), PNG, name="图.png")
    with pytest.raises(ScannerUnavailableError):
        handed_in(scanned(keeping, Scanner.of(str(tmp_path / "nothing-here"), 5)), PNG, name="图.png")
    assert files(keeping) == {HASH}
    assert len(rows(store)) == 1


def test_what_nobody_named_goes_after_a_week_and_what_was_named_stays(store: Store, keeping: Keeping) -> None:
    launched(store, "m1", "m2")
    handed_in(keeping)
    handed_in(keeping, PNG, name="图.png")
    assert say(store, "m1", reported(HASH)).accepted
    handed_in(keeping, target="m2")
    later = MONDAY + UNNAMED_FOR + timedelta(seconds=1)
    new = handed_in(keeping, PNG + b"1", at=later, name="图.png")
    # The file that m1's act names lies there still, though m2's was never named.
    assert files(keeping) == {HASH, new.hash}
    assert [(target, message is not None) for target, _, message in rows(store)] == [("m1", True), ("m1", False)]


def test_a_file_of_a_case_is_sealed_under_its_key_and_opened_only_where_the_case_is(
    store: Store, keeping: Keeping
) -> None:
    launched(store, "m1")
    proposed = Propose(message_id=message_id(), by=OFFICER, subject=HEAD, facts="检查发现", severity="ordinary")
    assert say(store, "m1", proposed).accepted
    one = handed_in(keeping, target=CASE, by=HEAD, name="申辩-某甲.pdf")
    (kept,) = files(keeping)
    assert kept != HASH
    content = next(one for one in keeping.directory.rglob("*") if one.is_file()).read_bytes()
    assert b"%PDF" not in content
    assert hashlib.sha256(content).hexdigest() == kept
    assert "某甲" not in one.name
    with store.reading() as session:
        assert "某甲" not in str(session.execute(select(ROWS)).all())
        with pytest.raises(SealError):
            keeping.content(session, one)
    with store.writing() as session:
        looks.look(session, [CASE], Looker("cli", account="office"), "复核案卷", at=MONDAY, may=lambda _: True)
        known = attachments.handed_in_by(session, CASE, HASH, HEAD)
        assert known is not None
        assert known.name == "申辩-某甲.pdf"
        assert keeping.content(session, known) == PDF
    assert store.vault is not None
    with store.writing() as session:
        keys.destroy(session, store.vault, f"case/{CASE}", MONDAY)
    with store.writing() as session:
        looks.look(session, [CASE], Looker("cli", account="office"), "复核案卷", at=MONDAY, may=lambda _: True)
        with pytest.raises(ErasedError):
            keeping.content(session, one)
    with pytest.raises(ErasedError):
        handed_in(keeping, PNG, target=CASE, by=HEAD, name="图.png")


def test_destroyed_with_its_matter_a_file_leaves_its_hash_and_another_matters_stays(
    store: Store, keeping: Keeping
) -> None:
    launched(store, "m1", "m2")
    for matter in ("m1", "m2"):
        handed_in(keeping, target=matter)
        handed_in(keeping, PNG + matter.encode(), target=matter, name="图.png")
        assert say(store, matter, reported(HASH)).accepted
    with store.writing() as session:
        certified = attachments.certified(session, ["m1"])
        file = file_of(session, "m1")
        assert file is not None
        with erasing(session):
            _carry_out(session, file, {"m1": [one.hash for one in ledger.entries(session, "m1")]}, 1, MONDAY)
    for one in certified:
        keeping.remove(one["kept"])
    assert {(one["hash"], one["size"]) for one in certified} == {
        (HASH, len(PDF)),
        (hashlib.sha256(PNG + b"m1").hexdigest(), len(PNG) + 2),
    }
    assert files(keeping) == {HASH, hashlib.sha256(PNG + b"m2").hexdigest()}
    with store.reading() as session:
        left = session.execute(select(ROWS.c.hash, ROWS.c.document, ROWS.c.kept).where(ROWS.c.target == "m1")).all()
        assert {(row.document, row.kept) for row in left} == {("", None)}
        assert {row.hash for row in left} == {one["hash"] for one in certified}


def test_a_file_that_is_missing_or_was_altered_is_found(store: Store, keeping: Keeping) -> None:
    launched(store, "m1")
    one = handed_in(keeping)
    assert say(store, "m1", reported(HASH)).accepted
    assert not keeping.wrong(one)
    path = keeping.files.path(HASH)
    path.write_bytes(PDF + b"!")
    assert keeping.wrong(one)
    path.unlink()
    assert keeping.wrong(one)
    with store.reading() as session:
        with pytest.raises(MissingFileError):
            keeping.content(session, one)
        (fault,) = attachments.naming(session, one)
        assert (fault.target, fault.hash) == ("m1", HASH)
    with store.writing() as session:
        session.execute(ROWS.delete())
    with store.reading() as session:
        (fault,) = attachments.verify(session)
        assert HASH[:12] in fault.text
