"""Does a comparison say what a draft would have changed, for whom, and nothing else?"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from pydantic import TypeAdapter

from models.acts import Act, ActName
from models.messages import Command
from policies.directory import Directory
from policies.procedures import STANDARD, Procedure, load_text, shipped
from rehearsal.comparison import Changed, Comparison, Count, Kind, LeftOut, Question, RefusedNow, compare
from rehearsal.conductor import Conductor
from rehearsal.retracing import Recorded, World, loaded
from rehearsal.scenarios import PlannedCommand, PlannedNotice
from rehearsal.streams import Stream
from tests.builders import (
    CAST,
    HANDLER,
    HEAD,
    INDEPENDENT,
    LEAD,
    LEADER,
    MONDAY,
    OFFICER,
    OTHER,
    STRANGER,
    Life,
    a_matter,
    a_notice,
    at,
)
from tests.rehearsal.test_properties import BY_ITSELF

Matter = tuple[str, Sequence[Recorded]]

COMMAND: TypeAdapter[Command] = TypeAdapter(Command)

FEWER_REMINDERS = ("平件: [3, 1]", "平件: [1]")
SHORTER_RECTIFICATION = ("value: {平件: 5wd, 急件: 3wd, 特急: 2wd}", "value: {平件: 3wd, 急件: 2wd, 特急: 1wd}")
SHORTER_LIMIT = ("value: 15wd", "value: 10wd")
SHORTER_SUSPENSION = ("value: 30d, source: house rule", "value: 10d, source: house rule")


def a_draft(*changes: tuple[str, str]) -> Procedure:
    """The standard procedure with these texts put in place of others."""
    text = shipped(STANDARD).text
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return load_text(text, "draft.yaml")


def recorded(life: Life, matter_id: str = "m1") -> Matter:
    """A life as the record has it."""
    acts = (Act.model_validate_json(act.model_dump_json(exclude_none=True)) for act in life.acts)
    named = (act.model_copy(update={"target": act.target.replace("m1", matter_id)}) for act in acts)
    return matter_id, [Recorded(act) for act in named]


def asked(
    matters: Iterable[Matter], draft: Procedure, until: str, *, old: Procedure | None = None, world: World | None = None
) -> Comparison:
    old = old or shipped(STANDARD)
    policy = draft.in_force(draft.last_change)
    question = Question(old.in_force, lambda _on: policy, old.name, world or World(Directory(CAST)), at(until))
    return compare(matters, question)


def a_family(until: str, *said: tuple[str, str, dict[str, Any]], **registered: Any) -> Matter:
    """A matter with a long limit and whatever came of what was said, as the record has it."""
    world = Conductor(shipped(STANDARD), Directory(CAST), at(MONDAY))
    world.register("m1", a_matter(limit="60wd", **registered))
    world.plan(
        PlannedCommand(at(when), target, COMMAND.validate_python({"message_id": f"#{number}", **words}), number)
        for number, (when, target, words) in enumerate(said)
    )
    return "m1", [Recorded(act) for act in world.play(at(until)).acts]


def split(when: str, title: str, target: str = "m1", **child: Any) -> tuple[str, str, dict[str, Any]]:
    return when, target, {"do": "split", "by": OFFICER, "children": [{"title": title, "lead": OTHER, **child}]}


def signed(when: str, target: str, by: str) -> tuple[str, str, dict[str, Any]]:
    return when, target, {"do": "sign", "by": by}


def silent(until: str, **said: object) -> Life:
    """A matter of five working days, due on Monday 9 March, signed, about which nobody says anything more."""
    life = Life(**{"limit": "5wd", **said})  # type: ignore[arg-type]
    life.say("03-02 10:00", "sign")
    return life.wait(until)


# --- differences by hand ----------------------------------------------------------------------------------------------


def test_fewer_reminders_remind_less_and_change_nothing_else() -> None:
    found = asked([recorded(silent("03-31 18:00"))], a_draft(FEWER_REMINDERS), "03-31 18:00")
    assert found.compared == 1
    assert found.counts[LEAD, Kind.REMINDED] == Count(old=2, new=1, old_matters=1, new_matters=1)
    assert [one.kind for one in found.changed] == [Kind.REMINDED]
    assert found.changed[0].posts == (HANDLER,)
    assert found.due_shifts == []
    assert found.notices[HANDLER].new - found.notices[HANDLER].old == -1


def test_a_shorter_rectification_proposes_a_case_earlier() -> None:
    # Rectification is ordered on Thursday 12 March: five working days end on the 19th, three on the 17th.
    life = silent("03-18 09:00")
    found = asked([recorded(life)], a_draft(SHORTER_RECTIFICATION), "03-18 09:00")
    assert found.counts[LEAD, Kind.PROPOSED] == Count(old=0, new=1, old_matters=0, new_matters=1, newly=1)
    assert found.counts[LEAD, Kind.SUPERVISED] == Count(1, 1, 1, 1)
    proposed = Changed("m1", "校舍加固", LEAD, Kind.PROPOSED, 0, 1, (HEAD,))
    assert proposed in found.changed
    again = asked(
        [recorded(silent("03-18 09:00"))], shipped(STANDARD), "03-18 09:00", old=a_draft(SHORTER_RECTIFICATION)
    )
    assert again.counts[LEAD, Kind.PROPOSED] == Count(old=1, new=0, old_matters=1, new_matters=0, no_longer=1)


def test_a_report_in_time_under_the_old_limit_is_late_under_a_shorter_one() -> None:
    # Fifteen working days end on 23 March, ten on the 16th; it was reported on the 18th.
    life = Life()
    life.say("03-02 10:00", "sign")
    life.say("03-18 10:00", "submit", text="办结")
    life.say("03-19 10:00", "verify", by=OFFICER, passed=True, method="document")
    found = asked([recorded(life.wait("03-31 18:00"))], a_draft(SHORTER_LIMIT), "03-31 18:00")
    assert {kind: (count.old, count.new) for kind, count in found.of(LEAD).items() if count.old != count.new} == {
        Kind.REMINDED: (1, 2), Kind.RED: (0, 1), Kind.OVERDUE: (0, 1), Kind.SUPERVISED: (0, 1),
    }  # fmt: skip
    assert found.due_shifts == [-5]
    assert found.unlike == 0


def test_a_suspension_too_long_for_the_draft_is_counted_as_refused_with_what_it_leads_to() -> None:
    life = silent("03-03 09:00")
    life.say("03-03 09:00", "suspend", by=OFFICER, reason="等批复", until="20d")
    life.wait("03-10 09:00")
    found = asked([recorded(life)], a_draft(SHORTER_SUSPENSION), "03-10 09:00")
    assert found.refused == [
        RefusedNow("m1", at("03-03 09:00"), "suspend", OFFICER, "中止最长 10d suspended for 10d at most")
    ]
    assert found.counts[LEAD, Kind.REFUSED] == Count(0, 1, 0, 1, newly=1)
    assert found.counts[LEAD, Kind.OVERDUE] == Count(0, 1, 0, 1, newly=1)


def test_an_independent_organ_is_asked_to_explain_and_counted_under_its_own_name() -> None:
    life = Life(lead=INDEPENDENT, limit="5wd").wait("03-31 18:00")
    found = asked([recorded(life)], shipped(STANDARD), "03-31 18:00")
    assert found.organs == (INDEPENDENT,)
    assert found.of(INDEPENDENT)[Kind.EXPLANATION_ASKED].old > 1
    assert Kind.SUPERVISED not in found.of(None)


def test_totals_are_the_sum_of_the_organs() -> None:
    matters = [
        recorded(silent("03-31 18:00"), "m1"),
        recorded(Life(lead=INDEPENDENT, limit="5wd").wait("03-31 18:00"), "m2"),
        recorded(silent("03-31 18:00", title="另一件"), "m3"),
    ]
    found = asked(matters, a_draft(FEWER_REMINDERS), "03-31 18:00")
    for kind, total in found.of(None).items():
        parts = [found.of(organ).get(kind, Count()) for organ in found.organs]
        assert total == Count(*(sum(getattr(part, name) for part in parts) for name in Count.__slots__))
    assert found.of(None)[Kind.REMINDED] == Count(6, 3, 3, 3)


def test_parts_put_together_in_order_are_the_whole() -> None:
    matters = [recorded(silent("03-31 18:00", title=f"第{number}件"), f"m{number}") for number in range(4)]
    draft = a_draft(SHORTER_RECTIFICATION, FEWER_REMINDERS)
    whole, parts = asked(matters, draft, "03-31 18:00"), Comparison()
    for first in range(0, 4, 3):
        parts.include(asked(matters[first : first + 3], draft, "03-31 18:00"))
    assert parts == whole


def test_no_procedure_differs_from_itself_over_a_year_of_replies_and_silences() -> None:
    directory, standard, start = Directory(CAST), shipped(STANDARD), at(MONDAY)
    matters = []
    for number in range(30):
        conductor = Conductor(standard, directory, start, responder=Stream(number, directory))
        conductor.register(f"m{number}", a_matter(title=f"第{number}件"))
        acts = conductor.play(at("2027-03-02 09:00")).acts
        matters.append((f"m{number}", [Recorded(act) for act in acts]))
    found = asked(matters, standard, "2027-03-02 09:00")
    assert (found.compared, found.unlike, found.changed, found.refused) == (30, 0, [], [])
    assert found.of(None)[Kind.REMINDED].old > 10


# --- families ---------------------------------------------------------------------------------------------------------


def test_a_draft_that_makes_a_child_late_shows_in_the_light_of_every_matter_above_it() -> None:
    # The limit of the grandchild is the default: fifteen working days end on 23 March, ten on the 16th.
    until = "03-18 09:00"
    family = a_family(
        until,
        split("03-02 10:00", "分项", limit="50wd"),
        split("03-02 11:00", "细项", "m1-1"),
        *(
            signed("03-02 14:00", target, by)
            for target, by in (("m1", HANDLER), ("m1-1", STRANGER), ("m1-1-1", STRANGER))
        ),
    )
    found = asked([family], a_draft(SHORTER_LIMIT), until)
    assert (found.compared, found.unlike, found.refused, found.due_shifts) == (3, 0, [], [-5])
    turned_red = [(one.matter_id, one.organ, one.old, one.new) for one in found.changed if one.kind is Kind.RED]
    assert turned_red == [("m1", LEAD, 0, 1), ("m1-1", OTHER, 0, 1), ("m1-1-1", OTHER, 0, 1)]
    assert [one.matter_id for one in found.changed if one.kind is Kind.OVERDUE] == ["m1-1-1"]
    assert found.counts[LEAD, Kind.RED] == Count(0, 1, 0, 1, newly=1)
    assert found.counts[OTHER, Kind.RED] == Count(0, 2, 0, 2, newly=2)


def test_a_child_that_the_draft_would_not_admit_is_not_spoken_to_and_the_next_one_keeps_its_name() -> None:
    until = "03-31 18:00"
    family = a_family(
        until,
        split("03-02 10:00", "按周报告", report_every="weekly", limit="5wd"),
        split("03-02 11:00", "另一分项", limit="10wd"),
        signed("03-02 14:00", "m1-1", STRANGER),
        signed("03-02 15:00", "m1-2", STRANGER),
    )
    found = asked([family], a_draft(("weekly: 7d, ", "")), until)
    assert (found.compared, found.unlike) == (3, 0)
    assert [(one.matter_id, one.do) for one in found.refused] == [("m1", "split")]
    overdue = found.counts[OTHER, Kind.OVERDUE]
    assert overdue == Count(old=2, new=1, old_matters=2, new_matters=1, no_longer=1)
    assert not [one for one in found.changed if one.matter_id == "m1-2"]


def test_children_are_compared_by_their_own_day_of_registration_and_lived_with_their_parent() -> None:
    until = "03-31 18:00"
    family = a_family(until, split("03-04 10:00", "分项", limit="5wd"), signed("03-04 11:00", "m1-1", STRANGER))
    draft, standard = a_draft(FEWER_REMINDERS), shipped(STANDARD)
    policy = draft.in_force(draft.last_change)
    question = Question(standard.in_force, lambda _on: policy, standard.name, World(Directory(CAST)), at(until))
    later, earlier = replace(question, since=at("03-03 00:00")), replace(question, before=at("03-03 00:00"))
    child, parent = compare([family], later), compare([family], earlier)
    assert (child.compared, child.unlike, child.organs) == (1, 0, (OTHER,))
    assert (parent.compared, parent.unlike, parent.organs) == (1, 0, (LEAD,))
    assert compare([family], question).compared == 2
    assert compare([family], replace(question, since=at("03-05 00:00"))) == Comparison()


def test_a_family_of_which_one_matter_does_not_tell_is_left_out_matter_by_matter() -> None:
    family_id, acts = a_family("03-31 18:00", split("03-02 10:00", "分项", limit="5wd"))
    harmed = [Recorded(one.act.model_copy(update={"detail": {}})) if one.act.target == "m1-1" else one for one in acts]
    found = asked([(family_id, harmed)], shipped(STANDARD), "03-31 18:00")
    assert (found.compared, dict(found.left_out)) == (0, {LeftOut.UNTRACEABLE: 2})
    assert [matter_id for matter_id, _, _ in found.left_out_examples] == ["m1", "m1-1"]
    orphan = [one for one in acts if one.act.target == "m1-1"]
    assert dict(asked([("m1", orphan)], shipped(STANDARD), "03-31 18:00").left_out) == {LeftOut.UNTRACEABLE: 1}


def test_a_notice_reaches_every_matter_of_a_family_whether_or_not_its_acts_tell() -> None:
    notice, until = a_notice("2026-03-09..2026-03-13"), "03-31 18:00"
    world = Conductor(shipped(STANDARD), Directory(CAST), at(MONDAY))
    world.register("m1", a_matter(limit="10wd"))
    when, target, words = split("03-02 10:00", "分项", limit="6wd")
    world.plan([PlannedCommand(at(when), target, COMMAND.validate_python({"message_id": "#", **words}), 0)])
    world.plan([PlannedNotice(at("03-04 10:00"), notice, "n", 1)])
    acts = world.play(at(until)).acts
    known = World(Directory(CAST), loaded([(notice, at("03-04 10:00"))]))
    found = asked([("m1", [Recorded(act) for act in acts])], shipped(STANDARD), until, world=known)
    assert (found.compared, found.unlike, found.changed) == (2, 0, [])
    told = [act.target for act in acts if act.act is ActName.CALENDAR_RECOMPUTED]
    assert told == ["m1", "m1-1"]
    untold = [Recorded(act) for act in acts if act.act is not ActName.CALENDAR_RECOMPUTED]
    assert asked([("m1", untold)], shipped(STANDARD), until, world=known).counts == found.counts


# --- the baseline -----------------------------------------------------------------------------------------------------


def test_a_record_made_under_another_version_is_told_as_recorded_differently() -> None:
    life = Life(limit="5wd", procedure=a_draft(FEWER_REMINDERS))
    life.say("03-02 10:00", "sign")
    found = asked([recorded(life.wait("03-31 18:00"))], shipped(STANDARD), "03-31 18:00")
    assert found.unlike == 1
    (example,) = found.unlike_examples
    assert "2026-03-06T08:30" in (example.recorded or "")
    assert "2026-03-04T08:30" in (example.now or "")
    assert list(found.versions) == [a_draft(FEWER_REMINDERS).version]


def test_an_act_that_is_missing_from_the_record_is_told_as_recorded_differently() -> None:
    matter_id, acts = recorded(silent("03-31 18:00"))
    without = [one for one in acts if one.act.act is not ActName.SUPERVISED]
    found = asked([(matter_id, without)], shipped(STANDARD), "03-31 18:00")
    assert found.unlike == 1


def test_a_notice_loaded_meanwhile_is_part_of_the_past() -> None:
    notice = a_notice("2026-03-09..2026-03-13")
    life = silent("03-04 10:00")
    life.load("03-04 10:00", notice)
    matter = recorded(life.wait("03-31 18:00"))
    known = World(Directory(CAST), loaded([(notice, at("03-04 10:00"))]))
    assert asked([matter], shipped(STANDARD), "03-31 18:00", world=known).unlike == 0
    assert asked([matter], shipped(STANDARD), "03-31 18:00").unlike == 1


def test_measures_decided_in_other_matters_are_precedents() -> None:
    life = Life(limit="5wd", measures=[(HEAD, "2026-01-10 09:00")])
    life.say("03-02 10:00", "sign")
    matter = recorded(life.wait("03-31 18:00"))

    def decided(subject: str, since: datetime, until: datetime) -> int:
        return int(subject == HEAD and since <= at("2026-01-10 09:00") < until)

    known = World(Directory(CAST), measures_decided=decided)
    assert asked([matter], shipped(STANDARD), "03-31 18:00", world=known).unlike == 0
    assert asked([matter], shipped(STANDARD), "03-31 18:00").unlike == 1


# --- what cannot be compared ------------------------------------------------------------------------------------------


def without_what_was_said(matter: Matter) -> Matter:
    matter_id, acts = matter
    return matter_id, [Recorded(one.act.model_copy(update={"detail": {}})) for one in acts]


def damaged(matter: Matter) -> Matter:
    matter_id, acts = matter
    detail = {"said": {"do": "levitate"}}
    return matter_id, [Recorded(acts[0].act.model_copy(update={"detail": detail})), *acts[1:]]


@pytest.mark.parametrize("harm", [without_what_was_said, damaged])
def test_acts_that_do_not_tell_what_was_said_are_left_out_and_counted(harm: Callable[[Matter], Matter]) -> None:
    good = recorded(silent("03-31 18:00"), "m2")
    found = asked([harm(recorded(silent("03-31 18:00"))), good], shipped(STANDARD), "03-31 18:00")
    assert (found.compared, dict(found.left_out)) == (1, {LeftOut.UNTRACEABLE: 1})
    assert found.left_out_examples[0][0] == "m1"


def test_a_refused_registration_is_no_matter() -> None:
    found = asked([recorded(Life(lead="无此局"))], shipped(STANDARD), "03-31 18:00")
    assert (found.compared, found.left_out) == (0, {})


def test_a_matter_of_another_procedure_is_left_out_and_counted() -> None:
    other = a_draft(("name: standard", "name: petitions"))
    life = Life(procedure=other).wait("03-31 18:00")
    found = asked([recorded(life)], shipped(STANDARD), "03-31 18:00")
    assert dict(found.left_out) == {LeftOut.OTHER_PROCEDURE: 1}


def test_a_matter_from_before_the_old_procedure_is_left_out_and_counted() -> None:
    later = load_text(shipped(STANDARD).text.replace("from: 2004-01-01", "from: 2026-06-01"), "later.yaml")
    found = asked([recorded(silent("03-31 18:00"))], shipped(STANDARD), "03-31 18:00", old=later)
    assert dict(found.left_out) == {LeftOut.NO_POLICY: 1}


def test_a_matter_whose_clocks_run_beyond_the_calendar_is_left_out_and_counted() -> None:
    found = asked([recorded(silent("03-31 18:00"))], shipped(STANDARD), "2190-01-01 00:00")
    assert dict(found.left_out) == {LeftOut.BEYOND_CALENDAR: 1}


def test_a_matter_the_draft_would_not_admit_counts_one_refusal() -> None:
    life = silent("03-31 18:00", leader=LEADER, report_every="weekly")
    draft = a_draft(("weekly: 7d, ", ""))
    found = asked([recorded(life)], draft, "03-31 18:00")
    assert [one.do for one in found.refused] == ["register"]
    assert found.counts[LEAD, Kind.REMINDED] == Count(2, 0, 1, 0, no_longer=1)


# --- what is counted --------------------------------------------------------------------------------------------------


def test_everything_that_silence_may_bring_is_counted() -> None:
    counted = {kind.value for kind in Kind}
    told_otherwise = {
        ActName.LIGHT_CHANGED,  # by its light
        ActName.ARCHIVED,  # befalls nobody
        ActName.ACCOUNTABILITY_PROPOSED,  # as the case it proposes
        ActName.CASE_PROPOSED,
    }
    assert {act.value for act in BY_ITSELF - told_otherwise} <= counted


def test_what_befalls_a_transferred_matter_counts_under_the_lead_it_then_has() -> None:
    life = Life(limit="5wd")
    life.say("03-02 10:00", "sign")
    life.wait("03-05 09:00")
    assert life.say("03-05 10:00", "request_transfer", by=HANDLER, to=OTHER, reason="职责调整").accepted
    assert life.say("03-05 11:00", "accept_transfer", by=STRANGER).accepted
    found = asked([recorded(life.wait("03-31 18:00"))], shipped(STANDARD), "03-31 18:00")
    assert found.unlike == 0
    assert found.of(LEAD)[Kind.REMINDED].old == 1
    assert Kind.OVERDUE not in found.of(LEAD)
    assert found.of(OTHER)[Kind.OVERDUE].old == 1
