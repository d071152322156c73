"""How does a record come to hold a hundred thousand matters within a minute?

A few hundred lives are played by the rules and recorded by the code that always records; their rows are then written
again and again under other ids, each chain hashed anew. Views, `verify` and the rules read the result as any other
record. To twenty matters there is one proceeding, petition or duty. Families are not among them.
"""

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, Protocol

import psycopg
from sqlalchemy import make_url, text
from sqlmodel import Session

from benchmarks.cast import DIRECTORY, LEAD, LEADER, OFFICE, OFFICER, leads
from intake.ledger import read_ledger
from models.acts import Act, ActName
from models.case_messages import Decline
from models.cases import CaseState
from models.matters import MatterState
from models.messages import Cancel, Registration
from models.proceeding_messages import Open
from models.proceedings import Channel, ProceedingState
from policies import parties
from policies.block_procedures import BlockProcedure, shipped_blocks
from policies.bulletins import ever_late, time_in_hand
from policies.calendar import CalendarError, standard_calendar
from policies.deadlines import SHANGHAI
from policies.machines import State, due_at, next_due
from policies.procedures import STANDARD, shipped
from record import bulletins, finished, ledger, outbox, procedures, tallies, targets
from record.circles import Circle
from record.columns import COLUMNS
from record.finished import Closed
from record.ledger import entry_hash
from record.sealed import for_the_rules
from record.store import Store
from rehearsal.conductor import Conductor, Played
from rehearsal.scenarios import PlannedCommand, PlannedOpening
from rehearsal.streams import Stream
from settings import ROOT

NOW = datetime(2026, 11, 25, 10, tzinfo=SHANGHAI)
"""The instant until which every life is played: the record is whole as of then."""

PATTERNS = 400
"""Lives that are played; every other one is a copy."""

SEED = 2026

_PAST = timedelta(days=700)
_LIMITS = ("5wd", "10wd", "15wd", "20wd", "30wd", "60wd", "3mo")
_LONGEST, _LONGEST_UNUSUAL = 20, 60
"""Acts of the longest life that is taken, and of one that is open or had a case: most end without ado."""

_DECLINED = 0.9
_UNTIL_DECLINED = timedelta(days=1)
"""Most cases that silence has proposed are not filed, a day later."""

_ONE_IN_CASE = 1000
"""Of so many matters one has an open case."""

_OPENED = ("petition", "hotline", "letters", "feedback_box", "efficiency_complaint", "petition", "routine_supervision",
           "annual_training", "first_offence", "unit_notice", "self_check", "service_promise")  # fmt: skip
"""Procedures of what is opened: petitions, duties and proceedings."""

_ONE_OPENED = 20
"""To so many matters there is one proceeding, petition or duty."""

_FEWEST_OPENED = 24
"""Lives of these that are played at least: two of each procedure."""

_CANCELLED = 0.8
"""Most of them ended some days after they were opened."""

_LATELY = timedelta(days=60)

_STAND_IN = "2099-{:06d}"
_TOGETHER = 500

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Pattern:
    """One life as it stands on record: its rows by table, its acts apart, in order, with whom they told."""

    id: str
    year: int
    rows: dict[str, list[Row]]
    acts: list[dict[str, Any]]
    told: list[list[Row]]

    @property
    def opened(self) -> str | None:
        """What kind of thing was opened, as its id says; None for a matter."""
        kind, slash, _ = self.id.rpartition("/")
        return kind if slash else None


@dataclass(frozen=True, slots=True)
class Filled:
    """What was put on record."""

    matters: int
    acts: int
    notices: int
    cases: int
    proceedings: int


class _Sink(Protocol):
    def put(self, name: str, rows: Sequence[Row]) -> None:
        """Insert these rows, each with all columns of the table in order."""


def fill(url: str, matters: int, lives: Sequence[Pattern], *, seed: int = SEED) -> Filled:
    """Put so many copies of these lives on record in the empty database at `url`, made to the newest revision first."""
    store = Store(url)
    try:
        store.migrate()
        with store.writing() as session:
            procedures.put(session, shipped(STANDARD).version, shipped(STANDARD).text)
            for one in map(shipped_blocks, _OPENED):
                procedures.put(session, one.version, one.text)
    finally:
        store.close()
    return _into(url, lambda sink: _write(sink, lives, matters, seed))


def fill_lists(url: str, matters: int, lives: Sequence[Pattern], *, seed: int = SEED) -> Filled:
    """The same without chains, states, notices and inboxes: only what lists and tallies read, for a million of them.

    No page of a single matter can be read from such a record, and nothing in it goes on.
    """
    store = Store(url)
    try:
        store.migrate()
    finally:
        store.close()
    bare = [Pattern(one.id, one.year, {name: one.rows[name] for name in _LISTED}, [], []) for one in lives
            if one.opened is None]  # fmt: skip
    return _into(url, lambda sink: _write(sink, bare, matters, seed))


_LISTED = ("matters", "cases", "parties", "proceedings")


def _into(url: str, write: Callable[[_Sink], Filled]) -> Filled:
    on_sqlite = make_url(url).get_backend_name() == "sqlite"
    filled = _into_sqlite(Path(str(make_url(url).database)), write) if on_sqlite else _into_postgresql(url, write)
    store = Store(url)
    try:
        with store.writing() as session:
            tallies.recount(session)
            if not on_sqlite:
                session.execute(text("ANALYZE tally_lines, days"))
    finally:
        store.close()
    return filled


# --- a few lives ------------------------------------------------------------------------------------------------------


def played(number: int, seed: int = SEED) -> list[Pattern]:
    """The lives of so many matters and, behind them, of some proceedings, petitions and duties, as kept by recording.

    Begun within two years before NOW, later ones likelier.
    """
    found = read_ledger(ROOT / "data" / "ledger.xlsx", DIRECTORY.organs, office=OFFICE, calendar=standard_calendar())
    begun = [row.registration for row in found.rows]
    rng = Random(seed)  # noqa: S311 - nothing here is secret
    with TemporaryDirectory(prefix="duban-lives-") as name:
        file = Path(name) / "lives.db"
        store = Store(f"sqlite:///{file}", synchronous="NORMAL")
        store.migrate()
        kept: list[tuple[str, int]] = []
        try:
            pending = 0
            # More than enough, for some last too long.
            for nth, lead in enumerate(leads(number * 4, seed)):
                if len(kept) == number:
                    break
                matter_id, start = _STAND_IN.format(nth), NOW - _PAST * rng.random() ** 1.5
                # However few they are, the handler whose pages are asked for has some.
                whose = lead if kept else LEAD
                said = _registration(begun[nth % len(begun)], matter_id, whose, rng)
                life = _lived(matter_id, said, start.replace(microsecond=0), seed)
                if life.cases and rng.random() < _DECLINED:
                    life = _lived(matter_id, said, start.replace(microsecond=0), seed, tuple(life.cases.values()))
                in_case = any(case.open for case in life.cases.values())
                if _wanted(life, matter_id) and not (in_case and pending >= max(number // _ONE_IN_CASE, 1)):
                    _keep(store, life)
                    pending += in_case
                    kept.append((matter_id, start.year))
            kept += [_open(store, nth, rng) for nth in range(max(number // _ONE_OPENED, _FEWEST_OPENED))]
        finally:
            store.close()
        with closing(sqlite3.connect(file)) as source:
            return [_pattern(source, matter_id, year) for matter_id, year in kept]


def _lived(
    matter_id: str, said: Registration, start: datetime, seed: int, declined: Sequence[CaseState] = ()
) -> Played:
    """The life that its own stream of replies and silences brings until NOW; cases `declined` are, once proposed."""
    conductor = Conductor(shipped(STANDARD), DIRECTORY, start, responder=Stream(seed, DIRECTORY))
    conductor.register(matter_id, said)
    for case in declined:
        at = min((case.proposed_at or NOW) + _UNTIL_DECLINED, NOW)
        decline = Decline(message_id=f"decline:{case.id}", by=LEADER, reason="情节轻微,责令改进")
        conductor.plan([PlannedCommand(at, case.id, decline, 0)])
    return conductor.play(NOW)


def _open(store: Store, nth: int, rng: Random) -> tuple[str, int]:
    """One proceeding, petition or duty, kept; its id and the year in which it was opened."""
    procedure = shipped_blocks(_OPENED[nth % len(_OPENED)])
    target, ends = f"{procedure.of}/{_STAND_IN.format(nth)}", rng.random() < _CANCELLED
    start = (NOW - (_PAST if ends else _LATELY) * rng.random()).replace(microsecond=0)
    organs = [LEAD, *leads(3, SEED + nth)]
    said = Open(
        message_id=f"opening:{target}", by=OFFICER, procedure=procedure.name, title=f"{procedure.title} {target}",
        lead=organs[nth // len(_OPENED) % len(organs)], office=OFFICE, leader=LEADER, event_on=start.date(),
        channel=rng.choice(list(Channel)) if procedure.of == "petition" else None, text="反映问题,请予办理",
    )  # fmt: skip
    conductor = Conductor(shipped(STANDARD), DIRECTORY, start, procedures=(procedure,))
    conductor.open(PlannedOpening(start, target, said))
    if ends:
        cancel = Cancel(message_id=f"cancel:{target}", by=LEADER, reason="已另行办理")
        conductor.plan([PlannedCommand(start + timedelta(days=rng.uniform(1, 20)), target, cancel, 0)])
    _keep(store, conductor.play(NOW), procedure)
    return target, start.year


def _registration(row: Registration, matter_id: str, lead: str, rng: Random) -> Registration:
    co = tuple(organ for organ in row.co if organ != lead)
    changed = {
        "assigned_at": None,
        "message_id": f"registration:{matter_id}",
        "title": f"{row.title} {matter_id}",
        "lead": lead,
        "co": co,
        "limit": rng.choice(_LIMITS),
        "office": OFFICE if rng.random() < 0.9 else "区政府办公室",
    }
    return row.model_copy(update=changed)


def _wanted(life: Played, matter_id: str) -> bool:
    state = life.states.get(matter_id)
    unusual = bool(life.cases) or (state is not None and state.ended_at is None)
    longest = _LONGEST_UNUSUAL if unusual else _LONGEST
    return state is not None and state.terms is not None and len(life.acts) <= longest


def _keep(store: Store, life: Played, procedure: BlockProcedure | None = None) -> None:
    states: dict[str, State] = {**life.states, **life.proceedings, **life.cases}
    own: dict[str, list[Act]] = {}
    for act in life.acts:
        own.setdefault(act.target, []).append(act)
    with store.writing() as session:
        for_the_rules(session)
        entries = []
        for act in life.acts:
            entries += ledger.append(session, [act], message_id=None, processed_at=act.at.astimezone(UTC))
        for target, state in states.items():
            due, last = next_due(state), own[target][-1]
            step, holders = _step_of(state, procedure)
            targets.save(
                session, state, seq=len(own[target]), at=last.at, last_act=last.act,
                next_at=due.at if due else None, due_at=due_at(state), step=step, holders=holders,
            )  # fmt: skip
            _finished(session, state, own[target])
        outbox.queue(session, entries)


def _step_of(state: State, procedure: BlockProcedure | None) -> tuple[tuple[str, str] | None, tuple[str, ...]]:
    """Name and title of the step of a proceeding, and the posts that owe it."""
    if procedure is None or not isinstance(state, ProceedingState) or state.opened_at is None:
        return None, ()
    block = procedure.in_force(state.opened_at.date()).steps[state.step]
    return (block.name, block.title), (*parties.holders(state, DIRECTORY), *parties.above(state, DIRECTORY))


def _finished(session: Session, state: State, acts: Sequence[Act]) -> None:
    """Keep how long its lead had a matter in hand, at each of its closings."""
    if not isinstance(state, MatterState) or state.terms is None:
        return
    for at in [act.at for act in acts if act.act is ActName.CLOSED]:
        with suppress(CalendarError):
            happened = list(bulletins.happened_to(session, state.id))
            time = time_in_hand(happened, at, standard_calendar())
            if time is not None:
                closing = Closed(state.id, state.terms.lead, at, time, ever_late(happened, at))
                finished.note(session, closing, Circle.of(state.terms))


def _pattern(source: sqlite3.Connection, matter_id: str, year: int) -> Pattern:
    def rows(name: str, of: str) -> list[Row]:
        columns = ", ".join(COLUMNS[name])
        chosen = f"SELECT {columns} FROM {name} WHERE {of} = ? OR {of} LIKE ? ORDER BY 1"  # noqa: S608 - names above
        return source.execute(chosen, (matter_id, f"{matter_id}/%")).fetchall()

    acts = [dict(zip(COLUMNS["acts"], row, strict=True)) for row in rows("acts", "target")]
    told: list[list[Row]] = []
    for act in acts:
        chosen = f"SELECT {', '.join(COLUMNS['notices'])} FROM notices WHERE entry = ?"  # noqa: S608 - names above
        told.append(source.execute(chosen, (act["id"],)).fetchall())
    kept = {name: rows(name, of) for name, of in (("matters", "id"), ("snapshots", "id"), ("cases", "id"),
            ("case_snapshots", "id"), ("parties", "target"), ("proceedings", "id"), ("proceeding_snapshots", "id"),
            ("doings", "target"), ("finished", "matter"))}  # fmt: skip
    return Pattern(matter_id, year, kept, acts, told)


# --- written many times -----------------------------------------------------------------------------------------------


def _copies(lives: Sequence[Pattern], matters: int, seed: int) -> Iterator[tuple[Pattern, str]]:
    """Which life is written under which id: numbered year by year, otherwise by chance."""
    rng, numbers = Random(seed), Counter[str]()  # noqa: S311 - nothing here is secret
    own, opened = ([one for one in lives if (one.opened is None) is of_matter] for of_matter in (True, False))
    for among, number in ((own, matters), (opened, max(matters // _ONE_OPENED, len(opened)) if opened else 0)):
        for nth in range(number):
            life = among[nth] if nth < len(among) else rng.choice(among)
            of_year = f"{life.opened}/{life.year}" if life.opened else str(life.year)
            numbers[of_year] += 1
            yield life, f"{of_year}-{numbers[of_year]:06d}"


def _write(sink: _Sink, lives: Sequence[Pattern], matters: int, seed: int) -> Filled:
    acts, notices, cases, proceedings = 0, 0, 0, 0
    copies = _copies(lives, matters, seed)
    while some := list(islice(copies, _TOGETHER)):
        batch: dict[str, list[Row]] = {name: [] for name in COLUMNS}
        for life, matter_id in some:
            for name, rows in life.rows.items():
                batch[name] += [_renamed(row, life.id, matter_id) for row in rows]
            _chained(batch, life, matter_id, acts)
            acts += len(life.acts)
            cases += len(life.rows["cases"])
            proceedings += len(life.rows["proceedings"])
        notices += len(batch["notices"])
        for name, rows in batch.items():
            sink.put(name, rows)
    return Filled(matters, acts, notices, cases, proceedings)


def _renamed(row: Row, was: str, now: str) -> Row:
    return tuple(value.replace(was, now) if isinstance(value, str) else value for value in row)


def _chained(batch: dict[str, list[Row]], life: Pattern, matter_id: str, before: int) -> None:
    heads: dict[str, tuple[int, str]] = {}
    for number, act in enumerate(life.acts, before + 1):
        target, body = act["target"].replace(life.id, matter_id), act["body"].replace(life.id, matter_id)
        seq, previous = act["seq"], heads.get(target, (0, ""))[1]
        own = entry_hash(target, seq, body, message_id=None, processed=act["processed_at"], previous=previous)
        heads[target] = (seq, own)
        changed = {"id": number, "target": target, "body": body, "previous": previous, "hash": own}
        batch["acts"].append(tuple({**act, **changed}.values()))
        batch["notices"] += [(recipient, channel, number, *rest)
                             for recipient, channel, _, *rest in life.told[number - before - 1]]  # fmt: skip
    batch["heads"] += [(target, seq, own) for target, (seq, own) in heads.items()]


# --- into a database --------------------------------------------------------------------------------------------------


class _Sqlite:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def put(self, name: str, rows: Sequence[Row]) -> None:
        marks = ", ".join("?" for _ in COLUMNS[name])
        said = f"INSERT INTO {name} ({', '.join(COLUMNS[name])}) VALUES ({marks})"  # noqa: S608 - names above
        self._connection.executemany(said, rows)


class _Postgresql:
    def __init__(self, cursor: "psycopg.Cursor[Any]") -> None:
        self._cursor = cursor

    def put(self, name: str, rows: Sequence[Row]) -> None:
        into = f"COPY {name} ({', '.join(COLUMNS[name])}) FROM STDIN"
        with self._cursor.copy(into.encode()) as copy:
            copy.write("".join("\t".join(map(_cell, row)) + "\n" for row in rows))


_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _cell(value: Any) -> str:
    """A value as COPY reads it."""
    if value is None:
        return r"\N"
    return value.translate(_ESCAPED) if isinstance(value, str) else str(value)


def _into_sqlite(file: Path, write: Callable[[_Sink], Filled]) -> Filled:
    with closing(sqlite3.connect(file)) as connection:
        # Nothing is lost by a failure here: whoever fills a record begins anew.
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA cache_size = -400000")
        with connection:
            # The tallies are made when all is there.
            made = _without_triggers(connection)
            filled = write(_Sqlite(connection))
            for trigger in made:
                connection.execute(trigger)
            return filled


def _without_triggers(connection: sqlite3.Connection) -> list[str]:
    """Drop the triggers of the matters; what makes each of them again."""
    chosen = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'matters'"
    triggers = connection.execute(chosen).fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    return [text for _, text in triggers]


def _into_postgresql(url: str, write: Callable[[_Sink], Filled]) -> Filled:
    with psycopg.connect(url.replace("postgresql+psycopg://", "postgresql://"), autocommit=True) as connection:
        cursor = connection.cursor()
        with connection.transaction():
            cursor.execute("ALTER TABLE matters DISABLE TRIGGER USER")
            # The rows of a matter stand before those that refer to it.
            filled = write(_Postgresql(cursor))
            cursor.execute("ALTER TABLE matters ENABLE TRIGGER USER")
            cursor.execute("SELECT setval(pg_get_serial_sequence('acts', 'id'), (SELECT max(id) FROM acts))")
        # What the server does by itself soon after.
        cursor.execute("VACUUM ANALYZE")
        return filled
