"""The console over a record that lives: the rules decide and the record keeps, only Temporal is left out."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from activities.comparing import Comparing
from activities.recording import Recording
from identity.administration import Administration
from models.acts import ActName
from models.calendar import CalendarNotice
from models.contract import TransitionOrder
from models.identity import SiteRole
from models.messages import CalendarPublished, Command, Outcome, Registration
from models.proceeding_messages import Open
from office import Launched, NoticeRefusedError, Office
from policies.deadlines import SHANGHAI
from policies.directory import Directory
from record import calendars, ledger, matters, targets
from record.store import Store
from settings import Settings
from tests.web.conftest import ORIGIN, Clock
from tests.workflows.cast import (
    CO_HANDLER,
    DIRECTORY,
    HANDLER,
    HEAD,
    LEADER,
    OFFICE,
    OFFICER,
    STRANGER,
    a_matter,
    message_id,
)
from web.app import create_app

POSTS = {
    "officer": OFFICER,
    "handler": HANDLER,
    "head": HEAD,
    "leader": LEADER,
    "co-handler": CO_HANDLER,
    "stranger": STRANGER,
}
ROLES = {"admin": SiteRole.ADMINISTRATOR, "auditor": SiteRole.AUDITOR}
PASSWORD = "样例口令-correct horse"  # noqa: S105 - for tests only
MONDAY = datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)


class HouseOffice:
    """Speaks to matters as an office does; each message is one recorded transition, at the hour of the clock."""

    def __init__(self, store: Store, clock: Clock, directory: Directory = DIRECTORY) -> None:
        self.store = store
        self.clock = clock
        self.recording = Recording(store, directory)

    async def say(self, target: str, command: Command) -> Outcome:
        return self.say_now(target, command)

    async def open_proceeding(self, target: str, message: Open) -> Launched:
        with self.store.reading() as session:
            again = matters.answered(session, target, message.message_id) is not None
        return Launched(target, self.say_now(target, message), again)

    async def launch(self, matter_id: str, registration: Registration) -> Launched:
        with self.store.reading() as session:
            again = matters.answered(session, matter_id, registration.message_id) is not None
        return Launched(matter_id, self.say_now(matter_id, registration), again)

    def say_now(self, target: str, message: Command | Registration | Open | None = None) -> Outcome:
        with self.store.reading() as session:
            known = len(ledger.entries(session, target))
        order = TransitionOrder(matter_id=target, at=self.clock(), message=message, known_seq=known)
        receipt = self.recording.record_transition(order)
        return receipt.outcome or Outcome()

    async def load_calendar(self, notice: CalendarNotice) -> int | None:
        """As the workflow does it: the notice is kept, then every matter hears of it."""
        return await asyncio.to_thread(self._load, notice)

    def _load(self, notice: CalendarNotice) -> int | None:
        try:
            with self.store.writing() as session:
                if not calendars.add(session, notice, self.clock()):
                    return None
                open_ = sorted(targets.stages(session))
        except calendars.NoticeDiffersError as error:
            raise NoticeRefusedError(str(error)) from error
        for target in open_:
            with self.store.reading() as session:
                known = len(ledger.entries(session, target))
            said = CalendarPublished(message_id=f"calendar:{notice.number}", notice=notice)
            order = TransitionOrder(matter_id=target, at=self.clock(), message=said, known_seq=known)
            self.recording.record_transition(order)
        return len(open_)

    async def compare(self, run_id: str) -> None:
        """As the worker does it; only Temporal is left out."""
        await asyncio.to_thread(Comparing(self.store, DIRECTORY, 1).compare_policies, run_id)


@dataclass
class House:
    """A console, its clock, its matters, and everybody of the cast signed in."""

    app: FastAPI
    store: Store
    clock: Clock
    office: HouseOffice
    clients: dict[str, TestClient]

    def launch(self, matter: str, **said: Any) -> str:
        outcome = self.office.say_now(matter, a_matter(**{"by": OFFICER, **said}))
        assert outcome.accepted, outcome
        return matter

    def say(self, matter: str, command: type[Any], by: str, **said: Any) -> None:
        outcome = self.office.say_now(matter, command(message_id=message_id(), by=by, **said))
        assert outcome.accepted, outcome

    def passes(self, *matters: str, **span: float) -> None:
        """Time passes, and the clocks of these matters strike; everybody has to sign in again."""
        self.clock.on(**span)
        for client in self.clients.values():
            client.close()
        self.clients.clear()
        for matter in matters:
            self.office.say_now(matter)

    def as_(self, who: str) -> TestClient:
        """Somebody's browser; nobody has signed in at another one's."""
        if who not in self.clients:
            client = TestClient(self.app, ORIGIN)
            self.clients[who] = client
            if who != "nobody":
                signed = client.post("/sign-in", data={"login": who, "password": PASSWORD}, follow_redirects=False)
                assert signed.status_code == 303
        return self.clients[who]

    def get(self, who: str, path: str) -> httpx2.Response:
        return self.as_(who).get(path, follow_redirects=False)

    def acts(self, matter: str) -> list[ActName]:
        with self.store.reading() as session:
            return [entry.act.act for entry in ledger.entries(session, matter)]

    def form(self, who: str, matter: str, do: str) -> dict[str, str] | None:
        """The hidden fields of a command's form on the matter's page; None where it is not offered."""
        return hidden(self.get(who, f"/console/matters/{matter}").text, f"/console/matters/{matter}/commands/{do}")

    def give(self, who: str, matter: str, do: str, **said: str) -> httpx2.Response:
        """Fill in the form and send it."""
        form = self.form(who, matter, do)
        assert form is not None, f"{do} is not offered to {who}"
        return self.as_(who).post(f"/console/matters/{matter}/commands/{do}", data={**form, **said})

    def csrf(self, who: str) -> str:
        found = hidden(self.get(who, "/console").text, "/sign-in/out")
        assert found is not None
        return found["csrf"]


def hidden(page: str, action: str) -> dict[str, str] | None:
    """The hidden fields of the form on a page that goes to this address."""
    found = re.search(rf'<form method="post" action="{re.escape(action)}".*?</form>', page, re.DOTALL)
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', found[0])) if found else None


@pytest.fixture
def settings(tmp_path: Any, database_url: str) -> Settings:
    return Settings(data_dir=tmp_path / "var", database_url=database_url, office=OFFICE)


@pytest.fixture
def directory() -> Directory:
    """The organs of the house; a module whose tests need others has its own."""
    return DIRECTORY


@contextmanager
def a_house(settings: Settings, store: Store, clock: Clock, directory: Directory) -> Iterator[House]:
    """A house on an empty record, on a Monday morning; nobody's browser is open when the block is left."""
    clock.at = MONDAY
    office = HouseOffice(store, clock, directory)

    async def the_office() -> Office:
        return cast(Office, office)

    at_hand = Administration(store, directory, clock())
    for who in (*POSTS, *ROLES):
        assert at_hand.register(who).accepted
        assert at_hand.set_password(who, PASSWORD).accepted
        if who in POSTS:
            assert at_hand.hold(who, POSTS[who], date(2026, 1, 1)).accepted
        else:
            assert at_hand.give_role(who, ROLES[who]).accepted
    app = create_app(settings, store, the_office, directory, clock=clock)
    found = House(app, store, clock, office, {})
    yield found
    for client in found.clients.values():
        client.close()


@pytest.fixture
def house(settings: Settings, store: Store, clock: Clock, directory: Directory) -> Iterator[House]:
    with a_house(settings, store, clock, directory) as found:
        yield found
