"""What becomes of a command about a file in the archive: refused with a reason, recorded, or carried out?

The rules are in policies/retention.py, what is kept and destroyed in record/archive.py; this is the one door between
them, for the command line and the programming interface alike. Every refusal is on record.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from models.acts import ActName
from models.base import Voice
from models.cases import CaseState
from models.retention import ArchiveCommand, Term
from policies.deadlines import local_date
from policies.directory import Directory
from policies.retention import persons_of, refuse_archive, refuse_destruction, standard_retention, term
from record import archive
from record.archive import Certificate, File
from record.ledger import Entry

_ACTS = {
    ArchiveCommand.HOLD: ActName.HELD,
    ArchiveCommand.RELEASE: ActName.HOLD_RELEASED,
    ArchiveCommand.REQUEST_DESTRUCTION: ActName.DESTRUCTION_REQUESTED,
}
_DESTRUCTION = (ArchiveCommand.REQUEST_DESTRUCTION, ArchiveCommand.DESTROY)


class UnknownFileError(LookupError):
    """No file of this id: unknown, destroyed, or a case that lies in the file of its matter."""

    def __init__(self, target: str) -> None:
        super().__init__(f"没有这一卷(案件随其事项) no such file (a case lies in its matter's): {target}")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked about a file: by which post and person (`voice` None: nobody named himself), why, and when."""

    command: ArchiveCommand
    target: str
    by: str | None
    voice: Voice | None
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Done:
    """What came of it: why it was refused (None: it was not), the act, and the certificate where it was destroyed."""

    refused: str | None
    entry: Entry
    certificate: Certificate | None = None


def decide(session: Session, directory: Directory, keeper: str, asked: Asked) -> Done:
    """Rule on one command and put it on record; `keeper` is the office that keeps the archive.

    Asked to destroy what is destroyed already it gives the certificate again. Raises UnknownFileError.
    """
    file = archive.file_of(session, asked.target)
    if file is None:
        certified = archive.certificates(session, asked.target)
        if certified and asked.command is ArchiveCommand.DESTROY:
            return Done(None, certified[0].entry, certified[0])
        raise UnknownFileError(asked.target)
    request = archive.requested(session, file.id).get(file.id)
    why = _refusal(session, directory, keeper, file, asked, request=request)
    if why is not None:
        return Done(why, _said(session, ActName.REFUSED, asked, why, {"command": asked.command.value}))
    if asked.command in _ACTS:
        return Done(None, _said(session, _ACTS[asked.command], asked, asked.reason))
    if request is None or asked.by is None or asked.voice is None:
        raise AssertionError("the rules have let through a destruction that nobody asked for or approves")
    made = archive.destroy(
        session,
        file,
        term_of(file),
        asked.at,
        by=asked.by,
        voice=asked.voice,
        request=request,
        reason=asked.reason,
    )
    return Done(None, made.entry, made)


def term_of(file: File) -> Term:
    """How long this file is kept."""
    return term(file.state, file.cases, local_date(file.closed_at), standard_retention(), referred=file.referred)


def _refusal(
    session: Session, directory: Directory, keeper: str, file: File, asked: Asked, *, request: Entry | None
) -> str | None:
    """Who may, by `refuse_archive` alone; then whether the file may."""
    office, leader = _office(file)
    why = refuse_archive(
        asked.command,
        asked.by,
        asked.voice,
        offices=[one for one in (office, keeper) if one],
        leader=leader,
        directory=directory,
        requested=_who(request),
    )
    held = file.id in archive.held(session, file.id)
    if why is None and asked.command in _DESTRUCTION:
        why = refuse_destruction(term_of(file), local_date(asked.at), held=held)
    if why is None and asked.command is ArchiveCommand.RELEASE and not held:
        why = "并未暂停销毁 it is not on hold"
    return why


def _said(session: Session, name: ActName, asked: Asked, reason: str, detail: dict[str, str] | None = None) -> Entry:
    return archive.say(
        session, name, asked.target, asked.at, by=asked.by, voice=asked.voice, reason=reason, detail=detail
    )


def _who(request: Entry | None) -> tuple[str | None, frozenset[str]] | None:
    if request is None:
        return None
    act = request.act
    voice = Voice(person=act.person, principal=act.principal) if act.person else None
    return act.by, persons_of(voice) if voice else frozenset()


def _office(file: File) -> tuple[str | None, str | None]:
    state = file.state
    if isinstance(state, CaseState):
        return state.office or None, state.leader or None
    return (state.terms.office, state.terms.leader) if state.terms else (None, None)
