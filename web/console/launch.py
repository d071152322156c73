"""Launching a matter: a form, and beside it every date that would follow, before anything binds.

What follows is played on the rules themselves (rehearsal/preview.py). What they would not admit is said at its field
and not sent; a matter that looks like an open one is asked about once more. Nothing is recorded before it is launched.
"""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from http import HTTPStatus
from itertools import groupby
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlmodel import Session

from enacting import standing
from intake.readings import Unreadable, read_limit
from models.access import SiteCommand
from models.acts import Act, ActName
from models.explanations import Counted, CountedDay, Words
from models.matters import ClockKind
from models.messages import Outcome, Registration
from models.policy import Policy
from policies import petitions, secrecy
from policies.calendar import Calendar, CalendarError
from policies.deadlines import SHANGHAI, local_date
from policies.directory import Directory
from policies.distance import Distance, distance
from policies.explaining.words import CLOCK_NAMES
from policies.procedures import STANDARD, Procedure
from policies.registration import PERIOD_WORDS, faults
from record import numbers, registers
from record.registers import Order, Sought
from record.views import MatterLine
from rehearsal.preview import ANYBODY, LEAD, MATTER_ID, Preview, preview
from web.api import authority, keys
from web.api.bodies import NOT_OF_A_LAUNCH, LaunchBody
from web.api.matters import handed_in
from web.api.parts import calendar_of
from web.console import clocks
from web.console.clocks import Drawn
from web.console.entitled import may_here
from web.console.filters import REGISTER, Filters, State
from web.console.forms import Field, Filled, Form, Option, Suggest, fields_of, said
from web.console.giving import form_in
from web.console.navigation import PREFIX
from web.console.visits import PageRoute, Posting, Said, Visit, Visiting, page

routes = APIRouter(route_class=PageRoute, include_in_schema=False)

LAUNCH = f"{PREFIX}/launch"
PREVIEW = f"{LAUNCH}/preview"

FIRST = ("title", "lead", "co", "limit", "basis", "urgency", "report_every", "office", "leader", "responsible",
         "requirement")  # fmt: skip
"""The fields in the order of the page; all others stand under `more`."""

_LATEST = 1000
_STAND_INS = {"title": "试算事项", "lead": LEAD, "office": "督办单位", "leader": "批准领导"}
_REPORTS = frozenset({ActName.PROGRESS_OVERDUE})


@dataclass(frozen=True, slots=True)
class Step:
    """One line of what silence would lead to: an act, on how many days in a row it comes, and until when."""

    act: Act
    last: Act
    times: int


@dataclass(frozen=True, slots=True)
class Like:
    """An open matter of the same lead that looks like this one, in whole per cent of its title."""

    line: MatterLine
    alike: int


@dataclass(frozen=True, slots=True)
class Load:
    """What the lead has in hand: open matters, those that fall due this month, and those launched in it."""

    lead: str
    open: int
    due: int
    launched: int
    address: str


@dataclass(frozen=True, slots=True)
class Ahead:
    """Every date that would follow.

    `working_days` is how many days the limit counts; `approved` says that the limit is shown as if the matter were
    approved at once. `closed` are the days off work on weekdays, `moved` the weekends that are worked.
    """

    found: Preview
    far: Distance | None
    drawn: tuple[Drawn, ...]
    working_days: int
    approved: bool
    approve_by: datetime | None
    sign_by: datetime | None
    reminders: tuple[tuple[datetime, int], ...]
    reports: tuple[datetime, ...]
    steps: tuple[Step, ...]
    closed: tuple[CountedDay, ...]
    moved: tuple[CountedDay, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A filled form, read: what it says, what is wrong with it by field, and what would follow."""

    registration: Registration | None
    words: Mapping[str, Any]
    errors: Mapping[str, Words]
    missing: frozenset[str] = frozenset()
    marked: bool = False
    unclear: str | None = None
    ahead: Ahead | None = None
    like: tuple[Like, ...] = ()
    load: Load | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """Why it was not launched: the recorded refusal, or that something like it is open and nobody said to go on."""

    outcome: Outcome | None = None
    alike: bool = False
    filled: Filled = field(default_factory=lambda: Filled("", {}))


@routes.get(LAUNCH)
def launch(this: Visiting) -> HTMLResponse:
    """An empty form, with what is usual filled in."""
    may_here(this, SiteCommand.LAUNCH)
    return _shown(this, Filled("", _usual(this)), None)


@routes.post(PREVIEW)
async def look_ahead(this: Posting) -> HTMLResponse:
    """The form again, with every date that would follow; nothing is recorded."""
    may_here(this, SiteCommand.LAUNCH)
    form = await form_in(this.request)
    return await asyncio.to_thread(lambda: _shown(this, form, _asked(this, form), keep=True))


@routes.post(LAUNCH)
async def launched(this: Posting) -> Response:
    """Launch it, and to its page. 422 where a field is wrong, 409 where something like it is open, or it is refused."""
    may_here(this, SiteCommand.LAUNCH)
    form = await form_in(this.request)
    asked = await asyncio.to_thread(_asked, this, form)
    if asked.registration is None or (asked.errors and not asked.marked):
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return await asyncio.to_thread(lambda: _shown(this, form, asked, status=status))
    earlier = await asyncio.to_thread(_answered, this, form)
    if asked.like and not asked.marked and "sure" not in form.values and not earlier:
        answer = Answer(alike=True, filled=form)
        return await asyncio.to_thread(
            lambda: _shown(this, form, asked, status=HTTPStatus.CONFLICT, answer=answer, keep=True)
        )
    handed = await handed_in(this.web, this.caller, form.message, this.request, asked.registration, dict(asked.words))
    if handed.outcome.accepted:
        return RedirectResponse(f"{REGISTER}/{handed.matter_id}", HTTPStatus.SEE_OTHER)
    answer = Answer(outcome=handed.outcome, filled=form)
    return await asyncio.to_thread(lambda: _shown(this, form, asked, status=HTTPStatus.CONFLICT, answer=answer))


def _answered(this: Visit, form: Filled) -> bool:
    """Whether this very form has launched a matter: which then looks like itself."""
    with this.web.store.reading() as session:
        return numbers.known(session, keys.message_id(this.caller, form.message)) is not None


# --- the form ---------------------------------------------------------------------------------------------------------


def _fields(policy: Policy) -> tuple[Field, ...]:
    words = {name: word for word, name in PERIOD_WORDS.items()}
    periods = tuple(Option(name, Words(zh=words.get(name, name), en=name)) for name in policy.report_every)
    found = {
        one.name: replace(one, label=f"launch.field.{one.name}", required=one.name in _STAND_INS)
        for one in fields_of(Registration, "launch", left_out=NOT_OF_A_LAUNCH, choices={"report_every": periods})
    }
    found["basis"] = replace(found["basis"], suggest=Suggest.BASES)
    return tuple(found[name] for name in (*FIRST, *(name for name in found if name not in FIRST)))


def _policy(this: Visit) -> Policy:
    on = local_date(this.web.clock())
    return _procedure(this, on).in_force(on)


def _procedure(this: Visit, on: date) -> Procedure:
    """The procedure that rules what begins on the local day `on`."""
    with this.web.store.reading() as session:
        return standing(session, STANDARD, on)


def _usual(this: Visit) -> dict[str, str]:
    """What an office usually says: itself, and the leader above it."""
    office = this.web.directory.find(this.web.settings.office)
    above = this.web.directory.above(office)
    return {
        name: value for name, value in (("office", office and office.name), ("leader", above and above.head)) if value
    }


def _shown(
    this: Visit,
    form: Filled,
    asked: Asked | None,
    *,
    status: int = HTTPStatus.OK,
    answer: Answer | None = None,
    keep: bool = False,
) -> HTMLResponse:
    """The page; `keep` says that the form stays the same one, which can still be launched once."""
    policy = _policy(this)
    fields = _fields(policy)
    # What bears the marking of a state secret is repeated nowhere.
    values = {} if asked and asked.marked else {name: value for name, value in form.values.items() if name != "sure"}
    errors = dict(asked.errors) if asked else {}
    if asked and status == HTTPStatus.UNPROCESSABLE_ENTITY:
        errors |= dict.fromkeys(asked.missing, _MISSING)
    made = Form("launch", fields, values, errors)
    if keep:
        made = replace(made, message=form.message)
    with this.web.store.reading() as session:
        bases = registers.bases(session, scope=authority.scope_of(this.web, this.caller))
    return page(
        this,
        "launch.html",
        here="launch",
        status=status,
        form=made,
        first=[one for one in fields if one.name in FIRST],
        more=[one for one in fields if one.name not in FIRST],
        opened=any(values.get(one.name) or one.name in errors for one in fields if one.name not in FIRST),
        bases=sorted({*policy.bases_without_approval, *bases}),
        freely=sorted(policy.bases_without_approval),
        asked=asked,
        answer=answer,
        launch_address=LAUNCH,
        preview_address=PREVIEW,
        register_address=REGISTER,
    )


_MISSING = Words(zh="此项必填。", en="Required.")


# --- what it says -----------------------------------------------------------------------------------------------------


def _asked(this: Visit, form: Filled) -> Asked:
    """The form as the rules would hear it, with what would follow as far as it says enough."""
    policy, at, directory = _policy(this), this.web.clock(), this.web.directory
    read = Filled(form.message, {name: _engines(name, value) for name, value in form.values.items() if name != "sure"})
    words, errors = said(_fields(policy), read, LaunchBody)
    spoken = {
        "message_id": keys.message_id(this.caller, form.message),
        "by": authority.post_of(this.caller),
        "voice": this.caller.voice,
    }
    registration = Registration.model_validate({**words, **spoken})
    if secrecy.secret_in(registration) or secrecy.secret_in(dict(form.values)):
        marked = registration if secrecy.secret_in(registration) else None
        return Asked(marked, words, {}, marked=True)
    found: dict[str, Words] = {}
    for name, refused in faults(registration, None, at, directory, policy):
        known = errors.get(name) or _advised(name, refused.reason, getattr(registration, name), directory)
        found.setdefault(name, known)
    missing = frozenset(name for name in found if name in _STAND_INS and not getattr(registration, name))
    errors = {**errors, **{name: why for name, why in found.items() if name not in missing}}
    with this.web.store.reading() as session:
        working = calendar_of(session)
        lead = directory.find(registration.lead)
        load = None if lead is None else _load(session, this, lead.name, at)
        like = () if lead is None else tuple(_like(session, this, lead.name, registration.title or "", at))
    ahead, unclear = None, None
    if "limit" not in errors and "report_every" not in errors:
        wrong = {*errors, *missing}
        try:
            ahead = _ahead(this, registration, wrong, working, policy)
        except (CalendarError, LookupError, OverflowError) as error:
            unclear = str(error)
    complete = not errors and not missing
    return Asked(registration if complete else None, words, errors, missing, False, unclear, ahead, like, load)


def _engines(name: str, typed: str) -> str:
    """A limit as offices write it (15个工作日, 3个月, 当日) in the notation of the rules; all else as it is."""
    if name != "limit" or not typed.strip():
        return typed
    try:
        return read_limit(typed).text
    except Unreadable:
        return typed


def _advised(name: str, reason: str, value: object, directory: Directory) -> Words:
    """The reason, with the names of the directory that are meant perhaps."""
    typed = value if isinstance(value, str) else ""
    organs = [organ.name for organ in directory.organs]
    posts = [post for organ in directory.organs for post in (organ.head, organ.handler) if post]
    known = organs if name in ("lead", "office") else posts if name in ("leader", "responsible") else []
    near = [one for one in known if typed and petitions.similarity(typed, one) >= _NEAR][:3] if typed else []
    if not near:
        return Words(zh=reason, en=reason)
    return Words(zh=f"{reason};是否指:{'、'.join(near)}?", en=f"{reason}; did you mean {', '.join(near)}?")


_NEAR = 40


def _load(session: Session, this: Visit, lead: str, at: datetime) -> Load:
    local = at.astimezone(SHANGHAI)
    since = datetime.combine(local.date().replace(day=1), time.min, SHANGHAI)
    before = (since + timedelta(days=32)).replace(day=1)
    wanted = {
        "open": Sought(lead=lead, open=True),
        "due": Sought(lead=lead, open=True, due_from=since, due_before=before),
        "launched": Sought(lead=lead, registered_from=since, registered_before=before),
    }
    counted = registers.numbers(session, wanted, scope=authority.scope_of(this.web, this.caller), now=at)
    return Load(lead, counted["open"], counted["due"], counted["launched"],
                Filters(lead=lead, state=State.OPEN).address())  # fmt: skip


def _like(session: Session, this: Visit, lead: str, title: str, at: datetime) -> Iterator[Like]:
    """Open matters of that lead whose titles have as much in common as petitions must have to be taken for the same.

    Looked for among the latest, whatever the lead has in hand.
    """
    if not title:
        return
    enough = petitions.in_force(local_date(at)).similarity
    scope = authority.scope_of(this.web, this.caller)
    found = registers.found(
        session, Sought(lead=lead, open=True), scope=scope, now=at, order=Order.NEWEST, limit=_LATEST
    )
    for line in found.items:
        alike = petitions.similarity(title, line.title or "")
        if alike >= enough:
            yield Like(line, alike)


# --- what would follow ------------------------------------------------------------------------------------------------


def _ahead(this: Visit, registration: Registration, wrong: set[str], working: Calendar, policy: Policy) -> Ahead:
    """The dates; somebody stands in for whoever is not named yet, or wrongly."""
    begun = registration.assigned_at or this.web.clock()
    directory = this.web.directory
    if wrong:
        stand_ins = {name: value for name, value in _STAND_INS.items() if name in wrong}
        kept = {
            name: value
            for name, value in registration.model_dump(exclude={"message_id", "by", "voice", "policy"}).items()
            if name not in wrong and value is not None
        }
        registration = Registration.model_validate({"message_id": MATTER_ID, **kept, **stand_ins})
        directory = directory.with_organs(ANYBODY.organs)
    procedure = _procedure(this, local_date(begun))
    found = preview(registration, begun, procedure, directory=directory, calendar=working)
    approval = next((one.due_at for one in found.clocks if one.kind is ClockKind.APPROVAL), None)
    shown, approved = found, False
    if approval is not None and policy.default_basis in policy.bases_without_approval:
        # Nobody knows when it will be approved; at once is the earliest.
        at_once = registration.model_copy(update={"basis": policy.default_basis})
        shown = preview(at_once, begun, procedure, directory=directory, calendar=working)
        approved = True
    days = tuple(
        CountedDay(date=day.date, counted=day.counted, zh=day.zh, en=day.en, provisional=day.provisional)
        for day in shown.days
    )
    running = {one.kind: one for one in shown.clocks}
    reminders = running[ClockKind.LIMIT].reminders if ClockKind.LIMIT in running else ()
    say, clock = Said(this.language), shown.clock
    return Ahead(
        found=shown,
        far=None if clock is None else distance(clock.due_at, begun, working, overdue=False),
        drawn=() if clock is None else clocks.drawn(
            say, [_counted(shown, days)], (), begun, reminders={ClockKind.LIMIT: reminders}
        ),
        working_days=max((day.counted or 0 for day in days), default=0),
        approved=approved,
        approve_by=approval,
        sign_by=running[ClockKind.SIGNING].due_at if ClockKind.SIGNING in running else None,
        reminders=tuple((one.at, one.days_left) for one in reminders),
        reports=tuple(act.at for act in shown.acts if act.act in _REPORTS
                      and clock is not None and act.at <= clock.due_at),
        steps=tuple(_steps(found.acts)),
        closed=tuple(day for day in days if day.counted is None and day.date.weekday() < _SATURDAY and day != days[0]),
        moved=tuple(day for day in days if day.counted is not None and day.date.weekday() >= _SATURDAY),
    )  # fmt: skip


_SATURDAY = 5


def _counted(found: Preview, days: tuple[CountedDay, ...]) -> Counted:
    clock = found.clock
    if clock is None:
        raise ValueError("a limit that has not begun")
    return Counted(
        kind=ClockKind.LIMIT,
        name=CLOCK_NAMES[ClockKind.LIMIT],
        started_at=clock.started_at,
        started_by=None,
        limit=clock.limit,
        due_at=clock.due_at,
        derived_at=clock.due_at,
        calendar=clock.calendar,
        rules=clock.rules,
        days=days,
    )


def _steps(acts: tuple[Act, ...]) -> Iterator[Step]:
    """The acts one by one; the same one day after day is one step."""
    for _, some in groupby(acts, key=lambda act: (act.act, act.target)):
        several = list(some)
        if several[0].act is ActName.SIGN_REMINDED:
            yield Step(several[0], several[-1], len(several))
        else:
            yield from (Step(act, act, 1) for act in several)
