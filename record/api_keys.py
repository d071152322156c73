"""Was this request made before under the same key, and was it the same request?

Only a fingerprint is kept, never a request or its answer: a repetition is answered anew by what it did, which knows it
by its message id or source key. Kept as long as those are, for ever.
"""

from datetime import datetime

from sqlalchemy import bindparam, select
from sqlmodel import Session

from models.rows import RequestKeyRow, table
from record.statements import Prepared, insert_or_ignore

_KEYS = table(RequestKeyRow)
_CLAIM = Prepared(insert_or_ignore(_KEYS, "person", "key"))
_KNOWN = Prepared(
    select(_KEYS.c.fingerprint).where(_KEYS.c.person == bindparam("who"), _KEYS.c.key == bindparam("named"))
)


def claim(session: Session, person: str, key: str, fingerprint: str, at: datetime) -> bool:
    """Whether the person's `key` stands for the request of this fingerprint, now or since before; one transaction."""
    _CLAIM.run(session, {"person": person, "key": key, "fingerprint": fingerprint, "at": at})
    return known(session, person, key) == fingerprint


def known(session: Session, person: str, key: str) -> str | None:
    """The fingerprint of the request made under this key; None for a key that was never used."""
    row = _KNOWN.first(session, {"who": person, "named": key})
    return None if row is None else str(row[0])
