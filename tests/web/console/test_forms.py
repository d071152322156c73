"""The form of a command: made from its message, and read as the message takes it."""

from typing import Any, get_args

import pytest

from models.case_messages import CaseCommand
from models.messages import MatterCommand, Split, Verify
from models.proceeding_messages import Assess, CallBack, Convene, ProceedingCommand
from web.api.bodies import CASE_BODIES, MATTER_BODIES, PROCEEDING_BODIES
from web.console.forms import Field, Filled, Kind, form_of, said

BODIES = {**PROCEEDING_BODIES, **CASE_BODIES, **MATTER_BODIES}
TYPED = {Kind.NUMBER: "3", Kind.DATE: "2026-04-30", Kind.INSTANT: "2026-04-30T09:00", Kind.TICK: "yes",
         Kind.PAIRS: "时效: 8", Kind.MARKS: "时效: 8", Kind.NAMES: "区财政局、区公安局",
         Kind.FILES: "0" * 64}  # fmt: skip


def typed(one: Field) -> str:
    return one.options[0].value if one.options else TYPED.get(one.kind, "已办")


def read(command: type[Any], **values: str) -> tuple[dict[str, Any], set[str]]:
    do = str(command.model_fields["do"].default)
    spoken, errors = said(form_of(command), Filled("m", values), BODIES[do])
    return spoken, set(errors)


@pytest.mark.parametrize("command", get_args(MatterCommand | CaseCommand | ProceedingCommand))
def test_whatever_a_form_asks_for_its_message_takes(command: type[Any]) -> None:
    values = {one.name: typed(one) for one in form_of(command)}
    spoken, errors = read(command, **values)
    assert errors == set()
    assert set(spoken) == {name.partition(".")[0] for name in values}
    command.model_validate({"message_id": "m", **spoken})


def test_what_is_left_empty_says_nothing() -> None:
    assert read(Verify, passed="", reason="  ") == ({}, set())


def test_parts_of_one_field_come_together() -> None:
    spoken, _ = read(Verify, passed="no", **{"evidence.persons": "u7\r\nu8", "evidence.date": "2026-03-02"})
    assert spoken == {"passed": False, "evidence": {"persons": ["u7", "u8"], "date": "2026-03-02"}}


def test_rows_left_empty_are_not_there_and_the_others_keep_their_order() -> None:
    spoken, _ = read(Split, **{"children.3.title": "乙", "children.1.title": "甲", "children.1.lead": "区财政局"})
    assert spoken == {"children": [{"title": "甲", "lead": "区财政局"}, {"title": "乙"}]}


def test_values_by_name_are_one_on_each_line_with_either_colon() -> None:
    assert read(Assess, marks="时效: 8\n质量\uff1a9")[0] == {"marks": {"时效": 8, "质量": 9}}


def test_not_reached_is_an_answer_of_its_own() -> None:
    assert read(CallBack, satisfied="none") == ({"satisfied": None}, set())
    assert read(CallBack, satisfied="no")[0] == {"satisfied": False}


@pytest.mark.parametrize(
    ("command", "values", "wrong"),
    [
        (Convene, {"on": "30.4.2026"}, "on"),
        (Verify, {"passed": "perhaps"}, "passed"),
        (Assess, {"marks": "时效: 很好"}, "marks"),
        (Assess, {"marks": "时效: 8\n质量"}, "marks"),
        (Verify, {"reason": "长" * 4001}, "reason"),
        (Split, {"children.2.title": "长" * 201}, "children.2.title"),
        (Verify, {"reason": "a\x00b"}, "reason"),
    ],
)
def test_what_cannot_be_read_is_said_at_its_field_and_nothing_is_given(
    command: type[Any], values: dict[str, str], wrong: str
) -> None:
    assert read(command, **values) == ({}, {wrong})


def test_a_value_may_be_called_by_a_name_with_a_dot() -> None:
    fields = (Field("evidence.1.2 意见", Kind.LINE, "x"), Field("evidence.1", Kind.LINE, "y"))
    spoken, errors = said(fields, Filled("m", {one.name: "有" for one in fields}), BODIES["finish"])
    assert (spoken, errors) == ({"evidence": {"1.2 意见": "有", "1": "有"}}, {})
