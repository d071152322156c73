"""What would a file of persons change on record, and what came of it? Importing it twice changes nothing.

Rows are read by intake/persons.py; each difference from the record is a change of accounts like any other, admitted by
the same rules. Nothing on record is taken away because a file does not name it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlmodel import Session

from identity.administration import Administration, Done
from models.identity import Holding, Person, SiteRole
from policies.directory import Directory
from policies.holdings import Held, Refusal, refuse_holding, refuse_role
from record import accounts


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the file, as much of it as is put on record."""

    row: int
    cell: str
    login: str
    name: str | None = None
    post: str | None = None
    since: date | None = None
    until: date | None = None
    role: SiteRole | None = None


class ChangeKind(StrEnum):
    """What is to be done for a row."""

    REGISTER = "register"
    RENAME = "rename"
    HOLD = "hold"
    VACATE = "vacate"
    ROLE = "role"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing to be done, for which row; `refusal` says that it will not be."""

    kind: ChangeKind
    line: Line
    refusal: Refusal | None = None


def plan(session: Session, lines: Iterable[Line], directory: Directory, on: date) -> list[Change]:
    """What the rows change, in their order, refusals foreseen; nothing for what is on record already."""
    planning = _Planning(session, directory, on)
    return [change for line in lines for change in planning.of(line)]


def apply(administration: Administration, changes: Iterable[Change]) -> list[Change]:
    """Make the changes that are not refused already; each as it ended."""
    return [
        change
        if change.refusal is not None
        else Change(change.kind, change.line, _done(administration, change).refusal)
        for change in changes
    ]


def _done(administration: Administration, change: Change) -> Done:
    line = change.line
    if change.kind is ChangeKind.REGISTER:
        return administration.register(line.login, line.name)
    if change.kind is ChangeKind.RENAME:
        return administration.rename(line.login, line.name)
    if change.kind is ChangeKind.ROLE and line.role is not None:
        return administration.give_role(line.login, line.role)
    if change.kind is ChangeKind.VACATE and line.post is not None and line.until is not None:
        return administration.vacate(line.login, line.post, line.until)
    if line.post is None or line.since is None:
        raise ValueError(f"row {line.row}: nothing to be done")
    return administration.hold(line.login, line.post, line.since, line.until)


class _Planning:
    """What the record will have come to after the rows so far."""

    def __init__(self, session: Session, directory: Directory, on: date) -> None:
        self._persons: dict[str, Person] = {one.login: one for one in accounts.persons(session)}
        self._holdings = accounts.holdings(session)
        self._delegations = tuple(accounts.delegations(session))
        self._roles = accounts.roles(session)
        self._directory = directory
        self._on = on

    def of(self, line: Line) -> list[Change]:
        changes = []
        login = accounts.folded_login(line.login)
        person = self._persons.get(login)
        if person is None:
            # An id of the plan's own: it has none on record yet.
            person = self._persons[login] = Person(id=f"new/{login}", login=login, name=line.name)
            changes.append(Change(ChangeKind.REGISTER, line))
        elif line.name and line.name != person.name:
            self._persons[login] = person.model_copy(update={"name": line.name})
            changes.append(Change(ChangeKind.RENAME, line))
        if line.post is not None and line.since is not None:
            changes += self._holding(
                line, Holding(person=person.id, post=line.post, held_from=line.since, held_to=line.until)
            )
        if line.role is not None and (person.id, line.role) not in self._roles:
            why = refuse_role(person.id, line.role, self._held, self._on, None)
            if why is None:
                self._roles.append((person.id, line.role))
            changes.append(Change(ChangeKind.ROLE, line, why))
        return changes

    def _holding(self, line: Line, new: Holding) -> list[Change]:
        if new in self._holdings:
            return []
        begun = next(
            (one for one in self._holdings
             if (one.person, one.post, one.held_from) == (new.person, new.post, new.held_from)), None,
        )  # fmt: skip
        if begun is not None and begun.held_to is None and new.held_to is not None:
            self._holdings[self._holdings.index(begun)] = new
            return [Change(ChangeKind.VACATE, line)]
        why = refuse_holding(new, self._held, self._directory, None)
        if why is None:
            self._holdings.append(new)
        return [Change(ChangeKind.HOLD, line, why)]

    @property
    def _held(self) -> Held:
        return Held(tuple(self._holdings), self._delegations, tuple(self._roles))
