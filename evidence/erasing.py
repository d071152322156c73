"""What becomes of the wish that a case or a person be erased: refused with a reason, waiting, or carried out?

One person asks, another says the same, and the keys are destroyed (W9). By what right is for policies/access.py, what
is left for record/erasing.py. Requests and refusals stand in the archive's chain.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from models.access import SiteCommand
from models.acts import ActName
from policies import speakers
from policies.authority import Refused
from policies.directory import Directory
from policies.relations import Site, Standing
from policies.speakers import Speaker
from record import archive, cases, erasing
from record.erasing import Certificate, NotErasableError
from record.ledger import Entry
from record.looks import Looker
from record.statements import unit


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose keys are to be destroyed: by whom, why, and when; `account` is the machine's, where one speaks there."""

    subject: str
    speaker: Speaker
    reason: str
    at: datetime
    channel: str
    account: str | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """What came of it: why it was refused (None: it was not), the certificate, or the request that waits."""

    refused: str | None = None
    certificate: Certificate | None = None
    request: Entry | None = None


def decide(session: Session, directory: Directory, keeper: str, asked: Asked) -> Done:
    """Rule on it and put it on record, in this writing transaction of a record that keeps something sealed.

    `keeper` is the office that keeps the archive. Raises KeyError for a subject without keys, ErasedError for one that
    was erased. Afterwards `Store.scrub` leaves no trace in SQLite's log.
    """
    try:
        enough = _ruled(session, directory, keeper, asked)
    except Refused as refused:
        detail = {"asked": SiteCommand.ERASE.value, "rule": refused.rule}
        _said(session, ActName.REFUSED, asked, refused.reason, detail)
        return Done(refused=refused.reason)
    if not enough:
        return Done(request=_said(session, ActName.ERASURE_REQUESTED, asked, asked.reason, {}))
    speaker = asked.speaker
    looker = Looker(
        asked.channel,
        post=speaker.post,
        person=speaker.voice.person if speaker.voice else None,
        principal=speaker.voice.principal if speaker.voice else None,
        account=asked.account,
    )
    vault = unit(session).vault
    if vault is None:
        raise ValueError("this record keeps nothing sealed")
    made = erasing.erase(session, vault, asked.subject, looker, reason=asked.reason, at=asked.at)
    return Done(certificate=made)


def _ruled(session: Session, directory: Directory, keeper: str, asked: Asked) -> bool:
    """Whether it is to be carried out now; False where another person has to say it too. Raises Refused."""
    kind, _, target = asked.subject.partition("/")
    case = cases.seen(session, target) if kind == "case" else None
    standings: list[Standing] = [Site(keeper), *([case] if case is not None else [])]
    need = speakers.check(SiteCommand.ERASE.value, asked.speaker, directory, *standings)
    try:
        erasing.check(session, asked.subject, asked.reason)
    except NotErasableError as error:
        raise Refused(str(error), "retention") from error
    first = archive.erasure_requested(session, asked.subject)
    return speakers.enough(need, asked.speaker, first.act if first is not None else None)


def _said(session: Session, name: ActName, asked: Asked, reason: str, detail: dict[str, str]) -> Entry:
    of = asked.subject.partition("/")[2] or asked.subject
    told = {archive.SUBJECT: asked.subject, **detail, **({"account": asked.account} if asked.account else {})}
    speaker = asked.speaker
    return archive.say(session, name, of, asked.at, by=speaker.post, voice=speaker.voice, reason=reason, detail=told)
