"""What else might be said, in order and out of order, right and wrong? A seeded scenario for comparing two players.

Half of it are lives as a stream of replies brings them, half is noise: wrong posts, wrong instants, unknown targets,
repeated messages, notices. The same seed and directory give the same text, so a scenario can be kept as a file.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

import yaml

from models.acts import Act
from models.matters import MatterState
from policies.calendar import standard_calendar
from policies.deadlines import SHANGHAI
from policies.directory import Directory
from policies.procedures import STANDARD, shipped
from rehearsal.conductor import Conductor
from rehearsal.scenarios import PlannedCommand, Scenario, read
from rehearsal.streams import Stream


class _Plain(yaml.SafeDumper):
    """Writes a value out wherever it stands: scenario files have no references."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the library's signature
        return True


OFFICE, LEADER = "督查室", "区长"
_ORGANS = (
    {"organ": "省政府", "head": "省长", "handler": "省政府承办岗"},
    {"organ": "市政府", "head": "市长", "handler": "市政府承办岗", "parent": "省政府"},
    {"organ": "区政府", "head": LEADER, "handler": "区政府承办岗", "parent": "市政府"},
    {"organ": OFFICE, "head": "督查室主任", "handler": "督查室承办岗", "parent": "区政府"},
    {"organ": "教育局", "head": "教育局长", "handler": "教育局承办岗", "parent": "区政府"},
    {"organ": "体育局", "head": "教育局长", "handler": "体育局承办岗", "parent": "区政府"},
    {"organ": "财政局", "head": "财政局长", "handler": "财政局承办岗", "parent": "区政府"},
    {"organ": "监委", "head": "监委主任", "handler": "监委承办岗", "independent": True},
)
_NAMES = tuple(str(organ["organ"]) for organ in _ORGANS)
_LEADS = ("教育局", "教育局", "体育局", "财政局", "财政局", "监委", OFFICE, "区政府")
_LIMITS = (
    "1wd",
    "2wd",
    "3wd",
    "5wd",
    "5wd",
    "10wd",
    "15wd",
    "0.5wd",
    "same-day",
    "4h",
    "48h",
    "3d",
    "10d",
    "2w",
    "1mo",
)
_WRONG_LIMITS = ("0wd", "三天", "5WD", "2020-01-01", "2199-01-01", "11y")
_TIMES = ("08:29:59", "08:30:00", "08:30:01", "11:59:59", "12:00:00", "12:00:01", "17:59:59", "18:00:00", "18:00:01")
# Days about which counting goes wrong: long holidays, make-up days, month ends, the end of the official calendar.
_STARTS = (
    (date(2026, 1, 26), 4), (date(2026, 2, 9), 9), (date(2026, 3, 2), 25), (date(2026, 4, 24), 8),
    (date(2026, 6, 15), 10), (date(2026, 9, 21), 12), (date(2026, 12, 14), 17), (date(2024, 2, 26), 5),
)  # fmt: skip
_SPAN_DAYS = 75
_OTHER_COMMANDS = ("urge", "summon", "praise", "file")


def random_scenario(seed: int, directory: Directory) -> Scenario:
    """The scenario of this seed; `directory` is the office's, to which the scenario adds its own posts."""
    return read(random_text(seed, directory), f"random-{seed}.yaml")


def random_text(seed: int, directory: Directory) -> str:
    """The YAML of the scenario of this seed, playable as a file."""
    return _Author(seed, directory).text()


class _Author:
    def __init__(self, seed: int, directory: Directory) -> None:
        self._rng = Random(f"scenario/{seed}")  # noqa: S311 - a rehearsal, not a secret
        self._seed = seed
        self._directory = directory
        first, within = self._rng.choice(_STARTS)
        self._start = self._moment(first + timedelta(days=self._rng.randint(0, within)))
        self._until = self._start + timedelta(days=self._rng.randint(30, _SPAN_DAYS))

    def text(self) -> str:
        content: dict[str, Any] = {
            "title": f"random {self._seed}",
            "start": self._start.isoformat(),
            "policy": STANDARD,
            "posts": [dict(organ) for organ in _ORGANS],
            "matters": [self._matter(number) for number in range(self._rng.randint(1, 3))],
            "until": self._until.isoformat(),
        }
        draft = read(yaml.dump(content, Dumper=_Plain, allow_unicode=True, sort_keys=False), "draft")
        said = self._stream(draft) if self._chance(0.6) else []
        noise = [self._noise(content["matters"]) for _ in range(self._rng.randint(4, 30))]
        noise += [answer for command in noise if (answer := self._answer(command))]
        commands = sorted((*said, *noise, *self._notices()), key=lambda command: str(command["at"]))
        content["commands"] = self._with_repeats(commands)
        return yaml.dump(content, Dumper=_Plain, allow_unicode=True, sort_keys=False, width=120)

    def _chance(self, probability: float) -> bool:
        return self._rng.random() < probability

    def _moment(self, day: date) -> datetime:
        if self._chance(0.35):
            return datetime.combine(day, time.fromisoformat(self._rng.choice(_TIMES)), SHANGHAI)
        minutes = self._rng.randint(8 * 60, 19 * 60) if self._chance(0.9) else self._rng.randint(0, 24 * 60 - 1)
        return datetime.combine(day, time(minutes // 60, minutes % 60), SHANGHAI)

    def _some_time(self) -> datetime:
        days = int((self._until - self._start).days * self._rng.random() ** 2)
        return max(self._start, self._moment(self._start.date() + timedelta(days=days)))

    # --- matters ----------------------------------------------------------------------------------------------------

    def _matter(self, number: int) -> dict[str, Any]:
        rng, chance = self._rng, self._chance
        lead = rng.choice(_LEADS)
        matter: dict[str, Any] = {
            "id": f"m{number + 1}",
            "title": rng.choice(("甲事项", "乙事项", "丙事项")),
            "lead": lead,
            "office": OFFICE,
            "leader": LEADER,
            "limit": self._limit(),
        }
        if chance(0.35):
            others = [name for name in ("教育局", "财政局", "体育局") if name != lead]
            matter["co"] = rng.sample(others, rng.randint(1, len(others)))
        if chance(0.25):
            matter["urgency"] = rng.choice(("急件", "特急"))
        if chance(0.25):
            matter["report_every"] = rng.choice(("weekly", "每半月", "5d", "1mo"))
        if chance(0.2):
            matter["basis"] = "群众来信"
        if chance(0.2):
            matter["severity"] = rng.choice(("minor", "serious", "grave"))
        if chance(0.15):
            matter["responsible"] = "教育局承办岗"
        if chance(0.15):
            ago = timedelta(days=rng.randint(0, 40), hours=rng.randint(0, 9))
            matter["assigned_at"] = (self._start - ago).isoformat()
        if chance(0.07):
            matter.update(self._slip(lead))
        return matter

    def _limit(self) -> str:
        if self._chance(0.15):
            return (self._start.date() + timedelta(days=self._rng.randint(0, 25))).isoformat()
        return self._rng.choice(_LIMITS)

    def _slip(self, lead: str) -> dict[str, Any]:
        slips: tuple[dict[str, Any], ...] = (
            {"title": ""}, {"lead": "无此局"}, {"co": [lead]}, {"leader": "无此岗"}, {"urgency": "很急"},
            {"limit": self._rng.choice(_WRONG_LIMITS)}, {"report_every": "有时"}, {"by": "教育局承办岗"},
        )  # fmt: skip
        return self._rng.choice(slips)

    # --- commands ---------------------------------------------------------------------------------------------------

    def _stream(self, draft: Scenario) -> list[dict[str, Any]]:
        """What a stream of replies says to these matters when nobody disturbs it."""
        directory = self._directory.with_organs(draft.organs)
        stream, heard = Stream(self._seed, directory), list[PlannedCommand]()

        def listen(state: MatterState, acts: Sequence[Act]) -> list[PlannedCommand]:
            planned = stream(state, acts)
            heard.extend(planned)
            return planned

        conductor = Conductor(shipped(STANDARD), directory, draft.start, responder=listen)
        for matter_id, registration in draft.matters:
            conductor.register(matter_id, registration)
        conductor.play(draft.until)
        return [_written(item, self._chance(0.3)) for item in heard if item.at <= draft.until]

    def _noise(self, matters: Sequence[dict[str, Any]]) -> dict[str, Any]:
        rng = self._rng
        matter = rng.choice(matters)
        do, said, right = self._command(matter)
        by = rng.choice(right) if self._chance(0.75) else self._anybody()
        others = ("m9", f"{matter['id']}/case1", f"{matter['id']}a", f"{matter['id']}b")
        target = matter["id"] if self._chance(0.9) else rng.choice(others)
        return {"at": self._some_time().isoformat(), "by": by, "target": target, "do": do, **said}

    def _answer(self, command: dict[str, Any]) -> dict[str, Any] | None:
        """An answer, some hours later, to a command that asks for one."""
        if command["do"] == "request_transfer":
            to = next(organ for organ in _ORGANS if organ["organ"] == command["to"])
            do = "accept_transfer" if self._chance(0.8) else "refuse_transfer"
            said: dict[str, Any] = {"by": str(to["handler"]), "do": do}
        elif command["do"] in ("object", "object_assignment"):
            said = {"by": self._rng.choice(("督查室主任", LEADER, "督查室承办岗")), "do": "decide_objection"}
            said |= self._decision()
        else:
            return None
        later = datetime.fromisoformat(command["at"]) + timedelta(hours=self._rng.choice((1, 5, 24, 72)))
        return {"at": later.isoformat(), "target": command["target"], **said} if self._chance(0.7) else None

    def _anybody(self) -> str:
        organ = self._rng.choice(_ORGANS)
        return "无此岗" if self._chance(0.1) else str(organ[self._rng.choice(("head", "handler"))])

    def _command(self, matter: dict[str, Any]) -> tuple[str, dict[str, Any], Sequence[str]]:
        """A command, what it says, and the posts that may give it."""
        rng, chance = self._rng, self._chance
        office, leader = ("督查室承办岗", "督查室主任"), (LEADER,)
        lead = next((organ for organ in _ORGANS if organ["organ"] == matter["lead"]), _ORGANS[4])
        leads = (str(lead["head"]), str(lead["handler"]))
        handlers = tuple(str(organ["handler"]) for organ in _ORGANS)
        sayings: tuple[tuple[int, str, dict[str, Any], Sequence[str]], ...] = (
            (4, "sign", {}, leads),
            (4, "report_progress", {"text": "进展", "done": chance(0.5)}, (*leads, "财政局承办岗", "体育局承办岗")),
            (5, "submit", {"text": "办结"} | ({"without_co": "另报"} if chance(0.6) else {}), leads),
            (6, "verify", self._verification(), (*office, "区政府承办岗")),
            (4, "request_extension", {"limit": self._asked(matter), "reason": "数据量大"}, leads),
            (4, "decide_extension", {"granted": chance(0.7)} if chance(0.9) else {}, (*leader, *leader, "市长")),
            (4, "suspend", self._suspension(), office),
            (4, "resume", {}, office),
            (2, "approve", {}, leader),
            (1, "cancel", {"reason": "情况变化"} if chance(0.7) else {}, leader),
            (2, "request_transfer", {"to": rng.choice(_NAMES), "reason": "职责"}, (*leads, *office)),
            (2, "accept_transfer", {}, handlers),
            (1, "refuse_transfer", {"reason": "非本单位职责"}, handlers),
            (2, "object_assignment", {"reason": "非本单位职责"}, leads),
            (1, "uphold_assignment", {}, office),
            (3, "object", {"text": "不属实"} if chance(0.9) else {}, leads),
            (3, "decide_objection", self._decision(), (*office, *leader, "市长")),
            (2, "reopen", {"reason": "回访不满意"}, office),
            (2, "raise_urgency", {"urgency": rng.choice(("平件", "急件", "特急"))}, office),
            (1, "circulate", {"text": "通报"}, (*office, *leader)),
            (1, "merge", {"into": rng.choice(("m1", "m2", "m3"))}, office),
            (1, "split", {"children": [self._child(matter) for _ in range(rng.randint(1, 2))]}, office),
            (1, "correct", {"entry": rng.randint(1, 9), "text": "更正"}, office),
            (1, rng.choice(_OTHER_COMMANDS), {"reason": "其他"}, office),
        )
        _, do, said, right = rng.choices(sayings, [weight for weight, *_ in sayings])[0]
        return do, said, right

    def _child(self, matter: dict[str, Any]) -> dict[str, Any]:
        name = f"{matter['id']}{self._rng.choice('abc')}"
        return {"id": name, "title": f"分项{name}", "lead": self._rng.choice(_LEADS), "limit": self._limit()}

    def _decision(self) -> dict[str, Any]:
        said: dict[str, Any] = {"upheld": self._chance(0.5)} if self._chance(0.95) else {}
        return said | ({"to": self._rng.choice(_NAMES)} if self._chance(0.5) else {})

    def _verification(self) -> dict[str, Any]:
        said: dict[str, Any] = {"method": self._rng.choice(("document", "call-back", "visit", "guess"))}
        if self._chance(0.95):
            said["passed"] = self._chance(0.4)
        if said["method"] == "visit" and self._chance(0.7):
            said["evidence"] = {"persons": ["甲岗", "乙岗"], "place": "现场", "date": self._start.date().isoformat()}
        return said

    def _asked(self, matter: dict[str, Any]) -> str:
        limit = str(matter["limit"])
        if self._chance(0.3):
            return self._limit()
        if limit.startswith("20"):
            return (date.fromisoformat(limit) + timedelta(days=self._rng.randint(1, 12))).isoformat()
        return limit

    def _suspension(self) -> dict[str, Any]:
        said: dict[str, Any] = {"reason": "等批复"} if self._chance(0.93) else {}
        day = self._some_time().date() + timedelta(days=self._rng.randint(0, 12))
        if self._chance(0.95):
            said["until"] = day.isoformat() if self._chance(0.6) else self._rng.choice(("5d", "10d", "31d", "随后"))
        return said

    def _notices(self) -> list[dict[str, Any]]:
        """Made-up notices about days near the start, now and then the same one twice."""
        notices = []
        for number in range(self._rng.choice((0, 0, 1, 1, 2))):
            day = self._start.date() + timedelta(days=self._rng.randint(0, 20))
            year = day.year if day.year in standard_calendar().published else 2027
            days = [day + timedelta(days=more) for more in range(self._rng.randint(1, 6))]
            off = [one for one in days if one.year == day.year]
            weekend = day + timedelta(days=5 - day.weekday() + 7)
            notice = {
                "number": f"演练〔{self._seed}〕{number}号",
                "date": day.isoformat(),
                "year": year,
                "days_off": [one.isoformat() for one in off],
                "workdays": [weekend.isoformat()] if self._chance(0.4) and weekend.year == day.year else [],
            }
            command = {"at": self._some_time().isoformat(), "do": "load_calendar", "notice": notice}
            notices += [command] if self._chance(0.8) else [command, {**command, "at": self._until.isoformat()}]
        return notices

    def _with_repeats(self, commands: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Some commands named and given again later, with the same words or other ones."""
        repeated: list[dict[str, Any]] = []
        for number, command in enumerate(commands):
            if command["do"] != "load_calendar" and self._chance(0.12):
                command = {"id": f"r{number}", **command}
                later = datetime.fromisoformat(command["at"]) + timedelta(minutes=self._rng.choice((0, 1, 600, 6000)))
                again = {**command, "at": later.isoformat()}
                if self._chance(0.3):
                    again["by"] = self._anybody()
                repeated.append(again)
            repeated.append(command)
        return sorted(repeated, key=lambda command: str(command["at"]))


def _written(item: PlannedCommand, named: bool) -> dict[str, Any]:
    said = item.command.model_dump(mode="json", exclude_none=True)
    message_id = said.pop("message_id")
    by = {"by": said.pop("by")} if "by" in said else {}
    name = {"id": message_id} if named else {}
    return {"at": item.at.isoformat(), **name, **by, "target": item.target, **said}
