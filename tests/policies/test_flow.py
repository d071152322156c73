"""A procedure is walked through the rules: what its stages are, what leads on, and whether another number is seen."""

from datetime import date

import pytest

from models.acts import ActName
from models.cases import CaseStage
from models.matters import Stage
from policies.block_flow import Way, block_flow
from policies.block_procedures import all_shipped, shipped_blocks
from policies.draft_text import NoPlaceError, with_value
from policies.enacting import Change, differences
from policies.flow import BEGIN, Flow, Place, flows
from policies.procedures import STANDARD, load_text, shipped

DAY = date(2026, 3, 2)


def walked(text: str | None = None) -> tuple[Flow, Flow]:
    matter, case = flows(text or shipped(STANDARD).text, "flow", DAY)
    assert case
    return matter, case


def at(flow: Flow, stage: str) -> Place:
    return next(one for one in flow.places if one.stage == stage)


def ways(flow: Flow) -> set[tuple[str, str, str]]:
    """From where, by which command or clock, to where."""
    return {
        (place.stage, name, to)
        for place in flow.places
        for name, to in (*((one.do, one.to) for one in place.moves), *((one.kind, one.to) for one in place.timers))
    }


def test_a_walk_meets_every_stage_of_a_matter_and_of_a_case() -> None:
    matter, case = walked()
    assert {one.stage for one in matter.places} == {BEGIN, *Stage} - {Stage.REFUSED}
    assert {one.stage for one in case.places} == {BEGIN, *CaseStage} - {CaseStage.BLANK}


def test_it_finds_the_way_through_the_procedure_and_who_goes_it() -> None:
    matter, case = walked()
    assert {
        ("awaiting_approval", "approve", "running"), ("running", "submit", "submitted"),
        ("running", "limit", "supervised"), ("supervised", "supervision", "rectifying"),
        ("submitted", "verify", "closed"), ("submitted", "verify", "returned"), ("returned", "returned", "rectifying"),
        ("closed", "reopen", "returned"), ("closed", "archive", "archived"), ("running", "cancel", "cancelled"),
        ("running", "merge", "merged"),
    } <= ways(matter)  # fmt: skip
    assert {("proposed", "file", "filed"), ("notified", "window", "deciding"), ("deciding", "decide", "dismissed"),
            ("deciding", "lapse", "lapsed"), ("decided", "decide_review", "restored")} <= ways(case)  # fmt: skip
    verify = [one for one in at(matter, "submitted").moves if one.do == "verify"]
    assert {one.by for one in verify} == {("督办岗",)}
    assert not any(one[0] == "running" and one[1] == "sign" and one[2] != "running" for one in ways(matter))


def test_limits_are_told_by_urgency_and_what_their_end_does() -> None:
    (supervision,) = [one for one in at(walked()[0], "supervised").timers if one.kind == "supervision"]
    assert supervision.limits == (("平件", "3wd"), ("急件", "2wd"), ("特急", "1wd"))
    assert supervision.acts == (ActName.RECTIFICATION_ORDERED,)
    (lapse,) = [one for one in at(walked()[1], "deciding").timers if one.kind == "lapse"]
    assert lapse.limits == (("", "6mo"),)


def test_another_number_gives_another_picture() -> None:
    text = with_value(shipped(STANDARD).text, "supervision", DAY, "{平件: 9wd, 急件: 2wd, 特急: 1wd}", "试")
    (supervision,) = [one for one in at(walked(text)[0], "supervised").timers if one.kind == "supervision"]
    assert supervision.limits[0] == ("平件", "9wd")


def test_every_plan_of_blocks_leads_from_each_step_to_a_step_or_an_end() -> None:
    for procedure in all_shipped():
        plan = procedure.in_force(procedure.change_days[-1])
        flow = block_flow(plan)
        known = {step.block.name for step in flow.steps} | set(flow.ends)
        for step in flow.steps:
            assert step.commands
            assert {leg.to for leg in step.legs if leg.to is not None} <= known
            assert any(leg.to is not None for leg in step.legs), (procedure.name, step.block.name)
    window = block_flow(shipped_blocks("window_acceptance").in_force(DAY))
    assert {leg.way for leg in window.steps[0].legs} >= {Way.DONE, Way.SILENT_CONSENT, Way.REJECTED}


def test_a_value_is_put_in_its_place_and_nowhere_else() -> None:
    text = shipped(STANDARD).text
    later = with_value(text, "archive", date(2027, 1, 1), "60d", "本单位: 办法")
    between = with_value(later, "archive", date(2026, 6, 1), "45d", "本单位")
    entries = between[between.index("  archive:") : between.index("  transfer:")]
    assert [entries.index(day) for day in ("2004-01-01", "2026-06-01", "2027-01-01")] == sorted(
        entries.index(day) for day in ("2004-01-01", "2026-06-01", "2027-01-01")
    )
    found = differences(shipped(STANDARD), load_text(between, "draft"), DAY)
    assert [(one.name, one.from_on, one.change, one.past) for one in found] == [
        ("archive", "2026-06-01", Change.ADDED, False), ("archive", "2027-01-01", Change.ADDED, False)
    ]  # fmt: skip
    before = with_value(text, "archive", date(2001, 1, 1), "9d", "更早")
    (early,) = differences(shipped(STANDARD), load_text(before, "draft"), DAY)
    assert (early.from_on, early.past) == ("2001-01-01", True)


@pytest.mark.parametrize("value", ["[1", "1wd, 2wd", "", "]", "{a: 1}}"])
def test_what_is_no_value_is_not_written(value: str) -> None:
    with pytest.raises(NoPlaceError):
        with_value(shipped(STANDARD).text, "archive", DAY, value, "试")


def test_a_value_cannot_bring_a_line_or_a_key_of_its_own() -> None:
    text = with_value(shipped(STANDARD).text, "archive", DAY, "30d # x", "a}\n  evil: 1")
    assert load_text(text, "draft").in_force(DAY).archive == "30d"
    assert "evil:" not in {line.split()[0] for line in text.splitlines() if line.split()}
