"""What are the shipped templates put together from? Page, head, paragraphs, tables, annex, signature.

Page, margins, type and order after GB/T 9704-2012 (党政机关公文格式): A4, 37 mm above, 28 mm left, 156 mm of text,
title in 22 pt 小标宋, body in 16 pt 仿宋 with 28 pt lines. Fonts by name; a machine without them shows its own.
"""

from docx import Document
from docx.document import Document as Page
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Length, Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph

SONG, FANG, HEI, KAI, SMALL_SONG = "宋体", "仿宋_GB2312", "黑体", "楷体_GB2312", "方正小标宋简体"
LATIN = "Times New Roman"
RED = RGBColor(0xC0, 0x00, 0x00)

# Sizes by their Chinese names: 一号 二号 三号 四号 小四 五号.
NO1, NO2, NO3, NO4, SMALL4, NO5 = Pt(26), Pt(22), Pt(16), Pt(14), Pt(12), Pt(10.5)
LINE = Pt(28)
CELL_LINE = Pt(20)
TEXT_WIDTH_MM = 156

_KEPT_STYLES = frozenset({"Normal", "Default Paragraph Font", "Normal Table", "Table Grid", "No List"})


def blank_page() -> Page:
    """A page with the measures of the standard, numbered at its foot."""
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


def add_line(
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
    """A paragraph."""
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


def add_tag(page: Page, tag: str) -> None:
    """A paragraph that says only `{%p … %}` and is not printed."""
    page.add_paragraph(tag)


def add_body(page: Page, text: str, when: str | None = None) -> None:
    """A paragraph of the body; with `when` only where that fact is there."""
    if when:
        add_tag(page, f"{{%p if {when} %}}")
    add_line(page, text, indent=True)
    if when:
        add_tag(page, "{%p endif %}")


def add_heading(page: Page, text: str) -> None:
    """A heading that stays with what follows it."""
    add_line(page, text, HEI, indent=True, together=True)


def _red_rule(paragraph: Paragraph) -> None:
    add_border(paragraph, "bottom", "18", "C00000", "6")


def add_border(paragraph: Paragraph, side: str, size: str, color: str, space: str = "1") -> None:
    """A rule along one side of a paragraph."""
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


def add_head(page: Page) -> None:
    """发文机关标志、发文字号、红色分隔线、标题 (GB/T 9704-2012, 7.2 and 7.3.1); the English title second and small."""
    center = WD_ALIGN_PARAGRAPH.CENTER
    add_line(page, "{{ organ }}", SMALL_SONG, NO1, align=center, color=RED, spacing=Pt(40))
    add_line(page, spacing=Pt(8))
    _red_rule(add_line(page, "{{ number }}", align=center))
    add_line(page, spacing=Pt(12))
    add_line(page, "{{ title }}", SMALL_SONG, NO2, align=center, spacing=Pt(34), together=True)
    add_line(page, "{{ english }}", SONG, NO5, align=center, spacing=Pt(18), together=True)
    add_line(page, spacing=Pt(8))


def add_earlier(page: Page, heading: str) -> None:
    """The documents issued before, under this heading, where there are any."""
    add_tag(page, "{%p if earlier %}")
    add_heading(page, heading)
    add_tag(page, "{%p for one in earlier %}")
    add_line(
        page, "{{ one.on }}  {{ one.title }}  {{ one.number }}", size=NO4, align=WD_ALIGN_PARAGRAPH.LEFT, indent=True
    )
    add_tag(page, "{%p endfor %}")
    add_tag(page, "{%p endif %}")


def add_signature(page: Page) -> None:
    """发文机关署名、成文日期 (GB/T 9704-2012, 7.3.5)."""
    add_line(page, together=True)
    add_line(page, together=True, spacing=Pt(14))
    add_line(page, "{{ organ }}", align=WD_ALIGN_PARAGRAPH.RIGHT, right=Length(2 * NO3), together=True)
    add_line(page, "{{ issued_on }}", align=WD_ALIGN_PARAGRAPH.RIGHT, right=Length(4 * NO3))


def add_table(page: Page, widths_mm: tuple[int, ...]) -> Table:
    """A table without rows."""
    table: Table = page.add_table(rows=0, cols=len(widths_mm), style="Table Grid")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    for column, width in zip(table.columns, widths_mm, strict=True):
        column.width = Mm(width)
    return table


def add_row(table: Table, *texts: str, heads: tuple[int, ...] = (), height_mm: int | None = None) -> None:
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


def add_rows(table: Table, over: str, row: str, *texts: str) -> None:
    """A row for each of a list."""
    add_row(table, f"{{%tr for {row} in {over} %}}")
    add_row(table, *texts)
    add_row(table, "{%tr endfor %}")


def add_annex(page: Page) -> None:
    """附件, on a page of its own (GB/T 9704-2012, 7.3.7): how the limit was counted, if there is one; sources."""
    add_line(page, "附件", HEI, new_page=True, together=True)
    add_tag(page, "{%p if due %}")
    add_line(page, "时限计算说明", HEI, NO4, spacing=Pt(24), together=True)
    small = {"size": SMALL4, "spacing": Pt(19), "indent": True}
    add_line(page, "自{{ clock_from }}起算，时限{{ clock_limit }}，至{{ due }}止。{{ provisional }}", **small)  # type: ignore[arg-type]
    add_tag(page, "{%p for rule in clock_rules %}")
    add_line(page, "{{ rule.name }} {{ rule.text }}。", **small)  # type: ignore[arg-type]
    add_tag(page, "{%p endfor %}")
    add_line(page, "工作日历版本：{{ calendar }}。", **small)  # type: ignore[arg-type]
    add_tag(page, "{%p endif %}")
    add_sources(page)


def add_sources(page: Page) -> None:
    """What the document rests on."""
    add_line(page, "依据", HEI, NO4, spacing=Pt(24), together=True)
    add_tag(page, "{%p for one in sources %}")
    add_line(page, "{{ one.name }}：{{ one.text }}", size=SMALL4, spacing=Pt(19), indent=True)
    add_tag(page, "{%p endfor %}")
    add_tag(page, "{%p if policy %}")
    add_line(page, "程序版本：{{ policy }}。", size=SMALL4, spacing=Pt(19), indent=True)
    add_tag(page, "{%p endif %}")


def add_copies(page: Page) -> None:
    """版记, on the last page (GB/T 9704-2012, 7.4): the posts told."""
    add_tag(page, "{%p if told %}")
    line = add_line(page, "发送：{{ told }}。", size=NO4, spacing=Pt(24))
    line.paragraph_format.space_before = Pt(16)
    add_border(line, "top", "6", "000000")
    add_tag(page, "{%p endif %}")
