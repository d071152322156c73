"""Does a comparison say exactly what differs, and is an act printed with the fields that apply and no others?"""

import json

import pytest

from models.acts import Act, ActName, Ruling
from rehearsal.checks import differences
from rehearsal.printing import line, printed
from rehearsal.scenarios import read
from tests.builders import at

RULING = Ruling(entry="limit", rules=("R3",))
ACTS = (
    Act(at=at("03-02 09:00"), target="m1", act=ActName.ASSIGNED, due=at("03-09 18:00"), ruling=RULING),
    Act(at=at("03-02 09:00"), target="m2", act=ActName.ASSIGNED, due=at("2027-01-18 18:00"), provisional=True),
    Act(at=at("03-04 08:30"), target="m1", act=ActName.REMINDED, days_left=3),
    Act(at=at("03-04 08:30"), target="m1", act=ActName.LIGHT_CHANGED, light="yellow"),
    Act(at=at("03-06 08:30"), target="m1", act=ActName.REMINDED, days_left=1),
    Act(at=at("03-09 18:00"), target="m1/case1", act=ActName.CASE_PROPOSED, subject="教育局长", measure="P1", count=1),
)  # fmt: skip


def found(expect: str = "", never: str = "", exact: str = "") -> list[str]:
    text = "title: t\nstart: 2026-03-02T09:00+08:00\nexpect: [" + expect + "]\nnever: [" + never + "]\n" + exact
    return differences(read(text, "f.yaml"), ACTS)


@pytest.mark.parametrize(
    "expect",
    [
        "{target: m1, act: assigned}",
        "{target: m1, act: assigned, due: 2026-03-09T10:00:00Z, at: 2026-03-02T09:00+08:00}",
        "{target: m1, act: assigned, rule: limit R3}",
        "{target: m1, act: reminded, days_left: 1}",
        "{target: m1, act: reminded}, {target: m1, act: reminded}",
        "{target: m1, act: reminded, days_left: 1}, {target: m2, act: assigned, provisional: true}",
        "{target: m1, act: assigned, provisional: false}",
        "{target: m1/case1, act: case_proposed, count: 1, subject: 教育局长}",
    ],
)
def test_what_comes_as_expected_makes_no_difference(expect: str) -> None:
    assert found(expect) == []


@pytest.mark.parametrize(
    ("expect", "words"),
    [
        ("{target: m1, act: overdue}", ("expected m1 overdue", "never occurs")),
        ("{target: m1, act: reminded, days_left: 2}", ("days_left=2", '"days_left": 3')),
        ("{target: m1, act: assigned, due: 2026-03-10T18:00+08:00}", ("2026-03-10T18:00:00+08:00", "2026-03-09T18:00")),
        ("{target: m1, act: reminded}, {target: m1, act: assigned}", ("occurs only earlier",)),
        ("{target: m2, act: assigned, provisional: false}", ("provisional=false",)),
        ("{target: m1, act: assigned, by: 区长}", ("by=区长",)),
        (", ".join(["{target: m1, act: reminded}"] * 3), ("occurs only earlier",)),
        ("{target: m1, act: assigned, rule: limit R4}", ("rule=limit R4",)),
    ],
)  # fmt: skip
def test_a_difference_says_what_was_expected_where_and_what_came_instead(expect: str, words: tuple[str, ...]) -> None:
    (only,) = found(expect)
    assert only.startswith("f.yaml:3:")
    assert all(word in only for word in words), only


def test_an_act_that_must_never_occur_is_a_difference_each_time_it_does() -> None:
    assert len(found(never="{target: m1, act: reminded}")) == 2
    assert len(found(never="{target: m1, act: reminded, days_left: 3}")) == 1
    assert found(never="{target: m1, act: overdue}") == []


def test_an_exact_scenario_forbids_every_act_not_listed() -> None:
    assert len(found("{target: m1, act: assigned}", exact="exact: true")) == len(ACTS) - 1
    assert found("{target: m1, act: assigned}", exact="exact: false") == []


def test_an_act_is_printed_with_the_fields_that_apply() -> None:
    assert json.loads(line(ACTS[0])) == {
        "at": "2026-03-02T09:00:00+08:00",
        "target": "m1",
        "act": "assigned",
        "due": "2026-03-09T18:00:00+08:00",
        "rule": "limit R3",
    }
    assert printed(ACTS[1])["provisional"] is True
    assert "教育局长" in line(ACTS[5])


def test_what_was_said_and_whom_it_was_told_is_not_printed() -> None:
    act = Act(at=at("03-02 09:00"), target="m1", act=ActName.SUBMITTED, tell=("区长",), detail={"text": "内部数字"})
    assert set(printed(act)) == {"at", "target", "act"}
