"""What the pages for the public have in common: nobody signs in, nothing leaks, both languages, shut where shut."""

import json
import re
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from structlog.testing import capture_logs

from models.proceeding_messages import FollowUp, Open
from record.store import Store
from settings import Settings
from tests.builders import sample_directory
from tests.web.conftest import ORIGIN, Clock, no_office
from tests.web.public.conftest import ANSWER, OFFICE, OFFICER, SAID, WHO, Hall
from tests.workflows.cast import a_matter
from web.app import create_app

PAGES = ("/public", "/public/petition", "/public/status", "/public/notices", "/public/notices?kind=matters")


@pytest.mark.either_database("what pages have in common")
def test_every_page_is_there_for_everybody_kept_by_no_browser_and_loads_nothing_from_elsewhere(hall: Hall) -> None:
    for path in PAGES:
        shown = hall.get(path)
        assert shown.status_code == 200
        assert "unsafe" not in shown.headers["content-security-policy"]
        assert shown.headers["cache-control"] == "no-store"
        assert not re.search(r"<script(?! src=\"/static/)|<style|\sstyle=|\son\w+=|https?://", shown.text)
        assert '"/console' not in shown.text
    assert 'href="/public"' in hall.get("/sign-in").text


@pytest.mark.either_database("a switch on every page")
def test_the_language_is_switched_without_a_session_and_leads_nowhere_else(hall: Hall) -> None:
    said = {**hall.form("/public", "/public/language"), "language": "en"}
    led = hall.browser.post("/public/language", data={**said, "back": "/public/notices?text=a"}, follow_redirects=False)
    assert (led.status_code, led.headers["location"]) == (303, "/public/notices?text=a")
    for path in PAGES:
        assert '<html lang="en">' in hall.get(path).text
    for back in ("//elsewhere.invalid", "/console", "/publicly", "/public\\@x", "https://x.invalid/public"):
        led = hall.browser.post("/public/language", data={**said, "back": back}, follow_redirects=False)
        assert led.headers["location"] == "/public"
    assert hall.browser.post("/public/language", data={**said, "csrf": "0"}).status_code == 403
    elsewhere = {"origin": "https://evil.invalid"}
    assert hall.browser.post("/public/language", data=said, headers=elsewhere).status_code == 403


@pytest.mark.either_database("a page")
def test_no_button_leads_away_from_a_receipt_and_no_address_to_it(hall: Hall) -> None:
    shown = hall.send("/public/petition", **SAID)
    assert "/public/language" not in shown.text
    code = re.findall(r'<strong id="code">([^<]+)<', shown.text)[0]
    assert shown.text.count(code) == 1
    assert "location" not in shown.headers


def test_no_page_tells_what_is_not_public_or_who_anybody_is(
    hall: Hall,
) -> None:
    matter = a_matter(by=OFFICER, title="秘而不宣的事项", lead="区教育局", office=OFFICE, leader="区长")
    assert hall.desk.tell("m1", matter).accepted
    inner = Open(message_id=uuid4().hex, by=OFFICER, procedure="window_acceptance", title="未公开的程序",
                 lead="区教育局", office=OFFICE)  # fmt: skip
    assert hall.desk.tell("proceeding/7", inner).accepted
    with capture_logs() as lines:
        mine, others = hall.hand_in(), hall.hand_in(title="别人的诉求", text="别人的话")
        said = FollowUp(message_id=uuid4().hex, by=None, text="别人的补充")
        assert hall.desk.tell(others.id, said).accepted
        hall.answered(mine.id)
        hall.answered(others.id)
        shown = [hall.get(path).text for path in PAGES]
        shown += [hall.status(mine).text, hall.on_status(mine, "words", text="还有").text]
        shown += [hall.on_status(mine, "rating", satisfied="yes").text]
        shown += [hall.get(f"/public/notices/{one}").text for one in ("m1", "proceeding/7", mine.id, others.id)]
        shown += [hall.send("/public/status", number=others.id, code=mine.code).text]
    secrets = (
        *WHO.values(), "秘而不宣的事项", "未公开的程序", "别人的诉求", "别人的话", "别人的补充", "内部研判意见",
        OFFICER, "区长", "区教育局", others.code,
    )  # fmt: skip
    told = "\n".join(shown)
    assert ANSWER in told
    assert [one for one in secrets if one in told] == []
    logged = json.dumps(lines, ensure_ascii=False, default=str)
    assert "web.answered" in logged
    assert [one for one in (*WHO.values(), mine.code, others.code, SAID["title"]) if one in logged] == []


@pytest.mark.either_database("what pages have in common")
def test_who_is_signed_in_gets_no_more_here_than_anybody(hall: Hall) -> None:
    held = hall.hand_in()
    assert hall.desk.tell("m1", a_matter(by=OFFICER, title="秘而不宣", lead=OFFICE, office=OFFICE)).accepted
    plain = {path: hall.get(path).status_code for path in (*PAGES, "/public/notices/m1", f"/public/notices/{held.id}")}
    for path, status in plain.items():
        assert hall.browser.get(path, headers={"authorization": "Bearer duban_x"}).status_code == status


@pytest.mark.either_database("what pages have in common")
def test_what_is_at_no_address_and_other_methods_get_a_page(hall: Hall) -> None:
    for path in ("/public/nothing", "/public/petition/1", "/public/status/2026-0001"):
        shown = hall.get(path)
        assert shown.status_code == 404
        assert "内容未公开" in shown.text
    for method in ("put", "delete", "patch"):
        assert getattr(hall.browser, method)("/public/petition").status_code == 405


@pytest.mark.either_database("pages of a shut door")
def test_where_the_office_takes_none_in_the_pages_say_so_and_where_to_go(
    settings: Settings, store: Store, clock: Clock
) -> None:
    shut = settings.model_copy(update={"public_intake": 0})
    app = create_app(shut, store, no_office, sample_directory(), clock=clock)
    with TestClient(app, ORIGIN) as browser:
        for path in ("/public", "/public/petition", "/public/status"):
            shown = browser.get(path)
            assert shown.status_code == 200
            assert "不在网上受理诉求" in shown.text
            assert OFFICE in shown.text
            assert 'name="text"' not in shown.text
            assert 'name="code"' not in shown.text
        csrf = re.findall(r'name="csrf" value="(\w+)"', browser.get("/public").text)[0]
        for path in ("/public/petition", "/public/status", "/public/status/words", "/public/status/rating"):
            said = {"csrf": csrf, "message": "f" * 32, "number": "2026-0001", "code": "x", "satisfied": "yes", **SAID}
            assert browser.post(path, data=said).status_code == 404
        assert browser.get("/public/notices").status_code == 200


@pytest.mark.either_database("buckets in memory")
def test_one_address_sends_no_more_forms_in_a_minute_than_the_office_allows(
    settings: Settings, store: Store, clock: Clock
) -> None:
    few = settings.model_copy(update={"public_intake": 2})
    app = create_app(few, store, no_office, sample_directory(), clock=clock)
    with TestClient(app, ORIGIN) as browser:
        form = dict(re.findall(r'type="hidden" name="(csrf|message)" value="(\w+)"', browser.get(PAGES[1]).text))
        statuses = [browser.post(PAGES[1], data={**form, "title": ""}).status_code for _ in range(3)]
        last = browser.post(PAGES[2], data={**form, "number": "x", "code": "x"})
    assert statuses == [422, 422, 429]
    assert last.status_code == 429
    assert "过于频繁" in last.text


@pytest.mark.either_database("what is asked before anything is read")
def test_what_is_too_large_or_no_form_is_refused(hall: Hall) -> None:
    form = hall.form()
    assert hall.browser.post(PAGES[1], data={**form, "text": "a" * 1_100_000}).status_code == 413
    odd = hall.browser.post(PAGES[1], data=form, files={"title": ("x.txt", b"a file"), "text": ("y", b"b")})
    assert odd.status_code == 422
    many = hall.browser.post(PAGES[1], data={**form, **{f"f{number}": "x" for number in range(2_000)}})
    assert many.status_code in (400, 422)
