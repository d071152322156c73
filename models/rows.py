"""What does the record keep, table by table?

Imported by record/ only: nothing outside ever holds a row. Enumerations are kept as their text values, instants in
UTC; every index here serves a query in record/. The tables are made by record/migrations, which a test holds equal.
"""

from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BigInteger,
    DateTime,
    Dialect,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlmodel import Field, SQLModel

from models.contract import KIND_MATTER

SHANGHAI = ZoneInfo("Asia/Shanghai")


class NaiveInstantError(ValueError):
    """An instant without a zone reached the record; nobody could say when it was."""

    def __init__(self, value: datetime) -> None:
        super().__init__(f"时刻缺少时区 an instant without a zone: {value.isoformat()}")


def aware(value: datetime) -> datetime:
    """The same instant, unchanged; raises NaiveInstantError when it has no zone."""
    if value.utcoffset() is None:
        raise NaiveInstantError(value)
    return value


@lru_cache(maxsize=1024)
def instant_text(value: datetime) -> str:
    """The instant in UTC to the microsecond, always of the same length, so that texts sort as instants do."""
    return aware(value).astimezone(UTC).isoformat(timespec="microseconds")


class Instant(TypeDecorator[datetime]):
    """An aware instant: kept in UTC so that both databases compare and sort it right, handed back in Asia/Shanghai.

    SQLite has no type for instants and keeps `instant_text`; PostgreSQL keeps a timestamp with time zone.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The column type of this database."""
        return dialect.type_descriptor(String(32) if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | datetime | None:
        """What is kept; raises NaiveInstantError."""
        if value is None:
            return None
        return instant_text(value) if dialect.name == "sqlite" else aware(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """What comes back: the same instant, in Asia/Shanghai."""
        if value is None:
            return None
        kept = datetime.fromisoformat(value) if isinstance(value, str) else value
        return aware(kept).astimezone(SHANGHAI)


# An auto-incremented key: only a plain INTEGER is SQLite's own row number, and PostgreSQL needs the wide one.
SERIAL = Integer().with_variant(BigInteger(), "postgresql")

# Narrow tables whose key is a text: without the hidden row number SQLite keeps one tree instead of two.
KEYED_BY_TEXT = {"sqlite_with_rowid": False}

_MEASURES = text("act = 'measure_decided'")
_OFFENCES = text("act = 'offence_registered'")
MILESTONE = text("act IN ('overdue', 'imported_overdue', 'supervised', 'rectification_ordered')")
"""The acts by which matters are told apart in lists; said with a question, so that the index for it is seen."""
TOLD = text("act NOT IN ('reminded', 'sign_reminded', 'light_changed', 'progress_reported', 'refused', 'step_begun')")
"""The acts that figures of a period count, and some more; said with a question, so that the index for it is seen."""
_OVERDUE = text("overdue_from IS NOT NULL")
_CHILD = text("root IS NOT NULL")
_HANDLED = text("handled_by IS NOT NULL")
_ASKED_BY = text("asked_by IS NOT NULL")
_PUBLIC_SQLITE, _PUBLIC_POSTGRESQL = text("public IS 1"), text("public IS true")
_OPEN_SQLITE, _OPEN_POSTGRESQL = text("open IS 1"), text("open IS true")
_SUSPENDED_SQLITE, _SUSPENDED_POSTGRESQL = text("suspended IS 1"), text("suspended IS true")
_ASKED = text("asked IS NOT NULL")
ESCALATED = text("level >= 1")
"""Whether escalation has begun; said with a question like this, so that the index for it is seen."""
_DESTROYED = text("destroyed_at IS NOT NULL")
_UNNAMED = text("message_id IS NULL")


class FinishedRow(SQLModel, table=True):
    """A closing of a matter, and how long its lead had it in hand, by the calendar of that day (models/bulletins.py).

    One for each time it was closed; `circle` is whose it was then (record/circles.py), `net` the working days that
    count, `late` whether it had ever been overdue, `again_at` when it was closed the next time. Derived, like every
    view.
    """

    __tablename__ = "finished"
    __table_args__ = (
        Index("ix_finished_closed", "closed_at", "circle", "lead", "again_at", "late", "net"),
        Index("ix_finished_lead", "lead", "closed_at"),
        KEYED_BY_TEXT,
    )

    matter: str = Field(primary_key=True)
    closed_at: datetime = Field(primary_key=True, sa_type=Instant)
    lead: str
    circle: str
    gross: int
    paused: int
    extended: int
    elsewhere: int
    net: int
    late: bool
    again_at: datetime | None = Field(default=None, sa_type=Instant)


class UnmeasuredRow(SQLModel, table=True):
    """A matter that was closed and has no line in `finished`: before times were noted, or beyond the calendar."""

    __tablename__ = "unmeasured"
    __table_args__ = KEYED_BY_TEXT

    matter: str = Field(primary_key=True)


class ActRow(SQLModel, table=True):
    """One entry of the ledger; never updated, never deleted (triggers refuse both).

    `body` is the act as canonical JSON, exactly as hashed; `act`, `at` and `subject` repeat parts of it for queries.
    `id` is the order of recording over all targets.
    """

    __tablename__ = "acts"
    __table_args__ = (
        UniqueConstraint("target", "seq", name="uq_acts_target_seq"),
        Index("ix_acts_measures", "subject", "at", sqlite_where=_MEASURES, postgresql_where=_MEASURES),
        Index("ix_acts_offences", "subject", "at", sqlite_where=_OFFENCES, postgresql_where=_OFFENCES),
        Index("ix_acts_milestones", "act", "at", "target", sqlite_where=MILESTONE, postgresql_where=MILESTONE),
        Index("ix_acts_reached", "target", "at", "act", sqlite_where=MILESTONE, postgresql_where=MILESTONE),
        Index("ix_acts_told", "at", sqlite_where=TOLD, postgresql_where=TOLD),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=SERIAL)
    target: str
    seq: int
    act: str
    at: datetime = Field(sa_type=Instant)
    subject: str | None = None
    message_id: str | None = None
    processed_at: datetime = Field(sa_type=Instant)
    body: str = Field(sa_type=Text)
    previous: str
    hash: str


class DoingRow(SQLModel, table=True):
    """That something was done through a post: which entry of which chain. Repeats the ledger, for lists by post."""

    __tablename__ = "doings"
    __table_args__ = KEYED_BY_TEXT

    post: str = Field(primary_key=True)
    at: datetime = Field(primary_key=True, sa_type=Instant)
    target: str = Field(primary_key=True)
    seq: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})


class HeadRow(SQLModel, table=True):
    """The last entry of each chain, so that cutting off its end is seen."""

    __tablename__ = "heads"
    __table_args__ = KEYED_BY_TEXT

    target: str = Field(primary_key=True)
    seq: int
    hash: str


class MatterRow(SQLModel, table=True):
    """What lists, counts and pages read of a matter.

    `overdue_from` is the due instant while a clock that people wait for can run out, else null: a matter is overdue
    from that instant on, whether or not its timer has been worked off. `circle` names lead, office and leader in one
    (record/circles.py), `open` says that it has neither ended nor been refused, `asked` whose word it waits for and on
    what, as far as the matter itself says it (models/asked.py); null where nothing is asked. `asked_by` is when the
    first of it runs out (the end of time where nothing does), `handled_by` when something does that its lead owes.
    """

    __tablename__ = "matters"
    __table_args__ = (
        Index("ix_matters_lead", "lead", "id"),
        Index("ix_matters_office", "office", "id"),
        Index("ix_matters_leader", "leader", "id"),
        Index("ix_matters_public", "id", sqlite_where=_PUBLIC_SQLITE, postgresql_where=_PUBLIC_POSTGRESQL),
        Index("ix_matters_stage", "stage", "id", "circle"),
        Index("ix_matters_light", "light", "id", "circle"),
        Index("ix_matters_basis", "basis", "id", "circle"),
        Index("ix_matters_circle", "circle", "basis", "id"),
        Index("ix_matters_due", "due_at", "id"),
        Index(
            "ix_matters_open_due",
            "due_at",
            "id",
            "stage",
            "circle",
            sqlite_where=_OPEN_SQLITE,
            postgresql_where=_OPEN_POSTGRESQL,
        ),
        Index("ix_matters_registered", "registered_at", "id", "circle"),
        Index("ix_matters_closed", "closed_at", "id", "circle", "registered_at"),
        Index("ix_matters_level", "id", "circle", "level", sqlite_where=ESCALATED, postgresql_where=ESCALATED),
        Index("ix_matters_asked", "asked", "circle", "id", sqlite_where=_ASKED, postgresql_where=_ASKED),
        Index(
            "ix_matters_suspended",
            "id",
            "circle",
            "suspended",
            sqlite_where=_SUSPENDED_SQLITE,
            postgresql_where=_SUSPENDED_POSTGRESQL,
        ),
        Index("ix_matters_twin", "lead", "title", "circle", "id"),
        Index(
            "ix_matters_overdue",
            "overdue_from",
            "id",
            "circle",
            "basis",
            sqlite_where=_OVERDUE,
            postgresql_where=_OVERDUE,
        ),
        Index("ix_matters_handled", "lead", "handled_by", "id", sqlite_where=_HANDLED, postgresql_where=_HANDLED),
        Index("ix_matters_asked_by", "asked_by", "id", sqlite_where=_ASKED_BY, postgresql_where=_ASKED_BY),
        Index("ix_matters_root", "root", "id", sqlite_where=_CHILD, postgresql_where=_CHILD),
        Index(
            "ix_matters_lead_overdue",
            "lead",
            "overdue_from",
            "id",
            sqlite_where=_OVERDUE,
            postgresql_where=_OVERDUE,
        ),
        KEYED_BY_TEXT,
    )

    id: str = Field(primary_key=True)
    kind: str = KIND_MATTER
    title: str | None = None
    lead: str | None = None
    office: str | None = None
    leader: str | None = None
    urgency: str | None = None
    public: bool | None = None
    policy: str
    stage: str
    light: str
    level: int
    suspended: bool
    due_at: datetime | None = Field(default=None, sa_type=Instant)
    overdue_from: datetime | None = Field(default=None, sa_type=Instant)
    next_at: datetime | None = Field(default=None, sa_type=Instant)
    handled_by: datetime | None = Field(default=None, sa_type=Instant)
    asked_by: datetime | None = Field(default=None, sa_type=Instant)
    registered_at: datetime | None = Field(default=None, sa_type=Instant)
    assigned_at: datetime | None = Field(default=None, sa_type=Instant)
    closed_at: datetime | None = Field(default=None, sa_type=Instant)
    last_act: str
    last_act_at: datetime = Field(sa_type=Instant)
    cases_open: int
    parent: str | None = None
    root: str | None = None
    basis: str | None = None
    circle: str | None = None
    open: bool = Field(sa_column_kwargs={"server_default": false()})
    asked: str | None = Field(default=None, sa_type=Text)


class PartyRow(SQLModel, table=True):
    """That an organ or a post has a part in a matter or a case, besides what the matter's own row says of it."""

    __tablename__ = "parties"
    __table_args__ = (Index("ix_parties_target", "target"), KEYED_BY_TEXT)

    party: str = Field(primary_key=True)
    role: str = Field(primary_key=True)
    target: str = Field(primary_key=True)


class StirredRow(SQLModel, table=True):
    """A matter or case that another one's transaction has moved: its workflow must look, and has not looked yet."""

    __tablename__ = "stirred"
    __table_args__ = (Index("ix_stirred_family", "family", "target"), KEYED_BY_TEXT)

    target: str = Field(primary_key=True)
    family: str


class SnapshotRow(SQLModel, table=True):
    """The state a matter's next transition starts from, as JSON, and the ledger entry it stands at.

    Apart from the matter's own row because it is several times as long: counts and lists would read past it.
    """

    __tablename__ = "snapshots"

    id: str = Field(primary_key=True, foreign_key="matters.id")
    seq: int
    state: str = Field(sa_type=Text)


class UsableFromRow(SQLModel, table=True):
    """The oldest revision whose program may go on with the tables as they are now; one row."""

    __tablename__ = "usable_from"

    revision: str = Field(primary_key=True)


class TallyRow(SQLModel, table=True):
    """How many matters of a circle stand where: kept by triggers with every change of a matter, so that no page counts.

    `basis` is "" on the lines of all bases together, and "=" before a basis on those of that basis alone; `circle` is
    "" where the matter has none. `escalated` counts those of level 1 or higher. record/tallies.py.
    """

    __tablename__ = "tally_lines"
    __table_args__ = KEYED_BY_TEXT

    basis: str = Field(primary_key=True)
    circle: str = Field(primary_key=True)
    stage: str = Field(primary_key=True)
    light: str = Field(primary_key=True)
    matters: int
    escalated: int
    suspended: int
    cases_open: int


class OldTallyRow(SQLModel, table=True):
    """Where builds of before revision 0017 count, so that they go on beside newer ones; no other reads or writes it."""

    __tablename__ = "tallies"
    __table_args__ = KEYED_BY_TEXT

    lead: str = Field(primary_key=True)
    stage: str = Field(primary_key=True)
    light: str = Field(primary_key=True)
    matters: int
    escalated: int
    cases_open: int


class DayRow(SQLModel, table=True):
    """How many matters of a circle were registered and closed on a day in Shanghai; kept as the tallies are."""

    __tablename__ = "days"
    __table_args__ = KEYED_BY_TEXT

    day: date = Field(primary_key=True)
    circle: str = Field(primary_key=True)
    registered: int
    closed: int


class AnswerRow(SQLModel, table=True):
    """The first answer to a message; a repetition gets the same one."""

    __tablename__ = "answers"
    __table_args__ = KEYED_BY_TEXT

    target: str = Field(primary_key=True)
    message_id: str = Field(primary_key=True)
    seq: int
    outcome: str = Field(sa_type=Text)


class CaseRow(SQLModel, table=True):
    """A case a matter has opened, as its acts tell it.

    `red`: one of its steps has run out. `asked` is what whose word it waits for hangs on (models/asked.py), while it is
    open or a step of it is owed, else null.
    """

    __tablename__ = "cases"
    __table_args__ = (
        Index("ix_cases_matter", "matter_id", "id"),
        Index("ix_cases_subject", "subject", "id"),
        Index("ix_cases_open", "proposed_at", "id", sqlite_where=_OPEN_SQLITE, postgresql_where=_OPEN_POSTGRESQL),
        Index("ix_cases_proposed", "proposed_at", "id"),
        Index("ix_cases_asked", "proposed_at", "id", sqlite_where=_ASKED, postgresql_where=_ASKED),
    )

    id: str = Field(primary_key=True)
    matter_id: str
    subject: str | None = None
    severity: str | None = None
    measure: str | None = None
    count: int | None = None
    open: bool
    proposed_at: datetime = Field(sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)
    stage: str | None = None
    due_at: datetime | None = Field(default=None, sa_type=Instant)
    next_at: datetime | None = Field(default=None, sa_type=Instant)
    last_act: str | None = None
    last_act_at: datetime | None = Field(default=None, sa_type=Instant)
    title: str | None = None
    red: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    asked: str | None = Field(default=None, sa_type=Text)


class CaseSnapshotRow(SQLModel, table=True):
    """The state a case's next transition starts from, as JSON, and the ledger entry it stands at."""

    __tablename__ = "case_snapshots"

    id: str = Field(primary_key=True, foreign_key="cases.id")
    seq: int
    state: str = Field(sa_type=Text)


class ProceedingRow(SQLModel, table=True):
    """What lists, counts and pages read of a proceeding, a petition or a duty.

    `step` is the name of the step under way, or of the last one, `step_title` what users read; `level` how often it has
    been missed. `overdue_from` is the end of that step's limit while it is under way, as of a matter; `valid_until` the
    instant at which what was granted ends. `cases_open` counts the cases proposed from here, `linked_to` names the
    target that it goes on with.
    """

    __tablename__ = "proceedings"
    __table_args__ = (
        Index("ix_proceedings_kind", "kind", "id"),
        Index("ix_proceedings_due", "kind", "due_at", "id"),
        Index("ix_proceedings_opened", "kind", "opened_at", "id"),
        Index("ix_proceedings_public", "id", sqlite_where=_PUBLIC_SQLITE, postgresql_where=_PUBLIC_POSTGRESQL),
        Index("ix_proceedings_lead", "lead", "id"),
        Index("ix_proceedings_office", "office", "id"),
        Index("ix_proceedings_leader", "leader", "id"),
        Index("ix_proceedings_subject", "subject", "procedure", "id"),
        Index("ix_proceedings_overdue", "overdue_from", "id", sqlite_where=_OVERDUE, postgresql_where=_OVERDUE),
        KEYED_BY_TEXT,
    )

    id: str = Field(primary_key=True)
    kind: str
    procedure: str
    policy: str
    title: str
    lead: str
    office: str
    leader: str
    subject: str | None = None
    channel: str | None = None
    public: bool | None = None
    urgent: bool
    stage: str
    step: str | None = None
    step_title: str | None = None
    light: str
    level: int
    paused: bool
    due_at: datetime | None = Field(default=None, sa_type=Instant)
    overdue_from: datetime | None = Field(default=None, sa_type=Instant)
    valid_until: datetime | None = Field(default=None, sa_type=Instant)
    next_at: datetime | None = Field(default=None, sa_type=Instant)
    opened_at: datetime = Field(sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)
    last_act: str
    last_act_at: datetime = Field(sa_type=Instant)
    cases_open: int
    linked_to: str | None = None


class ProceedingSnapshotRow(SQLModel, table=True):
    """The state a proceeding's next transition starts from, as JSON, and the ledger entry it stands at."""

    __tablename__ = "proceeding_snapshots"

    id: str = Field(primary_key=True, foreign_key="proceedings.id")
    seq: int
    state: str = Field(sa_type=Text)


class NoticeRow(SQLModel, table=True):
    """One notice of one act to one recipient over one channel; its key is what lets it leave only once.

    `entry` is the act's row in the ledger, so that a recipient's notices stand in the order of recording.
    """

    __tablename__ = "notices"
    __table_args__ = (Index("ix_notices_entry", "entry"), KEYED_BY_TEXT)

    recipient: str = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    entry: int = Field(primary_key=True, foreign_key="acts.id", sa_type=SERIAL)
    state: str
    queued_at: datetime = Field(sa_type=Instant)
    delivered_at: datetime | None = Field(default=None, sa_type=Instant)


class DeliveryRow(SQLModel, table=True):
    """One notice of one act to one recipient over one channel that leaves the house, and the proof of its delivery.

    `parcel` is the key under which it leaves, alone or in a digest; null until that is decided. Before `due_at` it does
    not leave. `provider_key` is what the peer can tell a repetition by, `receipt` what it answered, `failure` why the
    last attempt failed, in a class of words without addresses. `doubtful`: an earlier attempt may have arrived.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        Index("ix_deliveries_parcel", "parcel", "channel"),
        Index("ix_deliveries_state", "state", "entry"),
        Index("ix_deliveries_entry", "entry"),
        KEYED_BY_TEXT,
    )

    recipient: str = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    entry: int = Field(primary_key=True, foreign_key="acts.id", sa_type=SERIAL)
    state: str
    parcel: str | None = None
    queued_at: datetime = Field(sa_type=Instant)
    due_at: datetime | None = Field(default=None, sa_type=Instant)
    attempts: int
    doubtful: bool
    attempted_at: datetime | None = Field(default=None, sa_type=Instant)
    delivered_at: datetime | None = Field(default=None, sa_type=Instant)
    provider_key: str | None = None
    receipt: str | None = None
    failure: str | None = None


class NumberRow(SQLModel, table=True):
    """The id that was given to what an office handed in, so that handing it in again finds the same matter."""

    __tablename__ = "numbers"
    __table_args__ = (
        UniqueConstraint("year", "number", name="uq_numbers_year_number"),
        UniqueConstraint("matter_id", name="uq_numbers_matter"),
        KEYED_BY_TEXT,
    )

    source_key: str = Field(primary_key=True)
    matter_id: str
    year: int
    number: int


class ProceedingNumberRow(SQLModel, table=True):
    """The id that was given to what somebody handed in to be opened: each kind counts for itself, from 1 each year."""

    __tablename__ = "proceeding_numbers"
    __table_args__ = (
        UniqueConstraint("kind", "year", "number", name="uq_proceeding_numbers_kind_year_number"),
        KEYED_BY_TEXT,
    )

    source_key: str = Field(primary_key=True)
    kind: str
    year: int
    number: int


class DocumentRow(SQLModel, table=True):
    """One official document: its number, and what it says, frozen when it was issued.

    `no` counts from 1 for each organ, mark and year. `facts` is the canonical JSON of what the template may name; its
    hash stands in the act behind `entry`. `template` is the hash of the template it is printed on (None: there was
    none yet), `content` the hash of the file it was first printed as (None: not printed yet); both are set once.
    """

    __tablename__ = "documents"
    __table_args__ = (
        UniqueConstraint("entry", "kind", name="uq_documents_entry_kind"),
        UniqueConstraint("organ", "mark", "year", "no", name="uq_documents_organ_mark_year_no"),
        Index("ix_documents_matter", "matter_id", "id"),
        Index("ix_documents_number", "number"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=SERIAL)
    entry: int = Field(foreign_key="acts.id", sa_type=SERIAL)
    kind: str
    title: str
    matter_id: str
    organ: str
    mark: str
    year: int
    no: int
    number: str
    issued_at: datetime = Field(sa_type=Instant)
    facts: str = Field(sa_type=Text)
    template: str | None = None
    content: str | None = None


class TemplateRow(SQLModel, table=True):
    """A template that documents were issued on, by the hash of its file: an office may edit its own at any time."""

    __tablename__ = "document_templates"

    hash: str = Field(primary_key=True)
    file: bytes


class AttachmentRow(SQLModel, table=True):
    """A file that a post has handed in to a target, by the hash of its content.

    `document` is its name as JSON, of a case sealed; "" once it was destroyed. `kept` is the hash under which its file
    lies, of a case that of the sealed file; null once it was destroyed. `message_id` is that of the first message that
    has named it; null while none has, and then it is cleared after some days.
    """

    __tablename__ = "attachments"
    __table_args__ = (
        UniqueConstraint("target", "hash", "by", name="uq_attachments_target_hash_by"),
        Index("ix_attachments_unnamed", "at", sqlite_where=_UNNAMED, postgresql_where=_UNNAMED),
        Index("ix_attachments_kept", "kept"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=SERIAL)
    target: str
    hash: str
    size: int
    type: str
    document: str = Field(sa_type=Text)
    by: str
    person: str | None = None
    at: datetime = Field(sa_type=Instant)
    message_id: str | None = None
    kept: str | None = None


class CalendarNoticeRow(SQLModel, table=True):
    """A holiday notice, in the order of loading."""

    __tablename__ = "calendar_notices"
    __table_args__ = (UniqueConstraint("number", name="uq_calendar_notices_number"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=SERIAL)
    number: str
    content: str = Field(sa_type=Text)
    added_at: datetime = Field(sa_type=Instant)


class PolicyVersionRow(SQLModel, table=True):
    """The text of a policy version: what the matters that started under it are ruled by, for as long as they live."""

    __tablename__ = "policy_versions"

    key: str = Field(primary_key=True)
    text: str = Field(sa_type=Text)


class PolicyDraftRow(SQLModel, table=True):
    """A procedure that is being written: changed until it is published or given up, and nobody is ruled by it."""

    __tablename__ = "policy_drafts"
    __table_args__ = (UniqueConstraint("message_id", name="uq_policy_drafts_message_id"),)

    number: int | None = Field(default=None, primary_key=True, sa_type=SERIAL)
    message_id: str
    name: str
    base: str
    text: str = Field(sa_type=Text)
    revision: int
    state: str
    by: str | None = None
    person: str | None = None
    changed_at: datetime = Field(sa_type=Instant)


class PolicyRunRow(SQLModel, table=True):
    """A draft tried on the matters of the past: what was asked, how far it is, and what it came to."""

    __tablename__ = "policy_runs"
    __table_args__ = (Index("ix_policy_runs_draft", "draft"), KEYED_BY_TEXT)

    id: str = Field(primary_key=True)
    draft: int
    revision: int
    old: str = Field(sa_type=Text)
    text: str = Field(sa_type=Text)
    new_on: date
    since: date | None = None
    until: date | None = None
    by: str | None = None
    person: str | None = None
    asked_at: datetime = Field(sa_type=Instant)
    state: str
    done: int = 0
    total: int = 0
    note: str | None = Field(default=None, sa_type=Text)
    result: str | None = Field(default=None, sa_type=Text)


class SealRow(SQLModel, table=True):
    """A signed head over the whole record; never changed, never removed. `body` is what was hashed and signed."""

    __tablename__ = "seals"

    no: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    day: date
    made_at: datetime = Field(sa_type=Instant)
    body: str = Field(sa_type=Text)
    hash: str
    signature: str


class SealLeafRow(SQLModel, table=True):
    """A leaf of the seal `no` that no seal before it has; all others stand as an earlier seal has them."""

    __tablename__ = "seal_leaves"
    __table_args__ = (Index("ix_seal_leaves_no", "no"), KEYED_BY_TEXT)

    kind: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    no: int = Field(primary_key=True, foreign_key="seals.no", sa_column_kwargs={"autoincrement": False})
    seq: int
    hash: str


class SigningKeyRow(SQLModel, table=True):
    """A public key that signs or signed seals, in order from 1, and the signature of the key before it."""

    __tablename__ = "signing_keys"
    __table_args__ = (UniqueConstraint("id", name="uq_signing_keys_id"),)

    no: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    id: str
    public: str
    added_at: datetime = Field(sa_type=Instant)
    endorsed_by: str | None = None
    endorsement: str | None = None


class HoldRow(SQLModel, table=True):
    """A file that must not be destroyed for now; `seq` is the entry of the archive's chain that says why."""

    __tablename__ = "holds"
    __table_args__ = KEYED_BY_TEXT

    target: str = Field(primary_key=True)
    seq: int


class DestructionRow(SQLModel, table=True):
    """A request to destroy a file, until it is carried out or replaced; `seq` is its entry of the archive's chain."""

    __tablename__ = "destructions"
    __table_args__ = KEYED_BY_TEXT

    target: str = Field(primary_key=True)
    seq: int


class CertificateRow(SQLModel, table=True):
    """That the bodies of a chain's entries up to `upto` were destroyed; `seq` is the certificate in the archive chain.

    Only what has such a row may lose its body, and nothing else of an entry may ever change (triggers).
    """

    __tablename__ = "certificates"
    __table_args__ = KEYED_BY_TEXT

    target: str = Field(primary_key=True)
    upto: int
    seq: int
    destroyed_at: datetime = Field(sa_type=Instant)


class RequestKeyRow(SQLModel, table=True):
    """That a person made a request over HTTP under this key (its hash): a fingerprint of what was asked, never it."""

    __tablename__ = "request_keys"
    __table_args__ = KEYED_BY_TEXT

    person: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    fingerprint: str
    at: datetime = Field(sa_type=Instant)


class WebhookRow(SQLModel, table=True):
    """A subscription by webhook: where to, of which organs and acts (JSON lists, empty: all that its post may see).

    `person` made it. Its secret is made from its id and `generation` and a key that is not here.
    """

    __tablename__ = "webhooks"
    __table_args__ = (Index("ix_webhooks_live", "ended_at", "id"), KEYED_BY_TEXT)

    id: str = Field(primary_key=True)
    person: str
    post: str
    url: str
    organs: str = Field(sa_type=Text)
    acts: str = Field(sa_type=Text)
    generation: int
    created_at: datetime = Field(sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)


class PersonRow(SQLModel, table=True):
    """Somebody who may sign in. What these tables of accounts hold is told by the chain `person/…` too."""

    __tablename__ = "persons"
    __table_args__ = (UniqueConstraint("login", name="uq_persons_login"), KEYED_BY_TEXT)

    id: str = Field(primary_key=True)
    number: int
    login: str
    name: str | None = None
    state: str
    registered_at: datetime = Field(sa_type=Instant)


class CredentialRow(SQLModel, table=True):
    """A person's password, as its argon2 hash; `sample` marks one that belongs to the sample data."""

    __tablename__ = "credentials"
    __table_args__ = KEYED_BY_TEXT

    person: str = Field(primary_key=True, foreign_key="persons.id")
    hash: str
    sample: bool
    set_at: datetime = Field(sa_type=Instant)


class HoldingRow(SQLModel, table=True):
    """A post held by a person from a day to a day."""

    __tablename__ = "holdings"
    __table_args__ = (Index("ix_holdings_person", "person"), Index("ix_holdings_post", "post"))

    id: int | None = Field(default=None, primary_key=True, sa_type=SERIAL)
    person: str = Field(foreign_key="persons.id")
    post: str
    held_from: date
    held_to: date | None = None


class DelegationRow(SQLModel, table=True):
    """A post lent by its holder to another person from a day to a day."""

    __tablename__ = "delegations"
    __table_args__ = (Index("ix_delegations_person", "person"), Index("ix_delegations_principal", "principal"))

    id: int | None = Field(default=None, primary_key=True, sa_type=SERIAL)
    principal: str = Field(foreign_key="persons.id")
    post: str
    person: str = Field(foreign_key="persons.id")
    lent_from: date
    lent_to: date
    reason: str = Field(sa_type=Text)
    revoked_on: date | None = None


class SiteRoleRow(SQLModel, table=True):
    """A role on the site that a person has."""

    __tablename__ = "site_roles"
    __table_args__ = KEYED_BY_TEXT

    person: str = Field(primary_key=True, foreign_key="persons.id")
    role: str = Field(primary_key=True)
    given_at: datetime = Field(sa_type=Instant)


class AttemptRow(SQLModel, table=True):
    """Failures to sign in, by a digest of what was tried (an account, known or not, or an address)."""

    __tablename__ = "attempts"
    __table_args__ = (Index("ix_attempts_last", "last_at"), KEYED_BY_TEXT)

    key: str = Field(primary_key=True)
    failures: int
    last_at: datetime = Field(sa_type=Instant)
    blocked_until: datetime | None = Field(default=None, sa_type=Instant)


class SessionRow(SQLModel, table=True):
    """Somebody signed in, by the hash of what his browser holds."""

    __tablename__ = "sessions"
    __table_args__ = (Index("ix_sessions_person", "person"), Index("ix_sessions_expires", "expires_at"), KEYED_BY_TEXT)

    hash: str = Field(primary_key=True)
    person: str = Field(foreign_key="persons.id")
    post: str | None = None
    principal: str | None = None
    began_at: datetime = Field(sa_type=Instant)
    seen_at: datetime = Field(sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant)


class AccessTokenRow(SQLModel, table=True):
    """A personal access token, by its hash: for the command line and programs."""

    __tablename__ = "access_tokens"
    __table_args__ = (
        UniqueConstraint("hash", name="uq_access_tokens_hash"),
        Index("ix_access_tokens_person", "person"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=SERIAL)
    person: str = Field(foreign_key="persons.id")
    hash: str
    label: str
    scope: str
    post: str | None = None
    principal: str | None = None
    issued_at: datetime = Field(sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant)
    revoked_at: datetime | None = Field(default=None, sa_type=Instant)


class PendingSignInRow(SQLModel, table=True):
    """A browser sent to the provider of identity, by the hash of what it holds; for minutes only."""

    __tablename__ = "pending_sign_ins"
    __table_args__ = (Index("ix_pending_sign_ins_expires", "expires_at"), KEYED_BY_TEXT)

    hash: str = Field(primary_key=True)
    state: str
    nonce: str
    verifier: str
    expires_at: datetime = Field(sa_type=Instant)


class SubjectKeyRow(SQLModel, table=True):
    """One version of the key under which what belongs to a subject is sealed, wrapped by the master key.

    `master` names the version of the master key. A destroyed key leaves its row without `wrapped`: the tombstone.
    """

    __tablename__ = "subject_keys"
    __table_args__ = (
        Index("ix_subject_keys_destroyed", "subject", sqlite_where=_DESTROYED, postgresql_where=_DESTROYED),
        KEYED_BY_TEXT,
    )

    subject: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    master: str
    wrapped: str | None = Field(default=None, sa_type=Text)
    created_at: datetime = Field(sa_type=Instant)
    destroyed_at: datetime | None = Field(default=None, sa_type=Instant)


class PetitionerRow(SQLModel, table=True):
    """Who turned to the office, under an opaque reference; `document` is sealed under a key of its own."""

    __tablename__ = "petitioners"
    __table_args__ = KEYED_BY_TEXT

    ref: str = Field(primary_key=True)
    document: str = Field(sa_type=Text)


class PetitionerMarkRow(SQLModel, table=True):
    """That a petitioner has a phone or identity number of this keyed digest: by it alone the same one is found."""

    __tablename__ = "petitioner_marks"
    __table_args__ = (Index("ix_petitioner_marks_ref", "ref"), KEYED_BY_TEXT)

    mark: str = Field(primary_key=True)
    ref: str = Field(primary_key=True)


class ReceiptRow(SQLModel, table=True):
    """By what code (its digest) somebody may follow a petition; `ref` is its petitioner, None for an anonymous one."""

    __tablename__ = "receipts"
    __table_args__ = (Index("ix_receipts_ref", "ref"), KEYED_BY_TEXT)

    petition: str = Field(primary_key=True)
    digest: str
    ref: str | None = None
    issued_at: datetime = Field(sa_type=Instant)


def table(row: type[SQLModel]) -> Table:
    """The table behind a row class, for statements that need no row objects."""
    return SQLModel.metadata.tables[str(row.__tablename__)]
