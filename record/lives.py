"""What happened to which matters, from registration to now, for whoever looks back over many of them?

Matters in pages, then the acts of a page: reading a year needs the memory of a page. What they come to is for others.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session

from models.acts import ActName
from models.contract import matter_of
from models.rows import ActRow, CaseRow, MatterRow, aware, table
from record.ledger import Entry, entry_of
from record.pages import Page, bounded, cut

_ACTS = table(ActRow)
_CASES = table(CaseRow)
_MATTERS = table(MatterRow)


def registered(
    session: Session,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    after: str | None = None,
    limit: int = 100,
) -> Page[str]:
    """The ids of matters admitted at `since` or later and before `until` (aware; None: no bound), in order.

    `after` is the `next` of the page before. Refused registrations are no matters.
    """
    chosen = select(_MATTERS.c.id).where(_MATTERS.c.registered_at.is_not(None)).limit(bounded(limit) + 1)
    if since is not None:
        chosen = chosen.where(_MATTERS.c.registered_at >= aware(since))
    if until is not None:
        chosen = chosen.where(_MATTERS.c.registered_at < aware(until))
    if after is not None:
        chosen = chosen.where(_MATTERS.c.id > after)
    found = list(session.execute(chosen.order_by(_MATTERS.c.id)).scalars())
    return cut(found, limit, lambda matter_id: matter_id)


def lives(session: Session, matter_ids: Sequence[str]) -> dict[str, list[Entry]]:
    """Every entry of these matters and of their cases, each matter's in the order of recording."""
    cases = session.execute(select(_CASES.c.id).where(_CASES.c.matter_id.in_(matter_ids))).scalars()
    own = _ACTS.c.target.in_([*matter_ids, *cases])
    found: dict[str, list[Entry]] = {matter_id: [] for matter_id in matter_ids}
    for row in session.execute(select(_ACTS).where(own).order_by(_ACTS.c.id)):
        target = row.target if row.target in found else matter_of(row.target)
        found[target].append(entry_of(row))
    return found


def last_act_at(session: Session) -> datetime | None:
    """The instant of the latest act of all; None where nothing is recorded."""
    last: datetime | None = session.execute(select(func.max(_ACTS.c.at))).scalar_one_or_none()
    return last


def measures(session: Session) -> list[tuple[str, datetime]]:
    """Against whom a measure was decided and when, in the order of recording."""
    chosen = select(_ACTS.c.subject, _ACTS.c.at).where(_ACTS.c.act == ActName.MEASURE_DECIDED.value)
    return [(row.subject, row.at) for row in session.execute(chosen.order_by(_ACTS.c.id)) if row.subject]
