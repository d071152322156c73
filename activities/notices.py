"""How does one notice leave the house, and what is kept of it?

Each attempt is marked on record before it begins and settled after it; the address is looked up for the attempt and
forgotten with it. When to ask again is for workflows/notices.py, what an answer means for notices/.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlmodel import Session
from temporalio import activity
from temporalio.client import Client
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError

import logs
from activities import hooks
from activities.calendars import CalendarInForce
from activities.hooks import Hooks
from enacting import standing
from models.contacts import Contact, Contacts, Route
from models.contract import (
    CLOSE_CHANNEL,
    DIGEST_JOINED_SIGNAL,
    DIGEST_WORKFLOW,
    GATHER_DIGEST,
    JOIN_DIGEST,
    PLAN_NOTICE,
    REPORT_UNDELIVERED,
    SEND_NOTICE,
    TaskQueue,
    digest_workflow_id,
    is_case,
    is_proceeding,
    webhook_of,
)
from models.matters import MatterTerms
from models.notices import DigestOrder, Fate, NoticeOrder, NoticePlan, PlanQuestion, SendOrder
from models.policy import Policy
from notices.answers import Answer, ChannelError, Verdict
from notices.channels import Channel, Secret, open_channel
from notices.webhooks import body_of, message_of
from notices.wording import Content, Message, shipped
from policies.counting import counting
from policies.deadlines import local_date
from policies.directory import Directory
from policies.notices import answerable, attempts, leaving, role_of
from policies.procedures import STANDARD, Procedure, load_text
from record import deliveries, outbox, procedures, webhooks
from record.deliveries import Begun, Told
from record.outbox import NoticeState
from record.store import Store

log = logs.get(__name__)

_START = timedelta(seconds=5)
_KEY_DIGITS = 32
# With pauses of 5, 15, 45, 135 and then 300 seconds: two hours.
_WEBHOOK_ATTEMPTS = 28
# A conversation by mail takes three patiences at most (notices/mail.py).
_PATIENCES = 4


class NotDeliveredYet(ApplicationError):
    """This attempt did not deliver; another may. The message is a class of failures, without addresses."""

    def __init__(self, words: str) -> None:
        super().__init__(words, type="NotDeliveredYet")


@dataclass(frozen=True, slots=True)
class Lines:
    """What the channels of an office stand on: its contacts and its secrets.

    `patience_seconds` is how long one step of a peer may take, `pause_seconds` what lies between two attempts at first.
    `hooks` is None where the site has no webhooks.
    """

    contacts: Contacts
    secret: Secret
    patience_seconds: float = 15.0
    pause_seconds: float = 5.0
    hooks: Hooks | None = None

    def plan(self, parcel: str, channels: tuple[str, ...], attempts: int) -> NoticePlan:
        """A plan to send the parcel now."""
        return NoticePlan(
            parcel=parcel,
            channels=channels,
            attempts=attempts,
            pause_seconds=self.pause_seconds,
            attempt_seconds=_PATIENCES * self.patience_seconds,
        )


class Notices:
    """Plans and sends notices for the office whose directory, contacts and record these are.

    `public_url` begins the links to matters, None where there are none; `queue` and `scope` are its workers' own.
    """

    def __init__(
        self,
        client: Client,
        store: Store,
        directory: Directory,
        lines: Lines,
        *,
        public_url: str | None = None,
        queue: str = TaskQueue.NOTICES,
        scope: str = "",
    ) -> None:
        self._client = client
        self._store = store
        self._directory = directory
        self._lines = lines
        self._public_url = public_url
        self._queue = queue
        self._scope = scope
        self._calendar = CalendarInForce()
        self._versions: dict[str, Procedure] = {}

    # --- planning -----------------------------------------------------------------------------------------------------

    @activity.defn(name=PLAN_NOTICE, no_thread_cancel_exception=True)
    def plan_notice(self, question: PlanQuestion) -> NoticePlan:
        """When and how the notice leaves, asked at that instant, and note it; no channels when nothing is left."""
        order = question.notice
        with self._store.writing() as session:
            if webhook_of(order.recipient) is not None:
                return self._plan_webhook(session, order)
            told = deliveries.told(session, order.target, order.seq)
            contact = self._lines.contacts.find(order.recipient)
            routes = self._lines.contacts.routes(order.recipient)
            channels = deliveries.reroute(session, order, routes, datetime.now(UTC))
            if told is None or contact is None or not channels:
                return NoticePlan(parcel=deliveries.parcel_of(session, order, parcel_key(order)))
            terms, policy = _terms(told), self._policy(session, told)
            urgency = terms.urgency if terms else None
            leaves = leaving(
                told.entry.act.act,
                urgency,
                question.at,
                contact,
                policy,
                self._calendar.read(session),
                counting(local_date(question.at)),
            )
            if (later := leaves.digest_at or leaves.wait_until) is not None:
                deliveries.postpone(session, order, later)
                return NoticePlan(digest_at=leaves.digest_at, wait_until=leaves.wait_until)
            parcel = deliveries.parcel_of(session, order, parcel_key(order))
            return self._lines.plan(parcel, channels, attempts(urgency, policy))

    def _plan_webhook(self, session: Session, order: NoticeOrder) -> NoticePlan:
        """A subscription is told at once, day and night; nothing is left where it has ended."""
        channels = deliveries.reroute(session, order, hooks.routes(session, order), datetime.now(UTC))
        parcel = deliveries.parcel_of(session, order, parcel_key(order))
        return self._lines.plan(parcel, channels, _WEBHOOK_ATTEMPTS) if channels else NoticePlan(parcel=parcel)

    @activity.defn(name=JOIN_DIGEST)
    async def join_digest(self, order: DigestOrder) -> None:
        """See that the digest of that instant is on its way and looks for what has joined it."""
        await self._client.start_workflow(
            DIGEST_WORKFLOW,
            order,
            id=digest_workflow_id(order.recipient, order.at, self._scope),
            task_queue=self._queue,
            # One that has gone already goes again, with what it has not taken along.
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            start_signal=DIGEST_JOINED_SIGNAL,
            static_summary=f"每日汇总 · {order.recipient}"[:180],
            rpc_timeout=_START,
        )

    @activity.defn(name=GATHER_DIGEST, no_thread_cancel_exception=True)
    def gather_digest(self, order: DigestOrder) -> NoticePlan | None:
        """What leaves in the digest now, put together once; None when nothing waits for it."""
        with self._store.writing() as session:
            parcel = deliveries.gather(session, order.recipient, order.at)
        if parcel is None:
            return None
        return self._lines.plan(parcel, self._lines.contacts.routes(order.recipient), attempts(None, None))

    # --- sending ------------------------------------------------------------------------------------------------------

    @activity.defn(name=SEND_NOTICE, no_thread_cancel_exception=True)
    def send_notice(self, order: SendOrder) -> Fate:
        """What became of the parcel on this channel. Raises NotDeliveredYet where trying again is right."""
        channel = self._channel(order) if webhook_of(order.recipient) is None else self._webhook(order)
        if channel is None:
            return self._closed(order, "unusable")
        with self._store.writing() as session:
            message, key = self._message(session, order)
            begun = deliveries.begin(
                session,
                order.parcel,
                order.channel,
                provider_key=channel.provider_key(key),
                tells_repetition=channel.tells_repetition,
                at=datetime.now(UTC),
            )
        if not isinstance(begun, Begun):
            return begun
        return self._settled(order, begun, channel, _sent(channel, message, key))

    def _settled(self, order: SendOrder, begun: Begun, channel: Channel, answer: Answer) -> Fate:
        state = _STATES[answer.verdict, channel.tells_repetition]
        with self._store.writing() as session:
            if state is NoticeState.DELIVERED:
                deliveries.delivered(session, order.parcel, order.channel, answer.words, datetime.now(UTC))
            else:
                state = deliveries.missed(
                    session, order.parcel, order.channel, attempt=begun.attempt, state=state, failure=answer.words
                )
        log.info("notice.attempted", channel=order.channel, tries=begun.attempt, verdict=answer.verdict)
        if state not in deliveries.FATES:
            raise NotDeliveredYet(answer.words)
        return deliveries.FATES[state]

    @activity.defn(name=CLOSE_CHANNEL, no_thread_cancel_exception=True)
    def close_channel(self, order: SendOrder) -> Fate:
        """Give up on a channel after its attempts; what became of the parcel there."""
        return self._closed(order, "not_tried")

    def _closed(self, order: SendOrder, why: str) -> Fate:
        with self._store.writing() as session:
            return deliveries.close(session, order.parcel, order.channel, why)

    @activity.defn(name=REPORT_UNDELIVERED, no_thread_cancel_exception=True)
    def report_undelivered(self, parcel: str) -> bool:
        """Nothing more will be tried: put what nobody took into the inbox of whoever answers for the matter.

        False where a channel has delivered after all, and there is nothing to report.
        """
        now = datetime.now(UTC)
        with self._store.writing() as session:
            reported = [self._report(session, order, now) for order in deliveries.in_parcel(session, parcel)]
        return any(reported)

    def _report(self, session: Session, order: NoticeOrder, now: datetime) -> bool:
        number = deliveries.undelivered(session, order)
        told = deliveries.told(session, order.target, order.seq)
        if number is None or told is None:
            return False
        log.warning("notice.undelivered", target=order.target, seq=order.seq)
        post = self._answers_for(session, order, told)
        if post is not None:
            outbox.report(session, number, post, now)
        return True

    def _answers_for(self, session: Session, order: NoticeOrder, told: Told) -> str | None:
        """Who learns that nobody took it: of a subscription the post it was made for."""
        webhook_id = webhook_of(order.recipient)
        if webhook_id is None:
            return answerable(order.recipient, _office(told), self._directory)
        subscribed = webhooks.find(session, webhook_id)
        return subscribed.post if subscribed is not None else None

    # --- what a notice is made of -------------------------------------------------------------------------------------

    def _channel(self, order: SendOrder) -> Channel | None:
        contact = self._lines.contacts.find(order.recipient)
        route = _route(contact, order.channel)
        if route is None:
            return None
        try:
            return open_channel(route, self._lines.contacts, self._lines.secret, self._lines.patience_seconds)
        except ChannelError:
            log.warning("notice.channel_unusable", channel=order.channel)
            return None

    def _webhook(self, order: SendOrder) -> Channel | None:
        with self._store.reading() as session:
            subscribed = hooks.subscription(session, order.recipient)
        if subscribed is None or self._lines.hooks is None:
            return None
        try:
            return self._lines.hooks.channel(subscribed)
        except ValueError:
            log.warning("notice.channel_unusable", channel=order.channel)
            return None

    def _message(self, session: Session, order: SendOrder) -> tuple[Message, str]:
        """The words of a parcel, and the key by which a reader's side can tell it from every other one."""
        if webhook_of(order.recipient) is not None:
            return self._hooked(session, order)
        wording = shipped()
        notices = deliveries.in_parcel(session, order.parcel)
        tellings = [told for one in notices if (told := deliveries.told(session, one.target, one.seq)) is not None]
        contents = [self._content(session, order.recipient, told) for told in tellings]
        repeated = deliveries.may_have_arrived(session, order.parcel)
        if order.parcel.startswith(deliveries.DIGEST):
            day = local_date(datetime.now(UTC)).isoformat()
            message = wording.digest(order.recipient, day, contents, repeated=repeated)
        else:
            (content,) = contents
            message = wording.notice(content, repeated=repeated)
        # The hash of the act tells apart offices that share a recipient but not a record.
        own = "|".join([order.parcel, order.recipient, order.channel, *(told.entry.hash for told in tellings[:1])])
        return message, hashlib.sha256(own.encode()).hexdigest()[:_KEY_DIGITS]

    def _hooked(self, session: Session, order: SendOrder) -> tuple[Message, str]:
        """What a subscription is sent, the same at every attempt."""
        (notice,) = deliveries.in_parcel(session, order.parcel)
        told = deliveries.told(session, notice.target, notice.seq)
        if told is None:
            raise LookupError(f"no entry {notice.seq} of {notice.target}")
        key = hashlib.sha256(f"{order.parcel}|{order.channel}|{told.entry.hash}".encode()).hexdigest()[:_KEY_DIGITS]
        return message_of(body_of(f"msg_{key}", told.entry.act, told.entry.seq)), key

    def _content(self, session: Session, recipient: str, told: Told) -> Content:
        """What is told of an act; of a case only which case it is, not which matter of which organ it came from."""
        state, policy = told.case or told.proceeding or told.state, self._policy(session, told)
        role = None
        if state is not None and policy is not None:
            role = role_of(recipient, told.entry.act, state, policy, self._directory)
        terms = None if is_case(told.entry.target) else _terms(told)
        opened = told.proceeding.terms if told.proceeding else None
        return Content(
            recipient=recipient,
            matter=told.entry.target if is_case(told.entry.target) else told.matter_id,
            act=told.entry.act,
            role=role,
            title=terms.title if terms else opened.title if opened else None,
            lead=terms.lead if terms else opened.lead if opened else None,
            urgency=terms.urgency.value if terms else None,
            link=_link(self._public_url, told.matter_id) if self._public_url else None,
        )

    def _policy(self, session: Session, told: Told) -> Policy | None:
        """The policy the matter or case runs under; None for one that was never registered.

        A proceeding is told of by the standard procedure of the day on which it was opened.
        """
        if told.proceeding is not None:
            _, _, day = told.proceeding.policy.partition("/")
            return standing(session, STANDARD, date.fromisoformat(day)).in_force(date.fromisoformat(day))
        state = told.case or told.state
        if state is None or not state.policy:
            return None
        version, _, on = state.policy.partition("/")
        if version not in self._versions:
            self._versions[version] = load_text(procedures.get(session, version), version)
        return self._versions[version].in_force(date.fromisoformat(on))


_STATES = {
    (Verdict.DELIVERED, True): NoticeState.DELIVERED,
    (Verdict.DELIVERED, False): NoticeState.DELIVERED,
    (Verdict.REFUSED, True): NoticeState.FAILED,
    (Verdict.REFUSED, False): NoticeState.FAILED,
    (Verdict.NOT_NOW, True): NoticeState.QUEUED,
    (Verdict.NOT_NOW, False): NoticeState.QUEUED,
    # What may have arrived is sent again only where the reader's side can tell.
    (Verdict.UNKNOWN, True): NoticeState.SENDING,
    (Verdict.UNKNOWN, False): NoticeState.UNCONFIRMED,
}


def _sent(channel: Channel, message: Message, key: str) -> Answer:
    try:
        return channel.send(message, key)
    except Exception as error:  # noqa: BLE001 - its text may quote an address, and a payload of Temporal's is kept
        return Answer(Verdict.UNKNOWN, type(error).__name__)


def _route(contact: Contact | None, channel: str) -> Route | None:
    return next((route for route in contact.routes if route.name == channel), None) if contact else None


def _link(site: str, origin: str) -> str:
    """Where the site shows it; `proceedings/` stands before the whole id, which has a slash of its own."""
    return f"{site.rstrip('/')}/{'proceedings' if is_proceeding(origin) else 'matters'}/{origin}"


def _terms(told: Told) -> MatterTerms | None:
    return told.state.terms if told.state else None


def _office(told: Told) -> str | None:
    if told.case is not None:
        return told.case.office
    if told.proceeding is not None:
        return told.proceeding.terms.office if told.proceeding.terms else None
    return told.state.terms.office if told.state and told.state.terms else None


def parcel_key(order: NoticeOrder) -> str:
    """Under which key a notice leaves that leaves by itself."""
    return f"{order.target}/{order.seq}/{order.recipient}"
