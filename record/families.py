"""Which matters and cases belong together, and which of their workflows have to look again?

A matter, its children at every depth and all their cases are one family: what one of them says to another is recorded
in one transaction, so a family has one writer at a time. Who was moved by another's transaction is kept until its own
workflow has looked, so that no wake-up is lost.
"""

from collections.abc import Iterable

from sqlalchemy import bindparam, delete, select
from sqlmodel import Session

from models.contract import matter_of
from models.rows import MatterRow, StirredRow, table
from record.statements import Prepared, insert_or_ignore, unit
from record.store import hold

_MATTERS = table(MatterRow)
_STIRRED = table(StirredRow)

_ROOT = Prepared(select(_MATTERS.c.root).where(_MATTERS.c.id == bindparam("matter")))
_STIR = Prepared(insert_or_ignore(_STIRRED, "target"))
_SETTLE = Prepared(delete(_STIRRED).where(_STIRRED.c.target == bindparam("of")))


def hold_family(session: Session, target: str) -> None:
    """Let no other transaction move the target or any of its family before this one has ended.

    Asked for before anything else is held. An SQLite transaction that writes is alone anyway.
    """
    if unit(session).dialect.name != "sqlite":
        matter = matter_of(target)
        row = _ROOT.first(session, {"matter": matter})
        hold(session, f"family {matter if row is None or row[0] is None else row[0]}")


def stir(session: Session, family: str, targets: Iterable[str]) -> None:
    """Keep that the workflows of these targets have to look: another one's transaction has moved them."""
    _STIR.run_each(session, [{"target": target, "family": family} for target in dict.fromkeys(targets)])


def settle(session: Session, target: str) -> None:
    """The target's own workflow looks now, in this transaction."""
    _SETTLE.run(session, {"of": target})


def stirred(session: Session, family: str) -> list[str]:
    """The members of the family, named after the matter at its top, whose workflows have not looked yet."""
    chosen = select(_STIRRED.c.target).where(_STIRRED.c.family == family).order_by(_STIRRED.c.target)
    return list(session.execute(chosen).scalars())
