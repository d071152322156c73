"""What is there to say of the acts, clocks and rules of proceedings, petitions and duties? As in words.py.

An act that names a step of its procedure as its rule rests on that step and its block; see proceeding.py here.
"""

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
from models.explanations import Words
from models.proceedings import StepClockKind
from policies.explaining.vocabulary import About, RuleWords, both

STEP = "step"
"""The rule that an act of a step follows where it names none: what the procedure file says of that step."""


def _of_step(zh: str, en: str, follows: Words | None = None) -> About:
    return About(both(zh, en), STEP, follows=follows)


PROCEEDING_ABOUT: dict[ActName, About] = {
    ActName.OPENED: About(both("按程序登记开办", "it was opened under its procedure"), "opening"),
    ActName.STEP_BEGUN: _of_step("一个环节开始,由所列岗位办理", "a step began, owed by the posts that take it"),
    ActName.STEP_DONE: _of_step("环节已办结,所需佐证齐备", "the step is done, with what had to be shown"),
    ActName.STEP_OVERDUE: _of_step("时限已到而未办,报上一级;再次逾期的,每次再上一级", "not done in time: told to the organ above, one higher each time"),
    ActName.ITEMS_MISSING: _of_step("一次告知全部缺少的材料,此后不得再要求", "everything missing was told at once; nothing more may be asked for"),
    ActName.SUPPLEMENTED: _of_step("补交了材料", "what was missing was brought"),
    ActName.ACCEPTED: _of_step("材料齐全,予以受理", "complete, and accepted"),
    ActName.ACCEPTANCE_DEEMED: _of_step("逾期未告知,依法视为受理", "nobody told of defects in time: accepted by law"),
    ActName.REJECTED: _of_step("不予受理并说明理由", "rejected, with the reason"),
    ActName.GRANTED: _of_step("有权岗位准予", "granted by who decides it"),
    ActName.DENIED: _of_step("有权岗位不予同意并说明理由", "denied by who decides it, with the reason"),
    ActName.CONSENT_DEEMED: _of_step("逾期未答复,法律规定视为同意;后果由逾期机关承担", "no answer in time, which a law makes a consent; the consequence stays with the organ"),
    ActName.PERMIT_USED: _of_step("在有效期内行使所准予的事项", "what was granted was used while it was valid"),
    ActName.PERMIT_EXPIRED: _of_step("所准予的有效期届满", "what was granted is no longer valid"),
    ActName.DUPLICATE_WARNED: About(both("同一对象另有在办或有效的事项,予以提示", "another one about the same subject is open or still valid"), "approval.guard"),
    ActName.OPINION_GIVEN: _of_step("一方发表意见", "one of those asked gave its opinion"),
    ActName.OPINION_DEEMED: _of_step("逾期未答复,法律规定视为同意", "silent at the end of its time, which a law makes an agreement"),
    ActName.MEETING_CONVENED: _of_step("确定了会议日期和参加人", "the day of the meeting was set, and who is invited"),
    ActName.NOTICE_SENT: _of_step("按会前天数发出材料", "what has to go out before the meeting was sent"),
    ActName.MEETING_HELD: _of_step("会议如期召开,到会达到法定比例", "the meeting was held with enough of those invited"),
    ActName.MEETING_POSTPONED: _of_step("到会不足或告知期不足,延期", "too few were there, or notice was too short: postponed"),
    ActName.BALLOT_CAST: _of_step("一名成员投票", "a member voted"),
    ActName.VOTE_PASSED: _of_step("达到法定人数和比例,通过", "quorum and majority were reached"),
    ActName.VOTE_FAILED: _of_step("未达到法定人数或比例,未通过", "quorum or majority was not reached"),
    ActName.OPINION_ANSWERED: _of_step("对一条意见答复采纳或不采纳及理由", "one opinion was answered: adopted or not, with reasons"),
    ActName.PUBLISHED: _of_step("已公布", "it was published"),
    ActName.CALLED_BACK: _of_step("向诉求人回访", "whoever asked was called back"),
    ActName.REDONE: _of_step("退回前一环节重新办理", "an earlier step is done again"),
    ActName.ESCALATED: _of_step("上升一级,由其在自己的时限内办理", "one level higher has to act now, within its own limit"),
    ActName.NOTICE_POSTED: _of_step("已公示,公示期自次日起连续计算", "made public for its length of time"),
    ActName.OBJECTION_RAISED: _of_step("公示期内收到异议", "an objection was raised while it was public"),
    ActName.OBJECTION_ANSWERED: _of_step("异议已核查答复", "the objection was answered, with reasons"),
    ActName.NOTICE_ENDED: _of_step("公示期满;未答复的异议须先答复", "its time is over; what was raised is answered first"),
    ActName.PAPER_SENT: _of_step("已报送,待收件单位回执", "sent; the receiver owes its receipt"),
    ActName.RECEIPT_GIVEN: _of_step("收件单位已回执", "the receiver has it"),
    ActName.RECEIPT_REFUSED: _of_step("收件单位不接收移送,由其上一级裁定", "the receiver does not take the transfer; the organ above settles it"),
    ActName.VALUE_REPORTED: _of_step("填报了一期指标值", "the value of one part of the period was reported"),
    ActName.VALUE_QUESTIONED: _of_step("所报数值不可能,存疑,不予采用", "the value cannot be: questioned, not taken"),
    ActName.VALUE_MISSED: _of_step("未按期填报,报上一级", "no value in time: told to the organ above"),
    ActName.FORECAST: _of_step("按已有数值推算期末值", "what the values so far come to by the end of the period"),
    ActName.TARGET_REACHED: _of_step("期末值达到目标", "the value at the end reaches the target"),
    ActName.TARGET_MISSED: _of_step("期末值未达目标", "the value at the end misses the target"),
    ActName.SCORED: _of_step("按评分标准评分", "marks under the scoring standard"),
    ActName.GRADED: _of_step("按总分定等次;一票否决项为零的不及格", "the grade that the total makes; a veto item at nothing fails"),
    ActName.AWARD_LOST: _of_step("不合格,取消评优资格", "not passed: what is lost by it"),
    ActName.OFFENCE_REGISTERED: _of_step("违章登记造册", "the offence was entered in the register"),
    ActName.FIRST_OFFENCE_EXEMPTED: _of_step("期间内首次,免予处罚并教育", "the first within the period: exempt, and taught"),
    ActName.ROUTED: _of_step("分办给承办单位", "given to the organ that has to handle it"),
    ActName.ROUTING_ACCEPTED: _of_step("承办单位接收,此后不得退回", "accepted by that organ; it is not sent back any more"),
    ActName.ROUTING_OBJECTED: _of_step("所交单位认为不属其职责", "that organ held that it is not theirs"),
    ActName.ROUTING_UPHELD: _of_step("维持分办", "the routing was upheld"),
    ActName.FOLLOWED_UP: _of_step("诉求人补充了诉求", "whoever asked added something"),
    ActName.RATED: About(both("诉求人对答复作出评价", "whoever asked judged the answer"), "rating"),
    ActName.LINKED: About(both("与另一件关联,一并办理、一并答复", "it goes on with another one, and gets its answer"), "link"),
    ActName.OCCURRED: _of_step("到期发生,启动一件督办事项", "it fell due: a matter of its own was launched"),
    ActName.OCCURRENCE_SKIPPED: _of_step("暂停期间,本期不发生", "paused: this period was left out"),
    ActName.DUTY_PAUSED: _of_step("任务暂停,恢复前不再发生", "paused: nothing falls due until it goes on"),
    ActName.DUTY_CONTINUED: _of_step("任务继续", "it goes on"),
    ActName.MATTER_LAUNCHED: _of_step("启动一件有时限的督办事项", "a matter with its own clock was launched"),
    ActName.CONCLUDED: About(both("程序终结", "it has ended"), "end"),
}  # fmt: skip
"""Of an act that only a proceeding has."""

GENERAL_ABOUT: dict[ActName, About] = {
    ActName.REMINDED: _of_step("到期前的提醒;自首次提醒起为黄灯", "a reminder ahead of the due instant; yellow from the first"),
    ActName.LIGHT_CHANGED: _of_step("灯随本环节的时限而变", "the light follows the step's clock"),
    ActName.EXTENSION_REQUESTED: About(both("申请延长本环节时限,待批", "more time was asked for"), "extension"),
    ActName.EXTENSION_GRANTED: About(both("同意延长,并入原时限自原起算日计算", "granted: added to the limit, counted from its start"), "extension"),
    ActName.EXTENSION_REFUSED: About(both("不同意延长,时限不变", "refused: the limit stays"), "extension"),
    ActName.EXTENSION_LAPSED: About(both("到期时仍未审批,失效;不答复不延期", "undecided when due: lapsed; silence never extends"), "extension"),
    ActName.SUSPENDED: About(both("因程序所列事由中止计时", "time stands still, for a reason the procedure names"), "suspension"),
    ActName.RESUMED: About(both("恢复计时,中止的日子不计", "time runs again; the days stopped are not counted"), "suspension"),
    ActName.SUSPENSION_OVERDUE: About(both("中止期满未恢复,报批准领导", "not resumed by the end of the pause: told to the leader"), "suspension"),
    ActName.URGED: _of_step("逾期后发出催办函", "a letter urges what was not done in time"),
    ActName.CIRCULATION_REQUESTED: _of_step("催办后仍未办,报请通报,待批准", "still not done after the letter: a circular was asked of the leader"),
    ActName.CO_OVERDUE: _of_step("协办单位到期未答复,告知其主要负责人", "a co-handler did not answer in time: told to its head"),
    ActName.RECUSED: _of_step("成员回避,不计入表决", "a member stands down, and is counted nowhere"),
    ActName.ACCOUNTABILITY_PROPOSED: _of_step("逾期未办或目标未达,建议启动问责;只是建议", "missed: a case was proposed, and only proposed"),
    ActName.ACCOUNTABILITY_CONCLUDED: About(both("由此提出的案件了结", "a case proposed from it was concluded"), "proposal"),
    ActName.CALENDAR_RECOMPUTED: About(both("载入放假安排后,时限重新认定", "a notice was loaded and the clock ruled again"), "calendar"),
    ActName.FINDING_WITHDRAWN: About(both("先前认定的逾期被撤回,不再作数", "an earlier finding was withdrawn and no longer counts"), "calendar"),
    ActName.REFUSED: About(both("操作不合规则,未予受理;事项未因此改变", "the command broke a rule and was refused; nothing was changed"), "stage"),
}  # fmt: skip
"""Of an act that matters have too, said of a proceeding."""

_MECHANISMS = "mechanisms.md"

BLOCK_RULES: Mapping[type[Block], Words] = {
    Deadline: both("到期前须办结并出示所列佐证", "done by its day, with what has to be shown"),
    Checklist: both("所缺材料一次告知,齐全即受理,受理后不再要求", "everything missing is told once; complete is accepted; nothing is asked for afterwards"),
    Approval: both("由所列岗位准予或不予;沉默只在法律有规定时视为同意", "granted or denied by the posts named; silence is a consent only where a law says so"),
    Vote: both("到会达到法定人数、赞成达到法定比例方为通过;以分数比较,不取整", "passed with the quorum present and the majority in favour, compared as fractions"),
    Meeting: both("会前按期告知,到会达到比例方可召开", "notice given in time, and enough of those invited present"),
    Replies: both("每条意见均须答复采纳与否及理由,并公布", "every opinion is answered, with reasons, and all of it published"),
    Joint: both("各协办单位在期限内发表意见,牵头单位汇总;分歧由领导排解", "each co-handler gives its opinion in time, the lead concludes; the leader settles dissent"),
    Feedback: both("办理后回访,不满意的重新办理,多轮不满意的由领导当面答复", "called back; done again where not satisfied, and after so many rounds answered in person"),
    Escalation: both("每一级在自己的时限内办理,否则上升一级", "each level acts within its limit, or the next has to"),
    PublicNotice: both("公示期内的异议逐一答复,期满且无成立的异议方为结束", "each objection is answered; over when its time has passed and none holds"),
    Filing: both("报送后收件单位须在期限内回执;只有移送可以不接收", "the receiver gives its receipt in time; only a transfer may be refused"),
    Indicator: both("按期填报,期末以目标衡量;不可能的数值存疑不用", "values are owed for each part; the last, or the sum, is held against the target"),
    Score: both("按评分标准评分,总分定等次,否决项为零即不合格", "marks by criterion; the total makes the grade, a veto item at nothing fails"),
    FirstOffence: both("期间内首次违章免予处罚,登记造册", "the first offence within the period is exempt and registered"),
    Routing: both("分办后可在期限内提出异议,接收后不得退回;接收前由首问单位负责", "may be objected to in time; once accepted it is not sent back; the first asked keeps it until then"),
    Recurrence: both("每期到期发生一件督办事项,遇休息日顺延", "each period opens a matter of its own; days off move its day"),
}  # fmt: skip
"""What a step of this block asks, as the rule of its acts."""

BLOCK_ACCEPTS: Mapping[type[Block], Words] = {
    Deadline: both("办结(finish),附所列佐证", "finish, with the evidence it asks for by name"),
    Checklist: both("列于材料目录的全部所缺材料(一次);补正;或写明理由的不予受理", "everything missing of the list, once; supplements; or a rejection with its reason"),
    Approval: both("由有权岗位准予,或写明理由不予;集体决定的附讨论记录", "grant by who decides, or deny with a reason; minutes where it is collective"),
    Vote: both("成员各投一次票,由主持人列明到会成员后计票", "one ballot of each member, then a count that names who was present"),
    Meeting: both("先定会期与参加人,按期发出材料,再如期召开", "convene, send out in time, then hold it with those present"),
    Replies: both("对收集到的某条意见写明采纳与否及理由,全部答复后公布", "an answer, with reasons, to an opinion that was given; publish once all are answered"),
    Joint: both("协办单位各表一次意见;齐后由牵头单位办结或领导排解", "one opinion of each co-handler, then the conclusion"),
    Feedback: both("回访结果(satisfied=true/false,未接通则不填);不满意的说明情况", "the outcome of the call: satisfied=true or false, or left out where not reached"),
    Escalation: both("由当前一级办结并出示佐证,或写明理由报上一级", "finish by the level that has it now, or route upwards with a reason"),
    PublicNotice: both("先公示(写明载体);期内提出异议(写明内容);逐一答复(upheld 与理由)", "publish with the medium; objections with a text while it is public; answers with upheld and a reason"),
    Filing: both("报送(写明文号);由收件单位回执;不接收移送的写明理由", "send_paper with a number; acknowledge by a receiver, refusing only a transfer, with a reason"),
    Indicator: both("已结束的一期的数值(on 为期末日)", "a value for a part that has ended, on its last day"),
    Score: both("评分标准内每项的分值,扣分的说明理由", "a mark for every criterion, with a reason where marks are taken off"),
    FirstOffence: both("写明对象与日期的登记", "a registration of the subject's offence, with its day"),
    Routing: both("分办给名录内单位;由其接收或写明理由提出异议", "route to a known organ; its acceptance, or its objection with a reason"),
    Recurrence: both("不晚于今天的事件;写明理由的暂停;未办理过的过去周期的补办", "an event not in the future; a pause with its reason; a backfill of past periods never opened"),
}  # fmt: skip
"""What a step of this block accepts, beside what a refusal says itself."""

BLOCK_SECTION: Mapping[type[Block], str] = {
    Deadline: "B5", Checklist: "B3", Approval: "C5, I1", Vote: "E3, L3", Meeting: "E1, J1", Replies: "E2",
    Joint: "C4", Feedback: "G1, G3", Escalation: "A18, G5", PublicNotice: "L4, M6", Filing: "F3, J2", Indicator: "H15",
    Score: "H1", FirstOffence: "I8", Routing: "G1", Recurrence: "D1",
}  # fmt: skip
"""A row of mechanisms.md that the block is for."""

_BY_RULE: dict[str, type[Block]] = {
    "approval": Approval, "vote": Vote, "meeting": Meeting, "replies": Replies, "joint": Joint, "feedback": Feedback,
    "escalation": Escalation, "public_notice": PublicNotice, "filing": Filing, "indicator": Indicator, "score": Score,
    "first_offence": FirstOffence, "routing": Routing, "recurrence": Recurrence, "checklist": Checklist,
}  # fmt: skip


def block_rule(kind: type[Block]) -> RuleWords:
    """The rule of a step of this block."""
    return RuleWords(BLOCK_RULES[kind], f"{_MECHANISMS} {BLOCK_SECTION[kind]}", (), BLOCK_ACCEPTS[kind])


PROCEEDING_RULES: dict[str, RuleWords] = {
    **{name: block_rule(kind) for name, kind in _BY_RULE.items()},
    "approval.guard": RuleWords(
        both("同一对象不重复开办:提示、拒绝或并入", "one subject, one proceeding: warned, refused or linked"),
        f"{_MECHANISMS} I1, I4", (),
        both("写明对象;另一件已办结且有效期已过的,可再开办", "a subject; another one once that has ended and is valid no longer"),
    ),
    "approval.validity": RuleWords(
        both("所准予的在有效期内可以行使,末日至24时", "what was granted may be used to the end of its last day"),
        f"{_MECHANISMS} I1, R15", (),
        both("准予之后、有效期之内、写明事由的行使", "its use, for a purpose, after the grant and while it is valid"),
    ),
    "opening": RuleWords(
        both("开办须有程序、名称、名录内的单位和岗位", "an opening names its procedure, a title, known organs and posts"),
        "engine.md 1, 3.1", (),
        both("补齐所缺要素后重新开办(以新的消息编号)", "the opening again, under a new message id, with what was missing"),
    ),
    "procedure": RuleWords(
        both("每个环节只受理其构件的操作", "a step takes only the commands of its block"), f"{_MECHANISMS} 1", (),
        both("本环节的操作(理由中已列出)", "the commands of the step under way, as listed in the reason"),
    ),
    "extension": RuleWords(
        both("程序写明可延长的环节,到期前可申请一次;由有权岗位决定,不答复不等于同意",
             "a step that may be given more time, once, asked before it runs out; silence never extends"),
        f"{_MECHANISMS} B6", (),
        both("时限运行期间、同一单位、不长于程序所定的一次申请;对待批申请的决定",
             "one request while the limit runs, in its unit, no longer than the procedure allows; a decision of one pending"),
    ),
    "suspension": RuleWords(
        both("只有程序所列的事由不计时间", "time stands still only for the reasons the procedure names"), "engine.md 2 (R13)", (),
        both("程序所列的事由;中止中的恢复", "a reason the procedure names; a resumption while it is paused"),
    ),
    "reminders": RuleWords(
        both("到期前若干工作日上班时提醒", "reminders so many working days ahead, at opening"), "engine.md 2 (R17)",
    ),
    "lights": RuleWords(
        both("自首次提醒起黄,到期红,办结或后移复绿", "yellow from the first reminder, red when due, green when done or moved later"),
        "engine.md 1, 3.4",
    ),
    "calendar": RuleWords(
        both("节假日安排载入后,在走的时限重新认定;只向后移", "a loaded notice rules open clocks again, only ever later"),
        "engine.md 2, 4 (W7)", (), both("日历所及范围内的时限", "a limit within the years of the calendar"),
    ),
    "cancellation": RuleWords(
        both("批准领导或督办单位写明理由可撤销", "the leader or the office may cancel, with a reason"), "engine.md 3.9", (),
        both("写明理由的撤销", "a cancellation with a reason"),
    ),
    "link": RuleWords(
        both("重复件只能并入同类、在办的另一件,诉求人仍得到答复", "a repeat goes on with another open one of its kind, and is still answered"),
        f"{_MECHANISMS} G2", (),
        both("另一件同类、在办的事项,并写明理由", "another open one of the same kind, with a reason"),
    ),
    "follow_up": RuleWords(
        both("诉求人可补充,转给现承办者,不改变时限", "whoever asked may add something; it goes to who has it in hand, and moves no clock"),
        f"{_MECHANISMS} G2", (),
        both("对群众诉求写明内容的补充;about 为已关联的件", "a text to a petition; about: one linked to it"),
    ),
    "rating": RuleWords(
        both("答复之后诉求人可凭码评价;评价不代替回访,不办结任何环节", "once answered, whoever asked may judge the answer; it is no call back and ends no step"),
        f"{_MECHANISMS} G15, G16", (),
        both("答复之后、办结之前的评价;不满意的写明原因", "a rating between the answer and the end; its reason where dissatisfied"),
    ),
    "proposal": RuleWords(
        both("逾期或未达标的只建议启动问责,由人决定", "what was missed only proposes a case; people decide"), "engine.md 4",
    ),
    "end": RuleWords(
        both("最后一个环节办结,或有环节使其终结的,程序终结", "it ends with its last step, or where a step ends it"), f"{_MECHANISMS} 1",
    ),
    "stage": RuleWords(
        both("操作须合于所处环节;终结、中止期间不再受理", "a command must fit the stage; none once it has ended or while it is paused"),
        "engine.md 3", (),
        both("在办理中、计时未中止时提出", "the command while it is under way and not paused"),
    ),
    "secrecy": RuleWords(
        both("国家秘密不得进入本系统", "no state secret enters this system"),
        "engine.md 3; 保守国家秘密法", (),
        both("不带国家秘密标志的内容", "what bears no marking of a state secret"),
    ),
    "authority": RuleWords(
        both("只受理权限表所列岗位的操作", "only posts that the table of authority allows"), "engine.md 1, 3", (),
        both("由权限表(docs/access.md)所列的岗位提出", "the same, by a post the table of authority allows"),
    ),
    "authority.step": RuleWords(
        both("由本环节的承办岗位,或逾期后其上一级提出", "for who owes the step, or, once missed, the organ above"), "engine.md 3", (),
        both("由理由中所列的岗位提出", "the same, by a post named in the reason"),
    ),
    "authority.own_cause": RuleWords(
        both("任何人不得裁定本单位的事", "nobody decides what his own organ asks"), "engine.md 4 (W3)", (),
        both("由未参与的上一级裁定", "a decision by an organ above that took no part"),
    ),
}  # fmt: skip
"""The rules that acts of a proceeding name, where they do not name a step."""


def rule_of_entry(entry: str) -> RuleWords | None:
    """The words of that entry in a proceeding; None for one that is not a rule here: the name of a step."""
    return PROCEEDING_RULES.get(entry)


STEP_CLOCKS: Mapping[StepClockKind, tuple[Words, Words]] = {
    StepClockKind.STEP: (
        both("本环节时限", "the step's limit"),
        both(
            "变红灯,认定环节超期,报上一级;此后按程序规定",
            "red, the step is overdue, told above; then what the procedure says",
        ),
    ),
    StepClockKind.SIDE: (
        both("等待他方答复", "the answer awaited"),
        both("认定未按期答复,报上一级,此后按构件规定", "the answer is overdue, told above; then what the block says"),
    ),
    StepClockKind.AGAIN: (
        both("再次报告", "the next report"),
        both("仍未办理,再报一级", "still not done: told one organ higher"),
    ),
    StepClockKind.NOTICE: (
        both("公示期", "the public notice"),
        both("公示期满;未答复的异议须先答复", "its time is over; what was raised is answered first"),
    ),
    StepClockKind.VALIDITY: (
        both("有效期", "the validity"),
        both("所准予的失效", "what was granted is valid no longer"),
    ),
    StepClockKind.OCCURRENCE: (
        both("下一期开始", "the next period"),
        both("发生下一期,启动督办事项", "the next occurrence is opened as a matter"),
    ),
    StepClockKind.PAUSE: (
        both("中止期", "the pause"),
        both("报批准领导;计时仍停,直至恢复", "told to the leader; time stands until resumed"),
    ),
}
"""The name of each clock of a proceeding, and what it ends in if nobody acts."""

COUNTED_FROM: Mapping[str, Words] = {
    "step": both("自环节开始之时起算", "counted from the beginning of the step"),
    "opening": both("自收件(登记)之时起算", "counted from when it came in"),
    "event": both("自事件之日起算", "counted from the day of the event"),
    "before_event": both("自事件之日倒计", "counted back from the day of the event"),
}
