"""Why did a step happen? Every act of every scenario of a mechanism is explained, with its sources and its days."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from models.acts import PROCEEDING_ACTS, Act, ActName
from models.contract import is_proceeding
from models.explanations import Explanation
from models.policy import Role
from models.proceedings import ProceedingStage, StepClockKind
from policies.blocks import BLOCKS
from policies.explaining.counted import versions
from policies.explaining.proceeding import ProceedingDossier, why_stands, why_step
from policies.explaining.proceeding_words import (
    BLOCK_ACCEPTS,
    BLOCK_RULES,
    BLOCK_SECTION,
    GENERAL_ABOUT,
    PROCEEDING_ABOUT,
    PROCEEDING_RULES,
    STEP_CLOCKS,
)
from policies.explaining.tracing import Numbered
from policies.proceeding_wording import BLOCK_TITLES, PROCEEDING_STAGES, ROLES
from policies.wording import ACTS
from rehearsal.conductor import play
from rehearsal.scenarios import PlannedNotice, load
from tests.builders import SCENARIOS, sample_directory

FILES = sorted(path for path in (SCENARIOS / "mechanisms").glob("*.yaml") if "proceedings:" in path.read_text("utf-8"))
DIRECTORY = sample_directory()


def dossiers(path: Path) -> Iterator[ProceedingDossier]:
    """What a record would hold of every proceeding of the scenario at its end."""
    scenario = load(path)
    played = play(scenario, DIRECTORY)
    procedures = {one.version: one for one in scenario.procedures}
    chains: dict[str, list[Act]] = defaultdict(list)
    for act in played.recorded:
        chains[act.target].append(act)
    calendars = versions(item.notice for item in scenario.planned if isinstance(item, PlannedNotice))
    for target, acts in chains.items():
        if not is_proceeding(target):
            continue
        state = played.proceedings.get(target)
        numbered = tuple(Numbered(seq, act) for seq, act in enumerate(acts, 1))
        procedure = procedures.get(state.policy.partition("/")[0]) if state and state.policy else None
        yield ProceedingDossier(target, numbered, calendars, state, procedure)


@cache
def explained() -> list[tuple[str, Act, Explanation]]:
    """Every act of every proceeding of every scenario, by file."""
    return [
        (path.name, one.act, why_step(dossier, one.seq))
        for path in FILES
        for dossier in dossiers(path)
        for one in dossier.chain
    ]


def test_every_act_of_a_proceeding_is_explained_by_a_rule_with_a_source() -> None:
    found = explained()
    assert len(found) > 1000
    for file, act, why in found:
        where = (file, act.act, act.step)
        assert why.happened, where
        assert why.rule.contract.startswith("docs/contract/"), where
        assert why.rule.note is None or act.act is ActName.REFUSED, where
        assert all(number.source and number.value for number in why.rule.numbers), where
        if act.ruling is not None:
            assert why.rule.entry == act.ruling.entry, where
            assert {rule.rule for rule in why.rule.counting} >= set(act.ruling.rules), where
        assert why.facts or why.seq == 1, where


def test_every_clock_shown_comes_to_the_day_on_record() -> None:
    kinds = Counter[StepClockKind]()
    for file, act, why in explained():
        for clock in why.clocks:
            assert clock.agrees is not False, (file, act.act, act.step, clock)
            kinds[StepClockKind(clock.kind)] += 1
    assert kinds[StepClockKind.STEP] > 200
    assert set(kinds) >= {StepClockKind.STEP, StepClockKind.SIDE, StepClockKind.NOTICE, StepClockKind.VALIDITY}


def test_a_missed_step_shows_its_days_the_parameters_and_who_could_have_taken_it() -> None:
    shown = 0
    for file, act, why in explained():
        if act.act is not ActName.STEP_OVERDUE or why.rule.entry != act.step:
            continue
        assert why.could, (file, act.step)
        assert all(way.until == act.at for way in why.could)
        assert why.rule.numbers, (file, act.step)
        shown += bool(why.clocks)
    assert shown > 10


def test_where_a_proceeding_stands_says_what_is_awaited_of_whom_and_why_until_then() -> None:
    under_way = 0
    for path in FILES:
        for dossier in dossiers(path):
            why, state = why_stands(dossier), dossier.state
            if state is None:
                assert dossier.chain[-1].act.act is ActName.REFUSED
                continue
            assert {clock.kind for clock in why.clocks} == set(state.clocks), path.name
            assert all(clock.agrees is not False for clock in why.clocks), path.name
            if state.over:
                continue
            under_way += 1
            text = " ".join(words.zh for words in why.happened)
            assert "待办:" in text
            assert "本环节可办:" in text
            assert why.can
            assert why.follows
    assert under_way > 20


def test_every_refusal_says_what_would_be_accepted() -> None:
    refused = [(file, act, why) for file, act, why in explained() if act.act is ActName.REFUSED]
    assert len(refused) > 30
    assert [(file, act.reason) for file, act, why in refused if not why.instead] == []


def test_what_people_wrote_is_repeated_only_in_full() -> None:
    names = {ActName.DENIED, ActName.REJECTED, ActName.SUSPENDED, ActName.OBJECTION_ANSWERED, ActName.ROUTING_OBJECTED}
    written = [(act, why) for _, act, why in explained() if act.act in names and act.reason]
    assert len(written) > 10
    assert [act for act, why in written if f"所述理由:{act.reason}" in why.model_dump_json()] == []
    dossier, one = next(
        (dossier, one) for path in FILES for dossier in dossiers(path) for one in dossier.chain if one.act.act in names
    )
    assert f"所述理由:{one.act.reason}" in why_step(dossier, one.seq, full=True).model_dump_json()


def test_nothing_of_proceedings_is_without_words() -> None:
    assert set(PROCEEDING_ABOUT) == PROCEEDING_ACTS
    assert set(ACTS) >= PROCEEDING_ACTS
    assert set(PROCEEDING_STAGES) == set(ProceedingStage)
    assert set(STEP_CLOCKS) == set(StepClockKind)
    assert set(ROLES) == set(Role)
    assert set(BLOCKS) == set(BLOCK_TITLES) == set(BLOCK_RULES) == set(BLOCK_ACCEPTS) == set(BLOCK_SECTION)


@pytest.mark.parametrize("table", [PROCEEDING_ABOUT, GENERAL_ABOUT], ids=["own", "general"])
def test_the_rule_of_every_act_is_a_step_or_has_words(table: dict[ActName, object]) -> None:
    assert {about.rule for about in table.values()} - {"step"} <= set(PROCEEDING_RULES)  # type: ignore[attr-defined]


def test_every_act_that_happened_in_a_scenario_has_words_of_a_proceeding() -> None:
    happened = {act.act for _, act, _ in explained()}
    assert happened <= {*PROCEEDING_ABOUT, *GENERAL_ABOUT}
