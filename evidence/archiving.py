"""What becomes of a command about a file in the archive: refused with a reason, recorded, or carried out?

By what right is for policies/access.py, how long for policies/retention.py, what is kept and destroyed for
record/archive.py; this is the one door between them, for the command line and the programming interface alike. What
takes two persons is asked for by one and done when another says so. Every refusal is on record.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from models.access import SiteCommand
from models.acts import ActName
from models.retention import ArchiveCommand, Term
from policies import speakers
from policies.authority import Refused
from policies.deadlines import local_date
from policies.directory import Directory
from policies.relations import Site
from policies.retention import refuse_destruction, standard_retention, term
from policies.speakers import Speaker
from record import archive
from record.archive import Certificate, File
from record.ledger import Entry

NAMES: Mapping[ArchiveCommand, SiteCommand] = {
    ArchiveCommand.HOLD: SiteCommand.HOLD,
    ArchiveCommand.RELEASE: SiteCommand.RELEASE_HOLD,
    ArchiveCommand.REQUEST_DESTRUCTION: SiteCommand.REQUEST_DESTRUCTION,
    ArchiveCommand.DESTROY: SiteCommand.DESTROY,
}
"""The rows of the table of authority."""

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
    """What is asked about a file: by whom, why, and when."""

    command: ArchiveCommand
    target: str
    speaker: Speaker
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Done:
    """What came of it: why it was refused (None: it was not), the act, and the certificate where it was destroyed.

    `waiting`: it is asked for, and done when another person says the same.
    """

    refused: str | None
    entry: Entry
    certificate: Certificate | None = None
    waiting: bool = False


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
    try:
        enough = _ruled(session, directory, keeper, file, asked, request=request)
    except Refused as refused:
        detail = {"command": asked.command.value, "asked": NAMES[asked.command].value, "rule": refused.rule}
        return Done(refused.reason, _said(session, ActName.REFUSED, asked, refused.reason, detail))
    if not enough:
        return Done(None, _said(session, ActName.HOLD_RELEASE_REQUESTED, asked, asked.reason), waiting=True)
    if asked.command in _ACTS:
        return Done(None, _said(session, _ACTS[asked.command], asked, asked.reason))
    if request is None or asked.speaker.voice is None:
        raise AssertionError("the rules have let through a destruction that nobody asked for or approves")
    made = archive.destroy(
        session,
        file,
        term_of(file),
        asked.at,
        by=asked.speaker.post,
        voice=asked.speaker.voice,
        request=request,
        reason=asked.reason,
    )
    return Done(None, made.entry, made)


def term_of(file: File) -> Term:
    """How long this file is kept."""
    return term(file.state, file.cases, local_date(file.closed_at), standard_retention(), referred=file.referred)


def _ruled(
    session: Session, directory: Directory, keeper: str, file: File, asked: Asked, *, request: Entry | None
) -> bool:
    """Whether it is to be carried out now; False where another person has to say it too. Raises Refused.

    Who may by the table; then whether the file may; then how many persons have said it.
    """
    command, speaker = asked.command, asked.speaker
    need = speakers.check(NAMES[command].value, speaker, directory, file.state, Site(keeper), beside=file.cases)
    held = file.id in archive.held(session, file.id)
    first = request
    if command is ArchiveCommand.REQUEST_DESTRUCTION:
        speakers.named(speaker)
    if command is ArchiveCommand.RELEASE:
        first = archive.release_requested(session, file.id)
        if not held:
            raise Refused("并未暂停销毁 it is not on hold", "retention")
    if command is ArchiveCommand.DESTROY and first is None:
        raise Refused("尚未提请销毁 nobody has asked for its destruction", speakers.PERSONS)
    enough = speakers.enough(need, speaker, first.act if first is not None else None)
    if command in _DESTRUCTION:
        why = refuse_destruction(term_of(file), local_date(asked.at), held=held)
        if why is not None:
            raise Refused(why, "retention")
    return enough


def _said(session: Session, name: ActName, asked: Asked, reason: str, detail: dict[str, str] | None = None) -> Entry:
    speaker = asked.speaker
    return archive.say(
        session, name, asked.target, asked.at, by=speaker.post, voice=speaker.voice, reason=reason, detail=detail
    )
