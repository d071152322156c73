"""What does a scenario file say?

Reads the YAML of engine.md section 6 into typed values; every mistake is reported with its line. Playing it is for the
conductor, comparing its expectations for checks.py.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path, PurePath
from typing import Any

from pydantic import Field, TypeAdapter, ValidationError

from models.acts import ActName
from models.base import Shape
from models.calendar import CalendarNotice
from models.contract import PROCEEDING_KINDS, is_proceeding
from models.directory import Organ
from models.messages import Command, Registration
from models.proceeding_messages import Open
from policies.block_procedures import BlockProcedure, load_blocks, shipped_blocks
from policies.calendar import CalendarError, standard_calendar
from policies.deadlines import SHANGHAI
from policies.documents import LARGEST_BYTES, Document, DocumentError, Mistake, decoded
from policies.procedures import STANDARD, Procedure, load_text, shipped

# Given by what hands a matter in, never by what it says.
_RESERVED = frozenset({"message_id", "policy", "voice"})
# A path as offices write them; whatever else a file system might take for one is not tried.
_PLAIN = re.compile(r"[\w.\- /〔〕()（）]{1,200}")
_COMMAND: TypeAdapter[Command] = TypeAdapter(Command)


@dataclass(frozen=True)
class PlannedCommand:
    """A command with the instant at which it arrives; `number` is its place in the file."""

    at: datetime
    target: str
    command: Command
    number: int


@dataclass(frozen=True)
class PlannedOpening:
    """A proceeding, a petition or a duty that is opened at an instant, by default at the start."""

    at: datetime
    target: str
    message: Open


@dataclass(frozen=True)
class PlannedNotice:
    """A calendar notice loaded at an instant."""

    at: datetime
    notice: CalendarNotice
    message_id: str
    number: int


@dataclass(frozen=True)
class Expectation:
    """One expected (or forbidden) act: its target, its name, and the values it must have."""

    target: str
    act: ActName
    values: Mapping[str, Any]
    line: int


@dataclass(frozen=True)
class Scenario:
    """One rehearsal, ready to be played. All instants are aware; `until` is inclusive.

    `procedures` are the block procedures that its openings name, shipped or beside the file.
    """

    title: str
    file: str
    start: datetime
    until: datetime
    procedure: Procedure
    organs: tuple[Organ, ...]
    matters: tuple[tuple[str, Registration], ...]
    planned: tuple[PlannedCommand | PlannedNotice, ...]
    openings: tuple[PlannedOpening, ...] = ()
    procedures: tuple[BlockProcedure, ...] = ()
    expect: tuple[Expectation, ...] = ()
    never: tuple[Expectation, ...] = ()
    exact: bool = False
    meta: Mapping[str, Any] = field(default_factory=dict)


class _File(Shape):
    title: str = ""
    start: str
    until: str | None = None
    policy: str = STANDARD
    posts: list[dict[str, Any]] = Field(default_factory=list)
    matters: list[dict[str, Any]] = Field(default_factory=list)
    proceedings: list[dict[str, Any]] = Field(default_factory=list)
    commands: list[dict[str, Any]] = Field(default_factory=list)
    expect: list[dict[str, Any]] = Field(default_factory=list)
    never: list[dict[str, Any]] = Field(default_factory=list)
    exact: bool = False
    mechanisms: list[str] = Field(default_factory=list)


class _Post(Shape):
    organ: str
    head: str
    handler: str
    parent: str | None = None
    independent: bool = False


def read_instant(text: str) -> datetime:
    """The aware instant written in `text`; a bare date is 00:00 +08:00. Raises ValueError for anything else."""
    try:
        return datetime.combine(date.fromisoformat(text), datetime.min.time(), SHANGHAI)
    except ValueError:
        pass
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(f"{text}: 缺少时区 no offset")
    return instant.astimezone(SHANGHAI).replace(microsecond=0)


def load(path: str | Path) -> Scenario:
    """The scenario in the file at `path`; raises DocumentError with every mistake, OSError when it cannot be read."""
    path = Path(path)
    with path.open("rb") as opened:
        text = decoded(opened.read(LARGEST_BYTES + 1), str(path))
    return read(text, str(path), path.parent)


def read(text: str, file: str = "scenario", place: Path | None = None) -> Scenario:
    """The scenario written in `text`; raises DocumentError with every mistake and its line.

    Procedure files it names lie below the directory `place`; without one it may name shipped ones only.
    """
    return _Reader(Document(text, file), place).scenario()


class _Reader:
    def __init__(self, document: Document, place: Path | None) -> None:
        self.document = document
        self.place = place
        self.mistakes: list[Mistake] = []

    def scenario(self) -> Scenario:
        read = self.document.read(_File)
        start = self._instant(read.start, ("start",))
        until = self._instant(read.until, ("until",)) if read.until else None
        organs = self._organs(read.posts)
        matters = self._matters(read.matters)
        openings, procedures = self._openings(read.proceedings, start)
        planned = sorted(self._planned(read.commands), key=lambda item: item.at)
        self._check_notices(planned)
        expect = self._expectations(read.expect, "expect")
        never = self._expectations(read.never, "never")
        procedure = self._procedure(read.policy)
        for item in planned:
            if start is not None and item.at < start:
                at = ("commands", item.number)
                self.mistakes.append(self.document.mistake(at, "早于 start earlier than start", read.start))
        if self.mistakes or start is None or procedure is None:
            raise DocumentError(self.mistakes)
        return Scenario(
            title=read.title,
            file=self.document.file,
            start=start,
            until=until or start + timedelta(days=366),
            procedure=procedure,
            organs=organs,
            matters=matters,
            planned=tuple(planned),
            openings=openings,
            procedures=procedures,
            expect=expect,
            never=never,
            exact=read.exact,
            meta={"mechanisms": tuple(read.mechanisms)},
        )

    def _instant(self, text: Any, at: tuple[str | int, ...]) -> datetime | None:
        try:
            return read_instant(str(text))
        except ValueError:
            accepted = "2026-03-02T09:00+08:00, 2026-03-02"
            self.mistakes.append(self.document.mistake(at, f"时刻读不懂 not an instant: {text}", accepted))
            return None

    def _procedure(self, name: str) -> Procedure | None:
        try:
            return shipped(name)
        except KeyError:
            pass
        try:
            return self._procedure_beside(name)
        except OSError:
            why = f"没有这个程序 unknown policy: {name}"
            self.mistakes.append(self.document.mistake(("policy",), why, f"{STANDARD} 或程序文件 or a policy file"))
        except DocumentError as error:
            self.mistakes += error.mistakes
        return None

    def _procedure_beside(self, name: str) -> Procedure:
        text, file = self._beside(name)
        return load_text(text, file)

    def _beside(self, name: str) -> tuple[str, str]:
        """The text of a file below the scenario's own directory, and its name: nothing else of this machine is read."""
        pure = PurePath(name)
        if self.place is None or not _PLAIN.fullmatch(name) or pure.is_absolute() or ".." in pure.parts:
            raise FileNotFoundError(name)
        path = self.place / pure
        if not path.is_file():
            raise FileNotFoundError(name)
        with path.open("rb") as opened:
            return decoded(opened.read(LARGEST_BYTES + 1), str(path)), str(path)

    def _shape(self, shape: type[Shape], content: dict[str, Any], at: tuple[str | int, ...]) -> Any:
        try:
            return self.document.read(shape, content, at)
        except DocumentError as error:
            self.mistakes += error.mistakes
            return None

    def _organs(self, posts: list[dict[str, Any]]) -> tuple[Organ, ...]:
        organs = []
        for index, content in enumerate(posts):
            post = self._shape(_Post, content, ("posts", index))
            if post is not None:
                fields = post.model_dump()
                organs.append(Organ(name=fields.pop("organ"), **fields))
        return tuple(organs)

    def _matters(self, matters: list[dict[str, Any]]) -> tuple[tuple[str, Registration], ...]:
        found: dict[str, Registration] = {}
        for index, content in enumerate(matters):
            at = ("matters", index)
            fields = dict(content)
            matter_id = fields.pop("id", None)
            if not isinstance(matter_id, str) or not matter_id or "/" in matter_id:
                why = "缺少或不可用的 id missing or unusable id"
                self.mistakes.append(self.document.mistake((*at, "id"), why, "m1"))
                continue
            if matter_id in found:
                self.mistakes.append(self.document.mistake((*at, "id"), f"id 重复 the same id twice: {matter_id}"))
                continue
            if reserved := sorted(_RESERVED & fields.keys()):
                self.mistakes.append(self.document.mistake(at, f"未知的键 unknown key: {', '.join(reserved)}"))
                continue
            if isinstance(fields.get("co"), str):
                fields["co"] = [fields["co"]] if fields["co"] else []
            if "assigned_at" in fields:
                fields["assigned_at"] = self._instant(fields["assigned_at"], (*at, "assigned_at"))
            fields = {name: value for name, value in fields.items() if value != ""}
            registration = self._shape(Registration, {**fields, "message_id": f"registration:{matter_id}"}, at)
            if registration is not None:
                found[matter_id] = registration
        return tuple(found.items())

    def _openings(
        self, proceedings: list[dict[str, Any]], start: datetime | None
    ) -> tuple[tuple[PlannedOpening, ...], tuple[BlockProcedure, ...]]:
        found: dict[str, PlannedOpening] = {}
        procedures: dict[str, BlockProcedure] = {}
        for index, content in enumerate(proceedings):
            at = ("proceedings", index)
            fields = {name: value for name, value in content.items() if value != ""}
            target = str(fields.pop("id", ""))
            if not is_proceeding(target) or target in found:
                why = f"缺少、不可用或重复的 id missing, unusable or repeated id: {target}"
                accepted = ", ".join(f"{kind}/1" for kind in PROCEEDING_KINDS)
                self.mistakes.append(self.document.mistake((*at, "id"), why, accepted))
                continue
            if reserved := sorted(_RESERVED & fields.keys()):
                self.mistakes.append(self.document.mistake(at, f"未知的键 unknown key: {', '.join(reserved)}"))
                continue
            opened_at = self._instant(fields.pop("at"), (*at, "at")) if "at" in fields else start
            if "received_at" in fields:
                fields["received_at"] = self._instant(fields["received_at"], (*at, "received_at"))
            message = self._shape(Open, {**fields, "message_id": f"opening:{target}"}, at)
            name = str(fields.get("procedure", ""))
            procedure = self._blocks(name, (*at, "procedure"))
            if message is not None and opened_at is not None and procedure is not None:
                found[target] = PlannedOpening(
                    opened_at, target, message.model_copy(update={"procedure": procedure.name})
                )
                procedures[procedure.name] = procedure
        return tuple(found.values()), tuple(procedures.values())

    def _blocks(self, name: str, at: tuple[str | int, ...]) -> BlockProcedure | None:
        """The block procedure that ships under a name, or stands in a file below the scenario's own directory."""
        try:
            return shipped_blocks(name)
        except KeyError:
            pass
        try:
            return load_blocks(*self._beside(name))
        except OSError:
            why = f"没有这个程序 unknown procedure: {name}"
            self.mistakes.append(self.document.mistake(at, why, "已有程序的名称或程序文件 a procedure or its file"))
        except DocumentError as error:
            self.mistakes += error.mistakes
        return None

    def _planned(self, commands: list[dict[str, Any]]) -> list[PlannedCommand | PlannedNotice]:
        planned: list[PlannedCommand | PlannedNotice] = []
        for index, content in enumerate(commands):
            where = ("commands", index)
            fields = dict(content)
            at = self._instant(fields.pop("at", None), (*where, "at"))
            message_id = str(fields.pop("id", "") or f"#{index}")
            if at is None:
                continue
            if fields.get("do") == "load_calendar":
                notice = self._notice(fields, where)
                if notice is not None:
                    planned.append(PlannedNotice(at, notice, message_id, index))
                continue
            if "voice" in fields:
                self.mistakes.append(self.document.mistake((*where, "voice"), "未知的键 unknown key: voice"))
                continue
            target = fields.pop("target", None)
            if not target:
                self.mistakes.append(self.document.mistake(where, "缺少 target required but missing", "m1, m1/case1"))
                continue
            try:
                command = _COMMAND.validate_python({**fields, "message_id": message_id})
            except ValidationError as error:
                self.mistakes += [self._command_mistake(where, fault) for fault in error.errors()]
                continue
            planned.append(PlannedCommand(at, str(target), command, index))
        return planned

    def _command_mistake(self, where: tuple[str | int, ...], fault: Any) -> Mistake:
        path = tuple(part for part in fault["loc"][1:] if isinstance(part, (str, int)))
        accepted = str(fault.get("ctx", {}).get("expected_tags", "")).replace("'", "")
        return self.document.mistake((*where, *path), f"{fault['msg']}: {str(fault['input'])[:60]}", accepted)

    def _notice(self, fields: dict[str, Any], where: tuple[str | int, ...]) -> CalendarNotice | None:
        unknown = set(fields) - {"do", "notice", "by"}
        if unknown or not isinstance(fields.get("notice"), dict):
            why = "load_calendar 需要且只需要 notice takes a notice and nothing else"
            accepted = "notice: {number, date, year, days_off, workdays}"
            self.mistakes.append(self.document.mistake(where, why, accepted))
            return None
        content = dict(fields["notice"])
        try:
            for name in ("days_off", "workdays"):
                content[name] = _expanded(content.get(name, []))
        except (ValueError, TypeError) as error:
            why = f"日期读不懂 not a list of dates: {error}"
            self.mistakes.append(self.document.mistake((*where, "notice"), why, "[2027-01-01..2027-01-04, 2027-02-05]"))
            return None
        notice: CalendarNotice | None = self._shape(CalendarNotice, content, (*where, "notice"))
        if notice is None:
            return None
        return notice

    def _check_notices(self, planned: Iterable[PlannedCommand | PlannedNotice]) -> None:
        """Load the notices of the file, in the order of their instants, on the shipped calendar."""
        calendar = standard_calendar()
        for item in planned:
            if isinstance(item, PlannedNotice) and not calendar.has(item.notice.number):
                try:
                    calendar = calendar.with_notice(item.notice)
                except CalendarError as error:
                    self.mistakes.append(self.document.mistake(("commands", item.number, "notice"), str(error)))

    def _expectations(self, items: list[dict[str, Any]], name: str) -> tuple[Expectation, ...]:
        found = []
        for index, content in enumerate(items):
            at = (name, index)
            values: dict[str, Any] = {key: value for key, value in content.items() if key not in ("target", "act")}
            try:
                act = ActName(content.get("act", ""))
            except ValueError:
                # An act of the contract that this procedure never causes can still be expected, or forbidden.
                why = f"未知的记录名 unknown act: {content.get('act')}"
                self.mistakes.append(self.document.mistake((*at, "act"), why, ", ".join(ActName)))
                continue
            if not content.get("target"):
                self.mistakes.append(self.document.mistake(at, "缺少 target required but missing"))
                continue
            unknown = set(values) - PRINTED
            if unknown:
                why = f"未知的键 unknown key: {', '.join(sorted(unknown))}"
                self.mistakes.append(self.document.mistake(at, why, ", ".join(sorted(PRINTED))))
                continue
            for key in ("at", "due"):
                if key in values:
                    values[key] = self._instant(values[key], (*at, key))
            found.append(Expectation(str(content["target"]), act, values, self.document.line(at)))
        return tuple(found)


PRINTED = frozenset(
    {"at", "by", "due", "days_left", "light", "measure", "subject", "severity", "count", "step", "value", "reason",
     "provisional", "rule"}
)  # fmt: skip


def _expanded(spans: Any) -> list[date]:
    days: list[date] = []
    for span in [spans] if isinstance(spans, str) else spans:
        first, _, last = str(span).partition("..")
        begin, end = date.fromisoformat(first), date.fromisoformat(last or first)
        if end < begin or (end - begin).days > 400:
            raise ValueError(span)
        days += [begin + timedelta(days=number) for number in range((end - begin).days + 1)]
    return days
