"""A draft is tried on the past by a workflow of its own: once, beside the requests, and what it comes to is kept."""

import json
from datetime import datetime
from uuid import uuid4

import pytest

from models.acts import ActName
from policies.deadlines import SHANGHAI
from policies.procedures import STANDARD, shipped
from record import policies
from record.policies import Run, RunState
from tests.workflows.cast import OFFICER, a_matter
from tests.workflows.conftest import LiveOffice, eventually

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.either_database("the workflow, not the record")]


async def test_a_run_that_was_asked_for_is_worked_out_once_and_kept(live: LiveOffice) -> None:
    launched = await live.office.launch("m1", a_matter(by=OFFICER))
    assert launched.outcome.accepted
    assert await live.recorded("m1", ActName.ASSIGNED)
    text = shipped(STANDARD).text
    run = Run(
        id=f"api-{uuid4().hex}", draft=1, revision=1, old=text, text=text, new_on=shipped(STANDARD).last_change,
        since=None, until=None, by=None, person=None, asked_at=datetime.now(SHANGHAI), state=RunState.WAITING, done=0,
        total=0, note=None, result=None,
    )  # fmt: skip
    with live.store.writing() as session:
        policies.ask(session, run)
    await live.office.compare(run.id)
    await live.office.compare(run.id)

    async def ended() -> Run | None:
        with live.store.reading() as session:
            found = policies.run(session, run.id)
        return found if found and found.state is RunState.DONE else None

    found = await eventually(ended)
    assert found.result
    result = json.loads(found.result)
    assert (result["compared"], result["changed"], found.done, found.total) == (1, [], 1, 1)
