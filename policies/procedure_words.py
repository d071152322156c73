"""In what words do people read a procedure: its sections, its parameters, their values and units? Chinese first.

A test holds every parameter of models/policy.py here. What a limit is in words says policies/wording.py.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from models.acts import ActName
from models.matters import Severity
from policies.block_flow import Way
from policies.documents import Document
from policies.limits import LimitError, Unit, parse_limit
from policies.procedures import Procedure
from policies.proceeding_wording import ROLES
from policies.wording import ACTS, act_words, limit_cell


class Section(StrEnum):
    """The parts of the procedure of a matter, in the order in which it is gone through."""

    REGISTRATION = "registration"
    HANDLING = "handling"
    ESCALATION = "escalation"
    CLOSING = "closing"
    OBJECTIONS = "objections"
    CASES = "cases"
    NOTICES = "notices"


SECTIONS: Mapping[Section, tuple[str, str]] = {
    Section.REGISTRATION: ("立项与交办", "Registration and assignment"),
    Section.HANDLING: ("办理、反馈与中止", "Handling, reports and suspension"),
    Section.ESCALATION: ("督办与升级", "Supervision and escalation"),
    Section.CLOSING: ("报结、核验与归档", "Submission, verification and archive"),
    Section.OBJECTIONS: ("异议、转办与重新办理", "Objections, transfers and reopening"),
    Section.CASES: ("问责", "Accountability"),
    Section.NOTICES: ("通知", "Notices"),
}

PARAMETERS: Mapping[str, tuple[Section, str, str]] = {
    "default_limit": (Section.REGISTRATION, "默认办结时限", "limit where none is named"),
    "default_basis": (Section.REGISTRATION, "默认立项依据", "basis where none is named"),
    "default_urgency": (Section.REGISTRATION, "默认紧急程度", "urgency where none is named"),
    "default_severity": (Section.REGISTRATION, "默认严重程度", "severity where none is named"),
    "bases_without_approval": (Section.REGISTRATION, "无须另行审批的立项依据", "bases that need no approval"),
    "approval": (Section.REGISTRATION, "立项审批时限", "limit of the approval"),
    "signing": (Section.REGISTRATION, "签收时限", "limit to sign for it"),
    "reminders": (Section.HANDLING, "到期前几个工作日提醒", "working days before the limit at which is reminded"),
    "report_every": (Section.HANDLING, "反馈周期", "periods of reports"),
    "suspension_longest": (Section.HANDLING, "一次中止最长", "longest suspension"),
    "earlier_calendar_moves": (Section.HANDLING, "放假安排变动使到期提前时是否提前", "an earlier day moves a limit"),
    "office_commands": (Section.HANDLING, "督办单位可采取的措施", "what the office may do besides"),
    "supervision": (Section.ESCALATION, "督办单时限", "limit of a supervision order"),
    "rectification": (Section.ESCALATION, "限期整改时限", "limit to rectify"),
    "verification": (Section.CLOSING, "核验时限", "limit of the verification"),
    "verification_escalation": (Section.CLOSING, "核验逾期后再报的间隔", "then again after"),
    "returned": (Section.CLOSING, "退回重办时限", "limit after a return"),
    "archive": (Section.CLOSING, "销号后归档", "archived after"),
    "transfer": (Section.OBJECTIONS, "转办答复时限", "limit to answer a transfer"),
    "assignment_objection": (Section.OBJECTIONS, "对交办提出异议的时限", "limit to object to the assignment"),
    "assignment_decision": (Section.OBJECTIONS, "交办异议答复时限", "limit to answer that objection"),
    "objection": (Section.OBJECTIONS, "对结论提出异议的时限", "limit to object to a conclusion"),
    "objection_decision": (Section.OBJECTIONS, "结论异议审定时限", "limit to decide that objection"),
    "reopening": (Section.OBJECTIONS, "销号后可重新办理的期限", "how long it can be reopened"),
    "reopened": (Section.OBJECTIONS, "重新办理的时限", "limit after reopening"),
    "case_filing": (Section.CASES, "立案审批时限", "limit to file a case"),
    "case_investigation": (Section.CASES, "调查时限", "limit of the investigation"),
    "case_window": (Section.CASES, "陈述申辩期", "window for the statement"),
    "case_answer": (Section.CASES, "答复陈述申辩的时限", "limit to answer the statement"),
    "case_decision": (Section.CASES, "决定时限", "limit of the decision"),
    "case_service": (Section.CASES, "送达时限", "limit to serve it"),
    "case_record": (Section.CASES, "备案时限", "limit to record it"),
    "case_review_request": (Section.CASES, "申请复核的期限", "limit to ask for a review"),
    "case_review": (Section.CASES, "复核时限", "limit of the review"),
    "case_longest": (Section.CASES, "办案最长期限", "longest a case may take"),
    "case_longest_approved": (Section.CASES, "经批准的办案最长期限", "longest with approval"),
    "accumulation": (Section.CASES, "累计问责的回溯期", "period over which failures add up"),
    "measures": (Section.CASES, "问责方式表:严重程度与次数", "measures by severity and count"),
    "panel": (Section.CASES, "默认会议成员", "panel where none is named"),
    "notices_at_once": (Section.NOTICES, "随时发出的通知", "notices that leave at any hour"),
    "notice_attempts": (Section.NOTICES, "每一渠道尝试次数", "attempts over one channel"),
}
"""Every parameter: its section, and what it is called."""

UNITS: Mapping[Unit, tuple[str, str]] = {
    Unit.WORKING_DAYS: ("工作日", "working days"),
    Unit.HALF_DAY: ("工作日", "working days"),
    Unit.DAYS: ("日(自然日)", "days"),
    Unit.WEEKS: ("周", "weeks"),
    Unit.MONTHS: ("月", "months"),
    Unit.HOURS: ("小时", "hours"),
    Unit.SAME_DAY: ("当日", "the same day"),
    Unit.DATE: ("日期", "a date"),
}

WAYS: Mapping[Way, tuple[str, str]] = {
    Way.DONE: ("办结", "done"),
    Way.SILENT_CONSENT: ("逾期未答复,依法视为同意", "silence consents, as the law says"),
    Way.LAPSE: ("逾期失效", "lapses"),
    Way.SKIPPED: ("逾期转下一环节", "goes on without it"),
    Way.ABOVE: ("逾期报上一级", "told to the organ above"),
    Way.AGAIN: ("再逾期再报一级", "and again, one organ higher"),
    Way.URGED: ("逾期后催办", "urged after"),
    Way.OVER: ("催办后仍未办", "still not done after"),
    Way.SUPERVISED: ("启动督办事项", "a supervised matter is launched"),
    Way.PROPOSED: ("建议问责", "a case is proposed"),
    Way.MORE_TIME: ("可延长至多", "more time, at most"),
    Way.DENIED: ("不予准予", "denied"),
    Way.REJECTED: ("不予受理", "rejected"),
    Way.REDONE: ("退回重新办理", "done again"),
    Way.CLIMBED: ("上升办理", "climbs"),
    Way.FAILED: ("表决未通过", "the vote fails"),
    Way.REFUSED: ("不接收", "refused by the receiver"),
    Way.UPHELD: ("公示异议成立", "an objection holds"),
    Way.QUORUM: ("不足法定人数", "too few present"),
    Way.EXEMPT: ("首次违章,免予处罚", "a first offence, exempt"),
    Way.LINKED: ("并入同一对象的在办件", "linked with the one that is open"),
    Way.RECURS: ("每期重复", "recurs"),
}
"""In which way a step of a procedure put together from blocks is left, or what happens in it."""

_SEVERITIES = {"minor": "轻微", "ordinary": "一般", "serious": "较重", "grave": "严重"}
_PERIODS = {"weekly": "每周", "half-monthly": "每半月", "monthly": "每月", "quarterly": "每季度"}
_COMMANDS = {
    "urge": "催办", "summon": "约谈", "circulate": "通报", "raise_urgency": "提高紧急程度", "merge": "并案",
    "praise": "表扬", "correct": "更正", "split": "任务分解",
}  # fmt: skip
_PLAIN = {**_SEVERITIES, **_PERIODS, **_COMMANDS, "yes": "是", "no": "否", "true": "是", "false": "否"}
_ENGLISH_LIMITS = {
    Unit.WORKING_DAYS: "working days", Unit.DAYS: "days", Unit.WEEKS: "weeks", Unit.MONTHS: "months",
    Unit.HOURS: "hours",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Value:
    """One dated value of a parameter in words; `unit` is "" where it has none. `current`: in force on the day asked."""

    from_on: str
    until: str | None
    zh: str
    en: str
    unit_zh: str
    unit_en: str
    source: str
    current: bool
    ahead: bool


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter with all of its values, the earliest first."""

    name: str
    zh: str
    en: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A section of a procedure with its parameters."""

    section: Section
    zh: str
    en: str
    parameters: tuple[Parameter, ...]


def parts(procedure: Procedure, on: date) -> tuple[Part, ...]:
    """Every parameter of the procedure by section, and which of its values is in force on the local day `on`."""
    content = Document(procedure.text, procedure.file).content["parameters"]
    found = []
    for section, (zh, en) in SECTIONS.items():
        of_section = [name for name in PARAMETERS if PARAMETERS[name][0] is section and name in content]
        parameters = tuple(Parameter(name, *PARAMETERS[name][1:], values_of(content[name], on)) for name in of_section)
        if parameters:
            found.append(Part(section, zh, en, parameters))
    return tuple(found)


def values_of(entries: Sequence[Mapping[str, Any]], on: date) -> tuple[Value, ...]:
    """Dated values as a file writes them, in words."""
    day = on.isoformat()
    current = -1
    for place, entry in enumerate(entries):
        if str(entry["from"]) <= day and (entry.get("until") is None or day < str(entry["until"])):
            current = place
    return tuple(
        Value(
            str(entry["from"]),
            entry.get("until"),
            words(entry["value"]),
            words(entry["value"], english=True),
            *unit_of(entry["value"]),
            str(entry.get("source", "")),
            place == current,
            str(entry["from"]) > day,
        )
        for place, entry in enumerate(entries)
    )


def words(value: Any, *, english: bool = False) -> str:
    """A value as a procedure file writes it, in words; what is no word of ours stays as it is."""
    if isinstance(value, Mapping):
        apart = "; " if english else "；"
        return apart.join(
            f"{words(key, english=english)} {words(part, english=english)}" for key, part in value.items()
        )
    if isinstance(value, list):
        if not value:
            return "none" if english else "无"
        return (", " if english else "、").join(words(part, english=english) for part in value)
    text = str(value)
    return _english(text) if english else _chinese(text)


def _chinese(text: str) -> str:
    if text in _PLAIN:
        return _PLAIN[text]
    if text in ACTS:
        return act_words(ActName(text))
    role = next((one for one in ROLES if one.value == text), None)
    return ROLES[role][0] if role else limit_cell(text)


def _english(text: str) -> str:
    if text in ACTS:
        return text.replace("_", " ")
    role = next((one for one in ROLES if one.value == text), None)
    if role:
        return ROLES[role][1]
    try:
        limit = parse_limit(text)
    except LimitError:
        return text
    if limit.unit in _ENGLISH_LIMITS:
        return f"{limit.number} {_ENGLISH_LIMITS[limit.unit]}"
    return "half a working day" if limit.unit is Unit.HALF_DAY else "the same day" if limit.on is None else text


def unit_of(value: Any) -> tuple[str, str]:
    """The unit, or units, of a value; "" for what is counted in none."""
    found = dict.fromkeys(_units(value))
    return "、".join(zh for zh, _ in found), ", ".join(en for _, en in found)


def _units(value: Any) -> Iterator[tuple[str, str]]:
    for part in value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else (value,):
        if isinstance(part, Mapping | list):
            yield from _units(part)
            continue
        try:
            limit = parse_limit(str(part))
        except LimitError:
            continue
        yield UNITS[limit.unit]


def severities() -> tuple[tuple[str, str], ...]:
    """The rows of the measure table, as written and in Chinese."""
    return tuple((one.value, _SEVERITIES[one.value]) for one in Severity)
