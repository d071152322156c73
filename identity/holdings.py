"""Through which posts may this person act today, and who is the caller then? Read from the record at every request."""

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from models.identity import ActingPost, Caller, Person, PersonState
from policies.holdings import acting_posts
from record import accounts


def posts_of(session: Session, person: str, on: date) -> tuple[ActingPost, ...]:
    """The posts the person may act through on that day, his own first."""
    return acting_posts(person, *accounts.relevant_holdings(session, person), on)


@dataclass(frozen=True, slots=True)
class Standing:
    """A person as he stands on a day: the caller he is, and the posts he may choose from."""

    person: Person
    caller: Caller
    posts: tuple[ActingPost, ...]


def standing(session: Session, person: str, chosen: ActingPost | None, on: date) -> Standing | None:
    """How the person stands, acting through the `chosen` post; None where he may not sign in.

    A post he may act through no longer is chosen no longer: then the caller has none.
    """
    known = accounts.person(session, person)
    if known is None or known.state is not PersonState.ACTIVE:
        return None
    posts = posts_of(session, person, on)
    roles = frozenset(role for _, role in accounts.roles(session, person))
    acting = chosen if chosen in posts else None
    caller = Caller(
        person=person,
        post=acting.post if acting else None,
        principal=acting.principal if acting else None,
        roles=roles,
    )
    return Standing(known, caller, posts)
