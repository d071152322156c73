"""What stands where, on one page? 驾驶舱: figures, each the number of lines behind the link it is."""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from models.access import View
from models.matters import Light
from policies.deadlines import local_date
from policies.distance import Distance, distance
from policies.relations import Site
from policies.waiting import Question
from record import registers
from record.registers import Grouping, Sought
from showing.weeks import Week, last_weeks
from web.api import authority
from web.api.parts import calendar_of
from web.console.filters import Due, Filters, State
from web.console.navigation import PREFIX
from web.console.visits import PageRoute, Visiting, page
from web.console.waiting import Waits, waits_for

routes = APIRouter(route_class=PageRoute, include_in_schema=False)

WEEKS = 12
_SHOWN = 20

_LIGHTS = {light.value: Filters(light=light, state=State.OPEN) for light in reversed(Light)}
_FIGURES: dict[str, Filters] = {
    "open": Filters(state=State.OPEN),
    **_LIGHTS,
    "overdue": Filters(state=State.OVERDUE),
    "week": Filters(due=Due.WEEK),
    "escalated": Filters(state=State.ESCALATED),
    "suspended": Filters(state=State.SUSPENDED),
}
"""The figures of the page, each as the register would be asked for its lines."""

_COLUMNS = ("open", *_LIGHTS, "overdue")


@dataclass(frozen=True, slots=True)
class Figure:
    """A number, and where its lines are."""

    name: str
    number: int
    address: str


@dataclass(frozen=True, slots=True)
class Row:
    """The figures of one lead, or of one basis."""

    name: str
    address: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """Something that waits for the visitor, and how far its end is."""

    waits: Waits
    far: Distance | None


@routes.get(PREFIX)
def cockpit(this: Visiting) -> HTMLResponse:
    """The page, of what the visitor may list."""
    if not authority.sees(this.web, this.caller, Site(this.web.settings.office), View.OVERVIEW):
        raise authority.not_found()
    at, scope = this.web.clock(), authority.scope_of(this.web, this.caller)
    weeks = last_weeks(at, WEEKS)
    trend = {name: one for week in weeks for name, one in _of_week(week).items()}
    wanted = {name: one.sought(at) for name, one in {**_FIGURES, **trend}.items()}
    columns: dict[str, Sought] = {name: wanted[name] for name in _COLUMNS}
    with this.web.store.reading() as session:
        counted = registers.numbers(session, wanted, scope=scope, now=at)
        leads = registers.grouped(session, columns, Grouping.LEAD, scope=scope, now=at)
        bases = registers.grouped(session, columns, Grouping.BASIS, scope=scope, now=at)
        waiting = waits_for(session, this)
        working = calendar_of(session)

    def item(one: Waits) -> Item:
        if one.due_at is None:
            return Item(one, None)
        return Item(one, distance(one.due_at, at, working, overdue=one.due_at <= at))

    return page(
        this,
        "cockpit.html",
        here="cockpit",
        at=at,
        today=local_date(at),
        figures=[Figure(name, counted[name], one.address()) for name, one in _FIGURES.items()],
        columns=_COLUMNS,
        leads=_rows(leads, "lead"),
        bases=_rows(bases, "basis"),
        weeks=[
            (week, [Figure(kind, counted[name], one.address())
                    for (name, one), kind in zip(_of_week(week).items(), ("registered", "closed"), strict=True)])
            for week in weeks
        ],
        waiting=[item(one) for one in waiting[:_SHOWN]],
        more=max(len(waiting) - _SHOWN, 0),
        questions=_asked(waiting),
    )  # fmt: skip


def _of_week(week: Week) -> dict[str, Filters]:
    since, before = week.monday, week.next_monday
    return {
        f"registered {since}": Filters(registered_from=since, registered_before=before),
        f"closed {since}": Filters(closed_from=since, closed_before=before),
    }


def _rows(found: dict[str, dict[str, int]], by: str) -> list[Row]:
    return [
        Row(
            name,
            Filters(**_also({}, by, name)).address(),
            tuple(
                Figure(figure, number, _FIGURES[figure].address(**_also({}, by, name)))
                for figure, number in numbers.items()
            ),
        )
        for name, numbers in found.items()
    ]


def _also(said: dict[str, Any], by: str, name: str) -> dict[str, Any]:
    return {**said, by: name}


def _asked(waiting: list[Waits]) -> list[Figure]:
    """How many matters wait, by question; those of cases lead to the list on the page itself."""
    found: list[Figure] = []
    for question in Question:
        of = [one for one in waiting if one.question is question]
        if of:
            address = Filters(waiting=question).address() if of[0].case is None else "#waiting"
            found.append(Figure(question.value, len(of), address))
    return found
