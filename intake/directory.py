"""Which organs are there, who heads them, and which stands above which, according to a directory file?

A .csv or .xlsx in, organs out, or every bad cell of the file: a directory is right as a whole or not used. Posts may
serve several organs (engine.md 1); what authority follows from a post is for policies/directory.py.
"""

import re
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

from intake.content import PLAIN_CONTENT, forbidden, plain_text, shown
from intake.grid import is_blank
from intake.problems import NAME_LONGEST, CellFault, DirectoryError, FaultKind, Words, folded, harmless
from intake.sheets import read_grids
from intake.tables import HeaderError, Table, find_table
from models.directory import Organ


class DirectoryColumn(StrEnum):
    """The columns of a directory."""

    CODE = "单位编码"
    NAME = "单位名称"
    PARENT = "上级单位"
    TIER = "层级"
    INDEPENDENT = "独立机关"
    HEAD = "主要负责人岗位"
    HANDLER = "承办岗位"
    EMAIL = "邮箱"


DIRECTORY_REQUIRED = (DirectoryColumn.NAME, DirectoryColumn.PARENT, DirectoryColumn.HEAD, DirectoryColumn.HANDLER)
_FILLED = (DirectoryColumn.NAME, DirectoryColumn.HEAD, DirectoryColumn.HANDLER)
_YES, _NO = "是", "否"
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}", re.ASCII)

_ONE_NAME_EACH = Words("每个单位只占一行,名称和编码不重复", "one row for each organ, no name or code twice")
_MEND = Words("请改正以下单元格后重新提交", "Correct these cells and hand the file in again")


def read_directory(source: Path | bytes, name: str | None = None) -> list[Organ]:
    """The organs of a directory file in the order of its rows; `name` is what the file is called in messages.

    A blank 上级单位 means that nothing stands above. Raises SheetError for an unreadable file, and DirectoryError
    with every bad cell for one that is no directory or contradicts itself.
    """
    try:
        table = find_table(read_grids(source, name), DirectoryColumn, DIRECTORY_REQUIRED)
    except HeaderError as error:
        raise DirectoryError(
            error.why, Words("请按要求写明列名后重新提交", "Name the columns as required and hand the file in again")
        ) from error
    rows = [row for row in table.row_numbers() if not _is_blank_row(table, row)]
    reader = _DirectoryReader(table, rows)
    organs = reader.organs()
    if reader.faults:
        count = len(reader.faults)
        raise DirectoryError(
            Words(f"单位名录有 {count} 处错误", f"{count} faults in the directory"), _MEND, reader.faults
        )
    if not organs:
        raise DirectoryError(
            Words("单位名录没有任何单位", "the directory holds no organ"),
            Words("请至少填写一个单位", "Fill in at least one organ"),
        )
    return organs


def _is_blank_row(table: Table[DirectoryColumn], row: int) -> bool:
    return all(is_blank(table.own_value(row, column)) for column in table.columns)


class _DirectoryReader:
    """Checks the cells of a directory one by one and then against each other."""

    def __init__(self, table: Table[DirectoryColumn], rows: list[int]) -> None:
        self.faults: list[CellFault] = []
        self._table = table
        self._rows = rows
        self._names: dict[str, int] = {}

    def organs(self) -> list[Organ]:
        """The organs; only to be used when there are no `faults`."""
        for row in self._rows:
            self._check_cells(row)
        self._check_unique(DirectoryColumn.NAME, self._names)
        self._check_unique(DirectoryColumn.CODE, {})
        self._check_posts()
        self._check_parents()
        return [self._organ(row) for row in self._rows] if not self.faults else []

    def _organ(self, row: int) -> Organ:
        parent = self._names.get(folded(self._text(row, DirectoryColumn.PARENT)))
        return Organ(
            name=self._text(row, DirectoryColumn.NAME),
            head=self._text(row, DirectoryColumn.HEAD),
            handler=self._text(row, DirectoryColumn.HANDLER),
            parent=None if parent is None else self._text(parent, DirectoryColumn.NAME),
            independent=self._text(row, DirectoryColumn.INDEPENDENT) == _YES,
            code=self._text(row, DirectoryColumn.CODE) or None,
            tier=self._text(row, DirectoryColumn.TIER) or None,
            email=self._text(row, DirectoryColumn.EMAIL) or None,
        )

    def _text(self, row: int, column: DirectoryColumn) -> str:
        return plain_text(self._table.value(row, column))

    def _fault(self, row: int, column: DirectoryColumn, kind: FaultKind, why: Words, accepted: Words) -> None:
        self.faults.append(
            CellFault(
                cell=self._table.address(row, column),
                column=column.value,
                value=shown(self._table.value(row, column)),
                kind=kind,
                reason=why,
                accepted=accepted,
            )
        )

    def _check_cells(self, row: int) -> None:
        for column in self._table.columns:
            text = self._text(row, column)
            reason = forbidden(self._table.value(row, column))
            if reason is not None:
                self._fault(row, column, reason[0], reason[1], PLAIN_CONTENT)
            elif not text and column in _FILLED:
                why = Words(f"缺少{column}", f"{column} is required")
                self._fault(row, column, FaultKind.MISSING, why, Words("不能留空", "it cannot be blank"))
            elif len(text) > NAME_LONGEST and column is not DirectoryColumn.EMAIL:
                why = Words(f"超过 {NAME_LONGEST} 字", f"longer than {NAME_LONGEST} characters")
                accepted = Words(f"不超过 {NAME_LONGEST} 字", f"at most {NAME_LONGEST} characters")
                self._fault(row, column, FaultKind.TOO_LONG, why, accepted)
            elif column is DirectoryColumn.INDEPENDENT and text not in ("", _YES, _NO):
                why = Words("独立机关只能填是或否", "neither yes nor no")
                accepted = Words(f"{_YES}、{_NO}或留空", f"{_YES} (yes), {_NO} (no) or blank")
                self._fault(row, column, FaultKind.UNKNOWN_WORD, why, accepted)
            elif column is DirectoryColumn.EMAIL and text and not _EMAIL.fullmatch(text):
                why = Words("邮箱格式有误", "not an e-mail address")
                accepted = Words("形如 name@example.invalid,或留空", "such as name@example.invalid, or blank")
                self._fault(row, column, FaultKind.UNKNOWN_WORD, why, accepted)

    def _check_unique(self, column: DirectoryColumn, seen: dict[str, int]) -> None:
        for row in self._rows:
            key = folded(self._text(row, column))
            if not key:
                continue
            first = seen.setdefault(key, row)
            if first != row:
                cell = self._table.address(first, column)
                why = Words(f"与 {cell} 重复", f"the same as {cell}")
                self._fault(row, column, FaultKind.DUPLICATE, why, _ONE_NAME_EACH)

    def _check_posts(self) -> None:
        """A post is told from an organ and from another post by its name alone, so names must not run together."""
        spelled: dict[str, tuple[str, str]] = {}
        for row in self._rows:
            for column in (DirectoryColumn.HEAD, DirectoryColumn.HANDLER):
                text = self._text(row, column)
                if not text:
                    continue
                organ = self._names.get(folded(text))
                if organ is not None:
                    cell = self._table.address(organ, DirectoryColumn.NAME)
                    why = Words(f"岗位与 {cell} 的单位同名", f"the post has the name of the organ in {cell}")
                    accepted = Words("与任何单位都不同名的岗位名称", "the name of a post that no organ has")
                    self._fault(row, column, FaultKind.CLASH, why, accepted)
                first, cell = spelled.setdefault(folded(text), (text, self._table.address(row, column)))
                if first != text:
                    why = Words(f"与 {cell} 是同一岗位却写法不同", f"spelled differently from the same post in {cell}")
                    accepted = Words(harmless(first), harmless(first))
                    self._fault(row, column, FaultKind.CLASH, why, accepted)

    def _check_parents(self) -> None:
        parents: dict[int, int] = {}
        for row in self._rows:
            text = self._text(row, DirectoryColumn.PARENT)
            if not text:
                continue
            parent = self._names.get(folded(text))
            if parent is None:
                why = Words("单位名录中没有该上级单位", "no such organ in this directory")
                accepted = Words("本表“单位名称”中的一个名称,或留空", "one of the names in this file, or blank")
                self._fault(row, DirectoryColumn.PARENT, FaultKind.UNKNOWN_ORGAN, why, accepted)
            else:
                parents[row] = parent
        for row in self._in_a_circle(parents.get, parents):
            why = Words("上级单位绕成了圈", "the organs above it lead back to it")
            accepted = Words("真正在其上的单位,或留空", "the organ really above, or blank")
            self._fault(row, DirectoryColumn.PARENT, FaultKind.CLASH, why, accepted)

    @staticmethod
    def _in_a_circle(above: Callable[[int], int | None], rows: dict[int, int]) -> list[int]:
        """The rows from which climbing leads back to the row itself."""
        settled: set[int] = set()
        found: list[int] = []
        for row in rows:
            path: dict[int, None] = {}
            at: int | None = row
            while at is not None and at not in settled and at not in path:
                path[at] = None
                at = above(at)
            if at is not None and at in path:
                steps = list(path)
                found += steps[steps.index(at) :]
            settled |= path.keys()
        return sorted(found)
