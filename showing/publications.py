"""What may everybody read of what is marked public: where it stands, and what was posted and published of it?

Nothing but what policies/publishing.py gives. What a petition's words repeat of its petitioner, or of one that goes on
with it, is taken out once more before anybody reads it: officials write what is published.
"""

from dataclasses import dataclass, replace

from sqlmodel import Session

from models.petitions import Identity
from policies import petitions
from policies.publishing import Publication, publication
from record import ledger, petitioners, proceeding_lists, proceedings
from record.proceeding_lists import PublicProceeding


@dataclass(frozen=True, slots=True)
class PublicPage:
    """One that is marked public: its line, and what was made public of it, oldest first."""

    line: PublicProceeding
    publications: tuple[Publication, ...]


def public_page(session: Session, target: str) -> PublicPage | None:
    """What everybody may read of it; None where there is none of this id, or it is not marked public."""
    line, state = proceeding_lists.public_status(session, target), proceedings.seen(session, target)
    if line is None or state is None:
        return None
    found = (publication(entry.act, state.terms) for entry in ledger.entries(session, target))
    kept_apart = [
        Identity.model_validate(petitioners.told(session, one))
        for one in (target, *state.links)
        if one.startswith("petition/")
    ]

    def withheld(words: str | None) -> str | None:
        for identity in kept_apart:
            words = words and petitions.withheld(words, identity)
        return words

    return PublicPage(
        replace(line, title=withheld(line.title) or ""),
        tuple(replace(one, text=withheld(one.text), medium=withheld(one.medium)) for one in found if one is not None),
    )
