"""What is the text of the policy version a matter started under?

Kept for as long as matters are ruled by it, also when the file it came from has changed or gone.
"""

from sqlalchemy import select
from sqlmodel import Session

from models.rows import PolicyVersionRow, table
from record.statements import Prepared, insert_or_ignore

_VERSIONS = table(PolicyVersionRow)

_PUT = Prepared(insert_or_ignore(_VERSIONS, "key"))


def put(session: Session, key: str, text: str) -> bool:
    """Keep the text of a version, once; False when another text is kept under this key already, which stays."""
    _PUT.run(session, {"key": key, "text": text})
    return get(session, key) == text


def get(session: Session, key: str) -> str:
    """The text of a version; raises KeyError when none is kept under this key."""
    kept: str | None = session.execute(select(_VERSIONS.c.text).where(_VERSIONS.c.key == key)).scalar_one_or_none()
    if kept is None:
        raise KeyError(key)
    return kept
