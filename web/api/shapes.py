"""What does the interface answer with? One shape for each document, as the command line's --json has it."""

from datetime import date, datetime
from typing import Annotated, Any, Generic, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from models.acts import ActName
from models.cases import CaseClockKind, CaseSource, CaseStage
from models.matters import ClockKind, Light, Severity, Stage, Urgency
from models.proceedings import ProceedingStage, StepClockKind
from policies.deadlines import SHANGHAI
from policies.watchdog import Watch
from record.outbox import NoticeState

T = TypeVar("T")

At = Annotated[datetime, AfterValidator(lambda at: at.astimezone(SHANGHAI))]
"""An instant, told in local time with its offset."""

_AT = "2026-03-02T09:00:00+08:00"


class Out(BaseModel):
    """An answer; every field is in it, null where there is nothing to say."""

    model_config = ConfigDict(frozen=True)


class Page(Out, Generic[T]):
    """Some of many, in order; `next` is the cursor of the following page, null on the last one."""

    items: list[T]
    next: str | None = Field(examples=["2026-0143"])


class MatterLineOut(Out):
    """One matter in a list. Instants carry +08:00; terms are null for a registration that was refused.

    `level`, `last_act` and `cases_open` are null where only a part of the matter is the caller's.
    """

    id: str = Field(examples=["2026-0143"])
    kind: str = Field(examples=["督办事项"])
    title: str | None = Field(examples=["治理教育乱收费"])
    lead: str | None = Field(examples=["区教育局"])
    office: str | None = Field(examples=["区政府督查室"])
    leader: str | None = Field(examples=["区长"])
    urgency: Urgency | None
    public: bool | None
    policy: str
    stage: Stage
    light: Light
    level: int | None
    suspended: bool
    overdue: bool
    due_at: At | None = Field(examples=[_AT])
    next_at: At | None
    registered_at: At | None
    assigned_at: At | None
    closed_at: At | None
    last_act: ActName | None
    last_act_at: At | None
    cases_open: int | None
    working_days_left: int | None
    words: str | None


class ClockOut(Out):
    """One running clock."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    clock: ClockKind
    limit: str
    from_: At = Field(alias="from")
    due: At
    provisional: bool
    rules: list[str]
    calendar: str


class CaseLineOut(Out):
    """One case of a matter."""

    id: str = Field(examples=["2026-0143/case1"])
    matter_id: str
    subject: str | None
    severity: Severity | None
    measure: str | None
    count: int | None
    open: bool
    proposed_at: At
    ended_at: At | None


class ToldOut(Out):
    """That an act was told to posts."""

    at: At
    act: ActName
    target: str
    to: list[str]
    words: str


class OrganPartOut(Out):
    """A co-handler's part; `done_at` is null while it is open."""

    organ: str = Field(examples=["区财政局"])
    done_at: At | None


class PartOut(Out):
    """What a caller sees of a matter of which only a part is his; `asked`: to take the matter over."""

    requirement: str | None
    limit: str
    parts: list[OrganPartOut]
    asked: bool


class MatterOut(MatterLineOut):
    """A matter with its terms, running clocks, cases and notices.

    Where only a part of it is the caller's, `part` says which, and seq, terms, clocks and cases are left out.
    """

    part: PartOut | None = None
    seq: int | None = None
    terms: dict[str, Any] | None = None
    clocks: list[ClockOut] = []
    cases: list[CaseLineOut] = []
    notices: list[ToldOut]


class ActOut(Out):
    """One act as recorded; a field that does not apply is left out."""

    at: At = Field(examples=[_AT])
    target: str = Field(examples=["2026-0143"])
    act: ActName
    by: str | None = None
    person: str | None = None
    principal: str | None = None
    due: At | None = None
    days_left: int | None = None
    light: Light | None = None
    measure: str | None = None
    subject: str | None = None
    severity: str | None = None
    count: int | None = None
    step: str | None = None
    value: str | None = None
    reason: str | None = None
    provisional: bool | None = None
    rule: str | None = None
    seq: int
    words: str
    detail: dict[str, Any]
    tell: list[str]
    message_id: str | None
    processed_at: At
    hash: str


class NoticeOut(ActOut):
    """One notice in an inbox: the act, and of which matter."""

    matter: str
    title: str | None
    state: NoticeState
    unreached: list[str]


class ProceedingLineOut(Out):
    """A proceeding, a petition or a duty in a list. Instants carry +08:00; who turned to the office is not shown.

    `level`, `last_act` and `cases_open` are null where only a part of it is the caller's.
    """

    id: str = Field(examples=["petition/2026-0007"])
    kind: str = Field(examples=["群众诉求"])
    procedure: str = Field(examples=["petition"])
    title: str = Field(examples=["路灯不亮"])
    lead: str = Field(examples=["区教育局"])
    office: str = Field(examples=["区政府督查室"])
    leader: str = Field(examples=["区长"])
    subject: str | None
    channel: str | None
    channel_words: str | None
    public: bool | None
    urgent: bool
    stage: ProceedingStage
    stage_words: str = Field(examples=["办理中"])
    step: str | None = Field(examples=["handling"])
    step_title: str | None = Field(examples=["调查处理"])
    light: Light
    level: int | None
    paused: bool
    overdue: bool
    due_at: At | None = Field(examples=[_AT])
    valid_until: At | None
    opened_at: At
    ended_at: At | None
    last_act: ActName | None
    last_act_at: At | None
    cases_open: int | None
    linked_to: str | None
    working_days_left: int | None
    words: str | None


class StepOut(Out):
    """One step of a procedure, and what became of it; `outcome`, `at`, `by`, `late` of a step that was taken."""

    step: str = Field(examples=["handling"])
    title: str
    block: str = Field(examples=["deadline"])
    state: str = Field(examples=["under_way"])
    outcome: str | None
    at: At | None
    by: str | None
    late: bool | None
    round: int | None


class StepClockOut(Out):
    """One running clock of a proceeding."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    clock: StepClockKind
    words: str
    step: str
    limit: str
    from_: At = Field(alias="from")
    due: At
    provisional: bool
    rules: list[str]
    calendar: str


class ProceedingOut(ProceedingLineOut):
    """A proceeding with its terms, steps, running clocks, cases and notices.

    Where only a part of it is the caller's (`partial`), it is its line, and what was told his own organ.
    """

    partial: bool
    seq: int | None = None
    policy: str | None = None
    round: int | None = None
    terms: dict[str, Any] | None = None
    steps: list[StepOut] = []
    clocks: list[StepClockOut] = []
    cases: list[CaseLineOut] = []
    launched: list[str] = []
    links: list[str] = []
    notices: list[ToldOut]


class StepOfProcedureOut(Out):
    """One step of a procedure file."""

    step: str
    title: str
    block: str = Field(examples=["checklist"])
    block_words: str
    limit: str | None


class ParameterOut(Out):
    """A number of a procedure in force, with what it rests on."""

    name: str
    value: str
    source: str


class StepProcedureOut(Out):
    """A procedure that can be opened: its steps, its parameters in force last, the mechanisms it carries."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    name: str = Field(examples=["window_acceptance"])
    title: str
    of: str = Field(examples=["proceeding"])
    version: str
    shipped: bool
    from_: date = Field(alias="from")
    carries: list[str] = Field(examples=[["B3", "B4"]])
    steps: list[StepOfProcedureOut]
    parameters: list[ParameterOut]


class OutcomeOut(Out):
    """The recorded answer to a command; a repetition under the same key gets the same one."""

    id: str = Field(examples=["2026-0143"])
    message_id: str
    accepted: bool
    acts: list[ActName] = Field(examples=[["signed"]])
    due: At | None
    reason: str | None
    rule: str | None


class LaunchedOut(Out):
    """A matter as launched; `again` where the key had launched it before."""

    id: str = Field(examples=["2026-0143"])
    again: bool
    accepted: bool
    acts: list[ActName] = Field(examples=[["registered", "assigned"]])
    due: At | None
    reason: str | None
    rule: str | None


class DayOut(Out):
    """One day of a count: its number, or null when it was skipped, and why."""

    date: date
    weekday: str
    counted: int | None
    zh: str
    en: str
    provisional: bool


class SilentActOut(Out):
    """An act that would follow if nobody ever answered; a field that does not apply is left out."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    at: At
    target: str
    act: ActName
    by: str | None = None
    due: At | None = None
    days_left: int | None = None
    light: Light | None = None
    measure: str | None = None
    subject: str | None = None
    severity: str | None = None
    count: int | None = None
    reason: str | None = None
    provisional: bool | None = None
    rule: str | None = None


class PreviewOut(Out):
    """What the dates would be, and why; nothing is registered. `refused` says why it would not be admitted."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    from_: At = Field(alias="from")
    refused: str | None
    limit: str | None
    due: At | None
    last_day: date | None
    provisional: bool | None
    rules: list[str] | None
    calendar: str | None
    days: list[DayOut]
    acts: list[SilentActOut]
    until: At


class CaseClockOut(Out):
    """One clock that ever ran in a case, and whether it fired when it fell due."""

    clock: CaseClockKind
    due: At
    watch: Watch
    why: str | None
    fired: int
    told: list[str]
    mark: str
    unverified: bool


class CitedOut(Out):
    """A case that another one rests on, and what stands of it."""

    id: str = Field(examples=["2026-0143/case1"])
    stage: CaseStage
    standing: str | None


class SourceOut(Out):
    """What a case was opened from: the number of its document, or the decided cases it rests on."""

    kind: CaseSource
    reference: str | None
    cases: list[CitedOut]


class CaseOut(Out):
    """Where a case stands, and who has a seat in it."""

    id: str = Field(examples=["2026-0143/case1"])
    matter_id: str | None
    title: str | None
    stage: CaseStage
    subject: str | None
    source: SourceOut | None
    source_words: str
    rests_on_words: str
    severity: Severity
    measure: str | None
    measure_words: str
    standing: str | None
    standing_words: str
    unverified: dict[str, list[str]]
    count: int | None
    proposer: str | None
    office: str | None
    leader: str | None
    panel: list[str]
    reviewers: list[str]
    recused: list[str]
    ballot: int
    proposed_at: At | None
    ended_at: At | None
    policy: str
    allegation: str | None
    facts: str | None
    statements: list[str]
    clocks: list[CaseClockOut]


class DocumentOut(Out):
    """One official document: number, kind, by which act, and the hash of the file it was first printed as."""

    id: int
    number: str = Field(examples=["区政府督查室督办〔2026〕3号"])
    kind: str
    title: str
    matter_id: str
    target: str
    seq: int
    act: ActName
    issued_at: At
    template: str | None
    content: str | None


class DeliveryOut(Out):
    """What became of one notice on one channel outside the house; no address is shown."""

    number: int
    target: str
    seq: int
    act: ActName
    recipient: str
    channel: str
    state: NoticeState
    queued_at: At
    due_at: At | None
    attempts: int
    attempted_at: At | None
    delivered_at: At | None
    receipt: str | None
    failure: str | None


class OrganOut(Out):
    """Where the matters of one lead stand; `organ` is null in the totals."""

    organ: str | None
    matters: int
    lights: dict[Light, int]
    stages: dict[Stage, int]
    overdue: int
    escalated: int
    proposed: int


class OverviewOut(Out):
    """By lead, and all together."""

    organs: list[OrganOut]
    totals: OrganOut


class PublicOut(Out):
    """What everybody may see of a matter that is marked public."""

    id: str = Field(examples=["2026-0143"])
    title: str | None = Field(examples=["治理教育乱收费"])
    lead: str | None
    stage: Stage
    light: Light
    due_on: date | None = Field(examples=["2026-03-09"])
