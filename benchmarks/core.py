"""How fast are the rules alone, without database and server? Goals: docs/performance.md; engine.md 6."""

from datetime import datetime, timedelta
from itertools import cycle, islice
from time import perf_counter

from benchmarks.cast import DIRECTORY, a_matter, leads, life
from benchmarks.figures import Figure, Goal
from benchmarks.plan import Plan
from models.acts import ActName
from policies.calendar import standard_calendar
from policies.counting import counting
from policies.deadlines import SHANGHAI
from policies.matter import Facts, blank, step
from policies.procedures import STANDARD, shipped
from rehearsal.checks import differences
from rehearsal.conductor import Conductor, play
from rehearsal.scenarios import PlannedCommand, load
from settings import ROOT

SECTION = "纯规则 the pure core"

START = datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)
YEAR = timedelta(days=365)
SCENARIOS = ROOT / "tests" / "scenarios"


def measured(plan: Plan) -> list[Figure]:
    """Transitions a second, a matter's silent year, and scenario files through the conductor."""
    transitions, unsigned, signed, scenarios = [], [], [], []
    for _ in range(plan.rounds):
        transitions.append(_transitions(plan))
        unsigned.append(_silent_years(plan, sign=False))
        signed.append(_silent_years(plan, sign=True))
        scenarios.append(_scenario_files(plan.scenarios))
    ms, acts = zip(*unsigned, strict=True)
    ms_signed, acts_signed = zip(*signed, strict=True)
    return [
        Figure(SECTION, "步骤 transitions", "/s", tuple(transitions), Goal(at_least=20_000)),
        Figure(SECTION, f"无人签收、无人答复的一年 a silent year, {acts[0]} acts", "ms", ms, Goal(at_most=2)),
        Figure(
            SECTION,
            f"签收后无人答复的一年 silent after signing, {acts_signed[0]} acts",
            "ms",
            ms_signed,
            Goal(at_most=2),
        ),
        Figure(
            SECTION,
            f"{plan.scenarios} 个推演文件 scenario files: read, play, check",
            "s",
            tuple(scenarios),
            Goal(at_most=20 * plan.scenarios / 200),
        ),
    ]


def _transitions(plan: Plan) -> float:
    facts = Facts(
        policy=shipped(STANDARD).in_force(START.date()),
        calendar=standard_calendar(),
        counting=counting(START.date()),
        directory=DIRECTORY,
        measures_decided=lambda _subject, _since, _until: 0,
    )
    lives = [
        (a_matter(str(number), lead=lead), *life(str(number), lead=lead, reports=3))
        for number, lead in enumerate(leads(plan.core_lives, plan.seed))
    ]
    begun, steps = perf_counter(), 0
    for number, messages in enumerate(lives):
        state = blank(f"m{number}")
        for hour, message in enumerate(messages):
            result = step(state, message, START + timedelta(minutes=hour), facts)
            state = result.state
            steps += 1
            if result.outcome is None or not result.outcome.accepted:
                raise RuntimeError(f"not accepted: {message}")
    return steps / (perf_counter() - begun)


def _silent_years(plan: Plan, *, sign: bool) -> tuple[float, int]:
    """Milliseconds a year takes, and how many acts it has."""
    procedure = shipped(STANDARD)
    begun, acts = perf_counter(), 0
    for number in range(plan.years):
        conductor = Conductor(procedure, DIRECTORY, START)
        conductor.register("m1", a_matter(str(number)))
        if sign:
            conductor.plan([PlannedCommand(START, "m1", life(str(number))[0], 0)])
        played = conductor.play(START + YEAR)
        if not any(act.act is ActName.CASE_PROPOSED for act in played.acts):
            raise RuntimeError("a silent year without a proposal is no silent year")
        acts = len(played.acts)
    return (perf_counter() - begun) / plan.years * 1000, acts


def _scenario_files(count: int) -> float:
    files = list(islice(cycle(sorted(SCENARIOS.glob("*.yaml"))), count))
    begun = perf_counter()
    for file in files:
        scenario = load(file)
        found = differences(scenario, play(scenario, DIRECTORY).acts)
        if found:
            raise RuntimeError("\n".join(found))
    return perf_counter() - begun
