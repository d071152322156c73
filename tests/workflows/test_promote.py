"""A build is promoted although the server takes its time to tell its queues: nobody waits for that without end."""

import asyncio
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from temporalio.client import Client

import builds


async def test_a_server_that_never_says_that_its_queues_have_learnt_of_a_build_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = list[Any]()

    async def current(request: Any) -> None:
        asked.append(request.build_id)

    async def under_way(_client: Client, _deployment: str) -> bool:
        return True

    monkeypatch.setattr(builds, "_under_way", under_way)
    monkeypatch.setattr(builds, "_LEARNT_WITHIN", timedelta(seconds=0.3))
    service = SimpleNamespace(set_worker_deployment_current_version=current)
    client = cast("Client", SimpleNamespace(namespace="default", identity="here", workflow_service=service))

    async with asyncio.timeout(20):
        assert await builds.promote(client, "duban", "second") is False

    assert asked == ["second"]
