"""Which cases does an address of the list of cases name? Its filters, and back into an address."""

from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator

from models.cases import CaseStage
from models.matters import Light
from policies.waiting import Question
from record.case_lists import CaseSought
from web.api.texts import CURSOR, PRINTABLE
from web.console.navigation import PREFIX

CASES = f"{PREFIX}/cases"

_Named = Annotated[str, StringConstraints(max_length=64, pattern=PRINTABLE)]


class CaseIs(StrEnum):
    """Which cases, by whether they are open."""

    OPEN = "open"
    ENDED = "ended"


class Mine(StrEnum):
    """Which cases, by whose word is waited for."""

    ANY = "any"


class CaseFilters(BaseModel):
    """What an address of the list says; empty fields of its form say nothing."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    text: _Named | None = None
    organ: _Named | None = None
    stage: CaseStage | None = None
    light: Light | None = None
    state: CaseIs | None = None
    waiting: Mine | Question | None = None
    after: Annotated[str, StringConstraints(pattern=CURSOR)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _without_what_is_empty(cls, said: Any) -> Any:
        return (
            {name: value for name, value in said.items() if value not in ("", None)} if isinstance(said, dict) else said
        )

    def sought(self, ids: frozenset[str] | None = None) -> CaseSought:
        """The same as a question to the record; `ids` are the cases that wait, where it is about those."""
        return CaseSought(
            stage=self.stage,
            organ=self.organ,
            open=None if self.state is None else self.state is CaseIs.OPEN,
            light=self.light,
            text=self.text,
            ids=ids if self.waiting is not None else None,
        )

    def address(self, **changed: Any) -> str:
        """The address that says this, with what is `changed`; another page only where `after` is."""
        said = self.model_copy(update={"after": None, **changed}).model_dump(mode="json", exclude_defaults=True)
        words = urlencode([(name, value) for name, value in said.items() if value is not None])
        return f"{CASES}?{words}" if words else CASES
