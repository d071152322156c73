"""The first start of `up`: a sample office that has lived a year, and whose open matters are really open.

First its past goes into the record, all of it or nothing (sample/past.py); then, beside a running worker, everything on
record gets its workflow (reconciling.py). A start that was broken off is finished by the next one.
"""

import asyncio
from collections.abc import Awaitable
from datetime import datetime
from typing import Any, TypeVar

from temporalio.client import Client

from cli.instants import now
from cli.output import say, warn
from cli.tables import progress
from models.access import Scope
from models.contract import TaskQueue
from policies.directory import Directory
from reconciling import reconcile
from record import views
from record.store import Store
from sample.past import YEAR, Past, known_to, sample_past
from settings import Settings

__all__ = ["document", "keep_time", "live_through", "tell"]

T = TypeVar("T")

_UNFINISHED = "sample.unfinished"
_MONTHS = 12
_CODES_TOLD = 3


class _BrokenOff(Exception):
    """The process was told to stop while the past was played; nothing of it is kept."""


async def live_through(chosen: Settings, store: Store, directory: Directory, stop: asyncio.Event) -> Past | None:
    """Give a record that holds nothing yet the sample's past; None where it holds something, or was told to stop.

    None, too, for an office with organs of its own: the sample takes place in those of data/directory.csv.
    """
    if not _is_empty(store):
        return None
    if not known_to(directory):
        warn("名录不是样例单位的,不导入示例数据。 Not the sample's directory, so there is no sample data.")
        return None
    _mark(chosen)
    at = now()
    with progress("样例单位的一年 a year of the sample office", _MONTHS) as advance:
        passed = 0

        def heard(instant: datetime) -> None:
            nonlocal passed
            if stop.is_set():
                raise _BrokenOff
            while passed < min(_MONTHS, _MONTHS * (1 - (at - instant) / YEAR)):
                passed += 1
                advance()

        try:
            return await asyncio.to_thread(sample_past, store, directory, at, passed=heard)
        except _BrokenOff:
            return None


async def keep_time(chosen: Settings, client: Client, store: Store, stop: asyncio.Event) -> None:
    """Let everything of the sample have its workflow, once, beside a running worker."""
    mark = chosen.data_dir / _UNFINISHED
    if not mark.exists() or stop.is_set():
        return
    queue = TaskQueue.NOTICES if chosen.contacts_path else None
    if await _unless_stopped(reconcile(client, store, None, notices_queue=queue), stop):
        mark.unlink()
    else:
        warn("样例的流程尚未全部启动,下次启动接着进行。 Not every workflow runs yet; the next start goes on with it.")


def document(past: Past | None) -> dict[str, Any] | None:
    """The same for programs."""
    return {"matters": past.matters, "acts": past.acts, "codes": dict(past.codes)} if past else None


def tell(past: Past | None) -> None:
    """Say what the sample is, and how one of its petitions is followed."""
    if past is None:
        return
    say(
        f"样例数据:{past.matters} 件事项、{past.acts} 条记录,过去一年,全部虚构。 "
        f"Sample data: {past.matters} matters and {past.acts} acts of a made-up year."
    )
    for petition, code in list(past.codes.items())[-_CODES_TOLD:]:
        say(f"样例诉求 {petition} 受理凭证码(仅显示此一次) its receipt code, shown this once: {code}")


async def _unless_stopped(work: Awaitable[T], stop: asyncio.Event) -> bool:
    """Whether the work was done before the process was told to stop."""
    doing, told = asyncio.ensure_future(work), asyncio.create_task(stop.wait())
    await asyncio.wait({doing, told}, return_when=asyncio.FIRST_COMPLETED)
    told.cancel()
    if not doing.done():
        doing.cancel()
        await asyncio.wait({doing})
        return False
    await doing
    return True


def _mark(chosen: Settings) -> None:
    chosen.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    (chosen.data_dir / _UNFINISHED).touch()


def _is_empty(store: Store) -> bool:
    with store.reading() as session:
        return not views.matters(session, scope=Scope.everything(), now=now(), limit=1).items
