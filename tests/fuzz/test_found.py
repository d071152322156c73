"""Every fault that fuzzing has found, once more: each ended in something else than harmless words."""

import io
import zipfile

import pytest

from documents.problems import TemplateError
from documents.rendering import check
from intake.problems import harmless
from intake.register import _digest, read_stamp
from policies.documents import Document, DocumentError, Mistake
from policies.procedures import shipped
from rehearsal import scenarios
from tests.documents.pages import with_part
from tests.fuzz.readers import ROOT

TEMPLATE = (ROOT / "documents" / "templates" / "supervision_order.docx").read_bytes()
MINIMAL = "start: 2026-03-02\n"


@pytest.mark.parametrize(
    "text",
    ["a: &a [*a]\n", "a: &a [x]\nb: [*a, *a]\n", "[" * 100_000, "- " * 3_000 + "x", "? " * 3_000],
    ids=["itself", "alias", "flow", "block", "keys"],
)
def test_documents_that_unfold_or_nest_without_end_are_refused(text: str) -> None:
    with pytest.raises(DocumentError):
        Document(text, "document")


def test_a_syntax_error_is_one_line() -> None:
    for text in ("\x00", "a: b: c", "\t- a", "%YAML 9.9\n---\na"):
        with pytest.raises(DocumentError) as found:
            Document(text, "document")
        assert "\n" not in str(found.value)
        assert "<unicode string>" not in str(found.value)


def test_a_mistake_repeats_neither_controls_nor_tags_nor_formulas_nor_without_end() -> None:
    mistake = Mistake("f", 1, "\x1b[31m<script>", "=CANARY(1) \u202e<img src=x>" + "a" * 5000)
    assert mistake.where == "[31m‹script>"
    assert mistake.why.startswith("'=CANARY(1) ‹img src=x>")
    assert len(mistake.why) <= 402


def test_an_echoed_cell_holds_no_tag() -> None:
    assert harmless("<script>alert(1)</script>") == "‹script>alert(1)‹/script>"
    assert harmless("<3个工作日, a < b") == "<3个工作日, a < b"


@pytest.mark.parametrize(
    ("instant", "seq"),
    [
        ("20261340T996199", "1"),
        ("2026-02-30", "1"),
        ("20260302T090000", "٣"),
        ("20260302T090000", "1" * 5000),
        ("", ""),
    ],
)
def test_a_stamp_made_by_somebody_else_is_no_stamp(instant: str, seq: str) -> None:
    body = f"v1.{instant}.{seq}.AAAAAAAA"
    assert read_stamp("2026-0001", f"{body}.{_digest('2026-0001', body)}") is None


@pytest.mark.parametrize("identity", ["[a]", "{a: b}"])
def test_a_matter_whose_id_is_no_text_is_a_mistake(identity: str) -> None:
    with pytest.raises(DocumentError, match=r"matters\.0\.id"):
        scenarios.read(f"{MINIMAL}matters: [{{id: {identity}}}]\n")


@pytest.mark.parametrize("name", ["督" * 5000, "../standard", "standard\x00", ""])
def test_a_procedure_that_cannot_be_is_unknown(name: str) -> None:
    with pytest.raises(KeyError):
        shipped(name)


@pytest.mark.parametrize("policy", ["/etc/passwd", "../../etc/passwd", "a/../../b", "督" * 5000, "."])
def test_a_scenario_reads_no_other_file_of_this_machine(policy: str) -> None:
    with pytest.raises(DocumentError, match="unknown policy"):
        scenarios.read(f"{MINIMAL}policy: {policy}\n", "scenario", ROOT)
    with pytest.raises(DocumentError, match="unknown policy"):
        scenarios.read(f"{MINIMAL}policy: README.md\n", "scenario")


@pytest.mark.parametrize(
    ("part", "content"),
    [
        ("_rels/.rels", b"<a/>"),
        ("docProps/core.xml", b"<a/>"),
        ("word/_rels/document.xml.rels", b"<a/>"),
        ("[Content_Types].xml", b"<a/>"),
    ],
)
def test_a_template_with_a_part_of_another_kind_is_refused(part: str, content: bytes) -> None:
    with pytest.raises(TemplateError):
        check(with_part(TEMPLATE, part, content), "template")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_template_that_holds_a_part_twice_is_refused() -> None:
    with pytest.raises(TemplateError, match="occurs twice"):
        check(doubled(TEMPLATE, "docProps/core.xml", b"<a/>"), "template")


def doubled(archive: bytes, part: str, content: bytes) -> bytes:
    """The archive with another part of that name beside its own."""
    written = io.BytesIO(archive)
    with zipfile.ZipFile(written, "a") as new:
        new.writestr(part, content)
    return written.getvalue()
