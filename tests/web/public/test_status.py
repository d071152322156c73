"""A petition followed by number and code: what is shown, what is told alike, and that guessing is slow."""

import re

import pytest

from identity import receipts
from models.proceeding_messages import CallBack
from policies.throttling import ADDRESS
from tests.web.public.conftest import ANSWER, WHO, Hall, Receipt

PAGE = "/public/status"
NUMBER = re.compile(r"<code>.*?</code>|value=\"[^\"]*\"")


def test_whoever_has_number_and_code_reads_where_it_stands_and_what_was_answered(hall: Hall) -> None:
    held = hall.hand_in()
    shown = hall.status(held)
    assert shown.status_code == 200
    for told in (held.id, "正在办理", "登记与分办", "还有11个工作日", "接下来的步骤"):
        assert told in shown.text
    hall.answered(held.id)
    shown = hall.status(Receipt(held.id.removeprefix("petition/"), held.code.lower().replace("-", " ")))
    assert ANSWER in shown.text
    assert "回访" in shown.text
    assert "内部研判意见" not in shown.text
    assert "区信访局承办岗" not in shown.text
    hall.say(held.id, CallBack, satisfied=True)
    assert "满意" in hall.status(held).text


def test_how_it_ended_is_told_and_no_more_is_taken(hall: Hall) -> None:
    held = hall.hand_in()
    hall.ended(held.id)
    shown = hall.status(held).text
    assert "已办结" in shown
    assert "不再接受补充" in shown
    assert "/public/status/words" not in shown
    assert "/public/status/rating" not in shown


def test_a_wrong_code_a_wrong_number_and_what_is_neither_get_one_answer(hall: Hall) -> None:
    held, other = hall.hand_in(), hall.hand_in()
    tries = [(held.id, other.code), ("2026-9999", held.code), (held.id, "x"), ("！", "'; --"), ("", ""), (held.id, "")]
    shown = [hall.send(PAGE, number=number, code=code) for number, code in tries]
    assert {one.status_code for one in shown} == {404}
    assert len({NUMBER.sub("", one.text) for one in shown}) == 1
    assert all(code not in one.text for one, (_, code) in zip(shown, tries, strict=True) if len(code) > 1)


@pytest.mark.either_database("which work is done")
def test_every_wrong_try_does_the_same_work(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    held, other = hall.hand_in(), hall.hand_in()
    done: list[str] = []
    for name in ("digest", "counted", "blocked_for"):
        real = getattr(receipts, name)

        def watched(*said: object, real: object = real, name: str = name) -> object:
            done.append(name)
            return real(*said)  # type: ignore[operator]

        monkeypatch.setattr(receipts, name, watched)
    works = []
    for number, code in ((held.id, other.code), ("2026-9999", held.code), ("！", "'; --"), ("", "")):
        done.clear()
        hall.send(PAGE, number=number, code=code)
        works.append(tuple(done))
    assert works == [("digest", "counted", "blocked_for")] * 4


def test_guessing_becomes_slow_for_the_address_and_the_petition_stays_reachable(hall: Hall) -> None:
    held = hall.hand_in()
    form = hall.form(PAGE)
    for _ in range(ADDRESS.free):
        assert hall.browser.post(PAGE, data={**form, "number": held.id, "code": "x"}).status_code == 404
    blocked = hall.browser.post(PAGE, data={**form, "number": held.id, "code": held.code})
    assert blocked.status_code == 429
    assert "分钟后再试" in blocked.text
    assert int(blocked.headers["retry-after"]) > 0
    hall.clock.on(minutes=2)
    assert hall.status(held).status_code == 200


@pytest.mark.either_database("a page and its links")
def test_the_code_stands_in_no_address_and_no_other_page(hall: Hall) -> None:
    held = hall.hand_in()
    shown = hall.status(held)
    assert shown.request.url.query == b"" or not shown.request.url.query
    assert not any(held.code in link for link in re.findall(r'(?:href|action|src)="([^"]*)"', shown.text))
    assert held.code not in hall.get(PAGE).text
    asked = hall.get(f"{PAGE}?number={held.id}&code={held.code}")
    assert held.id not in re.sub(r'name="back" value="[^"]*"', "", asked.text)
    assert "正在办理" not in asked.text


@pytest.mark.either_database("a form and where it comes from")
def test_a_get_another_site_and_an_old_page_show_nothing(hall: Hall) -> None:
    held = hall.hand_in()
    said = {**hall.form(PAGE), "number": held.id, "code": held.code}
    assert hall.browser.post(PAGE, data=said, headers={"origin": "https://evil.invalid"}).status_code == 403
    assert hall.browser.post(PAGE, data={**said, "csrf": "0"}).status_code == 403
    for do in ("words", "rating"):
        assert hall.get(f"{PAGE}/{do}").status_code == 404


def test_who_is_shown_it_never_reads_who_handed_it_in(hall: Hall) -> None:
    held = hall.hand_in()
    hall.answered(held.id)
    shown = hall.status(held).text
    assert [value for value in WHO.values() if value in shown] == []
