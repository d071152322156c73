"""What may somebody say to a matter now? The facts that the rules rely on, read from the record; nothing is kept."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlmodel import Session

from models.matters import MatterState
from policies.calendar import Calendar
from policies.counting import counting
from policies.directory import Directory
from policies.drafts import Facts
from policies.offering import OFFERED, offers
from policies.procedures import load_text
from record import ledger, matters, procedures


def offered(
    session: Session,
    state: MatterState,
    post: str | None,
    at: datetime,
    *,
    calendar: Calendar,
    directory: Directory,
    among: Sequence[str] = OFFERED,
) -> tuple[str, ...]:
    """Those of `among` that the rules would admit from this post at the aware instant `at` (policies/offering)."""
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
    return offers(state, post, at, facts, among)
