"""The cases that the visitor may know of, as its filters in the address say."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from models.access import View
from models.cases import CaseStage, CaseState
from models.explanations import Words
from models.matters import Light
from policies import waiting
from policies.deadlines import local_date
from policies.distance import Distance, distance
from policies.ladder import measures_of, standard_ladder
from policies.relations import Site
from policies.waiting import Question
from record import case_lists
from record.case_lists import CaseRegistered
from web.api import authority
from web.api.parts import calendar_of
from web.console.case_filters import CASES, CaseFilters, CaseIs, Mine
from web.console.case_forms import measure_words
from web.console.visits import PageRoute, Visit, Visiting, page
from web.console.waiting import asked_in_cases
from web.problems import ProblemError

routes = APIRouter(route_class=PageRoute, include_in_schema=False)

_LINES = 50
_QUESTIONS = (Question.FILING, Question.VOTE, Question.DECISION, Question.REVIEW)


@routes.get(CASES)
def cases(filters: Annotated[CaseFilters, Query()], this: Visiting) -> HTMLResponse:
    """The cases that fit, the latest proposed first."""
    if not authority.sees(this.web, this.caller, Site(this.web.settings.office), View.LIST):
        raise authority.not_found()
    at, scope = this.web.clock(), authority.scope_of(this.web, this.caller)
    with this.web.store.reading() as session:
        sought = filters.sought(_waiting(session, this, filters))
        try:
            found = case_lists.found(session, sought, scope=scope, after=filters.after, limit=_LINES)
        except ValueError as error:
            raise ProblemError(404, "") from error
        number = case_lists.number(session, sought, scope=scope)
        organs, working = case_lists.organs(session, scope=scope), calendar_of(session)

    def far(one: CaseRegistered) -> Distance | None:
        return None if one.due_at is None else distance(one.due_at, at, working, overdue=one.due_at <= at)

    return page(
        this,
        "cases.html",
        here="cases",
        filters=filters,
        lines=[(one, far(one), _measure(one)) for one in found.items],
        number=number,
        next=found.next and filters.address(after=found.next),
        first=filters.address() if filters.after else None,
        organs=organs,
        stages=[one for one in CaseStage if one is not CaseStage.BLANK],
        lights=(Light.RED, Light.GREEN),
        states=tuple(CaseIs),
        waits=(Mine.ANY, *_QUESTIONS),
        cases_address=CASES,
        proposes=this.caller.post is not None,
    )


def _measure(one: CaseRegistered) -> Words | None:
    """The measure proposed or decided, in words of the ladder of its day."""
    if one.measure is None:
        return None
    ladder = standard_ladder().in_force(local_date(one.proposed_at))
    return measure_words(measures_of(ladder, one.measure))


def _waiting(session: Session, this: Visit, filters: CaseFilters) -> frozenset[str]:
    """The cases that wait for the visitor: for any step of his, or with this question."""
    post, directory, asked = this.caller.post, this.web.directory, filters.waiting
    if asked is None or post is None:
        return frozenset()
    roles = authority.roles_of(this.caller)

    def steps(case: CaseState) -> tuple[str, ...]:
        if isinstance(asked, Mine):
            return waiting.steps_of_case(post, case, directory, roles)[:1]
        return (asked.value,) if asked in waiting.of_case(post, case, directory, roles) else ()

    return frozenset(case_id for case_id, _ in asked_in_cases(session, this, steps))
