"""Subscriptions by webhook: made by an administrator for the eyes of one post, signed, retried, ended.

The secret is shown to who makes the subscription and to nobody afterwards; the address only to who may manage them.
"""

import asyncio
from functools import partial
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Path, Query, Request, Response
from pydantic import Field, StringConstraints

from addresses import webhook_address
from models.access import SiteCommand, View
from models.acts import ActName
from models.contract import webhook_recipient
from models.identity import Caller
from notices.signing import secret_of, webhook_key
from record import deliveries, webhooks
from record.webhooks import TooManyWebhooksError, Webhook
from web.api import authority, keys
from web.api.bodies import Body
from web.api.keys import IdempotencyKey
from web.api.limits import Speaker
from web.api.matters import delivery
from web.api.parts import PREFIX, REFUSED, Paged, WebNow, paged, router
from web.api.shapes import At, DeliveryOut, Out, Page
from web.api.texts import Name
from web.context import Web
from web.problems import ProblemError

routes = router("订阅 webhooks")

WebhookId = Annotated[str, Path(pattern=r"^wh-[0-9a-f]{24}$", examples=["wh-0f4c2d7e0f4c2d7e0f4c2d7e"])]
Url = Annotated[str, StringConstraints(min_length=8, max_length=500, pattern=r"^https?://[\x21-\x7E]+$")]


class WebhookBody(Body):
    """Where to, for which post's eyes, of which organs and acts (none named: all that the post may see)."""

    url: Url = Field(examples=["https://hooks.example.gov.cn/duban"])
    post: Name = Field(examples=["区政府督查室承办岗"])
    organs: list[Name] = Field([], max_length=50, examples=[["区教育局"]])
    acts: list[ActName] = Field([], max_length=120, examples=[["overdue", "supervised"]])


class WebhookOut(Out):
    """A subscription."""

    id: str = Field(examples=["wh-0f4c2d7e0f4c2d7e0f4c2d7e"])
    url: str
    post: str
    organs: list[str]
    acts: list[ActName]
    created_at: At
    ended_at: At | None


class SecretOut(WebhookOut):
    """A subscription just made, with the secret its messages are signed with (webhook-signature)."""

    secret: str = Field(examples=["whsec_…"])


def _shown(one: Webhook) -> dict[str, Any]:
    return {
        "id": one.id,
        "url": one.url,
        "post": one.post,
        "organs": list(one.organs),
        "acts": list(one.acts),
        "created_at": one.created_at,
        "ended_at": one.ended_at,
    }


@routes.get("/webhooks", summary="订阅列表 List subscriptions")
def list_webhooks(asked: Annotated[Paged, Query()], caller: Speaker, web: WebNow) -> Page[WebhookOut]:
    """连同已终止的;不含密钥。 Ended ones too; without secrets."""
    authority.site(web, caller, View.WEBHOOKS)
    with web.store.reading() as session:
        return paged(
            lambda: webhooks.listed(session, after=asked.after, limit=asked.limit),
            lambda one: WebhookOut(**_shown(one)),
        )


@routes.post("/webhooks", summary="订阅 Subscribe", status_code=HTTPStatus.CREATED, openapi_extra=REFUSED)
def subscribe(
    body: WebhookBody, key: IdempotencyKey, request: Request, response: Response, caller: Speaker, web: WebNow
) -> SecretOut:
    """其后的记录以签名的 POST 送出(Standard Webhooks),送达前重试,webhook-id 不变;只含该岗位可见的,不含各岗所写。

    What is recorded from now on is sent as a signed POST, retried under the same webhook-id until it is taken: what the
    post may see, without a word that people wrote. The secret is shown in this answer only.
    """
    authority.site(web, caller, SiteCommand.MANAGE_WEBHOOKS)
    _check(body, web)
    keys.claim(web, caller, key, request, body.model_dump(mode="json"))
    made = _made(body, caller, web, key)
    try:
        with web.store.writing() as session:
            kept = webhooks.create(session, made)
    except TooManyWebhooksError as error:
        raise ProblemError(409, "订阅过多。 Too many subscriptions.", kind="too-many-webhooks") from error
    response.headers["Location"] = f"{PREFIX}/webhooks/{kept.id}"
    return SecretOut(**_shown(kept), secret=secret_of(webhook_key(web.settings), kept.id, kept.generation))


def _check(body: WebhookBody, web: Web) -> None:
    """End the request with 409 for an address, a post or an organ that this site does not have."""
    try:
        webhook_address(body.url, web.settings.webhooks)
    except ValueError as error:
        raise ProblemError(409, str(error), kind="address-not-allowed") from error
    unknown = [name for name in body.organs if web.directory.find(name) is None]
    if unknown or not web.directory.has_post(body.post):
        raise ProblemError(409, "名录中没有该岗位或单位。 No such post or organ in the directory.", kind="unknown-post")


def _made(body: WebhookBody, caller: Caller, web: Web, key: str) -> Webhook:
    # The same key makes the same subscription.
    digits = keys.message_id(caller, key).removeprefix("api-")[:24]
    return Webhook(
        id=f"wh-{digits}",
        person=caller.person,
        post=body.post,
        url=body.url,
        organs=tuple(dict.fromkeys(body.organs)),
        acts=tuple(dict.fromkeys(body.acts)),
        generation=1,
        created_at=web.clock(),
    )


@routes.get("/webhooks/{webhook_id}", summary="一个订阅 One subscription")
def get_webhook(webhook_id: WebhookId, caller: Speaker, web: WebNow) -> WebhookOut:
    """不含密钥。 Without its secret."""
    authority.site(web, caller, View.WEBHOOKS)
    return WebhookOut(**_shown(_found(web, webhook_id)))


@routes.get("/webhooks/{webhook_id}/deliveries", summary="订阅的送达情况 What was sent to it")
def webhook_deliveries(
    webhook_id: WebhookId, asked: Annotated[Paged, Query()], caller: Speaker, web: WebNow
) -> Page[DeliveryOut]:
    """新者在前。 The latest first."""
    authority.site(web, caller, View.WEBHOOKS)
    _found(web, webhook_id)
    with web.store.reading() as session:
        return paged(
            lambda: deliveries.deliveries(
                session, post=webhook_recipient(webhook_id), after=asked.after, limit=asked.limit
            ),
            delivery,
        )


@routes.delete("/webhooks/{webhook_id}", summary="终止订阅 End a subscription", status_code=HTTPStatus.NO_CONTENT)
async def unsubscribe(webhook_id: WebhookId, caller: Speaker, web: WebNow) -> Response:
    """不再送出;重复终止无害。 Nothing more is sent; harmless twice."""
    authority.site(web, caller, SiteCommand.MANAGE_WEBHOOKS)
    await asyncio.to_thread(partial(_end, web, webhook_id))
    return Response(status_code=HTTPStatus.NO_CONTENT)


def _end(web: Web, webhook_id: str) -> None:
    _found(web, webhook_id)
    with web.store.writing() as session:
        webhooks.end(session, webhook_id, web.clock())


def _found(web: Web, webhook_id: str) -> Webhook:
    with web.store.reading() as session:
        found = webhooks.find(session, webhook_id)
    if found is None:
        raise authority.not_found()
    return found
