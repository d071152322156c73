"""What proves who somebody is, as hashes; and how often it was tried in vain.

Passwords are hashed in identity/passwords.py, tokens are long random texts kept as SHA-256. Attempts are kept by a
digest of the account or address tried, so that a restart forgets none and the table names nobody.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlmodel import Session

from models.acts import ActName
from models.contract import ACCOUNTS, person_target
from models.identity import TokenScope
from models.rows import AccessTokenRow, AttemptRow, CredentialRow, SessionRow, table
from record.accounts import Asking, tell
from record.statements import Prepared, upsert
from record.store import hold

_CREDENTIALS = table(CredentialRow)
_ATTEMPTS = table(AttemptRow)
_TOKENS = table(AccessTokenRow)
_SESSIONS = table(SessionRow)

_SET_CREDENTIAL = Prepared(upsert(_CREDENTIALS, "person"))
_SET_ATTEMPT = Prepared(upsert(_ATTEMPTS, "key"))


@dataclass(frozen=True, slots=True)
class Credential:
    """A password as it is kept."""

    hash: str
    sample: bool


@dataclass(frozen=True, slots=True)
class Attempt:
    """What is known of earlier failures under one key."""

    failures: int = 0
    last_at: datetime | None = None
    blocked_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A personal access token as it is kept; `number` names it, its hash is not shown."""

    number: int
    person: str
    label: str
    scope: TokenScope
    post: str | None
    principal: str | None
    issued_at: datetime
    expires_at: datetime
    revoked_at: datetime | None

    def in_force(self, at: datetime) -> bool:
        """Whether it may be used at that instant."""
        return self.revoked_at is None and at < self.expires_at


# --- passwords --------------------------------------------------------------------------------------------------------


def credential(session: Session, person: str) -> Credential | None:
    """A person's password; None where he has none."""
    row = session.execute(select(_CREDENTIALS).where(_CREDENTIALS.c.person == person)).first()
    return Credential(row.hash, row.sample) if row else None


def set_password(
    session: Session, person: str, hashed: str, told: str, asking: Asking, *, sample: bool = False
) -> None:
    """A new hash for the person's password; `told` is its digest, for the chain. Nobody stays signed in on the old."""
    keep_hash(session, person, hashed, told, asking, sample=sample)
    session.execute(delete(_SESSIONS).where(_SESSIONS.c.person == person))


def keep_hash(session: Session, person: str, hashed: str, told: str, asking: Asking, *, sample: bool) -> None:
    """Another hash for the same password: whoever is signed in stays so."""
    _SET_CREDENTIAL.run(session, {"person": person, "hash": hashed, "sample": sample, "set_at": asking.at})
    tell(session, person_target(person), ActName.PASSWORD_SET, asking, digest=told)


def has_samples(session: Session) -> bool:
    """Whether some password belongs to the sample data."""
    chosen = select(func.count()).select_from(_CREDENTIALS).where(_CREDENTIALS.c.sample.is_(True))
    return bool(session.execute(chosen).scalar_one())


def hashes(session: Session) -> dict[str, str]:
    """Every password's hash by person, for comparing with the chains."""
    return {row.person: row.hash for row in session.execute(select(_CREDENTIALS.c.person, _CREDENTIALS.c.hash))}


# --- attempts ---------------------------------------------------------------------------------------------------------


def attempt(session: Session, key: str) -> Attempt:
    """What is known under that key; held, so that two tries at once count as two."""
    hold(session, f"attempt/{key}")
    row = session.execute(select(_ATTEMPTS).where(_ATTEMPTS.c.key == key)).first()
    return Attempt(row.failures, row.last_at, row.blocked_until) if row else Attempt()


def keep_attempt(session: Session, key: str, known: Attempt) -> None:
    """What is known under that key from now on."""
    _SET_ATTEMPT.run(
        session,
        {"key": key, "failures": known.failures, "last_at": known.last_at, "blocked_until": known.blocked_until},
    )


def forget_attempts(session: Session, key: str) -> None:
    """Nothing failed under that key any more."""
    session.execute(delete(_ATTEMPTS).where(_ATTEMPTS.c.key == key))


def prune_attempts(session: Session, before: datetime) -> None:
    """Let go of what failed last before that instant and blocks nobody."""
    session.execute(delete(_ATTEMPTS).where(_ATTEMPTS.c.last_at < before))


def blocked(session: Session, key: str, until: datetime, person: str | None, asking: Asking) -> None:
    """Signing in to an account is blocked until then, on record at the door; `person` where the account exists."""
    tell(
        session, ACCOUNTS, ActName.SIGN_IN_BLOCKED, asking, account=key[:16], until=until.isoformat(), whom=person
    )  # fmt: skip


def turned_away(session: Session, provider: str, subject: str, asking: Asking) -> None:
    """Somebody the provider of identity vouches for, and nobody has registered; `subject` is a digest."""
    tell(session, ACCOUNTS, ActName.SIGN_IN_REFUSED, asking, provider=provider, subject=subject)


# --- tokens -----------------------------------------------------------------------------------------------------------


def issue_token(session: Session, new: Mapping[str, Any], told: str, asking: Asking) -> AccessToken:
    """A token, by the columns of its row; `told` is a digest of its hash, for the chain."""
    values = {**new, "issued_at": asking.at}
    number: int = session.execute(insert(_TOKENS).values(values).returning(_TOKENS.c.id)).scalar_one()
    row = session.execute(select(_TOKENS).where(_TOKENS.c.id == number)).one()
    tell(
        session, person_target(row.person), ActName.TOKEN_ISSUED, asking,
        number=number, digest=told, scope=row.scope, post=row.post, until=row.expires_at.isoformat(),
    )  # fmt: skip
    return _token(row)


def revoke_token(session: Session, token: AccessToken, asking: Asking) -> None:
    """The token may be used no longer."""
    session.execute(update(_TOKENS).where(_TOKENS.c.id == token.number).values(revoked_at=asking.at))
    tell(session, person_target(token.person), ActName.TOKEN_REVOKED, asking, number=token.number)


def token(session: Session, hashed: str) -> AccessToken | None:
    """The token of that hash, in force or not; None where there is none."""
    row = session.execute(select(_TOKENS).where(_TOKENS.c.hash == hashed)).first()
    return _token(row) if row else None


def tokens(session: Session, person: str | None = None) -> list[AccessToken]:
    """The tokens on record, the earliest first."""
    chosen = select(_TOKENS).order_by(_TOKENS.c.id)
    if person is not None:
        chosen = chosen.where(_TOKENS.c.person == person)
    return [_token(row) for row in session.execute(chosen)]


def token_hashes(session: Session) -> list[tuple[str, int, str]]:
    """Person, number and hash of every token not revoked, for comparing with the chains."""
    chosen = select(_TOKENS.c.person, _TOKENS.c.id, _TOKENS.c.hash).where(_TOKENS.c.revoked_at.is_(None))
    return [(row.person, row.id, row.hash) for row in session.execute(chosen)]


def _token(row: Any) -> AccessToken:
    return AccessToken(
        number=row.id,
        person=row.person,
        label=row.label,
        scope=TokenScope(row.scope),
        post=row.post,
        principal=row.principal,
        issued_at=row.issued_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
    )
