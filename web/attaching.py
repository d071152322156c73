"""Files over HTTP, for the interface and the console alike: taken from whom may speak, given to whom the act is shown.

A file is shown to whoever is shown an act that names it; of a case its content is opened only for a reason and with a
look on record. Refusals become HTTP here; what is taken is for intake/attachments.py, who may for policies/.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote

from fastapi.responses import Response
from sqlmodel import Session

import logs
from attachments.keeping import HandedIn, Keeping, MissingFileError, TooLargeError
from attachments.scanning import FoundError, ScannerUnavailableError
from documents.files import DamagedFileError
from intake.attachments import AttachmentError
from models.access import View
from models.attachments import Attachment
from models.contract import is_case, is_proceeding
from models.identity import Caller
from policies import attaching
from policies.authority import Refused
from policies.relations import Standing
from privacy.sealing import ErasedError, SealError
from record import attachments, cases, matters, proceedings, views
from record.looks import Looker, look
from web.api import authority
from web.context import Web
from web.problems import ProblemError

log = logs.get(__name__)

UNTYPED = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Named:
    """A file that an act names: the first such act by its number, and what is on record of the file."""

    seq: int
    file: Attachment


def most_bytes(web: Web) -> int:
    """The most one file may have."""
    return web.settings.attachment_megabytes * 1024 * 1024


def known(session: Session, web: Web, caller: Caller, target: str) -> Standing:
    """The target as it stands, where the caller may know of it; ends the request with 404 otherwise."""
    state: Standing | None
    views_of: tuple[View, ...]
    if is_case(target):
        state, views_of = cases.seen(session, target), (View.CASE, View.CASE_TIMELINE)
    elif is_proceeding(target):
        state, views_of = proceedings.seen(session, target), (View.PROCEEDING, View.PROCEEDING_LINE)
    else:
        state, views_of = matters.seen(session, target), (View.MATTER, View.PART, View.LINE)
    if state is None or not authority.sees(web, caller, state, *views_of):
        raise authority.not_found()
    return state


def take(web: Web, caller: Caller, target: str, content: bytes, name: str) -> Attachment:
    """Take a file from the caller for this target; ends the request with 403, 404, 409, 413 or 503 otherwise."""
    post = authority.post_of(caller)
    with web.store.reading() as session:
        standing = authority.standing_of(web, caller, known(session, web, caller, target))
    if not attaching.may_hand_in(target, standing):
        raise ProblemError(
            HTTPStatus.FORBIDDEN, "您的岗位不能向此项提交附件。 Your post hands in no files here.", kind="forbidden"
        )
    try:
        return Keeping.of(web.store, web.settings).take(
            HandedIn(content, name, target, post, caller.voice, web.clock())
        )
    except TooLargeError as error:
        raise ProblemError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"{error}。") from error
    except AttachmentError as error:
        raise ProblemError(HTTPStatus.CONFLICT, str(error), kind="attachment-not-taken") from error
    except Refused as error:
        raise ProblemError(HTTPStatus.CONFLICT, error.reason, kind="attachment-not-taken") from error
    except (FoundError, ErasedError) as error:
        raise ProblemError(HTTPStatus.CONFLICT, f"{error}。", kind="attachment-not-taken") from error
    except (ScannerUnavailableError, OSError) as error:
        log.warning("attachment.unavailable", exc_info=error)
        told = str(error) if isinstance(error, ScannerUnavailableError) else "暂不能接收附件 no files are taken now"
        raise ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, f"{told}。", headers={"Retry-After": "30"}) from error


def named(session: Session, web: Web, caller: Caller, target: str) -> list[Named]:
    """The files that acts of the target name, of those acts that the caller is shown, in the order of being named."""
    known(session, web, caller, target)
    return files_of(session, web, caller, target)


def files_of(session: Session, web: Web, caller: Caller, target: str) -> list[Named]:
    """As `named`, for a target that the caller was shown already."""
    told = views.timeline(session, target, scope=authority.scope_of(web, caller), with_cases=False)
    first: dict[str, int] = {}
    for entry in told:
        for hash_ in attaching.named_by(entry.act):
            first.setdefault(hash_, entry.seq)
    found = attachments.of_hashes(session, target, first)
    return [Named(seq, found[hash_]) for hash_, seq in first.items() if hash_ in found]


def files_by_act(session: Session, web: Web, caller: Caller, target: str) -> dict[int, tuple[Named, ...]]:
    """The same, by the number of the act that names them."""
    found: dict[int, tuple[Named, ...]] = {}
    for one in files_of(session, web, caller, target):
        found[one.seq] = (*found.get(one.seq, ()), one)
    return found


def file_of(session: Session, web: Web, caller: Caller, target: str, hash_: str) -> Attachment:
    """The file of this hash, where the caller is shown an act that names it; 404 otherwise."""
    found = next((one.file for one in named(session, web, caller, target) if one.file.hash == hash_), None)
    if found is None:
        raise authority.not_found()
    return found


def plainly(session: Session, web: Web, caller: Caller, target: str, hash_: str) -> Response:
    """The file of what is no case, as `given`; 409 for one of a case, which is got for a reason."""
    one = file_of(session, web, caller, target, hash_)
    if is_case(target):
        raise _unopened()
    return given(session, web, one)


def _unopened() -> ProblemError:
    text = "案件附件,须说明理由 a file of a case, say why: POST …/openings"
    return ProblemError(HTTPStatus.CONFLICT, f"{text}。", kind="not-opened")


def given(session: Session, web: Web, one: Attachment) -> Response:
    """The file, to be saved and never shown by a browser; 409 for what cannot be given."""
    try:
        content = Keeping.of(web.store, web.settings).content(session, one)
    except SealError as error:
        raise _unopened() from error
    except ErasedError as error:
        raise ProblemError(HTTPStatus.CONFLICT, "已销毁。 Erased.", kind="erased") from error
    except (MissingFileError, DamagedFileError, OSError) as error:
        log.warning("attachment.damaged", exc_info=error)
        raise ProblemError(
            HTTPStatus.CONFLICT, "附件缺失或缺损。 The file is missing or damaged.", kind="damaged"
        ) from error
    return Response(content, media_type=UNTYPED, headers=_headers(one))


def opened(web: Web, caller: Caller, target: str, hash_: str, *, reason: str, channel: str) -> Response:
    """The file of a case, the look at it being on record; 403 with that record for whom materials are not.

    One of anything else is given as by `plainly`.
    """
    if not is_case(target):
        with web.store.reading() as session:
            return plainly(session, web, caller, target, hash_)
    with web.store.writing() as session:
        file_of(session, web, caller, target, hash_)

        def may(of: str) -> bool:
            return authority.reads_case(session, web, caller, of, View.CASE_MATERIALS)

        looker = Looker(channel, post=caller.post, person=caller.person, principal=caller.principal)
        look(session, [target], looker, reason, at=web.clock(), may=may, fields=[f"attachment {hash_}"])
        if may(target):
            return given(session, web, file_of(session, web, caller, target, hash_))
    raise ProblemError(
        HTTPStatus.FORBIDDEN,
        "无权查看案卷材料;此次请求已记录。 Case materials are not yours to see; that you asked is on record.",
        kind="not-opened",
    )


def _headers(one: Attachment) -> Mapping[str, str]:
    plain = f"attachment-{one.hash[:12]}.{one.type.value}"
    return {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(one.name, safe='')}",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
