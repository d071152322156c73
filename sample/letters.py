"""Which notices of a made-up past left the house, when, and what proves it?

Nothing has: it is as made up as the acts of which they tell, and every receipt says so. But they are kept as sent ones
are (record/deliveries.py), at the hours at which they would have left (policies/notices.py), for the few posts that
data/sample-past.yaml names. A notice that would leave after the past has ended is not kept: nobody would send it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from sqlmodel import Session

from activities.notices import parcel_key
from models.notices import NoticeOrder
from policies.calendar import Calendar
from policies.counting import counting
from policies.deadlines import local_date
from policies.directory import Directory
from policies.notices import answerable, office_time
from record import deliveries, outbox
from record.deliveries import Begun
from record.ledger import Entry
from record.outbox import NoticeState

RECEIPT = "样例,未离开本机 sample, nothing left this machine: 250 2.0.0"
FAILURE = "样例,对方拒收 sample, refused: 550 5.1.1"
_REFUSED = 0.02
_TAKES = timedelta(seconds=7)


@dataclass(frozen=True, slots=True)
class Letters:
    """Keeps the notices of the past until the aware instant `until`; `routes` are each post's channels in order."""

    session: Session
    directory: Directory
    calendar: Calendar
    routes: Mapping[str, tuple[str, ...]]
    office: str
    until: datetime
    rng: Random

    def send(self, entries: Sequence[Entry]) -> None:
        """Send what these entries tell to the posts that have a channel."""
        for entry in entries:
            leaves = office_time(entry.act.at, self.calendar, counting(local_date(entry.act.at)))
            for post in dict.fromkeys(entry.act.tell):
                channels = self.routes.get(post, ())
                if channels and leaves + len(channels) * _TAKES <= self.until:
                    self._send(entry, NoticeOrder(target=entry.target, seq=entry.seq, recipient=post), leaves)

    def _send(self, entry: Entry, order: NoticeOrder, at: datetime) -> None:
        deliveries.queue(self.session, [entry], lambda post: self.routes[post] if post == order.recipient else ())
        parcel = deliveries.parcel_of(self.session, order, parcel_key(order))
        for channel in self.routes[order.recipient]:
            begun = deliveries.begin(
                self.session, parcel, channel, provider_key=f"<{parcel}@sample.invalid>", tells_repetition=True, at=at
            )
            at += _TAKES
            if self.rng.random() >= _REFUSED:
                deliveries.delivered(self.session, parcel, channel, RECEIPT, at)
                return
            attempt = begun.attempt if isinstance(begun, Begun) else 0
            deliveries.missed(self.session, parcel, channel, attempt=attempt, state=NoticeState.FAILED, failure=FAILURE)
        number = deliveries.undelivered(self.session, order)
        post = answerable(order.recipient, self.office, self.directory)
        if number is not None and post is not None:
            outbox.report(self.session, number, post, at)
