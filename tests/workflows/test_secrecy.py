"""Nothing of a state secret reaches the server or the record, whether it is registered or said."""

import pytest
from sqlalchemy import text

from models.access import Scope
from models.contract import matter_workflow_id
from models.messages import ReportProgress
from policies import secrecy
from record import views
from tests.workflows.cast import HANDLER, a_matter, message_id
from tests.workflows.conftest import LiveOffice

pytestmark = pytest.mark.asyncio(loop_scope="session")

WORD = "某工程"


async def history_of(live: LiveOffice, target: str) -> str:
    handle = live.client.get_workflow_handle(matter_workflow_id(target, live.scope))
    return (await handle.fetch_history()).to_json()


async def test_a_marked_registration_is_refused_and_leaves_no_word(live: LiveOffice) -> None:
    launched = await live.office.launch("m1", a_matter(title=f"机密★10年 {WORD}", requirement=WORD))

    assert launched.outcome.rule == secrecy.RULE
    assert WORD not in await history_of(live, "m1")
    with live.store.reading() as session:
        (entry,) = views.timeline(session, "m1", scope=Scope.everything())
        kept = [str(row) for table in ("acts", "matters", "snapshots", "answers")
                for row in session.execute(text(f"SELECT * FROM {table}"))]  # noqa: S608 - constants  # fmt: skip
    assert entry.act.ruling is not None
    assert entry.act.ruling.entry == secrecy.RULE
    assert WORD not in "".join(kept)


async def test_a_marked_command_is_refused_and_leaves_no_word(live: LiveOffice) -> None:
    await live.office.launch("m1", a_matter())
    report = ReportProgress(message_id=message_id(), by=HANDLER, text=f"【绝密】{WORD}")

    outcome = await live.office.say("m1", report)
    again = await live.office.say("m1", report)

    assert outcome.rule == again.rule == secrecy.RULE
    assert WORD not in await history_of(live, "m1")
    with live.store.reading() as session:
        last = views.timeline(session, "m1", scope=Scope.everything())[-1]
    assert (last.act.act, last.act.by) == ("refused", HANDLER)
    assert WORD not in last.act.model_dump_json()
