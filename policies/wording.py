"""How is an act said in words? One Chinese line for people who read a matter's story; English names for the stages.

Nothing said or shown inside an act (texts, evidence) is repeated here.
"""

from datetime import date, datetime

from models.acts import Act, ActName
from models.cases import CaseClockKind, CaseSource, CaseStage, Source
from models.matters import ClockKind, ExtensionState, Light, MatterState, Stage
from policies.deadlines import SHANGHAI
from policies.limits import LimitError, Unit, parse_limit
from policies.proceeding_wording import CONCLUSIONS, PROCEEDING_ACTS, VALUE_WORDS

ACTS: dict[ActName, str] = {
    ActName.REGISTERED: "立项登记",
    ActName.APPROVED: "批准立项",
    ActName.APPROVAL_OVERDUE: "立项审批超期,报上一级",
    ActName.ASSIGNED: "交办",
    ActName.IMPORTED: "从台账导入(已交办)",
    ActName.IMPORTED_OVERDUE: "导入时已超期",
    ActName.SIGNED: "签收",
    ActName.SIGN_OVERDUE: "签收超期,通知主要负责人",
    ActName.SIGN_REMINDED: "催签",
    ActName.PROGRESS_REPORTED: "报告进展",
    ActName.PROGRESS_OVERDUE: "未按期反馈进展",
    ActName.CO_OVERDUE: "协办超期",
    ActName.REMINDED: "到期提醒",
    ActName.LIGHT_CHANGED: "变灯",
    ActName.EXTENSION_REQUESTED: "申请延期",
    ActName.EXTENSION_GRANTED: "同意延期",
    ActName.EXTENSION_REFUSED: "不同意延期",
    ActName.EXTENSION_LAPSED: "延期申请到期未批,失效",
    ActName.SUSPENDED: "中止计时",
    ActName.RESUMED: "恢复计时",
    ActName.SUSPENSION_OVERDUE: "中止到期未恢复,报批准领导",
    ActName.SUBMITTED: "报结",
    ActName.VERIFIED: "核验",
    ActName.VERIFICATION_OVERDUE: "核验超期,报批准领导",
    ActName.VERIFICATION_ESCALATED: "核验仍未完成,报上一级",
    ActName.RETURNED: "退回重办",
    ActName.OVERDUE: "超期",
    ActName.SUPERVISED: "发出督办单",
    ActName.RECTIFICATION_ORDERED: "责令限期整改",
    ActName.RECTIFICATION_OVERDUE: "整改超期",
    ActName.ACCOUNTABILITY_PROPOSED: "建议启动问责",
    ActName.ACCOUNTABILITY_CONCLUDED: "问责程序了结",
    ActName.CALENDAR_RECOMPUTED: "节假日安排变动,重新认定时限",
    ActName.FINDING_WITHDRAWN: "撤回认定",
    ActName.EXPLANATION_ASKED: "请说明情况",
    ActName.CLOSED: "销号",
    ActName.CANCELLED: "撤销事项",
    ActName.ARCHIVED: "归档",
    ActName.REFUSED: "未予受理",
    ActName.CASE_PROPOSED: "提出问责建议",
    ActName.CASE_WITHDRAWN: "撤回问责建议",
    ActName.FAILURE_NOTED: "再次逾期,记入在办案件",
    ActName.ASSIGNMENT_OBJECTED: "对交办提出异议",
    ActName.ASSIGNMENT_UPHELD: "维持交办",
    ActName.TRANSFER_REQUESTED: "申请转办",
    ActName.TRANSFER_ACCEPTED: "接受转办",
    ActName.TRANSFER_REFUSED: "不接受转办",
    ActName.TRANSFER_LAPSED: "转办到期未答复,失效",
    ActName.REOPENED: "回访后重新办理",
    ActName.OBJECTION_LODGED: "对结论提出异议",
    ActName.OBJECTION_DECIDED: "审定异议",
    ActName.OBJECTION_OVERDUE: "异议到期未答复,报上一级",
    ActName.SPLIT: "任务分解",
    ActName.URGED: "催办",
    ActName.SUMMONED: "约谈",
    ActName.CIRCULATION_REQUESTED: "报请通报",
    ActName.CIRCULATION_REFUSED: "不同意通报",
    ActName.CIRCULATED: "通报",
    ActName.URGENCY_RAISED: "提高紧急程度",
    ActName.MERGED: "并案",
    ActName.PRAISED: "表扬",
    ActName.CORRECTED: "更正",
    ActName.PERSON_REGISTERED: "登记人员",
    ActName.PERSON_LOCKED: "停用账号",
    ActName.PERSON_UNLOCKED: "启用账号",
    ActName.POST_HELD: "任职",
    ActName.POST_VACATED: "离任",
    ActName.POST_LENT: "委托岗位",
    ActName.POST_RECALLED: "收回委托",
    ActName.ROLE_GIVEN: "授予角色",
    ActName.ROLE_WITHDRAWN: "撤销角色",
    ActName.PASSWORD_SET: "设置口令",
    ActName.TOKEN_ISSUED: "发放访问令牌",
    ActName.TOKEN_REVOKED: "吊销访问令牌",
    ActName.SIGN_IN_BLOCKED: "登录连续失败,暂停登录",
    ActName.SIGN_IN_REFUSED: "身份提供方的人员未登记,拒绝登录",
    ActName.CASE_FILED: "立案",
    ActName.CASE_DECLINED: "不予立案",
    ActName.FILING_OVERDUE: "立案审批超期,报上一级",
    ActName.INVESTIGATED: "调查终结",
    ActName.INVESTIGATION_OVERDUE: "调查超期,报上一级",
    ActName.FACTS_NOTIFIED: "送达事实告知书",
    ActName.STATEMENT_GIVEN: "陈述申辩",
    ActName.STATEMENT_WAIVED: "放弃陈述申辩",
    ActName.STATEMENT_LAPSED: "逾期未陈述申辩",
    ActName.STATEMENT_ANSWERED: "答复陈述申辩",
    ActName.ANSWER_OVERDUE: "答复陈述申辩超期,报上一级",
    ActName.MITIGATED: "从轻一档",
    ActName.AGGRAVATED: "从重一档",
    ActName.VOTE_CAST: "表决",
    ActName.RECUSED: "回避",
    ActName.MEASURE_DECIDED: "作出问责决定",
    ActName.CASE_DISMISSED: "不予问责",
    ActName.CASE_EXEMPTED: "容错免责",
    ActName.DECISION_OVERDUE: "决定超期,报上一级",
    ActName.CASE_LAPSED: "办案期限届满,案件终止,不予问责",
    ActName.DECISION_SERVED: "送达决定书",
    ActName.SERVICE_OVERDUE: "送达超期,报上一级",
    ActName.MEASURE_EXECUTED: "执行问责",
    ActName.MEASURE_NOT_ADOPTED: "任免机关未采纳",
    ActName.EXECUTION_OVERDUE: "执行超期,报上一级",
    ActName.CASE_RECORDED: "备案",
    ActName.RECORD_OVERDUE: "备案超期,报上一级",
    ActName.EFFECT_ENDED: "影响期满",
    ActName.CASE_ARCHIVED: "案件归档",
    ActName.REVIEW_REQUESTED: "申请复核",
    ActName.REVIEW_DECIDED: "复核决定",
    ActName.REVIEW_OVERDUE: "复核超期,报上一级",
    ActName.RESTORED: "撤销问责,恢复名誉",
    ActName.INCIDENT_REPORTED: "流程遭外部干预,已报告",
    ActName.INCIDENT_CLOSED: "流程干预已处置",
    ActName.HELD: "暂停销毁",
    ActName.HOLD_RELEASE_REQUESTED: "提请解除暂停销毁",
    ActName.HOLD_RELEASED: "解除暂停销毁",
    ActName.DESTRUCTION_REQUESTED: "提请销毁",
    ActName.DESTROYED: "保管期满,已销毁",
    ActName.LOOKED_AT: "查看受保护内容",
    ActName.ERASURE_REQUESTED: "提请销毁密钥",
    ActName.KEY_DESTROYED: "销毁密钥",
    ActName.POLICY_DRAFTED: "保存程序草案",
    ActName.POLICY_DISCARDED: "放弃程序草案",
    ActName.POLICY_PUBLICATION_REQUESTED: "提请发布程序",
    ActName.POLICY_PUBLISHED: "发布程序",
    ActName.REFERRED: "移送",
    **PROCEEDING_ACTS,
    ActName.FOLLOWED_UP: "诉求人补充意见",
    ActName.RATED: "诉求人评价",
}

STAGES: dict[Stage, str] = {
    Stage.REFUSED: "未立项",
    Stage.AWAITING_APPROVAL: "待批准",
    Stage.RUNNING: "办理中",
    Stage.SUPERVISED: "督办中",
    Stage.RECTIFYING: "整改中",
    Stage.SUBMITTED: "待核验",
    Stage.RETURNED: "退回重办",
    Stage.CLOSED: "已销号",
    Stage.CANCELLED: "已撤销",
    Stage.MERGED: "已并案",
    Stage.ARCHIVED: "已归档",
}

CASE_STAGES: dict[CaseStage, str] = {
    CaseStage.BLANK: "未提出",
    CaseStage.PROPOSED: "待立案",
    CaseStage.FILED: "已立案",
    CaseStage.INVESTIGATED: "调查终结,待告知",
    CaseStage.NOTIFIED: "陈述申辩中",
    CaseStage.DECIDING: "待决定",
    CaseStage.DECIDED: "已决定",
    CaseStage.NOT_ADOPTED: "任免机关未采纳",
    CaseStage.DECLINED: "不予立案",
    CaseStage.DISMISSED: "不予问责",
    CaseStage.EXEMPTED: "容错免责",
    CaseStage.WITHDRAWN: "已撤回",
    CaseStage.LAPSED: "逾期终止",
    CaseStage.RESTORED: "已撤销并恢复",
    CaseStage.ARCHIVED: "已归档",
}

CASE_SOURCES: dict[CaseSource, str] = {
    CaseSource.MATTER: "督办事项",
    CaseSource.INSPECTION: "督查检查",
    CaseSource.AUDIT: "审计",
    CaseSource.PETITION: "信访",
    CaseSource.CASE: "另案",
    CaseSource.SERIES: "系列案件",
}

CASE_CLOCKS: dict[CaseClockKind, str] = {
    CaseClockKind.FILING: "立案审批到期",
    CaseClockKind.INVESTIGATION: "调查到期",
    CaseClockKind.WINDOW: "陈述申辩到期",
    CaseClockKind.ANSWER: "答复到期",
    CaseClockKind.DECISION: "决定到期",
    CaseClockKind.SERVICE: "送达到期",
    CaseClockKind.EXECUTION: "执行到期",
    CaseClockKind.RECORD: "备案到期",
    CaseClockKind.REVIEW: "复核到期",
    CaseClockKind.REVIEW_WINDOW: "申请复核到期",
    CaseClockKind.EFFECT: "影响期满",
    CaseClockKind.LAPSE: "办案期限届满",
}

LIGHTS: dict[Light, str] = {Light.GREEN: "绿灯", Light.YELLOW: "黄灯", Light.RED: "红灯"}

CLOCKS: dict[ClockKind, str] = {
    ClockKind.APPROVAL: "立项审批到期",
    ClockKind.LIMIT: "办结时限到期",
    ClockKind.RETURNED: "退回重办到期",
    ClockKind.SUPERVISION: "督办到期",
    ClockKind.RECTIFICATION: "整改到期",
    ClockKind.EXPLANATION: "说明情况到期",
    ClockKind.VERIFICATION: "核验到期",
    ClockKind.CO_PART: "协办到期",
    ClockKind.SIGNING: "签收到期",
    ClockKind.SIGN_REMINDER: "催签",
    ClockKind.PROGRESS: "进展反馈到期",
    ClockKind.TRANSFER: "转办答复到期",
    ClockKind.ASSIGNMENT_OBJECTION: "交办异议答复到期",
    ClockKind.OBJECTION: "异议审定到期",
    ClockKind.CIRCULATION: "通报审批到期",
    ClockKind.SUSPENSION: "中止到期",
    ClockKind.ARCHIVE: "归档",
}

RULES: dict[str, str] = {
    "R3": "收到当日不计，自次日起算；调休上班日计为工作日",
    "R4": "末日为休息日的，顺延至其后第一个工作日",
    "R6": "截至末日下班时间",
    "R7": "下班后或休息日收到的，视为其后第一个工作日收到",
    "R8": "一周为七日，半月为十五日",
    "R9": "按月计算的，以对应日为末日，无对应日的为月末",
    "R10": "以小时计的昼夜连续计算；当日办结的至当日24时",
    "R11": "半个工作日：上午收到的至当日中午，下午收到的至次一工作日中午",
    "R12": "自事件之日前一日起倒计，至迟在该日下班前",
    "R13": "中止期间不计入",
    "R14": "延长部分并入原时限，自原起算日计算",
    "R15": "公示期、有效期连续计算，不因休息日顺延，至末日24时止",
    "R16": "定期之日为休息日的，顺延至其后第一个工作日",
    "R17": "提醒按工作日倒推",
    "R18": "所计日期含放假安排尚未公布的日子，为暂定",
}
"""The counting rules that a ruling names, in words for people; their sources are in docs/sources.md."""

_UNITS = {
    Unit.WORKING_DAYS: "个工作日",
    Unit.DAYS: "日",
    Unit.WEEKS: "周",
    Unit.MONTHS: "个月",
    Unit.HOURS: "小时",
}

EXTENSIONS: dict[ExtensionState, str] = {
    ExtensionState.PENDING: "申请延期{much},待审批",
    ExtensionState.GRANTED: "同意延期{much}",
    ExtensionState.REFUSED: "申请延期{much},未同意",
    ExtensionState.LAPSED: "申请延期{much},到期未批,失效",
    ExtensionState.WITHDRAWN: "申请延期{much},随报结撤回",
}

_LIGHT_WORDS = {light.value: words for light, words in LIGHTS.items()}
_WEEKDAYS = "一二三四五六日"


def moment(instant: datetime, *, weekday: bool = False) -> str:
    """`instant` in Asia/Shanghai to the minute, for example 2026-03-02 15:00 (周一)."""
    local = instant.astimezone(SHANGHAI)
    text = local.strftime("%Y-%m-%d %H:%M")
    return f"{text} 周{_WEEKDAYS[local.weekday()]}" if weekday else text


def chinese_date(on: date) -> str:
    """A date as it is written at the end of an official document, 2026年3月5日 (GB/T 9704-2012, 7.3.5.4)."""
    return f"{on.year}年{on.month}月{on.day}日"


def chinese_moment(instant: datetime) -> str:
    """`instant` in Asia/Shanghai, 2026年3月5日18时 or 2026年3月5日18时30分."""
    local = instant.astimezone(SHANGHAI)
    minutes = f"{local.minute:02}分" if local.minute else ""
    return f"{chinese_date(local.date())}{local.hour}时{minutes}"


def limit_words(text: str) -> str:
    """A written limit in words: 15个工作日 for `15wd`, 2026年6月30日前 for a date; raises LimitError."""
    limit = parse_limit(text)
    if limit.on is not None:
        return f"{chinese_date(limit.on)}前"
    if limit.unit in _UNITS:
        return f"{limit.number}{_UNITS[limit.unit]}"
    return "半个工作日" if limit.unit is Unit.HALF_DAY else "当日"


def limit_cell(text: str) -> str:
    """A limit as an office writes it in a ledger, to be read again: a date, or what is no limit, as it is."""
    try:
        limit = parse_limit(text)
    except LimitError:
        return text
    return limit.text if limit.on is not None else limit_words(text)


def extension_note(state: MatterState) -> str | None:
    """What became of the matter's one extension request, how much was asked and when; None when none was made."""
    asked = state.extension
    if asked is None:
        return None
    words = limit_cell(asked.limit)
    # Of a limit that is a date, an extension names the new one.
    much = f"至{words}" if words == asked.limit else words
    return f"{EXTENSIONS[asked.state].format(much=much)}({moment(asked.requested_at)} 提出)"


def suspension_note(state: MatterState) -> str | None:
    """Since when the clocks stand still and until when they may, or when they last stood; None when they never did."""
    if not state.stops:
        return None
    last = state.stops[-1]
    if last.to_at is not None:
        return f"曾中止{len(state.stops)}次,最近 {moment(last.from_at)} 至 {moment(last.to_at)}"
    end = state.clocks.get(ClockKind.SUSPENSION)
    return f"{moment(last.from_at)} 起中止计时" + (f",至 {moment(end.due_at)}" if end else "")


def source_words(source: Source) -> str:
    """What a case was opened from: 审计（审字〔2026〕3号）, 系列案件（m1/case1、m2/case1）."""
    shown = "、".join(part for part in (source.reference, *source.cases) if part)
    return f"{CASE_SOURCES[source.kind]}{f'（{shown}）' if shown else ''}"


def act_words(act: ActName) -> str:
    """The Chinese name of an act; its own name where it has none yet."""
    return ACTS.get(act, act.value)


_WITH_REASON = frozenset(
    {ActName.REFUSED, ActName.CALENDAR_RECOMPUTED, ActName.INCIDENT_REPORTED, ActName.MATTER_LAUNCHED}
)


def speaker(act: Act) -> str | None:
    """Who acted, as a list shows it: the post, the person who spoke through it, and for whom; None for nobody."""
    if act.by is None or act.person is None:
        return act.by
    lent = f",受 {act.principal} 委托" if act.principal else ""
    return f"{act.by}(经办人 {act.person}{lent})"


def speaker_en(act: Act) -> str | None:
    """As `speaker`, in English."""
    if act.by is None or act.person is None:
        return act.by
    lent = f" for {act.principal}" if act.principal else ""
    return f"{act.by} (person {act.person}{lent})"


def value_words(act: Act) -> str:
    """The value of an act in Chinese words; of a notice that was posted its length."""
    value = act.value or ""
    return limit_cell(value) if act.act is ActName.NOTICE_POSTED else VALUE_WORDS.get(value, value)


def line(act: Act) -> str:
    """One act as one line: when, what, by which post, and the figures that belong to it."""
    parts = [moment(act.at), act_words(act.act)]
    if act.by:
        parts.append(str(speaker(act)))
    if act.light:
        parts.append(_LIGHT_WORDS[act.light])
    if act.days_left is not None:
        parts.append(f"还有{act.days_left}个工作日")
    if act.measure:
        parts.append(f"{act.subject} {act.measure}")
    elif act.subject:
        parts.append(VALUE_WORDS.get(act.subject, act.subject))
    if act.value:
        parts.append(value_words(act))
    if act.due is not None:
        parts.append(f"限 {moment(act.due)}{'(暂定)' if act.provisional else ''}")
    if act.act in _WITH_REASON and act.reason:
        parts.append(act.reason)
    elif act.act is ActName.CONCLUDED and act.reason is not None and act.reason in CONCLUSIONS:
        parts.append(CONCLUSIONS[act.reason])
    return " ".join(parts)
