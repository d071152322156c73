"""When may a notice leave, as whose does its recipient read it, and who is told when it cannot be delivered?

Urgent acts leave at once, all else in office hours of a working day or in the post's digest. What leaves is for
notices/, how it is tried for workflows/notices.py. Source: the procedure (notices_at_once, notice_attempts), R2, R7.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from models.acts import Act, ActName
from models.cases import CaseState
from models.contacts import Contact, Hours
from models.directory import Organ
from models.matters import MatterTerms, Urgency
from models.policy import Policy, Role
from models.proceedings import ProceedingState
from policies import parties
from policies.calendar import Calendar
from policies.counting import Counting
from policies.deadlines import SHANGHAI
from policies.directory import Directory
from policies.machines import State
from policies.proceeding_drafts import TELL
from policies.seats import posts_of

_DAY = timedelta(days=1)
_DEFAULT_ATTEMPTS = 8
_ABOUT = (Role.SUBJECT_ORGAN_HEAD, Role.SUBJECT_ORGAN_HANDLER)


@dataclass(frozen=True, slots=True)
class Leaving:
    """When a notice leaves: now where both are None, at `wait_until` by itself, or at `digest_at` with others."""

    wait_until: datetime | None = None
    digest_at: datetime | None = None


def leaving(  # noqa: PLR0917 - what a rule takes is its arguments
    act: ActName,
    urgency: Urgency | None,
    at: datetime,
    contact: Contact,
    policy: Policy | None,
    calendar: Calendar,
    counting: Counting,
) -> Leaving:
    """When the notice of `act` to this contact may leave, asked at `at`.

    `urgency` and `policy` are those of the matter; None for a matter that was never registered, which is not urgent. A
    case that belongs to no matter has a policy and no urgency: it is like one of an ordinary matter. Raises
    CalendarError beyond the calendar.
    """
    if policy is not None and act in policy.notices_at_once.get(urgency or Urgency.PLAIN, ()):
        return Leaving()
    if contact.digest_at is not None:
        return Leaving(digest_at=digest_due(at, contact.digest_at, calendar))
    if contact.hours is Hours.ANY:
        return Leaving()
    opens = office_time(at, calendar, counting)
    return Leaving(wait_until=opens if opens > at else None)


def office_time(at: datetime, calendar: Calendar, counting: Counting) -> datetime:
    """`at` itself inside office hours, else the next instant at which an office is open (Asia/Shanghai)."""
    local = at.astimezone(SHANGHAI)
    day, now = local.date(), local.time()
    if calendar.is_working(day):
        if counting.opening <= now < counting.noon or counting.afternoon <= now < counting.close:
            return local
        opening = next((one for one in (counting.opening, counting.afternoon) if now < one), None)
        if opening is not None:
            return datetime.combine(day, opening, SHANGHAI)
    return datetime.combine(calendar.next_working(day + _DAY), counting.opening, SHANGHAI)


def digest_due(at: datetime, digest_at: time, calendar: Calendar) -> datetime:
    """The next digest after `at`: at `digest_at` (Asia/Shanghai) of this or the next working day."""
    local = at.astimezone(SHANGHAI)
    day = local.date() if local.time() < digest_at else local.date() + _DAY
    return datetime.combine(calendar.next_working(day), digest_at, SHANGHAI)


def attempts(urgency: Urgency | None, policy: Policy | None) -> int:
    """How often one channel is tried before the next one is."""
    if policy is None or urgency is None:
        return _DEFAULT_ATTEMPTS
    return policy.notice_attempts.get(urgency, _DEFAULT_ATTEMPTS)


def role_of(post: str, act: Act, state: State, policy: Policy, directory: Directory) -> Role | None:
    """As whom the post is told of `act`: the first of the procedure's roles that it holds; None for none of them.

    What an act is about comes first: the organ that has taken a matter over is its lead by now. A post told that holds
    no role by name is one above the leader, or, in a case, above the step that ran out. Of a case as it stands now: who
    was told as a member of a panel that he has left since holds no role any more.
    """
    roles = policy.tell.get(act.act, ())
    if isinstance(state, CaseState):
        named = (role for role in roles if post in posts_of(role, state, directory, act.subject))
        return next(named, Role.ABOVE_STEP if Role.ABOVE_STEP in roles else None)
    if isinstance(state, ProceedingState):
        first = (*TELL.get(act.act, (Role.STEP,)), *Role)
        return next((role for role in first if post in parties.posts_of(role, state, directory, act.subject)), None)
    if state.terms is None:
        return None
    for role in sorted(roles, key=lambda one: one not in _ABOUT):
        if post in _holders(role, act.subject, state.terms, directory):
            return role
    return next((role for role in roles if role in (Role.ABOVE_LEADER, Role.ESCALATED)), None)


def answerable(recipient: str, office_name: str | None, directory: Directory) -> str | None:
    """Who is told that `recipient` could not be reached: the office's handler; its head, when that is the handler.

    None where there is no office: a matter without terms told nobody.
    """
    office = directory.find(office_name)
    if office is None:
        return None
    return office.head if recipient == office.handler else office.handler


def _holders(role: Role, subject: str | None, terms: MatterTerms, directory: Directory) -> tuple[str, ...]:
    about = (subject,) if subject else ()
    match role:
        case Role.SUBJECT_ORGAN_HEAD:
            return _posts(directory, about, head=True)
        case Role.SUBJECT_ORGAN_HANDLER:
            return _posts(directory, about, head=False)
        case Role.LEAD_HEAD:
            return _posts(directory, (terms.lead,), head=True)
        case Role.LEAD_HANDLER:
            return _posts(directory, (terms.lead,), head=False)
        case Role.CO_HEADS:
            return _posts(directory, terms.co, head=True)
        case Role.CO_HANDLERS:
            return _posts(directory, terms.co, head=False)
        case Role.OFFICE:
            return _posts(directory, (terms.office,), head=False)
        case Role.OFFICE_HEAD:
            return _posts(directory, (terms.office,), head=True)
        case Role.LEADER:
            return (terms.leader,)
        case _:
            return ()


def _posts(directory: Directory, organs: tuple[str, ...], *, head: bool) -> tuple[str, ...]:
    found: list[Organ | None] = [directory.find(name) for name in organs]
    return tuple((organ.head if head else organ.handler) for organ in found if organ is not None)
