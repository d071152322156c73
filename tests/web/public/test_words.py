"""Further words of whoever asked: told to who handles it, on record, once; refused where the rules do."""

import pytest

from models.acts import ActName
from record import ledger
from tests.web.console.conftest import hidden
from tests.web.public.conftest import OFFICER, Hall, Receipt

pytestmark = pytest.mark.either_database("a form")

PAGE = "/public/status/words"


def test_words_are_told_to_who_handles_it_without_the_identity(hall: Hall) -> None:
    held = hall.hand_in()
    shown = hall.on_status(held, "words", text="昨夜又施工,我叫赵甲乙")
    assert shown.status_code == 200
    assert "已转告经办岗位" in shown.text
    assert "昨夜又施工" in shown.text
    assert "赵甲乙" not in shown.text
    with hall.store.reading() as session:
        (act,) = [one.act for one in ledger.entries(session, held.id) if one.act.act is ActName.FOLLOWED_UP]
    assert OFFICER in act.tell


def test_the_same_form_sent_again_says_nothing_twice(hall: Hall) -> None:
    held = hall.hand_in()
    form = _form(hall, held)
    answers = [hall.browser.post(PAGE, data={**form, "text": "昨夜又施工"}) for _ in range(2)]
    assert [one.status_code for one in answers] == [200, 200]
    assert hall.acts(held.id).count(ActName.FOLLOWED_UP) == 1


def test_nothing_too_much_or_a_state_secret_is_refused_and_what_was_typed_stays(hall: Hall) -> None:
    held = hall.hand_in()
    assert hall.on_status(held, "words", text=" ").status_code == 422
    long = hall.on_status(held, "words", text="长" * 4001)
    assert (long.status_code, "长" * 4001 in long.text) == (422, True)
    secret = hall.on_status(held, "words", text="机密★10年 部署在东郊")
    assert (secret.status_code, "东郊" in secret.text) == (422, False)
    assert ActName.FOLLOWED_UP not in hall.acts(held.id)


def test_once_it_has_ended_words_are_refused_on_record(hall: Hall) -> None:
    held = hall.hand_in()
    form = _form(hall, held)
    hall.ended(held.id)
    shown = hall.browser.post(PAGE, data={**form, "text": "还有"})
    assert shown.status_code == 409
    assert hall.acts(held.id)[-1] is ActName.REFUSED


def test_a_stranger_with_another_code_says_nothing(hall: Hall) -> None:
    held, other = hall.hand_in(), hall.hand_in()
    form = _form(hall, held)
    shown = hall.browser.post(PAGE, data={**form, "code": other.code, "text": "冒充"})
    assert shown.status_code == 404
    assert hall.browser.post(PAGE, data={**form, "csrf": "0", "text": "冒充"}).status_code == 403
    assert ActName.FOLLOWED_UP not in hall.acts(held.id)


def _form(hall: Hall, held: Receipt) -> dict[str, str]:
    found = hidden(hall.status(held).text, PAGE)
    assert found is not None
    return found


def test_the_same_form_with_other_words_is_not_said_to_have_been_told(hall: Hall) -> None:
    held = hall.hand_in()
    form = hidden(hall.status(held).text, PAGE)
    assert form is not None
    assert hall.browser.post(PAGE, data={**form, "text": "昨夜又施工"}).status_code == 200
    other = hall.browser.post(PAGE, data={**form, "text": "今晨仍在施工"})
    assert other.status_code == 422
    assert "今晨仍在施工" in other.text
    assert "已转告经办岗位" not in other.text
    assert hidden(other.text, PAGE) != form
    assert hall.browser.post(PAGE, data={**form, "text": "昨夜又施工"}).status_code == 200
    assert hall.acts(held.id).count(ActName.FOLLOWED_UP) == 1
