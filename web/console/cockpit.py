"""What stands where, on one page? 驾驶舱: figures, each the number of lines behind the link it is."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from models.access import View
from models.matters import Light
from policies.deadlines import local_date
from policies.distance import Distance, distance
from policies.relations import Site
from record import registers
from record.registers import Sought
from showing.weeks import Week, last_weeks
from web.api import authority
from web.api.parts import calendar_of
from web.console.case_filters import CaseFilters
from web.console.filters import Due, Filters, State
from web.console.navigation import INBOX, PREFIX, has_inbox
from web.console.visits import PageRoute, Visiting, page
from web.console.waiting import Waiting, Waits, waits, waits_for

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

_COLUMNS = ("open", *_LIGHTS, "overdue", "week")
_SHOWN_COLUMNS = _COLUMNS[:-1]


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
        others = {name: one for name, one in wanted.items() if name not in columns}
        standing, numbers = registers.figures(session, columns, others, scope=scope, now=at)
        counted = {**_summed(standing, columns), **numbers}
        waiting = waits(session, this)
        shown = waits_for(session, this, waiting, _SHOWN)
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
        columns=_SHOWN_COLUMNS,
        leads=_rows(_by(standing, 0), "lead"),
        bases=_rows(_by(standing, 1), "basis"),
        weeks=[
            (week, [Figure(kind, counted[name], one.address())
                    for (name, one), kind in zip(_of_week(week).items(), ("registered", "closed"), strict=True)])
            for week in weeks
        ],
        waiting=[item(one) for one in shown],
        more=max(sum(waiting.numbers.values()) - _SHOWN, 0),
        questions=_asked(waiting),
        inbox=INBOX if has_inbox(this.web, this.caller) else None,
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


_Standing = dict[tuple[str, str], dict[str, int]]


def _summed(standing: _Standing, names: Iterable[str]) -> dict[str, int]:
    return {name: sum(counted[name] for counted in standing.values()) for name in names}


def _by(standing: _Standing, place: int) -> dict[str, dict[str, int]]:
    """The same by lead (0) or by basis (1) alone, in the order of their names."""
    found: dict[str, Counter[str]] = {}
    for key, counted in standing.items():
        found.setdefault(key[place], Counter()).update(counted)
    return {name: {column: found[name][column] for column in _SHOWN_COLUMNS} for name in sorted(found)}


def _asked(waiting: Waiting) -> list[Figure]:
    """How many matters or cases wait, by question."""
    return [
        Figure(
            question.value,
            number,
            Filters(waiting=question).address() if waiting.of(question) else CaseFilters(waiting=question).address(),
        )
        for question, number in waiting.numbers.items()
    ]
