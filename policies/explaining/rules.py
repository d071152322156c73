"""By which rule did it happen: the entry and its article, the numbers with their sources, the counting rules in words?

Read from the version of the procedure that the record keeps. The words are in words.py.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from models.acts import Act, ActName
from models.cases import CaseClockKind
from models.explanations import Counted, CountingRule, Number, Rule, Words
from models.messages import Registration
from models.policy import Policy
from policies.counting import standard_counting
from policies.explaining.dossier import Dossier
from policies.explaining.tracing import heard
from policies.explaining.vocabulary import RuleWords
from policies.explaining.words import CLOCK_RULES, COUNTING_EN, RULES, about, rule_words
from policies.ladder import measures_of
from policies.wording import RULES as COUNTING_ZH

# Office hours that end no clock: beside R6 they would only be long.
_HOURS = frozenset({"opening", "noon", "afternoon"})
_DECIDING = (ActName.MEASURE_DECIDED, ActName.REVIEW_DECIDED)


def rule_of(dossier: Dossier, act: Act, clocks: Sequence[Counted]) -> Rule:
    """The rule an act records, or the one that acts of its name follow; `clocks` are those shown beside it."""
    ruling = act.ruling
    entry = ruling.entry if ruling is not None else about(act).rule
    policy = ruling.policy if ruling is not None else _version(dossier)
    provisional = bool(act.provisional) if act.due is not None else None
    return rule_named(
        dossier, entry, policy, ruling.calendar if ruling else "", provisional, ruling.rules if ruling else (), clocks
    )


def rule_named(  # noqa: PLR0917 - what a ruling holds
    dossier: Dossier,
    entry: str,
    policy: str,
    calendar: str,
    provisional: bool | None,
    rules: Sequence[str],
    clocks: Sequence[Counted],
) -> Rule:
    """The rule of this entry with its numbers as of the versions named, and the counting rules that mattered."""
    known = rule_words(entry, case=bool(dossier.case)) or _unknown_rule(dossier, entry)
    used = {*rules, *(rule for clock in clocks for rule in clock.rules)}
    return Rule(
        entry=entry,
        words=known.words,
        contract=f"docs/contract/{known.contract}",
        note=_NOT_KEPT if policy and dossier.ruled_by is None else None,
        policy=policy,
        calendar=calendar,
        provisional=provisional,
        numbers=tuple(_numbers(dossier, entry, known, clocks)),
        counting=tuple(
            CountingRule(
                rule=rule,
                words=Words(zh=COUNTING_ZH.get(rule, rule), en=COUNTING_EN.get(rule, rule)),
                sources=tuple(
                    f"{value.name} = {value.value}: {value.source}"
                    for value in standard_counting().sources(dossier.started_on)
                    if value.rule == rule and value.name not in _HOURS
                ),
            )
            for rule in sorted(used, key=lambda rule: int(rule[1:]))
        ),
    )


def _version(dossier: Dossier) -> str:
    """The version that an act without a ruling of its own happened under."""
    standing = dossier.standing if dossier.case else dossier.state
    return standing.policy if standing else ""


_NOT_KEPT = Words(
    zh="本记录库未留存该版本的文本,其参数及出处无从列出",
    en="the text of this version is not kept here: its numbers and sources cannot be shown",
)


def _unknown_rule(dossier: Dossier, entry: str) -> RuleWords:
    """A rule that has no words here: its name, and the parameter of that name, if the procedure has one."""
    section = "engine.md 4" if dossier.case else "engine.md 3"
    return RuleWords(Words(zh=f"规则 {entry}", en=f"the rule {entry}"), section, (entry,))


def _numbers(dossier: Dossier, entry: str, rule: RuleWords, clocks: Sequence[Counted]) -> Iterator[Number]:
    """The numbers of the rule, then of the rules of the clocks that are shown, each once."""
    named = [(dossier.ruled_by, entry, name) for name in rule.parameters]
    for clock in clocks:
        # The clock of the matter that a case came of is the matter's procedure's.
        policy = dossier.case_policy if isinstance(clock.kind, CaseClockKind) else dossier.policy
        other = CLOCK_RULES[clock.kind]
        named += [(policy, other, name) for name in RULES[other].parameters]
    seen: set[str] = set()
    for measured in _of_the_ladder(dossier, clocks):
        if measured.name not in seen:
            seen.add(measured.name)
            yield measured
    for policy, by, name in named:
        if policy is None:
            continue
        own = name == "default_limit" and by in ("limit", "extension")
        number = _own_limit(dossier, policy) if own else _number(policy, name)
        if number is not None and number.name not in seen:
            seen.add(number.name)
            yield number


def _of_the_ladder(dossier: Dossier, clocks: Iterable[Counted]) -> Iterator[Number]:
    """How long execution and effect of the measure decided in the case are, where a clock shown was counted by it."""
    for clock in clocks:
        if clock.kind not in (CaseClockKind.EXECUTION, CaseClockKind.EFFECT):
            continue
        until = clock.started_at if clock.kind is CaseClockKind.EXECUTION else dossier.case[-1].act.at
        decided = [one.act.measure for one in dossier.case if one.act.act in _DECIDING and one.act.at <= until]
        numbers = (_counted_by(dossier, measure, clock) for measure in reversed(decided) if measure)
        yield from next((found for found in numbers if found), [])


def _counted_by(dossier: Dossier, measure: str, clock: Counted) -> list[Number]:
    """The entries of the ladder behind a measure that the clock has its length from."""
    execution = clock.kind is CaseClockKind.EXECUTION
    lasts = [(one.code, one.execution if execution else one.effect) for one in measures_of(dossier.ladder, measure)]
    return [
        Number(name=f"{code} {clock.kind.value}", value=f"{clock.limit}{one.mark}", source=one.cited)
        for code, one in lasts
        if one.value == clock.limit
    ]


def _number(policy: Policy, name: str) -> Number | None:
    source = policy.sources.get(name)
    return Number(name=name, value=_value(policy, name), source=source) if source else None


def _own_limit(dossier: Dossier, policy: Policy) -> Number:
    """The matter's own limit: as it was registered, or the procedure's where none was named."""
    said = heard(dossier.matter[0].act)
    named = said.limit if isinstance(said, Registration) else None
    limit = dossier.state.terms.limit if dossier.state and dossier.state.terms else policy.default_limit
    if named is None and limit == policy.default_limit:
        return Number(name="default_limit", value=limit, source=policy.sources["default_limit"])
    return Number(name="limit", value=limit, source="立项时所定(第1条) as registered (act 1)")


def _value(policy: Policy, name: str) -> str:
    value = getattr(policy, name, None)
    if value is None:
        return next((f"level {step.level}" for step in policy.escalation if step.act.value == name), "")
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {_plain(part)}" for key, part in value.items())
    return _plain(value)


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, frozenset):
        return "、".join(sorted(map(str, value)))
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return str(value)
