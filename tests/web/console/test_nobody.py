"""A page that nobody may see is shown to nobody: every route of the console, asked by everybody of the house.

The routes are the application's own, so that none is forgotten; what each needs is told in tests/web/console/routes.py.
"""

import re

import pytest

from record import ledger
from tests.web.console.conftest import House
from tests.web.console.routes import EVERYBODY, NEEDED, Asked, address, caller_of, parts, paths

pytestmark = pytest.mark.either_database("who is shown a page; the record is only read")

NOWHERE = "/console/nothing/here"


def plain(text: str) -> str:
    """A page without the number of its request."""
    return re.sub(r"<code>.*?</code>", "", text)


def entries(house: House) -> int:
    with house.store.reading() as session:
        return sum(1 for _ in ledger.recorded(session))


def test_every_page_is_shown_to_whom_the_table_shows_it_and_is_nowhere_for_everybody_else(house: House) -> None:
    given = parts(house)
    missing = {who: house.get(who, NOWHERE) for who in EVERYBODY}
    wrong: list[tuple[str, str, object, bool]] = []
    for path in paths(house, "GET"):
        need, at = NEEDED[path], address(path, given)
        led = house.get("nobody", at)
        assert (led.status_code, led.headers.get("location")) == (303, "/sign-in"), at
        for who in EVERYBODY:
            with house.store.reading() as session:
                may = need(Asked(house, caller_of(house, session, who), session))
            shown = house.get(who, at)
            if shown.status_code != (200 if may else 404):
                wrong.append((at, who, shown.status_code, may))
            elif not may and plain(shown.text) != plain(missing[who].text):
                wrong.append((at, who, "says more than an address where nothing is", may))
    assert wrong == []


def test_every_page_is_told_of_and_nothing_else(house: House) -> None:
    assert set(paths(house, "GET")) == set(NEEDED)


def test_no_form_is_carried_out_by_a_link_without_its_proof_or_for_another_site(house: House) -> None:
    given = parts(house)
    read = {re.sub(r"\?.*", "", address(path, given)) for path in paths(house, "GET")}
    csrf = {who: house.csrf(who) for who in ("officer", "leader")}
    missing = {who: plain(house.get(who, NOWHERE).text) for who in csrf}
    said = {"message": "0" * 32, "revision": "1", "text": "x", "do": "urge", "matter": "m1"}
    before = entries(house)
    posts = paths(house, "POST")
    assert posts
    for path in posts:
        at = re.sub(r"\?.*", "", address(path, given))
        led = house.as_("nobody").post(at, data={**said, "csrf": csrf["officer"]}, follow_redirects=False)
        assert (led.status_code, led.headers.get("location")) == (303, "/sign-in"), at
        for who, proof in csrf.items():
            if at not in read:
                link = house.get(who, at)
                assert (link.status_code, plain(link.text)) == (404, missing[who]), at
            bare = house.as_(who).post(at, data=said)
            evil = house.as_(who).post(at, data={**said, "csrf": proof}, headers={"origin": "https://evil.invalid"})
            assert (bare.status_code, evil.status_code) == (403, 403), (at, who)
    assert entries(house) == before
