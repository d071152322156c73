"""What is public: listed, searched, shown; whatever is not marked public is told as what is not there."""

import asyncio
import re
from typing import Any
from uuid import uuid4

import pytest

from models.petitions import Identity
from models.proceeding_messages import Open, Publish, RaiseObjection
from models.proceedings import Channel
from taking import Taker
from tests.web.public.conftest import OFFICE, OFFICER, WHO, Hall
from tests.workflows.cast import a_matter

PAGE = "/public/notices"
NUMBER = re.compile(r"<code>.*?</code>")


def opened(hall: Hall, number: int, **said: Any) -> str:
    """A public notice of a unit, posted."""
    target = f"proceeding/{number}"
    terms = {"procedure": "unit_notice", "title": f"先进单位推荐公示{number}", "lead": OFFICE, "office": OFFICE, **said}
    assert hall.desk.tell(target, Open(message_id=uuid4().hex, by=OFFICER, **terms)).accepted
    hall.say(target, Publish, medium="本单位公示栏", text="拟推荐名单见附件")
    return target


def a_public_petition(hall: Hall, **said: Any) -> str:
    message = Open(
        message_id=uuid4().hex, by=OFFICER, procedure="petition", title="赵甲乙反映夜间施工", text="反映夜间施工",
        channel=Channel.VISIT, lead=OFFICE, office=OFFICE, **said,
    )  # fmt: skip
    taken = asyncio.run(Taker(hall.desk, hall.store).take(message, Identity(**WHO), hall.clock()))
    hall.ended(taken.petition, text="经核查,赵甲乙反映属实,工地已停工")
    return taken.petition


def test_a_notice_is_listed_found_by_its_title_and_shows_what_was_posted_until_when(hall: Hall) -> None:
    target = opened(hall, 1, public=True)
    for asked in ("", "?text=先进单位", "?kind=notices"):
        assert f'href="{PAGE}/{target}"' in hall.get(f"{PAGE}{asked}").text
    assert "没有符合条件" in hall.get(f"{PAGE}?text=别的").text
    shown = hall.get(f"{PAGE}/{target}").text
    for told in ("本单位公示栏", "拟推荐名单见附件", "公示截至 ", "2026-03-06"):
        assert told in shown
    hall.say(target, RaiseObjection, text="举报人说名单不实")
    assert "举报人" not in hall.get(f"{PAGE}/{target}").text


def test_the_published_result_of_a_public_petition_is_shown_and_nothing_of_who_handed_it_in(hall: Hall) -> None:
    petition = a_public_petition(hall, public=True)
    shown = hall.get(f"{PAGE}/{petition}").text
    assert "区政府网" in shown
    assert "反映属实,工地已停工" in shown
    for hidden in (*WHO.values(), "内部研判意见", "意见1号", "已责令停工并处罚", OFFICER):
        assert hidden not in shown
        assert hidden not in hall.get(PAGE).text


def test_where_a_public_matter_stands_is_shown_and_none_of_its_acts(hall: Hall) -> None:
    matter = a_matter(by=OFFICER, lead="区教育局", office=OFFICE, leader="区长", public=True, requirement="内部要求")
    assert hall.desk.tell("m1", matter).accepted
    assert f'href="{PAGE}/m1"' in hall.get(f"{PAGE}?kind=matters").text
    shown = hall.get(f"{PAGE}/m1").text
    assert "区教育局" in shown
    assert "内部要求" not in shown


def test_what_is_not_marked_public_is_told_as_what_is_not_there(hall: Hall) -> None:
    hidden = [opened(hall, 1, public=False), opened(hall, 2), a_public_petition(hall, public=False)]
    assert hall.desk.tell("m1", a_matter(by=OFFICER, lead="区教育局", office=OFFICE, leader="区长")).accepted
    missing = hall.get(f"{PAGE}/proceeding/99")
    assert missing.status_code == 404
    for target in (
        *hidden,
        "m1",
        "m1/case1",
        "petition/2026-9999",
        "../secret",
        "a" * 900,
        "%2e%2e",
        "' OR 1=1",
        "m1%00",
        "petition/%0a",
        "duty/%F0%9F",
    ):
        shown = hall.get(f"{PAGE}/{target}")
        assert shown.status_code == 404
        assert NUMBER.sub("", shown.text) == NUMBER.sub("", missing.text)
    for kind in ("notices", "matters"):
        assert "没有符合条件" in hall.get(f"{PAGE}?kind={kind}").text


@pytest.mark.either_database("pages of a list")
def test_a_long_list_has_pages_and_a_cursor_of_nobody_is_not_there(hall: Hall) -> None:
    for number in range(31):
        said = Open(
            message_id=uuid4().hex, by=OFFICER, public=True, procedure="unit_notice", title=f"公示{number}",
            lead=OFFICE, office=OFFICE,
        )  # fmt: skip
        assert hall.desk.tell(f"proceeding/{number}", said).accepted
    first = hall.get(PAGE).text
    assert first.count(f'href="{PAGE}/proceeding/') == 30
    (following,) = re.findall(rf'href="({PAGE}\?[^"]*after=[^"]*)"', first)
    assert hall.get(following.replace("&amp;", "&")).text.count(f'href="{PAGE}/proceeding/') == 1
    for wrong in ("?after=%00", "?kind=secret", f"?text={'长' * 65}", "?text=%00"):
        assert hall.get(f"{PAGE}{wrong}").status_code == 422
