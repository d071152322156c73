"""Every field is classified, and one that is not is hidden."""

from collections.abc import Iterator
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from models.acts import Act, ActName
from models.cases import CaseState
from models.contract import is_case
from models.documents import DocumentFacts
from models.messages import Cancel, DecideExtension, RequestExtension, Resume, Suspend
from models.proceeding_messages import Open, ProceedingCommand
from models.protection import PROTECTED, FieldClass, FieldPolicy, Kind, merged
from policies.masking import ProtectionError, protection, read
from rehearsal.conductor import play
from rehearsal.scenarios import load
from tests.builders import HEAD, SCENARIOS, at, sample_directory
from tests.case_builders import CaseLife

POLICY = protection()
MASK = POLICY.masks["case_material"]

# What people write about a case: the only words that its acts hide. Whoever adds one looks at it here.
WRITTEN = {"reason", "text", "facts", "evidence", "document", "receipt"}
# Leaves of a case's state and fields of its papers that are hidden, as a check on the lists in the file.
HIDDEN_STATE = {"allegation", "mitigation", "reason", "text", "evidence", "document", "witnesses"}
HIDDEN_PAPER = {
    *("reason", "text", "extension_reason", "submitted_text", "evidence", "allegation", "found", "statements"),
    *("answer", "circumstances", "receipt_text", "witnesses", "place", "persons", "content", "review_text", "story"),
}


TWICE = """
- from: 2004-01-01
  reference: x
  masks: {case_material: a, identity: b, erased: c}
  acts: {every: {public: [at], internal: [at]}, matter: {}, case: {}, exceptions: {}}
  state: {}
  paper: {}
  petitioner: {}
"""


@pytest.fixture(scope="module")
def acts() -> list[Act]:
    """Every act of every scenario."""
    directory = sample_directory()
    return [act for path in sorted(SCENARIOS.glob("*.yaml")) for act in play(load(path), directory).acts]


def told(act: Act) -> dict[str, Any]:
    return act.model_dump(mode="json", exclude_none=True)


def test_the_acts_of_a_matter_hide_nothing_but_what_is_said_of_a_case(acts: list[Act]) -> None:
    hidden = {
        (act.act, place)
        for act in acts
        if not is_case(act.target)
        for place in POLICY.split(Kind.ACT, told(act)).fields
    }
    assert {act for act, _ in hidden} <= {ActName.ACCOUNTABILITY_PROPOSED}


def test_the_acts_of_a_case_hide_what_people_wrote_and_nothing_else(acts: list[Act]) -> None:
    hidden = {
        place.rpartition("/")[2]
        for act in acts
        if is_case(act.target)
        for place in POLICY.split(Kind.ACT, told(act)).fields
    }
    assert hidden == WRITTEN


def test_what_is_taken_apart_comes_together_again_and_masked_is_still_an_act(acts: list[Act]) -> None:
    for act in acts:
        split = POLICY.split(Kind.ACT, told(act))

        assert merged(split.shown, split.protected) == told(act)
        masked = Act.model_validate(POLICY.masked(split.shown, split.fields))
        assert (masked.at, masked.act, masked.target, masked.subject) == (act.at, act.act, act.target, act.subject)
        if split.fields:
            assert masked != act


def shapes(found: Any, seen: set[type] | None = None) -> Iterator[type[BaseModel]]:
    seen = set() if seen is None else seen
    if isinstance(found, type) and issubclass(found, BaseModel) and found not in seen:
        seen.add(found)
        yield found
        for field in found.model_fields.values():
            yield from shapes(field.annotation, seen)
    for part in get_args(found):
        yield from shapes(part, seen)


def test_every_leaf_of_a_case_state_is_classified_on_purpose() -> None:
    known = POLICY.leaves[Kind.STATE]
    parts = {"circumstances", "filing", "investigation", "facts", "receipt", "statements", "window", "votes"} | {
        *("decision", "service", "execution", "recorded", "review")
    }
    clocks = {"CaseClock", "CaseFinding", "Rung"}
    names = {name for shape in shapes(CaseState) if shape.__name__ not in clocks for name in shape.model_fields} - parts
    assert {name for name in names if known.get(name, FieldClass.CASE_MATERIAL) in PROTECTED} == HIDDEN_STATE


def test_every_field_of_a_paper_is_classified_on_purpose() -> None:
    known = POLICY.leaves[Kind.PAPER]
    hidden = {name for name in DocumentFacts.model_fields if known.get(name, FieldClass.CASE_MATERIAL) in PROTECTED}
    assert hidden == HIDDEN_PAPER
    assert known.keys() - {"name"} <= DocumentFacts.model_fields.keys()


def test_a_masked_state_is_a_state_without_a_word_of_what_was_said() -> None:
    life = CaseLife()
    life.filed().say(
        "03-20 11:00", "notify_facts", text="密一", receipt={"kind": "left", "witnesses": ["密二", "密三"]}
    )
    life.say("03-23 10:00", "give_statement", HEAD, text="密四")
    life.say("03-24 10:00", "answer_statement", text="密五")
    before = life.state.model_dump(mode="json", exclude_defaults=True)

    split = POLICY.split(Kind.STATE, before)
    masked = CaseState.model_validate(POLICY.masked(split.shown, split.fields))

    assert merged(split.shown, split.protected) == before
    assert "密" not in masked.model_dump_json()
    assert masked.facts is not None
    assert masked.facts.text == MASK
    assert masked.facts.receipt.witnesses == (POLICY.masks["identity"],)
    assert (masked.stage, masked.clocks, masked.measure) == (life.state.stage, life.state.clocks, life.state.measure)


@pytest.mark.parametrize("target", ["m1", "m1/case1", "looks/m1/case1", "petition/1", "petition/1/case1"])
def test_a_field_that_nobody_classified_is_hidden(target: str) -> None:
    act = Act(at=at("03-02 09:00"), target=target, act=ActName.SIGNED, detail={"brand_new": "密", "said": {"newer": 1}})

    split = POLICY.split(Kind.ACT, told(act) | {"added_later": "密"})

    assert split.protected == {"/detail/brand_new": "密", "/detail/said/newer": 1, "/added_later": "密"}
    assert "密" not in str(split.shown)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)


@settings(max_examples=30)
@given(st.sampled_from(list(Kind)), st.dictionaries(st.text(), JSON))
def test_any_document_comes_together_again_and_can_be_masked(kind: Kind, document: dict[str, Any]) -> None:
    document = {name: value for name, value in document.items() if name != "detail" or isinstance(value, dict)}
    split = POLICY.split(kind, document)

    assert merged(split.shown, split.protected) == document
    masked = POLICY.masked(split.shown, split.fields, erased=True)
    assert POLICY.split(kind, masked).fields.keys() == split.fields.keys()


def test_a_class_or_a_type_from_a_newer_program_is_masked_too() -> None:
    assert POLICY.masked({}, {"/x": "sacred tensor"}) == {"x": MASK}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "- from: 2004-01-01",
        "- {from: never, reference: x}",
        "{a: b}",
        TWICE,
        "- from: 2004-01-01\n  reference: x\n  masks: {case_material: a}\n  acts: {}\n",
    ],
)
def test_a_table_that_leaves_something_open_is_refused(text: str) -> None:
    with pytest.raises(ProtectionError):
        read(text)


def test_the_table_is_dated_and_knows_nothing_before_its_first_day() -> None:
    assert isinstance(protection(at("03-02 09:00").date()), FieldPolicy)
    with pytest.raises(LookupError):
        protection(at("03-02 09:00").date().replace(year=1990))


def test_nothing_said_to_a_proceeding_is_left_unclassified_but_how_a_member_voted() -> None:
    said = {
        name
        for shape in (Open, *get_args(ProceedingCommand), RequestExtension, DecideExtension, Suspend, Resume, Cancel)
        for name in shape.model_fields
        if name not in ("message_id", "voice")
    }
    hidden = {name for name in said if POLICY.class_of_said("step_done", "proceeding/1", name) in PROTECTED}
    assert hidden == set()
    cast = Act(
        at=at("03-02 09:00"),
        target="proceeding/1",
        act=ActName.BALLOT_CAST,
        step="vote",
        value="2/3",
        detail={"said": {"do": "cast", "agreed": False, "member": HEAD}},
    )
    assert POLICY.split(Kind.ACT, told(cast)).protected == {"/detail/said/agreed": False}
