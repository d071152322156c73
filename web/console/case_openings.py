"""Protected fields are shown in the answer to one request alone: for a reason, and on record, a refused look too.

Nothing here is reached by a link; what pages show otherwise are masks. The looks are those of web/api/openings.py.
"""

from typing import Annotated

from fastapi import APIRouter, Form, Path
from fastapi.responses import HTMLResponse, Response
from pydantic import TypeAdapter, ValidationError

from models.access import View
from models.explanations import Words
from web import attaching
from web.api import authority, openings
from web.api.openings import Reason
from web.api.parts import CaseName, MatterId, OriginId
from web.api.texts import Hash
from web.console import case as case_page
from web.console import matter as matter_page
from web.console.case import ONE
from web.console.filters import REGISTER
from web.console.looking import Looked
from web.console.navigation import PREFIX
from web.console.visits import PageRoute, Posting
from web.problems import ProblemError

routes = APIRouter(route_class=PageRoute, include_in_schema=False)

CHANNEL = "console"
_LONGEST = 2000
_READ: TypeAdapter[str] = TypeAdapter(Reason)
_NO_REASON = Words(zh="请写明查看的理由(两个字以上,五百字以内)。", en="Say why, in 2 to 500 characters.")

Typed = Annotated[str, Form(max_length=_LONGEST)]
DocumentId = Annotated[int, Path(ge=1, le=2_000_000_000)]


def _asked(reason: str) -> Looked:
    """What was asked for, with what is wrong about how."""
    typed = reason.strip().replace("\r\n", "\n")
    try:
        return Looked(_READ.validate_python(typed))
    except ValidationError:
        return Looked(typed, wrong=_NO_REASON)


@routes.post(f"{ONE}/openings")
def open_case(matter_id: OriginId, case: CaseName, this: Posting, reason: Typed = "") -> HTMLResponse:
    """The page of a case with its materials; 403 for whom they are not, on record, 422 without a reason."""
    case_id, looked = f"{matter_id}/{case}", _asked(reason)
    if looked.wrong is not None:
        with this.web.store.reading() as session:
            found = case_page.standing_of(session, this, case_id)
        return case_page.shown(this, found, looked=looked)
    with this.web.store.writing() as session:
        authority.case(session, this.web, this.caller, case_id, View.CASE)
        opened = openings.look(session, this.web, this.caller, [case_id], looked.reason, channel=CHANNEL)
        found = case_page.standing_of(session, this, case_id)
    return case_page.shown(this, found, looked=Looked(looked.reason, opened=bool(opened)))


@routes.post(f"{REGISTER}/{{matter_id}}/openings")
def open_matter(matter_id: MatterId, this: Posting, reason: Typed = "") -> HTMLResponse:
    """The page of a matter with the materials of those of its cases that are the visitor's to read."""
    looked = _asked(reason)
    if looked.wrong is not None:
        with this.web.store.reading() as session:
            found = matter_page.standing_of(session, this, matter_id)
        return matter_page.shown(this, found, looked=looked)
    with this.web.store.writing() as session:
        authority.known(session, this.web, this.caller, matter_id)
        known = openings.cases_known(session, this.web, this.caller, matter_id)
        if not known:
            raise authority.not_found()
        opened = openings.look(session, this.web, this.caller, known, looked.reason, channel=CHANNEL)
        found = matter_page.standing_of(session, this, matter_id)
    return matter_page.shown(this, found, looked=Looked(looked.reason, opened=bool(opened)))


@routes.post(f"{PREFIX}/documents/{{document_id}}/openings")
def open_paper(document_id: DocumentId, this: Posting, reason: Typed = "") -> Response:
    """The file of a paper of a case, the look at it on record."""
    looked = _asked(reason)
    if looked.wrong is not None:
        raise ProblemError(422, looked.wrong.zh)
    return openings.opened_paper(this.web, this.caller, document_id, looked.reason, channel=CHANNEL)


@routes.post(f"{ONE}/attachments/{{digest}}/openings")
def open_attachment(
    matter_id: OriginId,
    case: CaseName,
    digest: Annotated[Hash, Path()],
    this: Posting,
    reason: Typed = "",
) -> Response:
    """A file handed in to a case, the look at it on record."""
    looked = _asked(reason)
    if looked.wrong is not None:
        raise ProblemError(422, looked.wrong.zh)
    return attaching.opened(this.web, this.caller, f"{matter_id}/{case}", digest, reason=looked.reason, channel=CHANNEL)
