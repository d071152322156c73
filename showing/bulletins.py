"""A bulletin of a period as the record stood at a day's end: what happened, in figures (policies/bulletins.py)."""

from datetime import date, timedelta

from sqlmodel import Session

from models.bulletins import Bulletin, BulletinKind
from policies.bulletins import bulletin, period_of
from policies.calendar import Calendar
from record.bulletins import in_period
from showing.weeks import begins

_DAY = timedelta(days=1)


def usual(period: str) -> BulletinKind:
    """Which one is meant where only the period is told; raises ValueError for one that cannot be read."""
    first, last = period_of(period)
    return BulletinKind.MONTH if (first.year, first.month) == (last.year, last.month) else BulletinKind.QUARTER


def drawn_up(session: Session, period: str, kind: BulletinKind | None, on: date, calendar: Calendar) -> Bulletin:
    """The bulletin as of the end of the local day `on`; the usual one of the period without a kind.

    Raises ValueError for a period that cannot be read, or had not begun by then.
    """
    chosen = kind or usual(period)
    first, last = period_of(period)
    told = in_period(
        session, begins(on + _DAY), begins(first), begins(last + _DAY), of_cases=chosen is BulletinKind.ACCOUNTABILITY
    )
    return bulletin(told, chosen, period, on, calendar)
