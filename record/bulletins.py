"""What happened that a bulletin counts, as the record stood at the end of a day?

Only the acts that a bulletin asks for are read, and of each only what it needs; nothing that people wrote. Of a period
only what its figures can hang on, however much there has ever been.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, func, or_, select
from sqlmodel import Session

from models.acts import ACTS_ASIDE, ActName
from models.bulletins import Happened
from models.contract import is_case
from models.rows import SHANGHAI, TOLD, ActRow, MatterRow, aware, table
from record.ledger import parsed
from record.statements import Prepared

_ACTS = table(ActRow)
_MATTERS = table(MatterRow)

# Most of a record, and nothing that a bulletin counts.
_UNCOUNTED = ACTS_ASIDE | {
    ActName.REMINDED, ActName.SIGN_REMINDED, ActName.LIGHT_CHANGED, ActName.PROGRESS_REPORTED, ActName.REFUSED,
    ActName.STEP_BEGUN,
}  # fmt: skip
_COUNTED = tuple(name.value for name in ActName if name not in _UNCOUNTED)
_STANDING = tuple(
    name.value for name in (ActName.REGISTERED, ActName.REOPENED, ActName.CLOSED, ActName.CANCELLED, ActName.MERGED,
                            ActName.TRANSFER_REQUESTED, ActName.TRANSFER_ACCEPTED)
)  # fmt: skip
"""By these alone it is told whether a matter is in hand, and by whom."""
_PAGE = 2_000
_TOGETHER = 500

_NEEDED = (_ACTS.c.target, _ACTS.c.act, _ACTS.c.at, _ACTS.c.subject, _ACTS.c.body)
_OF_TARGET = Prepared(select(*_NEEDED).where(_ACTS.c.target == bindparam("of")).order_by(_ACTS.c.id))


def happened(session: Session, until: datetime) -> Iterator[Happened]:
    """Every act that counts and was recorded before the aware instant `until`, in the order of recording."""
    return _read(session, _told(until).order_by(_ACTS.c.id))


def happened_to(session: Session, target: str) -> Iterator[Happened]:
    """Every act of one target that counts, in the order of its chain."""
    return _counted(row for row in _OF_TARGET.every(session, {"of": target}) if row[1] in _COUNTED)


def in_period(
    session: Session, until: datetime, since: datetime, before: datetime, *, of_cases: bool
) -> Iterator[Happened]:
    """The same of everything that figures from `since` to `before` (not included), aware instants, can hang on.

    `of_cases`: of cases alone, else of all but cases. Target by target, in the order of recording each. What acted in
    the period is read whole; of what else was in hand at its end, what tells that and by whom.
    """
    until, since, before = aware(until), aware(since), aware(before)
    acted = select(_ACTS.c.target).where(
        TOLD, _ACTS.c.at >= since, _ACTS.c.at < before, _ACTS.c.act.in_(_COUNTED), _ACTS.c.processed_at < until
    )
    whole = {one for one in session.execute(acted.distinct()).scalars() if is_case(one) is of_cases}
    yield from _of(session, _told(until), whole)
    if not of_cases:
        stands = or_(_ACTS.c.act.in_(_STANDING), _ACTS.c.body.contains('"lead":'))
        yield from _of(session, _told(until).where(stands), _in_hand(session, until, before) - whole)


def _in_hand(session: Session, until: datetime, before: datetime) -> set[str]:
    """Every matter that may have been in hand then, as was known at `until`, and some that were not."""
    of = _MATTERS.c
    now = select(of.id).where(of.registered_at < before, or_(of.closed_at.is_(None), of.closed_at >= before))
    # What has been recorded since may have closed what was in hand as far as was known.
    last = select(_ACTS.c.id).where(_ACTS.c.processed_at < until).order_by(_ACTS.c.id.desc()).limit(1)
    later = select(_ACTS.c.target).where(_ACTS.c.id > func.coalesce(last.scalar_subquery(), 0))
    later = later.where(_ACTS.c.act.in_(_STANDING), _ACTS.c.at < before).distinct()
    return {*session.execute(now).scalars(), *session.execute(later).scalars()}


def _of(session: Session, chosen: Select[Any], targets: Collection[str]) -> Iterator[Happened]:
    ordered = sorted(targets)
    for start in range(0, len(ordered), _TOGETHER):
        some = chosen.where(_ACTS.c.target.in_(ordered[start : start + _TOGETHER]))
        yield from _read(session, some.order_by(_ACTS.c.target, _ACTS.c.seq))


def _told(until: datetime) -> Select[Any]:
    return select(*_NEEDED).where(_ACTS.c.act.in_(_COUNTED), _ACTS.c.processed_at < aware(until))


def _read(session: Session, chosen: Select[Any]) -> Iterator[Happened]:
    return _counted(session.execute(chosen.execution_options(yield_per=_PAGE)))


def _counted(rows: Iterable[Sequence[Any]]) -> Iterator[Happened]:
    for of, act, at, about, body in rows:
        told = parsed(body)
        detail = told.get("detail") or {}
        said = detail.get("said") if isinstance(detail, dict) else None
        due = told.get("due")
        yield Happened(
            target=of, act=ActName(act), at=at.astimezone(SHANGHAI),
            due=datetime.fromisoformat(due) if isinstance(due, str) else None,
            organ=said.get("lead") if isinstance(said, dict) else None, subject=about,
            measure=told.get("measure"), value=told.get("value"), reason=_word(told.get("reason")),
        )  # fmt: skip


def _word(reason: object) -> str | None:
    """A reason that is one of the engine's own words, and nothing that people wrote."""
    return reason if isinstance(reason, str) and reason.isascii() and reason.replace("_", "").isalpha() else None
