"""Which measure answers to a failure, which lies one entry up or down, and what does a measure ask for?

The ladder is a file of dated, sourced values (parameters/ladder.yaml), refused whole with the line of every mistake.
Who may decide a measure is for policies/panel.py, what executing it must show for policies/evidence.py (engine.md 4).
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from functools import lru_cache
from importlib import resources
from typing import Any

from models.base import Shape
from models.ladder import Competent, Criterion, Effect, Ladder, Measure, Sourced, Track
from models.matters import Severity
from models.policy import Policy
from policies.deadlines import SHANGHAI, add_months
from policies.documents import Document, DocumentError, Mistake, Path
from policies.limits import LimitError, Unit, parse_limit

FIRST_WITH_DOCUMENT = 6
"""From P6 up nothing is executed without the competent organ's document (W6)."""

_DECIDED_HERE = (Track.PERSON, Track.ORGAN)


# --- the file ---------------------------------------------------------------------------------------------------------


class _Organs(Shape):
    value: dict[Severity, str]
    source: str


class _File(Shape):
    measures: list[dict[str, Any]]
    organs: list[dict[str, Any]]
    criteria: list[Criterion]


class LadderFile:
    """A checked ladder file, and its ladder on any date it covers."""

    def __init__(self, text: str, file: str) -> None:
        """Raises DocumentError with every mistake: missing sources, bad limits, overlaps, gaps, unknown codes."""
        self.file, self.text = file, text
        document = Document(text, file)
        read = document.read(_File)
        mistakes: list[Mistake] = []
        self._measures = [_dated_measure(document, index, raw, mistakes) for index, raw in enumerate(read.measures)]
        self._organs = _spans(document, ("organs",), read.organs, mistakes)
        self._criteria = tuple(read.criteria)
        if mistakes:
            raise DocumentError(mistakes)
        self._from = sorted({span[0] for spans in (*self._measures, self._organs) for span in spans})
        self._from = [day for day in self._from if all(spans[0][0] <= day for spans in (*self._measures, self._organs))]
        self._ladders = [self._flat(day) for day in self._from]
        for ladder in self._ladders:
            mistakes += _senseless(document, ladder)
        if mistakes:
            raise DocumentError(mistakes)

    def in_force(self, on: date) -> Ladder:
        """The ladder of the local date `on`; raises LookupError before the first day on which all of it has values."""
        for day, ladder in zip(reversed(self._from), reversed(self._ladders), strict=True):
            if day <= on:
                return ladder
        raise LookupError(f"{self.file}: {on} 尚无问责阶梯 no ladder in force before {self._from[0]}")

    @property
    def latest(self) -> Ladder:
        """The ladder from its last change on."""
        return self._ladders[-1]

    def _flat(self, on: date) -> Ladder:
        organs = _Organs.model_validate(_value_on(self._organs, on))
        return Ladder(
            key=str(on),
            measures=tuple(Measure.model_validate(_value_on(spans, on)) for spans in self._measures),
            organs=organs.value,
            criteria=self._criteria,
        )


_Span = tuple[date, date | None, dict[str, Any]]


def _value_on(spans: list[_Span], on: date) -> dict[str, Any]:
    return next(value for from_on, _, value in reversed(spans) if from_on <= on)


def _dated_measure(document: Document, index: int, raw: dict[str, Any], mistakes: list[Mistake]) -> list[_Span]:
    at: Path = ("measures", index)
    fixed = {key: value for key, value in raw.items() if key != "dated"}
    dated = raw.get("dated")
    if not isinstance(dated, list) or not dated:
        mistakes.append(document.mistake(at, "没有任何取值 no value at all", "dated: [{from, decides, evidence, …}]"))
        return [(date.min, None, {})]
    spans = _spans(document, (*at, "dated"), dated, mistakes)
    found = []
    for number, (from_on, until, value) in enumerate(spans):
        part: Path = (*at, "dated", number)
        whole = {**fixed, **{name: _or_nothing(name, said) for name, said in value.items()}}
        try:
            measure = document.read(Measure, whole, part)
        except DocumentError as error:
            mistakes += error.mistakes
            continue
        mistakes += _bad_values(document, measure, part)
        found.append((from_on, until, whole))
    return found or [(date.min, None, {})]


def _or_nothing(name: str, said: Any) -> Any:
    """A limit or an effect written `none` is none at all."""
    if name in ("execution", "effect") and isinstance(said, dict) and said.get("value") == "none":
        return {**said, "value": None}
    return said


def _spans(document: Document, at: Path, entries: list[dict[str, Any]], mistakes: list[Mistake]) -> list[_Span]:
    spans: list[_Span] = []
    for index, entry in enumerate(entries):
        here: Path = (*at, index)
        try:
            from_on = date.fromisoformat(str(entry.get("from", "")))
            until = date.fromisoformat(str(entry["until"])) if "until" in entry else None
        except ValueError:
            mistakes.append(document.mistake(here, "起止不是日期 from or until is not a date", "YYYY-MM-DD"))
            continue
        if spans and spans[-1][1] != from_on:
            why = f"与上一条之间重叠或有空档 overlaps or leaves a gap after {spans[-1][1] or spans[-1][0]}"
            mistakes.append(document.mistake(here, why, "上一条 until = 本条 from"))
        spans.append((from_on, until, {key: value for key, value in entry.items() if key not in ("from", "until")}))
    if spans and spans[-1][1] is not None:
        mistakes.append(document.mistake(at, "最后一条应无截止日期 the last value has no end", "no until"))
    return spans


def _bad_values(document: Document, measure: Measure, at: Path) -> Iterable[Mistake]:
    sourced: dict[str, Sourced[Any]] = {
        name: getattr(measure, name) for name in ("decides", "competent", "evidence", "execution", "effect", "combines")
    }
    for name, value in sourced.items():
        if not value.source.strip():
            yield document.mistake((*at, name), "缺少依据 source", "法条或出处 an article or where it is from")
    for name, units in (
        ("execution", (Unit.WORKING_DAYS, Unit.DAYS, Unit.WEEKS, Unit.MONTHS)),
        ("effect", (Unit.DAYS, Unit.WEEKS, Unit.MONTHS)),
    ):
        written = sourced[name].value
        if written is None:
            continue
        try:
            if parse_limit(written).unit not in units:
                yield document.mistake((*at, name), f"此处不能用这种时限 not this unit here: {written}", "6mo, 30d")
        except LimitError as error:
            yield document.mistake((*at, name), error.why, error.accepted)


def _senseless(document: Document, ladder: Ladder) -> Iterable[Mistake]:
    """What cannot be meant, on any date: doubled codes or ranks, unknown combinations, measures nobody can execute."""
    by_code = {measure.code: measure for measure in ladder.measures}
    places = [(measure.track, measure.rank) for measure in ladder.measures]
    for index, measure in enumerate(ladder.measures):
        at: Path = ("measures", index)
        if [one.code for one in ladder.measures].count(measure.code) > 1:
            yield document.mistake((*at, "code"), f"同一代码写了两次 the same code twice: {measure.code}")
        if places.count((measure.track, measure.rank)) > 1:
            yield document.mistake((*at, "rank"), f"同一位次写了两次 the same rank twice: {measure.rank}")
        for other in measure.combines.value:
            if other not in by_code or by_code[other].track is not measure.track:
                accepted = ", ".join(code for code, one in by_code.items() if one.track is measure.track)
                yield document.mistake(at, f"不能与之合并 cannot be combined with {other}", accepted)
        if measure.track in _DECIDED_HERE and measure.execution.value is None:
            yield document.mistake(at, "缺少执行时限 execution has no limit", "10wd")
        needs_document = measure.track not in _DECIDED_HERE or (
            measure.track is Track.PERSON and measure.rank >= FIRST_WITH_DOCUMENT
        )
        if needs_document and measure.competent.value is Competent.NONE:
            why = "P6 以上及 Z、CR 须有主管机关文件 from P6 up, Z and CR need a competent organ"
            yield document.mistake(at, why, ", ".join(one for one in Competent if one is not Competent.NONE))
    for severity in Severity:
        code = ladder.organs.get(severity, "")
        if code not in by_code or by_code[code].track is not Track.ORGAN:
            accepted = ", ".join(code for code, one in by_code.items() if one.track is Track.ORGAN)
            yield document.mistake(
                ("organs",), f"{severity}: 不是单位问责方式 not a measure for organs: {code}", accepted
            )


@lru_cache(maxsize=1)
def standard_ladder() -> LadderFile:
    """The ladder the project ships. Raises DocumentError when the file is broken."""
    text = (resources.files("policies") / "parameters" / "ladder.yaml").read_text(encoding="utf-8")
    return LadderFile(text, "policies/parameters/ladder.yaml")


# --- what follows from it ---------------------------------------------------------------------------------------------


def parts_of(measure: str) -> tuple[str, ...]:
    """The codes of a measure used together with others, for example P3 and P2 of `P3+P2`, the heaviest first."""
    return tuple(measure.split("+"))


def measures_of(ladder: Ladder, measure: str) -> tuple[Measure, ...]:
    """The entries behind a decided measure, the heaviest first; raises KeyError for a code the ladder does not have."""
    by_code = {entry.code: entry for entry in ladder.measures}
    return tuple(by_code[code] for code in parts_of(measure))


def read_measure(ladder: Ladder, track: Track, text: str) -> str | None:
    """The measure written in `text` (codes, names or aliases, joined by +), the heaviest first; None for none.

    Only measures of `track`, and only combinations that the ladder allows.
    """
    found: list[Measure] = []
    for part in text.replace("、", "+").replace(" ", "").split("+"):
        entry = next((one for one in ladder.measures if one.track is track and _is_named(one, part)), None)
        if entry is None or entry in found:
            return None
        found.append(entry)
    found.sort(key=lambda entry: entry.rank, reverse=True)
    if any(other.code not in entry.combines.value for entry in found for other in found if other is not entry):
        return None
    return "+".join(entry.code for entry in found)


def _is_named(entry: Measure, text: str) -> bool:
    return text.upper() == entry.code or text in (entry.zh, *entry.aliases)


def is_lighter(ladder: Ladder, measure: str, than: str) -> bool:
    """Whether every part of `measure` is less than the heaviest part of `than`, or `measure` a part of it."""
    parts, others = measures_of(ladder, measure), measures_of(ladder, than)
    if set(parts) < set(others):
        return True
    return parts[0].rank < others[0].rank


def moved(ladder: Ladder, measure: str, entries: int) -> str | None:
    """The measure so many entries up (down when negative) its track; None beyond either end."""
    entry = measures_of(ladder, measure)[0]
    track = sorted((one for one in ladder.measures if one.track is entry.track), key=lambda one: one.rank)
    index = track.index(entry) + entries
    return track[index].code if 0 <= index < len(track) else None


def proposed_measure(policy: Policy, ladder: Ladder, track: Track, severity: Severity, count: int) -> str:
    """What is proposed for the `count`-th failure of this severity; the last entry for every further one."""
    if track is Track.PERSON:
        row = policy.measures[severity]
        return row[min(count, len(row)) - 1]
    codes = sorted((one for one in ladder.measures if one.track is Track.ORGAN), key=lambda one: one.rank)
    first = [one.code for one in codes].index(ladder.organs[severity])
    return codes[min(first + count - 1, len(codes) - 1)].code


def count_at(
    policy: Policy, measures_decided: Callable[[str, datetime, datetime], int], subject: str, at: datetime
) -> int:
    """One more than the measures decided against `subject` in the months before `at` and not revoked."""
    return 1 + measures_decided(subject, accumulation_since(policy, at), at)


def accumulation_since(policy: Policy, at: datetime) -> datetime:
    """The first instant of the months before `at` in which measures accumulate: the same hour, Asia/Shanghai."""
    now = at.astimezone(SHANGHAI)
    since_on = add_months(now.date(), -parse_limit(policy.accumulation).number)
    return now.replace(year=since_on.year, month=since_on.month, day=since_on.day)


def longest(limits: Iterable[str | None]) -> str | None:
    """The longest of some limits, by a rough count of days that no due instant rests on; None where all are none."""
    given = [limit for limit in limits if limit is not None]
    return max(given, key=_rough_days, default=None)


def _rough_days(text: str) -> int:
    limit = parse_limit(text)
    days = {Unit.WORKING_DAYS: 1.4, Unit.DAYS: 1, Unit.WEEKS: 7, Unit.MONTHS: 30}
    return int(limit.number * days.get(limit.unit, 1))


def execution_limit(ladder: Ladder, measure: str) -> str:
    """How long executing a decided measure may take: of several used together, the longest."""
    limit = longest(entry.execution.value for entry in measures_of(ladder, measure))
    if limit is None:
        raise ValueError(f"{measure} is executed by another track")
    return limit


def effect_of(ladder: Ladder, measure: str) -> str | None:
    """How long a decided measure has effect: of several used together, the longest; None for no period."""
    return longest(entry.effect.value for entry in measures_of(ladder, measure))


def effect_words(ladder: Ladder, measure: str) -> list[str]:
    """How long each part of a measure has effect and where that is written: `P6 12mo: source(未核实 unverified)`."""
    lasting = (one for one in measures_of(ladder, measure) if one.effect.value is not None)
    return [f"{one.code} {one.effect.value}: {one.effect.cited}" for one in lasting]


def mark_of(ladder: Ladder, measure: str, name: str) -> str:
    """The mark beside how long a measure's `execution` or `effect` is, where nobody has checked it; else empty.

    Of several measures used together only those that it is as long as count.
    """
    values: list[Sourced[str | None]] = [getattr(one, name) for one in measures_of(ladder, measure)]
    taken = longest(value.value for value in values)
    return next((value.mark for value in values if value.value is not None and value.value == taken and value.mark), "")


def needs_document(ladder: Ladder, measure: str) -> bool:
    """Whether the measure is executed only with the competent organ's document (W6)."""
    return any(entry.competent.value is not Competent.NONE for entry in measures_of(ladder, measure))


def criterion(ladder: Ladder, effect: Effect, text: str | None) -> Criterion | None:
    """The criterion of this effect that `text` names, by code, name or a word of it; None where it names none."""
    said = (text or "").strip()
    if not said:
        return None
    known = [one for one in ladder.criteria if one.effect is effect]
    exact = next((one for one in known if said.lower() in (one.code, one.en.lower()) or said == one.zh), None)
    return exact or next((one for one in known if any(word in said for word in (one.zh, *one.words))), None)


def accepted_criteria(ladder: Ladder, effect: Effect) -> str:
    """The criteria of this effect, as a refusal lists them."""
    return "、".join(f"{one.code} {one.label}" for one in ladder.criteria if one.effect is effect)
