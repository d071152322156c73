"""May this become a matter, and how does it begin? (engine.md 3.1 and end of 3)."""

from collections.abc import Iterator
from datetime import datetime

from models.acts import ActName
from models.matters import Clock, ClockKind, MatterTerms, Severity, Stage, Urgency
from models.messages import Registration
from models.policy import Policy
from policies import access
from policies.authority import Refused
from policies.deadlines import add_months, local_date
from policies.directory import Directory
from policies.drafts import Draft
from policies.limits import Limit, LimitError, Unit, parse_limit
from policies.relations import Situation
from policies.timers import miss_limit

PERIOD_WORDS = {"每周": "weekly", "每半月": "half-monthly", "每月": "monthly", "每季度": "quarterly"}
_NO_FREQUENCY = frozenset({"一次性", "once", "none"})
# Ten years, which a limit in working days or one that is rolled may pass by some days; a fixed date has no other bound.
LONGEST_MONTHS = 10 * 12 + 6


def check_registration(
    registration: Registration, twin: str | None, at: datetime, directory: Directory, policy: Policy
) -> None:
    """Refuse a registration that engine.md 3.1 does not admit; `twin` is an open matter of the same lead and title."""
    for _, refused in faults(registration, twin, at, directory, policy):
        raise refused


def faults(
    registration: Registration, twin: str | None, at: datetime, directory: Directory, policy: Policy
) -> Iterator[tuple[str, Refused]]:
    """Everything for which a registration is not admitted, each with the field that it is about; the first one counts.

    `twin` is an open matter of the same lead and title, None for none. Source: engine.md 3.1.
    """
    rule = "registration"
    for field, name in (("title", "事项名称"), ("lead", "牵头单位"), ("office", "督办单位"), ("leader", "批准领导")):
        if not _said(registration, field):
            yield field, Refused(f"缺少{name} {field} is required", rule)
    yield from _of_parties(registration, directory)
    for field, kind, name in (("urgency", Urgency, "紧急程度 urgency"), ("severity", Severity, "严重程度 severity")):
        value = getattr(registration, field)
        if value is not None and value not in set(kind):
            accepted = "、".join(kind)
            yield field, Refused(f"{name}读不懂 not understood: {value};可接受 accepted: {accepted}", rule)
    try:
        read_limit(registration.limit or policy.default_limit, rule)
    except Refused as refused:
        yield "limit", refused
    try:
        report_period(registration.report_every, policy)
    except Refused as refused:
        yield "report_every", refused
    if registration.assigned_at is not None:
        if registration.assigned_at.utcoffset() is None:
            yield "assigned_at", Refused("交办时间缺少时区 assigned_at has no offset", rule)
        elif registration.assigned_at > at:
            yield "assigned_at", Refused("交办日期晚于登记时间 assigned later than it is registered", rule)
    if twin is not None:
        yield (
            "title",
            Refused(f"同一牵头单位已有同名在办事项 {twin} the same lead has an open matter of this title", rule),
        )


def _said(registration: Registration, field: str) -> bool:
    return bool((getattr(registration, field) or "").strip())


def _of_parties(registration: Registration, directory: Directory) -> Iterator[tuple[str, Refused]]:
    rule = "registration"
    for field in ("lead", "office"):
        if _said(registration, field) and directory.find(getattr(registration, field)) is None:
            yield field, Refused(f"名录中没有该单位 unknown organ: {getattr(registration, field)}", rule)
    for organ in registration.co:
        if directory.find(organ) is None:
            yield "co", Refused(f"名录中没有该协办单位 unknown co-handler: {organ}", rule)
    posts = [
        *([("leader", registration.leader)] if _said(registration, "leader") else ()),
        ("responsible", registration.responsible),
        *(("panel", post) for post in registration.panel),
        *(("reviewers", post) for post in registration.reviewers),
    ]
    for field, post in posts:
        if post is not None and not directory.has_post(post):
            yield field, Refused(f"名录中没有该岗位 unknown post: {post}", rule)
    if registration.by is not None or registration.voice is not None:
        try:
            access.check(
                access.SITE_NEEDS[access.SiteCommand.LAUNCH], Situation(registration.by, registration, directory)
            )
        except Refused as refused:
            yield "office", refused
    if registration.lead in registration.co:
        yield "co", Refused(f"牵头单位不能同时是协办单位 the lead is also a co-handler: {registration.lead}", rule)


def read_limit(text: str, rule: str) -> Limit:
    """The limit written in `text`; refuses what is not one."""
    try:
        return parse_limit(text)
    except LimitError as error:
        raise Refused(f"{error.why};可接受 accepted: {error.accepted}", rule) from error


def report_period(text: str | None, policy: Policy) -> str | None:
    """The report period named by `text` (weekly, 每周, 7d …) as a limit; None for a matter without a frequency."""
    if text is None or text in _NO_FREQUENCY:
        return None
    period = policy.report_every.get(PERIOD_WORDS.get(text, text), text)
    try:
        limit = parse_limit(period)
    except LimitError:
        limit = None
    if limit is None or limit.unit not in (Unit.DAYS, Unit.WEEKS, Unit.MONTHS):
        accepted = "、".join((*policy.report_every, *PERIOD_WORDS, "7d"))
        reason = f"反馈频次读不懂 report period not understood: {text};可接受 accepted: {accepted}"
        raise Refused(reason, "registration")
    return limit.text


def register(draft: Draft, registration: Registration, twin: str | None) -> None:
    """Admit the matter: registered, then assigned, imported, or waiting for approval (engine.md 3.1 and end of 3)."""
    policy, directory = draft.facts.policy, draft.facts.directory
    check_registration(registration, twin, draft.at, directory, policy)
    terms = _terms(draft, registration)
    draft.change(
        terms=terms,
        policy=policy.key,
        registered_at=draft.at,
        parent=registration.parent,
        root=registration.root,
    )
    limit = draft.clock(ClockKind.LIMIT, terms.limit, registration.assigned_at)
    start, on = local_date(limit.started_at), parse_limit(terms.limit).on
    # A written date before the start is a slip, even where a day off would carry it past the start.
    if limit.due_at <= limit.started_at or (on is not None and on < start):
        raise Refused(f"时限早于交办 the limit lies before the start: {terms.limit}", "registration")
    if limit.last_day > add_months(start, LONGEST_MONTHS):
        raise Refused(f"时限超过十年 the limit is longer than ten years: {terms.limit}", "registration")
    by = registration.by or directory.organ(terms.office).handler
    draft.note(ActName.REGISTERED, by=by, severity=terms.severity.value, entry="registration")
    if registration.assigned_at is not None:
        _import(draft, limit)
    elif terms.basis in policy.bases_without_approval:
        assign(draft, limit)
    else:
        draft.change(stage=Stage.AWAITING_APPROVAL)
        draft.start(draft.clock(ClockKind.APPROVAL, policy.approval))


def _terms(draft: Draft, registration: Registration) -> MatterTerms:
    policy = draft.facts.policy
    return MatterTerms(
        title=registration.title or "",
        lead=registration.lead or "",
        office=registration.office or "",
        leader=registration.leader or "",
        co=tuple(dict.fromkeys(registration.co)),
        limit=read_limit(registration.limit or policy.default_limit, "registration").text,
        basis=registration.basis or policy.default_basis,
        urgency=Urgency(registration.urgency or policy.default_urgency),
        severity=Severity(registration.severity or policy.default_severity),
        report_every=report_period(registration.report_every, policy),
        responsible=registration.responsible,
        panel=registration.panel or policy.panel,
        reviewers=registration.reviewers,
        requirement=registration.requirement,
        public=registration.public,
        remark=registration.remark,
    )


def _run(draft: Draft, limit: Clock) -> None:
    """Start what runs from assignment on: the limit, signing, the report periods."""
    draft.change(stage=Stage.RUNNING, assigned_at=limit.started_at)
    draft.run_limit(limit)
    draft.start(draft.clock(ClockKind.SIGNING, draft.facts.policy.signing[draft.terms.urgency]))
    draft.run_progress()


def assign(draft: Draft, limit: Clock) -> None:
    """Assign the matter with this limit: its clocks start and the parties are told."""
    _run(draft, limit)
    draft.note_clock(ActName.ASSIGNED, limit, entry="limit")


def _import(draft: Draft, limit: Clock) -> None:
    _run(draft, limit)
    draft.note_clock(ActName.IMPORTED, limit, entry="limit")
    if limit.due_at <= draft.at:
        miss_limit(draft, ActName.IMPORTED_OVERDUE)
