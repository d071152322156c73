"""`import`: how do the matters of an office's ledger become running ones, each once however often it is imported?

The rows are read by intake/ledger.py and admitted by the rules; here each gets its number and is launched, a few at a
time, and everything that could not be accepted is named. Source: engine.md 7 (Import) and the end of 3.
"""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.instants import now
from cli.kept import calendar_in_force, organs, settings
from cli.live import Live, in_words, live
from cli.output import Json, answer, answered, end, facts, say, warn
from cli.problems import ExitCode, Problem
from cli.tables import progress, table
from intake.ledger import Ledger, LedgerRow, RowFault, read_ledger
from models.messages import Outcome, Registration
from office import UnavailableError
from policies.wording import moment
from record import matters, numbers
from settings import Settings

__all__ = ["bring_in", "import_ledger", "read"]

IN_FLIGHT = 8
"""Matters on their way at once: more only builds a queue in front of the worker."""


@dataclass(frozen=True, slots=True)
class Brought:
    """What became of a row: the matter's id, the recorded answer, and whether it had come in before."""

    row: LedgerRow
    matter_id: str
    outcome: Outcome
    again: bool


def import_ledger(
    file: Annotated[Path, typer.Argument(metavar="LEDGER", help="台账文件 .xlsx 或 or .csv")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="只检查,不登记,无需服务。 Check only: nothing is touched or needed.")
    ] = False,
    office: Annotated[
        str | None,
        typer.Option("--office", metavar="ORGAN", help="表中未写填报单位时的督办单位。 If the file names none."),
    ] = None,
    as_json: Json = False,
) -> None:
    """导入台账:每个正确的行立项一次,重复导入不会重复;每个有误的单元格都说明原因和可接受的写法。

    Import a ledger: every good row is launched once, however often it is imported; every bad cell is named with its
    reason and what is accepted. 交办日期已过的按“已交办”导入 matters assigned in the past come in as imported.
    退出码 exit: 0 全部完成 all done, 1 有行未被接受 some rows bad or refused, 2 文件不可用 file unusable.
    """
    chosen = settings()
    ledger = read(file, chosen, office)
    brought: list[Brought] = []
    if not dry_run and ledger.rows:
        brought = _launched(chosen, ledger)
    refused = [one for one in brought if not one.outcome.accepted]
    if as_json:
        answer(_document(ledger, brought, dry_run=dry_run))
    else:
        _show(ledger, brought, refused, dry_run=dry_run)
    end(ExitCode.REFUSED if ledger.faults or refused else ExitCode.DONE)


def read(file: Path, chosen: Settings, office: str | None = None) -> Ledger:
    """What a ledger file says; raises Problem for one that cannot be used at all."""
    directory = organs(chosen)
    with in_words():
        return read_ledger(file, directory.organs, office=office or chosen.office, calendar=calendar_in_force())


def _launched(chosen: Settings, ledger: Ledger) -> list[Brought]:
    async def work() -> list[Brought]:
        async with live(chosen, write=True) as office:
            with progress("导入 importing", len(ledger.rows)) as advance:
                return await bring_in(office, ledger.rows, now(), advance)

    with in_words():
        return asyncio.run(work())


async def bring_in(office: Live, rows: Iterable[LedgerRow], at: datetime, advance: Callable[[], None]) -> list[Brought]:
    """Launch every row as of the instant `at`, at most IN_FLIGHT at a time; what became of each, in their order.

    `advance` is called once for each. Broken off and begun again it launches nothing twice. Raises UnavailableError.
    """
    gate = asyncio.Semaphore(IN_FLIGHT)
    tasks: list[asyncio.Task[Brought]] = []

    async def one(row: LedgerRow, matter_id: str) -> Brought:
        try:
            found = await _bring(office, row, matter_id, at)
            advance()
            return found
        finally:
            gate.release()

    try:
        async with asyncio.TaskGroup() as group:
            for row in rows:
                await gate.acquire()
                # One after the other, so that numbers follow the order of the rows.
                key = row.registration.message_id
                matter_id = await asyncio.to_thread(numbers.reserve, office.store, key, at.year)
                tasks.append(group.create_task(one(row, matter_id)))
    except* UnavailableError as errors:
        done = sum(task.done() and not task.cancelled() and task.exception() is None for task in tasks)
        raise UnavailableError(
            f"{errors.exceptions[0]} (已导入 {done} 件,再次导入即可接着做 {done} are in; import again to go on)"
        ) from errors
    return [task.result() for task in tasks]


async def _bring(office: Live, row: LedgerRow, matter_id: str, at: datetime) -> Brought:
    registration = as_of(row.registration, at)
    with office.store.reading() as session:
        known = matters.answered(session, matter_id, registration.message_id)
    if known is not None:
        return Brought(row, matter_id, known, again=True)
    launched = await office.office.launch(matter_id, registration)
    return Brought(row, matter_id, launched.outcome, launched.again)


def as_of(registration: Registration, at: datetime) -> Registration:
    """A row's registration handed in at `at`: assigned before that it is imported, otherwise assigned by launching."""
    assigned_at = registration.assigned_at
    if assigned_at is not None and assigned_at >= at:
        return registration.model_copy(update={"assigned_at": None})
    return registration


# --- words ------------------------------------------------------------------------------------------------------------


def _document(ledger: Ledger, brought: list[Brought], *, dry_run: bool) -> dict[str, Any]:
    return {
        "file": ledger.source,
        "sheet": ledger.sheet,
        "office": ledger.office,
        "dry_run": dry_run,
        "summary": _summary(ledger, brought),
        "matters": [
            {"row": one.row.row, "number": one.row.number, "id": one.matter_id, "again": one.again,
             "title": one.row.registration.title, "lead": one.row.registration.lead,
             **answered(one.outcome)}
            for one in brought
        ] or [
            {"row": row.row, "number": row.number,
             **row.registration.model_dump(mode="json", exclude_none=True, exclude={"message_id", "policy"})}
            for row in ledger.rows
        ],
        "faults": [
            {"row": fault.row, "number": fault.number, "cell": fault.cell, "column": fault.column, "kind": fault.kind,
             "value": fault.value, "reason": str(fault.reason), "accepted": str(fault.accepted)}
            for fault in ledger.faults
        ],
        "warnings": [{"where": warning.where, "text": str(warning.text)} for warning in ledger.warnings],
    }  # fmt: skip


def _summary(ledger: Ledger, brought: list[Brought]) -> dict[str, int]:
    accepted = [one for one in brought if one.outcome.accepted]
    return {
        "rows": len(ledger.rows) + _bad_rows(ledger.faults),
        "launched": sum(not one.again for one in accepted),
        "known": sum(one.again for one in accepted),
        "refused": len(brought) - len(accepted),
        "bad": _bad_rows(ledger.faults),
    }


def _bad_rows(faults: Iterable[RowFault]) -> int:
    return len({fault.row for fault in faults})


def _show(ledger: Ledger, brought: list[Brought], refused: list[Brought], *, dry_run: bool) -> None:
    for warning in ledger.warnings:
        warn(f"{ledger.source} {warning}")
    if dry_run:
        columns = ("行#", "序号#", "事项 matter", "牵头 lead", "协办 co", "时限 limit", "交办 assigned")
        table(columns, (_planned(row) for row in ledger.rows), f"{ledger.source}: 将会导入 would be imported")
    for fault in ledger.faults:
        number = f"(序号 {fault.number})" if fault.number else ""
        say(f"第 {fault.row} 行{number} {fault.cell} {fault.column}: {fault.value or '(空 blank)'}")
        say(f"    原因 reason: {fault.reason}")
        say(f"    可接受 accepted: {fault.accepted}")
    if refused:
        rows = [(one.row.row, one.matter_id, one.row.registration.title, one.outcome.reason) for one in refused]
        table(("行#", "编号 id", "事项 matter", "理由 reason"), rows, "未予受理 refused")
    if brought:
        ids = [one.matter_id for one in brought if one.outcome.accepted]
        span = f"{min(ids)} … {max(ids)}" if ids else None
        facts({"编号 ids": span})
    words = {"rows": "行 rows", "launched": "新立项 launched", "known": "此前已有 known", "refused": "未予受理 refused",
             "bad": "有误的行 bad rows"}  # fmt: skip
    counted = _summary(ledger, brought)
    if dry_run:
        counted = {name: counted[name] for name in ("rows", "bad")} | {"good": len(ledger.rows)}
        words["good"] = "可导入 good"
    say(",".join(f"{words[name]} {number}" for name, number in counted.items()))


def _planned(row: LedgerRow) -> tuple[object, ...]:
    said = row.registration
    assigned = said.assigned_at and moment(said.assigned_at)
    return row.row, row.number, said.title, said.lead, "、".join(said.co), said.limit, assigned


def sample(chosen: Settings, path: Path) -> tuple[LedgerRow, ...]:
    """The rows of a shipped ledger, which has no faults; raises Problem if it has."""
    ledger = read(path, chosen)
    if ledger.faults:
        raise Problem(f"{path}: {ledger.faults[0]}")
    return ledger.rows
