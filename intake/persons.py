"""Who may sign in, and which posts do they hold, according to a file of persons?

A .csv or .xlsx in; good rows out, and every bad cell with its reason and what is accepted. One row for each post a
person holds or role he has. Whether a row fits what is on record already is for identity/importing.py. engine.md 7.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from pathlib import Path

from intake.content import PLAIN_CONTENT, forbidden, plain_text, shown
from intake.grid import is_blank
from intake.problems import NAME_LONGEST, CellFault, FaultKind, IntakeError, Words
from intake.readings import DATE_ACCEPTED, Unreadable, read_moment
from intake.sheets import read_grids
from intake.tables import HeaderError, Table, find_table
from models.identity import SITE_ROLES, Holding, SiteRole
from policies.directory import Directory
from policies.holdings import overlap

LOGIN_LONGEST = 64


class PersonColumn(StrEnum):
    """The columns of a file of persons."""

    LOGIN = "登录名"
    NAME = "姓名"
    POST = "岗位"
    SINCE = "任职起"
    UNTIL = "任职止"
    ROLE = "角色"


REQUIRED = (PersonColumn.LOGIN, PersonColumn.POST, PersonColumn.SINCE)

_LOGIN = re.compile(r"[\w@][\w.@-]{0,62}[\w]")
_ROLES = {words: role for role, words in SITE_ROLES.items()} | {role.value: role for role in SiteRole}

_LOGIN_ACCEPTED = Words(
    f"2 至 {LOGIN_LONGEST} 个字母、汉字、数字,中间可有 . _ - @",
    f"2 to {LOGIN_LONGEST} letters, Chinese characters or digits, with . _ - @ between them",
)
_POST_ACCEPTED = Words("单位名录中的岗位,或留空", "a post of the directory, or blank")
_ROLE_ACCEPTED = Words(
    f"{'、'.join(SITE_ROLES.values())}或留空", f"{', '.join(SITE_ROLES.values())} ({', '.join(SiteRole)}) or blank"
)
_ONE_HOLDER = Words("同一岗位同一时期只有一人任职", "one holder of a post at a time")
_APART = Words(
    "管理网站的人不任岗位,系统管理员与审计员分设",
    "whoever looks after the site holds no post; administrator and auditor are two persons",
)


class PersonsError(IntakeError):
    """A file that is no file of persons as a whole."""


@dataclass(frozen=True, slots=True)
class PersonLine:
    """One good row: who, what he is called, the post held from a day to a day (both included), the role."""

    row: int
    login: str
    name: str | None
    post: str | None
    since: date | None
    until: date | None
    role: SiteRole | None
    cell: str


@dataclass(frozen=True, slots=True)
class PersonsRead:
    """What a file says: its good rows in order, and what is wrong with the others."""

    source: str
    lines: tuple[PersonLine, ...]
    faults: tuple[CellFault, ...]


def read_persons(source: Path | bytes, directory: Directory, name: str | None = None) -> PersonsRead:
    """The persons in a file. Raises SheetError for one that cannot be read, PersonsError for one of another kind."""
    called = name or (source.name if isinstance(source, Path) else "")
    try:
        table = find_table(read_grids(source, name), PersonColumn, REQUIRED)
    except HeaderError as error:
        raise PersonsError(
            error.why, Words("请按要求写明列名后重新提交", "Name the columns as required and hand the file in again")
        ) from error
    return _Reader(table, directory).read(called)


class _Reader:
    """Checks each row by itself, then rows against each other."""

    def __init__(self, table: Table[PersonColumn], directory: Directory) -> None:
        self._table = table
        self._directory = directory
        self._faults: list[CellFault] = []
        self._bad: set[int] = set()

    def read(self, called: str) -> PersonsRead:
        lines = []
        for row in self._table.row_numbers():
            if not all(is_blank(self._table.own_value(row, column)) for column in self._table.columns):
                line = self._line(row)
                if line is not None:
                    lines.append(line)
        self._compare(lines)
        good = tuple(line for line in lines if line.row not in self._bad)
        order = sorted(self._faults, key=lambda fault: int(re.sub(r"\D", "", fault.cell) or 0))
        return PersonsRead(called, good, tuple(order))

    def _line(self, row: int) -> PersonLine | None:
        before = len(self._faults)
        for column in self._table.columns:
            reason = forbidden(self._table.value(row, column))
            if reason is not None:
                self._fault(row, column, reason[0], reason[1], PLAIN_CONTENT)
            elif len(self._text(row, column)) > NAME_LONGEST and column is not PersonColumn.LOGIN:
                why = Words(f"超过 {NAME_LONGEST} 字", f"longer than {NAME_LONGEST} characters")
                accepted = Words(f"不超过 {NAME_LONGEST} 字", f"at most {NAME_LONGEST} characters")
                self._fault(row, column, FaultKind.TOO_LONG, why, accepted)
        if len(self._faults) > before:
            return None
        login = unicodedata.normalize("NFKC", self._text(row, PersonColumn.LOGIN)).casefold()
        if not login:
            why = Words("缺少登录名", "the login is required")
            self._fault(row, PersonColumn.LOGIN, FaultKind.MISSING, why, _LOGIN_ACCEPTED)
        elif not _LOGIN.fullmatch(login):
            why = Words("不是登录名", "not a login")
            self._fault(row, PersonColumn.LOGIN, FaultKind.UNKNOWN_WORD, why, _LOGIN_ACCEPTED)
        post = self._text(row, PersonColumn.POST) or None
        since, until = self._day(row, PersonColumn.SINCE), self._day(row, PersonColumn.UNTIL)
        self._check_holding(row, post, since, until, broken=len(self._faults) > before)
        role = self._role(row)
        if role is not None and post is not None:
            why = Words("管理网站的人不任岗位", "whoever looks after the site holds no post")
            self._fault(row, PersonColumn.ROLE, FaultKind.CLASH, why, _APART)
        if len(self._faults) > before:
            return None
        cell = self._table.address(row, PersonColumn.POST if post else PersonColumn.LOGIN)
        return PersonLine(row + 1, login, self._text(row, PersonColumn.NAME) or None, post, since, until, role, cell)

    def _check_holding(
        self, row: int, post: str | None, since: date | None, until: date | None, *, broken: bool
    ) -> None:
        if post is not None and not self._directory.has_post(post):
            why = Words("单位名录中没有该岗位", "no such post in the directory")
            self._fault(row, PersonColumn.POST, FaultKind.UNKNOWN_POST, why, _POST_ACCEPTED)
        if post is None and (since or until):
            why = Words("有任职起止而无岗位", "days of holding and no post")
            self._fault(row, PersonColumn.POST, FaultKind.MISSING, why, _POST_ACCEPTED)
        if post is not None and since is None and not broken:
            why = Words("缺少任职起", "the first day is required")
            self._fault(row, PersonColumn.SINCE, FaultKind.MISSING, why, DATE_ACCEPTED)
        if since and until and until < since:
            why = Words("任职止早于任职起", "the last day lies before the first")
            self._fault(row, PersonColumn.UNTIL, FaultKind.BAD_DATE, why, DATE_ACCEPTED)

    def _role(self, row: int) -> SiteRole | None:
        text = self._text(row, PersonColumn.ROLE)
        if text and text not in _ROLES:
            why = Words("没有这种角色", "no such role")
            self._fault(row, PersonColumn.ROLE, FaultKind.UNKNOWN_WORD, why, _ROLE_ACCEPTED)
        return _ROLES.get(text)

    def _day(self, row: int, column: PersonColumn) -> date | None:
        try:
            moment = read_moment(self._table.value(row, column))
        except Unreadable as error:
            self._fault(row, column, error.kind, error.why, error.accepted)
            return None
        if moment is not None and moment.at not in (None, time.min):
            why = Words("任职起止只写日期", "a day without a time is expected")
            self._fault(row, column, FaultKind.BAD_DATE, why, DATE_ACCEPTED)
            return None
        return moment.on if moment is not None else None

    def _compare(self, lines: list[PersonLine]) -> None:
        for at, line in enumerate(lines):
            for earlier in lines[:at]:
                if earlier.post is not None and earlier.post == line.post:
                    self._compare_holdings(earlier, line)
                if earlier.login == line.login:
                    self._compare_persons(earlier, line)

    def _compare_holdings(self, earlier: PersonLine, line: PersonLine) -> None:
        if (earlier.login, earlier.since, earlier.until, earlier.role) == (
            line.login, line.since, line.until, line.role,
        ):  # fmt: skip
            why = Words(f"与 {earlier.cell} 重复", f"the same as {earlier.cell}")
            self._clash(line, PersonColumn.POST, FaultKind.DUPLICATE, why, _ONE_HOLDER)
        elif overlap(_holding(earlier), _holding(line)):
            why = Words(f"任期与 {earlier.cell} 重叠", f"held at the same time in {earlier.cell}")
            self._clash(line, PersonColumn.POST, FaultKind.CLASH, why, _ONE_HOLDER)

    def _compare_persons(self, earlier: PersonLine, line: PersonLine) -> None:
        if earlier.name and line.name and earlier.name != line.name:
            why = Words(f"与 {earlier.cell} 同登录名而姓名不同", f"another name for the login of {earlier.cell}")
            accepted = Words("同一登录名同一姓名", "one name for one login")
            self._clash(line, PersonColumn.NAME, FaultKind.CLASH, why, accepted)
        roles = {earlier.role, line.role} - {None}
        if (roles and (earlier.post or line.post)) or len(roles) > 1:
            why = Words(
                f"与 {earlier.cell} 的岗位或角色不得兼任", f"not together with the post or role of {earlier.cell}"
            )
            self._clash(line, PersonColumn.ROLE, FaultKind.CLASH, why, _APART)

    def _clash(self, line: PersonLine, column: PersonColumn, kind: FaultKind, why: Words, accepted: Words) -> None:
        if line.row not in self._bad:
            self._fault(line.row - 1, column, kind, why, accepted)

    def _text(self, row: int, column: PersonColumn) -> str:
        return plain_text(self._table.value(row, column))

    def _fault(self, row: int, column: PersonColumn, kind: FaultKind, why: Words, accepted: Words) -> None:
        self._bad.add(row + 1)
        at = column if column in self._table.columns else PersonColumn.LOGIN
        self._faults.append(
            CellFault(
                cell=self._table.address(row, at),
                column=column.value,
                value=shown(self._table.value(row, column)),
                kind=kind,
                reason=why,
                accepted=accepted,
            )
        )


def _holding(line: PersonLine) -> Holding:
    assert line.post is not None and line.since is not None  # noqa: S101, PT018 - only asked of rows with a post
    return Holding(person=line.login, post=line.post, held_from=line.since, held_to=line.until)
