"""The messages a matter understands, and the answer to each.

A message carries what was said, not what is allowed: a missing reason or an unknown post is a matter for the rules,
which refuse on record. Only a wrong type or an unknown field is turned away here.
"""

from datetime import datetime
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from models.acts import Act, ActName
from models.base import Compact, Shape
from models.calendar import CalendarNotice


class Registration(Compact):
    """A matter as an office hands it in; everything optional here that the rules may have to ask for.

    `assigned_at` is set only for a matter assigned on paper before it came in; it is then imported, not assigned anew.
    """

    message_id: str
    by: str | None = None
    policy: str = "standard"
    title: str | None = None
    lead: str | None = None
    office: str | None = None
    leader: str | None = None
    co: tuple[str, ...] = ()
    limit: str | None = None
    basis: str | None = None
    urgency: str | None = None
    severity: str | None = None
    report_every: str | None = None
    responsible: str | None = None
    panel: tuple[str, ...] = ()
    reviewers: tuple[str, ...] = ()
    requirement: str | None = None
    public: bool | None = None
    remark: str | None = None
    assigned_at: datetime | None = None


class Spoken(Compact):
    """What every command has: who speaks through which post, and the id under which a repetition is recognised."""

    message_id: str
    by: str | None = None


class Approve(Spoken):
    """批准立项."""

    do: Literal["approve"] = "approve"


class Sign(Spoken):
    """签收."""

    do: Literal["sign"] = "sign"


class ReportProgress(Spoken):
    """报告进展; a co-handler says with `done` that its part is finished."""

    do: Literal["report_progress"] = "report_progress"
    text: str | None = None
    done: bool = False


class RequestExtension(Spoken):
    """申请延期: `limit` is what is to be added, or the new date where the matter has a fixed one."""

    do: Literal["request_extension"] = "request_extension"
    limit: str | None = None
    reason: str | None = None


class DecideExtension(Spoken):
    """审批延期."""

    do: Literal["decide_extension"] = "decide_extension"
    granted: bool | None = None
    reason: str | None = None


class Suspend(Spoken):
    """中止计时: `until` is a date (close of business) or an instant."""

    do: Literal["suspend"] = "suspend"
    reason: str | None = None
    until: str | None = None


class Resume(Spoken):
    """恢复计时."""

    do: Literal["resume"] = "resume"
    reason: str | None = None


class Submit(Spoken):
    """报结; `without_co` says why a co-handler's open part does not stand in the way."""

    do: Literal["submit"] = "submit"
    text: str | None = None
    without_co: str | None = None


class Verify(Spoken):
    """核验: by document, by a visit of two persons, or by call-back."""

    do: Literal["verify"] = "verify"
    passed: bool | None = None
    method: str | None = None
    evidence: dict[str, Any] | str | None = None
    reason: str | None = None


class Cancel(Spoken):
    """撤销事项."""

    do: Literal["cancel"] = "cancel"
    reason: str | None = None


class NotYetOffered(Spoken):
    """A command of the contract that no procedure offers yet; it is refused on record, never ignored."""

    model_config = ConfigDict(frozen=True, extra="allow")

    do: Literal[
        "object_assignment",
        "uphold_assignment",
        "request_transfer",
        "accept_transfer",
        "refuse_transfer",
        "split",
        "reopen",
        "object",
        "decide_objection",
        "urge",
        "summon",
        "circulate",
        "raise_urgency",
        "merge",
        "praise",
        "correct",
        "file",
        "decline",
        "investigate",
        "notify_facts",
        "give_statement",
        "waive_statement",
        "answer_statement",
        "mitigate",
        "aggravate",
        "vote",
        "recuse",
        "decide",
        "serve",
        "execute",
        "record",
        "request_review",
        "decide_review",
        "withdraw",
        "propose",
    ]


MatterCommand = (
    Approve | Sign | ReportProgress | RequestExtension | DecideExtension | Suspend | Resume | Submit | Verify | Cancel
)
Command = Annotated[MatterCommand | NotYetOffered, Field(discriminator="do")]


TITLES: dict[str, str] = {
    "approve": "批准立项",
    "sign": "签收",
    "report_progress": "报告进展",
    "request_extension": "申请延期",
    "decide_extension": "审批延期",
    "suspend": "中止计时",
    "resume": "恢复计时",
    "submit": "报结",
    "verify": "核验",
    "cancel": "撤销事项",
}
TITLES.update({name: f"未开通 {name}" for name in get_args(NotYetOffered.model_fields["do"].annotation)})


class CalendarPublished(Shape):
    """The fact that a notice was loaded; every open clock is ruled again."""

    message_id: str
    notice: CalendarNotice


class Outcome(Compact):
    """The recorded answer to a message: the acts it caused, or why it was refused. A repetition gets the same one."""

    accepted: bool = False
    acts: tuple[ActName, ...] = ()
    reason: str | None = None
    rule: str | None = None
    due: datetime | None = None


class Transition(BaseModel):
    """What one message or timer came to: the acts in order (a case's acts carry the case as target)."""

    model_config = ConfigDict(frozen=True)

    acts: tuple[Act, ...]
    outcome: Outcome | None = None
