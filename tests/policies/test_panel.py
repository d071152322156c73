"""The panel: quorum, majority, the second ballot, and what may be chosen."""

import pytest

from policies.authority import Refused
from policies.evidence import day_of, persons_of, receipt_of, refuse_incomplete
from policies.ladder import standard_ladder
from policies.panel import Verdict, quorum, tally
from policies.seats import chair, eligible
from tests.builders import ABOVE, CO_HEAD, HEAD, LEADER, OFFICER, at
from tests.case_builders import JUDGE, CaseLife

LADDER = standard_ladder().in_force(at("03-02 09:00").date())
FIVE = (LEADER, JUDGE, CO_HEAD, "公安局长", ABOVE)


@pytest.mark.parametrize(("members", "needed"), [(2, 2), (3, 2), (4, 3), (5, 4), (6, 4), (7, 5), (9, 6)])
def test_two_thirds_of_the_members_must_vote(members: int, needed: int) -> None:
    assert quorum(members) == needed


@pytest.mark.parametrize(
    ("votes", "verdict", "choice"),
    [
        ("PPP", Verdict.NO_QUORUM, None),
        ("PPPP", Verdict.CHOSEN, "P1"),
        ("PPDD", Verdict.NO_MAJORITY, None),
        ("PPDDP", Verdict.CHOSEN, "P1"),
        ("PPDDL", Verdict.NO_MAJORITY, None),
        ("DDDLL", Verdict.CHOSEN, "dismiss"),
        ("LLLDP", Verdict.CHOSEN, "P0"),
        ("PPLDD", Verdict.NO_MAJORITY, None),
    ],
)
def test_more_than_half_of_those_voting_decide(votes: str, verdict: Verdict, choice: str | None) -> None:
    life = CaseLife(panel=FIVE).heard()
    words = {"P": "proposed", "D": "dismiss", "L": "P0"}
    for minute, (member, vote) in enumerate(zip(FIVE, votes, strict=False), 10):
        assert life.say(f"03-24 09:{minute}", "vote", member, choice=words[vote]).accepted
    counted = tally(life.state, life.facts.directory)
    assert (counted.verdict, counted.choice) == (verdict, choice)


def test_a_vote_that_comes_after_the_chair_was_told_to_wait_still_counts() -> None:
    life = CaseLife(panel=(LEADER, JUDGE, CO_HEAD)).heard()
    life.say("03-24 09:00", "vote", LEADER, choice="proposed")
    life.say("03-24 09:01", "vote", JUDGE, choice="dismiss")
    assert life.say("03-24 09:02", "decide", LEADER).rule == "panel.majority"
    life.say("03-24 09:03", "vote", CO_HEAD, choice="dismiss")
    assert life.say("03-24 09:04", "decide", LEADER).accepted
    assert life.names()[-1] == "case_dismissed"


def test_the_second_ballot_begins_anew_for_everybody() -> None:
    life = CaseLife().heard()
    life.say("03-24 09:00", "vote", LEADER, choice="proposed")
    life.say("03-24 09:01", "vote", JUDGE, choice="dismiss")
    life.say("03-24 09:02", "vote", JUDGE, choice="proposed")
    assert (life.state.ballot, [vote.member for vote in life.state.votes]) == (2, [JUDGE])
    assert life.say("03-24 09:03", "decide", LEADER).rule == "panel.quorum"


def test_the_subject_and_his_colleagues_are_no_members_and_the_first_who_is_left_chairs() -> None:
    life = CaseLife(panel=(HEAD, "教育局承办岗", JUDGE, LEADER))
    assert eligible(life.state, life.facts.directory) == (JUDGE, LEADER)
    assert chair(life.state, life.facts.directory) == JUDGE


def test_the_vote_of_a_member_recused_afterwards_is_not_counted() -> None:
    life = CaseLife(panel=(LEADER, JUDGE, CO_HEAD)).heard()
    life.say("03-24 09:00", "vote", JUDGE, choice="proposed")
    life.say("03-24 09:01", "recuse", JUDGE, reason="亲属")
    assert life.state.votes == ()
    assert tally(life.state, life.facts.directory).verdict is Verdict.NO_QUORUM


# --- evidence and receipts ------------------------------------------------------------------------------------------

DECIDED_HERE = [measure for measure in LADDER.measures if measure.code[0] in "PU"]


@pytest.mark.parametrize("measure", DECIDED_HERE, ids=lambda measure: measure.code)
def test_a_measure_is_executed_with_all_parts_of_its_evidence_and_none_may_be_missing(measure: object) -> None:
    code, wanted = measure.code, measure.evidence.value  # type: ignore[attr-defined]
    whole = {"kind": wanted.kind, **{part.split("|")[0]: "有" for part in wanted.parts}}
    refuse_incomplete(LADDER, code, whole, None)
    for part in wanted.parts:
        with pytest.raises(Refused, match="lacks"):
            refuse_incomplete(LADDER, code, {**whole, part.split("|")[0]: " "}, None)
    with pytest.raises(Refused, match="evidence is required"):
        refuse_incomplete(LADDER, code, None, None)


def test_the_needed_evidence_is_named_with_its_mark() -> None:
    with pytest.raises(Refused, match=r"notice, report, verification.*未核实 unverified"):
        refuse_incomplete(LADDER, "U1", {"kind": "rectification"}, None)


@pytest.mark.parametrize("kind", ["本人签收", "签收回执", {"kind": "signed"}, {"text": "本人签收"},
                                  {"kind": "left", "witnesses": "社区主任、社区民警"},
                                  {"kind": "public_notice", "medium": "区政府网", "date": "2026-03-20"}])  # fmt: skip
def test_a_receipt_of_one_of_three_kinds_is_enough(kind: object) -> None:
    assert receipt_of(kind, "service").kind  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["", "  ", {}, None, "留置", "公告送达", {"kind": "left", "witnesses": ["甲", "甲"]}])
def test_less_is_no_receipt(kind: object) -> None:
    with pytest.raises(Refused):
        receipt_of(kind, "service")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("said", "persons"),
    [("甲、乙", ("甲", "乙")), ("甲, 乙", ("甲", "乙")), (["甲", "甲"], ("甲",)), (None, ()), ("", ())],
)
def test_persons_are_read_from_a_list_or_a_text(said: object, persons: tuple[str, ...]) -> None:
    assert persons_of(said) == persons


@pytest.mark.parametrize(
    ("said", "day"),
    [("2026-03-31", "2026-03-31"), ("2026-03-31T16:30:00+00:00", "2026-04-01"), ("2026-03-31T09:00", "2026-03-31"),
     ("今天", "None"), (None, "None")],
)  # fmt: skip
def test_the_day_of_a_talk_is_the_local_one(said: object, day: str) -> None:
    assert str(day_of(said)) == day


def test_an_office_may_keep_the_minutes_of_a_vote() -> None:
    life = CaseLife().heard()
    assert life.say("03-24 09:00", "vote", OFFICER, choice="proposed", member=JUDGE).accepted
    assert life.state.votes[0].member == JUDGE
