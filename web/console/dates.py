"""What has changed between two dates? How matters stood at the end of each, and what happened in between."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from models.access import View
from policies.deadlines import local_date
from policies.relations import Site
from record import registers
from web.api import authority
from web.api.texts import FIRST_DAY, Day
from web.console.filters import Filters, Milestone
from web.console.navigation import PREFIX
from web.console.visits import PageRoute, Visiting, page
from web.problems import ProblemError

routes = APIRouter(route_class=PageRoute, include_in_schema=False)

DATES = f"{PREFIX}/dates"

_DAY = timedelta(days=1)
_USUAL = timedelta(days=30)
_AT = ("in_hand", *(f"was_{one.value}" for one in Milestone))
_BETWEEN = ("registered", "closed", *(f"became_{one.value}" for one in Milestone))


@dataclass(frozen=True, slots=True)
class Number:
    """A figure, and where its lines are."""

    number: int
    address: str


@dataclass(frozen=True, slots=True)
class Change:
    """A figure at the end of either day."""

    name: str
    before: Number
    after: Number

    @property
    def by(self) -> int:
        """How much there is more by now, or less."""
        return self.after.number - self.before.number


@dataclass(frozen=True, slots=True)
class Line:
    """What has changed for one lead."""

    lead: str
    in_hand: Change
    between: tuple[Number, ...]


def _at(day: date) -> dict[str, Filters]:
    """How matters stood at the end of a day."""
    of_day: dict[str, Any] = {"open_on": day}
    was = {f"was_{one.value}": Filters(**of_day, act=one, act_before=day + _DAY) for one in Milestone}
    return {"in_hand": Filters(**of_day), **was}


def _between(first: date, last: date) -> dict[str, Filters]:
    """What happened after the end of the first day, and by that of the last."""
    since, before = first + _DAY, last + _DAY
    became = {f"became_{one.value}": Filters(act=one, act_from=since, act_before=before) for one in Milestone}
    return {
        "registered": Filters(registered_from=since, registered_before=before),
        "closed": Filters(closed_from=since, closed_before=before),
        **became,
    }


@routes.get(DATES)
def compared(
    this: Visiting, first: Annotated[Day | None, Query()] = None, last: Annotated[Day | None, Query()] = None
) -> HTMLResponse:
    """Two dates beside each other; yesterday, and thirty days before the later one, where none is named."""
    if not authority.sees(this.web, this.caller, Site(this.web.settings.office), View.OVERVIEW):
        raise authority.not_found()
    at, scope = this.web.clock(), authority.scope_of(this.web, this.caller)
    today = local_date(at)
    last = min(last or today - _DAY, today)
    first = first or max(last - _USUAL, FIRST_DAY)
    if first >= last:
        raise ProblemError(422, this_order(first, last))
    before, after, between = _at(first), _at(last), _between(first, last)
    asked = {
        **{f"before {name}": one for name, one in before.items()},
        **{f"after {name}": one for name, one in after.items()},
        **between,
    }
    wanted = {name: one.sought(at) for name, one in asked.items()}
    with this.web.store.reading() as session:
        by_lead = registers.by_lead(session, wanted, scope=scope, now=at)
    numbers = {name: sum(counted[name] for counted in by_lead.values()) for name in wanted}

    def change(name: str, counted: dict[str, int], **also: Any) -> Change:
        ends = (
            Number(counted[f"{when} {name}"], asked[f"{when} {name}"].address(**also)) for when in ("before", "after")
        )
        return Change(name, *ends)

    return page(
        this,
        "dates.html",
        here="dates",
        first=first,
        last=last,
        today=today,
        changes=[change(name, numbers) for name in _AT],
        happened=[(name, Number(numbers[name], between[name].address())) for name in _BETWEEN],
        columns=_BETWEEN,
        lines=[
            Line(
                lead,
                change("in_hand", counted, lead=lead),
                tuple(Number(counted[name], between[name].address(lead=lead)) for name in _BETWEEN),
            )
            for lead, counted in by_lead.items()
        ],
        address=DATES,
    )


def this_order(first: date, last: date) -> str:
    """What is said where the dates stand the wrong way round."""
    return f"前一日期须早于后一日期 the first date has to be before the second: {first}, {last}"
