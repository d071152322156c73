"""What is in a file somebody calls a spreadsheet, cell by cell?

Takes .xlsx and .csv, tells everything else apart by its content and says what to do about it. What the cells mean is
for tables.py and beyond; the inside of an .xlsx for workbook.py.
"""

import codecs
import csv
import io
from collections.abc import Iterator
from pathlib import Path

from intake.grid import COLUMNS, ROWS, Grid, Value
from intake.problems import LIFT_PASSWORD, SAVE_AGAIN, TRIM, SheetError, Words

FILE_BYTES = 20 * 1024 * 1024
CELL_CHARACTERS = 32_767
"""The most a spreadsheet program itself allows in one cell."""

_CSV_AS_UTF8 = Words(
    "请在 Excel 或 WPS 中另存为“CSV UTF-8(逗号分隔)”或 .xlsx",
    "Save it in Excel or WPS as CSV UTF-8 (comma delimited) or as .xlsx",
)
_MARKUP = (b"<!doctype", b"<html", b"<head", b"<meta", b"<style", b"<body", b"<table", b"<div", b"<?xml", b"<!--")
_SEPARATORS = (",", "\t", ";")
_OLD_BINARY = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00", b"\x09\x08")
"""How a worksheet of Excel 2 to 95 begins that is not wrapped in anything (BIFF, record BOF)."""

_NO_TABLE = (b"%PDF-", b"{\\rtf", b"MIME-Version:", b"ID;P", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"\x1f\x8b")
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_grids(source: Path | bytes, name: str | None = None) -> Iterator[Grid]:
    """The visible sheets of a file in the order of the workbook, at most SHEETS of them.

    A text is one grid as separated by commas, then one as by tabs and one as by semicolons where it has any: whoever
    looks for a header takes the first that has one. `name` is what the file is called in messages (default: its file
    name). A sheet is read when it is asked for. Raises SheetError, with advice, for a file that is no readable .xlsx
    or text table or that is larger than allowed.
    """
    data = _bytes(source)
    called = name or (source.name if isinstance(source, Path) else "")
    if data.startswith(b"PK"):
        from intake.workbook import SHEETS, Workbook  # noqa: PLC0415 - a .csv needs no reader of workbooks

        book = Workbook(data, called)
        visible = [sheet for sheet in book.sheets if not sheet.hidden]
        if not visible:
            raise SheetError(
                Words("所有工作表都被隐藏", "every sheet is hidden"),
                Words("请取消隐藏台账所在的工作表", "Unhide the sheet with the ledger"),
            )
        for sheet in visible[:SHEETS]:
            yield book.grid(sheet)
        return
    _refuse_foreign(data, called)
    text = _decoded(data)
    malformed: SheetError | None = None
    for separator in _SEPARATORS:
        if separator != _SEPARATORS[0] and separator not in text:
            continue
        try:
            rows = _csv_rows(text, separator)
        except _MalformedError as error:
            # Cut at the right places it may be well formed.
            malformed = malformed or error
        else:
            yield Grid(called, None, rows)
    if malformed is not None:
        raise malformed


def _bytes(source: Path | bytes) -> bytes:
    if isinstance(source, bytes):
        data = source[: FILE_BYTES + 1]
    else:
        try:
            if not source.is_file():
                raise SheetError(
                    Words("找不到文件", "there is no such file"),
                    Words("请检查路径和文件名", "Check the path and the name"),
                )
            with source.open("rb") as stream:
                data = stream.read(FILE_BYTES + 1)
        except (OSError, ValueError) as error:
            if isinstance(error, SheetError):
                raise
            raise SheetError(
                Words("文件无法打开", "the file cannot be opened"),
                Words("请检查读取权限,并确认没有被其他程序占用", "Check its permissions and that no program holds it"),
            ) from error
    if len(data) > FILE_BYTES:
        megabytes = FILE_BYTES // 1024 // 1024
        raise SheetError(Words(f"文件超过 {megabytes} MB", f"the file is larger than {megabytes} MB"), TRIM)
    if not data.strip():
        raise SheetError(
            Words("文件是空的", "the file is empty"),
            Words("请确认保存成功后重新提交", "Make sure it was saved and hand it in again"),
        )
    return data


def _refuse_foreign(data: bytes, called: str) -> None:
    """Turn away what is neither .xlsx nor text, by its first bytes; a name alone proves nothing."""
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise SheetError(Words("文件设有打开密码", "the file is protected by a password"), LIFT_PASSWORD)
        raise SheetError(Words("这是旧版 .xls(或 .et)文件", "this is an old .xls (or .et) file"), SAVE_AGAIN)
    start = data[:1024].removeprefix(codecs.BOM_UTF8).lstrip().lower()
    if start.startswith(_MARKUP):
        raise SheetError(
            Words("这是网页或 XML 文件,只是改了扩展名", "this is a web page or XML with a changed file name"),
            SAVE_AGAIN,
        )
    if data.startswith(_OLD_BINARY):
        raise SheetError(Words("这是旧版 .xls(或 .et)文件", "this is an old .xls (or .et) file"), SAVE_AGAIN)
    if data.startswith(_NO_TABLE) or (b"\x00" in data and not data.startswith(_UTF16)):
        raise SheetError(Words("这不是表格文件", "this is not a spreadsheet"), SAVE_AGAIN)
    if Path(called).suffix.lower() in (".xlsx", ".xlsm", ".xls", ".et"):
        raise SheetError(
            Words("扩展名是 Excel,内容却不是 Excel 工作簿", "named like an Excel workbook but it is none"), SAVE_AGAIN
        )


def _decoded(data: bytes) -> str:
    """The text of a .csv: UTF-8 with or without a byte order mark, otherwise GB18030, which contains GBK and GB2312.

    UTF-16 only with its byte order mark, as Excel's “Unicode text” has it.
    """
    for encoding in ("utf-16",) if data.startswith(_UTF16) else ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SheetError(Words("文本编码既不是 UTF-8 也不是 GBK", "the text is neither UTF-8 nor GBK"), _CSV_AS_UTF8)


class _MalformedError(SheetError):
    """Not cut into cells the way this separator would."""


def _csv_rows(text: str, separator: str) -> list[list[Value]]:
    """Rows as a spreadsheet program numbers them: a cell with line breaks inside stays in one row."""
    rows: list[list[Value]] = []
    # strict: an unclosed quotation mark would otherwise swallow the rest of the file without a word
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=separator)
    try:
        for cells in reader:
            if len(rows) >= ROWS:
                raise SheetError(Words(f"表格过大:超过 {ROWS} 行", f"more than {ROWS} rows"), TRIM)
            if len(cells) > COLUMNS:
                raise SheetError(Words(f"表格过大:超过 {COLUMNS} 列", f"more than {COLUMNS} columns"), TRIM)
            if any(len(cell) > CELL_CHARACTERS for cell in cells):
                raise _malformed(reader.line_num)
            rows.append(list(cells))
    except csv.Error as error:
        raise _malformed(reader.line_num) from error
    return rows


def _malformed(line: int) -> _MalformedError:
    return _MalformedError(
        Words(
            f"第 {line} 行附近的 CSV 格式有误(引号未成对或单元格过长)",
            f"malformed CSV near line {line} (an unpaired quotation mark or an overlong cell)",
        ),
        _CSV_AS_UTF8,
    )
