"""What was begun in the year of the sample office, and what was said on which day?

Reads data/sample-past.yaml into what reaches which target when. Nothing is decided here: what is planned may be
refused like anything else that people say.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any

from pydantic import Field, TypeAdapter
from sqlmodel import Session

from identity.receipts import new_code
from models.base import Shape
from models.messages import Command, Registration
from models.petitions import Identity
from models.proceeding_messages import Link, Open
from policies.directory import Directory
from policies.documents import Document, decoded
from record import numbers
from sample.days import Days
from sample.player import Said
from taking import kept_apart

FILE = Path(__file__).resolve().parent.parent / "data" / "sample-past.yaml"
LONGEST = 245
"""Working days before the end at which the first ordinary matter may begin: about a year."""

_APART = 120
_COMMAND: TypeAdapter[Command] = TypeAdapter(Command)
_SEPARATOR = "|"
_MINUTES = timedelta(minutes=5)


class _Told(Shape):
    """A matter told day by day; what is not said of it is as of every matter of the sample."""

    title: str
    lead: str
    co: tuple[str, ...] = ()
    limit: str
    urgency: str | None = None
    basis: str | None = None
    report_every: str | None = None
    when: str
    assigned: str | None = None
    carried_out: bool = False
    said: list[dict[str, Any]] = Field(default_factory=list)


class _Case(Shape):
    target: str
    said: list[dict[str, Any]]


class _File(Shape):
    remark: str
    office: str
    leader: str
    panel: tuple[str, ...]
    reviewers: tuple[str, ...]
    channels: dict[str, tuple[str, ...]]
    ordinary: list[str]
    told: list[_Told]
    cases: list[_Case]
    proceedings: list[str]
    duties: list[str]
    petitions: list[str]
    repeats: list[str]


@dataclass
class Stories:
    """What is planned: `told` are the targets whose every word is planned, `routes` where petitions are sent.

    Of those in `carried_out` what was decided is carried out without a plan. `codes` are the receipt codes of the
    petitions, which nothing else keeps.
    """

    said: list[Said] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    carried_out: set[str] = field(default_factory=set)
    routes: dict[str, str] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)


def read() -> _File:
    """The file of the sample's past. Raises DocumentError with every mistake, OSError."""
    return _read(FILE)


@lru_cache(maxsize=1)
def _read(file: Path) -> _File:
    return Document(decoded(file.read_bytes(), str(file)), str(file)).read(_File)


def known_to(directory: Directory) -> bool:
    """Whether this directory has every organ in which the sample takes place."""
    file = read()
    organs = {file.office, *(line.split(_SEPARATOR)[1].strip() for line in file.ordinary)}
    return all(directory.find(organ) is not None for organ in organs)


@dataclass(frozen=True, slots=True)
class Author:
    """Who writes the past down: in which record, of which office, and with which seed."""

    session: Session
    directory: Directory
    days: Days
    until: datetime
    seed: int

    def write(self, *, ordinary: int | None = None) -> Stories:
        """Everything that is planned; only the first so many ordinary matters, where that is said."""
        stories = Stories()
        registered = [*self._ordinary(ordinary), *self._told()]
        ids: dict[str, str] = {}
        for at, registration, _ in sorted(registered, key=lambda one: one[0]):
            if at <= self.until:
                ids[registration.message_id] = numbers.take(self.session, registration.message_id, at.year)
        titles = {one.title: ids[one.message_id] for _, one, _ in registered if one.title and one.message_id in ids}
        for at, registration, told in registered:
            target = ids.get(registration.message_id)
            if target is None:
                continue
            stories.said.append(Said(at, target, registration))
            if told is not None:
                stories.told.append(target)
                stories.carried_out |= {target} if told.carried_out else set()
                stories.said += self._commands(target, told.said, registration, titles)
        for case in read().cases:
            stories.told.append(case.target)
            stories.said += self._commands(case.target, case.said, None, titles)
        self._proceedings(stories)
        self._petitions(stories)
        return stories

    # --- matters ------------------------------------------------------------------------------------------------------

    def _ordinary(self, most: int | None) -> Iterator[tuple[datetime, Registration, None]]:
        rng = Random(f"{self.seed}/ordinary")  # noqa: S311 - a sample, not a secret
        for number, line in enumerate(read().ordinary[:most]):
            title, lead, co, limit, urgency, every = _parts(line, 6)
            said: dict[str, Any] = {"title": title, "lead": lead, "co": _names(co)}
            said |= {"limit": limit, "urgency": urgency, "report_every": every or None}
            # Every other one comes twice in the year.
            again = number % 2 == 0
            day = rng.randint(1, LONGEST - _APART if again else LONGEST)
            yield self.days.some(rng, day), self._registration(f"ordinary-{number}", said), None
            if again:
                said["title"] = f"{title}(上半年)"
                at = self.days.some(rng, day + _APART)
                yield at, self._registration(f"ordinary-{number}-before", said), None

    def _told(self) -> Iterator[tuple[datetime, Registration, _Told]]:
        for number, one in enumerate(read().told):
            said = one.model_dump(exclude={"when", "assigned", "carried_out", "said"}, exclude_none=True)
            if one.assigned is not None:
                said["assigned_at"] = self.days.at(one.assigned)
            yield self.days.at(one.when), self._registration(f"told-{number}", said), one

    def _registration(self, key: str, said: dict[str, Any]) -> Registration:
        file = read()
        office = self.directory.organ(file.office)
        return Registration.model_validate(
            {
                "message_id": f"sample/{key}", "by": office.handler, "office": office.name, "leader": file.leader,
                "panel": file.panel, "reviewers": file.reviewers, "remark": file.remark, "public": True, **said,
            }
        )  # fmt: skip

    def _commands(
        self, target: str, said: Iterable[dict[str, Any]], about: Registration | None, titles: dict[str, str]
    ) -> Iterator[Said]:
        for number, one in enumerate(said, 1):
            fields = {name: value for name, value in one.items() if name != "on"}
            part = str(fields.pop("target", ""))
            addressed = f"{target}/{part}" if part.startswith("case") else f"{target}{part}"
            fields["by"] = self._post(str(fields["by"]), about)
            if "into" in fields:
                fields["into"] = titles.get(str(fields["into"]), "")
            fields["message_id"] = f"sample/{target}/{number}"
            command = _COMMAND.validate_python(self.days.dated(fields))
            yield Said(self.days.at(str(one["on"])), addressed, command)

    def _post(self, role: str, about: Registration | None) -> str:
        """The post that a story means by `role`; a post is itself."""
        file, directory = read(), self.directory
        if role == "leader":
            return file.leader
        name, _, part = role.partition(".")
        organs = {"office": file.office, "lead": about and about.lead, "co": about and about.co and about.co[0]}
        if name not in organs:
            return role
        organ = directory.find(organs[name] or "")
        if organ is None:
            return role
        return organ.head if part == "head" else organ.handler

    # --- proceedings, petitions, duties -------------------------------------------------------------------------------

    def _proceedings(self, stories: Stories) -> None:
        rng, file = Random(f"{self.seed}/proceedings"), read()  # noqa: S311 - a sample, not a secret
        begun = []
        for number, line in enumerate(file.proceedings):
            procedure, title, lead, office, co, when, subject = _parts(line, 7)
            said: dict[str, Any] = {"procedure": procedure, "title": title, "lead": lead, "office": office}
            said |= {"co": _names(co), "subject": subject or None, "text": file.remark}
            message = self._opening(f"proceeding-{number}", said)
            begun.append((self.days.some(rng, int(when)), message))
        for at, message in sorted(begun, key=lambda one: one[0]):
            target = numbers.take_proceeding(self.session, message.message_id, "proceeding", at.year)
            stories.said.append(Said(at, target, message))
        for number, line in enumerate(file.duties):
            name, procedure, title, lead, when = _parts(line, 5)
            said = {"procedure": procedure, "title": title, "lead": lead, "office": file.office, "text": file.remark}
            message = self._opening(f"duty-{number}", said)
            stories.said.append(Said(self.days.some(rng, int(when)), f"duty/{name}", message))

    def _petitions(self, stories: Stories) -> None:
        rng, file = Random(f"{self.seed}/petitions"), read()  # noqa: S311 - a sample, not a secret
        begun: list[tuple[datetime, dict[str, Any], Identity, str]] = []
        for number, line in enumerate(file.petitions):
            procedure, channel, title, text, to, when, anonymous = _parts(line, 7)
            said = {"procedure": procedure, "channel": channel, "title": title, "text": f"{text}({file.remark})"}
            # Nobody is made up: a petitioner is a sign, as persons are everywhere in the sample.
            identity = Identity() if anonymous else Identity(name=f"样例诉求人 u{number + 1}")
            begun.append((self.days.some(rng, int(when)), said, identity, to))
        for number, line in enumerate(file.repeats):
            title, repeats, when = _parts(line, 3)
            first = next(said for _, said, _, _ in begun if said["title"] == repeats)
            identity = Identity(name=f"样例诉求人 u{len(file.petitions) + number + 1}")
            begun.append((self.days.some(rng, int(when)), {**first, "title": title, "repeats": repeats}, identity, ""))
        opened: dict[str, str] = {}
        for number, (at, said, identity, to) in enumerate(sorted(begun, key=lambda one: one[0])):
            repeats = said.pop("repeats", "")
            # Letters have no routing: whoever has to handle them has them at once.
            lead = to if said["procedure"] == "letters" else "区信访局"
            message = self._opening(f"petition-{number}", {**said, "office": "区信访局", "lead": lead})
            target = numbers.take_proceeding(self.session, message.message_id, "petition", at.year)
            code = stories.codes[target] = new_code()
            message = kept_apart(self.session, target, message, identity, code=code, at=at)
            stories.said.append(Said(at, target, message))
            opened[said["title"]] = target
            if to:
                stories.routes[target] = to
            elif repeats in opened:
                by, reason = message.by, "受理时认定为重复件"
                link = Link(message_id=f"sample/{target}/link", by=by, to=opened[repeats], reason=reason)
                stories.told.append(target)
                stories.said.append(Said(at + _MINUTES, target, link))

    def _opening(self, key: str, said: dict[str, Any]) -> Open:
        file = read()
        by = self.directory.organ(str(said["office"])).handler
        return Open.model_validate(
            {"message_id": f"sample/{key}", "by": by, "leader": file.leader, "public": True, **said}
        )


def _parts(line: str, number: int) -> list[str]:
    """The parts of a line, empty ones for those left out at its end. Raises ValueError for too many."""
    parts = [part.strip() for part in line.split(_SEPARATOR)]
    if len(parts) > number:
        raise ValueError(line)
    return parts + [""] * (number - len(parts))


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split("、")) if text else ()
