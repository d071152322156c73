"""Which acts does an exported ledger hold, and where in the file do those of one matter stand?

JSON lines as `export --format jsonl` writes them, read as hostile input: the first line that cannot be right refuses
the file, with its number and the reason. Only the places of lines are kept, so that a long file needs little memory.
"""

import heapq
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from pydantic import Field, ValidationError

from intake.problems import IntakeError, Words, harmless
from models.acts import Act, ActName
from models.contract import matter_of
from policies.saying import SAID

LINE_BYTES = 1024 * 1024
"""The longest line: more than the texts and evidence of any one act."""

EARLIEST, LATEST = 2000, 2200
"""The years in which an act can have happened or fall due."""

_EXPORT_AGAIN = Words("请重新导出:export --format jsonl", "Export it again: export --format jsonl")
_FIELDS = tuple(Act.model_fields)
_BOM = b"\xef\xbb\xbf"


class ActsError(IntakeError):
    """A file that is no usable export of acts."""


class _Line(Act):
    target: str = Field(min_length=1, max_length=200)
    seq: int = Field(ge=1)
    message_id: str | None = Field(default=None, max_length=1000)
    processed_at: datetime | None = None
    previous: str = ""
    hash: str = ""


@dataclass(slots=True)
class Index:
    """Where the acts of each matter and of its cases begin in the file, and what concerns more than one matter.

    `registered` has the admitted matters with the instant of registration, `roots` the matter at the top of each that
    was split off. `notices` are the calendar notices that acts name, with the first instant at which they do;
    `measures` the measures decided, with subject and instant.
    """

    places: dict[str, "array[int]"] = field(default_factory=dict)
    registered: dict[str, datetime] = field(default_factory=dict)
    roots: dict[str, str] = field(default_factory=dict)
    notices: dict[str, datetime] = field(default_factory=dict)
    measures: list[tuple[str, datetime]] = field(default_factory=list)
    last_act_at: datetime | None = None

    def families(self, since: datetime | None, until: datetime | None) -> Iterator[tuple[str, "array[int]"]]:
        """The families in which a matter was registered at `since` or later and before `until` (None: no bound).

        In the order of the ids of the matters at the top, each with the places of all its acts, in order.
        """
        members: dict[str, list[str]] = {}
        for matter_id in self.registered:
            members.setdefault(self.roots.get(matter_id, matter_id), []).append(matter_id)
        for family, matters in sorted(members.items()):
            instants = [self.registered[matter_id] for matter_id in matters]
            if any((since is None or at >= since) and (until is None or at < until) for at in instants):
                own = [self.places[matter_id] for matter_id in matters]
                yield family, own[0] if len(own) == 1 else array("Q", heapq.merge(*own))


def index(file: Path) -> Index:
    """Check every line of the file; raises ActsError for the first that cannot be right, or a file without acts."""
    found, last = Index(), dict[str, int]()
    with _opened(file) as source:
        for number, (place, text) in enumerate(_lines(source), 1):
            try:
                one = _parsed(text)
            except _BadLine as error:
                raise _refused(number, error.why) from error
            expected = last.get(one.target, 0) + 1
            if one.seq != expected:
                raise _refused(
                    number,
                    Words(
                        f"{harmless(one.target)} 的序号应为 {expected},实为 {one.seq}",
                        f"seq should be {expected}: an entry is missing, doubled or out of order",
                    ),
                )
            last[one.target] = one.seq
            _note(found, one, place)
    if not last:
        raise ActsError(Words("文件中没有任何记录", "the file holds no act"), _EXPORT_AGAIN)
    return found


def read(file: Path, places: Sequence[int]) -> Iterator[tuple[Act, str | None]]:
    """The acts that begin at these places of an indexed file, in that order, each with the id of its message.

    Raises ActsError when the file is another one by now.
    """
    with _opened(file) as source:
        for place in places:
            source.seek(place)
            try:
                one = _parsed(source.readline(LINE_BYTES + 1))
            except _BadLine as error:
                why = Words("读取期间文件已改变", "the file has changed while it was read")
                raise ActsError(why, _EXPORT_AGAIN) from error
            yield Act.model_construct(**{name: getattr(one, name) for name in _FIELDS}), one.message_id


def _note(found: Index, one: _Line, place: int) -> None:
    matter_id = matter_of(one.target)
    found.places.setdefault(matter_id, array("Q")).append(place)
    if one.act is ActName.REGISTERED:
        if matter_id not in found.registered:
            found.registered[matter_id] = one.at
            root = _root(one)
            if root is not None:
                found.roots[matter_id] = root
    elif one.act is ActName.MEASURE_DECIDED and one.subject:
        found.measures.append((one.subject, one.at))
    elif one.act is ActName.CALENDAR_RECOMPUTED and one.reason:
        found.notices[one.reason] = min(one.at, found.notices.get(one.reason, one.at))
    found.last_act_at = max(one.at, found.last_act_at or one.at)


def _root(one: _Line) -> str | None:
    """The matter at the top, as the registration of a child names it; None for any other."""
    said = one.detail.get(SAID)
    root = said.get("root") if isinstance(said, dict) else None
    return root if isinstance(root, str) else None


def _lines(source: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Every line with its place, blank ones at the end left out."""
    blank = 0
    while True:
        place = source.tell()
        text = source.readline(LINE_BYTES + 1)
        if not text:
            return
        if place == 0 and text.startswith(_BOM):
            place, text = len(_BOM), text[len(_BOM) :]
        if text.strip():
            for _ in range(blank):
                yield place, b""
            blank = 0
            yield place, text
        else:
            blank += 1


class _BadLine(ValueError):
    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.why = Words(zh, en)


def _parsed(text: bytes) -> _Line:
    """The line; raises _BadLine."""
    if len(text) > LINE_BYTES:
        raise _BadLine(f"超过 {LINE_BYTES} 字节", f"longer than {LINE_BYTES} bytes")
    try:
        one = _Line.model_validate_json(text)
    except ValidationError as error:
        fault = error.errors(include_input=False, include_url=False)[0]
        if not fault["loc"]:
            raise _BadLine("不是一个 JSON 对象", f"not one JSON object: {fault['msg']}") from error
        place = harmless(".".join(str(part) for part in fault["loc"]))
        # The library would list every value there is.
        why = "a value this program does not know" if fault["type"] == "enum" else fault["msg"]
        raise _BadLine(f"{place} 读不懂", f"{place}: {why}") from error
    for name in ("at", "due"):
        instant = getattr(one, name)
        if instant is not None and instant.utcoffset() is None:
            raise _BadLine(f"{name} 缺少时区", f"{name}: an instant without a zone")
        if instant is not None and not EARLIEST <= instant.year <= LATEST:
            raise _BadLine(f"{name} 不在 {EARLIEST}–{LATEST} 年之间", f"{name}: not between {EARLIEST} and {LATEST}")
    return one


def _refused(number: int, why: Words) -> ActsError:
    return ActsError(Words(f"第 {number} 行:{why.zh}", f"line {number}: {why.en}"), _EXPORT_AGAIN)


def _opened(file: Path) -> BinaryIO:
    try:
        return file.open("rb")
    except OSError as error:
        why = Words(f"无法读取 {file}", f"cannot be read: {error.strerror}")
        raise ActsError(why, Words("请检查路径", "Check the path")) from error
