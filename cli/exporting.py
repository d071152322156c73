"""`export`: the register for people (xlsx, csv), or every act for programs (jsonl)."""

import sys
from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import Session

from cli.instants import now
from cli.kept import calendar, organs, record, settings
from cli.looking import Open, looked
from cli.output import Json, answer, say
from cli.problems import Problem
from cli.remote import Site, export_to, site
from models.access import Scope
from policies.directory import Directory
from record import ledger, views
from record.looks import Looked, grant, protected_targets
from record.store import Store
from record.views import RegisterLine
from showing.register import WIDTHS, Register, write_acts
from showing.tables import write_csv, write_xlsx

__all__ = ["export", "write"]

STDOUT = "-"
_PAGE = 500


class Format(StrEnum):
    """What is written, and how."""

    XLSX = "xlsx"
    CSV = "csv"
    JSONL = "jsonl"


def export(
    format_: Annotated[
        Format | None,
        typer.Option(
            "--format", help="xlsx、csv:台账 the register; jsonl:全部记录 every act. 默认按文件名 by the file name"
        ),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", help="文件;- 为标准输出(csv、jsonl)。 The file; - is standard output."),
    ] = None,
    opened: Open = None,
    as_json: Json = False,
) -> None:
    """导出台账(环节、灯、到期、距今工作日、最近记录)或全部记录。

    Export the register (stage, light, due, working days left, last act) or the whole act ledger.
    """
    suffix = Path(output or "").suffix.lstrip(".").lower()
    chosen_format = format_ or (Format(suffix) if suffix in set(Format) else Format.XLSX)
    file = output or ("acts.jsonl" if chosen_format is Format.JSONL else f"register.{chosen_format}")
    if file == STDOUT and (as_json or chosen_format is Format.XLSX):
        raise Problem("--output -: 只用于 csv、jsonl,且不与 --json 并用 only for csv and jsonl, and not with --json")
    chosen = settings()
    with site(chosen) as there:
        if there is not None:
            _export_there(there, chosen_format, file, as_json=as_json)
            return
    directory = Directory(()) if chosen_format is Format.JSONL else organs(chosen)
    with record(chosen) as store:
        try:
            number = write(store, directory, chosen_format, file, opened)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise Problem(f"{file}: 无法写入 cannot be written: {error.strerror}") from error
    if as_json:
        answer({"file": Path(file).absolute(), "format": chosen_format, "rows": number})
    elif file != STDOUT:
        say(f"{Path(file).absolute()}: {number} {'条记录 acts' if chosen_format is Format.JSONL else '件 matters'}")


def _export_there(there: Site, format_: Format, file: str, *, as_json: bool) -> None:
    if format_ is Format.JSONL or file == STDOUT:
        raise Problem("经接口只能导出 xlsx、csv 文件 over DUBAN_API_URL only files of xlsx and csv")
    try:
        export_to(there, format_.value, Path(file))
    except OSError as error:
        raise Problem(f"{file}: 无法写入 cannot be written: {error.strerror}") from error
    if as_json:
        answer({"file": Path(file).absolute(), "format": format_})
    else:
        say(f"{Path(file).absolute()}")


def write(store: Store, directory: Directory, format_: Format, file: str, reason: str | None = None) -> int:
    """Write the register, or every act, of a record to `file` (`-`: standard output); how many rows. Raises OSError.

    Acts are written with masks, unless there is a `reason`: then the look at every case is on record first.
    """
    granted: Looked | None = None
    if reason is not None and format_ is Format.JSONL:
        with store.writing() as session:
            granted = looked(session, reason, protected_targets(session))
    with store.reading() as session:
        if granted is not None:
            grant(session, granted)
        if format_ is Format.JSONL:
            if file == STDOUT:
                return write_acts(sys.stdout, ledger.recorded(session))
            with Path(file).open("w", encoding="utf-8", newline="\n") as out:
                return write_acts(out, ledger.recorded(session))
        at = now()
        rows = Register(at, calendar(session), directory).sheet(lines(session, at))
        if format_ is Format.XLSX:
            return write_xlsx(Path(file), rows, WIDTHS)
        if file == STDOUT:
            return write_csv(sys.stdout, rows, WIDTHS)
        # The mark at the beginning is what lets a spreadsheet program see that it is UTF-8.
        with Path(file).open("w", encoding="utf-8-sig", newline="") as out:
            return write_csv(out, rows, WIDTHS)


def lines(session: Session, at: datetime) -> Iterator[RegisterLine]:
    """Every matter, as of the instant `at`, page by page: however many there are, one page is held at a time."""
    after: str | None = None
    while True:
        page = views.register(session, scope=Scope.everything(), now=at, after=after, limit=_PAGE)
        yield from page.items
        if page.next is None:
            return
        after = page.next
