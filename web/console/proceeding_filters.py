"""Which petitions, duties or proceedings does an address name? Its filters, its order, and back into an address."""

from datetime import date, datetime, time
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator

from models.contract import KINDS
from models.matters import Light
from models.proceedings import Channel, ProceedingStage
from policies.deadlines import SHANGHAI
from record.proceeding_lists import SoughtProceedings
from record.registers import Order
from web.api.texts import CURSOR, PRINTABLE, Day
from web.console.navigation import PREFIX

PROCEEDINGS = f"{PREFIX}/proceedings"

_Named = Annotated[str, StringConstraints(max_length=64, pattern=PRINTABLE)]


class Kind(StrEnum):
    """What a list is of."""

    PETITION = "petition"
    DUTY = "duty"
    PROCEEDING = "proceeding"


LISTS = {
    Kind.PETITION: f"{PREFIX}/petitions",
    Kind.DUTY: f"{PREFIX}/duties",
    Kind.PROCEEDING: PROCEEDINGS,
}
"""Where the list of each kind is."""


class ProceedingState(StrEnum):
    """Which of them, by how they stand."""

    OPEN = "open"
    OVERDUE = "overdue"


class ProceedingFilters(BaseModel):
    """What an address of a list says; empty fields of its form say nothing. `due_by` is a local day, included."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    text: _Named | None = None
    procedure: _Named | None = None
    stage: ProceedingStage | None = None
    light: Light | None = None
    state: ProceedingState | None = None
    organ: _Named | None = None
    channel: Channel | None = None
    subject: _Named | None = None
    due_by: Day | None = None
    order: Order = Order.NUMBER
    after: Annotated[str, StringConstraints(pattern=CURSOR)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _without_what_is_empty(cls, said: Any) -> Any:
        return (
            {name: value for name, value in said.items() if value not in ("", None)} if isinstance(said, dict) else said
        )

    def sought(self, kind: Kind) -> SoughtProceedings:
        """The same as a question to the record."""
        return SoughtProceedings(
            kind=KINDS[kind.value],
            text=self.text,
            procedure=self.procedure,
            stage=self.stage,
            light=self.light,
            open=self.state is ProceedingState.OPEN,
            overdue=True if self.state is ProceedingState.OVERDUE else None,
            organ=self.organ,
            channel=self.channel.value if self.channel else None,
            subject=self.subject,
            due_by=_ends(self.due_by),
        )

    def address(self, kind: Kind, **changed: Any) -> str:
        """The address that says this, with what is `changed`; another page only where `after` is."""
        said = self.model_copy(update={"after": None, **changed}).model_dump(mode="json", exclude_defaults=True)
        words = urlencode([(name, value) for name, value in said.items() if value is not None])
        return f"{LISTS[kind]}?{words}" if words else LISTS[kind]


def address_of(target: str) -> str:
    """Where the page of this one is: `petition/2026-0007`."""
    return f"{PROCEEDINGS}/{quote(target)}"


def _ends(day: date | None) -> datetime | None:
    """The last instant of the day."""
    if day is None:
        return None
    return datetime.combine(day, time.max, SHANGHAI).replace(microsecond=0)


__all__ = ["LISTS", "PROCEEDINGS", "Kind", "ProceedingFilters", "ProceedingState", "address_of"]
