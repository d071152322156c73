"""回访后重新办理: the office opens a closed matter again."""

import pytest

from models.acts import ActName
from models.messages import Submit, Verify
from tests.web.console.conftest import House
from tests.web.console.doing import done_once_by
from tests.workflows.cast import HANDLER, OFFICER

pytestmark = pytest.mark.either_database("a form on a page, and its answer")


def test_the_office_opens_it_again_once_and_nobody_else_does(house: House) -> None:
    house.launch("m1")
    house.say("m1", Submit, HANDLER, text="办结")
    house.say("m1", Verify, OFFICER, passed=True, method="document", evidence={"document": "报告"})
    done_once_by(house, "officer", "m1", "reopen", ActName.REOPENED, reason="回访未解决")
