"""Votes: nothing passes below the quorum or the majority, shares are exact, a secret ballot stays secret."""

from fractions import Fraction
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.acts import ActName
from models.blocks import Vote
from models.directory import Organ
from models.policy import Role
from models.proceedings import ProceedingStage
from tests.builders import CAST, HANDLER, OFFICER, STRANGER
from tests.policies.blocks.lives import Desk

MEMBERS = tuple(f"委员{number}" for number in range(1, 13))
COMMITTEE = tuple(Organ(name=f"单位{number}", head=post, handler="") for number, post in enumerate(MEMBERS))
TWO_THIRDS = Fraction(2, 3)
Base = Literal["present", "members"]


def vote(**told: object) -> Vote:
    return Vote.model_validate({"name": "ballot", "title": "表决", "by": Role.OFFICE, **told})


def held(block: Vote, members: int, present: int, agreed: int, voted: int | None = None) -> Desk:
    """A ballot of so many members, of whom so many are there, and so many agree; the others there vote against."""
    desk = Desk(block, organs=[*CAST, *COMMITTEE])
    assert desk.open(panel=MEMBERS[:members]).accepted
    for place, member in enumerate(MEMBERS[: present if voted is None else voted]):
        assert desk.say(f"03-03 10:{place:02d}", "cast", member, agreed=place < agreed).accepted
    assert desk.say("03-03 11:00", "count_votes", OFFICER, present=MEMBERS[:present]).accepted
    return desk


@pytest.mark.parametrize(
    ("members", "present", "agreed", "base", "passed"),
    [
        (9, 6, 4, "present", True),
        (9, 6, 3, "present", False),
        (9, 5, 5, "present", None),
        (9, 9, 6, "members", True),
        (9, 9, 5, "members", False),
        (9, 6, 6, "members", True),
        (9, 6, 5, "members", False),
        (9, 6, 5, "present", True),
        (10, 7, 5, "present", True),
        (10, 6, 6, "present", None),
        (3, 2, 2, "members", True),
        (3, 2, 1, "members", False),
    ],
)
def test_two_thirds_of_two_thirds_to_the_head(
    members: int, present: int, agreed: int, base: Base, passed: bool | None
) -> None:
    desk = held(vote(quorum="2/3", majority="2/3", at_least=True, base=base), members, present, agreed)
    assert bool(desk.of(ActName.VOTE_PASSED)) is (passed is True)
    assert bool(desk.of(ActName.VOTE_FAILED)) is (passed is False)
    assert bool(desk.of(ActName.MEETING_POSTPONED)) is (passed is None)


def test_half_is_not_more_than_half_but_at_least_half() -> None:
    assert held(vote(majority="1/2"), 8, 8, 4).of(ActName.VOTE_FAILED)
    assert held(vote(majority="1/2", at_least=True), 8, 8, 4).of(ActName.VOTE_PASSED)
    assert held(vote(majority="1/2"), 8, 8, 5).the(ActName.VOTE_PASSED).value == "5/8"


def test_who_is_there_and_does_not_vote_counts_among_those_present() -> None:
    assert held(vote(majority="2/3", at_least=True), 9, 6, 3, voted=3).of(ActName.VOTE_FAILED)


@given(
    members=st.integers(1, 12),
    there=st.integers(0, 12),
    agreeing=st.integers(0, 12),
    quorum=st.fractions(Fraction(1, 3), 1, max_denominator=6),
    majority=st.fractions(Fraction(1, 3), 1, max_denominator=6),
    at_least=st.booleans(),
    base=st.sampled_from(["present", "members"]),
)
def test_nothing_passes_below_its_quorum_or_its_majority(  # noqa: PLR0917 - one argument for each thing that varies
    members: int, there: int, agreeing: int, quorum: Fraction, majority: Fraction, at_least: bool, base: Base
) -> None:
    present, agreed = min(there, members), min(agreeing, there, members)
    desk = held(vote(quorum=quorum, majority=majority, at_least=at_least, base=base), members, present, agreed)
    enough = present * quorum.denominator >= quorum.numerator * members
    of = present if base == "present" else members
    more = agreed * majority.denominator - majority.numerator * of
    assert bool(desk.of(ActName.VOTE_PASSED)) is (enough and (more >= 0 if at_least else more > 0))
    assert bool(desk.of(ActName.MEETING_POSTPONED)) is not enough


def test_a_vote_is_postponed_as_often_as_allowed_then_has_failed() -> None:
    desk = held(vote(postponed=1), 9, 5, 5)
    postponed = desk.the(ActName.MEETING_POSTPONED)
    assert (postponed.value, postponed.count) == ("5/9", 1)
    assert desk.say("03-04 10:00", "count_votes", OFFICER, present=MEMBERS[:5]).accepted
    failed = desk.the(ActName.VOTE_FAILED)
    assert (failed.value, failed.reason) == ("5/9", "quorum")
    assert desk.state.stage is ProceedingStage.DENIED


def test_what_was_cast_before_a_postponement_counts_no_more() -> None:
    desk = held(vote(), 9, 5, 5)
    for place, member in enumerate(MEMBERS[:6]):
        assert desk.say(f"03-05 10:{place:02d}", "cast", member, agreed=place < 3).accepted
    desk.say("03-05 11:00", "count_votes", OFFICER, present=MEMBERS[:6])
    assert desk.the(ActName.VOTE_FAILED).value == "3/6"


def test_nothing_that_is_kept_tells_how_somebody_voted_in_secret() -> None:
    def told(first: bool) -> list[str]:
        desk = Desk(vote(secret=True), organs=[*CAST, *COMMITTEE])
        desk.open(panel=MEMBERS[:2])
        desk.say("03-03 10:00", "cast", MEMBERS[0], agreed=first)
        desk.say("03-03 10:01", "cast", MEMBERS[1], agreed=not first)
        return [act.model_dump_json() for act in desk.acts] + [desk.state.model_dump_json()]

    assert told(True) == told(False)


def test_an_open_ballot_is_told_by_member() -> None:
    desk = held(vote(), 3, 3, 2)
    assert [act.value for act in desk.of(ActName.BALLOT_CAST)] == ["赞成", "赞成", "反对"]


def test_who_stands_down_or_belongs_to_the_organ_it_is_about_has_no_vote_and_is_counted_nowhere() -> None:
    desk = Desk(vote(quorum="2/3", majority="2/3", at_least=True, base="members"), organs=[*CAST, *COMMITTEE])
    desk.open(panel=MEMBERS[:5], subject="单位0")
    assert not desk.say("03-03 10:00", "cast", MEMBERS[0], agreed=True).accepted
    assert not desk.say("03-03 10:00", "stand_down", MEMBERS[1]).accepted
    assert desk.say("03-03 10:00", "stand_down", MEMBERS[1], reason="利害关系").accepted
    assert not desk.say("03-03 10:01", "cast", MEMBERS[1], agreed=False).accepted
    for minute, member in enumerate(MEMBERS[2:4], 2):
        assert desk.say(f"03-03 10:0{minute}", "cast", member, agreed=True).accepted
    assert not desk.say("03-03 11:00", "count_votes", OFFICER, present=MEMBERS[:4]).accepted
    assert desk.say("03-03 11:00", "count_votes", OFFICER, present=MEMBERS[2:4]).accepted
    assert desk.the(ActName.VOTE_PASSED).value == "2/3"


def test_ballots_are_cast_once_by_members_who_say_how_and_were_there() -> None:
    desk = Desk(vote(), organs=[*CAST, *COMMITTEE])
    assert not desk.open().accepted
    desk.open(panel=MEMBERS[:3])
    assert not desk.say("03-03 10:00", "cast", STRANGER, agreed=True).accepted
    assert not desk.say("03-03 10:00", "cast", MEMBERS[0]).accepted
    assert desk.say("03-03 10:00", "cast", MEMBERS[0], agreed=True).accepted
    assert not desk.say("03-03 10:01", "cast", MEMBERS[0], agreed=False).accepted
    assert not desk.say("03-03 10:02", "stand_down", MEMBERS[0], reason="利害关系").accepted
    assert not desk.say("03-03 11:00", "count_votes", OFFICER, present=MEMBERS[1:3]).accepted
    assert not desk.say("03-03 11:00", "count_votes", HANDLER, present=MEMBERS[:3]).accepted
    assert not desk.say("03-03 11:00", "count_votes", OFFICER, present=[*MEMBERS[:3], STRANGER]).accepted
