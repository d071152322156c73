"""Which procedure rules what begins on a day, and what becomes of drafting, trying and publishing the next one?

The one door: by what right is for policies/access.py, whether it may be published for policies/enacting.py, what is
kept for record/policies.py. Everything that is done is an act of one chain, refusals too; a message said twice is done
once. What takes two persons is asked for by one and done when another says so.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session

from models.access import SiteCommand
from models.acts import ActName
from policies import speakers
from policies.authority import Refused
from policies.deadlines import local_date
from policies.directory import Directory
from policies.documents import LARGEST_BYTES, DocumentError
from policies.enacting import check_publishing
from policies.procedures import STANDARD, Procedure, load_text, shipped
from policies.relations import Site
from policies.speakers import Speaker
from record import policies, procedures
from record.ledger import Entry
from record.policies import Draft, DraftState, Publication, Run, RunState

MOST_RUNNING = 3
GIVEN_UP = timedelta(hours=3)
"""After so long a run that has not ended never will: none is worked on for as long (workflows/comparison.py)."""


def standing(session: Session, name: str, on: date) -> Procedure:
    """The procedure that rules what begins on the local day `on`: published, or the one that ships.

    Raises KeyError for a name that nobody published and nobody ships.
    """
    return of(session, policies.in_force(policies.publications(session, name), name, on), name)


def of(session: Session, published: Publication | None, name: str) -> Procedure:
    """The text of a publication; None is the shipped procedure. Raises KeyError as `standing` does."""
    if published is None:
        return shipped(name)
    return load_text(procedures.get(session, published.version), published.version)


@dataclass(frozen=True, slots=True)
class Saying:
    """Who says something of the procedure, when, and under which message id."""

    speaker: Speaker
    at: datetime
    message_id: str


@dataclass(frozen=True, slots=True)
class Said:
    """What came of it: refused with a reason and the rule, or done; `waiting`: another person has to say it too."""

    draft: Draft | None = None
    refused: str | None = None
    rule: str | None = None
    waiting: bool = False
    entry: Entry | None = None


@dataclass(frozen=True, slots=True)
class House:
    """Where the procedure belongs: the posts, and the office that keeps it."""

    directory: Directory
    office: str | None


def begin(session: Session, house: House, saying: Saying, name: str = STANDARD) -> Said:
    """A draft that begins as what is in force the day after."""
    policies.held(session)
    known = policies.begun(session, saying.message_id)
    if known is not None:
        return Said(known)
    try:
        _check(house, saying, SiteCommand.DRAFT_POLICY)
        base = standing(session, name, local_date(saying.at) + timedelta(days=1))
    except Refused as refused:
        return _refused(session, saying, refused, {"asked": SiteCommand.DRAFT_POLICY.value, "name": name})
    draft = policies.begin(
        session, message_id=saying.message_id, name=name, base=base.version, text=base.text, at=saying.at,
        by=saying.speaker.post, voice=saying.speaker.voice,
    )  # fmt: skip
    procedures.put(session, base.version, base.text)
    return Said(draft, entry=_drafted(session, saying, draft))


def save(session: Session, house: House, saying: Saying, number: int, *, text: str, revision: int) -> Said:
    """The draft with another text, whatever is wrong with it; refused where it has changed since `revision`.

    Raises LookupError for a draft that is not there.
    """
    policies.held(session)
    draft = _found(session, number)
    earlier = policies.told(session, saying.message_id)
    if earlier is not None:
        return _again(draft, earlier)
    try:
        _check(house, saying, SiteCommand.DRAFT_POLICY)
        _open(draft)
        if draft.revision != revision:
            raise Refused(
                f"草案已由他人改到第 {draft.revision} 稿 changed meanwhile;请重新打开再改 open it again",
                "draft.revision",
            )
        if len(text.encode()) > LARGEST_BYTES:
            raise Refused(f"文本过长 longer than {LARGEST_BYTES} bytes", "draft.length")
    except Refused as refused:
        return _refused(session, saying, refused, {"asked": SiteCommand.DRAFT_POLICY.value, "draft": number})
    if text == draft.text:
        return Said(draft)
    draft = policies.change(
        session, draft, at=saying.at, by=saying.speaker.post, voice=saying.speaker.voice, text=text
    )  # fmt: skip
    return Said(draft, entry=_drafted(session, saying, draft))


def discard(session: Session, house: House, saying: Saying, number: int) -> Said:
    """Give a draft up. Raises LookupError for one that is not there."""
    policies.held(session)
    draft = _found(session, number)
    earlier = policies.told(session, saying.message_id)
    if earlier is not None:
        return _again(draft, earlier)
    if draft.state is DraftState.DISCARDED:
        return Said(draft)
    try:
        _check(house, saying, SiteCommand.DRAFT_POLICY)
        _open(draft)
    except Refused as refused:
        return _refused(session, saying, refused, {"asked": SiteCommand.DRAFT_POLICY.value, "draft": number})
    draft = policies.change(
        session, draft, at=saying.at, by=saying.speaker.post, voice=saying.speaker.voice, state=DraftState.DISCARDED
    )
    entry = _tell(session, saying, ActName.POLICY_DISCARDED, {"name": draft.name, "draft": draft.number})
    return Said(draft, entry=entry)


def publish(session: Session, house: House, saying: Saying, number: int, *, from_on: date, reason: str) -> Said:
    """Put a draft in force from a day on, where as many persons have said so as the table wants.

    Raises LookupError for a draft that is not there.
    """
    policies.held(session)
    draft = _found(session, number)
    earlier = policies.told(session, saying.message_id)
    if earlier is not None:
        return _again(draft, earlier)
    detail = {"name": draft.name, "draft": draft.number, "revision": draft.revision, "from": from_on.isoformat()}
    asked = policies.requested(session, draft.number, draft.revision)
    try:
        need = _check(house, saying, SiteCommand.PUBLISH_POLICY)
        speakers.named(saying.speaker)
        _open(draft)
        if not reason.strip():
            raise Refused("请说明理由 say why", "publication.reason")
        new = _usable(draft)
        check_publishing(
            new, standing(session, draft.name, from_on), draft.name, from_on, local_date(saying.at)
        )  # fmt: skip
        if asked is not None and asked.act.detail["from"] != detail["from"]:
            raise Refused(
                f"提请的生效日期是 what was asked for is: {asked.act.detail['from']}", "publication.date"
            )  # fmt: skip
        enough = speakers.enough(need, saying.speaker, asked.act if asked is not None else None)
    except Refused as refused:
        return _refused(session, saying, refused, {"asked": SiteCommand.PUBLISH_POLICY.value, **detail})
    detail["version"] = new.version
    if not enough:
        entry = _tell(session, saying, ActName.POLICY_PUBLICATION_REQUESTED, detail, reason)
        return Said(draft, waiting=True, entry=entry)
    procedures.put(session, new.version, new.text)
    entry = _tell(session, saying, ActName.POLICY_PUBLISHED, detail, reason)
    draft = policies.change(
        session, draft, at=saying.at, by=saying.speaker.post, voice=saying.speaker.voice, state=DraftState.PUBLISHED
    )
    return Said(draft, entry=entry)


def ask_run(
    session: Session, house: House, saying: Saying, number: int, *, since: date | None, until: date | None
) -> tuple[Said, Run | None]:
    """Have a draft tried on the matters registered from `since` to `until`, both included (None: no bound).

    Nothing is put on record but that it is tried: a working paper. Raises LookupError for a draft that is not there.
    """
    policies.held(session)
    draft = _found(session, number)
    known = policies.run(session, saying.message_id)
    if known is not None:
        return Said(draft), known
    earlier = policies.told(session, saying.message_id)
    if earlier is not None:
        return _again(draft, earlier), None
    try:
        _check(house, saying, SiteCommand.DRAFT_POLICY)
        new = _usable(draft)
        if policies.running(session, saying.at - GIVEN_UP) >= MOST_RUNNING:
            raise Refused("已有推演在进行,请稍候 others are being tried; wait for one to end", "run.most")
        old = standing(session, draft.name, local_date(saying.at))
        on = max(new.last_change, new.first_day)
        try:
            new.in_force(on)
        except LookupError as error:
            raise Refused(str(error.args[0]), "publication.values") from error
    except Refused as refused:
        return _refused(session, saying, refused, {"asked": SiteCommand.DRAFT_POLICY.value, "draft": number}), None
    run = Run(
        id=saying.message_id, draft=draft.number, revision=draft.revision, old=old.text, text=draft.text, new_on=on,
        since=since, until=until, by=saying.speaker.post,
        person=saying.speaker.voice.person if saying.speaker.voice else None, asked_at=saying.at,
        state=RunState.WAITING, done=0, total=0, note=None, result=None,
    )  # fmt: skip
    return Said(draft), policies.ask(session, run)


# --- parts ------------------------------------------------------------------------------------------------------------


def _check(house: House, saying: Saying, command: SiteCommand) -> Any:
    return speakers.check(command.value, saying.speaker, house.directory, Site(house.office))


def _found(session: Session, number: int) -> Draft:
    draft = policies.draft(session, number)
    if draft is None:
        raise LookupError(number)
    return draft


def _open(draft: Draft) -> None:
    if draft.state is not DraftState.OPEN:
        words = "已发布 published" if draft.state is DraftState.PUBLISHED else "已放弃 given up"
        raise Refused(f"草案{words}", "draft.state")


def _usable(draft: Draft) -> Procedure:
    try:
        return load_text(draft.text, f"草案 {draft.number}")
    except DocumentError as error:
        raise Refused(f"草案还有 {len(error.mistakes)} 处错误 it has mistakes", "draft.mistakes") from error


def _drafted(session: Session, saying: Saying, draft: Draft) -> Entry:
    detail = {"name": draft.name, "draft": draft.number, "revision": draft.revision, "version": _digest(draft)}
    return _tell(session, saying, ActName.POLICY_DRAFTED, detail)


def _digest(draft: Draft) -> str:
    """What the version would be called, whatever is wrong with it."""
    return Procedure.version_of(draft.name, draft.text)


def _tell(
    session: Session, saying: Saying, name: ActName, detail: dict[str, Any], reason: str | None = None
) -> Entry:  # fmt: skip
    return policies.tell(
        session, name, saying.at, by=saying.speaker.post, voice=saying.speaker.voice, reason=reason, detail=detail,
        message_id=saying.message_id,
    )  # fmt: skip


def _refused(session: Session, saying: Saying, refused: Refused, detail: dict[str, Any]) -> Said:
    entry = _tell(session, saying, ActName.REFUSED, {**detail, "rule": refused.rule}, refused.reason)
    return Said(refused=refused.reason, rule=refused.rule, entry=entry)


def _again(draft: Draft, earlier: Entry) -> Said:
    """The first answer to a message that comes again."""
    act = earlier.act
    if act.act is ActName.REFUSED:
        return Said(refused=act.reason, rule=str(act.detail.get("rule")), entry=earlier)
    return Said(draft, waiting=act.act is ActName.POLICY_PUBLICATION_REQUESTED, entry=earlier)
