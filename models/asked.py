"""What does a matter, or a case, wait for somebody to answer, as far as it says so itself?

Only what the question of whose word it is hangs on (policies/waiting.py), so that those that wait for the same words
are told apart from others by one text. Who may answer is for the rules.
"""

from datetime import UTC, date, datetime
from typing import Self

from models.acts import ActName
from models.base import Shape
from models.cases import (
    CaseClock,
    CaseClockKind,
    CaseStage,
    CaseState,
    CastVote,
    Investigation,
    Receipt,
    ReceiptKind,
    ServedFacts,
)
from models.matters import (
    Clock,
    ClockKind,
    Conclusion,
    Extension,
    ExtensionState,
    Light,
    MatterState,
    MatterTerms,
    Severity,
    Stage,
    Transfer,
    Urgency,
)

_AT = datetime(2004, 1, 1, tzinfo=UTC)


class Asked(Shape):
    """The open questions of a matter and whoever they may be put to: its posts and organs, in its own words.

    `to` is the organ asked to take the matter over, `by` who took part in the conclusion objected to.
    """

    lead: str
    office: str
    leader: str
    reviewers: tuple[str, ...] = ()
    approval: bool = False
    verification: bool = False
    extension: bool = False
    contested: bool = False
    to: str | None = None
    objected: bool = False
    by: str | None = None
    circulation: bool = False

    @classmethod
    def of(cls, state: MatterState) -> Self | None:
        """What is asked in the matter as it stands; None where nothing is."""
        terms, extension = state.terms, state.extension
        if terms is None:
            return None
        questions = {
            "approval": ClockKind.APPROVAL in state.clocks or state.stage is Stage.AWAITING_APPROVAL,
            "verification": ClockKind.VERIFICATION in state.clocks or state.stage is Stage.SUBMITTED,
            "extension": extension is not None and extension.state is ExtensionState.PENDING,
            "contested": state.contested_at is not None,
            "to": state.transfer.to if state.transfer else None,
            "objected": state.objection is not None,
            "circulation": state.circulation is not None,
        }
        if not any(questions.values()):
            return None
        posts = {"lead": terms.lead, "office": terms.office, "leader": terms.leader, "reviewers": terms.reviewers}
        return cls.model_validate({**posts, **questions, "by": state.objection.by if state.objection else None})

    def standing(self) -> MatterState:
        """A matter in which the same is asked of the same; whatever else it says is nobody's."""
        clocks = {ClockKind.APPROVAL: self.approval, ClockKind.VERIFICATION: self.verification}
        return MatterState(
            id="",
            stage=Stage.RUNNING,
            light=Light.GREEN,
            terms=MatterTerms(
                title="", lead=self.lead, office=self.office, leader=self.leader, limit="", basis="",
                urgency=Urgency.PLAIN, severity=Severity.ORDINARY, reviewers=self.reviewers,
            ),
            clocks={
                kind: Clock(kind=kind, started_at=_AT, limit="", due_at=_AT, last_day=date(2004, 1, 1))
                for kind, runs in clocks.items()
                if runs
            },
            extension=Extension(limit="", requested_at=_AT) if self.extension else None,
            contested_at=_AT if self.contested else None,
            transfer=None if self.to is None else Transfer(to=self.to, requested_at=_AT),
            objection=Conclusion(act=ActName.CLOSED, at=_AT, by=self.by) if self.objected else None,
            circulation="" if self.circulation else None,
        )  # fmt: skip


_AS_IT_IS = (
    "stage", "subject", "organs", "office", "leader", "lead", "panel", "reviewers", "proposer", "recused", "answerers",
    "recorded_overdue", "waived",
)  # fmt: skip


class AskedOfCase(Shape):
    """The steps of a case that are open, and whoever they may be put to, in its own words. Nothing that people wrote.

    `voted` is who has voted in the current ballot; `took_part` who has in any, has filed or decided; `investigated` who
    has investigated. `heavier`: as the facts served last have it, None where none were. `climbed`: how far each step.
    """

    stage: CaseStage
    subject: str = ""
    organs: tuple[str, ...] = ()
    office: str = ""
    leader: str = ""
    lead: str | None = None
    panel: tuple[str, ...] = ()
    reviewers: tuple[str, ...] = ()
    proposer: str | None = None
    recused: tuple[str, ...] = ()
    answerers: tuple[str, ...] = ()
    voted: tuple[str, ...] = ()
    took_part: tuple[str, ...] = ()
    investigated: tuple[str, ...] = ()
    recorded_overdue: bool = False
    waived: bool = False
    heavier: bool | None = None
    clocks: tuple[CaseClockKind, ...] = ()
    climbed: tuple[tuple[CaseClockKind, int], ...] = ()

    @classmethod
    def of(cls, state: CaseState) -> Self:
        """What is asked in the case as it stands."""
        took_part = {*state.voted, *(one.by for one in (state.filing, state.decision) if one is not None)}
        return cls(
            **{name: getattr(state, name) for name in _AS_IT_IS},
            voted=tuple(vote.member for vote in state.votes),
            took_part=tuple(sorted(took_part)),
            investigated=state.investigation.posts if state.investigation else (),
            heavier=None if state.facts is None else state.facts.heavier,
            clocks=tuple(sorted(state.clocks)),
            climbed=tuple(sorted(state.climbed.items())),
        )

    def standing(self) -> CaseState:
        """A case in which the same is open to the same; whatever else it says is nobody's."""
        return CaseState(
            id="",
            **{name: getattr(self, name) for name in _AS_IT_IS},
            votes=tuple(CastVote(member=member, choice="", at=_AT) for member in self.voted),
            voted=self.took_part,
            investigation=Investigation(at=_AT, posts=self.investigated, text="") if self.investigated else None,
            facts=None if self.heavier is None else _FACTS.model_copy(update={"heavier": self.heavier}),
            clocks={
                kind: CaseClock(kind=kind, started_at=_AT, limit="", due_at=_AT, last_day=date(2004, 1, 1))
                for kind in self.clocks
            },
            climbed=dict(self.climbed),
        )


_FACTS = ServedFacts(at=_AT, by="", number=1, text="", measure="", receipt=Receipt(kind=ReceiptKind.SIGNED))
