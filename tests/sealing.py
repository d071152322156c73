"""A record and a client that keep everything sealed, as an office has them, for tests beside a process of its own."""

from pathlib import Path

from temporalio.client import Client

from privacy.codec import Codec, converter
from privacy.masters import FileMaster
from privacy.vault import Vault
from record.payload_keys import RecordKeys
from record.store import Store


def key_file(place: Path) -> Path:
    """Where the settings of a process with that data directory have its master key."""
    return place / "keys" / "master.json"


def a_vault(place: Path) -> Vault:
    """The vault of an office with that data directory."""
    return Vault(FileMaster(key_file(place)))


def sealed_store(url: str, place: Path) -> Store:
    """The record of an office with that data directory, its tables made."""
    store = Store(url, vault=a_vault(place))
    store.migrate()
    return store


async def sealed_client(address: str, store: Store) -> Client:
    """A client that seals with the keys of that record."""
    return await Client.connect(address, data_converter=converter(Codec(RecordKeys(store))))
