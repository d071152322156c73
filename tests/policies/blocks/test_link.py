"""Repeats are linked, not lost (G2)."""

import pytest

from models.acts import ActName
from models.proceedings import ProceedingStage
from tests.policies.blocks.walks import Walk

OFFICE = "区信访局承办岗"


def three() -> Walk:
    walk = Walk("petition")
    walk.open(2)
    walk.open(3)
    return walk


def test_a_repeat_goes_on_with_the_other_one_which_gets_to_know() -> None:
    walk = three()
    assert walk.say("03-02 10:00", OFFICE, "link", which=2, to="petition/1", reason="同一诉求").accepted
    assert walk.states["petition/2"].stage is ProceedingStage.LINKED
    assert walk.states["petition/2"].linked_to == "petition/1"
    assert not walk.states["petition/2"].clocks
    assert walk.state.links == ("petition/2",)
    assert walk.of(ActName.LINKED)[1].target == "petition/1"


def test_what_was_linked_to_one_that_is_linked_on_is_not_lost() -> None:
    walk = three()
    walk.say("03-02 10:00", OFFICE, "link", which=2, to="petition/1", reason="同一诉求")
    walk.say("03-02 11:00", OFFICE, "link", which=1, to="petition/3", reason="同一诉求")
    assert walk.states["petition/3"].links == ("petition/1", "petition/2")
    refused = walk.say("03-02 12:00", OFFICE, "link", which=3, to="petition/1", reason="同一诉求")
    assert refused.reason is not None
    assert "petition/3" in refused.reason


@pytest.mark.parametrize("to", [None, "petition/9", "petition/2", "proceeding/1", "duty/monthly"])
def test_an_unknown_one_and_itself_are_refused(to: str | None) -> None:
    walk = three()
    assert not walk.say("03-02 10:00", OFFICE, "link", which=2, to=to, reason="同一诉求").accepted
    assert walk.states["petition/2"].stage is ProceedingStage.UNDER_WAY


def test_it_is_not_linked_to_one_that_has_ended_nor_by_anybody_nor_without_a_reason() -> None:
    walk = three()
    assert not walk.say("03-02 10:00", "区教育局承办岗", "link", which=2, to="petition/1", reason="同一").accepted
    assert not walk.say("03-02 10:00", OFFICE, "link", which=2, to="petition/1").accepted
    walk.say("03-02 10:00", OFFICE, "cancel", which=1, reason="撤诉")
    assert not walk.say("03-02 10:00", OFFICE, "link", which=2, to="petition/1", reason="同一诉求").accepted
