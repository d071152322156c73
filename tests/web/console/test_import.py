"""Importing on a page: every fault at its cell, mended there or in a workbook, good rows launched once, bit by bit."""

import html
import io
import re
from pathlib import Path

import httpx2
import pytest
from openpyxl import load_workbook

from intake.ledger import read_ledger
from models.access import Scope
from models.acts import ActName
from record import ledger, views
from tests.web.console.conftest import House
from tests.workflows.cast import DIRECTORY, LEAD, OFFICE
from web.console.importing import APPLY, BATCH, CHECK, FAULTY, IMPORT, RUN

pytestmark = pytest.mark.either_database("a form over the importing that tests/intake and tests/cli claim")

DATA = Path(__file__).resolve().parents[3] / "data"
HEAD = "序号,督办事项,牵头单位,协办单位,交办日期,办结时限,备注\n"
GOOD = "1,治理教育乱收费,教育局,财政局,2026-03-02,15个工作日,\n2,校舍加固,教育局,,2026-03-02,3个月,急\n"
BAD = "3,食堂卫生,教育厅,,2026-02-30,15,\n"


def upload(house: House, text: str | bytes, who: str = "officer") -> httpx2.Response:
    content = text.encode("utf-8-sig") if isinstance(text, str) else text
    return house.as_(who).post(IMPORT, data={"csrf": house.csrf(who)}, files={"file": ("台账.csv", content)})


def fields(page: str) -> dict[str, str]:
    """Every field of the page's form, ticked boxes too."""
    found = re.search(r'<form method="post" action="/console/import/check".*?</form>', page, re.DOTALL)
    assert found, page
    said = {}
    for tag in re.findall(r"<input[^>]*>", found[0]):
        if 'type="checkbox"' not in tag:
            said[re.findall(r'name="([^"]*)"', tag)[0]] = html.unescape(re.findall(r'value="([^"]*)"', tag)[0])
    return said


def states(page: str) -> dict[str, str]:
    """How each row stands, by its number."""
    found = re.findall(r'<tr class="(\w+)"><th scope="row">(\d+)<', page)
    return {number: state for state, number in found}


def go_on(house: House, page: str, to: str = RUN, **said: str) -> str:
    sent = house.as_("officer").post(to, data={**fields(page), **said})
    assert sent.status_code == 200, sent.text
    return sent.text


def launched(house: House) -> list[str]:
    with house.store.reading() as session:
        found = views.matters(session, now=house.clock(), scope=Scope.everything()).items
    return [line.title or "" for line in found]


def test_good_rows_are_launched_and_lead_to_their_matters_and_bad_ones_wait(house: House) -> None:
    page = upload(house, HEAD + GOOD + BAD).text
    assert states(page) == {"2": "ready", "3": "ready", "4": "faulty"}
    assert launched(house) == []
    page = go_on(house, page)
    assert states(page) == {"2": "launched", "3": "launched", "4": "faulty"}
    assert launched(house) == ["治理教育乱收费", "校舍加固"]
    assert '<a href="/console/matters/2026-0001">2026-0001</a>' in page
    with house.store.reading() as session:
        act = ledger.entries(session, "2026-0001")[0].act
    assert (act.act, act.person) == (ActName.REGISTERED, "u1")


def test_importing_again_launches_nothing_twice(house: House) -> None:
    go_on(house, upload(house, HEAD + GOOD).text)
    again = upload(house, HEAD + GOOD).text
    assert states(again) == {"2": "known", "3": "known"}
    assert RUN not in again
    assert states(go_on(house, again)) == {"2": "known", "3": "known"}
    assert len(launched(house)) == 2


def test_a_fault_is_mended_in_its_cell_and_looked_at_before_it_is_imported(house: House) -> None:
    page = upload(house, HEAD + GOOD + BAD).text
    for address, words in (("C4", "单位名录"), ("E4", "没有这一天"), ("F4", "工作日")):
        assert re.search(rf'name="cell.{address}".*?id="why-{address}">.*?{words}', page, re.DOTALL), address
        assert f'href="#at-{address}"' in page
    mended = {"cell.C4": LEAD, "cell.E4": "2026-02-27", "cell.F4": "15个工作日"}
    page = go_on(house, page, RUN, **mended)
    assert launched(house) == []
    assert "已按改动重新检查" in page
    assert set(states(page).values()) == {"ready"}
    assert set(states(go_on(house, page)).values()) == {"launched"}
    assert len(launched(house)) == 3


def test_what_is_still_wrong_after_mending_is_said_again(house: House) -> None:
    page = upload(house, HEAD + BAD).text
    page = go_on(house, page, CHECK, **{"cell.C2": "=1+1", "cell.E2": "2026-02-27", "cell.F2": "5d"})
    assert states(page) == {"2": "faulty"}
    assert "已按改动重新检查" in page
    assert "公式" in page
    assert set(re.findall(r'name="(cell\.\w+)"', page)) == {"cell.C2"}


def test_many_rows_are_launched_bit_by_bit_and_the_page_goes_on_by_itself(house: House) -> None:
    number = BATCH + 5
    page = upload(house, HEAD + "".join(f"{at},事项{at},教育局,,2026-03-02,15d,\n" for at in range(number))).text
    page = go_on(house, page)
    assert list(states(page).values()).count("launched") == BATCH
    assert f'hx-post="{RUN}" hx-trigger="load' in page
    assert f"已办理 {BATCH} / {number} 行" in page
    assert "继续导入其余 5 行" in page
    page = go_on(house, page)
    assert list(states(page).values()).count("launched") == number
    assert "hx-trigger" not in page


def test_the_faulty_rows_come_as_a_workbook_with_their_reasons_and_can_be_handed_in_again(house: House) -> None:
    page = upload(house, f"填报单位:{OFFICE}\n" + HEAD + GOOD + BAD).text
    sent = house.as_("officer").post(FAULTY, data=fields(page))
    assert sent.headers["content-disposition"].startswith("attachment")
    book = load_workbook(io.BytesIO(sent.content))
    sheet = book.active
    assert sheet is not None
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[1][1] == "食堂卫生"
    assert "没有这一天" in str(rows[1][-1])
    for column, value in (("C2", LEAD), ("E2", "2026-02-27"), ("F2", "5d")):
        sheet[column] = value
    out = io.BytesIO()
    book.save(out)
    assert list(states(upload(house, out.getvalue()).text).values()) == ["ready"]


@pytest.mark.either_database("reading a file")
def test_every_fault_of_the_shipped_faulty_ledger_stands_at_its_cell(house: House) -> None:
    content = (DATA / "ledger-faulty.xlsx").read_bytes()
    page = upload(house, content).text
    told = read_ledger(content, DIRECTORY.organs, office=OFFICE)
    assert len(told.faults) > 10
    shown = set(re.findall(r'href="#at-(\w+)"', page))
    assert shown == {fault.cell for fault in told.faults}
    assert shown <= set(re.findall(r'id="at-(\w+)"', page))


def test_a_row_that_the_rules_refuse_says_why(house: House) -> None:
    house.launch("m1", title="校舍加固")
    page = go_on(house, upload(house, HEAD + GOOD).text)
    assert states(page) == {"2": "launched", "3": "refused"}
    assert "同一牵头单位已有同名在办事项 m1" in page


def test_a_state_secret_is_not_taken_in_and_not_repeated(house: House) -> None:
    shown = upload(house, HEAD + GOOD + "3,机密★10年 某事,教育局,,2026-03-02,15d,\n")
    assert shown.status_code == 409
    assert "国家秘密" in shown.text
    assert "某事" not in shown.text
    assert 'name="sheet"' not in shown.text
    assert launched(house) == []


@pytest.mark.either_database("reading a file")
def test_a_file_that_cannot_be_used_says_what_to_do(house: House) -> None:
    for content, words in ((b"%PDF-1.7", "这不是表格文件"), (b"a,b,c\n1,2,3\n", "找不到表头"), (b"", "请选择文件")):
        shown = upload(house, content)
        assert shown.status_code in (409, 422)
        assert words in shown.text
    too_many = "".join(f"{at},事项{at},教育局,,2026-03-02,15d,\n" for at in range(501))
    assert "超过 500 行" in upload(house, HEAD + too_many).text


@pytest.mark.either_database("reading a file")
def test_a_sheet_that_was_tampered_with_on_the_way_is_a_damaged_file(house: House) -> None:
    said = fields(upload(house, HEAD + GOOD + BAD).text)
    client = house.as_("officer")
    for sheet in ("", "AAAA", said["sheet"][:-8], "密", said["sheet"] + "A"):
        assert client.post(RUN, data={**said, "sheet": sheet}).status_code == 409
    for cell in ("cell.ZZZ9", "cell.A999999", "cell.x", "cell."):
        assert client.post(CHECK, data={**said, cell: "x"}).status_code == 409
    assert client.post(RUN, data={name: value for name, value in said.items() if name != "sheet"}).status_code == 422
    assert launched(house) == []


def test_nobody_else_imports_and_never_by_a_link(house: House) -> None:
    said = fields(upload(house, HEAD + GOOD).text)
    for who in ("handler", "co-handler", "leader", "stranger", "auditor"):
        assert house.get(who, IMPORT).status_code == 404
        assert upload(house, HEAD + GOOD, who).status_code == 404
        for to in (CHECK, RUN, FAULTY, APPLY):
            assert house.as_(who).post(to, data={**said, "csrf": house.csrf(who)}).status_code == 404
    for to in (CHECK, RUN, FAULTY, APPLY):
        assert house.get("officer", to).status_code == 404
        assert house.as_("officer").post(to, data={**said, "csrf": "0"}).status_code == 403
    assert launched(house) == []
