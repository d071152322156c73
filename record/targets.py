"""Where does a target's state stand? A matter's in record/matters.py, a case's in cases.py, the rest in proceedings.py.

The one place of the record that tells them apart.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, bindparam, func, or_, select
from sqlmodel import Session

from models.acts import ActName
from models.cases import CASE_OVER, CaseStage, CaseState
from models.contract import is_case, is_proceeding, launches
from models.matters import MatterState, Stage
from models.proceedings import ProceedingStage, ProceedingState
from models.rows import ActRow, CaseRow, MatterRow, ProceedingRow, table
from record import cases, matters, proceedings
from record.statements import Prepared

State = MatterState | CaseState | ProceedingState
AnyStage = Stage | CaseStage | ProceedingStage

_ACTS = table(ActRow)
_CASES = table(CaseRow)
_MATTERS = table(MatterRow)
_PROCEEDINGS = table(ProceedingRow)

_MATTER_OVER = (Stage.ARCHIVED.value, Stage.REFUSED.value)
_CASE_OVER = tuple(stage.value for stage in CASE_OVER)
# One that has ended goes on while a clock of it runs, that of what was granted.
_PROCEEDING_GOES_ON = or_(_PROCEEDINGS.c.stage.not_in(proceedings.OVER), _PROCEEDINGS.c.next_at.is_not(None))


_KEPT = (_MATTERS, _CASES, _PROCEEDINGS)
_EARLIEST = tuple(Prepared(select(func.min(one.c.next_at).label("next_at"))) for one in _KEPT)
_DUE_AT = tuple(Prepared(select(func.min(one.c.id)).where(one.c.next_at == bindparam("due"))) for one in _KEPT)


def load(session: Session, target: str) -> State | None:
    """The state after the target's last transition; None when it has had none. Holds it in a writing transaction."""
    if is_proceeding(target):
        return proceedings.load(session, target)
    return cases.load(session, target) if is_case(target) else matters.load(session, target)


def seen(session: Session, target: str) -> State | None:
    """The target's state as it stands now; None for an unknown one. It is not held: it may move meanwhile."""
    if is_proceeding(target):
        return proceedings.seen(session, target)
    return cases.seen(session, target) if is_case(target) else matters.seen(session, target)


def save(
    session: Session,
    state: State,
    *,
    seq: int,
    at: datetime,
    last_act: ActName,
    next_at: datetime | None,
    due_at: datetime | None,
    step: tuple[str, str] | None = None,
    holders: tuple[str, ...] = (),
) -> None:
    """Replace the target's snapshot and what lists show of it; see `save` of the module that keeps it.

    `step` and `holders` are those of a proceeding.
    """
    if isinstance(state, ProceedingState):
        proceedings.save(
            session, state, seq=seq, at=at, last_act=last_act, next_at=next_at, due_at=due_at, step=step,
            holders=holders,
        )  # fmt: skip
    elif isinstance(state, CaseState):
        cases.save(session, state, seq=seq, at=at, last_act=last_act, next_at=next_at, due_at=due_at)
    else:
        matters.save(session, state, seq=seq, at=at, last_act=last_act, next_at=next_at)


def waiting(session: Session, families: list[str]) -> dict[str, datetime | None]:
    """When each target falls due next (None: nothing is waited for), in the order of their first acts.

    Of the families named after these matters at the top, of these proceedings, the cases proposed and the matters
    launched from them, and of cases without a matter that are named so; refused registrations are nothing.
    """
    began = select(_ACTS.c.target, func.min(_ACTS.c.id).label("first")).group_by(_ACTS.c.target).subquery()
    of_family = or_(_MATTERS.c.id.in_(families), _MATTERS.c.root.in_(families), *_launched_by(families, _MATTERS.c.id))
    matter = select(_MATTERS.c.id, _MATTERS.c.next_at).where(_MATTERS.c.stage != Stage.REFUSED.value, of_family)
    case = (
        select(_CASES.c.id, _CASES.c.next_at)
        .join(_MATTERS, _MATTERS.c.id == _CASES.c.matter_id, isouter=True)
        .where(or_(of_family, _CASES.c.matter_id.in_(families)))
    )
    proceeding = select(_PROCEEDINGS.c.id, _PROCEEDINGS.c.next_at).where(_PROCEEDINGS.c.id.in_(families))
    both = matter.union_all(case, proceeding).subquery()
    chosen = select(both).join(began, began.c.target == both.c.id).order_by(began.c.first)
    return {row.id: row.next_at for row in session.execute(chosen)}


def _launched_by(families: list[str], matter: ColumnElement[str]) -> list[ColumnElement[bool]]:
    """Whether a matter was launched by one of these proceedings: its id begins with theirs."""
    prefixes = [launches(family) for family in families if is_proceeding(family)]
    return [matter.startswith(prefix, autoescape=True) for prefix in prefixes]


def stages(session: Session, of: str | None = None) -> dict[str, AnyStage]:
    """The stage of everything on record; with `of`, of that matter or proceeding and its cases, or of that case."""
    matter = select(_MATTERS.c.id, _MATTERS.c.stage)
    case = select(_CASES.c.id, _CASES.c.stage)
    proceeding = select(_PROCEEDINGS.c.id, _PROCEEDINGS.c.stage)
    if of is not None:
        matter = matter.where(_MATTERS.c.id == of)
        case = case.where(or_(_CASES.c.id == of, _CASES.c.matter_id == of))
        proceeding = proceeding.where(_PROCEEDINGS.c.id == of)
    found: dict[str, AnyStage] = {row.id: Stage(row.stage) for row in session.execute(matter)}
    found |= {row.id: CaseStage(row.stage) for row in session.execute(case)}
    return found | {row.id: ProceedingStage(row.stage) for row in session.execute(proceeding)}


def late(session: Session, before: datetime, of: str | None = None) -> dict[str, datetime]:
    """When each target still going on should have been struck, where that was before the aware instant.

    With `of`, of that matter or proceeding and its cases, or of that case.
    """
    matter = select(_MATTERS.c.id, _MATTERS.c.next_at).where(
        _MATTERS.c.next_at < before, _MATTERS.c.stage.not_in(_MATTER_OVER)
    )
    case = select(_CASES.c.id, _CASES.c.next_at).where(_CASES.c.next_at < before, _CASES.c.stage.not_in(_CASE_OVER))
    proceeding = select(_PROCEEDINGS.c.id, _PROCEEDINGS.c.next_at).where(_PROCEEDINGS.c.next_at < before)
    if of is not None:
        matter = matter.where(_MATTERS.c.id == of)
        case = case.where(or_(_CASES.c.id == of, _CASES.c.matter_id == of))
        proceeding = proceeding.where(_PROCEEDINGS.c.id == of)
    return {row.id: row.next_at for row in session.execute(matter.union_all(case, proceeding))}


def first_due(session: Session) -> tuple[datetime, str] | None:
    """The earliest instant at which a clock is due, and whose it is; None where none runs.

    Of several at one instant a matter's comes first, then a case's.
    """
    earliest = [row[0] if (row := one.first(session, {})) else None for one in _EARLIEST]
    first = min((at for at in earliest if at is not None), default=None)
    if first is None:
        return None
    found = _DUE_AT[earliest.index(first)].first(session, {"due": first})
    return None if found is None else (first, str(found[0]))


def unfinished(session: Session, after_id: str = "", limit: int = 500) -> list[str]:
    """Ids, in order and greater than `after_id`, of targets whose time somebody keeps: whom a notice concerns."""
    matter = select(_MATTERS.c.id).where(_MATTERS.c.stage.not_in(_MATTER_OVER))
    case = select(_CASES.c.id).where(_CASES.c.stage.not_in(_CASE_OVER))
    proceeding = select(_PROCEEDINGS.c.id).where(_PROCEEDING_GOES_ON)
    both = matter.union_all(case, proceeding).subquery()
    page = select(both.c.id).where(both.c.id > after_id).order_by(both.c.id).limit(limit)
    return list(session.execute(page).scalars())


def last_moved(session: Session, within: timedelta, limit: int = 5000) -> list[str]:
    """Targets not yet over that moved in the record's last moments: at most `within` before its newest entry."""
    newest = select(_ACTS.c.processed_at).order_by(_ACTS.c.id.desc()).limit(1)
    last: datetime | None = session.execute(newest).scalar_one_or_none()
    if last is None:
        return []
    recent = select(_ACTS.c.target).order_by(_ACTS.c.id.desc()).limit(limit).subquery()
    just_now = select(_ACTS.c.target).where(_ACTS.c.target.in_(select(recent)), _ACTS.c.processed_at >= last - within)
    moved = list(session.execute(just_now.distinct().order_by(_ACTS.c.target)).scalars())
    going_on = _going_on(session, moved)
    return [target for target in moved if target in going_on]


def moved_since(session: Session, since: datetime | None) -> list[str]:
    """Targets that something was recorded of at the aware instant `since` or later (None: ever), in order."""
    chosen = select(_ACTS.c.target).distinct().order_by(_ACTS.c.target)
    if since is not None:
        chosen = chosen.where(_ACTS.c.processed_at >= since)
    return list(session.execute(chosen).scalars())


def going_on(session: Session) -> set[str]:
    """Every target whose time somebody has to keep."""
    matter = select(_MATTERS.c.id).where(_MATTERS.c.stage.not_in(_MATTER_OVER))
    case = select(_CASES.c.id).where(_CASES.c.stage.not_in(_CASE_OVER))
    proceeding = select(_PROCEEDINGS.c.id).where(_PROCEEDING_GOES_ON)
    return set(session.execute(matter.union_all(case, proceeding)).scalars())


def _going_on(session: Session, targets: list[str]) -> set[str]:
    matter = select(_MATTERS.c.id).where(_MATTERS.c.id.in_(targets), _MATTERS.c.stage.not_in(_MATTER_OVER))
    case = select(_CASES.c.id).where(_CASES.c.id.in_(targets), _CASES.c.stage.not_in(_CASE_OVER))
    proceeding = select(_PROCEEDINGS.c.id).where(_PROCEEDINGS.c.id.in_(targets), _PROCEEDING_GOES_ON)
    return set(session.execute(matter.union_all(case, proceeding)).scalars())
