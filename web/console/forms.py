"""What does the form of a command ask for, and what does a filled one say? Made from the message's own shape.

A field of a form is a field of the message; `evidence.place` is the part `place` of its field `evidence`, and
`children.0.title` the title of the first child. What was filled in is checked by the bounds of the interface
(web/api/bodies.py), so that the two take the same; what it means is for the rules.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin
from uuid import uuid4

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from starlette.datastructures import FormData

from models.acts import ActName
from models.base import Shape, Spoken
from models.cases import CaseSource, ReviewOutcome
from models.explanations import Words
from models.matters import Severity, Urgency
from models.policy import VerificationMethod
from models.proceedings import Channel
from policies.attaching import FIELD as ATTACHMENTS
from policies.deadlines import SHANGHAI
from policies.office_commands import CORRECTABLE
from policies.proposals import OF_A_CASE
from policies.wording import CASE_SOURCES
from web.api.bodies import SAID_BY_THE_CALLER, Body
from web.api.texts import LONGEST_NAME, LONGEST_TEXT, LONGEST_TITLE

_DIGITS = 9

ROWS = 5
"""How many rows a form has for what can be said several times over."""


class Kind(StrEnum):
    """How a field is filled in."""

    TEXT = "text"
    """Several lines."""
    LINE = "line"
    NUMBER = "number"
    DATE = "date"
    INSTANT = "instant"
    """To the minute, in Asia/Shanghai."""
    CHOICE = "choice"
    TICK = "tick"
    NAMES = "names"
    """Several names, one on each line or with commas between them."""
    PAIRS = "pairs"
    """Several texts by name, one `name: value` on each line."""
    MARKS = "marks"
    """Several whole numbers by name, written in the same way."""
    FILES = "files"
    """Several files; what is said of them are the hashes under which they were handed in (web/console/giving.py)."""


class Suggest(StrEnum):
    """From which list a field is filled in: of the directory, or one that its page has."""

    POSTS = "posts"
    ORGANS = "organs"
    BASES = "bases"
    ALIKE = "alike-numbers"


@dataclass(frozen=True, slots=True)
class Option:
    """One of the values that a field can have: as it is sent, as it is shown, and what the message takes for it."""

    value: str
    words: Words
    said: Any = None

    @property
    def meant(self) -> Any:
        """What the message takes."""
        return self.value if self.said is None else self.said


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form; `longest` in characters, `label` the key of its text, `row` its row from 1, 0 for none."""

    name: str
    kind: Kind
    label: str
    options: tuple[Option, ...] = ()
    required: bool = False
    longest: int = LONGEST_TEXT
    suggest: Suggest | None = None
    row: int = 0


@dataclass(frozen=True, slots=True)
class Form:
    """A form as a page shows it: its fields, the id its message will have, what was filled in, and what is wrong.

    `files` are those handed in already, by their hashes: their names.
    """

    do: str
    fields: tuple[Field, ...]
    values: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, Words] = field(default_factory=dict)
    message: str = field(default_factory=lambda: uuid4().hex)
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def takes_files(self) -> bool:
        """Whether files are handed in with it."""
        return any(one.kind is Kind.FILES for one in self.fields)

    @property
    def filled(self) -> bool:
        """Whether somebody has filled it in already, and it is shown for that."""
        return bool(self.values or self.errors)


_YES_NO = (Option("yes", Words(zh="是", en="Yes"), said=True), Option("no", Words(zh="否", en="No"), said=False))
_NOT_REACHED = Option("none", Words(zh="未联系上", en="Not reached"), said=NoneType)

_METHODS = {"document": "材料核验", "visit": "现场核验", "call_back": "回访"}
_CHANNELS = {"hotline": "热线", "web": "网上", "letter": "来信", "visit": "来访", "box": "信箱"}
_OUTCOMES = {"upheld": "维持", "lighter": "减轻", "revoked": "撤销"}
_SEVERITIES = {"minor": "轻微", "ordinary": "一般", "serious": "较重", "grave": "严重"}
_RECEIPTS = {"signed": "本人签收", "left": "留置送达(须两名见证人)", "public_notice": "公告送达(写明媒体和日期)"}
_ABOUT = {
    ActName.RETURNED: "退回",
    ActName.RECTIFICATION_ORDERED: "责令整改",
    ActName.CLOSED: "销号",
}


def options(named: Mapping[str, str], *, english: Mapping[str, str] | None = None) -> tuple[Option, ...]:
    """Options from what is sent to its words in Chinese; in English as it is sent, unless said otherwise."""
    return tuple(
        Option(str(value), Words(zh=words, en=(english or {}).get(value, str(value).replace("_", " "))))
        for value, words in named.items()
    )


_CHOICES: Mapping[str, tuple[Option, ...]] = {
    "method": options({one.value: _METHODS.get(one.value, one.value) for one in VerificationMethod}),
    "urgency": options({one.value: one.value for one in Urgency}),
    "severity": options({one.value: _SEVERITIES.get(one.value, one.value) for one in Severity}),
    "channel": options({one.value: _CHANNELS[one.value] for one in Channel}),
    "outcome": options({one.value: _OUTCOMES.get(one.value, one.value) for one in ReviewOutcome}),
    "source": options({one.value: CASE_SOURCES[one] for one in CaseSource}),
    "receipt.kind": options(_RECEIPTS),
    "object.about": options({act.value: words for act, words in _ABOUT.items()}),
}
_SUGGESTED = {
    **dict.fromkeys(("lead", "office", "to", "organ", "co", "organs", "refer_to"), Suggest.ORGANS),
    **dict.fromkeys(
        ("leader", "responsible", "post", "member", "subject", "panel", "reviewers", "posts", "present"), Suggest.POSTS
    ),
}
_ANSWERS = frozenset({"granted", "passed", "upheld", "agreed", "satisfied"})
_SEVERAL_LINES = frozenset({"text", "reason", "facts", "requirement", "remark", "without_co", "criterion"})
_LONGEST = {"title": LONGEST_TITLE, **dict.fromkeys(_SUGGESTED, LONGEST_NAME)}

_NO_NAMES = frozenset({"link.to"})

_LEFT_OUT: Mapping[str, frozenset[str]] = {
    "correct": frozenset({"act"}),
    "split": frozenset({"id"}),
    "propose": frozenset(OF_A_CASE),
}
"""What a form need not ask, since it follows from another of its fields, or from the matter."""

Parts = tuple[tuple[str, Kind], ...]

_RECEIPT: Parts = (
    ("kind", Kind.CHOICE),
    ("witnesses", Kind.NAMES),
    ("medium", Kind.LINE),
    ("date", Kind.DATE),
)
_LETTER: Parts = (("organ", Kind.LINE), ("number", Kind.LINE))
_PART_LABELS = {"document.organ": "field.letter_organ", "document.number": "field.letter_number"}
"""Labels of parts that would be taken for those of another field of their form."""

_PARTS: Mapping[str, Parts] = {
    **dict.fromkeys(("notify_facts.receipt", "serve.receipt", "refer.receipt"), _RECEIPT),
    **dict.fromkeys(("execute.document", "refer.document"), _LETTER),
    "verify.evidence": (
        ("persons", Kind.NAMES),
        ("place", Kind.LINE),
        ("date", Kind.DATE),
        ("document", Kind.LINE),
    ),
    "correct.fields": tuple((name, Kind.CHOICE if name == "public" else Kind.TEXT) for name in sorted(CORRECTABLE)),
}
"""What is asked one by one of a field that holds values by name; of any other, one of them on each line."""


def form_of(
    shape: type[Spoken],
    *,
    choices: Mapping[str, Sequence[Option]] | None = None,
    parts: Mapping[str, Parts] | None = None,
    left_out: frozenset[str] = frozenset(),
) -> tuple[Field, ...]:
    """The fields of the form of this message but those left out.

    `choices` gives options to a field whose values the rules know, `parts` the parts of one that holds values by name.
    """
    do = str(shape.model_fields["do"].default)
    all_left_out = SAID_BY_THE_CALLER | _LEFT_OUT.get(do, frozenset()) | left_out
    return fields_of(shape, do, left_out=all_left_out, choices=choices, parts=parts)


def fields_of(
    shape: type[BaseModel],
    do: str,
    *,
    left_out: frozenset[str] = SAID_BY_THE_CALLER,
    choices: Mapping[str, Sequence[Option]] | None = None,
    parts: Mapping[str, Parts] | None = None,
) -> tuple[Field, ...]:
    """The fields of the form of any shape but those left out; `choices` and `parts` as in `form_of`."""
    given = _Given(choices or {}, {**_PARTS, **{f"{do}.{name}": one for name, one in (parts or {}).items()}})
    return tuple(
        one
        for name, known in shape.model_fields.items()
        if name not in left_out
        for one in _fields(do, name, known, given)
    )


@dataclass(frozen=True, slots=True)
class _Given:
    """What is known of the fields of a form beside their message's shape."""

    choices: Mapping[str, Sequence[Option]]
    parts: Mapping[str, Parts]


def _fields(do: str, name: str, known: FieldInfo, given: _Given) -> Iterator[Field]:
    label, several, member = f"field.{name}", *_member(known.annotation)
    if name in given.choices:
        yield Field(name, Kind.CHOICE, label, tuple(given.choices[name]))
    elif f"{do}.{name}" in given.parts:
        for part, kind in given.parts[f"{do}.{name}"]:
            offered = _CHOICES.get(f"{name}.{part}", _YES_NO) if kind is Kind.CHOICE else ()
            called = _PART_LABELS.get(f"{name}.{part}", f"field.{part}")
            yield Field(f"{name}.{part}", kind, called, offered, longest=_LONGEST.get(part, LONGEST_TEXT))
    elif several and isinstance(member, type) and issubclass(member, Shape):
        for row in range(ROWS):
            for part, inner in member.model_fields.items():
                if part not in _LEFT_OUT.get(do, frozenset()):
                    for one in _fields(do, part, inner, given):
                        yield _in_row(one, f"{name}.{row}", row + 1)
    elif name == ATTACHMENTS:
        yield Field(name, Kind.FILES, label)
    elif several:
        yield Field(name, Kind.NAMES, label, suggest=_SUGGESTED.get(name))
    elif member is dict:
        yield Field(name, Kind.MARKS if name == "marks" else Kind.PAIRS, label)
    elif member is bool and known.default is False:
        yield Field(name, Kind.TICK, label)
    elif member is bool:
        answers = (*_YES_NO, _NOT_REACHED) if do == "call_back" else _YES_NO
        yield Field(name, Kind.CHOICE, label, answers, required=name in _ANSWERS)
    elif chosen := _CHOICES.get(f"{do}.{name}", _CHOICES.get(name)):
        yield Field(name, Kind.CHOICE, label, chosen)
    else:
        simple = {int: Kind.NUMBER, date: Kind.DATE, datetime: Kind.INSTANT}
        kind = simple.get(member, Kind.TEXT if name in _SEVERAL_LINES else Kind.LINE)
        longest = _LONGEST.get(name, LONGEST_TEXT if kind is Kind.TEXT else 64)
        suggested = None if f"{do}.{name}" in _NO_NAMES else _SUGGESTED.get(name)
        yield Field(name, kind, label, longest=longest, suggest=suggested)


def _in_row(one: Field, prefix: str, row: int) -> Field:
    return Field(f"{prefix}.{one.name}", one.kind, one.label, one.options, False, one.longest, one.suggest, row)


def _member(annotation: Any) -> tuple[bool, Any]:
    """Whether several are taken, and of which kind each is."""
    if get_origin(annotation) in (Union, UnionType):
        members = get_args(annotation)
        held = [_member(one) for one in members if one is not NoneType]
        # Where a list, or values by name, can be said as one text too, the fuller one is asked for.
        held.sort(key=lambda one: (not one[0], one[1] is not dict))
        return held[0]
    origin = get_origin(annotation)
    if origin is tuple:
        return True, get_args(annotation)[0]
    if origin is not None and hasattr(annotation, "__metadata__"):
        return _member(get_args(annotation)[0])
    return False, origin or annotation


# --- what was filled in -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as it came: every field by name as it was typed, and the id of its message."""

    message: str
    values: Mapping[str, str]


def filled(form: FormData) -> Filled:
    """What a form says; of files only those that were handed in before. Of a field sent twice the last one counts."""
    values = {name: value for name, value in form.multi_items() if isinstance(value, str)}
    values |= {ATTACHMENTS: " ".join(one for one in form.getlist(ATTACHMENTS) if isinstance(one, str))}
    values.pop("csrf", None)
    return Filled(values.pop("message", ""), values)


def said(fields: Sequence[Field], form: Filled, body: type[Body]) -> tuple[dict[str, Any], dict[str, Words]]:
    """What the filled form says, as the message takes it, and what cannot be read of it, by field.

    Empty fields, and rows left empty, say nothing.
    """
    spoken: dict[str, Any] = {}
    errors: dict[str, Words] = {}
    for one in fields:
        typed = form.values.get(one.name, "").strip().replace("\r\n", "\n")
        if not typed:
            continue
        try:
            # What a value is called may have a dot in it; only a row has parts of its own.
            _put(spoken, one.name.split(".", -1 if one.row else 1), _read(one, typed))
        except ValueError as error:
            errors[one.name] = error.args[0]
    rows = {name: sorted(one, key=int) for name, one in spoken.items() if _has_rows(one)}
    spoken |= {name: [spoken[name][number] for number in numbers] for name, numbers in rows.items()}
    if errors:
        return {}, errors
    try:
        body.model_validate(spoken)
    except ValidationError as faulty:
        names = {one.name for one in fields}
        for fault in faulty.errors():
            name, *place = fault["loc"]
            if name in rows and place:
                place[0] = rows[str(name)][int(place[0])]
            errors.setdefault(_place((name, *place), names), _wrong(fault))
        return {}, errors
    return spoken, {}


def _read(one: Field, typed: str) -> Any:
    match one.kind:
        case Kind.TICK:
            return True
        case Kind.CHOICE:
            return _chosen(one, typed)
        case Kind.NUMBER:
            return _number(typed)
        case Kind.DATE:
            return _day(typed).isoformat()
        case Kind.INSTANT:
            return _instant(typed).isoformat()
        case Kind.NAMES:
            return _names(typed)
        case Kind.FILES:
            return typed.split()
        case Kind.PAIRS:
            return _pairs(typed)
        case Kind.MARKS:
            return {name: _number(value) for name, value in _lines(typed)}
    return typed


def _chosen(one: Field, typed: str) -> Any:
    for option in one.options:
        if option.value == typed:
            return None if option.meant is NoneType else option.meant
    known = "、".join(option.words.zh for option in one.options)
    raise ValueError(Words(zh=f"请从列出的选项中选择:{known}", en="Choose one of those listed."))


def _day(typed: str) -> date:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        raise ValueError(Words(zh="请填写日期,如 2026-04-30。", en="A date such as 2026-04-30.")) from None


def _instant(typed: str) -> datetime:
    try:
        at = datetime.fromisoformat(typed)
    except ValueError:
        accepted = Words(zh="请填写日期和时间,如 2026-04-30T09:00。", en="Date and time such as 2026-04-30T09:00.")
        raise ValueError(accepted) from None
    return at if at.tzinfo else at.replace(tzinfo=SHANGHAI)


def _names(typed: str) -> list[str]:
    for separator in "\u3001,\uff0c;\uff1b":
        typed = typed.replace(separator, "\n")
    return [one.strip() for one in typed.splitlines() if one.strip()]


def _pairs(typed: str) -> dict[str, str] | str:
    """One line without a name is said as it is."""
    if "\n" not in typed and ":" not in typed.replace("\uff1a", ":"):
        return typed
    return dict(_lines(typed))


def _lines(typed: str) -> Iterator[tuple[str, str]]:
    for line in filter(None, map(str.strip, typed.splitlines())):
        name, _, value = (one.strip() for one in line.replace("\uff1a", ":", 1).partition(":"))
        if not (name and value):
            raise ValueError(Words(zh=f"请每行写“名称:内容”:{line}", en=f"One “name: value” on each line: {line}"))
        yield name, value


def _number(typed: str) -> int:
    if not (typed.isascii() and typed.isdecimal() and len(typed) <= _DIGITS):
        raise ValueError(Words(zh=f"请填写整数,如 3:{typed}", en=f"A whole number such as 3: {typed}"))
    return int(typed)


def _put(spoken: dict[str, Any], path: list[str], value: Any) -> None:
    for name in path[:-1]:
        spoken = spoken.setdefault(name, {})
    spoken[path[-1]] = value


def _has_rows(one: Any) -> bool:
    return isinstance(one, dict) and bool(one) and all(isinstance(row, dict) for row in one.values())


def _place(loc: tuple[int | str, ...], names: set[str]) -> str:
    """The field in which a fault lies: the longest beginning of its place that is one, else the first part."""
    parts = [str(one) for one in loc]
    return next(
        (name for end in range(len(parts), 0, -1) if (name := ".".join(parts[:end])) in names),
        parts[0] if parts else "",
    )


def _wrong(fault: Any) -> Words:
    longest = fault.get("ctx", {}).get("max_length")
    if longest is not None:
        return Words(zh=f"过长:最多 {longest}。", en=f"Too long: at most {longest}.")
    return Words(zh="内容不合要求,请检查。", en=f"Not taken: {fault['msg']}.")
