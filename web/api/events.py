"""New acts as a stream of events (server-sent events): of what the caller may see, without a word that people wrote.

An event's id is the act's number in the record: a stream that broke goes on behind `Last-Event-ID`. The caller is asked
for again every HEARTBEAT, busy or silent, so that a stream ends with his session.
"""

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import Header, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from models.access import View
from models.cases import CaseState
from models.contract import is_case, matter_of
from models.identity import Caller
from models.proceedings import ProceedingState
from policies.wording import act_words
from record import cases, targets
from record.feeds import Recorded
from web import callers
from web.api import authority
from web.api.feed import HEARTBEAT, Feed, TooSlow
from web.api.limits import Speaker
from web.api.parts import WebNow, router
from web.context import Web
from web.problems import ProblemError

routes = router("事件 events")

MEDIA_TYPE = "text/event-stream"
MOST_OF_A_PERSON = 4
MOST = 500
LONGEST_SECONDS = 3600


class EventsOf(BaseModel):
    """How long, and from where on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    wait: int = Field(
        LONGEST_SECONDS, ge=0, le=LONGEST_SECONDS,
        description="至多等候几秒;0 为只取已有的。 Seconds to stay; 0 takes what there is since Last-Event-ID.",
    )  # fmt: skip
    after: int | None = Field(
        None, ge=0, le=999_999_999_999,
        description="从此编号之后;断线后以 Last-Event-ID 为准。 Behind this id, unless Last-Event-ID says another.",
    )  # fmt: skip


LastEventId = Annotated[
    str,
    Header(alias="Last-Event-ID", pattern=r"^[0-9]{0,12}$", description="上次收到的编号 the last id that was received"),
]


_EVENT = {
    "type": "object",
    "description": "每个事件;data 为 JSON。 Each event; data is JSON: id, target, matter, seq, act, words, at, …",
    "properties": {"id": {"type": "string"}, "event": {"enum": ["act", "behind"]}, "data": {"type": "string"}},
}


@routes.get(
    "/events",
    summary="事件流 The stream of events",
    response_class=StreamingResponse,
    responses={200: {"description": "新记录 new acts", "content": {MEDIA_TYPE: {
        "schema": _EVENT,
        "example": 'id: 4711\nevent: act\ndata: {"target":"2026-0143","seq":3,"act":"signed"}\n\n',
    }}}},
)  # fmt: skip
async def events(
    request: Request, asked: Annotated[EventsOf, Query()], caller: Speaker, web: WebNow, last: LastEventId = ""
) -> StreamingResponse:
    """调用者可见的新记录,逐条;断线后以 Last-Event-ID 接着收。

    New acts that the caller may see, one by one; after a break the stream goes on behind Last-Event-ID.
    """
    authority.site(web, caller, View.EVENTS)
    open_streams: Counter[str] = request.app.state.streams
    if open_streams[caller.person] >= MOST_OF_A_PERSON or open_streams.total() >= MOST:
        raise ProblemError(429, "事件流过多。 Too many streams.", headers={"Retry-After": "30"})
    stream = _stream(request, caller, web, int(last) if last else asked.after, asked.wait)
    return StreamingResponse(stream, media_type=MEDIA_TYPE, headers={"X-Accel-Buffering": "no"})


async def _stream(request: Request, caller: Caller, web: Web, after: int | None, wait: int) -> AsyncIterator[str]:
    feed: Feed = request.app.state.feed
    open_streams: Counter[str] = request.app.state.streams
    open_streams[caller.person] += 1
    until = time.monotonic() + wait
    try:
        async with feed.listening(after, until) as entries:
            yield "retry: 3000\n\n"
            asked_at = time.monotonic()
            async for one in entries:
                # However much there is to tell: a busy record must not keep alive what has ended.
                if one is None or time.monotonic() - asked_at >= HEARTBEAT.total_seconds():
                    if not await _still(request, caller, web):
                        return
                    asked_at = time.monotonic()
                if one is None:
                    yield ": 在线 alive\n\n"
                elif await asyncio.to_thread(_visible, web, caller, one):
                    yield _event(one)
    except TooSlow:
        yield "event: behind\ndata: {}\n\n"
    finally:
        open_streams[caller.person] -= 1


async def _still(request: Request, caller: Caller, web: Web) -> bool:
    """Whether the same person may still act through the same post."""
    try:
        return await callers.caller(request, web) == caller
    except HTTPException:
        return False


def _visible(web: Web, caller: Caller, one: Recorded) -> bool:
    return visible(web, caller, one.entry.target, one.entry.act.tell)


def visible(web: Web, caller: Caller, target: str, tell: tuple[str, ...]) -> bool:
    """Whether the caller may know of an act of this target: as a party, or because his post is told of it."""
    with web.store.reading() as session:
        if is_case(target):
            case = cases.seen(session, target)
            return case is not None and authority.sees(web, caller, case, View.CASE_TIMELINE)
        state = targets.seen(session, matter_of(target))
    if state is None or isinstance(state, CaseState):
        return False
    if isinstance(state, ProceedingState):
        told = caller.post in tell and authority.sees(web, caller, state, View.PROCEEDING_LINE)
        return told or authority.sees(web, caller, state, View.PROCEEDING)
    whole = authority.sees(web, caller, state, View.TIMELINE)
    return whole or (caller.post in tell and authority.sees(web, caller, state, View.PART))


def document(one: Recorded) -> dict[str, Any]:
    """What an event says: which act of what, due when. What people wrote is for those who open the matter."""
    act = one.entry.act
    told = {
        "id": one.number,
        "target": one.entry.target,
        "matter": matter_of(one.entry.target),
        "seq": one.entry.seq,
        "act": act.act.value,
        "words": act_words(act.act),
        "at": act.at.isoformat(timespec="seconds"),
        "due": act.due and act.due.isoformat(timespec="seconds"),
        "light": act.light,
        "days_left": act.days_left,
        "provisional": act.provisional,
    }
    return {name: value for name, value in told.items() if value is not None}


def _event(one: Recorded) -> str:
    return f"id: {one.number}\nevent: act\ndata: {json.dumps(document(one), ensure_ascii=False)}\n\n"
