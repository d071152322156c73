"""An office that really sends: its record, both its workers, and contacts that lead to the peers of a test."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import time
from types import MappingProxyType
from typing import Any
from uuid import uuid4

from temporalio.client import Client, WorkflowHandle
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer

from activities.dispatch import Dispatch
from activities.notices import Lines
from embedded import EmbeddedServer, register_search_attributes
from models.contacts import Contact, Contacts, Hours, Route
from models.contract import notice_workflow_id
from models.notices import Fate
from office import Office
from record import deliveries
from record.deliveries import Delivery
from record.outbox import Notice, NoticeState, inbox
from record.store import Store
from settings import Runner, Settings, secret
from tests.notices.peers import Peer
from tests.workflows.cast import DIRECTORY
from worker import NOTICE_WORKFLOWS, SEARCH_ATTRIBUTES, build_notice_worker, build_worker, workflow_runner

SETTLED = frozenset(NoticeState) - {NoticeState.QUEUED, NoticeState.SENDING}
PASSWORD = "s3cret-passw0rd"  # noqa: S105 - looked for where it must not be


def mail_of(peer: Peer) -> str:
    return f"mailto://127.0.0.1:{peer.port}?from=duban@example.invalid&to=nobody@example.invalid"


def by_mail(to: str = "jyj@example.invalid", name: str = "mail") -> Route:
    return Route(name=name, to=to)


def by_webhook(peer: Peer, name: str = "hook") -> Route:
    return Route(name=name, url=f"json://user:{PASSWORD}@127.0.0.1:{peer.port}/in")


def by_messenger(peer: Peer, name: str = "im") -> Route:
    """A messenger like WeCom whose service may stand on any host: nothing it takes can tell a repetition."""
    return Route(name=name, url=f"mmost://127.0.0.1:{peer.port}/abcdefghijklmnopqrstuvwxyz")


def reached_by(*routes: Route, hours: Hours = Hours.ANY, digest_at: time | None = None) -> Contact:
    return Contact(routes=routes, hours=hours, digest_at=digest_at)


@dataclass
class SendingOffice:
    """An office whose workers run for the length of one test."""

    client: Client
    store: Store
    office: Office
    scope: str

    def deliveries(self, post: str | None = None) -> list[Delivery]:
        """Every notice that leaves the house, the first recorded first."""
        with self.store.reading() as session:
            return list(reversed(deliveries.deliveries(session, post=post, limit=500).items))

    def states(self, post: str | None = None) -> dict[str, NoticeState]:
        """The state of each channel, for a post that is told once."""
        return {one.channel: one.state for one in self.deliveries(post)}

    def inbox(self, post: str) -> tuple[Notice, ...]:
        with self.store.reading() as session:
            return inbox(session, post).items

    async def settled(self) -> bool:
        """Whether something has been queued, and nothing more is to be tried."""
        found = self.deliveries()
        return bool(found) and all(one.state in SETTLED for one in found)

    def notice(self, target: str, seq: int, recipient: str) -> WorkflowHandle[object, Fate | None]:
        return self.client.get_workflow_handle(notice_workflow_id(target, seq, recipient, self.scope), result_type=Fate)


async def replays(handle: WorkflowHandle[Any, Any]) -> bool:
    """Whether the history of this notice or digest leads the code through the same steps again."""
    replayer = Replayer(
        workflows=NOTICE_WORKFLOWS,
        data_converter=pydantic_data_converter,
        workflow_runner=workflow_runner(Runner.SANDBOXED),
    )
    result = await replayer.replay_workflow(await handle.fetch_history(), raise_on_replay_failure=False)
    return result.replay_failure is None


@asynccontextmanager
async def sending(
    server: EmbeddedServer,
    database_url: str,
    contacts: Mapping[str, Contact],
    mail: Peer | None = None,
    *,
    client: Client | None = None,
    patience: float = 1.0,
    chosen: Mapping[str, Any] = MappingProxyType({}),
) -> AsyncIterator[SendingOffice]:
    """The office with these contacts; a peer is waited for `patience` seconds, and tried again after a fifth of one.

    `chosen` are settings over those of a test.
    """
    client = client or await Client.connect(server.address, data_converter=pydantic_data_converter)
    await register_search_attributes(client, SEARCH_ATTRIBUTES)
    scope = f"test-{uuid4().hex[:12]}"
    store = Store(database_url, synchronous="NORMAL")
    store.migrate()
    settings = Settings(workflow_pollers=5, shutdown_seconds=1, runner=Runner.SANDBOXED, **chosen)
    book = Contacts(posts=dict(contacts), mail=mail_of(mail) if mail else None)
    queue = f"{scope}-notices"
    dispatch = Dispatch(client, book, queue=queue, scope=scope)
    lines = Lines(book, secret, patience, 0.2)
    async with (
        build_worker(client, store, DIRECTORY, settings, queue=scope, scope=scope, dispatch=dispatch),
        build_notice_worker(client, store, DIRECTORY, settings, lines, queue=queue, scope=scope),
    ):
        yield SendingOffice(client, store, Office(client, store, queue=scope, scope=scope), scope)
    store.close()
