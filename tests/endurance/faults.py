"""What goes wrong, how, and how is it put right again? One function for each fault.

Each brings its fault about, waits as long as it lasts, and takes it away; it returns what it found wrong by itself.
"""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta

from temporalio.client import WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.service import RPCError

import builds
from models.contract import CALENDAR_PUBLISHED_SIGNAL, matter_workflow_id
from models.messages import Registration, ReportProgress, Sign
from office import Office, UnavailableError
from reconciling import reconcile
from record import incidents, ledger
from tests.endurance import clock
from tests.endurance.audit import Audit
from tests.endurance.disks import can_mount
from tests.endurance.house import DEPLOYMENT, FIRST, LATER, POISONED, SECOND, House
from tests.endurance.line import Weather
from tests.endurance.plan import LEADER, NEEDS_CLOCKS, NEEDS_DISKS, NEEDS_LINE, OFFICE, Fault, Trouble
from tests.endurance.stream import Stream
from tests.notices.peers import Mood

Lasting = Callable[[], Awaitable[None]]

_HOUR = 3600
_LOCKED_SECONDS = 12.0
_FREEZES = 4
_PATIENCE = timedelta(seconds=60)
_HANDLER, _LEAD = "区财政局承办岗", "区财政局"

_MOODS = {
    Fault.MAIL_HANGS: Mood.HANGS,
    Fault.MAIL_REFUSES: Mood.REFUSES,
    Fault.MAIL_BUSY: Mood.BUSY,
    Fault.MAIL_LATE: Mood.LATE,
    Fault.MAIL_TWICE: Mood.TWICE,
}


def impossible(fault: Fault, house: House) -> str:
    """Why this fault cannot be brought about here; empty where it can."""
    if fault in NEEDS_DISKS and not house.disks:
        return "needs root and loop devices" if not can_mount() else "no disks of their own in this run"
    if fault in NEEDS_LINE and house.line is None:
        return "a line to the database: PostgreSQL only"
    if fault in NEEDS_CLOCKS and not clock.can_jump():
        return "needs root on Linux, x86-64"
    return ""


class Faults:
    """Brings faults about in one house."""

    def __init__(self, house: House, stream: Stream, audit: Audit) -> None:
        self._house = house
        self._stream = stream
        self._audit = audit
        self._number = 0
        self._bringing: dict[Fault, Callable[[Trouble, Lasting], Awaitable[list[str]]]] = {
            Fault.WORKER: self._worker,
            Fault.WORKERS: self._workers,
            Fault.SERVER: self._server,
            Fault.DATABASE: self._database,
            Fault.CONSOLE: self._console,
            Fault.EVERYTHING: self._everything,
            Fault.POWER: self._restart_with_disks,
            Fault.FULL_DISK: self._full,
            Fault.FULL_SERVER_DISK: self._full,
            Fault.SLOW_DISK: self._slow_disk,
            Fault.READ_ONLY: self._restart_with_disks,
            Fault.LOST_DATABASE: self._line,
            Fault.SILENT_DATABASE: self._line,
            Fault.SLOW_DATABASE: self._line,
            Fault.MAIL_GONE: self._mail_gone,
            Fault.CLOCKS_APART: self._clocks_apart,
            Fault.CLOCK_STEP: self._clock_step,
            Fault.CLOCK_AHEAD: self._clock_ahead,
            Fault.CLOCK_WRONG: self._clock_wrong,
            Fault.POISON: self._poison,
            Fault.GARBAGE: self._garbage,
            Fault.UPGRADE: self._upgrade,
            Fault.SERVER_LOST: self._start_again,
        }

    async def bring(self, trouble: Trouble, lasting: Lasting) -> list[str]:
        """Let it happen, last as long as `lasting` does, and end."""
        if trouble.fault in _MOODS:
            return await self._mail(_MOODS[trouble.fault], lasting)
        return await self._bringing[trouble.fault](trouble, lasting)

    # --- kills --------------------------------------------------------------------------------------------------------

    async def _worker(self, trouble: Trouble, _: Lasting) -> list[str]:
        names = self._house.worker_names
        self._house.kill_program(names[int(trouble.chance * len(names))])
        return []

    async def _workers(self, _: Trouble, __: Lasting) -> list[str]:
        for name in self._house.worker_names:
            self._house.kill_program(name)
        return []

    async def _console(self, _: Trouble, __: Lasting) -> list[str]:
        self._house.kill_program("console")
        return []

    async def _server(self, trouble: Trouble, _: Lasting) -> list[str]:
        await self._house.kill_server()
        await asyncio.sleep(trouble.chance * 1.5)
        await self._house.start_server()
        return []

    async def _everything(self, trouble: Trouble, _: Lasting) -> list[str]:
        await self._house.kill_everything()
        await asyncio.sleep(trouble.chance)
        await self._house.start_everything()
        return []

    # --- database and disks -----------------------------------------------------------------------------------------

    async def _database(self, trouble: Trouble, _: Lasting) -> list[str]:
        house = self._house
        if house.database is not None:
            house.kill_database()
            await asyncio.sleep(trouble.chance)
            house.start_database()
            return []
        # Another process that takes its time with the file.
        hold = (
            "import sqlite3, sys, time; c = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=60);"
            "c.execute('BEGIN IMMEDIATE'); time.sleep(float(sys.argv[2])); c.execute('ROLLBACK')"
        )
        file = str(house.store.url.database)
        process = await asyncio.create_subprocess_exec(sys.executable, "-c", hold, file, str(_LOCKED_SECONDS))
        await process.wait()
        return []

    async def _restart_with_disks(self, trouble: Trouble, _: Lasting) -> list[str]:
        """The machine goes down and comes up; with POWER whatever was not flushed is gone."""
        house, disks = self._house, self._house.disks.values()
        if trouble.fault is Fault.POWER:
            for disk in disks:
                disk.cut()
        await house.kill_everything()
        # Nobody may look for a file where no disk is.
        await self._stream.gate.pause()
        house.store.close()
        for disk in disks:
            disk.unmount()
        if trouble.fault is Fault.READ_ONLY:
            for disk in disks:
                disk.mount(read_only=True)
            with suppress(Exception):
                await house.start_everything()
            await asyncio.sleep(trouble.seconds / 2)
            await house.kill_everything()
            for disk in disks:
                disk.unmount()
        for disk in disks:
            disk.mount()
        self._stream.gate.resume()
        await house.start_everything()
        return []

    async def _full(self, trouble: Trouble, lasting: Lasting) -> list[str]:
        disk = self._house.disks["record" if trouble.fault is Fault.FULL_DISK else "server"]
        await asyncio.to_thread(disk.fill)
        try:
            await lasting()
        finally:
            disk.clear()
        return []

    async def _slow_disk(self, trouble: Trouble, _: Lasting) -> list[str]:
        """In a thread that needs no disk itself: whoever thaws must never wait for the frozen."""

        def stutter() -> None:
            for _ in range(_FREEZES):
                for disk in self._house.disks.values():
                    disk.freeze()
                time.sleep(0.5 + trouble.chance)
                for disk in self._house.disks.values():
                    disk.thaw()
                time.sleep(0.4)

        await asyncio.to_thread(stutter)
        return []

    async def _line(self, trouble: Trouble, lasting: Lasting) -> list[str]:
        line = self._house.line
        assert line is not None
        weather = {
            Fault.LOST_DATABASE: Weather.BROKEN,
            Fault.SILENT_DATABASE: Weather.SILENT,
            Fault.SLOW_DATABASE: Weather.SLOW,
        }[trouble.fault]
        line.become(weather, 0.02 + 0.1 * trouble.chance if weather is Weather.SLOW else 0.0)
        try:
            await lasting()
        finally:
            line.become(Weather.FAIR)
        return []

    # --- mail -------------------------------------------------------------------------------------------------------

    async def _mail(self, mood: Mood, lasting: Lasting) -> list[str]:
        self._house.mailing(mood)
        try:
            await lasting()
        finally:
            self._house.mailing(Mood.TAKES)
        return []

    async def _mail_gone(self, _: Trouble, lasting: Lasting) -> list[str]:
        self._house.mail_goes()
        try:
            await lasting()
        finally:
            self._house.mail_comes()
        return []

    # --- clocks -----------------------------------------------------------------------------------------------------

    async def _clocks_apart(self, trouble: Trouble, lasting: Lasting) -> list[str]:
        """Whoever decides goes by the server's clock: what others read must not matter, so nothing is allowed for."""
        house = self._house
        hours = 1 + int(trouble.chance * 5)
        others = [name for name in sorted(house.clocked) if name != "server"]
        house.set_clocks(
            apart={name: house.host_clock + (-1, 1)[place % 2] * hours * _HOUR for place, name in enumerate(others)}
        )
        try:
            await lasting()
        finally:
            house.set_clocks()
        return []

    async def _clock_step(self, trouble: Trouble, _: Lasting) -> list[str]:
        self._host_clock(self._house.host_clock - 3 - int(trouble.chance * 5))
        return []

    async def _clock_ahead(self, trouble: Trouble, _: Lasting) -> list[str]:
        self._host_clock(self._house.host_clock + _HOUR * (1 + int(trouble.chance * 5)))
        return []

    async def _clock_wrong(self, trouble: Trouble, lasting: Lasting) -> list[str]:
        right = self._house.host_clock
        await self._clock_ahead(trouble, lasting)
        await lasting()
        self._host_clock(right)
        return await self._start_again(trouble, lasting)

    def _host_clock(self, seconds: int) -> None:
        """Set the clock of the machine; from now on, what is said may be on record by the old hour or the new one."""
        before = self._house.host_clock
        self._house.set_clocks(seconds)
        self._audit.clock_was_set(before, seconds)

    async def _start_again(self, _: Trouble, __: Lasting) -> list[str]:
        """What docs/operations.md says of a server whose store is lost: an empty one, and all from the record."""
        house = self._house
        await self._stream.gate.pause()
        await house.lose_server_store()
        self._audit.histories_began()
        done = await reconcile(house.client, house.store, None)
        self._stream.gate.resume()
        return [] if done.started else ["nothing was started from the record"]

    async def _upgrade(self, _: Trouble, lasting: Lasting) -> list[str]:
        """A later build beside the earlier one, then in its place, while everybody goes on speaking."""
        house = self._house
        earlier = house.worker_names
        for name in earlier:
            house.add_worker(name, LATER, SECOND)
        for attempt in range(5):
            try:
                await builds.promote(house.client, DEPLOYMENT, SECOND)
            except builds.UnknownBuildError:
                # It loads its modules, or waits for something that went wrong before.
                if attempt == 4:
                    raise
            else:
                break
        await lasting()
        left = await builds.renew_all(house.client, DEPLOYMENT, FIRST, patience=_PATIENCE)
        for name in earlier:
            house.retire(name)
        return [f"{one}: does not leave the earlier build" for one in left]

    # --- messages that are none -------------------------------------------------------------------------------------

    async def _new_matter(self) -> tuple[str, Office]:
        """A matter of the fault's own, which nobody's plan knows."""
        self._number += 1
        name = f"x{self._number}"
        self._audit.apart.add(name)
        office = Office(self._house.client, self._house.store, patience=timedelta(seconds=60))
        registration = Registration(
            message_id=f"{name}-r", title=f"坏消息 {name}", lead=_LEAD, office=OFFICE, leader=LEADER, limit="15wd"
        )
        assert (await office.launch(name, registration)).outcome.accepted
        assert (await office.say(name, Sign(message_id=f"{name}-s", by=_HANDLER))).accepted
        return name, office

    async def _poison(self, _: Trouble, __: Lasting) -> list[str]:
        """A build whose rules raise for one message: that matter stops, is reported, and goes on with a better one."""
        house, found = self._house, list[str]()
        name, office = await self._new_matter()
        workers = [house.programs[key] for key in house.worker_names]
        sound = [(program.command, program.module) for program in workers]
        for program in workers:
            program.command, program.module = (*POISONED, program.command[0]), True
            program.kill()
        poisoned = ReportProgress(message_id=f"{name}-p", by=_HANDLER, text="毒 poison")
        hasty = Office(house.client, house.store, patience=timedelta(seconds=6))
        try:
            await hasty.say(name, poisoned)
            found.append(f"{name}: a message that makes the rules raise was answered")
        except UnavailableError:
            pass
        found += await self._others_go_on(name)
        found += await self._reported(name)
        for program, (command, module) in zip(workers, sound, strict=True):
            program.command, program.module = command, module
            program.kill()
        # Sent again under its id, as every caller does: it is taken once.
        outcome = await office.say(name, poisoned)
        if not outcome.accepted:
            found.append(f"{name}: refused after the repair: {outcome.reason}")
        with house.store.reading() as session:
            acts = [entry.message_id for entry in ledger.entries(session, name)]
        if acts.count(poisoned.message_id) != 1:
            found.append(f"{name}: the message is on record {acts.count(poisoned.message_id)} times")
        return found

    async def _others_go_on(self, name: str) -> list[str]:
        other, office = await self._new_matter()
        said = ReportProgress(message_id=f"{other}-after-{name}", by=_HANDLER, text="照常")
        outcome = await office.say(other, said)
        return [] if outcome.accepted else [f"{other}: stopped by the poison of {name}"]

    async def _reported(self, name: str) -> list[str]:
        """Whether the office learns of the matter that stands still."""
        for _ in range(100):
            with self._house.store.reading() as session:
                found = incidents.listed(session, name)
            if found:
                return []
            await asyncio.sleep(0.2)
        return [f"{name}: stands still, and no incident tells of it"]

    async def _garbage(self, _: Trouble, __: Lasting) -> list[str]:
        """Updates and signals that are no messages, straight to the workflow of a matter: it goes on."""
        name, office = await self._new_matter()
        handle = self._house.client.get_workflow_handle(matter_workflow_id(name))
        wait = timedelta(seconds=5)
        for number, (update, said) in enumerate(
            [("sign", 7), ("sign", {"do": "fly"}), ("none_such", {}), ("submit", [1, 2]), ("sign", None)]
        ):
            with suppress(WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError, RPCError):
                await handle.execute_update(update, said, id=f"{name}-g{number}", rpc_timeout=wait)
        for signal, told in ((CALENDAR_PUBLISHED_SIGNAL, {"no": "notice"}), ("none_such", 1), ("record_moved", 5)):
            await handle.signal(signal, told)
        outcome = await office.say(name, ReportProgress(message_id=f"{name}-z", by=_HANDLER, text="照常"))
        return [] if outcome.accepted else [f"{name}: does not go on after garbage: {outcome.reason}"]
