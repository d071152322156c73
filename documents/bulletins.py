"""What does a bulletin look like as a page and as a workbook? The same to the byte from the same figures.

Every figure names its targets: the page in its annex, the workbook on a sheet of its own. A cell that a spreadsheet
might run is made harmless.
"""

import io
import re
import zipfile
from collections.abc import Iterable
from datetime import UTC, datetime

from docx.document import Document as Page
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Pt
from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from documents.make_templates import made
from documents.pieces import FANG, HEI, NO2, NO4, SMALL4, SMALL_SONG, add_line, add_row, add_table, blank_page
from documents.rendering import packed
from models.bulletins import Bulletin, Figure, Rank, RankedMatter
from policies.showing import harmless
from policies.wording import chinese_date

__all__ = ["as_page", "as_workbook"]

_LONGEST = 32_000
_MADE_AT = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)
_RANKING = ("名次 place", "单位 organ", "办结 closed", "按期 in time", "平均净用时（工作日） mean net days")
_MATTER = (
    "单位 organ",
    "事项 matter",
    "净用时 net",
    "总用时 gross",
    "中止 paused",
    "延期 extended",
    "他方 elsewhere",
    "按期",
)


def as_page(told: Bulletin, organ: str) -> bytes:
    """The bulletin as a .docx, issued by that organ."""
    page = blank_page()
    add_line(page, told.title, SMALL_SONG, NO2, align=WD_ALIGN_PARAGRAPH.CENTER, spacing=Pt(36))
    span = f"{chinese_date(told.first)}至{chinese_date(told.last)}"
    add_line(page, f"{organ}　　统计期间：{span}　　截至：{chinese_date(told.as_of)}", size=SMALL4, spacing=Pt(22))
    add_line(page, "一、总体情况", HEI)
    table = add_table(page, (116, 40))
    add_row(table, "指标", "数量", heads=(0, 1))
    for figure in told.figures:
        add_row(table, figure.name, figure.amount or str(figure.count))
    if told.organs:
        _organs(page, told)
    if told.ranking:
        _ranking(page, told.ranking)
    _annex(page, told.figures)
    return made(page)


def _organs(page: Page, told: Bulletin) -> None:
    add_line(page, "二、分单位情况", HEI)
    names = [figure.name.split(" ")[0] for figure in told.organs[0].figures]
    table = add_table(page, (36, *(120 // len(names) for _ in names)))
    add_row(table, "单位", *names, heads=tuple(range(len(names) + 1)))
    for line in told.organs:
        add_row(table, line.organ, *(str(figure.count) for figure in line.figures))


def _ranking(page: Page, ranking: Iterable[Rank]) -> None:
    add_line(page, "三、净用时排名", HEI)
    add_line(page, "净用时不计中止、批准的延期和他方办理的时间。", FANG, SMALL4, spacing=Pt(20), indent=True)
    table = add_table(page, (18, 54, 24, 24, 36))
    add_row(table, *(name.split(" ")[0] for name in _RANKING), heads=tuple(range(len(_RANKING))))
    for rank in ranking:
        add_row(table, *(str(cell) for cell in _rank_row(rank)))


def _annex(page: Page, figures: Iterable[Figure]) -> None:
    """Which targets each figure counts."""
    add_line(page, "附件：各项指标对应的事项编号", HEI, NO4, new_page=True)
    for figure in figures:
        if figure.targets:
            add_line(page, f"{figure.name}（{figure.count}）", HEI, SMALL4, spacing=Pt(22))
            add_line(page, "、".join(figure.targets), FANG, SMALL4, spacing=Pt(20), indent=True)


def _rank_row(rank: Rank) -> tuple[int | str | float, ...]:
    return rank.place, rank.organ, rank.finished, rank.in_time, rank.mean_net


def _matter_row(organ: str, one: RankedMatter) -> tuple[int | str | float, ...]:
    time = one.time
    in_time = "是" if one.in_time else "否"
    return organ, one.target, time.net, time.gross, time.paused, time.extended, time.elsewhere, in_time


def as_workbook(told: Bulletin) -> bytes:
    """The bulletin as an .xlsx: figures, organs, the ranking with every matter's time, the targets of each figure."""
    book = Workbook()
    book.remove(book.worksheets[0])
    _sheet(book, "总体情况", ("指标 figure", "数量 count"), ((one.name, one.count) for one in told.figures), (48, 12))
    if told.organs:
        names = [figure.name for figure in told.organs[0].figures]
        rows: list[list[str | int | float]] = [
            [line.organ, *(figure.count for figure in line.figures)] for line in told.organs
        ]
        _sheet(book, "分单位情况", ("单位 organ", *names), rows, (20, *(16 for _ in names)))
    if told.ranking:
        _sheet(book, "净用时排名", _RANKING, (_rank_row(rank) for rank in told.ranking), (10, 20, 10, 10, 24))
        matters = [_matter_row(rank.organ, one) for rank in told.ranking for one in rank.matters]
        _sheet(book, "净用时明细", _MATTER, matters, (20, 16, 10, 10, 10, 10, 10, 8))
    counted = ((figure.name, target) for figure in told.figures for target in figure.targets)
    _sheet(book, "指标明细", ("指标 figure", "编号 id"), counted, (48, 28))
    about = (
        ("标题 title", told.title), ("期间 period", f"{told.first}..{told.last}"), ("截至 as of", f"{told.as_of}"),
    )  # fmt: skip
    _sheet(book, "说明", ("项目", "内容"), about, (20, 40))
    book.properties.creator = book.properties.lastModifiedBy = ""
    book.properties.created = book.properties.modified = _MADE_AT
    written = io.BytesIO()
    book.save(written)
    return packed(_undated(written.getvalue()))


def _undated(archive: bytes) -> bytes:
    """The workbook with the instant of saving, which openpyxl always writes, put back."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(written, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "docProps/core.xml":
                stamp = f"{_MADE_AT.isoformat()}Z".encode()
                part = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + stamp, part)
            new.writestr(name, part)
    return written.getvalue()


def _sheet(
    book: Workbook,
    title: str,
    heads: Iterable[str],
    rows: Iterable[Iterable[str | int | float]],
    widths: Iterable[int],
) -> None:
    sheet = book.create_sheet(title)
    sheet.append(list(heads))
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for row in rows:
        sheet.append([harmless(cell, _LONGEST) if isinstance(cell, str) else cell for cell in row])
    sheet.freeze_panes = "A2"
    for number, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(number)].width = width
