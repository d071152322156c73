"""Why did it happen? Every act of every scenario is explained, and its days come to the instant on record."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pytest

from models.acts import ACCOUNT_ACTS, Act, ActName
from models.cases import CaseClockKind, RungState
from models.contract import matter_of
from models.explanations import Explanation, Words
from models.matters import ClockKind
from policies.calendar import standard_calendar
from policies.case_timers import OVERDUE
from policies.deadlines import local_date
from policies.explaining.case_tracing import CASE_STRUCK, trace_case
from policies.explaining.counted import versions
from policies.explaining.dossier import Dossier
from policies.explaining.explanation import why_act, why_now
from policies.explaining.tracing import STRUCK, Numbered, trace
from policies.explaining.words import ABOUT, CLOCK_RULES, CLOCKS, COUNTING_EN, RULES
from policies.limits import parse_limit
from policies.wording import RULES as COUNTING_ZH
from rehearsal.conductor import play
from rehearsal.random_scenarios import random_scenario
from rehearsal.scenarios import PlannedNotice, Scenario, load
from tests.builders import LEADER, OFFICER, SCENARIOS, Life, a_notice, at, sample_directory
from tests.rehearsal.test_scenarios import refusals

FILES = sorted(SCENARIOS.glob("*.yaml"))
DIRECTORY = sample_directory()
SEEDS = range(24)
# Clocks that end at an instant somebody named, which no days lead to.
UNCOUNTED = {ClockKind.SUSPENSION, ClockKind.SIGN_REMINDER}
# Clocks that go on or run out without an act.
WINDOWS = {CaseClockKind.WINDOW, CaseClockKind.REVIEW_WINDOW}
SILENT = {ClockKind.SIGN_REMINDER, ClockKind.ARCHIVE}


def dossiers(scenario: Scenario) -> Iterator[Dossier]:
    """What a record would hold of every matter and case of the scenario at its end."""
    played = play(scenario, DIRECTORY)
    chains: dict[str, list[Act]] = defaultdict(list)
    for act in played.acts:
        chains[act.target].append(act)
    numbered = {target: tuple(Numbered(seq, act) for seq, act in enumerate(acts, 1)) for target, acts in chains.items()}
    calendars = versions(item.notice for item in scenario.planned if isinstance(item, PlannedNotice))
    for target, chain in numbered.items():
        matter = matter_of(target)
        case = chain if matter != target else ()
        about, standing = numbered.get(matter, ()), played.cases.get(target)
        policy = scenario.procedure.in_force(local_date(about[0].act.at)) if about else None
        own = scenario.procedure.in_force(on(standing.policy)) if standing and standing.policy else None
        yield Dossier(target, about, calendars, case, played.states.get(matter), policy, standing, own)


def on(key: str) -> date:
    """The date in the name of a policy version."""
    return date.fromisoformat(key.partition("/")[2])


@cache
def explained(path: Path) -> list[tuple[Numbered, Explanation]]:
    return [(one, why_act(dossier, one.seq)) for dossier in dossiers(load(path)) for one in dossier.chain]


def dossier_of(life: Life) -> Dossier:
    numbered = tuple(Numbered(seq, act) for seq, act in enumerate(life.acts, 1) if act.target == "m1")
    calendars = versions(life.facts.calendar.notices[len(standard_calendar().notices) :])
    return Dossier("m1", numbered, calendars, (), life.state, life.facts.policy)


def of(life: Life, name: ActName, *, full: bool = False) -> Explanation:
    """Why the last act of that name happened."""
    dossier = dossier_of(life)
    seq = [one.seq for one in dossier.matter if one.act.act is name][-1]
    return why_act(dossier, seq, full=full)


def said(words: tuple[Words, ...]) -> str:
    return " ".join(f"{one.zh} {one.en}" for one in words)


# --- every act of every scenario --------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_act_is_explained_by_a_rule_with_a_source(path: Path) -> None:
    for one, found in explained(path):
        where = (one.seq, one.act.act)
        assert found.happened, where
        assert found.rule.contract.startswith("docs/contract/engine.md "), where
        assert found.rule.words.zh, where
        assert found.rule.words.en, where
        assert all(number.source and number.value for number in found.rule.numbers), where
        assert all(rule.sources for rule in found.rule.counting), where
        if one.act.ruling is not None:
            assert (found.rule.entry, found.rule.policy) == (one.act.ruling.entry, one.act.ruling.policy), where
            assert {rule.rule for rule in found.rule.counting} >= set(one.act.ruling.rules), where
            assert one.act.ruling.entry in RULES, where
        assert found.facts or one.seq == 1, where


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_days_of_every_clock_come_to_the_instant_on_record(path: Path) -> None:
    for one, found in explained(path):
        for clock in found.clocks:
            assert clock.agrees is not False, (one.seq, one.act.act, clock)
            if clock.derived_at is None or clock.kind in UNCOUNTED:
                continue
            counted = [day.counted for day in clock.days if day.counted is not None]
            assert counted == list(range(1, len(counted) + 1)), (one.seq, one.act.act)
            limit = parse_limit(clock.limit)
            if limit.unit == "wd" and clock.kind is not ClockKind.PROGRESS:
                assert len(counted) == limit.number, (one.seq, one.act.act)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_a_clock_caused_shows_that_clock_and_who_could_have_stopped_it(path: Path) -> None:
    for one, found in explained(path):
        by_objection = one.act.ruling is not None and one.act.ruling.entry == "objection"
        by_the_office = one.act.by is not None
        if one.act.act not in (STRUCK | CASE_STRUCK) or by_objection or by_the_office:
            continue
        assert found.clocks, (one.seq, one.act.act)
        assert found.could, (one.seq, one.act.act)
        first = found.clocks[0]
        noticed = first.due_at is None
        late_at_import = first.due_at is not None and first.due_at < one.act.at
        assert noticed or late_at_import or first.due_at == one.act.at, (one.seq, one.act.act)
        assert {way.until for way in found.could} == {first.due_at}
        assert len(found.facts) > 1


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_where_a_matter_stands_is_explained_by_its_running_clocks(path: Path) -> None:
    for dossier in dossiers(load(path)):
        found = why_now(dossier)
        assert found.happened
        if dossier.case and dossier.standing is not None:
            assert {clock.kind for clock in found.clocks} == set(dossier.standing.clocks)
            assert len(found.follows) == max(len(found.clocks), 1)
            assert all(clock.agrees is not False for clock in found.clocks), dossier.target
            assert found.rule.policy == dossier.standing.policy
            continue
        if dossier.case or dossier.state is None:
            continue
        assert {clock.kind for clock in found.clocks} == set(dossier.state.clocks)
        assert all(clock.agrees is not False for clock in found.clocks), dossier.target
        assert found.follows


@pytest.mark.parametrize("seed", SEEDS)
def test_the_days_come_to_the_record_in_lives_nobody_wrote_down(seed: int) -> None:
    for dossier in dossiers(random_scenario(seed, DIRECTORY)):
        for one in dossier.chain:
            for clock in why_act(dossier, one.seq).clocks:
                assert clock.agrees is not False, (dossier.target, one.seq, one.act.act, clock)


def test_most_clocks_of_the_scenarios_are_compared_with_an_instant_on_record() -> None:
    kinds = set(ClockKind)
    compared = Counter(
        clock.agrees for path in FILES for _, found in explained(path) for clock in found.clocks if clock.kind in kinds
    )
    assert compared[True] > 1000
    assert compared[None] < compared[True] / 3


def test_traced_clocks_are_those_the_rules_kept() -> None:
    """At the end of a scenario the acts have told which clocks run, and from when."""
    compared, different = 0, []
    for scenario in (*map(load, FILES), *(random_scenario(seed, DIRECTORY) for seed in SEEDS)):
        for dossier in dossiers(scenario):
            if dossier.case or dossier.state is None or dossier.state.terms is None:
                continue
            running = trace(dossier.matter, dossier.state.terms, dossier.policy)[-1].running
            kept = {kind: clock.started_at for kind, clock in dossier.state.clocks.items() if kind not in SILENT}
            told = {kind: run.started_at for kind, run in running.items() if kind not in SILENT}
            compared += len(kept)
            if told != kept:
                different.append((scenario.title, dossier.target, told, kept))
    assert different == []
    assert compared > 50


def test_traced_clocks_of_cases_are_those_the_rules_kept() -> None:
    compared, different = 0, []
    for scenario in (*map(load, FILES), *(random_scenario(seed, DIRECTORY) for seed in SEEDS)):
        for dossier in dossiers(scenario):
            if dossier.standing is None or not dossier.case:
                continue
            last = trace_case(dossier.case, dossier.case_policy, dossier.ladder)[-1]
            kept = {kind: clock.started_at for kind, clock in dossier.standing.clocks.items()}
            told = {kind: run.started_at for kind, run in last.running.items()}
            compared += len(kept)
            # A window that ran out with nothing to say of it runs on in the acts until the next one.
            if {kind: at for kind, at in told.items() if kind in kept or kind not in WINDOWS} != kept:
                different.append((scenario.title, dossier.target, told, kept))
    assert different == []
    assert compared > 50


def test_the_days_of_clocks_of_cases_come_to_the_instants_that_the_rules_kept() -> None:
    """Most acts of a case name no due instant: what is shown of their clocks is held against the case itself."""
    compared, different = Counter[CaseClockKind](), []
    for scenario in map(load, FILES):
        for dossier in dossiers(scenario):
            if dossier.standing is None or len(dossier.calendars) > 1:
                continue
            shown = {
                clock.kind: clock.derived_at
                for one in dossier.case
                for clock in why_act(dossier, one.seq).clocks
                if clock.started_by is not None
            }
            for kind, rung in dossier.standing.rungs.items():
                if kind in shown and rung.state is not RungState.FIRED:
                    compared[kind] += 1
                    if shown[kind] != rung.due_at:
                        different.append((scenario.title, dossier.target, kind, shown[kind], rung.due_at))
    assert different == []
    assert set(compared) == set(CaseClockKind) - {CaseClockKind.EFFECT}
    assert compared.total() > 200


# --- nothing without words --------------------------------------------------------------------------------------------


def test_every_act_of_the_vocabulary_has_words() -> None:
    assert set(ABOUT) == set(ActName) - ACCOUNT_ACTS


def test_every_clock_has_words_an_end_and_somebody_who_can_stop_it() -> None:
    assert set(CLOCKS) == set(CLOCK_RULES) == {*ClockKind, *CaseClockKind}
    assert all(words.means and words.ends.zh and words.ends.en for words in CLOCKS.values())
    assert set(CLOCK_RULES.values()) <= set(RULES)


def test_every_overdue_act_of_a_case_says_who_could_have_acted() -> None:
    assert {*OVERDUE.values(), ActName.STATEMENT_LAPSED, ActName.CASE_LAPSED} < CASE_STRUCK
    found = [one for path in FILES for one in explained(path) if one[0].act.act in CASE_STRUCK]
    assert {one.act.act for one, _ in found} == CASE_STRUCK
    assert all(why.could and why.clocks[0].kind in set(CaseClockKind) for _, why in found)


def test_every_rule_that_refuses_says_what_it_would_accept() -> None:
    refusing = {
        one.act.ruling.entry
        for path in FILES
        for one, _ in explained(path)
        if one.act.act is ActName.REFUSED and one.act.ruling
    }
    assert len(refusing) > 20
    assert [rule for rule in sorted(refusing) if RULES[rule].accepts is None] == []
    assert len(refusals()) > 50


def test_every_counting_rule_has_words_in_both_languages() -> None:
    assert set(COUNTING_ZH) <= set(COUNTING_EN)


# --- what it says -----------------------------------------------------------------------------------------------------


def test_an_overdue_matter_could_have_been_submitted_suspended_or_extended() -> None:
    found = of(Life(limit="5wd").wait("03-09 18:00"), ActName.OVERDUE)

    ways = {(way.who.partition(" ")[0], way.words.en) for way in found.could}
    assert ("牵头单位", "submit") in ways
    assert ("牵头单位", "ask for the one extension while the limit runs") in ways
    assert not any("grant" in way.words.en for way in found.could)
    assert {way.until for way in found.could} == {at("03-09 18:00")}


def test_a_pending_request_could_have_been_granted_and_cannot_be_asked_again() -> None:
    life = Life(limit="5wd")
    life.say("03-04 10:00", "request_extension", limit="3wd", reason="暴雨")
    found = of(life.wait("03-09 18:00"), ActName.OVERDUE)

    assert "grant the extension that was asked for" in {way.words.en for way in found.could}
    assert not any(way.words.en.startswith("ask for") for way in found.could)


def test_after_a_transfer_the_new_lead_could_have_submitted() -> None:
    life = Life(limit="5wd")
    life.say("03-03 10:00", "request_transfer", to="公安局", reason="职责不符")
    life.say("03-03 11:00", "accept_transfer", by="公安局承办岗")
    found = of(life.wait("03-09 18:00"), ActName.OVERDUE)

    assert "公安局" in next(way.who for way in found.could if way.words.en == "submit")


def test_suspended_days_are_skipped_by_name_and_are_a_fact() -> None:
    life = Life(limit="5wd")
    life.say("03-03 10:00", "suspend", by=OFFICER, reason="等待鉴定", until="10d")
    life.say("03-05 10:00", "resume", by=OFFICER)
    found = of(life.wait("03-12 18:00"), ActName.OVERDUE)

    (clock,) = found.clocks
    assert [day.date.day for day in clock.days if day.en == "suspended, not counted"] == [3, 4, 5]
    assert clock.due_at == clock.derived_at == at("03-12 18:00")
    assert "suspended from 2026-03-03 10:00 to 2026-03-05 10:00" in said(tuple(fact.words for fact in found.facts))


def test_what_people_wrote_is_repeated_only_in_full() -> None:
    life = Life(limit="5wd")
    life.say("03-04 10:00", "request_extension", limit="3wd", reason="暴雨冲毁道路")
    life.say("03-05 10:00", "decide_extension", by=LEADER, granted=False, reason="已有备选方案")

    for name, text in ((ActName.EXTENSION_REQUESTED, "暴雨冲毁道路"), (ActName.EXTENSION_REFUSED, "已有备选方案")):
        assert text not in of(life, name).model_dump_json()
        assert text in of(life, name, full=True).model_dump_json()


def test_a_withdrawn_finding_says_so_and_names_the_act_that_took_it_back() -> None:
    life = Life(limit="5wd")
    life.wait("03-09 18:00")
    life.load("03-10 10:00", a_notice("2026-03-09", number="演练1号"))
    dossier = dossier_of(life)
    overdue = next(one.seq for one in dossier.matter if one.act.act is ActName.OVERDUE)
    withdrawn = next(one.seq for one in dossier.matter if one.act.act is ActName.FINDING_WITHDRAWN)

    assert f"Withdrawn by act {withdrawn}" in said(why_act(dossier, overdue).since)
    assert overdue in [fact.seq for fact in why_act(dossier, withdrawn).facts]


def test_a_corrected_act_names_its_correction() -> None:
    life = Life(limit="5wd")
    life.say("03-02 10:00", "sign")
    life.say("03-02 11:00", "correct", by=OFFICER, act="signed", text="实为副职签收")
    found = of(life, ActName.SIGNED)

    assert "Corrected by act 4" in said(found.since)


def test_a_submission_says_until_when_the_office_can_verify_although_no_act_records_it() -> None:
    life = Life(limit="5wd")
    life.say("03-05 10:00", "submit", text="已办结")
    found = of(life, ActName.SUBMITTED)

    assert ("verify: pass or return", at("03-10 18:00")) in {(way.words.en, way.until) for way in found.can}
    assert found.could == ()


def explained_of(scenario: str, name: ActName, which: int = -1) -> Explanation:
    """Why the act of that name happened in the first case of the scenario."""
    (path,) = SCENARIOS.glob(f"{scenario}-*.yaml")
    return [found for one, found in explained(path) if found.target == "m1/case1" and one.act.act is name][which]


def test_once_a_step_of_a_case_ran_out_the_organ_above_could_have_taken_it_too() -> None:
    first, second = (explained_of("90", ActName.DECISION_OVERDUE, which) for which in (0, 1))

    above = "the organ above, told when it ran out"
    assert not any(above in way.who for way in first.could)
    assert any(above in way.who for way in first.can)
    assert any(above in way.who for way in second.could)


def test_a_post_that_was_recused_is_not_named_among_those_who_could_have_voted() -> None:
    recused = [explained_of("87", ActName.RECUSED, which) for which in (0, -1)]
    panel = [next(way.who for way in found.can if way.who.startswith("会议")) for found in recused]

    assert "区监委主任" in panel[0]
    assert "区监委主任" not in panel[1]


def test_a_longer_limit_could_have_been_allowed_only_where_it_was_not_yet() -> None:
    allowed = "allow the longer limit once, before it is over, with a reason"
    assert allowed in {way.words.en for way in explained_of("90", ActName.CASE_LAPSED).could}
    assert allowed not in {way.words.en for way in explained_of("91", ActName.EXTENSION_GRANTED).can}


def test_execution_and_effect_name_the_ladder_as_their_source() -> None:
    served = explained_of("99", ActName.DECISION_SERVED)
    assert [number.name for number in served.rule.numbers if number.name.endswith(" execution")] == ["P4 execution"]


def test_an_act_of_a_case_that_its_matter_caused_shows_the_clock_missed_there() -> None:
    proposed = explained_of("02", ActName.CASE_PROPOSED)
    assert [clock.kind for clock in proposed.clocks] == [ClockKind.RECTIFICATION, CaseClockKind.FILING]
    assert {way.until for way in proposed.could} == {proposed.at}


# --- where the record and the days differ -----------------------------------------------------------------------------


def test_where_the_days_come_to_another_instant_the_record_stands_and_it_is_said() -> None:
    dossier = dossier_of(Life(limit="5wd").wait("03-02 10:00"))
    moved = [
        Numbered(one.seq, one.act.model_copy(update={"due": one.act.due + timedelta(days=1)})) if one.act.due else one
        for one in dossier.matter
    ]
    (limit, *_) = why_act(replace(dossier, matter=tuple(moved)), 2).clocks

    assert (limit.due_at, limit.derived_at, limit.agrees) == (at("03-10 18:00"), at("03-09 18:00"), False)
    assert limit.note is not None
    assert "the record stands" in limit.note.en
    assert "以记录为准" in limit.note.zh


def test_a_calendar_that_is_not_at_hand_is_named() -> None:
    dossier = dossier_of(Life(limit="5wd"))
    ruled = [
        Numbered(one.seq, one.act.model_copy(update={"ruling": one.act.ruling.model_copy(update={"calendar": "9-x"})}))
        if one.act.ruling
        else one
        for one in dossier.matter
    ]
    (limit, *_) = why_act(replace(dossier, matter=tuple(ruled)), 2).clocks

    assert limit.note is not None
    assert "9-x" in limit.note.zh


def test_without_the_text_of_its_version_a_matter_is_explained_without_numbers() -> None:
    dossier = replace(dossier_of(Life(limit="5wd").wait("03-09 18:00")), policy=None)
    overdue = next(one.seq for one in dossier.matter if one.act.act is ActName.OVERDUE)
    found = why_act(dossier, overdue)

    assert found.rule.numbers == ()
    assert found.rule.note is not None
    assert found.clocks[0].due_at == at("03-09 18:00")


def test_a_number_the_chain_does_not_have_is_no_act() -> None:
    with pytest.raises(KeyError):
        why_act(dossier_of(Life()), 99)


def test_a_refused_registration_is_explained_without_a_matter() -> None:
    life = Life(title="")
    found = why_now(dossier_of(life))

    assert found.title is None
    assert "title is required" in said(found.happened)
    assert found.instead
