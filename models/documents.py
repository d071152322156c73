"""The shapes of an official document (公文): which kinds an office issues, and what each is told about its matter.

A template may name exactly the fields of DocumentFacts; the description of each is what an office reads when it edits
one. Which act issues which kind is data of the procedure; what goes into the fields is for policies/issuing.py.
"""

from enum import StrEnum
from typing import Annotated, Any, get_args

from pydantic import BeforeValidator, Field, StringConstraints

from models.acts import ActName
from models.base import Shape

ISSUED = "documents"
"""The member of an act's detail that names the documents issued with it: kind, title, number, facts, template."""

Filled = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class DocumentOf(StrEnum):
    """What a kind of document is about; an act of that name by the other issues none."""

    MATTER = "matter"
    CASE = "case"


def _as_occasion(written: Any) -> Any:
    return {"act": written} if isinstance(written, str) else written


def _as_list(written: Any) -> Any:
    return [written] if isinstance(written, dict) else written


class Occasion(Shape):
    """An act that issues a document: always, or only where its measure is, or includes, one of `measures` (codes).

    Written as the name of the act alone where there is no condition.
    """

    act: ActName
    measures: Annotated[tuple[str, ...], Field(min_length=1)] | None = None


class DocumentKind(Shape):
    """One kind of document of a procedure.

    `kind` is its key and the name of its template file, `mark` what stands between the organ and the year in a number
    (`督办` in 区政府督查室督办〔2026〕3号), `issued_with` the acts that issue one, `source` what it rests on, `of`
    what it is about.
    """

    kind: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    title: Filled
    english: Filled
    mark: Annotated[str, StringConstraints(pattern=r"^[^\s〔〕]{1,12}$")]
    of: DocumentOf = DocumentOf.MATTER
    issued_with: Annotated[
        tuple[Annotated[Occasion, BeforeValidator(_as_occasion)], ...], BeforeValidator(_as_list), Field(min_length=1)
    ]
    source: Filled


class NamedText(Shape):
    """A line with a name in front of it."""

    name: str = Field(description="名称 name")
    text: str = Field(description="内容 text")


class StoryLine(Shape):
    """One act of the matter before this document."""

    at: str = Field(description="时刻 instant")
    act: str = Field(description="记录 act")
    by: str = Field(description="何岗 post")
    said: str = Field(description="所述 what was said")


class MeasureLine(Shape):
    """A measure of a case as the ladder has it."""

    code: str = Field(description="代码 code")
    name: str = Field(description="问责方式 name")
    english: str = Field(description="英文名称 name in English")
    decides: str = Field(description="决定机关 who may decide it")
    effect: str = Field("", description="影响期 period of effect")
    source: str = Field(description="依据 source")
    unverified: str = Field("", description="未经核实的各项 values nobody has checked")


class StatementLine(Shape):
    """A statement of the subject of a case."""

    at: str = Field(description="时刻 instant")
    by: str = Field(description="何岗 post")
    text: str = Field(description="陈述申辩内容 text")
    answered: str = Field("", description="答复时刻 instant of the answer")


class Reference(Shape):
    """A document issued earlier in the same matter, or in the same case."""

    number: str = Field(description="文号 number")
    title: str = Field(description="文种 kind")
    on: str = Field(description="日期 date")


class DocumentFacts(Shape):
    """Everything a template can name, in words; a field that does not apply is empty, never missing.

    Frozen when the document is issued: what it says never depends on when it is first printed.
    """

    number: str = Field(description="文号 number, for example 区政府督查室督办〔2026〕3号")
    title: str = Field(description="文种 kind of document")
    english: str = Field(description="英文名称 kind in English")
    organ: str = Field(description="发文机关 issuing organ")
    issued_on: str = Field(description="成文日期 date of the document, 2026年3月5日")
    issued_at: str = Field(description="成文时刻 instant of the act behind it")
    source: str = Field(description="本文书依据 what this kind rests on")
    policy: str = Field("", description="程序版本 version of the procedure")
    sources: tuple[NamedText, ...] = Field((), description="各项依据 sources of the step and its limit")

    matter_id: str = Field(description="事项编号 id of the matter, or of a case that belongs to none")
    matter: str = Field("", description="事项名称 title of the matter")
    requirement: str = Field("", description="办理要求 requirement")
    remark: str = Field("", description="备注 remark")
    basis: str = Field("", description="交办来源 basis")
    urgency: str = Field("", description="紧急程度 urgency")
    lead: str = Field("", description="牵头单位 lead organ")
    lead_head: str = Field("", description="牵头单位主要负责人岗位 head of the lead")
    lead_handler: str = Field("", description="牵头单位承办岗位 handler of the lead")
    co: str = Field("", description="协办单位 co-handlers")
    office: str = Field(description="督办单位 office")
    office_handler: str = Field("", description="督办单位承办岗位 handler of the office")
    leader: str = Field(description="批准领导岗位 leader")
    assigned_on: str = Field("", description="交办日期 date of assignment")
    signed_on: str = Field("", description="签收日期 date of signing")
    limit: str = Field("", description="原定办理时限 limit as registered, 15个工作日")
    limit_now: str = Field("", description="现办理时限 limit as extended")
    limit_due: str = Field("", description="办结到期时刻 due instant of the matter")

    act: str = Field(description="所记事由 the act in words")
    by: str = Field("", description="作出该记录的岗位 post behind the act")
    reason: str = Field("", description="理由 reason")
    text: str = Field("", description="所述内容 text said with the act")
    case_id: str = Field("", description="案件编号 id of the case")
    subject: str = Field("", description="对象 subject")
    measure: str = Field("", description="措施 measure")
    told: str = Field("", description="发送岗位 posts told")

    due: str = Field("", description="本次限期 due instant set by this act")
    clock_limit: str = Field("", description="本次时限 limit counted")
    clock_from: str = Field("", description="起算时刻 instant it is counted from")
    clock_rules: tuple[NamedText, ...] = Field((), description="计算规则 counting rules used")
    calendar: str = Field("", description="日历版本 calendar version")
    provisional: str = Field("", description="暂定说明 note where the calendar is provisional")

    extension_limit: str = Field("", description="申请延长 extension asked for")
    extension_by: str = Field("", description="申请岗位 post that asked")
    extension_on: str = Field("", description="申请时刻 instant of the request")
    extension_reason: str = Field("", description="申请理由 reason given")
    decision: str = Field("", description="审批结果 decision")

    submitted_on: str = Field("", description="报结时刻 instant of submission")
    submitted_by: str = Field("", description="报结岗位 post that submitted")
    submitted_text: str = Field("", description="办理结果 text of the submission")
    verified_on: str = Field("", description="核验时刻 instant of verification")
    verified_by: str = Field("", description="核验岗位 post that verified")
    method: str = Field("", description="核验方式 method of verification")
    evidence: tuple[NamedText, ...] = Field((), description="佐证 evidence")
    result: str = Field("", description="办结情况 how the matter ended")

    severity: str = Field("", description="情节 severity")
    count: str = Field("", description="十二个月内第几次 which failure within the period of accumulation")
    organs: str = Field("", description="对象所属单位 organs of the subject")
    allegation: str = Field("", description="提出问责建议时所列事实 facts as proposed")
    opened_from: str = Field("", description="案件来源及其编号 what the case was opened from, with its number")
    filed_on: str = Field("", description="立案日期 date of filing")
    investigated_on: str = Field("", description="调查终结日期 date on which the investigation was reported")
    investigators: str = Field("", description="调查岗位 posts that investigated")
    found: str = Field("", description="所告知的事实 facts as notified")
    notified_on: str = Field("", description="告知日期 date on which the facts were served")
    notice_number: str = Field("", description="事实告知书文号 number of the notice of facts")
    window_due: str = Field("", description="陈述申辩期限 until when the subject may be heard")
    statements: tuple[StatementLine, ...] = Field((), description="陈述申辩 statements of the subject")
    answer: str = Field("", description="对陈述申辩的答复 answer to the statements")
    heard: str = Field("", description="陈述申辩程序如何终结 how the window closed")
    measures: tuple[MeasureLine, ...] = Field((), description="问责方式 measures, the heaviest first")
    circumstances: tuple[NamedText, ...] = Field((), description="从轻从重情节 what made it lighter or heavier")
    manner: str = Field("", description="决定方式 how it was decided")
    members: str = Field("", description="应到人数 members who may vote")
    needed: str = Field("", description="法定人数 votes needed for a quorum")
    voted: str = Field("", description="参加表决人数 votes cast")
    tally: tuple[NamedText, ...] = Field((), description="表决结果 votes by choice, without names")
    decided_on: str = Field("", description="问责决定日期 date of the decision")
    decision_number: str = Field("", description="问责决定书文号 number of the decision")
    effect: str = Field("", description="影响期 period of effect")
    effect_from: str = Field("", description="影响期起算日 first day of the period")
    effect_until: str = Field("", description="影响期届满 end of the period")
    execution_limit: str = Field("", description="执行期限 limit for carrying it out")
    review_limit: str = Field("", description="申请复核期限 limit for asking for a review")
    receipt: str = Field("", description="送达方式 kind of service")
    receipt_text: str = Field("", description="送达说明 what the receipt says")
    witnesses: str = Field("", description="见证人 witnesses")
    served_title: str = Field("", description="所送达文书 paper served")
    served_number: str = Field("", description="所送达文书文号 number of the paper served")
    medium: str = Field("", description="刊登媒体 medium of publication")
    done_on: str = Field("", description="谈话、刊登等的时间 when it was done")
    place: str = Field("", description="地点 place")
    persons: str = Field("", description="参加人员 persons present")
    recorder: str = Field("", description="记录人 who kept the record")
    content: str = Field("", description="谈话、检查、道歉内容 what was said or written")
    review_requested_on: str = Field("", description="申请复核日期 date of the request for review")
    review_text: str = Field("", description="复核申请内容 text of the request for review")
    outcome: str = Field("", description="复核结论 outcome of the review")
    before: str = Field("", description="原定问责方式 measure before the review")

    earlier: tuple[Reference, ...] = Field((), description="此前文书 documents issued earlier")
    story: tuple[StoryLine, ...] = Field((), description="办理经过 what has happened")


def rows() -> dict[str, type[Shape]]:
    """The facts that are lists, and the shape of a row of each."""
    shapes = {name: get_args(field.annotation) for name, field in DocumentFacts.model_fields.items()}
    return {name: found[0] for name, found in shapes.items() if found}
