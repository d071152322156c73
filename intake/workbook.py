"""Which cells does an .xlsx hold, and may it be opened at all?

The container is measured before anything is unpacked, and the reader is given a workbook rebuilt from the parts that
were checked, so that it sees nothing else. Formulas are located, never evaluated. Which sheet matters is for tables.py.
Source: ECMA-376 (parts, relationships, cells); limits are our own choice (docs/ledger.md).
"""

import io
import re
import zipfile
from dataclasses import dataclass
from typing import Any
from xml.parsers import expat

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from intake.containers import Container, ContainerError, Wrong
from intake.grid import COLUMNS, ROWS, Area, Grid, Special, Value
from intake.problems import LIFT_PASSWORD, SAVE_AGAIN, TRIM, SheetError, Words

SHEETS = 20
"""Visible sheets that are looked at: a ledger further back is not found."""

INDEX_BYTES = 2 * 1024 * 1024
"""The most that the parts listing sheets and relationships may take."""

STRING_BYTES = 64 * 1024 * 1024
"""The text of all cells together. Cells may share one long string, and the reader gives each a copy of its own."""

MARKED_CELLS = ROWS * 20
"""Formulas and error values on one sheet. A few bytes of array formula may cover a whole sheet many times over."""

# The whole start tag of a plain cell without error value, address up to AZ99999. Of an attribute written twice the
# native reader takes the last, so nothing may follow unseen; what is written otherwise goes to the slow scan.
_PLAIN_CELL = re.compile(rb'<c r="A?[A-Z][1-9][0-9]{0,4}"(?: (?:s|t|cm|vm|ph)="(?!e")[0-9A-Za-z]*")* ?/?>')
_CELL = re.compile(rb'<c r="A?[A-Z][1-9][0-9]{0,4}"')
_NO_CELL = re.compile(rb"<c[A-Za-z]")
_INDEXED = frozenset({"workbookPr", "sheet", "Relationship"})

# Signs of a formula or a prefixed name: rare, and found exactly by the slow scan.
_FORMULA_OR_PREFIX = (re.compile(rb"<f[ >/\t\n\r]"), re.compile(rb":[cf][ >/\t\n\r]"))
_ADDRESS = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})", re.ASCII)
_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]+)""")

_ROOT_RELATIONS = (
    b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
    b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    b'Target="xl/workbook.xml"/></Relationships>'
)
_BOOK_RELATIONS = (
    b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
    b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
    b'Target="worksheets/sheet1.xml"/></Relationships>'
)
_BOOK = (
    b'<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    b'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><workbookPr date1904="%d"/>'
    b'<sheets><sheet name="sheet" sheetId="1" r:id="rId1"/></sheets></workbook>'
)


@dataclass(frozen=True, slots=True)
class SheetPart:
    """A worksheet of the workbook and the part that holds it."""

    name: str
    part: str
    hidden: bool


@dataclass(frozen=True, slots=True)
class _Marks:
    """Cells of a sheet whose value is not what it seems; rows and columns from zero."""

    formulas: frozenset[tuple[int, int]] = frozenset()
    errors: frozenset[tuple[int, int]] = frozenset()


def _corrupt(detail: Words) -> SheetError:
    return SheetError(
        Words(f"文件已损坏或不是完整的 .xlsx:{detail.zh}", f"damaged or incomplete .xlsx: {detail.en}"), SAVE_AGAIN
    )


def _too_large(detail: Words) -> SheetError:
    return SheetError(Words(f"表格过大:{detail.zh}", f"the workbook is too large: {detail.en}"), TRIM)


def _of_container(error: ContainerError) -> SheetError:
    if error.wrong is Wrong.PASSWORD:
        return SheetError(error.why, LIFT_PASSWORD)
    return _too_large(error.why) if error.wrong is Wrong.TOO_LARGE else _corrupt(error.why)


def _no_workbook() -> SheetError:
    return SheetError(
        Words(
            "这不是含有工作表的 Excel 工作簿(可能是 Word、ODS 或压缩包)",
            "no Excel workbook with sheets (Word, ODS, a zip?)",
        ),
        SAVE_AGAIN,
    )


class Workbook:
    """An .xlsx opened for reading; every part is checked before it is used.

    Raises SheetError for anything that is not a whole, unprotected workbook within the limits of this module.
    """

    def __init__(self, data: bytes, source: str) -> None:
        self._source = source
        try:
            self._container = Container(data)
        except ContainerError as error:
            raise _of_container(error) from error
        self._parts = self._container.parts
        book = self._main_part()
        self._relations = self._related(book)
        self._read_book(self._index(book))
        self._styles = self._first_related("styles")
        self._strings = self._first_related("sharedStrings")

    def grid(self, sheet: SheetPart) -> Grid:
        """The cells of `sheet` with their formulas, error values and merged areas marked."""
        xml = self._xml(sheet.part)
        marks = _scanned(xml, self._strings)
        loaded = self._loaded(xml)
        rows: list[list[Value]] = [list(row) for row in loaded.to_python(skip_empty_area=False)]
        for places, special in ((marks.errors, Special.ERROR), (marks.formulas, Special.FORMULA)):
            for row, column in places:
                while len(rows) <= row:
                    rows.append([])
                rows[row].extend("" for _ in range(column + 1 - len(rows[row])))
                rows[row][column] = special
        merged = tuple(
            Area(min(top, bottom), min(left, right), max(top, bottom), max(left, right))
            for (top, left), (bottom, right) in loaded.merged_cell_ranges or ()
        )
        return Grid(self._source, sheet.name, rows, merged)

    # --- the container ------------------------------------------------------------------------------------------------

    def _bytes(self, part: str) -> bytes:
        try:
            return self._container.read(part)
        except ContainerError as error:
            raise _of_container(error) from error

    def _index(self, part: str) -> bytes:
        """The XML of a part that is read whole."""
        xml = self._xml(part)
        if len(xml) > INDEX_BYTES:
            raise _too_large(Words("工作表目录过大", "its list of sheets is too long"))
        return xml

    def _xml(self, part: str) -> bytes:
        data = self._bytes(part).removeprefix(b"\xef\xbb\xbf")
        declared = _DECLARED.match(data)
        encoding = declared[1].lower() if declared else b"utf-8"
        if encoding not in (b"utf-8", b"us-ascii", b"ascii") or b"\x00" in data:
            raise _corrupt(Words("部件编码不是 UTF-8", "a part is not encoded in UTF-8"))
        # A document type is where entities are declared; no spreadsheet program writes one.
        if b"<!" in data and (b"<!DOCTYPE" in data or b"<!ENTITY" in data):
            raise _corrupt(Words("部件含有文档类型声明", "a part declares a document type"))
        return data

    # --- what belongs to what -----------------------------------------------------------------------------------------

    def _main_part(self) -> str:
        if "xl/workbook.bin" in self._parts:
            raise SheetError(Words("这是 .xlsb 二进制工作簿", "this is a binary workbook (.xlsb)"), SAVE_AGAIN)
        for relation in self._related("").values():
            if relation.kind == "officeDocument" and relation.target.casefold() in self._parts:
                return relation.target
        if "xl/workbook.xml" in self._parts:
            return "xl/workbook.xml"
        raise _no_workbook()

    def _related(self, part: str) -> "dict[str, _Relation]":
        folder, _, name = part.rpartition("/")
        path = f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels"
        if path.casefold() not in self._parts:
            return {}
        relations = {}
        for element, attributes in _elements(self._index(path)):
            if element == "Relationship" and attributes.get("TargetMode") != "External":
                target = _resolved(folder, attributes.get("Target", ""))
                relations[attributes.get("Id", "")] = _Relation(attributes.get("Type", "").rpartition("/")[2], target)
        return relations

    def _read_book(self, xml: bytes) -> None:
        sheets: list[SheetPart] = []
        self._since_1904 = False
        for element, attributes in _elements(xml):
            if element == "workbookPr":
                self._since_1904 = attributes.get("date1904", "").lower() in ("1", "true")
            elif element == "sheet":
                relation = self._relations.get(attributes.get("id", ""))
                if relation is None:
                    raise _corrupt(Words("工作表目录不完整", "a sheet in its list has no part"))
                if relation.kind == "worksheet":
                    hidden = attributes.get("state", "visible") != "visible"
                    sheets.append(SheetPart(attributes.get("name", ""), relation.target, hidden))
        self.sheets = tuple(sheets)
        if not sheets:
            raise _no_workbook()

    def _first_related(self, kind: str) -> bytes | None:
        for relation in self._relations.values():
            if relation.kind == kind and relation.target.casefold() in self._parts:
                return self._xml(relation.target)
        return None

    # --- the cells ----------------------------------------------------------------------------------------------------

    def _loaded(self, xml: bytes) -> CalamineSheet:
        rebuilt = io.BytesIO()
        with zipfile.ZipFile(rebuilt, "w") as packed:
            packed.writestr("_rels/.rels", _ROOT_RELATIONS)
            packed.writestr("xl/workbook.xml", _BOOK % self._since_1904)
            packed.writestr("xl/_rels/workbook.xml.rels", _BOOK_RELATIONS)
            packed.writestr("xl/worksheets/sheet1.xml", xml)
            if self._styles is not None:
                packed.writestr("xl/styles.xml", self._styles)
            if self._strings is not None:
                packed.writestr("xl/sharedStrings.xml", self._strings)
        rebuilt.seek(0)
        try:
            sheet = CalamineWorkbook.from_filelike(rebuilt).get_sheet_by_index(0)
        except CalamineError as error:
            raise _corrupt(Words("单元格数据无法读取", "its cells cannot be read")) from error
        except BaseException as error:
            # A panic of the native reader is no Exception and has no importable name.
            if type(error).__name__ != "PanicException":
                raise
            raise _corrupt(Words("单元格数据无法读取", "its cells cannot be read")) from error
        _check_size(*(sheet.end or (0, 0)))
        return sheet


@dataclass(frozen=True, slots=True)
class _Relation:
    kind: str
    target: str


def _resolved(folder: str, target: str) -> str:
    """The part that a relationship's target means: absolute, or relative to `folder`."""
    steps = [] if target.startswith(("/", "\\")) else folder.split("/") if folder else []
    for step in target.replace("\\", "/").split("/"):
        if step == "..":
            del steps[-1:]
        elif step not in ("", "."):
            steps.append(step)
    return "/".join(steps)


def _check_size(last_row: int, last_column: int) -> None:
    if last_row >= ROWS:
        raise _too_large(Words(f"超过 {ROWS} 行", f"more than {ROWS} rows"))
    if last_column >= COLUMNS:
        raise _too_large(Words(f"超过 {COLUMNS} 列", f"more than {COLUMNS} columns"))


def _parsed(parser: "expat.XMLParserType", xml: bytes) -> None:
    """Run the parser over a part. No entity can unfold in it: Workbook lets no part declare one."""
    try:
        parser.Parse(xml, True)
    except expat.ExpatError as error:
        raise _corrupt(Words("XML 无法读取", "its XML cannot be read")) from error


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _elements(xml: bytes) -> list[tuple[str, dict[str, str]]]:
    """The start tags that list sheets and relationships, in order: name and attributes, both without prefix."""
    found: list[tuple[str, dict[str, str]]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if _local(name) in _INDEXED:
            found.append((_local(name), {_local(key): value for key, value in attributes.items()}))

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    _parsed(parser, xml)
    return found


def _scanned(xml: bytes, strings: bytes | None) -> _Marks:
    """Where formulas and error values stand; raises SheetError for cells that the reader could not hold in memory.

    It keeps a rectangle from the first to the last filled cell, so one cell far out would be enough.
    """
    odd = any(sign.search(xml) for sign in _FORMULA_OR_PREFIX)
    cells = _cell_tags(xml)
    if not odd and len(_PLAIN_CELL.findall(xml)) == cells and cells * _longest_string(strings) <= STRING_BYTES:
        return _Marks()
    scan = _Scan(_string_lengths(strings))
    parser = expat.ParserCreate()
    parser.StartElementHandler = scan.start
    parser.EndElementHandler = scan.end
    parser.CharacterDataHandler = scan.characters
    _parsed(parser, xml)
    return _Marks(frozenset(scan.formulas), frozenset(scan.errors))


def _cell_tags(xml: bytes) -> int:
    """How many start tags may be cells: all that begin with c, but for longer names before and after the cells."""
    before, after = xml.find(b"<sheetData"), xml.rfind(b"</sheetData")
    others = len(_NO_CELL.findall(xml, 0, max(before, 0))) + len(_NO_CELL.findall(xml, max(after, 0)))
    return xml.count(b"<c") - others


def _longest_string(strings: bytes | None) -> int:
    """At least the length of the longest shared string, in bytes."""
    if strings is None:
        return 0
    return len(strings) if b":si" in strings else max(len(part) for part in strings.split(b"<si"))


def _string_lengths(strings: bytes | None) -> list[int]:
    """The length of every shared string, in bytes."""
    lengths: list[int] = []

    def start(name: str, _: object) -> None:
        if _local(name) == "si":
            lengths.append(0)

    def characters(text: str) -> None:
        if lengths:
            lengths[-1] += len(text.encode())

    if strings is not None:
        parser = expat.ParserCreate()
        parser.StartElementHandler = start
        parser.CharacterDataHandler = characters
        _parsed(parser, strings)
    return lengths


class _Scan:
    """Follows a sheet cell by cell, counting positions as the reader does where addresses are left out."""

    def __init__(self, string_lengths: list[int]) -> None:
        self.formulas: set[tuple[int, int]] = set()
        self.errors: set[tuple[int, int]] = set()
        self._row, self._column = -1, -1
        self._cell: tuple[int, int] | None = None
        self._marked = 0
        self._string_lengths = string_lengths
        self._string_bytes = 0
        self._shared = False
        self._index = ""

    def start(self, name: str, attributes: dict[str, Any]) -> None:
        local = _local(name)
        if local == "c":
            address = attributes.get("r")
            row, column = (self._row, self._column + 1) if address is None else _position(address)
            self._column = column
            self._cell = (row, column)
            self._shared = attributes.get("t") == "s"
            if attributes.get("t") == "e":
                self._mark(self.errors)
        elif local in ("v", "is") and self._cell is not None:
            _check_size(*self._cell)
            self._index = ""
        elif local == "f" and self._cell is not None:
            self._mark(self.formulas)
            if "ref" in attributes and attributes.get("t") in ("array", "dataTable"):
                self._cover(attributes["ref"])
        elif local == "row":
            number = attributes.get("r", str(self._row + 2))
            if not (number.isascii() and number.isdigit() and 0 < len(number) <= 7 and int(number)):
                raise _corrupt(Words("行号无法读取", "a row number cannot be read"))
            self._row, self._column = int(number) - 1, -1

    def characters(self, text: str) -> None:
        if self._shared:
            self._index += text

    def end(self, name: str) -> None:
        local = _local(name)
        if local == "v" and self._shared:
            index = self._index.strip()
            if index.isascii() and index.isdigit() and len(index) <= 9 and int(index) < len(self._string_lengths):
                self._string_bytes += self._string_lengths[int(index)]
            if self._string_bytes > STRING_BYTES:
                raise _too_large(Words("文字过多", "too much text"))
        elif local == "c":
            self._cell, self._shared = None, False

    def _mark(self, places: set[tuple[int, int]], cells: int = 1) -> None:
        self._marked += cells
        if self._marked > MARKED_CELLS:
            raise _too_large(Words("公式或错误值过多", "too many formulas or error values"))
        if self._cell is not None:
            _check_size(*self._cell)
            places.add(self._cell)

    def _cover(self, reference: str) -> None:
        first, _, last = reference.partition(":")
        top, left = _position(first)
        bottom, right = _position(last or first)
        _check_size(bottom, right)
        self._mark(self.formulas, max(bottom - top + 1, 0) * max(right - left + 1, 0))
        self.formulas.update((row, column) for row in range(top, bottom + 1) for column in range(left, right + 1))


def _position(address: str) -> tuple[int, int]:
    """Row and column of an address such as E7, both from zero."""
    matched = _ADDRESS.fullmatch(address.replace("$", ""))
    if matched is None or int(matched[2]) == 0:
        raise _corrupt(Words("单元格地址无法读取", "a cell address cannot be read"))
    column = 0
    for letter in matched[1].upper():
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(matched[2]) - 1, column - 1
