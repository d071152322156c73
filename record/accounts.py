"""Who may sign in, which posts are held and lent, and who looks after the site?

Every change is an act in the person's chain and a row of a table, in one transaction; whether it may be made is for
policies/holdings.py. `changed` finds what was changed in the tables behind the chain's back. Functions take a session
of record.store.Store; writing ones hold the accounts, so that two changes never cross.
"""

import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlmodel import Session

from models.acts import Act, ActName
from models.contract import ACCOUNTS, person_target
from models.identity import Delegation, Holding, Person, PersonState, SiteRole
from models.rows import (
    ActRow,
    CredentialRow,
    DelegationRow,
    HoldingRow,
    PersonRow,
    SessionRow,
    SiteRoleRow,
    table,
)
from record import ledger
from record.store import hold

_ACTS = table(ActRow)
_PERSONS = table(PersonRow)
_CREDENTIALS = table(CredentialRow)
_HOLDINGS = table(HoldingRow)
_DELEGATIONS = table(DelegationRow)
_ROLES = table(SiteRoleRow)
_SESSIONS = table(SessionRow)


@dataclass(frozen=True, slots=True)
class Asking:
    """Who has a change made, and when: the person signed in (None at the machine itself), an aware instant."""

    at: datetime
    by: str | None = None


def held(session: Session) -> None:
    """Let no other change of accounts cross this transaction's."""
    hold(session, ACCOUNTS)


def tell(
    session: Session, target: str, name: ActName, asking: Asking, *, reason: str | None = None, **detail: object
) -> None:
    """Append one act to a chain of accounts; what is None is left out of its detail."""
    act = Act(
        at=asking.at,
        target=target,
        act=name,
        person=asking.by,
        reason=reason,
        detail={key: value for key, value in detail.items() if value is not None},
    )
    ledger.append(session, [act], message_id=None, processed_at=asking.at)


# --- reading ----------------------------------------------------------------------------------------------------------


def folded_login(login: str) -> str:
    """The form in which a name to sign in with is kept: case and width make no difference."""
    return unicodedata.normalize("NFKC", login).strip().casefold()


def by_login(session: Session, login: str) -> Person | None:
    """The person who signs in under that name; None where nobody does."""
    row = session.execute(select(_PERSONS).where(_PERSONS.c.login == folded_login(login))).first()
    return _person(row) if row else None


def person(session: Session, person_id: str) -> Person | None:
    """The person of that id; None where there is none."""
    row = session.execute(select(_PERSONS).where(_PERSONS.c.id == person_id)).first()
    return _person(row) if row else None


def persons(session: Session) -> list[Person]:
    """Everybody, in the order of registration."""
    return [_person(row) for row in session.execute(select(_PERSONS).order_by(_PERSONS.c.number))]


def holdings(session: Session, person_id: str | None = None, post: str | None = None) -> list[Holding]:
    """The holdings on record, of that person or post where one is named, the earliest first."""
    chosen = select(_HOLDINGS).order_by(_HOLDINGS.c.held_from, _HOLDINGS.c.id)
    if person_id is not None:
        chosen = chosen.where(_HOLDINGS.c.person == person_id)
    if post is not None:
        chosen = chosen.where(_HOLDINGS.c.post == post)
    return [_holding(row) for row in session.execute(chosen)]


def delegations(
    session: Session, *, person_id: str | None = None, principal: str | None = None, number: int | None = None
) -> list[Delegation]:
    """The delegations on record: to that person, by that principal, of that number; the earliest first."""
    chosen = select(_DELEGATIONS).order_by(_DELEGATIONS.c.id)
    if person_id is not None:
        chosen = chosen.where(_DELEGATIONS.c.person == person_id)
    if principal is not None:
        chosen = chosen.where(_DELEGATIONS.c.principal == principal)
    if number is not None:
        chosen = chosen.where(_DELEGATIONS.c.id == number)
    return [_delegation(row) for row in session.execute(chosen)]


def roles(session: Session, person_id: str | None = None) -> list[tuple[str, SiteRole]]:
    """The roles on record as pairs of person and role."""
    chosen = select(_ROLES.c.person, _ROLES.c.role).order_by(_ROLES.c.person, _ROLES.c.role)
    if person_id is not None:
        chosen = chosen.where(_ROLES.c.person == person_id)
    return [(row.person, SiteRole(row.role)) for row in session.execute(chosen)]


def relevant_holdings(session: Session, person_id: str) -> tuple[list[Holding], list[Delegation]]:
    """What decides through which posts the person may act: his holdings, what was lent to him, and by which holders."""
    lent = delegations(session, person_id=person_id)
    wanted = {person_id, *(one.principal for one in lent)}
    chosen = select(_HOLDINGS).where(_HOLDINGS.c.person.in_(wanted)).order_by(_HOLDINGS.c.id)
    return [_holding(row) for row in session.execute(chosen)], lent


def chains(session: Session) -> dict[str, list[Act]]:
    """The acts of every person's chain by person, in their order."""
    begins = person_target("")
    found: dict[str, list[Act]] = {}
    chosen = select(_ACTS).where(_ACTS.c.target.startswith(begins)).order_by(_ACTS.c.target, _ACTS.c.seq)
    for row in session.execute(chosen):
        found.setdefault(row.target.removeprefix(begins), []).append(ledger.entry_of(row).act)
    return found


# --- changing ---------------------------------------------------------------------------------------------------------


def register(session: Session, login: str, name: str | None, login_digest: str, asking: Asking) -> Person:
    """Somebody new under the next id. `login_digest` is made by `next_id`'s id and the login (policies/accounts.py)."""
    person_id = next_id(session)
    new = Person(id=person_id, login=folded_login(login), name=name)
    session.execute(
        insert(_PERSONS).values(
            id=new.id,
            number=int(person_id.removeprefix("u")),
            login=new.login,
            name=name,
            state=new.state.value,
            registered_at=asking.at,
        )
    )
    tell(session, person_target(new.id), ActName.PERSON_REGISTERED, asking, login=login_digest)
    return new


def next_id(session: Session) -> str:
    """The id the next person gets: `u1`, `u2`, …; ids are never used again."""
    held(session)
    last: int | None = session.execute(select(func.max(_PERSONS.c.number))).scalar_one_or_none()
    return f"u{(last or 0) + 1}"


def rename(session: Session, person_id: str, name: str | None) -> None:
    """Change what a person is called; it is no act, for names are kept nowhere else."""
    session.execute(update(_PERSONS).where(_PERSONS.c.id == person_id).values(name=name))


def take_post(session: Session, new: Holding, asking: Asking) -> None:
    """A post is held from now on, as `new` says."""
    session.execute(insert(_HOLDINGS).values(new.model_dump()))
    told: dict[str, Any] = {
        "post": new.post,
        "from": new.held_from.isoformat(),
        "to": new.held_to and new.held_to.isoformat(),
    }
    tell(session, person_target(new.person), ActName.POST_HELD, asking, **told)


def leave_post(
    session: Session, holding: Holding, last_day: date, asking: Asking, *, reason: str | None = None
) -> None:
    """The holding ends with `last_day`."""
    session.execute(
        update(_HOLDINGS)
        .where(
            _HOLDINGS.c.person == holding.person,
            _HOLDINGS.c.post == holding.post,
            _HOLDINGS.c.held_from == holding.held_from,
        )
        .values(held_to=last_day)
    )
    told: dict[str, Any] = {"post": holding.post, "from": holding.held_from.isoformat(), "to": last_day.isoformat()}
    tell(session, person_target(holding.person), ActName.POST_VACATED, asking, reason=reason, **told)


def lend(session: Session, new: Delegation, asking: Asking) -> Delegation:
    """A post is lent; the delegation with its number. Told in the chain of the principal, whose post it is."""
    added = session.execute(
        insert(_DELEGATIONS).values(new.model_dump(exclude={"number"})).returning(_DELEGATIONS.c.id)
    )
    lent = new.model_copy(update={"number": added.scalar_one()})
    told: dict[str, Any] = {
        "number": lent.number, "post": lent.post, "to_person": lent.person,
        "from": lent.lent_from.isoformat(), "to": lent.lent_to.isoformat(),
    }  # fmt: skip
    tell(session, person_target(lent.principal), ActName.POST_LENT, asking, reason=lent.reason, **told)
    return lent


def recall(session: Session, lent: Delegation, on: date, asking: Asking) -> None:
    """The delegation holds no more from that day on."""
    session.execute(update(_DELEGATIONS).where(_DELEGATIONS.c.id == lent.number).values(revoked_on=on))
    told: dict[str, Any] = {"number": lent.number, "post": lent.post, "to_person": lent.person, "on": on.isoformat()}
    tell(session, person_target(lent.principal), ActName.POST_RECALLED, asking, **told)


def give_role(session: Session, person_id: str, role: SiteRole, asking: Asking) -> None:
    """The person has the role from now on."""
    session.execute(insert(_ROLES).values(person=person_id, role=role.value, given_at=asking.at))
    tell(session, person_target(person_id), ActName.ROLE_GIVEN, asking, role=role.value)


def withdraw_role(session: Session, person_id: str, role: SiteRole, asking: Asking) -> None:
    """The person has the role no longer."""
    session.execute(delete(_ROLES).where(_ROLES.c.person == person_id, _ROLES.c.role == role.value))
    tell(session, person_target(person_id), ActName.ROLE_WITHDRAWN, asking, role=role.value)


def lock(session: Session, person_id: str, reason: str | None, asking: Asking) -> None:
    """The person may not sign in, and whoever is signed in as him is so no longer."""
    session.execute(update(_PERSONS).where(_PERSONS.c.id == person_id).values(state=PersonState.LOCKED.value))
    session.execute(delete(_SESSIONS).where(_SESSIONS.c.person == person_id))
    tell(session, person_target(person_id), ActName.PERSON_LOCKED, asking, reason=reason)


def unlock(session: Session, person_id: str, asking: Asking) -> None:
    """The person may sign in again."""
    session.execute(update(_PERSONS).where(_PERSONS.c.id == person_id).values(state=PersonState.ACTIVE.value))
    tell(session, person_target(person_id), ActName.PERSON_UNLOCKED, asking)


def refused(session: Session, person_id: str, rule: str, reason: str, asking: Asking, *, asked: str) -> None:
    """A change that was asked for and refused, on record in the person's chain."""
    tell(session, person_target(person_id), ActName.REFUSED, asking, reason=reason, rule=rule, asked=asked)


# --- rows -------------------------------------------------------------------------------------------------------------


def _person(row: Any) -> Person:
    return Person(id=row.id, login=row.login, name=row.name, state=PersonState(row.state))


def _holding(row: Any) -> Holding:
    return Holding(person=row.person, post=row.post, held_from=row.held_from, held_to=row.held_to)


def _delegation(row: Any) -> Delegation:
    return Delegation(
        number=row.id,
        principal=row.principal,
        post=row.post,
        person=row.person,
        lent_from=row.lent_from,
        lent_to=row.lent_to,
        reason=row.reason,
        revoked_on=row.revoked_on,
    )
