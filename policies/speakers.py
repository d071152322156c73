"""Who asks for something at the site or about a file, may he, and have as many persons said it as the table wants?

Relations follow from the post, from the roles of the person, and from being at the machine itself where nobody signed
in; rows are in policies/access.py, who has authenticated the person is for cli/ and web/. engine.md 4 (W9), 5.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from models.access import Relation
from models.base import Voice
from policies import access
from policies.access import Need
from policies.access_words import RELATIONS, words_of
from policies.authority import Refused
from policies.directory import Directory
from policies.relations import Standing, relations

PERSON, PERSONS = "authority.person", "authority.persons"
"""The rules by which a person has to be named, and by which two persons have to differ."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who asks: through which post, which person (None: nobody signed in), with which roles on the site.

    `machine`: at the machine itself without signing in; then a post is named, and nobody vouches for the person.
    """

    post: str | None = None
    voice: Voice | None = None
    roles: frozenset[str] = frozenset()
    machine: bool = False

    @property
    def persons(self) -> frozenset[str]:
        """Whoever stands behind it: the person, and the principal he speaks for; nobody where nobody signed in."""
        return persons_of(self.voice.person, self.voice.principal) if self.voice else frozenset()


class Asked(Protocol):
    """What is on record of who asked first: the post, the person and his principal, as an act has them."""

    @property
    def by(self) -> str | None:
        """The post."""

    @property
    def person(self) -> str | None:
        """The person."""

    @property
    def principal(self) -> str | None:
        """For whom the person spoke."""


def persons_of(person: str | None, principal: str | None) -> frozenset[str]:
    """A person and the principal he spoke for, as far as they are known."""
    return frozenset(one for one in (person, principal) if one)


def check(
    name: str,
    speaker: Speaker,
    directory: Directory,
    *standings: Standing,
    beside: Sequence[Standing] = (),
) -> Need:
    """The row `name` of the table, where the speaker may do or see that; refuses him otherwise.

    He may by any relation to any of the `standings` (a file and the site that keeps it), and what bars him from one of
    them, or from what is `beside` (the cases in a file), bars him altogether.
    """
    held: set[Relation] = {Relation.MACHINE} if speaker.machine else set()
    for standing in standings:
        held |= relations(speaker.post, standing, directory, roles=speaker.roles)
    need = access.ACCESS.get(name)
    if need is None:
        raise Refused("无权办理 not authorised for this", "authority")
    for standing in beside:
        held |= frozenset(need.none_of) & relations(speaker.post, standing, directory)
    for bar in need.none_of:
        if bar in held:
            raise Refused(*access.BARRED[bar])
    if not access.may(name, held):
        who = "、".join(" ".join(RELATIONS[relation]) for relation in need.any_of) or "无人 nobody"
        zh, en = words_of(name)
        raise Refused(f"无权办理({zh}) not authorised to {en};可办理 who may: {who}", "authority")
    return need


def named(speaker: Speaker) -> None:
    """Refuse a speaker without a person on record."""
    if not speaker.persons:
        raise Refused("须由登录的人员办理,记录须写明办理人 a person has to be signed in and named", PERSON)


def enough(need: Need, speaker: Speaker, first: Asked | None) -> bool:
    """Whether as many persons have said it, the speaker being the last, as `need` asks; False: he is the first of two.

    `first` is who has asked for it before, None where nobody has. Refuses, where it takes two, a speaker who is not
    named, and one who asked himself: the same person, his principal or his deputy, or another through the same post.
    """
    if need.persons == 1:
        return True
    named(speaker)
    if first is None:
        return False
    asked = persons_of(first.person, first.principal)
    if not asked or asked & speaker.persons or (first.by is not None and first.by == speaker.post):
        raise Refused("提请人与批准人须为两人 whoever asked may not approve", PERSONS)
    return True
