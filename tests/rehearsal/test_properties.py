"""What holds for every life of a matter, whatever is said to it, in whatever order, repeated, stale or late?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from models.acts import Act, ActName
from models.calendar import CalendarNotice
from models.matters import Light, MatterState, Stage
from models.messages import CalendarPublished, Command, Outcome, Registration
from policies.calendar import CalendarError, standard_calendar
from policies.counting import counting
from policies.directory import Directory
from policies.drafts import OVER
from policies.matter import ENDED, Facts, Step, blank, next_due, step
from policies.procedures import STANDARD, shipped
from rehearsal.conductor import play
from rehearsal.random_scenarios import random_scenario
from rehearsal.scenarios import PlannedCommand, PlannedNotice
from tests.builders import (
    ABOVE,
    CAST,
    CO,
    CO_HANDLER,
    HANDLER,
    INDEPENDENT,
    LEAD,
    LEADER,
    NOBODY,
    OFFICE_HEAD,
    OFFICER,
    OTHER,
    STRANGER,
    a_matter,
    a_notice,
    at,
    sample_directory,
)

DIRECTORY = sample_directory()
COMMAND: TypeAdapter[Command] = TypeAdapter(Command)

# What may still be noted when a matter is in the archive.
AFTER_ARCHIVE = {ActName.REFUSED, ActName.ARCHIVED}
# What silence may bring; everything else needs somebody to speak, or a notice.
BY_ITSELF = {
    ActName.APPROVAL_OVERDUE, ActName.SIGN_OVERDUE, ActName.SIGN_REMINDED, ActName.PROGRESS_OVERDUE, ActName.CO_OVERDUE,
    ActName.REMINDED, ActName.LIGHT_CHANGED, ActName.EXTENSION_LAPSED, ActName.SUSPENSION_OVERDUE, ActName.OVERDUE,
    ActName.VERIFICATION_OVERDUE, ActName.VERIFICATION_ESCALATED, ActName.SUPERVISED, ActName.RECTIFICATION_ORDERED,
    ActName.RECTIFICATION_OVERDUE, ActName.ACCOUNTABILITY_PROPOSED, ActName.CASE_PROPOSED, ActName.FAILURE_NOTED,
    ActName.EXPLANATION_ASKED, ActName.ARCHIVED, ActName.TRANSFER_LAPSED, ActName.OBJECTION_OVERDUE,
    ActName.FILING_OVERDUE,
}  # fmt: skip


# --- over the conductor, many matters at once -----------------------------------------------------------------------


@settings(max_examples=120)
@given(st.integers(0, 10**9))
def test_every_rehearsal_keeps_the_order_of_time_and_the_bounds_of_the_procedure(seed: int) -> None:
    scenario = random_scenario(seed, DIRECTORY)
    played = play(scenario, DIRECTORY)
    assert all(scenario.start <= act.at <= scenario.until for act in played.acts)
    assert list(played.acts) == sorted(played.acts, key=lambda act: act.at)
    # What is said to a matter also speaks in its cases (m1/case1) and in its children (m1a).
    heard = {(item.target[:2], item.at) for item in scenario.planned if isinstance(item, PlannedCommand)}
    loaded = {item.at for item in scenario.planned if isinstance(item, PlannedNotice)}
    for act in played.acts:
        if act.act not in BY_ITSELF:
            assert act.at == scenario.start or act.at in loaded or (act.target[:2], act.at) in heard
    for matter_id, state in played.states.items():
        holds_for_a_life([act for act in played.acts if act.target.split("/")[0] == matter_id], matter_id)
        assert stands(state), state
        assert shows_the_worst_light(state, played.states), state
    assert play(scenario, DIRECTORY).acts == played.acts


def holds_for_a_life(acts: Sequence[Act], matter_id: str) -> None:
    """What holds for the acts of one matter and its cases, in the order in which they print."""
    own = [act for act in acts if act.target == matter_id]
    lights = [act.light for act in own if act.act is ActName.LIGHT_CHANGED]
    assert all(one != other for one, other in zip(["green", *lights], lights, strict=False))
    archived = next((index for index, act in enumerate(own) if act.act is ActName.ARCHIVED), len(own))
    assert {act.act for act in own[archived:]} <= AFTER_ARCHIVE
    requests = sum(act.act is ActName.EXTENSION_REQUESTED for act in own)
    assert requests <= 1
    open_cases: dict[str, str] = {}
    for act in acts:
        subject = act.subject or ""
        if act.act is ActName.CASE_PROPOSED:
            assert subject not in open_cases, "two open cases about one subject"
            open_cases[subject] = act.target
        elif act.act is ActName.FAILURE_NOTED:
            assert open_cases[subject] == act.target
        elif act.act is ActName.CASE_WITHDRAWN:
            assert open_cases.pop(subject) == act.target


def shows_the_worst_light(state: MatterState, states: Mapping[str, MatterState]) -> bool:
    """Whether a matter shows the worst light of its own and its open children's, and knows which are open."""
    open_ = [states[child] for child in state.children if states[child].stage not in ENDED]
    if state.stage in ENDED:
        return True
    worst = max([state.own_light or state.light, *(child.light for child in open_)], key=list(Light).index)
    return state.light is worst and state.open_children == tuple(child.id for child in open_)


def stands(state: MatterState) -> bool:
    """Whether somebody or some clock will take the matter further, or it is over."""
    if next_due(state) is not None:
        return True
    if state.stage in OVER:
        awaited = state.objection is not None or state.circulation is not None
        return awaited or any(case.open for case in state.cases)
    return state.stage in (Stage.REFUSED, Stage.ARCHIVED, Stage.AWAITING_APPROVAL) or state.suspended


# --- over single steps, with stories that shrink --------------------------------------------------------------------


@dataclass(frozen=True)
class Story:
    """A registration and what is said afterwards: pauses in seconds, each with a command, a notice or nothing."""

    registration: Registration
    start: datetime
    events: tuple[tuple[int, dict[str, Any] | CalendarNotice | None], ...]


STARTS = [at(text) for text in ("03-02 09:00", "03-06 12:00:01", "02-13 17:59:59", "09-30 23:30", "12-24 08:30")]
LIMITS = ("1wd", "5wd", "0.5wd", "same-day", "4h", "3d", "10d", "1mo", "2026-03-14", "2026-12-30")
PAUSES = (
    st.integers(0, 3600)
    | st.integers(0, 20 * 86_400)
    | st.sampled_from([86_400, 86_400 // 2, 7 * 86_400, 9 * 3600, 30 * 86_400])
)
NOTICES = [
    a_notice("2026-03-03..2026-03-04", number="甲"),
    a_notice("2026-03-09..2026-03-13", number="乙"),
    a_notice("2026-03-17", workdays=["2026-03-21"], number="丙"),
    a_notice("2027-01-01..2027-01-05", workdays=["2027-01-09"], year=2027, number="丁"),
]
SAYINGS: list[dict[str, Any]] = [
    {"do": "sign", "by": HANDLER},
    {"do": "report_progress", "by": HANDLER, "text": "进展"},
    {"do": "report_progress", "by": CO_HANDLER, "text": "已办", "done": True},
    {"do": "submit", "by": HANDLER, "text": "办结"},
    {"do": "submit", "by": HANDLER, "text": "办结", "without_co": "另报"},
    {"do": "verify", "by": OFFICER, "passed": True, "method": "document"},
    {"do": "verify", "by": OFFICER, "passed": False},
    {"do": "request_extension", "by": HANDLER, "limit": "1wd"},
    {"do": "request_extension", "by": HANDLER, "limit": "5d"},
    {"do": "request_extension", "by": HANDLER, "limit": "2026-03-20"},
    {"do": "decide_extension", "by": LEADER, "granted": True},
    {"do": "decide_extension", "by": ABOVE, "granted": True},
    {"do": "decide_extension", "by": LEADER, "granted": False},
    {"do": "suspend", "by": OFFICER, "reason": "等批复", "until": "10d"},
    {"do": "suspend", "by": OFFICER, "reason": "等批复", "until": "2h"},
    {"do": "resume", "by": OFFICER},
    {"do": "approve", "by": LEADER},
    {"do": "cancel", "by": LEADER, "reason": "停办"},
    {"do": "cancel", "by": STRANGER, "reason": "停办"},
    {"do": "sign", "by": NOBODY},
    {"do": "urge", "by": OFFICER},
    {"do": "object_assignment", "by": HANDLER, "reason": "非本单位职责"},
    {"do": "uphold_assignment", "by": OFFICER},
    {"do": "request_transfer", "by": HANDLER, "to": OTHER, "reason": "职责"},
    {"do": "request_transfer", "by": OFFICER, "to": OTHER, "reason": "职责"},
    {"do": "accept_transfer", "by": STRANGER},
    {"do": "refuse_transfer", "by": STRANGER},
    {"do": "submit", "by": STRANGER, "text": "办结"},
    {"do": "object", "by": HANDLER, "text": "不属实"},
    {"do": "decide_objection", "by": OFFICE_HEAD, "upheld": True, "to": OTHER},
    {"do": "decide_objection", "by": LEADER, "upheld": True},
    {"do": "decide_objection", "by": LEADER, "upheld": False},
    {"do": "reopen", "by": OFFICER, "reason": "回访"},
    {"do": "raise_urgency", "by": OFFICER, "urgency": "急件"},
    {"do": "raise_urgency", "by": OFFICER, "urgency": "特急"},
    {"do": "circulate", "by": OFFICER, "text": "通报"},
    {"do": "praise", "by": OFFICER},
]
REGISTRATIONS = st.fixed_dictionaries(
    {
        "lead": st.sampled_from([LEAD, LEAD, LEAD, INDEPENDENT]),
        "limit": st.sampled_from(LIMITS),
        "urgency": st.sampled_from(["平件", "急件", "特急"]),
        "co": st.sampled_from([(), (CO,)]),
        "report_every": st.sampled_from([None, None, "5d", "1mo"]),
        "basis": st.sampled_from(["会议决定", "会议决定", "群众来信"]),
        "assigned_at": st.sampled_from([None, None, None, at("2026-01-20 10:00")]),
        "responsible": st.sampled_from([None, HANDLER]),
    }
)
EVENTS = st.lists(
    st.tuples(PAUSES, st.sampled_from(SAYINGS) | st.none() | st.sampled_from(NOTICES)), min_size=1, max_size=14
)
STORIES = st.builds(
    lambda said, start, events: Story(a_matter(**said), start, tuple(events)),
    REGISTRATIONS,
    st.sampled_from(STARTS),
    EVENTS,
)


class Telling:
    """A story told to the pure core; `through_text` writes the state down and reads it back before every step."""

    def __init__(self, story: Story, *, through_text: bool = False, pauses: int = 1) -> None:
        self.now = story.start
        self.acts: list[Act] = []
        self.answers: list[Outcome | None] = []
        self._through_text = through_text
        self._facts = Facts(
            policy=shipped(STANDARD).in_force(story.start.date()),
            calendar=standard_calendar(),
            counting=counting(story.start.date()),
            directory=Directory(CAST),
            measures_decided=lambda *_: 0,
        )
        self.state = blank("m1")
        self._take(story.registration)
        for number, (pause, event) in enumerate(story.events):
            for part in range(1, pauses):
                self._wait(self.now + timedelta(seconds=pause * part // pauses))
            self.now += timedelta(seconds=pause)
            self._wait(self.now)
            if isinstance(event, CalendarNotice):
                self._load(event)
            elif event is not None:
                self._take(COMMAND.validate_python({**event, "message_id": f"#{number}"}))

    def _step(self, message: Registration | Command | CalendarPublished | None, when: datetime) -> Step:
        before = self.state
        if self._through_text:
            before = MatterState.model_validate_json(before.model_dump_json())
        result = step(before, message, when, self._facts)
        self.state = result.state
        self.acts += result.acts
        return result

    def _wait(self, when: datetime) -> None:
        result = self._step(None, when)
        assert {act.act for act in result.acts} <= BY_ITSELF
        assert all(act.at <= when for act in result.acts)

    def _load(self, notice: CalendarNotice) -> None:
        try:
            calendar = self._facts.calendar.with_notice(notice)
        except CalendarError:
            return  # loaded before
        self._facts = replace(self._facts, calendar=calendar)
        self._take(CalendarPublished(message_id=notice.number, notice=notice))

    def _take(self, message: Registration | Command | CalendarPublished) -> None:
        before = self.state
        result = self._step(message, self.now)
        self.answers.append(result.outcome)
        assert result.outcome is not None
        assert all(act.at == self.now for act in result.acts)
        if not result.outcome.accepted:
            assert result.state == before
            assert [act.act for act in result.acts] == [ActName.REFUSED]


@settings(max_examples=250)
@given(STORIES)
def test_every_life_keeps_the_order_of_time_and_always_has_a_way_on(story: Story) -> None:
    told = Telling(story)
    assert [act.at for act in told.acts] == sorted(act.at for act in told.acts)
    holds_for_a_life(told.acts, "m1")
    assert stands(told.state)
    due = next_due(told.state)
    assert due is None or due.at > told.now
    if told.state.stage in ENDED:
        assert len(told.state.clocks) <= 1


@settings(max_examples=120)
@given(STORIES)
def test_a_state_written_down_and_read_back_before_every_step_lives_the_same_life(story: Story) -> None:
    plain, written = Telling(story), Telling(story, through_text=True)
    assert (written.acts, written.answers, written.state) == (plain.acts, plain.answers, plain.state)


@settings(max_examples=120)
@given(STORIES, st.integers(2, 7))
def test_looking_at_the_clocks_more_often_changes_nothing(story: Story, pauses: int) -> None:
    once, often = Telling(story), Telling(story, pauses=pauses)
    assert (often.acts, often.answers, often.state) == (once.acts, once.answers, once.state)


@settings(max_examples=100)
@given(REGISTRATIONS, st.sampled_from(STARTS))
def test_silence_alone_never_ends_grants_decides_or_punishes(said: dict[str, Any], start: datetime) -> None:
    told = Telling(Story(a_matter(**said), start, ((400 * 86_400, None),)))
    silent = [act for act in told.acts if act.at > start]
    assert {act.act for act in silent} <= BY_ITSELF - {ActName.ARCHIVED}
    assert told.state.stage not in {Stage.CLOSED, Stage.CANCELLED, Stage.ARCHIVED}
