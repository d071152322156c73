"""What is an explanation made from? All that is recorded of one matter or case, and what it was ruled by."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from models.acts import ActName
from models.cases import CaseState
from models.ladder import Ladder
from models.matters import MatterState
from models.policy import Policy
from policies.calendar import Calendar
from policies.counting import Counting, standard_counting
from policies.deadlines import local_date
from policies.explaining.tracing import Numbered
from policies.ladder import standard_ladder

CAUSES_OF_CASES = (
    ActName.RECTIFICATION_OVERDUE,
    ActName.FINDING_WITHDRAWN,
    ActName.ACCOUNTABILITY_PROPOSED,
    ActName.CANCELLED,
)
"""The acts of a matter that come with acts of its cases."""

ACTS_CAUSED = (ActName.CASE_PROPOSED, ActName.FAILURE_NOTED, ActName.CASE_WITHDRAWN, ActName.RESTORED)
"""The acts of a case that can come of an act of its matter."""


@dataclass(frozen=True, slots=True)
class Dossier:
    """All that is recorded of one target: the chain of its matter, of the case itself (else empty), and around them.

    `state` is the snapshot of the matter (None: never admitted, or a case without one), `policy` the version it started
    under (None: its text is not kept), `calendars` the versions there have been, the latest last. `standing` and
    `case_policy` are the same of the case, whose policy is its own, `revoked` the cases it rests on whose measure does
    not stand any more.
    """

    target: str
    matter: tuple[Numbered, ...]
    calendars: Mapping[str, Calendar]
    case: tuple[Numbered, ...] = ()
    state: MatterState | None = None
    policy: Policy | None = None
    standing: CaseState | None = None
    case_policy: Policy | None = None
    revoked: tuple[str, ...] = ()

    @property
    def chain(self) -> tuple[Numbered, ...]:
        """The target's own acts."""
        return self.case or self.matter

    @property
    def started_on(self) -> date:
        """The local date of registration, or of the proposal: its counting values hold for the whole life."""
        return local_date(self.chain[0].act.at)

    @property
    def counting(self) -> Counting:
        """How days are counted for this matter or case."""
        return standard_counting().in_force(self.started_on)

    @property
    def counting_of_matter(self) -> Counting:
        """How days are counted for the matter that a case came of, or for this matter."""
        return standard_counting().in_force(local_date((self.matter or self.chain)[0].act.at))

    @property
    def ruled_by(self) -> Policy | None:
        """The version of the procedure that the target was ruled by; None where its text is not kept."""
        return self.case_policy if self.case else self.policy

    @property
    def ladder(self) -> Ladder:
        """The ladder that the measures of the case are read from: of the day on which it was proposed."""
        return standard_ladder().in_force(self.started_on)
