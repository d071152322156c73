"""Did a rehearsal come out as its scenario expects? Says for each difference what was expected and what came."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from models.acts import Act
from rehearsal.printing import line, printed
from rehearsal.scenarios import Expectation, Scenario


def differences(scenario: Scenario, acts: Sequence[Act]) -> list[str]:
    """Every difference between `acts` and what the scenario expects, one line of text each; empty when it holds."""
    found: list[str] = []
    matched: set[int] = set()
    for expected, index, start in _matches(scenario, acts):
        if index is None:
            found.append(_missing(scenario, expected, acts, start))
        else:
            matched.add(index)
    for forbidden in scenario.never:
        found += [
            f"{scenario.file}:{forbidden.line}: 不应出现 must never occur: {line(act)}"
            for act in acts
            if _is(act, forbidden)
        ]
    if scenario.exact:
        found += [
            f"{scenario.file}: 未列出 not listed (exact): {line(act)}"
            for index, act in enumerate(acts)
            if index not in matched
        ]
    return found


def shown(scenario: Scenario, acts: Sequence[Act]) -> list[tuple[Expectation, Act]]:
    """Every expectation that holds, with the act that it means."""
    return [(expected, acts[index]) for expected, index, _ in _matches(scenario, acts) if index is not None]


def _matches(scenario: Scenario, acts: Sequence[Act]) -> Iterator[tuple[Expectation, int | None, int]]:
    """For each expectation the place of its act, None where it is missing, and from where on it was looked for."""
    position: dict[str, int] = {}
    for expected in scenario.expect:
        start = position.get(expected.target, 0)
        index = next((i for i in range(start, len(acts)) if _is(acts[i], expected)), None)
        if index is not None:
            position[expected.target] = index + 1
        yield expected, index, start


def _is(act: Act, expected: Expectation) -> bool:
    return (
        act.target == expected.target
        and act.act is expected.act
        and all(_same(act, name, value) for name, value in expected.values.items())
    )


def _same(act: Act, name: str, expected: Any) -> bool:
    if name == "rule":
        return bool(printed(act).get("rule") == expected)
    actual = getattr(act, name)
    if isinstance(expected, datetime):
        return bool(actual == expected)
    if name == "provisional":
        return str(bool(actual)).lower() == str(expected).lower()
    return actual is not None and str(actual) == str(expected)


def _missing(scenario: Scenario, expected: Expectation, acts: Sequence[Act], start: int) -> str:
    wanted = ", ".join(f"{name}={_text(value)}" for name, value in expected.values.items())
    candidates = [act for act in acts if act.target == expected.target and act.act is expected.act]
    later = [act for act in acts[start:] if act.target == expected.target and act.act is expected.act]
    if later:
        instead = f"下一条同名记录 the next {expected.act} is: {line(later[0])}"
    elif candidates:
        instead = f"只在更早出现 it occurs only earlier: {line(candidates[-1])}"
    else:
        instead = f"从未出现 never occurs: {expected.act}"
    where = f"{scenario.file}:{expected.line}"
    return f"{where}: 缺少 expected {expected.target} {expected.act} ({wanted}); {instead}"


def _text(value: Any) -> str:
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else str(value)
