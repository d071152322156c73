"""By when comes what follows? As late as each step may be, by the procedure's own clocks."""

from typing import Any

from policies.foreseeing import ahead
from tests.builders import at
from tests.policies.blocks.walks import Walk

OFFICE, LEAD = "区信访局承办岗", "区教育局承办岗"


def dates(walk: Walk) -> dict[str, str | None]:
    return {one.step: f"{one.by:%m-%d %H:%M}" if one.by else None for one in ahead(walk.state, walk.now, walk.facts)}


def test_every_step_ahead_is_told_by_its_latest_day() -> None:
    walk = Walk("petition")
    assert dates(walk) == {
        "routing": "03-17 18:00", "acceptance": "04-01 18:00", "handling": "06-01 18:00", "answer": "06-04 18:00",
        "call_back": "06-05 18:00", "publication": "06-12 18:00",
    }  # fmt: skip


def test_what_is_foreseen_is_what_comes_where_every_step_takes_all_its_time() -> None:
    walk = Walk("petition")
    foreseen = {one.step: one.by for one in ahead(walk.state, walk.now, walk.facts)}
    said: dict[str, tuple[str, str, dict[str, Any]]] = {
        "routing": (OFFICE, "route", {"to": "区信访局"}),
        "acceptance": (OFFICE, "check_items", {}),
        "handling": (OFFICE, "finish", {"evidence": {"处理意见书": "1号"}}),
        "answer": (OFFICE, "finish", {"evidence": {"答复": "已办", "送达方式": "邮寄"}}),
        "call_back": (OFFICE, "call_back", {"satisfied": True}),
        "publication": (OFFICE, "finish", {"evidence": {"公布载体": "网站"}}),
    }  # fmt: skip
    for step, (by, do, fields) in said.items():
        limit = walk.state.limit
        assert (walk.step_name, limit and limit.due_at) == (step, foreseen[step])
        assert limit is not None
        walk.now = limit.due_at
        assert walk.say(None, by, do, **fields).accepted


def test_what_has_run_out_has_no_day_and_what_comes_after_it_is_counted_from_now() -> None:
    walk = Walk("petition").wait("03-20 10:00")
    found = ahead(walk.state, walk.now, walk.facts)
    assert found[0].by is None
    assert found[1].by is not None
    assert found[1].by > walk.now


def test_nothing_is_foreseen_of_what_has_ended() -> None:
    walk = Walk("petition")
    walk.say("03-02 10:00", OFFICE, "cancel", reason="撤诉")
    assert ahead(walk.state, walk.now, walk.facts) == ()


def test_what_lies_beyond_the_official_calendar_is_provisional() -> None:
    walk = Walk("petition", "11-02 09:00")
    found = {one.step: one for one in ahead(walk.state, walk.now, walk.facts)}
    assert not found["routing"].provisional
    assert found["publication"].provisional
    assert at("03-02 09:00") < walk.now
