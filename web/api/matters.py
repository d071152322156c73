"""Matters: which there are, where one stands, what happened to it and why, what was issued and told, launching one."""

import asyncio
from collections.abc import Iterable
from dataclasses import asdict, replace
from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import Query, Request, Response
from pydantic import Field
from sqlmodel import Session

from models.access import SiteCommand, View
from models.acts import ActName
from models.contract import is_case
from models.explanations import Explanation
from models.identity import Caller
from models.matters import Light, Stage
from models.messages import Registration
from office import Launched
from record import deliveries, numbers, views
from record.deliveries import Delivery
from record.ledger import Entry
from showing.cases import without_vote
from showing.matters import card_document, line_document, recorded, told_of
from showing.why import UnknownActError, UnknownTargetError, explained
from web.api import authority, keys
from web.api.bodies import LaunchBody, said
from web.api.keys import IdempotencyKey
from web.api.limits import Speaker
from web.api.parts import PREFIX, REFUSED, MatterId, Paged, WebNow, calendar_of, paged, router, shaped
from web.api.refusals import refused
from web.api.shapes import ActOut, CaseLineOut, DeliveryOut, LaunchedOut, MatterLineOut, MatterOut, Page
from web.api.texts import PRINTABLE
from web.context import Web
from web.problems import ProblemError

routes = router("事项 matters")


class MatterFilters(Paged):
    """Which matters; every filter that is given must fit."""

    lead: str | None = Field(None, max_length=60, pattern=PRINTABLE, description="牵头单位 the lead")
    office: str | None = Field(None, max_length=60, pattern=PRINTABLE, description="督办单位 the office")
    stage: Stage | None = Field(None, description="环节 the stage")
    light: Light | None = Field(None, description="灯 the light")
    overdue: Literal["true", "false"] | None = Field(None, description="是否超期 whether overdue; oldest first if true")
    text: str | None = Field(None, max_length=64, pattern=PRINTABLE, description="标题或编号 in title or id")
    parent: str | None = Field(None, max_length=64, pattern=PRINTABLE, description="上级事项 whose child")
    kind: str | None = Field(None, max_length=64, pattern=PRINTABLE, description="类别 the kind")


@routes.get("/matters", summary="事项列表 List matters")
def list_matters(filters: Annotated[MatterFilters, Query()], caller: Speaker, web: WebNow) -> Page[MatterLineOut]:
    """督办事项,按编号;`overdue=true` 时超期最久的在前。只列调用者可见的。

    The matters within the caller's scope, by id; the longest overdue first with `overdue=true`.
    """
    authority.site(web, caller, View.LIST)
    at = web.clock()
    with web.store.reading() as session:
        working = calendar_of(session)
        return paged(
            lambda: views.matters(
                session,
                now=at,
                scope=authority.scope_of(web, caller),
                lead=filters.lead,
                office=filters.office,
                stage=filters.stage,
                light=filters.light,
                overdue=None if filters.overdue is None else filters.overdue == "true",
                text=filters.text,
                parent=filters.parent,
                kind=filters.kind,
                after=filters.after,
                limit=filters.limit,
            ),
            lambda line: shaped(MatterLineOut, line_document(line, at, working)),
        )


@routes.post(
    "/matters", summary="立项 Launch a matter", status_code=HTTPStatus.CREATED, openapi_extra=REFUSED
)  # fmt: skip
async def launch(
    body: LaunchBody,
    key: IdempotencyKey,
    request: Request,
    response: Response,
    caller: Speaker,
    web: WebNow,
) -> LaunchedOut:
    """立项一件督办事项;登记岗位为调用者的岗位。不予受理为 409,记录在案。

    Launch a matter; the caller's post registers it. A refusal is 409, and on record. The same key launches once.
    """
    message_id = keys.message_id(caller, key)
    spoken = {"message_id": message_id, "by": authority.post_of(caller), "voice": caller.voice}
    registration = Registration.model_validate({**said(body), **spoken})
    launched = await handed_in(web, caller, key, request, registration, said(body))
    if not launched.outcome.accepted:
        raise refused(launched.matter_id, message_id, launched.outcome)
    response.headers["Location"] = f"{PREFIX}/matters/{launched.matter_id}"
    return LaunchedOut(id=launched.matter_id, again=launched.again, **_outcome(launched.outcome))


async def handed_in(
    web: Web, caller: Caller, key: str, request: Request, registration: Registration, words: dict[str, Any]
) -> Launched:
    """Launch a matter as the request under this key says it, in these `words`; the same request launches it once.

    Ends it with 403 for who may not, 422 where the key stands for another request; raises UnavailableError.
    """
    authority.site(web, caller, SiteCommand.LAUNCH, registration)
    await asyncio.to_thread(keys.claim, web, caller, key, request, words)
    office = await web.office()
    matter_id = await asyncio.to_thread(numbers.reserve, web.store, registration.message_id, web.clock().year)
    return await office.launch(matter_id, registration)


def _outcome(outcome: Any) -> dict[str, Any]:
    return {
        "accepted": outcome.accepted,
        "acts": list(outcome.acts),
        "due": outcome.due,
        "reason": outcome.reason,
        "rule": outcome.rule,
    }


@routes.get("/matters/{matter_id}", summary="一件事项的现状 Where a matter stands")
def get_matter(matter_id: MatterId, caller: Speaker, web: WebNow) -> MatterOut:
    """环节、灯、到期、在走的时限、案件和通知。协办单位只见其部分(`partial`)。

    Stage, light, due instant, running clocks, cases and notices; a co-handler sees its part only (`partial`).
    """
    at, scope = web.clock(), authority.scope_of(web, caller)
    with web.store.reading() as session:
        card = views.card(session, matter_id, at, scope=scope)
        part = None if card is not None else views.part(session, matter_id, at, scope=scope)
        entries = views.timeline(session, matter_id, scope=scope)
        working = calendar_of(session)
    if card is not None:
        return shaped(MatterOut, card_document(card, entries, at, working))
    if part is None:
        raise authority.not_found()
    mine = {
        "requirement": part.requirement,
        "limit": part.limit,
        "parts": [asdict(one) for one in part.parts],
        "asked": part.asked,
    }
    return shaped(MatterOut, {**line_document(part.line, at, working), "part": mine, "notices": told_of(entries)})


@routes.get("/matters/{matter_id}/timeline", summary="全部记录 Every act of a matter")
def timeline(matter_id: MatterId, caller: Speaker, web: WebNow) -> Page[ActOut]:
    """一件事项连同其案件的记录,按登记次序;只含调用者可见的。

    Every act of the matter and of its cases that the caller may read, in the order of recording.
    """
    with web.store.reading() as session:
        authority.known(session, web, caller, matter_id)
        entries = views.timeline(session, matter_id, scope=authority.scope_of(web, caller))
        return Page(items=told_to(session, web, caller, entries), next=None)


def told_to(session: Session, web: Web, caller: Caller, entries: Iterable[Entry]) -> list[ActOut]:
    """These entries for the caller: how a member of a panel voted only where the table lets him see it."""
    shown = list(entries)
    open_to = {
        target: authority.reads_case(session, web, caller, target, View.CASE_VOTES)
        for target in {one.target for one in shown if one.act.act is ActName.VOTE_CAST}
    }
    return [
        shaped(ActOut, recorded(one if open_to.get(one.target, True) else replace(one, act=without_vote(one.act))))
        for one in shown
    ]


class WhyOf(Paged):
    """Which act."""

    act: str | None = Field(
        None, max_length=64, pattern=PRINTABLE, examples=["overdue"],
        description="记录的序号或名称;不写则问现状。 An act's number or name; without it, where the matter stands.",
    )  # fmt: skip


@routes.get("/matters/{matter_id}/why", summary="为什么 Why it stands as it does")
def why(matter_id: MatterId, asked: Annotated[WhyOf, Query()], caller: Speaker, web: WebNow) -> Explanation:
    """依据、事实、逐日计算、通知送达、谁可在何时前阻止;不含各岗所写的内容。

    The rule and its version, the facts, the clock day by day, notices, and who could have stopped it until when.
    """
    with web.store.reading() as session:
        authority.matter(session, web, caller, matter_id, View.WHY)
        return explanation(session, matter_id, asked.act)


def explanation(session: Session, target: str, act: str | None) -> Explanation:
    """The explanation; ends the request with 404 for an act that has not happened."""
    try:
        return explained(session, target, act, full=False)
    except (UnknownTargetError, UnknownActError) as error:
        raise ProblemError(HTTPStatus.NOT_FOUND, "没有这条记录。 No such act.", kind="no-such-act") from error


@routes.get("/matters/{matter_id}/cases", summary="事项的案件 The cases of a matter")
def cases_of(matter_id: MatterId, caller: Speaker, web: WebNow) -> Page[CaseLineOut]:
    """调用者可见的案件,按提出次序。 The cases that the caller may see, in the order of proposal."""
    with web.store.reading() as session:
        authority.matter(session, web, caller, matter_id, View.MATTER)
        found = views.cases(session, matter_id, scope=authority.scope_of(web, caller))
    return Page(items=[CaseLineOut(**asdict(line)) for line in found], next=None)


@routes.get("/matters/{matter_id}/deliveries", summary="通知送达情况 What has left the house")
def deliveries_of(
    matter_id: MatterId, asked: Annotated[Paged, Query()], caller: Speaker, web: WebNow
) -> Page[DeliveryOut]:
    """离开本单位的通知及其结果,新者在前;不含地址,只含调用者可阅的案件。

    Notices that left, the latest first; no address is shown, and of cases only what the caller may read.
    """
    with web.store.reading() as session:
        authority.matter(session, web, caller, matter_id, View.DELIVERIES)
        page = paged(
            lambda: deliveries.deliveries(session, matter_id=matter_id, after=asked.after, limit=asked.limit), delivery
        )
        readable = [
            one
            for one in page.items
            if not is_case(one.target) or authority.reads_case(session, web, caller, one.target)
        ]
    return Page(items=readable, next=page.next)


def delivery(one: Delivery) -> DeliveryOut:
    """A delivery as an answer; no address is shown."""
    return DeliveryOut(
        number=one.number,
        target=one.entry.target,
        seq=one.entry.seq,
        act=one.entry.act.act,
        recipient=one.recipient,
        channel=one.channel,
        state=one.state,
        queued_at=one.queued_at,
        due_at=one.due_at,
        attempts=one.attempts,
        attempted_at=one.attempted_at,
        delivered_at=one.delivered_at,
        receipt=one.receipt,
        failure=one.failure,
    )
