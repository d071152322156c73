"""What is taken beside what people say: what it is by its content, and nothing that could run."""

import io
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.attachments import NAME_LONGEST, AttachmentError, cleaned, looked_at
from models.attachments import AttachmentType
from tests.files import DOCX, JPG, OFD, PDF, PNG, XLSX, office, packed

GOOD = {
    "报告.pdf": (PDF, AttachmentType.PDF),
    "报告.docx": (DOCX, AttachmentType.DOCX),
    "台账.XLSX": (XLSX, AttachmentType.XLSX),
    "照片.png": (PNG, AttachmentType.PNG),
    "照片.JPEG": (JPG, AttachmentType.JPG),
    "说明.txt": ("已办结".encode("gb18030"), AttachmentType.TXT),
    "明细.csv": ("单位,数\n甲,1\n".encode(), AttachmentType.CSV),
    "发文.ofd": (OFD, AttachmentType.OFD),
}


@pytest.mark.parametrize("name", GOOD)
def test_what_is_what_its_name_says_is_taken(name: str) -> None:
    content, kind = GOOD[name]
    looked = looked_at(content, name)
    assert (looked.type, looked.name) == (kind, name)


@pytest.mark.parametrize("name", GOOD)
def test_a_name_that_says_something_else_is_not_believed(name: str) -> None:
    content, kind = GOOD[name]
    others = [f"x.{one.value}" for one in AttachmentType if one is not kind]
    if kind in (AttachmentType.TXT, AttachmentType.CSV) or kind is AttachmentType.PDF:
        others = [other for other in others if not other.endswith((".txt", ".csv"))]
    for other in others:
        with pytest.raises(AttachmentError):
            looked_at(content, other)


@pytest.mark.parametrize("name", ["x.exe", "x", "x.html", "x.svg", "x.docm", "x.xlsm", "x.zip", "x.pdf.exe", ".pdf"])
def test_other_kinds_of_files_are_not_taken_whatever_they_hold(name: str) -> None:
    with pytest.raises(AttachmentError):
        looked_at(PDF, name)


@pytest.mark.parametrize("content", [b"", b"  \n", PDF[:20], b"MZ" + PDF, PNG[:4], DOCX[:-30]])
def test_what_is_empty_cut_off_or_begins_otherwise_is_not_taken(content: bytes) -> None:
    for ending in ("pdf", "png", "docx"):
        with pytest.raises(AttachmentError):
            looked_at(content, f"x.{ending}")


@pytest.mark.parametrize(
    "text", ["<html><script>x</script>", "  <!DOCTYPE html>", "<svg onload=x>", "a\x00b", "\x1b[2J", "<?php x"]
)
def test_markup_and_control_characters_are_no_plain_text(text: str) -> None:
    with pytest.raises(AttachmentError):
        looked_at(text.encode(), "x.txt")


HOSTILE = {
    "a macro": {"word/vbaProject.bin": b"x"},
    "a control": {"word/activeX/activeX1.xml": b"<a/>"},
    "an embedded program": {"word/embeddings/oleObject1.bin": b"x"},
    "a template from elsewhere": {
        "word/_rels/settings.xml.rels": b'<Relationships><Relationship Id="r1" Type="http://x/relationships/'
        b'attachedTemplate" Target="https://nowhere.example.invalid/x.dotm" TargetMode="External"/></Relationships>'
    },
    "an entity": {"word/extra.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'},
    "markup in another encoding": {"word/extra.xml": "<a/>".encode("utf-16")},
    "a script": {"word/run.vbs": b"x"},
}


@pytest.mark.parametrize("what", HOSTILE)
def test_an_office_document_with_something_in_it_is_not_taken(what: str) -> None:
    with pytest.raises(AttachmentError):
        looked_at(office("docx", **HOSTILE[what]), "x.docx")


def test_a_document_with_macros_under_a_plain_name_is_not_taken() -> None:
    types = (b'<Types><Override PartName="/word/document.xml" ContentType="application/vnd.ms-word.document.'
             b'macroEnabled.main+xml"/></Types>')  # fmt: skip
    with pytest.raises(AttachmentError):
        looked_at(packed({"[Content_Types].xml": types, "word/document.xml": b"<w/>"}), "x.docx")


def test_links_and_the_sheets_of_charts_are_taken() -> None:
    link = (b'<Relationships><Relationship Id="r1" Type="http://schemas/relationships/hyperlink" '
            b'Target="https://nowhere.example.invalid/" TargetMode="External"/></Relationships>')  # fmt: skip
    parts = {"word/_rels/document.xml.rels": link, "word/embeddings/Microsoft_Excel_Sheet1.xlsx": XLSX}
    assert looked_at(office("docx", **parts), "x.docx").type is AttachmentType.DOCX


def test_a_bomb_is_measured_and_never_unpacked() -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in {"[Content_Types].xml": b"<Types/>", "word/bomb.xml": b"0" * 70_000_000}.items():
            made.writestr(name, content)
    with pytest.raises(AttachmentError):
        looked_at(held.getvalue(), "x.docx")


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\办公\\报告.pdf", "报告.pdf"),
        ("a\u202efdp.exe.pdf", "afdp.exe.pdf"),
        (' 报 告<b>"x".pdf ', "报 告_b_x_.pdf"),
        ("报告\r\nSet-Cookie: x.pdf", "报告 Set-Cookie_ x.pdf"),
        ("", "附件"),
        ("...", "附件"),
    ],
)
def test_a_name_keeps_no_path_and_nothing_that_is_not_seen(said: str, kept: str) -> None:
    assert cleaned(said) == kept


@settings(max_examples=60)
@given(st.text(max_size=400))
def test_any_name_can_be_cleaned_and_cleaned_again_is_the_same(name: str) -> None:
    once = cleaned(name)
    assert once == cleaned(once)
    assert 0 < len(once) <= NAME_LONGEST
    assert not set(once) & set('<>:"/\\|?*\r\n\x00')


@settings(max_examples=60)
@given(st.binary(max_size=300), st.sampled_from([*AttachmentType]))
def test_any_bytes_are_taken_or_refused_in_words(content: bytes, kind: AttachmentType) -> None:
    taken = None
    with suppress(AttachmentError):
        taken = looked_at(content, f"x.{kind.value}").type
    assert taken in (None, kind)
