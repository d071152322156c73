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
from models.proceeding_messages import Open
from models.proceedings import Channel, ProceedingStage
from policies.access import may, may_view
from record import views
from showing.petitions import receipt_document
from web.api import authority, keys
from web.api.bodies import Body
from web.api.limits import TOO_OFTEN, Buckets
from web.api.parts import REFUSED, MatterId, Paged, WebNow, paged, router, shaped
from web.api.petitions import PetitionNumber, PublicPetitionBody, ReceiptOut, identity_of, refuse_secret, taker
from web.api.refusals import refused
from web.api.shapes import At, Out, OutcomeOut, Page, PublicOut
from web.api.texts import Text
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


def _opened(request: Request, web: WebNow) -> str:
    """The address it comes from, where the office takes petitions in from outside; 404 otherwise, 429 too often."""
    if not web.settings.public_intake or not may(SiteCommand.HAND_IN.value, {Relation.ANYONE}):
        raise authority.not_found()
    address = request.client.host if request.client else ""
    buckets: Buckets = request.app.state.intake
    wait = buckets.take(network(address)).wait_seconds
    if wait:
        raise ProblemError(HTTPStatus.TOO_MANY_REQUESTS, TOO_OFTEN, headers={"Retry-After": str(wait)})
    return address


Address = Annotated[str, Depends(_opened)]
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
        alias="Receipt-Code", pattern=r"^[A-Za-z0-9 -]{1,64}$", description="受理凭证码 the receipt code",
        examples=["7K3MD-9XQ2P-0VTFA-H6WRZ"],
    ),
]  # fmt: skip


class FollowUpBody(Body):
    """What whoever asked has to add."""

    text: Text = Field(min_length=1, examples=["昨夜又施工到两点"])


class StepOut(Out):
    """One thing that happened to the petition, as far as it is its petitioner's to know."""

    at: At
    act: ActName
    words: str = Field(examples=["环节办结"])
    due: At | None
    organ: str | None = Field(examples=["区城管局"])
    value: str | None
    reason: str | None
    refer_to: str | None
    missing: list[str]
    answers: dict[str, str] = Field(examples=[{"答复": "已责令停工"}])
    text: str | None


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
    history: list[StepOut]


@routes.post(
    "/public/petitions", summary="提出诉求 Hand in a petition", status_code=HTTPStatus.CREATED, openapi_extra=REFUSED,
    dependencies=[Depends(_opened)],
)  # fmt: skip
async def hand_in(body: PublicPetitionBody, key: PublicKey, request: Request, web: WebNow) -> ReceiptOut:
    """无须登录;不填身份即为匿名。受理凭证码只在此答复中出现一次,凭编号和凭证码查询、补充。

    No sign-in; anonymous without an identity. Keep the code: with number and code the petition can be followed.
    """
    refuse_secret(body)
    message_id = keys.public_message_id(key)
    await asyncio.to_thread(keys.claim_as, web, keys.PUBLIC, key, request, body.model_dump(mode="json"))
    message = Open(
        message_id=message_id, procedure="petition", title=body.title, text=body.text, subject=body.subject,
        present=tuple(body.present), office=web.settings.office, lead=web.settings.office, channel=Channel.WEB,
    )  # fmt: skip
    taken = await taker(web, await web.office()).take(message, identity_of(body), web.clock())
    if taken.code is None:
        raise refused(taken.petition, message_id, taken.outcome)
    return ReceiptOut(id=taken.petition, code=taken.code, again=taken.again, due=taken.outcome.due)


@routes.get("/public/petitions/{number}", summary="凭码查询诉求 Follow a petition")
def followed(number: PetitionNumber, address: Address, web: WebNow, code: Code = None) -> PetitionOut:
    """凭编号和受理凭证码查询进度、答复和告知事项。 Progress, answers and notices, by number and receipt code."""
    petition = _held(web, number, code, address)
    with web.store.reading() as session:
        document = receipt_document(session, petition, web.clock())
    if document is None:
        raise authority.not_found()
    return shaped(PetitionOut, document)


@routes.post(
    "/public/petitions/{number}", summary="凭码补充诉求 Add to a petition", status_code=HTTPStatus.CREATED,
    openapi_extra=REFUSED,
)  # fmt: skip
async def follow_up(
    number: PetitionNumber, body: FollowUpBody, key: PublicKey, address: Address, web: WebNow, code: Code = None
) -> OutcomeOut:
    """补充意见即告知经办岗位,记录在案;已办结的请另行提出。 Told to who handles it, on record; not once it has ended."""
    petition = await asyncio.to_thread(_held, web, number, code, address)
    refuse_secret(body.text)
    message_id = keys.public_message_id(petition, key)
    outcome = await taker(web, await web.office()).follow_up(petition, body.text, message_id)
    if not outcome.accepted:
        raise refused(petition, message_id, outcome)
    return OutcomeOut(id=petition, message_id=message_id, accepted=True, acts=list(outcome.acts), due=outcome.due,
                      reason=None, rule=None)  # fmt: skip


def _held(web: Web, number: str, code: str | None, address: str) -> str:
    """The petition whose code this is; 404 where it is nobody's, 429 after too many wrong ones from one address."""
    petition, at = f"petition/{number}", web.clock()
    answer = receipts.held(web.store, petition, code, address, at) if code else receipts.Unknown()
    if isinstance(answer, receipts.Blocked):
        wait = max(1, int((answer.until - at).total_seconds()))
        raise ProblemError(HTTPStatus.TOO_MANY_REQUESTS, TOO_OFTEN, headers={"Retry-After": str(wait)})
    if not isinstance(answer, receipts.Held) or not may_view(View.RECEIPT, {Relation.PETITIONER}):
        raise authority.not_found()
    return petition
