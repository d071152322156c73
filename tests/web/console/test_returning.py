"""An exported register comes back edited: each changed cell is shown, chosen, and given as an ordinary command."""

import html
import io
import re

import httpx2
import pytest
from openpyxl import load_workbook

from models.acts import ActName
from models.messages import Correct
from record import ledger, matters
from tests.web.console.conftest import House
from tests.web.console.test_import import fields, upload
from tests.workflows.cast import CO, OFFICER
from web.console.filters import EXPORT
from web.console.importing import APPLY

pytestmark = pytest.mark.either_database("a form over what tests/cli claims")


def edited(house: House, cells: dict[tuple[str, str], str], query: str = "") -> bytes:
    """The register as exported, with these cells (of a matter, under a heading) saying something else."""
    book = load_workbook(io.BytesIO(house.get("officer", f"{EXPORT}?{query}").content))
    sheet = book.active
    assert sheet is not None
    heads = [cell.value for cell in sheet[1]]
    rows = {row[0].value: row for row in sheet.iter_rows(min_row=2)}
    for (matter, head), text in cells.items():
        rows[matter][heads.index(head)].value = text
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def edits(page: str) -> list[str]:
    """The ids of the edits that are offered, in the order of the page."""
    return [html.unescape(one) for one in re.findall(r'name="edit" value="([^"]*)"', page)]


def conflicts(page: str) -> list[list[str]]:
    """The cells of each line of the table of conflicts, the address of the cell left out."""
    found = re.search(r'<table class="table table-sm conflicts">.*?</table>', page, re.DOTALL)
    lines = re.findall(r'<tr><th scope="row".*?</tr>', found[0], re.DOTALL) if found else []
    return [[" ".join(re.sub(r"<[^>]+>", " ", one).split()) for one in re.findall(r"<td>(.*?)</td>", line, re.DOTALL)]
            for line in lines]  # fmt: skip


def apply(house: House, page: str, *chosen: str) -> httpx2.Response:
    return house.as_("officer").post(APPLY, data={**fields(page), "edit": list(chosen)})


def title(house: House, matter: str) -> str:
    with house.store.reading() as session:
        state = matters.seen(session, matter)
    assert state is not None
    assert state.terms is not None
    return state.terms.title


def a_house(house: House) -> None:
    house.launch("m1", title="治理乱收费", requirement="每周报告")
    house.launch("m2", title="校舍加固")
    house.clock.on(minutes=5)


def test_an_export_that_nobody_edited_changes_nothing(house: House) -> None:
    a_house(house)
    page = upload(house, edited(house, {})).text
    assert "与导出时一致" in page
    assert edits(page) == []


def test_an_edited_cell_is_applied_as_a_command_of_the_person_and_only_once(house: House) -> None:
    a_house(house)
    content = edited(house, {("m1", "督办事项"): "治理教育乱收费", ("m1", "紧急程度"): "特急"})
    page = upload(house, content).text
    assert len(edits(page)) == 2
    assert title(house, "m1") == "治理乱收费"
    done = apply(house, page, *edits(page))
    assert done.status_code == 200
    assert edits(done.text) == []
    assert "已办理的改动" in done.text
    assert title(house, "m1") == "治理教育乱收费"
    with house.store.reading() as session:
        acts = [one.act for one in ledger.entries(session, "m1")]
    given = [(act.act, act.by, act.person) for act in acts if act.act in (ActName.CORRECTED, ActName.URGENCY_RAISED)]
    assert given == [(ActName.CORRECTED, OFFICER, "u1"), (ActName.URGENCY_RAISED, OFFICER, "u1")]
    again = upload(house, content).text
    assert edits(again) == []
    assert "已办理的改动" in again
    assert apply(house, page, *edits(page)).status_code == 200
    assert house.acts("m1").count(ActName.CORRECTED) == 1


def test_only_what_is_ticked_is_applied(house: House) -> None:
    a_house(house)
    page = upload(house, edited(house, {("m1", "督办事项"): "甲", ("m2", "督办事项"): "乙"})).text
    first, second = edits(page)
    done = apply(house, page, second).text
    assert (title(house, "m1"), title(house, "m2")) == ("治理乱收费", "乙")
    assert edits(done) == [first]
    assert not re.search(rf'value="{re.escape(html.escape(first))}" checked', done)


def test_a_cell_that_has_changed_since_shows_what_it_was_is_and_should_be(house: House) -> None:
    a_house(house)
    content = edited(house, {("m1", "督办事项"): "表中所改"})
    house.say("m1", Correct, OFFICER, entry=1, fields={"title": "此后所改"}, reason="更名")
    page = upload(house, content).text
    assert edits(page) == []
    ((matter, column, exported, current, value, why),) = conflicts(page)
    assert (matter, column, exported, current, value) == ("m1", "督办事项", "治理乱收费", "此后所改", "表中所改")
    assert why.startswith("冲突 导出后事项此处已有变动")


def test_a_column_that_no_sheet_changes_says_what_to_do_instead(house: House) -> None:
    a_house(house)
    page = upload(house, edited(house, {("m1", "办结时限"): "30个工作日", ("m1", "牵头单位"): CO})).text
    assert edits(page) == []
    told = {line[1]: line for line in conflicts(page)}
    assert "延期" in told["办结时限"][-1]
    assert "转办" in told["牵头单位"][-1]
    assert all(line[-1].startswith("此列不能在表中更改") for line in told.values())
    assert told["办结时限"][2:5] == ["15个工作日", "15个工作日", "30个工作日"]


def test_an_export_of_few_columns_comes_back_too(house: House) -> None:
    a_house(house)
    page = upload(house, edited(house, {("m2", "督办事项"): "乙"}, "column=stage&matter=m2")).text
    assert len(edits(page)) == 1
    assert apply(house, page, *edits(page)).status_code == 200
    assert title(house, "m2") == "乙"
