"""When a notice may leave, as whose it is read, and who is told when it cannot be delivered."""

from datetime import datetime, time

import pytest

from models.acts import Act, ActName
from models.cases import CaseState
from models.contacts import Contact, Hours, Route
from models.matters import Urgency
from models.policy import Role
from policies.calendar import standard_calendar
from policies.counting import counting
from policies.directory import Directory
from policies.notices import Leaving, answerable, attempts, digest_due, leaving, office_time, role_of
from policies.procedures import load_text, shipped
from tests.builders import (
    ABOVE,
    CAST,
    CO,
    CO_HANDLER,
    CO_HEAD,
    HANDLER,
    HEAD,
    LEADER,
    MONDAY,
    OFFICE,
    OFFICE_HEAD,
    OFFICER,
    STRANGER,
    Life,
    at,
)

CALENDAR = standard_calendar()
COUNTING = counting(at("03-02 09:00").date())
POLICY = shipped("standard").in_force(at("03-02 09:00").date())
ROUTE = (Route(name="mail", to="jyj@example.invalid"),)


@pytest.mark.parametrize(
    ("asked", "opens"),
    [
        ("03-02 08:29", "03-02 08:30"),
        ("03-02 08:30", "03-02 08:30"),
        ("03-02 11:59", "03-02 11:59"),
        ("03-02 12:00", "03-02 14:00"),
        ("03-02 13:59", "03-02 14:00"),
        ("03-02 17:59", "03-02 17:59"),
        ("03-02 18:00", "03-03 08:30"),
        ("03-06 18:00", "03-09 08:30"),
        ("03-07 10:00", "03-09 08:30"),
        # 14 February 2026 is a Saturday worked for the Spring Festival, which ends on the 23rd.
        ("02-13 19:00", "02-14 08:30"),
        ("02-14 10:00", "02-14 10:00"),
        ("02-14 18:00", "02-24 08:30"),
        ("2026-02-28 17:59:59", "2026-02-28 17:59:59"),
    ],
)
def test_offices_are_open_on_working_days_at_their_hours(asked: str, opens: str) -> None:
    assert office_time(at(asked), CALENDAR, COUNTING) == at(opens)


@pytest.mark.parametrize(
    ("asked", "leaves"),
    [
        ("03-02 16:59", "03-02 17:00"),
        ("03-02 17:00", "03-03 17:00"),
        ("03-06 17:01", "03-09 17:00"),
        ("03-07 09:00", "03-09 17:00"),
        ("02-14 12:00", "02-14 17:00"),
    ],
)
def test_a_digest_leaves_at_its_hour_of_the_next_working_day(asked: str, leaves: str) -> None:
    assert digest_due(at(asked), time(17), CALENDAR) == at(leaves)


def asked(act: ActName, urgency: Urgency, when: str, contact: Contact) -> Leaving:
    return leaving(act, urgency, at(when), contact, POLICY, CALENDAR, COUNTING)


@pytest.mark.parametrize(
    ("act", "urgency", "contact", "expected"),
    [
        (ActName.OVERDUE, Urgency.PLAIN, Contact(routes=ROUTE), Leaving(wait_until=at("03-09 08:30"))),
        (ActName.OVERDUE, Urgency.URGENT, Contact(routes=ROUTE), Leaving()),
        (ActName.SIGNED, Urgency.URGENT, Contact(routes=ROUTE), Leaving(wait_until=at("03-09 08:30"))),
        (ActName.SIGN_OVERDUE, Urgency.MOST_URGENT, Contact(routes=ROUTE), Leaving()),
        (ActName.SIGNED, Urgency.PLAIN, Contact(routes=ROUTE, hours=Hours.ANY), Leaving()),
        (ActName.SIGNED, Urgency.PLAIN, Contact(routes=ROUTE, digest_at=time(9)), Leaving(digest_at=at("03-09 09:00"))),
        (ActName.OVERDUE, Urgency.MOST_URGENT, Contact(routes=ROUTE, digest_at=time(9)), Leaving()),
    ],
)
def test_urgent_acts_leave_at_once_and_all_else_waits(
    act: ActName, urgency: Urgency, contact: Contact, expected: Leaving
) -> None:
    assert asked(act, urgency, "03-07 03:00", contact) == expected


def test_inside_office_hours_nothing_waits() -> None:
    assert asked(ActName.SIGNED, Urgency.PLAIN, "03-02 09:00", Contact(routes=ROUTE)) == Leaving()


def test_a_matter_never_registered_is_not_urgent() -> None:
    told = leaving(ActName.REFUSED, None, at("03-07 03:00"), Contact(routes=ROUTE), None, CALENDAR, COUNTING)

    assert told == Leaving(wait_until=at("03-09 08:30"))


def test_the_more_urgent_the_fewer_attempts_before_the_next_channel() -> None:
    plain, urgent, most = (attempts(urgency, POLICY) for urgency in Urgency)

    assert plain > urgent > most >= 3


def test_a_procedure_of_the_first_release_knows_nothing_of_notices_and_still_works() -> None:
    text = shipped("standard").text
    first, last = text.index("  # Notices that leave at any hour"), text.index("\nescalation:") + 1
    old = load_text(text[:first] + text[last:], "0.1.0").in_force(at("03-02 09:00").date())

    assert attempts(Urgency.MOST_URGENT, old) == attempts(Urgency.PLAIN, old)
    waits = leaving(
        ActName.OVERDUE, Urgency.MOST_URGENT, at("03-07 03:00"), Contact(routes=ROUTE), old, CALENDAR, COUNTING
    )
    assert waits.wait_until == at("03-09 08:30")


@pytest.mark.parametrize(
    ("post", "name", "role"),
    [
        (CO_HEAD, ActName.CO_OVERDUE, Role.SUBJECT_ORGAN_HEAD),
        # By the time it is sent, the organ that took the matter over is its lead.
        (CO_HANDLER, ActName.TRANSFER_ACCEPTED, Role.SUBJECT_ORGAN_HANDLER),
        (HANDLER, ActName.ASSIGNED, Role.LEAD_HANDLER),
        (HEAD, ActName.ASSIGNED, Role.LEAD_HEAD),
        (CO_HANDLER, ActName.ASSIGNED, Role.CO_HANDLERS),
        (OFFICER, ActName.SIGNED, Role.OFFICE),
        (OFFICE_HEAD, ActName.ACCOUNTABILITY_PROPOSED, Role.OFFICE_HEAD),
        (LEADER, ActName.CLOSED, Role.LEADER),
        (ABOVE, ActName.APPROVAL_OVERDUE, Role.ABOVE_LEADER),
        (ABOVE, ActName.VERIFICATION_ESCALATED, Role.ESCALATED),
        (STRANGER, ActName.ASSIGNED, None),
    ],
)
def test_a_post_is_told_as_whose_it_is(post: str, name: ActName, role: Role | None) -> None:
    about = CO if name in (ActName.CO_OVERDUE, ActName.TRANSFER_ACCEPTED) else None
    act = Act(at=at("03-02 09:00"), target="m1", act=name, subject=about)

    assert role_of(post, act, Life(co=[CO]).state, POLICY, Directory(CAST)) is role


def test_the_offices_handler_answers_for_what_is_not_delivered_and_its_head_for_the_handler() -> None:
    directory = Directory(CAST)

    assert answerable(HEAD, OFFICE, directory) == OFFICER
    assert answerable(OFFICER, OFFICE, directory) == OFFICE_HEAD
    assert answerable(HEAD, None, directory) is None


def test_an_unknown_act_or_urgency_in_the_procedure_is_refused_with_its_line() -> None:
    text = shipped("standard").text.replace("急件: [assigned, overdue", "急件: [assigned, nosuch")

    with pytest.raises(ValueError, match="notices_at_once"):
        load_text(text, "draft.yaml")


def test_instants_are_compared_across_zones() -> None:
    utc = datetime.fromisoformat("2026-03-02T01:00:00+00:00")

    assert office_time(utc, CALENDAR, COUNTING) == utc


def a_case(**said: object) -> CaseState:
    opened = {"id": "m1/case1", "stage": "deciding", "subject": HEAD, "organs": ("教育局",), "office": OFFICE}
    parties = {"leader": LEADER, "panel": (ABOVE, CO_HEAD, STRANGER), "reviewers": ("省长",)}
    return CaseState.model_validate({**opened, **parties, "proposed_at": at(MONDAY), **said})


@pytest.mark.parametrize(
    ("post", "name", "role"),
    [
        (HEAD, ActName.FACTS_NOTIFIED, Role.SUBJECT),
        (CO_HEAD, ActName.FACTS_NOTIFIED, Role.PANEL),
        (OFFICER, ActName.FACTS_NOTIFIED, Role.OFFICE),
        (ABOVE, ActName.VOTE_CAST, Role.CHAIR),
        ("省长", ActName.REVIEW_REQUESTED, Role.REVIEWERS),
        (LEADER, ActName.DECISION_OVERDUE, Role.LEADER),
        ("省长", ActName.DECISION_OVERDUE, Role.ABOVE_STEP),
        (OFFICE_HEAD, ActName.ANSWER_OVERDUE, Role.OFFICE_HEAD),
    ],
)
def test_a_post_is_told_of_a_case_as_who_it_is_in_it(post: str, name: ActName, role: Role) -> None:
    act = Act(at=at(MONDAY), target="m1/case1", act=name, subject=HEAD)

    assert role_of(post, act, a_case(), POLICY, Directory(CAST)) is role


def test_who_was_told_as_a_member_and_has_been_recused_since_holds_no_role() -> None:
    act = Act(at=at(MONDAY), target="m1/case1", act=ActName.FACTS_NOTIFIED, subject=HEAD)

    assert role_of(CO_HEAD, act, a_case(recused=(CO_HEAD,)), POLICY, Directory(CAST)) is None


@pytest.mark.parametrize("urgency", [*Urgency, None])
@pytest.mark.parametrize("act", [ActName.FACTS_NOTIFIED, ActName.DECISION_SERVED])
def test_what_lets_the_subjects_time_run_leaves_at_any_hour(act: ActName, urgency: Urgency | None) -> None:
    night = at("03-07 03:00")

    assert leaving(act, urgency, night, Contact(routes=ROUTE), POLICY, CALENDAR, COUNTING) == Leaving()


def test_the_rest_of_an_ordinary_case_waits_for_office_hours() -> None:
    told = leaving(ActName.VOTE_CAST, None, at("03-07 03:00"), Contact(routes=ROUTE), POLICY, CALENDAR, COUNTING)

    assert told == Leaving(wait_until=at("03-09 08:30"))
