"""`python -m benchmarks.notices [--matters N]`: what becomes of notices when mail server, webhook and worker misbehave?

Matters are launched on a real server while each peer hangs, refuses, is busy, answers late or twice by a seeded chance
and the worker is killed again and again; what arrived is counted at the peers. Ends with 1 when a notice was lost, or
doubled where nobody could tell.
"""

import argparse
import asyncio
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import RPCError, RPCStatusCode

from embedded import FOR_TESTS, EmbeddedServer
from intake.directory import read_directory
from leaving import leave
from models.messages import Registration, Sign
from office import Office
from record import deliveries
from record.deliveries import Delivery
from record.outbox import NoticeState
from record.store import Store
from settings import ROOT
from tests.notices.peers import Arrived, Mood, Peer, http_service, mail_server
from worker import SEARCH_ATTRIBUTES

SEED = 20261125
OFFICE, OFFICER, LEADER = "区政府督查室", "区政府督查室承办岗", "区长"
PATIENCE_SECONDS = 1.0
PATIENCE = timedelta(minutes=5)
"""Of whoever launches: a worker that is killed again and again is away for most of the time."""
_ENDED = frozenset(NoticeState) - {NoticeState.QUEUED, NoticeState.SENDING}
_PAGE = 1000
SPREAD_SECONDS = 0.5
"""Between one matter and the next, on average: what is measured is faults, not speed."""

# Out of a hundred messages, how many meet each mood; the rest are taken.
WEATHER = ((Mood.HANGS, 5), (Mood.REFUSES, 5), (Mood.BUSY, 15), (Mood.LATE, 10), (Mood.TWICE, 5))


class Weather(Peer):
    """A peer whose moods change by chance, until it is told to be calm."""

    def __init__(self, chance: random.Random) -> None:
        super().__init__()
        self._chance = chance

    def mood(self) -> Mood:
        """What the next message meets."""
        self.asked += 1
        cast = self._chance.uniform(0, 100)
        for mood, share in WEATHER:
            if cast < share:
                return mood
            cast -= share
        return Mood.TAKES


@dataclass(frozen=True, slots=True)
class Figures:
    """One channel: rows on record by what became of them, and what its peer has."""

    channel: str
    rows: int
    attempts: int
    delivered: int
    unconfirmed: int
    failed: int
    unneeded: int
    arrived: int
    distinct: int
    doubled: int
    late: int


def _figures(channel: str, rows: list[Delivery], arrived: list[Arrived]) -> Figures:
    """`doubled` are copies beyond the first, `late` first copies whose proof came more than a patience after them."""
    mine = [row for row in rows if row.channel == channel]
    by = Counter(row.state for row in mine)
    # The messenger's messages bear no key; each of them names one act of one matter to one post.
    copies = Counter(one.key or one.text for one in arrived)
    first: dict[str, float] = {}
    for one in arrived:
        first.setdefault(one.key, one.at)
    late = sum(
        row.delivered_at is not None
        and row.provider_key in first
        and row.delivered_at.timestamp() - first[row.provider_key] > PATIENCE_SECONDS
        for row in mine
    )
    return Figures(
        channel,
        len(mine),
        sum(row.attempts for row in mine),
        by[NoticeState.DELIVERED],
        by[NoticeState.UNCONFIRMED],
        by[NoticeState.FAILED] + by[NoticeState.UNDELIVERED],
        by[NoticeState.UNNEEDED],
        len(arrived),
        len(copies),
        len(arrived) - len(copies),
        late,
    )


def _contacts(leads: list[tuple[str, str]], place: Path) -> Path:
    """Heads by webhook, then mail; handlers by a messenger, then mail; the office by mail, then webhook."""
    lines = ["mail: env:BENCH_MAIL", "posts:"]
    for number, (head, handler) in enumerate(leads):
        mail = f"{{name: mail, to: p{number}@example.invalid}}"
        lines.append(f"  {head}: {{hours: any, channels: [{{name: hook, url: env:BENCH_HOOK}}, {mail}]}}")
        lines.append(f"  {handler}: {{hours: any, channels: [{{name: im, url: env:BENCH_IM}}, {mail}]}}")
    lines.append(
        f"  {OFFICER}: {{hours: any, channels: [{{name: mail, to: office@example.invalid}},"
        " {name: hook, url: env:BENCH_HOOK}]}"
    )
    path = place / "contacts.yaml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


async def measure(matters: int, kills: int) -> bool:
    """Print the table; whether nothing was lost, and nothing doubled unseen."""
    chance = random.Random(SEED)  # noqa: S311 - a seeded choice of moods and instants
    organs = [organ for organ in read_directory(ROOT / "data" / "directory.csv") if organ.tier == "区直部门"][:10]
    # Chances of their own: the peers are asked from threads, in no fixed order.
    mail, hook, im = (Weather(random.Random(SEED + number)) for number in range(3))  # noqa: S311 - as above
    with tempfile.TemporaryDirectory(prefix="duban-notices-") as name:
        place = Path(name)
        with mail_server(mail), http_service(hook), http_service(im):
            async with EmbeddedServer(
                place, search_attributes=SEARCH_ATTRIBUTES, dynamic_config=FOR_TESTS, synchronous="NORMAL"
            ) as server:
                environment = {
                    **os.environ,
                    "TEMPORAL_ADDRESS": server.address,
                    "DUBAN_DATA_DIR": name,
                    "DUBAN_CONTACTS_PATH": str(_contacts([(one.head, one.handler) for one in organs], place)),
                    "DUBAN_NOTICE_PATIENCE_SECONDS": str(PATIENCE_SECONDS),
                    "DUBAN_NOTICE_PAUSE_SECONDS": "0.2",
                    "DUBAN_LOG_LEVEL": "error",
                    "BENCH_MAIL": f"mailto://127.0.0.1:{mail.port}?from=duban@example.invalid&to=x@example.invalid",
                    "BENCH_HOOK": f"json://127.0.0.1:{hook.port}/in",
                    "BENCH_IM": f"mmost://127.0.0.1:{im.port}/abcdefghijklmnopqrstuvwxyz",
                }
                store = Store(f"sqlite:///{place / 'duban.db'}", synchronous="NORMAL")
                store.migrate()
                client = await Client.connect(server.address, data_converter=pydantic_data_converter)
                began = time.monotonic()
                rows = await _live(Office(client, store, patience=PATIENCE), store, environment, chance, matters, kills)
                seconds = time.monotonic() - began
                store.close()
    table = [
        _figures("mail", rows, mail.arrived),
        _figures("hook", rows, hook.arrived),
        _figures("im", rows, im.arrived),
    ]
    return _told(table, rows, matters, kills, seconds)


async def _live(
    office: Office, store: Store, environment: dict[str, str], chance: random.Random, matters: int, kills: int
) -> list[Delivery]:
    organs = [organ for organ in read_directory(ROOT / "data" / "directory.csv") if organ.tier == "区直部门"][:10]

    def started() -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "worker.py"], cwd=ROOT, env=environment)

    running = started()

    async def one(number: int) -> None:
        lead = organs[number % len(organs)]
        registration = Registration(
            message_id=f"n{number}", title=f"通知演练 {number}", lead=lead.name, office=OFFICE, leader=LEADER
        )
        await asyncio.sleep(chance.uniform(0, matters * SPREAD_SECONDS))
        await office.launch(f"n{number}", registration)
        while True:
            try:
                await office.say(f"n{number}", Sign(message_id=f"n{number}-s", by=lead.handler))
            except RPCError as error:
                # The matter's task has just been cut off by a kill; the same message may be given again.
                if error.status is not RPCStatusCode.FAILED_PRECONDITION:
                    raise
                await asyncio.sleep(0.5)
            else:
                return

    async def disturb() -> None:
        nonlocal running
        for _ in range(kills):
            await asyncio.sleep(chance.uniform(4.0, 8.0))
            running.kill()
            running.wait()
            running = started()

    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(disturb())
            for number in range(matters):
                group.create_task(one(number))
        while True:
            rows = _rows(store)
            if all(row.state in _ENDED for row in rows):
                return rows
            await asyncio.sleep(0.5)
    finally:
        running.kill()
        running.wait()


def _rows(store: Store) -> list[Delivery]:
    found: list[Delivery] = []
    after: str | None = None
    with store.reading() as session:
        while True:
            page = deliveries.deliveries(session, after=after, limit=_PAGE)
            found += page.items
            if (after := page.next) is None:
                return found


def _told(table: list[Figures], rows: list[Delivery], matters: int, kills: int, seconds: float) -> bool:
    told = {(row.entry.target, row.entry.seq, row.recipient) for row in rows}
    reached = {(row.entry.target, row.entry.seq, row.recipient) for row in rows if row.state is NoticeState.DELIVERED}
    lost = {
        (row.entry.target, row.entry.seq, row.recipient)
        for row in rows
        if row.state in (NoticeState.UNDELIVERED, NoticeState.UNCONFIRMED)
    } - reached
    print(f"{matters} 件事项 matters, {len(told)} 条通知 notices, {kills} 次 kill -9, 用时 {seconds:.0f} 秒 seconds")
    columns = (
        "channel", "rows", "attempts", "delivered", "unconfirmed", "failed", "unneeded", "arrived", "distinct",
        "doubled", "late",
    )  # fmt: skip
    print(" ".join(f"{column:>11}" for column in columns))
    for one in table:
        print(" ".join(f"{getattr(one, column):>11}" for column in columns))
    unseen = next(one.doubled for one in table if one.channel == "im")
    missing = len(told) - len(reached) - len(lost)
    print(
        f"送达 reached {len(reached)}, 未送达并已告知督查室 undelivered and reported {len(lost)}, "
        f"去向不明 unaccounted {missing}, 无法识别的重复 doubled unseen {unseen}"
    )
    return missing == 0 and unseen == 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.notices", description="通知在故障下的去向 notices under faults"
    )
    parser.add_argument("--matters", type=int, default=100, help="事项件数 matters")
    parser.add_argument("--kills", type=int, default=6, help="工作进程被杀次数 kills of the worker")
    given = parser.parse_args()
    leave(0 if asyncio.run(measure(given.matters, given.kills)) else 1)
