"""What the tests of the policy room have in common: a draft, its forms, what was said of the procedure."""

import re
from datetime import timedelta
from uuid import uuid4

import httpx2

from identity.administration import Administration
from models.acts import ActName
from record import policies
from record.ledger import Entry
from tests.web.console.conftest import PASSWORD, House
from tests.workflows.cast import DIRECTORY, OFFICE

ROOM = "/console/policies"
DRAFT = f"{ROOM}/drafts/1"
TWO_DAYS = "{平件: 2wd, 急件: 1wd, 特急: 1wd}"


def fresh(house: House, who: str, **said: str) -> dict[str, str]:
    """The fields that every form carries, and what is said in it."""
    return {"csrf": house.csrf(who), "message": uuid4().hex, **said}


def begun(house: House, who: str = "officer") -> str:
    """A draft that somebody begins; its address."""
    led = house.as_(who).post(f"{ROOM}/drafts", data=fresh(house, who), follow_redirects=False)
    assert led.status_code == 303, led.text
    return str(led.headers["location"])


def revision(house: House, who: str = "officer", at: str = DRAFT) -> str:
    found = re.search(r'name="revision" value="(\d+)"', house.get(who, at).text)
    assert found
    return found[1]


def put(house: House, name: str, value: str, who: str = "officer", on: str = "2026-04-01") -> httpx2.Response:
    """Put a dated value into the draft by its form."""
    said = {"revision": revision(house, who), "name": name, "from_on": on, "value": value, "source": "本单位办法"}
    return house.as_(who).post(f"{DRAFT}/value", data=fresh(house, who, **said))


def said_of_it(house: House) -> list[Entry]:
    with house.store.reading() as session:
        return policies.acts(session)


def acts(house: House) -> list[ActName]:
    return [one.act.act for one in said_of_it(house)]


def office_head(house: House) -> str:
    """The head of the office signs in too."""
    at_hand = Administration(house.store, DIRECTORY, house.clock())
    post = DIRECTORY.organ(OFFICE).head
    assert at_hand.register("office-head").accepted
    assert at_hand.set_password("office-head", PASSWORD).accepted
    assert at_hand.hold("office-head", post, house.clock().date() - timedelta(days=1)).accepted
    return "office-head"
