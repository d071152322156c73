"""What holds for a matter and its parts at every depth, whatever is said to whichever of them?"""

from collections.abc import Mapping
from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from models.acts import Act, ActName
from models.matters import Light, MatterState, Stage
from models.messages import Command
from policies import splits
from policies.directory import Directory
from policies.matter import ENDED
from policies.procedures import STANDARD, shipped
from rehearsal.conductor import Conductor, Played
from rehearsal.scenarios import PlannedCommand
from tests.builders import CAST, CO, LEAD, LEADER, MONDAY, OFFICER, OTHER, a_matter, at

COMMAND: TypeAdapter[Command] = TypeAdapter(Command)
DIRECTORY = Directory(CAST)
WORST = list(Light).index

# Matter p, a part of it, a part of that, and so on: province, city, county, township; each can have two parts.
IDS = ("p", "p", "p1", "p1", "p2", "p11", "p11", "p12", "p111", "p111")
LEADS = (LEAD, CO, OTHER)
OF_LEAD, OF_ASKED = "牵头单位承办岗", "受转单位承办岗"
SPLIT: dict[str, Any] = {"do": "split", "by": OFFICER}
PASSED: dict[str, Any] = {"do": "verify", "by": OFFICER, "passed": True, "method": "document"}
SUBMITTED: dict[str, Any] = {"do": "submit", "by": OF_LEAD, "text": "办结"}
REOPENED: dict[str, Any] = {"do": "reopen", "by": OFFICER, "reason": "回访"}
SAYINGS: list[dict[str, Any]] = [
    SPLIT, SUBMITTED, PASSED, REOPENED,
    {"do": "verify", "by": OFFICER, "passed": False},
    {"do": "cancel", "by": LEADER, "reason": "停办"},
    {"do": "cancel", "by": LEADER, "reason": "停办", "end_cases": True},
    {"do": "merge", "by": OFFICER, "into": "p"},
    {"do": "merge", "by": OFFICER, "into": "p1"},
    {"do": "suspend", "by": OFFICER, "reason": "等批复", "until": "10d"},
    {"do": "resume", "by": OFFICER},
    {"do": "request_transfer", "by": OF_LEAD, "to": OTHER, "reason": "职责"},
    {"do": "request_transfer", "by": OF_LEAD, "to": LEAD, "reason": "职责"},
    {"do": "accept_transfer", "by": OF_ASKED},
    {"do": "object", "by": OF_LEAD, "text": "不属实"},
    {"do": "decide_objection", "by": LEADER, "upheld": True},
]  # fmt: skip
Said = tuple[int, str, dict[str, Any], str]
"""Seconds after what was said before, to whom, what, and the lead of the part where it is a split."""

DOWN: list[Said] = [(0, parent, SPLIT, LEAD) for parent in ("p", "p1", "p11")]
PAUSES = st.sampled_from([0, 3600, 86_400, 2 * 86_400, 5 * 86_400])
ONE = st.tuples(PAUSES, st.sampled_from(IDS), st.sampled_from(SAYINGS), st.sampled_from(LEADS)).map(lambda said: [said])


def finished(*matters: str) -> list[Said]:
    """Each reported an hour later and passed."""
    return [said for one in matters for said in ((3600, one, SUBMITTED, LEAD), (0, one, PASSED, LEAD))]


STORIES = st.lists(ONE | st.sampled_from(IDS).map(finished), max_size=20).map(lambda parts: sum(parts, list[Said]()))


class Family:
    """A matter and its parts on virtual time; `played` is what they have come to so far."""

    def __init__(self) -> None:
        self.now = at(MONDAY)
        self._said = 0
        self._world = Conductor(shipped(STANDARD), DIRECTORY, self.now)
        self._world.register("p", a_matter(title="p", limit="10wd"))
        self.played: Played = self._world.play(self.now)

    def say(self, pause: int, target: str, said: Mapping[str, Any], lead: str) -> None:
        """Give the command so many seconds later; who speaks for an organ is looked up, `lead` is that of new parts."""
        self.now += timedelta(seconds=pause)
        self.played = self._world.play(self.now)
        self._said += 1
        words = {**said, "message_id": f"#{self._said}", "by": self._speaker(target, said["by"])}
        if said["do"] == "split":
            free = [f"{target}{n}" for n in (1, 2) if f"{target}{n}" not in self.played.states]
            words["children"] = [{"id": child, "title": child, "lead": lead, "limit": "3wd"} for child in free[:1]]
        self._world.plan([PlannedCommand(self.now, target, COMMAND.validate_python(words), self._said)])
        self.played = self._world.play(self.now)

    def _speaker(self, target: str, by: str) -> str:
        state = self.played.states.get(target)
        if state is None or state.terms is None or by not in (OF_LEAD, OF_ASKED):
            return by if by not in (OF_LEAD, OF_ASKED) else OFFICER
        asked = state.transfer.to if state.transfer and by == OF_ASKED else state.terms.lead
        return DIRECTORY.organ(asked).handler


def holds(states: Mapping[str, MatterState]) -> None:
    """What holds for every matter of a family between two things said."""
    for state in states.values():
        parts = [states[child] for child in state.children]
        assert all(part.parent == state.id and part.family == "p" for part in parts)
        open_ = [part for part in parts if part.stage not in ENDED]
        assert state.open_children == tuple(part.id for part in open_)
        if state.stage in ENDED:
            assert open_ == [], "a part is open and the whole is not"
        else:
            worst = max([state.own_light or state.light, *(part.light for part in open_)], key=WORST)
            assert state.light is worst


def waited(before: Mapping[str, MatterState], acts: list[Act]) -> None:
    """Nobody was reported done or closed with an open part."""
    for act in acts:
        if act.act in (ActName.SUBMITTED, ActName.CLOSED, ActName.MERGED):
            assert before[act.target].open_children == ()


def lived(story: list[Said]) -> Family:
    """The family of this story, held to what must hold after everything that is said."""
    family = Family()
    for said in story:
        before, known = family.played.states, len(family.played.recorded)
        family.say(*said)
        waited(before, list(family.played.recorded[known:]))
        holds(family.played.states)
    return family


@settings(max_examples=150)
@given(STORIES)
@example([*finished("p111", "p11"), (0, "p1", SUBMITTED, LEAD), (0, "p11", REOPENED, LEAD), (0, "p1", PASSED, LEAD)])
@example([*finished("p111", "p11", "p1"), (0, "p11", REOPENED, LEAD), (0, "p111", REOPENED, LEAD)])
def test_every_matter_of_a_family_shows_the_worst_light_and_waits_for_its_parts(story: list[Said]) -> None:
    lived([*DOWN, *story])


def test_four_levels_wait_for_each_other_and_end_from_below() -> None:
    early: list[Said] = [(0, one, SUBMITTED, LEAD) for one in ("p", "p1", "p11")]
    family = lived([*DOWN, *early, *finished("p111", "p11", "p1", "p")])

    assert {state.stage for state in family.played.states.values()} == {Stage.CLOSED}
    assert [act.target for act in family.played.acts if act.act is ActName.REFUSED] == ["p", "p1", "p11"]
    assert [act.target for act in family.played.recorded if act.act is ActName.CLOSED] == ["p111", "p11", "p1", "p"]


def test_a_part_cancelled_takes_along_what_it_was_split_into_and_nothing_else() -> None:
    more: list[Said] = [(0, parent, SPLIT, LEAD) for parent in ("p", "p1")]
    family = lived([*DOWN, *more, (0, "p1", {"do": "cancel", "by": LEADER, "reason": "停办"}, LEAD)])

    stages = {matter: state.stage for matter, state in family.played.states.items()}
    assert {matter for matter, stage in stages.items() if stage is Stage.CANCELLED} == {"p1", "p11", "p12", "p111"}
    assert {matter for matter, stage in stages.items() if stage is Stage.RUNNING} == {"p", "p2"}


# --- mutants ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "of", "function"),
    [
        ("the parent does not hear of its parts", splits, "tell_parent"),
        ("the parent takes no note of what it hears", splits, "heard_of_child"),
        ("nobody waits for a part", splits, "no_open_child"),
    ],
)
def test_a_broken_rule_is_found_out(monkeypatch: pytest.MonkeyPatch, name: str, of: ModuleType, function: str) -> None:
    def nothing(*_: object) -> None:
        """The rule is gone."""

    monkeypatch.setattr(of, function, nothing)

    @settings(max_examples=150, derandomize=True, database=None, phases=[Phase.generate])
    @given(STORIES)
    def broken(story: list[Said]) -> None:
        lived([*DOWN, *story])

    with pytest.raises(AssertionError):
        broken()
