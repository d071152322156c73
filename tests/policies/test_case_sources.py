"""What a case is opened from: kept with its number or its cases, refused where it cannot be, and what its fall does."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from models.acts import ActName
from models.case_messages import OpenCase, Propose
from models.cases import CaseSource, CaseState, Cited, Source
from models.matters import MatterTerms, Severity, Urgency
from policies import proposals, saying
from policies.proposals import FEWEST_CASES
from policies.wording import CASE_SOURCES, source_words
from tests.builders import ABOVE, HANDLER, HEAD, LEAD, LEADER, OFFICE, OFFICER, Life, at
from tests.case_builders import JUDGE, REVIEWER, CaseLife

PROPOSED = "03-19 09:00"
ANEW = {"do": "notify_facts", "text": "余下一件", "receipt": "签收"}
CASES = ("a/case1", "b/case1", "c/case1")


def decided(when: str | None = "03-02 10:00", subject: str = HANDLER, standing: str | None = "P1") -> Cited:
    return Cited(subject=subject, organs=(LEAD,), decided_at=at(when) if when else None, standing=standing)


def a_life(cited: Mapping[str, Cited] | None = None, open_: tuple[CaseState, ...] = ()) -> CaseLife:
    life = CaseLife(opened=False)
    known = dict.fromkeys(CASES, decided()) if cited is None else cited
    life.facts = replace(life.facts, cited=known.get, open_against=lambda _: open_)
    return life


def proposed(life: CaseLife, **said: Any) -> Any:
    fields = {"subject": HEAD, "facts": "疏于管理", "panel": [LEADER, JUDGE], **said}
    return life.say(PROPOSED, "propose", **fields)


# --- kept -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "kept", "words"),
    [
        ({"source": "inspection", "reference": "检5"}, ("inspection", "检5", ()), "督查检查（检5）"),
        ({"source": "审计", "reference": " 审3号 "}, ("audit", "审3号", ()), "审计（审3号）"),
        ({"source": "Petition", "reference": "信17"}, ("petition", "信17", ()), "信访（信17）"),
        ({"source": "case", "cases": "a/case1"}, ("case", None, ("a/case1",)), "另案（a/case1）"),
        ({"source": "series", "cases": ["a/case1", "b/case1"], "reference": "会纪3"},
         ("series", "会纪3", ("a/case1", "b/case1")), "系列案件（会纪3、a/case1、b/case1）"),
    ],
)  # fmt: skip
def test_the_source_stands_on_the_proposal_and_in_the_case(said: dict[str, Any], kept: Any, words: str) -> None:
    life = a_life()
    assert proposed(life, **said).accepted
    source = life.state.source
    assert source is not None
    assert (source.kind.value, source.reference, source.cases) == kept
    detail = life.the(ActName.CASE_PROPOSED).detail
    assert (detail["source"], detail.get("reference"), tuple(detail.get("cases", ()))) == kept
    assert source_words(source) == words
    assert CaseState.model_validate_json(life.state.model_dump_json(exclude_defaults=True)) == life.state


def test_what_was_said_of_the_source_can_be_said_again() -> None:
    life = a_life()
    proposed(life, source="系列案件", cases="a/case1、b/case1", reference="会纪3")
    again = saying.said(life.the(ActName.CASE_PROPOSED), "again")
    assert isinstance(again, Propose)
    assert (again.source, again.cases, again.reference) == ("系列案件", "a/case1、b/case1", "会纪3")


def test_a_case_that_its_matter_opens_comes_from_the_matter_and_one_whose_source_is_not_said_from_nothing() -> None:
    life = CaseLife()
    assert life.state.source == Source(kind=CaseSource.MATTER)
    assert life.the(ActName.CASE_PROPOSED).detail == {"source": "matter"}
    silent = a_life()
    assert proposed(silent).accepted
    assert silent.state.source is None
    assert "source" not in silent.the(ActName.CASE_PROPOSED).detail


def test_messages_without_a_source_have_the_form_they_always_had() -> None:
    command = Propose(message_id="1", by=OFFICER, subject=HEAD, facts="检查发现")
    assert command.model_dump(mode="json") == {
        "message_id": "1", "by": OFFICER, "do": "propose", "subject": HEAD, "facts": "检查发现"
    }  # fmt: skip
    terms = MatterTerms(
        title="校舍加固", lead=LEAD, office="督查室", leader=LEADER, limit="5wd", basis="会议决定",
        urgency=Urgency.PLAIN, severity=Severity.ORDINARY,
    )  # fmt: skip
    relay = OpenCase(message_id="1", matter_id="m1", subject=HEAD, severity=Severity.ORDINARY, terms=terms)
    assert "source" not in relay.model_dump(mode="json")


def test_every_source_has_words_and_only_cases_rest_on_cases() -> None:
    assert set(CASE_SOURCES) == set(CaseSource)
    assert FEWEST_CASES == {CaseSource.CASE: 1, CaseSource.SERIES: 2}


# --- refused ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "rule", "why"),
    [
        ({"source": "传闻", "reference": "1"}, "source", "not understood"),
        ({"source": "audit"}, "source", "reference is required"),
        ({"source": "inspection", "reference": "  "}, "source", "reference is required"),
        ({"source": "petition"}, "source", "reference is required"),
        ({"reference": "审字〔2026〕3号"}, "source", "source is required"),
        ({"cases": ["a/case1"]}, "source", "source is required"),
        ({"source": "audit", "reference": "1", "cases": ["a/case1"]}, "source", "only source case or series"),
        ({"source": "matter"}, "source", "to the matter"),
        ({"source": "case"}, "source", "1 or more"),
        ({"source": "series", "cases": ["a/case1"]}, "source", "2 or more"),
        ({"source": "series", "cases": ["a/case1", "a/case1"]}, "source", "2 or more"),
        ({"source": "case", "cases": ["m1/case1"]}, "source", "no such case: m1/case1"),
    ],
)
def test_a_source_that_is_not_whole_is_refused(said: dict[str, Any], rule: str, why: str) -> None:
    life = a_life()
    outcome = proposed(life, **said)
    assert (outcome.accepted, outcome.rule) == (False, rule)
    assert why in outcome.reason
    assert life.names() == ["refused"]


@pytest.mark.parametrize(
    ("cited", "why"),
    [
        (decided(when=None, standing=None), "no measure was decided"),
        (decided(standing=None), "was revoked"),
    ],
)
def test_what_a_case_rests_on_was_decided_and_not_revoked(cited: Cited, why: str) -> None:
    life = a_life({"a/case1": decided(), "b/case1": cited})
    assert why in (proposed(life, source="case", cases=["b/case1"]).reason or "")
    assert why in (proposed(life, source="series", cases=["a/case1", "b/case1"]).reason or "")
    assert proposed(life, source="case", cases=["a/case1"]).accepted


@pytest.mark.parametrize(
    ("subject", "accepted"), [(HEAD, True), (LEADER, True), (ABOVE, True), ("财政局长", False), (LEAD, False)]
)
def test_the_leader_of_a_series_heads_the_organ_or_stands_above_it(subject: str, accepted: bool) -> None:
    life = a_life()
    outcome = proposed(life, subject=subject, source="series", cases=list(CASES), leader="省长")
    assert outcome.accepted is accepted, outcome.reason


def test_nobody_is_responsible_as_a_leader_for_his_own_cases() -> None:
    life = a_life({"a/case1": decided(), "b/case1": decided(subject=HEAD)})
    outcome = proposed(life, source="series", cases=["a/case1", "b/case1"])
    assert (outcome.rule, "b/case1" in (outcome.reason or "")) == ("source", True)


@pytest.mark.parametrize(("when", "accepted"), [("2025-03-19 09:00", True), ("2025-03-19 08:59:59", False)])
def test_a_series_is_decided_within_twelve_months_to_the_instant(when: str, accepted: bool) -> None:
    life = a_life({"a/case1": decided(), "b/case1": decided(when)})
    assert proposed(life, source="series", cases=["a/case1", "b/case1"]).accepted is accepted


@pytest.mark.parametrize(
    ("before", "said", "accepted"),
    [
        (Source(kind=CaseSource.AUDIT, reference="审3"), {"source": "audit", "reference": "审3"}, False),
        (Source(kind=CaseSource.AUDIT, reference="审3"), {"source": "audit", "reference": "审4"}, True),
        (Source(kind=CaseSource.PETITION, reference="审3"), {"source": "audit", "reference": "审3"}, True),
        (Source(kind=CaseSource.CASE, cases=("a/case1",)), {"source": "case", "cases": ["b/case1", "a/case1"]}, False),
        (Source(kind=CaseSource.CASE, cases=("a/case1",)), {"source": "case", "cases": ["b/case1"]}, True),
        (None, {"source": "audit", "reference": "审3"}, True),
    ],
)
def test_one_source_opens_one_case_at_a_time_against_a_subject(
    before: Source | None, said: dict[str, Any], accepted: bool
) -> None:
    other = CaseState(id="x/case1", subject=HEAD, source=before)
    outcome = proposed(a_life(open_=(other,)), **said)
    assert outcome.accepted is accepted
    assert accepted or "x/case1" in outcome.reason


# --- what falls -------------------------------------------------------------------------------------------------------


class Falling:
    """A series of three whose cases can be revoked; what the rules see of them changes at once."""

    def __init__(self, stage: str) -> None:
        self.cited = dict.fromkeys(CASES, decided())
        self.life = a_life(self.cited)
        assert proposed(self.life, source="series", cases=list(CASES)).accepted
        steps = ("filed", "notified", "heard")
        for name in steps[: steps.index(stage) + 1] if stage in steps else ():
            getattr(self, name)()

    def filed(self) -> None:
        self.life.say("03-20 09:00", "file", LEADER)
        self.life.say("03-20 10:00", "investigate", posts=["公安局长", "财政局长"], text="属实", by="公安局长")

    def notified(self) -> None:
        self.life.say("03-20 11:00", "notify_facts", text="疏于管理", receipt="本人签收")

    def heard(self) -> None:
        self.life.say("03-23 10:00", "waive_statement", HEAD)

    def revoke(self, *cases: str) -> None:
        self.cited.update(dict.fromkeys(cases, decided(standing=None)))


def test_nothing_is_decided_on_what_was_revoked_before_the_facts_are_notified_anew() -> None:
    series = Falling("heard")
    series.revoke("a/case1")
    refused = series.life.say("03-24 09:00", "vote", LEADER, choice="proposed")
    assert (refused.rule, "a/case1" in (refused.reason or "")) == ("source.revoked", True)
    assert series.life.say("03-24 09:10", "notify_facts", text="余下两件", receipt="本人签收").accepted
    assert series.life.state.source == Source(kind=CaseSource.SERIES, cases=("b/case1", "c/case1"))
    assert series.life.acts[-1].detail["revoked"] == ["a/case1"]
    series.life.say("03-24 10:00", "waive_statement", HEAD)
    for member in (LEADER, JUDGE):
        assert series.life.say("03-24 14:00", "vote", member, choice="proposed").accepted
    assert series.life.say("03-24 15:00", "decide", LEADER).accepted


def test_votes_cast_before_a_case_fell_decide_no_measure() -> None:
    series = Falling("heard")
    for member in (LEADER, JUDGE):
        series.life.say("03-24 09:00", "vote", member, choice="proposed")
    series.revoke("a/case1")
    assert series.life.say("03-24 10:00", "decide", LEADER).rule == "source.revoked"
    assert series.life.of(ActName.MEASURE_DECIDED) == []


@pytest.mark.parametrize("choice", ["dismiss", "exempt"])
def test_the_panel_can_always_let_a_fallen_case_go(choice: str) -> None:
    series = Falling("heard")
    series.revoke(*CASES)
    for member in (LEADER, JUDGE):
        said = {"criterion": "不可抗力", "reason": "所依案件已撤销"} if choice == "exempt" else {}
        assert series.life.say("03-24 09:00", "vote", member, choice=choice, **said).accepted
    assert series.life.say("03-24 10:00", "decide", LEADER).accepted


@pytest.mark.parametrize(
    ("stage", "said", "way_on"),
    [
        ("proposed", {"do": "file", "by": LEADER}, {"do": "decline", "by": LEADER, "reason": "余下不足"}),
        ("filed", ANEW, {"do": "withdraw", "by": LEADER, "reason": "余下不足"}),
        ("heard", ANEW, {"do": "withdraw", "by": LEADER, "reason": "余下不足"}),
    ],
)
def test_a_series_of_one_goes_no_further_and_can_be_ended(
    stage: str, said: dict[str, Any], way_on: dict[str, Any]
) -> None:
    series = Falling(stage)
    series.revoke("a/case1", "b/case1")
    assert series.life.say("03-24 10:00", **said).rule == "source.revoked"
    assert series.life.say("03-24 10:01", **way_on).accepted


def test_a_measure_by_the_organ_above_rests_on_what_stands_too() -> None:
    life = a_life(cited := dict.fromkeys(CASES, decided()))
    life.say(PROPOSED, "propose", subject=HEAD, facts="疏于管理", source="series", cases=list(CASES))
    life.say("03-20 09:00", "file", LEADER)
    life.say("03-20 10:00", "investigate", posts=["公安局长", "财政局长"], text="属实", by="公安局长")
    life.say("03-20 11:00", "notify_facts", text="疏于管理", receipt="本人签收")
    life.say("03-23 10:00", "waive_statement", HEAD)
    cited.update({"a/case1": decided(standing=None)})
    assert life.say("03-24 10:00", "decide", ABOVE).rule == "source.revoked"
    assert life.say("03-24 10:01", "decide", ABOVE, choice="dismiss").accepted


def test_office_and_leader_of_a_case_that_rests_on_a_revoked_one_are_told_and_nothing_else_happens() -> None:
    resting = CaseState(
        id="x/case1", office="财政局", leader=ABOVE, source=Source(kind=CaseSource.CASE, cases=("m1/case1",))
    )
    asked: list[str] = []

    def resting_on(case_id: str) -> list[CaseState]:
        asked.append(case_id)
        return [resting]

    life = CaseLife().served()
    life.facts = replace(life.facts, resting_on=resting_on)
    life.say("03-26 10:00", "request_review", HEAD, text="事实有误")
    life.say("03-27 10:00", "decide_review", REVIEWER, outcome="revoked", reason="事实有误")
    act = life.the(ActName.RESTORED)
    assert asked == ["m1/case1"]
    assert act.detail["rested_on_by"] == ["x/case1"]
    assert act.tell[:4] == (HEAD, LEADER, OFFICER, "督查室主任")
    assert act.tell[4:] == ("财政局承办岗", ABOVE)
    assert {act.target for act in life.acts} == {"m1/case1"}


def test_a_case_rests_on_another_only_while_it_is_open_or_its_measure_stands() -> None:
    series = Falling("heard")
    state = series.life.state
    assert (state.rests_on("a/case1"), state.rests_on("z/case1")) == (True, False)
    series.life.say("03-24 10:00", "withdraw", LEADER, reason="余下不足")
    assert not series.life.state.rests_on("a/case1")


# --- inside a matter --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said", [{"office": OFFICE}, {"leader": LEADER}, {"panel": [LEADER, JUDGE]}, {"reviewers": REVIEWER}]
)
def test_what_follows_from_the_matter_is_refused_by_name_and_not_ignored(said: dict[str, Any]) -> None:
    life = Life()

    answer = life.say("03-03 09:00", "propose", OFFICER, subject=HEAD, facts="检查发现", severity="serious", **said)

    assert (answer.accepted, answer.rule) == (False, "proposal")
    assert answer.reason is not None
    assert answer.reason.startswith(f"{next(iter(said))}: ")
    assert "subject=, facts=, severity=, source=, reference=, cases=, reason=" in answer.reason
    assert life.cases == {}
    assert life.say("03-03 09:10", "propose", OFFICER, subject=HEAD, facts="检查发现", severity="serious").accepted


def test_everything_a_proposal_can_say_is_of_the_case_or_of_the_matter() -> None:
    spoken = {"message_id", "do", "by", "voice", "sealed"}
    assert set(Propose.model_fields) - spoken == {*proposals.OF_A_CASE, *proposals.IN_A_MATTER}


def test_a_proposal_that_still_is_in_its_box_is_refused() -> None:
    for answer in (
        Life().say("03-03 09:00", "propose", OFFICER, subject=HEAD, facts="检查发现", sealed="1.x"),
        a_life().say(PROPOSED, "propose", subject=HEAD, facts="检查发现", panel=[LEADER, JUDGE], sealed="1.x"),
    ):
        assert (answer.accepted, answer.rule) == (False, "proposal")
        assert "1.x" not in str(answer.reason)
