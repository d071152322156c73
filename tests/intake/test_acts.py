"""Is an exported ledger read as it was written, and refused with line and reason where it cannot be right?"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from intake.acts import LINE_BYTES, ActsError, index, read
from models.acts import ActName
from tests.builders import at

GOOD: list[dict[str, Any]] = [
    {"target": "m1", "seq": 1, "at": "2026-03-02T09:00:00+08:00", "act": "registered", "message_id": "r1"},
    {"target": "m2", "seq": 1, "at": "2026-03-02T09:30:00+08:00", "act": "registered"},
    {"target": "m1", "seq": 2, "at": "2026-03-02T10:00:00+08:00", "act": "signed", "by": "区教育局承办岗"},
    {
        "target": "m1/case1",
        "seq": 1,
        "at": "2026-03-20T18:00:00+08:00",
        "act": "case_proposed",
        "subject": "区教育局长",
    },
    {
        "target": "m1",
        "seq": 3,
        "at": "2026-03-21T09:00:00+08:00",
        "act": "calendar_recomputed",
        "reason": "演练〔2026〕1号",
    },
    {"target": "m2/case1", "seq": 1, "at": "2026-03-22T09:00:00Z", "act": "measure_decided", "subject": "区财政局长"},
]

Spoil = Callable[[list[dict[str, Any]]], None]


def written(file: Path, lines: list[dict[str, Any]], end: str = "\n") -> Path:
    file.write_text("".join(json.dumps(one, ensure_ascii=False) + end for one in lines), encoding="utf-8")
    return file


def test_every_act_of_a_matter_and_its_cases_is_found_in_the_order_of_recording(tmp_path: Path) -> None:
    file = written(tmp_path / "acts.jsonl", GOOD)
    found = index(file)
    assert found.registered == {"m1": at("03-02 09:00"), "m2": at("03-02 09:30")}
    acts = list(read(file, found.places["m1"]))
    assert [(act.target, act.act.value, message_id) for act, message_id in acts] == [
        ("m1", "registered", "r1"),
        ("m1", "signed", None),
        ("m1/case1", "case_proposed", None),
        ("m1", "calendar_recomputed", None),
    ]
    assert acts[1][0].by == "区教育局承办岗"


def a_child(target: str, root: object, when: str = "2026-03-03T09:00:00+08:00") -> dict[str, Any]:
    said = {"do": "register", "parent": root, "root": root}
    return {"target": target, "seq": 1, "at": when, "act": "registered", "detail": {"said": said}}


def test_a_family_has_the_acts_of_all_its_matters_in_the_order_of_recording(tmp_path: Path) -> None:
    lines = [*GOOD[:2], a_child("z", "m1"), *GOOD[2:], a_child("a", "m1", "2026-03-23T09:00:00+08:00")]
    file = written(tmp_path / "acts.jsonl", lines)
    found = index(file)
    assert found.roots == {"z": "m1", "a": "m1"}
    whole = dict(found.families(None, None))
    assert list(whole) == ["m1", "m2"]
    assert [act.target for act, _ in read(file, whole["m1"])] == ["m1", "z", "m1", "m1/case1", "m1", "a"]
    assert [family for family, _ in found.families(at("03-23 00:00"), None)] == ["m1"]
    assert [family for family, _ in found.families(None, at("03-02 09:30"))] == ["m1"]
    assert list(found.families(at("03-24 00:00"), None)) == []


def test_a_root_that_is_no_id_or_nowhere_in_the_file_makes_a_family_of_its_own(tmp_path: Path) -> None:
    found = index(written(tmp_path / "acts.jsonl", [a_child("a", ["m1"]), a_child("b", "gone"), a_child("c", 7)]))
    assert [family for family, _ in found.families(None, None)] == ["a", "c", "gone"]


def test_what_concerns_more_than_one_matter_is_noted_in_passing(tmp_path: Path) -> None:
    found = index(written(tmp_path / "acts.jsonl", GOOD))
    assert found.notices == {"演练〔2026〕1号": at("03-21 09:00")}
    assert found.measures == [("区财政局长", at("03-22 17:00"))]
    assert found.last_act_at == at("03-22 17:00")


def test_a_byte_order_mark_windows_line_ends_and_blank_lines_at_the_end_do_no_harm(tmp_path: Path) -> None:
    file = written(tmp_path / "acts.jsonl", GOOD, "\r\n")
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes() + b"\r\n\n")
    found = index(file)
    assert [act.act for act, _ in read(file, found.places["m2"])] == [ActName.REGISTERED, ActName.MEASURE_DECIDED]


def spoilt(number: int, **fields: Any) -> Spoil:
    def spoil(lines: list[dict[str, Any]]) -> None:
        lines[number - 1] |= fields

    return spoil


@pytest.mark.parametrize(
    ("spoil", "line", "why"),
    [
        (spoilt(3, act="levitated"), 3, "act"),
        (spoilt(2, at="yesterday"), 2, "at"),
        (spoilt(2, at="2026-03-02T09:30:00"), 2, "without a zone"),
        (spoilt(4, due="2026-03-02T09:30:00"), 4, "without a zone"),
        (spoilt(1, at="0001-01-01T00:00:00+08:00"), 1, "not between 2000 and 2200"),
        (spoilt(1, colour="red"), 1, "colour"),
        (spoilt(1, target=""), 1, "target: String should have at least"),
        (spoilt(1, target="m" * 201), 1, "target: String should have at most"),
        (spoilt(1, target=["m1"]), 1, "target: Input should be"),
        (spoilt(3, seq=3), 3, "seq should be 2"),
        (spoilt(3, seq="two"), 3, "seq"),
        (spoilt(1, detail="text"), 1, "detail"),
        (lambda lines: lines.pop(0), 2, "seq should be 1"),
        (lambda lines: lines.insert(1, lines[0]), 2, "seq should be 2"),
    ],
)
def test_a_line_that_cannot_be_right_refuses_the_file_with_its_number(
    tmp_path: Path, spoil: Spoil, line: int, why: str
) -> None:
    lines = [dict(one) for one in GOOD]
    spoil(lines)
    with pytest.raises(ActsError, match=rf"line {line}: .*{why}"):
        index(written(tmp_path / "acts.jsonl", lines))


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        (b'{"target": "m1", ', 1, "not one JSON object"),
        (b"[1, 2]\n", 1, "not one JSON object: Input should be an object"),
        (b"\n" + json.dumps(GOOD[0]).encode(), 1, "not one JSON object"),
        (json.dumps(GOOD[0]).encode() + b"\n\xff\xfe\n", 2, "not one JSON object"),
        (b'{"detail": ' + b"[" * 5000, 1, "not one JSON object"),
        (b'{"reason": "' + b"x" * LINE_BYTES + b'"}', 1, "longer than"),
        (b"SQLite format 4\0", 1, "not one JSON object"),
    ],
)
def test_bytes_that_are_no_acts_refuse_the_file(tmp_path: Path, text: bytes, line: int, why: str) -> None:
    file = tmp_path / "acts.jsonl"
    file.write_bytes(text)
    with pytest.raises(ActsError, match=rf"line {line}: .*{why}"):
        index(file)


def test_a_file_without_acts_and_one_that_is_not_there_are_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").write_bytes(b"\n\n")
    with pytest.raises(ActsError, match="holds no act"):
        index(tmp_path / "empty.jsonl")
    with pytest.raises(ActsError, match="cannot be read"):
        index(tmp_path / "none.jsonl")


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path) -> None:
    file = written(tmp_path / "acts.jsonl", GOOD)
    places = index(file).places["m1"]
    written(file, [{"other": "content"} for _ in GOOD])
    with pytest.raises(ActsError, match="has changed"):
        list(read(file, places))
