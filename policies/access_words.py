"""In what words does the table of authority speak of relations, views and what is done to the site? Chinese first."""

from collections.abc import Mapping

from models.access import Relation, SiteCommand, View
from models.case_messages import CASE_TITLES
from models.messages import TITLES
from models.proceeding_messages import PROCEEDING_TITLES

RELATIONS: Mapping[Relation, tuple[str, str]] = {
    Relation.ANYONE: ("任何人", "anyone"),
    Relation.PUBLIC: ("公众(事项已标明公开)", "the public, of what is marked public"),
    Relation.POST: ("名录中的岗位", "a post of the directory"),
    Relation.SELF: ("本岗位", "the post itself"),
    Relation.MACHINE: ("本机命令行", "the command line at the machine itself"),
    Relation.ADMINISTRATOR: ("系统管理员", "the administrator"),
    Relation.AUDITOR: ("审计员", "an auditor"),
    Relation.AUTHORISED_AUDITOR: ("经授权的审计员", "an auditor authorised to it"),
    Relation.OFFICE_HEAD: ("督办单位主要负责人", "the head of the office"),
    Relation.OFFICE: ("督办单位", "the office"),
    Relation.LEADER: ("批准领导", "the leader"),
    Relation.LEAD: ("牵头单位", "the lead"),
    Relation.LEAD_HEAD: ("牵头单位主要负责人", "the head of the lead"),
    Relation.HANDLING: (
        "承办单位(受理单位自己承办的诉求除外)",
        "the lead, but for what its own office handles of petitions",
    ),
    Relation.CO_HANDLER: ("协办单位", "a co-handler"),
    Relation.RESPONSIBLE: ("责任岗位", "the responsible post"),
    Relation.SUPERVISOR: (
        "督办单位;牵头即督办单位的,其上一级",
        "the office; the organ above where the office is the lead",
    ),
    Relation.ABOVE_LEAD: ("牵头单位的上级", "an organ above the lead"),
    Relation.ABOVE_CO_HANDLER: ("协办单位的上级", "an organ above a co-handler"),
    Relation.ABOVE_OFFICE: ("督办单位的上级", "an organ above the office"),
    Relation.REVIEWER: ("登记的复核人员", "a reviewer that was named"),
    Relation.EXTENSION_DECIDER: (
        "批准领导;其本单位牵头的,上一级主要负责人",
        "the leader; the head above where his own organ is the lead",
    ),
    Relation.LEAD_UNCONTESTED: ("牵头单位,无交办异议待答复时", "the lead, while it does not contest the assignment"),
    Relation.SUPERVISOR_CONTESTED: (
        "督办单位,有交办异议待答复时",
        "the supervising organ, while the assignment is contested",
    ),
    Relation.NEW_LEAD: ("待其答复的转往单位", "the organ asked to take over, while it has not answered"),
    Relation.OBJECTION_JUDGE: (
        "督办单位、批准领导、复核人员、批准领导的上一级,有结论异议待审定时",
        "the office, the leader, reviewers, the organ above the leader, while an objection is pending",
    ),
    Relation.OBJECTION_OWN: ("提出异议的单位", "the organ that objects"),
    Relation.CONCLUDED: ("作出该结论者", "who came to the conclusion"),
    Relation.SPEAKER: ("被问责人(单位为其主要负责人、承办岗)", "the subject (head and handler of an organ)"),
    Relation.ABOVE_SUBJECT: ("被问责人所在单位的上级", "an organ above the subject's"),
    Relation.PANEL: ("会议成员", "a member of the panel"),
    Relation.CHAIR: ("会议主持人", "the chair of the panel"),
    Relation.PROPOSING_OFFICE: ("提出建议的督办单位", "the office the proposal comes from"),
    Relation.NAMED_INVESTIGATOR: ("报告所列的调查人员", "an investigator named in the report"),
    Relation.VOTING_MEMBER: ("表决的成员本人", "the member who votes"),
    Relation.STANDS_DOWN: ("回避者本人", "who stands down"),
    Relation.DECIDES_RECUSAL: ("有权决定回避者", "who decides a recusal"),
    Relation.WITHDRAWS_PROPOSAL: ("立案前的督办单位和提出者", "before filing, the office and the proposer"),
    Relation.COMPETENT: ("有权机关(须有其文书的问责方式)", "the competent organ, of a measure that needs its document"),
    Relation.ABOVE_DECISION: ("决定机关的上一级", "who stands above the deciding panel"),
    Relation.STEP_HOLDER: ("本环节的承办岗位", "who owes the step under way"),
    Relation.ABOVE_STEP: (
        "本环节逾期后,逐级上溯的主要负责人",
        "the heads above who owe it, as far up as it was missed",
    ),
    Relation.HANDED: ("待其接收的所交办单位", "the organ it was given to, while it has not accepted"),
    Relation.RECEIVER: ("待其回执的收件单位", "an organ that owes its receipt"),
    Relation.STEP_EXTENDER: (
        "批准领导;其本单位承办的,上一级主要负责人",
        "the leader; the head above where his own organ owes the step",
    ),
    Relation.OPENING_OFFICE: ("所列督办单位或承办单位", "the office or the lead that the opening names"),
    Relation.FILING: ("立案环节有权者", "who may file now"),
    Relation.INVESTIGATION: ("调查环节有权者", "who may investigate now"),
    Relation.ANSWER: ("答复环节有权者", "who may answer now"),
    Relation.DECISION: ("决定环节有权者", "who may decide now"),
    Relation.SERVICE: ("送达环节有权者", "who may serve now"),
    Relation.EXECUTION: ("执行环节有权者", "who may execute now"),
    Relation.RECORD: ("备案环节有权者", "who may record now"),
    Relation.REVIEW: ("复核环节有权者", "who may review now"),
    Relation.SUBJECT: ("被问责人本人", "the subject himself"),
    Relation.OWN_ORGAN: ("被问责人所在单位", "the subject's organ"),
    Relation.PROPOSER: ("提出建议者", "the proposer"),
    Relation.RECUSED: ("已回避者", "who is recused"),
    Relation.INVESTIGATED: ("调查人员", "an investigator"),
    Relation.ANSWERED: ("答复陈述申辩者", "who answered the statement"),
    Relation.TOOK_PART: ("参与过本案者", "who took part"),
    Relation.PETITIONER: ("持本件受理凭证码的诉求人", "who holds the petition's receipt code"),
}

SITE: Mapping[SiteCommand, tuple[str, str]] = {
    SiteCommand.LAUNCH: ("立项", "register a matter"),
    SiteCommand.OPEN: ("开办程序事项、群众诉求、经常性义务", "open a proceeding, a petition or a duty"),
    SiteCommand.IMPORT_LEDGER: ("导入台账", "import a ledger"),
    SiteCommand.LOAD_CALENDAR: ("载入放假安排", "load a holiday notice"),
    SiteCommand.DRAFT_POLICY: ("起草督办程序", "draft a procedure"),
    SiteCommand.PUBLISH_POLICY: ("发布督办程序", "publish a procedure"),
    SiteCommand.MANAGE_TEMPLATES: ("修改文书模板", "edit document templates"),
    SiteCommand.MANAGE_ACCOUNTS: ("管理账号", "manage accounts"),
    SiteCommand.MANAGE_DIRECTORY: ("管理名录", "manage the directory"),
    SiteCommand.MANAGE_WEBHOOKS: ("管理回调订阅", "manage webhook subscriptions"),
    SiteCommand.DELEGATE: ("委托代行", "lend one's post for a time"),
    SiteCommand.AUTHORISE_AUDITOR: ("授权审计员阅卷", "authorise an auditor to case materials"),
    SiteCommand.ROTATE_KEYS: ("轮换密钥", "rotate keys"),
    SiteCommand.ERASE: ("销毁个人信息密钥", "erase by destroying a key"),
    SiteCommand.HOLD: ("停止销毁(保全)", "put a legal hold"),
    SiteCommand.RELEASE_HOLD: ("解除保全", "release a legal hold"),
    SiteCommand.REQUEST_DESTRUCTION: ("提请到期销毁", "ask for destruction after retention"),
    SiteCommand.DESTROY: ("到期销毁", "destroy after retention"),
    SiteCommand.SIGN_HEADS: ("签署当日链头", "sign the heads of the day"),
    SiteCommand.BACK_UP: ("备份", "back up"),
    SiteCommand.RESTORE: ("恢复", "restore"),
    SiteCommand.RECOVER: ("按记录重新启动流程", "start workflows again from the record"),
    SiteCommand.UPGRADE: ("升级、回退", "upgrade or roll back"),
    SiteCommand.HAND_IN: ("公众网上提出诉求", "hand in a petition from outside"),
    SiteCommand.TERMINATE: ("终止流程", "terminate a workflow"),
}

VIEWS: Mapping[View, tuple[str, str]] = {
    View.PUBLIC_STATUS: ("公开进度", "public status"),
    View.LINE: ("清单中的一行", "a line of the list"),
    View.PART: ("协办部分", "a co-handler's part"),
    View.MATTER: ("事项现状", "where a matter stands"),
    View.TIMELINE: ("事项记录", "the acts of a matter"),
    View.WHY: ("为什么", "why"),
    View.DOCUMENTS: ("文书", "documents"),
    View.DELIVERIES: ("通知送达情况", "deliveries of notices"),
    View.EVIDENCE: ("证据包", "the evidence package"),
    View.PROTECTED_IDENTITY: ("受保护的身份", "a protected identity"),
    View.CASE: ("案件现状", "where a case stands"),
    View.CASE_TIMELINE: ("案件记录", "the acts of a case"),
    View.CASE_MATERIALS: ("案卷材料", "case materials"),
    View.CASE_VOTES: ("各人表决", "how each member voted"),
    View.PROCEEDING: ("程序事项现状、记录和为什么", "where a proceeding stands, its acts, and why"),
    View.PROCEEDING_LINE: ("程序事项清单中的一行和本单位的部分", "its line, and one's own part of it"),
    View.PUBLICATION: ("公示、公布的内容", "what was posted and published"),
    View.RECEIPT: ("凭码查询本件进度和答复", "the progress and answers of one's own petition"),
    View.INBOX: ("岗位收件箱", "the inbox of a post"),
    View.LIST: ("事项清单", "the list of matters"),
    View.OVERVIEW: ("按单位汇总", "the overview by organ"),
    View.BULLETINS: ("月报、季报、问责统计", "bulletins"),
    View.EXPORT: ("导出", "exports"),
    View.EVENTS: ("事件流", "the event stream"),
    View.PREVIEW: ("试算时限", "previews of limits"),
    View.REHEARSAL: ("推演", "rehearsals"),
    View.CALENDAR: ("节假日安排", "the calendar"),
    View.POLICIES: ("督办程序", "procedures"),
    View.DIRECTORY: ("名录", "the directory"),
    View.TEMPLATES: ("文书模板", "document templates"),
    View.PUBLISHED: ("公开清单", "the published list"),
    View.HEALTH: ("运行状态", "health"),
    View.ACCESS: ("权限表", "the table of authority"),
    View.ACCOUNTS: ("账号", "accounts"),
    View.KEYS: ("密钥清单", "the list of keys"),
    View.WEBHOOKS: ("回调订阅", "webhook subscriptions"),
    View.LOOKS: ("查看记录", "who looked at what"),
    View.VERIFICATION: ("核验结果", "what verification found"),
    View.INCIDENTS: ("事件报告", "incidents"),
    View.ARCHIVE: ("保管与销毁情况", "what is kept, held and destroyed"),
    View.BACKUPS: ("备份清单", "backups"),
    View.SETTINGS: ("生效的设置", "settings in force"),
    View.METRICS: ("运行指标", "metrics"),
    View.HISTORIES: ("流程历史(解密)", "workflow histories, decrypted"),
}


def words_of(name: str) -> tuple[str, str]:
    """What a name of the table means: its Chinese, and its English (a command's is what one writes)."""
    kind, _, rest = name.partition(".")
    if kind == "matter":
        return TITLES[rest], rest
    if kind == "case":
        return CASE_TITLES[rest], rest
    if kind == "proceeding":
        return (PROCEEDING_TITLES.get(rest) or TITLES[rest]), rest
    return SITE[SiteCommand(name)] if kind == "site" else VIEWS[View(name)]
