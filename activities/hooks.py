"""Which subscriptions does an act go to, and what stands behind one when it is sent?

Asked in the act's own transaction: a subscription gets what the post it was made for may see at that moment, of the
organs and acts it asks for. Queued among the notices, sent and retried like them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sqlmodel import Session

import addresses
from models.access import View
from models.cases import CaseState
from models.contract import WEBHOOK_CHANNEL, webhook_of, webhook_recipient
from models.notices import NoticeOrder
from models.proceedings import ProceedingState
from notices.channels import Channel
from notices.signing import secret_of
from notices.webhooks import WebhookChannel
from policies.access import may
from policies.directory import Directory
from policies.machines import State
from policies.relations import relations
from record import deliveries, webhooks
from record.ledger import Entry
from record.webhooks import Webhook


@dataclass(frozen=True, slots=True)
class Hooks:
    """What webhooks of a site stand on: the hosts it allows, and the key its secrets are made with."""

    hosts: frozenset[str]
    key: Callable[[], bytes]
    patience_seconds: float = 15.0

    def channel(self, webhook: Webhook) -> Channel:
        """The way to this subscription; raises ValueError where its address is not allowed any more."""
        address = addresses.webhook_address(webhook.url, self.hosts)
        return WebhookChannel(address, secret_of(self.key(), webhook.id, webhook.generation), self.patience_seconds)


def queue(session: Session, entries: Iterable[Entry], state: State, directory: Directory) -> None:
    """Queue the acts of this target for every subscription that asks for them and may see them."""
    subscribed = webhooks.live(session)
    if not subscribed:
        return
    organs, view = _seen_by(state)
    for webhook in subscribed:
        wanted = [entry for entry in entries if entry.target == state.id and webhook.wants(entry.act.act, organs)]
        if wanted and may(view.value, relations(webhook.post, state, directory)):
            for entry in wanted:
                deliveries.queue_for(session, entry, webhook_recipient(webhook.id), WEBHOOK_CHANNEL)


def _seen_by(state: State) -> tuple[tuple[str | None, ...], View]:
    if isinstance(state, CaseState):
        return (state.lead, state.office, *state.organs), View.CASE_TIMELINE
    terms, view = state.terms, View.PROCEEDING if isinstance(state, ProceedingState) else View.TIMELINE
    return (terms.lead, terms.office, *terms.co) if terms else (), view


def routes(session: Session, order: NoticeOrder) -> tuple[str, ...]:
    """The channels of the subscription an order goes to: one, or none where it has ended."""
    return (WEBHOOK_CHANNEL,) if subscription(session, order.recipient) is not None else ()


def subscription(session: Session, recipient: str) -> Webhook | None:
    """The living subscription that the recipient is; None for a post, and for one that has ended."""
    webhook_id = webhook_of(recipient)
    found = None if webhook_id is None else webhooks.find(session, webhook_id)
    return found if found is not None and found.ended_at is None else None
