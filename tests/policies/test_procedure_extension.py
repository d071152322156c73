"""Who may ask for more time, for how much, until when, and what becomes of a request nobody decides?"""

from typing import Any

import pytest

from models.acts import ActName
from models.matters import ExtensionState, Light
from tests.builders import ABOVE, CO, CO_HANDLER, HANDLER, HEAD, LEADER, OFFICER, STRANGER, Life, at


def asked(limit: str = "5wd", by: str | None = "2wd", when: str = "03-03 10:00", **said: Any) -> Life:
    life = Life(limit=limit, **said)
    life.say(when, "request_extension", limit=by, reason="数据量大")
    return life


@pytest.mark.parametrize(
    ("limit", "by", "admitted"),
    [
        ("5wd", "4wd", True),
        ("5wd", "5wd", True),
        ("5wd", "6wd", False),
        ("5wd", "5d", False),
        ("5wd", "0.5wd", False),
        ("10d", "10d", True),
        ("10d", "11d", False),
        ("10d", "2w", False),
        ("2w", "2w", True),
        ("2w", "3w", False),
        ("1mo", "1mo", True),
        ("1mo", "30d", False),
        ("48h", "48h", True),
        ("48h", "49h", False),
        ("0.5wd", "0.5wd", True),
        ("same-day", "same-day", False),
        ("2026-03-12", "2026-03-22", True),  # ran ten days
        ("2026-03-12", "2026-03-23", False),
        ("2026-03-12", "2026-03-12", False),
        ("2026-03-12", "2026-03-13", True),
        ("2026-03-12", "5wd", False),
        ("5wd", "2026-03-20", False),
        ("5wd", "几天", False),
        ("5wd", "", False),
        ("5wd", None, False),
    ],
)
def test_an_extension_is_not_longer_than_the_original_nor_in_another_unit(
    limit: str, by: str | None, admitted: bool
) -> None:
    life = asked(limit, by, "03-02 09:30")
    assert life.answer.accepted is admitted
    if admitted:
        assert life.names()[2:] == ["signed", "extension_requested"]
    else:
        assert life.answer.rule == "extension"
        assert life.state.extension is None


def test_a_refused_request_does_not_use_up_the_one_there_is() -> None:
    life = asked(by="6wd")
    assert not life.answer.accepted
    assert life.say("03-03 11:00", "request_extension", limit="5wd").accepted


@pytest.mark.parametrize(
    ("granted", "state"), [(True, ExtensionState.GRANTED), (False, ExtensionState.REFUSED), (None, None)]
)
def test_an_accepted_request_uses_up_the_one_there_is_whatever_becomes_of_it(
    granted: bool | None, state: ExtensionState | None
) -> None:
    life = asked()
    if granted is not None:
        life.say("03-03 11:00", "decide_extension", LEADER, granted=granted)
        assert life.state.extension is not None
        assert life.state.extension.state is state
    assert life.say("03-03 12:00", "request_extension", limit="1wd").rule == "extension"


@pytest.mark.parametrize(
    ("limit", "by", "due"),
    [
        ("5wd", "5wd", "03-16 18:00"),
        ("10d", "4d", "03-16 18:00"),
        ("10d", "5d", "03-17 18:00"),
        ("10d", "2d", "03-16 18:00"),  # 14 March is a Saturday; 12 March plus two days, rolled once
        ("1mo", "1mo", "05-06 18:00"),  # 2 May lies in the holiday
        ("48h", "24h", "03-05 09:00"),
        ("2026-03-12", "2026-03-15", "03-16 18:00"),
    ],
)
def test_an_extension_is_added_to_the_number_and_counted_from_the_original_start(
    limit: str, by: str | None, due: str
) -> None:
    life = asked(limit, by)
    life.say("03-03 16:00", "decide_extension", LEADER, granted=True)
    assert life.the(ActName.EXTENSION_GRANTED).due == at(due)


def test_half_a_day_extended_by_half_a_day_is_a_day() -> None:
    life = asked("0.5wd", "0.5wd", "03-02 09:30")
    life.say("03-02 16:00", "decide_extension", LEADER, granted=True)
    assert life.the(ActName.EXTENSION_GRANTED).due == at("03-03 18:00")


@pytest.mark.parametrize(
    ("when", "asks", "lapses"),
    [("03-09 17:59:59", True, True), ("03-09 18:00:00", False, False), ("03-09 18:00:01", False, False)],
)
def test_a_request_is_possible_up_to_the_last_second_before_the_due_instant(
    when: str, asks: bool, lapses: bool
) -> None:
    life = Life(limit="5wd")
    life.say(when, "request_extension", limit="1wd")
    life.wait("03-09 18:00:01")
    assert bool(life.of(ActName.EXTENSION_REQUESTED)) is asks
    assert life.when(ActName.EXTENSION_LAPSED) == ([at("03-09 18:00")] if lapses else [])


def test_the_order_at_a_due_instant_with_a_request_pending() -> None:
    life = asked().wait("03-09 18:00")
    assert life.names("03-09 18:00") == ["extension_lapsed", "light_changed", "overdue", "supervised"]
    assert ABOVE in life.told(ActName.EXTENSION_LAPSED)


@pytest.mark.parametrize(
    ("when", "name"), [("03-09 17:59:59", ActName.EXTENSION_GRANTED), ("03-09 18:00:00", ActName.REFUSED)]
)
def test_a_decision_comes_before_the_due_instant_or_not_at_all(when: str, name: ActName) -> None:
    life = asked()
    life.say(when, "decide_extension", LEADER, granted=True)
    assert life.when(name) == [at(when)]


def test_an_undecided_request_is_noted_as_mitigation_on_a_case() -> None:
    life = asked().wait("03-19 18:00")
    assert "mitigation" in life.the(ActName.CASE_PROPOSED).detail
    assert life.the(ActName.CASE_PROPOSED).measure == "P1"


@pytest.mark.parametrize(("granted", "noted"), [(True, False), (False, False)])
def test_a_decided_request_is_no_mitigation(granted: bool | None, noted: bool) -> None:
    life = asked()
    life.say("03-03 11:00", "decide_extension", LEADER, granted=granted)
    life.wait("03-31 18:00")
    assert ("mitigation" in life.the(ActName.CASE_PROPOSED).detail) is noted


def test_reporting_completion_withdraws_an_undecided_request_without_an_act() -> None:
    life = asked()
    life.say("03-04 10:00", "submit", text="办结")
    assert life.names("03-04 09:00") == ["submitted"]
    assert life.state.extension is not None
    assert life.state.extension.state is ExtensionState.WITHDRAWN
    assert life.say("03-04 11:00", "decide_extension", LEADER, granted=True).rule == "extension"
    life.wait("03-31 00:00")
    assert life.of(ActName.EXTENSION_LAPSED) == []


@pytest.mark.parametrize("by", [HANDLER, HEAD, OFFICER, STRANGER, ABOVE])
def test_nobody_but_the_leader_decides(by: str | None) -> None:
    assert asked().say("03-03 11:00", "decide_extension", by, granted=True).rule == "authority.leader"


@pytest.mark.parametrize("by", [OFFICER, LEADER, STRANGER, CO_HANDLER])
def test_nobody_but_the_lead_asks(by: str | None) -> None:
    life = Life(limit="5wd", co=[CO])
    assert life.say("03-03 10:00", "request_extension", by, limit="1wd").rule == "authority.lead"


def test_a_leader_does_not_decide_what_his_own_organ_asks() -> None:
    life = asked(lead="区政府", title="政府开放日")
    assert not life.answer.accepted  # the handler of another organ
    life.say("03-03 10:00", "request_extension", "区政府承办岗", limit="1wd")
    assert life.say("03-03 11:00", "decide_extension", LEADER, granted=True).rule == "authority.leader"
    assert life.say("03-03 12:00", "decide_extension", ABOVE, granted=True).accepted


def test_a_decision_with_nothing_pending_or_nothing_said_is_refused() -> None:
    life = Life(limit="5wd")
    assert life.say("03-03 10:00", "decide_extension", LEADER, granted=True).rule == "extension"
    life.say("03-03 11:00", "request_extension", limit="1wd")
    assert life.say("03-03 12:00", "decide_extension", LEADER).rule == "extension"
    assert life.say("03-03 13:00", "decide_extension", LEADER, granted=False).accepted
    assert life.say("03-03 14:00", "decide_extension", LEADER, granted=True).rule == "extension"


def test_a_granted_extension_replaces_every_reminder_and_turns_the_light_green() -> None:
    life = asked()
    assert life.wait("03-04 12:00").state.light is Light.YELLOW
    life.say("03-05 10:00", "decide_extension", LEADER, granted=True)
    assert life.state.light is Light.GREEN
    life.wait("03-11 17:59:59")
    # T-3 of 11 March was on 6 March, T-1 on the 10th; those of 9 March are gone.
    assert life.when(ActName.REMINDED) == [at("03-04 08:30"), at("03-06 08:30"), at("03-10 08:30")]
    assert [act.light for act in life.of(ActName.LIGHT_CHANGED)] == ["yellow", "green", "yellow"]


def test_a_refused_extension_changes_no_light() -> None:
    life = asked()
    life.say("03-05 10:00", "decide_extension", LEADER, granted=False)
    assert life.state.light is Light.YELLOW


def test_an_extended_limit_that_is_missed_is_followed_as_the_first_would_have_been() -> None:
    life = asked()
    life.say("03-03 11:00", "decide_extension", LEADER, granted=True)
    life.wait("03-11 18:00")
    assert life.when(ActName.OVERDUE) == [at("03-11 18:00")]
    assert life.the(ActName.SUPERVISED).due == at("03-16 18:00")
