"""Who has looked at a protected field, at which, and why?

Nothing protected is shown unless somebody who may look says why, and every look is an act, in the transaction that
reads. Looks stand in a chain of their own beside what is looked at (`looks/2026-0143/case1`), so that a case's own
chain goes on being what its workflow has seen. Who may look is for policies/; the caller brings it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlmodel import Session

from models.acts import Act, ActName
from models.contract import is_case
from models.protection import LOOKS, Kind
from models.rows import ActRow, CaseRow, table
from record import ledger, sealed
from record.keys import subject_of
from record.ledger import Entry
from record.statements import unit
from record.store import Store

_ACTS = table(ActRow)
_CASES = table(CaseRow)
_SHORTEST_REASON = 2


class NoPurposeError(ValueError):
    """A look without a reason is not granted."""

    def __init__(self) -> None:
        super().__init__("查看受保护内容须说明理由 say why the protected fields are to be seen")


@dataclass(frozen=True, slots=True)
class Looker:
    """Who looks, from where: the post, person and principal where somebody is signed in, else the machine's account.

    `channel` is where it is shown: cli, console, api, codec.
    """

    channel: str
    post: str | None = None
    person: str | None = None
    principal: str | None = None
    account: str | None = None


@dataclass(frozen=True, slots=True)
class Looked:
    """What came of it: the targets whose protected fields this transaction may read now, and those refused."""

    opened: tuple[str, ...]
    refused: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Apart:
    """What belongs to a target and is kept apart from it: whose key seals it, and what it is called in an act."""

    subject: str
    fields: tuple[str, ...]


def chain_of(target: str) -> str:
    """The chain in which the looks at a target stand."""
    return f"{LOOKS}{target}"


def look(
    session: Session,
    targets: Iterable[str],
    looker: Looker,
    reason: str,
    *,
    at: datetime,
    may: Callable[[str], bool],
    fields: Iterable[str] = (),
) -> Looked:
    """Open the protected fields of these targets for this writing transaction; each look is an act before it is one.

    `may` says of a target whether this looker may; a refusal is an act too, and opens nothing. A target without any
    protected field needs no look. `fields` names what is looked at beside the acts (a paper's number). Raises
    NoPurposeError.
    """
    why = reason.strip()
    if len(why) < _SHORTEST_REASON:
        raise NoPurposeError
    opened: list[str] = []
    refused: list[str] = []
    acts: list[Act] = []
    for target in dict.fromkeys(targets):
        found = [*_fields(session, target), *fields]
        if not found:
            continue
        allowed = may(target)
        (opened if allowed else refused).append(target)
        acts.append(_act(target, looker, why, at, found, allowed=allowed))
    ledger.append(session, acts, message_id=None, processed_at=at)
    looked = Looked(tuple(opened), tuple(refused))
    grant(session, looked)
    return looked


def look_apart(
    session: Session, target: str, apart: Apart, looker: Looker, reason: str, *, at: datetime, allowed: bool
) -> bool:
    """Put a look at what is kept apart from the target, under a key of its own, on record, and open that.

    As `look`: a refused one is an act too and opens nothing. Whether it was opened. Raises NoPurposeError.
    """
    why = reason.strip()
    if len(why) < _SHORTEST_REASON:
        raise NoPurposeError
    told = _act(target, looker, why, at, list(apart.fields), allowed=allowed)
    ledger.append(session, [told], message_id=None, processed_at=at)
    known = unit(session)
    if allowed and known.opens is not None:
        known.opens.add(apart.subject)
    return allowed


def look_by_codec(store: Store, looker: Looker, reason: str, at: datetime) -> Callable[[dict[str, int]], None]:
    """What puts a decoding for the Temporal UI on record: for privacy/endpoint.py, one look for each case.

    Payloads of no case hold no case material: the log tells of them.
    """

    def look_at(subjects: dict[str, int]) -> None:
        cases = {subject.removeprefix("case/"): number for subject, number in subjects.items() if is_case(subject)}
        acts = [
            _act(target, looker, reason, at, [f"history ({number})"], allowed=True)
            for target, number in sorted(cases.items())
        ]
        if acts:
            with store.writing() as session:
                ledger.append(session, acts, message_id=None, processed_at=at)

    return look_at


def grant(session: Session, looked: Looked) -> None:
    """Open in this transaction what a look, on record by now, has opened: for what is read page by page."""
    known = unit(session)
    if known.opens is not None:
        known.opens |= {subject_of(target) for target in looked.opened}


def with_cases(session: Session, target: str) -> list[str]:
    """The target, and the cases of a matter."""
    chosen = select(_CASES.c.id).where(_CASES.c.matter_id == target).order_by(_CASES.c.id)
    return [target, *session.execute(chosen).scalars()]


def protected_targets(session: Session) -> list[str]:
    """Every target on record that is a case: what a whole export opens."""
    return list(session.execute(select(_CASES.c.id).order_by(_CASES.c.id)).scalars())


def looks_at(session: Session, target: str) -> list[Entry]:
    """Every look at the target, in the order of the looks."""
    return ledger.entries(session, chain_of(target))


def _fields(session: Session, target: str) -> list[str]:
    """Which protected fields the target's acts have, by name: `reason`, `detail.text`."""
    subject = subject_of(target)
    chosen = select(_ACTS.c.body).where(
        or_(_ACTS.c.target == target, _ACTS.c.body.contains(f'"subject":{ledger.canonical(subject)}', autoescape=True))
    )
    names: set[str] = set()
    for body in session.execute(chosen).scalars():
        names |= set(sealed.protected_in(session, Kind.ACT, ledger.parsed(body)))
    return sorted(name.strip("/").replace("/", ".") for name in names)


def _act(target: str, looker: Looker, why: str, at: datetime, found: list[str], *, allowed: bool) -> Act:
    detail: dict[str, Any] = {"of": target, "fields": found, "channel": looker.channel}
    if looker.account:
        detail["account"] = looker.account
    return Act(
        at=at,
        target=chain_of(target),
        act=ActName.LOOKED_AT if allowed else ActName.REFUSED,
        by=looker.post,
        person=looker.person,
        principal=looker.principal,
        reason=why,
        detail=detail,
    )
