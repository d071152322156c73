"""What may somebody say to a matter now? The facts that the rules rely on, read from the record; nothing is kept."""

from datetime import date, datetime

from sqlmodel import Session

from models.base import Spoken
from models.matters import MatterState
from models.proceedings import ProceedingState
from policies.calendar import Calendar
from policies.counting import counting
from policies.directory import Directory
from policies.drafts import Facts
from policies.offering import offers
from policies.procedures import STANDARD, load_text, shipped
from policies.proceeding_offering import proceeding_offers
from record import ledger, matters, procedures, proceedings
from showing.why import procedure_of


def offered(
    session: Session, state: MatterState, post: str | None, at: datetime, *, calendar: Calendar, directory: Directory
) -> tuple[str, ...]:
    """The commands that the rules would admit from this post at the aware instant `at`, by `do` (policies/offering)."""
    version, _, on = state.policy.partition("/")
    if not on:
        # A matter that was not admitted began under no policy, and hears nothing.
        return ()
    began = date.fromisoformat(on)
    facts = Facts(
        policy=load_text(procedures.get(session, version), version).in_force(began),
        calendar=calendar,
        counting=counting(began),
        directory=directory,
        measures_decided=lambda subject, since, until: matters.measures_decided(session, subject, since, until),
        other=lambda matter_id: matters.seen(session, matter_id),
        recorded=lambda matter_id: ledger.acts_of(session, matter_id),
    )
    return offers(state, post, at, facts)


def offered_in_proceeding(
    session: Session, state: ProceedingState, post: str | None, at: datetime, *, calendar: Calendar,
    directory: Directory,
) -> dict[str, Spoken]:  # fmt: skip
    """The same of a proceeding, a petition or a duty, each command as it was said (policies/proceeding_offering)."""
    procedure, (_, _, on) = procedure_of(session, state.policy), state.policy.partition("/")
    if procedure is None:
        return {}
    began = date.fromisoformat(on)
    facts = Facts(
        policy=shipped(STANDARD).in_force(began),
        calendar=calendar,
        counting=counting(began),
        directory=directory,
        measures_decided=lambda subject, since, until: matters.measures_decided(session, subject, since, until),
        plan=procedure.in_force(began),
        other_proceeding=lambda target: proceedings.seen(session, target),
        same_subject=lambda name, subject: proceedings.same_subject(session, name, subject, at),
        offences=lambda name, subject, since, until: proceedings.offences(session, name, subject, since, until),
        granted=lambda name, subject, since, until: proceedings.granted(session, name, subject, since, until),
    )
    return proceeding_offers(state, post, at, facts)
