"""An exported register that comes back: whole, edited, late, sorted, damaged."""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from cli.exporting import lines
from intake.ledger import open_ledger
from intake.problems import FaultKind
from intake.register import STAMPED, RegisterColumn, compared, told_text
from models.access import Scope
from models.messages import Outcome
from policies.calendar import standard_calendar
from policies.directory import Directory
from policies.editing import INSTEAD, RAISED
from policies.matter import next_due
from policies.office_commands import CORRECTABLE
from record import matters
from record.store import Store
from record.views import RegisterLine, register_of
from returning import CONFLICT, FIELDS, REFUSED, Plan, plan
from showing.cells import Cell
from showing.register import WIDTHS, Register
from showing.tables import write_csv, write_xlsx
from tests.builders import CAST, HANDLER, LEADER, OFFICE, OFFICER, Life, at

EVERYTHING = Scope.everything()

NOW = at("2026-03-05 10:00:30")
LATER = at("2026-03-20 09:00")
DIRECTORY = Directory(CAST)
C = RegisterColumn
Row = dict[RegisterColumn, Cell]


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    store = Store(database_url)
    store.migrate()
    yield store
    store.close()


def keep(store: Store, matter_id: str, life: Life) -> str:
    """Put the matter where its life has brought it."""
    own = [act for act in life.acts if act.target == life.state.id]
    due = next_due(life.state)
    with store.writing() as session:
        matters.save(
            session,
            life.state.model_copy(update={"id": matter_id}),
            seq=len(own),
            at=own[-1].at,
            last_act=own[-1].act,
            next_at=due.at if due else None,
        )
    return matter_id


def a_register(moment: datetime = NOW) -> Register:
    return Register(moment, standard_calendar(), DIRECTORY)


def exported(store: Store, moment: datetime = NOW, ids: Sequence[str] = ()) -> list[Row]:
    """The rows of an export: of these matters, or of all."""
    with store.reading() as session:
        found: list[RegisterLine] = (
            list(register_of(session, ids, now=moment, scope=EVERYTHING).values())
            if ids
            else list(lines(session, moment))
        )
    return [dict(row) for row in a_register(moment).rows(found)]


def as_csv(rows: Sequence[Row], encoding: str = "utf-8-sig") -> bytes:
    out = io.StringIO(newline="")
    write_csv(out, [row.values() for row in rows], WIDTHS)
    return out.getvalue().encode(encoding)


def as_xlsx(rows: Sequence[Row], directory: Path) -> bytes:
    file = directory / "register.xlsx"
    write_xlsx(file, [row.values() for row in rows], WIDTHS)
    return file.read_bytes()


def planned(store: Store, data: bytes, moment: datetime = LATER, by: str | None = None) -> Plan:
    """What importing the file would do; nothing in it is taken for the row of a new matter."""
    ledger = open_ledger(data, CAST, office=OFFICE)
    assert ledger.exported
    assert list(ledger.rows()) == []
    assert ledger.faults == []
    return plan(store, ledger.returned(), a_register(moment), by)


def the_conflict(found: Plan) -> Any:
    assert found.edits == []
    (conflict,) = found.conflicts
    return conflict


def the_edit(found: Plan) -> Any:
    assert found.conflicts == []
    (edit,) = found.edits
    return edit


def command(edit: Any) -> dict[str, Any]:
    told: dict[str, Any] = edit.command.model_dump(exclude_none=True)
    return told


def address(column: RegisterColumn, row: int = 2) -> str:
    number = list(RegisterColumn).index(column)
    letter = chr(ord("A") + number) if number < 26 else "A" + chr(ord("A") + number - 26)
    return f"{letter}{row}"


# --- what is exported -------------------------------------------------------------------------------------------------


def test_the_columns_of_a_row_are_those_of_the_header(store: Store) -> None:
    keep(store, "2026-0001", Life("2026-03-02 09:00"))

    (row,) = exported(store)

    assert [*row] == [*WIDTHS] == [*RegisterColumn]


def test_every_column_shows_a_field_that_is_judged_one_way_or_the_other() -> None:
    assert set(FIELDS) == set(STAMPED)
    assert set(FIELDS.values()) <= {*CORRECTABLE, RAISED, *INSTEAD}
    assert {*CORRECTABLE, RAISED} <= set(FIELDS.values())


def test_a_row_shows_the_terms_as_the_ledger_writes_them_and_where_the_matter_stands(store: Store) -> None:
    life = Life(
        "2026-03-02 09:00", title="校舍加固", co=("财政局", "公安局"), limit="5wd", report_every="每月", public=False,
        remark="立项依据:区政府〔2026〕3号\n抓紧", requirement="逐校核查", urgency="急件",
    )  # fmt: skip
    life.say("2026-03-03 10:00", "request_extension", limit="2wd", reason="雨季")
    keep(store, "2026-0001", life)

    (row,) = exported(store)

    assert {column.value: cell for column, cell in row.items() if column not in (C.STAMP, C.LAST_AT)} == {
        "编号": "2026-0001", "序号": 1, "督办事项": "校舍加固", "事项来源": "会议决定", "立项依据": "区政府〔2026〕3号",
        "牵头单位": "教育局", "协办单位": "财政局、公安局", "责任领导": "教育局长", "责任人": HANDLER,
        "交办日期": at("2026-03-02 09:00"), "办结时限": "5个工作日", "反馈频次": "每月", "紧急程度": "急件",
        "公开属性": "不公开", "办理要求": "逐校核查", "备注": "抓紧", "督办单位": OFFICE, "批准领导": LEADER,
        "环节": "办理中", "灯": "绿灯", "升级级次": 0, "到期时间": at("2026-03-09 18:00"), "距到期工作日": 2,
        "到期情况": "还有2个工作日", "延期说明": "申请延期2个工作日,待审批(2026-03-03 10:00 提出)", "中止说明": None,
        "在办案件": 0, "最近记录": "申请延期", "办结时间": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("story", "note"),
    [
        ([("03-03 10:00", "request_extension", HANDLER, {"limit": "2wd"})], "申请延期2个工作日,待审批"),
        (
            [
                ("03-03 10:00", "request_extension", HANDLER, {"limit": "2wd"}),
                ("03-04 10:00", "decide_extension", LEADER, {"granted": True}),
            ],
            "同意延期2个工作日",
        ),
        (
            [
                ("03-03 10:00", "request_extension", HANDLER, {"limit": "2wd"}),
                ("03-04 10:00", "decide_extension", LEADER, {"granted": False}),
            ],
            "申请延期2个工作日,未同意",
        ),
        (
            [
                ("03-03 10:00", "request_extension", HANDLER, {"limit": "2wd"}),
                ("03-04 10:00", "submit", HANDLER, {"text": "已办结"}),
            ],
            "申请延期2个工作日,随报结撤回",
        ),
    ],
)
def test_the_extension_is_noted_with_what_was_asked_and_what_became_of_it(
    store: Store, story: list[tuple[str, str, str, dict[str, Any]]], note: str
) -> None:
    life = Life("2026-03-02 09:00", limit="5wd")
    for when, do, by, fields in story:
        assert life.say(when, do, by, **fields).accepted
    keep(store, "2026-0001", life)

    (row,) = exported(store)

    assert row[C.EXTENSION] == f"{note}(2026-03-03 10:00 提出)"


def test_a_lapsed_extension_and_a_matter_past_its_limit_say_so(store: Store) -> None:
    life = Life("2026-03-02 09:00", limit="3wd")
    life.say("03-03 10:00", "request_extension", limit="2wd")
    keep(store, "2026-0001", life.wait("03-09 09:00"))

    (row,) = exported(store, at("2026-03-09 09:00"))

    assert str(row[C.EXTENSION]).startswith("申请延期2个工作日,到期未批,失效")
    assert (row[C.LIGHT], row[C.WORKING_DAYS], row[C.DISTANCE]) == ("红灯", -2, "超期2个工作日")


def test_a_suspension_is_noted_while_it_lasts_and_afterwards(store: Store) -> None:
    life = Life("2026-03-02 09:00", limit="10wd")
    life.say("03-03 10:00", "suspend", OFFICER, reason="等待批复", until="2026-03-13")
    keep(store, "2026-0001", life)
    (during,) = exported(store)
    life.say("03-04 09:00", "resume", OFFICER, reason="已批复")
    keep(store, "2026-0001", life)
    (after,) = exported(store)

    assert during[C.SUSPENSION] == "2026-03-03 10:00 起中止计时,至 2026-03-13 18:00"
    assert (during[C.DISTANCE], during[C.WORKING_DAYS]) == ("计时中止", None)
    assert after[C.SUSPENSION] == "曾中止1次,最近 2026-03-03 10:00 至 2026-03-04 09:00"


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "＝1", "#N/A", "_x0041_", "'=1"])
def test_a_text_that_looks_like_a_formula_is_written_as_the_text_it_is(store: Store, tmp_path: Path, text: str) -> None:
    keep(store, "2026-0001", Life("2026-03-02 09:00", title=text))
    rows = exported(store)

    book = load_workbook(io.BytesIO(as_xlsx(rows, tmp_path)))
    cell = book["督办台账"].cell(2, list(RegisterColumn).index(C.TITLE) + 1)
    written = list(csv.reader(io.StringIO(as_csv(rows).decode("utf-8-sig"), newline="")))[1][2]

    assert cell.data_type == "s"
    assert cell.value == text.replace("_x0041_", "_x005F_x0041_")
    assert written == (text if text in ("#N/A", "_x0041_") else f"'{text}")
    assert planned(store, as_csv(rows)).untouched == planned(store, as_xlsx(rows, tmp_path)).untouched == 1


def test_the_sheet_has_a_frozen_header_a_filter_and_a_hidden_stamp(store: Store, tmp_path: Path) -> None:
    keep(store, "2026-0001", Life("2026-03-02 09:00"))

    book = load_workbook(io.BytesIO(as_xlsx(exported(store), tmp_path)))
    sheet = book["督办台账"]

    assert sheet.freeze_panes == "D2"
    assert sheet.auto_filter.ref == "A1:AE2"
    assert sheet.column_dimensions["AE"].hidden
    assert not sheet.column_dimensions["C"].hidden
    assert sheet.column_dimensions["C"].width > sheet.column_dimensions["B"].width


# --- what comes back unchanged ----------------------------------------------------------------------------------------

LETTERS = st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("=+-@'\"\t\n,;_x0041_#乱收费")
WORDS = st.text(LETTERS, min_size=1, max_size=30).filter(lambda text: bool(told_text(text).strip()))


@st.composite
def lives(draw: st.DrawFn) -> Life:
    """A matter somewhere in its life."""
    limit = draw(st.sampled_from(["15wd", "10d", "2w", "3mo", "48h", "0.5wd", "same-day", "2026-06-30"]))
    life = Life(
        "2026-03-02 09:00:07",
        title=draw(WORDS),
        co=draw(st.sampled_from([(), ("财政局",), ("财政局", "公安局")])),
        limit=limit,
        urgency=draw(st.sampled_from([None, "平件", "急件", "特急"])),
        report_every=draw(st.sampled_from([None, "weekly", "每季度", "10d"])),
        public=draw(st.sampled_from([None, True, False])),
        requirement=draw(st.none() | WORDS),
        remark=draw(st.none() | WORDS | WORDS.map(lambda text: f"立项依据:{text}\n{text}")),
        basis=draw(st.sampled_from([None, "领导批示", "媒体反映"])),
        assigned_at=draw(st.sampled_from([None, at("2026-01-12 08:30"), at("2026-02-27 16:45:12")])),
    )
    story: list[tuple[str, str, dict[str, Any]]] = draw(
        st.sampled_from(
            [
                [],
                [("sign", HANDLER, {})],
                [("request_extension", HANDLER, {"limit": limit})],
                [("suspend", OFFICER, {"reason": "等待", "until": "2026-03-12"})],
                [("submit", HANDLER, {"without_co": "另报"})],
                [("cancel", LEADER, {"reason": "重复"})],
                [("submit", HANDLER, {"without_co": "另报"}), ("verify", OFFICER, {"passed": False})],
            ]
        )
    )
    for do, by, fields in story:
        life.say("03-02 10:00", do, by, **fields)
    return life.wait(draw(st.sampled_from(["03-05 10:00", "03-30 18:00", "06-01 08:30"])))


IDS = (f"2026-{number:05d}" for number in count(1))
in_examples = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


@in_examples
@given(st.lists(lives(), min_size=1, max_size=3), st.booleans())
def test_importing_an_export_changes_nothing_whatever_stands_in_it(
    store: Store, tmp_path: Path, lived: list[Life], later: bool
) -> None:
    ids = [keep(store, next(IDS), life) for life in lived]
    moment = max(life.now for life in lived)
    rows = exported(store, moment, ids)

    for data in (as_csv(rows), as_csv(rows, "gb18030"), as_csv(rows, "utf-16"), as_xlsx(rows, tmp_path)):
        found = planned(store, data, LATER.replace(year=2027) if later else moment)

        assert (found.edits, found.conflicts) == ([], [])
        assert found.untouched == found.returned == len(lived)


COMPARED = [column for column in RegisterColumn if column is not C.NUMBER]
EDITS = st.tuples(st.sampled_from(COMPARED), WORDS | st.just(""))


@in_examples
@given(lives(), EDITS, st.booleans())
def test_an_edit_of_any_one_cell_is_applied_or_reported_by_its_cell_and_never_lost(
    store: Store, tmp_path: Path, life: Life, edit: tuple[RegisterColumn, str], as_text: bool
) -> None:
    column, text = edit
    matter_id = keep(store, next(IDS), life)
    (row,) = exported(store, life.now, [matter_id])
    # As a spreadsheet program would hand it on: no tabs or line breaks typed, text where there was text.
    edited = {**row, column: " ".join(text.split())}
    data = as_csv([edited]) if as_text else as_xlsx([edited], tmp_path)

    found = planned(store, data)

    told: list[Any] = [*found.edits, *found.conflicts]
    if column is C.STAMP and not edited[column]:
        # Without a stamp nothing can be told apart, but nothing differs either.
        assert told == []
    elif compared(column, edited[column]) == compared(column, row[column]):
        assert told == []
    else:
        (one,) = told
        assert address(column) in one.cell.split("、")
        assert column.value in one.column.split("、")
        assert found.untouched == 0


EDITABLE = [C.TITLE, C.DOCUMENT, C.REQUIREMENT, C.REMARK, C.PUBLIC, C.URGENCY]


@in_examples
@given(lives(), st.sampled_from(EDITABLE), WORDS | st.sampled_from(["", "公开", "不公开", "急件", "特急"]))
def test_an_edit_the_rules_admit_is_what_the_matter_says_afterwards_and_importing_it_again_is_nothing(
    store: Store, life: Life, column: RegisterColumn, text: str
) -> None:
    matter_id = keep(store, next(IDS), life)
    (row,) = exported(store, life.now, [matter_id])
    edited = as_csv([{**row, column: " ".join(text.split())}])
    found = planned(store, edited)
    for edit in found.edits:
        said = command(edit)
        outcome = life.say(f"{life.now:%Y-%m-%d %H:%M:%S}", **{key: said[key] for key in said if key != "message_id"})
        assert outcome.accepted or outcome.rule == "stage"
        keep(store, matter_id, life)

        again = planned(store, edited)

        if outcome.accepted:
            assert (again.edits, again.conflicts, again.untouched) == ([], [], 1)
        else:
            assert [one.command for one in again.edits] == [edit.command]


# --- what comes back edited -------------------------------------------------------------------------------------------


@pytest.fixture
def row(store: Store) -> Row:
    """The one row of an export."""
    life = Life("2026-03-02 09:00", title="校舍加固", limit="15wd", public=True, remark="立项依据:3号文\n抓紧")
    keep(store, "2026-0001", life)
    return exported(store)[0]


@pytest.mark.parametrize(
    ("column", "written", "said"),
    [
        (C.TITLE, "校舍  加固\n工程", {"do": "correct", "fields": {"title": "校舍 加固 工程"}}),
        (C.REQUIREMENT, "逐校核查", {"do": "correct", "fields": {"requirement": "逐校核查"}}),
        (C.REMARK, "不必抓紧", {"do": "correct", "fields": {"remark": "立项依据:3号文\n不必抓紧"}}),
        (C.REMARK, "", {"do": "correct", "fields": {"remark": "立项依据:3号文"}}),
        (C.REMARK, "无", {"do": "correct", "fields": {"remark": "立项依据:3号文"}}),
        (C.DOCUMENT, "4号文", {"do": "correct", "fields": {"remark": "立项依据:4号文\n抓紧"}}),
        (C.PUBLIC, "不公开", {"do": "correct", "fields": {"public": False}}),
        (C.PUBLIC, None, {"do": "correct", "fields": {"public": None}}),
        (C.URGENCY, "特急", {"do": "raise_urgency", "urgency": "特急"}),
    ],
)
def test_an_edit_that_is_allowed_becomes_an_ordinary_command_of_the_office(
    store: Store, row: Row, column: RegisterColumn, written: Cell, said: dict[str, Any]
) -> None:
    edit = the_edit(planned(store, as_csv([{**row, column: written}])))

    told = edit.command.model_dump()
    assert {name: told[name] for name in said} == said
    assert told["by"] == OFFICER
    assert "2026-03-05 10:00 导出" in told["reason"]
    assert (edit.matter_id, edit.cell, edit.column) == ("2026-0001", address(column), column.value)


def test_the_two_cells_of_a_remark_make_one_command(store: Store, row: Row) -> None:
    edit = the_edit(planned(store, as_csv([{**row, C.DOCUMENT: "", C.REMARK: "已无依据"}])))

    assert command(edit)["fields"] == {"remark": "已无依据"}
    assert edit.cell == f"{address(C.DOCUMENT)}、{address(C.REMARK)}"


def test_an_edit_speaks_through_the_post_that_was_named(store: Store, row: Row) -> None:
    edit = the_edit(planned(store, as_csv([{**row, C.TITLE: "新名"}]), by="督查室主任"))

    assert command(edit)["by"] == "督查室主任"


def test_the_same_edit_of_the_same_export_has_the_same_message_id_in_whatever_file_it_comes(
    store: Store, row: Row, tmp_path: Path
) -> None:
    edited = {**row, C.TITLE: "新名"}
    ids = {
        the_edit(planned(store, data, moment)).command.message_id
        for data in (as_csv([edited]), as_csv([edited], "gbk"), as_xlsx([edited], tmp_path))
        for moment in (NOW, LATER)
    }
    other = the_edit(planned(store, as_csv([{**row, C.TITLE: "又一名"}]))).command.message_id

    assert len(ids) == 1
    assert ids.pop().startswith("sheet:2026-0001:title:")
    assert other not in ids
    (again,) = exported(store, LATER)
    assert the_edit(planned(store, as_csv([{**again, C.TITLE: "新名"}]))).command.message_id not in ids


@pytest.mark.parametrize(
    ("column", "written", "instead"),
    [
        (C.LIMIT, "30个工作日", "request_extension"),
        (C.DUE, "2026-12-31 18:00", "request_extension"),
        (C.LEAD, "财政局", "request_transfer"),
        (C.CO, "公安局", "cancel"),
        (C.STAGE, "已销号", "submit"),
        (C.LIGHT, "红灯", "record"),
        (C.WORKING_DAYS, 99, "record"),
        (C.LAST_ACT, "销号", "record"),
        (C.EXTENSION, "同意延期5个工作日", "decide_extension"),
        (C.SUSPENSION, "中止", "suspend"),
        (C.ASSIGNED, "2026-03-09 09:00", "cancel"),
        (C.LEAD_HEAD, "财政局长", "directory"),
        (C.OFFICE, "教育局", "cancel"),
        (C.URGENCY, "", "急件"),
    ],
)
def test_every_other_edit_is_a_conflict_with_value_current_value_and_what_to_do_instead(
    store: Store, row: Row, column: RegisterColumn, written: Cell, instead: str
) -> None:
    conflict = the_conflict(planned(store, as_csv([{**row, column: written}]), NOW))

    assert (conflict.matter_id, conflict.cell, conflict.column) == ("2026-0001", address(column), column.value)
    assert conflict.kind == CONFLICT
    assert conflict.value == str(written)
    assert compared(column, conflict.current) == compared(column, row[column])
    assert instead in conflict.accepted


@pytest.mark.parametrize(
    ("column", "written", "kind"),
    [
        (C.TITLE, "", FaultKind.MISSING),
        (C.TITLE, "长" * 201, FaultKind.TOO_LONG),
        (C.TITLE, "=1+1", FaultKind.FORMULA),
        (C.TITLE, "'=1+1", FaultKind.FORMULA),
        (C.REMARK, "+cmd|' /C calc'!A0", FaultKind.FORMULA),
        (C.REQUIREMENT, "长" * 2001, FaultKind.TOO_LONG),
        (C.PUBLIC, "内部", FaultKind.UNKNOWN_WORD),
        (C.URGENCY, "很急", FaultKind.UNKNOWN_WORD),
    ],
)
def test_an_edit_no_cell_may_hold_is_refused_by_its_cell(
    store: Store, row: Row, column: RegisterColumn, written: str, kind: FaultKind
) -> None:
    conflict = the_conflict(planned(store, as_csv([{**row, column: written}])))

    assert (conflict.kind, conflict.cell) == (kind, address(column))
    assert conflict.accepted


def test_a_formula_typed_into_an_exported_cell_is_refused_and_not_repeated(
    store: Store, row: Row, tmp_path: Path
) -> None:
    book = load_workbook(io.BytesIO(as_xlsx([row], tmp_path)))
    book["督办台账"][address(C.TITLE)] = '=HYPERLINK("http://evil.invalid")'
    out = io.BytesIO()
    book.save(out)

    conflict = the_conflict(planned(store, out.getvalue()))

    assert (conflict.kind, conflict.cell) == (FaultKind.FORMULA, address(C.TITLE))
    assert "evil" not in str(conflict)


def test_what_the_matter_itself_changed_since_is_not_overwritten(store: Store, row: Row) -> None:
    moved = Life("2026-03-02 09:00", title="校舍加固二期", limit="15wd", public=True, remark="立项依据:3号文\n抓紧")
    keep(store, "2026-0001", moved)

    conflict = the_conflict(planned(store, as_csv([{**row, C.TITLE: "校舍改造"}])))
    others = planned(store, as_csv([{**row, C.REMARK: "不急"}]))

    assert (conflict.cell, conflict.current, conflict.value) == (address(C.TITLE), "校舍加固二期", "校舍改造")
    assert "变动" in conflict.reason
    # The title on the sheet is merely old; the remark is the matter's own.
    assert [edit.field for edit in others.edits] == ["remark"]
    assert others.conflicts == []


def test_an_edit_that_the_matter_has_come_to_by_itself_is_nothing(store: Store, row: Row) -> None:
    moved = Life("2026-03-02 09:00", title="校舍改造", limit="15wd", public=True, remark="立项依据:3号文\n抓紧")
    keep(store, "2026-0001", moved)

    found = planned(store, as_csv([{**row, C.TITLE: "校舍改造"}]))

    assert (found.edits, found.conflicts, found.untouched) == ([], [], 1)


def remember(store: Store, edit: Any, outcome: Outcome) -> None:
    with store.writing() as session:
        matters.remember(session, edit.matter_id, edit.command.message_id, outcome, 2)


def test_an_edit_refused_before_is_reported_with_the_recorded_reason_and_not_given_again(
    store: Store, row: Row
) -> None:
    data = as_csv([{**row, C.TITLE: "新名"}])
    remember(store, the_edit(planned(store, data)), Outcome(reason="事项已结束", rule="stage"))

    conflict = the_conflict(planned(store, data))

    assert (conflict.kind, conflict.cell) == (REFUSED, address(C.TITLE))
    assert "事项已结束" in conflict.reason
    assert "stage" in conflict.reason


def test_an_edit_applied_once_and_changed_back_since_is_a_conflict(store: Store, row: Row) -> None:
    data = as_csv([{**row, C.TITLE: "新名"}])
    remember(store, the_edit(planned(store, data)), Outcome(accepted=True))

    conflict = the_conflict(planned(store, data))

    assert conflict.kind == CONFLICT
    assert "曾导入" in conflict.reason


def test_without_its_stamp_an_edit_is_a_conflict_and_an_untouched_row_is_nothing(store: Store, row: Row) -> None:
    bare = {**row, C.STAMP: ""}

    assert planned(store, as_csv([bare])).untouched == 1
    conflict = the_conflict(planned(store, as_csv([{**bare, C.TITLE: "新名"}])))
    assert "戳记" in conflict.reason


def test_an_unknown_id_is_an_error_by_cell(store: Store, row: Row) -> None:
    conflict = the_conflict(planned(store, as_csv([{**row, C.ID: "2026-9999"}])))

    assert (conflict.kind, conflict.cell, conflict.value) == (FaultKind.UNKNOWN_MATTER, "A2", "2026-9999")


def test_rows_may_be_sorted_and_columns_taken_away_or_moved(store: Store) -> None:
    for number in range(1, 4):
        keep(store, f"2026-000{number}", Life("2026-03-02 09:00", title=f"第{number}件"))
    rows = list(csv.DictReader(io.StringIO(as_csv(exported(store)).decode("utf-8-sig"), newline="")))
    kept = [C.TITLE, C.STAMP, C.LIMIT, C.ASSIGNED, C.LEAD, C.ID]
    out = io.StringIO(newline="")
    csv.writer(out).writerows([[*kept], *([row[column] for column in kept] for row in reversed(rows))])

    found = planned(store, out.getvalue().encode())

    assert (found.untouched, found.conflicts, found.edits) == (3, [], [])


def test_removed_rows_change_nothing_and_are_counted_but_matters_that_came_later_are_not(store: Store) -> None:
    for number in range(1, 4):
        keep(store, f"2026-000{number}", Life("2026-03-02 09:00", title=f"第{number}件"))
    rows = exported(store)
    keep(store, "2026-0004", Life("2026-03-10 09:00", title="后来的一件"))

    found = planned(store, as_csv(rows[:1]))

    assert (found.removed, found.untouched, found.returned) == (2, 1, 1)
    assert planned(store, as_csv(rows)).removed == 0
    assert planned(store, as_csv([{**row, C.STAMP: ""} for row in rows])).removed is None


def test_a_refused_registration_is_exported_and_comes_back_untouched(store: Store) -> None:
    life = Life("2026-03-02 09:00", lead="没有这个局")
    assert not life.answer.accepted
    keep(store, "2026-0001", life)

    (row,) = exported(store)

    assert (row[C.STAGE], row[C.TITLE]) == ("未立项", None)
    assert planned(store, as_csv([row])).untouched == 1


def test_every_page_of_a_long_register_is_exported_once(store: Store) -> None:
    life = Life("2026-03-02 09:00")
    ids = [keep(store, f"2026-{number:04d}", life) for number in range(1, 1102)]

    rows = exported(store)

    assert [row[C.ID] for row in rows] == ids
    assert [row[C.NUMBER] for row in rows] == list(range(1, 1102))
    assert planned(store, as_csv(rows)).untouched == 1101
