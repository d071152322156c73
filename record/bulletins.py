"""What happened that a bulletin counts, in the order of recording, as the record stood at the end of a day?

Only the acts that a bulletin asks for are read, and of each only what it needs; nothing that people wrote.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlmodel import Session

from models.acts import ACTS_ASIDE, ActName
from models.bulletins import Happened
from models.rows import SHANGHAI, ActRow, aware, table
from record.ledger import parsed
from record.statements import Prepared

_ACTS = table(ActRow)

# Most of a record, and nothing that a bulletin counts.
_UNCOUNTED = ACTS_ASIDE | {
    ActName.REMINDED, ActName.SIGN_REMINDED, ActName.LIGHT_CHANGED, ActName.PROGRESS_REPORTED, ActName.REFUSED,
    ActName.STEP_BEGUN,
}  # fmt: skip
_COUNTED = tuple(name.value for name in ActName if name not in _UNCOUNTED)
_PAGE = 2_000

_NEEDED = (_ACTS.c.target, _ACTS.c.act, _ACTS.c.at, _ACTS.c.subject, _ACTS.c.body)
_OF_TARGET = Prepared(select(*_NEEDED).where(_ACTS.c.target == bindparam("of")).order_by(_ACTS.c.id))


def happened(session: Session, until: datetime) -> Iterator[Happened]:
    """Every act that counts and was recorded before the aware instant `until`, in the order of recording."""
    chosen = select(*_NEEDED).where(_ACTS.c.act.in_(_COUNTED), _ACTS.c.processed_at < aware(until)).order_by(_ACTS.c.id)
    return _counted(session.execute(chosen.execution_options(yield_per=_PAGE)))


def happened_to(session: Session, target: str) -> Iterator[Happened]:
    """Every act of one target that counts, in the order of its chain."""
    return _counted(row for row in _OF_TARGET.every(session, {"of": target}) if row[1] in _COUNTED)


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
