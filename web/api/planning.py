"""What would happen? Previews of a limit and of a launch, and scenarios played on virtual time; nothing is recorded."""

import time
from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from enacting import standing
from models.access import View
from models.acts import Act
from models.matters import MatterState
from models.messages import Registration
from policies.calendar import Calendar, CalendarError
from policies.deadlines import local_date
from policies.directory import Directory
from policies.documents import DocumentError, Mistake
from policies.limits import LimitError, parse_limit
from policies.procedures import STANDARD
from rehearsal.checks import differences
from rehearsal.conductor import Conductor
from rehearsal.preview import ANYBODY, a_matter, preview
from rehearsal.printing import printed
from rehearsal.scenarios import PlannedCommand, Scenario, read
from showing.previews import preview_document
from web.api import authority
from web.api.bodies import Body, LaunchBody, said
from web.api.limits import Speaker
from web.api.parts import REFUSED, WebNow, calendar_of, router, shaped
from web.api.shapes import Out, PreviewOut, SilentActOut
from web.api.texts import Moment, Name, Short
from web.problems import Fault, ProblemError

routes = router("推演 planning")

SCENARIO_CHARACTERS = 64_000
MOST_MATTERS = 50
MOST_ACTS = 5_000
MOST_DAYS = 3 * 366
SECONDS = 5.0
"""A rehearsal over HTTP is small: everything larger is for the command line."""


class LimitBody(Body):
    """A limit to be tried."""

    limit: Short = Field("15wd", examples=["15wd"], description="15wd, 10d, 2w, 3mo, 48h, 0.5wd, same-day, 2026-06-30")
    start: Moment | None = Field(
        None, examples=["2026-03-02T09:00:00+08:00"], description="起算时刻,默认现在 default: now"
    )
    urgency: Short | None = Field(None, examples=["平件"])
    report_every: Short | None = Field(None, examples=["weekly"])
    basis: Short | None = Field(None, examples=["会议决定"])
    lead: Name | None = Field(None, examples=["区教育局"])


@routes.post("/previews/limit", summary="试算时限 Preview a limit", openapi_extra=REFUSED)
def preview_limit(body: LimitBody, caller: Speaker, web: WebNow) -> PreviewOut:
    """逐日说明计与不计,并列出无人应答时的提醒与升级;不登记任何事项。

    Every day counted or skipped, and every reminder and escalation if nobody ever answered. Nothing is registered.
    """
    authority.site(web, caller, View.PREVIEW)
    asked = {"urgency": body.urgency, "report_every": body.report_every, "basis": body.basis, "lead": body.lead}
    directory = ANYBODY if body.lead is None else web.directory.with_organs(ANYBODY.organs)
    return _previewed(a_matter(body.limit, **asked), body.start, directory, web)


@routes.post("/previews/launch", summary="试算立项 Preview a launch", openapi_extra=REFUSED)
def preview_launch(body: LaunchBody, caller: Speaker, web: WebNow) -> PreviewOut:
    """立项会怎样:是否受理、到期何时、无人应答时如何;不登记。

    What launching it would come to: admitted or not, due when, and what silence would lead to. Nothing is registered.
    """
    authority.site(web, caller, View.PREVIEW)
    spoken = {"message_id": "preview", "by": caller.post}
    return _previewed(Registration.model_validate({**said(body), **spoken}), None, web.directory, web)


def _previewed(registration: Registration, start: Any, directory: Directory, web: WebNow) -> PreviewOut:
    begun = start or registration.assigned_at or web.clock()
    with web.store.reading() as session:
        calendar, procedure = calendar_of(session), standing(session, STANDARD, local_date(begun))
    try:
        parse_limit(registration.limit or "15wd")
        found = preview(registration, begun, procedure, directory=directory, calendar=calendar)
    except (CalendarError, LookupError, LimitError, OverflowError) as error:
        raise ProblemError(409, f"无法试算 cannot be previewed: {error}", kind="not-previewed") from error
    return shaped(PreviewOut, preview_document(found))


Scenario_ = Annotated[str, StringConstraints(min_length=1, max_length=SCENARIO_CHARACTERS)]


class RehearsalBody(Body):
    """A scenario file's text (engine.md 6)."""

    scenario: Scenario_ = Field(
        examples=[
            """start: 2026-03-02T09:00+08:00
until: 2026-03-20
matters:
  - {id: m1, title: 治理教育乱收费, lead: 区教育局, limit: 5wd, office: 区政府督查室, leader: 区长}
"""
        ]
    )


class RehearsalOut(Out):
    """Every act in printing order, and where the scenario's expectations differ."""

    acts: list[SilentActOut]
    differences: list[str]


@routes.post("/rehearsals", summary="推演方案 Rehearse a scenario", openapi_extra=REFUSED)
def rehearse(body: RehearsalBody, caller: Speaker, web: WebNow) -> RehearsalOut:
    """在虚拟时间上推演,不登记;规模与用时有限,更大的请用命令行。

    Played on virtual time, nothing is recorded; small ones only, larger ones are for the command line.
    """
    authority.site(web, caller, View.REHEARSAL)
    try:
        scenario = read(body.scenario)
    except DocumentError as error:
        raise ProblemError(
            409,
            "方案有误。 The scenario has mistakes.",
            kind="bad-scenario",
            errors=[_fault(one) for one in error.mistakes],
        ) from error
    with web.store.reading() as session:
        calendar = calendar_of(session)
    acts = _played(scenario, web.directory, calendar)
    return RehearsalOut(
        acts=[shaped(SilentActOut, printed(act)) for act in acts], differences=differences(scenario, acts)
    )


def _fault(mistake: Mistake) -> Fault:
    return Fault(where=f"line {mistake.line} {mistake.where}", kind="scenario", detail=mistake.why)


class _TooLarge(Exception):
    """The rehearsal takes too long, or says too much."""


def _played(scenario: Scenario, directory: Directory, calendar: Calendar) -> tuple[Act, ...]:
    """The acts of the scenario; ends the request with 409 where it is too large for this door."""
    ends = time.monotonic() + SECONDS
    told = 0

    def watched(_: MatterState, acts: Sequence[Act]) -> tuple[PlannedCommand, ...]:
        nonlocal told
        told += len(acts)
        if told > MOST_ACTS or time.monotonic() > ends:
            raise _TooLarge
        return ()

    try:
        if len(scenario.matters) > MOST_MATTERS or (scenario.until - scenario.start).days > MOST_DAYS:
            raise _TooLarge
        conductor = Conductor(
            scenario.procedure,
            directory.with_organs(scenario.organs),
            scenario.start,
            calendar=calendar,
            responder=watched,
        )
        for matter_id, registration in scenario.matters:
            conductor.register(matter_id, registration)
        conductor.plan(scenario.planned)
        return conductor.play(scenario.until).acts
    except _TooLarge:
        text = "方案过大,请用命令行推演。 Too large for the interface: rehearse it on the command line."
        raise ProblemError(409, text, kind="too-large-a-rehearsal") from None
    except (CalendarError, LookupError, OverflowError) as error:
        raise ProblemError(409, f"无法推演 cannot be played: {error}", kind="bad-scenario") from error
