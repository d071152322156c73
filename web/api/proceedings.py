"""Proceedings, petitions and duties: which there are, where one stands, its acts and why, opening one, commands to it.

An id such as petition/2026-0007 is two parts of the path. Which procedures can be opened is here too; the list has
the shipped ones and those of the office's own directory.
"""

import asyncio
import datetime as dt
from collections.abc import Callable
from datetime import datetime, time
from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import Path, Query, Request, Response
from pydantic import Field
from sqlmodel import Session

from intake.procedures import blocks_in
from models.access import SiteCommand, View
from models.contract import KINDS
from models.explanations import Explanation
from models.identity import Caller
from models.matters import Light
from models.proceeding_messages import Open
from models.proceedings import ProceedingStage
from office import Launched
from policies.block_procedures import BlockProcedure, all_shipped
from policies.deadlines import SHANGHAI
from policies.documents import DocumentError
from record import numbers, proceeding_lists, views
from showing.matters import recorded
from showing.proceedings import line_document, partial_document, procedure_document, proceeding_document
from showing.why import procedure_of
from web.api import authority, keys
from web.api.bodies import PROCEEDING_BODIES, PROCEEDING_SHAPES, OpenBody, said
from web.api.commands import given, offer, spoken
from web.api.keys import IdempotencyKey
from web.api.limits import Speaker
from web.api.matters import WhyOf, explanation
from web.api.parts import PREFIX, REFUSED, Paged, WebNow, calendar_of, paged, router, shaped
from web.api.refusals import refused
from web.api.shapes import (
    ActOut,
    LaunchedOut,
    OutcomeOut,
    Page,
    ProceedingLineOut,
    ProceedingOut,
    StepProcedureOut,
)
from web.api.texts import PRINTABLE, STEPS_NAME, Day
from web.context import Web
from web.problems import ProblemError

routes = router("程序事项 proceedings")

Kind = Literal["proceeding", "petition", "duty"]
KindName = Annotated[
    Kind, Path(description="类别:程序事项、群众诉求、经常性义务 the kind", examples=["petition"])
]  # fmt: skip
Name = Annotated[
    str, Path(pattern=STEPS_NAME, description="编号中斜杠之后的部分 what follows the slash in the id",
              examples=["2026-0007"])
]  # fmt: skip


class ProceedingFilters(Paged):
    """Which of them; every filter that is given must fit."""

    kind: Kind | None = Field(None, description="类别 the kind")
    procedure: str | None = Field(None, max_length=64, pattern=PRINTABLE, description="程序 the procedure")
    lead: str | None = Field(None, max_length=60, pattern=PRINTABLE, description="承办单位 the lead")
    office: str | None = Field(None, max_length=60, pattern=PRINTABLE, description="督办单位 the office")
    subject: str | None = Field(None, max_length=200, pattern=PRINTABLE, description="对象 the subject")
    stage: ProceedingStage | None = Field(None, description="状态 the stage")
    light: Light | None = Field(None, description="灯 the light")
    overdue: Literal["true", "false"] | None = Field(None, description="是否超期 whether overdue")
    due_by: Day | None = Field(None, description="该日(含)前到期的 falls due by the end of that day")
    text: str | None = Field(None, max_length=64, pattern=PRINTABLE, description="名称或编号 in title or id")


@routes.get("/proceedings", summary="程序事项列表 List proceedings, petitions and duties")
def list_proceedings(
    filters: Annotated[ProceedingFilters, Query()], caller: Speaker, web: WebNow
) -> Page[ProceedingLineOut]:
    """程序事项、群众诉求、经常性义务,按编号;只列调用者可见的。 Those within the caller's scope, by id."""
    authority.site(web, caller, View.LIST)
    at = web.clock()
    due_by = filters.due_by
    with web.store.reading() as session:
        working = calendar_of(session)
        return paged(
            lambda: proceeding_lists.listed(
                session,
                scope=authority.scope_of(web, caller),
                now=at,
                kind=KINDS[filters.kind] if filters.kind else None,
                procedure=filters.procedure,
                lead=filters.lead,
                office=filters.office,
                subject=filters.subject,
                stage=filters.stage,
                light=filters.light,
                overdue=None if filters.overdue is None else filters.overdue == "true",
                due_by=None if due_by is None else datetime.combine(due_by, time.max, SHANGHAI),
                text=filters.text,
                after=filters.after,
                limit=filters.limit,
            ),
            lambda line: shaped(ProceedingLineOut, line_document(line, at, working)),
        )


@routes.post(
    "/proceedings", summary="开办 Open a proceeding, a petition or a duty", status_code=HTTPStatus.CREATED,
    openapi_extra=REFUSED,
)  # fmt: skip
async def open_(
    body: OpenBody, key: IdempotencyKey, request: Request, response: Response, caller: Speaker, web: WebNow
) -> LaunchedOut:
    """按程序开办一件;登记岗位为调用者的岗位。不予受理为 409,记录在案。

    Open one under its procedure; the caller's post opens it. A refusal is 409, and on record. The same key opens once.
    """
    message_id, opened = await open_as(web, caller, key, request, said(body))
    target = opened.matter_id
    if not opened.outcome.accepted:
        raise refused(target, message_id, opened.outcome)
    response.headers["Location"] = f"{PREFIX}/proceedings/{target}"
    outcome = opened.outcome
    return LaunchedOut(
        id=target, again=opened.again, accepted=outcome.accepted, acts=list(outcome.acts), due=outcome.due,
        reason=outcome.reason, rule=outcome.rule,
    )  # fmt: skip


async def open_as(web: Web, caller: Caller, key: str, request: Request, words: dict[str, Any]) -> tuple[str, Launched]:
    """Open one as the caller says under that key: the message's id, and what came of it, a refusal too.

    Ends the request with 403 for who may open nothing of that office, 422 for a key that stands for something else.
    """
    message_id = keys.message_id(caller, key)
    by = {"message_id": message_id, "by": authority.post_of(caller), "voice": caller.voice}
    message = Open.model_validate({**words, **by})
    authority.site(web, caller, SiteCommand.OPEN, message)
    procedure = procedures_of(web).get(message.procedure)
    kind = procedure.of if procedure else "proceeding"
    await asyncio.to_thread(keys.claim, web, caller, key, request, message.model_dump(mode="json", exclude=set(by)))
    office = await web.office()
    target = await asyncio.to_thread(numbers.reserve_proceeding, web.store, message_id, kind, web.clock().year)
    return message_id, await office.open_proceeding(target, message)


@routes.get("/proceedings/{kind}/{name}", summary="一件的现状 Where one stands")
def get_proceeding(kind: KindName, name: Name, caller: Speaker, web: WebNow) -> ProceedingOut:
    """环节及各环节结果、灯、到期、在走的时限、案件和通知;只有一部分属本单位的,只见该部分(`partial`)。

    Its steps and what became of each, light, due instant, running clocks, cases and notices; whose part it is only sees
    that (`partial`).
    """
    target, at, scope = f"{kind}/{name}", web.clock(), authority.scope_of(web, caller)
    with web.store.reading() as session:
        authority.proceeding(session, web, caller, target, View.PROCEEDING, View.PROCEEDING_LINE)
        card = proceeding_lists.card(session, target, at, scope=scope)
        working = calendar_of(session)
        entries = views.timeline(session, target, scope=scope)
        if card is None:
            line = proceeding_lists.line(session, target, at, scope=scope)
            if line is None:
                raise authority.not_found()
            return shaped(ProceedingOut, partial_document(line, entries, at, working))
        procedure = procedure_of(session, card.state.policy)
    opened_on = dt.date.fromisoformat(card.state.policy.partition("/")[2])
    plan = procedure.in_force(opened_on) if procedure else None
    return shaped(ProceedingOut, proceeding_document(card, plan, entries, at, working))


@routes.get("/proceedings/{kind}/{name}/timeline", summary="全部记录 Every act of one")
def timeline(kind: KindName, name: Name, caller: Speaker, web: WebNow) -> Page[ActOut]:
    """按登记次序;只含调用者可见的。 In the order of recording; what the caller may read."""
    target = f"{kind}/{name}"
    with web.store.reading() as session:
        authority.proceeding(session, web, caller, target, View.PROCEEDING, View.PROCEEDING_LINE)
        entries = views.timeline(session, target, scope=authority.scope_of(web, caller))
    return Page(items=[shaped(ActOut, recorded(entry)) for entry in entries], next=None)


@routes.get("/proceedings/{kind}/{name}/why", summary="为什么 Why it stands as it does")
def why(kind: KindName, name: Name, asked: Annotated[WhyOf, Query()], caller: Speaker, web: WebNow) -> Explanation:
    """现处环节、待谁办理、期限从何而来、逐日计算、无人办理则如何。

    Which step, whose turn, where the date comes from (rule, parameter, source), the days, and what follows.
    """
    target = f"{kind}/{name}"
    with web.store.reading() as session:
        authority.proceeding(session, web, caller, target, View.PROCEEDING)
        return explanation(session, target, asked.act)


def procedures_of(web: Web) -> dict[str, BlockProcedure]:
    """Every procedure that can be opened, by name: shipped, the office's own in place of those; 503 for a bad one."""
    try:
        own = blocks_in(web.settings.procedures_path)
    except DocumentError as error:
        detail = "本单位的程序文件有误。 A procedure file of the office has a mistake. (starter.py policy procedures)"
        raise ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, detail) from error
    return {one.name: one for one in (*all_shipped(), *own)}


@routes.get("/procedures", summary="可开办的程序 Procedures that can be opened")
def list_procedures(caller: Speaker, web: WebNow) -> Page[StepProcedureOut]:
    """随附的和本单位的构件程序:环节、构件、参数及出处、承担的机制。

    Shipped and the office's own: steps, blocks, parameters with their sources, and the mechanisms carried.
    """
    authority.site(web, caller, View.POLICIES)
    shipped = {one.version for one in all_shipped()}
    found = procedures_of(web)
    documents = (procedure_document(found[name], shipped=found[name].version in shipped) for name in sorted(found))
    return Page(items=[shaped(StepProcedureOut, one) for one in documents], next=None)


# --- commands ---------------------------------------------------------------------------------------------------------


def _known(session: Session, web: Web, caller: Caller, target: str) -> None:
    authority.proceeding(session, web, caller, target, View.PROCEEDING, View.PROCEEDING_LINE)


def _to_proceeding(do: str) -> Callable[..., Any]:
    async def give(
        kind: KindName,
        name: Name,
        body: Any,
        key: IdempotencyKey,
        request: Request,
        caller: Speaker,
        web: WebNow,
    ) -> OutcomeOut:
        command = spoken(PROCEEDING_SHAPES[do], body, caller, key)
        target = f"{kind}/{name}"

        def look() -> None:
            with web.store.reading() as session:
                _known(session, web, caller, target)

        await asyncio.to_thread(look)
        return await given(web, caller, key, request, target, command)

    return give


offer(routes, "/proceedings/{kind}/{name}", "proceeding", PROCEEDING_BODIES, _to_proceeding)
