"""A page that nobody may see is shown to nobody: every route of the console, asked by everybody of the house.

The routes are the application's own, so that none is forgotten; what each needs is told below, in the words of the
table of access, and a route that is not told of fails.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pytest
from fastapi.routing import iter_route_contexts
from sqlmodel import Session

from models.access import SiteCommand, View
from models.identity import Caller
from models.proceeding_messages import Open
from policies.access import may, on_case, on_matter
from policies.machines import blank
from policies.relations import OfPost, Site, Standing
from record import accounts, cases, ledger, matters, proceedings
from tests.web.console.case_house import CASE, with_case
from tests.web.console.conftest import POSTS, ROLES, House
from tests.web.console.policy_room import TWO_DAYS, begun, fresh, put
from tests.web.console.proceeding_house import opened
from web.api import authority

pytestmark = pytest.mark.either_database("who is shown a page; the record is only read")

EVERYBODY = (*POSTS, *ROLES)
NOWHERE = "/console/nothing/here"


@dataclass(frozen=True)
class Asked:
    """Who asks, in which house, over which reading of the record."""

    house: House
    caller: Caller
    session: Session

    def sees(self, standing: Standing | None, *views: View) -> bool:
        assert standing is not None
        return authority.sees(self.house.app.state.web, self.caller, standing, *views)

    def does(self, name: str, standing: Standing) -> bool:
        held = authority.standing_of(self.house.app.state.web, self.caller, standing)
        return may(name, held)


Needed = Callable[[Asked], bool]


def site(*views: View) -> Needed:
    return lambda asked: asked.sees(Site(asked.house.app.state.web.settings.office), *views)


def doing(*commands: SiteCommand) -> Needed:
    return lambda asked: all(asked.does(one.value, Site(asked.house.app.state.web.settings.office)) for one in commands)


def own_inbox(asked: Asked) -> bool:
    return asked.caller.post is not None and asked.sees(OfPost(asked.caller.post), View.INBOX)


def of_matter(*views: View) -> Needed:
    return lambda asked: asked.sees(matters.seen(asked.session, "m1"), *views)


def of_case(*views: View) -> Needed:
    return lambda asked: asked.sees(cases.seen(asked.session, CASE), *views)


def of_proceeding(*views: View) -> Needed:
    return lambda asked: asked.sees(proceedings.seen(asked.session, "petition/1"), *views)


def urging(asked: Asked) -> bool:
    state = matters.seen(asked.session, "m1")
    assert state is not None
    return asked.sees(state, View.MATTER, View.PART, View.LINE) and asked.does(on_matter("urge"), state)


def proposing(asked: Asked) -> bool:
    return asked.does(on_case("propose"), blank("none/case0"))


def opening(asked: Asked) -> bool:
    organs = asked.house.app.state.web.directory.organs
    return any(asked.does(SiteCommand.OPEN.value, Open(message_id="asked", office=one.name)) for one in organs)


def every(*needs: Needed) -> Needed:
    return lambda asked: all(need(asked) for need in needs)


DRAFTING = every(site(View.POLICIES), doing(SiteCommand.DRAFT_POLICY))

NEEDED: Mapping[str, Needed] = {
    "/console": site(View.OVERVIEW),
    "/console/inbox": own_inbox,
    "/console/inbox/done": own_inbox,
    "/console/rankings": site(View.OVERVIEW),
    "/console/dates": site(View.OVERVIEW),
    "/console/matters": site(View.LIST),
    "/console/register/export": site(View.EXPORT),
    "/console/register/print": site(View.LIST),
    "/console/register/act": urging,
    "/console/launch": doing(SiteCommand.LAUNCH),
    "/console/import": doing(SiteCommand.IMPORT_LEDGER),
    "/console/matters/{matter_id}": of_matter(View.MATTER, View.PART, View.LINE),
    "/console/matters/{matter_id}/why": of_matter(View.WHY),
    "/console/cases": site(View.LIST),
    "/console/cases/propose": proposing,
    "/console/cases/{matter_id:origin}/{case}": of_case(View.CASE),
    "/console/cases/{matter_id:origin}/{case}/why": of_case(View.CASE_TIMELINE),
    "/console/petitions": site(View.LIST),
    "/console/duties": site(View.LIST),
    "/console/proceedings": site(View.LIST),
    "/console/proceedings/open": opening,
    "/console/proceedings/open/{procedure}": opening,
    "/console/proceedings/{kind}/{name}": of_proceeding(View.PROCEEDING, View.PROCEEDING_LINE),
    "/console/proceedings/{kind}/{name}/why": of_proceeding(View.PROCEEDING),
    "/console/bulletins": site(View.BULLETINS),
    "/console/policies": site(View.POLICIES),
    "/console/policies/view/{key}": site(View.POLICIES),
    "/console/policies/view/{key}/drawing": site(View.POLICIES),
    "/console/policies/ladder": site(View.POLICIES),
    "/console/policies/drafts/{number}": DRAFTING,
    "/console/policies/runs/{run_id}": DRAFTING,
    "/console/policies/runs/{run_id}/sheet.xlsx": DRAFTING,
    "/console/policies/runs/{run_id}/matters/{matter_id}": every(DRAFTING, of_matter(View.TIMELINE)),
    "/console/site": site(
        View.ACCOUNTS, View.INCIDENTS, View.VERIFICATION, View.KEYS, View.WEBHOOKS, View.BACKUPS, View.SETTINGS
    ),
    "/console/site/accounts": site(View.ACCOUNTS),
    "/console/site/accounts/{person}": site(View.ACCOUNTS),
    "/console/calendar": site(View.CALENDAR),
    "/console/{path:path}": lambda _: False,
}
"""By its path, what whoever is shown the page has to have a right to."""

ASKING = {"/console/register/act": "?do=urge&matter=m1"}
"""What an address has to ask beside its path."""


def paths(house: House, method: str) -> list[str]:
    """The paths of the console that the application serves with this method."""
    every = (one for one in iter_route_contexts(house.app.routes) if method in (one.methods or ()))
    return [path for path in (one.path or "" for one in every) if path.startswith("/console")]


def parts(house: House) -> dict[str, str]:
    """What stands for each part of a path: what there really is in the house."""
    with_case(house)
    with house.store.reading() as session:
        person = accounts.by_login(session, "handler")
    assert person
    opened(house, "petition/1", "petition")
    begun(house)
    put(house, "supervision", TWO_DAYS)
    form = fresh(house, "officer", since="2026-03-01", until="")
    led = house.as_("officer").post("/console/policies/drafts/1/runs", data=form, follow_redirects=False)
    return {
        "matter_id:origin": "m1", "matter_id": "m1", "case": "case1", "kind": "petition", "name": "1",
        "procedure": "petition", "key": "standard", "number": "1", "run_id": led.headers["location"].rpartition("/")[2],
        "person": person.id, "path:path": "nothing/else", "digest": "0" * 64, "document_id": "d1", "do": "urge",
        "webhook": f"wh-{'0' * 24}",
    }  # fmt: skip


def address(path: str, given: Mapping[str, str]) -> str:
    return re.sub(r"\{([^}]+)\}", lambda part: given[part[1]], path) + ASKING.get(path, "")


def caller_of(house: House, session: Session, who: str) -> Caller:
    person = accounts.by_login(session, who)
    assert person
    return Caller(person=person.id, post=POSTS.get(who), roles=frozenset({ROLES[who]}) if who in ROLES else frozenset())


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
