"""Who is signed in, by the hash of what his browser holds; and who was sent to the provider of identity.

The holder's secret itself is never kept. How long a session lasts is told by whoever begins it.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, insert, select, update
from sqlmodel import Session

from models.identity import ActingPost
from models.rows import PendingSignInRow, SessionRow, table

_SESSIONS = table(SessionRow)
_PENDING = table(PendingSignInRow)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """One session: who, through which post (and for whom), since when, seen last, and when it ends at the latest."""

    person: str
    post: str | None
    principal: str | None
    began_at: datetime
    seen_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Pending:
    """What a sign-in through a provider has to come back with."""

    state: str
    nonce: str
    verifier: str
    expires_at: datetime


def begin(session: Session, hashed: str, new: SignedIn) -> None:
    """Somebody is signed in."""
    session.execute(
        insert(_SESSIONS).values(
            hash=hashed,
            person=new.person,
            post=new.post,
            principal=new.principal,
            began_at=new.began_at,
            seen_at=new.seen_at,
            expires_at=new.expires_at,
        )
    )


def find(session: Session, hashed: str) -> SignedIn | None:
    """The session under that hash, over or not; None where there is none."""
    row = session.execute(select(_SESSIONS).where(_SESSIONS.c.hash == hashed)).first()
    if row is None:
        return None
    return SignedIn(row.person, row.post, row.principal, row.began_at, row.seen_at, row.expires_at)


def seen(session: Session, hashed: str, at: datetime) -> None:
    """The session was used at that instant."""
    session.execute(update(_SESSIONS).where(_SESSIONS.c.hash == hashed).values(seen_at=at))


def choose(session: Session, hashed: str, chosen: ActingPost) -> None:
    """Through which post the session speaks from now on."""
    values = {"post": chosen.post, "principal": chosen.principal}
    session.execute(update(_SESSIONS).where(_SESSIONS.c.hash == hashed).values(values))


def end(session: Session, hashed: str) -> None:
    """Nobody is signed in under that hash any more."""
    session.execute(delete(_SESSIONS).where(_SESSIONS.c.hash == hashed))


def prune(session: Session, at: datetime) -> None:
    """Let go of sessions and pending sign-ins that are over."""
    session.execute(delete(_SESSIONS).where(_SESSIONS.c.expires_at <= at))
    session.execute(delete(_PENDING).where(_PENDING.c.expires_at <= at))


def begin_pending(session: Session, hashed: str, new: Pending) -> None:
    """A browser is sent to the provider."""
    session.execute(
        insert(_PENDING).values(
            hash=hashed, state=new.state, nonce=new.nonce, verifier=new.verifier, expires_at=new.expires_at
        )
    )


def pending_number(session: Session) -> int:
    """How many browsers are at the provider."""
    found: int = session.execute(select(func.count()).select_from(_PENDING)).scalar_one()
    return found


def take_pending(session: Session, hashed: str) -> Pending | None:
    """What the browser has to come back with; it is taken, so that nothing can come back twice."""
    row = session.execute(select(_PENDING).where(_PENDING.c.hash == hashed)).first()
    session.execute(delete(_PENDING).where(_PENDING.c.hash == hashed))
    return Pending(row.state, row.nonce, row.verifier, row.expires_at) if row else None
