"""Posts and organs as the rules ask about them, and an act as people read it."""

import pytest

from models.acts import Act, ActName, Ruling
from models.directory import Organ
from policies import wording
from policies.directory import Directory
from tests.builders import ABOVE, CAST, HANDLER, HEAD, LEAD, LEADER, OFFICE, OFFICER, OTHER, Life, at

DIRECTORY = Directory(CAST)


@pytest.mark.parametrize(
    ("post", "organ", "serves"),
    [(HEAD, LEAD, True), (HANDLER, LEAD, True), (OFFICER, LEAD, False), (None, LEAD, False), (HEAD, None, False)],
)
def test_a_post_serves_the_organs_it_heads_or_handles_for(post: str | None, organ: str | None, serves: bool) -> None:
    assert DIRECTORY.serves(post, organ) is serves


def test_a_post_may_serve_several_organs_and_stands_for_the_one_it_heads() -> None:
    shared = Directory([*CAST, Organ(name="招生办", head="招生办主任", handler=HEAD, parent=LEAD)])
    assert shared.serves(HEAD, LEAD)
    assert shared.serves(HEAD, "招生办")
    organ = shared.organ_of(HEAD)
    assert organ is not None
    assert organ.name == LEAD


@pytest.mark.parametrize(("steps", "name"), [(0, "区政府"), (1, "市政府"), (2, "省政府"), (3, "省政府"), (9, "省政府")])
def test_climbing_stops_at_the_top(steps: int, name: str) -> None:
    organ = DIRECTORY.climb(LEADER, steps)
    assert organ is not None
    assert organ.name == name


def test_nobody_stands_above_an_unknown_post_or_an_unknown_parent() -> None:
    assert DIRECTORY.climb("没有这个岗位", 1) is None
    orphan = Organ(name="孤局", head="孤局长", handler="孤局承办岗", parent="不在名录")
    assert Directory([orphan]).above(orphan) is None


def test_a_scenario_s_organ_takes_the_place_of_its_namesake() -> None:
    moved = DIRECTORY.with_organs([Organ(name=LEAD, head="新局长", handler=HANDLER)])
    assert moved.organ(LEAD).head == "新局长"
    assert not moved.has_post(HEAD)
    assert [organ.name for organ in moved.organs] == [organ.name for organ in CAST]


@pytest.mark.parametrize(
    ("act", "line"),
    [
        (Act(at=at("03-02 09:00"), target="m1", act=ActName.SIGNED, by=HANDLER), f"2026-03-02 09:00 签收 {HANDLER}"),
        (
            Act(at=at("03-02 09:00"), target="m1", act=ActName.ASSIGNED, due=at("03-09 18:00")),
            "2026-03-02 09:00 交办 限 2026-03-09 18:00",
        ),
        (
            Act(at=at("03-02 09:00"), target="m1", act=ActName.ASSIGNED, due=at("03-09 18:00"), provisional=True),
            "2026-03-02 09:00 交办 限 2026-03-09 18:00(暂定)",
        ),
        (
            Act(at=at("03-04 08:30"), target="m1", act=ActName.REMINDED, days_left=3),
            "2026-03-04 08:30 到期提醒 还有3个工作日",
        ),
        (Act(at=at("03-04 08:30"), target="m1", act=ActName.LIGHT_CHANGED, light="red"), "2026-03-04 08:30 变灯 红灯"),
        (
            Act(at=at("03-04 08:30"), target="m1/case1", act=ActName.CASE_PROPOSED, subject=HEAD, measure="P1"),
            f"2026-03-04 08:30 提出问责建议 {HEAD} P1",
        ),
        (
            Act(at=at("03-09 18:00"), target="m1", act=ActName.CO_OVERDUE, subject=OTHER),
            f"2026-03-09 18:00 协办超期 {OTHER}",
        ),
        (
            Act(at=at("03-04 08:30"), target="m1", act=ActName.REFUSED, by=HANDLER, reason="已签收 already signed"),
            f"2026-03-04 08:30 未予受理 {HANDLER} 已签收 already signed",
        ),
        (Act(at=at("03-04 08:30"), target="m1", act=ActName.VOTE_CAST), "2026-03-04 08:30 表决"),
    ],
)
def test_an_act_is_one_line_in_chinese(act: Act, line: str) -> None:
    assert wording.line(act) == line


def test_what_was_said_or_shown_inside_an_act_is_not_repeated_in_its_line() -> None:
    life = Life()
    life.say("03-02 10:00", "report_progress", text="内部数字不外传")
    assert all("内部数字" not in wording.line(act) for act in life.acts)


def test_an_instant_is_written_in_local_time_with_its_weekday_on_request() -> None:
    assert wording.moment(at("03-01 00:05")) == "2026-03-01 00:05"
    assert wording.moment(at("03-01 00:05"), weekday=True) == "2026-03-01 00:05 周日"


@pytest.mark.parametrize(
    ("ruling", "label"),
    [(Ruling(entry="limit", rules=("R3", "R6")), "limit R3+R6"), (Ruling(entry="stage"), "stage")],
)
def test_a_ruling_prints_its_entry_and_its_rules(ruling: Ruling, label: str) -> None:
    assert ruling.label == label


def test_every_ruling_of_a_matter_names_its_policy_and_its_calendar() -> None:
    life = Life(limit="5wd").wait("03-31 00:00")
    ruled = [act.ruling for act in life.acts if act.ruling is not None and act.target == life.state.id]
    assert {ruling.policy for ruling in ruled} == {life.state.policy}
    assert {ruling.calendar for ruling in ruled} == {life.facts.calendar.version}
    assert life.told(ActName.OVERDUE) == (HANDLER, HEAD, OFFICER)
    assert ABOVE not in life.told(ActName.OVERDUE)
    assert DIRECTORY.organ(OFFICE).handler == OFFICER
