"""The histories of every released version replay, and give the answers that were given then."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import (
    ExecuteWorkflowInput,
    HandleUpdateInput,
    Interceptor,
    Replayer,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
)

from models.contract import Receipt
from models.messages import Outcome
from settings import Runner
from worker import WORKFLOWS, workflow_runner

HISTORIES = sorted((Path(__file__).parent.parent / "histories").glob("*/*.json"))

_ANSWERED: list[tuple[str, Any]] = []


class _Listening(WorkflowInboundInterceptor):
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


def read(path: Path) -> WorkflowHistory:
    return WorkflowHistory.from_json(path.stem, path.read_text(encoding="utf-8"))


def test_there_are_histories_of_lives_cases_notices_and_misdirected_commands() -> None:
    names = {path.stem.split("_")[1] for path in HISTORIES if "_" in path.stem}

    assert {"matter", "calendar", "misdirected"} <= names
    assert len(HISTORIES) >= 20


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: f"{path.parent.name}/{path.stem}")
async def test_a_saved_history_replays_to_the_answers_given_then(path: Path) -> None:
    history = read(path)

    assert await replayed(history) == given_then(history)


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
