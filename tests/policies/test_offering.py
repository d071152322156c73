"""What a page offers is what the rules would admit: tried at every moment of a matter, for every post."""

from models.matters import MatterState
from policies.offering import OFFERED, offers, shape_of
from tests.policies.access_cast import POSTS, commands, matters

NAMING_ANOTHER = {"merge", "request_transfer"}
"""What names another matter or organ can be said well where what is tried here names the wrong one."""


def test_whatever_the_rules_admit_when_it_is_well_said_is_offered_and_nothing_else() -> None:
    seen: set[str] = set()
    for moment in matters():
        assert isinstance(moment.state, MatterState)
        assert moment.at is not None
        for post in POSTS:
            offered = set(offers(moment.state, post, moment.at, moment.facts))
            well_said = [one for one in commands(post) if one.do in OFFERED] if post else []
            admitted = {one.do for one in well_said if moment.answer(one).accepted}
            assert offered - NAMING_ANOTHER == admitted - NAMING_ANOTHER, (moment.name, post)
            assert admitted <= offered
            seen |= offered
    assert seen == set(OFFERED)


def test_every_command_offered_has_its_own_shape() -> None:
    assert [shape_of(do).model_fields["do"].default for do in OFFERED] == list(OFFERED)
