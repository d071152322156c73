"""What is asked of every action on a page: done by nobody else, once however often it is sent, and on record."""

import httpx2

from models.acts import ActName
from models.contract import is_proceeding
from tests.web.console.conftest import House, hidden
from web.console import proceeding_filters
from web.console.filters import REGISTER


def address_of(target: str) -> str:
    """Where the page of a matter or a proceeding is."""
    return proceeding_filters.address_of(target) if is_proceeding(target) else f"{REGISTER}/{target}"


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
