"""A petition handed in on a page: opened once, its petitioner apart, its code shown once; refused when it has to be."""

import re

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import inspect, text

from models.acts import ActName
from models.proceedings import ProceedingStage
from office import UnavailableError
from record import petitioners
from record.store import Store
from tests.web.conftest import ORIGIN
from tests.web.public.conftest import SAID, WHO, Hall, receipt

pytestmark = pytest.mark.either_database("a form; what is kept apart is claimed in tests/record")

PAGE = "/public/petition"


def test_a_petition_is_opened_and_its_receipt_says_what_follows_by_when(hall: Hall) -> None:
    shown = hall.send(PAGE, **SAID, **WHO)
    assert shown.status_code == 201
    held = receipt(shown)
    assert hall.acts(held.id)[0] is ActName.OPENED
    state = hall.state(held.id)
    assert state.terms is not None
    assert (state.terms.channel, state.terms.subject) == ("web", "城东工地")
    for step in ("登记与分办", "受理并书面告知", "调查处理", "书面答复", "回访", "结果公布"):
        assert step in shown.text
    assert "2026-03-17 周二 18:00" in shown.text
    assert "还有11个工作日" in shown.text
    assert hall.status(held).status_code == 200


def test_sent_twice_it_is_opened_once_and_the_newer_code_holds(hall: Hall) -> None:
    form = {**hall.form(), **SAID}
    first, second = (hall.browser.post(PAGE, data=form) for _ in range(2))
    assert [one.status_code for one in (first, second)] == [201, 201]
    assert receipt(first).id == receipt(second).id
    assert "没有重复登记" in second.text
    assert hall.status(receipt(first)).status_code == 404
    assert hall.status(receipt(second)).status_code == 200
    assert hall.acts(receipt(first).id).count(ActName.OPENED) == 1
    other = hall.browser.post(PAGE, data={**form, "title": "另一件事"})
    assert other.status_code == 422
    assert "另一件事" in other.text


def test_who_hands_it_in_stands_apart_and_is_on_no_page(hall: Hall, store: Store) -> None:
    held = hall.hand_in()
    with store.reading() as session:
        assert petitioners.told(session, held.id) == WHO
        names = inspect(session.connection()).get_table_names()
        everything = "\n".join(
            str(tuple(row))
            for name in names
            for row in session.execute(text(f"SELECT * FROM {name}"))  # noqa: S608 - names of the database itself
        )
    shown = hall.status(held).text
    plain = held.code.replace("-", "")
    for value in (*WHO.values(), held.code, plain):
        assert value not in everything
        assert value not in shown or value == held.code


def test_of_an_anonymous_one_nothing_is_kept_even_where_it_was_typed(hall: Hall, store: Store) -> None:
    held = hall.hand_in(anonymous="yes", text="反映夜间施工")
    with store.reading() as session:
        assert petitioners.identity(session, held.id) is None
        assert petitioners.told(session, held.id) == {}
    terms = hall.state(held.id).terms
    assert terms is not None
    assert terms.anonymous


def test_an_earlier_one_named_with_its_code_is_linked_and_followed_by_either_code(hall: Hall) -> None:
    first = hall.hand_in()
    second = hall.hand_in(earlier_number=first.id.removeprefix("petition/"), earlier_code=first.code.lower())
    assert hall.state(second.id).stage is ProceedingStage.LINKED
    assert hall.state(first.id).links == (second.id,)
    shown = hall.status(second).text
    assert first.id in shown
    assert "登记与分办" in shown


def test_an_earlier_one_that_has_ended_becomes_the_source(hall: Hall) -> None:
    first = hall.hand_in()
    hall.ended(first.id)
    terms = hall.state(hall.hand_in(earlier_number=first.id, earlier_code=first.code).id).terms
    assert terms is not None
    assert terms.source == first.id


def test_a_wrong_code_of_an_earlier_one_and_an_unknown_one_are_told_alike_and_nothing_is_opened(hall: Hall) -> None:
    first, other = hall.hand_in(), hall.hand_in()
    pages = []
    for number, code in ((first.id, other.code), ("2026-9999", first.code), ("；", "？？"), (first.id, "")):
        shown = hall.send(PAGE, **SAID, earlier_number=number, earlier_code=code)
        assert "编号或凭证码不符" in shown.text
        assert SAID["text"] in shown.text
        assert not code or code not in shown.text
        pages.append(shown.status_code)
    assert pages == [404, 404, 422, 422]
    assert int(hall.hand_in().id[-4:]) == int(other.id[-4:]) + 1


@pytest.mark.either_database("a form and its fields")
def test_what_is_missing_or_too_long_is_told_at_its_field_and_what_was_typed_stays(hall: Hall) -> None:
    shown = hall.send(PAGE, title=" ", text="长" * 4001, name="名" * 65, phone="010\x07")
    assert shown.status_code == 422
    assert 'id="e-title"' in shown.text
    shown = hall.send(PAGE, title="噪声", text="长" * 4001, name="名" * 65, phone="010\x07")
    assert {"text", "name", "phone"} == set(re.findall(r'id="e-(\w+)"', shown.text))
    assert "长" * 4001 in shown.text
    assert "名" * 65 in shown.text


def test_a_state_secret_is_refused_not_shown_again_and_gets_no_number(hall: Hall) -> None:
    before = hall.hand_in().id
    shown = hall.send(PAGE, title="噪声", text="机密★10年 部署在东郊")
    assert shown.status_code == 422
    assert "未作任何保存" in shown.text
    assert "东郊" not in shown.text
    assert int(hall.hand_in().id[-4:]) == int(before[-4:]) + 1


def test_a_get_another_site_an_old_page_and_no_message_open_nothing(hall: Hall) -> None:
    before = hall.hand_in().id
    form = {**hall.form(), **SAID}
    send = hall.browser.post
    assert send(PAGE, data=form, headers={"origin": "https://evil.invalid"}).status_code == 403
    assert send(PAGE, data=form, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert send(PAGE, data={**form, "csrf": "0"}).status_code == 403
    assert send(PAGE, data={**SAID, "message": form["message"]}).status_code == 403
    with TestClient(hall.app, ORIGIN) as elsewhere:
        assert elsewhere.post(PAGE, data=form).status_code == 403
    assert send(PAGE, data={**form, "message": "1"}).status_code == 422
    assert send(PAGE, json=form).status_code in (403, 422)
    assert hall.get(f"{PAGE}?title=a&text=b").status_code == 200
    assert int(hall.hand_in().id[-4:]) == int(before[-4:]) + 1


@pytest.mark.either_database("a page")
def test_what_is_written_stays_text(hall: Hall) -> None:
    held = hall.hand_in(title="<script>alert(1)</script>", text="<b>'\"x</b>", subject="{{ 7 * 7 }}")
    shown = hall.status(held).text
    assert "<script>alert" not in shown
    assert "&lt;script&gt;" in shown


def test_while_nobody_can_be_reached_the_same_form_can_be_sent_again(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = {**hall.form(), **SAID}
    with monkeypatch.context() as gone:

        async def unreachable(*_: object) -> None:
            raise UnavailableError("no server")

        gone.setattr(hall.desk, "open_proceeding", unreachable)
        shown = hall.browser.post(PAGE, data=form)
        assert shown.status_code == 503
        assert "只会登记一次" in shown.text
    assert hall.browser.post(PAGE, data=form).status_code == 201
