"""What waits for somebody is open, and his alone to answer: tried at every moment of a matter and of a case."""

from models.cases import CaseState
from models.matters import MatterState
from policies.case_offering import offers
from policies.waiting import Question, of_case, of_matter, steps_of_case
from tests.builders import HANDLER, LEADER, OFFICER
from tests.policies.access_cast import DIRECTORY, POSTS, cases, commands, matters

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
