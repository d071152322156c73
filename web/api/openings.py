"""Protected fields opened: for whom policies/access.py lets see case materials, for a reason, and on record.

Every other route shows masks. The look is an act in the transaction that reads (record/looks.py), a refused one too;
who may not even know of a case leaves no trace in its looks.
"""

from http import HTTPStatus
from typing import Annotated

from fastapi import Path
from fastapi.responses import Response
from pydantic import Field, StringConstraints
from sqlmodel import Session

from models.access import View
from models.contract import is_case
from models.identity import Caller
from record import cases, looks, views
from record.documents import Issued
from record.looks import Looker
from showing.cases import case_document
from web.api import authority
from web.api.bodies import Body
from web.api.documents import WORD_FILE, found, printed
from web.api.limits import Speaker
from web.api.matters import told_to
from web.api.parts import CASE, REFUSED, CaseName, MatterId, OriginId, WebNow, router, shaped
from web.api.shapes import ActOut, CaseOut, Out
from web.context import Web
from web.problems import ProblemError

routes = router("查看受保护内容 openings")

_ANY = r"[^\x00-\x08\x0B\x0C\x0E-\x1F\x7F]*"
_SOME = r"[^\s\x00-\x1F\x7F]"
Reason = Annotated[str, StringConstraints(max_length=500, pattern=f"^{_ANY}{_SOME}{_ANY}{_SOME}{_ANY}$")]


class OpeningBody(Body):
    """Why the protected fields are to be seen; it is kept with the look."""

    reason: Reason = Field(examples=["审核立案材料"])


class CaseOpenedOut(Out):
    """A case and all its acts, as its materials say; what was erased says so."""

    case: CaseOut
    timeline: list[ActOut]


class MatterOpenedOut(Out):
    """The acts of a matter and of its cases; of the cases `opened` materials are shown, others are masked."""

    opened: list[str] = Field(examples=[["2026-0143/case1"]])
    timeline: list[ActOut]


@routes.post(
    f"{CASE}/openings",
    summary="查看案卷材料 Open case materials",
    openapi_extra=REFUSED,
)
def open_case(matter_id: OriginId, case: CaseName, body: OpeningBody, caller: Speaker, web: WebNow) -> CaseOpenedOut:
    """须说明理由;每次查看都是一条记录,不予准许的也是。 Say why: every look is an act, a refused one too."""
    case_id, at = f"{matter_id}/{case}", web.clock()
    with web.store.writing() as session:
        authority.case(session, web, caller, case_id, View.CASE)
        if look(session, web, caller, [case_id], body.reason):
            state = authority.case(session, web, caller, case_id, View.CASE_MATERIALS)
            entries = views.timeline(session, case_id, scope=authority.scope_of(web, caller), with_cases=False)
            return CaseOpenedOut(
                case=shaped(CaseOut, case_document(state, at, cases.cited_by(session, state))),
                timeline=told_to(session, web, caller, entries),
            )
    raise refused()


@routes.post(
    "/matters/{matter_id}/openings", summary="查看事项中的案卷材料 Open case materials in a matter",
    openapi_extra=REFUSED,
)  # fmt: skip
def open_matter(matter_id: MatterId, body: OpeningBody, caller: Speaker, web: WebNow) -> MatterOpenedOut:
    """打开该事项各案件中调用者可阅的材料,包括事项记录中的问责建议;每案一条查看记录。

    Opens what is the caller's to see of every case of the matter, proposals in the matter's own acts included.
    """
    with web.store.writing() as session:
        authority.known(session, web, caller, matter_id)
        opened = look(session, web, caller, cases_known(session, web, caller, matter_id), body.reason)
        if opened:
            entries = views.timeline(session, matter_id, scope=authority.scope_of(web, caller))
            return MatterOpenedOut(opened=opened, timeline=told_to(session, web, caller, entries))
    raise refused()


@routes.post(
    "/documents/{document_id}/openings", summary="取得案件文书 Get a paper of a case",
    response_class=Response, responses=WORD_FILE, openapi_extra=REFUSED,
)  # fmt: skip
def open_document(
    document_id: Annotated[int, Path(ge=1, le=2_000_000_000, examples=[3])],
    body: OpeningBody,
    caller: Speaker,
    web: WebNow,
) -> Response:
    """案件文书须说明理由方可取得,并记录在案。 A paper of a case is given for a reason, and the look is on record."""
    return opened_paper(web, caller, document_id, body.reason)


def opened_paper(web: Web, caller: Caller, document_id: int, reason: str, *, channel: str = "api") -> Response:
    """The file of a paper of a case, the look at it on record; 404 for what is not the caller's to read."""
    with web.store.reading() as session:
        one = found(session, web, caller, document_id)

    def look_at(session: Session, paper: Issued) -> None:
        look(session, web, caller, [paper.target], reason, paper.number, channel=channel)

    return printed(web, one, look_at)


def cases_known(session: Session, web: Web, caller: Caller, matter_id: str) -> list[str]:
    """The cases of the matter that the caller may know of."""
    known = looks.with_cases(session, matter_id)[1:]
    return [one for one in known if authority.reads_case(session, web, caller, one, View.CASE)]


def look(
    session: Session, web: Web, caller: Caller, targets: list[str], reason: str, *fields: str, channel: str = "api"
) -> list[str]:
    """Put the look at these cases on record and open what is the caller's to see; which those are."""

    def may(target: str) -> bool:
        return is_case(target) and authority.reads_case(session, web, caller, target, View.CASE_MATERIALS)

    looker = Looker(channel, post=caller.post, person=caller.person, principal=caller.principal)
    looks.look(session, targets, looker, reason, at=web.clock(), may=may, fields=fields)
    return [target for target in targets if may(target)]


def refused() -> ProblemError:
    """What is said to whom case materials are not shown."""
    return ProblemError(
        HTTPStatus.FORBIDDEN,
        "无权查看案卷材料;此次请求已记录。 Case materials are not yours to see; that you asked is on record.",
        kind="not-opened",
    )
