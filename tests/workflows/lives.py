"""Lives long enough, or at enough stages, to be worth interrupting; and an office that interrupts them."""

import asyncio
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import yaml

from models.contract import RENEW_SIGNAL, Receipt
from models.messages import Command, Outcome
from office import Office
from rehearsal.scenarios import Scenario, read
from tests.builders import at

START, LEAD, CO, OFFICE, LEADER = "2026-03-02 09:00", "区教育局", "区财政局", "区政府督查室", "区长"
HANDLER, CO_HANDLER, OFFICER, STRANGER = f"{LEAD}承办岗", f"{CO}承办岗", f"{OFFICE}承办岗", "区城管局承办岗"


def a_scenario(matters: Iterable[dict[str, Any]], commands: Iterable[dict[str, Any]], until: str) -> Scenario:
    """The scenario with these matters and commands from START on; instants are written as `2026-03-02 09:00`."""
    said = [{**command, "at": at(command["at"]).isoformat()} for command in commands]
    document = {
        "title": "lives",
        "start": at(START).isoformat(),
        "until": at(until).isoformat(),
        "matters": [{"lead": LEAD, "office": OFFICE, "leader": LEADER, **matter} for matter in matters],
        "commands": said,
    }
    return read(yaml.safe_dump(document, allow_unicode=True))


def ten_years() -> Scenario:
    """One matter with a fixed date ten years away, spoken of nearly every week, stopped and resumed every year."""
    matter = {"id": "m1", "title": "十年规划", "co": [CO], "limit": "2036-02-25", "report_every": "monthly"}
    return a_scenario([matter], _commands_of_ten_years(), "2036-06-30 12:00")


def _said(when: str, do: str, target: str, by: str = HANDLER, **said: Any) -> dict[str, Any]:
    return {"at": when, "by": by, "target": target, "do": do, **said}


def _notice(when: str, number: str, *days_off: str) -> dict[str, Any]:
    """A made-up notice about days of one year, loaded on that day."""
    notice = {"number": number, "date": when, "year": int(days_off[0][:4]), "days_off": list(days_off)}
    return {"at": f"{when} 09:00", "do": "load_calendar", "notice": notice}


def _commands_of_ten_years() -> Iterator[dict[str, Any]]:
    yield _said("2026-03-02 15:00", "sign", "m1")
    # Each takes away the day on which the limit ends by then.
    yield _notice("2026-09-10", "演练〔2036〕1号", "2036-03-18")
    yield _notice("2030-09-10", "演练〔2036〕2号", "2036-06-16")
    for year in range(2026, 2036):
        # Nobody reports in August.
        for month in (month for month in range(1, 13) if month != 8 and (year, month) > (2026, 3)):
            day = f"{year}-{month:02}"
            for number in ("03", "12", "24"):
                yield _said(f"{day}-{number} 10:00", "report_progress", "m1", text=day)
            yield _said(f"{day}-05 10:00", "report_progress", "m1", CO_HANDLER, text="协办")
            yield _said(f"{day}-05 11:00", "report_progress", "m1", STRANGER, text="代报")
        yield _said(f"{year}-05-20 09:00", "suspend", "m1", OFFICER, reason="专家评审", until=f"{year}-06-15")
        yield _said(f"{year}-06-10 09:00", "resume", "m1", OFFICER)
    yield _said("2036-01-10 10:00", "report_progress", "m1", CO_HANDLER, text="完", done=True)
    yield _said("2036-02-01 10:00", "submit", "m1", text="办结")
    yield _said("2036-02-03 10:00", "verify", "m1", OFFICER, passed=False, reason="缺材料")
    yield _said("2036-02-10 10:00", "submit", "m1", text="补齐")
    yield _said("2036-02-12 10:00", "verify", "m1", OFFICER, passed=True, method="document")


class RenewingOffice(Office):
    """An office whose matters have to go on in a new run after every so many commands, and are asked twice."""

    every, again_every = 45, 9

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.said = self.repeated = self.renewals = 0
        self._earlier: list[tuple[str, Command, Outcome]] = []

    async def say(self, target: str, command: Command, *, drill_at: datetime | None = None) -> Outcome:
        outcome = await super().say(target, command, drill_at=drill_at)
        self._earlier.append((target, command, outcome))
        self.said += 1
        if self.said % self.every == 0:
            before = without_answer(await self.standing(target))
            await self.renew(target)
            assert without_answer(await self.standing(target)) == before
        if self.said % self.again_every == 0:
            # One of long ago, and so of an earlier run.
            whom, what, answer = self._earlier[self.said // 3]
            assert await super().say(whom, what, drill_at=drill_at) == answer
            self.repeated += 1
        return outcome

    async def renew(self, target: str) -> None:
        """Let the matter go on in a new run, and wait until it has."""
        run_id = (await self.handle(target).describe()).run_id
        await self.handle(target).signal(RENEW_SIGNAL)
        async with asyncio.timeout(30):
            while (await self.handle(target).describe()).run_id == run_id:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.01)
        self.renewals += 1


def without_answer(receipt: Receipt | None) -> Receipt:
    """Where a matter stands, apart from what was last answered."""
    assert receipt is not None
    return receipt.model_copy(update={"outcome": None, "lines": ()})


STAGES_REACHED = 12
"""After so many commands of `at_every_stage` its matters stand at every stage named there."""


def at_every_stage() -> Scenario:
    """Matters running, suspended, supervised, reported, returned and awaiting approval, and how each goes on."""
    matters = [
        {"id": "running", "title": "校舍加固", "limit": "40wd", "report_every": "weekly"},
        {"id": "suspended", "title": "环评审批提速", "limit": "20wd"},
        {"id": "supervised", "title": "治理积水", "limit": "1wd"},
        {"id": "reported", "title": "公交站点调整", "limit": "20wd"},
        {"id": "returned", "title": "污水管网改造", "limit": "20wd"},
        {"id": "waiting", "title": "占道经营清理", "limit": "20wd", "basis": "群众来信"},
        {"id": "silent", "title": "路灯修复", "limit": "2wd"},
    ]
    return a_scenario(matters, _commands_at_every_stage(), "2026-05-15 12:00")


def _commands_at_every_stage() -> Iterator[dict[str, Any]]:
    for hour, target in enumerate(("running", "suspended", "supervised", "reported", "returned")):
        yield _said(f"2026-03-02 {10 + hour}:00", "sign", target)
    yield _said("2026-03-03 09:00", "suspend", "suspended", OFFICER, reason="专家评审", until="2026-03-31")
    yield _said("2026-03-04 09:00", "submit", "returned", text="办结")
    yield _said("2026-03-04 10:00", "verify", "returned", OFFICER, passed=False, reason="缺材料")
    yield _said("2026-03-04 11:00", "submit", "reported", text="办结")
    yield _said("2026-03-04 14:00", "request_extension", "running", limit="5wd", reason="材料未齐")
    yield _said("2026-03-04 15:00", "report_progress", "supervised", text="正在办")
    yield _said("2026-03-04 16:00", "sign", "waiting")
    for day in (5, 6, 9, 10, 11, 12, 13):
        yield _said(f"2026-03-{day:02} 09:00", "report_progress", "running", text="进展")
        yield _said(f"2026-03-{day:02} 09:00", "report_progress", "silent", STRANGER, text="代报")
        yield _said(f"2026-03-{day:02} 10:00", "report_progress", "supervised", text="正在办")
    yield _said("2026-03-13 11:00", "decide_extension", "running", LEADER, granted=True)
    yield _said("2026-03-13 12:00", "approve", "waiting", LEADER)
    yield _notice("2026-03-14", "演练〔2026〕8号", "2026-04-10", "2026-04-13")
    yield _said("2026-03-16 09:00", "verify", "reported", OFFICER, passed=False, reason="缺材料")
    yield _said("2026-03-16 10:00", "submit", "returned", text="补齐")
    yield _said("2026-03-16 11:00", "sign", "waiting")
    yield _said("2026-03-17 09:00", "submit", "supervised", text="办结")
    yield _said("2026-03-18 09:00", "resume", "suspended", OFFICER)
    for day in (18, 19, 20, 23, 24):
        yield _said(f"2026-03-{day} 14:00", "report_progress", "suspended", text="进展")
        yield _said(f"2026-03-{day} 14:00", "report_progress", "waiting", text="进展")
    for target in ("returned", "supervised"):
        yield _said("2026-03-25 09:00", "verify", target, OFFICER, passed=True, method="document")
    yield _said("2026-03-25 10:00", "cancel", "waiting", LEADER, reason="并入他项")
    yield _said("2026-03-26 10:00", "submit", "suspended", text="办结")
    yield _said("2026-03-27 10:00", "verify", "suspended", OFFICER, passed=True, method="document")
