"""What is there to say of every act, every clock, every rule: in words, with the section of the contract behind it?

Tables only, easy to extend: a new act needs an entry in ABOUT, a new clock one in CLOCKS, a new rule one in RULES; a
test fails for one that has none. Those of cases are in case_words.py, of proceedings in
proceeding_words.py; which applies to an act is for explanation.py.
"""

from models.acts import Act, ActName
from models.contract import is_case
from models.explanations import Words
from models.matters import ClockKind
from models.proceedings import StepClockKind
from policies.explaining.case_words import (
    CASE_ABOUT,
    CASE_CLOCK_RULES,
    CASE_CLOCKS,
    CASE_RULES,
    OF_CASES,
    RULES_OF_CASES,
)
from policies.explaining.proceeding_words import PROCEEDING_ABOUT, STEP_CLOCKS
from policies.explaining.vocabulary import About, AnyClock, ClockWords, Needs, RuleWords, Who, both, means

WHO: dict[Who, Words] = {
    Who.LEAD: both("牵头单位", "the lead"),
    Who.CO: both("协办单位", "the co-handlers"),
    Who.OFFICE: both("督办单位", "the office"),
    Who.LEADER: both("批准领导", "the leader"),
    Who.ABOVE: both("批准领导的上一级", "the organ above the leader"),
    Who.NEW_LEAD: both("转往单位", "the organ asked to take over"),
    Who.SUBJECT: both("被问责对象", "the subject"),
    Who.PANEL: both("会议成员", "the panel"),
    Who.REVIEWERS: both("复核人员", "the reviewers"),
    Who.COMPETENT: both("主管机关", "the competent organ"),
    Who.ABOVE_STEP: both("逾期后获知的上一级", "the organ above, told when it ran out"),
}

_SUBMIT = means(Who.LEAD, "报结", "submit")
_SUSPEND = means(Who.OFFICE, "中止计时(须有原因和截止日)", "suspend the clocks, with a reason and an end")
_CANCEL = means(Who.LEADER, "撤销事项(须有原因)", "cancel the matter, with a reason")
_OBJECT = means(Who.LEAD, "对结论提出异议并被采纳", "object to the conclusion, and be upheld")

CLOCKS: dict[AnyClock, ClockWords] = {
    **CASE_CLOCKS,
    ClockKind.APPROVAL: ClockWords(
        both("立项审批", "approval"),
        both(
            "立项审批超期,告知批准领导及其上一级;事项不因此生效",
            "approval overdue, told to the leader and above; silence never approves",
        ),
        (means(Who.LEADER, "批准立项,或撤销事项", "approve, or cancel the matter"),),
    ),
    ClockKind.LIMIT: ClockWords(
        both("办结时限", "the limit"),
        both("变红灯,认定超期,发出督办单", "red, overdue, and a supervision order to the lead"),
        (
            _SUBMIT,
            means(
                Who.LEAD,
                "在时限运行期间申请延期(限一次)",
                "ask for the one extension while the limit runs",
                Needs.NOT_ASKED,
            ),
            means(Who.LEADER, "同意延期", "grant the extension that was asked for", Needs.PENDING),
            _SUSPEND,
            _CANCEL,
            means(Who.OFFICE, "并案", "merge the matter into another"),
        ),
    ),
    ClockKind.RETURNED: ClockWords(
        both("退回重办", "the time after a return"),
        both("变红灯,责令限期整改", "red, and an order to rectify"),
        (_SUBMIT, _SUSPEND, _CANCEL, _OBJECT),
    ),
    ClockKind.SUPERVISION: ClockWords(
        both("督办", "supervision"), both("责令限期整改", "an order to rectify"), (_SUBMIT, _CANCEL)
    ),
    ClockKind.RECTIFICATION: ClockWords(
        both("限期整改", "rectification"),
        both(
            "认定整改超期,建议启动问责(已有同一对象在办案件的,记入该案),并再次责令整改",
            "rectification overdue, accountability proposed (noted on a case already open), and ordered again",
        ),
        (_SUBMIT, _OBJECT, _CANCEL),
    ),
    ClockKind.EXPLANATION: ClockWords(
        both("说明情况", "the time to explain"),
        both("再次请独立机关说明情况;不问责", "the independent organ is asked again; never a case"),
        (_SUBMIT, _CANCEL),
    ),
    ClockKind.VERIFICATION: ClockWords(
        both("核验", "verification"),
        both(
            "核验超期,报批准领导,此后逐级上报",
            "verification overdue, told to the leader, then one organ higher each time",
        ),
        (means(Who.OFFICE, "核验(通过或退回)", "verify: pass or return"), _CANCEL),
    ),
    ClockKind.CO_PART: ClockWords(
        both("协办", "the co-handlers' part"),
        both("认定协办超期,告知其主要负责人", "the part is overdue, told to its head"),
        (
            means(Who.CO, "报告进展并注明已完成(done)", "report its part done"),
            means(Who.LEADER, "同意延期", "grant the extension that was asked for", Needs.PENDING),
            _SUSPEND,
        ),
    ),
    ClockKind.SIGNING: ClockWords(
        both("签收", "signing"),
        both(
            "认定签收超期,通知主要负责人,此后每个工作日催签",
            "signing overdue, told to the head; then a reminder every working day",
        ),
        (
            means(
                Who.LEAD, "签收(其他已受理的操作亦视为签收)", "sign; any other accepted command of the lead signs too"
            ),
            means(Who.LEAD, "认为不属本单位的,对交办提出异议", "object to the assignment"),
            _SUSPEND,
        ),
    ),
    ClockKind.SIGN_REMINDER: ClockWords(
        both("催签", "the daily reminder to sign"),
        both("每个工作日上班时再次催签,直至签收", "another reminder at the opening of every working day until signed"),
        (means(Who.LEAD, "签收", "sign"),),
    ),
    ClockKind.PROGRESS: ClockWords(
        both("进展反馈", "the report period"),
        both("认定未按期反馈", "the report is overdue"),
        (means(Who.LEAD, "在本期内报告进展,或报结", "report within the period, or submit"), _SUSPEND),
    ),
    ClockKind.TRANSFER: ClockWords(
        both("转办答复", "the answer to a transfer"),
        both("转办失效,原牵头单位继续负责", "the transfer lapses; the first receiver stays responsible"),
        (means(Who.NEW_LEAD, "接受或不接受转办", "accept or refuse"),),
    ),
    ClockKind.ASSIGNMENT_OBJECTION: ClockWords(
        both("交办异议答复", "the answer to an objection to the assignment"),
        both("异议到期未答复,报上一级;交办不因此改变", "overdue, told above; the assignment is not changed by silence"),
        (means(Who.OFFICE, "维持交办,或转办", "uphold the assignment, or transfer the matter"),),
    ),
    ClockKind.OBJECTION: ClockWords(
        both("异议审定", "the decision of an objection"),
        both("异议到期未审定,报上一级;结论不因此改变", "overdue, told above; the conclusion is not changed by silence"),
        (means(Who.OFFICE, "由未参与作出结论者审定异议", "decide it, by somebody who took no part"),),
    ),
    ClockKind.CIRCULATION: ClockWords(
        both("通报审批", "approval of a circulation"),
        both("审批超期,报上一级;不批即不通报", "overdue, told above; nothing is circulated by silence"),
        (means(Who.LEADER, "批准或不同意通报", "approve or deny it"),),
    ),
    ClockKind.SUSPENSION: ClockWords(
        both("中止", "the suspension"),
        both("报批准领导;计时仍停,直至恢复", "told to the leader; the clocks stand until resumed"),
        (means(Who.OFFICE, "恢复计时", "resume"),),
    ),
    ClockKind.ARCHIVE: ClockWords(
        both("归档", "the time to the archive"),
        both("归档(有异议、案件未结的,结后归档)", "archived; later while an objection or a case is open"),
        (
            means(Who.OFFICE, "回访后重新办理", "reopen it after a return visit"),
            means(Who.LEAD, "对结论提出异议", "object to the conclusion"),
        ),
    ),
}

CLOCK_RULES: dict[AnyClock, str] = {
    **CASE_CLOCK_RULES,
    ClockKind.APPROVAL: "approval",
    ClockKind.LIMIT: "limit",
    ClockKind.RETURNED: "returned",
    ClockKind.SUPERVISION: "supervised",
    ClockKind.RECTIFICATION: "rectification_ordered",
    ClockKind.EXPLANATION: "supervised",
    ClockKind.VERIFICATION: "verification",
    ClockKind.CO_PART: "limit",
    ClockKind.SIGNING: "signing",
    ClockKind.SIGN_REMINDER: "signing",
    ClockKind.PROGRESS: "report_every",
    ClockKind.TRANSFER: "transfer",
    ClockKind.ASSIGNMENT_OBJECTION: "assignment",
    ClockKind.OBJECTION: "objection",
    ClockKind.CIRCULATION: "circulation",
    ClockKind.SUSPENSION: "suspension",
    ClockKind.ARCHIVE: "archive",
}
"""The rule that each clock's length comes from."""

CLOCK_NAMES: dict[AnyClock, Words] = {
    **{kind: words.name for kind, words in CLOCKS.items()},
    **{kind: name for kind, (name, _) in STEP_CLOCKS.items()},
}

RULES: dict[str, RuleWords] = {
    **CASE_RULES,
    "registration": RuleWords(
        both("立项登记须要素齐全、单位岗位在名录内、时限晚于交办", "a registration is complete, of known organs, its limit after its start"),
        "engine.md 3.1",
        ("default_limit", "default_basis", "default_urgency", "default_severity"),
        both("补齐所缺要素后重新立项(以新的消息编号)", "the registration again, under a new message id, with what was missing"),
    ),
    "approval": RuleWords(
        both("来源须经批准的,批准后交办", "a basis that needs approval waits for the leader"),
        "engine.md 3.1",
        ("approval", "bases_without_approval"),
        both("有待批准的事项或通报时,由批准领导批准或撤销", "the leader's approval while one is awaited, or a cancellation"),
    ),
    "limit": RuleWords(
        both("办结时限自交办次日起算,到期未报结即为超期", "the limit is counted from the day after assignment; not submitted by its end is overdue"),
        "engine.md 3.1, 3.8",
        ("default_limit",),
    ),
    "signing": RuleWords(
        both("牵头单位须在期限内签收", "the lead signs within the limit"),
        "engine.md 3.2",
        ("signing",),
        both("已签收的无须再签", "nothing more to sign"),
    ),
    "reminders": RuleWords(
        both("到期前若干工作日上班时提醒;首次提醒起为黄灯", "reminders so many working days ahead, at opening; yellow from the first"),
        "engine.md 2, 3.4",
        ("reminders",),
    ),
    "lights": RuleWords(
        both("灯随时限而变:首次提醒起黄,到期红,期限后移复绿;父项取自身与在办子项中最差者",
           "yellow from the first reminder, red when due, green when moved later; of a split matter the worst"),
        "engine.md 1, 3.4, 3.10",
        ("reminders",),
    ),
    "report_every": RuleWords(
        both("按反馈频次,每期须有一次进展报告", "a report in every period"), "engine.md 3.3", ("report_every",)
    ),
    "extension": RuleWords(
        both("时限运行期间可申请一次延期,由批准领导决定;不答复不等于同意",
           "one extension, asked while the limit runs, decided by the leader; silence never extends"),
        "engine.md 3.5",
        ("default_limit",),
        both("时限运行、未申请过延期、与原时限同一单位且不长于原时限的申请;由批准领导审批待批的申请",
           "a first request while the limit runs, in the unit of the limit and no longer than it; a decision by the leader"),
    ),
    "suspension": RuleWords(
        both("督办单位可在到期前有限期地中止计时", "the office may stop the clocks before they are due, for a time"),
        "engine.md 2, 3.6",
        ("suspension_longest",),
        both("到期前、写明原因与截止日、不超过最长中止期的中止;中止中的恢复",
           "a suspension before the due instant with a reason and an end within the longest; a resumption while suspended"),
    ),
    "submission": RuleWords(
        both("报结停止牵头单位的时限", "submitting ends the lead's clock"),
        "engine.md 3.7",
        (),
        both("子项、协办均已办结后报结;或以 without_co 说明协办未结的理由",
           "a submission once children and parts are done, or with without_co giving the reason"),
    ),
    "verification": RuleWords(
        both("报结后由督办单位限期核验,逾期逐级上报", "the office verifies in time; else it climbs"),
        "engine.md 3.7",
        ("verification", "verification_escalation"),
        both("报结后,写明是否通过和核验方式(document、visit、call_back)的核验",
           "after a submission: passed and the method (document, visit of two persons with place and date, call_back)"),
    ),
    "returned": RuleWords(
        both("核验未通过的退回重办,期限为办结时限与重办期限中较晚者", "returned, until the later of the limit and the time to redo it"),
        "engine.md 3.7",
        ("returned",),
    ),
    "supervised": RuleWords(
        both("超期的发出督办单;独立机关改为请其说明情况", "an overdue matter is supervised; an independent organ is asked to explain"),
        "engine.md 3.8, 3.11",
        ("supervised", "supervision"),
    ),
    "rectification_ordered": RuleWords(
        both("督办到期、退回重办到期或再次整改到期的,责令限期整改", "missed supervision, return or rectification: ordered to rectify"),
        "engine.md 3.8",
        ("rectification_ordered", "rectification"),
    ),
    "accountability_proposed": RuleWords(
        both("整改到期仍未报结的,建议启动问责;引擎只建议,不作决定", "rectification missed: accountability is proposed; the engine only proposes"),
        "engine.md 3.8, 4",
        ("accountability_proposed",),
    ),
    "measures": RuleWords(
        both("建议的措施查表:严重程度 × 十二个月内次数", "the measure is looked up by severity and count within twelve months"),
        "engine.md 4",
        ("measures", "accumulation"),
    ),
    "calendar": RuleWords(
        both("节假日安排载入后,在走的时限重新认定,被推翻的认定撤回", "a loaded notice rules open clocks again and withdraws what it denies"),
        "engine.md 2, 4 (W7)",
        ("earlier_calendar_moves",),
        both("日历所及范围内的时限", "a limit within the years of the calendar"),
    ),
    "archive": RuleWords(both("办结三十日后归档", "archived some time after the end"), "engine.md 3.9", ("archive",)),
    "transfer": RuleWords(
        both("转办须新牵头单位接受,在此之前原单位负责", "a transfer takes the new lead's acceptance"),
        "engine.md 3.6",
        ("transfer",),
        both("时限运行期间转往名录内另一单位;由转往单位答复", "a transfer to another known organ while the limit runs; that organ's answer"),
    ),
    "assignment": RuleWords(
        both("收到后认为不属本单位的,限期提出异议", "a receiver may object to the assignment in time"),
        "engine.md 3.2",
        ("assignment_objection", "assignment_decision"),
        both("签收之前、期限之内、写明理由的一次异议", "one objection with a reason, before signing and within the window"),
    ),
    "objection": RuleWords(
        both("对退回、整改、销号的结论可限期提出异议,由未参与者审定", "a conclusion can be objected to in time; somebody who took no part decides"),
        "engine.md 3.9",
        ("objection", "objection_decision"),
        both("对同一结论的一次异议,在期限之内;或对待审定异议的审定(upheld=true/false)",
           "one objection to a conclusion within the window; or a decision, upheld=true or false, of one that is pending"),
    ),
    "reopening": RuleWords(
        both("销号后限期内可因回访重新办理", "a closed matter may be reopened in time after a return visit"),
        "engine.md 3.9",
        ("reopening", "reopened"),
        both("已销号、期限之内、写明回访情况的重新办理", "reopening of a closed matter within the window, with a reason"),
    ),
    "circulation": RuleWords(
        both("通报由批准领导批准", "a circulation takes the leader's approval"),
        "engine.md 3.11",
        ("office_commands", "approval"),
        both("写明内容、且没有待批通报时的通报", "a circulation with a text while none is pending"),
    ),
    "urging": RuleWords(both("督办单位可催办", "the office may urge"), "engine.md 3.11", ("office_commands",)),
    "summons": RuleWords(
        both("督办单位可约谈牵头单位的岗位", "the office may summon a post of the lead"),
        "engine.md 3.11",
        ("office_commands",),
        both("约谈牵头单位自己的岗位", "a post of the lead"),
    ),
    "urgency": RuleWords(
        both("紧急程度只能提高,时限不变", "urgency can only be raised; the limit stays"),
        "engine.md 3, 3.11",
        ("office_commands", "signing", "reminders", "supervision", "rectification"),
        both("高于现有程度:急件、特急", "one above the present: 急件, 特急"),
    ),
    "merge": RuleWords(
        both("并案:同一牵头、督办单位的另一在办事项", "merged into another open matter of the same lead and office"),
        "engine.md 3.11",
        ("office_commands",),
        both("另一件在办的、牵头与督办单位相同的事项", "another open matter of the same lead and office"),
    ),
    "praise": RuleWords(
        both("督办单位可表扬", "the office may praise"), "engine.md 3.11", ("office_commands",),
        both("牵头单位或协办单位", "the lead or a co-handler"),
    ),
    "correction": RuleWords(
        both("更正是指明旧记录的新记录,旧记录不改", "a correction is a new act that names the old one, which stays"),
        "engine.md 1, 3.11",
        ("office_commands",),
        both("链中已有的记录;要素只随第1条更正", "an act of the chain; terms only with entry 1"),
    ),
    "split": RuleWords(
        both("分解为子项:各有牵头、时限、案件,其余承自父项", "split into children with leads, clocks and cases of their own"),
        "engine.md 3.10",
        ("office_commands",),
        both("在办事项分解为各自可立项的子项", "a matter in hand, into children that could each be registered"),
    ),
    "cancellation": RuleWords(
        both("批准领导可写明原因撤销", "the leader may cancel, with a reason"),
        "engine.md 3.9",
        (),
        both("批准领导写明原因的撤销", "a cancellation by the leader with a reason"),
    ),
    "stage": RuleWords(
        both("操作须合于事项所处环节", "a command must fit the stage"),
        "engine.md 3",
        (),
        both("在相应环节提出;已结束的事项只可异议、重新办理、通报、更正、表扬",
           "the command at a stage that allows it; an ended matter takes objections, reopening, circulations, corrections, praise"),
    ),
    "procedure": RuleWords(
        both("只受理现行程序开通的操作", "only what the procedure version offers"),
        "engine.md 3",
        ("office_commands",),
        both("本事项所依程序版本已开通的操作", "what the version of the matter offers"),
    ),
    "independent": RuleWords(
        both("独立机关只提醒和请其说明,不督办入案", "an independent organ is reminded and asked, never supervised into a case"),
        "engine.md 3.11",
        (),
        both("催办,或请其说明情况", "urging, or asking to explain"),
    ),
    "secrecy": RuleWords(
        both("国家秘密不得进入本系统", "no state secret enters this system"),
        "engine.md 3; 保守国家秘密法", (),
        both("不带国家秘密标志的内容;国家秘密请用涉密网络办理", "what bears no marking of a state secret; the classified network takes the rest"),
    ),
    "authority": RuleWords(
        both("只受理名录中岗位的操作", "only posts of the directory are heard"), "engine.md 1, 3", (),
        both("由名录中的岗位提出", "a post of the directory"),
    ),
    "authority.lead": RuleWords(
        both("由牵头单位(或转往单位)的岗位提出", "for posts of the lead, or of the organ asked to take over"), "engine.md 3", (),
        both("由该单位的承办岗或主要负责人提出", "the same, by the handler or the head of that organ"),
    ),
    "authority.office": RuleWords(
        both("由督办单位(牵头即督办单位的,由上一级)的岗位提出", "for posts of the office, or above where the lead is the office"),
        "engine.md 3, 3.11", (),
        both("由督办单位的岗位提出", "the same, by a post of the office"),
    ),
    "authority.leader": RuleWords(
        both("由批准领导提出;领导本单位申请的,由其上一级", "for the leader; above him where his own organ asks"), "engine.md 3, 4 (W3)", (),
        both("由批准领导提出", "the same, by the leader"),
    ),
    "authority.parties": RuleWords(
        both("由牵头、协办单位报告", "for the lead and the co-handlers"), "engine.md 3.3", (),
        both("由牵头或协办单位的岗位报告", "a report by a post of the lead or a co-handler"),
    ),
    "authority.own": RuleWords(
        both("任何人不得审定本单位的请求", "nobody decides a request of his own organ"), "engine.md 4 (W3)", (),
        both("由督办单位、批准领导、复核人员或上一级审定", "a decision by the office, the leader, reviewers or the organ above"),
    ),
    "authority.part": RuleWords(
        both("参与作出结论的不得审定", "whoever took part does not decide"), "engine.md 3.9, 4 (W3)", (),
        both("由未参与作出结论者审定", "a decision by somebody who took no part"),
    ),
    "case": RuleWords(
        both("问责程序各步须依次、有据、可申辩,机器不作决定", "each step of a case in order, on evidence, with a hearing; machines decide nothing"),
        "engine.md 4",
    ),
}  # fmt: skip
"""The rules that acts name as the entry of their ruling, and those that acts without a ruling follow."""

COUNTING_EN: dict[str, str] = {
    "R1": "days are working or calendar days as written",
    "R2": "the local date of Asia/Shanghai counts",
    "R3": "the day of receipt is not counted; make-up Saturdays are working days",
    "R4": "an end on a day off moves to the next working day",
    "R5": "a limit in working days never needs moving",
    "R6": "the close of business of the last day",
    "R7": "received out of hours counts as received the next working day",
    "R8": "a week is 7 days, half a month 15",
    "R9": "months end on the corresponding day, or the last of the month",
    "R10": "hours run day and night; same-day ends at 24:00",
    "R11": "half a day: by noon, the close; later, noon of the next working day",
    "R12": "counted backwards from the day before the event",
    "R13": "suspended days, both ends included, are not counted",
    "R14": "an extension is added to the original and counted from its start",
    "R15": "validity and effect periods do not move off days off",
    "R16": "a recurring day on a day off moves to the next working day",
    "R17": "reminders lie whole working days before the last day, at opening",
    "R18": "days without an official calendar make the ruling provisional",
}

_SUPERVISED = both(
    "同一时刻发出督办单(独立机关则请其说明情况)。",
    "At the same instant it is supervised; an independent organ is asked to explain.",
)


_PROPOSED_BY_THE_OFFICE = About(
    both("督办单位提出问责建议;只是建议", "the office proposed a case; a proposal only"),
    "proposal",
    follows=both("案件待批准领导立案或不予立案。", "The case waits for the leader to file or decline it."),
)

ABOUT: dict[ActName, About] = {
    **CASE_ABOUT,
    **PROCEEDING_ABOUT,
    ActName.REGISTERED: About(both("督办单位登记了事项", "the office registered the matter"), "registration"),
    ActName.APPROVED: About(both("批准领导批准立项", "the leader approved the matter"), "approval"),
    ActName.APPROVAL_OVERDUE: About(both("审批期限已到而未批", "the time to approve ran out"), "approval", ClockKind.APPROVAL),
    ActName.ASSIGNED: About(both("事项交办,时限起算", "the matter was assigned and its limit began"), "limit"),
    ActName.IMPORTED: About(both("已交办的事项从台账导入,时限自原交办时起算", "imported from a ledger; the limit runs from the old assignment"), "limit"),
    ActName.IMPORTED_OVERDUE: About(both("导入时时限已过,一次记明,督办自导入起算", "the limit had passed at the import; noted once, supervision runs from it"), "limit", follows=_SUPERVISED),
    ActName.SIGNED: About(both("牵头单位签收", "the lead signed"), "signing", ClockKind.LIMIT),
    ActName.SIGN_OVERDUE: About(both("签收期限已到而未签收", "not signed by the end of the time to sign"), "signing"),
    ActName.SIGN_REMINDED: About(both("仍未签收,每个工作日上班时催签", "still not signed: a reminder at every opening"), "signing", ClockKind.SIGN_REMINDER),
    ActName.PROGRESS_REPORTED: About(both("报告了进展", "progress was reported"), "report_every", ClockKind.LIMIT),
    ActName.PROGRESS_OVERDUE: About(both("本期已满而无进展报告", "a period ended without a report"), "report_every"),
    ActName.CO_OVERDUE: About(both("到期时协办部分未完成", "a co-handler's part was not done when it was due"), "limit"),
    ActName.REMINDED: About(both("到期前的提醒", "a reminder ahead of the due instant"), "reminders", ClockKind.LIMIT),
    ActName.LIGHT_CHANGED: About(both("灯变了", "the light changed"), "lights", ClockKind.LIMIT),
    ActName.EXTENSION_REQUESTED: About(both("牵头单位申请延期,待批", "the lead asked for an extension"), "extension", ClockKind.LIMIT),
    ActName.EXTENSION_GRANTED: About(both("同意延期,并入原时限自原起算日计算", "granted: added to the limit, counted from its start"), "extension", ClockKind.LIMIT),
    ActName.EXTENSION_REFUSED: About(both("不同意延期,时限不变", "refused: the limit stays"), "extension", ClockKind.LIMIT),
    ActName.EXTENSION_LAPSED: About(both("到期时申请仍未审批,失效;不答复不延期,记为从轻情节", "undecided when due: lapsed; silence never extends, noted as mitigation"), "extension", follows=both("同一时刻时限到期,认定超期。", "At the same instant the limit is due and the matter overdue.")),
    ActName.SUSPENDED: About(both("督办单位中止全部计时", "the office stopped every clock"), "suspension", ClockKind.SUSPENSION),
    ActName.RESUMED: About(both("恢复计时,中止的日子不计", "the clocks run again; the days stopped are not counted"), "suspension"),
    ActName.SUSPENSION_OVERDUE: About(both("中止截止日已到而未恢复", "not resumed by the end of the suspension"), "suspension"),
    ActName.SUBMITTED: About(both("牵头单位报结,其时限停止", "the lead submitted, which stops its clock"), "submission", ClockKind.VERIFICATION),
    ActName.VERIFIED: About(both("督办单位核验", "the office verified"), "verification"),
    ActName.VERIFICATION_OVERDUE: About(both("核验期限已到而未核验", "not verified in time"), "verification"),
    ActName.VERIFICATION_ESCALATED: About(both("核验仍未完成,再报上一级", "still not verified: one organ higher"), "verification"),
    ActName.RETURNED: About(both("核验未通过,退回重办", "verification failed, the matter was returned"), "returned", ClockKind.RETURNED),
    ActName.OVERDUE: About(both("时限到期而未报结", "not submitted when the limit was due"), "limit", follows=_SUPERVISED),
    ActName.SUPERVISED: About(both("向牵头单位主要负责人发出督办单", "a supervision order to the lead's head"), "supervised"),
    ActName.RECTIFICATION_ORDERED: About(both("责令牵头单位限期整改", "the lead was ordered to rectify"), "rectification_ordered"),
    ActName.RECTIFICATION_OVERDUE: About(both("整改期限到期而未报结", "not submitted by the end of the rectification"), "rectification_ordered", follows=both("同一时刻建议启动问责(已有在办案件的记入该案),并再次责令整改。", "At the same instant a case is proposed, or the open one noted, and rectification ordered again.")),
    ActName.ACCOUNTABILITY_PROPOSED: About(
        both("整改超期,引擎建议启动问责;只是建议", "rectification was missed: the engine proposes a case, and only proposes"), "accountability_proposed",
        follows=both("案件待批准领导立案或不予立案。", "The case waits for the leader to file or decline it."),
    ),
    ActName.ACCOUNTABILITY_CONCLUDED: About(both("问责案件了结", "the case was concluded"), "case"),
    ActName.CALENDAR_RECOMPUTED: About(both("载入放假安排后,时限重新认定", "a notice was loaded and the clock ruled again"), "calendar"),
    ActName.FINDING_WITHDRAWN: About(both("先前的认定被撤回,不再作数", "an earlier finding was withdrawn and no longer counts"), "calendar", ClockKind.LIMIT),
    ActName.EXPLANATION_ASKED: About(both("请独立机关说明情况", "the independent organ was asked to explain"), "supervised"),
    ActName.CLOSED: About(both("核验通过,销号", "verified and closed"), "verification", ClockKind.ARCHIVE),
    ActName.CANCELLED: About(both("批准领导撤销事项(父项撤销的随之撤销)", "cancelled by the leader, or with its parent"), "cancellation", ClockKind.ARCHIVE),
    ActName.ARCHIVED: About(both("等待期满且无未结异议、案件,归档", "the waiting time was over with nothing open: archived"), "archive"),
    ActName.REFUSED: About(both("操作不合规则,未予受理;事项未因此改变", "the command broke a rule and was refused; nothing was changed"), "stage"),
    ActName.ASSIGNMENT_OBJECTED: About(both("收到单位认为不属本单位", "the receiver held that the matter is not theirs"), "assignment"),
    ActName.ASSIGNMENT_UPHELD: About(both("维持交办", "the assignment was upheld"), "assignment"),
    ActName.TRANSFER_REQUESTED: About(both("申请转办,待转往单位答复", "a transfer was asked for"), "transfer"),
    ActName.TRANSFER_ACCEPTED: About(both("转往单位接受,成为牵头单位,重新签收", "the new lead accepted and signs anew"), "transfer"),
    ActName.TRANSFER_REFUSED: About(both("转往单位不接受", "the organ asked refused"), "transfer"),
    ActName.TRANSFER_LAPSED: About(both("到期未答复,转办失效,原单位继续负责", "unanswered: lapsed, the first receiver stays responsible"), "transfer"),
    ActName.REOPENED: About(both("回访后重新办理", "reopened after a return visit"), "reopening"),
    ActName.OBJECTION_LODGED: About(both("牵头单位对结论提出异议", "the lead objected to a conclusion"), "objection"),
    ActName.OBJECTION_DECIDED: About(both("异议已审定", "the objection was decided"), "objection"),
    ActName.OBJECTION_OVERDUE: About(both("答复、审定期限已到而无结果", "the time to answer or decide ran out"), "objection"),
    ActName.URGED: About(both("督办单位催办;不改变任何时限", "the office urged; no clock moves"), "urging", ClockKind.LIMIT),
    ActName.SUMMONED: About(both("督办单位约谈;不改变任何时限", "the office summoned a post; no clock moves"), "summons", ClockKind.LIMIT),
    ActName.CIRCULATION_REQUESTED: About(both("报请通报,待批准", "a circulation was proposed"), "circulation"),
    ActName.CIRCULATION_REFUSED: About(both("批准领导不同意通报", "the leader denied the circulation"), "circulation"),
    ActName.CIRCULATED: About(both("批准领导同意通报", "circulated with the leader's approval"), "circulation"),
    ActName.URGENCY_RAISED: About(both("提高紧急程度,时限不变,其后提醒、签收、督办随之", "raised: the limit stays, what is still to come follows"), "urgency"),
    ActName.MERGED: About(both("并入另一事项,本事项结束", "merged into another matter; this one has ended"), "merge"),
    ActName.PRAISED: About(both("督办单位表扬", "the office praised"), "praise"),
    ActName.CORRECTED: About(both("更正先前的一条记录,旧记录保留", "an earlier act was corrected; the old one stays"), "correction"),
    ActName.SPLIT: About(both("分解为子项;子项未办结,本项不能报结", "split; it cannot be submitted while a child is open"), "split"),
}  # fmt: skip


def ends(kind: AnyClock) -> Words:
    """What follows when a clock of this kind has run out."""
    return STEP_CLOCKS[kind][1] if isinstance(kind, StepClockKind) else CLOCKS[kind].ends


def about(act: Act) -> About:
    """What there is to say of an act; some names are of matters and of cases."""
    if act.act is ActName.ACCOUNTABILITY_PROPOSED and act.by is not None:
        return _PROPOSED_BY_THE_OFFICE
    return OF_CASES.get(act.act, ABOUT[act.act]) if is_case(act.target) else ABOUT[act.act]


def rule_words(entry: str, *, case: bool) -> RuleWords | None:
    """The words of a rule, in a case or in a matter; None for one that has none."""
    return (RULES_OF_CASES.get(entry) if case else None) or RULES.get(entry)
