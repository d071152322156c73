"""What do the shipped templates look like? Run as a program, this writes them: `python -m documents.make_templates`.

Page, margins, type and order after GB/T 9704-2012 (党政机关公文格式): A4, 37 mm above, 28 mm left, 156 mm of text,
title in 22 pt 小标宋, body in 16 pt 仿宋 with 28 pt lines. Fonts by name; a machine without them shows its own.
"""

import io
import sys
from datetime import datetime
from pathlib import Path

from docx import Document
from docx.document import Document as Page
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Length, Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph

from documents.rendering import packed

HERE = Path(__file__).parent / "templates"

SONG, FANG, HEI, KAI, SMALL_SONG = "宋体", "仿宋_GB2312", "黑体", "楷体_GB2312", "方正小标宋简体"
LATIN = "Times New Roman"
RED = RGBColor(0xC0, 0x00, 0x00)

# Sizes by their Chinese names: 一号 二号 三号 四号 小四 五号.
NO1, NO2, NO3, NO4, SMALL4, NO5 = Pt(26), Pt(22), Pt(16), Pt(14), Pt(12), Pt(10.5)
LINE = Pt(28)
CELL_LINE = Pt(20)
TEXT_WIDTH_MM = 156

_KEPT_STYLES = frozenset({"Normal", "Default Paragraph Font", "Normal Table", "Table Grid", "No List"})


# --- pieces -----------------------------------------------------------------------------------------------------------


def _page() -> Page:
    page = Document()
    section = page.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.header_distance, section.footer_distance = Mm(15), Mm(25)
    for style in list(page.styles):
        if style.name not in _KEPT_STYLES:
            style.delete()
    latent = page.styles.element.find(qn("w:latentStyles"))
    if latent is not None:
        page.styles.element.remove(latent)
    normal = page.styles["Normal"]
    assert isinstance(normal, ParagraphStyle)  # noqa: S101 - what python-docx's own page is
    normal.font.name, normal.font.size = LATIN, NO3
    normal.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), FANG)
    normal.paragraph_format.space_after = normal.paragraph_format.space_before = Pt(0)
    normal.paragraph_format.line_spacing_rule, normal.paragraph_format.line_spacing = WD_LINE_SPACING.EXACTLY, LINE
    _number_pages(section.footer.paragraphs[0])
    return page


def _write(
    paragraph: Paragraph,
    text: str,
    font: str = FANG,
    size: Length = NO3,
    *,
    bold: bool = False,
    color: RGBColor | None = None,
) -> Paragraph:
    run = paragraph.add_run(text)
    run.font.name, run.font.size, run.bold = LATIN, size, bold
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
    if color is not None:
        run.font.color.rgb = color
    return paragraph


def _line(
    page: Page,
    text: str = "",
    font: str = FANG,
    size: Length = NO3,
    *,
    align: WD_ALIGN_PARAGRAPH = WD_ALIGN_PARAGRAPH.JUSTIFY,
    indent: bool = False,
    right: Length | None = None,
    color: RGBColor | None = None,
    spacing: Length | None = None,
    together: bool = False,
    new_page: bool = False,
) -> Paragraph:
    paragraph = page.add_paragraph()
    paragraph.alignment = align
    form = paragraph.paragraph_format
    if indent:
        form.first_line_indent = Length(2 * size)
    if right is not None:
        form.right_indent = right
    if spacing is not None:
        form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, spacing
    form.keep_with_next, form.page_break_before = together, new_page
    return _write(paragraph, text, font, size, color=color) if text else paragraph


def _tag(page: Page, tag: str) -> None:
    """A paragraph that says only `{%p … %}` and is not printed."""
    page.add_paragraph(tag)


def _body(page: Page, text: str, when: str | None = None) -> None:
    """A paragraph of the body; with `when` only where that fact is there."""
    if when:
        _tag(page, f"{{%p if {when} %}}")
    _line(page, text, indent=True)
    if when:
        _tag(page, "{%p endif %}")


def _heading(page: Page, text: str) -> None:
    _line(page, text, HEI, indent=True, together=True)


def _red_rule(paragraph: Paragraph) -> None:
    _border(paragraph, "bottom", "18", "C00000", "6")


def _border(paragraph: Paragraph, side: str, size: str, color: str, space: str = "1") -> None:
    borders = OxmlElement("w:pBdr")
    edge = OxmlElement(f"w:{side}")
    for name, value in (("val", "single"), ("sz", size), ("space", space), ("color", color)):
        edge.set(qn(f"w:{name}"), value)
    borders.append(edge)
    properties = paragraph._element.get_or_add_pPr()
    properties.insert_element_before(borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr")


def _number_pages(paragraph: Paragraph) -> None:
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _write(paragraph, "— ", SONG, NO4)
    run = paragraph.add_run()
    run.font.name, run.font.size = LATIN, NO4
    for kind, text in (("begin", None), (None, " PAGE "), ("separate", None), ("shown", "1"), ("end", None)):
        if kind is None or kind == "shown":
            part = OxmlElement("w:instrText" if kind is None else "w:t")
            part.set(qn("xml:space"), "preserve")
            part.text = text
        else:
            part = OxmlElement("w:fldChar")
            part.set(qn("w:fldCharType"), kind)
        run._element.append(part)
    _write(paragraph, " —", SONG, NO4)


def _head(page: Page) -> None:
    """发文机关标志、发文字号、红色分隔线、标题 (GB/T 9704-2012, 7.2 and 7.3.1); the English title second and small."""
    center = WD_ALIGN_PARAGRAPH.CENTER
    _line(page, "{{ organ }}", SMALL_SONG, NO1, align=center, color=RED, spacing=Pt(40))
    _line(page, spacing=Pt(8))
    _red_rule(_line(page, "{{ number }}", align=center))
    _line(page, spacing=Pt(12))
    _line(page, "{{ title }}", SMALL_SONG, NO2, align=center, spacing=Pt(34), together=True)
    _line(page, "{{ english }}", SONG, NO5, align=center, spacing=Pt(18), together=True)
    _line(page, spacing=Pt(8))


def _earlier(page: Page, heading: str) -> None:
    _tag(page, "{%p if earlier %}")
    _heading(page, heading)
    _tag(page, "{%p for one in earlier %}")
    _line(page, "{{ one.on }}  {{ one.title }}  {{ one.number }}", size=NO4, align=WD_ALIGN_PARAGRAPH.LEFT, indent=True)
    _tag(page, "{%p endfor %}")
    _tag(page, "{%p endif %}")


def _signed(page: Page) -> None:
    """发文机关署名、成文日期 (GB/T 9704-2012, 7.3.5)."""
    _line(page, together=True)
    _line(page, together=True, spacing=Pt(14))
    _line(page, "{{ organ }}", align=WD_ALIGN_PARAGRAPH.RIGHT, right=Length(2 * NO3), together=True)
    _line(page, "{{ issued_on }}", align=WD_ALIGN_PARAGRAPH.RIGHT, right=Length(4 * NO3))


def _table(page: Page, widths_mm: tuple[int, ...]) -> Table:
    table: Table = page.add_table(rows=0, cols=len(widths_mm), style="Table Grid")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    for column, width in zip(table.columns, widths_mm, strict=True):
        column.width = Mm(width)
    return table


def _row(table: Table, *texts: str, heads: tuple[int, ...] = (), height_mm: int | None = None) -> None:
    """A row; the cells numbered in `heads` are headings. An empty last text stretches the one before over the rest."""
    row: _Row = table.add_row()  # type: ignore[no-untyped-call]
    if height_mm is not None:
        row.height = Mm(height_mm)
    cells = list(row.cells)
    if len(texts) < len(cells):
        cells[len(texts) - 1].merge(cells[-1])
    for place, text in enumerate(texts):
        _fill(row.cells[place], text, head=place in heads)
        width = table.columns[place].width
        if width is not None and place < len(texts) - 1:
            row.cells[place].width = width
    properties = row._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:cantSplit"))


def _fill(cell: _Cell, text: str, *, head: bool) -> None:
    for place, line in enumerate(text.split("\n")):
        paragraph = cell.paragraphs[0] if place == 0 else cell.add_paragraph()
        form = paragraph.paragraph_format
        form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.AT_LEAST, CELL_LINE
        if head:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _write(paragraph, line, HEI if head else FANG, SMALL4)


def _repeated(table: Table, over: str, row: str, *texts: str) -> None:
    """A row for each of a list."""
    _row(table, f"{{%tr for {row} in {over} %}}")
    _row(table, *texts)
    _row(table, "{%tr endfor %}")


def _annex(page: Page) -> None:
    """附件, on a page of its own (GB/T 9704-2012, 7.3.7): how the limit was counted, if there is one; sources."""
    _line(page, "附件", HEI, new_page=True, together=True)
    _tag(page, "{%p if due %}")
    _line(page, "时限计算说明", HEI, NO4, spacing=Pt(24), together=True)
    small = {"size": SMALL4, "spacing": Pt(19), "indent": True}
    _line(page, "自{{ clock_from }}起算，时限{{ clock_limit }}，至{{ due }}止。{{ provisional }}", **small)  # type: ignore[arg-type]
    _tag(page, "{%p for rule in clock_rules %}")
    _line(page, "{{ rule.name }} {{ rule.text }}。", **small)  # type: ignore[arg-type]
    _tag(page, "{%p endfor %}")
    _line(page, "工作日历版本：{{ calendar }}。", **small)  # type: ignore[arg-type]
    _tag(page, "{%p endif %}")
    _sources(page)


def _sources(page: Page) -> None:
    _line(page, "依据", HEI, NO4, spacing=Pt(24), together=True)
    _tag(page, "{%p for one in sources %}")
    _line(page, "{{ one.name }}：{{ one.text }}", size=SMALL4, spacing=Pt(19), indent=True)
    _tag(page, "{%p endfor %}")
    _tag(page, "{%p if policy %}")
    _line(page, "程序版本：{{ policy }}。", size=SMALL4, spacing=Pt(19), indent=True)
    _tag(page, "{%p endif %}")


def _copies(page: Page) -> None:
    """版记, on the last page (GB/T 9704-2012, 7.4): the posts told."""
    _tag(page, "{%p if told %}")
    line = _line(page, "发送：{{ told }}。", size=NO4, spacing=Pt(24))
    line.paragraph_format.space_before = Pt(16)
    _border(line, "top", "6", "000000")
    _tag(page, "{%p endif %}")


def _matter(page: Page) -> None:
    """The table that says which matter this is."""
    table = _table(page, (30, 48, 30, 48))
    _row(table, "事项编号", "{{ matter_id }}", "紧急程度", "{{ urgency }}", heads=(0, 2))
    _row(table, "督办事项", "{{ matter }}", heads=(0,))
    _row(table, "办理要求", "{{ requirement }}", heads=(0,))
    _row(table, "牵头单位", "{{ lead }}", "协办单位", "{{ co }}", heads=(0, 2))
    _row(table, "交办来源", "{{ basis }}", "批准领导", "{{ leader }}", heads=(0, 2))
    _row(table, "交办日期", "{{ assigned_on }}", "签收日期", "{{ signed_on }}", heads=(0, 2))
    _row(table, "办理时限", "{{ limit }}", "到期时刻", "{{ limit_due }}", heads=(0, 2))
    _line(page, spacing=Pt(12))


# --- the kinds --------------------------------------------------------------------------------------------------------


def supervision_order() -> Page:
    """督办单, with a receipt to be cut off."""
    page = _page()
    _to_the_lead(page, "截至{{ issued_at }}，未收到办结报告，已超过办理时限。依据{{ source }}，现予督办。")
    _body(page, "办理要求：{{ requirement }}", when="requirement")
    _body(page, "协办单位：{{ co }}。", when="co")
    _body(
        page,
        "请于{{ due }}前办结并报送办理结果，或书面说明原因和办理计划。逾期仍未办结的，将责令限期整改。",
        when="due",
    )
    _body(page, "联系岗位：{{ office_handler }}。", when="office_handler")
    _signed(page)
    _annex(page)
    _receipt(page)
    _copies(page)
    return page


def _to_the_lead(page: Page, then: str) -> None:
    """The head, 主送机关 and the sentence that says which matter this is about."""
    _head(page)
    _line(page, "{{ lead }}：")
    which = (
        "你单位牵头办理的“{{ matter }}”（编号{{ matter_id }}），办理时限{{ limit_now }}，应于{{ limit_due }}前办结。"
    )
    _body(page, which + then)


def _receipt(page: Page) -> None:
    """回执: what comes back, signed."""
    cut = _line(page, "回  执", HEI, NO3, align=WD_ALIGN_PARAGRAPH.CENTER, together=True)
    cut.paragraph_format.space_before = Pt(18)
    _border(cut, "top", "6", "000000", "12")
    table = _table(page, (30, 48, 30, 48))
    _row(table, "文号文种", "{{ number }} {{ title }}", heads=(0,))
    _row(table, "收文单位", "{{ lead }}", "责任岗位", "{{ lead_head }}", heads=(0, 2))
    _row(table, "收到时间", "        年    月    日    时", "签收岗位", "", heads=(0, 2), height_mm=11)
    _row(table, "意见", "", heads=(0,), height_mm=18)
    _line(page, "请于收到当日签收，并将回执退{{ organ }}。", size=SMALL4, spacing=Pt(20))


def urging_notice() -> Page:
    """催办通知书."""
    page = _page()
    _to_the_lead(page, "为确保按期办结，依据{{ source }}，现予催办。")
    _body(page, "办理要求：{{ requirement }}", when="requirement")
    _body(page, "催办意见：{{ text }}", when="text")
    _body(page, "催办事由：{{ reason }}", when="reason")
    _body(page, "请于{{ due }}前报送办理进展。", when="due")
    _body(page, "请抓紧办理并及时报送进展；确有困难的，请在时限届满前申请延期。")
    _earlier(page, "此前文书")
    _body(page, "联系岗位：{{ office_handler }}。", when="office_handler")
    _signed(page)
    _annex(page)
    _copies(page)
    return page


def rectification_order() -> Page:
    """限期整改通知书."""
    page = _page()
    _to_the_lead(page, "至今未按要求办结。依据{{ source }}，责令你单位限期整改。")
    _body(page, "整改要求：{{ requirement }}", when="requirement")
    _body(page, "一、整改期限：{{ clock_limit }}，至{{ due }}止。", when="due")
    _body(page, "二、整改责任岗位：{{ lead_head }}。", when="lead_head")
    _body(page, "三、整改完成后，请立即报送整改结果和佐证材料，由{{ office }}核验。")
    _body(page, "四、逾期未整改到位的，将依照规定提出启动问责程序的建议；是否问责，由有权机关依程序决定。")
    _earlier(page, "此前文书")
    _signed(page)
    _annex(page)
    _receipt(page)
    _copies(page)
    return page


def extension_form() -> Page:
    """延期审批表: one page, issued with the decision."""
    page = _page()
    _head(page)
    table = _table(page, (30, 48, 30, 48))
    _row(table, "事项编号", "{{ matter_id }}", "紧急程度", "{{ urgency }}", heads=(0, 2))
    _row(table, "督办事项", "{{ matter }}", heads=(0,))
    _row(table, "牵头单位", "{{ lead }}", "协办单位", "{{ co }}", heads=(0, 2))
    _row(table, "交办日期", "{{ assigned_on }}", "原定时限", "{{ limit }}", heads=(0, 2))
    _row(table, "申请岗位", "{{ extension_by }}", "申请时刻", "{{ extension_on }}", heads=(0, 2))
    _row(table, "申请延期", "{{ extension_limit }}", heads=(0,))
    _row(table, "申请理由", "{{ extension_reason }}", heads=(0,), height_mm=30)
    _row(
        table,
        "审批意见",
        "{{ decision }}\n{% if reason %}意见：{{ reason }}{% endif %}\n"
        "审批岗位：{% if by %}{{ by }}{% else %}无{% endif %}\n审批时刻：{{ issued_at }}\n签章：",
        heads=(0,),
        height_mm=44,
    )
    _row(
        table,
        "办结时限",
        "{% if due %}延期后至{{ due }}{% else %}{{ limit_due }}{% endif %}",
        heads=(0,),
    )
    _row(table, "备注", "{{ remark }}", heads=(0,), height_mm=12)
    _annex(page)
    return page


def closing_report() -> Page:
    """办结报告, to the leader who approved the matter."""
    page = _page()
    _head(page)
    _line(page, "{{ leader }}：")
    _body(page, "“{{ matter }}”已办结销号。现将办理情况报告如下。")
    _heading(page, "一、事项概况")
    _matter(page)
    _heading(page, "二、办理结果")
    _body(page, "{{ result }}。{{ lead }}于{{ submitted_on }}报结。", when="submitted_on")
    _body(page, "{{ submitted_text }}", when="submitted_text")
    _heading(page, "三、核验情况")
    _body(
        page,
        "核验方式：{{ method }}；核验岗位：{{ verified_by }}；核验时刻：{{ verified_on }}。",
        when="verified_on",
    )
    _tag(page, "{%p for one in evidence %}")
    _line(page, "{{ one.name }}：{{ one.text }}", indent=True)
    _tag(page, "{%p endfor %}")
    _earlier(page, "四、所发文书")
    _signed(page)
    _line(page, "附件", HEI, new_page=True, together=True)
    _line(page, "办理经过", HEI, NO4, spacing=Pt(30), together=True)
    table = _table(page, (40, 28, 36, 52))
    _row(table, "时刻", "记录", "岗位", "所述", heads=(0, 1, 2, 3))
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    _repeated(table, "story", "one", "{{ one.at }}", "{{ one.act }}", "{{ one.by }}", "{{ one.said }}")
    _sources(page)
    _copies(page)
    return page


KINDS = (supervision_order, urging_notice, rectification_order, extension_form, closing_report)


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
