"""Files beside what is said: handed in first, then named by their hashes in a command (`attachments`).

The same file handed in again is the same; one that no command names within a week is cleared.
"""

import asyncio
from typing import Annotated, Any

from fastapi import File, Path, Query, UploadFile
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from models.attachments import Attachment, AttachmentType
from settings import Settings
from web import attaching
from web.api.limits import Speaker
from web.api.openings import OpeningBody
from web.api.parts import PREFIX, REFUSED, WebNow, router
from web.api.shapes import At, Out, Page
from web.api.texts import TARGET, Hash

routes = router("附件 attachments")

PATH = f"{PREFIX}/attachments"
_BESIDE = 64 * 1024
_HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

_FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "附件 the file",
        "content": {attaching.UNTYPED: {"schema": {"type": "string", "format": "binary"}}},
    }
}
_Hash = Annotated[Hash, Path(alias="hash", description="附件的 SHA-256 the file's SHA-256", examples=[_HASH])]


def larger(settings: Settings) -> dict[str, int]:
    """The path that carries files, and what it may carry."""
    return {PATH: settings.attachment_megabytes * 1024 * 1024 + _BESIDE}


class Of(BaseModel):
    """To what a file belongs."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    of: str = Field(
        pattern=TARGET,
        description="事项、案件、程序事项、诉求、义务的编号 the id of a matter, case, proceeding, petition or duty",
        examples=["2026-0143"],
    )


class AttachmentOut(Out):
    """A file on record: its hash names it in commands. Of a case the name is masked; `seq` is the act that names it."""

    of: str = Field(examples=["2026-0143"])
    hash: str = Field(examples=[_HASH])
    name: str = Field(examples=["整改照片.jpg"])
    type: AttachmentType
    size: int
    by: str
    at: At
    seq: int | None = None


@routes.post("/attachments", summary="提交附件 Hand in a file", openapi_extra=REFUSED)
async def hand_in(
    file: Annotated[UploadFile, File(description="pdf, docx, xlsx, png, jpg, txt, csv, ofd")],
    asked: Annotated[Of, Query()],
    caller: Speaker,
    web: WebNow,
) -> AttachmentOut:
    """按内容核对类型和大小、扫描后按散列保存;随后在命令的 `attachments` 中写明散列,一周内未写明的清除。

    Type and size are checked by content, it is scanned, and kept by its hash; then a command names it in `attachments`.
    Handed in again it is the same; unnamed for a week it is cleared.
    """
    content = await file.read(attaching.most_bytes(web) + 1)
    taken = await asyncio.to_thread(attaching.take, web, caller, asked.of, content, file.filename or "")
    return _out(taken, None)


@routes.get("/attachments", summary="附件列表 List files")
def list_attachments(asked: Annotated[Of, Query()], caller: Speaker, web: WebNow) -> Page[AttachmentOut]:
    """调用者可见的记录所载明的附件,按载明的先后。 The files that acts name which the caller is shown."""
    with web.store.reading() as session:
        found = attaching.named(session, web, caller, asked.of)
    return Page(items=[_out(one.file, one.seq) for one in found], next=None)


@routes.get(
    "/attachments/{hash}",
    summary="取得附件 Get a file",
    response_class=Response,
    responses=_FILE,
    openapi_extra=REFUSED,
)
def get_attachment(hash_: _Hash, asked: Annotated[Of, Query()], caller: Speaker, web: WebNow) -> Response:
    """一律作为下载给出;案件的附件须经 openings 说明理由。 Always to be saved; one of a case is got through openings."""
    with web.store.reading() as session:
        return attaching.plainly(session, web, caller, asked.of, hash_)


@routes.post(
    "/attachments/{hash}/openings",
    summary="取得案件附件 Get a file of a case",
    response_class=Response,
    responses=_FILE,
    openapi_extra=REFUSED,
)
def open_attachment(
    hash_: _Hash, asked: Annotated[Of, Query()], body: OpeningBody, caller: Speaker, web: WebNow
) -> Response:
    """案件附件须说明理由方可取得,并记录在案。 A file of a case is given for a reason, and the look is on record."""
    return attaching.opened(web, caller, asked.of, hash_, reason=body.reason, channel="api")


def _out(one: Attachment, seq: int | None) -> AttachmentOut:
    return AttachmentOut(
        of=one.target, hash=one.hash, name=one.name, type=one.type, size=one.size, by=one.by, at=one.at, seq=seq
    )
