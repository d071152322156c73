"""A document printed again is the same, whatever has happened since; one that was altered is not printed."""

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text

from documents.files import DamagedFileError, Files
from documents.problems import TemplateError
from documents.rendering import render
from documents.templates import SHIPPED, Templates
from models.documents import DocumentFacts
from record import documents
from record.documents import AlteredDocumentError, DocumentFaultKind, Issued, digest
from record.store import Store
from tests.builders import ROOT
from tests.documents.desk import Desk
from tests.documents.pages import changed, paragraphs
from tests.record.tampering import tamper

ROUNDS = 3


def shipped(kind: str = "supervision_order") -> bytes:
    return (SHIPPED / f"{kind}.docx").read_bytes()


def edit(desk: Desk, words: str, kind: str = "supervision_order") -> Path:
    """The office's own template says something else from now on."""
    own = desk.directory / "templates" / f"{kind}.docx"
    own.parent.mkdir(exist_ok=True)
    own.write_bytes(changed(shipped(kind), "现予督办", words))
    return own


def words(page: bytes) -> str:
    return "\n".join(paragraphs(page))


def as_listed(desk: Desk, one: Issued) -> Issued:
    return next(other for other in desk.issued() if other.id == one.id)


# --- the same again ---------------------------------------------------------------------------------------------------


def test_a_reprint_has_the_same_number_and_the_same_bytes(desk: Desk) -> None:
    order = desk.supervised()

    first, again = desk.printing.printed(order.id), desk.printing.printed(order.id)

    assert first == again
    assert order.number in words(first)
    assert as_listed(desk, order).content == digest(first)
    assert desk.files.get(digest(first)) == first


def test_another_process_prints_the_same_bytes(desk: Desk) -> None:
    order = desk.supervised()
    program = (
        "import sys; from pathlib import Path; from record.store import Store; from tests.documents.desk import Desk; "
        "from record.documents import digest; desk = Desk(Store(sys.argv[1]), Path(sys.argv[2])); "
        f"print(digest(desk.printing.printed({order.id})))"
    )
    url = desk.store.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", program, url, str(desk.directory / "elsewhere")]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)

    assert done.stdout.strip() == digest(desk.printing.printed(order.id)), done.stderr


def test_what_happens_to_the_matter_later_changes_nothing(desk: Desk) -> None:
    order, other = desk.supervised("m1"), desk.supervised("m2")
    at_once = desk.printing.printed(order.id)
    desk.wait("03-12 18:00", "m1")
    desk.wait("03-12 18:00", "m2")

    assert desk.printing.printed(order.id) == at_once
    # Printed late for the first time, it says what it would have said at once.
    assert words(desk.printing.printed(other.id)) == words(at_once).replace("m1", "m2").replace("〕1号", "〕2号")


def test_an_edited_template_is_for_documents_issued_later(desk: Desk) -> None:
    printed, waiting = desk.supervised("m1"), desk.supervised("m2")
    before = desk.printing.printed(printed.id)
    edit(desk, "特此督办")
    later = desk.supervised("m3")

    assert desk.printing.printed(printed.id) == before
    assert "现予督办" in words(desk.printing.printed(waiting.id))
    assert "特此督办" in words(desk.printing.printed(later.id))


def test_an_own_template_that_cannot_be_used_leaves_the_last_good_one_in_force(desk: Desk) -> None:
    own = edit(desk, "特此督办")
    first = desk.supervised("m1")
    own.write_bytes(changed(shipped(), "现予督办", "{{ nobody }}"))
    second = desk.supervised("m2")
    own.unlink()
    third = desk.supervised("m3")

    assert "特此督办" in words(desk.printing.printed(first.id))
    assert "特此督办" in words(desk.printing.printed(second.id))
    assert "现予督办" in words(desk.printing.printed(third.id))


def test_an_office_is_told_of_every_own_template_that_cannot_be_used(desk: Desk) -> None:
    edit(desk, "{{ nobody }}")
    (desk.directory / "templates" / "closing_report.docx").write_bytes(b"no document")
    (desk.directory / "templates" / "~$pervision_order.docx").write_bytes(b"a lock of the word processor")

    with pytest.raises(TemplateError) as refused:
        Templates(desk.directory / "templates").check()

    assert len(refused.value.mistakes) == 2
    assert "nobody" in str(refused.value)
    assert "closing_report.docx" in str(refused.value)


def test_without_an_own_directory_there_is_nothing_to_complain_of(tmp_path: Path) -> None:
    Templates(tmp_path / "none").check()
    Templates().check()
    assert Templates(tmp_path / "none").own() == []


def test_a_kind_without_a_template_is_numbered_and_printed_once_there_is_one(desk: Desk) -> None:
    order = desk.supervised()
    rows = "UPDATE documents SET template = NULL, kind = 'own_kind'"
    names = "UPDATE acts SET body = replace(replace(body, :was, 'null'), 'supervision_order', 'own_kind')"
    tamper(desk.store, rows, names, was=f'"{order.template}"')

    with pytest.raises(TemplateError, match="no template of this kind"):
        desk.printing.printed(order.id)
    edit(desk, "特此督办", "supervision_order").rename(desk.directory / "templates" / "own_kind.docx")
    printed = desk.printing.printed(order.id)
    (desk.directory / "templates" / "own_kind.docx").unlink()

    assert "特此督办" in words(printed)
    assert desk.printing.printed(order.id) == printed


def test_many_that_print_one_document_at_once_get_one_content(desk: Desk) -> None:
    order = desk.supervised()

    with ThreadPoolExecutor(8) as pool:
        pages = set(pool.map(lambda _: desk.printing.printed(order.id), range(8)))

    assert len(pages) == 1
    assert [path.name for path in (desk.directory / "documents").rglob("*.*")] == [f"{digest(pages.pop())}.docx"]


# --- damage -----------------------------------------------------------------------------------------------------------


def damaged(desk: Desk, order: Issued) -> Path:
    path = desk.files.path(digest(desk.printing.printed(order.id)))
    path.write_bytes(path.read_bytes()[:-10] + b"0123456789")
    return path


def test_a_lost_or_damaged_file_is_made_again_as_it_was(desk: Desk) -> None:
    order = desk.supervised()
    first = desk.printing.printed(order.id)

    path = damaged(desk, order)
    with pytest.raises(DamagedFileError, match=path.name):
        desk.files.get(digest(first))
    assert not desk.printing.intact(order.id)
    assert desk.printing.printed(order.id) == first == path.read_bytes()

    path.unlink()
    assert desk.printing.intact(order.id)
    assert desk.printing.printed(order.id) == first == path.read_bytes()


def test_a_file_that_cannot_be_made_again_as_it_was_is_reported_and_not_replaced(desk: Desk) -> None:
    order = desk.supervised()
    desk.printing.printed(order.id)
    # As if it had been printed by a release that set the page otherwise.
    page = render(changed(shipped(), "现予督办", "特此督办"), DocumentFacts.model_validate_json(facts_of(desk, order)))
    kept = desk.files.put(page)
    with desk.store.writing() as session:
        session.execute(text("UPDATE documents SET content = :hash"), {"hash": kept})
    assert desk.printing.printed(order.id) == page

    desk.files.path(kept).unlink()

    assert not desk.printing.intact(order.id)
    with pytest.raises(DamagedFileError):
        desk.printing.printed(order.id)
    assert not desk.files.path(kept).exists()


def facts_of(desk: Desk, order: Issued) -> str:
    with desk.store.reading() as session:
        return documents.kept(session, order.id).facts


TAMPERINGS: list[tuple[str, DocumentFaultKind]] = [
    ("UPDATE documents SET facts = replace(facts, '督查室', '公安局')", DocumentFaultKind.FACTS),
    ("UPDATE documents SET number = '督查室督办〔2026〕9号'", DocumentFaultKind.NUMBER),
    ("UPDATE documents SET no = 9", DocumentFaultKind.NUMBER),
    ("UPDATE documents SET matter_id = 'm9'", DocumentFaultKind.FACTS),
    ("UPDATE documents SET title = '表扬信'", DocumentFaultKind.FACTS),
    ("UPDATE documents SET template = NULL", DocumentFaultKind.TEMPLATE),
    ("UPDATE document_templates SET file = :other", DocumentFaultKind.TEMPLATE),
    ("DELETE FROM document_templates", DocumentFaultKind.TEMPLATE),
]


@pytest.mark.parametrize(("statement", "kind"), TAMPERINGS)
def test_a_document_that_was_altered_is_found_and_not_printed(
    desk: Desk, statement: str, kind: DocumentFaultKind
) -> None:
    order = desk.supervised()
    assert desk.faults() == []
    tamper(desk.store, statement, **({"other": b"0"} if ":other" in statement else {}))

    ((_, found),) = desk.faults()

    assert found is kind
    with pytest.raises(AlteredDocumentError) as refused:
        desk.printing.printed(order.id)
    assert refused.value.fault.kind is kind
    assert not (desk.directory / "documents").exists()


def test_a_document_that_was_removed_is_found(desk: Desk) -> None:
    order = desk.supervised()
    tamper(desk.store, "DELETE FROM documents")

    assert desk.faults() == [(order.number, DocumentFaultKind.MISSING)]
    with pytest.raises(KeyError):
        desk.printing.printed(order.id)


def test_a_document_slipped_in_is_found(desk: Desk) -> None:
    desk.supervised()
    tamper(
        desk.store,
        "INSERT INTO documents (entry, kind, title, matter_id, organ, mark, year, no, number, issued_at, facts)"
        " SELECT 1, kind, title, matter_id, organ, mark, year, 2, '督查室督办〔2026〕2号', issued_at, facts"
        " FROM documents",
    )

    assert desk.faults() == [("督查室督办〔2026〕2号", DocumentFaultKind.UNKNOWN)]


def test_only_the_documents_of_the_targets_asked_about_are_verified(desk: Desk) -> None:
    desk.supervised("m1")
    desk.supervised("m2")
    tamper(desk.store, "UPDATE documents SET no = no + 10")

    with desk.store.reading() as session:
        assert [fault.target for fault in documents.verify(session, ["m2"])] == ["m2"]
        assert [fault.target for fault in documents.verify(session)] == ["m1", "m2"]
        assert list(documents.verify(session, [])) == []


# --- killed -----------------------------------------------------------------------------------------------------------


def lines_until_killed(url: str, directory: Path, lines: int) -> list[list[str]]:
    command = [sys.executable, "-m", "tests.documents.printing_until_killed", url, str(directory)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as clerk:
        assert clerk.stdout is not None
        said = [clerk.stdout.readline() for _ in range(lines)]
        clerk.kill()
        said += clerk.stdout.readlines()
    return [line.decode().split() for line in said if line.endswith(b"\n")]


def test_killed_between_issue_and_printing_nothing_is_lost_and_no_number_is_skipped(
    database_url: str, tmp_path: Path
) -> None:
    said = [line for number in range(ROUNDS) for line in lines_until_killed(database_url, tmp_path, 7 + 6 * number)]
    issued = {number for what, number, _ in said if what == "issued"}
    printed = {number: hash_ for what, number, hash_ in said if what == "printed"}
    assert len(printed) >= ROUNDS

    store = Store(database_url)
    desk = Desk(store, tmp_path)
    orders = {one.number: one for one in desk.issued()}

    assert issued <= orders.keys()
    assert list(orders) == [f"督查室督办〔2026〕{no}号" for no in range(1, len(orders) + 1)]
    assert desk.faults() == []
    for number, one in orders.items():
        page = desk.printing.printed(one.id)
        assert number in words(page)
        assert printed.get(number, digest(page)) == digest(page)
    store.close()


# --- the store of files -----------------------------------------------------------------------------------------------


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path / "documents")


def test_a_file_lies_under_its_hash(files: Files) -> None:
    hash_ = files.put("内容".encode())

    assert files.path(hash_).parts[-2:] == (hash_[:2], f"{hash_}.docx")
    assert files.get(hash_) == "内容".encode()
    assert files.put("内容".encode()) == hash_
    assert files.get(digest(b"other")) is None


def test_a_full_disk_leaves_no_part_of_a_file(files: Files, tmp_path: Path) -> None:
    hash_ = digest(b"x")
    # A directory in the place of the file: moving into place fails at the last step.
    files.path(hash_).mkdir(parents=True)
    (files.path(hash_) / "in the way").touch()

    with pytest.raises(OSError, match=hash_[:8]):
        files.put(b"x")

    assert [path.name for path in files.path(hash_).parent.iterdir()] == [f"{hash_}.docx"]
    shutil.rmtree(files.path(hash_))
    assert files.put(b"x") == hash_
