import asyncio
import io
import json
import logging
import subprocess
import sys
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError
from temporalio.client import Client
from temporalio.worker import Worker

import logs
from embedded import EmbeddedServer
from models.acts import ActName
from tests.chatty import Chatty, stumble

ROOT = Path(logs.__file__).parent
log = logs.get("tests.somewhere")

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Leave the process's logging as it was found."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    yield
    root.handlers[:] = before
    root.setLevel(level)
    structlog.configure(processors=[logs._nothing_before_configure])


@pytest.fixture
def lines() -> Lines:
    """What was written so far, at the default level, as JSON objects."""
    out = io.StringIO()
    logs.configure("json", "info", stream=out)
    return lambda: [json.loads(line) for line in out.getvalue().splitlines()]


def written(**keys: Any) -> dict[str, Any]:
    out = io.StringIO()
    logs.configure("json", "info", stream=out)
    log.info("something.happened", **keys)
    line: dict[str, Any] = json.loads(out.getvalue())
    return line


def test_an_event_is_one_json_object_with_its_keys(lines: Lines) -> None:
    log.info("notice.sent", matter_id="2026-0143", act=ActName.OVERDUE, seq=7)

    (line,) = lines()
    assert datetime.fromisoformat(line.pop("timestamp")).tzinfo is not None
    assert line == {
        "level": "info",
        "event": "notice.sent",
        "logger": "tests.somewhere",
        "matter_id": "2026-0143",
        "act": "overdue",
        "seq": 7,
    }


def test_the_console_format_says_the_same_on_one_line() -> None:
    out = io.StringIO()
    logs.configure("console", "info", stream=out)
    log.info("notice.sent", matter_id="2026-0143", reason="家事")

    (line,) = out.getvalue().splitlines()
    assert "notice.sent" in line
    assert "matter_id=2026-0143" in line
    assert "家事" not in line


def test_configuring_again_replaces_and_does_not_double(lines: Lines) -> None:
    out = io.StringIO()
    logs.configure("json", "info", stream=out)
    log.info("notice.sent")

    assert lines() == []
    assert len(out.getvalue().splitlines()) == 1


def test_lines_below_the_level_are_not_written(lines: Lines) -> None:
    log.debug("notice.sent")
    logging.getLogger("library").debug("chatter")
    logging.getLogger("sqlalchemy.engine").info("SELECT")
    logging.getLogger("temporalio.worker").info("polling")

    assert lines() == []


@pytest.mark.parametrize(("format_", "level"), [("xml", "info"), ("json", "loud")])
def test_an_unknown_format_or_level_is_refused(format_: str, level: str) -> None:
    with pytest.raises(ValueError, match=f"{'xml' if format_ == 'xml' else 'loud'}"):
        logs.configure(format_, level)


def test_bound_keys_are_on_every_line_inside(lines: Lines) -> None:
    with logs.bound(matter_id="2026-0143"):
        log.info("notice.sent")
    log.info("notice.sent")

    inside, outside = lines()
    assert inside["matter_id"] == "2026-0143"
    assert "matter_id" not in outside


def test_lines_of_libraries_take_the_same_way(lines: Lines) -> None:
    logging.getLogger("library").warning("%s attempts left", 3)

    (line,) = lines()
    assert (line["event"], line["level"], line["logger"]) == ("3 attempts left", "warning", "library")


def test_nothing_is_printed_before_the_log_is_configured() -> None:
    script = "import logs; logs.get('x').warning('notice.sent', reason='家事')"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, check=True)

    assert (done.stdout, done.stderr) == (b"", b"")


@pytest.mark.parametrize("key", ["text", "reason", "evidence", "title", "by", "subject", "extension_reason", "Phone"])
def test_what_people_wrote_and_who_they_are_is_never_written(key: str) -> None:
    line = written(**{key: "张三"})

    assert "张三" not in str(line)
    assert line["withheld"] == [key]


def test_a_denied_key_is_dropped_even_with_a_number() -> None:
    assert "13800000000" not in str(written(phone=13800000000))


def test_an_unknown_key_stays_only_when_its_value_cannot_hold_words() -> None:
    due = datetime(2026, 3, 9, 18, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
    line = written(
        faults=3, took=timedelta(seconds=1.5), due=due, day=date(2026, 3, 9), done=True, what="张三", who=["张三"]
    )

    assert line["faults"] == 3
    assert line["took"] == 1.5
    assert line["due"] == "2026-03-09T18:00:00+08:00"
    assert line["day"] == "2026-03-09"
    assert line["done"] is True
    assert line["withheld"] == ["what", "who"]
    assert "张三" not in str(line)


def test_an_allowed_key_does_not_let_a_whole_object_through() -> None:
    line = written(act={"text": "张三"}, target=ValueError("张三"), acts=[{"by": "张三"}])

    assert line["withheld"] == ["act", "acts", "target"]
    assert "张三" not in str(line)


def test_an_event_that_is_not_a_fixed_phrase_is_withheld(lines: Lines) -> None:
    log.info("张三 was told")

    (line,) = lines()
    assert line["event"] == "event.withheld"


@given(key=st.sampled_from(sorted(logs._DENIED)), said=st.text(min_size=3), nested=st.booleans())
def test_no_text_under_a_denied_key_ever_shows(key: str, said: str, nested: bool) -> None:
    plain = written()
    line = written(**{key: [said] if nested else said})

    assert line.pop("withheld") == [key]
    assert set(line) == set(plain)


def test_an_error_is_told_with_its_place_and_cause_but_not_with_what_it_quotes(lines: Lines) -> None:
    try:
        try:
            dict[str, str]()["张三"]
        except KeyError as cause:
            raise ValueError("no post '李四', telephone 13800000000") from cause
    except ValueError:
        log.exception("matter.broken")

    (line,) = lines()
    assert line["error"] == "ValueError: no post …, telephone …"
    assert "test_logs.py" in line["exception"]
    assert "KeyError: …" in line["exception"]
    for person in ("张三", "李四", "13800000000"):
        assert person not in str(line)


def test_the_values_of_a_failed_statement_are_not_written(lines: Lines, sqlite_url: str) -> None:
    engine = create_engine("sqlite://")
    try:
        with engine.begin() as connection:
            connection.execute(text("INSERT INTO nowhere VALUES (:said)"), {"said": "张三"})
    except SQLAlchemyError:
        log.exception("record.unavailable")
    finally:
        engine.dispose()

    (line,) = lines()
    assert line["error"] == "OperationalError: (sqlite3.OperationalError) no such table: nowhere"
    assert "张三" not in str(line)


def test_an_error_that_is_its_own_context_is_told_once(lines: Lines) -> None:
    error = ValueError("round")
    error.__context__ = ExceptionGroup("several", [error, OSError(2, "No such file", "/srv/duban")])

    log.error("matter.broken", exc_info=error)

    (line,) = lines()
    assert line["exception"].count("ValueError: round") == 1
    assert "/srv/duban" in line["exception"]


async def told(server: EmbeddedServer, lines: Lines) -> list[dict[str, Any]]:
    """Run the chatty workflow on a worker that keeps nothing in its cache, so that every task is replayed."""
    client = await Client.connect(server.address)
    queue = f"chatty-{uuid.uuid4()}"
    with ThreadPoolExecutor(4) as threads:
        async with Worker(
            client,
            task_queue=queue,
            workflows=[Chatty],
            activities=[stumble],
            activity_executor=threads,
            max_cached_workflows=0,
        ):
            handle = await client.start_workflow(Chatty.run, id=queue, task_queue=queue)
            await handle.execute_update(Chatty.nudge, id="nudge-1")
            await asyncio.wait_for(handle.result(), timeout=20)
            await handle.query(Chatty.nudged)
    return [line for line in lines() if line.get("workflow_id") == queue]


async def test_a_workflow_says_everything_once_however_often_it_is_replayed(
    temporal_server: EmbeddedServer, lines: Lines
) -> None:
    said = await told(temporal_server, lines)

    counted = Counter(line["event"] for line in said if line["logger"] in {"tests.chatty", "temporalio.workflow"})
    assert counted == {
        "chatty.started": 1,
        "spoken through the standard library": 1,
        "chatty.stumbling": 6,
        "chatty.halfway": 1,
        "chatty.nudged": 1,
        "chatty.ended": 1,
        "chatty.asked": 1,
    }


async def test_a_line_says_which_workflow_update_or_activity_it_comes_from(
    temporal_server: EmbeddedServer, lines: Lines
) -> None:
    said = {line["event"]: line for line in await told(temporal_server, lines)}

    started, nudged, stumbling = said["chatty.started"], said["chatty.nudged"], said["chatty.stumbling"]
    assert started["run_id"] == nudged["run_id"] == stumbling["run_id"]
    assert datetime.fromisoformat(started["workflow_now"]) <= datetime.fromisoformat(started["timestamp"])
    assert (nudged["update"], nudged["update_id"]) == ("nudge", "nudge-1")
    assert (stumbling["activity"], stumbling["attempt"], stumbling["matter_id"]) == ("stumble", 3, "2026-0001")


async def test_each_retry_of_a_local_activity_costs_one_line_without_traceback(
    temporal_server: EmbeddedServer, lines: Lines
) -> None:
    failed = [line for line in await told(temporal_server, lines) if line["logger"] == "temporalio.activity"]

    local, ordinary = failed[:2], failed[2:]
    assert [line["attempt"] for line in local] == [line["attempt"] for line in ordinary] == [1, 2]
    for line in local:
        assert line["error"] == "ApplicationError: cannot read …"
        assert line["error_at"].startswith("chatty.py:")
        assert "exception" not in line
    for line in ordinary:
        assert "chatty.py" in line["exception"]
    assert "张三" not in str(failed)


async def test_the_lines_of_temporals_core_take_the_same_way(temporal_server: EmbeddedServer) -> None:
    script = (
        "import asyncio, os, sys\n"
        "import logs\n"
        "logs.configure('json', 'info'); logs.forward_core()\n"
        "from temporalio.client import Client\n"
        "from temporalio.worker import Worker\n"
        "from tests.chatty import Broken\n"
        "async def main():\n"
        "    client = await Client.connect(sys.argv[1])\n"
        "    async with Worker(client, task_queue=sys.argv[2], workflows=[Broken]):\n"
        "        handle = await client.start_workflow(Broken.run, id=sys.argv[2], task_queue=sys.argv[2])\n"
        "        await asyncio.sleep(1)\n"
        "        await handle.terminate()\n"
        "asyncio.run(main())\n"
        "os._exit(0)\n"  # a process that used a client can abort while Python shuts down
    )
    line = [sys.executable, "-c", script, temporal_server.address, f"broken-{uuid.uuid4()}"]
    done = await asyncio.to_thread(subprocess.run, line, cwd=ROOT, capture_output=True, check=True)

    said = [json.loads(one) for one in done.stderr.decode().splitlines()]
    assert {"temporalio.core", "temporalio.worker._workflow_instance"} <= {one["logger"] for one in said}
    assert "张三" not in done.stderr.decode()
