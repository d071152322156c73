"""A post that is vacant, or no longer there, is passed over: its step goes to the next organ up."""

from dataclasses import replace

from models.acts import ActName
from models.cases import CaseClockKind
from policies import seats
from policies.directory import Directory
from tests.builders import ABOVE, CAST, LEAD, LEADER
from tests.case_builders import JUDGE, CaseLife


def test_a_vacant_post_above_is_passed_over() -> None:
    vacant = [organ.model_copy(update={"head": ""}) if organ.name == "市政府" else organ for organ in CAST]
    life = CaseLife(organs=vacant).wait("03-26 18:00")
    assert life.the(ActName.FILING_OVERDUE).tell[0] == "省长"
    assert life.say("03-26 18:01", "file", "省长").accepted


def test_a_leader_whose_post_is_gone_leaves_the_step_to_the_organ_above_at_once() -> None:
    life = CaseLife()
    gone = [organ.model_copy(update={"head": "代理区长"}) if organ.name == "区政府" else organ for organ in CAST]
    life.facts = replace(life.facts, directory=Directory(gone))
    assert seats.holders(life.state, life.facts.directory, CaseClockKind.FILING) == (ABOVE,)
    assert life.say("03-20 10:00", "file", ABOVE).accepted


def test_nobody_acts_through_a_vacant_post() -> None:
    directory = Directory([organ.model_copy(update={"handler": ""}) for organ in CAST])
    assert not directory.has_post("")
    assert not directory.serves("", LEAD)


def test_a_member_whose_post_is_gone_is_not_counted_for_the_quorum() -> None:
    life = CaseLife(panel=(LEADER, JUDGE, "撤销的岗位")).heard()
    for member in (LEADER, JUDGE):
        assert life.say("03-24 09:00", "vote", member, choice="proposed").accepted
    assert seats.eligible(life.state, life.facts.directory) == (LEADER, JUDGE)
    assert life.say("03-24 10:00", "decide", LEADER).accepted
