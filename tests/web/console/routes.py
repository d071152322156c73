"""What the console serves, from the application itself: who may see each page, and what stands for each part of a path.

What each page needs is told in the words of the table of access; a route that is not told of fails.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from sqlmodel import Session

from models.access import SiteCommand, View
from models.identity import Caller
from models.proceeding_messages import Open
from policies.access import may, on_case, on_matter
from policies.machines import blank
from policies.relations import OfPost, Site, Standing
from record import accounts, cases, matters, proceedings
from tests.web.console.case_house import CASE, with_case
from tests.web.console.conftest import POSTS, ROLES, House
from tests.web.console.policy_room import TWO_DAYS, begun, fresh, put
from tests.web.console.proceeding_house import opened
from web.api import authority

EVERYBODY = (*POSTS, *ROLES)


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


def served(app: FastAPI, method: str) -> list[str]:
    """Every path that the application serves with this method."""
    every = (one for one in iter_route_contexts(app.routes) if method in (one.methods or ()))
    return [one.path or "" for one in every]


def paths(house: House, method: str) -> list[str]:
    """Those of the console."""
    return [path for path in served(house.app, method) if path.startswith("/console")]


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
