"""`python -m benchmarks.queries [--matters N]`: what do counts and pages of lists cost, however many matters there are?

The functions of record/views.py and record/registers.py as the pages call them, each in a transaction of its own, on a
record that has what lists and tallies read, on SQLite and PostgreSQL. Goals: 1 ms a count, 2 ms a page of fifty lines.
"""

import argparse
import asyncio
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import Any, NoReturn

from rich.console import Console
from sqlalchemy import event
from sqlmodel import Session

from benchmarks.cast import DIRECTORY, LEAD, LEADER, OFFICER
from benchmarks.figures import Figure, Goal, tabulated
from benchmarks.filling import NOW, PATTERNS, Pattern, fill_lists, played
from benchmarks.plan import DEFAULT, Plan
from leaving import leave
from models.access import Scope
from models.matters import Light, Stage
from policies.relations import scope
from record import registers, tallies, views
from record.registers import Order, Sought
from record.store import Store
from showing.weeks import last_weeks
from tests.postgresql import PostgresqlServer, in_memory

SECTION = "查询 queries"
SIZES = {"quick": (10_000,), "full": (100_000, 1_000_000)}
USUAL = (100_000,)

COUNT, PAGE = Goal(at_most=1.0), Goal(at_most=2.0)

_CALLS = 40
_DEEP = 40
_EVERYTHING = Scope.everything()
_LEADER, _OFFICER = scope(LEADER, DIRECTORY), scope(OFFICER, DIRECTORY)
_STANDS = {"open": Sought(open=True)} | {light.value: Sought(open=True, light=light) for light in Light}
_WEEKS = {f"registered {week.monday}": Sought(registered_from=week.since, registered_before=week.before)
          for week in last_weeks(NOW, 12)}  # fmt: skip
_WEEKS |= {f"closed {week.monday}": Sought(closed_from=week.since, closed_before=week.before)
           for week in last_weeks(NOW, 12)}  # fmt: skip

Query = Callable[[Session], object]


def _numbers(wanted: dict[str, Sought], reader: Scope) -> Query:
    return lambda session: registers.numbers(session, wanted, scope=reader, now=NOW)


def _page(sought: Sought, reader: Scope, order: Order = Order.NUMBER, after: str | None = None) -> Query:
    return lambda session: registers.found(session, sought, scope=reader, now=NOW, order=order, after=after)


def _late(session: Session) -> object:
    return views.matters(session, scope=_EVERYTHING, now=NOW, overdue=True)


def queries(session: Session) -> Iterator[tuple[str, Goal, Query]]:
    """What is asked, in words (Chinese, English), what it may cost, and how it is asked."""
    yield "在办及各灯数 open, by light", COUNT, _numbers(_STANDS, _LEADER)
    yield "各单位各阶段数,含超期 by organ, stage and light, overdue too", COUNT, (
        lambda one: views.by_organ(one, NOW, scope=_EVERYTHING)
    )  # fmt: skip
    yield "十二周立项、办结数 registered and closed in 12 weeks", COUNT, _numbers(_WEEKS, _LEADER)
    yield "超期数 overdue", COUNT, _numbers({"overdue": Sought(overdue=True)}, _LEADER)
    after: str | None = None
    for _ in range(_DEEP):
        after = registers.found(session, Sought(), scope=_LEADER, now=NOW, after=after).next
    yield "台账首页 register", PAGE, _page(Sought(), _LEADER)
    yield "台账首页(督办岗) register, an officer's", PAGE, _page(Sought(), _OFFICER)
    yield f"翻过 {_DEEP} 页 {_DEEP} pages on", PAGE, _page(Sought(), _LEADER, after=after)
    yield "一个单位 one lead", PAGE, _page(Sought(lead=LEAD), _LEADER)
    yield "红灯 red", PAGE, _page(Sought(light=Light.RED), _LEADER)
    yield "督办中,到期在先 supervised, due first", PAGE, _page(Sought(stage=Stage.SUPERVISED), _LEADER, Order.DUE)
    yield "在办,到期在先 open, due first", PAGE, _page(Sought(open=True), _LEADER, Order.DUE)
    yield "最新在先 newest first", PAGE, _page(Sought(), _LEADER, Order.NEWEST)
    yield "超期最久在先 overdue, the longest first", PAGE, _late


def taken(url: str, database: str, matters: int, rounds: int) -> list[Figure]:
    """Every query on the record at `url`, median and 95th percentile of each round; RuntimeError for wrong tallies."""
    figures: list[Figure] = []
    with closing(Store(url)) as store:
        with store.reading() as session:
            if tallies.differing(session):
                raise RuntimeError(f"{database}: tallies are not what a recount says")
            asked = list(queries(session))
        for name, goal, query in asked:
            samples = [[_timed(store, query) for _ in range(_CALLS)] for _ in range(rounds)]
            what = f"{matters:,} 件 {database}:{name}"
            answered = [[one for one, _ in some] for some in samples]
            p95 = tuple(quantiles(one, n=20, method="inclusive")[-1] for one in answered)
            whole = tuple(median(one for _, one in some) for some in samples)
            figures += [
                Figure(SECTION, what, "ms p50", tuple(map(median, answered)), goal),
                Figure(SECTION, what, "ms p95", p95),
                Figure(SECTION, what, "ms 连同程序 with ours", whole),
            ]
    return figures


def _timed(store: Store, query: Query) -> tuple[float, float]:
    """How long the database took to answer what the query puts to it, and how long the query took with our own part.

    Each statement is put to the driver again as it was, and every row fetched: only so it is the database's alone.
    """
    told: list[tuple[str, Any]] = []

    def tell(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        told.append((statement, parameters))

    with store.reading() as session:
        engine = session.connection().engine
        event.listen(engine, "before_cursor_execute", tell)
        begun = perf_counter()
        query(session)
        whole = perf_counter() - begun
        event.remove(engine, "before_cursor_execute", tell)
        with closing(session.connection().connection.cursor()) as cursor:
            begun = perf_counter()
            for statement, parameters in told:
                cursor.execute(statement, parameters)
                cursor.fetchall()
            return (perf_counter() - begun) * 1000, whole * 1000


async def measured(plan: Plan, place: Path | None = None) -> list[Figure]:
    """Every query at each size of the plan on both databases; what is made for it is gone afterwards."""
    lives = await asyncio.to_thread(played, PATTERNS)
    figures: list[Figure] = []
    # In the thread of the loop: the database server ends with the thread that has started it.
    for matters in SIZES.get(plan.name, USUAL):
        figures += at_size(matters, lives, plan.rounds, place)
    return figures


def at_size(matters: int, lives: Sequence[Pattern], rounds: int, place: Path | None = None) -> list[Figure]:
    """The same with so many matters; their files are in memory where there is room, else in `place`."""
    figures: list[Figure] = []
    for database in ("sqlite", "postgresql"):
        with ExitStack() as stack:
            made = tempfile.TemporaryDirectory(prefix="duban-queries-", dir=in_memory() or place)
            url = f"sqlite:///{Path(stack.enter_context(made)) / 'duban.db'}"
            if database != "sqlite":
                url = stack.enter_context(PostgresqlServer(shared_buffers="128MB", max_wal_size="4GB")).create()
            fill_lists(url, matters, lives)
            figures += taken(url, database, matters, rounds)
    return figures


def main() -> NoReturn:
    """Measure, print, and end the process."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.queries", description="查询实测 queries, measured")
    parser.add_argument("--matters", type=int, action="append", help="事项数(可多次)how many matters, may be repeated")
    given = parser.parse_args()
    lives = played(PATTERNS)
    figures = [one for matters in given.matters or USUAL for one in at_size(matters, lives, DEFAULT.rounds)]
    Console(width=170).print(tabulated(figures, SECTION))
    leave(0)


if __name__ == "__main__":
    main()
