"""What do the shipped templates look like? Run as a program, this writes them: `python -m documents.make_templates`.

Here the papers of a matter; those of a case stand in documents/make_case_templates.py, what all are put together from
in documents/pieces.py.
"""

import io
import sys
from datetime import datetime
from pathlib import Path

from docx.document import Document as Page
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.shared import Pt

from documents import make_case_templates
from documents.pieces import (
    HEI,
    NO3,
    NO4,
    SMALL4,
    add_annex,
    add_body,
    add_border,
    add_copies,
    add_earlier,
    add_head,
    add_heading,
    add_line,
    add_row,
    add_rows,
    add_signature,
    add_sources,
    add_table,
    add_tag,
    blank_page,
)
from documents.rendering import packed

HERE = Path(__file__).parent / "templates"


def _matter(page: Page) -> None:
    """The table that says which matter this is."""
    table = add_table(page, (30, 48, 30, 48))
    add_row(table, "事项编号", "{{ matter_id }}", "紧急程度", "{{ urgency }}", heads=(0, 2))
    add_row(table, "督办事项", "{{ matter }}", heads=(0,))
    add_row(table, "办理要求", "{{ requirement }}", heads=(0,))
    add_row(table, "牵头单位", "{{ lead }}", "协办单位", "{{ co }}", heads=(0, 2))
    add_row(table, "交办来源", "{{ basis }}", "批准领导", "{{ leader }}", heads=(0, 2))
    add_row(table, "交办日期", "{{ assigned_on }}", "签收日期", "{{ signed_on }}", heads=(0, 2))
    add_row(table, "办理时限", "{{ limit }}", "到期时刻", "{{ limit_due }}", heads=(0, 2))
    add_line(page, spacing=Pt(12))


def supervision_order() -> Page:
    """督办单, with a receipt to be cut off."""
    page = blank_page()
    _to_the_lead(page, "截至{{ issued_at }}，未收到办结报告，已超过办理时限。依据{{ source }}，现予督办。")
    add_body(page, "办理要求：{{ requirement }}", when="requirement")
    add_body(page, "协办单位：{{ co }}。", when="co")
    add_body(
        page,
        "请于{{ due }}前办结并报送办理结果，或书面说明原因和办理计划。逾期仍未办结的，将责令限期整改。",
        when="due",
    )
    add_body(page, "联系岗位：{{ office_handler }}。", when="office_handler")
    add_signature(page)
    add_annex(page)
    _receipt(page)
    add_copies(page)
    return page


def _to_the_lead(page: Page, then: str) -> None:
    """The head, 主送机关 and the sentence that says which matter this is about."""
    add_head(page)
    add_line(page, "{{ lead }}：")
    which = (
        "你单位牵头办理的“{{ matter }}”（编号{{ matter_id }}），办理时限{{ limit_now }}，应于{{ limit_due }}前办结。"
    )
    add_body(page, which + then)


def _receipt(page: Page) -> None:
    """回执: what comes back, signed."""
    cut = add_line(page, "回  执", HEI, NO3, align=WD_ALIGN_PARAGRAPH.CENTER, together=True)
    cut.paragraph_format.space_before = Pt(18)
    add_border(cut, "top", "6", "000000", "12")
    table = add_table(page, (30, 48, 30, 48))
    add_row(table, "文号文种", "{{ number }} {{ title }}", heads=(0,))
    add_row(table, "收文单位", "{{ lead }}", "责任岗位", "{{ lead_head }}", heads=(0, 2))
    add_row(table, "收到时间", "        年    月    日    时", "签收岗位", "", heads=(0, 2), height_mm=11)
    add_row(table, "意见", "", heads=(0,), height_mm=18)
    add_line(page, "请于收到当日签收，并将回执退{{ organ }}。", size=SMALL4, spacing=Pt(20))


def urging_notice() -> Page:
    """催办通知书."""
    page = blank_page()
    _to_the_lead(page, "为确保按期办结，依据{{ source }}，现予催办。")
    add_body(page, "办理要求：{{ requirement }}", when="requirement")
    add_body(page, "催办意见：{{ text }}", when="text")
    add_body(page, "催办事由：{{ reason }}", when="reason")
    add_body(page, "请于{{ due }}前报送办理进展。", when="due")
    add_body(page, "请抓紧办理并及时报送进展；确有困难的，请在时限届满前申请延期。")
    add_earlier(page, "此前文书")
    add_body(page, "联系岗位：{{ office_handler }}。", when="office_handler")
    add_signature(page)
    add_annex(page)
    add_copies(page)
    return page


def rectification_order() -> Page:
    """限期整改通知书."""
    page = blank_page()
    _to_the_lead(page, "至今未按要求办结。依据{{ source }}，责令你单位限期整改。")
    add_body(page, "整改要求：{{ requirement }}", when="requirement")
    add_body(page, "一、整改期限：{{ clock_limit }}，至{{ due }}止。", when="due")
    add_body(page, "二、整改责任岗位：{{ lead_head }}。", when="lead_head")
    add_body(page, "三、整改完成后，请立即报送整改结果和佐证材料，由{{ office }}核验。")
    add_body(page, "四、逾期未整改到位的，将依照规定提出启动问责程序的建议；是否问责，由有权机关依程序决定。")
    add_earlier(page, "此前文书")
    add_signature(page)
    add_annex(page)
    _receipt(page)
    add_copies(page)
    return page


def extension_form() -> Page:
    """延期审批表: one page, issued with the decision."""
    page = blank_page()
    add_head(page)
    table = add_table(page, (30, 48, 30, 48))
    add_row(table, "事项编号", "{{ matter_id }}", "紧急程度", "{{ urgency }}", heads=(0, 2))
    add_row(table, "督办事项", "{{ matter }}", heads=(0,))
    add_row(table, "牵头单位", "{{ lead }}", "协办单位", "{{ co }}", heads=(0, 2))
    add_row(table, "交办日期", "{{ assigned_on }}", "原定时限", "{{ limit }}", heads=(0, 2))
    add_row(table, "申请岗位", "{{ extension_by }}", "申请时刻", "{{ extension_on }}", heads=(0, 2))
    add_row(table, "申请延期", "{{ extension_limit }}", heads=(0,))
    add_row(table, "申请理由", "{{ extension_reason }}", heads=(0,), height_mm=30)
    add_row(
        table,
        "审批意见",
        "{{ decision }}\n{% if reason %}意见：{{ reason }}{% endif %}\n"
        "审批岗位：{% if by %}{{ by }}{% else %}无{% endif %}\n审批时刻：{{ issued_at }}\n签章：",
        heads=(0,),
        height_mm=44,
    )
    add_row(
        table,
        "办结时限",
        "{% if due %}延期后至{{ due }}{% else %}{{ limit_due }}{% endif %}",
        heads=(0,),
    )
    add_row(table, "备注", "{{ remark }}", heads=(0,), height_mm=12)
    add_annex(page)
    return page


def closing_report() -> Page:
    """办结报告, to the leader who approved the matter."""
    page = blank_page()
    add_head(page)
    add_line(page, "{{ leader }}：")
    add_body(page, "“{{ matter }}”已办结销号。现将办理情况报告如下。")
    add_heading(page, "一、事项概况")
    _matter(page)
    add_heading(page, "二、办理结果")
    add_body(page, "{{ result }}。{{ lead }}于{{ submitted_on }}报结。", when="submitted_on")
    add_body(page, "{{ submitted_text }}", when="submitted_text")
    add_heading(page, "三、核验情况")
    add_body(
        page,
        "核验方式：{{ method }}；核验岗位：{{ verified_by }}；核验时刻：{{ verified_on }}。",
        when="verified_on",
    )
    add_tag(page, "{%p for one in evidence %}")
    add_line(page, "{{ one.name }}：{{ one.text }}", indent=True)
    add_tag(page, "{%p endfor %}")
    add_earlier(page, "四、所发文书")
    add_signature(page)
    add_line(page, "附件", HEI, new_page=True, together=True)
    add_line(page, "办理经过", HEI, NO4, spacing=Pt(30), together=True)
    table = add_table(page, (40, 28, 36, 52))
    add_row(table, "时刻", "记录", "岗位", "所述", heads=(0, 1, 2, 3))
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    add_rows(table, "story", "one", "{{ one.at }}", "{{ one.act }}", "{{ one.by }}", "{{ one.said }}")
    add_sources(page)
    add_copies(page)
    return page


KINDS = (
    supervision_order,
    urging_notice,
    rectification_order,
    extension_form,
    closing_report,
    *make_case_templates.KINDS,
)


def made(page: Page) -> bytes:
    """The template as a file that does not depend on when it was made."""
    properties = page.core_properties
    properties.author = properties.last_modified_by = properties.title = properties.comments = ""
    properties.created = properties.modified = datetime(2026, 1, 1)  # noqa: DTZ001 - the format knows no zone
    package = page.part.package
    for place, relation in list(package.rels.items()):
        if relation.reltype in {RELATIONSHIP_TYPE.THUMBNAIL, RELATIONSHIP_TYPE.CUSTOM_XML}:
            del package.rels[place]
    for place, relation in list(page.part.rels.items()):
        if relation.reltype.endswith(("/stylesWithEffects", "/customXml", "/printerSettings")):
            del page.part.rels[place]
    written = io.BytesIO()
    page.save(written)
    return packed(written.getvalue())


def main(directory: Path) -> None:
    """Write every template into `directory`."""
    for kind in KINDS:
        (directory / f"{kind.__name__}.docx").write_bytes(made(kind()))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
