"""The checklist of a case says what the record has, and of what is missing until when it is owed."""

from models.cases import CaseClockKind, CaseState
from policies.due_process import Came, Standing, Step, checklist
from tests.builders import HEAD, LEADER
from tests.case_builders import CaseLife
from tests.policies.access_cast import DIRECTORY, cases

WHOLE = ("proposed", "filed", "notified", "heard", "decided", "served", "executed", "recorded")


def of(life: CaseLife) -> dict[Step, Standing]:
    return {one.step: one for one in checklist(life.state, DIRECTORY)}


def came(life: CaseLife) -> dict[str, str]:
    return {step.value: one.came.value for step, one in of(life).items()}


def test_a_case_that_was_filed_owes_the_notice_and_has_everything_else_ahead() -> None:
    found = came(CaseLife().filed())
    assert (found["proposed"], found["filed"]) == ("done", "done")
    assert found["investigated"] == "needless", "a clock recorded as missed needs no investigation"
    assert found["notified"] == "due"
    assert {found[name] for name in ("heard", "voted", "decided", "served", "executed", "recorded")} == {"ahead"}


def test_while_the_window_is_open_the_subject_may_speak_until_it_ends() -> None:
    life = CaseLife().notified()
    heard = of(life)[Step.HEARD]
    assert (heard.came, heard.due_at) == (Came.OPEN, life.state.clocks[CaseClockKind.WINDOW].due_at)
    life.say("03-23 09:00", "give_statement", HEAD, text="延误")
    answered = of(life)[Step.ANSWERED]
    assert (answered.came, answered.number, answered.of) == (Came.DUE, 0, 1)


def test_a_vote_counts_towards_its_quorum_and_is_done_with_a_majority() -> None:
    life = CaseLife().heard()
    voted = of(life)[Step.VOTED]
    assert (voted.came, voted.number, voted.of) == (Came.DUE, 0, 2)
    life.say("03-24 09:10", "vote", LEADER, choice="proposed")
    assert of(life)[Step.VOTED].number == 1
    assert came(CaseLife().decided())["voted"] == "done"


def test_after_service_execution_record_and_review_have_their_own_ends() -> None:
    life = CaseLife().served()
    found = of(life)
    assert (found[Step.EXECUTED].came, found[Step.RECORDED].came) == (Came.DUE, Came.DUE)
    assert (found[Step.REVIEWED].came, found[Step.REVIEWED].due_at) == (
        Came.OPEN,
        life.state.clocks[CaseClockKind.REVIEW_WINDOW].due_at,
    )
    life.say("03-26 10:00", "request_review", HEAD, text="请复核")
    assert of(life)[Step.REVIEWED].came is Came.DUE


def test_a_step_that_ran_out_says_so_and_an_ended_case_owes_nothing() -> None:
    late = of(CaseLife().wait("03-27 10:00"))[Step.FILED]
    assert (late.came, late.late) == (Came.DUE, True)
    declined = CaseLife()
    declined.say("03-20 10:00", "decline", LEADER, reason="不足")
    assert {came(declined)[name] for name in WHOLE[1:]} == {"never"}


def test_at_every_moment_what_is_owed_has_its_clock_and_what_is_done_its_instant() -> None:
    for moment in cases():
        assert isinstance(moment.state, CaseState)
        for one in checklist(moment.state, DIRECTORY):
            assert (one.at is not None) == (one.came is Came.DONE), (moment.name, one)
            if one.came in (Came.DUE, Came.OPEN):
                assert one.due_at is not None, (moment.name, one)
