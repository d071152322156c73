"""What nobody has checked carries its mark in the file, on every act that shows it, and to the end of its period."""

from dataclasses import replace

import pytest

from models.acts import ActName
from models.matters import Severity
from policies.documents import Document
from policies.ladder import LadderFile, effect_words, mark_of, standard_ladder
from tests.builders import HEAD, at
from tests.case_builders import REVIEWER, CaseLife

LADDER = standard_ladder().in_force(at("03-02 09:00").date())


def _with_marks() -> LadderFile:
    """The shipped ladder with the periods of P1, and the time to execute P3, marked as not checked."""
    text = standard_ladder().text
    source = "0874bbs.com (Nanchang: six months without promotion); practice differs by place"
    period = f'effect: {{value: 6mo, source: "{source}"}}'
    assert period in text
    text = text.replace(period, period[:-1] + ", unverified: true}", 1)
    limit = "execution: {value: 5wd, source: changzhou.gov.cn (written self-criticism in five working days)}"
    assert limit in text
    return LadderFile(text.replace(limit, limit[:-1] + ", unverified: true}", 1), "marked.yaml")


def test_the_end_of_a_period_names_its_length_its_source_and_the_mark() -> None:
    life = CaseLife().served()
    plain = life.wait("2026-09-24 00:00").the(ActName.EFFECT_ENDED)
    assert plain.detail["period"] == [
        "P1 6mo: 0874bbs.com (Nanchang: six months without promotion); practice differs by place"
    ]
    marked = CaseLife()
    marked.facts = replace(marked.facts, ladder=_with_marks())
    act = marked.served().wait("2026-09-24 00:00").the(ActName.EFFECT_ENDED)
    assert act.detail["period"][0].endswith("(未核实 unverified)")
    assert "未核实 unverified: effect" in act.detail["names"][0]


def test_a_period_that_a_review_ends_at_once_is_marked_too() -> None:
    life = CaseLife(severity=Severity.SERIOUS, measures=["2025-12-01 09:00", "2025-12-02 09:00"])
    life.facts = replace(life.facts, ladder=_with_marks())
    life.served().say("04-24 17:00", "request_review", HEAD, text="过重")
    assert life.wait("2026-10-08 09:00").of(ActName.EFFECT_ENDED) == []
    assert life.say("2026-10-08 10:00", "decide_review", REVIEWER, outcome="lighter", measure="P1").accepted
    act = life.the(ActName.EFFECT_ENDED)
    assert (act.at, act.detail["period"][0][:7]) == (at("2026-10-08 10:00"), "P1 6mo:")
    assert act.detail["period"][0].endswith("(未核实 unverified)")


@pytest.mark.parametrize(
    ("measure", "name", "marked"),
    [("P6", "effect", True), ("P6", "execution", False), ("P1", "effect", False), ("P2", "effect", False)],
)
def test_a_length_is_marked_where_nobody_has_checked_it(measure: str, name: str, marked: bool) -> None:
    assert (mark_of(LADDER, measure, name) == "(未核实 unverified)") is marked


def test_of_measures_together_only_the_length_that_counts_is_marked() -> None:
    ladder = _with_marks().in_force(at("03-02 09:00").date())
    assert mark_of(ladder, "P3+P2", "execution") == ""
    assert mark_of(ladder, "P3", "execution") == "(未核实 unverified)"
    assert mark_of(ladder, "P2+P1", "effect") == "(未核实 unverified)"
    assert effect_words(ladder, "P2") == []


def test_an_exemption_names_its_criterion_with_the_mark() -> None:
    text = standard_ladder().text
    line = "zh: 不可抗力, en: force majeure, words: [自然灾害], source: Dehong}"
    assert line in text
    life = CaseLife()
    life.facts = replace(
        life.facts, ladder=LadderFile(text.replace(line, line[:-1] + ", unverified: true}", 1), "own.yaml")
    )
    act = life.decided("exempt", criterion="不可抗力", reason="暴雨").the(ActName.CASE_EXEMPTED)
    assert act.detail["criterion"] == "force_majeure"
    assert act.detail["names"] == ["不可抗力 force majeure(未核实 unverified)"]


def test_the_ladder_file_marks_what_the_checklist_tags_as_general_knowledge() -> None:
    """mechanisms.md part 2 tags with [G]: the evidence of U1 and U3, and how long a transfer (P6) has effect."""
    content = Document(standard_ladder().text, "ladder.yaml").content
    marked = {
        (measure["code"], name)
        for measure in content["measures"]
        for dated in measure["dated"]
        for name, value in dated.items()
        if isinstance(value, dict) and value.get("unverified") == "true"
    }
    assert marked == {("U1", "evidence"), ("U3", "evidence"), ("P6", "effect")}
