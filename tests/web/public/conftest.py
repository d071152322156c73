"""The pages for the public over a record that lives: rules decide, the record keeps, only Temporal is left out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from models.acts import ActName
from models.messages import Command, Outcome, Registration
from models.proceeding_messages import CallBack, CheckItems, Finish, Open, Route
from models.proceedings import ProceedingState
from office import Launched, Office
from record import ledger, proceedings
from record.store import Store
from settings import Settings
from tests.builders import sample_directory
from tests.desks import Counter
from tests.web.conftest import ORIGIN, Clock
from tests.web.console.conftest import MONDAY, hidden
from web.app import create_app

OFFICE, OFFICER = "区信访局", "区信访局承办岗"
WHO = {"name": "赵甲乙", "phone": "13900001234", "id_number": "110101190001010017", "address": "丙丁街九号",
       "employer": "戊己厂"}  # fmt: skip
SAID = {"title": "夜间施工噪声", "text": "我是赵甲乙,反映夜间施工", "subject": "城东工地"}
ANSWER = "已责令停工并处罚"


class Desk(Counter):
    """Speaks to the record at the hour of the clock."""

    def __init__(self, store: Store, clock: Clock) -> None:
        super().__init__(store, clock())
        self._clock, self._store = clock, store

    def tell(self, target: str, message: Open | Command | Registration) -> Outcome:
        self.now = self._clock()
        return super().tell(target, cast(Command, message))

    async def open_proceeding(self, target: str, message: Open) -> Launched:
        """As Office.open_proceeding: whether it was open before is told too."""
        with self._store.reading() as session:
            again = bool(ledger.acts_of(session, target))
        return Launched(target, self.tell(target, message), again=again)


@dataclass(frozen=True)
class Receipt:
    """A petition that was handed in on the page."""

    id: str
    code: str


@dataclass
class Hall:
    """The pages, somebody's browser in front of them, and the office behind."""

    app: FastAPI
    store: Store
    clock: Clock
    desk: Desk
    browser: TestClient

    def get(self, path: str) -> httpx2.Response:
        return self.browser.get(path, follow_redirects=False)

    def form(self, path: str = "/public/petition", action: str | None = None) -> dict[str, str]:
        """The hidden fields of the form on the page at `path`."""
        found = hidden(self.get(path).text, action or path)
        assert found is not None
        return found

    def send(self, path: str, **said: str) -> httpx2.Response:
        """Send the form of that page, with what is typed into it."""
        return self.browser.post(path, data={**self.form(path), **said}, follow_redirects=False)

    def hand_in(self, **said: str) -> Receipt:
        shown = self.send("/public/petition", **{**SAID, **WHO, **said})
        assert shown.status_code == 201, shown.text
        return receipt(shown)

    def status(self, held: Receipt, **said: str) -> httpx2.Response:
        return self.send("/public/status", number=held.id, code=held.code, **said)

    def on_status(self, held: Receipt, do: str, **said: str) -> httpx2.Response:
        """Send one of the forms of the status page."""
        form = hidden(self.status(held).text, f"/public/status/{do}")
        assert form is not None, f"{do} is not offered"
        return self.browser.post(f"/public/status/{do}", data={**form, **said}, follow_redirects=False)

    def say(self, target: str, command: type[Any], **said: Any) -> None:
        outcome = self.desk.tell(target, command(message_id=uuid4().hex, by=OFFICER, **said))
        assert outcome.accepted, outcome

    def answered(self, petition: str) -> None:
        """The office routes it to itself, handles and answers it."""
        self.say(petition, Route, to=OFFICE)
        self.say(petition, CheckItems)
        self.say(petition, Finish, evidence={"处理意见书": "意见1号"}, text="内部研判意见")
        self.say(petition, Finish, evidence={"答复": ANSWER, "送达方式": "邮寄"})

    def ended(self, petition: str, text: str = "工地已停工") -> None:
        self.answered(petition)
        self.say(petition, CallBack, satisfied=True)
        self.say(petition, Finish, evidence={"公布载体": "区政府网"}, text=text)

    def acts(self, target: str) -> list[ActName]:
        with self.store.reading() as session:
            return [entry.act.act for entry in ledger.entries(session, target)]

    def state(self, target: str) -> ProceedingState:
        with self.store.reading() as session:
            found = proceedings.seen(session, target)
        assert found is not None
        return found


def receipt(shown: httpx2.Response) -> Receipt:
    """The number and the code on the page of a receipt."""
    found = dict(re.findall(r'<strong id="(number|code)">([^<]+)</strong>', shown.text))
    return Receipt(found["number"], found["code"])


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings(data_dir=tmp_path / "var", database_url=database_url, office=OFFICE, public_intake=1000)


@pytest.fixture
def hall(settings: Settings, store: Store, clock: Clock) -> Iterator[Hall]:
    clock.at = MONDAY
    desk = Desk(store, clock)

    async def the_office() -> Office:
        return cast(Office, desk)

    app = create_app(settings, store, the_office, sample_directory(), clock=clock)
    with TestClient(app, ORIGIN) as browser:
        yield Hall(app, store, clock, desk, browser)
