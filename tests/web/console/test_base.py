"""What every page of the console has in common: who is let in, in which language, and how a refusal looks."""

import re
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest

from models.case_messages import CaseCommand
from models.ladder import Track
from models.messages import MatterCommand
from models.proceeding_messages import ProceedingCommand
from policies.ladder import standard_ladder
from policies.proposals import OF_A_CASE
from tests.web.console.conftest import House
from web.console.case_forms import evidence_parts
from web.console.forms import form_of
from web.console.texts import TEXTS

pytestmark = pytest.mark.either_database("what pages have in common")

CONSOLE = Path(__file__).resolve().parents[3] / "web" / "console"
PUBLIC = CONSOLE.parent / "public"
PAGES = ("/console", "/console/matters", "/console/matters/m1", "/console/matters/m1/why")


def test_nobody_sees_a_page_without_signing_in(house: House) -> None:
    house.launch("m1")
    for path in PAGES:
        led = house.get("nobody", path)
        assert (led.status_code, led.headers["location"]) == (303, "/sign-in")
        part = house.as_("nobody").get(path, headers={"HX-Request": "true"})
        assert (part.status_code, part.headers["hx-redirect"]) == (204, "/sign-in")


def test_every_page_of_a_sample_office_says_that_nothing_on_it_is_real(house: House) -> None:
    house.launch("m1")
    mark = TEXTS["sample"][0]
    assert all(mark not in house.get("leader", path).text for path in PAGES)
    house.app.state.web = replace(house.app.state.web, samples=True)
    assert all(mark in house.get("leader", path).text for path in PAGES)


def test_signing_in_leads_to_the_page_of_the_post(house: House) -> None:
    for who, page in (
        ("leader", "/console"),
        ("handler", "/console/inbox"),
        ("auditor", "/console"),
        ("admin", "/console/site"),
    ):
        assert house.get(who, "/").headers["location"] == page
    assert house.get("nobody", "/").headers["location"] == "/sign-in"


def test_who_may_not_see_a_page_gets_what_a_page_that_is_not_there_gets(house: House) -> None:
    house.launch("m1")
    number = re.compile(r"<code>.*?</code>")
    for who, paths in (("admin", PAGES), ("stranger", PAGES[2:]), ("leader", ("/console/matters/m9",))):
        missing = house.get(who, "/console/nothing/here")
        assert "请检查网址" in missing.text
        for path in paths:
            shown = house.get(who, path)
            assert shown.status_code == missing.status_code == 404
            assert number.sub("", shown.text) == number.sub("", missing.text)


def test_pages_are_chinese_until_somebody_chooses_english(house: House) -> None:
    house.launch("m1")
    assert '<html lang="zh-CN">' in house.get("leader", "/console").text
    said = {"csrf": house.csrf("leader"), "language": "en", "back": "/console/matters?light=green"}
    led = house.as_("leader").post("/console/language", data=said, follow_redirects=False)
    assert (led.status_code, led.headers["location"]) == (303, "/console/matters?light=green")
    for path in PAGES:
        shown = house.get("leader", path).text
        assert '<html lang="en">' in shown
        assert "Sign out" in shown
    assert "Not there, or not yours" in house.get("leader", "/console/elsewhere").text


def test_choosing_a_language_leads_nowhere_else(house: House) -> None:
    said = {"csrf": house.csrf("leader"), "language": "en"}
    away = [
        "//elsewhere.invalid",
        "https://elsewhere.invalid/console",
        "/console\\@elsewhere",
        "/consoles",
        "/console/\n",
    ]
    for back in away:
        led = house.as_("leader").post("/console/language", data={**said, "back": back}, follow_redirects=False)
        assert led.headers["location"] == "/console"


def test_the_language_is_not_changed_by_another_sites_form_or_by_a_link(house: House) -> None:
    said = {"csrf": house.csrf("leader"), "language": "en"}
    client = house.as_("leader")
    assert client.post("/console/language", data=said, headers={"origin": "https://evil.invalid"}).status_code == 403
    assert client.post("/console/language", data={**said, "csrf": "0"}).status_code == 403
    assert client.get("/console/language?language=en").status_code == 404
    assert '<html lang="zh-CN">' in house.get("leader", "/console").text


def test_pages_load_nothing_from_elsewhere_and_run_nothing_of_their_own(house: House) -> None:
    house.launch("m1")
    for path in PAGES:
        shown = house.get("leader", path)
        assert "default-src 'self'" in shown.headers["content-security-policy"]
        assert "unsafe" not in shown.headers["content-security-policy"]
        assert shown.headers["cache-control"] == "no-store"
        assert not re.search(r"<script(?! src=\"/static/)|<style|\sstyle=|\son\w+=|https?://", shown.text)
        for link in re.findall(r'(?:src|href)="(/static/[^"]+)"', shown.text):
            assert house.as_("leader").get(link).status_code == 200


def test_what_people_write_stays_text(house: House) -> None:
    house.launch("m1", title="<script>alert(1)</script>", requirement="<b>'\"x")
    for path in ("/console/matters", "/console/matters/m1", "/console/matters/m1/why"):
        shown = house.get("leader", path).text
        assert "<script>alert" not in shown
        assert "&lt;script&gt;" in shown


def _of_fields() -> set[str]:
    """The labels of every form of a command, and those that a command has in its own words."""
    labels: set[str] = set()
    for command in get_args(MatterCommand | CaseCommand | ProceedingCommand):
        do = command.model_fields["do"].default
        named = {one.label.removeprefix("field.") for one in form_of(command)}
        labels |= {f"field.{do}.{name}" if f"field.{do}.{name}" in TEXTS else f"field.{name}" for name in named}
    ladder = standard_ladder().latest
    decided = [one.code for one in ladder.measures if one.track in (Track.PERSON, Track.ORGAN)]
    labels |= {f"field.{name}" for code in decided for name, _ in evidence_parts(ladder, code)}
    labels |= {f"field.{name}" for name in OF_A_CASE}
    return labels


def test_every_text_is_used_and_every_text_used_is_in_the_catalogue() -> None:
    sources = "\n".join(
        one.read_text(encoding="utf-8") for folder in (CONSOLE, PUBLIC) for one in sorted(folder.rglob("*"))
        if one.suffix in (".html", ".py") and one.parent.name != "texts"
    )  # fmt: skip
    named = set(re.findall(r"\b(?:t|text)\(\s*[\"']([\w.]+)[\"']\s*[,)]", sources)) | _of_fields()
    built = {*re.findall(r"\bt\(\s*[\"']([\w.]+[._])[\"']\s*~", sources), "refused."}
    assert len(named) > 80
    assert named <= TEXTS.keys()
    unused = {one for one in TEXTS if one not in named and not one.startswith(tuple(built))}
    assert unused == set()


def test_both_languages_of_a_text_ask_for_the_same_fields() -> None:
    fields = re.compile(r"\{(\w+)")
    assert all(zh and en and set(fields.findall(zh)) == set(fields.findall(en)) for zh, en in TEXTS.values())


def test_many_links_are_folded_away_under_the_name_of_the_page_that_is_open_and_few_are_not(house: House) -> None:
    def folded(page: str) -> str:
        found = re.search(r'<details class="more">.*?</details>', page, re.DOTALL)
        return found[0] if found else ""

    officer = house.get("officer", "/console/policies").text
    assert '<summary aria-current="true">更多: 制度</summary>' in folded(officer)
    assert '<a href="/console/policies" aria-current="page">' in folded(officer)
    register = house.get("officer", "/console/matters").text
    assert "<summary>更多</summary>" in folded(register)
    assert '<a href="/console/matters" aria-current="page">' in register.replace(folded(register), "")
    assert folded(house.get("admin", "/console/site").text) == ""
