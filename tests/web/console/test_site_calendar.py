"""A holiday notice is loaded from its file by the office: once, with every mistake named, and clocks follow."""

from uuid import uuid4

import httpx2
import pytest

from models.acts import ActName
from record import calendars
from tests.web.console.conftest import House

pytestmark = pytest.mark.either_database("a page and its form")

CALENDAR = "/console/calendar"
NOTICE = """
number: 演练〔2026〕9号
date: 2026-03-02
year: 2026
days_off: [2026-03-05..2026-03-06]
"""


def load(house: House, text: str, who: str = "officer", message: str | None = None) -> httpx2.Response:
    form = {"csrf": house.csrf(who), "message": message or uuid4().hex}
    return house.as_(who).post(CALENDAR, data=form, files={"file": ("notice.yaml", text.encode())})


def numbers(house: House) -> list[str]:
    with house.store.reading() as session:
        return [one.number for one in calendars.notices(session)]


def test_a_notice_is_loaded_once_and_open_matters_are_ruled_again(house: House) -> None:
    house.launch("m1", limit="5wd")
    message = uuid4().hex
    first, again = load(house, NOTICE, message=message), load(house, NOTICE, message=message)
    assert (first.status_code, again.status_code) == (200, 200), first.text
    assert "已通知 1 件" in first.text
    assert "没有重复" in again.text
    assert numbers(house) == ["演练〔2026〕9号"]
    assert house.acts("m1").count(ActName.CALENDAR_RECOMPUTED) == 1
    assert "2026-03-05 周四" in house.get("handler", f"{CALENDAR}?year=2026").text


def test_a_notice_with_mistakes_or_another_of_its_number_is_not_loaded(house: House) -> None:
    wrong = load(house, "number: x\ndate: soon\nyear: 2026\ndays_off: [2026-13-01]\n")
    assert wrong.status_code == 422
    assert "没有载入" in wrong.text
    assert load(house, "\x00\x01").status_code == 422
    assert load(house, NOTICE).status_code == 200
    other = load(house, NOTICE.replace("2026-03-06", "2026-03-08"))
    assert other.status_code in (409, 422)
    assert numbers(house) == ["演练〔2026〕9号"]


def test_the_calendar_is_for_everybody_signed_in_and_loading_for_the_office(house: House) -> None:
    for who in ("handler", "admin", "auditor", "stranger"):
        shown = house.get(who, CALENDAR)
        assert (shown.status_code, 'type="file"' in shown.text) == (200, False)
    for who in ("handler", "stranger", "auditor"):
        assert load(house, NOTICE, who).status_code == 404
    form = {"csrf": "0", "message": uuid4().hex}
    assert house.as_("officer").post(CALENDAR, data=form, files={"file": ("n", NOTICE.encode())}).status_code == 403
    assert house.get("nobody", CALENDAR).status_code == 303
    assert numbers(house) == []
