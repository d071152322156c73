"""审定异议: the leader, who took no part, decides."""

import pytest

from models.acts import ActName
from models.messages import Object, Submit, Verify
from tests.web.console.conftest import House
from tests.web.console.doing import done_once_by
from tests.workflows.cast import HANDLER, OFFICER

pytestmark = pytest.mark.either_database("a form on a page, and its answer")


def test_the_leader_decides_on_an_objection_once_and_nobody_else_does(house: House) -> None:
    house.launch("m1")
    house.say("m1", Submit, HANDLER, text="办结")
    house.say("m1", Verify, OFFICER, passed=False, method="document", reason="不实")
    house.say("m1", Object, HANDLER, text="材料齐全")
    done_once_by(house, "leader", "m1", "decide_objection", ActName.OBJECTION_DECIDED, upheld="no", reason="结论无误")
