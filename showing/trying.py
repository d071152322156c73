"""What may somebody say to a matter or a case now? The facts that the rules rely on are read; nothing is kept."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlmodel import Session

from enacting import standing
from models.base import Spoken
from models.cases import CaseState, Cited
from models.matters import MatterState
from models.policy import Policy
from models.proceedings import ProceedingState
from policies import case_offering
from policies.calendar import Calendar
from policies.counting import counting
from policies.deadlines import local_date
from policies.directory import Directory
from policies.drafts import Facts
from policies.offering import OFFERED, offers
from policies.procedures import STANDARD, load_text
from policies.proceeding_offering import proceeding_offers
from record import cases, ledger, matters, procedures, proceedings
from showing.why import procedure_of


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
    if not state.policy.partition("/")[2]:
        # A matter that was not admitted began under no policy, and hears nothing.
        return ()
    return offers(state, post, at, _facts(session, *_began(session, state.policy), calendar, directory), among)


def offered_in_case(
    session: Session, state: CaseState, post: str | None, at: datetime, *, calendar: Calendar, directory: Directory
) -> tuple[str, ...]:
    """The commands to a case that the rules would admit from this post at `at`, by `do` (policies/case_offering).

    One that nobody has proposed yet begins under the standard procedure of the day.
    """
    return case_offering.offers(state, post, at, facts_of_case(session, state, at, calendar, directory))


def facts_of_case(session: Session, state: CaseState, at: datetime, calendar: Calendar, directory: Directory) -> Facts:
    """What the rules rely on in a case at the aware instant `at`."""
    on = local_date(at)
    began = _began(session, state.policy) if state.policy else (standing(session, STANDARD, on).in_force(on), on)
    return _facts(session, *began, calendar, directory)


def _began(session: Session, key: str) -> tuple[Policy, date]:
    """The policy of that key, and the day on which it applied."""
    version, _, day = key.partition("/")
    on = date.fromisoformat(day)
    return load_text(procedures.get(session, version), version).in_force(on), on


def _facts(session: Session, policy: Policy, began: date, calendar: Calendar, directory: Directory) -> Facts:
    return Facts(
        policy=policy,
        calendar=calendar,
        counting=counting(began),
        directory=directory,
        measures_decided=lambda subject, since, until: matters.measures_decided(session, subject, since, until),
        other=lambda matter_id: matters.seen(session, matter_id),
        recorded=lambda matter_id: ledger.acts_of(session, matter_id),
        cited=lambda case_id: _cited(session, case_id),
        open_against=lambda subject: cases.open_against(session, subject),
        resting_on=lambda case_id: cases.resting_on(session, case_id),
    )


def _cited(session: Session, case_id: str) -> Cited | None:
    found = cases.seen(session, case_id)
    return None if found is None else found.cited


def offered_in_proceeding(
    session: Session, state: ProceedingState, post: str | None, at: datetime, *, calendar: Calendar,
    directory: Directory,
) -> dict[str, Spoken]:  # fmt: skip
    """The same of a proceeding, a petition or a duty, each command as it was said (policies/proceeding_offering)."""
    procedure, (_, _, on) = procedure_of(session, state.policy), state.policy.partition("/")
    if procedure is None:
        return {}
    began = date.fromisoformat(on)
    facts = replace(
        _facts(session, standing(session, STANDARD, began).in_force(began), began, calendar, directory),
        plan=procedure.in_force(began),
        other_proceeding=lambda target: proceedings.seen(session, target),
        same_subject=lambda name, subject: proceedings.same_subject(session, name, subject, at),
        offences=lambda name, subject, since, until: proceedings.offences(session, name, subject, since, until),
        granted=lambda name, subject, since, until: proceedings.granted(session, name, subject, since, until),
    )
    return proceeding_offers(state, post, at, facts)
