"""What happened to which matters, from registration to now, for whoever looks back over many of them?

Families in pages, then the acts of a page: reading a year needs the memory of a page, and no family is cut by one. What
they come to is for others.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, FromClause, and_, exists, func, or_, select
from sqlmodel import Session

from models.acts import ActName
from models.matters import Stage
from models.rows import ActRow, CaseRow, MatterRow, aware, table
from record.ledger import Entry, entry_of
from record.pages import LONGEST_PAGE, Page, bounded, cut

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
    """The families in which a matter was admitted at `since` or later and before `until`, in order, by their top's id.

    Bounds are aware instants (None: no bound); `after` is the `next` of the page before. Refused registrations are no
    matters.
    """
    admitted = _admitted(_MATTERS, since, until)
    if since is not None or until is not None:
        # Without bounds a child tells nothing: the matter at the top was admitted before it.
        child = _MATTERS.alias()
        admitted = or_(admitted, exists().where(child.c.root == _MATTERS.c.id, _admitted(child, since, until)))
    chosen = select(_MATTERS.c.id).where(_MATTERS.c.root.is_(None), admitted)
    if after is not None:
        chosen = chosen.where(_MATTERS.c.id > after)
    found = list(session.execute(chosen.order_by(_MATTERS.c.id).limit(bounded(limit) + 1)).scalars())
    return cut(found, limit, lambda family: family)


def open_families(session: Session, limit: int) -> list[str]:
    """At most so many families with a matter whose time is still kept, by their top's id, the latest numbers first."""
    family = func.coalesce(_MATTERS.c.root, _MATTERS.c.id)
    kept = _MATTERS.c.stage.not_in((Stage.ARCHIVED.value, Stage.REFUSED.value))
    return list(session.execute(select(family).where(kept).distinct().order_by(family.desc()).limit(limit)).scalars())


def open_by_version(session: Session) -> dict[str, int]:
    """How many matters whose time is still kept go by each version of a procedure."""
    kept = _MATTERS.c.stage.not_in((Stage.ARCHIVED.value, Stage.REFUSED.value))
    found = Counter[str]()
    for policy, many in session.execute(
        select(_MATTERS.c.policy, func.count()).where(kept).group_by(_MATTERS.c.policy)
    ):
        found[policy.partition("/")[0]] += many
    return dict(sorted(found.items()))


def number(session: Session, *, since: datetime | None = None, until: datetime | None = None) -> int:
    """How many families `registered` gives in all."""
    found = 0
    after: str | None = None
    while True:
        page = registered(session, since=since, until=until, after=after, limit=LONGEST_PAGE)
        found += len(page.items)
        if page.next is None:
            return found
        after = page.next


def _admitted(matters: FromClause, since: datetime | None, until: datetime | None) -> ColumnElement[bool]:
    at = matters.c.registered_at
    bounds: list[ColumnElement[bool]] = [at.is_not(None)]
    if since is not None:
        bounds.append(at >= aware(since))
    if until is not None:
        bounds.append(at < aware(until))
    return and_(*bounds)


def lives(session: Session, families: Sequence[str]) -> dict[str, list[Entry]]:
    """Every entry of the matters of these families and of their cases, each family's in the order of recording."""
    members = select(_MATTERS.c.id, _MATTERS.c.root).where(
        or_(_MATTERS.c.id.in_(families), _MATTERS.c.root.in_(families))
    )
    family_of = {row.id: row.root or row.id for row in session.execute(members)}
    cases = select(_CASES.c.id, _CASES.c.matter_id).where(_CASES.c.matter_id.in_(list(family_of)))
    family_of |= {row.id: family_of[row.matter_id] for row in session.execute(cases)}
    own = _ACTS.c.target.in_(list(family_of))
    found: dict[str, list[Entry]] = {family: [] for family in families}
    for row in session.execute(select(_ACTS).where(own).order_by(_ACTS.c.id)):
        found[family_of[row.target]].append(entry_of(session, row))
    return found


def last_act_at(session: Session) -> datetime | None:
    """The instant of the latest act of all; None where nothing is recorded."""
    last: datetime | None = session.execute(select(func.max(_ACTS.c.at))).scalar_one_or_none()
    return last


def measures(session: Session) -> list[tuple[str, datetime]]:
    """Against whom a measure was decided and when, in the order of recording."""
    chosen = select(_ACTS.c.subject, _ACTS.c.at).where(_ACTS.c.act == ActName.MEASURE_DECIDED.value)
    return [(row.subject, row.at) for row in session.execute(chosen.order_by(_ACTS.c.id)) if row.subject]
