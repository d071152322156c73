"""Who lets a plan happen: everybody speaks, each fault comes in its turn, and after each everything is looked at."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from temporalio.service import RPCError

from evidence import watch
from office import Office, UnavailableError, UnknownTargetError
from record.store import RecordUnavailableError
from tests.endurance.audit import Audit, Audited
from tests.endurance.faults import Faults, impossible
from tests.endurance.house import House
from tests.endurance.plan import STARTS_AGAIN, Plan, Trouble
from tests.endurance.stream import PATIENCE, Journal, Stream

_OPERATOR_LOOKS_SECONDS = 15.0


@dataclass
class Report:
    """What a run came to."""

    seed: int
    database: str
    matters: int
    drills: int
    messages: int = 0
    repeated: int = 0
    attempts: int = 0
    entries: int = 0
    kills: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    impossible: dict[str, str] = field(default_factory=dict)
    recovered: int = 0
    """Runs that no worker could replay, and that an operator let go on from the record."""
    lost: int = 0
    doubled: int = 0
    audits: int = 0
    wrong: list[str] = field(default_factory=list)
    notices: dict[str, int] = field(default_factory=dict)
    slowest_seconds: float = 0.0
    seconds: float = 0.0

    @property
    def whole(self) -> bool:
        """Whether nothing was lost, doubled or otherwise wrong."""
        return not self.wrong


class Director:
    """Lets one plan happen in one house."""

    def __init__(self, house: House, plan: Plan, say: Callable[[str], None], *, audit_every: int = 1) -> None:
        self._house = house
        self._plan = plan
        self._say = say
        self._audit_every = audit_every
        self.journal = Journal(house.place / "journal.jsonl")
        self._stream = Stream(house, plan, self.journal)
        self._audit = Audit(house, plan, self.journal, self._stream)
        self._faults = Faults(house, self._stream, self._audit)
        self.report = Report(
            plan.seed, "postgresql" if house.postgresql else "sqlite", len(plan.lives), len(plan.drills)
        )

    async def run(self) -> Report:
        """Everything of the plan, and the last look at everything."""
        began = time.monotonic()
        report = self.report
        try:
            async with asyncio.TaskGroup() as group:
                speaking = group.create_task(self._stream.run())
                operating = group.create_task(self._operate())
                for number, trouble in enumerate(self._plan.troubles):
                    reason = impossible(trouble.fault, self._house)
                    if reason:
                        report.impossible[trouble.fault.value] = reason
                        continue
                    await self.journal.reached(trouble.after, self._stream.over)
                    if trouble.fault in STARTS_AGAIN:
                        await self._after_the_drills(trouble)
                    await self._bring(trouble)
                    if (number + 1) % self._audit_every == 0:
                        await self._look(trouble.fault.value)
                await speaking
                operating.cancel()
            await self._look("the end", last=True)
        finally:
            report.messages = self.journal.acknowledged
            report.repeated = self.journal.acknowledged - len(self.journal.first)
            report.attempts = self.journal.attempts
            report.kills = self._house.kills
            report.slowest_seconds = round(self.journal.slowest, 1)
            report.seconds = round(time.monotonic() - began, 1)
        return report

    def look_at_record(self) -> Audited:
        """What the record says against what was acknowledged, now."""
        return self._audit.record()

    async def _operate(self) -> None:
        """Do what an operator does who is told that a run cannot be replayed: it goes on from the record."""
        while True:
            await asyncio.sleep(_OPERATOR_LOOKS_SECONDS)
            with suppress(RPCError, UnavailableError, UnknownTargetError, RecordUnavailableError):
                for target in [one.target async for one in watch.unreplayable(self._house.client)]:
                    office = Office(self._house.client, self._house.store, patience=PATIENCE)
                    async with self._stream.gate.attempt():
                        await office.recover(target, anew=True)
                    self.report.recovered += 1
                    self._say(f"{self.journal.acknowledged:6} answers: {target} cannot be replayed, recovered")

    async def _after_the_drills(self, trouble: Trouble) -> None:
        if not self._audit.drills_compared:
            await self._stream.drilled.wait()
            await self._look("the drills")
        await self.journal.reached(self.journal.acknowledged + trouble.answers // 2, self._stream.over)

    async def _bring(self, trouble: Trouble) -> None:
        from_ = self.journal.acknowledged

        async def lasting() -> None:
            await self.journal.reached(from_ + trouble.answers, self._stream.over, trouble.seconds)

        self._say(f"{from_:6} answers: {trouble.fault.value}")
        found = await self._faults.bring(trouble, lasting)
        self.report.faults[trouble.fault.value] += 1
        self._wrong(found, trouble.fault.value)

    async def _look(self, after: str, *, last: bool = False) -> None:
        """Let nobody speak, and look at everything."""
        await self._stream.gate.close()
        began = time.monotonic()
        wrong = await self._audit.settle()
        seen = self._audit.record()
        wrong += seen.faults
        wrong += await self._audit.histories(None if last else 40)
        if last:
            wrong += await self._audit.notices()
            self.report.notices = self._audit.counted_notices()
        self.report.audits += 1
        self.report.entries = seen.entries
        self.report.lost += seen.lost
        self.report.doubled += seen.doubled
        self._wrong(wrong, after)
        self._say(
            f"{self.journal.acknowledged:6} answers, {seen.entries} acts, {self._house.kills} kills: "
            f"{'all there' if not wrong else f'{len(wrong)} WRONG'} after {after} ({time.monotonic() - began:.1f} s)"
        )
        self._stream.gate.open()

    def _wrong(self, found: list[str], after: str) -> None:
        known = {one.partition(": ")[2] for one in self.report.wrong}
        for one in found:
            if one not in known:
                self.report.wrong.append(f"after {after}: {one}")
                self._say(f"    WRONG {one}")
