"""Who has subscribed to acts by webhook: where to, for which post's eyes, of which organs and acts?

A secret is never kept: it is made of the id, the generation and a key that is elsewhere (notices/signing.py).
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Row, func, select, update
from sqlmodel import Session

from models.acts import ActName
from models.rows import WebhookRow, table
from record.pages import Page, bounded, cut
from record.statements import Prepared, insert_or_ignore
from record.store import hold

_WEBHOOKS = table(WebhookRow)
_CREATE = Prepared(insert_or_ignore(_WEBHOOKS, "id"))
_LIVE = select(_WEBHOOKS).where(_WEBHOOKS.c.ended_at.is_(None)).order_by(_WEBHOOKS.c.id)

MOST = 50
"""Live subscriptions of a site: each is looked at with every act."""


class TooManyWebhooksError(Exception):
    """There are MOST live subscriptions already."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """A subscription; empty `organs` and `acts` are all that `post` may see. `ended_at` is None while it lives."""

    id: str
    person: str
    post: str
    url: str = field(repr=False)
    organs: tuple[str, ...]
    acts: tuple[ActName, ...]
    generation: int
    created_at: datetime
    ended_at: datetime | None = None

    def wants(self, act: ActName, organs: Iterable[str | None]) -> bool:
        """Whether it asks for such an act of a matter in which these organs have a part."""
        return self.ended_at is None and (
            (not self.acts or act in self.acts) and (not self.organs or not set(self.organs).isdisjoint(organs))
        )


def create(session: Session, webhook: Webhook) -> Webhook:
    """Put it on record, once for its id; as it is there. Raises TooManyWebhooksError."""
    hold(session, "webhooks")
    known = find(session, webhook.id)
    if known is not None:
        return known
    if (session.scalar(select(func.count()).select_from(_LIVE.subquery())) or 0) >= MOST:
        raise TooManyWebhooksError
    _CREATE.run(
        session,
        {
            "id": webhook.id,
            "person": webhook.person,
            "post": webhook.post,
            "url": webhook.url,
            "organs": json.dumps(webhook.organs, ensure_ascii=False),
            "acts": json.dumps(webhook.acts),
            "generation": webhook.generation,
            "created_at": webhook.created_at,
            "ended_at": None,
        },
    )
    return webhook


def find(session: Session, webhook_id: str) -> Webhook | None:
    """The subscription of that id, also an ended one; None when there never was one."""
    row = session.execute(select(_WEBHOOKS).where(_WEBHOOKS.c.id == webhook_id)).first()
    return None if row is None else _webhook(row)


def live(session: Session) -> list[Webhook]:
    """The subscriptions that live; at most MOST."""
    return [_webhook(row) for row in session.execute(_LIVE)]


def listed(session: Session, *, after: str | None = None, limit: int = 50) -> Page[Webhook]:
    """All subscriptions by id, ended ones too."""
    chosen = select(_WEBHOOKS).order_by(_WEBHOOKS.c.id).limit(bounded(limit) + 1)
    if after is not None:
        chosen = chosen.where(_WEBHOOKS.c.id > after)
    return cut([_webhook(row) for row in session.execute(chosen)], limit, lambda one: one.id)


def end(session: Session, webhook_id: str, at: datetime) -> None:
    """It hears of nothing more; harmless twice."""
    session.execute(
        update(_WEBHOOKS).where(_WEBHOOKS.c.id == webhook_id, _WEBHOOKS.c.ended_at.is_(None)).values(ended_at=at)
    )


def _webhook(row: Row[tuple[object, ...]]) -> Webhook:
    return Webhook(
        row.id,
        row.person,
        row.post,
        row.url,
        tuple(json.loads(row.organs)),
        tuple(ActName(one) for one in json.loads(row.acts)),
        row.generation,
        row.created_at,
        row.ended_at,
    )
