"""The histories of every released version replay, and give the answers that were given then."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any, NoReturn

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import (
    ContinueAsNewInput,
    ExecuteWorkflowInput,
    HandleUpdateInput,
    Interceptor,
    Replayer,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
    WorkflowOutboundInterceptor,
)

from models.contract import Receipt
from models.messages import Outcome
from settings import Runner
from worker import WORKFLOWS, workflow_runner

ROOT = Path(__file__).parents[2]
SAVED = ROOT / "tests" / "histories"
HISTORIES = sorted(SAVED.glob("*/*.json"))

_ANSWERED: list[tuple[str, Any]] = []
_CONTINUED: list[Any] = []


class _Leaving(WorkflowOutboundInterceptor):
    def continue_as_new(self, given: ContinueAsNewInput) -> NoReturn:
        _CONTINUED.extend(given.args)
        super().continue_as_new(given)


class _Listening(WorkflowInboundInterceptor):
    def init(self, outbound: WorkflowOutboundInterceptor) -> None:
        super().init(_Leaving(outbound))

    async def handle_update_handler(self, given: HandleUpdateInput) -> Any:
        answer = await super().handle_update_handler(given)
        _ANSWERED.append((given.id, answer))
        return answer

    async def execute_workflow(self, given: ExecuteWorkflowInput) -> Any:
        answer = await super().execute_workflow(given)
        _ANSWERED.append(("", answer))
        return answer


class _Listener(Interceptor):
    def workflow_interceptor_class(self, given: WorkflowInterceptorClassInput) -> type[WorkflowInboundInterceptor]:
        return _Listening


async def replayed(history: WorkflowHistory) -> Counter[tuple[str, bytes]]:
    """The answers a replay gives: to each update under its id, and of the workflow itself under an empty one."""
    _ANSWERED.clear()
    _CONTINUED.clear()
    # Unsandboxed, so that the listener and this test share one list; the sandbox is on in every other test.
    replayer = Replayer(
        workflows=WORKFLOWS,
        data_converter=pydantic_data_converter,
        interceptors=[_Listener()],
        workflow_runner=workflow_runner(Runner.UNSANDBOXED),
    )
    await replayer.replay_workflow(history)
    converter = pydantic_data_converter.payload_converter
    return Counter((update_id, converter.to_payload(answer).data) for update_id, answer in _ANSWERED)


def given_then(history: WorkflowHistory) -> Counter[tuple[str, bytes]]:
    """The answers in the history itself."""
    answers: Counter[tuple[str, bytes]] = Counter()
    for event in history.events:
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED:
            done = event.workflow_execution_update_completed_event_attributes
            answers[done.meta.update_id, done.outcome.success.payloads[0].data] += 1
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED:
            result = event.workflow_execution_completed_event_attributes.result
            answers["", result.payloads[0].data] += 1
    return answers


def handed_on_then(history: WorkflowHistory) -> dict[str, Any] | None:
    """What the history says the next run began with; None for one that did not go on in another."""
    last = history.events[-1]
    if last.event_type != EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW:
        return None
    said = last.workflow_execution_continued_as_new_event_attributes.input.payloads[0].data
    handed: dict[str, Any] = json.loads(said)
    return handed


def handed_on_now() -> dict[str, Any] | None:
    """The same as the replay just now would have it."""
    return _CONTINUED[0].model_dump(mode="json") if _CONTINUED else None


def unsaved(changelog: str) -> list[str]:
    """The releases that a change log tells of and that have no saved histories."""
    released = re.findall(r"^## (\d+\.\d+\.\d+)", changelog, re.MULTILINE)
    return [version for version in released if not list((SAVED / version).glob("*.json"))]


def read(path: Path) -> WorkflowHistory:
    return WorkflowHistory.from_json(path.stem, path.read_text(encoding="utf-8"))


def test_there_are_histories_of_lives_cases_notices_and_misdirected_commands() -> None:
    names = {path.stem.split("_")[1] for path in HISTORIES if "_" in path.stem}

    assert {"matter", "case", "calendar", "misdirected"} <= names
    assert len(HISTORIES) >= 20


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: f"{path.parent.name}/{path.stem}")
async def test_a_saved_history_replays_to_the_answers_given_then(path: Path) -> None:
    history = read(path)

    assert await replayed(history) == given_then(history)
    now, then = handed_on_now(), handed_on_then(history)
    assert (now is None) == (then is None)
    # A later release may hand on more to the next run, but not less and nothing else.
    assert {name: value for name, value in (now or {}).items() if name in (then or {})} == (then or {})


def test_every_release_has_saved_histories() -> None:
    assert unsaved((ROOT / "CHANGELOG.md").read_text(encoding="utf-8")) == []
    assert unsaved("# Changelog\n\n## 99.0.0 – 2099-01-01\n\n## 0.1.0 – 2026-11-22\n") == ["99.0.0"]


async def test_an_answer_changed_in_the_code_is_noticed() -> None:
    history = next(history for history in map(read, HISTORIES) if given_then(history))
    converter = pydantic_data_converter.payload_converter
    for event in history.events:
        # As if a later release answered this update otherwise: the marker it answers from says something else.
        told = event.marker_recorded_event_attributes.details.get("result")
        if told is not None and b"accepted" in told.payloads[0].data:
            receipt = converter.from_payload(told.payloads[0], Receipt)
            other = receipt.model_copy(update={"outcome": Outcome(accepted=False, reason="另一答复")})
            told.payloads[0].data = converter.to_payload(other).data

    assert await replayed(history) != given_then(history)
