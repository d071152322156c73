"""What do the templates of a case's papers look like? Written by documents/make_templates.py together with the others.

From the notice of facts to the decision on review. A paper says what was found, what follows, what the subject may do
until when, and leaves room for those who sign; how single members voted is in none of them.
"""

from docx.document import Document as Page
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Pt

from documents.pieces import (
    SMALL4,
    add_annex,
    add_body,
    add_copies,
    add_earlier,
    add_head,
    add_heading,
    add_line,
    add_row,
    add_signature,
    add_table,
    add_tag,
    blank_page,
)

_BLANK_DATE = "        年    月    日"
_FORM = (26, 52, 26, 52)


def _written(page: Page, text: str, when: str | None = None) -> None:
    """A paragraph of what people wrote; breaks in it do not stretch the line before them."""
    if when:
        add_tag(page, f"{{%p if {when} %}}")
    add_line(page, text, align=WD_ALIGN_PARAGRAPH.LEFT, indent=True)
    if when:
        add_tag(page, "{%p endif %}")


def _to_the_subject(page: Page) -> None:
    add_head(page)
    add_line(page, "{{ subject }}：")


def _measures(page: Page, lead: str) -> None:
    """Each measure on a line, with the mark of what nobody has checked."""
    add_body(page, lead)
    add_tag(page, "{%p for one in measures %}")
    add_body(
        page,
        "{{ one.name }}（{{ one.code }}）{% if one.effect %}，影响期{{ one.effect }}{% endif %}"
        "{% if one.unverified %}【{{ one.unverified }}】{% endif %}。",
    )
    add_tag(page, "{%p endfor %}")


def _circumstances(page: Page) -> None:
    add_tag(page, "{%p for one in circumstances %}")
    add_body(page, "{{ one.name }}情节：{{ one.text }}。")
    add_tag(page, "{%p endfor %}")


def _statements(page: Page) -> None:
    add_tag(page, "{%p for one in statements %}")
    _written(page, "{{ one.at }}，{{ one.by }}陈述申辩：{{ one.text }}")
    add_tag(page, "{%p endfor %}")
    _written(page, "答复：{{ answer }}", when="answer")


def _case_table(page: Page) -> None:
    """The table that says which case this is."""
    table = add_table(page, _FORM)
    add_row(table, "案件编号", "{{ case_id }}", "问责决定书", "{{ decision_number }}", heads=(0, 2))
    add_row(table, "事  由", "{% if matter %}{{ matter }}{% else %}{{ allegation }}{% endif %}", heads=(0,))
    add_row(table, "被问责人", "{{ subject }}", "所属单位", "{{ organs }}", heads=(0, 2))
    add_row(table, "问责方式", "{{ measure }}", heads=(0,))
    add_line(page, spacing=Pt(12))


def _shown(page: Page) -> None:
    """What else was shown, each on a line."""
    add_tag(page, "{%p for one in evidence %}")
    _written(page, "{{ one.name }}：{{ one.text }}")
    add_tag(page, "{%p endfor %}")


def _signing(page: Page, confirmed: str, *rows: str) -> None:
    """What is confirmed, and who signs it on paper, each with a date; never alone on a page."""
    add_line(page, confirmed, indent=True, together=True)
    add_line(page, spacing=Pt(8), together=True)
    table = add_table(page, (40, 52, 22, 42))
    for name in rows:
        add_row(table, name, "", "日  期", _BLANK_DATE, heads=(0, 2), height_mm=10)
    for row in table.rows[:-1]:
        for cell in row.cells:
            cell.paragraphs[0].paragraph_format.keep_with_next = True


def fact_notice() -> Page:
    """事实告知书: the facts, the evidence, what is proposed, and until when the subject is heard."""
    page = blank_page()
    _to_the_subject(page)
    add_body(
        page, "因“{{ matter }}”（编号{{ matter_id }}）对你问责一案，已依程序立案（案件编号{{ case_id }}）。", "matter"
    )
    add_body(page, "对你问责一案，已依程序立案（案件编号{{ case_id }}）。", "not matter")
    add_body(page, "本案来源：{{ opened_from }}。", "opened_from")
    add_body(page, "经{{ investigators }}调查，已于{{ investigated_on }}调查终结。", "investigated_on")
    add_body(page, "依据{{ source }}，现将拟认定的事实、拟作出的问责处理及你享有的权利告知如下。")
    add_heading(page, "一、拟认定的事实")
    _written(page, "{{ found }}")
    add_tag(page, "{%p if evidence %}")
    add_heading(page, "二、证据")
    _shown(page)
    add_tag(page, "{%p else %}")
    add_heading(page, "二、证据")
    add_body(page, "见案卷，你可以查阅。")
    add_tag(page, "{%p endif %}")
    add_heading(page, "三、拟作出的问责处理")
    _measures(
        page, "情节{{ severity }}，系累计期内第{{ count }}次。拟给予你下列问责处理，是否问责由有权机关依程序决定："
    )
    _circumstances(page)
    add_heading(page, "四、你的权利")
    add_body(
        page,
        "你可以查阅案卷，并自本告知书送达之日起{{ clock_limit }}内（至{{ due }}止）陈述事实、提出申辩和证据；"
        "也可以书面放弃。"
        "逾期未提出的，视为未行使陈述申辩权。陈述申辩未经逐项答复，不作出决定；不因陈述申辩加重处理。",
        "due",
    )
    add_body(page, "你认为办案人员、参加表决人员与本案有利害关系的，可以申请其回避。")
    add_body(page, "如作出问责决定，你可以自决定送达之日起{{ review_limit }}内申请复核。", "review_limit")
    add_body(page, "联系岗位：{{ office_handler }}。", "office_handler")
    add_signature(page)
    add_annex(page)
    add_copies(page)
    return page


def statement_record() -> Page:
    """陈述申辩笔录: what was said, by whom, when; signed by both sides."""
    page = blank_page()
    add_head(page)
    table = add_table(page, _FORM)
    add_row(table, "案件编号", "{{ case_id }}", "陈述时间", "{{ issued_at }}", heads=(0, 2))
    add_row(table, "被问责人", "{{ subject }}", "所属单位", "{{ organs }}", heads=(0, 2))
    add_row(table, "陈述岗位", "{{ by }}", "听取单位", "{{ office }}", heads=(0, 2))
    add_row(table, "告知书", "{{ notice_number }}", "告知日期", "{{ notified_on }}", heads=(0, 2))
    add_row(
        table,
        "申辩期限",
        "{% if window_due %}至{{ window_due }}{% endif %}",
        "答复期限",
        "{% if due %}{{ clock_limit }}，至{{ due }}{% endif %}",
        heads=(0, 2),
    )
    add_row(table, "拟处理", "{{ measure }}", heads=(0,))
    add_line(page, spacing=Pt(12))
    add_heading(page, "权利告知")
    add_body(page, "被问责人可以查阅案卷，可以在期限内多次陈述申辩、提出证据，不因陈述申辩加重处理。")
    add_heading(page, "陈述申辩内容")
    _written(page, "{{ text }}")
    _signing(page, "以上笔录经陈述人核对，与所述相符。", "陈述人签名", "听取人签名", "记录人签名")
    add_annex(page)
    add_copies(page)
    return page


def accountability_decision() -> Page:
    """问责决定书: facts, statement, decision by the numbers, period, service, review and appeal."""
    page = blank_page()
    _to_the_subject(page)
    add_body(
        page, "因“{{ matter }}”（编号{{ matter_id }}）对你问责一案（案件编号{{ case_id }}），现已审理终结。", "matter"
    )
    add_body(page, "对你问责一案（案件编号{{ case_id }}），现已审理终结。", "not matter")
    add_heading(page, "一、认定的事实")
    _written(page, "{{ found }}")
    add_body(
        page,
        "以上事实已于{{ notified_on }}向你告知{% if notice_number %}（{{ notice_number }}）{% endif %}。",
        "notified_on",
    )
    add_heading(page, "二、陈述申辩及答复")
    add_body(page, "{{ heard }}。", "heard")
    _statements(page)
    add_heading(page, "三、决定")
    add_body(
        page,
        "{{ manner }}：有表决权的成员{{ members }}人，法定人数{{ needed }}人，参加表决{{ voted }}人，"
        "{% for one in tally %}{{ one.name }}{{ one.text }}票{% if not loop.last %}，{% endif %}{% endfor %}。",
        "tally",
    )
    add_body(page, "{{ manner }}。", "not tally")
    _measures(page, "依据{{ source }}，情节{{ severity }}，系累计期内第{{ count }}次，决定给予你下列问责处理：")
    _circumstances(page)
    _written(page, "理由：{{ reason }}", "reason")
    add_body(page, "影响期{{ effect }}，自{{ effect_from }}起，至{{ effect_until }}止。", "effect")
    add_body(page, "上述处理自本决定送达之日起{{ execution_limit }}内执行。", "execution_limit")
    add_heading(page, "四、复核与申诉")
    add_body(
        page,
        "不服本决定的，可以自送达之日起{{ review_limit }}内向{{ office }}申请复核，"
        "由未参与本案的人员办理，复核不加重处理；"
        "不服复核决定的，可以依法向上一级机关申诉。复核、申诉期间不停止执行。",
        "review_limit",
    )
    add_signature(page)
    add_annex(page)
    add_copies(page)
    return page


def service_receipt() -> Page:
    """送达回证: which paper, how it was served, who proves it."""
    page = blank_page()
    add_head(page)
    table = add_table(page, _FORM)
    add_row(table, "案件编号", "{{ case_id }}", "送达单位", "{{ office }}", heads=(0, 2))
    add_row(table, "送达文书", "{{ served_title }}{% if served_number %}  {{ served_number }}{% endif %}", heads=(0,))
    add_row(table, "受送达人", "{{ subject }}", "所属单位", "{{ organs }}", heads=(0, 2))
    add_row(table, "送达方式", "{{ receipt }}", "送达时间", "{{ issued_at }}", heads=(0, 2))
    add_row(table, "送达岗位", "{{ by }}", "送达说明", "{{ receipt_text }}", heads=(0, 2))
    add_row(table, "见证人", "{% if witnesses %}{{ witnesses }}{% else %}无{% endif %}", heads=(0,))
    add_row(
        table,
        "公告媒体",
        "{% if medium %}{{ medium }}{% else %}无{% endif %}",
        "公告日期",
        "{% if medium %}{{ done_on }}{% else %}无{% endif %}",
        heads=(0, 2),
    )
    add_row(
        table,
        "期限起算",
        "{% if due %}自{{ clock_from }}起{{ clock_limit }}，至{{ due }}止{% else %}无{% endif %}",
        heads=(0,),
    )
    add_row(table, "本人签名", "", "签收日期", _BLANK_DATE, heads=(0, 2), height_mm=14)
    add_row(table, "见证人签名", "", "日  期", _BLANK_DATE, heads=(0, 2), height_mm=14)
    add_row(table, "送达人签名", "", "日  期", _BLANK_DATE, heads=(0, 2), height_mm=14)
    add_line(
        page,
        "注：本人签收的由受送达人签名；留置送达的由两名以上见证人签名；公告送达的附公告原件。",
        size=SMALL4,
        spacing=Pt(22),
    )
    add_annex(page)
    return page


def talk_record() -> Page:
    """谈话记录: persons, place, time, content; signed by both sides."""
    page = blank_page()
    add_head(page)
    _case_table(page)
    table = add_table(page, _FORM)
    add_row(table, "谈话时间", "{{ done_on }}", "谈话地点", "{{ place }}", heads=(0, 2))
    add_row(table, "参加人员", "{{ persons }}", "记 录 人", "{{ recorder }}", heads=(0, 2))
    add_row(
        table,
        "谈话对象",
        "{{ subject }}",
        "影 响 期",
        "{% if effect %}{{ effect }}，至{{ effect_until }}{% endif %}",
        heads=(0, 2),
    )
    add_line(page, spacing=Pt(12))
    add_heading(page, "谈话事由")
    _written(page, "{{ found }}")
    add_heading(page, "谈话内容")
    _written(page, "{{ content }}")
    _shown(page)
    _signing(page, "以上记录经谈话对象核对，与谈话内容相符。", "谈话人签名", "谈话对象签名", "记录人签名")
    add_copies(page)
    return page


def self_criticism() -> Page:
    """书面检查: the text handed in, with the signature of who wrote it and of who took it."""
    page = blank_page()
    add_head(page)
    _case_table(page)
    add_heading(page, "检查事项")
    _written(page, "{{ found }}")
    add_heading(page, "检查内容")
    _written(page, "{{ content }}")
    add_body(page, "{{ office }}于{{ issued_at }}收到本检查，收件岗位：{{ by }}。", "by")
    _shown(page)
    _signing(page, "以上检查由检查人提交。", "检查人签名", "收件人签名")
    add_copies(page)
    return page


def public_apology() -> Page:
    """道歉公告: the text as it was published, then where and when."""
    page = blank_page()
    add_head(page)
    _written(page, "{{ content }}")
    add_line(page, together=True)
    add_line(page, "道歉人：{{ subject }}", align=WD_ALIGN_PARAGRAPH.RIGHT, together=True)
    add_line(page, "{{ done_on }}", align=WD_ALIGN_PARAGRAPH.RIGHT)
    add_body(page, "本公告依据{{ decision_number }}问责决定书，于{{ done_on }}在{{ medium }}发布。", "decision_number")
    add_body(page, "本公告于{{ done_on }}在{{ medium }}发布。", "not decision_number")
    add_signature(page)
    return page


def removal_proposal() -> Page:
    """建议免职函: to the appointing organ, whose name is written in; it decides and answers."""
    page = blank_page()
    add_head(page)
    add_line(page, "________________（任免机关）：")
    add_body(
        page,
        "对{{ subject }}{% if organs %}（{{ organs }}）{% endif %}问责一案（案件编号{{ case_id }}），"
        "已于{{ decided_on }}作出问责决定{% if decision_number %}（{{ decision_number }}）{% endif %}，"
        "并于{{ issued_at }}送达本人。",
        "decided_on",
    )
    add_heading(page, "一、认定的事实")
    _written(page, "{{ found }}")
    add_body(page, "陈述申辩情况：{{ heard }}。", "heard")
    add_heading(page, "二、建议")
    _measures(page, "依据{{ source }}，按照干部管理权限，建议你单位作出下列处理：")
    add_body(page, "被建议人由选举产生的，请依法定程序办理。")
    add_heading(page, "三、请予函复")
    add_body(
        page, "请于{{ execution_limit }}内研究决定，并将采纳与否的决定及其文号书面函复{{ office }}。", "execution_limit"
    )
    add_body(page, "本人自送达之日起{{ review_limit }}内可以申请复核，复核期间不停止执行。", "review_limit")
    add_earlier(page, "四、此前文书")
    add_body(page, "联系岗位：{{ office_handler }}。", "office_handler")
    add_signature(page)
    add_annex(page)
    add_copies(page)
    return page


def review_decision() -> Page:
    """复核决定书: what was asked, what came of it; never heavier."""
    page = blank_page()
    _to_the_subject(page)
    add_body(
        page,
        "你不服{% if decision_number %}{{ decision_number }}{% endif %}问责决定（{{ decided_on }}作出），"
        "于{{ review_requested_on }}申请复核。经未参与本案的人员复核，现已办结。",
        "decided_on",
    )
    add_heading(page, "一、原决定")
    add_body(page, "{{ before }}。")
    _written(page, "认定的事实：{{ found }}")
    add_heading(page, "二、复核请求和理由")
    _written(page, "{{ review_text }}")
    add_heading(page, "三、复核决定")
    add_body(page, "依据{{ source }}，决定：{{ outcome }}。")
    _written(page, "理由：{{ reason }}", "reason")
    add_tag(page, "{%p if measures %}")
    _measures(page, "复核后的问责处理：")
    add_body(page, "影响期{{ effect }}，自{{ effect_from }}起，至{{ effect_until }}止。", "effect")
    add_tag(page, "{%p else %}")
    add_body(page, "原问责处理自始不计，由{{ office }}在原知悉范围内恢复名誉。")
    add_tag(page, "{%p endif %}")
    add_heading(page, "四、申诉")
    add_body(page, "不服本复核决定的，可以依法向上一级机关申诉。申诉期间不停止执行。")
    add_body(page, "复核岗位：{{ by }}。", "by")
    add_signature(page)
    add_annex(page)
    add_copies(page)
    return page


KINDS = (
    fact_notice,
    service_receipt,
    statement_record,
    accountability_decision,
    talk_record,
    self_criticism,
    public_apology,
    removal_proposal,
    review_decision,
)
