"""月报, 季报, 问责统计: a kind, a period and a day are chosen; each figure leads to what it counts.

The figures are those of the interface's bulletin (web/api/bulletins.py), and so are the files. They come from every act
that the period hangs on, which takes seconds where there are a hundred thousand matters: the page is there at once and
asks for them itself, by the same address with `drawn`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator
from sqlmodel import Session

from models.access import View
from models.bulletins import Bulletin, BulletinKind, Figure
from models.contract import is_case, is_proceeding
from policies.bulletins import ACCEPTED, spanned
from policies.deadlines import local_date
from policies.relations import Site
from record import proceeding_lists, registers
from record.proceeding_lists import SoughtProceedings
from record.registers import Sought
from web.api import authority
from web.api.bulletins import BulletinFormat, BulletinOf, as_file, told_of
from web.api.texts import PRINTABLE, Day
from web.console.filters import REGISTER
from web.console.navigation import PREFIX
from web.console.proceeding_filters import address_of
from web.console.visits import PageRoute, Visit, Visiting, page

routes = APIRouter(route_class=PageRoute, include_in_schema=False)

BULLETINS = f"{PREFIX}/bulletins"
_SHOWN = 200
_PAGE = 500


class Chosen(BaseModel):
    """What an address of the page says; empty fields say nothing. `drawn`: with the figures, once there is a period."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    period: Annotated[str, StringConstraints(max_length=16, pattern=PRINTABLE, strip_whitespace=True)] | None = None
    kind: BulletinKind | None = None
    as_of: Day | None = None
    format: BulletinFormat = BulletinFormat.JSON
    drawn: bool = False

    @model_validator(mode="before")
    @classmethod
    def _without_what_is_empty(cls, said: Any) -> Any:
        return {name: value for name, value in said.items() if value != ""} if isinstance(said, dict) else said


@dataclass(frozen=True, slots=True)
class Counted:
    """A figure with what it counts: each id, and where its page is, None where it is not the visitor's to see."""

    name: str
    shown: str
    targets: tuple[tuple[str, str | None], ...]
    more: int


@routes.get(BULLETINS, response_model=None)
def bulletins(chosen: Annotated[Chosen, Query()], this: Visiting) -> HTMLResponse | Response:
    """The page, and the figures of the period where they are asked for; a file where one is."""
    if not authority.sees(this.web, this.caller, Site(this.web.settings.office), View.BULLETINS):
        raise authority.not_found()
    at = this.web.clock()
    told, addresses, wrong = None, dict[str, str](), _wrong(chosen, local_date(at))
    if chosen.period and not wrong and (chosen.drawn or chosen.format is not BulletinFormat.JSON):
        asked = BulletinOf(kind=chosen.kind, as_of=chosen.as_of, format=chosen.format)
        with this.web.store.reading() as session:
            told = told_of(session, this.web, chosen.period, asked)
            if chosen.format is not BulletinFormat.JSON:
                return as_file(this.web, told, chosen.format, chosen.period)
            addresses = _addresses(session, this, told, at)
    return page(
        this,
        "bulletins.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
        here="bulletins",
        chosen=chosen,
        told=told,
        wrong=wrong,
        accepted=ACCEPTED,
        figures_at=f"{this.request.url.path}?{this.request.url.query}&drawn=1",
        kinds=tuple(BulletinKind),
        today=local_date(at),
        figures=[_counted(one, addresses) for one in told.figures] if told else [],
        organs=[(line.organ, [_counted(one, addresses) for one in line.figures]) for line in told.organs]
        if told
        else [],
        ranking=[(rank, [(one, addresses.get(one.target)) for one in rank.matters]) for rank in told.ranking]
        if told
        else [],
        bulletins=BULLETINS,
    )


def _wrong(chosen: Chosen, today: date) -> str:
    """What is wrong with the period that is asked for; empty: nothing, or none is."""
    try:
        if chosen.period:
            spanned(chosen.period, chosen.as_of or today)
    except ValueError as error:
        return str(error)
    return ""


def _counted(figure: Figure, addresses: dict[str, str]) -> Counted:
    shown = figure.targets[:_SHOWN]
    return Counted(
        figure.name,
        figure.amount or str(figure.count),
        tuple((one, addresses.get(one)) for one in shown),
        len(figure.targets) - len(shown),
    )


def _addresses(session: Session, this: Visit, told: Bulletin, at: datetime) -> dict[str, str]:
    """Where the page of each target is that the visitor may list; of a case, that of what it is about."""
    figures = (*told.figures, *(figure for line in told.organs for figure in line.figures))
    named = {one for figure in figures for one in figure.targets[:_SHOWN]}
    named |= {one.target for rank in told.ranking for one in rank.matters}
    about = {one: one.rpartition("/")[0] if is_case(one) else one for one in named}
    wanted, scope = sorted(set(about.values())), authority.scope_of(this.web, this.caller)
    found: dict[str, str] = {}
    for part in _parts([one for one in wanted if not is_proceeding(one)]):
        sought = Sought(ids=frozenset(part))
        lines = registers.found(session, sought, scope=scope, now=at, limit=_PAGE).items
        found |= {line.id: f"{REGISTER}/{line.id}" for line in lines}
    for part in _parts([one for one in wanted if is_proceeding(one)]):
        of = SoughtProceedings(ids=frozenset(part))
        lines_of = proceeding_lists.found(session, of, scope=scope, now=at, limit=_PAGE).items
        found |= {line.id: address_of(line.id) for line in lines_of}
    return {one: found[target] for one, target in about.items() if target in found}


def _parts(ids: list[str]) -> Iterable[list[str]]:
    return (ids[start : start + _PAGE] for start in range(0, len(ids), _PAGE))
