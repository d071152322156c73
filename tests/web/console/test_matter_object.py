"""对结论提出异议: the lead objects to a conclusion."""

import pytest

from models.acts import ActName
from models.messages import Submit, Verify
from tests.web.console.conftest import House
from tests.web.console.doing import done_once_by
from tests.workflows.cast import HANDLER, OFFICER

pytestmark = pytest.mark.either_database("a form on a page, and its answer")


def test_the_lead_objects_to_a_conclusion_once_and_nobody_else_does(house: House) -> None:
    house.launch("m1")
    house.say("m1", Submit, HANDLER, text="办结")
    house.say("m1", Verify, OFFICER, passed=False, method="document", reason="不实")
    done_once_by(house, "handler", "m1", "object", ActName.OBJECTION_LODGED, text="材料齐全")
