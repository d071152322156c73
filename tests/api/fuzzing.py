"""Schemathesis with all its checks against a live world, as one role; `python -m tests.api.fuzzing 50` for longer."""

import json
import re
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events, from_schema
from schemathesis.schemas import BaseSchema

from tests.api.conftest import PREFIX, World
from web.api.texts import KEY


@dataclass
class Run:
    """What came of a run: how many operations and calls, answers by status, and what was found."""

    operations: set[str] = field(default_factory=set)
    calls: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    findings: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        told = ", ".join(f"{status}: {number}" for status, number in sorted(self.statuses.items()))
        return f"{len(self.operations)} operations, {self.calls} calls ({told}), {len(self.findings)} findings"


def fuzzed(
    world: World,
    who: str | None,
    *,
    examples: int,
    known_ids: bool = True,
    coverage: bool = False,
    only: str | None = None,
) -> Run:
    """Try every operation as this role; `known_ids` asks for what is there, otherwise for anything.

    `coverage` also walks through every boundary of every field, which takes thousands of calls.
    """
    # Nobody who takes part is locked: the others go on.
    ids = {"path.person": world.spare(), **(_ids(world) if known_ids else {})}
    config = SchemathesisConfig.from_dict(_settings(world.tokens[who] if who else None, ids, examples, coverage))
    schema: BaseSchema = schemathesis.openapi.from_url(f"{world.url}{PREFIX}/openapi.json", config=config)
    if only is not None:
        schema = schema.include(path_regex=only)
    run = Run()
    for event in from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            _note(run, event)
        elif isinstance(event, events.NonFatalError | events.FatalError):
            run.findings[f"error {uuid4().hex[:4]}"] = str(getattr(event, "value", event))[:2000]
    return run


def _ids(world: World) -> dict[str, str]:
    matter_id, _, case = world.case.partition("/")
    kind, _, name = world.proceeding.partition("/")
    return {"path.matter_id": matter_id, "path.case": case, "path.kind": kind, "path.name": name}


def _settings(token: str | None, ids: dict[str, str], examples: int, coverage: bool) -> dict[str, Any]:
    return {
        "seed": 1,
        "workers": 1,
        "parameters": {**ids, "query.wait": 0},
        "headers": {"Authorization": f"Bearer {token}"} if token else {},
        "request-timeout": 40.0,
        "generation": {"max-examples": examples, "no-shrink": True, "database": "none", "deterministic": True},
        "phases": {
            "examples": {"enabled": True},
            "coverage": {"enabled": coverage},
            "fuzzing": {"enabled": True},
            "stateful": {"enabled": False},
        },
    }


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """As programs do: no two requests share an Idempotency-Key, and whole numbers are written without a fraction.

    A key that is no key stays as it is. To a schema `1.0` is an integer, which no answer of ours takes for one.
    """
    if isinstance(case.body, dict | list):
        case.body = _whole(case.body)
    # A procedure is not called as a proceeding is.
    if case.operation.path.endswith("/policies/{name}"):
        case.path_parameters["name"] = "standard"
    sent = (case.headers or {}).get("Idempotency-Key")
    if isinstance(sent, str) and re.fullmatch(KEY, sent):
        case.headers["Idempotency-Key"] = uuid4().hex


def _whole(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _whole(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_whole(one) for one in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _beyond_days(check: str, said: str) -> bool:
    """Whether only a day was refused that is beyond those taken (1900 to 2200), which no schema of a date can say."""
    if check != "positive_data_acceptance":
        return False
    try:
        errors = json.loads(said)["errors"]
    except (ValueError, KeyError, TypeError):
        return False
    return bool(errors) and all("1900 to 2200" in one["detail"] for one in errors)


def _note(run: Run, event: events.ScenarioFinished) -> None:
    recorder = event.recorder
    run.operations.add(recorder.label)
    for interaction in recorder.interactions.values():
        run.calls += 1
        if interaction.response is not None:
            run.statuses[interaction.response.status_code] += 1
    for case_id, checks in recorder.checks.items():
        for check in checks:
            if check.status is Status.FAILURE and check.failure_info is not None:
                failure = check.failure_info.failure
                asked = recorder.interactions.get(case_id)
                response = asked.response if asked is not None else None
                said = response.text if response is not None else ""
                if _beyond_days(check.name, said):
                    continue
                run.findings.setdefault(
                    f"{recorder.label} {check.name} {failure.title}",
                    f"{failure.message[:600]}\n{check.failure_info.code_sample[:800]}\n{said[:300]}",
                )


def _main() -> None:
    """A longer run, on SQLite: how many examples, which paths (a pattern), as whom (default: everybody)."""
    import asyncio  # noqa: PLC0415

    from embedded import FOR_TESTS, EmbeddedServer  # noqa: PLC0415
    from tests.api.conftest import EVERYBODY, furnished, in_a_world  # noqa: PLC0415

    examples = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    only = sys.argv[2] if len(sys.argv) > 2 else None
    everybody = sys.argv[3:] or ("nobody", *EVERYBODY)
    found = 0

    async def run(directory: Path) -> None:
        nonlocal found
        async with EmbeddedServer(directory, synchronous="NORMAL", dynamic_config=FOR_TESTS) as server:
            found = await asyncio.to_thread(_all, server.address, directory)

    def _all(address: str, directory: Path) -> int:
        number = 0
        with in_a_world(address, f"sqlite:///{directory / 'duban.db'}", directory) as world:
            furnished(world)
            for who in everybody:
                for known_ids in (True, False):
                    one = fuzzed(
                        world,
                        None if who == "nobody" else who,
                        examples=examples,
                        known_ids=known_ids,
                        coverage=True,
                        only=only,
                    )
                    print(who, one, flush=True)  # noqa: T201 - what this command is for
                    for name, words in one.findings.items():
                        print(f"--- {name}\n{words}\n", flush=True)  # noqa: T201
                    number += len(one.findings)
        return number

    with tempfile.TemporaryDirectory() as place:
        asyncio.run(run(Path(place)))
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    _main()
