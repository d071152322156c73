"""`verify`: chains recomputed, and compared with what Temporal's own histories have seen."""

import asyncio
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import update
from temporalio.client import Client

from cli.verifying import differing
from models.acts import Act, ActName
from models.contract import matter_workflow_id
from models.matters import MatterState, Stage
from models.rows import MatterRow, table
from record import ledger, matters
from record.ledger import Witness
from record.store import Store
from tests.builders import at
from tests.cli.conftest import NOWHERE, Beside
from tests.databases import Databases
from tests.record.tampering import tamper

HANDLER = "区教育局承办岗"


@pytest.fixture
def matter(engine: Beside) -> str:
    answer = engine.ok(
        *("launch", "--title", f"校舍加固 {uuid4().hex[:8]}", "--lead", "区教育局", "--office", "区政府督查室"),
        "--leader",
        "区长",
    )
    engine.ok("do", answer["id"], "sign", f"by={HANDLER}")
    return str(answer["id"])


Copied = Callable[[], dict[str, str]]


@pytest.fixture
def copied(engine: Beside, databases: Databases, tmp_path: Path) -> Copied:
    """A copy of the record as it stands; the answer are the settings of an office that has it, on the same server."""

    def copy() -> dict[str, str]:
        files = engine.running.data_dir / "attachments"
        if files.exists():
            shutil.copytree(files, tmp_path / "attachments", dirs_exist_ok=True)
        return {
            "DUBAN_DATA_DIR": str(tmp_path),
            "DUBAN_KEY_FILE": str(engine.running.data_dir / "keys" / "master.json"),
            "DUBAN_DATABASE_URL": databases.copy(engine.running.database_url),
            "TEMPORAL_ADDRESS": engine.running.told["temporal"],
        }

    return copy


@contextmanager
def store_of(settings: dict[str, str]) -> Iterator[Store]:
    store = Store(settings["DUBAN_DATABASE_URL"])
    yield store
    store.close()


def test_an_untouched_record_and_its_histories_are_in_order(engine: Beside, matter: str) -> None:
    everything, one = engine.ok("verify"), engine.ok("verify", matter)

    assert everything["in_order"]
    assert everything["histories"] >= 1
    assert (one["in_order"], one["histories"], one["findings"]) == (True, 1, [])


def test_refused_commands_to_targets_nobody_knows_are_compared_too(engine: Beside) -> None:
    target = f"nosuch-{uuid4().hex[:6]}"
    assert engine("do", target, "sign", f"by={HANDLER}").code == 1

    assert engine.ok("verify", target)["histories"] == 1
    assert engine.ok("verify")["in_order"]


def test_a_tampered_entry_exits_1_and_is_named_by_target_and_number(
    engine: Beside, matter: str, copied: Copied
) -> None:
    settings = copied()
    edit = "UPDATE acts SET body = replace(body, :was, '区财政局承办岗') WHERE target = :matter AND seq = 3"
    with store_of(settings) as store:
        tamper(store, edit, was=HANDLER, matter=matter)

    said = engine.process("verify", matter, **settings)
    offline = engine("verify", "--offline", "--json", **settings)

    assert said.code == 1
    assert f"{matter} 第3条 entry 3" in said.out
    assert [(one["target"], one["seq"], one["kind"]) for one in offline.json["findings"]] == [(matter, 3, "content")]
    assert offline.code == 1


def test_a_chain_rewritten_so_that_it_fits_is_found_by_the_history(engine: Beside, matter: str, copied: Copied) -> None:
    settings = copied()
    with store_of(settings) as store:
        with store.reading() as session:
            signed = ledger.entries(session, matter)[2]
        tamper(store, "DELETE FROM acts WHERE target = :matter AND seq = 3", matter=matter)
        cut = "UPDATE heads SET seq = 2, hash = :hash WHERE target = :matter"
        tamper(store, cut, matter=matter, hash=signed.previous)
        with store.writing() as session:
            forged = signed.act.model_copy(update={"by": "区教育局长"})
            ledger.append(session, [forged], message_id=signed.message_id, processed_at=signed.processed_at)

    offline = engine("verify", matter, "--offline", **settings)
    said = engine("verify", matter, "--json", **settings)

    assert offline.code == 0
    assert said.code == 1
    assert [(one["seq"], one["kind"]) for one in said.json["findings"]] == [(3, "witness_differs")]
    (act,) = said.json["findings"][0]["acts"]
    assert (act["target"], act["seq"], act["act"], act["fields"]) == (matter, 3, "signed", ["by"])
    assert act["at"] == signed.act.at.isoformat()
    assert ("区教育局长" in act["recorded"], HANDLER in act["witnessed"]) == (True, True)


def test_of_a_forged_report_the_field_is_named(engine: Beside, matter: str, copied: Copied) -> None:
    engine.ok("do", matter, "report_progress", f"by={HANDLER}", "text=过半")
    settings = copied()
    with store_of(settings) as store:
        with store.reading() as session:
            told = ledger.entries(session, matter)[3]
        tamper(store, "DELETE FROM acts WHERE target = :matter AND seq = 4", matter=matter)
        cut = "UPDATE heads SET seq = 3, hash = :hash WHERE target = :matter"
        tamper(store, cut, matter=matter, hash=told.previous)
        with store.writing() as session:
            detail = {**told.act.detail, "text": "已全部完成"}
            forged = told.act.model_copy(update={"detail": detail})
            ledger.append(session, [forged], message_id=told.message_id, processed_at=told.processed_at)

    said = engine("verify", matter, "--json", **settings)

    ((act,),) = (one["acts"] for one in said.json["findings"])
    assert (act["seq"], act["act"], act["fields"]) == (4, "progress_reported", ["text"])


def test_a_record_older_than_the_history_lacks_what_it_has_seen(engine: Beside, matter: str, copied: Copied) -> None:
    settings = copied()
    engine.ok("do", matter, "report_progress", f"by={HANDLER}", "text=过半")

    behind = engine("verify", matter, "--json", **settings)

    assert behind.code == 1
    assert [(one["seq"], one["kind"]) for one in behind.json["findings"]] == [(4, "record_behind")]
    assert "报告进展" in behind.json["findings"][0]["acts"][0]["witnessed"]


def test_a_history_the_record_knows_nothing_of_is_found(engine: Beside, copied: Copied) -> None:
    settings = copied()
    foreign = engine.ok(
        *("launch", "--title", f"外来 {uuid4().hex[:8]}", "--lead", "区教育局", "--office", "区政府督查室"),
        "--leader",
        "区长",
    )["id"]

    async def listed() -> bool:
        client = await Client.connect(settings["TEMPORAL_ADDRESS"])
        return foreign in [one.id.rpartition("/")[2] async for one in client.list_workflows()]

    until = time.monotonic() + 15
    while not asyncio.run(listed()):  # lists lag a moment behind
        assert time.monotonic() < until
    said = engine("verify", "--json", **settings)

    assert said.code == 1
    assert {one["kind"] for one in said.json["findings"] if one["target"] == foreign} == {"record_behind"}


def test_a_record_whose_server_has_no_such_matter_is_found(engine: Beside, matter: str, copied: Copied) -> None:
    settings = copied()
    with store_of(settings) as store:
        tamper(
            store,
            "UPDATE matters SET id = '1999-0001' WHERE id = :matter",
            "UPDATE snapshots SET id = '1999-0001' WHERE id = :matter",
            matter=matter,
        )

    said = engine("verify", "--json", **settings)

    assert said.code == 1
    assert ("history_missing", "1999-0001") in {(one["kind"], one["target"]) for one in said.json["findings"]}
    for _ in range(2):
        reported = engine("incidents", "1999-0001", "--json", **settings).json["incidents"]
        assert [one["kind"] for one in reported] == ["deleted"]
        engine("verify", **settings)


def test_a_case_is_shown_and_has_a_witness_of_its_own(engine: Beside, copied: Copied) -> None:
    case = f"inspection/{uuid4().hex[:6]}"
    by = "by=区政府督查室承办岗"
    engine.ok("do", case, "propose", by, "subject=区教育局长", "facts=检查发现", "severity=ordinary")
    assert engine("do", case, "vote", by, "choice=proposed").code == 1
    settings = copied()
    with store_of(settings) as store:
        tamper(store, "DELETE FROM acts WHERE target = :case AND seq = 2", case=case)
        tamper(store, "UPDATE heads SET seq = 1 WHERE target = :case", case=case)

    shown = engine.ok("show", case)
    assert (shown["stage"], shown["subject"], shown["measure"]) == ("proposed", "区教育局长", "P1")
    assert {one["clock"]: one["watch"] for one in shown["clocks"]} == {"filing": "running"}
    assert "立案审批到期" in engine("show", case).out
    assert engine("show", "nosuch/case1").code == 2

    untouched, cut = engine.ok("verify", case), engine("verify", case, "--json", **settings)

    assert (untouched["in_order"], untouched["histories"]) == (True, 1)
    assert ("record_behind", case, 2) in {(one["kind"], one["target"], one["seq"]) for one in cut.json["findings"]}


@pytest.mark.parametrize(
    ("later", "stage", "found"),
    [
        (ActName.ACCOUNTABILITY_CONCLUDED, Stage.ARCHIVED, []),
        (ActName.ACCOUNTABILITY_CONCLUDED, Stage.RUNNING, [ledger.FaultKind.RECORD_AHEAD]),
        (ActName.CLOSED, Stage.ARCHIVED, [ledger.FaultKind.RECORD_AHEAD]),
    ],
)
def test_only_what_a_case_came_to_goes_on_record_behind_an_archived_matters_back(
    database_url: str, later: ActName, stage: Stage, found: list[ledger.FaultKind]
) -> None:
    store = Store(database_url)
    store.migrate()
    told = [Act(at=at("03-02 09:00"), target="m1", act=name) for name in (ActName.REGISTERED, later)]
    with store.writing() as session:
        entries = ledger.append(session, told, message_id=None, processed_at=at("03-02 09:00"))
        matters.save(
            session,
            MatterState(id="m1", stage=stage),
            seq=2,
            at=at("03-02 09:00"),
            last_act=later,
            next_at=None,
        )

    assert [fault.kind for fault in differing(store, [Witness("m1", 1, entries[0].hash[:32])])] == found
    store.close()


def test_a_clock_that_fell_due_and_did_not_fire_is_found(engine: Beside, matter: str, copied: Copied) -> None:
    settings = copied()
    with store_of(settings) as store, store.writing() as session:
        rows = table(MatterRow)
        session.execute(update(rows).where(rows.c.id == matter).values(next_at=at("03-02 09:00")))

    said = engine("verify", matter, "--json", **settings)

    assert said.code == 1
    assert [(one["target"], one["kind"]) for one in said.json["findings"]] == [(matter, "clock_missed")]
    assert "2026-03-02 09:00" in said.json["findings"][0]["text"]


def test_a_terminated_workflow_is_found(engine: Beside, matter: str) -> None:
    async def terminate() -> None:
        client = await Client.connect(engine.running.told["temporal"])
        await client.get_workflow_handle(matter_workflow_id(matter)).terminate("by hand")

    before = engine("verify", matter)
    asyncio.run(terminate())
    after = engine("verify", matter, "--json")

    assert before.code == 0
    assert after.code == 1
    assert [(one["target"], one["kind"]) for one in after.json["findings"]] == [(matter, "history_cut_off")]

    # It is put on record once, and the matter goes on from the record.
    engine("verify", matter)
    reported = engine("incidents", matter, "--json")
    assert reported.code == 1
    assert [(one["target"], one["kind"], one["closed_at"]) for one in reported.json["incidents"]] == [
        (matter, "terminated", None)
    ]
    inbox = engine.ok("inbox", "区政府督查室主任")
    assert any(matter in str(one) for one in inbox["notices"])
    again = engine.ok("recover", matter, "--by", "区政府督查室承办岗")
    assert (again["started"], again["incidents"]) == (True, 1)
    assert engine.ok("incidents", matter)["open"] == 0
    engine.ok("do", matter, "report_progress", f"by={HANDLER}", "text=过半")
    assert engine("verify", matter).code == 0
    assert engine("recover", "1999-0001").code == 2


def test_without_a_server_only_the_chains_are_verified_and_that_is_said(engine: Beside, copied: Copied) -> None:
    settings = {**copied(), "TEMPORAL_ADDRESS": NOWHERE}

    said = engine("verify", **settings)
    offline = engine("verify", "--offline", **settings)

    assert said.code == 3
    assert "记录链 chains: 相符 in order" in said.out
    assert len(said.err.splitlines()) == 1
    assert "Only the chains were verified" in said.err
    assert (offline.code, offline.err) == (0, "")


def test_an_unknown_matter_is_bad_input(engine: Beside) -> None:
    assert engine("verify", "1999-0001").code == 2
