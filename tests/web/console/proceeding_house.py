"""What tests of petitions, duties and proceedings ask of the house: opening one, and giving it commands on its page."""

from typing import Any

import httpx2

from models.acts import ActName
from models.proceeding_messages import Open
from tests.web.console.conftest import House, hidden
from tests.workflows.cast import LEAD, LEADER, OFFICE, OFFICER, message_id
from web.console.proceeding_filters import address_of

WINDOW = "window_acceptance"


def opened(house: House, target: str, procedure: str = WINDOW, **said: Any) -> str:
    """One that the officer has opened; a petition came by letter and is routed to nobody yet."""
    ordinary: dict[str, Any] = {"title": f"试办 {target}", "lead": LEAD, "office": OFFICE, "leader": LEADER}
    if target.startswith("petition/"):
        ordinary |= {"lead": OFFICE, "channel": "letter"}
    message = Open.model_validate(
        {"message_id": message_id(), "by": OFFICER, "procedure": procedure, **ordinary, **said}
    )
    outcome = house.office.say_now(target, message)
    assert outcome.accepted, outcome
    return target


def form(house: House, who: str, target: str, do: str) -> dict[str, str] | None:
    """The hidden fields of a command's form on the page; None where it is not offered."""
    address = address_of(target)
    return hidden(house.get(who, address).text, f"{address}/commands/{do}")


def give(house: House, who: str, target: str, do: str, **said: str) -> httpx2.Response:
    """Fill in the form and send it; `__` in the name of a field stands for the dot."""
    shown = form(house, who, target, do)
    assert shown is not None, f"{do} is not offered to {who}"
    values = {name.replace("__", "."): value for name, value in said.items()}
    return house.as_(who).post(f"{address_of(target)}/commands/{do}", data={**shown, **values})


def refuses_everybody_else(house: House, target: str, do: str, who: str, **said: str) -> None:
    """No stranger, no link, no other site's form and nobody unknown gives this command."""
    address = f"{address_of(target)}/commands/{do}"
    shown = form(house, who, target, do)
    assert shown is not None
    data, before = {**shown, **said}, house.acts(target)
    stranger = {**data, "csrf": house.csrf("stranger")}
    assert house.as_("stranger").post(address, data=stranger).status_code == 404
    known = house.as_(who)
    assert known.get(address).status_code == 404
    assert known.post(address, data={**data, "csrf": "0"}).status_code == 403
    assert known.post(address, data=data, headers={"origin": "https://evil.invalid"}).status_code == 403
    assert known.post(f"{address_of(target)}/commands/nothing", data=data).status_code == 404
    assert known.post(address, data={"csrf": shown["csrf"]}).status_code == 422
    led = house.as_("nobody").post(address, data=data, follow_redirects=False)
    assert led.headers["location"] == "/sign-in"
    assert house.acts(target) == before


def done_once_by(house: House, who: str, target: str, do: str, act: ActName, **said: str) -> str:
    """An action as every one has to be: by nobody else, once however often it is sent, on record; the page it answers.

    `__` in the name of a field stands for the dot.
    """
    values = {name.replace("__", "."): value for name, value in said.items()}
    refuses_everybody_else(house, target, do, who, **values)
    before = house.acts(target).count(act)
    shown = form(house, who, target, do)
    assert shown is not None
    address = f"{address_of(target)}/commands/{do}"
    answers = [house.as_(who).post(address, data={**shown, **values}) for _ in range(2)]
    for answer in answers:
        assert answer.status_code == 200, answer.text
        assert "已受理" in answer.text
    assert house.acts(target).count(act) == before + 1
    return answers[0].text


def harmless_twice(house: House, target: str, do: str, who: str, **said: str) -> None:
    """The same form sent twice is carried out once, and answered twice."""
    shown = form(house, who, target, do)
    assert shown is not None
    address, data = f"{address_of(target)}/commands/{do}", {**shown, **said}
    first = house.as_(who).post(address, data=data)
    assert first.status_code == 200, first.text
    acts = house.acts(target)
    assert house.as_(who).post(address, data=data).status_code == 200
    assert house.acts(target) == acts
