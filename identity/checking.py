"""Do the tables of accounts still say what the chains tell? Whoever owns the database can edit a table unseen."""

from dataclasses import dataclass

from sqlmodel import Session

from policies.accounts import Account, account, differences, digest
from record import accounts, credentials


@dataclass(frozen=True, slots=True)
class Changed:
    """A person whose account differs from what its chain tells, and in which parts."""

    person: str
    parts: tuple[str, ...]

    @property
    def text(self) -> str:
        """The finding in words, Chinese first."""
        return f"person/{self.person}: 账号与其记录链不符 the account differs from its chain: {', '.join(self.parts)}"


def changed(session: Session) -> list[Changed]:
    """Every account that was changed behind its chain's back; the chains themselves are for record/ledger.py."""
    told = {person: account(acts) for person, acts in accounts.chains(session).items()}
    kept = _kept(session)
    found = []
    for person in sorted({*told, *kept}):
        parts = differences(told.get(person), kept.get(person))
        if parts:
            found.append(Changed(person, tuple(parts)))
    return found


def _kept(session: Session) -> dict[str, Account]:
    hashes = credentials.hashes(session)
    held, lent = accounts.holdings(session), accounts.delegations(session)
    roles, tokens = accounts.roles(session), credentials.token_hashes(session)
    return {
        one.id: Account(
            one.id,
            login=digest(one.id, one.login),
            password=digest(hashes[one.id]) if one.id in hashes else None,
            state=one.state,
            holdings=frozenset(each for each in held if each.person == one.id),
            lent=frozenset(each for each in lent if each.principal == one.id),
            roles=frozenset(role for person, role in roles if person == one.id),
            tokens=frozenset((number, digest(hashed)) for person, number, hashed in tokens if person == one.id),
        )
        for one in accounts.persons(session)
    }
