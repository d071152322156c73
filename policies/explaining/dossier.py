"""What is an explanation made from? All that is recorded of one matter or case, and what it was ruled by."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from models.acts import ActName
from models.matters import MatterState
from models.policy import Policy
from policies.calendar import Calendar
from policies.counting import Counting, standard_counting
from policies.deadlines import local_date
from policies.explaining.tracing import Numbered

CAUSES_OF_CASES = (ActName.RECTIFICATION_OVERDUE, ActName.FINDING_WITHDRAWN, ActName.ACCOUNTABILITY_PROPOSED)
"""The acts of a matter that come with acts of its cases."""


@dataclass(frozen=True, slots=True)
class Dossier:
    """All that is recorded of one target: the chain of its matter, of the case itself (else empty), and around them.

    `state` is the snapshot of the matter (None: never admitted), `policy` the version it started under (None: its text
    is not kept), `calendars` the versions there have been, the latest last.
    """

    target: str
    matter: tuple[Numbered, ...]
    calendars: Mapping[str, Calendar]
    case: tuple[Numbered, ...] = ()
    state: MatterState | None = None
    policy: Policy | None = None

    @property
    def chain(self) -> tuple[Numbered, ...]:
        """The target's own acts."""
        return self.case or self.matter

    @property
    def started_on(self) -> date:
        """The local date of registration: whose counting values hold for the whole life of the matter."""
        return local_date(self.matter[0].act.at)

    @property
    def counting(self) -> Counting:
        """How days are counted for this matter."""
        return standard_counting().in_force(self.started_on)
