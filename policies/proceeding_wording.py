"""In what words do people read of proceedings, petitions and duties? Acts, stages, clocks and doors, Chinese first."""

from collections.abc import Mapping

from models.acts import ActName
from models.blocks import (
    Approval,
    Block,
    Checklist,
    Deadline,
    Escalation,
    Feedback,
    Filing,
    FirstOffence,
    Indicator,
    Joint,
    Meeting,
    PublicNotice,
    Recurrence,
    Replies,
    Routing,
    Score,
    Vote,
)
from models.policy import Role
from models.proceedings import Channel, ProceedingStage, StepClockKind

PROCEEDING_ACTS: dict[ActName, str] = {
    ActName.OPENED: "登记开办",
    ActName.STEP_BEGUN: "环节开始",
    ActName.STEP_DONE: "环节办结",
    ActName.STEP_OVERDUE: "环节超期,报上一级",
    ActName.ITEMS_MISSING: "一次性告知补正",
    ActName.SUPPLEMENTED: "补正材料",
    ActName.ACCEPTED: "受理",
    ActName.ACCEPTANCE_DEEMED: "逾期未告知,视为受理",
    ActName.REJECTED: "不予受理",
    ActName.GRANTED: "准予",
    ActName.DENIED: "不予准予",
    ActName.CONSENT_DEEMED: "逾期未答复,依法视为同意",
    ActName.PERMIT_USED: "持证行使",
    ActName.PERMIT_EXPIRED: "有效期届满",
    ActName.DUPLICATE_WARNED: "同一对象重复,予以提示",
    ActName.OPINION_GIVEN: "发表会办意见",
    ActName.OPINION_DEEMED: "逾期未答复,视为无意见",
    ActName.MEETING_CONVENED: "确定会议日期",
    ActName.NOTICE_SENT: "发出通知、材料",
    ActName.MEETING_HELD: "会议召开",
    ActName.MEETING_POSTPONED: "会议延期",
    ActName.BALLOT_CAST: "投票",
    ActName.VOTE_PASSED: "表决通过",
    ActName.VOTE_FAILED: "表决未通过",
    ActName.OPINION_ANSWERED: "答复意见",
    ActName.PUBLISHED: "公布",
    ActName.CALLED_BACK: "回访",
    ActName.REDONE: "重新办理",
    ActName.ESCALATED: "上升一级办理",
    ActName.NOTICE_POSTED: "公示",
    ActName.OBJECTION_RAISED: "提出公示异议",
    ActName.OBJECTION_ANSWERED: "答复公示异议",
    ActName.NOTICE_ENDED: "公示期满",
    ActName.PAPER_SENT: "报送",
    ActName.RECEIPT_GIVEN: "回执",
    ActName.RECEIPT_REFUSED: "不接收移送",
    ActName.VALUE_REPORTED: "填报指标值",
    ActName.VALUE_QUESTIONED: "指标值存疑,未采用",
    ActName.VALUE_MISSED: "未按期填报指标值",
    ActName.FORECAST: "预测期末值",
    ActName.TARGET_REACHED: "目标达成",
    ActName.TARGET_MISSED: "目标未达成",
    ActName.SCORED: "评分",
    ActName.GRADED: "评定等次",
    ActName.AWARD_LOST: "取消评优资格",
    ActName.OFFENCE_REGISTERED: "登记违章",
    ActName.FIRST_OFFENCE_EXEMPTED: "首次违章,免予处罚",
    ActName.ROUTED: "分办",
    ActName.ROUTING_ACCEPTED: "接收承办",
    ActName.ROUTING_OBJECTED: "对分办提出异议",
    ActName.ROUTING_UPHELD: "维持分办",
    ActName.LINKED: "关联",
    ActName.OCCURRED: "任务到期发生",
    ActName.OCCURRENCE_SKIPPED: "暂停期间,本期略过",
    ActName.DUTY_PAUSED: "任务暂停",
    ActName.DUTY_CONTINUED: "任务继续",
    ActName.MATTER_LAUNCHED: "启动督办事项",
    ActName.CONCLUDED: "程序办结",
}

PROCEEDING_STAGES: dict[ProceedingStage, str] = {
    ProceedingStage.UNKNOWN: "未登记",
    ProceedingStage.UNDER_WAY: "办理中",
    ProceedingStage.COMPLETED: "已办结",
    ProceedingStage.DENIED: "未予同意",
    ProceedingStage.EXPIRED: "逾期失效",
    ProceedingStage.ABANDONED: "已撤销",
    ProceedingStage.LINKED: "并入关联件",
}

STEP_CLOCKS: dict[StepClockKind, str] = {
    StepClockKind.STEP: "本环节到期",
    StepClockKind.SIDE: "等待答复到期",
    StepClockKind.AGAIN: "再次报上一级",
    StepClockKind.NOTICE: "公示期满",
    StepClockKind.VALIDITY: "有效期满",
    StepClockKind.OCCURRENCE: "下一期",
    StepClockKind.PAUSE: "中止期满",
}
"""What a clock of a proceeding runs to."""

CHANNELS: dict[Channel, str] = {
    Channel.HOTLINE: "热线",
    Channel.WEB: "网络",
    Channel.LETTER: "来信",
    Channel.VISIT: "来访",
    Channel.BOX: "意见箱",
}
"""Through which door a petition came in."""

VALUE_WORDS: Mapping[str, str] = {
    "satisfied": "满意",
    "dissatisfied": "不满意",
    "unreachable": "未接通",
    "upheld": "成立",
    "not_upheld": "不成立",
}
"""Outcomes that acts hold as a word of the vocabulary."""

CONCLUSIONS: Mapping[str, str] = {
    **{stage.value: words for stage, words in PROCEEDING_STAGES.items()},
    "rejected": "不予受理",
    "objection_upheld": "公示异议成立",
    "transfer_refused": "移送未获接收",
    "not_transferred": "决定不予移送",
    "exempt": "首次违章,免予处罚",
    "vote_failed": "表决未通过",
    "quorum": "不足法定人数",
}
"""How it ended, as `concluded` says it where nobody gave a reason in his own words."""

BLOCK_TITLES: Mapping[type[Block], tuple[str, str]] = {
    Deadline: ("限时办结", "a deadline"),
    Checklist: ("一次性告知", "a checklist"),
    Approval: ("审批", "an approval"),
    Vote: ("表决", "a vote"),
    Meeting: ("会议、听证", "a meeting or hearing"),
    Replies: ("逐条答复意见", "replies to opinions"),
    Joint: ("会办", "joint handling"),
    Feedback: ("回访闭环", "a call back, done again until satisfied"),
    Escalation: ("逐级上报", "an escalation"),
    PublicNotice: ("公示", "a public notice"),
    Filing: ("报备、抄送、移送", "a filing, a copy or a transfer"),
    Routing: ("分办", "a routing"),
    Indicator: ("指标", "an indicator"),
    Score: ("考核评分", "a score"),
    FirstOffence: ("首违免罚", "the register of first offences"),
    Recurrence: ("经常性义务", "a recurring duty"),
}
"""What each building block is called."""

ROLES: Mapping[Role, tuple[str, str]] = {
    Role.LEAD_HEAD: ("承办单位主要负责人", "the head of the lead"),
    Role.LEAD_HANDLER: ("承办岗", "the handler of the lead"),
    Role.LEAD_ABOVE_HEAD: ("承办单位上一级主要负责人", "the head above the lead"),
    Role.LEAD_ABOVE_HANDLER: ("承办单位上一级承办岗", "the handler above the lead"),
    Role.CO_HEADS: ("协办单位主要负责人", "the heads of the co-handlers"),
    Role.CO_HANDLERS: ("协办单位承办岗", "the handlers of the co-handlers"),
    Role.SUBJECT_ORGAN_HEAD: ("所涉单位主要负责人", "the head of the organ it is about"),
    Role.SUBJECT_ORGAN_HANDLER: ("所涉单位承办岗", "the handler of the organ it is about"),
    Role.OFFICE: ("督办单位承办岗", "the handler of the office"),
    Role.OFFICE_HEAD: ("督办单位主要负责人", "the head of the office"),
    Role.OFFICE_ABOVE_HEAD: ("督办单位上一级主要负责人", "the head above the office"),
    Role.LEADER: ("批准领导", "the leader"),
    Role.ABOVE_LEADER: ("批准领导的上一级", "the head above the leader"),
    Role.ESCALATED: ("逐级上报所至的负责人", "the head it has climbed to"),
    Role.SUBJECT: ("所涉岗位", "the post it is about"),
    Role.PANEL: ("会议成员", "the members of the panel"),
    Role.CHAIR: ("会议主持人", "the chair of the panel"),
    Role.REVIEWERS: ("复核人员", "the reviewers"),
    Role.STEP: ("本环节承办岗", "who owes the step"),
    Role.ABOVE_STEP: ("本环节的上一级", "the organ above who owes the step"),
    Role.RECEIVERS: ("收件单位", "the receivers"),
}
"""Whom a role of a procedure file means."""

OUTCOMES: Mapping[str, str] = {
    "done": "已办",
    "accepted": "已受理、已接收",
    "rejected": "不予受理",
    "granted": "已准予",
    "deemed": "视为同意",
    "denied": "不予准予",
    "passed": "通过",
    "not_passed": "未通过",
    "failed": "未成",
    "held": "已召开",
    "again": "重新办理",
    "satisfied": "满意",
    "dissatisfied": "不满意",
    "unreachable": "未接通",
    "agreed": "意见一致",
    "decided": "领导已决定",
    "answered": "已答复",
    "published": "已公布",
    "nothing_to_answer": "无意见需答复",
    "no_objection": "无异议",
    "no_objection_holds": "异议均不成立",
    "upheld": "维持、成立",
    "sent": "已报送",
    "received": "已回执",
    "settled": "已裁定接收",
    "refused": "未获接收",
    "reached": "达标",
    "missed": "未达标、逾期",
    "exempt": "首违免罚",
    "cancelled": "已撤销",
    "linked": "并入关联件",
    "lapsed": "逾期失效",
}
"""What became of a step, as its mark keeps it."""
