"""The ladder: its whole table, one entry up or down, what may be used together, and a file that makes no sense."""

from datetime import date

import pytest

from models.ladder import Competent, Effect, Track
from models.matters import Severity
from policies.documents import DocumentError
from policies.ladder import (
    LadderFile,
    accepted_criteria,
    count_at,
    criterion,
    effect_of,
    execution_limit,
    is_lighter,
    moved,
    needs_document,
    proposed_measure,
    read_measure,
    standard_ladder,
)
from policies.procedures import STANDARD, shipped
from tests.builders import ROOT, at

TEXT = (ROOT / "policies" / "parameters" / "ladder.yaml").read_text(encoding="utf-8")
LADDER = standard_ladder().in_force(date(2026, 3, 2))
POLICY = shipped(STANDARD).in_force(date(2026, 3, 2))
PERSONS = [measure for measure in LADDER.measures if measure.track is Track.PERSON]
ORGANS = [measure for measure in LADDER.measures if measure.track is Track.ORGAN]

TABLE = {
    Severity.MINOR: ("P0", "P1", "P3", "P4", "P4"),
    Severity.ORDINARY: ("P1", "P3", "P4", "P10", "P10"),
    Severity.SERIOUS: ("P4", "P5", "P7", "P10", "P10"),
    Severity.GRAVE: ("P9", "P10", "P10", "P10", "P10"),
}
OF_ORGANS = {
    Severity.MINOR: ("U1", "U2", "U3", "U4", "U5", "U6", "U6"),
    Severity.ORDINARY: ("U3", "U4", "U5", "U6", "U6"),
    Severity.SERIOUS: ("U4", "U5", "U6", "U6"),
    Severity.GRAVE: ("U6", "U6"),
}


@pytest.mark.parametrize(
    ("track", "severity", "count", "measure"),
    [
        (track, severity, count, measure)
        for track, table in ((Track.PERSON, TABLE), (Track.ORGAN, OF_ORGANS))
        for severity, row in table.items()
        for count, measure in enumerate(row, 1)
    ],
)
def test_what_is_proposed_follows_severity_and_count(
    track: Track, severity: Severity, count: int, measure: str
) -> None:
    assert proposed_measure(POLICY, LADDER, track, severity, count) == measure


NAMES = {
    "P0": "批评教育", "P1": "诫勉谈话", "P2": "取消当年评优评先资格", "P3": "责令书面检查", "P4": "公开道歉",
    "P5": "通报批评", "P6": "调整工作岗位", "P7": "停职检查", "P8": "劝其引咎辞职", "P9": "责令辞职", "P10": "建议免职",
    "U1": "责令限期整改", "U2": "一把手书面检查", "U3": "效能告诫", "U4": "通报批评", "U5": "公开曝光",
    "U6": "班子考核降档", "Z1": "警告",
    "Z2": "记过", "Z3": "记大过", "Z4": "降级", "Z5": "撤职", "Z6": "开除", "CR": "移送司法",
}  # fmt: skip


def test_the_ladder_has_the_entries_of_the_contract_in_order() -> None:
    assert {measure.code: measure.zh for measure in LADDER.measures} == NAMES
    assert [measure.rank for measure in PERSONS] == list(range(11))
    assert [measure.rank for measure in ORGANS] == list(range(1, 7))


@pytest.mark.parametrize(
    ("codes", "effect"),
    [(("P0", "P2"), None), (("P1", "P3", "P4", "P5"), "6mo"), (("P6", "P7", "P8", "P9", "P10"), "12mo")],
)
def test_how_long_a_measure_has_effect(codes: tuple[str, ...], effect: str | None) -> None:
    assert {effect_of(LADDER, code) for code in codes} == {effect}


@pytest.mark.parametrize("measure", [*PERSONS, *ORGANS], ids=lambda measure: measure.code)
def test_how_long_executing_a_measure_may_take(measure: object) -> None:
    code = measure.code  # type: ignore[attr-defined]
    assert execution_limit(LADDER, code) == {"P3": "5wd", "P10": "30d"}.get(code, "10wd")


def test_from_p6_up_and_in_other_tracks_a_document_is_needed() -> None:
    assert [measure.code for measure in LADDER.measures if needs_document(LADDER, measure.code)] == [
        "P6", "P7", "P8", "P9", "P10", "Z1", "Z2", "Z3", "Z4", "Z5", "Z6", "CR"
    ]  # fmt: skip
    assert all(measure.execution.value is None for measure in LADDER.measures if measure.code[0] in "ZC")


def test_other_tracks_are_executed_elsewhere() -> None:
    with pytest.raises(ValueError, match="another track"):
        execution_limit(LADDER, "Z1")


@pytest.mark.parametrize(
    ("measure", "entries", "to"),
    [("P1", 1, "P2"), ("P1", -1, "P0"), ("P0", -1, None), ("P10", 1, None), ("P9", 1, "P10"), ("U3", -1, "U2"),
     ("U6", 1, None), ("U1", -1, None), ("P3+P2", -1, "P2")],
)  # fmt: skip
def test_one_entry_up_or_down(measure: str, entries: int, to: str | None) -> None:
    assert moved(LADDER, measure, entries) == to


@pytest.mark.parametrize(
    ("text", "measure"),
    [("P1", "P1"), ("p1", "P1"), ("诫勉", "P1"), ("通报批评", "P5"), ("P2+P3", "P3+P2"), ("P3、P2", "P3+P2"),
     ("P3+P4", None), ("P1+P1", None), ("U1", None), ("Z1", None), ("", None), ("P11", None), ("P6+P2", None)],
)  # fmt: skip
def test_a_measure_is_read_by_code_name_or_alias(text: str, measure: str | None) -> None:
    assert read_measure(LADDER, Track.PERSON, text) == measure


def test_the_same_name_means_another_measure_for_an_organ() -> None:
    assert read_measure(LADDER, Track.ORGAN, "通报批评") == "U4"


@pytest.mark.parametrize(
    ("measure", "than", "lighter"),
    [("P0", "P1", True), ("P1", "P1", False), ("P2", "P1", False), ("P3+P2", "P4", True), ("P3+P2", "P3", False),
     ("P3", "P3+P2", True), ("P2", "P3+P2", True), ("P3+P2", "P3+P2", False), ("P4", "P3+P2", False)],
)  # fmt: skip
def test_what_is_lighter(measure: str, than: str, lighter: bool) -> None:
    assert is_lighter(LADDER, measure, than) is lighter


def test_measures_used_together_take_the_longest_time() -> None:
    assert execution_limit(LADDER, "P3+P2") == "10wd"
    assert effect_of(LADDER, "P3+P2") == "6mo"
    assert effect_of(LADDER, "P2") is None


@pytest.mark.parametrize(
    ("decided", "count"),
    [("2025-03-19 18:00", 2), ("2025-03-19 17:59", 1), ("2026-03-19 17:59", 2), ("2026-03-19 18:00", 1)],
)
def test_a_measure_counts_for_twelve_months_to_the_instant(decided: str, count: int) -> None:
    one = at(decided)
    assert count_at(POLICY, lambda _, since, until: since <= one < until, "局长", at("03-19 18:00")) == count


def test_every_value_has_a_source_and_what_nobody_checked_is_marked_where_it_is_shown() -> None:
    unverified = {measure.code: measure.unverified for measure in LADDER.measures if measure.unverified}
    assert unverified == {"P6": ("effect",), "U1": ("evidence",), "U3": ("evidence",)}
    for measure in LADDER.measures:
        assert ("unverified" in measure.label) is (measure.code in unverified)
        assert measure.zh in measure.label
        for name in ("decides", "competent", "evidence", "execution", "effect", "combines"):
            assert getattr(measure, name).source


@pytest.mark.parametrize(
    ("effect", "text", "code"),
    [
        (Effect.EXEMPTION, "force_majeure", "force_majeure"),
        (Effect.EXEMPTION, "不可抗力", "force_majeure"),
        (Effect.EXEMPTION, "属于三个区分开来的先行先试", "inexperience"),
        (Effect.EXEMPTION, "心情不好", None),
        (Effect.EXEMPTION, " ", None),
        (Effect.EXEMPTION, None, None),
        (Effect.MITIGATION, "主动报告", "self_report"),
        (Effect.AGGRAVATION, "隐瞒", "concealment"),
        (Effect.MITIGATION, "force_majeure", None),
    ],
)
def test_a_criterion_is_known_by_its_code_name_or_a_word_of_it(
    effect: Effect, text: str | None, code: str | None
) -> None:
    found = criterion(LADDER, effect, text)
    assert (found.code if found else None) == code


def test_what_would_be_accepted_is_listed() -> None:
    assert "force_majeure 不可抗力" in accepted_criteria(LADDER, Effect.EXEMPTION)


# --- the file -------------------------------------------------------------------------------------------------------


def mistakes(old: str, new: str) -> str:
    assert old in TEXT, old
    with pytest.raises(DocumentError) as refused:
        LadderFile(TEXT.replace(old, new, 1), "own.yaml")
    return str(refused.value)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("execution: {value: 5wd, source: changzhou", "execution: {value: 5 days, source: changzhou", "not a limit"),
        ("effect: {value: 6mo, source: house rule after P1}", "effect: {value: 6wd, source: x}", "not this unit"),
        ("effect: {value: 6mo, source: house rule after P1}", "effect: {value: 6mo, source: ' '}", "缺少依据"),
        ("effect: {value: 6mo, source: house rule after P1}", "effect: {value: 6mo}", "required but missing"),
        ("code: P2\n", "code: P1\n", "same code twice"),
        ("rank: 2\n    zh: 取消", "rank: 1\n    zh: 取消", "same rank twice"),
        ("combines: {value: [P2], source: Diqing", "combines: {value: [U1], source: Diqing", "cannot be combined"),
        ("competent: {value: appointing_organ, source: Yunnan 2008}", "competent: {value: none, source: x}", "P6"),
        ("execution: {value: 10wd, source: house rule}", "execution: {value: none, source: x}", "no limit"),
        ("minor: U1", "minor: P1", "not a measure for organs"),
        ("from: 2004-01-01", "from: some day", "YYYY-MM-DD"),
        ("      - from: 2004-01-01\n", "      - until: 2005-01-01\n        from: 2004-01-01\n", "has no end"),
        ("competent: {value: none, source: seed 002}", "competent: {value: nobody, source: x}", "unknown value"),
        ("effect: mitigation", "effect: magic", "unknown value"),
        ("organs:\n", "organz:\n", "unknown key"),
    ],
)
def test_a_ladder_that_makes_no_sense_is_refused_with_its_line(old: str, new: str, said: str) -> None:
    text = mistakes(old, new)
    assert said in text
    assert text.startswith("own.yaml:")


def test_values_change_on_their_day_and_there_is_none_before_the_first() -> None:
    p3 = "execution: {value: 5wd, source: changzhou.gov.cn (written self-criticism in five working days)}"
    block = TEXT[TEXT.index("  - code: P3") : TEXT.index("  - code: P4")]
    dated = block[block.index("      - from") :]
    both = dated.replace("from: 2004-01-01", "from: 2004-01-01\n        until: 2026-07-01") + dated.replace(
        "2004-01-01", "2026-07-01"
    ).replace(p3, "execution: {value: 7wd, source: own rule}")
    file = LadderFile(TEXT.replace(dated, both, 1), "own.yaml")
    assert execution_limit(file.in_force(date(2026, 6, 30)), "P3") == "5wd"
    assert execution_limit(file.in_force(date(2026, 7, 1)), "P3") == "7wd"
    with pytest.raises(LookupError, match="2004-01-01"):
        file.in_force(date(2003, 12, 31))


def test_a_gap_between_two_values_is_refused() -> None:
    block = TEXT[TEXT.index("  - code: P3") : TEXT.index("  - code: P4")]
    dated = block[block.index("      - from") :]
    gap = dated.replace("from: 2004-01-01", "from: 2004-01-01\n        until: 2026-06-30") + dated.replace(
        "2004-01-01", "2026-07-01"
    )
    with pytest.raises(DocumentError, match="gap"):
        LadderFile(TEXT.replace(dated, gap, 1), "own.yaml")


def test_a_measure_without_values_is_refused() -> None:
    with pytest.raises(DocumentError, match="no value at all"):
        LadderFile(TEXT.replace("    dated:\n", "    undated:\n", 1), "own.yaml")


def test_the_tracks_have_their_competent_organs() -> None:
    by_track = {measure.track: measure.competent.value for measure in LADDER.measures if measure.code != "P0"}
    assert by_track[Track.DISCIPLINE] is Competent.SUPERVISION_COMMISSION
    assert by_track[Track.CRIME] is Competent.JUDICIAL_ORGAN
