"""Is this somebody who holds the receipt code of a petition? Whoever does may follow it, and is nobody else.

The code has 100 random bits and is shown once: of it a SHA-256 bound to the petition's number is kept, as of sessions
and tokens; a slow hash guards what people choose, and nobody chose this. Wrong tries block the address they come from
and never the petition: else a stranger could shut out whoever asked. docs/decisions/0022.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime

from identity.signing_in import network
from policies.throttling import ADDRESS, FORGOTTEN_AFTER, blocked_for, counted
from record import credentials, petitioners
from record.credentials import Attempt
from record.store import Store

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter that is taken for a digit."""
LENGTH = 20
GROUP = 5
LONGEST = 64
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})


@dataclass(frozen=True, slots=True)
class Held:
    """The code is the petition's."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """There is no such petition, or another code is its own: nobody is told which."""


@dataclass(frozen=True, slots=True)
class Blocked:
    """Too many wrong codes from this address; none is looked at before that instant."""

    until: datetime


def new_code() -> str:
    """A code as it is handed out: four groups of five."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return "-".join(code[at : at + GROUP] for at in range(0, LENGTH, GROUP))


def digest(petition: str, code: str) -> str:
    """What is kept of a code, however it is typed: small letters, spaces, O for 0. Good for that petition alone."""
    plain = "".join(one for one in code[:LONGEST].upper() if one.isalnum()).translate(_READ_AS)
    return hashlib.sha256(f"duban receipt\n{petition}\n{plain}".encode()).hexdigest()


def held(store: Store, petition: str, code: str, address: str, at: datetime) -> Held | Unknown | Blocked:
    """Whether the code is the petition's; a wrong one counts against the address it came from."""
    key = hashlib.sha256(f"receipt\n{network(address)}".encode()).hexdigest()
    with store.reading() as session:
        until = credentials.attempt(session, key).blocked_until
        known = petitioners.receipt(session, petition)
    if until is not None and at < until:
        return Blocked(until)
    shown = digest(petition, code)
    if hmac.compare_digest(shown, known.digest if known is not None else "-" * len(shown)):
        return Held()
    with store.writing() as session:
        credentials.prune_attempts(session, at - FORGOTTEN_AFTER)
        before = credentials.attempt(session, key)
        failures = counted(before.failures, before.last_at, at)
        block = blocked_for(failures, ADDRESS)
        credentials.keep_attempt(session, key, Attempt(failures, at, at + block if block else None))
    return Unknown()
