"""The answer judged by its petitioner: on record and told, once it was answered; never a call back."""

import pytest

from models.acts import ActName
from models.proceeding_messages import CallBack
from record import ledger
from tests.web.console.conftest import hidden
from tests.web.public.conftest import OFFICER, Hall

pytestmark = pytest.mark.either_database("a form")

PAGE = "/public/status/rating"


def test_the_answer_is_judged_on_record_and_nothing_is_called_back_by_it(hall: Hall) -> None:
    held = hall.hand_in()
    hall.answered(held.id)
    step = hall.state(held.id).step
    shown = hall.on_status(held, "rating", satisfied="no", text="赵甲乙认为仍在施工")
    assert shown.status_code == 200
    assert "评价已记录" in shown.text
    with hall.store.reading() as session:
        act = ledger.entries(session, held.id)[-1].act
    assert (act.act, act.value, act.by) == (ActName.RATED, "dissatisfied", None)
    assert OFFICER in act.tell
    assert "赵甲乙" not in act.model_dump_json()
    assert hall.state(held.id).step == step
    assert ActName.CALLED_BACK not in hall.acts(held.id)
    hall.say(held.id, CallBack, satisfied=True)
    assert hall.on_status(held, "rating", satisfied="yes").status_code == 200


def test_nothing_is_judged_before_the_answer(hall: Hall) -> None:
    held = hall.hand_in()
    assert PAGE not in hall.status(held).text
    words = hidden(hall.status(held).text, "/public/status/words")
    shown = hall.browser.post(PAGE, data={**(words or {}), "satisfied": "yes"})
    assert shown.status_code == 409
    assert hall.acts(held.id)[-1] is ActName.REFUSED


def test_sent_twice_it_counts_once_and_who_is_dissatisfied_says_why(hall: Hall) -> None:
    held = hall.hand_in()
    hall.answered(held.id)
    form = hidden(hall.status(held).text, PAGE)
    assert form is not None
    assert hall.browser.post(PAGE, data={**form, "satisfied": "no"}).status_code == 422
    assert hall.browser.post(PAGE, data={**form, "satisfied": "maybe"}).status_code == 422
    for _ in range(2):
        assert hall.browser.post(PAGE, data={**form, "satisfied": "yes"}).status_code == 200
    assert hall.acts(held.id).count(ActName.RATED) == 1


def test_a_stranger_another_site_and_a_get_judge_nothing(hall: Hall) -> None:
    held, other = hall.hand_in(), hall.hand_in()
    hall.answered(held.id)
    form = {**(hidden(hall.status(held).text, PAGE) or {}), "satisfied": "yes"}
    assert hall.browser.post(PAGE, data={**form, "code": other.code}).status_code == 404
    assert hall.browser.post(PAGE, data=form, headers={"origin": "https://evil.invalid"}).status_code == 403
    assert hall.browser.post(PAGE, data={**form, "csrf": ""}).status_code == 403
    assert hall.get(PAGE).status_code == 404
    assert ActName.RATED not in hall.acts(held.id)
