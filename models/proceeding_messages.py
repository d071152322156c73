"""The messages a proceeding, a petition or a duty understands.

A message carries what was said, not what is allowed: a missing reason or an unknown post is a matter for the rules,
which refuse on record. Only a wrong type or an unknown field is turned away here. Extensions, pauses and withdrawals
are said in the words a matter has for them (models/messages.py).
"""

from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator

from models.base import Compact, Spoken, Voice
from models.proceedings import Channel, Representative

Evidence = dict[str, Any] | str


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_listed)]


class Open(Compact):
    """A proceeding, a petition or a duty as somebody hands it in; optional is what the rules may have to ask for.

    `procedure` names the file. `text` is what is asked for; `present` the items brought along; `received_at` when it
    came in, where that was earlier. `petitioner` is the opaque reference under which whoever turned to the office is
    kept apart.
    """

    # So that no payload of an opening can be read as a registration.
    always_told: ClassVar[frozenset[str]] = frozenset({"procedure"})

    message_id: str
    by: str | None = None
    voice: Voice | None = None
    procedure: str = ""
    title: str | None = None
    lead: str | None = None
    office: str | None = None
    leader: str | None = None
    co: Names = ()
    subject: str | None = None
    text: str | None = None
    event_on: date | None = None
    received_at: datetime | None = None
    period: str | None = None
    panel: Names = ()
    representatives: tuple[Representative, ...] = ()
    present: Names = ()
    public: bool | None = None
    source: str | None = None
    channel: Channel | None = None
    anonymous: bool = False
    urgent: bool = False
    prominent: bool = False
    petitioner: str | None = None


class Finish(Spoken):
    """办结本环节: `evidence` has what the step asks for, by name."""

    do: Literal["finish"] = "finish"
    text: str | None = None
    evidence: Evidence | None = None
    attachments: tuple[str, ...] = ()


class CheckItems(Spoken):
    """当场验明、一次性告知: `missing` is everything that is missing; nothing missing accepts."""

    do: Literal["check_items"] = "check_items"
    missing: Names = ()
    text: str | None = None


class Supplement(Spoken):
    """补正: the items brought since."""

    do: Literal["supplement"] = "supplement"
    items: Names = ()
    attachments: tuple[str, ...] = ()


class Reject(Spoken):
    """不予受理、退文: with the reason, and where to go instead."""

    do: Literal["reject"] = "reject"
    reason: str | None = None
    refer_to: str | None = None


class Grant(Spoken):
    """准予、同意."""

    do: Literal["grant"] = "grant"
    text: str | None = None
    evidence: Evidence | None = None
    attachments: tuple[str, ...] = ()


class UsePermit(Spoken):
    """持证行使:what was granted is used, for `purpose`, as long as it is valid (进校收费、入企检查)."""

    do: Literal["use_permit"] = "use_permit"
    purpose: str | None = None


class Deny(Spoken):
    """不予、不同意."""

    do: Literal["deny"] = "deny"
    reason: str | None = None


class Opine(Spoken):
    """会办意见: a co-handler agrees or not, with its opinion."""

    do: Literal["opine"] = "opine"
    agreed: bool | None = None
    text: str | None = None
    attachments: tuple[str, ...] = ()


class Convene(Spoken):
    """定期召开: the day of the meeting, and who is invited."""

    do: Literal["convene"] = "convene"
    on: date | None = None
    place: str | None = None
    representatives: tuple[Representative, ...] = ()
    organs: Names = ()


class SendOut(Spoken):
    """发布告示、名单、材料: what was sent out today for the meeting."""

    do: Literal["send_out"] = "send_out"
    what: str | None = None


class Hold(Spoken):
    """如期召开: who was there, what was said (an opinion by representative), what is shown of it."""

    do: Literal["hold"] = "hold"
    present: Names = ()
    opinions: dict[str, str] | None = None
    evidence: Evidence | None = None
    attachments: tuple[str, ...] = ()


class Cast(Spoken):
    """投票: for or against, by the member who speaks."""

    do: Literal["cast"] = "cast"
    agreed: bool | None = None


class StandDown(Spoken):
    """回避: a member of the panel does not vote on this, with the reason."""

    do: Literal["stand_down"] = "stand_down"
    reason: str | None = None


class CountVotes(Spoken):
    """计票: closes the vote; `present` are the members who were there."""

    do: Literal["count_votes"] = "count_votes"
    present: Names = ()


class AnswerOpinion(Spoken):
    """答复意见: one representative's opinion is adopted or not, with reasons."""

    do: Literal["answer_opinion"] = "answer_opinion"
    representative: str | None = None
    adopted: bool | None = None
    reason: str | None = None


class Publish(Spoken):
    """公布: where, and what."""

    do: Literal["publish"] = "publish"
    medium: str | None = None
    text: str | None = None
    attachments: tuple[str, ...] = ()


class CallBack(Spoken):
    """回访: satisfied, not satisfied, or (None) not reached."""

    do: Literal["call_back"] = "call_back"
    satisfied: bool | None = None
    text: str | None = None


class RaiseObjection(Spoken):
    """公示期内提出异议; `number` is how it is called from now on."""

    do: Literal["raise_objection"] = "raise_objection"
    number: str | None = None
    text: str | None = None


class AnswerObjection(Spoken):
    """答复异议: upheld or not, with reasons."""

    do: Literal["answer_objection"] = "answer_objection"
    number: str | None = None
    upheld: bool | None = None
    reason: str | None = None


class SendPaper(Spoken):
    """报备、抄送、移送: under which number."""

    do: Literal["send_paper"] = "send_paper"
    number: str | None = None
    text: str | None = None
    attachments: tuple[str, ...] = ()


class Acknowledge(Spoken):
    """回执: received, or (`accepted` false, only of a transfer) not taken, with reasons."""

    do: Literal["acknowledge"] = "acknowledge"
    accepted: bool = True
    reason: str | None = None


class ReportValue(Spoken):
    """填报指标值, for the period that ended on `on`."""

    do: Literal["report_value"] = "report_value"
    value: str | None = None
    on: date | None = None
    attachments: tuple[str, ...] = ()


class Assess(Spoken):
    """评分: marks by criterion, with reasons for what was taken off."""

    do: Literal["assess"] = "assess"
    marks: dict[str, int] | None = None
    reason: str | None = None


class RegisterOffence(Spoken):
    """登记造册: the subject's offence on that day, as looked up in the register."""

    do: Literal["register_offence"] = "register_offence"
    text: str | None = None
    on: date | None = None


class Route(Spoken):
    """分办、转办: to the organ that has to handle it."""

    do: Literal["route"] = "route"
    to: str | None = None
    reason: str | None = None


class AcceptRouting(Spoken):
    """承办单位接收."""

    do: Literal["accept_routing"] = "accept_routing"


class ObjectRouting(Spoken):
    """对分办提出异议."""

    do: Literal["object_routing"] = "object_routing"
    reason: str | None = None


class UpholdRouting(Spoken):
    """维持分办."""

    do: Literal["uphold_routing"] = "uphold_routing"
    reason: str | None = None


class Link(Spoken):
    """关联重复件: this one goes on with the other; the petitioner learns of both."""

    do: Literal["link"] = "link"
    to: str | None = None
    reason: str | None = None


class FollowUp(Spoken):
    """补充诉求: further words of whoever asked, who speaks through no post; `about` is his own petition's number.

    `about` is told where that one goes on with another: then it is said to the other.
    """

    do: Literal["follow_up"] = "follow_up"
    text: str | None = None
    about: str | None = None


class Rate(Spoken):
    """诉求人评价: whoever asked is satisfied with the answer or not; he speaks through no post. `about` as of FollowUp.

    No call back: what the office does about it, it does by its own.
    """

    do: Literal["rate"] = "rate"
    satisfied: bool | None = None
    text: str | None = None
    about: str | None = None


class Trigger(Spoken):
    """触发: an event happened on that day, so the duty falls due."""

    do: Literal["trigger"] = "trigger"
    on: date | None = None
    reason: str | None = None


class PauseDuty(Spoken):
    """暂停: no occurrence is opened until it goes on."""

    do: Literal["pause_duty"] = "pause_duty"
    reason: str | None = None


class ContinueDuty(Spoken):
    """继续."""

    do: Literal["continue_duty"] = "continue_duty"


class Backfill(Spoken):
    """补办: occurrences of past periods that were never opened, from the period of `since` to that of `until`."""

    do: Literal["backfill"] = "backfill"
    since: date | None = None
    until: date | None = None
    reason: str | None = None


ProceedingCommand = (
    Finish
    | CheckItems
    | Supplement
    | Reject
    | Grant
    | UsePermit
    | Deny
    | Opine
    | Convene
    | SendOut
    | Hold
    | Cast
    | StandDown
    | CountVotes
    | AnswerOpinion
    | Publish
    | CallBack
    | RaiseObjection
    | AnswerObjection
    | SendPaper
    | Acknowledge
    | ReportValue
    | Assess
    | RegisterOffence
    | Route
    | AcceptRouting
    | ObjectRouting
    | UpholdRouting
    | Link
    | FollowUp
    | Rate
    | Trigger
    | PauseDuty
    | ContinueDuty
    | Backfill
)

PROCEEDING_TITLES: dict[str, str] = {
    "finish": "办结本环节",
    "check_items": "一次性告知",
    "supplement": "补正",
    "reject": "不予受理",
    "grant": "准予",
    "use_permit": "持证行使",
    "deny": "不予",
    "opine": "会办意见",
    "convene": "定期召开",
    "send_out": "发布会议材料",
    "hold": "召开会议",
    "cast": "投票",
    "stand_down": "回避",
    "count_votes": "计票",
    "answer_opinion": "答复意见",
    "publish": "公布",
    "call_back": "回访",
    "raise_objection": "提出公示异议",
    "answer_objection": "答复公示异议",
    "send_paper": "报送",
    "acknowledge": "回执",
    "report_value": "填报指标",
    "assess": "评分",
    "register_offence": "登记违章",
    "route": "分办",
    "accept_routing": "接收承办",
    "object_routing": "对分办提出异议",
    "uphold_routing": "维持分办",
    "link": "关联重复件",
    "follow_up": "补充诉求",
    "rate": "诉求人评价",
    "trigger": "触发",
    "pause_duty": "暂停任务",
    "continue_duty": "继续任务",
    "backfill": "补办",
}
