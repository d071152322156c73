"""The messages a case understands: what people say to it, and what its matter sends.

A message carries what was said, not what is allowed: a missing receipt or reason is a matter for the rules, which
refuse on record. Only a wrong type or an unknown field is turned away here. engine.md 6 (case commands).
"""

from enum import StrEnum
from typing import Any, Literal

from models.base import Compact, Shape, Spoken
from models.cases import Source
from models.matters import MatterTerms, Severity

Shown = dict[str, Any] | str
"""What is shown as proof: a text, or its parts by name."""


class Propose(Spoken):
    """提出问责建议: by an office, from an inspection, an audit, a petition or another case.

    What is left out of office, leader, panel and reviewers follows from the post that speaks. `source` names what it is
    opened from, `reference` the number of the document that shows the facts, `cases` the ids of the cases it rests on.
    """

    do: Literal["propose"] = "propose"
    subject: str | None = None
    facts: str | None = None
    severity: str | None = None
    office: str | None = None
    leader: str | None = None
    panel: tuple[str, ...] | str | None = None
    reviewers: tuple[str, ...] | str | None = None
    source: str | None = None
    reference: str | None = None
    cases: tuple[str, ...] | str | None = None
    reason: str | None = None
    # All of it in a box, on its way to a matter (record/spoken.py); nobody says it.
    sealed: str | None = None


class File(Spoken):
    """立案."""

    do: Literal["file"] = "file"
    reason: str | None = None


class Decline(Spoken):
    """不予立案."""

    do: Literal["decline"] = "decline"
    reason: str | None = None


class Investigate(Spoken):
    """报告调查情况: `posts` are the two or more who investigated."""

    do: Literal["investigate"] = "investigate"
    posts: tuple[str, ...] | str = ()
    text: str | None = None
    attachments: tuple[str, ...] = ()


class NotifyFacts(Spoken):
    """送达事实告知书; said again it notifies new facts, and only then may `measure` be heavier than before."""

    do: Literal["notify_facts"] = "notify_facts"
    text: str | None = None
    receipt: Shown | None = None
    evidence: Shown | None = None
    measure: str | None = None


class GiveStatement(Spoken):
    """陈述申辩."""

    do: Literal["give_statement"] = "give_statement"
    text: str | None = None
    attachments: tuple[str, ...] = ()


class WaiveStatement(Spoken):
    """放弃陈述申辩."""

    do: Literal["waive_statement"] = "waive_statement"
    text: str | None = None


class AnswerStatement(Spoken):
    """答复陈述申辩: each point taken up or not, with reasons."""

    do: Literal["answer_statement"] = "answer_statement"
    text: str | None = None
    attachments: tuple[str, ...] = ()


class Mitigate(Spoken):
    """从轻: one entry down the ladder."""

    do: Literal["mitigate"] = "mitigate"
    reason: str | None = None
    criterion: str | None = None


class Aggravate(Spoken):
    """从重: one entry up the ladder."""

    do: Literal["aggravate"] = "aggravate"
    reason: str | None = None
    criterion: str | None = None


class Vote(Spoken):
    """表决: `choice` is proposed, a lighter measure's code, dismiss or exempt; `member` defaults to who speaks."""

    do: Literal["vote"] = "vote"
    choice: str | None = None
    member: str | None = None
    criterion: str | None = None
    reason: str | None = None


class Recuse(Spoken):
    """回避: of `member`, who defaults to who speaks."""

    do: Literal["recuse"] = "recuse"
    member: str | None = None
    reason: str | None = None


class Decide(Spoken):
    """作出决定: the chair closes the vote; an organ above that decides itself says its `choice`."""

    do: Literal["decide"] = "decide"
    choice: str | None = None
    criterion: str | None = None
    reason: str | None = None


class Serve(Spoken):
    """送达决定书."""

    do: Literal["serve"] = "serve"
    receipt: Shown | None = None


class Execute(Spoken):
    """执行问责: with the evidence of the measure's kind; `adopted` is the answer of an appointing organ."""

    do: Literal["execute"] = "execute"
    evidence: Shown | None = None
    document: Shown | None = None
    adopted: bool | None = None
    reason: str | None = None
    attachments: tuple[str, ...] = ()


class Record(Spoken):
    """备案."""

    do: Literal["record"] = "record"
    number: str | None = None


class RequestReview(Spoken):
    """申请复核."""

    do: Literal["request_review"] = "request_review"
    text: str | None = None
    attachments: tuple[str, ...] = ()


class DecideReview(Spoken):
    """复核决定: `outcome` is upheld, lighter (with `measure`) or revoked."""

    do: Literal["decide_review"] = "decide_review"
    outcome: str | None = None
    measure: str | None = None
    reason: str | None = None


class Withdraw(Spoken):
    """撤回问责建议."""

    do: Literal["withdraw"] = "withdraw"
    reason: str | None = None


class Prolong(Spoken):
    """批准延长办案期限: the organ above allows the longer limit for the whole case, once."""

    do: Literal["prolong"] = "prolong"
    reason: str | None = None


class Refer(Spoken):
    """移送 to another track: `track` is a discipline measure (Z1-Z6) or CR, `to` the organ that takes it over."""

    do: Literal["refer"] = "refer"
    track: str | None = None
    to: str | None = None
    document: Shown | None = None
    receipt: Shown | None = None
    reason: str | None = None


CaseCommand = (
    Propose
    | File
    | Decline
    | Investigate
    | NotifyFacts
    | GiveStatement
    | WaiveStatement
    | AnswerStatement
    | Mitigate
    | Aggravate
    | Vote
    | Recuse
    | Decide
    | Serve
    | Execute
    | Record
    | RequestReview
    | DecideReview
    | Withdraw
    | Prolong
    | Refer
)

CASE_TITLES: dict[str, str] = {
    "propose": "提出问责建议",
    "file": "立案",
    "decline": "不予立案",
    "investigate": "报告调查情况",
    "notify_facts": "送达事实告知书",
    "give_statement": "陈述申辩",
    "waive_statement": "放弃陈述申辩",
    "answer_statement": "答复陈述申辩",
    "mitigate": "从轻",
    "aggravate": "从重",
    "vote": "表决",
    "recuse": "回避",
    "decide": "作出问责决定",
    "serve": "送达决定书",
    "execute": "执行问责",
    "record": "备案",
    "request_review": "申请复核",
    "decide_review": "复核决定",
    "withdraw": "撤回问责建议",
    "prolong": "延长办案期限",
    "refer": "移送",
}


class OpenCase(Compact):
    """A matter proposes a case about itself: `terms` are the matter's, `facts` what was missed.

    `recorded_overdue` says that the facts are a clock recorded as missed, which needs no investigation. `by` is the
    post of the office that proposed it, None where the engine did. `source` is None for the matter itself.
    """

    message_id: str
    matter_id: str
    subject: str
    severity: Severity
    terms: MatterTerms
    facts: str | None = None
    mitigation: str | None = None
    recorded_overdue: bool = True
    by: str | None = None
    source: Source | None = None


class NoteFailure(Shape):
    """A matter tells its open case that the subject has failed again (W5)."""

    message_id: str
    subject: str | None = None


class DropReason(StrEnum):
    """Why a matter drops its case: the finding it rests on was withdrawn (W7), or the leader ended it."""

    FINDING_WITHDRAWN = "finding_withdrawn"
    CANCELLED = "cancelled"


class DropCase(Compact):
    """A matter takes its proposal back; `reason` in words, where there is more to say than `why`."""

    message_id: str
    reason: str = DropReason.FINDING_WITHDRAWN.value
    why: DropReason = DropReason.FINDING_WITHDRAWN


CaseRelay = OpenCase | NoteFailure | DropCase
