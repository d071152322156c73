"""What is decided about a matter, and how does it get on record?

One call is one transaction: a repeated message is recognised, every clock due is worked off, the rule decides, and
acts, views, notices and answer are written together. Running it again gives the same answer and writes nothing
(engine.md 5).
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime

from sqlmodel import Session
from temporalio import activity

import logs
import meters
import tracing
from activities import hooks
from activities.calendars import CalendarInForce
from activities.dispatch import Dispatch
from activities.documents import Issuing
from activities.waking import Waking
from documents.templates import Templates
from models.acts import ActName
from models.base import Spoken
from models.blocks import Plan
from models.case_messages import OpenCase, Propose
from models.cases import CaseState, Cited
from models.contract import HEAD_DIGITS, RECORD_TRANSITION, Opening, Receipt, TransitionOrder, is_proceeding
from models.matters import MatterState
from models.messages import CalendarPublished, Outcome, Registration, Relay, Unanswered
from models.notices import NoticeOrder
from models.policy import Policy
from models.proceeding_messages import Link, Open
from models.proceedings import ProceedingState
from policies import attaching, parties
from policies.block_procedures import BlockProcedure, load_blocks, shipped_blocks
from policies.bulletins import ever_late, time_in_hand
from policies.calendar import CalendarError
from policies.counting import counting
from policies.deadlines import SHANGHAI, local_date
from policies.directory import Directory
from policies.drafting import Facts
from policies.machines import (
    AnyStep,
    Message,
    State,
    blank,
    due_at,
    family_of,
    known,
    lead_of,
    level_of,
    light_of,
    next_due,
    over,
    related,
    step,
    title_of,
    waits_for,
)
from policies.procedures import STANDARD, Procedure, load_text, shipped
from policies.wording import line
from record import (
    attachments,
    bulletins,
    cases,
    deliveries,
    documents,
    families,
    finished,
    incidents,
    ledger,
    matters,
    outbox,
    policies,
    procedures,
    proceedings,
    sealed,
    spoken,
    targets,
)
from record.circles import Circle
from record.finished import Closed
from record.ledger import Entry
from record.policies import Publication
from record.store import PASSING, RecordUnavailableError, Store

log = logs.get(__name__)

# Two transactions may meet once in a way that neither expects.
_ATTEMPTS_UNREPORTED = 2
_NEW_LEAD = frozenset({ActName.TRANSFER_ACCEPTED, ActName.ROUTING_ACCEPTED, ActName.ROUTING_UPHELD})


def _now() -> datetime:
    return datetime.now(UTC)


class Recording:
    """Decides and records, for the office whose directory this is.

    `procedures` are procedures beside the shipped ones, by name (a rehearsal brings its own; where there is one, it
    rules what names none), `blocks` those that are put together from building blocks; `issuing` knows the templates
    documents are issued on (default: the shipped ones). Without `waking` nobody keeps the time of what another target's
    transition starts or moves; without `dispatch` every notice stays in the in-app inbox. A message may name
    `attachments_most` files. `tell` are the posts that learn of a target that stands still.
    """

    def __init__(
        self,
        store: Store,
        directory: Directory,
        procedures: tuple[Procedure, ...] = (),
        issuing: Issuing | None = None,
        *,
        waking: Waking | None = None,
        dispatch: Dispatch | None = None,
        blocks: tuple[BlockProcedure, ...] = (),
        attachments_most: int = 10,
        tell: tuple[str, ...] = (),
        clock: Callable[[], datetime] = _now,
    ) -> None:
        self._store = store
        self._clock = clock
        self._waking = waking
        self._dispatch = dispatch
        self._directory = directory
        self._issuing = issuing or Issuing(Templates())
        self._own = {procedure.name: procedure for procedure in procedures}
        if len(procedures) == 1:
            # What names no procedure, a case of its own for one, goes by the one that a rehearsal brings.
            self._own.setdefault(STANDARD, procedures[0])
        self._versions: dict[str, Procedure] = {}
        self._published: tuple[int, list[Publication]] = (0, [])
        self._own_blocks = {procedure.name: procedure for procedure in blocks}
        self._block_versions: dict[str, BlockProcedure] = {}
        self._attachments_most = attachments_most
        self._tell = tell
        self._calendar = CalendarInForce()

    # No exception from outside into the thread: it would break off the turn of a writer that others wait for.
    @activity.defn(name=RECORD_TRANSITION, no_thread_cancel_exception=True)
    def record_transition(self, order: TransitionOrder) -> Receipt:
        """Decide and record `order`; raises only where nothing was recorded, and then trying again is right."""
        try:
            with meters.transition() as counted:
                with tracing.span("record.transaction"), self._store.writing() as session:
                    receipt, entries, waiting = self._held(session, order)
                    leaving = self._leaving(session, order)
                counted.outcome = _came_to(receipt.outcome)
        except PASSING:
            raise
        except Exception as error:
            self._report_stuck(order, error)
            raise
        if self._waking is not None:
            self._waking.wake(waiting)
        if self._dispatch is not None:
            self._dispatch.start(leaving)
        for entry in entries:
            log.info(
                "act.recorded", matter_id=order.matter_id, target=entry.target, act=entry.act.act.value, seq=entry.seq
            )
        return receipt

    def _report_stuck(self, order: TransitionOrder, error: Exception) -> None:
        """Let the office know of a mistake in the program that keeps a target from going on, once until dealt with."""
        if activity.in_activity() and activity.info().attempt < _ATTEMPTS_UNREPORTED:
            return
        why = type(error).__name__
        log.error("transition.failed", matter_id=order.matter_id, failure=why)
        workflow_id = activity.info().workflow_id if activity.in_activity() else order.matter_id
        # What failed is told by the attempt itself.
        with suppress(RecordUnavailableError), self._store.writing() as session:
            at = self._clock().astimezone(SHANGHAI).replace(microsecond=0)
            incidents.report(session, incidents.stuck(order.matter_id, workflow_id or "", why), at, self._tell)

    def record_in(self, session: Session, order: TransitionOrder) -> tuple[Receipt, list[Entry]]:
        """Decide and record `order` in a writing transaction of the caller's; nobody is woken, nothing is sent."""
        receipt, entries, _ = self._held(session, order)
        return receipt, entries

    def _held(self, session: Session, order: TransitionOrder) -> tuple[Receipt, list[Entry], list[Opening]]:
        """The transition, with everything held that it may move."""
        sealed.for_the_rules(session)
        if isinstance(order.message, Link):
            proceedings.hold_in_order(session, (order.matter_id, order.message.to))
        families.hold_family(session, order.matter_id)
        return self._transition(session, order)

    def _transition(self, session: Session, order: TransitionOrder) -> tuple[Receipt, list[Entry], list[Opening]]:
        message = order.message
        state = targets.load(session, order.matter_id) or blank(order.matter_id)
        outcome = matters.answered(session, order.matter_id, message.message_id) if message else None
        entries: list[Entry] = []
        if outcome is None:
            if isinstance(message, Propose) and message.sealed is not None:
                message = spoken.opened(session, order.matter_id, message)
            ahead = self._tell_matter_first(session, state, order, entries)
            if ahead:
                state = targets.load(session, state.id) or state
            facts = self._facts(session, state, message, order.at)
            result = step(
                state,
                message,
                order.at,
                facts,
                twin=self._twin(session, order),
                attended=order.attended,
            )
            entries += self._write(session, state, result, message, facts)
            moved = ahead | self._relay(session, result, entries)
            families.stir(session, self._family(session, result.state), moved - {state.id})
            state, outcome = result.state, result.outcome
            if isinstance(message, Propose) and outcome is not None and not outcome.accepted:
                spoken.forget(session, order.matter_id, message, order.at)
            if state.id in moved:
                state = targets.load(session, state.id) or state
        return self._receipt(session, state, order, entries, outcome), entries, self._waiting(session, order, state)

    def _tell_matter_first(
        self, session: Session, state: State, order: TransitionOrder, entries: list[Entry]
    ) -> set[str]:
        """Let a matter, or a proceeding, hear of a calendar notice before its cases, whoever is told first.

        Returns whose workflows have to look. It may take back the finding on which the case stands. When its own turn
        comes, it has the answer already.
        """
        message = order.message
        if not isinstance(message, CalendarPublished) or not isinstance(state, CaseState) or state.matter_id is None:
            return set()
        matter = targets.load(session, state.matter_id)
        if matter is None or over(matter) or matters.answered(session, matter.id, message.message_id) is not None:
            return set()
        facts = self._facts(session, matter, message, order.at)
        result = step(matter, message, order.at, facts)
        entries += self._write(session, matter, result, message, facts)
        return {matter.id} | self._relay(session, result, entries)

    def _relay(self, session: Session, sent: AnyStep, entries: list[Entry]) -> set[str]:
        """Carry out what a step said to other targets, and what these say; whose workflows have to look.

        What is put on record is added to `entries`.
        """
        moved: set[str] = set()
        for relayed in sent.relays:
            state = targets.load(session, relayed.target) or blank(relayed.target)
            facts = self._facts(session, state, relayed.message, relayed.at)
            result = step(state, relayed.message, relayed.at, facts)
            entries += self._write(session, state, result, relayed.message, facts)
            if not (known(state) and over(state)):
                moved.add(relayed.target)
            moved |= self._relay(session, result, entries)
        return moved

    def _waiting(self, session: Session, order: TransitionOrder, standing: State) -> list[Opening]:
        """The relatives whose workflows have to look: moved now, or by an attempt that never woke them."""
        openings = []
        if order.attended and order.known_seq == 0:
            # Also one that was launched by a proceeding: it belongs to a family of its own, and looks for itself.
            families.settle(session, order.matter_id)
        for target in families.stirred(session, self._family(session, standing)) if related(standing) else ():
            state = targets.seen(session, target)
            if target == order.matter_id and order.attended:
                families.settle(session, target)
            elif state is not None and known(state):
                openings.append(
                    Opening(
                        matter_id=target,
                        title=title_of(state),
                        organ=lead_of(state) or "",
                        drill_at=order.at if order.drill else None,
                    )
                )
        return openings

    @staticmethod
    def _family(session: Session, state: State) -> str:
        """The family of a target: a case belongs to that of its matter, or of its proceeding."""
        if not isinstance(state, CaseState) or state.matter_id is None:
            return family_of(state)
        origin = targets.seen(session, state.matter_id)
        return family_of(origin) if origin is not None else state.id

    def _write(
        self, session: Session, before: State, result: AnyStep, message: Message | Relay | None, facts: Facts
    ) -> list[Entry]:
        """Put a step on record; the acts of clocks that ran out first do not carry the message's id."""
        result, issued = self._issuing.issue(session, result, facts)
        processed_at = self._clock()
        message_id = None if message is None or isinstance(message, Unanswered) else message.message_id
        struck, said = result.acts[: result.struck], result.acts[result.struck :]
        # What a matter says when it proposes a case is that case's material.
        cases_opened = [one.target for one in result.relays if isinstance(one.message, OpenCase)]
        # A clock that ran out first may have opened one too: what is proposed now is of the last.
        earlier, later = (cases_opened[0], cases_opened[-1]) if cases_opened else (None, None)
        entries = ledger.append(session, struck, message_id=None, processed_at=processed_at, about=earlier)
        entries += ledger.append(session, said, message_id=message_id, processed_at=processed_at, about=later)
        own = [entry for entry in entries if entry.target == before.id]
        moved = bool(own) or result.state != before
        if moved and (known(result.state) or isinstance(message, Registration)):
            due = next_due(result.state)
            step, holders = self._step_of(result.state, facts.plan)
            # A notice can move a clock of which no act tells, the next reminder to sign for one.
            last = own[-1] if own else _last_entry(session, before.id)
            targets.save(
                session,
                result.state,
                seq=last.seq,
                at=last.act.at,
                last_act=last.act.act,
                next_at=due.at if due else None,
                due_at=due_at(result.state),
                step=step,
                holders=holders,
            )
            self._note_finished(session, result.state, own, facts)
        outbox.queue(session, entries)
        documents.keep(session, [(entries[place], draft) for place, draft in issued])
        if self._dispatch is not None:
            deliveries.queue(session, entries, self._dispatch.contacts.routes)
            if self._dispatch.hooks:
                hooks.queue(session, entries, result.state, self._directory)
        if message_id is not None and result.outcome is not None:
            if result.outcome.accepted and isinstance(message, Spoken) and message.by is not None:
                attachments.name(session, before.id, message.by, attaching.named(message), message_id)
            seq = own[-1].seq if own else ledger.head(session, before.id)[0]
            matters.remember(session, before.id, message_id, result.outcome, seq)
        return entries

    def _note_finished(self, session: Session, state: State, own: list[Entry], facts: Facts) -> None:
        """Keep how long its lead had a matter in hand that was closed just now."""
        closings = [entry.act.at for entry in own if entry.act.act is ActName.CLOSED]
        if not closings or not isinstance(state, MatterState) or state.terms is None:
            return
        acts, at = list(bulletins.happened_to(session, state.id)), closings[-1]
        try:
            time = time_in_hand(acts, at, facts.calendar)
        except CalendarError:
            # Beyond the calendar nobody can count working days: it is tried again when it is asked for.
            finished.leave(session, state.id)
            return
        if time is not None:
            closing = Closed(state.id, state.terms.lead, at, time, ever_late(acts, at))
            finished.note(session, closing, Circle.of(state.terms))

    def _step_of(self, state: State, plan: Plan | None) -> tuple[tuple[str, str] | None, tuple[str, ...]]:
        """Name and title of the step of a proceeding, and the posts that owe it, also for its having been missed."""
        if not isinstance(state, ProceedingState) or plan is None:
            return None, ()
        block = plan.steps[state.step]
        owing = (*parties.holders(state, self._directory), *parties.above(state, self._directory))
        return (block.name, block.title), owing

    def _leaving(self, session: Session, order: TransitionOrder) -> list[NoticeOrder]:
        """The notices to be started: of this attempt, and of earlier ones that never came so far."""
        if self._dispatch is None:
            return []
        return deliveries.unplanned(session, order.matter_id, order.known_seq)

    def _receipt(
        self,
        session: Session,
        state: State,
        order: TransitionOrder,
        entries: list[Entry],
        outcome: Outcome | None,
    ) -> Receipt:
        own = [entry for entry in entries if entry.target == state.id]
        if not own or own[0].seq != order.known_seq + 1:
            own = ledger.entries(session, state.id, after=order.known_seq)
        seq, head = (own[-1].seq, own[-1].hash) if own else ledger.head(session, state.id)
        due = next_due(state)
        return Receipt(
            seq=seq,
            head=head[:HEAD_DIGITS],
            stage=state.stage,
            light=light_of(state),
            level=level_of(state),
            due_at=due_at(state),
            next_at=due.at if due else None,
            next_for=waits_for(due),
            ended=over(state) or (isinstance(state, ProceedingState) and not known(state)),
            lines=tuple(line(entry.act) for entry in own),
            outcome=outcome,
            organ=lead_of(state) if any(entry.act.act in _NEW_LEAD for entry in own) else None,
        )

    # --- what the rules rely on -----------------------------------------------------------------------------------

    def _facts(self, session: Session, state: State, message: Message | Relay | None, at: datetime) -> Facts:
        plan = None
        if is_proceeding(state.id):
            plan, policy, on = self._planned(session, state, message, at)
        else:
            procedure, on = self._procedure(session, state, message, at)
            policy = procedure.in_force(on)
        return Facts(
            policy=policy,
            calendar=self._calendar.read(session),
            counting=counting(on),
            directory=self._directory,
            measures_decided=lambda subject, since, until: matters.measures_decided(session, subject, since, until),
            other=lambda matter_id: matters.seen(session, matter_id),
            twin=lambda lead, title: matters.open_twin(session, lead, title, besides=""),
            recorded=lambda matter_id: ledger.acts_of(session, matter_id),
            cited=lambda case_id: _cited(session, case_id),
            open_against=lambda subject: cases.open_against(session, subject),
            resting_on=lambda case_id: cases.resting_on(session, case_id),
            plan=plan,
            other_proceeding=lambda target: proceedings.load(session, target),
            same_subject=lambda name, subject: proceedings.same_subject(session, name, subject, at),
            offences=lambda name, subject, since, until: proceedings.offences(session, name, subject, since, until),
            granted=lambda name, subject, since, until: proceedings.granted(session, name, subject, since, until),
            attached=lambda target, post: attachments.hashes(session, target, post),
            attachments_most=self._attachments_most,
        )

    def _procedure(
        self, session: Session, state: State, message: Message | Relay | None, at: datetime
    ) -> tuple[Procedure, date]:
        """The procedure version a matter started under and its first day; for a new matter the one in force now."""
        if state.policy:
            version, _, on = state.policy.partition("/")
            return self._version(session, version), date.fromisoformat(on)
        if isinstance(message, OpenCase):
            # A case goes by the procedure of its matter, as of the day on which it is proposed; one that a proceeding
            # has proposed by the standard procedure, for its own has nothing to say of cases.
            matter = matters.seen(session, message.matter_id)
            if matter is not None and matter.policy:
                return self._version(session, matter.policy.partition("/")[0]), local_date(at)
        name = message.policy if isinstance(message, Registration) else STANDARD
        procedure = self._standing(session, name, local_date(at))
        # A version read back from the record is known to be kept there.
        if isinstance(message, Registration | Propose | OpenCase) and procedure.version not in self._versions:
            procedures.put(session, procedure.version, procedure.text)
        return procedure, local_date(at)

    def _planned(
        self, session: Session, state: State, message: Message | Relay | None, at: datetime
    ) -> tuple[Plan | None, Policy, date]:
        """The plan a proceeding was opened under, the office's policy of that day, and the day; for a new one of today.

        No plan where nobody has a procedure of the name that an opening gives, or none in force on the day.
        """
        if state.policy:
            version, _, day = state.policy.partition("/")
            on = date.fromisoformat(day)
            return self._block_version(session, version).in_force(on), self._standard(session, on), on
        on = local_date(at)
        if not isinstance(message, Open):
            return None, self._standard(session, on), on
        try:
            procedure = self._own_blocks.get(message.procedure) or shipped_blocks(message.procedure)
            plan = procedure.in_force(on)
        except LookupError:
            return None, self._standard(session, on), on
        if procedure.version not in self._block_versions:
            procedures.put(session, procedure.version, procedure.text)
        return plan, self._standard(session, on), on

    def _standard(self, session: Session, on: date) -> Policy:
        return self._standing(session, STANDARD, on).in_force(on)

    def _standing(self, session: Session, name: str, on: date) -> Procedure:
        """The procedure that rules what begins on the local day `on`: a rehearsal's own, published, or shipped."""
        own = self._own.get(name)
        if own is not None:
            return own
        revision = policies.revision(session)
        if revision != self._published[0]:
            self._published = revision, policies.publications(session)
        published = policies.in_force(self._published[1], name, on)
        return shipped(name) if published is None else self._version(session, published.version)

    def _block_version(self, session: Session, version: str) -> BlockProcedure:
        if version not in self._block_versions:
            self._block_versions[version] = load_blocks(procedures.get(session, version), version)
        return self._block_versions[version]

    def _version(self, session: Session, version: str) -> Procedure:
        if version not in self._versions:
            self._versions[version] = load_text(procedures.get(session, version), version)
        return self._versions[version]

    def _twin(self, session: Session, order: TransitionOrder) -> str | None:
        message = order.message
        if not isinstance(message, Registration) or not message.lead or not message.title:
            return None
        return matters.open_twin(session, message.lead, message.title, order.matter_id)


def _came_to(outcome: Outcome | None) -> meters.Outcome:
    if outcome is None:
        return meters.Outcome.CLOCK
    return meters.Outcome.ACCEPTED if outcome.accepted else meters.Outcome.REFUSED


def _cited(session: Session, case_id: str) -> Cited | None:
    state = cases.seen(session, case_id)
    return state.cited if state else None


def _last_entry(session: Session, target: str) -> Entry:
    return ledger.entries(session, target, after=ledger.head(session, target).seq - 1)[-1]
