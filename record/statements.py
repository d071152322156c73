"""How does a statement reach the database at little more than the driver's own cost?

A transition is a handful of small statements and one commit; built anew by the ORM they would cost as much as the
commit itself. So the recurring ones are compiled once per dialect and run on the driver's cursor. Views do not need it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from operator import itemgetter
from typing import Any, NamedTuple, cast

from sqlalchemy import (
    ClauseElement,
    ColumnElement,
    Dialect,
    Insert,
    Interval,
    Select,
    Table,
    UnaryExpression,
    literal,
    type_coerce,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.operators import custom_op
from sqlmodel import Session

from privacy.vault import Vault

Values = Mapping[str, Any]
Process = Callable[[Any], Any]

_UNIT = "duban.unit"
_PLUS = custom_op[Any]("+")
_NO_TIME = literal(timedelta(), Interval())


class Head(NamedTuple):
    """Where a chain stands: the last entry's number (0 before the first) and its hash ("" before the first)."""

    seq: int
    hash: str


class KeptKey(NamedTuple):
    """A version of a subject's key as the record has it; `wrapped` is None for a destroyed one."""

    version: int
    master: str
    wrapped: str | None


@dataclass(slots=True)
class Unit:
    """What one transaction has learnt so far, so that nothing is asked twice. It ends with the transaction.

    `vault` is None where nothing is kept sealed (a drill, a rehearsal). `opens` names the subjects whose protected
    fields this transaction may read, None meaning every one: nothing at first.
    """

    session: Session
    dialect: Dialect
    writing: bool
    opened: Any = None
    vault: Vault | None = None
    opens: set[str] | None = field(default_factory=set)
    keys: dict[str, list[KeptKey]] = field(default_factory=dict)
    erased: set[str] | None = None
    heads: dict[str, Head] = field(default_factory=dict)
    standing: dict[str, Values | None] = field(default_factory=dict)
    parties: dict[str, frozenset[Any]] = field(default_factory=dict)
    held: set[str] = field(default_factory=set)
    reaches: dict[Any, Any] = field(default_factory=dict)

    @property
    def cursor(self) -> Any:
        """The driver's cursor of this transaction."""
        if self.opened is None:
            self.opened = self.session.connection().connection.cursor()
        return self.opened


def begin_unit(
    session: Session, dialect: Dialect, *, writing: bool, cursor: Any = None, vault: Vault | None = None
) -> None:
    """Mark a session as a transaction of the record; `cursor` is the driver's, when the caller has it at hand."""
    session.info[_UNIT] = Unit(session, dialect, writing, cursor, vault)


def end_unit(session: Session) -> None:
    """The transaction is over: what it knew is forgotten, and the session is good for nothing any more."""
    session.info.clear()


def unit(session: Session) -> Unit:
    """What this transaction knows; raises RuntimeError for a session that no Store has opened."""
    known: Unit | None = session.info.get(_UNIT)
    if known is None:
        raise RuntimeError("use a session opened by Store.writing() or Store.reading()")
    return known


def plainly(session: Session, column: ColumnElement[Any], *, everywhere: bool = False) -> ColumnElement[Any]:
    """The column so said that SQLite uses no index of it; PostgreSQL, which knows how many have what, is told nothing.

    `everywhere`: it is told too, of a column of instants.
    """
    if unit(session).dialect.name == "sqlite":
        return UnaryExpression(column, operator=_PLUS, type_=column.type)
    return type_coerce(column + _NO_TIME, column.type) if everywhere else column


def insert_or_ignore(table: Table, *keys: str) -> Callable[[Dialect], Insert]:
    """An insert that does nothing where a row with these keys is there already."""
    return lambda dialect: _insert(table, dialect).on_conflict_do_nothing(index_elements=keys)


def upsert(table: Table, *keys: str, add: Sequence[str] = ()) -> Callable[[Dialect], Insert]:
    """An insert that replaces every other column of the row with these keys; columns in `add` are added up instead."""

    def build(dialect: Dialect) -> Insert:
        statement = _insert(table, dialect)
        new: dict[str, Any] = {
            column.name: statement.excluded[column.name] for column in table.c if column.name not in keys
        }
        new |= {name: table.c[name] + statement.excluded[name] for name in add}
        return statement.on_conflict_do_update(index_elements=keys, set_=new)

    return build


def _insert(table: Table, dialect: Dialect) -> sqlite.Insert | postgresql.Insert:
    return sqlite.insert(table) if dialect.name == "sqlite" else postgresql.insert(table)


@dataclass(frozen=True, slots=True)
class _Compiled:
    text: str
    positional: bool
    names: tuple[str, ...]
    taken: Callable[[Values], list[Any]]
    binds: tuple[tuple[int, Process], ...]
    columns: tuple[tuple[int, Process], ...]

    def arguments(self, values: Values) -> Any:
        ready = _converted(self.taken(values), self.binds)
        return ready if self.positional else dict(zip(self.names, ready, strict=True))

    def row(self, row: Sequence[Any]) -> list[Any]:
        return _converted(list(row), self.columns)


def _converted(values: list[Any], processes: tuple[tuple[int, Process], ...]) -> list[Any]:
    for index, process in processes:
        if values[index] is not None:
            values[index] = process(values[index])
    return values


class Prepared:
    """One recurring statement; the values are given by name, all of them (KeyError).

    `columns` limits an insert or update to these columns. Literals and lists of unknown length (IN) do not fit here.
    """

    def __init__(
        self, statement: ClauseElement | Callable[[Dialect], ClauseElement], columns: Iterable[str] | None = None
    ) -> None:
        self._statement = statement
        self._column_keys = None if columns is None else list(columns)
        self._compiled: dict[tuple[str, str], _Compiled] = {}

    def run(self, session: Session, values: Values) -> None:
        """Run it once."""
        known = unit(session)
        compiled = self._for(known.dialect)
        known.cursor.execute(compiled.text, compiled.arguments(values))

    def run_each(self, session: Session, rows: Sequence[Values]) -> None:
        """Run it for each of the rows; nothing happens when there are none."""
        if not rows:
            return
        known = unit(session)
        compiled = self._for(known.dialect)
        if len(rows) == 1:
            known.cursor.execute(compiled.text, compiled.arguments(rows[0]))
        else:
            known.cursor.executemany(compiled.text, [compiled.arguments(row) for row in rows])

    def first(self, session: Session, values: Values) -> list[Any] | None:
        """The first row it finds, or None when it finds nothing."""
        known = unit(session)
        compiled = self._for(known.dialect)
        known.cursor.execute(compiled.text, compiled.arguments(values))
        row = known.cursor.fetchone()
        return None if row is None else compiled.row(row)

    def every(self, session: Session, values: Values) -> list[list[Any]]:
        """Every row it finds."""
        known = unit(session)
        compiled = self._for(known.dialect)
        known.cursor.execute(compiled.text, compiled.arguments(values))
        return [compiled.row(row) for row in known.cursor.fetchall()]

    def _for(self, dialect: Dialect) -> _Compiled:
        key = (dialect.name, dialect.driver)
        compiled = self._compiled.get(key)
        if compiled is None:
            compiled = self._compiled[key] = self._compile(dialect)
        return compiled

    def _compile(self, dialect: Dialect) -> _Compiled:
        statement = self._statement(dialect) if callable(self._statement) else self._statement
        if isinstance(statement, Insert):
            # Otherwise a RETURNING nobody reads keeps the statement open, and SQLite then refuses to commit.
            statement = statement.inline()
        compiled = cast(SQLCompiler, statement.compile(dialect=dialect, column_keys=self._column_keys))
        names = tuple(compiled.positiontup if compiled.positiontup is not None else compiled.binds)
        binds = [compiled.binds[name] for name in names]
        found = statement.selected_columns if isinstance(statement, Select) else ()
        return _Compiled(
            compiled.string,
            compiled.positiontup is not None,
            names,
            _taking(names),
            _processes(bind.type.dialect_impl(dialect).bind_processor(dialect) for bind in binds),
            _processes(column.type.dialect_impl(dialect).result_processor(dialect, None) for column in found),
        )


def _taking(names: tuple[str, ...]) -> Callable[[Values], list[Any]]:
    """What takes these values, in this order, out of all that are given."""
    if len(names) < 2:
        # Of one alone it would not come back in a tuple.
        return lambda values: [values[name] for name in names]
    take = itemgetter(*names)
    return lambda values: list(take(values))


def _processes(processes: Iterable[Process | None]) -> tuple[tuple[int, Process], ...]:
    return tuple((index, process) for index, process in enumerate(processes) if process is not None)
