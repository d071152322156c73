"""A measure is executed on the page of the case, with the evidence of its kind."""

import pytest

from models.acts import ActName
from tests.web.console.case_house import with_case
from tests.web.console.conftest import House
from tests.workflows.cast import HEAD, LEADER

pytestmark = pytest.mark.either_database("a form on a case's page, and its answer")


def test_the_evidence_that_the_measure_must_leave_is_asked_part_by_part(house: House) -> None:
    case = with_case(house, "served")
    said = {
        "evidence__persons": f"{LEADER}、{HEAD}", "evidence__place": "二楼会议室", "evidence__date": "2026-03-02",
        "evidence__content": "诫勉谈话内容",
    }  # fmt: skip
    case.refuses("execute", "officer", **said)
    page = case.page("officer")
    asked = {name for name in said if f'name="{name.replace("__", ".")}"' in page}
    assert asked == set(said)
    bare = case.give("officer", "execute", evidence__place="二楼会议室")
    assert bare.status_code == 409
    assert "凭证不全" in bare.text
    shown = case.does("execute", "officer", ActName.MEASURE_EXECUTED, **said)
    assert "诫勉谈话内容" not in shown.text
