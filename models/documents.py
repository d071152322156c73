"""The shapes of an official document (公文): which kinds an office issues, and what each is told about its matter.

A template may name exactly the fields of DocumentFacts; the description of each is what an office reads when it edits
one. Which act issues which kind is data of the procedure; what goes into the fields is for policies/issuing.py.
"""

from typing import Annotated, get_args

from pydantic import Field, StringConstraints

from models.acts import ActName
from models.base import Shape

ISSUED = "documents"
"""The member of an act's detail that names the documents issued with it: kind, title, number, facts, template."""

Filled = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class DocumentKind(Shape):
    """One kind of document of a procedure.

    `kind` is its key and the name of its template file, `mark` what stands between the organ and the year in a number
    (`督办` in 区政府督查室督办〔2026〕3号), `issued_with` the acts that issue one, `source` what it rests on.
    """

    kind: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    title: Filled
    english: Filled
    mark: Annotated[str, StringConstraints(pattern=r"^[^\s〔〕]{1,12}$")]
    issued_with: Annotated[tuple[ActName, ...], Field(min_length=1)]
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


class Reference(Shape):
    """A document issued earlier in the same matter."""

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

    matter_id: str = Field(description="事项编号 id of the matter")
    matter: str = Field(description="事项名称 title of the matter")
    requirement: str = Field("", description="办理要求 requirement")
    remark: str = Field("", description="备注 remark")
    basis: str = Field(description="交办来源 basis")
    urgency: str = Field(description="紧急程度 urgency")
    lead: str = Field(description="牵头单位 lead organ")
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

    earlier: tuple[Reference, ...] = Field((), description="此前文书 documents issued earlier")
    story: tuple[StoryLine, ...] = Field((), description="办理经过 what has happened")


def rows() -> dict[str, type[Shape]]:
    """The facts that are lists, and the shape of a row of each."""
    shapes = {name: get_args(field.annotation) for name, field in DocumentFacts.model_fields.items()}
    return {name: found[0] for name, found in shapes.items() if found}
