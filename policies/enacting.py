"""When may a procedure be put in force, and in what does it differ from the one that stands?

It rules what begins from its day on; what has begun keeps its own for life. So no day that has begun gets another
procedure, and nothing is in force before all of it has values. Who may publish is for policies/access.py.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from policies.authority import Refused
from policies.documents import Document
from policies.procedures import Procedure

LATEST = timedelta(days=3660)


def check_publishing(new: Procedure, standing: Procedure, name: str, from_on: date, today: date) -> None:
    """Refuse to put `new` in force from the local day `from_on` on; `standing` is what would be in force that day."""
    earliest = today + timedelta(days=1)
    if from_on < earliest:
        raise Refused(
            f"生效日期不得早于明日,当日及以前立项的已有程序 a day that has begun has its procedure: {from_on};"
            f"可接受 accepted: {earliest} 起 or later",
            "publication.date",
        )
    if from_on > today + LATEST:
        raise Refused(f"生效日期过远 too far off: {from_on}", "publication.date")
    if new.name != name:
        raise Refused(f"名称须为 the name has to be: {name};写的是 given: {new.name}", "publication.name")
    if from_on < new.first_day:
        raise Refused(
            f"{from_on} 有参数尚无取值 a parameter has no value yet;可接受 accepted: {new.first_day} 起 or later",
            "publication.values",
        )
    try:
        new.in_force(from_on)
    except LookupError as error:
        raise Refused(str(error.args[0]), "publication.values") from error
    if new.version == standing.version:
        raise Refused("与当日生效的程序相同,无可发布 it is what is in force that day", "publication.same")


class Change(StrEnum):
    """How an entry of a procedure differs."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Difference:
    """One entry that differs: the part of the file, its name, from which day (None: undated), before and after.

    `past` says that a dated value differs whose day had come already: it does not reach what has begun.
    """

    part: str
    name: str
    from_on: str | None
    change: Change
    before: Any
    after: Any
    past: bool = False


def differences(old: Procedure, new: Procedure, today: date) -> tuple[Difference, ...]:
    """Every entry in which two procedure files differ, in the order of the newer one, whatever the order of lines."""
    before, after = _entries(old), _entries(new)
    found = []
    for key in dict.fromkeys((*after, *before)):
        was, is_now = before.get(key), after.get(key)
        if was == is_now:
            continue
        change = Change.ADDED if was is None else Change.REMOVED if is_now is None else Change.CHANGED
        part, name, from_on = key
        found.append(Difference(part, name, from_on, change, was, is_now, _came(from_on, today)))
    return tuple(found)


def _came(from_on: str | None, today: date) -> bool:
    return from_on is not None and from_on <= today.isoformat()


def _entries(procedure: Procedure) -> Mapping[tuple[str, str, str | None], Any]:
    return dict(_named(Document(procedure.text, procedure.file).content))


def _named(content: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str, str | None], Any]]:
    for name in ("name", "title", "carries"):
        yield ("file", name, None), content.get(name)
    for name, entries in content.get("parameters", {}).items():
        for entry in entries:
            yield ("parameters", name, str(entry.get("from"))), {k: v for k, v in entry.items() if k != "from"}
    for step in content.get("escalation", ()):
        yield ("escalation", str(step.get("act")), None), step
    for act, roles in content.get("tell", {}).items():
        yield ("tell", act, None), roles
    for name, kind in content.get("documents", {}).items():
        yield ("documents", name, None), kind
