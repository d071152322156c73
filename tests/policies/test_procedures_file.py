"""Is a procedure file that makes no sense refused whole, with file, line, reason and what would be accepted?"""

from datetime import date

import pytest

from models.acts import ActName
from models.matters import Severity, Urgency
from policies.block_procedures import load_blocks, shipped_blocks
from policies.documents import Document, DocumentError
from policies.procedures import STANDARD, Procedure, load_text, shipped

TEXT = shipped(STANDARD).text
TODAY = date(2026, 3, 2)


def changed(old: str, new: str) -> str:
    assert old in TEXT, old
    return TEXT.replace(old, new, 1)


def line_of(text: str, part: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if part in line)


def mistakes(text: str) -> list[str]:
    with pytest.raises(DocumentError) as refused:
        Procedure(text, "own.yaml")
    return [str(mistake) for mistake in refused.value.mistakes]


def test_the_standard_procedure_has_the_numbers_of_the_contract() -> None:
    policy = shipped(STANDARD).in_force(TODAY)
    assert policy.default_limit == "15wd"
    assert policy.approval == "3wd"
    assert policy.signing == {Urgency.PLAIN: "1wd", Urgency.URGENT: "0.5wd", Urgency.MOST_URGENT: "2h"}
    assert policy.reminders == {Urgency.PLAIN: (3, 1), Urgency.URGENT: (1,), Urgency.MOST_URGENT: (1,)}
    assert [policy.supervision, policy.rectification] == [
        {Urgency.PLAIN: "3wd", Urgency.URGENT: "2wd", Urgency.MOST_URGENT: "1wd"},
        {Urgency.PLAIN: "5wd", Urgency.URGENT: "3wd", Urgency.MOST_URGENT: "2wd"},
    ]
    assert (policy.verification, policy.returned, policy.suspension_longest, policy.archive) == (
        "3wd",
        "3wd",
        "30d",
        "30d",
    )
    assert policy.report_every == {"weekly": "7d", "half-monthly": "15d", "monthly": "1mo", "quarterly": "3mo"}
    assert policy.measures[Severity.ORDINARY] == ("P1", "P3", "P4", "P10")
    assert policy.accumulation == "12mo"
    assert not policy.earlier_calendar_moves


@pytest.mark.parametrize(
    ("old", "new", "at_line", "said"),
    [
        ("  approval:\n", "  approvel:\n", "approvel", ("unknown parameter", "approval")),
        ("approval:\n    - {from: 2004-01-01, va", "approval:\n    - {from: 2004-01-01, sa", "salue:", ("unknown",)),
        ("title: 标准督办程序 Standard procedure", "titel: 标准", "titel", ("unknown key", "title")),
        ("value: 15wd", "value: 15 days", "15 days", ("not a limit", "15wd")),
        ("value: 15wd", "value: 2026-06-30", "2026-06-30", ("no fixed date", "15wd")),
        ("平件: 1wd, 急件: 0.5wd, 特急: 2h", "平件: 1wd, 急件: 0.5wd", "signing:", ("no value for 特急",)),
        ("平件: 1wd, 急件: 0.5wd, 特急: 2h", "平件: 1wd, 急件: half, 特急: 2h", "急件: half", ("not a limit",)),
        ("weekly: 7d", "weekly: seven", "weekly: seven", ("not a limit", "10d")),
        ("平件: [3, 1]", "平件: [3, 3]", "reminders:", ("overlap", "distinct")),
        ("平件: [3, 1]", "平件: [20, 1]", "reminders:", ("can never fire", "1..15")),
        ("平件: [3, 1]", "平件: [0]", "reminders:", ("can never fire",)),
        ("平件: [3, 1], 急件: [1]", "急件: [1]", "reminders:", ("no reminders for 平件",)),
        ("平件: [3, 1]", "平件: [soon]", "reminders:", ("integer",)),
        ("minor: [P0, P1, P3, P4]", "minor: [P0, P1, P3]", "measures:", ("four entries",)),
        ("    holder: lead.head\n    source: house", "    source: house", "- level: 1", ("without a holder",)),
        ("holder: lead.head", "holder: somebody", "holder: somebody", ("unknown value", "lead.head")),
        ("level: 2", "level: 1  # again", "# again", ("overlaps", "rising levels")),
        ("act: supervised", "act: applauded", "act: applauded", ("unknown value",)),
        ("act: supervised", "act: overdue", "act: overdue", ("not an escalation step", "supervised")),
        ("value: {平件: 5wd, 急件: 3wd, 特急: 2wd}", "value: {平件: 5wd}", "rectification:", ("no value for 急件",)),
        ("value: {平件: 5wd, 急件: 3wd", "value: {平件: 5wd, 急件: soon", "急件: soon", ("not a limit",)),
        ("    source: house rule (督办单)\n", '    source: ""\n', "- level: 1", ("source",)),
        ("act: rectification_ordered\n", "act: supervised  # again\n", "# again", ("twice",)),
        ("registered: [office.handler]", "registered: [office.cat]", "registered: [office.cat]", ("unknown value",)),
        ("registered: [office.handler]", "enlisted: [office.handler]", "enlisted", ("unknown value",)),
        ("registered: [office.handler]", "registered: [leader]\n  registered: [] # b", "# b", ("same key twice",)),
        ("    mark: 督改", "    mark: 督办  # again", "# again", ("same mark as supervision_order",)),
        ("    mark: 督改", "    mark: 督〔改〕", "mark: 督〔改〕", ("pattern",)),
        ("  supervision_order:", "  督办单:", "  督办单:", ("pattern",)),
        ("issued_with: [urged]", "issued_with: [applauded]", "applauded", ("unknown value",)),
        ("issued_with: [urged]", "issued_with: []", "issued_with: []", ("at least 1",)),
        ("measures: [P1]}", "measures: []}", "measures: []}", ("at least 1",)),
        ("measures: [P1]}", "measures: [P1, P99]}", "P99", ("not on the ladder: P99", "P10")),
        ("act: measure_executed, measures: [P1]", "act: statement_given, measures: [P1]", "statement_given, m",
         ("no measure in: statement_given", "measure_executed")),
        ("issued_with: [urged]", "issued_with: {act: measure_executed, measures: [P1]} # m", "# m", ("of: case",)),
        ("of: case\n    title: 事", "of: cases\n    title: 事", "of: cases", ("unknown value", "matter")),
        ("    english: Urging notice\n", "", "urging_notice:", ("required",)),
        ("    english: Urging notice\n", "    french: Sommation\n", "french", ("unknown key", "english")),
        ("{from: 2004-01-01, value: 15wd", "{value: 15wd", "{value: 15wd", ("from",)),
        ("{from: 2004-01-01, value: 15wd", "{from: 2004-13-01, value: 15wd", "2004-13-01", ("from", "YYYY-MM-DD")),
        ("value: 会议决定, source: house rule", "value: 会议决定", "value: 会议决定", ("required",)),
    ],
)  # fmt: skip
def test_a_mistake_names_file_line_reason_and_what_is_accepted(
    old: str, new: str, at_line: str, said: tuple[str, ...]
) -> None:
    text = changed(old, new)
    found = mistakes(text)
    mine = [mistake for mistake in found if all(word in mistake for word in said)]
    assert mine, found
    assert mine[0].startswith(f"own.yaml:{line_of(text, at_line)}:"), (mine[0], line_of(text, at_line))


def test_values_of_one_parameter_that_overlap_are_refused() -> None:
    twice = changed("value: 15wd, source:", "value: 15wd, until: 2027-01-01, source:").replace(
        "  default_basis:", "    - {from: 2026-06-01, value: 20wd, source: 办法}\n  default_basis:", 1
    )
    assert any("overlaps the value in force from 2004-01-01" in mistake for mistake in mistakes(twice))


def test_a_parameter_without_a_value_or_left_out_is_refused() -> None:
    none = changed("  approval:\n", "  approval: []\n  was_approval:\n")
    assert any("no value at all" in mistake for mistake in mistakes(none))
    start, end = TEXT.index("  accumulation:"), TEXT.index("  measures:")
    assert any("missing parameters: accumulation" in mistake for mistake in mistakes(TEXT[:start] + TEXT[end:]))


def test_an_escalation_step_after_the_repeating_one_can_never_fire() -> None:
    steps = TEXT[TEXT.index("escalation:") : TEXT.index("tell:")]
    moved = steps.replace("level: 3\n    act: accountability_proposed", "level: 2\n    act: accountability_proposed")
    moved = moved.replace("level: 2\n    act: rectification_ordered", "level: 3\n    act: rectification_ordered")
    blocks = moved.split("  - level")
    swapped = "  - level".join([blocks[0], blocks[1], blocks[3], blocks[2]])
    assert any("can never fire" in mistake for mistake in mistakes(TEXT.replace(steps, swapped)))


def test_missing_escalation_steps_are_refused() -> None:
    start, end = TEXT.index("  - level: 2"), TEXT.index("  - level: 3")
    assert any("missing or out of order" in mistake for mistake in mistakes(TEXT[:start] + TEXT[end:]))


def test_every_mistake_of_a_file_is_reported_at_once() -> None:
    text = changed("value: 15wd", "value: 15 days").replace("holder: lead.head", "holder: somebody", 1)
    assert len(mistakes(text)) >= 2


def test_what_is_not_yaml_says_where() -> None:
    (only,) = mistakes("name: [unclosed")
    assert only.startswith("own.yaml:")
    assert "YAML" in only


@pytest.mark.parametrize("text", ["", "- a list", "just words", "name: x"])
def test_a_file_of_another_kind_is_refused(text: str) -> None:
    assert mistakes(text)


@pytest.mark.parametrize(
    ("on", "limit"), [(date(2026, 5, 31), "15wd"), (date(2026, 6, 1), "20wd"), (date(2030, 1, 1), "20wd")]
)
def test_a_value_is_in_force_from_its_first_day_on(on: date, limit: str) -> None:
    text = TEXT.replace("  default_basis:", "    - {from: 2026-06-01, value: 20wd, source: 办法}\n  default_basis:", 1)
    assert Procedure(text, "own.yaml").in_force(on).default_limit == limit


def test_no_value_is_in_force_before_the_first_day_or_in_a_gap() -> None:
    procedure = shipped(STANDARD)
    assert procedure.first_day == date(2004, 1, 1)
    with pytest.raises(LookupError, match="2003-12-31"):
        procedure.in_force(date(2003, 12, 31))
    gap = Procedure(changed("value: 15wd, source:", "value: 15wd, until: 2026-03-02, source:"), "own.yaml")
    assert gap.in_force(date(2026, 3, 1)).default_limit == "15wd"
    with pytest.raises(LookupError, match="default_limit"):
        gap.in_force(TODAY)


def test_the_version_changes_with_the_text_and_the_key_with_the_day() -> None:
    other = load_text(TEXT + "\n# 修订", "own.yaml")
    assert other.version != shipped(STANDARD).version
    assert other.name == STANDARD
    assert shipped(STANDARD).in_force(TODAY).key == f"{shipped(STANDARD).version}/2026-03-02"


@pytest.mark.parametrize("name", ["none", "../procedures/standard", "standard.yaml", ""])
def test_a_procedure_nobody_ships_is_unknown(name: str) -> None:
    with pytest.raises(KeyError):
        shipped(name)


def test_an_act_the_escalation_does_not_have_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        shipped(STANDARD).in_force(TODAY).step(ActName.OVERDUE)


def test_the_line_of_a_part_that_is_not_there_is_that_of_what_is_around_it() -> None:
    document = Document("a:\n  b: 1\n", "f.yaml")
    assert document.line(("a", "b")) == 2
    assert document.line(("a", "c", 3)) == 1


def test_a_procedure_without_documents_issues_none() -> None:
    none = Procedure(TEXT[: TEXT.index("# Which act issues")], "own.yaml")

    assert none.in_force(TODAY).documents == ()


def test_every_parameter_and_step_brings_its_source() -> None:
    sources = shipped(STANDARD).in_force(TODAY).sources

    assert sources["supervision"] == "house rule (督办单)"
    assert sources["rectification_ordered"] == "order 733 art. 18 (责令限期整改)"
    assert len(sources) == len(shipped(STANDARD).in_force(TODAY).escalation) + TEXT.count("from: 2004-01-01")


def test_every_group_of_mistakes_of_a_file_of_blocks_is_named_at_once() -> None:
    text = shipped_blocks("window_acceptance").text
    wrong = (
        text.replace("value: 20wd", "value: 20xx").replace("block: checklist", "block: list")
        .replace("limit: delivery", "limit: 10wd").replace("reminders: signal", "reminders: [1]")
    )  # fmt: skip
    with pytest.raises(DocumentError) as raised:
        load_blocks(wrong, "w.yaml")
    where = {one.where for one in raised.value.mistakes}
    assert {"steps.0.block", "steps.2.limit", "steps.1.reminders.0", "parameters.signal"} <= where
