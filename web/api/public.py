"""What may everybody see and do, without signing in? What is marked public, and of that only where it stands.

Where the office has opened it, somebody hands in a petition, and follows that one by its receipt code.
A code is sent in a header: addresses stand in logs and in browsers' histories. A petition that is not there, a wrong
code and no code get the same answer. Nothing of who turned to the office ever comes out here.
"""

import asyncio
from dataclasses import asdict
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Header, Query, Request
from pydantic import Field

from identity import receipts
from identity.signing_in import network
from models.access import Relation, SiteCommand, View
from models.acts import ActName
from models.matters import Light
from models.messages import Outcome
from models.proceeding_messages import Open
from models.proceedings import Channel, ProceedingStage
from policies.access import may, may_view
from record import views
from showing.petitions import outlook, receipt_document
from taking import Taken
from web.api import authority, keys
from web.api.bodies import Body
from web.api.limits import TOO_OFTEN, Buckets
from web.api.parts import REFUSED, MatterId, Paged, WebNow, calendar_of, paged, router, shaped
from web.api.petitions import CODE, PetitionNumber, PublicPetitionBody, ReceiptOut, identity_of, refuse_secret, taker
from web.api.refusals import refused
from web.api.shapes import At, Out, OutcomeOut, Page, PublicOut
from web.api.texts import Text, Truth
from web.context import Web
from web.problems import ProblemError

routes = router("公开 public")


@routes.get("/public/matters", summary="公开的事项 What is public")
def published(asked: Annotated[Paged, Query()], web: WebNow) -> Page[PublicOut]:
    """已标明公开的事项,无须登录。 The matters marked public; no sign-in is needed."""
    with web.store.reading() as session:
        return paged(
            lambda: views.published(session, now=web.clock(), after=asked.after, limit=asked.limit),
            lambda line: PublicOut(**asdict(line)),
        )


@routes.get("/public/matters/{matter_id}", summary="公开事项的现状 Where a public matter stands")
def published_one(matter_id: MatterId, web: WebNow) -> PublicOut:
    """编号、名称、牵头、环节、灯、到期日。 Number, title, lead, stage, light and due date."""
    with web.store.reading() as session:
        line = views.public_status(session, matter_id)
    if line is None:
        raise authority.not_found()
    return PublicOut(**asdict(line))


# --- petitions from outside -------------------------------------------------------------------------------------------


def opened(request: Request, web: WebNow) -> str:
    """The address it comes from, where the office takes petitions in from outside; 404 otherwise, 429 too often."""
    if not takes_petitions(web):
        raise authority.not_found()
    address = request.client.host if request.client else ""
    buckets: Buckets = request.app.state.intake
    wait = buckets.take(network(address)).wait_seconds
    if wait:
        raise ProblemError(HTTPStatus.TOO_MANY_REQUESTS, TOO_OFTEN, headers={"Retry-After": str(wait)})
    return address


def takes_petitions(web: Web) -> bool:
    """Whether the office takes petitions in from outside."""
    return bool(web.settings.public_intake) and may(SiteCommand.HAND_IN.value, {Relation.ANYONE})


Address = Annotated[str, Depends(opened)]
PublicKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[\x21-\x7E]{22,128}$",
        description="幂等键,须随机:同键重发得同一诉求、新凭证码。 Random: repeated, the same petition and a new code.",
        examples=["6f1c2b1e-3d0a-4f6e-9a53-1f0c7d2a9b10"],
    ),
]
Code = Annotated[
    str | None,
    Header(
        alias="Receipt-Code", pattern=CODE, description="受理凭证码 the receipt code",
        examples=["7K3MD-9XQ2P-0VTFA-H6WRZ"],
    ),
]  # fmt: skip


class FollowUpBody(Body):
    """What whoever asked has to add."""

    text: Text = Field(min_length=1, examples=["昨夜又施工到两点"])


class RatingBody(Body):
    """Whether whoever asked is satisfied with the answer; if not, why."""

    satisfied: Truth = Field(examples=[True])
    text: Text | None = Field(None, description="不满意须写明原因 why, where not", examples=["仍在夜间施工"])


class StepOut(Out):
    """One thing that happened to the petition, as far as it is its petitioner's to know."""

    at: At
    act: ActName
    words: str = Field(examples=["环节办结"])
    step: str | None = Field(examples=["调查处理"])
    due: At | None
    organ: str | None = Field(examples=["区城管局"])
    value: str | None
    reason: str | None
    refer_to: str | None
    missing: list[str]
    answers: dict[str, str] = Field(examples=[{"答复": "已责令停工"}])
    text: str | None


class AheadOut(Out):
    """A step under way or ahead, and by when it is taken at the latest; null where no day is set or none is known.

    `provisional`: the days off of that time are not announced yet, and the day can still move.
    """

    step: str = Field(examples=["handling"])
    title: str = Field(examples=["调查处理"])
    by: At | None
    provisional: bool


class PetitionOut(Out):
    """Where a petition stands, and what was answered. `goes_on_with` names the one it was linked to."""

    id: str = Field(examples=["petition/2026-0007"])
    title: str = Field(examples=["噪声扰民"])
    channel: Channel | None
    received_at: At
    goes_on_with: str | None
    stage: ProceedingStage
    step: str | None = Field(examples=["调查处理"])
    light: Light
    due_at: At | None
    ended_at: At | None
    ahead: list[AheadOut]
    history: list[StepOut]


@routes.post(
    "/public/petitions", summary="提出诉求 Hand in a petition", status_code=HTTPStatus.CREATED, openapi_extra=REFUSED,
)  # fmt: skip
async def hand_in(
    body: PublicPetitionBody, key: PublicKey, address: Address, request: Request, web: WebNow
) -> ReceiptOut:
    """无须登录;不填身份即为匿名。受理凭证码只在此答复中出现一次,凭编号和凭证码查询、补充、评价。

    No sign-in; anonymous without an identity. Keep the code: with number and code the petition can be followed.
    """
    taken = await taken_in(web, request, body, key, address)
    if taken.code is None:
        raise refused(taken.petition, keys.public_message_id(key), taken.outcome)
    return ReceiptOut(id=taken.petition, code=taken.code, again=taken.again, due=taken.outcome.due)


async def taken_in(web: Web, request: Request, body: PublicPetitionBody, key: str, address: str) -> Taken:
    """Take a petition in from outside, once under its key; 404 for an earlier one whose code that is not."""
    refuse_secret(body)
    earlier = body.repeats
    if earlier is not None:
        await asyncio.to_thread(held, web, earlier.id, earlier.code, address)
    await asyncio.to_thread(keys.claim_as, web, keys.PUBLIC, key, request, body.model_dump(mode="json"))
    message = Open(
        message_id=keys.public_message_id(key), procedure="petition", title=body.title, text=body.text,
        subject=body.subject, present=tuple(body.present), office=web.settings.office, lead=web.settings.office,
        channel=Channel.WEB,
    )  # fmt: skip
    repeats = earlier.id if earlier is not None else None
    return await taker(web, await web.office()).take(message, identity_of(body), web.clock(), repeats=repeats)


@routes.get("/public/petitions/{number}", summary="凭码查询诉求 Follow a petition")
def followed(number: PetitionNumber, address: Address, web: WebNow, code: Code = None) -> PetitionOut:
    """凭编号和受理凭证码查询进度、答复和告知事项。 Progress, answers and notices, by number and receipt code."""
    petition = held(web, f"petition/{number}", code, address)
    at = web.clock()
    with web.store.reading() as session:
        document = receipt_document(session, petition, at)
        if document is None:
            raise authority.not_found()
        coming = outlook(session, petition, at, calendar=calendar_of(session), directory=web.directory)
    return shaped(PetitionOut, {**document, "ahead": [asdict(one) for one in coming.ahead]})


@routes.post(
    "/public/petitions/{number}", summary="凭码补充诉求 Add to a petition", status_code=HTTPStatus.CREATED,
    openapi_extra=REFUSED,
)  # fmt: skip
async def follow_up(
    number: PetitionNumber,
    body: FollowUpBody,
    key: PublicKey,
    address: Address,
    request: Request,
    web: WebNow,
    code: Code = None,
) -> OutcomeOut:
    """补充意见即告知经办岗位,记录在案;已办结的请另行提出。 Told to who handles it, on record; not once it has ended."""
    petition = await asyncio.to_thread(held, web, f"petition/{number}", code, address)
    refuse_secret(body.text)
    message_id = keys.public_message_id(petition, key)
    await _claimed(web, message_id, request, body)
    outcome = await taker(web, await web.office()).follow_up(petition, body.text, message_id)
    return _heard(petition, message_id, outcome)


@routes.post(
    "/public/petitions/{number}/rating", summary="凭码评价答复 Judge the answer", status_code=HTTPStatus.CREATED,
    openapi_extra=REFUSED,
)  # fmt: skip
async def rate(
    number: PetitionNumber,
    body: RatingBody,
    key: PublicKey,
    address: Address,
    request: Request,
    web: WebNow,
    code: Code = None,
) -> OutcomeOut:
    """答复之后、办结之前可评价,记录在案并告知经办岗位;不代替回访。

    Between the answer and the end; on record, told to who handles it. It is no call back and ends no step.
    """
    petition = await asyncio.to_thread(held, web, f"petition/{number}", code, address)
    refuse_secret(body.text)
    message_id = keys.public_message_id(petition, "rating", key)
    await _claimed(web, message_id, request, body)
    outcome = await taker(web, await web.office()).rate(petition, body.satisfied, body.text, message_id)
    return _heard(petition, message_id, outcome)


async def _claimed(web: Web, message_id: str, request: Request, body: Body) -> None:
    """End the request with 422 where the message stands for other words."""
    await asyncio.to_thread(keys.claim_as, web, keys.PUBLIC, message_id, request, body.model_dump(mode="json"))


def _heard(petition: str, message_id: str, outcome: Outcome) -> OutcomeOut:
    if not outcome.accepted:
        raise refused(petition, message_id, outcome)
    return OutcomeOut(id=petition, message_id=message_id, accepted=True, acts=list(outcome.acts), due=outcome.due,
                      reason=None, rule=None)  # fmt: skip


def held(web: Web, petition: str, code: str | None, address: str) -> str:
    """The petition whose code this is; 404 where it is nobody's, 429 after too many wrong ones from one address."""
    at = web.clock()
    answer = receipts.held(web.store, petition, code, address, at) if code else receipts.Unknown()
    if isinstance(answer, receipts.Blocked):
        wait = max(1, int((answer.until - at).total_seconds()))
        raise ProblemError(HTTPStatus.TOO_MANY_REQUESTS, TOO_OFTEN, headers={"Retry-After": str(wait)})
    if not isinstance(answer, receipts.Held) or not may_view(View.RECEIPT, {Relation.PETITIONER}):
        raise authority.not_found()
    return petition
