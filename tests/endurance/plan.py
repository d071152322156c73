"""What is said to how many matters, and what goes wrong after how many of the answers? The same seed, the same plan.

Faults are placed by the number of answers, never by seconds: a run on a slower machine meets them at the same places.
Every life has an organ of its own, so that what befell one subject counts for no other and each can be lived again by
itself (tests/endurance/living.py).
"""

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any

import yaml

from models.case_messages import (
    AnswerStatement,
    Decide,
    Execute,
    File,
    GiveStatement,
    Investigate,
    NotifyFacts,
    Propose,
    Record,
    Serve,
    Vote,
)
from models.messages import (
    Child,
    Command,
    DecideExtension,
    Registration,
    ReportProgress,
    RequestExtension,
    Resume,
    Sign,
    Split,
    Submit,
    Suspend,
    Urge,
    Verify,
)
from models.proceeding_messages import CallBack, Finish, Open
from models.proceedings import Channel
from rehearsal.random_scenarios import random_text
from rehearsal.scenarios import Scenario, read
from settings import ROOT
from tests.builders import sample_directory

OFFICE, OFFICER, LEADER = "区政府督查室", "区政府督查室承办岗", "区长"
PANEL = (LEADER, "区监委主任")
TOLD_EVERY = 8
"""Of so many lives one is told by mail: a notice costs as much as the step it tells of."""
_SAMPLE = ROOT / "data" / "directory.csv"


class Fault(StrEnum):
    """What goes wrong beneath or beside the engine."""

    WORKER = "worker"
    """kill -9 of a worker."""
    WORKERS = "workers"
    """kill -9 of all workers at once."""
    SERVER = "server"
    """kill -9 of the Temporal server."""
    DATABASE = "database"
    """kill -9 of PostgreSQL; with SQLite another process keeps the write lock longer than an attempt lasts."""
    CONSOLE = "console"
    """kill -9 of the web site and interface."""
    EVERYTHING = "everything"
    """kill -9 of every process at once."""
    POWER = "power"
    """The power fails: every process is killed and what was not flushed to disk is gone."""
    FULL_DISK = "full-disk"
    """The disk of the record has no block left."""
    FULL_SERVER_DISK = "full-server-disk"
    """The disk of the Temporal server has no block left."""
    SLOW_DISK = "slow-disk"
    """Both disks stand still for a second or two, again and again."""
    READ_ONLY = "read-only"
    """The disk of the record comes back read-only when everything starts again."""
    LOST_DATABASE = "lost-database"
    """Connections to the database break and no new one is taken."""
    SILENT_DATABASE = "silent-database"
    """The database is connected to and answers nothing: a half-open line."""
    SLOW_DATABASE = "slow-database"
    """Every word to and from the database takes its time."""
    MAIL_HANGS = "mail-hangs"
    MAIL_REFUSES = "mail-refuses"
    MAIL_BUSY = "mail-busy"
    MAIL_LATE = "mail-late"
    """It takes a message and says so after the sender's patience."""
    MAIL_TWICE = "mail-twice"
    """It answers twice."""
    MAIL_GONE = "mail-gone"
    """Nobody listens at its port."""
    CLOCKS_APART = "clocks-apart"
    """The clocks of workers, site and database differ by hours from that of the Temporal server, and come back."""
    CLOCK_STEP = "clock-step"
    """The host's clock is set back by some seconds, as by NTP."""
    CLOCK_AHEAD = "clock-ahead"
    """The host's clock jumps hours ahead and stays there, as after a machine was held still."""
    CLOCK_WRONG = "clock-wrong"
    """The host's clock was hours ahead and is set right: the server's own timers stand still as long, so its store is
    put aside and every workflow starts again from the record (docs/operations.md)."""
    POISON = "poison"
    """A message makes the rules raise; a later build mends it."""
    GARBAGE = "garbage"
    """What is no message is sent to running workflows."""
    UPGRADE = "upgrade"
    """A later build takes over, for a while beside the earlier one, which is retired."""
    SERVER_LOST = "server-lost"
    """The store of the Temporal server is lost; every workflow starts again from the record."""


KILLS = (Fault.WORKER, Fault.WORKERS, Fault.SERVER, Fault.DATABASE, Fault.CONSOLE, Fault.EVERYTHING)
NEEDS_DISKS = frozenset({Fault.POWER, Fault.FULL_DISK, Fault.FULL_SERVER_DISK, Fault.SLOW_DISK, Fault.READ_ONLY})
NEEDS_LINE = frozenset({Fault.LOST_DATABASE, Fault.SILENT_DATABASE, Fault.SLOW_DATABASE})
NEEDS_CLOCKS = frozenset({Fault.CLOCK_STEP, Fault.CLOCK_AHEAD, Fault.CLOCKS_APART, Fault.CLOCK_WRONG})
STARTS_AGAIN = frozenset({Fault.CLOCK_WRONG, Fault.SERVER_LOST})
"""Drills are over before these: a drill's clock is in its history alone."""


@dataclass(frozen=True, slots=True)
class Said:
    """One message to one target; `web`: over the interface, with the words it gives."""

    target: str
    message: Registration | Open | Command
    web: bool = False


@dataclass(frozen=True, slots=True)
class Life:
    """What is said to one family, in this order; `organ` is its own."""

    name: str
    kind: str
    organ: str
    said: tuple[Said, ...]

    @property
    def root(self) -> str:
        """The target that comes first."""
        return self.said[0].target


@dataclass(frozen=True, slots=True)
class Trouble:
    """A fault after so many answers, for so many answers or seconds, whichever comes first."""

    after: int
    fault: Fault
    answers: int
    seconds: float
    chance: float
    """Between 0 and 1: what about the fault is left to chance, for one which worker."""


@dataclass(frozen=True)
class Plan:
    """Everything that is said and everything that goes wrong."""

    seed: int
    lives: tuple[Life, ...]
    drills: tuple[Scenario, ...]
    order: tuple[int, ...]
    """Which life speaks next, by its number; as often as it has something to say."""
    troubles: tuple[Trouble, ...]
    directory: str = field(repr=False)
    told: tuple[str, ...] = field(repr=False)
    """The posts that are told by mail."""

    @property
    def messages(self) -> int:
        """How many messages the lives have, drills apart."""
        return sum(len(life.said) for life in self.lives)


def a_plan(seed: int, matters: int, faults: Sequence[Fault], *, drills: int, every: int | None = None) -> Plan:
    """The plan of this seed: `matters` lives and some drills, each fault in turn, one after `every` answers.

    Without `every` the faults are spread over all that is said.
    """
    chance = random.Random(f"endurance/{seed}")  # noqa: S311 - a seeded plan
    faults = sorted(faults, key=lambda fault: fault in STARTS_AGAIN)
    lives = tuple(_life(number, chance) for number in range(matters))
    order = [number for number, life in enumerate(lives) for _ in life.said[1:]]
    chance.shuffle(order)
    # Everybody is launched before the first third of the rest is said.
    launches = list(range(matters))
    chance.shuffle(launches)
    third = len(order) // 3
    first = [*launches, *order[:third]]
    chance.shuffle(first)
    order = [*first, *order[third:]]
    scenarios = tuple(_drill(number, seed) for number in range(drills))
    every = every or max(1, len(order) // (len(faults) + 1))
    troubles = tuple(
        Trouble(
            after=every * (number + 1) + chance.randint(-every // 4, every // 4),
            fault=fault,
            answers=chance.randint(every // 6, every // 2),
            seconds=round(chance.uniform(4, 9), 1),
            chance=chance.random(),
        )
        for number, fault in enumerate(faults)
    )
    told = tuple(
        post
        for number, life in enumerate(lives)
        if number % TOLD_EVERY == 0
        for post in (f"{life.organ}长", f"{life.organ}承办岗")
    )
    return Plan(seed, lives, scenarios, tuple(order), troubles, _directory(lives, drills), told)


# --- lives ------------------------------------------------------------------------------------------------------------


class _Script:
    """Writes what is said to one family."""

    def __init__(self, number: int, chance: random.Random) -> None:
        self.name, self.organ = f"e{number}", f"第{number}局"
        self.handler, self.head = f"{self.organ}承办岗", f"{self.organ}长"
        self.chance = chance
        self.said: list[Said] = []
        self._count = 0

    def id(self) -> str:
        self._count += 1
        return f"{self.name}-{self._count}"

    def say(self, message: Registration | Open | Command, target: str | None = None, *, web: bool = False) -> None:
        self.said.append(Said(target or self.name, message, web))

    def again(self) -> None:
        """Somebody sends one of the earlier messages once more, under its id."""
        self.said.append(self.chance.choice(self.said))

    def launch(self, limit: str = "15wd", **more: Any) -> None:
        terms = {"title": f"耐久 {self.name}", "lead": self.organ, "office": OFFICE, "leader": LEADER, "limit": limit}
        self.say(Registration(message_id=self.id(), **{**terms, **more}))

    def report(self, times: int = 1) -> None:
        for _ in range(times):
            self.say(ReportProgress(message_id=self.id(), by=self.handler, text=f"进展 {self._count}"))

    def sign(self) -> None:
        self.say(Sign(message_id=self.id(), by=self.handler))

    def submit(self) -> None:
        self.say(Submit(message_id=self.id(), by=self.handler, text="办结"))

    def verify(self, *, passed: bool = True) -> None:
        reason = None if passed else "材料不全"
        message = Verify(message_id=self.id(), by=OFFICER, passed=passed, method="document", reason=reason)
        self.say(message, web=self.chance.random() < 0.5)


def _plain(script: _Script) -> None:
    script.launch()
    script.sign()
    script.report(script.chance.randint(1, 3))
    script.submit()
    script.verify()


def _returned(script: _Script) -> None:
    script.launch("5wd")
    script.report()  # signs too
    script.submit()
    script.verify(passed=False)
    script.report()
    script.submit()
    script.verify()


def _extended(script: _Script) -> None:
    script.launch("10wd")
    script.sign()
    script.say(RequestExtension(message_id=script.id(), by=script.handler, limit="5wd", reason="材料未齐"))
    granted = script.chance.random() < 0.6
    script.say(DecideExtension(message_id=script.id(), by=LEADER, granted=granted), web=True)
    script.report()
    script.say(RequestExtension(message_id=script.id(), by=script.handler, limit="5wd", reason="再次申请"))
    script.submit()
    script.verify()


def _suspended(script: _Script) -> None:
    script.launch("20d")
    script.sign()
    script.say(Suspend(message_id=script.id(), by=OFFICER, reason="等批复", until="10d"), web=True)
    script.report()
    script.say(Resume(message_id=script.id(), by=OFFICER), web=True)
    script.say(Urge(message_id=script.id(), by=OFFICER, reason="催办"))
    script.submit()
    script.verify()


def _out_of_order(script: _Script) -> None:
    """Everything too early, too late, or by somebody else."""
    script.launch("5wd")
    script.verify()
    script.say(Resume(message_id=script.id(), by=OFFICER))
    script.sign()
    script.sign()
    script.say(Submit(message_id=script.id(), by="区城管局承办岗", text="代办"))
    script.submit()
    script.report()
    script.verify()
    script.submit()
    script.say(ReportProgress(message_id="someone-elses", by=script.handler, text="同号"), f"{script.name}-none")


def _falls_due(script: _Script) -> None:
    """Assigned on paper so long ago that its limit runs out while this goes on."""
    script.launch("2h")
    script.report(2)
    script.submit()
    script.verify(passed=script.chance.random() < 0.7)


def _split(script: _Script) -> None:
    script.launch("30d")
    script.sign()
    children = tuple(
        Child(id=f"{script.name}{letter}", title=f"分项 {script.name}{letter}", lead=script.organ, limit="10d")
        for letter in "ab"
    )
    script.say(Split(message_id=script.id(), by=OFFICER, children=children))
    for child in children:
        target = str(child.id)
        script.say(Sign(message_id=script.id(), by=script.handler), target)
        script.say(Submit(message_id=script.id(), by=script.handler, text="办结"), target)
        script.say(Verify(message_id=script.id(), by=OFFICER, passed=True, method="document"), target)
    script.submit()
    script.verify()


def _case(script: _Script) -> None:
    """Every step of due process."""
    case = f"{script.name}/case1"
    talk = {"kind": "talk_record", "persons": [LEADER, script.head], "place": "会议室", "content": "诫勉谈话"}
    steps: list[Command] = [
        Propose(message_id=script.id(), by=OFFICER, subject=script.head, facts="检查发现", panel=PANEL),
        File(message_id=script.id(), by=LEADER),
        Investigate(message_id=script.id(), by="区审计局长", posts=("区审计局长", "区财政局长"), text="属实"),
        NotifyFacts(message_id=script.id(), by=OFFICER, text="未在期限内报结", receipt="本人签收"),
        GiveStatement(message_id=script.id(), by=script.head, text="材料供应延误"),
        AnswerStatement(message_id=script.id(), by=OFFICER, text="已核实,不影响认定"),
        *(Vote(message_id=script.id(), by=member, choice="proposed") for member in PANEL),
        Decide(message_id=script.id(), by=LEADER),
        Serve(message_id=script.id(), by=OFFICER, receipt="签收回执"),
        Execute(message_id=script.id(), by=OFFICER, evidence={**talk, "time": NOW}),
        Record(message_id=script.id(), by=OFFICER),
    ]
    for step in steps:
        script.say(step, case)


def _petition(script: _Script) -> None:
    target = f"petition/{script.name}"
    opening = Open(
        message_id=script.id(), procedure="leader_case", title=f"诉求 {script.name}", lead=script.organ,
        office="区信访局", channel=Channel.VISIT, prominent=True,
    )  # fmt: skip
    script.say(opening, target)
    for evidence in ({"接访记录": "已接访", "化解方案": "方案"}, {"化解结果": "已签协议"}):
        script.say(Finish(message_id=script.id(), by=LEADER, evidence=evidence), target)
    script.say(CallBack(message_id=script.id(), by="区信访局承办岗", satisfied=True), target)


NOW = "now"
"""Stands for the instant at which it is said."""

_KINDS: tuple[tuple[int, Callable[[_Script], None]], ...] = (
    (24, _plain), (12, _returned), (12, _extended), (12, _suspended), (10, _out_of_order), (12, _falls_due),
    (6, _split), (6, _case), (6, _petition),
)  # fmt: skip


def _life(number: int, chance: random.Random) -> Life:
    weights = [weight for weight, _ in _KINDS]
    write = _KINDS[number][1] if number < len(_KINDS) else chance.choices(_KINDS, weights)[0][1]
    script = _Script(number, chance)
    write(script)
    for _ in range(2):
        if chance.random() < 0.25:
            script.again()
    return Life(script.name, write.__name__.strip("_"), script.organ, tuple(script.said))


# --- drills -----------------------------------------------------------------------------------------------------------

_CAST = ("省政府", "市政府", "区政府", "督查室", "教育局", "体育局", "财政局", "监委")


def _drill(number: int, seed: int) -> Scenario:
    """A random scenario on organs and under ids of its own, without notices: a calendar is everybody's."""
    text = random_text(seed * 1_000 + number, sample_directory())
    content = yaml.safe_load(_apart(text, number))
    content["commands"] = [one for one in content["commands"] if one["do"] != "load_calendar"]
    return read(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), f"drill-{number}.yaml")


def _apart(text: str, number: int) -> str:
    """The scenario with every organ, post, matter and message called after its number."""
    text = re.sub(r"(省政府|市政府|区政府|督查室|教育局|体育局|财政局|监委)", rf"\g<1>{number}号", text)
    text = re.sub(r"(?<!室)(省长|市长|区长)", rf"\g<1>{number}号", text)
    text = re.sub(r"\bm(\d)(?=[\w/]?\b|/)", rf"d{number}m\1", text)
    return re.sub(r"\bid: r(\d+)", rf"id: d{number}r\1", text)


def _directory(lives: Sequence[Life], drills: int) -> str:
    """The sample's directory file with the organ of every life and the cast of every drill."""
    return "\n".join((_SAMPLE.read_text(encoding="utf-8-sig").rstrip(), *_rows(lives, drills))) + "\n"


def _rows(lives: Sequence[Life], drills: int) -> Iterator[str]:
    for life in lives:
        posts = f"{life.organ}长,{life.organ}承办岗"
        yield f"{life.name.upper()},{life.organ},区政府,区直部门,,{posts},{life.name}@example.invalid"
    for number in range(drills):
        yield from _cast_rows(number)


def _cast_rows(number: int) -> Iterator[str]:
    from rehearsal.random_scenarios import _ORGANS  # noqa: PLC0415 - the cast of a random scenario

    cast: tuple[dict[str, Any], ...] = _ORGANS
    for place, organ in enumerate(cast):
        row = [
            f"D{number}X{place}", organ["organ"], organ.get("parent", ""), "", "是" if organ.get("independent") else "",
            organ["head"], organ["handler"], "",
        ]  # fmt: skip
        yield _apart(",".join(map(str, row)), number)


def falls_due_after(life: Life) -> timedelta:
    """How long after its launch the limit of such a life runs out: differs from life to life, the same each time."""
    return timedelta(seconds=4 + 3 * (5 * int(life.name[1:]) % 11))
