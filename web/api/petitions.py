"""Petitions: an official takes one in; who handed it in is opened for a reason, on record, to whom the table lets.

What the public itself hands in and follows is in public.py; reading and handling are those of every proceeding.
"""

import asyncio
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Path, Request, Response
from pydantic import Field

from models.access import SiteCommand, View
from models.identity import Caller
from models.petitions import Identity
from models.proceeding_messages import Open
from models.proceedings import Channel, ProceedingState
from office import Office
from policies import secrecy
from policies.authority import Refused
from record import petitioners, proceedings
from record.looks import Looker
from taking import Candidate, Taken, Taker, candidates
from web.api import authority, keys
from web.api.bodies import Body
from web.api.keys import IdempotencyKey
from web.api.limits import Speaker
from web.api.openings import OpeningBody
from web.api.parts import PREFIX, REFUSED, WebNow, router
from web.api.refusals import refused
from web.api.shapes import At, Out
from web.api.texts import LONGEST_LIST, MATTER_ID, Moment, Name, Short, Text, Title, Truth
from web.context import Web
from web.problems import ProblemError

routes = router("群众诉求 petitions")

PetitionNumber = Annotated[
    str, Path(pattern=MATTER_ID, description="诉求编号 petition/ 之后的部分 what follows petition/",
              examples=["2026-0007"])
]  # fmt: skip
CODE = r"^[A-Za-z0-9 -]{1,64}$"
"""A receipt code as it may be typed."""
NUMBER = r"^petition/[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"


class IdentityBody(Body):
    """Who turns to the office; kept sealed apart from the petition, all of it optional."""

    name: Short | None = Field(None, examples=["某某"])
    phone: Short | None = Field(None, examples=["010-00000000"])
    address: Title | None = Field(None, examples=["某街道某号"])
    id_number: Short | None = Field(None, examples=["000000000000000000"])
    employer: Title | None = Field(None, examples=["某单位"])


class _Words(Body):
    """What a petition says, whoever enters it. The identity has no place in it."""

    title: Title = Field(min_length=1, examples=["噪声扰民"])
    text: Text = Field(min_length=1, examples=["夜间施工,影响休息"])
    subject: Name | None = Field(None, examples=["城区施工噪声"])
    present: Annotated[list[Name], Field(max_length=LONGEST_LIST)] = Field(default=[], examples=[["诉求和事实"]])
    identity: IdentityBody | None = Field(
        None, description="不填为匿名 anonymous without it", examples=[{"name": "某某", "phone": "010-00000000"}]
    )


class PetitionBody(_Words):
    """A petition as an official takes it in; the caller's post registers it."""

    procedure: Short = Field("petition", examples=["hotline"])
    channel: Channel = Field(examples=["hotline"])
    lead: Name | None = Field(None, examples=["区信访局"])
    office: Name = Field(examples=["区信访局"])
    leader: Name | None = Field(None, examples=["区长"])
    received_at: Moment | None = Field(None, examples=["2026-03-02T09:00:00+08:00"])
    public: Truth = Field(False, examples=[False])
    urgent: Truth = Field(False, examples=[False])
    prominent: Truth = Field(False, examples=[False])
    repeats: Annotated[str, Field(pattern=NUMBER)] | None = Field(
        None, description="所重复的诉求:在办的即行关联,已办结的作为来源 the petition it repeats",
        examples=["petition/2026-0003"],
    )  # fmt: skip


class EarlierBody(Body):
    """A petition of one's own that was handed in before, and its receipt code."""

    id: Annotated[str, Field(pattern=NUMBER)] = Field(examples=["petition/2026-0003"])
    code: Annotated[str, Field(pattern=CODE, repr=False)] = Field(examples=["7K3MD-9XQ2P-0VTFA-H6WRZ"])


class PublicPetitionBody(_Words):
    """A petition as the public hands it in."""

    repeats: EarlierBody | None = Field(
        None, description="所重复的本人诉求,凭其凭证码:在办的即行关联,已办结的作为来源 one's own that it repeats",
        examples=[{"id": "petition/2026-0003", "code": "7K3MD-9XQ2P-0VTFA-H6WRZ"}],
    )  # fmt: skip


class CandidateOut(Out):
    """A petition that may be the same."""

    id: str = Field(examples=["petition/2026-0003"])
    title: str = Field(examples=["噪声扰民"])
    why: list[str] = Field(examples=[["same_person", "similar"]])
    similarity: int = Field(examples=[80])
    over: bool


class ReceiptOut(Out):
    """A petition taken in: its number, and the receipt code, which is shown this once. With both it can be followed.

    Handed in again under the same key: a new code, and the one before opens nothing any more.
    """

    id: str = Field(examples=["petition/2026-0007"])
    code: str = Field(examples=["7K3MD-9XQ2P-0VTFA-H6WRZ"])
    again: bool
    due: At | None


class PetitionTakenOut(ReceiptOut):
    """The same for the official, with what may be the same petition and the answer to its linking."""

    linked: bool | None = Field(description="是否已关联;null 为无须关联 null: nothing to link")
    candidates: list[CandidateOut]


class IdentityOut(Out):
    """Who handed the petition in; all null for an anonymous one. The look is on record."""

    id: str = Field(examples=["petition/2026-0007"])
    anonymous: bool
    name: str | None
    phone: str | None
    address: str | None
    id_number: str | None
    employer: str | None


@routes.post("/petitions", summary="登记诉求 Take a petition in", status_code=HTTPStatus.CREATED, openapi_extra=REFUSED)
async def take_petition(
    body: PetitionBody, key: IdempotencyKey, request: Request, response: Response, caller: Speaker, web: WebNow
) -> PetitionTakenOut:
    """登记一件群众诉求;身份另行封存,答复中的受理凭证码只出现这一次。

    Take in a petition. Who handed it in is sealed apart; the receipt code is in this answer and nowhere else.
    """
    taken, alike = await take_as(web, caller, key, request, body)
    if taken.code is None:
        raise refused(taken.petition, keys.message_id(caller, key), taken.outcome)
    response.headers["Location"] = f"{PREFIX}/proceedings/{taken.petition}"
    return PetitionTakenOut(
        id=taken.petition, code=taken.code, again=taken.again, due=taken.outcome.due,
        linked=taken.linked.accepted if taken.linked is not None else None,
        candidates=[_candidate(one) for one in alike],
    )  # fmt: skip


async def take_as(
    web: Web, caller: Caller, key: str, request: Request, body: PetitionBody
) -> tuple[Taken, list[Candidate]]:
    """Take a petition in as the caller says under that key; with what may be the same, for the office that takes it in.

    Ends the request as `open_as` does, with 404 for a repetition of what he may not know of, 422 for a state secret.
    """
    message_id, post = keys.message_id(caller, key), authority.post_of(caller)
    refuse_secret(body)
    fields = body.model_dump(exclude={"identity", "repeats"}, exclude_none=True)
    message = Open.model_validate({**fields, "message_id": message_id, "by": post, "voice": caller.voice})
    authority.site(web, caller, SiteCommand.OPEN, message)
    if body.repeats is not None:
        await asyncio.to_thread(_known, web, caller, body.repeats)
    claimed = body.model_dump(mode="json")
    await asyncio.to_thread(keys.claim, web, caller, key, request, claimed)
    taken = await taker(web, await web.office()).take(message, identity_of(body), web.clock(), repeats=body.repeats)
    compares = taken.code is not None and web.directory.serves(caller.post, body.office)
    return taken, await asyncio.to_thread(candidates, web.store, taken.petition, web.clock()) if compares else []


@routes.post(
    "/petitions/{number}/openings", summary="查看诉求人身份 Open who handed it in", openapi_extra=REFUSED
)  # fmt: skip
def open_identity(number: PetitionNumber, body: OpeningBody, caller: Speaker, web: WebNow) -> IdentityOut:
    """须说明理由,每次查看都是一条记录;承办单位无权查看。 Say why: every look is an act. The lead never may."""
    petition = f"petition/{number}"
    told = opened_identity(web, caller, petition, body.reason, "api")
    shown = {name: (told or {}).get(name) for name in Identity.model_fields}
    return IdentityOut(id=petition, anonymous=told is None, **shown)


def opened_identity(web: Web, caller: Caller, petition: str, reason: str, channel: str) -> dict[str, Any] | None:
    """Who handed it in, the look being on record; None for an anonymous petitioner.

    Ends the request with 404 for who may not know of the petition, 403 for who may not see this: that too is on record.
    """
    with web.store.writing() as session:
        state = proceedings.seen(session, petition)
        if state is None or not _knows(web, caller, state):
            raise authority.not_found()
        allowed = authority.sees(web, caller, state, View.PROTECTED_IDENTITY)
        looker = Looker(channel, post=caller.post, person=caller.person, principal=caller.principal)
        told = petitioners.look(session, petition, looker, reason, at=web.clock(), allowed=allowed)
    if not allowed:
        raise ProblemError(
            HTTPStatus.FORBIDDEN,
            "无权查看诉求人身份;此次请求已记录。 Not yours to see; that you asked is on record.",
            kind="not-opened",
        )
    return told


def _known(web: Web, caller: Caller, petition: str) -> None:
    """End the request with 404 where the caller may not know of the petition."""
    with web.store.reading() as session:
        state = proceedings.seen(session, petition)
    if state is None or not _knows(web, caller, state):
        raise authority.not_found()


def _knows(web: Web, caller: Caller, state: ProceedingState) -> bool:
    return authority.sees(web, caller, state, View.PROCEEDING, View.PROCEEDING_LINE, View.PROTECTED_IDENTITY)


def _candidate(one: Candidate) -> CandidateOut:
    return CandidateOut(id=one.petition, title=one.title, why=list(one.why), similarity=one.similarity, over=one.over)


# --- shared with the public's own door --------------------------------------------------------------------------------


def taker(web: Web, office: Office) -> Taker:
    """Who takes petitions in behind this application."""
    return Taker(office, web.store)


def identity_of(body: PetitionBody | PublicPetitionBody) -> Identity:
    """Who hands it in; nobody for an anonymous one."""
    return Identity.model_validate(body.identity.model_dump() if body.identity is not None else {})


def refuse_secret(*said: object) -> None:
    """End the request with 422 where it bears the marking of a state secret; nothing of it is kept, not even that."""
    try:
        secrecy.refuse_secrets(*said)
    except Refused as error:
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, error.reason, kind="state-secret") from error


__all__ = [
    "CODE",
    "NUMBER",
    "IdentityBody",
    "PetitionBody",
    "PetitionNumber",
    "PublicPetitionBody",
    "ReceiptOut",
    "identity_of",
    "opened_identity",
    "refuse_secret",
    "routes",
    "take_as",
    "taker",
]
