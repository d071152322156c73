"""What may an office do beside the procedure, and what does it change?"""

from typing import Any

import pytest

from models.acts import ActName
from models.matters import ClockKind, Stage, Urgency
from models.messages import TITLES
from policies.office_commands import CORRECTABLE
from tests.builders import (
    CO,
    CO_HEAD,
    HANDLER,
    HEAD,
    INDEPENDENT,
    LEADER,
    OFFICE,
    OFFICER,
    OTHER,
    STRANGER,
    Life,
    a_matter,
    at,
)

OFFICE_COMMANDS: dict[str, dict[str, Any]] = {
    "urge": {},
    "summon": {},
    "circulate": {"text": "通报"},
    "raise_urgency": {"urgency": "特急"},
    "merge": {"into": "m2"},
    "praise": {},
    "correct": {"entry": 1, "text": "更正"},
}


def with_another(**said: Any) -> Life:
    """A matter beside which the same lead and office have `m2`."""
    life = Life(limit="10wd", **said)
    life.others["m2"] = Life(title="另一件").state.model_copy(update={"id": "m2"})
    return life


@pytest.mark.parametrize(("do", "said"), OFFICE_COMMANDS.items())
@pytest.mark.parametrize("by", [HANDLER, HEAD, CO_HEAD, STRANGER])
def test_only_the_office_gives_them(do: str, said: dict[str, Any], by: str) -> None:
    assert with_another().say("03-03 10:00", do, by, **said).rule == "authority.office"


@pytest.mark.parametrize(("do", "said"), OFFICE_COMMANDS.items())
def test_each_leaves_an_act_in_the_past_tense_that_names_its_rule(do: str, said: dict[str, Any]) -> None:
    life = with_another()

    assert life.say("03-03 10:00", do, OFFICER, **said).accepted
    assert life.acts[-1].by == OFFICER
    assert life.acts[-1].ruling is not None
    assert do in TITLES


@pytest.mark.parametrize(("do", "said"), OFFICE_COMMANDS.items())
def test_where_the_office_is_the_lead_the_organ_above_gives_them(do: str, said: dict[str, Any]) -> None:
    life = with_another(lead=OFFICE)
    life.others["m2"] = Life(title="另一件", lead=OFFICE).state.model_copy(update={"id": "m2"})

    assert life.say("03-03 10:00", do, OFFICER, **said).rule == "authority.office"
    assert life.say("03-03 11:00", do, "区政府承办岗", **said).accepted


@pytest.mark.parametrize("do", ["urge", "summon"])
def test_nobody_is_pressed_who_owes_nothing(do: str) -> None:
    life = Life(limit="10wd")
    life.say("03-03 10:00", "submit", text="办结")

    assert life.say("03-03 11:00", do, OFFICER).rule == "stage"


def test_an_independent_organ_is_urged_but_not_summoned() -> None:
    life = Life(limit="10wd", lead=INDEPENDENT)

    assert life.say("03-03 10:00", "urge", OFFICER).accepted
    assert life.say("03-03 10:00", "summon", OFFICER).rule == "independent"


def test_silence_of_the_leader_circulates_nothing_and_is_told_one_organ_higher() -> None:
    life = Life(limit="10wd")
    life.say("03-03 10:00", "circulate", OFFICER, text="通报")
    life.wait("03-20 00:00")

    assert life.of(ActName.CIRCULATED) == []
    assert life.when(ActName.APPROVAL_OVERDUE) == [at("03-06 18:00")]
    assert life.told(ActName.APPROVAL_OVERDUE) == (LEADER, "市长")
    assert life.say("03-20 10:00", "approve", LEADER).accepted
    assert life.of(ActName.CIRCULATED)[0].detail["text"] == "通报"


def test_raised_urgency_keeps_the_limit_and_replaces_the_reminders_still_ahead() -> None:
    life = Life(limit="10wd")
    life.say("03-02 10:00", "sign")
    life.say("03-03 10:00", "raise_urgency", OFFICER, urgency="急件")
    life.wait("03-19 00:00")

    assert life.when(ActName.REMINDED) == [at("03-13 08:30")]
    assert life.when(ActName.OVERDUE) == [at("03-16 18:00")]
    assert life.the(ActName.SUPERVISED).due == at("03-18 18:00")


@pytest.mark.parametrize(
    ("start", "raised", "due"),
    [
        ("03-02 09:00", "03-02 10:00", "03-02 12:00"),  # two hours from the raise
        ("03-02 09:00", "03-03 17:00", "03-03 18:00"),  # what is left of the old limit is less
    ],
)
def test_raised_urgency_shortens_the_time_to_sign_and_never_lengthens_it(start: str, raised: str, due: str) -> None:
    life = Life(start, limit="10wd")
    life.say(raised, "raise_urgency", OFFICER, urgency="特急")

    assert life.state.clocks[ClockKind.SIGNING].due_at == at(due)


@pytest.mark.parametrize("urgency", ["急件", "平件", "很急", None])
def test_urgency_is_only_raised(urgency: str | None) -> None:
    life = Life(limit="10wd", urgency="急件")

    assert life.say("03-03 10:00", "raise_urgency", OFFICER, urgency=urgency).rule == "urgency"
    assert life.state.terms is not None
    assert life.state.terms.urgency is Urgency.URGENT


def test_a_merged_matter_stops_its_clocks_and_is_archived_like_any_other() -> None:
    life = with_another()
    life.say("03-03 10:00", "merge", OFFICER, into="m2", reason="同一工程")

    assert life.state.stage is Stage.MERGED
    assert life.state.merged_into == "m2"
    assert set(life.state.clocks) == {ClockKind.ARCHIVE}
    assert life.wait("04-02 18:00").names("04-02 18:00") == ["archived"]


@pytest.mark.parametrize(
    "other",
    [
        a_matter(title="别的牵头单位", lead=OTHER),
        a_matter(title="别的督办单位", office="区政府"),
        None,
    ],
)
def test_a_matter_is_merged_only_into_an_open_one_of_the_same_lead_and_office(other: Any) -> None:
    life = Life(limit="10wd")
    if other is not None:
        said = other.model_dump(exclude={"message_id"}, exclude_defaults=True)
        life.others["m2"] = Life(**said).state.model_copy(update={"id": "m2"})

    assert life.say("03-03 10:00", "merge", OFFICER, into="m2").rule == "merge"


def test_a_matter_is_not_merged_into_one_that_has_ended() -> None:
    life = with_another()
    ended = life.others["m2"]
    life.others["m2"] = ended.model_copy(update={"stage": Stage.CLOSED})

    assert life.say("03-03 10:00", "merge", OFFICER, into="m2").rule == "merge"


def test_praise_names_the_lead_or_a_co_handler_also_after_closing() -> None:
    life = Life(limit="10wd", co=[CO])
    life.say("03-03 10:00", "submit", text="办结", without_co="另报")
    life.say("03-03 11:00", "verify", OFFICER, passed=True, method="document")

    assert life.say("03-04 10:00", "praise", OFFICER, organ=CO).accepted
    assert life.the(ActName.PRAISED).subject == CO
    assert life.say("03-04 11:00", "praise", OFFICER, organ=OTHER).rule == "praise"


def test_a_correction_names_the_old_act_by_number_or_as_the_last_of_its_name() -> None:
    life = Life(limit="10wd")
    life.say("03-03 10:00", "report_progress", text="甲")
    life.say("03-03 11:00", "report_progress", text="乙")
    life.say("03-04 10:00", "correct", OFFICER, act="progress_reported", text="乙应为丙")
    life.say("03-04 11:00", "correct", OFFICER, entry=3, text="签收日期")

    assert [act.detail["entry"] for act in life.of(ActName.CORRECTED)] == [5, 3]


@pytest.mark.parametrize("field", sorted(CORRECTABLE))
def test_the_terms_that_concern_nobody_else_are_corrected_with_the_registration(field: str) -> None:
    value: object = True if field == "public" else "新值"
    life = Life(limit="10wd")
    life.say("03-03 10:00", "correct", OFFICER, entry=1, reason="笔误", fields={field: value})

    assert getattr(life.state.terms, field) == value
    corrected = life.the(ActName.CORRECTED).detail
    assert (corrected["entry"], corrected["fields"]) == (1, {field: value})


@pytest.mark.parametrize(
    "fields", [{"limit": "30wd"}, {"lead": OTHER}, {"title": " "}, {"public": "也许"}, {"title": 5}]
)
def test_nothing_else_is_changed_by_a_correction(fields: dict[str, Any]) -> None:
    life = Life(limit="10wd")
    before = life.state

    assert life.say("03-03 10:00", "correct", OFFICER, entry=1, reason="笔误", fields=fields).rule == "correction"
    assert life.state == before
