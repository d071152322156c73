"""What the parts that talk over Temporal agree on: queues, workflow ids, wire names, search attributes, payloads.

A name here is on the wire of every running matter: add names, never change one.
"""

import hashlib
import re
from datetime import datetime
from enum import StrEnum

from models.base import Compact, Shape
from models.case_messages import Propose
from models.cases import CaseStage
from models.matters import Light, Stage
from models.messages import CalendarPublished, Command, Outcome, Registration
from models.proceeding_messages import Open
from models.proceedings import ProceedingStage


class TaskQueue(StrEnum):
    """Task queues; each can be served by its own workers."""

    PROCEDURE = "duban-procedure"
    RECORDS = "duban-records"
    NOTICES = "duban-notices"


_FAIRNESS_BYTES = 64


def fairness_key(organ: str) -> str:
    """For whom a server that deals out work fairly counts it: the organ, or a digest of one too long for a key."""
    told = organ.encode()
    return organ if len(told) <= _FAIRNESS_BYTES else hashlib.sha256(told).hexdigest()[:32]


MATTER_WORKFLOW = "MatterWorkflow"
CASE_WORKFLOW = "CaseWorkflow"
PROCEEDING_WORKFLOW = "ProceedingWorkflow"
PETITION_WORKFLOW = "PetitionWorkflow"
DUTY_WORKFLOW = "DutyWorkflow"
CALENDAR_WORKFLOW = "CalendarWorkflow"
MISDIRECTED_WORKFLOW = "MisdirectedWorkflow"
NOTICE_WORKFLOW = "NoticeWorkflow"
DIGEST_WORKFLOW = "DigestWorkflow"
SEAL_WORKFLOW = "SealWorkflow"
COMPARISON_WORKFLOW = "ComparisonWorkflow"

RECORD_TRANSITION = "record_transition"
STORE_CALENDAR = "store_calendar"
ANNOUNCE_CALENDAR = "announce_calendar"
PLAN_NOTICE = "plan_notice"
SEND_NOTICE = "send_notice"
CLOSE_CHANNEL = "close_channel"
REPORT_UNDELIVERED = "report_undelivered"
JOIN_DIGEST = "join_digest"
GATHER_DIGEST = "gather_digest"
MAKE_SEAL = "make_seal"
REPORT_INCIDENTS = "report_incidents"
COMPARE_POLICIES = "compare_policies"

CALENDAR_PUBLISHED_SIGNAL = "calendar_published"
RECORD_MOVED_SIGNAL = "record_moved"
RENEW_SIGNAL = "renew"
STRIKE_CLOCK_UPDATE = "strike_clock"
OPEN_UPDATE = "open"
TELL_UPDATE = "tell"
DIGEST_JOINED_SIGNAL = "digest_joined"

KIND_MATTER = "督办事项"
KIND_CASE = "问责案件"
KIND_PROCEEDING = "程序事项"
KIND_PETITION = "群众诉求"
KIND_DUTY = "经常性义务"
KINDS = {
    "matter": KIND_MATTER,
    "case": KIND_CASE,
    "proceeding": KIND_PROCEEDING,
    "petition": KIND_PETITION,
    "duty": KIND_DUTY,
}
"""What users call each kind of target."""
WORKFLOW_OF = {
    "matter": MATTER_WORKFLOW,
    "case": CASE_WORKFLOW,
    "proceeding": PROCEEDING_WORKFLOW,
    "petition": PETITION_WORKFLOW,
    "duty": DUTY_WORKFLOW,
}
"""Which workflow keeps the time of each kind of target."""

HEAD_DIGITS = 32

INCIDENTS = "incidents"
"""The chain of what was done to workflows from outside."""
ARCHIVE = "archive"
"""The chain of holds, requests to destroy, and certificates of destruction."""
POLICIES = "policies"
"""The chain of what is drafted and published of the office's procedure."""


class SearchAttribute(StrEnum):
    """Custom search attributes of a matter; none holds anything personal."""

    KIND = "MatterKind"
    ORGAN = "MatterOrgan"
    STAGE = "MatterStage"
    LIGHT = "MatterLight"
    LEVEL = "MatterLevel"
    DUE = "MatterDue"


WEBHOOK_CHANNEL = "webhook"
_WEBHOOK = "webhook/"


def webhook_recipient(webhook_id: str) -> str:
    """How a subscription stands among the recipients of notices; no post is called so."""
    return f"{_WEBHOOK}{webhook_id}"


def webhook_of(recipient: str) -> str | None:
    """The id of the subscription that the recipient is; None for a post."""
    return recipient.removeprefix(_WEBHOOK) if recipient.startswith(_WEBHOOK) else None


ACCOUNTS = "accounts"
"""The chain of what happened at the door, and is of no one person's account."""

_PERSON = "person/"
PROCEEDING_KINDS = ("proceeding", "petition", "duty")
_CASE = re.compile("case[0-9]+")


def is_case(target: str) -> bool:
    """Whether the target is a case: `m1/case1` of the matter `m1`, `inspection/case1` that an office opens itself."""
    return "/" in target and not is_account(target) and not is_proceeding(target)


def is_proceeding(target: str) -> bool:
    """Whether the target is put together from building blocks: `proceeding/12`, `petition/2026-0007`, `duty/monthly`.

    A case that is about one (`petition/2026-0007/case1`), or from one (`petition/case1`), is not.
    """
    kind, _, rest = target.partition("/")
    return kind in PROCEEDING_KINDS and bool(rest) and "/" not in rest and not _CASE.fullmatch(rest)


def kind_of(target: str) -> str:
    """What the target is: `proceeding`, `petition`, `duty`, `case` or `matter`; a key of KINDS and WORKFLOW_OF."""
    if is_proceeding(target):
        return target.partition("/")[0]
    return "case" if is_case(target) else "matter"


def workflow_of(target: str) -> str:
    """The wire name of the workflow that keeps the target's time."""
    return WORKFLOW_OF[kind_of(target)]


def target_of(workflow_id: str, scope: str = "") -> str | None:
    """The target whose time a workflow of that id keeps; None for any other workflow, and for another record's."""
    own = workflow_id.removeprefix(f"{scope}/") if scope else workflow_id
    for target in (own, own.partition("/")[2]):
        if target and matter_workflow_id(target, scope) == workflow_id:
            return target
    return None


def person_target(person: str) -> str:
    """The chain of what happened to a person's account: `person/u7`."""
    return f"{_PERSON}{person}"


def is_account(target: str) -> bool:
    """Whether the target is a chain of accounts, which no workflow keeps and no command is given to."""
    return target == ACCOUNTS or target.startswith(_PERSON)


def launches(target: str) -> str:
    """What the ids of the matters begin with that a proceeding or a petition launches, or a duty for its periods."""
    return launched_as(target, "") if kind_of(target) != "duty" else f"{target.replace('/', '-')}-"


def launched_as(target: str, number: int | str) -> str:
    """The id of the matter that a proceeding, a petition or a duty launches as its `number`th."""
    return f"{target.replace('/', '-')}-s{number}"


def matter_of(target: str) -> str:
    """The matter that a target belongs to: `m1` for `m1` and for its case `m1/case1`; a proceeding for its case."""
    if is_proceeding(target):
        return target
    return (
        target.rpartition("/")[0] or target
        if target.partition("/")[0] in PROCEEDING_KINDS
        else target.partition("/")[0]
    )


def matter_workflow_id(target: str, scope: str = "") -> str:
    """The workflow id of a matter or case, for example `matter/2026-0143` or `case/2026-0143/case1`.

    `scope` tells apart records that share a server.
    """
    if is_proceeding(target):
        return _scoped(scope, target)
    return _scoped(scope, f"{'case' if is_case(target) else 'matter'}/{target}")


def calendar_workflow_id(number: str, scope: str = "") -> str:
    """The workflow id under which the notice with this number is loaded, once."""
    return _scoped(scope, f"calendar/{number}")


def misdirected_workflow_id(target: str, message_id: str, scope: str = "") -> str:
    """The workflow id under which a command that found no open matter is put on record, once."""
    return _scoped(scope, f"misdirected/{target}/{message_id}")


def notice_workflow_id(target: str, seq: int, recipient: str, scope: str = "") -> str:
    """The workflow id under which one act is told to one post, once."""
    return _scoped(scope, f"notice/{target}/{seq}/{recipient}")


def digest_workflow_id(recipient: str, at: datetime, scope: str = "") -> str:
    """The workflow id of a post's digest of that instant."""
    return _scoped(scope, f"digest/{recipient}/{at.isoformat(timespec='minutes')}")


def seal_schedule_id(scope: str = "") -> str:
    """The id of the schedule that seals every day, and the beginning of the workflow ids it starts."""
    return _scoped(scope, "seal/daily")


def comparison_workflow_id(run_id: str, scope: str = "") -> str:
    """The id of the workflow that has a draft tried on the past."""
    return _scoped(scope, f"comparison/{run_id}")


def duty_schedule_id(target: str, scope: str = "") -> str:
    """The id of the schedule that calls a duty: `duty/monthly`, as its target."""
    return _scoped(scope, target)


def duty_call_id(target: str, call: str, scope: str = "") -> str:
    """The workflow id of one call of a duty: by its schedule, which adds the instant, or under a message's id."""
    return _scoped(scope, f"{target}/{call}")


def seal_workflow_id(asked: str, scope: str = "") -> str:
    """The workflow id of a seal that somebody asked for; `asked` tells one request from another."""
    return _scoped(scope, f"seal/{asked}")


def _scoped(scope: str, workflow_id: str) -> str:
    return f"{scope}/{workflow_id}" if scope else workflow_id


class Opening(Compact):
    """The input of the workflow of a matter, a case or a proceeding, also when it continues as new.

    `registration` is the message that brings it about, a proposal for a case that an office opens by itself; None once
    that has happened, and for what a relative has brought about. `drill_at` is the instant a drill's own clock stands
    at; None means that the matter lives in real time. `seq` and `head` are the last ledger entry the workflow has
    seen, `story` the last lines of what happened, in words. `standing` is where the matter stood when its last run
    ended; None for a first run, and for one continued by a release before 0.2.0. `command` is what a duty is told by
    a call; None for every other target.
    """

    matter_id: str
    title: str
    organ: str
    registration: Registration | Propose | Open | None = None
    command: Command | None = None
    drill_at: datetime | None = None
    seq: int = 0
    head: str = ""
    story: tuple[str, ...] = ()
    standing: "Receipt | None" = None


class Misdirected(Compact):
    """The input of a misdirected command's workflow; `drill_at` is the instant of a drill, None in real time."""

    target: str
    command: Command
    drill_at: datetime | None = None


class TransitionOrder(Shape):
    """What is to be decided and recorded in one transaction: at most one message, after every clock due by `at`.

    `known_seq` is the last entry the workflow has seen; the receipt tells it everything after that. `attended` is False
    for a message that found no running workflow: such a message changes nothing, whatever the record says. `drill` says
    that the matter's clock is a drill's, and so is that of what it starts.
    """

    matter_id: str
    at: datetime
    message: Registration | Open | Command | CalendarPublished | None = None
    known_seq: int = 0
    attended: bool = True
    drill: bool = False


class Receipt(Compact):
    """What the workflow needs to know after a transition; its history is the second witness of the ledger.

    `head` begins the hash of the matter's entry `seq` (HEAD_DIGITS hexadecimal digits of it). `next_at` is the next
    instant at which a clock is due, `next_for` what it is, in words; `due_at` the due instant that people look at.
    `organ` is the lead where the acts told of have given the matter to another one, else None.
    """

    seq: int
    head: str
    stage: Stage | CaseStage | ProceedingStage
    light: Light
    level: int = 0
    due_at: datetime | None = None
    next_at: datetime | None = None
    next_for: str = ""
    ended: bool = False
    lines: tuple[str, ...] = ()
    outcome: Outcome | None = None
    organ: str | None = None
