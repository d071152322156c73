"""The messages a matter understands, and the answer to each.

A message carries what was said, not what is allowed: a missing reason or an unknown post is a matter for the rules,
which refuse on record. Only a wrong type or an unknown field is turned away here. `attachments` are hashes of files
that the same post has handed in to the same target (record/attachments.py).
"""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from models.acts import Act, ActName
from models.base import Compact, Shape, Spoken, Voice
from models.calendar import CalendarNotice
from models.case_messages import CASE_TITLES, CaseCommand, CaseRelay, Propose
from models.matters import Light
from models.proceeding_messages import PROCEEDING_TITLES, Open, ProceedingCommand


class Registration(Compact):
    """A matter as an office hands it in; everything optional here that the rules may have to ask for.

    `assigned_at` is set only for a matter assigned on paper before it came in; it is then imported, not assigned anew.
    `parent` and `root` are set only for a child: the matter it was split off, and the one at the top.
    """

    message_id: str
    by: str | None = None
    voice: Voice | None = None
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
    parent: str | None = None
    root: str | None = None


class Approve(Spoken):
    """批准: of a matter that awaits approval, or of a circulation, which can also be denied (`granted` false)."""

    do: Literal["approve"] = "approve"
    granted: bool | None = None
    reason: str | None = None


class Sign(Spoken):
    """签收."""

    do: Literal["sign"] = "sign"


class ReportProgress(Spoken):
    """报告进展; a co-handler says with `done` that its part is finished."""

    do: Literal["report_progress"] = "report_progress"
    text: str | None = None
    done: bool = False
    attachments: tuple[str, ...] = ()


class RequestExtension(Spoken):
    """申请延期: `limit` is what is to be added, or the new date where the matter has a fixed one."""

    do: Literal["request_extension"] = "request_extension"
    limit: str | None = None
    reason: str | None = None
    attachments: tuple[str, ...] = ()


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
    attachments: tuple[str, ...] = ()


class Verify(Spoken):
    """核验: by document, by a visit of two persons, or by call-back."""

    do: Literal["verify"] = "verify"
    passed: bool | None = None
    method: str | None = None
    evidence: dict[str, Any] | str | None = None
    reason: str | None = None
    attachments: tuple[str, ...] = ()


class Cancel(Spoken):
    """撤销事项; open cases stay open unless `end_cases` says that the reason ends them too."""

    do: Literal["cancel"] = "cancel"
    reason: str | None = None
    end_cases: bool = False


class ObjectAssignment(Spoken):
    """对交办提出异议: the receiver holds that the matter is not theirs."""

    do: Literal["object_assignment"] = "object_assignment"
    reason: str | None = None


class UpholdAssignment(Spoken):
    """维持交办."""

    do: Literal["uphold_assignment"] = "uphold_assignment"
    reason: str | None = None


class RequestTransfer(Spoken):
    """申请转办 to another organ; by the office in answer to an objection to the assignment."""

    do: Literal["request_transfer"] = "request_transfer"
    to: str | None = None
    reason: str | None = None


class AcceptTransfer(Spoken):
    """接受转办."""

    do: Literal["accept_transfer"] = "accept_transfer"
    reason: str | None = None


class RefuseTransfer(Spoken):
    """不接受转办."""

    do: Literal["refuse_transfer"] = "refuse_transfer"
    reason: str | None = None


class Object(Spoken):
    """对结论提出异议: to the latest conclusion, or to the one named by `about` (its act)."""

    do: Literal["object"] = "object"
    text: str | None = None
    about: ActName | None = None
    attachments: tuple[str, ...] = ()


class DecideObjection(Spoken):
    """审定异议; `to` names the new lead where an objection to the assignment is upheld."""

    do: Literal["decide_objection"] = "decide_objection"
    upheld: bool | None = None
    to: str | None = None
    reason: str | None = None


class Reopen(Spoken):
    """回访后重新办理."""

    do: Literal["reopen"] = "reopen"
    reason: str | None = None


class Child(Shape):
    """A child matter as an office describes it when it splits a matter; what is left out is the matter's."""

    id: str | None = None
    title: str | None = None
    lead: str | None = None
    co: tuple[str, ...] = ()
    limit: str | None = None
    report_every: str | None = None
    responsible: str | None = None
    requirement: str | None = None


class Split(Spoken):
    """分解 into child matters with leads and clocks of their own; also to add some later."""

    do: Literal["split"] = "split"
    children: tuple[Child, ...] = ()
    reason: str | None = None


class Urge(Spoken):
    """催办."""

    do: Literal["urge"] = "urge"
    text: str | None = None
    reason: str | None = None


class Summon(Spoken):
    """约谈 the head of the lead, or another post of it."""

    do: Literal["summon"] = "summon"
    post: str | None = None
    text: str | None = None
    reason: str | None = None


class Circulate(Spoken):
    """通报: by the office for the leader to approve, or by the leader at once."""

    do: Literal["circulate"] = "circulate"
    text: str | None = None
    reason: str | None = None


class RaiseUrgency(Spoken):
    """提高紧急程度."""

    do: Literal["raise_urgency"] = "raise_urgency"
    urgency: str | None = None
    reason: str | None = None


class Merge(Spoken):
    """并案: the matter goes on in another one, `into`, of the same lead and office."""

    do: Literal["merge"] = "merge"
    into: str | None = None
    reason: str | None = None


class Praise(Spoken):
    """表扬 the lead, or a co-handler named by `organ`."""

    do: Literal["praise"] = "praise"
    organ: str | None = None
    text: str | None = None
    reason: str | None = None


class Correct(Spoken):
    """更正: a new act that names an old one, by its number in the matter's chain or as the last one of the name `act`.

    `fields` gives new values of the terms title, requirement, remark or public, when the registration is corrected.
    """

    do: Literal["correct"] = "correct"
    entry: int | None = None
    act: ActName | None = None
    text: str | None = None
    reason: str | None = None
    fields: dict[str, Any] | None = None


MatterCommand = (
    Approve
    | Sign
    | ReportProgress
    | RequestExtension
    | DecideExtension
    | Suspend
    | Resume
    | Submit
    | Verify
    | Cancel
    | ObjectAssignment
    | UpholdAssignment
    | RequestTransfer
    | AcceptTransfer
    | RefuseTransfer
    | Object
    | DecideObjection
    | Reopen
    | Split
    | Urge
    | Summon
    | Circulate
    | RaiseUrgency
    | Merge
    | Praise
    | Correct
    | Propose
)
Command = Annotated[MatterCommand | CaseCommand | ProceedingCommand, Field(discriminator="do")]


TITLES: dict[str, str] = {
    "approve": "批准",
    "sign": "签收",
    "report_progress": "报告进展",
    "request_extension": "申请延期",
    "decide_extension": "审批延期",
    "suspend": "中止计时",
    "resume": "恢复计时",
    "submit": "报结",
    "verify": "核验",
    "cancel": "撤销事项",
    "object_assignment": "对交办提出异议",
    "uphold_assignment": "维持交办",
    "request_transfer": "申请转办",
    "accept_transfer": "接受转办",
    "refuse_transfer": "不接受转办",
    "object": "对结论提出异议",
    "decide_objection": "审定异议",
    "reopen": "重新办理",
    "split": "任务分解",
    "urge": "催办",
    "summon": "约谈",
    "circulate": "通报",
    "raise_urgency": "提高紧急程度",
    "merge": "并案",
    "praise": "表扬",
    "correct": "更正",
    **CASE_TITLES,
    **PROCEEDING_TITLES,
}


class CalendarPublished(Shape):
    """The fact that a notice was loaded; every open clock is ruled again."""

    message_id: str
    notice: CalendarNotice


class CaseConcluded(Shape):
    """What a case says to its matter when it has come to an end, or to another one by review; `how` is the act."""

    message_id: str
    case: str
    subject: str
    how: ActName
    reason: str | None = None


class ChildMoved(Shape):
    """A child's word to its parent: the light it shows, and whether it is still open."""

    child: str
    light: Light
    open: bool


class ParentCancelled(Shape):
    """A cancelled matter's word to its open children; `end_cases` says that the reason ends open cases too."""

    by: str | None = None
    reason: str | None = None
    end_cases: bool = False


class ProceedingLinked(Shape):
    """What a proceeding says to the one that goes on for both of them; `linked` is the one that ended in it."""

    linked: str


Unanswered = ChildMoved | ParentCancelled | CaseConcluded | ProceedingLinked
"""What a target is told by its relatives: it is not answered, and cannot be refused."""

Relay = Registration | Open | Unanswered | CaseRelay
"""What one target says to another in the same transaction."""


class Relayed(Shape):
    """A relay on its way: sent about the instant `at`, to `target`."""

    at: datetime
    target: str
    message: Relay


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
