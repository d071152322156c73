"""How is a petition taken in, with its petitioner apart, and what is it the second time?

State secrets are refused before anything is kept. Then number, identity and receipt code, then the petition itself,
which knows an opaque reference only; what the rules refuse leaves no identity behind. One way for command line and
interface. Source: mechanisms.md G2; 信访工作条例 22, 30; docs/decisions/0022.
"""

import asyncio
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlmodel import Session

from identity.receipts import digest, new_code
from models.messages import Command, Outcome
from models.petitions import Identity
from models.proceeding_messages import FollowUp, Link, Open, Rate
from models.proceedings import ProceedingStage, ProceedingState
from office import Launched
from policies import petitions, secrecy
from policies.authority import Refused
from policies.deadlines import local_date
from record import numbers, petitioners, proceedings
from record.store import Store

__all__ = ["Candidate", "Taken", "Taker", "alike", "candidates", "goes_on", "kept_apart"]

KIND = "petition"
_RULE = "intake"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A petition that may be the same: why (same_person, similar), how alike in per cent, whether it has ended."""

    petition: str
    title: str
    why: tuple[str, ...]
    similarity: int
    over: bool


@dataclass(frozen=True, slots=True)
class Taken:
    """A petition as taken in: the recorded answer, and the receipt code, which is nowhere afterwards (None: refused).

    `again`: it had been handed in before; then the code is a new one, and the old one opens nothing any more.
    `linked` is the answer to its being linked to what it repeats, None where it repeats nothing that is open.
    """

    petition: str
    outcome: Outcome
    again: bool
    code: str | None
    linked: Outcome | None = None


class Speaks(Protocol):
    """What opens petitions and speaks to them: office.py `Office`."""

    async def open_proceeding(self, target: str, message: Open) -> Launched:
        """Open it, and wait until that is on record."""

    async def say(self, target: str, command: Command) -> Outcome:
        """Give it a command; the answer is on record."""


@dataclass(frozen=True, slots=True)
class Taker:
    """Who takes petitions in: the office on its server, and its record."""

    office: Speaks
    store: Store

    async def take(self, message: Open, identity: Identity, at: datetime, *, repeats: str | None = None) -> Taken:
        """Take the petition in under the message's id; once, however often it is handed in.

        Without a post (`by`) whoever asks speaks for himself, and holds the code of what he says he repeats. `repeats`
        names the petition it repeats: one that goes on is linked to at once, one that has ended becomes the source.
        Raises Refused for a state secret and for a repetition of what is not there, of which nothing is kept;
        NothingSealedError; UnavailableError and RecordUnavailableError, after which it may be handed in again.
        """
        secrecy.refuse_secrets(message, identity)
        first = await asyncio.to_thread(self._first, repeats)
        target = await asyncio.to_thread(
            numbers.reserve_proceeding, self.store, message.message_id, KIND, local_date(at).year
        )
        code = new_code()
        said = await asyncio.to_thread(self._kept, target, code, message, identity, at)
        if first is not None and first.over:
            said = said.model_copy(update={"source": first.id})
        opened = await self.office.open_proceeding(target, said)
        if not opened.outcome.accepted:
            await asyncio.to_thread(self._given_up, target, at)
            return Taken(target, opened.outcome, opened.again, None)
        linked = await self._linked(target, said, first) if first is not None and not first.over else None
        return Taken(target, opened.outcome, opened.again, code, linked)

    async def follow_up(self, petition: str, text: str, message_id: str) -> Outcome:
        """Let whoever holds the petition's code say more: to the one it goes on with, without his identity.

        Raises Refused for a state secret, UnavailableError.
        """
        secrecy.refuse_secrets(text)
        target, words = await asyncio.to_thread(self._addressed, petition, text)
        return await self.office.say(
            target, FollowUp(message_id=message_id, text=words, about=_about(petition, target))
        )

    async def rate(self, petition: str, satisfied: bool, text: str | None, message_id: str) -> Outcome:
        """Let whoever holds the petition's code judge the answer; as `follow_up`."""
        secrecy.refuse_secrets(text)
        target, words = await asyncio.to_thread(self._addressed, petition, text or "")
        said = Rate(message_id=message_id, satisfied=satisfied, text=words or None, about=_about(petition, target))
        return await self.office.say(target, said)

    def _first(self, repeats: str | None) -> ProceedingState | None:
        """What is repeated: the one that goes on, where it was linked."""
        if repeats is None:
            return None
        with self.store.reading() as session:
            found = proceedings.seen(session, repeats)
            while found is not None and found.stage is ProceedingStage.LINKED and found.linked_to is not None:
                found = proceedings.seen(session, found.linked_to)
        if found is None or not found.id.startswith(f"{KIND}/"):
            raise Refused(f"没有该诉求 unknown petition: {repeats}", _RULE)
        return found

    def _kept(self, target: str, code: str, message: Open, identity: Identity, at: datetime) -> Open:
        with self.store.writing() as session:
            return kept_apart(session, target, message, identity, code=code, at=at)

    def _given_up(self, target: str, at: datetime) -> None:
        with self.store.writing() as session:
            petitioners.give_up(session, target, at)
        self.store.scrub()

    async def _linked(self, target: str, said: Open, first: ProceedingState) -> Outcome:
        found = "受理时认定为重复件 found to be a repetition when it was taken in"
        own = "诉求人自述重复此前的诉求 named by whoever asked as a repetition of his own"
        link = Link(
            message_id=f"{said.message_id}:repeats"[:200], by=said.by, voice=said.voice, to=first.id,
            reason=found if said.by else own,
        )  # fmt: skip
        return await self.office.say(target, link)

    def _addressed(self, petition: str, text: str) -> tuple[str, str]:
        """To which petition it is said, and the words without their speaker's identity."""
        with self.store.reading() as session:
            own = Identity.model_validate(petitioners.told(session, petition))
            return goes_on(session, petition), petitions.withheld(text, own)


_SAID = ("title", "text", "subject")
"""What people write of a petition in the open."""


def kept_apart(session: Session, target: str, message: Open, identity: Identity, *, code: str, at: datetime) -> Open:
    """Keep who hands in the petition `target`, and what proves its code; the petition as it may then be opened.

    In a writing transaction. Raises NothingSealedError.
    """
    channel = message.channel.value if message.channel is not None else ""
    handed = petitioners.HandedIn(target, digest(target, code), identity.told, petitions.marks(identity), channel)
    ref = petitioners.take_in(session, handed, at)
    told = {name: petitions.withheld(said, identity) for name in _SAID if (said := getattr(message, name))}
    return message.model_copy(update={"petitioner": ref, "anonymous": ref is None, **told})


def _about(petition: str, target: str) -> str | None:
    return petition if target != petition else None


def goes_on(session: Session, petition: str) -> str:
    """The petition that this one goes on with, itself where it goes on by itself."""
    found = proceedings.seen(session, petition)
    while found is not None and found.stage is ProceedingStage.LINKED and found.linked_to is not None:
        petition = found.linked_to
        found = proceedings.seen(session, petition)
    return petition


def candidates(store: Store, petition: str, at: datetime) -> list[Candidate]:
    """Which other petitions may be the same one: of the same petitioner, or to the same office under a like title.

    Like are titles that share as much as parameters/petitions.yaml says; of two that name what they are about both name
    the same. The lead is not compared: routing changes it. The most alike first.
    """
    with store.reading() as session:
        state = proceedings.seen(session, petition)
        if state is None or state.terms is None:
            return []
        persons = set(petitioners.same_person(session, petition))
        others = _beside(session, state.terms.office, at)
    return _alike(
        [one for one in others if one.petition != petition], state.terms.title, state.terms.subject, at, persons
    )


def alike(store: Store, office: str, title: str, subject: str | None, at: datetime) -> list[Candidate]:
    """The same of one that is not taken in yet, by what it is called and is about."""
    with store.reading() as session:
        others = _beside(session, office, at)
    return _alike(others, title, subject, at)


def _beside(session: Session, office: str, at: datetime) -> list[petitioners.Beside]:
    looked_back = petitions.in_force(local_date(at)).looked_back
    return petitioners.beside(session, office, at - timedelta(days=looked_back))


def _alike(
    others: Iterable[petitioners.Beside], title: str, subject: str | None, at: datetime,
    persons: Collection[str] = (),
) -> list[Candidate]:  # fmt: skip
    least, found = petitions.in_force(local_date(at)).similarity, list[Candidate]()
    for one in others:
        similarity = petitions.similarity(title, one.title)
        same_subject = None in (subject, one.subject) or subject == one.subject
        why = (
            *(("same_person",) if one.petition in persons else ()),
            *(("similar",) if similarity >= least and same_subject else ()),
        )
        if why:
            found.append(Candidate(one.petition, one.title, why, similarity, one.over))
    return sorted(found, key=lambda one: (-len(one.why), -one.similarity, one.petition))
