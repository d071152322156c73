"""Which procedure is in force on a day, what is drafted of the next one, and what became of trying a draft?

What was published is told by the acts of one chain, so that nobody changes it unseen; the texts are kept by
record/procedures.py. Drafts and their runs are working papers: rows that change. Who may is for policies/, the door is
enacting.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select, update
from sqlmodel import Session

from models.acts import Act, ActName
from models.base import Voice
from models.contract import POLICIES
from models.rows import ActRow, PolicyDraftRow, PolicyRunRow, PolicyVersionRow, table
from record import ledger
from record.ledger import Entry
from record.store import hold

_ACTS = table(ActRow)
_DRAFTS = table(PolicyDraftRow)
_RUNS = table(PolicyRunRow)
_VERSIONS = table(PolicyVersionRow)


class DraftState(StrEnum):
    """What became of a draft."""

    OPEN = "open"
    PUBLISHED = "published"
    DISCARDED = "discarded"


class RunState(StrEnum):
    """How far a run has come."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Publication:
    """That a version is in force from the local day `from_on` on, by entry `seq` of the chain; `by` published it."""

    seq: int
    name: str
    version: str
    from_on: date
    at: datetime
    by: str | None
    person: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft as it stands: `base` is the version it was begun from, `by` and `person` changed it last."""

    number: int
    name: str
    base: str
    text: str
    revision: int
    state: DraftState
    by: str | None
    person: str | None
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Run:
    """A draft tried on the past: `old` and `text` are the two procedures, bounds are days of registration, included.

    `done` of `total` families of matters have been lived again. `result` is the answer of showing/comparison.py as
    JSON, None while there is none; `note` says why it failed.
    """

    id: str
    draft: int
    revision: int
    old: str
    text: str
    new_on: date
    since: date | None
    until: date | None
    by: str | None
    person: str | None
    asked_at: datetime
    state: RunState
    done: int
    total: int
    note: str | None
    result: str | None


# --- what is in force -------------------------------------------------------------------------------------------------


def held(session: Session) -> None:
    """Let no other draft or publication cross this transaction's."""
    hold(session, POLICIES)


def revision(session: Session) -> int:
    """A number that grows with everything said of the procedure (0: nothing was), so that it need not be read again."""
    return ledger.head(session, POLICIES).seq


def publications(session: Session, name: str | None = None) -> list[Publication]:
    """What was published, in the order of publishing; of one procedure, or of all."""
    found = [_publication(entry) for entry in _entries(session, ActName.POLICY_PUBLISHED)]
    return [one for one in found if name in (None, one.name)]


def requested(session: Session, draft: int, revision: int) -> Entry | None:
    """The act by which somebody asked that this draft, as it stands, be published; None where nobody has."""
    asked = _entries(session, ActName.POLICY_PUBLICATION_REQUESTED)
    wanted = (draft, revision)
    return next((one for one in asked if (one.act.detail["draft"], one.act.detail["revision"]) == wanted), None)


def in_force(published: Sequence[Publication], name: str, on: date) -> Publication | None:
    """Which of the publications rules what begins on the local day `on`: the latest day, then the latest said."""
    started = [one for one in published if one.name == name and one.from_on <= on]
    return max(started, key=lambda one: (one.from_on, one.seq), default=None)


def _entries(session: Session, name: ActName) -> list[Entry]:
    chosen = select(_ACTS).where(_ACTS.c.target == POLICIES, _ACTS.c.act == name.value).order_by(_ACTS.c.seq)
    return [ledger.entry_of(session, row) for row in session.execute(chosen)]


def _publication(entry: Entry) -> Publication:
    act = entry.act
    said = act.detail
    return Publication(
        entry.seq, str(said["name"]), str(said["version"]), date.fromisoformat(str(said["from"])), act.at, act.by,
        act.person, act.reason,
    )  # fmt: skip


def acts(session: Session) -> list[Entry]:
    """Everything said of the procedure, in order."""
    return ledger.entries(session, POLICIES)


def versions(session: Session) -> list[str]:
    """Every version of a procedure that the record keeps, by its key."""
    return list(session.execute(select(_VERSIONS.c.key).order_by(_VERSIONS.c.key)).scalars())


def tell(
    session: Session,
    name: ActName,
    at: datetime,
    *,
    by: str | None,
    voice: Voice | None,
    reason: str | None = None,
    detail: dict[str, Any],
    message_id: str | None = None,
) -> Entry:
    """Append one act to the chain of the procedure."""
    act = Act(
        at=at,
        target=POLICIES,
        act=name,
        by=by,
        person=voice.person if voice else None,
        principal=voice.principal if voice else None,
        reason=reason,
        detail=detail,
    )
    (entry,) = ledger.append(session, [act], message_id=message_id, processed_at=at)
    return entry


def told(session: Session, message_id: str) -> Entry | None:
    """What was said of the procedure under this message id; None where nothing was."""
    chosen = select(_ACTS).where(_ACTS.c.target == POLICIES, _ACTS.c.message_id == message_id)
    row = session.execute(chosen.order_by(_ACTS.c.seq)).first()
    return None if row is None else ledger.entry_of(session, row)


# --- drafts -----------------------------------------------------------------------------------------------------------


def drafts(session: Session) -> list[Draft]:
    """Every draft, the newest first."""
    rows = session.execute(select(_DRAFTS).order_by(_DRAFTS.c.number.desc())).mappings()
    return [_draft(row) for row in rows]


def draft(session: Session, number: int) -> Draft | None:
    """The draft of that number; None where there is none."""
    row = session.execute(select(_DRAFTS).where(_DRAFTS.c.number == number)).mappings().first()
    return None if row is None else _draft(row)


def begun(session: Session, message_id: str) -> Draft | None:
    """The draft that was begun by this message; None where none was."""
    row = session.execute(select(_DRAFTS).where(_DRAFTS.c.message_id == message_id)).mappings().first()
    return None if row is None else _draft(row)


def begin(
    session: Session, *, message_id: str, name: str, base: str, text: str, at: datetime, by: str | None,
    voice: Voice | None,
) -> Draft:  # fmt: skip
    """A new draft of a procedure, with the text it begins from."""
    new = {
        "message_id": message_id, "name": name, "base": base, "text": text, "revision": 1,
        "state": DraftState.OPEN.value, "by": by, "person": voice.person if voice else None, "changed_at": at,
    }  # fmt: skip
    number = session.execute(_DRAFTS.insert().values(**new).returning(_DRAFTS.c.number)).scalar_one()
    found = draft(session, number)
    if found is None:
        raise AssertionError("a row that was just inserted is there")
    return found


def change(
    session: Session, one: Draft, *, at: datetime, by: str | None, voice: Voice | None, text: str | None = None,
    state: DraftState | None = None,
) -> Draft:  # fmt: skip
    """The draft with another text, which is its next revision, or with another state."""
    values: dict[str, Any] = {"by": by, "person": voice.person if voice else None, "changed_at": at}
    if text is not None:
        values |= {"text": text, "revision": one.revision + 1}
    if state is not None:
        values["state"] = state.value
    session.execute(update(_DRAFTS).where(_DRAFTS.c.number == one.number).values(**values))
    return draft(session, one.number) or one


def _draft(row: Any) -> Draft:
    return Draft(
        row["number"], row["name"], row["base"], row["text"], row["revision"], DraftState(row["state"]), row["by"],
        row["person"], row["changed_at"],
    )  # fmt: skip


# --- runs -------------------------------------------------------------------------------------------------------------


def ask(session: Session, new: Run) -> Run:
    """Keep that a draft is to be tried; the one of this id where it was asked for before."""
    known = run(session, new.id)
    if known is not None:
        return known
    values = {name: getattr(new, name) for name in Run.__slots__}
    session.execute(_RUNS.insert().values(**values | {"state": new.state.value}))
    return new


def run(session: Session, run_id: str) -> Run | None:
    """The run of that id; None where there is none."""
    row = session.execute(select(_RUNS).where(_RUNS.c.id == run_id)).mappings().first()
    return None if row is None else _run(row)


def runs(session: Session, draft: int) -> list[Run]:
    """The runs of a draft, the newest first, without what they came to."""
    columns = [column for column in _RUNS.c if column.name not in ("result", "old", "text")]
    rows = session.execute(select(*columns).where(_RUNS.c.draft == draft).order_by(_RUNS.c.asked_at.desc(), _RUNS.c.id))
    return [_run({**row, "result": None, "old": "", "text": ""}) for row in rows.mappings()]


def running(session: Session, since: datetime) -> int:
    """How many runs asked for after the aware instant `since` have not come to an end."""
    open_ = select(func.count()).where(
        _RUNS.c.state.in_([RunState.WAITING.value, RunState.RUNNING.value]), _RUNS.c.asked_at > since
    )
    number: int = session.execute(open_).scalar_one()
    return number


def move(session: Session, run_id: str, **values: Any) -> None:
    """Put down how far a run has come: `state`, `done`, `total`, `note`, `result`."""
    session.execute(update(_RUNS).where(_RUNS.c.id == run_id).values(**values))


def _run(row: Any) -> Run:
    return Run(**{name: row[name] for name in Run.__slots__} | {"state": RunState(row["state"])})
