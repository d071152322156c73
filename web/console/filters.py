"""Which matters does an address of the register name? Its filters, its order, its columns, and back into an address."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from models.acts import ActName
from models.asked import Asked
from models.matters import Light, Stage
from policies.waiting import Question
from record.registers import Order, Sought
from showing.weeks import begins, week_of
from web.api.texts import CURSOR, PRINTABLE, Day
from web.console.navigation import PREFIX

REGISTER = f"{PREFIX}/matters"
ACT, PRINT, EXPORT = (f"{PREFIX}/register/{name}" for name in ("act", "print", "export"))
"""Where the lines of the register that are ticked are taken."""
MOST_TICKED = 200

_DAY = timedelta(days=1)

_Named = Annotated[str, StringConstraints(max_length=64, pattern=PRINTABLE)]


class Column(StrEnum):
    """What can be shown of a matter beside its number, title and light."""

    STAGE = "stage"
    LEAD = "lead"
    OFFICE = "office"
    LEADER = "leader"
    URGENCY = "urgency"
    DUE = "due"
    LEVEL = "level"
    CASES = "cases"
    REGISTERED = "registered"
    LAST = "last"
    CLOSED = "closed"


USUAL = (Column.STAGE, Column.LEAD, Column.DUE, Column.LEVEL, Column.LAST)


class State(StrEnum):
    """Which matters, by how they stand."""

    OPEN = "open"
    OVERDUE = "overdue"
    ESCALATED = "escalated"
    SUSPENDED = "suspended"


class Due(StrEnum):
    """What falls due from now on."""

    WEEK = "week"


class Milestone(StrEnum):
    """Which matters, by what happened in them."""

    OVERDUE = "overdue"
    SUPERVISED = "supervised"
    RECTIFYING = "rectifying"

    @property
    def acts(self) -> frozenset[ActName]:
        """The acts that tell of it."""
        return _TELLING[self]


_TELLING = {
    Milestone.OVERDUE: frozenset({ActName.OVERDUE, ActName.IMPORTED_OVERDUE}),
    Milestone.SUPERVISED: frozenset({ActName.SUPERVISED}),
    Milestone.RECTIFYING: frozenset({ActName.RECTIFICATION_ORDERED}),
}


class Filters(BaseModel):
    """What an address of the register says; empty fields of its form say nothing."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    text: _Named | None = None
    lead: _Named | None = None
    office: _Named | None = None
    basis: _Named | None = None
    stage: Stage | None = None
    light: Light | None = None
    state: State | None = None
    due: Due | None = None
    waiting: Question | None = None
    registered_from: Day | None = None
    registered_before: Day | None = None
    closed_from: Day | None = None
    closed_before: Day | None = None
    open_on: Day | None = None
    """In hand at the end of this day."""
    act: Milestone | None = None
    """What happened in it, from `act_from` to the day before `act_before`."""
    act_from: Day | None = None
    act_before: Day | None = None
    order: Order = Order.NUMBER
    column: list[Column] = Field(default_factory=list, max_length=20)
    after: Annotated[str, StringConstraints(pattern=CURSOR)] | None = None
    tick: Literal["all"] | None = None
    """Whether every line of the page is ticked."""

    @model_validator(mode="before")
    @classmethod
    def _without_what_is_empty(cls, said: Any) -> Any:
        return (
            {name: value for name, value in said.items() if value not in ("", None)} if isinstance(said, dict) else said
        )

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns chosen, in their usual order; the usual ones where none is."""
        return tuple(one for one in Column if one in (self.column or USUAL))

    @property
    def narrowed(self) -> bool:
        """Whether anything is left out."""
        return bool(self.model_dump(exclude_defaults=True, exclude={"order", "column", "after", "tick"}))

    def sought(self, at: datetime, asked: frozenset[Asked] = frozenset()) -> Sought:
        """The same as a question to the record at `at`; `asked` is what waits, where it is about that."""
        return Sought(
            text=self.text,
            lead=self.lead,
            office=self.office,
            basis=self.basis,
            stage=self.stage,
            light=self.light,
            open=self.state in (State.OPEN, State.ESCALATED),
            overdue=self.state is State.OVERDUE,
            escalated=self.state is State.ESCALATED,
            suspended=self.state is State.SUSPENDED,
            due_from=at if self.due is Due.WEEK else None,
            due_before=week_of(at).before if self.due is Due.WEEK else None,
            registered_from=_begins(self.registered_from),
            registered_before=_begins(self.registered_before),
            closed_from=_begins(self.closed_from),
            closed_before=_begins(self.closed_before),
            open_at=_begins(self.open_on and self.open_on + _DAY),
            acts=self.act.acts if self.act else frozenset(),
            act_from=_begins(self.act_from),
            act_before=_begins(self.act_before),
            asked=asked if self.waiting is not None else None,
        )

    def said(self, **changed: Any) -> list[tuple[str, str]]:
        """What this says, field by field, with what is `changed`; another page only where `after` is."""
        left = {"after": None, "tick": None, **changed}
        told = self.model_copy(update=left).model_dump(
            mode="json", exclude_defaults=True, include=set(Filters.model_fields)
        )
        return [
            (name, str(one))
            for name, value in told.items()
            if value is not None
            for one in (value if isinstance(value, list) else [value])
        ]

    def address(self, to: str = REGISTER, **changed: Any) -> str:
        """The address that says this."""
        words = urlencode(self.said(**changed))
        return f"{to}?{words}" if words else to


def _begins(day: date | None) -> datetime | None:
    return None if day is None else begins(day)
