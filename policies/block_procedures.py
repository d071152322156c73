"""Does a procedure file put together from building blocks make sense, and what does it say on a date?

Every number stands under `parameters`, dated and with its source; a step names it. A file with a mistake is refused
whole, with every mistake's line and what would be accepted. What a block does is for policies/blocks/.
"""

import hashlib
import re
from collections.abc import Collection, Iterator
from datetime import date
from functools import lru_cache
from importlib import resources
from typing import Any, get_args

from pydantic import Field

from models.acts import ActName
from models.base import Shape
from models.blocks import (
    Approval,
    Block,
    CountedFrom,
    Feedback,
    Filing,
    FirstOffence,
    Joint,
    Meaning,
    Meeting,
    Plan,
    PublicNotice,
    Recurrence,
    Replies,
    Then,
)
from models.policy import Role
from policies.blocks import BLOCKS
from policies.blocks.recurrence import mistakes as recurrence_mistakes
from policies.documents import Document, DocumentError, Mistake, Path, decoded
from policies.limits import WITHIN_A_DAY, LimitError, Unit, parse_limit
from policies.periods import EVENT, EVERY
from policies.procedures import dated_values

_SHIPPED = re.compile(r"[a-z][a-z0-9_]{0,60}", re.ASCII)
_NUMBER = re.compile(r"[+-]?[0-9]+(?:[./][0-9]+)?%?", re.ASCII)


def _means(field: Any, meaning: Meaning) -> bool:
    """Whether a field's type, or a part of it, is marked as having that meaning (models/blocks.py)."""
    metadata: Collection[Any] = getattr(field, "metadata", None) or getattr(field, "__metadata__", None) or ()
    inner = getattr(field, "annotation", None)
    parts = get_args(field) if inner is None else (inner,)
    return meaning in metadata or any(_means(part, meaning) for part in parts)


def _shapes_in(shape: type[Shape]) -> Iterator[type[Shape]]:
    """The shape, and every one that its fields are made of."""
    yield shape
    for field in shape.model_fields.values():
        ahead: list[Any] = [field.annotation]
        while ahead:
            kind = ahead.pop()
            ahead += get_args(kind)
            if isinstance(kind, type) and issubclass(kind, Shape):
                yield from _shapes_in(kind)


_WORDS = frozenset(
    name
    for block in BLOCKS
    for shape in _shapes_in(block)
    for name, field in shape.model_fields.items()
    if _means(field, Meaning.WORD)
)
"""The fields of blocks that are words, never a number's name."""


class _File(Shape):
    name: str
    title: str
    of: str = "proceeding"
    carries: tuple[str, ...] = ()
    parameters: dict[str, list[dict[str, Any]]] = Field(default_factory=dict)
    steps: tuple[dict[str, Any], ...]
    tell: dict[ActName, tuple[Role, ...]] = Field(default_factory=dict)


class BlockProcedure:
    """A checked procedure file: its text, its version, and its plan on any date it covers."""

    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.file = file
        self._document = Document(text, file)
        self._read = self._document.read(_File)
        self.name = self._read.name
        self.title = self._read.title
        self.of = self._read.of
        self.carries = self._read.carries
        self.version = f"{self.name}@{hashlib.sha256(text.encode()).hexdigest()[:12]}"
        self._values, mistakes = dated_values(self._document)
        mistakes += _literals(self._document, self._read) + _unused(self._document, self._read)
        if not self._read.steps:
            mistakes.append(self._document.mistake(("steps",), "没有任何环节 no step at all"))
        if all(self._values.values()):
            for day in self.change_days:
                try:
                    _check(self._document, self.in_force(day))
                except DocumentError as error:
                    mistakes += error.mistakes
                except LookupError as error:
                    mistakes.append(self._document.mistake(("parameters",), str(error.args[0])))
        if mistakes:
            raise DocumentError(dict.fromkeys(mistakes))

    @property
    def change_days(self) -> tuple[date, ...]:
        """The days from which something has another value, once everything has one; one day without parameters."""
        days = sorted({entry[0] for entries in self._values.values() for entry in entries})
        first = max((entries[0][0] for entries in self._values.values()), default=date(2004, 1, 1))
        return tuple(day for day in days if day >= first) or (first,)

    @property
    def first_day(self) -> date:
        """The first date on which every parameter has a value."""
        return self.change_days[0]

    def in_force(self, on: date) -> Plan:
        """The plan of the local date `on`; raises LookupError before the first or after the last value."""
        dated = self._dated(on)
        numbers = {name: value for name, (value, _) in dated.items()}
        sources = {name: source for name, (_, source) in dated.items()}
        steps = []
        mistakes: list[Mistake] = []
        for place, raw in enumerate(self._read.steps):
            kind = raw.get("block")
            shape = _SHAPES.get(str(kind))
            at: Path = ("steps", place)
            if shape is None:
                why = f"没有这种构件 unknown block: {kind}"
                mistakes.append(self._document.mistake((*at, "block"), why, ", ".join(_SHAPES)))
                continue
            try:
                steps.append(self._document.read(shape, _filled(raw, numbers), at))
            except DocumentError as error:
                mistakes += error.mistakes
        if mistakes:
            raise DocumentError(mistakes)
        return self._document.read(
            Plan,
            {
                "key": f"{self.version}/{on.isoformat()}", "name": self.name, "title": self.title, "of": self.of,
                "carries": self.carries, "steps": [step.model_dump() for step in steps],
                "tell": self._read.tell, "sources": sources,
            },
        )  # fmt: skip

    def values(self, on: date) -> dict[str, Any]:
        """The value of every parameter on the local date `on`, by name; raises LookupError as `in_force` does."""
        return {name: value for name, (value, _) in self._dated(on).items()}

    def uses(self, step: str) -> tuple[tuple[str, str], ...]:
        """Where the step takes which parameter: (`limit`, `completion`), (`missed.again`, `again`), in order."""
        raw = next((raw for raw in self._read.steps if raw.get("name") == step), {})
        return tuple(
            (".".join(str(part) for part in at), text) for at, text in _leaves(raw, ()) if text in self._values
        )

    def _dated(self, on: date) -> dict[str, tuple[Any, str]]:
        found: dict[str, tuple[Any, str]] = {}
        for name, entries in self._values.items():
            for from_on, until, value, source in reversed(entries):
                if from_on <= on and (until is None or on < until):
                    found[name] = value, source
                    break
            else:
                raise LookupError(f"{self.file}: {name}: 在 {on} 无有效值 no value in force on {on}")
        return found


_SHAPES: dict[str, type[Block]] = {shape.model_fields["block"].default: shape for shape in BLOCKS}


def _filled(content: Any, numbers: dict[str, Any], key: str = "") -> Any:
    """The step with the value in force in place of every name of a number."""
    if isinstance(content, dict):
        return {name: part if name in _WORDS else _filled(part, numbers, name) for name, part in content.items()}
    if isinstance(content, list):
        return [_filled(part, numbers, key) for part in content]
    return numbers.get(content, content) if isinstance(content, str) else content


def _leaves(content: Any, at: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(content, dict):
        for name, part in content.items():
            if name not in _WORDS:
                yield from _leaves(part, (*at, name))
    elif isinstance(content, list):
        for place, part in enumerate(content):
            yield from _leaves(part, (*at, place))
    elif isinstance(content, str):
        yield at, content


def _literals(document: Document, read: _File) -> list[Mistake]:
    """Numbers and limits written into a step: each has to be a parameter, with its date and its source."""
    mistakes = []
    for place, raw in enumerate(read.steps):
        for at, text in _leaves(raw, ("steps", place)):
            if _NUMBER.fullmatch(text) or is_limit(text):
                why = f"数字须写成有生效日期和依据的参数 a number is a parameter with a date and a source: {text}"
                mistakes.append(document.mistake(at, why, "parameters 中的名称 a name under parameters"))
    return mistakes


def _unused(document: Document, read: _File) -> list[Mistake]:
    used = {text for place, raw in enumerate(read.steps) for _, text in _leaves(raw, ("steps", place))}
    return [
        document.mistake(("parameters", name), "没有环节用到这个参数 no step uses this parameter")
        for name in read.parameters
        if name not in used
    ]


def is_limit(text: str) -> bool:
    """Whether the text reads as a limit."""
    try:
        parse_limit(text)
    except LimitError:
        return False
    return True


def _check(document: Document, plan: Plan) -> None:
    """What can never work: names twice, limits that are none, silence consenting without a law, going back nowhere."""
    mistakes: list[Mistake] = []
    seen: set[str] = set()
    for place, block in enumerate(plan.steps):
        at: Path = ("steps", place)
        if block.name in seen:
            mistakes.append(document.mistake((*at, "name"), f"环节重名 the same name twice: {block.name}"))
        mistakes += _bad_limits(document, block, at) + _bad_silence(document, block, at)
        mistakes += _bad_reminders(document, block, at) + _bad_order(document, plan, place)
        if plan.of == "petition" and block.missed.then in (Then.LAPSE, Then.NEXT):
            why = "群众诉求不因无人办理而了结或跳过 no petition ends, or goes on, because nobody did anything"
            mistakes.append(document.mistake((*at, "missed", "then"), why, "wait"))
        redo = block.redo if isinstance(block, Feedback | PublicNotice) else None
        if redo is not None and redo not in seen:
            why = f"只能退回到前面的环节 only to an earlier step: {redo}"
            mistakes.append(document.mistake((*at, "redo"), why, ", ".join(seen) or "无 none"))
        if isinstance(block, Recurrence) != (plan.of == "duty"):
            why = "recurrence 用于且只用于 of: duty; a duty has a recurrence, and nothing else has one"
            mistakes.append(document.mistake((*at, "block"), why))
        mistakes += _bad_recurrence(document, block, at)
        seen.add(block.name)
    if mistakes:
        raise DocumentError(mistakes)


def limits_of(shape: Shape, at: Path) -> Iterator[tuple[Path, str]]:
    """Every limit in a block, and where it stands, also in the shapes that it is made of."""
    for name, field in type(shape).model_fields.items():
        value, path = getattr(shape, name), (*at, name)
        if _means(field, Meaning.LIMIT):
            if isinstance(value, dict):
                yield from (((*path, key), text) for key, text in value.items())
            elif value is not None:
                yield path, value
        for place, part in enumerate(value if isinstance(value, tuple) else (value,)):
            if isinstance(part, Shape):
                yield from limits_of(part, (*path, place) if isinstance(value, tuple) else path)


def _bad_limits(document: Document, block: Block, at: Path) -> list[Mistake]:
    mistakes = []
    for path, text in limits_of(block, at):
        try:
            if parse_limit(text).unit is Unit.DATE and path[-1] not in ("limit", "validity"):
                mistakes.append(document.mistake(path, "此处不能用固定日期 no fixed date here", "15wd, 10d, 2w, 3mo"))
        except LimitError as error:
            mistakes.append(document.mistake(path, error.why, error.accepted))
    if isinstance(block, PublicNotice) and not mistakes and parse_limit(block.length).unit in WITHIN_A_DAY:
        why = "公示期以日计 a window is counted in days"
        mistakes.append(document.mistake((*at, "length"), why, "3d, 7d, 5wd, 2w, 1mo"))
    if isinstance(block, Filing) and block.what != "copy" and block.receipt is None:
        why = "报备、移送须有回执 a filing or a transfer needs a receipt; only a copy may do without"
        mistakes.append(document.mistake((*at, "receipt"), why, "5wd"))
    if block.missed.over is not None and block.missed.urge is None:
        why = "没有催办就没有催办后逾期 nothing is over after a letter that never goes out"
        mistakes.append(document.mistake((*at, "missed", "over"), why, "urge"))
    if isinstance(block, FirstOffence) and not mistakes and parse_limit(block.within).unit is not Unit.MONTHS:
        mistakes.append(document.mistake((*at, "within"), "首违期间以月计 counted in months", "12mo"))
    if block.counted is CountedFrom.BEFORE_EVENT and block.more_time is not None:
        why = "倒计的时限不能延长 what is counted back from an event is given no more time"
        mistakes.append(document.mistake((*at, "more_time"), why, "counted: step"))
    if block.counted is CountedFrom.BEFORE_EVENT and block.limit is None:
        mistakes.append(document.mistake((*at, "limit"), "倒计须有时限 counting back needs a limit"))
    return mistakes


def _bad_silence(document: Document, block: Block, at: Path) -> list[Mistake]:
    """Silence consents only where a law says so, where the block knows what that means, and within a limit."""
    missed = block.missed
    if missed.then is not Then.CONSENT:
        return []
    mistakes = []
    if not (missed.law or "").strip():
        why = "超时默认须有法律依据 silence is a consent only where a law says so"
        mistakes.append(document.mistake((*at, "missed", "law"), why, "行政许可法第五十条"))
    if isinstance(block, Approval) and block.collective:
        why = "须集体讨论决定的,不能超时默认 what is decided collectively is never consented to by silence"
        mistakes.append(document.mistake((*at, "missed", "then"), why, "wait, lapse"))
    if BLOCKS[type(block)].silence is None:
        why = f"此构件没有默认同意 silence means nothing in a {getattr(block, 'block', '')}"
        mistakes.append(document.mistake((*at, "missed", "then"), why, "wait, lapse, next"))
    if block.limit is None:
        mistakes.append(document.mistake((*at, "limit"), "永远不会触发 can never fire: 没有时限 no limit"))
    return mistakes


def _bad_recurrence(document: Document, block: Block, at: Path) -> list[Mistake]:
    """A duty never ends by itself, so nothing can come after it; a length that is none, days no period has."""
    if not isinstance(block, Recurrence):
        return []
    if block.every not in (*EVERY, EVENT):
        why = f"周期读不懂 not a period: {block.every}"
        return [document.mistake((*at, "every"), why, ", ".join((*EVERY, EVENT)))]
    found = [document.mistake((*at, field), why, accepted) for field, why, accepted in recurrence_mistakes(block)]
    if at[-1] != 0:
        why = "任务不会自行结束，后面的环节永远不会开始 a duty never ends by itself: no step comes after it"
        found.append(document.mistake((*at, "block"), why))
    return found


def _bad_order(document: Document, plan: Plan, place: int) -> list[Mistake]:
    """Replies without opinions before them; a second approval with a validity, which would end the first one's."""
    block, before = plan.steps[place], plan.steps[:place]
    if isinstance(block, Replies) and not any(isinstance(one, Meeting | Joint) for one in before):
        why = "前面没有收集意见的环节 no opinions are collected before it"
        return [document.mistake(("steps", place, "block"), why, "meeting, joint")]
    lasting = [one for one in (*before, block) if isinstance(one, Approval) and one.validity is not None]
    if block in lasting[1:]:
        why = "只能有一个环节的准予有有效期 one step only grants for a time"
        return [document.mistake(("steps", place, "validity"), why)]
    return []


def _bad_reminders(document: Document, block: Block, at: Path) -> list[Mistake]:
    if not block.reminders:
        return []
    mistakes = []
    limit = parse_limit(block.limit) if block.limit else None
    longest = limit.number if limit is not None and limit.unit is Unit.WORKING_DAYS else None
    for days in block.reminders:
        if days < 1 or limit is None or (longest is not None and days > longest):
            why = f"T-{days} 永远不会触发 can never fire within {block.limit}"
            mistakes.append(document.mistake((*at, "reminders"), why, f"1..{longest or 'n'}"))
    return mistakes


@lru_cache(maxsize=256)
def load_blocks(text: str, file: str) -> BlockProcedure:
    """The block procedure written in `text`; raises DocumentError with every mistake and its line."""
    return BlockProcedure(text, file)


def read_blocks(content: bytes, file: str) -> BlockProcedure:
    """The block procedure in the bytes of a file; raises DocumentError with every mistake and its line."""
    return load_blocks(decoded(content, file), file)


@lru_cache(maxsize=256)
def shipped_blocks(name: str) -> BlockProcedure:
    """The block procedure that ships under `name`; raises KeyError for a name nobody ships."""
    path = resources.files("policies") / "procedures" / "blocks" / f"{name}.yaml"
    if _SHIPPED.fullmatch(name) is None or not path.is_file():
        raise KeyError(name)
    return load_blocks(path.read_text(encoding="utf-8"), f"policies/procedures/blocks/{name}.yaml")


def all_shipped() -> tuple[BlockProcedure, ...]:
    """Every block procedure that ships, by name."""
    folder = resources.files("policies") / "procedures" / "blocks"
    names = sorted(path.name.removesuffix(".yaml") for path in folder.iterdir() if path.name.endswith(".yaml"))
    return tuple(shipped_blocks(name) for name in names)
