"""An application on a record of its own, asked without a network."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from fastapi.testclient import TestClient

from identity import passwords
from office import Office, UnavailableError
from policies.deadlines import SHANGHAI
from record.store import Store
from settings import Settings
from tests.builders import sample_directory
from tests.databases import Databases
from web.app import create_app

ORIGIN = "http://127.0.0.1:8080"


async def no_office() -> Office:
    raise UnavailableError("no server here")


@dataclass
class Clock:
    """A clock that goes on when it is told to."""

    at: datetime = field(default_factory=lambda: datetime(2026, 3, 2, 1, tzinfo=UTC).astimezone(SHANGHAI))

    def __call__(self) -> datetime:
        return self.at

    def on(self, **span: float) -> None:
        self.at += timedelta(**span)


def hashes_quickly(patched: pytest.MonkeyPatch) -> None:
    """Hashes that cost little: their cost is claimed in tests/identity."""
    patched.setattr(passwords, "_HASHER", PasswordHasher(1, 8, 1))
    passwords._nobodys.cache_clear()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    hashes_quickly(monkeypatch)


@pytest.fixture
def store(settings: Settings, databases: Databases) -> Iterator[Store]:
    store = Store(**settings.record)
    databases.migrate(store)
    yield store
    store.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings(data_dir=tmp_path / "var", database_url=database_url)


@pytest.fixture
def app(settings: Settings, store: Store, clock: Clock) -> FastAPI:
    return create_app(settings, store, no_office, sample_directory(), clock=clock)


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, ORIGIN) as client:
        yield client
