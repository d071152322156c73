"""What a comparison of two procedures came to, for people and programs: its kinds in words, a document, a sheet.

Made by rehearsal/comparison.py; the same history and procedures give the same bytes.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from statistics import median
from typing import Any

from comparing import Around
from policies.deadlines import SHANGHAI
from policies.procedures import Procedure
from rehearsal.comparison import Comparison, Kind, LeftOut
from showing.cells import Cell

FIXED = (
    "人的行为按记录保持不变:比较的是同样的签收、报告、报结、核验之下,时限和升级会有何不同;"
    "没有收到的提醒无人会作出反应。 What people did is held fixed as recorded: compared is what the clocks would have "
    "done to the same behaviour; nobody reacts to a reminder that was not sent."
)

KINDS = {
    Kind.REMINDED: "到期提醒 reminded",
    Kind.YELLOW: "亮黄灯 yellow light",
    Kind.RED: "亮红灯 red light",
    Kind.SIGN_OVERDUE: "签收超期 sign overdue",
    Kind.SIGN_REMINDED: "催签 sign reminded",
    Kind.PROGRESS_OVERDUE: "未按期反馈 progress overdue",
    Kind.CO_OVERDUE: "协办超期 co-handler overdue",
    Kind.OVERDUE: "超期 overdue",
    Kind.SUPERVISED: "发出督办单 supervised",
    Kind.EXPLANATION_ASKED: "请说明情况 explanation asked",
    Kind.RECTIFICATION_ORDERED: "责令整改 rectification ordered",
    Kind.RECTIFICATION_OVERDUE: "整改超期 rectification overdue",
    Kind.PROPOSED: "建议问责 case proposed",
    Kind.FAILURE_NOTED: "再次逾期记入案件 failure noted",
    Kind.FILING_OVERDUE: "立案超期 filing overdue",
    Kind.APPROVAL_OVERDUE: "立项审批超期 approval overdue",
    Kind.EXTENSION_LAPSED: "延期申请失效 extension lapsed",
    Kind.TRANSFER_LAPSED: "移交申请失效 transfer lapsed",
    Kind.OBJECTION_OVERDUE: "异议逾期未决 objection overdue",
    Kind.SUSPENSION_OVERDUE: "中止到期未恢复 suspension overdue",
    Kind.VERIFICATION_OVERDUE: "核验超期 verification overdue",
    Kind.VERIFICATION_ESCALATED: "核验升级 verification escalated",
    Kind.REFUSED: "操作会被拒绝 would be refused",
}

LEFT_OUT = {
    LeftOut.UNTRACEABLE: "记录未保存当时所说的内容 the record does not hold what was said",
    LeftOut.OTHER_PROCEDURE: "适用其他程序 under another procedure",
    LeftOut.NO_POLICY: "登记当日程序无有效值 no policy in force on its day",
    LeftOut.BEYOND_CALENDAR: "超出日历范围 beyond the calendar",
}

SUMMARY = {
    "牵头单位": 18, "类别": 34, "旧次数": 10, "新次数": 10, "差": 8, "旧事项数": 10, "新事项数": 10, "新增事项": 10,
    "不再事项": 10,
}  # fmt: skip
DETAILS = {"编号": 14, "督办事项": 42, "牵头单位": 18, "类别": 34, "旧次数": 10, "新次数": 10, "差": 8, "岗位": 42}
"""The columns of a file, by organ and kind or by matter and kind, and their widths in characters."""


@dataclass(frozen=True, slots=True)
class Draft:
    """The new procedure, and the day as of which its values are taken for all matters, whenever registered."""

    procedure: Procedure
    on: date


@dataclass(frozen=True, slots=True)
class Asked:
    """What is compared, over which matters; registered from `since` to `until`, both days included (None: no bound)."""

    old: Procedure
    new: Draft
    source: str
    since: date | None
    until: date | None


def document(asked: Asked, found: Comparison, around: Around) -> dict[str, Any]:
    """The whole comparison for programs: the same history and procedures give the same bytes."""
    return {
        "old": {"procedure": asked.old.name, "version": asked.old.version},
        "new": {"procedure": asked.new.procedure.name, "version": asked.new.procedure.version, "on": asked.new.on},
        "history": asked.source,
        "registered": {"since": asked.since, "until": asked.until},
        "until": around.until.astimezone(SHANGHAI),
        "assumption": FIXED,
        "compared": found.compared,
        "recorded_differently": {"matters": found.unlike, "examples": [asdict(one) for one in found.unlike_examples]},
        "recorded_under": dict(sorted(found.versions.items())),
        "left_out": {
            "matters": {reason: found.left_out[reason] for reason in LeftOut if found.left_out[reason]},
            "examples": [
                {"matter_id": matter_id, "reason": reason, "why": why}
                for matter_id, reason, why in found.left_out_examples
            ],
        },
        "notices_not_given": dict(sorted(around.named.items())),
        "totals": _kinds(found, None),
        "organs": [{"organ": organ, "kinds": _kinds(found, organ)} for organ in found.organs],
        "due": due_moved(found),
        "notices": [
            {"post": post, "old": count.old, "new": count.new, "difference": count.new - count.old}
            for post, count in sorted(found.notices.items())
        ],
        "changed": [asdict(one) for one in found.changed],
        "refused_now": [asdict(one) for one in found.refused],
    }


def _kinds(found: Comparison, organ: str | None) -> dict[str, Any]:
    return {
        kind.value: {**asdict(count), "difference": count.new - count.old} for kind, count in found.of(organ).items()
    }


def due_moved(found: Comparison) -> dict[str, Any]:
    """How many limits would end at another instant, and by how many working days they would be moved, later or not."""
    shifts = [abs(days) for days in found.due_shifts]
    return {
        "moved": len(shifts),
        "later": sum(days > 0 for days in found.due_shifts),
        "earlier": sum(days < 0 for days in found.due_shifts),
        "median_working_days": median(shifts) if shifts else None,
        "most_working_days": max(shifts, default=None),
    }


def summary_rows(found: Comparison) -> Iterator[list[Cell]]:
    """The lines of a sheet by organ and kind, columns as SUMMARY."""
    for organ in (*found.organs, None):
        for kind, count in found.of(organ).items():
            yield [
                organ or "合计",
                KINDS[kind],
                count.old,
                count.new,
                count.new - count.old,
                count.old_matters,
                count.new_matters,
                count.newly,
                count.no_longer,
            ]


def detail_rows(found: Comparison) -> Iterator[list[Cell]]:
    """The lines of a sheet by matter and kind, columns as DETAILS."""
    for one in found.changed:
        posts = "、".join(one.posts)
        yield [one.matter_id, one.title, one.organ, KINDS[one.kind], one.old, one.new, one.new - one.old, posts]
