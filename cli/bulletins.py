"""`bulletin`: 月报, 季报, 问责统计 of a period, as a page, a workbook or JSON, as the record stood at a day's end."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from cli.instants import now
from cli.kept import calendar, record, settings
from cli.output import Json, answer, say
from cli.problems import Problem
from cli.tables import table
from documents.bulletins import as_page, as_workbook
from models.bulletins import Bulletin, BulletinKind
from policies.deadlines import local_date
from showing.bulletins import drawn_up, usual

__all__ = ["bulletin"]


def bulletin(
    period: Annotated[str, typer.Argument(metavar="PERIOD", help="期间 the period: 2026-05, 2026-Q2, 2026.")],
    kind: Annotated[
        BulletinKind | None,
        typer.Option("--kind", help="月报 month,季报 quarter,问责统计 accountability;默认按期间 by the period."),
    ] = None,
    as_of: Annotated[
        datetime | None,
        typer.Option("--as-of", formats=["%Y-%m-%d"], help="截至该日终 as the record stood at the end of that day."),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", help=".docx 或 or .xlsx 文件 the file; 默认只显示 default: shown only."),
    ] = None,
    as_json: Json = False,
) -> None:
    """生成月报、季报或问责统计;同一截至日、同一记录,所得文件逐字节相同。

    A bulletin of a period; the same to the byte from the same record as of the same day.
    """
    suffix = Path(output).suffix.lower() if output else ""
    if output and suffix not in (".docx", ".xlsx"):
        raise Problem(f"--output {output}: 只能是 .docx 或 .xlsx only .docx or .xlsx")
    chosen = settings()
    on = as_of.date() if as_of else local_date(now())
    told = _drawn_up(period, kind, on)
    if output:
        made = as_page(told, chosen.office or "") if suffix == ".docx" else as_workbook(told)
        try:
            Path(output).write_bytes(made)
        except OSError as error:
            raise Problem(f"{output}: 无法写入 cannot be written: {error.strerror}") from error
    if as_json:
        answer({**told.model_dump(mode="json"), "file": str(Path(output).absolute()) if output else None})
        return
    _tell(told)
    if output:
        say(str(Path(output).absolute()))


def _drawn_up(period: str, kind: BulletinKind | None, on: date) -> Bulletin:
    try:
        usual(period)
        with record(settings()) as store, store.reading() as session:
            return drawn_up(session, period, kind, on, calendar(session))
    except ValueError as error:
        raise Problem(str(error)) from error


def _tell(told: Bulletin) -> None:
    say(f"{told.title} {told.first}..{told.last}, 截至 as of {told.as_of}")
    table(("指标", "数量"), [(figure.name, str(figure.count)) for figure in told.figures])
    if told.ranking:
        rows = [
            (str(rank.place), rank.organ, str(rank.finished), str(rank.in_time), f"{rank.mean_net}")
            for rank in told.ranking
        ]
        table(("名次", "单位", "办结", "按期", "平均净用时(工作日)"), rows)
