"""Which policy is in force on a date, and does a procedure file make sense?

A file holds dated values; `in_force` gives the flat, typed policy of one day. A file with a mistake is refused whole,
with every mistake's line. What the numbers mean is for the rules that use them.
"""

import hashlib
import re
from datetime import date
from functools import lru_cache
from importlib import resources
from typing import Any

from pydantic import Field, TypeAdapter, ValidationError

from models.acts import ActName
from models.base import Shape
from models.documents import DocumentKind, DocumentOf
from models.matters import Severity, Urgency
from models.policy import Policy, Role, Step
from policies.documents import Document, DocumentError, Mistake, Path, decoded, in_words
from policies.ladder import standard_ladder
from policies.limits import LimitError, Unit, parse_limit

STANDARD = "standard"
# Days of which the policy is kept at hand: those on which the matters of a working day began.
_MOST_DAYS = 256
_SHIPPED = re.compile(r"[a-z][a-z0-9_]{0,60}", re.ASCII)

CASE_LIMITS = tuple(name for name in Policy.model_fields if name.startswith("case_"))
_LIMITS = {
    "default_limit", "approval", "verification", "verification_escalation", "returned", "suspension_longest",
    "archive", "accumulation", "transfer", "assignment_objection", "assignment_decision", "objection",
    "objection_decision", "reopening", "reopened", *CASE_LIMITS,
}  # fmt: skip
_LIMITS_BY_URGENCY = {"signing", "supervision", "rectification"}
# From when, until when (None: open), the value, its source.
_Value = tuple[date, date | None, Any, str]

# The acts of a case that name the measure they are about.
_MEASURED_ACTS = (
    ActName.CASE_PROPOSED, ActName.FACTS_NOTIFIED, ActName.MEASURE_DECIDED, ActName.DECISION_SERVED,
    ActName.MEASURE_EXECUTED, ActName.MEASURE_NOT_ADOPTED, ActName.REVIEW_DECIDED, ActName.RESTORED,
)  # fmt: skip

_REPEATING = ActName.ACCOUNTABILITY_PROPOSED
_ESCALATION_ACTS = (ActName.SUPERVISED, ActName.RECTIFICATION_ORDERED, ActName.ACCOUNTABILITY_PROPOSED)


class _Dated(Shape):
    value: Any
    source: str
    until: date | None = None


class _File(Shape):
    name: str
    title: str
    carries: tuple[str, ...] = ()
    parameters: dict[str, list[dict[str, Any]]]
    escalation: list[dict[str, Any]]
    tell: dict[ActName, list[Role]]
    documents: dict[str, dict[str, Any]] = Field(default_factory=dict)


class Procedure:
    """A checked procedure file: its text, its version, and its policy on any date it covers.

    `carries` are the rows of docs/contract/mechanisms.md that the procedure carries.
    """

    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.file = file
        document = Document(text, file)
        self._read, mistakes = _sketch(document)
        self.name = self._read.name
        self.title = self._read.title
        self.carries = self._read.carries
        self.version = self.version_of(self.name, text)
        self._kept: dict[date, Policy] = {}
        self._values, value_mistakes = dated_values(document)
        mistakes += value_mistakes + _missing_and_unknown(document, self._read)
        self._steps, step_mistakes = _steps(document)
        mistakes += step_mistakes
        self._documents, document_mistakes = _documents(document, self._read)
        mistakes += document_mistakes
        mistakes += self._as_of_each_day(document, {one.where.split(".")[1] for one in mistakes if "." in one.where})
        if mistakes:
            raise DocumentError(dict.fromkeys(mistakes))

    @staticmethod
    def version_of(name: str, text: str) -> str:
        """What this text of a procedure is called, as every ruling by it names it."""
        return f"{name}@{hashlib.sha256(text.encode()).hexdigest()[:12]}"

    @property
    def first_day(self) -> date:
        """The first date on which every parameter has a value."""
        return max(entries[0][0] for entries in self._values.values())

    @property
    def last_change(self) -> date:
        """The last date from which a parameter has another value: from then on the procedure is all it will be."""
        return max(entries[-1][0] for entries in self._values.values())

    def in_force(self, on: date) -> Policy:
        """The policy of the local date `on`; raises LookupError before the first or after the last value."""
        kept = self._kept.get(on)
        if kept is None:
            if len(self._kept) >= _MOST_DAYS:
                self._kept.clear()
            kept = self._kept[on] = self._as_of(on)
        return kept

    def _as_of(self, on: date) -> Policy:
        flat: dict[str, Any] = {}
        sources = {step.act.value: raw["source"] for step, raw in zip(self._steps, self._read.escalation, strict=True)}
        for name, entries in self._values.items():
            for from_on, until, value, source in reversed(entries):
                if from_on <= on and (until is None or on < until):
                    flat[name] = value
                    sources[name] = source
                    break
            else:
                raise LookupError(f"{self.file}: {name}: 在 {on} 无有效值 no value in force on {on}")
        return Policy.model_validate(
            {
                **flat,
                "key": f"{self.version}/{on.isoformat()}",
                "name": self.name,
                "title": self._read.title,
                "escalation": self._steps,
                "tell": {act: tuple(roles) for act, roles in self._read.tell.items()},
                "documents": self._documents,
                "sources": sources,
            }
        )

    def _as_of_each_day(self, document: Document, wrong: set[str]) -> list[Mistake]:
        """What is wrong with the values of a day, from the first on which all have one, for every day of change.

        What has no usable value, and what is `wrong` by itself, is taken from the shipped procedure, so that the rest
        can be looked at all the same.
        """
        usable = Policy.model_fields.keys() - wrong
        known = {name: entries for name, entries in self._values.items() if entries and name in usable}
        first = max((entries[0][0] for entries in known.values()), default=date.min)
        found: list[Mistake] = []
        for day in sorted({entry[0] for entries in known.values() for entry in entries}):
            if day >= first:
                found += _as_of(document, {name: _on(entries, day) for name, entries in known.items()})
        return found


def _on(entries: list[_Value], day: date) -> Any:
    return next((value for from_on, until, value, _ in reversed(entries) if from_on <= day), entries[0][2])


def _as_of(document: Document, values: dict[str, Any]) -> list[Mistake]:
    """What is wrong with these values together; values that are wrong by themselves are replaced by shipped ones."""
    mistakes, replaced = [], set[str]()
    stand_in = {name: value for name, value in _stand_in().items() if name not in values}
    replaced |= stand_in.keys()
    values = {**stand_in, **values}
    plain = {"key": "", "name": "", "title": "", "escalation": (), "tell": {}}
    try:
        policy = Policy.model_validate({**plain, **values})
    except ValidationError as error:
        for fault in error.errors():
            path = ("parameters", *(str(part) for part in fault["loc"][:1]))
            mistakes.append(document.mistake(path, *in_words(Policy, fault)))
        wrong = {str(fault["loc"][0]) for fault in error.errors()}
        replaced |= wrong
        policy = Policy.model_validate({**plain, **values, **{name: _stand_in().get(name) for name in wrong}})
    found = _never_fires(document, policy)
    return mistakes + [one for one in found if not any(f"parameters.{name}" == one.where for name in replaced)]


@lru_cache(maxsize=1)
def _stand_in() -> dict[str, Any]:
    """A usable value of every parameter, as the shipped file first gives it."""
    text = (resources.files("policies") / "procedures" / f"{STANDARD}.yaml").read_text(encoding="utf-8")
    return {name: entries[0]["value"] for name, entries in Document(text, STANDARD).content["parameters"].items()}


def _sketch(document: Document) -> tuple[_File, list[Mistake]]:
    """The file's parts, and what is wrong with their form; parts in a wrong form count as empty for what is next."""
    try:
        return document.read(_File), []
    except DocumentError as error:
        mistakes = list(error.mistakes)
    if not isinstance(document.content, dict):
        raise DocumentError(mistakes)
    content = {name: part for name, part in document.content.items() if name in _File.model_fields}
    content = {**_EMPTY, **content}
    try:
        _File.model_validate(content)
    except ValidationError as error:
        for fault in error.errors():
            content = _without(content, tuple(fault["loc"]))
    document.content = content
    try:
        return document.read(_File), mistakes
    except DocumentError:
        # Too far from the form of a procedure to look at any part of it.
        raise DocumentError(mistakes) from None


_EMPTY: dict[str, Any] = {
    "name": "", "title": "", "carries": [], "parameters": {}, "escalation": [], "tell": {}, "documents": {},
}  # fmt: skip


def _without(content: dict[str, Any], at: Path) -> dict[str, Any]:
    """The content without the entry of its second level that is wrong, or with a whole part empty."""
    name = str(at[0])
    part = content.get(name)
    if isinstance(part, dict) and len(at) > 1:
        return {**content, name: {key: value for key, value in part.items() if key != at[1]}}
    return {**content, name: _EMPTY[name]}


def dated_values(document: Document) -> tuple[dict[str, list[_Value]], list[Mistake]]:
    """Every parameter of a procedure file with its dated values, oldest first, and what is wrong with them."""
    values: dict[str, list[_Value]] = {}
    mistakes: list[Mistake] = []
    for name, entries in document.content.get("parameters", {}).items():
        values[name] = []
        for index, entry in enumerate(entries):
            at = ("parameters", name, index)
            try:
                from_on = TypeAdapter(date).validate_python(entry.get("from"))
                rest = document.read(_Dated, {key: part for key, part in entry.items() if key != "from"}, at)
            except ValidationError:
                mistakes.append(document.mistake(at, "缺少或读不懂的生效日期 from", "YYYY-MM-DD"))
                continue
            except DocumentError as error:
                mistakes += error.mistakes
                continue
            if values[name]:
                before_from, before_until, *_ = values[name][-1]
                if from_on <= before_from or (before_until is not None and from_on < before_until):
                    why = f"与上一条有效期重叠 overlaps the value in force from {before_from}"
                    accepted = f"from 晚于 later than {before_until or before_from}"
                    mistakes.append(document.mistake(at, why, accepted))
            mistakes += _bad_limits(document, name, rest.value, (*at, "value"))
            values[name].append((from_on, rest.until, rest.value, rest.source))
        if not entries:
            mistakes.append(
                document.mistake(("parameters", name), "没有任何取值 no value at all", "{from, value, source}")
            )
    return values, mistakes


def _bad_limits(document: Document, name: str, value: Any, at: tuple[str | int, ...]) -> list[Mistake]:
    texts: list[tuple[tuple[str | int, ...], Any]] = []
    if name in _LIMITS:
        texts = [(at, value)]
    elif (name in _LIMITS_BY_URGENCY or name == "report_every") and isinstance(value, dict):
        texts = [((*at, key), text) for key, text in value.items()]
    mistakes = []
    for path, text in texts:
        try:
            if parse_limit(str(text)).unit is Unit.DATE:
                mistakes.append(
                    document.mistake(path, "此处不能用固定日期 no fixed date here", "15wd, 10d, 2w, 3mo, 48h")
                )
        except LimitError as error:
            mistakes.append(document.mistake(path, error.why, error.accepted))
    return mistakes


def _missing_and_unknown(document: Document, read: _File) -> list[Mistake]:
    known = set(Policy.model_fields) - {"key", "name", "title", "escalation", "tell", "documents", "sources"}
    mistakes = [
        document.mistake(("parameters", name), "未知的参数 unknown parameter", ", ".join(sorted(known)))
        for name in read.parameters
        if name not in known
    ]
    required = {name for name in known if Policy.model_fields[name].is_required()}
    missing = sorted(required - set(read.parameters))
    if missing:
        mistakes.append(document.mistake(("parameters",), f"缺少参数 missing parameters: {', '.join(missing)}"))
    return mistakes


def _steps(document: Document) -> tuple[tuple[Step, ...], list[Mistake]]:
    steps: list[Step] = []
    mistakes: list[Mistake] = []
    for index, raw in enumerate(document.content["escalation"]):
        at = ("escalation", index)
        if not str(raw.get("holder", "")).strip():
            why = "此级没有责任人 a level without a holder"
            mistakes.append(document.mistake(at, why, ", ".join(Role)))
            continue
        if not str(raw.get("source", "")).strip():
            mistakes.append(document.mistake(at, "缺少依据 source"))
        try:
            step = document.read(Step, {key: part for key, part in raw.items() if key != "source"}, at)
        except DocumentError as error:
            mistakes += error.mistakes
            continue
        if step.act not in _ESCALATION_ACTS:
            accepted = ", ".join(_ESCALATION_ACTS)
            mistakes.append(
                document.mistake((*at, "act"), f"不是升级步骤 not an escalation step: {step.act}", accepted)
            )
        if any(earlier.level >= step.level for earlier in steps):
            why = f"级次重叠或倒置 level {step.level} overlaps an earlier one"
            mistakes.append(document.mistake((*at, "level"), why, "逐级递增 rising levels"))
        if any(earlier.act is _REPEATING for earlier in steps):
            why = f"永远不会触发 can never fire: {_REPEATING} 之后重复整改 repeats rectification for ever"
            mistakes.append(document.mistake(at, why, f"放在 {_REPEATING} 之前 before it"))
        if any(earlier.act is step.act for earlier in steps):
            mistakes.append(document.mistake((*at, "act"), f"同一步骤写了两次 the same step twice: {step.act}"))
        steps.append(step)
    if not mistakes and [step.act for step in steps] != list(_ESCALATION_ACTS):
        accepted = " → ".join(_ESCALATION_ACTS)
        mistakes.append(
            document.mistake(("escalation",), "升级步骤不全或次序不对 steps missing or out of order", accepted)
        )
    return tuple(steps), mistakes


def _documents(document: Document, read: _File) -> tuple[tuple[DocumentKind, ...], list[Mistake]]:
    kinds: list[DocumentKind] = []
    mistakes: list[Mistake] = []
    for name, raw in read.documents.items():
        at = ("documents", name)
        try:
            kind = document.read(DocumentKind, {**raw, "kind": name}, at)
        except DocumentError as error:
            mistakes += error.mistakes
            continue
        twin = next((earlier for earlier in kinds if earlier.mark == kind.mark), None)
        if twin is not None:
            why = f"与 {twin.kind} 代字相同,文号会重复 the same mark as {twin.kind}: numbers would repeat"
            mistakes.append(document.mistake((*at, "mark"), why, "每种文书各有代字 a mark of its own"))
        mistakes += _bad_occasions(document, kind, (*at, "issued_with"))
        kinds.append(kind)
    return tuple(kinds), mistakes


def _bad_occasions(document: Document, kind: DocumentKind, at: Path) -> list[Mistake]:
    """Conditions that can never hold: of an act without a measure, of a measure the ladder does not have."""
    codes = [measure.code for measure in standard_ladder().latest.measures]
    mistakes = []
    for occasion in kind.issued_with:
        if occasion.measures is None:
            continue
        if kind.of is not DocumentOf.CASE or occasion.act not in _MEASURED_ACTS:
            accepted = f"of: case; {', '.join(_MEASURED_ACTS)}"
            mistakes.append(document.mistake(at, f"该记录不载明问责方式 no measure in: {occasion.act}", accepted))
        unknown = [code for code in occasion.measures if code not in codes]
        if unknown:
            why = f"阶梯中没有 not on the ladder: {', '.join(unknown)}"
            mistakes.append(document.mistake(at, why, ", ".join(codes)))
    return mistakes


def _never_fires(document: Document, policy: Policy) -> list[Mistake]:
    mistakes = []
    path: tuple[str | int, ...] = ("parameters", "reminders")
    limit = parse_limit(policy.default_limit)
    longest = limit.number if limit.unit is Unit.WORKING_DAYS else None
    for urgency in Urgency:
        if urgency not in policy.reminders:
            mistakes.append(
                document.mistake(path, f"缺少 {urgency} 的提醒 no reminders for {urgency}", "[] 或 or [3, 1]")
            )
            continue
        days = policy.reminders[urgency]
        if len(set(days)) != len(days):
            why = f"{urgency} 的提醒重叠 reminders of {urgency} overlap: {list(days)}"
            mistakes.append(document.mistake(path, why, "互不相同的天数 distinct numbers of days"))
        for lead_days in days:
            if lead_days < 1 or (longest is not None and lead_days > longest):
                why = f"T-{lead_days} 永远不会触发 can never fire within {policy.default_limit}"
                mistakes.append(document.mistake(path, why, f"1..{longest or 'n'}"))
    for name in sorted(_LIMITS_BY_URGENCY):
        lacking = [urgency for urgency in Urgency if urgency not in getattr(policy, name)]
        if lacking:
            mistakes.append(document.mistake(("parameters", name), f"缺少 no value for {', '.join(lacking)}"))
    lacking_case = [name for name in CASE_LIMITS if getattr(policy, name) is None]
    if lacking_case and len(lacking_case) < len(CASE_LIMITS):
        why = f"问责程序的时限须齐全 the limits of a case are all given or none: {', '.join(lacking_case)}"
        mistakes.append(document.mistake(("parameters",), why))
    for severity in Severity:
        if len(policy.measures.get(severity, ())) != 4:
            why = f"{severity} 一行须有四格 the row {severity} needs four entries (1, 2, 3, 4+)"
            mistakes.append(document.mistake(("parameters", "measures"), why))
    return mistakes


@lru_cache(maxsize=64)
def load_text(text: str, file: str) -> Procedure:
    """The procedure written in `text`; raises DocumentError with every mistake and its line."""
    return Procedure(text, file)


def read_procedure(content: bytes, file: str) -> Procedure:
    """The procedure in the bytes of a file; raises DocumentError with every mistake and its line."""
    return load_text(decoded(content, file), file)


@lru_cache(maxsize=16)
def shipped(name: str) -> Procedure:
    """The procedure that ships under `name`; raises KeyError for a name nobody ships."""
    path = resources.files("policies") / "procedures" / f"{name}.yaml"
    if _SHIPPED.fullmatch(name) is None or not path.is_file():
        raise KeyError(name)
    return load_text(path.read_text(encoding="utf-8"), f"policies/procedures/{name}.yaml")
