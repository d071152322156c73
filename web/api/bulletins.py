"""Bulletins (月报, 季报, 问责统计) of a period, as the record stood at a day's end; every figure names its targets."""

from datetime import date
from enum import StrEnum
from http import HTTPStatus
from typing import Annotated

from fastapi import Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session

from documents.bulletins import as_page, as_workbook
from models.access import View
from models.bulletins import Bulletin, BulletinKind, Figure
from policies.deadlines import local_date
from showing.bulletins import drawn_up
from web.api import authority
from web.api.limits import Speaker
from web.api.parts import WebNow, calendar_of, router
from web.api.shapes import Out
from web.api.texts import Day
from web.context import Web
from web.problems import ProblemError

routes = router("通报 bulletins")

PERIOD = r"^[0-9]{4}(-(0[1-9]|1[0-2])|-Q[1-4])?$"
Period = Annotated[
    str, Path(pattern=PERIOD, description="期间:月、季、年 a month, a quarter, a year", examples=["2026-03"])
]  # fmt: skip


class BulletinFormat(StrEnum):
    """In which form a bulletin is wanted."""

    JSON = "json"
    DOCX = "docx"
    XLSX = "xlsx"


MEDIA = {
    BulletinFormat.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    BulletinFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class BulletinOf(BaseModel):
    """Which one, as of when, in which form."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: BulletinKind | None = Field(
        None, examples=["month"],
        description="不写则一个月为月报,更长为季报。 Without it: a month's is the monthly one.",
    )  # fmt: skip
    as_of: Day | None = Field(
        None, description="截至该日终,默认今天。 As the record stood at the end of that day; today by default.",
        examples=["2026-04-05"],
    )  # fmt: skip
    format: BulletinFormat = Field(BulletinFormat.JSON, description="json、docx、xlsx", examples=["json"])


class FigureOut(Out):
    """A figure: how many, of which targets; `amount` in words where it is no count."""

    name: str = Field(examples=["新立项 registered"])
    count: int = Field(examples=[2])
    targets: list[str] = Field(examples=[["2026-0001", "2026-0002"]])
    amount: str | None


class OrganFiguresOut(Out):
    """The figures of one organ."""

    organ: str = Field(examples=["区教育局"])
    figures: list[FigureOut]


class RankedOut(Out):
    """A finished matter: its net working days, all of them, and what was not counted."""

    target: str = Field(examples=["2026-0001"])
    in_time: bool
    net: int = Field(examples=[3])
    gross: int = Field(examples=[3])
    paused: int = Field(examples=[0])
    extended: int = Field(examples=[0])
    elsewhere: int = Field(examples=[0])


class RankOut(Out):
    """An organ's place by net time."""

    place: int = Field(examples=[1])
    organ: str = Field(examples=["区教育局"])
    finished: int = Field(examples=[1])
    in_time: int = Field(examples=[1])
    mean_net: float = Field(examples=[3.0])
    matters: list[RankedOut]


class BulletinOut(Out):
    """A bulletin; `first` and `last` are included."""

    kind: BulletinKind
    title: str = Field(examples=["督查工作月报（2026-03）"])
    first: date
    last: date
    as_of: date
    figures: list[FigureOut]
    organs: list[OrganFiguresOut]
    ranking: list[RankOut]


@routes.get(
    "/bulletins/{period}",
    summary="月报、季报、问责统计 A bulletin of a period",
    response_model=BulletinOut,
    responses={
        200: {
            "description": "通报 the bulletin",
            "content": {media: {"schema": {"type": "string", "format": "binary"}} for media in MEDIA.values()},
        }
    },
)
def get_bulletin(
    period: Period, asked: Annotated[BulletinOf, Query()], caller: Speaker, web: WebNow
) -> BulletinOut | Response:
    """每个数字列出所计事项的编号;同一截至日、同一记录,所得文件逐字节相同。

    Every figure names its targets; the same to the byte from the same record as of the same day.
    """
    authority.site(web, caller, View.BULLETINS)
    with web.store.reading() as session:
        told = told_of(session, web, period, asked)
    if asked.format is BulletinFormat.JSON:
        return _shaped(told)
    return as_file(web, told, asked.format, period)


def told_of(session: Session, web: Web, period: str, asked: BulletinOf) -> Bulletin:
    """The bulletin that is asked for; ends the request with 404 for a period that had not begun: there is none yet."""
    on = asked.as_of or local_date(web.clock())
    try:
        return drawn_up(session, period, asked.kind, on, calendar_of(session))
    except ValueError as error:
        raise ProblemError(HTTPStatus.NOT_FOUND, str(error), kind="no-such-period") from error


def as_file(web: Web, told: Bulletin, form: BulletinFormat, period: str) -> Response:
    """The bulletin as a file to be kept."""
    made = as_page(told, web.settings.office or "") if form is BulletinFormat.DOCX else as_workbook(told)
    name = f"bulletin-{period}-{told.kind.value}-{told.as_of}.{form.value}"
    return Response(made, media_type=MEDIA[form], headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _shaped(told: Bulletin) -> BulletinOut:
    return BulletinOut(
        kind=told.kind, title=told.title, first=told.first, last=told.last, as_of=told.as_of,
        figures=[_figure(one) for one in told.figures],
        organs=[OrganFiguresOut(organ=one.organ, figures=[_figure(each) for each in one.figures])
                for one in told.organs],
        ranking=[
            RankOut(
                place=one.place, organ=one.organ, finished=one.finished, in_time=one.in_time, mean_net=one.mean_net,
                matters=[
                    RankedOut(target=each.target, in_time=each.in_time, net=each.time.net, gross=each.time.gross,
                              paused=each.time.paused, extended=each.time.extended, elsewhere=each.time.elsewhere)
                    for each in one.matters
                ],
            )
            for one in told.ranking
        ],
    )  # fmt: skip


def _figure(one: Figure) -> FigureOut:
    return FigureOut(name=one.name, count=one.count, targets=list(one.targets), amount=one.amount)
