"""The same bytes for the same facts, text printed as text, and templates that cannot reach beyond the facts."""

import hashlib
import io
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from documents import make_templates
from documents.problems import TemplateError
from documents.rendering import asked, check, packed, render
from documents.templates import SHIPPED
from models.documents import DocumentFacts, MeasureLine, NamedText, Reference, StatementLine, StoryLine, rows
from policies.procedures import STANDARD, shipped
from record import documents
from tests.builders import ROOT
from tests.documents.desk import Desk
from tests.documents.pages import changed, paragraphs, with_part

KINDS = (
    "closing_report", "extension_form", "rectification_order", "supervision_order", "urging_notice",
    "fact_notice", "service_receipt", "statement_record", "accountability_decision", "talk_record", "self_criticism",
    "public_apology", "removal_proposal", "review_decision",
)  # fmt: skip
# A choice prints one of its two sides: an extension that moved the limit hides the old one.
HIDDEN = {
    "extension_form": {"limit_due"},
    "talk_record": {"allegation"},
    "self_criticism": {"allegation"},
    "review_decision": {"office"},
}
LISTS = {
    "sources": (NamedText(name="文书", text="«sources»"),),
    "clock_rules": (NamedText(name="R3", text="«clock_rules»"),),
    "evidence": (NamedText(name="地点", text="«evidence»"),),
    "measures": (
        MeasureLine(
            code="P3", name="«measures»", english="x", decides="x", effect="6个月", source="x", unverified="影响期"
        ),
    ),
    "statements": (StatementLine(at="2026年3月6日9时", by="某岗", text="«statements»"),),
    "circumstances": (NamedText(name="从轻", text="«circumstances»"),),
    "tally": (NamedText(name="«tally»", text="2"),),
    "earlier": (Reference(number="«earlier»", title="督办单", on="2026年3月9日"),),
    "story": (StoryLine(at="2026-03-09 18:00", act="超期", by="某岗", said="«story»"),),
}


def template(kind: str) -> bytes:
    return (SHIPPED / f"{kind}.docx").read_bytes()


def facts(**said: object) -> DocumentFacts:
    """Facts each of which says its own name."""
    own = {name: f"«{name}»" for name in DocumentFacts.model_fields if name not in LISTS}
    return DocumentFacts.model_validate({**own, **LISTS, "issued_on": "2026年3月9日", **said})


def page(kind: str = "supervision_order", **said: object) -> str:
    return "\n".join(paragraphs(render(template(kind), facts(**said))))


# --- the shipped templates --------------------------------------------------------------------------------------------


def test_the_procedure_and_the_templates_have_the_same_kinds() -> None:
    procedure = shipped(STANDARD)
    kinds = [kind.kind for kind in procedure.in_force(procedure.first_day).documents]

    assert sorted(kinds) == sorted(KINDS) == sorted(path.stem for path in SHIPPED.glob("*.docx"))


def test_the_shipped_templates_are_what_the_script_makes(tmp_path: Path) -> None:
    make_templates.main(tmp_path)

    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        f"{kind}.docx": template(kind) for kind in KINDS
    }


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_that_a_shipped_template_names_is_printed(kind: str) -> None:
    text = page(kind)
    named = asked(template(kind), kind)

    assert len(named) > (6 if kind == "public_apology" else 15)
    missing = {name for name in named - {"issued_on"} - HIDDEN.get(kind, set()) if f"«{name}»" not in text}
    assert missing == set()
    assert "2026年3月9日" in text or "issued_on" not in named
    assert not re.search(r"\{\{|\{%|%\}|\}\}", text)


@pytest.mark.parametrize("kind", KINDS)
def test_facts_that_do_not_apply_leave_no_trace(kind: str) -> None:
    required = {name for name, field in DocumentFacts.model_fields.items() if field.is_required()}
    text = page(kind, **dict.fromkeys(DocumentFacts.model_fields.keys() - required - LISTS.keys(), ""))

    assert "None" not in text
    assert "办理要求：" not in text
    assert "请于前" not in text


def test_the_page_has_the_measures_of_the_standard() -> None:
    document = zipfile.ZipFile(io.BytesIO(template("supervision_order"))).read("word/document.xml").decode()

    assert 'w:w="11906" w:h="16838"' in document  # A4 in twentieths of a point
    (margins,) = re.findall(r"<w:pgMar [^>]*>", document)
    assert 'w:top="2098"' in margins  # 37 mm
    assert 'w:left="1587"' in margins  # 28 mm
    assert {"方正小标宋简体", "仿宋_GB2312", "黑体"} <= set(re.findall(r'w:eastAsia="([^"]+)"', document))


# --- the same to the byte ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_two_renderings_have_the_same_bytes(kind: str) -> None:
    assert render(template(kind), facts()) == render(template(kind), facts())


def test_another_process_at_another_time_of_another_zone_makes_the_same_bytes() -> None:
    program = (
        "import hashlib, sys; from tests.documents.test_rendering import *; "
        "print(hashlib.sha256(render(template('closing_report'), facts())).hexdigest())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={"TZ": "America/New_York", "PYTHONHASHSEED": "7", "PATH": "", "LC_ALL": "C"},
    )

    assert done.stdout.strip() == hashlib.sha256(render(template("closing_report"), facts())).hexdigest()


def test_a_page_is_an_archive_without_instants_or_compression() -> None:
    with zipfile.ZipFile(io.BytesIO(render(template("supervision_order"), facts()))) as archive:
        parts = archive.infolist()

    assert parts[0].filename == "[Content_Types].xml"
    assert {part.date_time for part in parts} == {(1980, 1, 1, 0, 0, 0)}
    assert {part.compress_type for part in parts} == {zipfile.ZIP_STORED}


def test_a_page_says_of_itself_what_the_document_is_and_not_who_made_the_template() -> None:
    archive = zipfile.ZipFile(io.BytesIO(render(template("supervision_order"), facts())))
    properties = archive.read("docProps/core.xml").decode()

    assert "«number» «title»" in properties
    assert "<dc:creator>«organ»</dc:creator>" in properties
    assert properties.count("2026-03-09T00:00:00Z") == 2
    assert "python-docx" not in properties


# --- hostile text -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "{{ organ }}",
        "{% for x in story %}{% endfor %}",
        "{_{ organ }_}",
        "{_% if x %_}",
        "{# 注 #}",
        "<w:p>&amp;</w:p> \"'<!--",
        "]]>",
        "&lt;b&gt;",
        "}}{{",
        "甲\t乙\n丙",
        "很长的话" * 2500,
        "%s %(x)s \\n",
        "\u3000缩进 🙂 𠀀",
    ],
)
def test_what_people_wrote_is_printed_as_text(text: str) -> None:
    assert text in page(requirement=text)


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("甲\x00乙", "甲␀乙"),
        ("甲\x07乙\x0c丙\x0b", "甲␇乙␌丙␋"),
        ("甲\x1b[31m\x7f", "甲␛[31m␡"),
        ("甲\r\n乙\r丙", "甲\n乙\n丙"),
        ("甲\ufffe\uffff\x85", "甲\ufffd\ufffd\ufffd"),
    ],
)
def test_characters_that_a_page_cannot_hold_are_shown_and_never_break_it(text: str, printed: str) -> None:
    assert printed in page(requirement=text)


@pytest.mark.parametrize("name", sorted(DocumentFacts.model_fields.keys() - LISTS.keys() - {"issued_on"}))
def test_hostile_text_in_any_field_is_text(name: str) -> None:
    text = page("closing_report", **{name: "{{ 7*7 }}<w:t>\x00" + "长" * 300})

    assert "49" not in text
    assert ("{{ 7*7 }}<w:t>␀" in text) is (name in asked(template("closing_report"), ""))


@pytest.mark.parametrize("kind", KINDS)
def test_hostile_text_in_every_field_at_once_is_text(kind: str) -> None:
    hostile = "{{ 7*7 }}<w:t>\x00{% for x in story %}]]>&"
    lists = {name: [dict.fromkeys(type(shown[0]).model_fields, hostile)] for name, shown in LISTS.items()}
    text = page(kind, **dict.fromkeys(DocumentFacts.model_fields.keys() - LISTS.keys(), hostile), **lists)

    assert "{{ 7*7 }}<w:t>␀{% for x in story %}]]>&" in text
    assert "49" not in text


# --- hostile and mistaken templates -----------------------------------------------------------------------------------

BAD = [
    ("{{ organn }}", ("unknown field: organn", "organ")),
    ("{{ story.said }}", ("unknown field: story.said", "has no fields")),
    ("{{ organ.__class__ }}", ("unknown field: organ.__class__",)),
    ("{{ organ.__class__.__mro__ }}", ("not understood",)),
    ("{{ organ['__class__'] }}", ("not understood: getitem",)),
    ("{{ organ.upper() }}", ("not understood: call",)),
    ("{{ range(9) }}", ("not understood: call",)),
    ("{{ organ|upper }}", ("not",)),
    ("{{ 7 * 7 }}", ("not understood: mul",)),
    ("{{ organ ~ organ }}", ("not understood: concat",)),
    ("{{ 'x' }}", ("not understood: const",)),
    ("{% set x = organ %}{{ x }}", ("not understood",)),
    ("{% macro m() %}{% endmacro %}", ("not understood: macro",)),
    ("{% include 'x' %}", ("not understood: include",)),
    ("{% for x in organ %}{{ x }}{% endfor %}", ("only lists", "story")),
    ("{% for x in story recursive %}{{ x.at }}{% endfor %}", ("not understood: for",)),
    ("{% for x in story %}{{ x.when }}{% endfor %}", ("unknown field: x.when", "said")),
    (
        "{% for a in story %}{% for b in story %}{% for c in story %}{% endfor %}{% endfor %}{% endfor %}",
        ("loops too deep", "2"),
    ),
    ("{% if organ %}", ("miswritten",)),
    ("{{ organ", ("miswritten",)),
    ("{% endfor %}", ("miswritten",)),
    ("{{ loop.index }}", ("unknown field: loop",)),
]


@pytest.mark.parametrize(("tag", "said"), BAD)
def test_a_template_that_asks_for_more_than_the_facts_is_refused(tag: str, said: tuple[str, ...]) -> None:
    bad = changed(template("supervision_order"), "{{ english }}", tag.replace("<", "&lt;"))

    with pytest.raises(TemplateError) as refused:
        check(bad, "own.docx")
    with pytest.raises(TemplateError):
        render(bad, facts())

    text = str(refused.value)
    assert text.startswith("own.docx: ")
    for words in said:
        assert words in text


def test_every_mistake_is_named_at_once() -> None:
    bad = changed(template("supervision_order"), "{{ english }}", "{{ nobody }} {{ nothing }}")

    with pytest.raises(TemplateError) as refused:
        check(bad, "own.docx")

    assert len(refused.value.mistakes) == 2


def test_a_list_is_repeated_and_a_condition_asks_whether_a_fact_is_there() -> None:
    tag = "{% for x in story %}{{ loop.index }}{{ x.said }}{% if loop.last and not remark %}末{% endif %}{% endfor %}"
    own = changed(template("supervision_order"), "{{ english }}", tag)

    assert "1«story»末" in "\n".join(paragraphs(render(own, facts(remark=""))))


def test_a_placeholder_that_the_word_processor_split_is_still_one() -> None:
    split = "{{ eng</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>lish }}"
    own = changed(template("supervision_order"), "{{ english }}", split)

    assert "«english»" in "\n".join(paragraphs(render(own, facts())))


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (b"", "not a Word document"),
        (b"PK\x03\x04 broken", "not a Word document"),
        (b"{\\rtf1 a document of another kind}", "not a Word document"),
        (with_part(template("supervision_order"), "word/vbaProject.bin", b"x"), "macros"),
        (with_part(template("supervision_order"), "word/embeddings/oleObject1.bin", b"x"), "macros"),
        (
            with_part(
                template("supervision_order"),
                "word/_rels/settings.xml.rels",
                b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship '
                b'Id="rId1" Type="x/attachedTemplate" Target="file:///a.dotm" TargetMode="External"/></Relationships>',
            ),
            "file:///a.dotm",
        ),
        (
            with_part(template("supervision_order"), "docProps/app.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a/>'),
            "document type",
        ),
    ],
    ids=["empty", "broken", "rtf", "macro", "ole", "external", "doctype"],
)
def test_a_file_that_is_no_plain_word_document_is_refused(file: bytes, said: str) -> None:
    with pytest.raises(TemplateError, match=said):
        check(file, "own.docx")


def test_a_template_that_unpacks_to_too_much_is_refused_before_it_is_unpacked() -> None:
    written = io.BytesIO(template("supervision_order"))
    with zipfile.ZipFile(written, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/bomb.xml", b"\0" * 40_000_000)
    assert len(written.getvalue()) < 200_000

    with pytest.raises(TemplateError, match="too large when unpacked"):
        check(written.getvalue(), "own.docx")


def test_packing_again_changes_nothing() -> None:
    once = packed(template("urging_notice"))

    assert packed(once) == once == template("urging_notice")


def test_every_list_of_the_facts_is_in_these_tests() -> None:
    assert rows().keys() == LISTS.keys()


# What the templates ask for and the matter of `whole_life` does not have.
CLOCK = {"due", "clock_from", "clock_limit", "clock_rules", "calendar"}
EMPTY = {
    "urging_notice": {*CLOCK, "earlier", "provisional"},
    "extension_form": {"remark", "provisional"},
    "supervision_order": {"provisional"},
    "rectification_order": {"provisional"},
    "closing_report": {"policy"},
}


def test_the_documents_of_a_whole_life_are_filled(desk: Desk) -> None:
    empty: dict[str, set[str]] = {}
    for one in desk.whole_life():
        with desk.store.reading() as session:
            kept = documents.kept(session, one.id)
        said = DocumentFacts.model_validate_json(kept.facts)
        assert kept.template is not None
        named = asked(kept.template.file, one.kind)
        empty.setdefault(one.kind, {name for name in named if not getattr(said, name)})
        text = "\n".join(paragraphs(desk.printing.printed(one.id)))
        for name in named - LISTS.keys() - {"limit_due"}:
            assert getattr(said, name) in text, (one.kind, name)

    assert empty == EMPTY
