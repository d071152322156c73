"""Official documents: which were issued about a matter, and the file of one."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import Path, Query
from fastapi.responses import Response
from sqlmodel import Session

from documents.files import DamagedFileError, Files
from documents.printing import GuardedDocumentError, Look, Printing
from documents.problems import TemplateError
from documents.templates import Templates
from models.access import View
from models.contract import is_case
from models.identity import Caller
from privacy.sealing import ErasedError
from record import documents
from record.documents import AlteredDocumentError, Issued
from web.api import authority
from web.api.limits import Speaker
from web.api.parts import PREFIX, REFUSED, MatterId, Paged, WebNow, paged, router
from web.api.shapes import DocumentOut, Page
from web.context import Web
from web.problems import ProblemError

routes = router("文书 documents")

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
WORD_FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Word 文件 the Word file",
        "content": {WORD: {"schema": {"type": "string", "format": "binary"}}},
    }
}
"""The answer that is a document's file, for OpenAPI."""


@routes.get("/matters/{matter_id}/documents", summary="事项的文书 The documents of a matter")
def list_documents(
    matter_id: MatterId, asked: Annotated[Paged, Query()], caller: Speaker, web: WebNow
) -> Page[DocumentOut]:
    """文号、文种、事由,新者在前;只含调用者可阅的案件文书。 Newest first; of cases only what the caller may read."""
    with web.store.reading() as session:
        authority.matter(session, web, caller, matter_id, View.DOCUMENTS)
        page = paged(
            lambda: documents.issued(session, matter_id=matter_id, after=asked.after, limit=asked.limit),
            lambda one: DocumentOut(**asdict(one)),
        )
        readable = [one for one in page.items if _readable(session, web, caller, one.target)]
    return Page(items=readable, next=page.next)


def _readable(session: Session, web: Web, caller: Caller, target: str) -> bool:
    return not is_case(target) or authority.reads_case(session, web, caller, target, View.CASE_MATERIALS)


@routes.get(
    "/documents/{document_id}/file",
    summary="文书文件 The file of a document",
    response_class=Response,
    responses=WORD_FILE,
    openapi_extra=REFUSED,
)
def document_file(
    document_id: Annotated[int, Path(ge=1, le=2_000_000_000, examples=[3])], caller: Speaker, web: WebNow
) -> Response:
    """再次取得,文号与内容逐字节相同;案件文书须经 openings 说明理由。

    Got again, number and content are the same to the byte. A paper of a case is got through its openings.
    """
    with web.store.reading() as session:
        one = found(session, web, caller, document_id)
    return printed(web, one)


def printed(web: Web, one: Issued, look: Look | None = None) -> Response:
    """The file of a document, opened by `look` where it is a paper of a case; 409 for one that is not printed."""
    printing = Printing(web.store, Files(web.settings.documents_path), Templates(web.settings.templates_path))
    try:
        content = printing.printed(one.id, look)
    except GuardedDocumentError as error:
        text = f"案件文书,须说明理由 a paper of a case, say why: POST {PREFIX}/documents/{one.id}/openings"
        raise ProblemError(409, text, kind="not-opened") from error
    except ErasedError as error:
        raise ProblemError(409, f"不予打印 not printed: {error}", kind="erased") from error
    except DamagedFileError as error:
        # Its words name a place on the server.
        raise ProblemError(409, "存档文件缺损 the kept file is damaged", kind="not-printed") from error
    except (AlteredDocumentError, TemplateError) as error:
        raise ProblemError(409, f"不予打印 not printed: {error}", kind="not-printed") from error
    return Response(
        content, media_type=WORD, headers={"Content-Disposition": f'attachment; filename="document-{one.id}.docx"'}
    )


def found(session: Session, web: Web, caller: Caller, document_id: int) -> Issued:
    """The document, where the caller may read it; 404 otherwise."""
    try:
        one = documents.kept(session, document_id).issued
    except KeyError:
        raise authority.not_found() from None
    if is_case(one.target):
        authority.case(session, web, caller, one.target, View.CASE_MATERIALS)
    else:
        authority.matter(session, web, caller, one.matter_id, View.DOCUMENTS)
    return one
