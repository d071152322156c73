"""A record with two matters, a key, and an hour at which its days are sealed."""

from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest

from evidence import sealing
from evidence.sealing import Made
from evidence.signing import Signer, signer_or_new
from models.acts import ActName
from record import procedures
from record.store import Store
from tests.databases import Databases
from tests.record.builders import NOW, an_act, append

AT = time(20)
EVENING = NOW.replace(hour=20)

Sealing = Callable[..., Made]


@pytest.fixture
def store(database_url: str, databases: Databases) -> Iterator[Store]:
    store = Store(database_url)
    databases.migrate(store)
    with store.writing() as session:
        procedures.put(session, "standard@1", "title: 标准程序\n")
        for target in ("m1", "m2"):
            append(session, *(an_act(name, target) for name in (ActName.REGISTERED, ActName.ASSIGNED, ActName.SIGNED)))
    yield store
    store.close()


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    return signer_or_new(tmp_path / "keys" / "signing.key")


@pytest.fixture
def seal(store: Store, signer: Signer) -> Sealing:
    """Seal the store at so many days after the first evening."""

    def sealed(days: int = 0, *, hours: int = 0, extra: bool = False, by: Signer | None = None) -> Made:
        now: datetime = EVENING + timedelta(days=days, hours=hours)
        return sealing.seal(store, by or signer, now, AT, extra=extra)

    return sealed
