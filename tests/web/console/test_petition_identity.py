"""Who handed a petition in is shown for a reason, on record, in the answer of that form, to whom the table lets."""

import pytest
from sqlmodel import Session

from models.acts import ActName
from models.proceeding_messages import Route
from record import looks
from record.ledger import Entry
from tests.web.console.conftest import House, hidden
from tests.web.console.test_petition_take import ADDRESS, PETITION, WHO, data
from tests.workflows.cast import LEAD, OFFICER

ONE = f"/console/proceedings/{PETITION}"


def taken(house: House) -> None:
    assert house.as_("officer").post(ADDRESS, data={**data(house), **WHO}).status_code == 200


def looks_at(house: House) -> list[Entry]:
    def read(session: Session) -> list[Entry]:
        return looks.looks_at(session, PETITION)

    with house.store.reading() as session:
        return read(session)


def test_it_is_shown_after_a_reason_and_the_look_is_on_record(house: House) -> None:
    taken(house)
    shown = hidden(house.get("officer", ONE).text, f"{ONE}/identity")
    assert shown is not None
    page = house.as_("officer").post(f"{ONE}/identity", data={**shown, "reason": "回访核实"})
    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store"
    assert all(told in page.text for told in WHO.values())
    (look,) = looks_at(house)
    assert (look.act.act, look.act.by, look.act.reason) == (ActName.LOOKED_AT, OFFICER, "回访核实")
    assert look.act.detail["channel"] == "console"
    assert all(told not in house.get("officer", ONE).text for told in WHO.values())


def test_every_look_is_one_of_its_own(house: House) -> None:
    taken(house)
    sent = {"csrf": house.csrf("officer"), "reason": "回访核实"}
    for _ in range(2):
        assert house.as_("officer").post(f"{ONE}/identity", data=sent).status_code == 200
    assert len(looks_at(house)) == 2


def test_without_a_reason_nothing_is_shown_and_nothing_is_on_record(house: House) -> None:
    taken(house)
    for reason in ("", " ", "x" * 300):
        page = house.as_("officer").post(f"{ONE}/identity", data={"csrf": house.csrf("officer"), "reason": reason})
        assert page.status_code == 422
        assert all(told not in page.text for told in WHO.values())
    assert looks_at(house) == []


def test_the_lead_may_never_see_it_and_that_it_asked_is_on_record(house: House) -> None:
    taken(house)

    house.say(PETITION, Route, OFFICER, to=LEAD)
    assert f"{ONE}/identity" not in house.get("handler", ONE).text
    sent = {"csrf": house.csrf("handler"), "reason": "想知道"}
    page = house.as_("handler").post(f"{ONE}/identity", data=sent)
    assert page.status_code == 403
    assert all(told not in page.text for told in WHO.values())
    assert [entry.act.act for entry in looks_at(house)] == [ActName.REFUSED]


@pytest.mark.either_database("who may see a page")
def test_a_stranger_an_auditor_a_link_and_another_site_see_nothing(house: House) -> None:
    taken(house)
    for who, status in (("stranger", 404), ("auditor", 403)):
        sent = {"csrf": house.csrf(who), "reason": "想知道"}
        assert house.as_(who).post(f"{ONE}/identity", data=sent).status_code == status
    officer, sent = house.as_("officer"), {"csrf": house.csrf("officer"), "reason": "回访核实"}
    assert officer.get(f"{ONE}/identity").status_code == 404
    assert officer.post(f"{ONE}/identity", data={**sent, "csrf": "0"}).status_code == 403
    assert officer.post(f"{ONE}/identity", data=sent, headers={"origin": "https://evil.invalid"}).status_code == 403
    assert house.as_("nobody").post(f"{ONE}/identity", data=sent, follow_redirects=False).status_code == 303
    assert [entry.act.act for entry in looks_at(house)] == [ActName.REFUSED]
