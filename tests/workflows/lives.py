"""Lives long enough, or at enough stages, to be worth interrupting; and an office that interrupts them."""

import asyncio
import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from models.contract import RENEW_SIGNAL, Receipt
from models.messages import Command, Outcome
from office import Office
from rehearsal.scenarios import Scenario, read
from tests.builders import at

START, LEAD, CO, OFFICE, LEADER = "2026-03-02 09:00", "区教育局", "区财政局", "区政府督查室", "区长"
HANDLER, CO_HANDLER, OFFICER, STRANGER = f"{LEAD}承办岗", f"{CO}承办岗", f"{OFFICE}承办岗", "区城管局承办岗"


def a_scenario(
    matters: Iterable[dict[str, Any]],
    commands: Iterable[dict[str, Any]],
    until: str,
    opened: Iterable[dict[str, Any]] = (),
    opened_at: str = START,
) -> Scenario:
    """The scenario with these matters and commands from START on; instants are written as `2026-03-02 09:00`.

    `opened` are proceedings, petitions and duties, all opened at one instant.
    """
    said = [{**command, "at": at(command["at"]).isoformat()} for command in commands]
    document = {
        "title": "lives",
        "start": at(START).isoformat(),
        "until": at(until).isoformat(),
        "matters": [{"lead": LEAD, "office": OFFICE, "leader": LEADER, **matter} for matter in matters],
        "proceedings": [{"office": OFFICE, "at": at(opened_at).isoformat(), **one} for one in opened],
        "commands": said,
    }
    return read(json.dumps(document, ensure_ascii=False))


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


CASES = ("proposed", "filed", "notified", "stated", "voted", "decided", "served", "reviewed", "investigated")
"""Cases of the office's own against different posts, by the step of due process each stands at."""

_SUBJECTS = [f"区{organ}局长" for organ in ("教育", "财政", "城管", "住建", "交通", "人社", "民政", "商务", "卫健")]
_INVESTIGATED = {"posts": ["区审计局长", "区公安局长"], "text": "属实"}
_SUBJECT_OF = dict(zip(CASES, _SUBJECTS, strict=True))
_MEETING, _PETITION, _DUTY = "proceeding/meeting", "petition/1", "duty/inspection"
_CALLED = "duty-inspection-2026-03-20"


def at_every_stage() -> Scenario:
    """Matters, cases, a proceeding, a petition and a duty at every stage on 24 March, and how each goes on.

    Matters assigned, running, asking for more time, extended, suspended, supervised, rectifying, reported, returned,
    closed and awaiting approval; one case is proposed by silence, the others are the office's own.
    """
    matters = [
        {"id": "running", "title": "校舍加固", "limit": "40wd", "report_every": "weekly"},
        {"id": "extended", "title": "河道清淤", "limit": "20wd"},
        {"id": "suspended", "title": "环评审批提速", "limit": "20wd"},
        {"id": "supervised", "title": "治理积水", "limit": "14wd"},
        {"id": "reported", "title": "公交站点调整", "limit": "20wd"},
        {"id": "returned", "title": "污水管网改造", "limit": "20wd"},
        {"id": "closed", "title": "窗口延时服务", "limit": "20wd"},
        {"id": "waiting", "title": "占道经营清理", "limit": "20wd", "basis": "群众来信"},
        {"id": "silent", "title": "路灯修复", "limit": "2wd"},
        {"id": "rectifying", "title": "扬尘治理", "limit": "8wd"},
    ]
    opened: list[dict[str, Any]] = [
        {"id": _MEETING, "procedure": "progress_meeting", "title": "调度", "lead": "区发改局", "co": ["区住建局", CO]},
        {"id": _PETITION, "procedure": "first_asked", "title": "路灯不亮", "lead": LEAD, "channel": "visit"},
        {"id": _DUTY, "procedure": "reform_inspection", "title": "专项督查", "lead": LEAD},
    ]
    return a_scenario(matters, _commands_at_every_stage(), "2026-04-03 12:00", opened, "2026-03-20 08:00")


def _commands_at_every_stage() -> Iterator[dict[str, Any]]:
    yield from _until_every_stage()
    yield from _one_each()
    yield from _and_one_more()


def _until_every_stage() -> Iterator[dict[str, Any]]:
    for hour, target in enumerate(("running", "extended", "suspended", "reported", "returned", "closed", "rectifying")):
        yield _said(f"2026-03-02 {10 + hour}:00", "sign", target)
    yield _said("2026-03-03 09:00", "suspend", "suspended", OFFICER, reason="专家评审", until="2026-03-31")
    yield _said("2026-03-04 09:00", "request_extension", "extended", limit="5wd", reason="材料未齐")
    yield _said("2026-03-05 09:00", "decide_extension", "extended", LEADER, granted=True)
    yield _said("2026-03-05 10:00", "sign", "waiting")
    yield _said("2026-03-06 09:00", "report_progress", "silent", STRANGER, text="代报")
    for target in ("returned", "closed"):
        yield _said("2026-03-19 09:00", "submit", target, text="办结")
    yield _said("2026-03-19 10:00", "verify", "returned", OFFICER, passed=False, reason="缺材料")
    yield _said("2026-03-19 11:00", "verify", "closed", OFFICER, passed=True, method="document")
    yield _said("2026-03-20 09:00", "finish", _PETITION, evidence={"答复或指引": "属住建局,已引荐"})
    yield _said("2026-03-20 09:30", "route", _PETITION, to="区住建局")
    yield _said("2026-03-20 10:00", "trigger", _DUTY, reason="常务会议决定")
    for case, steps in zip(CASES, (0, 1, 3, 4, 5, 6, 7, 8, 2), strict=True):
        yield from _due_process(case, steps)
    yield _said("2026-03-23 16:00", "request_extension", "running", limit="5wd", reason="材料未齐")
    yield _said("2026-03-23 17:00", "submit", "reported", text="办结")


def _due_process(case: str, steps: int) -> Iterator[dict[str, Any]]:
    target, subject, office = _case(case), _SUBJECT_OF[case], OFFICER
    seats = {"panel": [LEADER, "区监委主任"], "reviewers": ["区司法局长"]}
    facts = {
        "facts": "重点工作推进不力",
        "severity": "ordinary",
        "source": "inspection",
        "reference": "督检〔2026〕1号",
    }
    yield _said("2026-03-20 11:00", "propose", target, office, subject=subject, **facts, **seats)
    rest = [
        _said("2026-03-20 12:00", "file", target, LEADER),
        _said("2026-03-20 13:00", "investigate", target, office, **_INVESTIGATED),
        _said("2026-03-20 14:00", "notify_facts", target, office, text="推进不力", receipt="本人签收"),
        _said("2026-03-20 15:00", "give_statement", target, subject, text="已在整改")
        if case == "stated"
        else _said("2026-03-20 15:00", "waive_statement", target, subject),
        _said("2026-03-23 09:00", "vote", target, LEADER, choice="proposed"),
        _said("2026-03-23 10:00", "decide", target, LEADER),
        _said("2026-03-23 11:00", "serve", target, office, receipt="签收回执"),
        _said("2026-03-23 12:00", "request_review", target, subject, text="处理过重"),
    ]
    for step in rest[:steps]:
        yield step
        if step["do"] == "vote" and case != "voted":
            yield _said("2026-03-23 09:10", "vote", target, "区监委主任", choice="proposed")


def _one_each() -> Iterator[dict[str, Any]]:
    """A word to everything that is open, on the day after everything stands at its stage."""
    on = "2026-03-24"
    yield _said(f"{on} 08:50", "sign", "supervised")
    for target in ("running", "extended", "rectifying"):
        yield _said(f"{on} 09:00", "report_progress", target, text="正在办")
    yield _said(f"{on} 09:10", "approve", "waiting", LEADER)
    yield _said(f"{on} 09:20", "resume", "suspended", OFFICER)
    yield _said(f"{on} 09:30", "verify", "reported", OFFICER, passed=False, reason="缺材料")
    yield _said(f"{on} 09:40", "submit", "returned", text="补齐")
    yield _said(f"{on} 10:00", "convene", _MEETING, OFFICER, on="2026-03-26")
    yield _said(f"{on} 10:10", "accept_routing", _PETITION, "区住建局承办岗")
    yield _said(f"{on} 10:20", "sign", _CALLED)
    yield _said(f"{on} 11:00", "file", _case("proposed"), LEADER)
    yield _said(f"{on} 11:10", "investigate", _case("filed"), OFFICER, **_INVESTIGATED)
    yield _said(f"{on} 11:20", "waive_statement", _case("notified"), _SUBJECT_OF["notified"])
    yield _said(f"{on} 11:30", "answer_statement", _case("stated"), OFFICER, text="不采纳,整改未完成")
    yield _said(f"{on} 11:40", "vote", _case("voted"), "区监委主任", choice="proposed")
    yield _said(f"{on} 11:50", "serve", _case("decided"), OFFICER, receipt="签收回执")
    yield _said(f"{on} 12:00", "request_review", _case("served"), _SUBJECT_OF["served"], text="处理过重")
    yield _said(f"{on} 12:10", "decide_review", _case("reviewed"), "区司法局长", outcome="upheld")
    yield _said(f"{on} 12:20", "notify_facts", _case("investigated"), OFFICER, text="推进不力", receipt="本人签收")


def _and_one_more() -> Iterator[dict[str, Any]]:
    """Another one, the day after that, and how the matters end."""
    on = "2026-03-25"
    yield _said(f"{on} 08:30", "decide_extension", "running", LEADER, granted=True)
    for target in ("extended", "suspended", "supervised"):
        yield _said(f"{on} 09:00", "submit", target, text="办结")
    yield _said(f"{on} 09:10", "sign", "waiting")
    answered = {"办理结果": "已修复", "答复": "已答复"}
    yield _said(f"{on} 10:10", "finish", _PETITION, "区住建局承办岗", evidence=answered)
    yield _said(f"{on} 10:20", "report_progress", _CALLED, text="正在办")
    yield _said(
        f"{on} 11:00", "investigate", _case("proposed"), OFFICER, posts=["区审计局长", "区公安局长"], text="属实"
    )
    yield _said(f"{on} 11:10", "notify_facts", _case("filed"), OFFICER, text="推进不力", receipt="本人签收")
    yield _said(f"{on} 11:20", "vote", _case("notified"), LEADER, choice="proposed")
    yield _said(f"{on} 11:40", "decide", _case("voted"), LEADER)
    talk = {
        "kind": "talk_record",
        "persons": [LEADER, _SUBJECT_OF["decided"]],
        "place": "区政府会议室",
        "content": "诫勉谈话",
    }
    yield _said(f"{on} 11:50", "execute", _case("decided"), OFFICER, evidence={**talk, "time": f"{on}T11:00+08:00"})
    yield _said(f"{on} 12:00", "decide_review", _case("served"), "区司法局长", outcome="upheld")
    yield _said(f"{on} 12:20", "waive_statement", _case("investigated"), _SUBJECT_OF["investigated"])
    yield _notice("2026-03-26", "演练〔2026〕8号", "2026-04-10", "2026-04-13")
    for target in ("returned", "supervised"):
        yield _said("2026-03-27 09:00", "verify", target, OFFICER, passed=True, method="document")
    yield _said("2026-03-27 10:00", "cancel", "waiting", LEADER, reason="并入他项")
    yield _said("2026-03-30 10:00", "verify", "suspended", OFFICER, passed=True, method="document")


def _case(name: str) -> str:
    return f"inspection/case{CASES.index(name) + 1}"


STAGES_REACHED = len([*_until_every_stage()])
"""After so many commands of `at_every_stage` everything stands at the stage named there."""

SPOKEN_TO = STAGES_REACHED + len([*_one_each()])
"""After so many everything that is open has heard one more."""
