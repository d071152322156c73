"""What would become of a record, of its open matters and of their histories under this program?

Asked of a copy: its tables are migrated, what is kept for good is compared, every clock that runs is let strike once
and undone, what was said is heard once more by the rules of today, and open workflows replay the histories that the
live server holds. Making the copy is for backup/scratch.py, words are for cli/upgrading.py (docs/decisions/0033).
"""

import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from temporalio.client import Client, WorkflowHistory
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import Replayer

from activities.documents import Issuing
from activities.recording import Recording
from comparing import around_record, families
from documents.templates import Templates
from evidence import sealing
from intake.procedures import blocks_in
from models.acts import Act, ActName
from models.contract import (
    CALENDAR_WORKFLOW,
    COMPARISON_WORKFLOW,
    DIGEST_WORKFLOW,
    MISDIRECTED_WORKFLOW,
    NOTICE_WORKFLOW,
    SEAL_WORKFLOW,
    WORKFLOW_OF,
    TransitionOrder,
)
from policies.calendar import CalendarError
from policies.directory import Directory
from policies.documents import DocumentError
from policies.procedures import Procedure, load_text
from record import ledger, lives, policies, procedures, revisions, settling, targets
from record.revisions import Revision
from record.store import RecordUnavailableError, Store
from rehearsal.comparison import first_difference
from rehearsal.retracing import UntraceableError, World, live_again, loaded, retrace
from settings import Runner, Settings
from worker import NOTICE_WORKFLOWS, WORKFLOWS, workflow_runner
from workflows.seal import SealWorkflow

_NAMES = (*WORKFLOW_OF.values(), CALENDAR_WORKFLOW, MISDIRECTED_WORKFLOW, NOTICE_WORKFLOW, DIGEST_WORKFLOW,
          SEAL_WORKFLOW, COMPARISON_WORKFLOW)  # fmt: skip

_ALL = datetime.max.replace(tzinfo=UTC)

Decision = tuple[Act, ...]
"""What comes of a clock that strikes, relatives included."""


@dataclass(frozen=True, slots=True)
class Migrated:
    """What migrating the copy took and came to.

    `steps` are the revisions that were added and the seconds of each; `held` is for how long nobody else could have
    written: all of them are one transaction. `goes_back` says whether the program from before may be started on these
    tables afterwards. `rows` are numbers of rows by table before and after, of tables that have
    changed; `altered` are the tables in which something that is kept for good is not what it was.
    """

    before: str
    after: str
    steps: tuple[tuple[Revision, float], ...]
    held: float
    goes_back: bool
    rows: Mapping[str, tuple[int, int]]
    altered: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """What does not agree in the migrated record: chains and seals, in words; tallies; matters as lists show them."""

    acts: int
    faults: tuple[str, ...]
    miscounted: tuple[str, ...]
    astray: int


@dataclass(frozen=True, slots=True)
class Struck:
    """What the next clock of each open target would do, by target; `failed` are those at which the rules fail."""

    decisions: Mapping[str, Decision]
    failed: Mapping[str, str]
    left_out: int

    @property
    def acts(self) -> Counter[str]:
        """How many acts of each name there would be."""
        return Counter(act.act.value for acts in self.decisions.values() for act in acts)


@dataclass(frozen=True, slots=True)
class Reheard:
    """How many matters were lived once more by the rules of today under the procedure each began under.

    `otherwise` names those of which something would be decided otherwise today, with what was recorded and what it
    would be. Nothing that was decided is decided again: it stands. `untold` could not be lived again.
    """

    matters: int
    otherwise: Mapping[str, tuple[str | None, str | None]]
    untold: int


@dataclass(slots=True)
class Replayed:
    """How many histories of open workflows were replayed, and which cannot be, with the reason."""

    histories: int = 0
    events: int = 0
    failed: dict[str, str] = field(default_factory=dict)
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Published:
    """What publishing another procedure from a day on does to what is open: `moved` would decide otherwise at once.

    `keep` are the matters that keep theirs, by version; `version` is what begins from that day on goes by.
    """

    version: str
    from_on: date
    keep: Mapping[str, int]
    moved: Mapping[str, tuple[Decision, Decision]]


class MigrationError(Exception):
    """The tables cannot be brought to this program's revision: in words, why. `newer`: they are of a newer one."""

    def __init__(self, why: str, *, newer: bool = False) -> None:
        super().__init__(why)
        self.newer = newer


def migrated(copy: Store) -> Migrated:
    """Bring the copy's tables to this program's revision. Raises MigrationError."""
    with copy.reading() as session:
        before, counted, kept = revisions.standing(session), revisions.rows(session), revisions.digests(session)
    pending = revisions.pending(before)
    if pending is None:
        raise MigrationError(before, newer=True)
    began = time.perf_counter()
    marks: list[float] = []
    try:
        copy.migrate(lambda _revision: marks.append(time.perf_counter()))
    except RecordUnavailableError:
        raise
    except Exception as error:
        # Whatever it stumbles over in this record: it would stop the new program from starting.
        raise MigrationError(f"{pending[len(marks)].name}: {_first_line(error)}") from error
    held = time.perf_counter() - began
    spans = [until - since for since, until in zip([began, *marks], marks, strict=False)]
    with copy.reading() as session:
        after, now, still = revisions.standing(session), revisions.rows(session), revisions.digests(session)
        back = revisions.goes_on(session, before)
    return Migrated(
        before,
        after,
        tuple(zip(pending, spans, strict=True)),
        held,
        back,
        {name: (counted.get(name, 0), many) for name, many in now.items() if many != counted.get(name, 0)},
        tuple(name for name, digest in kept.items() if still[name] != digest),
    )


def checked(copy: Store) -> Checked:
    """Everything that can be verified without histories."""
    with copy.reading() as session:
        faults = [one.text for one in ledger.verify(session)] + [one.text for one in sealing.check(session)]
        return Checked(
            revisions.rows(session)["acts"],
            tuple(faults),
            tuple(settling.miscounted(session)),
            sum(1 for _ in settling.astray(session)),
        )


def recording_on(copy: Store, directory: Directory, chosen: Settings) -> Recording:
    """What decides as a worker of these settings does, and wakes nobody. Raises TemplateError, DocumentError."""
    templates = Templates(chosen.templates_path)
    templates.check()
    return Recording(
        copy, directory, issuing=Issuing(templates), blocks=blocks_in(chosen.procedures_path),
        attachments_most=chosen.attachments_per_message,
    )  # fmt: skip


def struck(copy: Store, recording: Recording, most: int) -> Struck:
    """Let the next clock of each open target strike at its instant, the earliest first; each is undone at once."""
    with copy.reading() as session:
        waiting = sorted((at, target) for target, at in targets.late(session, _ALL).items())
    decisions: dict[str, Decision] = {}
    failed: dict[str, str] = {}
    for at, target in waiting[:most]:
        try:
            decisions[target] = _undone(copy, recording, target, at)
        except CalendarError as error:
            failed[target] = str(error)
        except Exception as error:  # noqa: BLE001 - whatever the rules stumble over is what is looked for
            failed[target] = _first_line(error)
    return Struck(decisions, failed, max(0, len(waiting) - most))


def reheard(copy: Store, directory: Directory, most: int) -> Reheard:
    """Hear once more what was said to open matters, each under the text of the procedure it began under."""
    around = around_record(copy)
    if around is None:
        return Reheard(0, {}, 0)
    measures = around.measures

    def decided(subject: str, since: datetime, until: datetime) -> int:
        return sum(one == subject and since <= at < until for one, at in measures)

    world = World(directory, loaded(around.notices), decided)
    with copy.reading() as session:
        ids = lives.open_families(session, most)
    texts: dict[str, Procedure] = {}
    otherwise: dict[str, tuple[str | None, str | None]] = {}
    matters = untold = 0
    for family_id, recorded in families(copy, ids):
        try:
            family = retrace(family_id, recorded)
            if family is None:
                continue
            version = family.matters[family_id].policy
            if version not in texts:
                with copy.reading() as session:
                    texts[version] = load_text(procedures.get(session, version), version)
            lived = live_again(family, texts[version].in_force, world, around.until)
        except (UntraceableError, LookupError, CalendarError, DocumentError):
            untold += 1
            continue
        matters += len(family.matters)
        for matter_id, one in family.matters.items():
            if (unlike := first_difference(one, lived[matter_id])) is not None:
                otherwise[matter_id] = unlike.recorded, unlike.now
    return Reheard(matters, otherwise, untold)


async def replayed(client: Client, most: int) -> Replayed:
    """Replay what the server holds of everything that is open. Raises RPCError where it does not answer."""
    found = Replayed()
    replayer = Replayer(
        workflows=[*WORKFLOWS, *NOTICE_WORKFLOWS, SealWorkflow],
        data_converter=client.data_converter,
        workflow_runner=workflow_runner(Runner.SANDBOXED),
    )
    async with replayer.workflow_replay_iterator(_open_histories(client, most, found)) as results:
        async for one in results:
            found.histories += 1
            found.events += len(one.history.events)
            if one.replay_failure is not None:
                found.failed[one.history.workflow_id] = (str(one.replay_failure).splitlines() or [""])[0][:300]
    return found


async def _open_histories(client: Client, most: int, found: Replayed) -> AsyncIterator[WorkflowHistory]:
    names = ", ".join(f"'{name}'" for name in _NAMES)
    chosen = f"WorkflowType IN ({names}) AND ExecutionStatus = 'Running'"
    number = 0
    async for one in client.list_workflows(chosen):
        number += 1
        if number > most:
            found.left_out += 1
            continue
        try:
            yield await client.get_workflow_handle(one.id, run_id=one.run_id).fetch_history()
        except RPCError as error:
            # Ended and removed in the meantime.
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise


def published(copy: Store, recording: Recording, procedure: Procedure, from_on: date, before: Struck) -> Published:
    """Put the procedure in force from that day on, on the copy, and let the same clocks strike again."""
    detail = {"name": procedure.name, "draft": 0, "revision": 0, "from": from_on.isoformat(),
              "version": procedure.version}  # fmt: skip
    with copy.writing() as session:
        procedures.put(session, procedure.version, procedure.text)
        policies.tell(session, ActName.POLICY_PUBLISHED, datetime.now(UTC), by=None, voice=None, detail=detail)
    with copy.reading() as session:
        keep = lives.open_by_version(session)
    after = struck(copy, recording, len(before.decisions) + len(before.failed))
    moved = {
        target: (was, after.decisions.get(target, ()))
        for target, was in before.decisions.items()
        if after.decisions.get(target) != was
    }
    return Published(procedure.version, from_on, keep, moved)


def _first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {(str(error).splitlines() or [''])[0][:200]}"


class _UndoneError(Exception):
    def __init__(self, decision: Decision) -> None:
        self.decision = decision


def _undone(copy: Store, recording: Recording, target: str, at: datetime) -> Decision:
    """What the clock that is due then does, taken back: the copy stays as it is."""
    try:
        with copy.writing() as session:
            order = TransitionOrder(matter_id=target, at=at, known_seq=ledger.head(session, target).seq)
            _, entries = recording.record_in(session, order)
            raise _UndoneError(tuple(entry.act for entry in entries))
    except _UndoneError as undone:
        return undone.decision
