"""`documents`, `print`, `document`: from a running engine to a page in an office's hands."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import pytest

from cli.documents import file_name
from documents.templates import SHIPPED
from models.acts import ActName
from record.documents import Issued, digest
from tests.cli.conftest import Beside, Said
from tests.documents.pages import changed, paragraphs

HANDLER, OFFICER, LEADER, ORGAN = "区教育局承办岗", "区政府督查室承办岗", "区长", "区政府督查室"
Command = Callable[..., Said]


def overdue_matter(engine: Beside, directory: Path) -> str:
    """A matter that came in from paper when its limit had passed, and was supervised at once."""
    file = directory / "matter.yaml"
    file.write_text(
        f"title: 校舍加固 {uuid4().hex[:8]}\nlead: 区教育局\nlimit: 5wd\noffice: {ORGAN}\nleader: {LEADER}\n"
        "assigned_at: 2026-01-05T09:00+08:00\n",
        encoding="utf-8",
    )
    return str(engine.ok("launch", file)["id"])


def text_of(file: Path) -> str:
    return "\n".join(paragraphs(file.read_bytes()))


def test_a_matter_from_supervised_to_closed_has_its_papers(engine: Beside, tmp_path: Path) -> None:
    matter = overdue_matter(engine, tmp_path)
    (order,) = engine.ok("documents", matter)["documents"]
    assert (order["title"], order["act"], order["content"]) == ("督办单", "supervised", None)
    assert order["number"].startswith(f"{ORGAN}督办〔")

    printed = engine.ok("print", order["number"], "--output", tmp_path / "order.docx")
    assert printed["content"] == digest((tmp_path / "order.docx").read_bytes())
    for words in (order["number"], "区教育局：", "现予督办", "回  执"):
        assert words in text_of(tmp_path / "order.docx")

    engine.ok("do", matter, "submit", f"by={HANDLER}", "text=十二所学校全部完成")
    engine.ok("do", matter, "verify", f"by={OFFICER}", "passed=true", "method=document", "evidence=验收单")
    listed = engine.ok("documents", matter)["documents"]
    assert [one["title"] for one in listed] == ["办结报告", "督办单"]
    engine.ok("print", "--matter", matter, "--kind", "办结报告", "-o", tmp_path / "report.docx")
    report = text_of(tmp_path / "report.docx")
    for words in ("经督办后办结", "十二所学校全部完成", "验收单", order["number"]):
        assert words in report

    # Printed again, by its number in a clerk's brackets: the same bytes.
    typed = order["number"].replace("〔", "[").replace("〕", "]")
    engine.ok("print", typed, "--output", tmp_path / "again.docx")
    assert (tmp_path / "again.docx").read_bytes() == (tmp_path / "order.docx").read_bytes()
    assert engine.ok("verify", matter)["in_order"]
    # The act itself tells the number.
    assert order["number"] in engine("timeline", matter).out


def test_as_a_process_print_writes_a_file_that_windows_can_hold(engine: Beside, tmp_path: Path) -> None:
    matter = overdue_matter(engine, tmp_path)
    number = engine.ok("documents", matter)["documents"][0]["number"]

    said = engine("print", number, "--output", tmp_path / "a.docx")

    assert said.code == 0
    assert number in said.out
    assert (tmp_path / "a.docx").read_bytes()[:2] == b"PK"


def test_a_file_of_that_name_that_says_something_else_is_not_overwritten(
    engine: Beside, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    matter = overdue_matter(engine, tmp_path)
    number = engine.ok("documents", matter)["documents"][0]["number"]
    monkeypatch.chdir(tmp_path)

    first = engine.ok("print", number)
    again = engine("print", number)
    Path(first["file"]).write_bytes(b"by hand")
    refused = engine("print", number)

    assert Path(first["file"]) == tmp_path / f"{number} 督办单.docx"
    assert again.code == 0
    assert refused.code == 2
    assert "--output" in refused.err
    assert Path(first["file"]).read_bytes() == b"by hand"


def test_what_was_altered_is_found_by_verify_and_not_printed(engine: Beside, tmp_path: Path) -> None:
    matter = overdue_matter(engine, tmp_path)
    printed = engine.ok("print", "--matter", matter, "--output", tmp_path / "a.docx")
    kept = Path(engine.settings["DUBAN_DATA_DIR"]) / "documents" / printed["content"][:2]
    (file,) = kept.glob(f"{printed['content']}.docx")
    whole = file.read_bytes()

    file.write_bytes(whole.replace("现予督办".encode(), "不予督办".encode()))
    said = engine("verify", matter, "--offline", "--json")
    engine.ok("print", "--matter", matter, "--output", tmp_path / "b.docx")

    assert said.code == 1
    assert [(one["target"], one["kind"]) for one in said.json["findings"]] == [(matter, "document_file")]
    assert printed["number"] in said.json["findings"][0]["text"]
    # Printing made it again as it was.
    assert (tmp_path / "b.docx").read_bytes() == whole == file.read_bytes()
    assert engine.ok("verify", matter, "--offline")["in_order"]


def test_an_unknown_document_is_bad_input_and_says_what_there_is(engine: Beside, tmp_path: Path) -> None:
    matter = overdue_matter(engine, tmp_path)

    for arguments, said in (
        (("print", f"{ORGAN}督办〔1999〕1号"), "starter.py documents"),
        (("print", "--matter", matter, "--kind", "表扬信"), "督办单"),
        (("print", "--matter", "1999-0001"), "1999-0001"),
        (("print",), "--matter"),
        (("print", "x", "--matter", matter), "--matter"),
        (("documents", "--after", "x"), "--after"),
    ):
        answer = engine(*arguments)
        assert answer.code == 2, arguments
        assert said in answer.err


def test_documents_are_listed_for_people_page_by_page(engine: Beside, tmp_path: Path) -> None:
    overdue_matter(engine, tmp_path)
    matter = overdue_matter(engine, tmp_path)

    page = engine("documents", "--limit", "1")
    none = engine("documents", "1999-0001")

    assert "督办单" in page.out
    assert "未打印" in page.out
    assert "--after" in page.out
    assert matter in page.out
    assert "没有文书" in none.out


# --- templates --------------------------------------------------------------------------------------------------------


def test_the_shipped_templates_are_usable_and_named_with_their_fields(command: Command, tmp_path: Path) -> None:
    said = command("document", "check", "--json", DUBAN_DATA_DIR=str(tmp_path))

    assert (said.code, said.err) == (0, "")
    templates = said.json["templates"]
    assert [Path(one["file"]).stem for one in templates] == sorted(path.stem for path in SHIPPED.glob("*.docx"))
    assert all(one["usable"] and "number" in one["fields"] for one in templates)


def test_a_template_is_taken_edited_and_checked(command: Command, tmp_path: Path) -> None:
    settings = {"DUBAN_DATA_DIR": str(tmp_path)}
    taken = command("document", "edit", "supervision_order", **settings)
    own = tmp_path / "templates" / "supervision_order.docx"
    good = command("document", "check", **settings)
    again = command("document", "edit", "supervision_order", **settings)
    own.write_bytes(changed(own.read_bytes(), "{{ organ }}", "{{ organn }}"))
    bad = command("document", "check", own, **settings)

    assert taken.code == good.code == 0
    assert str(own) in taken.out
    assert str(own) in good.out
    assert again.code == 2
    assert bad.code == 2
    assert "unknown field: organn" in bad.err
    assert "Traceback" not in bad.err
    assert command("document", "edit", "nosuch", **settings).code == 2
    assert command("document", "check", tmp_path / "none.docx", **settings).code == 2


def test_the_fields_are_listed_with_their_meaning(command: Command) -> None:
    said = command("document", "fields", "--json")

    meaning = {one["field"]: one["meaning"] for one in said.json}
    assert said.code == 0
    assert "文号" in meaning["number"]
    assert "story: …said" in meaning
    assert all(words and words[0] >= "\u4e00" for words in meaning.values())
    assert "extension_reason" in command("document", "fields").out


def test_an_own_template_that_cannot_be_used_stops_the_start_with_its_name(engine: Beside, tmp_path: Path) -> None:
    own = tmp_path / "templates" / "closing_report.docx"
    own.parent.mkdir()
    own.write_bytes(b"no document")

    said = engine.process(
        "up", "--no-sample", DUBAN_DATA_DIR=str(tmp_path), TEMPORAL_ADDRESS=engine.running.told["temporal"]
    )

    assert said.code == 2
    assert "closing_report.docx" in said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize(
    ("number", "name"),
    [
        ("区政府督查室督办〔2026〕3号", "区政府督查室督办〔2026〕3号 督办单.docx"),
        ('甲/乙\\丙:丁*?"<>|〔2026〕1号', "甲_乙_丙_丁______〔2026〕1号 督办单.docx"),
        ("CON.〔2026〕1号", "_CON.〔2026〕1号 督办单.docx"),
        ("../../etc/passwd〔2026〕1号", "_.._etc_passwd〔2026〕1号 督办单.docx"),
    ],
)
def test_a_file_is_called_by_its_number_with_nothing_windows_forbids(number: str, name: str) -> None:
    assert file_name(replace(ISSUED, number=number)) == name


def test_a_file_name_is_never_too_long_for_a_disk(tmp_path: Path) -> None:
    name = file_name(replace(ISSUED, number="甲" + "长" * 500))

    (tmp_path / name).touch()

    assert name.endswith("长.docx")


ISSUED = Issued(
    id=1,
    number="",
    kind="supervision_order",
    title="督办单",
    matter_id="m1",
    target="m1",
    seq=5,
    act=ActName.SUPERVISED,
    issued_at=datetime.fromisoformat("2026-03-09T18:00+08:00"),
    template=None,
    content=None,
)
