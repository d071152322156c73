"""The shapes of what is protected: classes of fields, a document taken apart, masks in place of what is not shown.

It fails closed: a field that stands in no list of a FieldPolicy is case material. The lists are in
policies/parameters/protection.yaml, which policies/masking.py reads; sealing is for privacy/ and record/sealed.py.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from models.contract import ARCHIVE, INCIDENTS, POLICIES, is_account, is_case, is_proceeding

Json = Any
"""What JSON can hold."""

Place = tuple[str, ...]
"""The way to a field through the members of a document."""


class FieldClass(StrEnum):
    """Whose a field is, from the widest to the narrowest circle."""

    PUBLIC = "public"
    INTERNAL = "internal"
    CASE_MATERIAL = "case_material"
    IDENTITY = "identity"


PROTECTED = frozenset({FieldClass.CASE_MATERIAL, FieldClass.IDENTITY})
"""The classes that are kept sealed and shown masked."""

ERASED = "erased"
HISTORY = "history"
"""Names the words in place of what a matter's history says, which is no case material."""


class Kind(StrEnum):
    """What is protected field by field."""

    ACT = "act"
    STATE = "state"
    PAPER = "paper"
    PETITIONER = "petitioner"
    ATTACHMENT = "attachment"


@dataclass(frozen=True, slots=True)
class Split:
    """A document taken apart: `shown` without its protected fields, `protected` those by JSON pointer (RFC 6901).

    `fields` tells the class and the JSON type of each by the same pointers, so that a mask can stand there.
    """

    shown: dict[str, Json]
    protected: dict[str, Json]
    fields: dict[str, str]


@dataclass(frozen=True, slots=True)
class FieldPolicy:
    """The classes in force: of the fields of acts, case states, papers and petitioners."""

    masks: Mapping[str, str]
    every: Mapping[str, FieldClass]
    matter: Mapping[str, FieldClass]
    case: Mapping[str, FieldClass]
    proceeding: Mapping[str, FieldClass]
    aside: Mapping[str, FieldClass]
    exceptions: Mapping[str, Mapping[str, FieldClass]]
    leaves: Mapping[Kind, Mapping[str, FieldClass]]

    def class_of_said(self, act: str, target: str, name: str) -> FieldClass:
        """The class of `reason`, or of a member of the detail, of an act of that target."""
        if is_aside(target):
            return self.aside.get(name, FieldClass.CASE_MATERIAL)
        own = self.exceptions.get(act, {}).get(name)
        if own is not None:
            return own
        known = self.case if is_case(target) else self.proceeding if is_proceeding(target) else self.matter
        return known.get(name, FieldClass.CASE_MATERIAL)

    def split(self, kind: Kind, document: Mapping[str, Json]) -> Split:
        """The document without its protected fields, and those apart."""
        places = list(self._of_act(document) if kind is Kind.ACT else self._of_leaves(kind, document, ()))
        if not places:
            return Split(dict(document), {}, {})
        shown: dict[str, Json] = _copy(document)
        protected: dict[str, Json] = {}
        fields: dict[str, str] = {}
        for place, found in places:
            pointer = _pointer(place)
            protected[pointer] = _taken(shown, place)
            fields[pointer] = f"{found.value} {_type(protected[pointer])}"
        return Split(shown, protected, fields)

    def masked(self, shown: Mapping[str, Json], fields: Mapping[str, str], *, erased: bool = False) -> dict[str, Json]:
        """The document with masks where its protected fields stood; `erased` says that nobody can read them any more.

        A class or type that this program does not know is masked like case material.
        """
        document: dict[str, Json] = _copy(shown)
        for pointer, told in fields.items():
            class_, _, type_ = told.partition(" ")
            words = self.masks[ERASED] if erased else self.masks.get(class_, self.masks[FieldClass.CASE_MATERIAL.value])
            _put(document, pointer, _shaped(words, type_))
        return document

    def _of_act(self, act: Mapping[str, Json]) -> Iterator[tuple[Place, FieldClass]]:
        name, target = str(act.get("act")), str(act.get("target"))
        for field, value in act.items():
            if field == "detail":
                continue
            found = self.class_of_said(name, target, field) if field == "reason" else self.every.get(field)
            if (found or FieldClass.CASE_MATERIAL) in PROTECTED and value is not None:
                yield (field,), found or FieldClass.CASE_MATERIAL
        detail = act.get("detail") or {}
        inner: list[tuple[Place, str]]
        for member, value in detail.items():
            if member == "said" and isinstance(value, Mapping):
                inner = [(("detail", member, part), part) for part in value]
            else:
                inner = [(("detail", member), member)]
            for place, part in inner:
                found = self.class_of_said(name, target, part)
                if found in PROTECTED:
                    yield place, found

    def _of_leaves(self, kind: Kind, value: Json, place: Place) -> Iterator[tuple[Place, FieldClass]]:
        known = self.leaves[kind]
        if isinstance(value, Mapping):
            for name, inner in value.items():
                found = known.get(name)
                # A part is looked into unless somebody may have named its members freely.
                if found is None and isinstance(inner, Mapping | list) and name in _PARTS[kind]:
                    yield from self._of_leaves(kind, inner, (*place, name))
                elif (found or FieldClass.CASE_MATERIAL) in PROTECTED and inner is not None:
                    yield (*place, name), found or FieldClass.CASE_MATERIAL
        elif isinstance(value, list):
            for index, inner in enumerate(value):
                yield from self._of_leaves(kind, inner, (*place, str(index)))


LOOKS = "looks/"
"""How the chains begin that tell of looks at protected fields and of destroyed keys, apart from what is looked at."""


def is_aside(target: str) -> bool:
    """Whether the target is a chain beside matters and cases: accounts, incidents, archive, policies, looks, keys."""
    return target.startswith(LOOKS) or target in (ARCHIVE, INCIDENTS, POLICIES) or is_account(target)


# Members that are shapes of the program, not texts of people.
_PARTS: Mapping[Kind, frozenset[str]] = {
    Kind.STATE: frozenset(
        {"circumstances", "filing", "investigation", "facts", "receipt", "statements", "window", "votes", "decision"}
        | {"service", "execution", "recorded", "review"}
    ),
    Kind.PAPER: frozenset(),
    Kind.PETITIONER: frozenset(),
    Kind.ATTACHMENT: frozenset(),
}


# --- documents, place by place ----------------------------------------------------------------------------------------


def merged(shown: Mapping[str, Json], protected: Mapping[str, Json]) -> dict[str, Json]:
    """The document as it was before it was taken apart."""
    document: dict[str, Json] = _copy(shown)
    for pointer, value in protected.items():
        _put(document, pointer, value)
    return document


def _copy(value: Any) -> Any:
    # Whether a text is a mapping takes longer to find out than to copy everything else.
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, dict | Mapping):
        return {name: _copy(inner) for name, inner in value.items()}
    return [_copy(inner) for inner in value] if isinstance(value, list) else value


def _pointer(place: Place) -> str:
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in place)


def _taken(document: Any, place: Place) -> Json:
    for part in place[:-1]:
        document = document[int(part)] if isinstance(document, list) else document[part]
    return document.pop(place[-1])


def _put(document: Any, pointer: str, value: Json) -> None:
    parts = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
    for part in parts[:-1]:
        document = document[int(part)] if isinstance(document, list) else document[part]
    document[parts[-1]] = value


def _type(value: Json) -> str:
    if isinstance(value, Mapping):
        return "object"
    return "array" if isinstance(value, list) else "text"


def _shaped(words: str, type_: str) -> Json:
    if type_ == "object":
        return {"masked": words}
    return [words] if type_ == "array" else words
