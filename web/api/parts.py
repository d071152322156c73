"""What the routes share: the application they serve from, ids in a path, pages, and words for the OpenAPI document."""

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session
from starlette.convertors import StringConvertor, register_url_convertor

from models.contract import PROCEEDING_KINDS
from policies.calendar import Calendar, standard_calendar
from record import calendars
from record.pages import Page as RecordPage
from web.api import authority
from web.api.shapes import Out, Page
from web.api.texts import CASE_ID, CURSOR, MATTER_ID, ORIGIN_ID
from web.context import Web, web_of
from web.problems import ProblemError

T = TypeVar("T")
O = TypeVar("O", bound=Out)  # noqa: E741 - what comes out

PREFIX = "/api/v1"

WebNow = Annotated[Web, Depends(web_of)]
MatterId = Annotated[str, Path(pattern=MATTER_ID, description="事项编号 the matter's id", examples=["2026-0143"])]


class _Origin(StringConvertor):
    """What a case belongs to, as a part of a path: one segment, or the two of a proceeding before the case's name."""

    regex = rf"(?:{'|'.join(PROCEEDING_KINDS)})/[^/]+(?=/case[0-9]+(?:/|$))|[^/]+"


register_url_convertor("origin", _Origin())

CASE = "/cases/{matter_id:origin}/{case}"
"""The path of a case; its id is what follows `/cases/`."""
OriginId = Annotated[
    str,
    Path(
        pattern=ORIGIN_ID,
        description="案件所属的事项编号,或程序事项、诉求的编号(其斜杠可编码)。 "
        "What the case belongs to: a matter, or a proceeding such as petition/2026-0007 (its slash may be encoded).",
        examples=["2026-0143"],
    ),
]
CaseName = Annotated[
    str, Path(pattern=CASE_ID, description="案件编号中斜杠之后的部分 what follows the slash in the case's id",
              examples=["case1"])
]  # fmt: skip

REFUSED = {"x-statuses": [409]}
"""For an operation whose answer can be a refusal on record."""


class Paged(BaseModel):
    """Which page of a list."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    after: str | None = Field(
        None, pattern=CURSOR, description="游标:上页的 next。 The cursor: `next` of the page before.",
        examples=["2026-0143"],
    )  # fmt: skip
    limit: int = Field(50, ge=1, le=200, description="每页条数。 Items on a page.")


def router(tag: str) -> APIRouter:
    """The routes of one resource."""
    return APIRouter(prefix=PREFIX, tags=[tag])


def paged(read: Callable[[], RecordPage[T]], shown: Callable[[T], O]) -> Page[O]:
    """A page of the record as an answer; ends the request with 404 for a cursor that no page gave."""
    try:
        page = read()
    except ValueError as error:
        raise ProblemError(404, "没有此页:游标并非上页所给。 No such page: not a cursor that a page gave.") from error
    return Page(items=[shown(item) for item in page.items], next=page.next)


def calendar_of(session: Session) -> Calendar:
    """The working-day calendar of the record: the shipped one with the notices loaded into it."""
    current = standard_calendar()
    for notice in calendars.notices(session):
        current = current if current.has(notice.number) else current.with_notice(notice)
    return current


def shaped(shape: type[O], document: dict[str, Any]) -> O:
    """A document in its shape; what does not fit is a mistake in the program."""
    return shape.model_validate(document)


__all__ = ["CASE", "PREFIX", "REFUSED", "CaseName", "MatterId", "OriginId", "Paged", "WebNow", "authority",
           "calendar_of", "paged", "router", "shaped"]  # fmt: skip
