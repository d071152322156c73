"""Does virtual time pass in the order of the contract, and does the conductor keep matters apart?"""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from models.acts import Act, ActName
from models.matters import MatterState
from models.messages import Child, Sign, Split
from policies.directory import Directory
from policies.procedures import STANDARD, load_text, shipped
from rehearsal.conductor import Conductor
from rehearsal.scenarios import PlannedCommand, PlannedNotice
from tests.builders import CAST, CO, CO_HANDLER, HANDLER, LEADER, OFFICER, Life, a_matter, a_notice, at

START = at("03-02 09:00")


def conductor(**how: object) -> Conductor:
    return Conductor(shipped(STANDARD), Directory(CAST), START, **how)  # type: ignore[arg-type]


def signs(when: str, target: str = "m1", by: str = HANDLER, message_id: str = "s") -> PlannedCommand:
    return PlannedCommand(at(when), target, Sign(message_id=message_id, by=by), 0)


def names(acts: Sequence[Act], target: str = "m1") -> list[str]:
    return [act.act.value for act in acts if act.target == target]


def test_a_matter_alone_lives_under_the_conductor_as_under_single_steps() -> None:
    played = conductor()
    played.register("m1", a_matter(limit="5wd"))
    acts = played.play(at("05-01 00:00")).acts
    alone = Life(limit="5wd").wait("05-01 00:00").acts
    assert list(acts) == sorted(alone, key=lambda act: (act.at, act.target))


def test_time_passes_up_to_and_including_the_end_and_can_go_on() -> None:
    world = conductor()
    world.register("m1", a_matter(limit="5wd"))
    assert names(world.play(at("03-09 17:59:59")).acts)[-1] != "supervised"
    assert names(world.play(at("03-09 18:00")).acts)[-1] == "supervised"


def test_equal_instants_print_in_the_order_in_which_the_targets_were_created() -> None:
    world = conductor()
    for matter_id, lead in (("z", "教育局"), ("a", "财政局"), ("k", "公安局")):
        world.register(matter_id, a_matter(title=matter_id, lead=lead, limit="5wd"))
    acts = world.play(at("03-19 18:00")).acts
    assert list(dict.fromkeys(act.target for act in acts if act.at == START)) == ["z", "a", "k"]
    last = list(dict.fromkeys(act.target for act in acts if act.at == at("03-19 18:00")))
    assert last == ["z", "a", "k", "z/case1", "a/case1", "k/case1"]


def test_commands_of_one_instant_keep_the_order_in_which_they_were_planned() -> None:
    world = conductor()
    world.register("m1", a_matter(limit="5wd"))
    world.plan([signs("03-02 10:00", message_id="1"), signs("03-02 10:00", by=LEADER, message_id="2")])
    refused = [act for act in world.play(at("03-02 12:00")).acts if act.act is ActName.REFUSED]
    assert [act.by for act in refused] == [LEADER]


def test_a_repeated_message_leaves_no_act_on_the_same_target_and_is_new_to_another() -> None:
    world = conductor()
    world.register("m1", a_matter(limit="5wd"))
    world.register("m2", a_matter(title="另一件", limit="5wd", lead=CO))
    world.plan([signs("03-02 10:00"), signs("03-02 11:00"), signs("03-02 12:00", "m2", CO_HANDLER)])
    acts = world.play(at("03-02 13:00")).acts
    assert [(act.target, act.at) for act in acts if act.act is ActName.SIGNED] == [
        ("m1", at("03-02 10:00")),
        ("m2", at("03-02 12:00")),
    ]
    assert not [act for act in acts if act.act is ActName.REFUSED]


def test_a_twin_is_refused_while_the_first_is_open_whatever_its_lead_is_doing() -> None:
    world = conductor()
    for matter_id in ("m1", "m2"):
        world.register(matter_id, a_matter(limit="5wd"))
    played = world.play(START)
    assert names(played.acts, "m2") == ["refused"]
    assert set(played.states) == {"m1"}


@pytest.mark.parametrize("other", [{"lead": CO}, {"title": "另一件"}])
def test_the_same_title_of_another_lead_or_another_title_of_the_same_lead_is_no_twin(other: dict[str, str]) -> None:
    world = conductor()
    world.register("m1", a_matter(limit="5wd"))
    world.register("m2", a_matter(**other, limit="5wd"))
    assert set(world.play(START).states) == {"m1", "m2"}


def test_a_notice_reaches_every_matter_once() -> None:
    world = conductor()
    for matter_id, lead in (("m1", "教育局"), ("m2", "财政局")):
        world.register(matter_id, a_matter(title=matter_id, lead=lead, limit="5wd"))
    notice = a_notice("2026-03-09")
    world.plan([PlannedNotice(at("03-03 10:00"), notice, "n1", 0), PlannedNotice(at("03-03 11:00"), notice, "n2", 1)])
    told = [act for act in world.play(at("03-04 00:00")).acts if act.act is ActName.CALENDAR_RECOMPUTED]
    assert [(act.target, act.at) for act in told] == [("m1", at("03-03 10:00")), ("m2", at("03-03 10:00"))]


def test_a_responder_is_shown_every_step_and_its_answers_are_played() -> None:
    seen: list[str] = []

    def responder(state: MatterState, acts: Sequence[Act]) -> list[PlannedCommand]:
        seen.extend(act.act.value for act in acts)
        assigned = [act for act in acts if act.act is ActName.ASSIGNED]
        return [
            PlannedCommand(act.at + timedelta(hours=1), state.id, Sign(message_id="s", by=HANDLER), 0)
            for act in assigned
        ]

    world = conductor(responder=responder)
    world.register("m1", a_matter(limit="5wd"))
    acts = world.play(at("03-04 12:00")).acts
    assert [act.at for act in acts if act.act is ActName.SIGNED] == [at("03-02 10:00")]
    assert seen == names(acts)


def test_a_command_to_a_target_nobody_knows_is_refused_under_that_name() -> None:
    world = conductor()
    world.plan([signs("03-02 10:00", "nowhere")])
    played = world.play(at("03-03 00:00"))
    assert names(played.acts, "nowhere") == ["refused"]
    assert played.states == {}


def test_a_child_lives_under_the_values_in_force_on_the_day_it_was_split_off() -> None:
    text, first = shipped(STANDARD).text, "    - {from: 2004-01-01, value: 15wd, source: "
    assert first in text
    changed = text.replace(
        "  default_basis:", "    - {from: 2026-03-04, value: 5wd, source: draft}\n  default_basis:", 1
    )
    world = Conductor(load_text(changed, "changed.yaml"), Directory(CAST), START)
    world.register("m1", a_matter())
    for number, (when, child) in enumerate((("03-03 10:00", "a"), ("03-04 10:00", "b"))):
        children = (Child(id=child, title=child, lead=CO),)
        world.plan([PlannedCommand(at(when), "m1", Split(message_id=child, by=OFFICER, children=children), number)])
    states = world.play(at("03-05 00:00")).states
    limits = {target: state.limit.limit for target, state in states.items() if state.limit is not None}
    assert limits == {"m1": "15wd", "a": "15wd", "b": "5wd"}
