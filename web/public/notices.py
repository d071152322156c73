"""What has the office made public? What is marked public on record: notices, published results, where it stands.

Two lists: what is put together from steps (public notices, hearings, petitions) and matters under supervision. Of each
no more than policies/access.py gives everybody; whatever is not marked public is not there.
"""

import re
from http import HTTPStatus
from typing import Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from models.access import Relation, View
from models.contract import is_proceeding
from policies.access import may_view
from record import proceeding_lists, views
from showing.publications import public_page
from web.api import authority
from web.api.texts import CURSOR, MATTER_ID, PRINTABLE, STEPS_NAME
from web.public.guests import PREFIX, Guest, Looking, PublicRoute, page

routes = APIRouter(route_class=PublicRoute, include_in_schema=False)

NOTICES = f"{PREFIX}/notices"
_PAGE = 30


class Search(BaseModel):
    """Which of the two lists, which titles, which page. Empty fields ask for nothing."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    kind: Literal["notices", "matters"] = "notices"
    text: str | None = Field(None, max_length=64, pattern=PRINTABLE)
    after: str | None = Field(None, pattern=CURSOR)

    def address(self, **changed: str | None) -> str:
        """The address of this list, with these differences."""
        told = {name: value for name, value in {**self.model_dump(), **changed}.items() if value}
        return f"{NOTICES}?{urlencode(told)}"


@routes.get(NOTICES)
def listed(this: Looking, kind: str = "notices", text: str = "", after: str = "") -> HTMLResponse:
    """What is public, by number; searched by title."""
    try:
        asked = Search.model_validate({"kind": kind, "text": text.strip() or None, "after": after or None})
    except ValidationError:
        return _list(this, Search(), wrong=True)
    return _list(this, asked)


def _list(this: Guest, asked: Search, *, wrong: bool = False) -> HTMLResponse:
    if not may_view(View.PUBLISHED, {Relation.ANYONE}):
        raise authority.not_found()
    with this.web.store.reading() as session:
        try:
            found: Any = (
                views.published(session, now=this.web.clock(), text=asked.text, after=asked.after, limit=_PAGE)
                if asked.kind == "matters"
                else proceeding_lists.published(session, text=asked.text, after=asked.after, limit=_PAGE)
            )
        except ValueError:
            raise authority.not_found() from None
    return page(
        this,
        "notices.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
        here="notices",
        asked=asked,
        lines=found.items,
        next=asked.address(after=found.next) if found.next else None,
        first=asked.address(after=None) if asked.after else None,
        kinds={one: asked.address(kind=one, after=None) for one in ("notices", "matters")},
        wrong=wrong,
    )


@routes.get(f"{NOTICES}/{{target:path}}")
def one(this: Looking, target: str) -> HTMLResponse:
    """One that is public; 404 for what is not, as for what is not there."""
    steps = is_proceeding(target)
    name = target.partition("/")[2] if steps else target
    if not re.fullmatch(STEPS_NAME if steps else MATTER_ID, name):
        raise authority.not_found()
    allowed = {Relation.PUBLIC}
    with this.web.store.reading() as session:
        line = views.public_status(session, target) if not steps else None
        found = public_page(session, target) if steps and may_view(View.PUBLICATION, allowed) else None
    if (line is None and found is None) or not may_view(View.PUBLIC_STATUS, allowed):
        raise authority.not_found()
    return page(this, "notice.html", here="notices", line=line or (found and found.line),
                steps=steps, publications=found.publications if found else ())  # fmt: skip
