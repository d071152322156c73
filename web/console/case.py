"""One case: where it stands, what of due process is on record and what is missing, its clocks, its story, its papers.

What is protected in it shows as masks; it is opened for a reason (web/console/openings.py), never by a link.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from http import HTTPStatus
from urllib.parse import quote

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from models.access import Relation, View
from models.cases import CaseClockKind, CaseState, CastVote
from models.contract import is_proceeding, matter_of, matter_workflow_id
from models.explanations import Explanation
from models.ladder import Ladder
from models.matters import Light
from policies import due_process, panel, seats
from policies.calendar import Calendar
from policies.deadlines import local_date
from policies.distance import Distance, distance
from policies.due_process import Came
from policies.ladder import measures_of, standard_ladder
from policies.machines import due_at, light_of
from policies.relations import Site, recusal_deciders
from policies.watchdog import Watched, watch
from policies.wording import source_words
from record import cases, deliveries, documents, views
from record.documents import Issued
from record.ledger import Entry
from showing.trying import offered_in_case
from showing.why import explained
from web.api import authority
from web.api.matters import delivery, told_to
from web.api.parts import CaseName, OriginId, calendar_of
from web.api.shapes import ActOut, DeliveryOut
from web.console import details, drawing
from web.console.case_filters import CASES
from web.console.drawing import DrawnMonth, Event
from web.console.visits import PREFIX, Language, PageRoute, Said, Visit, Visiting, page

routes = APIRouter(route_class=PageRoute, include_in_schema=False)

CASE = f"{PREFIX}/cases/{{matter_id:origin}}/{{case}}"
_MOST = 200


@dataclass(frozen=True, slots=True)
class Step:
    """A line of the checklist, and how far its end is."""

    standing: due_process.Standing
    far: Distance | None


@dataclass(frozen=True, slots=True)
class Seat:
    """A member of the panel: whether he may vote, chairs, has voted; `choice` where the visitor may know it."""

    post: str
    votes: bool
    chairs: bool
    voted: bool
    choice: str | None


@dataclass(frozen=True, slots=True)
class Ballot:
    """A vote as it stands: which one, how many have voted, how many it takes."""

    number: int
    votes: int
    needed: int


@dataclass(frozen=True, slots=True)
class Told:
    """An act and what it says."""

    act: ActOut
    lines: tuple[details.Line, ...]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A clock and its months."""

    clock: "object"
    months: tuple[DrawnMonth, ...]
