"""What comes next for a petition, with its days told by how far they are: for the receipt and for the status page."""

import re
import unicodedata
from dataclasses import dataclass

from sqlmodel import Session

from policies.distance import Distance, distance
from policies.foreseeing import Ahead
from showing.petitions import outlook
from web.api.parts import calendar_of
from web.context import Web

_KIND = "petition/"


@dataclass(frozen=True, slots=True)
class Dated:
    """A step ahead, and how far its last day is; None where no day is known."""

    step: Ahead
    far: Distance | None


@dataclass(frozen=True, slots=True)
class Coming:
    """The steps ahead, and what may be said of it now."""

    steps: tuple[Dated, ...]
    may_add: bool
    may_rate: bool


def coming(session: Session, web: Web, petition: str) -> Coming:
    """What comes next, as of now."""
    at, calendar = web.clock(), calendar_of(session)
    found = outlook(session, petition, at, calendar=calendar, directory=web.directory)
    steps = tuple(
        Dated(one, None if one.by is None else distance(one.by, at, calendar, overdue=one.by <= at))
        for one in found.ahead
    )
    return Coming(steps, found.may_add, found.may_rate)


def number_of(typed: str) -> str:
    """The id of a petition whose number was typed with or without its kind, however wide; "" for none."""
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", typed))
    return f"{_KIND}{plain.removeprefix(_KIND)}" if plain else ""
