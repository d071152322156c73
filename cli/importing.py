"""`import`: how do the matters of an office's ledger become running ones, each once however often it is imported?

The rows are read by intake/ledger.py and admitted by the rules; here each gets its number and is launched, a few at a
time, and everything that could not be accepted is named. The rows of a register that comes back are for returning.py.
Source: engine.md 7 (Import) and the end of 3.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import bringing
from bringing import Brought, Hands, as_of
from cli.authority import allowed_here
from cli.instants import now
from cli.kept import calendar, calendar_in_force, organs, record, settings
from cli.live import Live, in_words, live
from cli.output import Json, answer, answered, end, facts, say, warn
from cli.problems import ExitCode, Problem
from cli.tables import progress, table
from intake.ledger import Ledger, LedgerRow, OpenLedger, RowFault, open_ledger, read_ledger
from models.access import SiteCommand
from policies.wording import moment
from settings import Settings

if TYPE_CHECKING:
    from returning import Conflict, Edit, Plan  # not needed for an ordinary ledger

__all__ = ["Brought", "as_of", "bring_in", "import_ledger", "read", "sample"]

_TABLE_ROWS = 500


@dataclass(slots=True)
class _Launched:
    """What became of the rows, counted; `lines` are kept for programs only, a ledger may have thousands of rows."""

    good: int = 0
    launched: int = 0
    known: int = 0
    refused: list[tuple[int, str, str | None, str | None]] = field(default_factory=list)
    first: str | None = None
    last: str | None = None
    lines: list[dict[str, Any]] = field(default_factory=list)

    def add(self, one: Brought) -> None:
        said, outcome = one.row.registration, one.outcome
        self.good += 1
        if not outcome.accepted:
            self.refused.append((one.row.row, one.matter_id, said.title, outcome.reason))
            return
        self.launched += not one.again
        self.known += one.again
        self.first = min(self.first or one.matter_id, one.matter_id)
        self.last = max(self.last or one.matter_id, one.matter_id)


def import_ledger(
    file: Annotated[
        Path, typer.Argument(metavar="LEDGER", help="台账文件 .xlsx 或 or .csv,或导出后修改的台账 or an edited export")
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="只检查,不登记,无需服务。 Check only: nothing is touched or needed.")
    ] = False,
    office: Annotated[
        str | None,
        typer.Option("--office", metavar="ORGAN", help="表中未写填报单位时的督办单位。 If the file names none."),
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(
            "--by",
            metavar="POST",
            help="以何岗位更正(默认督办单位承办岗)。 The post that corrects (default: the office's handler).",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """导入台账:每个正确的行立项一次,重复导入不会重复;每个有误的单元格都说明原因和可接受的写法。

    Import a ledger: every good row is launched once, however often it is imported; every bad cell is named with its
    reason and what is accepted. 交办日期已过的按“已交办”导入 matters assigned in the past come in as imported.
    导出的台账改后再导入:改动可行的作为命令办理,其余逐格说明。 Of an edited export what is allowed is applied as
    commands, everything else is reported cell by cell.
    退出码 exit: 0 全部完成 all done, 1 有行或改动未被接受 some rows or edits not accepted, 2 文件不可用 file unusable,
    3 服务不可用 unavailable.
    """
    chosen = settings()
    ledger = _opened(file, chosen, office)
    if not dry_run:
        allowed_here(chosen, SiteCommand.IMPORT_LEDGER)
    work = _Work(chosen, ledger, dry_run=dry_run, as_json=as_json)
    if ledger.exported:
        work.planned = _planned(chosen, ledger, by)
    work.run()
    if as_json:
        answer(work.document())
    else:
        work.show()
    end(ExitCode.DONE if work.well else ExitCode.REFUSED)


def read(file: Path, chosen: Settings, office: str | None = None) -> Ledger:
    """What a ledger file says; raises Problem for one that cannot be used at all."""
    directory = organs(chosen)
    with in_words():
        return read_ledger(file, directory.organs, office=office or chosen.office, calendar=calendar_in_force())


def _opened(file: Path, chosen: Settings, office: str | None) -> OpenLedger:
    directory = organs(chosen)
    with in_words():
        return open_ledger(file, directory.organs, office=office or chosen.office, calendar=calendar_in_force())


def _planned(chosen: Settings, ledger: OpenLedger, by: str | None) -> "Plan":
    from returning import plan  # noqa: PLC0415
    from showing.register import Register  # noqa: PLC0415 - an ordinary ledger needs neither

    directory, at = organs(chosen), now()
    if by is not None and not directory.has_post(by):
        raise Problem(f"--by {by}: 名录中没有该岗位 unknown post")
    with record(chosen) as store:
        with store.reading() as session:
            register = Register(at, calendar(session), directory)
        return plan(store, ledger.returned(), register, by)


async def bring_in(office: Live, rows: Iterable[LedgerRow], at: datetime, told: Callable[[Brought], None]) -> None:
    """As bringing.py has it, for a live office."""
    await bringing.bring_in(Hands(office.office, office.store, office.settings.import_in_flight), rows, at, told)


class _Work:
    """One import from its file to what is said of it."""

    def __init__(self, chosen: Settings, ledger: OpenLedger, *, dry_run: bool, as_json: bool) -> None:
        self.planned: Plan | None = None
        self._chosen = chosen
        self._ledger = ledger
        self._dry_run = dry_run
        self._as_json = as_json
        self._launched = _Launched()
        self._applied: list[Edit] = []
        self._refused: list[Conflict] = []

    @property
    def well(self) -> bool:
        """Whether everything in the file was accepted."""
        conflicts = self._refused or (self.planned and self.planned.conflicts)
        return not (self._ledger.faults or self._launched.refused or conflicts)

    def run(self) -> None:
        """Launch the rows and give the commands; a dry run only looks at them."""
        rows = self._ledger.rows()
        if self._dry_run:
            self._look(rows)
            return
        edits = self.planned.edits if self.planned else []
        first = next(rows, None)
        if first is None and not edits:
            # Nothing to be done needs no server.
            return
        with in_words():
            asyncio.run(self._do(rows if first is None else chain([first], rows)))

    async def _do(self, rows: Iterator[LedgerRow]) -> None:
        edits = self.planned.edits if self.planned else []
        async with live(self._chosen, write=True) as office:
            with progress("导入 importing", self._ledger.matters + len(edits)) as advance:

                def told(one: Brought) -> None:
                    self._launched.add(one)
                    if self._as_json:
                        self._launched.lines.append(_line(one))
                    advance()

                if self.planned is not None and edits:
                    from returning import apply  # noqa: PLC0415 - an ordinary ledger does not need it

                    became = await apply(office.office, edits, self._chosen.import_in_flight, advance)
                    self._applied, self._refused = became.applied, became.refused
                await bring_in(office, rows, now(), told)
                for _ in range(self._ledger.matters - self._launched.good):
                    # Rows at fault are dealt with too.
                    advance()

    def _look(self, rows: Iterator[LedgerRow]) -> None:
        title: str | None = f"{self._ledger.source}: 将会导入 would be imported"
        while some := list(islice(rows, _TABLE_ROWS)):
            self._launched.good += len(some)
            if self._as_json:
                self._launched.lines += [_registered(row) for row in some]
            else:
                columns = ("行#", "序号#", "事项 matter", "牵头 lead", "协办 co", "时限 limit", "交办 assigned")
                table(columns, (_would_be(row) for row in some), title)
            title = None

    # --- words --------------------------------------------------------------------------------------------------------

    def document(self) -> dict[str, Any]:
        """The whole answer for programs."""
        ledger, planned = self._ledger, self.planned
        told = {
            "file": ledger.source,
            "sheet": ledger.sheet,
            "office": ledger.office,
            "dry_run": self._dry_run,
            "summary": self._summary(),
            "matters": sorted(self._launched.lines, key=lambda line: line["row"]),
            "faults": [
                {"row": fault.row, "number": fault.number, "cell": fault.cell, "column": fault.column,
                 "kind": fault.kind, "value": fault.value, "reason": str(fault.reason),
                 "accepted": str(fault.accepted)}
                for fault in ledger.faults
            ],
            "warnings": [{"where": warning.where, "text": str(warning.text)} for warning in ledger.warnings],
        }  # fmt: skip
        if planned is None:
            return told
        edits = planned.edits if self._dry_run else self._applied
        return told | {
            "exported_at": planned.exported_at,
            "edits": [
                {"id": one.matter_id, "cell": one.cell, "column": one.column, "field": one.field, "value": one.value,
                 "current": one.current, "command": one.command.model_dump(mode="json", exclude_none=True)}
                for one in edits
            ],
            "conflicts": [asdict(one) for one in self._conflicts()],
        }  # fmt: skip

    def _conflicts(self) -> "list[Conflict]":
        return [*(self.planned.conflicts if self.planned else ()), *self._refused]

    def _summary(self) -> dict[str, int | None]:
        launched, planned = self._launched, self.planned
        bad = len({fault.row for fault in self._ledger.faults})
        summary: dict[str, int | None] = {
            "rows": launched.good + bad,
            "launched": launched.launched,
            "known": launched.known,
            "refused": len(launched.refused),
            "bad": bad,
        }
        if planned is not None:
            summary |= {
                "returned": planned.returned,
                "untouched": planned.untouched,
                "edits": len(planned.edits),
                "applied": len(self._applied),
                "conflicts": len(self._conflicts()),
                "removed": planned.removed,
            }
        return summary

    def show(self) -> None:
        """The whole answer for people."""
        ledger, launched = self._ledger, self._launched
        for warning in ledger.warnings:
            warn(f"{ledger.source} {warning}")
        for fault in ledger.faults:
            _show_fault(fault)
        if launched.refused:
            table(("行#", "编号 id", "事项 matter", "理由 reason"), launched.refused, "未予受理 refused")
        facts({"编号 ids": f"{launched.first} … {launched.last}" if launched.first else None})
        if self.planned is not None:
            self._show_returned(self.planned)
        counted = self._summary()
        if self.planned is None or counted["rows"]:
            words = {"rows": "行 rows", "launched": "新立项 launched", "known": "此前已有 known",
                     "refused": "未予受理 refused", "bad": "有误的行 bad rows"}  # fmt: skip
            if self._dry_run:
                words = {"rows": "行 rows", "bad": "有误的行 bad rows", "good": "可导入 good"}
                counted["good"] = launched.good
            say(",".join(f"{word} {counted[name]}" for name, word in words.items()))

    def _show_returned(self, planned: "Plan") -> None:
        edits = planned.edits if self._dry_run else self._applied
        if edits:
            shown = [(one.cell, one.matter_id, one.column, one.current, one.value) for one in edits]
            title = "将会更改 would be changed" if self._dry_run else "已更改 changed"
            table(("单元格 cell", "编号 id", "列 column", "原值 from", "改为 to"), shown, title)
        for one in self._conflicts():
            say(f"{one.cell} {one.column}({one.matter_id or '–'}): {one.value or '(空 blank)'}")
            say(f"    现值 current: {one.current or '(空 blank)'}")
            say(f"    原因 reason: {one.reason}")
            say(f"    可行 instead: {one.accepted}")
        counted = self._summary()
        if not counted["edits"] and not counted["conflicts"] and not counted["rows"]:
            say("与导出时一致,没有任何改动。 As exported: nothing was changed.")
        words = {"returned": "已有事项 matters", "untouched": "未改动 untouched", "edits": "可行的改动 edits",
                 "applied": "已办理 applied", "conflicts": "冲突 conflicts",
                 "removed": "表中已删去(不作处理) removed, left alone"}  # fmt: skip
        say(",".join(f"{word} {counted[name]}" for name, word in words.items() if counted[name] is not None))


def _line(one: Brought) -> dict[str, Any]:
    said = one.row.registration
    return {
        "row": one.row.row, "number": one.row.number, "id": one.matter_id, "again": one.again, "title": said.title,
        "lead": said.lead, **answered(one.outcome),
    }  # fmt: skip


def _registered(row: LedgerRow) -> dict[str, Any]:
    said = row.registration.model_dump(mode="json", exclude_none=True, exclude={"message_id", "policy"})
    return {"row": row.row, "number": row.number, **said}


def _would_be(row: LedgerRow) -> tuple[object, ...]:
    said = row.registration
    assigned = said.assigned_at and moment(said.assigned_at)
    return row.row, row.number, said.title, said.lead, "、".join(said.co), said.limit, assigned


def _show_fault(fault: RowFault) -> None:
    number = f"(序号 {fault.number})" if fault.number else ""
    say(f"第 {fault.row} 行{number} {fault.cell} {fault.column}: {fault.value or '(空 blank)'}")
    say(f"    原因 reason: {fault.reason}")
    say(f"    可接受 accepted: {fault.accepted}")


def sample(chosen: Settings, path: Path) -> tuple[LedgerRow, ...]:
    """The rows of a shipped ledger, which has no faults; raises Problem if it has."""
    ledger = read(path, chosen)
    if ledger.faults:
        raise Problem(f"{path}: {ledger.faults[0]}")
    return ledger.rows
