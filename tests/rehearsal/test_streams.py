"""Is a stream of replies and silences the same for the same seed, and does it bring the whole procedure about?"""

from collections import Counter
from datetime import timedelta
from random import Random

import pytest

from models.acts import Act, ActName
from models.matters import Stage
from policies.calendar import standard_calendar
from policies.counting import counting
from policies.deadlines import local_date
from policies.directory import Directory
from policies.matter import next_due
from policies.procedures import STANDARD, shipped
from rehearsal.conductor import Conductor, Played, play
from rehearsal.random_scenarios import random_scenario, random_text
from rehearsal.streams import OfficeHours, Stream
from tests.builders import CAST, CO, INDEPENDENT, LEAD, OTHER, a_matter, at, sample_directory

DIRECTORY = Directory(CAST)
START = at("2026-05-18 09:00")
LEADS = (LEAD, CO, OTHER, INDEPENDENT)


def a_year(seed: int, matters: range) -> Played:
    world = Conductor(shipped(STANDARD), DIRECTORY, START, responder=Stream(seed, DIRECTORY))
    for number in matters:
        lead = LEADS[number % len(LEADS)]
        co = [CO] if lead == LEAD else []
        said = {
            "limit": ("15wd", "10d", "1mo", "2026-06-30")[number % 4],
            "report_every": "weekly" if number % 3 else None,
        }
        basis = "群众来信" if number % 5 == 0 else "会议决定"
        world.register(f"m{number}", a_matter(title=f"事项{number}", lead=lead, co=co, basis=basis, **said))
    return world.play(START + timedelta(days=365))


def acts_of(played: Played, matter_id: str) -> list[Act]:
    return [act for act in played.acts if act.target.split("/")[0] == matter_id]


def test_the_same_seed_brings_the_same_year() -> None:
    assert a_year(1, range(40)).acts == a_year(1, range(40)).acts


def test_another_seed_brings_another_year() -> None:
    assert a_year(1, range(40)).acts != a_year(2, range(40)).acts


def test_a_matter_gets_the_same_replies_whatever_else_is_played() -> None:
    together = a_year(1, range(40))
    alone = a_year(1, range(7, 8))
    assert acts_of(together, "m7") == acts_of(alone, "m7")


def test_a_stream_brings_the_ordinary_course_and_every_kind_of_trouble_about() -> None:
    acts = Counter(act.act for act in a_year(3, range(400)).acts)
    quiet = {ActName.IMPORTED, ActName.IMPORTED_OVERDUE, ActName.CALENDAR_RECOMPUTED, ActName.FINDING_WITHDRAWN}
    later = {ActName.CASE_WITHDRAWN, ActName.ACCOUNTABILITY_CONCLUDED}
    offered = set(list(ActName)[: list(ActName).index(ActName.ASSIGNMENT_OBJECTED)])
    # Nobody in a stream speaks in a case: its filing runs out.
    assert set(acts) == (offered - quiet - later) | {ActName.FILING_OVERDUE}
    assert acts[ActName.CLOSED] > 300
    assert acts[ActName.REFUSED] < 0.03 * acts.total()


def test_organs_differ_in_diligence_and_keep_to_it() -> None:
    stream = Stream(5, DIRECTORY)
    organs = [f"单位{number}" for number in range(300)]
    sorts = Counter(stream.diligence(organ) for organ in organs)
    assert len(sorts) == 4
    assert [stream.diligence(organ) for organ in organs] == [Stream(5, DIRECTORY).diligence(organ) for organ in organs]


def test_people_speak_on_working_days_in_office_hours_mostly() -> None:
    calendar, hours = standard_calendar(), counting(local_date(START))
    spoken = [act for act in a_year(4, range(200)).acts if act.by and act.at > START]
    usual = [
        act
        for act in spoken
        if calendar.is_working(local_date(act.at)) and hours.opening <= act.at.time() <= hours.close
    ]
    assert len(usual) > 0.9 * len(spoken)


def test_a_year_ends_in_the_archive_or_with_something_to_wait_for() -> None:
    states = a_year(6, range(200)).states.values()
    assert sum(state.stage is Stage.ARCHIVED for state in states) > 100
    for state in states:
        waits_for_case = state.stage is Stage.CLOSED and any(case.open for case in state.cases)
        over = state.stage is Stage.ARCHIVED or waits_for_case
        assert over or next_due(state) is not None or state.stage is Stage.AWAITING_APPROVAL


@pytest.mark.parametrize("now", ["2026-02-13 17:59", "2026-02-16 10:00", "2026-10-01 00:00", "2026-05-18 08:00"])
def test_an_answer_comes_after_its_cause_and_before_its_end(now: str) -> None:
    hours = OfficeHours(standard_calendar(), counting(local_date(START)))
    rng = Random(1)  # noqa: S311 - a rehearsal, not a secret
    for _ in range(200):
        assert at(now) < hours.soon(rng, at(now), (0, 3))
        due = at(now) + timedelta(minutes=rng.randint(1, 20_000))
        assert at(now) < hours.before(rng, at(now), due) <= due


# --- random scenarios -----------------------------------------------------------------------------------------------


def test_a_random_scenario_is_the_same_text_for_the_same_seed_and_another_for_another() -> None:
    texts = [random_text(seed, DIRECTORY) for seed in range(20)]
    assert texts == [random_text(seed, DIRECTORY) for seed in range(20)]
    assert len(set(texts)) == 20


def test_random_scenarios_say_right_and_wrong_things_of_every_kind() -> None:
    directory = sample_directory()
    scenarios = [random_scenario(seed, directory) for seed in range(60)]
    acts = [act for scenario in scenarios for act in play(scenario, directory).acts]
    shown = {act.act for act in acts}
    assert {ActName.IMPORTED, ActName.CALENDAR_RECOMPUTED, ActName.FINDING_WITHDRAWN, ActName.SUSPENDED} <= shown
    assert {ActName.EXTENSION_GRANTED, ActName.RETURNED, ActName.CASE_PROPOSED, ActName.ARCHIVED} <= shown
    rules = {act.ruling.entry for act in acts if act.act is ActName.REFUSED and act.ruling}
    assert {"registration", "stage", "authority", "authority.lead", "extension", "suspension", "procedure"} <= rules
    ids = [[item.command.message_id for item in one.planned if hasattr(item, "command")] for one in scenarios]
    assert any(len(set(named)) < len(named) for named in ids)
