"""Is this the person he says he is, by his password?

Every try is counted before it is checked, for the account and for the address, so that tries at the same moment do not
slip by. An unknown login gets the same answer for the same work as a wrong password: nobody learns who has an account.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv6Address, ip_address, ip_network

from sqlmodel import Session

import logs
from identity.passwords import hashed, matches, outdated
from models.identity import Person, PersonState
from policies.accounts import digest
from policies.throttling import ACCOUNT, ADDRESS, FORGOTTEN_AFTER, Patience, blocked_for, counted
from record import accounts, credentials
from record.accounts import Asking
from record.credentials import Attempt
from record.store import Store

log = logs.get(__name__)

LOGIN_LONGEST = 128
PASSWORD_LONGEST = 1024


@dataclass(frozen=True, slots=True)
class Admitted:
    """The person signed in."""

    person: str


@dataclass(frozen=True, slots=True)
class Wrong:
    """Login or password are wrong, or the account may not be used: nobody is told which."""


@dataclass(frozen=True, slots=True)
class Blocked:
    """Too many failures; nothing is tried before that instant."""

    until: datetime


Answer = Admitted | Wrong | Blocked


def sign_in(store: Store, login: str, password: str, address: str, at: datetime, *, samples: bool = False) -> Answer:
    """What came of the try. `address` is where it came from; `samples`: sample passwords may be used here."""
    tried = _key("account", accounts.folded_login(login))
    keys = ((tried, ACCOUNT), (_key("address", network(address)), ADDRESS))
    with store.writing() as session:
        credentials.prune_attempts(session, at - FORGOTTEN_AFTER)
        known = {key: credentials.attempt(session, key) for key, _ in sorted(keys)}
        until = max((one.blocked_until for one in known.values() if one.blocked_until), default=None)
        if until is not None and at < until:
            return Blocked(until)
        for key, patience in keys:
            credentials.keep_attempt(session, key, _with_one_more(known[key], patience, at))
    with store.reading() as session:
        person = accounts.by_login(session, login)
        credential = credentials.credential(session, person.id) if person else None
    right = matches(credential.hash if credential else None, password[:PASSWORD_LONGEST])
    usable = person is not None and person.state is PersonState.ACTIVE
    if right and usable and credential is not None and (samples or not credential.sample) and person is not None:
        with store.writing() as session:
            for key, _ in keys:
                _put_back(session, key, known[key])
            credentials.forget_attempts(session, tried)
            if outdated(credential.hash):
                anew = hashed(password)
                asking = Asking(at, person.id)
                credentials.keep_hash(session, person.id, anew, digest(anew), asking, sample=credential.sample)
        log.info("sign_in.admitted")
        return Admitted(person.id)
    _note_block(store, tried, person, at)
    log.warning("sign_in.failed")
    return Wrong()


def network(address: str) -> str:
    """What counts as one address: an IPv4 address, an IPv6 network of one customer (/64), else the text itself."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or ip_network((found, 64), strict=False))
    return str(found)


def _note_block(store: Store, tried: str, person: Person | None, at: datetime) -> None:
    """Keep on record that an account is blocked now, known or not."""
    with store.writing() as session:
        until = credentials.attempt(session, tried).blocked_until
        if until is not None and at < until:
            credentials.blocked(session, tried, until, person.id if person else None, Asking(at))


def _with_one_more(known: Attempt, patience: Patience, at: datetime) -> Attempt:
    failures = counted(known.failures, known.last_at, at)
    block = blocked_for(failures, patience)
    return Attempt(failures, at, at + block if block else None)


def _put_back(session: Session, key: str, before: Attempt) -> None:
    """An address that many people share is not blamed for a try that was right."""
    if before.last_at is None:
        credentials.forget_attempts(session, key)
    else:
        credentials.keep_attempt(session, key, before)


def _key(kind: str, text: str) -> str:
    return hashlib.sha256(f"{kind}\n{text[:LOGIN_LONGEST]}".encode()).hexdigest()
