"""What waits for somebody is open, and his alone to answer or do: tried at every moment of what can be spoken to."""

from importlib import import_module

from models.asked import Asked, AskedOfCase
from models.cases import CaseState
from models.matters import MatterState, Stage
from models.proceedings import ProceedingState
from policies.case_offering import offers
from policies.waiting import (
    FREE,
    LEADS,
    OF_CASES,
    OF_MATTERS,
    OF_PROCEEDINGS,
    Duty,
    Question,
    asked,
    of_case,
    of_matter,
    steps_of_case,
    todo_in_case,
    todo_in_matter,
    todo_in_proceeding,
)
from record.matters import NEVER, asked_by, handled_by
from tests.builders import CO_HANDLER, HANDLER, LEADER, OFFICER
from tests.policies.access_cast import (
    DIRECTORY,
    POSTS,
    cases,
    commands,
    matters,
    proceeding_commands,
    proceedings,
)

# A module's name cannot begin with a digit.
FIGURES = import_module("record.migrations.versions.0017_figures")

ANSWERS = {
    Question.APPROVAL: {"approve"},
    Question.EXTENSION: {"decide_extension"},
    Question.VERIFICATION: {"verify"},
    Question.ASSIGNMENT: {"uphold_assignment"},
    Question.TRANSFER: {"accept_transfer"},
    Question.OBJECTION: {"decide_objection"},
    Question.CIRCULATION: {"approve"},
    Question.FILING: {"file"},
    Question.DECISION: {"decide"},
    Question.VOTE: {"vote"},
    Question.REVIEW: {"decide_review"},
}


def test_who_is_told_that_a_matter_waits_for_him_can_answer_it_and_whoever_can_answer_is_told() -> None:
    asked: set[Question] = set()
    for moment in matters():
        assert isinstance(moment.state, MatterState)
        for post in POSTS:
            found = of_matter(post, moment.state, DIRECTORY)
            admitted = {one.do for one in commands(post) if moment.answer(one).accepted} if post else set()
            assert {do for question in found for do in ANSWERS[question]} <= admitted, (moment.name, post, found)
            if "decide_extension" in admitted:
                assert Question.EXTENSION in found, (moment.name, post)
            if "verify" in admitted:
                assert Question.VERIFICATION in found, (moment.name, post)
            asked |= found
    assert asked == set(list(Question)[:7])


def test_a_case_waits_for_whoever_owes_its_step_and_for_a_vote_until_it_is_cast() -> None:
    asked: dict[Question, set[str | None]] = {}
    for moment in cases():
        assert isinstance(moment.state, CaseState)
        for post in POSTS:
            found = of_case(post, moment.state, DIRECTORY)
            assert Question.VOTE not in found or all(one.member != post for one in moment.state.votes)
            for question in found:
                asked.setdefault(question, set()).add(post)
    assert asked.keys() == {Question.FILING, Question.VOTE, Question.DECISION, Question.REVIEW}
    assert LEADER in asked[Question.FILING]
    assert not {HANDLER, OFFICER, None} & asked[Question.FILING]


def test_a_step_of_a_case_waits_for_whoever_may_take_it_now() -> None:
    asked: set[str] = set()
    for moment in cases():
        assert isinstance(moment.state, CaseState)
        assert moment.at is not None
        for post in POSTS:
            found = steps_of_case(post, moment.state, DIRECTORY)
            # A decision waits for the chair from the day on which the vote begins.
            may = offers(moment.state, post, moment.at, moment.facts)
            assert set(found) - {"decide"} <= set(may), (moment.name, post, found)
            asked |= set(found)
    assert asked == {
        "file", "investigate", "notify_facts", "give_statement", "answer_statement", "vote", "decide", "serve",
        "execute", "record", "request_review", "decide_review",
    }  # fmt: skip


DOES = {
    Duty.SIGN: "sign",
    Duty.REPORT: "report_progress",
    Duty.EXPLAIN: "submit",
    Duty.CO_PART: "report_progress",
    Duty.STATEMENT: "give_statement",
    Duty.ANSWER: "answer_statement",
    Duty.SERVICE: "serve",
    Duty.RECORD: "record",
    Duty.REVIEW_REQUEST: "request_review",
    Duty.ROUTING: "accept_routing",
    Duty.OPINION: "opine",
    Duty.BALLOT: "cast",
    Duty.RECEIPT: "acknowledge",
    Duty.MORE_TIME: "decide_extension",
}


def test_whose_step_of_a_case_is_open_hangs_on_what_is_asked_in_it_alone() -> None:
    texts = set()
    for moment in cases():
        assert isinstance(moment.state, CaseState)
        text = AskedOfCase.of(moment.state).model_dump_json(exclude_defaults=True)
        standing = AskedOfCase.model_validate_json(text).standing()
        texts.add(text)
        for post in POSTS:
            assert of_case(post, standing, DIRECTORY) == of_case(post, moment.state, DIRECTORY), (moment.name, post)
            found = steps_of_case(post, standing, DIRECTORY)
            assert found == steps_of_case(post, moment.state, DIRECTORY), (moment.name, post)
        told = moment.state.model_dump(mode="json", exclude_defaults=True)
        worked_out = FIGURES._row(moment.state.id, owed=True, state=told)
        assert AskedOfCase.model_validate_json(worked_out["asked"]) == AskedOfCase.of(moment.state), moment.name
        assert (worked_out["title"], worked_out["red"]) == (moment.state.title, bool(moment.state.climbed))
    assert len(texts) > 10


def test_what_a_post_has_to_do_in_a_matter_the_rules_admit_from_it() -> None:
    seen: set[Duty] = set()
    for moment in matters():
        assert isinstance(moment.state, MatterState)
        for post in POSTS:
            owed = {one.what for one in todo_in_matter(post, moment.state, DIRECTORY) if isinstance(one.what, Duty)}
            admitted = {one.do for one in commands(post) if moment.answer(one).accepted} if post else set()
            assert {DOES[one] for one in owed if one in DOES} <= admitted, (moment.name, post, owed)
            seen |= owed
    assert {Duty.SIGN, Duty.SUBMIT, Duty.CO_PART} <= seen


def test_nothing_is_owed_in_a_matter_that_has_ended_and_no_day_while_its_clocks_stand_still() -> None:
    for moment in matters():
        assert isinstance(moment.state, MatterState)
        owed = [one for post in POSTS for one in todo_in_matter(post, moment.state, DIRECTORY)]
        if moment.state.stage in (Stage.CLOSED, Stage.CANCELLED, Stage.MERGED, Stage.ARCHIVED):
            assert all(isinstance(one.what, Question) for one in owed), moment.name
        if moment.state.suspended:
            assert owed
            assert all(one.due_at is None for one in owed)


def test_a_co_handler_has_its_part_to_finish_and_nothing_of_the_leads() -> None:
    found = set()
    for moment in matters():
        assert isinstance(moment.state, MatterState)
        found |= {one.what for one in todo_in_matter(CO_HANDLER, moment.state, DIRECTORY)}
    assert Duty.CO_PART in found
    assert not found & {Duty.SIGN, Duty.SUBMIT, Duty.REPORT}


def test_what_lists_keep_of_a_matter_is_what_the_rules_find_in_it() -> None:
    led = (Duty.SIGN, Duty.REPORT, Duty.SUBMIT, Duty.EXPLAIN)
    for moment in matters():
        state = moment.state
        assert isinstance(state, MatterState)
        open_ = asked(state)
        kept = Asked.of(state)
        assert (set(asked(kept.standing())) if kept else set()) == set(open_), moment.name
        ends = [NEVER if state.suspended or due_at is None else due_at for due_at in open_.values()]
        assert asked_by(state) == min(ends, default=None), moment.name
        owed = [one.due_at for one in todo_in_matter(HANDLER, state, DIRECTORY) if one.what in led and one.due_at]
        serves = state.terms is not None and DIRECTORY.serves(HANDLER, state.terms.lead)
        assert not serves or handled_by(state) == min(owed, default=None), moment.name


def test_what_a_post_has_to_do_in_a_case_the_rules_admit_from_it_and_its_subject_need_not_speak() -> None:
    seen: set[Duty] = set()
    for moment in cases():
        assert isinstance(moment.state, CaseState)
        for post in POSTS:
            owed = {one.what for one in todo_in_case(post, moment.state, DIRECTORY) if isinstance(one.what, Duty)}
            admitted = {one.do for one in commands(post) if moment.answer(one).accepted} if post else set()
            assert {DOES[one] for one in owed if one in DOES} <= admitted, (moment.name, post, owed)
            seen |= owed
    assert seen >= {*FREE, Duty.INVESTIGATION, Duty.ANSWER, Duty.SERVICE, Duty.EXECUTION, Duty.RECORD}


def test_a_step_is_to_be_taken_by_whom_the_rules_let_take_it_and_a_part_by_whose_it_is() -> None:
    seen: set[Duty] = set()
    for moment in proceedings():
        assert isinstance(moment.state, ProceedingState)
        for post in POSTS:
            owed = {one.what for one in todo_in_proceeding(post, moment.state, DIRECTORY) if isinstance(one.what, Duty)}
            said = proceeding_commands(post) if post else []
            admitted = {one.do for one in said if moment.answer(one).accepted}
            assert {DOES[one] for one in owed if one in DOES} <= admitted, (moment.name, post, owed)
            seen |= owed
    assert seen >= {Duty.STEP, Duty.OPINION, Duty.BALLOT, Duty.RECEIPT, Duty.ROUTING, Duty.MORE_TIME}


def test_everything_that_can_be_to_do_is_of_a_matter_a_case_or_a_proceeding_and_of_one_alone() -> None:
    kinds = [LEADS, OF_MATTERS, {Duty.CO_PART}, OF_CASES, OF_PROCEEDINGS]
    assert sorted(one for kind in kinds for one in kind) == sorted([*Question, *Duty])
