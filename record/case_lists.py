"""Which cases fit, of those a reader may know of? The list of cases, within what the table of access lets him see."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, false, func, literal, or_, select, true, tuple_
from sqlmodel import Session

from models.access import Scope
from models.acts import ActName
from models.cases import CaseStage
from models.matters import Light
from models.rows import CaseRow, Instant, PartyRow, table
from record import cases, parties
from record.pages import Page, bounded, cut, instant_of
from record.views import within

_CASES = table(CaseRow)
_PARTIES = table(PartyRow)

_SEPARATOR = "|"


@dataclass(frozen=True, slots=True)
class CaseSought:
    """Which cases: everything that is given has to fit.

    `organ` is one of the subject's, `open` None for open ones and ended ones alike; `ids`, where given, the only ones.
    """

    stage: CaseStage | None = None
    organ: str | None = None
    open: bool | None = None
    light: Light | None = None
    text: str | None = None
    ids: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class CaseRegistered:
    """One case in a list; instants in Asia/Shanghai. `due_at` is of the step that is owed, None where none is."""

    id: str
    title: str | None
    subject: str | None
    measure: str | None
    stage: CaseStage | None
    light: Light
    open: bool
    due_at: datetime | None
    proposed_at: datetime
    ended_at: datetime | None
    last_act: ActName | None
    last_act_at: datetime | None


def found(
    session: Session, sought: CaseSought, *, scope: Scope, after: str | None = None, limit: int = 50
) -> Page[CaseRegistered]:
    """The cases that fit, within the scope, the latest proposed first; `after` is the `next` of the page before.

    Raises ValueError for a foreign `after`, or a limit beyond 1..1000.
    """
    chosen = within(select(_CASES).where(*_conditions(sought)), parties.case_known(scope, _CASES.c.id, each=True))
    if after is not None:
        instant, _, case_id = after.partition(_SEPARATOR)
        last = tuple_(literal(instant_of(instant), Instant()), literal(case_id))
        chosen = chosen.where(tuple_(_CASES.c.proposed_at, _CASES.c.id) < last)
    chosen = chosen.order_by(_CASES.c.proposed_at.desc(), _CASES.c.id.desc()).limit(bounded(limit) + 1)
    lines = [
        CaseRegistered(
            id=row.id,
            title=row.title,
            subject=row.subject,
            measure=row.measure,
            stage=None if row.stage is None else CaseStage(row.stage),
            light=Light.RED if row.red else Light.GREEN,
            open=row.open,
            due_at=row.due_at,
            proposed_at=row.proposed_at,
            ended_at=row.ended_at,
            last_act=None if row.last_act is None else ActName(row.last_act),
            last_act_at=row.last_act_at,
        )
        for row in session.execute(chosen)
    ]
    return cut(lines, limit, lambda line: f"{line.proposed_at.isoformat()}{_SEPARATOR}{line.id}")


def number(session: Session, sought: CaseSought, *, scope: Scope) -> int:
    """How many cases fit, within the scope."""
    few = sought.open is True or sought.ids is not None
    chosen = select(func.count()).select_from(_CASES).where(*_conditions(sought))
    chosen = within(chosen, parties.case_known(scope, _CASES.c.id, each=few))
    fitting: int = session.execute(chosen).scalar_one()
    return fitting


def organs(session: Session, *, scope: Scope) -> list[str]:
    """The organs of the subjects of the cases in the scope, in the order of their names."""
    chosen = select(_PARTIES.c.party).where(_PARTIES.c.role == parties.Part.ORGAN).distinct()
    return sorted(session.execute(within(chosen, parties.case_known(scope, _PARTIES.c.target))).scalars())


def asked(session: Session, *, scope: Scope) -> Iterator[tuple[str, str]]:
    """Id and what is asked (models/asked.py), of the cases in the scope that wait for somebody, in order of proposal.

    What was decided is served, executed, recorded and reviewed after the case is open no more.
    """
    known = parties.case_known(scope, _CASES.c.id, each=True)
    return cases.asked(session, true() if known is None else known)


def _conditions(sought: CaseSought) -> list[ColumnElement[bool]]:
    of = _CASES.c
    fits: list[ColumnElement[bool]] = []
    if sought.stage is not None:
        fits.append(of.stage == sought.stage.value)
    if sought.open is not None:
        fits.append(of.open.is_(sought.open))
    if sought.light is not None:
        is_red = {Light.RED: of.red.is_(True), Light.GREEN: of.red.is_(False)}
        fits.append(is_red.get(sought.light, false()))
    if sought.organ is not None:
        is_of = (_PARTIES.c.role == parties.Part.ORGAN) & (_PARTIES.c.party == sought.organ)
        fits.append(exists().where(_PARTIES.c.target == of.id, is_of).correlate(_CASES))
    if sought.text:
        fits.append(
            or_(of.id.contains(sought.text, autoescape=True), of.subject.contains(sought.text, autoescape=True))
        )
    if sought.ids is not None:
        fits.append(of.id.in_(sorted(sought.ids)))
    return fits
