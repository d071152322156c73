"""The one door to the procedure: who gets through it, what a refusal leaves, and what a step may and may not do."""

import ast
from datetime import timedelta
from typing import Any, get_args

import pytest
from pydantic import TypeAdapter, ValidationError

from models.acts import ActName
from models.case_messages import CaseCommand, Propose
from models.matters import ClockKind, MatterState, Stage
from models.messages import TITLES, Command, MatterCommand, Registration
from models.proceeding_messages import PROCEEDING_TITLES
from policies import admissibility, commands, timers, wording
from policies.calendar import standard_calendar
from policies.matter import blank, due_at, next_due, step
from tests.builders import (
    HANDLER,
    LEADER,
    NOBODY,
    OFFICER,
    ROOT,
    Life,
    a_matter,
    at,
)

OFFERED = [command.model_fields["do"].default for command in get_args(MatterCommand)]
OF_CASES = [command.model_fields["do"].default for command in get_args(CaseCommand) if command is not Propose]
SAID = {"message_id": "#1"}


@pytest.mark.parametrize("do", [*OFFERED, *OF_CASES])
def test_a_command_by_an_unknown_post_is_refused_on_record(do: str) -> None:
    life = Life()
    life.say("03-02 10:00", do, NOBODY)
    refused = life.the(ActName.REFUSED)
    assert (life.answer.rule, refused.by, refused.detail) == ("authority", NOBODY, {"do": do})


@pytest.mark.parametrize("do", OFFERED)
def test_a_command_by_nobody_is_refused_on_record(do: str) -> None:
    assert Life().say("03-02 10:00", do, None).rule == "authority"


@pytest.mark.parametrize("do", OF_CASES)
def test_a_command_of_a_case_is_refused_by_a_matter_on_record(do: str) -> None:
    assert Life().say("03-02 10:00", do, LEADER).rule == "procedure"


@pytest.mark.parametrize("do", OFFERED)
def test_a_command_to_a_matter_that_does_not_exist_is_refused_on_record(do: str) -> None:
    command = TypeAdapter(Command).validate_python({**SAID, "do": do, "by": LEADER})
    result = step(blank("m9"), command, at("03-02 10:00"), Life().facts)
    assert result.state == blank("m9")
    assert [(act.act, act.target) for act in result.acts] == [(ActName.REFUSED, "m9")]
    assert result.outcome is not None
    assert result.outcome.rule == "stage"


def test_a_matter_is_registered_once() -> None:
    life = Life()
    before = life.state
    result = step(before, a_matter(message_id="again"), at("03-02 10:00"), life.facts)
    assert result.state == before
    assert result.outcome is not None
    assert (result.outcome.accepted, result.outcome.rule) == (False, "registration")


def test_a_matter_whose_time_nobody_keeps_only_refuses() -> None:
    life = Life(limit="1wd")
    command = TypeAdapter(Command).validate_python({**SAID, "do": "sign", "by": HANDLER})
    result = step(life.state, command, at("03-31 10:00"), life.facts, attended=False)
    assert [act.act for act in result.acts] == [ActName.REFUSED]
    assert result.state == life.state


@pytest.mark.parametrize(
    "said",
    [
        {"do": "sign", "by": "公安局承办岗"},
        {"do": "verify", "by": OFFICER, "passed": True, "method": "document"},
        {"do": "resume", "by": OFFICER},
        {"do": "request_extension", "by": HANDLER, "limit": "99wd"},
        {"do": "decide_extension", "by": LEADER, "granted": True},
    ],
)
def test_a_refusal_changes_nothing_but_the_record(said: dict[str, Any]) -> None:
    life = Life(limit="5wd").wait("03-04 12:00")
    before = life.state
    result = step(before, TypeAdapter(Command).validate_python({**SAID, **said}), life.now, life.facts)
    assert result.state is before
    assert [act.act for act in result.acts] == [ActName.REFUSED]
    assert result.outcome is not None
    assert result.outcome.reason == result.acts[0].reason


def test_an_answer_names_the_acts_of_the_message_and_not_those_of_clocks_before_it() -> None:
    life = Life(limit="5wd")
    answer = life.say("03-09 18:00", "submit", text="办结")
    assert answer.acts == (ActName.SIGNED, ActName.SUBMITTED)
    assert life.names()[-4:] == ["overdue", "supervised", "signed", "submitted"]


def test_the_acts_of_clocks_are_told_apart_from_those_of_the_message() -> None:
    life = Life(limit="5wd")
    command = TypeAdapter(Command).validate_python({**SAID, "do": "submit", "by": HANDLER})
    result = step(life.state, command, at("03-09 18:00"), life.facts)
    assert [act.act for act in result.acts[result.struck :]] == [ActName.SIGNED, ActName.SUBMITTED]
    assert all(act.at <= at("03-09 18:00") for act in result.acts[: result.struck])


def test_clocks_worked_off_late_keep_their_own_instants() -> None:
    life = Life(limit="5wd").wait("2026-06-30 12:00")
    assert life.when(ActName.OVERDUE) == [at("03-09 18:00")]
    assert life.when(ActName.RECTIFICATION_ORDERED)[0] == at("03-12 18:00")


@pytest.mark.parametrize("seconds", [-1, 0, 1])
def test_a_clock_strikes_at_its_instant_and_a_command_of_that_instant_after_it(seconds: int) -> None:
    life = Life(limit="5wd")
    now = at("03-09 18:00") + timedelta(seconds=seconds)
    command = TypeAdapter(Command).validate_python({**SAID, "do": "sign", "by": HANDLER})
    names = [act.act for act in step(life.state, command, now, life.facts).acts]
    assert (ActName.OVERDUE in names) is (seconds >= 0)
    assert names[-1] is ActName.SIGNED


def test_what_people_look_at_is_the_limit_then_what_follows_it_then_the_verification() -> None:
    life = Life(limit="5wd")
    shown = [due_at(life.state), due_at(life.wait("03-09 18:00").state), due_at(life.wait("03-12 18:00").state)]
    life.say("03-13 09:00", "submit", text="办结")
    shown.append(due_at(life.state))
    life.say("03-13 10:00", "verify", OFFICER, passed=True, method="document")
    shown.append(due_at(life.state))
    assert shown == [at("03-09 18:00"), at("03-12 18:00"), at("03-19 18:00"), at("03-18 18:00"), None]


def test_a_suspended_matter_shows_no_due_instant() -> None:
    life = Life(limit="5wd")
    life.say("03-03 10:00", "suspend", OFFICER, reason="等", until="2026-03-10")
    assert due_at(life.state) is None
    assert life.next_at == at("03-10 18:00")


def test_a_state_survives_its_own_text() -> None:
    life = Life(limit="5wd", co=["财政局"], report_every="7d", assigned_at="2026-01-05T09:00:00+08:00")
    life.say("03-02 10:00", "submit", text="办结", without_co="另报")
    life.say("03-03 10:00", "verify", OFFICER, passed=False)
    life.wait("03-31 00:00")
    again = MatterState.model_validate_json(life.state.model_dump_json())
    assert again == life.state
    assert next_due(again) == next_due(life.state)


def test_a_misspelt_command_is_no_message_at_all() -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Command).validate_python({**SAID, "do": "punish", "by": LEADER})
    with pytest.raises(ValidationError):
        TypeAdapter(Command).validate_python({**SAID, "do": "sign", "by": LEADER, "reason": "不知道"})
    with pytest.raises(ValidationError):
        Registration.model_validate({"message_id": "r", "titel": "拼写错误"})


def test_a_question_beyond_the_calendar_is_answered_with_a_refusal() -> None:
    life = Life(limit="2026-03-20")
    assert life.say("03-03 10:00", "request_extension", limit="2199-01-01").rule == "extension"
    beyond = Life(limit="15wd", assigned_at="1990-01-05T09:00:00+08:00")
    assert beyond.answer.rule == "calendar"
    assert str(standard_calendar().first) in (beyond.answer.reason or "")


# --- every word has its rule, and every rule its word ---------------------------------------------------------------


def test_every_command_on_offer_has_a_check_and_an_effect() -> None:
    offered = set(get_args(MatterCommand))
    assert set(admissibility._CHECKS) == offered
    assert set(commands._EFFECTS) == offered
    assert set(TITLES) == {*OFFERED, *OF_CASES, *PROCEEDING_TITLES}


def test_every_clock_has_something_that_happens_when_it_runs_out_and_a_name() -> None:
    assert set(timers._STRIKES) == set(ClockKind)
    assert set(wording.CLOCKS) == set(ClockKind)
    assert set(wording.STAGES) == set(Stage)


def caused_acts() -> set[ActName]:
    """The acts that some rule of the procedure names."""
    return {
        ActName[node.attr]
        for module in ("commands", "timers", "reruling", "matter", "drafts")
        for node in ast.walk(ast.parse((ROOT / "policies" / f"{module}.py").read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "ActName"
    }


def test_every_act_of_the_procedure_is_said_in_words_and_told_to_somebody_or_needs_no_telling() -> None:
    acts = caused_acts()
    silent = {
        ActName.REFUSED,  # the answer goes to the speaker
        ActName.LIGHT_CHANGED,  # seen, not sent
        ActName.ARCHIVED,
    }
    assert len(acts) > 35
    assert acts <= set(wording.ACTS)
    assert acts - set(Life().facts.policy.tell) == silent
