"""What is there to say of the acts, clocks and rules of a case: in words, with the section of the contract behind it?

Tables only, like words.py, which takes them up: a new act, clock or rule of a case needs an entry here.
"""

from models.acts import ActName
from models.cases import CaseClockKind
from policies.explaining.vocabulary import About, AnyClock, ClockWords, Needs, RuleWords, Who, both, means

_WITHDRAW = means(Who.LEADER, "撤回案件(须有理由)", "withdraw the case, with a reason")
_PROLONG = means(
    Who.ABOVE,
    "在期满前批准延长一次(须有理由)",
    "allow the longer limit once, before it is over, with a reason",
    Needs.NOT_PROLONGED,
)
_REVIEW = means(Who.SUBJECT, "申请复核(不停止执行)", "ask for a review; execution is not stopped")

CASE_CLOCKS: dict[AnyClock, ClockWords] = {
    CaseClockKind.FILING: ClockWords(
        both("立案审批", "filing"),
        both("立案决定超期,报上一级,上一级可自行决定;不答复不立案也不撤案", "filing overdue, told to the organ above, which may then decide itself; silence neither files nor drops the case"),
        (
            means(Who.LEADER, "立案或不予立案", "file or decline the case"),
            means(Who.OFFICE, "撤回案件(须有理由)", "withdraw the case, with a reason"),
        ),
    ),
    CaseClockKind.INVESTIGATION: ClockWords(
        both("调查", "the investigation"),
        both("调查超期,报上一级,上一级可自行办理", "the investigation is overdue, told to the organ above, which may then act itself"),
        (
            means(Who.OFFICE, "由两个以上岗位报告调查情况", "report an investigation by two posts or more"),
            _WITHDRAW,
        ),
    ),
    CaseClockKind.WINDOW: ClockWords(
        both("陈述申辩期", "the window for statements"),
        both("无陈述的,视为期满未陈述,进入审议;有陈述未答复的,待答复后审议", "without a statement it lapses and the panel decides; a statement given is answered first"),
        (
            means(Who.SUBJECT, "陈述申辩,或书面放弃", "give a statement, or waive it"),
            means(Who.OFFICE, "告知新的事实,陈述申辩期重新起算", "notify new facts, which begins the window anew"),
            _WITHDRAW,
        ),
    ),
    CaseClockKind.ANSWER: ClockWords(
        both("陈述申辩的答复", "the answer to the statement"),
        both("答复超期,报上一级;未答复不得作出决定", "the answer is overdue, told to the organ above; nothing is decided before it is given"),
        (means(Who.OFFICE, "逐点答复陈述申辩", "answer each point of the statement"), _WITHDRAW),
    ),
    CaseClockKind.DECISION: ClockWords(
        both("审议决定", "the decision"),
        both("审议超期,报上一级;不作决定不产生处分", "the decision is overdue, told to the organ above; silence decides no measure"),
        (
            means(Who.PANEL, "表决,并由主持人宣布决定", "vote, and let the chair close the vote"),
            means(Who.OFFICE, "告知新的事实,重新听取陈述申辩", "notify new facts and hear the subject again"),
            _WITHDRAW,
        ),
    ),
    CaseClockKind.SERVICE: ClockWords(
        both("决定送达", "service of the decision"),
        both("送达超期,报上一级;未送达不得执行", "service is overdue, told to the organ above; nothing is executed before it is served"),
        (means(Who.OFFICE, "送达决定书并附送达回证", "serve the decision, with a receipt"),),
    ),
    CaseClockKind.EXECUTION: ClockWords(
        both("措施执行", "execution"),
        both("执行超期,报上一级", "execution is overdue, told to the organ above"),
        (
            means(Who.OFFICE, "执行,并附该措施所需证据", "execute it, with the evidence of its kind"),
            means(Who.COMPETENT, "执行或答复任免建议,附文书", "execute it or answer the proposal, with its document"),
        ),
    ),
    CaseClockKind.RECORD: ClockWords(
        both("备案", "putting on record"),
        both("备案超期,报上一级", "the record is overdue, told to the organ above"),
        (means(Who.OFFICE, "备案", "put it on record"),),
    ),
    CaseClockKind.REVIEW: ClockWords(
        both("复核", "the review"),
        both("复核超期,报上一级;不答复不改变决定", "the review is overdue, told to the organ above; silence changes no decision"),
        (means(Who.REVIEWERS, "作出复核决定(维持、减轻、撤销)", "decide the review: upheld, lighter or revoked"),),
    ),
    CaseClockKind.REVIEW_WINDOW: ClockWords(
        both("申请复核期", "the time to ask for a review"),
        both("期满不再受理复核申请;办结的案件随后归档", "no review can be asked for any more; a case on which nothing is owed is archived"),
        (_REVIEW,),
    ),
    CaseClockKind.EFFECT: ClockWords(
        both("影响期", "the effect period"),
        both("影响期届满", "the effect period is over"),
        (
            _REVIEW,
            means(Who.REVIEWERS, "经复核减轻或撤销", "make it lighter or revoke it, by a review"),
        ),
    ),
    CaseClockKind.LAPSE: ClockWords(
        both("办案期限", "the longest time of a case"),
        both("案件终止,不予问责", "the case lapses, without a measure"),
        (
            means(Who.PANEL, "在期满前作出决定", "decide before it is over"),
            means(Who.OFFICE, "及时告知事实、答复陈述,使案件得以审议", "serve the facts and answer the statement, so that the panel can decide"),
            _PROLONG,
            _WITHDRAW,
        ),
    ),
}  # fmt: skip

CASE_CLOCK_RULES: dict[AnyClock, str] = {
    **{kind: kind.value for kind in CaseClockKind},
    CaseClockKind.REVIEW_WINDOW: "review",
}
"""The rule that each clock's length comes from: it is named as its step."""

_STEP = "engine.md 4"
_W3 = "engine.md 4 (W3)"

CASE_RULES: dict[str, RuleWords] = {
    "proposal": RuleWords(
        both("督办单位可就查明的事实提出问责建议;同一对象只有一个在办案件,不得对本单位、独立机关提出", "an office may propose a case on facts; one open case per subject, never against the own or an independent organ"),
        "engine.md 4, step 1; W5", ("case_filing", "default_severity", "panel"),
        both("写明问责对象(名录内、非独立机关、无在办案件)与事实的建议;已登记事项的案件向该事项提出",
             "a proposal with facts and a subject of the directory, not independent, without an open case; about a registered matter, said to that matter"),
    ),
    "filing": RuleWords(
        both("由批准领导在期限内决定立案或不予立案", "the leader files or declines the case in time"),
        "engine.md 4, step 2", ("case_filing",),
        both("立案;或写明理由的不予立案", "filing, or declining with a reason"),
    ),
    "investigation": RuleWords(
        both("由两个以上岗位限期调查;以逾期记录为据的,无须调查", "two posts or more investigate in time; not needed where the facts are a recorded overdue clock"),
        "engine.md 4, step 3; W3", ("case_investigation",),
        both("两个以上、在名录内、与案件无涉的岗位的调查情况;调查之后再告知事实", "a report by two or more known posts that are not barred; facts are notified after it"),
    ),
    "notice": RuleWords(
        both("事实告知书写明事实、证据、拟作措施与权利", "the notice states facts, evidence, the proposed measure and rights"),
        "engine.md 4, step 4", ("case_window",),
        both("写明事实 text、附送达回证,措施 measure 用阶梯上的代码或名称", "a notice with text and receipt, its measure by a code or name of the ladder"),
    ),
    "window": RuleWords(
        both("自事实告知书送达起有完整的陈述申辩期;期满、放弃或答复后方可审议", "the subject has the whole window from service of the facts; nothing is decided before it is closed"),
        "engine.md 4, step 5; W1", ("case_window",),
        both("陈述申辩期内、未放弃时的陈述(写明内容);该期结束之后的表决与决定", "a statement with text while the window runs and is not waived; a vote or decision once it is closed"),
    ),
    "answer": RuleWords(
        both("督办单位限期逐点答复陈述申辩", "the office answers each point of a statement in time"),
        "engine.md 4, step 6", ("case_answer",),
        both("对待答复的陈述写明逐点答复", "an answer with text to a statement that awaits one"),
    ),
    "vote": RuleWords(
        both("会议成员各表决一次,未过半数的再表决一次", "each member votes once; without a majority one more vote is held"),
        "engine.md 4, step 7", (),
        both("尚未表决的成员的表决:proposed、较轻措施的代码、dismiss 或 exempt", "the vote of a member who has not voted: proposed, a lighter measure's code, dismiss or exempt"),
    ),
    "decision": RuleWords(
        both("会议自陈述申辩期结束起限期决定", "the panel decides in time from the closing of the window"),
        "engine.md 4, step 7; W1", ("case_decision", "panel"),
        both("表决之后由主持人宣布的决定", "a decision by the chair after the vote"),
    ),
    "panel": RuleWords(
        both("可表决成员不足两人或拟加重的,由上一级决定", "with fewer than two members who may vote, or for something heavier, the organ above decides"),
        "engine.md 4, step 7; W3", ("panel",),
        both("由上一级以 decide 写明 choice 决定", "a decision by the organ above, with its choice"),
    ),
    "panel.quorum": RuleWords(
        both("未回避成员三分之二以上表决方为有效", "two thirds of the members not recused must vote"),
        "engine.md 4, step 7", ("panel",),
        both("达到法定人数之后的决定", "a decision once the quorum has voted"),
    ),
    "panel.majority": RuleWords(
        both("须有表决者过半数;两次均无过半数的不予问责", "more than half of those voting; without it in two votes the case is dismissed"),
        "engine.md 4, step 7", ("panel",),
        both("有过半数意见之后、与表决结果一致的决定;否则再表决一次", "a decision as the majority voted; without a majority, one more vote first"),
    ),
    "lighter": RuleWords(
        both("低于所建议的措施须写明理由", "a measure lighter than proposed needs a reason"),
        "engine.md 4, step 7", (),
        both("写明理由 reason 的表决或决定", "a vote or decision with a reason"),
    ),
    "heavier": RuleWords(
        both("加重只能在告知新的事实、重新听取陈述之后", "heavier only after new facts are notified and the subject is heard again"),
        "engine.md 4, step 7; W4", (),
        both("首次告知之前以 aggravate 写明理由;此后以 notify_facts 告知新的事实与措施", "aggravate with a reason before the first notice; afterwards notify_facts with new facts and the measure"),
    ),
    "mitigation": RuleWords(
        both("有从轻情形的,可在表决前降一档,限一次", "a mitigating circumstance moves one entry down, once, before any vote"),
        "engine.md 4", ("measures",),
        both("表决之前、写明理由的一次从轻,阶梯下方仍有档次", "mitigating once, with a reason, before any vote, where the ladder has an entry below"),
    ),
    "aggravation": RuleWords(
        both("有从重情形的,可在首次告知前升一档,限一次", "an aggravating circumstance moves one entry up, once, before the first notice"),
        "engine.md 4", ("measures",),
        both("首次告知之前、写明理由的一次从重,阶梯上方仍有档次", "aggravating once, with a reason, before the first notice, where the ladder has an entry above"),
    ),
    "exemption": RuleWords(
        both("容错免责须有规定情形、理由和会议的多数", "exemption takes a criterion, a reason and the panel's majority"),
        "engine.md 4", (),
        both("写明规定情形 criterion 与理由 reason 的容错", "exemption with a criterion of the ladder and a reason"),
    ),
    "source": RuleWords(
        both("写明来源的,须写明来源文书编号;以案件为来源的,须写明已决定且未撤销的案件,系列案件还须在期间内且由被问责人负责", "a source that is named needs the number of its document; one that is cases needs decided ones not revoked, a series those of the period for which the subject is responsible"),
        "engine.md 4", ("accumulation",),
        both("不写来源;或 inspection、audit、petition 附 reference;case 附 cases 一件以上;series 附 cases 两件以上,被问责人为其单位或上级单位主要负责人",
             "no source; or inspection, audit, petition with a reference; case with one of its cases or more; series with two or more, against the head of their organ or of one above it"),
    ),
    "source.revoked": RuleWords(
        both("所依案件的决定撤销后,须另行告知事实方可问责;余下不足的,不得再进行", "once a case it rests on is revoked no measure is decided before the facts are notified anew; with too few left the case goes no further"),
        "engine.md 4; W1, W10", (),
        both("依余下案件另行告知事实 notify_facts;或撤回、不予立案、不予问责、容错", "notifying the facts anew on what is left; or withdrawing, declining, dismissing, exempting"),
    ),
    "recusal": RuleWords(
        both("有利害关系的岗位回避,须有理由", "a post with an interest is recused, with a reason"),
        _W3, (),
        both("写明理由、名录内、尚未回避且非被问责对象的岗位的回避", "recusal of a known post not yet recused and not the subject, with a reason"),
    ),
    "service": RuleWords(
        both("文书须附送达回证送达;未送达的决定不得执行", "papers are served with a receipt; no decision is executed before it is served"),
        "engine.md 4, steps 4, 8; W2", ("case_service", "case_review_request"),
        both("附回证 receipt 的一次送达:signed;left(两名见证人);public_notice(媒介、日期)", "service, once, with a receipt: signed, left with two witnesses, or public notice with medium and date"),
    ),
    "execution": RuleWords(
        both("已送达的决定按措施种类限期执行一次(期限见问责阶梯)", "a served decision is executed once, in the time that the ladder gives its measure"),
        "engine.md 4, step 9; W2", (),
        both("对已送达而未执行的决定的执行", "execution of a decision that is served and not yet executed"),
    ),
    "evidence": RuleWords(
        both("执行须附该措施所需的证据", "execution needs the evidence of the measure's kind"),
        "engine.md 4, step 9", (),
        both("所列各项齐全、时间在送达之后且不晚于现在的证据", "evidence with every part named, dated after service and not later than now"),
    ),
    "evidence.document": RuleWords(
        both("调整岗位以上的措施须有主管机关文书", "from P6 up the competent organ's document is needed"),
        "engine.md 4, step 9; W6", (),
        both("附主管机关文书 document 的执行", "execution with the competent organ's document"),
    ),
    "record": RuleWords(
        both("决定之后限期备案", "the decision is put on record in time"),
        "engine.md 4, step 10", ("case_record",),
        both("对已决定而未备案的案件备案一次", "one record of a decided case"),
    ),
    "effect": RuleWords(
        both("影响期自决定之日起算,至对应日前一日24时(期限见问责阶梯)", "the effect period runs from the day of the decision to 24:00 of the day before the corresponding day, as long as the ladder says"),
        "engine.md 4, step 11",
    ),
    "review": RuleWords(
        both("被问责对象可在送达后限期申请一次复核,由未参与者限期决定", "the subject may ask for one review in time after service; people who took no part decide it in time"),
        "engine.md 4, review; W4", ("case_review_request", "case_review"),
        both("送达之后、期限之内、写明内容的一次申请;对待决复核的决定:upheld、lighter(写明 measure)、revoked",
             "one request with text within the time from service; a decision of a pending one: upheld, lighter with a measure, or revoked"),
    ),
    "review.heavier": RuleWords(
        both("复核不得加重", "a review never makes it heavier"),
        "engine.md 4, review; W4", (),
        both("维持、轻于原措施的减轻,或撤销", "upheld, a measure lighter than the one decided, or revoked"),
    ),
    "restoration": RuleWords(
        both("决定撤销的,予以恢复,不再计次", "a revoked measure is restored and no longer counts"), "engine.md 4, review; W7, W10"
    ),
    "withdrawal": RuleWords(
        both("立案前由提出者、督办单位,立案后由批准领导撤回案件", "the proposer or the office withdraws before filing, the leader afterwards"),
        "engine.md 4", (),
        both("决定之前、写明理由的撤回", "withdrawal before the decision, with a reason"),
    ),
    "referral": RuleWords(
        both("移送其他机关只登记移送与回证", "a referral to another track is recorded with its receipt, nothing else"),
        "engine.md 4", (),
        both("写明种类(Z1–Z6、CR)、接收机关 to,附移送函与回证的移送", "a referral with a track (Z1–Z6, CR), the receiving organ, its document and a receipt"),
    ),
    "lapse": RuleWords(
        both("立案后期限内未作决定的,案件终止;经上一级批准可延长一次", "undecided too long after filing the case lapses; the organ above may allow the longer limit once"),
        "engine.md 4", ("case_longest", "case_longest_approved"),
        both("期满之前由上一级写明理由的一次延长", "prolonging once by the organ above, before it is over, with a reason"),
    ),
    **{
        f"authority.{step}": RuleWords(both(f"由有权{zh}者办理;逾期的,上一级亦可办理", f"for whoever may {en}; once overdue, for the organ above too"), f"{_STEP}; W3", (), both(f"由{who_zh}提出", f"the same, by {who_en}"))
        for step, zh, en, who_zh, who_en in (
            ("filing", "立案", "file the case", "批准领导,或获知逾期的上一级", "the leader, or the organ above once told"),
            ("investigation", "办理调查与告知", "investigate and notify", "督办单位的岗位", "a post of the office"),
            ("answer", "答复陈述", "answer the statement", "督办单位的岗位", "a post of the office"),
            ("decision", "宣布决定", "close the decision", "会议主持人;会议不能决定的,由上一级", "the chair; where the panel cannot decide, the organ above"),
            ("service", "送达", "serve", "督办单位的岗位", "a post of the office"),
            ("execution", "执行", "execute", "督办单位或主管机关的岗位", "a post of the office or of the competent organ"),
            ("record", "备案", "put it on record", "督办单位的岗位", "a post of the office"),
            ("review", "复核", "review", "未参与本案的复核人员", "reviewers who took no part"),
        )
    },
    "authority.subject": RuleWords(
        both("陈述、复核由被问责对象提出;被问责对象不得办理本人案件", "statements and reviews are the subject's; the subject decides nothing in the own case"), _W3, (),
        both("陈述、放弃、申请复核由被问责对象提出;其他由无涉者办理", "statements, waivers and reviews by the subject; everything else by somebody not concerned"),
    ),
    "authority.own_organ": RuleWords(
        both("任何人不得办理针对本单位的案件", "nobody acts in a case against his own organ"), _W3, (),
        both("由其他单位的岗位,或上一级办理", "the same, by a post of another organ or by the organ above"),
    ),
    "authority.proposer": RuleWords(
        both("提出建议者不得调查、表决、决定、复核", "the proposer neither investigates, votes, decides nor reviews"), _W3, (),
        both("由未提出建议者办理", "the same, by somebody who did not propose the case"),
    ),
    "authority.recused": RuleWords(
        both("已回避者不得办理本案", "whoever is recused acts no more in the case"), _W3, (),
        both("由未回避者办理", "the same, by somebody who is not recused"),
    ),
    "authority.investigated": RuleWords(
        both("调查人员不得表决或决定", "investigators neither vote nor decide"), _W3, (),
        both("由未参与调查者办理", "the same, by somebody who did not investigate"),
    ),
    "authority.answered": RuleWords(
        both("答复陈述申辩者不得表决或决定", "whoever answered the statement neither votes nor decides"), _W3, (),
        both("由未答复陈述者办理", "the same, by somebody who did not answer the statement"),
    ),
    "authority.took_part": RuleWords(
        both("参与过本案者不得复核", "whoever took part does not review"), f"{_STEP}, review; W3", (),
        both("由未参与本案的复核人员办理", "the same, by a reviewer who took no part"),
    ),
    "authority.panel": RuleWords(
        both("只有会议成员表决;由本人、主持人或督办单位登记", "only members of the panel vote; entered by them, the chair or the office"), "engine.md 4, step 7", (),
        both("会议成员的表决,由本人、主持人或督办单位登记", "a member's vote, entered by the member, the chair or the office"),
    ),
    "authority.recusal": RuleWords(
        both("回避由本人或有权决定者提出", "recusal is for the post itself or whoever decides it"), _W3, (),
        both("由本人、批准领导(领导本人的,由上一级)提出", "the same, by the post itself or the leader; about the leader, by the organ above"),
    ),
    "authority.above": RuleWords(
        both("延长办案期限由上一级批准", "the longer limit is allowed by the organ above"), _STEP, (),
        both("由上一级提出", "the same, by the organ above"),
    ),
}  # fmt: skip
"""The rules that only cases know."""

RULES_OF_CASES: dict[str, RuleWords] = {
    "archive": RuleWords(
        both("执行、备案均已办结且影响期、申请复核期已满的案件归档", "a case is archived once executed and on record, with nothing in effect or open to review"),
        "engine.md 4, step 11",
    ),
    "stage": RuleWords(
        both("操作须合于案件所处步骤", "a command must fit the step the case has come to"), _STEP, (),
        both("在相应步骤提出;已了结的案件不再办理", "the command at a step that allows it; nothing is done to a case that has ended"),
    ),
    "procedure": RuleWords(
        both("只受理案件的操作,且以所依程序版本开通为限", "only commands of a case, and only where its procedure version offers them"), _STEP, ("case_filing",),
        both("本案所依程序版本已开通的案件操作;事项的操作向事项提出", "a case command that the version offers; what concerns the matter, said to the matter"),
    ),
    "authority.leader": RuleWords(
        both("立案前由督办单位、立案后由批准领导撤回", "withdrawal is for the office before filing, for the leader after"), _STEP, (),
        both("立案前由提出者、督办单位或批准领导,立案后由批准领导提出", "the same, by the proposer, the office or the leader before filing; by the leader after"),
    ),
    "authority.office": RuleWords(
        both("由督办单位(从轻、从重、移送亦可由批准领导)提出", "for posts of the office; mitigating, aggravating and referring also for the leader"), _STEP, (),
        both("由督办单位的岗位或批准领导提出", "the same, by a post of the office or the leader"),
    ),
}  # fmt: skip
"""The rules that matters know too, as a case means them."""


def _of(
    rule: str, zh: str, en: str, clock: CaseClockKind | None = None, follows: tuple[str, str] | None = None
) -> About:
    return About(both(zh, en), rule, clock, both(*follows) if follows else None)


_SERVED = ("送达之前不得执行。", "Nothing is executed before it is served.")

CASE_ABOUT: dict[ActName, About] = {
    ActName.CASE_PROPOSED: _of("measures", "就逾期或查明的事实建议问责,措施查表得出;只是建议", "proposed on missed or established facts, the measure from the table; a proposal only",
                               CaseClockKind.FILING, ("批准领导立案或不予立案;无人答复不产生处分。", "The leader files or declines; silence sanctions nobody.")),
    ActName.CASE_WITHDRAWN: _of("withdrawal", "案件撤回(所依认定已撤回、事项已撤销的随之撤回)", "the case was withdrawn, by a post or with the finding or matter it rests on"),
    ActName.FAILURE_NOTED: _of("accountability_proposed", "同一对象已有在办案件,再次逾期记入该案,不另立案", "noted on the open case: one failure, one open case", CaseClockKind.FILING),
    ActName.CASE_FILED: _of("filing", "批准领导立案", "the leader filed the case", CaseClockKind.LAPSE,
                            ("由督办单位送达事实告知书;此前不得审议、决定。", "The office serves the facts; nothing is voted or decided before.")),
    ActName.CASE_DECLINED: _of("filing", "不予立案,同一逾期不再提出", "declined; this failure is not proposed again"),
    ActName.FILING_OVERDUE: _of("filing", "立案期限已到而未决定,报上一级", "not filed or declined in time; told above"),
    ActName.INVESTIGATED: _of("investigation", "两个以上岗位调查终结", "investigated by two posts or more", CaseClockKind.LAPSE),
    ActName.INVESTIGATION_OVERDUE: _of("investigation", "调查期限已到,报上一级", "the investigation ran out of time; told above"),
    ActName.FACTS_NOTIFIED: _of("window", "事实告知书送达,陈述申辩期起算", "the facts were served and the window to answer began"),
    ActName.STATEMENT_GIVEN: _of("answer", "被问责对象陈述申辩,答复期限起算", "the subject gave a statement, to be answered in time"),
    ActName.STATEMENT_WAIVED: _of("window", "被问责对象放弃陈述申辩", "the subject waived a statement", CaseClockKind.ANSWER),
    ActName.STATEMENT_LAPSED: _of("window", "陈述申辩期满而无陈述,进入审议", "the window closed without a statement; the panel decides"),
    ActName.STATEMENT_ANSWERED: _of("answer", "督办单位逐点答复,进入审议", "the office answered each point; the panel decides"),
    ActName.ANSWER_OVERDUE: _of("answer", "答复期限已到,报上一级", "the statement was not answered in time; told above"),
    ActName.VOTE_CAST: _of("vote", "会议成员表决", "a member of the panel voted", CaseClockKind.DECISION),
    ActName.RECUSED: _of("recusal", "一个岗位回避本案", "a post was recused from the case", CaseClockKind.DECISION),
    ActName.MITIGATED: _of("mitigation", "有从轻情形,拟作措施降一档", "a mitigating circumstance: the proposed measure moved one entry down"),
    ActName.AGGRAVATED: _of("aggravation", "有从重情形,拟作措施升一档", "an aggravating circumstance: the proposed measure moved one entry up"),
    ActName.REFERRED: _of("referral", "移送其他机关,登记移送与回证", "referred to another track; the transfer and its receipt are recorded"),
    ActName.MEASURE_DECIDED: _of("decision", "会议(或上一级)作出问责决定", "the panel, or the organ above, decided a measure", None, _SERVED),
    ActName.CASE_DISMISSED: _of("decision", "不予问责", "the case was dismissed"),
    ActName.CASE_EXEMPTED: _of("exemption", "容错免责", "the subject was exempted"),
    ActName.DECISION_OVERDUE: _of("decision", "审议期限已到,报上一级", "not decided in time; told above"),
    ActName.CASE_LAPSED: _of("lapse", "立案后期限已满未决,案件终止,不予问责", "undecided too long after filing: lapsed, no measure"),
    ActName.DECISION_SERVED: _of("service", "决定书送达,申请复核期与执行期限起算", "the decision was served: the times to ask for a review and to execute it began"),
    ActName.SERVICE_OVERDUE: _of("service", "送达期限已到,报上一级", "not served in time; told above"),
    ActName.MEASURE_EXECUTED: _of("execution", "措施执行,附证据", "the measure was executed, with evidence", CaseClockKind.RECORD),
    ActName.MEASURE_NOT_ADOPTED: _of("execution", "任免机关未采纳建议", "the appointing organ did not adopt the proposal", CaseClockKind.RECORD),
    ActName.EXECUTION_OVERDUE: _of("execution", "执行期限已到,报上一级", "not executed in time; told above"),
    ActName.CASE_RECORDED: _of("record", "备案", "the case was put on record", CaseClockKind.EXECUTION),
    ActName.RECORD_OVERDUE: _of("record", "备案期限已到,报上一级", "not put on record in time; told above"),
    ActName.EFFECT_ENDED: _of("effect", "影响期届满", "the effect period ended"),
    ActName.CASE_ARCHIVED: _of("archive", "各步均已办结、影响期与申请复核期均已届满,案件归档", "nothing is owed, in effect or open to review any more: archived"),
    ActName.REVIEW_REQUESTED: _of("review", "被问责对象申请复核;不停止执行", "the subject asked for a review; execution goes on"),
    ActName.REVIEW_DECIDED: _of("review", "复核决定,不得加重", "the review was decided; it never makes it heavier"),
    ActName.REVIEW_OVERDUE: _of("review", "复核期限已到,报上一级", "not reviewed in time; told above"),
    ActName.RESTORED: _of("restoration", "决定撤销,予以恢复,不再计次", "revoked and restored; it no longer counts"),
}  # fmt: skip
"""The acts that only cases know."""

OF_CASES: dict[ActName, About] = {
    ActName.EXTENSION_GRANTED: _of("lapse", "上一级批准延长办案期限,自立案起算", "the organ above allowed the longer limit, counted from filing", CaseClockKind.LAPSE),
    ActName.CALENDAR_RECOMPUTED: _of("calendar", "载入放假安排后,案件的期限重新认定", "a notice was loaded and the clocks of the case ruled again"),
    ActName.FINDING_WITHDRAWN: _of("calendar", "先前的认定被撤回,该步骤期限续行", "an earlier finding was withdrawn and its step has its time again"),
    ActName.REFUSED: _of("stage", "操作不合规则,未予受理;案件未因此改变", "the command broke a rule and was refused; nothing was changed"),
}  # fmt: skip
"""The acts that matters know too, as a case means them."""
