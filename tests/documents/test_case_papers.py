"""The papers of a case: each issued by its act and its measure, saying what stood then, numbered like all others."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from documents.rendering import asked
from models.case_messages import Prolong, Propose
from models.documents import DocumentFacts
from models.matters import Severity
from policies.ladder import LadderFile, standard_ladder
from policies.procedures import STANDARD, shipped
from record import documents
from record.store import Store
from tests.builders import HEAD, LEAD, LEADER, MONDAY, OFFICE_HEAD, OFFICER, at
from tests.documents.case_desk import CASE, DEFENCE, FOUND, PANEL, CaseDesk
from tests.documents.pages import paragraphs
from tests.documents.test_rendering import LISTS

BEFORE_EXECUTION = [
    "fact_notice", "service_receipt", "statement_record", "accountability_decision", "service_receipt",
]  # fmt: skip
LEFT = {"kind": "left", "witnesses": ["社区主任", "街道干事"], "text": "拒收，置于办公室"}
PUBLISHED = {"kind": "public_notice", "medium": "区日报", "date": "2026-03-11"}


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    store = Store(database_url)
    store.migrate()
    yield store
    store.close()


@pytest.fixture
def case(store: Store, tmp_path: Path) -> CaseDesk:
    return CaseDesk(store, tmp_path)


def kinds(case: CaseDesk) -> list[str]:
    return [one.kind for one in case.issued()]


# --- which papers -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("measure", "paper"), [("P1", "talk_record"), ("P3", "self_criticism"), ("P4", "public_apology")]
)
def test_carrying_out_a_measure_issues_the_paper_of_its_kind_and_no_other(
    case: CaseDesk, measure: str, paper: str
) -> None:
    assert kinds(case.executed(measure)) == [*BEFORE_EXECUTION, paper]


def test_an_organ_that_examines_itself_has_the_same_paper_as_a_post(case: CaseDesk) -> None:
    assert kinds(case.executed("U2", subject=LEAD)) == [*BEFORE_EXECUTION, "self_criticism"]
    assert case.facts_of("self_criticism").measure == "一把手书面检查（U2）"


def test_removal_is_proposed_to_the_appointing_organ_once_the_decision_is_served(case: CaseDesk) -> None:
    case.decided("P10")
    assert "removal_proposal" not in kinds(case)
    case.say("03-11 09:00", "serve", OFFICER, receipt="本人签收")

    assert kinds(case) == [*BEFORE_EXECUTION, "removal_proposal"]
    assert case.facts_of("removal_proposal").decision_number == "督查室问决〔2026〕1号"


def test_measures_used_together_have_the_papers_of_each(case: CaseDesk) -> None:
    case.heard("P3")
    assert case.state.facts is not None
    for member in PANEL:
        case.say("03-10 09:00", "vote", member, choice="P1+P2", reason="情节较轻")
    case.say("03-10 10:00", "decide", PANEL[0], reason="情节较轻")
    case.say("03-11 09:00", "serve", OFFICER, receipt="本人签收")
    proof = {"persons": [LEADER], "place": "会议室", "time": "2026-03-12", "content": "谈话", "entry": "已记入考核"}
    case.say("03-12 17:00", "execute", OFFICER, evidence=proof)

    assert kinds(case)[-1] == "talk_record"
    assert case.facts_of("talk_record").measure == "取消当年评优评先资格（P2）、诫勉谈话（P1）"


def test_prolonging_a_case_is_no_extension_of_a_matter_and_issues_no_form(case: CaseDesk) -> None:
    case.opened()
    case.say("03-03 09:00", "file", LEADER, reason="属实")
    outcome = case.hear("03-04 09:00", Prolong(message_id="p", by="省长", reason="案情复杂"))

    assert outcome is not None
    assert outcome.accepted, outcome
    assert kinds(case) == []


def test_a_refused_command_and_a_refused_proposal_issue_nothing(case: CaseDesk) -> None:
    case.hear(MONDAY, Prolong(message_id="p", by=LEADER))

    assert kinds(case) == []


# --- numbers, the record ----------------------------------------------------------------------------------------------


def test_papers_are_numbered_by_kind_for_the_office_and_belong_to_the_matter(case: CaseDesk) -> None:
    case.executed("P1")
    issued = case.issued()

    assert [one.number for one in issued] == [
        "督查室问告〔2026〕1号", "督查室问送〔2026〕1号", "督查室问辩〔2026〕1号", "督查室问决〔2026〕1号",
        "督查室问送〔2026〕2号", "督查室问谈〔2026〕1号",
    ]  # fmt: skip
    assert {(one.matter_id, one.target) for one in issued} == {("m1", CASE)}
    with case.store.reading() as session:
        assert list(documents.verify(session)) == []


def test_a_second_notice_and_a_second_statement_have_papers_of_their_own(case: CaseDesk) -> None:
    case.notified()
    case.say("03-06 09:00", "give_statement", HEAD, text="其一")
    case.say("03-06 10:00", "give_statement", HEAD, text="其二")
    first = case.facts_of("statement_record")
    case.say("03-09 09:00", "notify_facts", OFFICER, text="新查明的事实", receipt=LEFT, measure="P1")

    assert [one.number for one in case.issued()][2:] == [
        "督查室问辩〔2026〕1号", "督查室问辩〔2026〕2号", "督查室问告〔2026〕2号", "督查室问送〔2026〕2号",
    ]  # fmt: skip
    assert (first.text, first.notice_number) == ("其二", "督查室问告〔2026〕1号")
    assert case.facts_of("service_receipt").served_number == "督查室问告〔2026〕2号"


def test_what_a_paper_says_stays_as_it_was_when_the_case_goes_on(case: CaseDesk) -> None:
    case.notified()
    notice = case.issued()[0]
    at_once = case.printing.printed(notice.id)
    case.say("03-06 09:00", "give_statement", HEAD, text=DEFENCE)

    assert case.printing.printed(notice.id) == at_once


def test_papers_are_listed_by_matter_and_by_case(store: Store, tmp_path: Path) -> None:
    for case_id in ("m1/case1", "m1/case2", "case-2026-1"):
        CaseDesk(store, tmp_path, case_id).notified()
    with store.reading() as session:
        found = {
            name: documents.issued(session, matter_id=name).items
            for name in ("m1", "m1/case2", "case-2026-1", "m3/case1")
        }

    assert {name: sorted({one.target for one in items}) for name, items in found.items()} == {
        "m1": ["m1/case1", "m1/case2"],
        "m1/case2": ["m1/case2"],
        "case-2026-1": ["case-2026-1"],
        "m3/case1": [],
    }


def test_the_papers_of_a_case_that_no_matter_opened_speak_of_the_case_alone(case: CaseDesk) -> None:
    case.say(MONDAY, "propose", OFFICER, subject=HEAD, facts="检查发现台账失实", panel=list(PANEL))
    case.say("03-03 09:00", "file", LEADER)
    case.say("03-04 09:00", "investigate", OFFICE_HEAD, posts=[OFFICE_HEAD, "财政局承办岗"], text="属实")
    case.say("03-05 09:00", "notify_facts", OFFICE_HEAD, text=FOUND, receipt="本人签收")

    assert {(one.matter_id, one.target) for one in case.issued()} == {("m1", CASE)}
    assert "因“" not in case.page_of("fact_notice")
    assert f"对你问责一案，已依程序立案（案件编号{CASE}）" in case.page_of("fact_notice")


# --- what they say ----------------------------------------------------------------------------------------------------


def test_the_notice_says_facts_evidence_proposal_rights_and_how_the_window_was_counted(case: CaseDesk) -> None:
    said = case.notified("P3").facts_of("fact_notice")
    page = case.page_of("fact_notice")

    assert (said.found, said.severity, said.count) == (FOUND, "一般", "2")
    assert [(one.name, one.text) for one in said.evidence] == [
        ("督办单", "督查室督办〔2026〕3号"),
        ("照片", "一号楼、二号楼"),
    ]
    assert [(one.code, one.name, one.effect) for one in said.measures] == [("P3", "责令书面检查", "6个月")]
    assert (said.clock_from, said.clock_limit, said.due) == ("2026年3月5日9时", "5个工作日", "2026年3月12日18时")
    assert {"R3", "R6"} <= {rule.name for rule in said.clock_rules}
    for words in ("查阅案卷", "陈述事实、提出申辩", "申请其回避", "自决定送达之日起30日内申请复核", "R3 收到当日不计"):
        assert words in page
    assert {one.name for one in said.sources} >= {"文书", "时限", "问责方式 P3", "P3 影响期"}


def test_a_value_nobody_has_checked_is_marked_wherever_the_measure_is_shown(case: CaseDesk) -> None:
    case.opened(Severity.ORDINARY, subject=LEAD)
    case.say("03-03 09:00", "file", LEADER)
    case.say("03-04 09:00", "investigate", OFFICER, posts=[OFFICER, "财政局承办岗"], text="属实")
    case.say("03-05 09:00", "notify_facts", OFFICER, text=FOUND, receipt="本人签收")

    assert case.state.measure == "U3"
    assert "效能告诫（U3）【执行凭证未核实 unverified】" in case.page_of("fact_notice")


@pytest.mark.parametrize(
    ("receipt", "words"),
    [
        ("本人签收", ["本人签收"]),
        (LEFT, ["留置送达", "社区主任、街道干事", "拒收，置于办公室"]),
        (PUBLISHED, ["公告送达", "区日报", "2026年3月11日"]),
    ],
)
def test_each_kind_of_service_is_proved_by_what_belongs_to_it(
    case: CaseDesk, receipt: object, words: list[str]
) -> None:
    case.served("P1", served=receipt)
    page = case.page_of("service_receipt")

    for one in (*words, "问责决定书  督查室问决〔2026〕1号", "2026年3月11日9时起30日"):
        assert one in page


def test_the_record_of_a_statement_says_what_was_said_and_until_when_it_is_answered(case: CaseDesk) -> None:
    said = case.heard().facts_of("statement_record")

    assert (said.text, said.by, said.window_due) == (DEFENCE, HEAD, "2026年3月12日18时")
    assert (said.clock_limit, said.due) == ("5个工作日", "2026年3月13日18时")
    assert "陈述人签名" in case.page_of("statement_record")


def test_the_decision_says_what_it_rests_on_the_votes_by_number_the_period_and_the_review(case: CaseDesk) -> None:
    said = case.decided("P1").facts_of("accountability_decision")
    page = case.page_of("accountability_decision")

    assert said.heard == "已听取陈述申辩并逐项答复（2026年3月9日）"
    assert (said.members, said.needed, said.voted) == ("3", "2", "3")
    assert [(one.name, one.text) for one in said.tally] == [("诫勉谈话（P1）", "2"), ("不予问责", "1")]
    assert (said.effect, said.effect_from, said.effect_until) == ("6个月", "2026年3月10日", "2026年9月9日24时")
    assert (said.notice_number, said.execution_limit, said.review_limit) == (
        "督查室问告〔2026〕1号",
        "10个工作日",
        "30日",
    )
    assert "图纸审批一节不予采纳" in page
    assert "自送达之日起30日内向督查室申请复核" in page


def test_how_a_member_voted_is_in_no_paper(case: CaseDesk) -> None:
    case.executed("P1")
    with case.store.reading() as session:
        kept = {one.kind: documents.kept(session, one.id).facts for one in case.issued()}

    # The notice of facts names whom it was sent to; from the vote on no member but the one who closed it is named.
    for kind in ("accountability_decision", "talk_record"):
        assert PANEL[1] not in kept[kind]
        assert PANEL[2] not in kept[kind]
        assert "已尽力" not in kept[kind]


def test_where_the_organ_above_decided_no_votes_are_told(case: CaseDesk) -> None:
    case.heard("P1", panel=("公安局长",))
    case.say("03-10 09:00", "decide", "市长", choice="proposed", reason="事实清楚")
    page = case.page_of("accountability_decision")

    assert case.facts_of("accountability_decision").tally == ()
    assert "由上一级机关决定。" in page
    assert "法定人数" not in page


def test_what_made_it_lighter_is_said_with_its_criterion(case: CaseDesk) -> None:
    case.opened(Severity.ORDINARY, before=1)
    case.say("03-03 09:00", "file", LEADER)
    case.say("03-04 09:00", "mitigate", LEADER, reason="主动报告并整改")
    case.say("03-04 10:00", "investigate", OFFICER, posts=[OFFICER, "财政局承办岗"], text="属实")
    case.say("03-05 09:00", "notify_facts", OFFICER, text=FOUND, receipt="本人签收")

    assert "从轻情节：主动报告并整改。" in case.page_of("fact_notice")


def test_a_talk_names_persons_place_time_and_content(case: CaseDesk) -> None:
    said = case.executed("P1").facts_of("talk_record")

    assert (said.persons, said.recorder, said.place) == (f"{LEADER}、{HEAD}", OFFICER, "区政府三楼会议室")
    assert (said.done_on, said.content) == ("2026年3月20日", "指出问题，提出要求，本人表示接受。")
    assert said.decision_number == "督查室问决〔2026〕1号"
    assert said.evidence == ()


def test_what_else_was_shown_stands_beside_what_has_a_place_of_its_own(case: CaseDesk) -> None:
    said = case.executed("P3").facts_of("self_criticism")

    assert said.content == "本人未按期督促办理，深刻检查。"
    assert [(one.name, one.text) for one in said.evidence] == [("收件回执", "督查室收件")]


def test_an_apology_is_the_published_text_and_names_no_post_it_was_sent_to(case: CaseDesk) -> None:
    page = case.executed("P4").page_of("public_apology")

    assert "就校舍加固逾期向公众道歉。" in page
    assert "于2026年3月20日在区政府网站发布" in page
    assert OFFICE_HEAD not in page


def test_a_letter_of_removal_leaves_the_appointing_organ_to_be_written_in_and_asks_for_its_answer(
    case: CaseDesk,
) -> None:
    page = case.served("P10").page_of("removal_proposal")

    assert "________（任免机关）：" in page
    assert "请于30日内研究决定" in page
    assert "建议免职（P10），影响期12个月" in page
    assert "问责决定书  督查室问决〔2026〕1号" in page


def test_a_review_that_upholds_keeps_the_measure_and_its_period(case: CaseDesk) -> None:
    page = case.reviewed("upheld").page_of("review_decision")

    assert "决定：维持原问责决定。" in page
    assert "公开道歉（P4），影响期6个月。" in page
    assert "至2026年9月9日24时止" in page


def test_a_review_that_is_lighter_says_both_and_counts_from_the_decision(case: CaseDesk) -> None:
    said = case.reviewed("lighter", measure="P3").facts_of("review_decision")

    assert (said.before, said.measure, said.outcome) == ("公开道歉（P4）", "责令书面检查（P3）", "变更为较轻的问责方式")
    assert said.effect_until == "2026年9月9日24时"


def test_a_review_that_revokes_tells_no_measure_but_the_one_revoked(case: CaseDesk) -> None:
    page = case.reviewed("revoked").page_of("review_decision")

    assert "决定：撤销原问责决定。" in page
    assert "恢复名誉" in page
    assert "复核后的问责处理" not in page
    assert "影响期" not in page
    assert "公开道歉（P4）。" in page


# --- every placeholder ------------------------------------------------------------------------------------------------

# What a template asks for and these stories do not have.
MAY_BE_EMPTY = {
    "fact_notice": {"circumstances", "opened_from", "provisional"},
    "service_receipt": {"witnesses", "medium", "done_on", "provisional"},
    "statement_record": {"provisional"},
    "accountability_decision": {"circumstances", "provisional"},
    "talk_record": {"allegation", "evidence"},
    "self_criticism": {"allegation"},
    "public_apology": set[str](),
    "removal_proposal": {"provisional"},
    "review_decision": {"clock_from", "clock_limit", "clock_rules", "calendar", "due", "provisional"},
}


def test_the_papers_of_whole_cases_are_filled(store: Store, tmp_path: Path) -> None:
    case = CaseDesk(store, tmp_path)
    case.executed("P1")
    for number, story in enumerate(("P3", "P4", "P10", "reviewed")):
        other = CaseDesk(store, tmp_path, f"m{number + 2}/case1")
        if story == "reviewed":
            other.reviewed()
        elif story == "P10":
            other.served(story)
        else:
            other.executed(story)
    empty: dict[str, set[str]] = {}
    for one in case.issued():
        with store.reading() as session:
            kept = documents.kept(session, one.id)
        said = DocumentFacts.model_validate_json(kept.facts)
        assert kept.template is not None
        named = asked(kept.template.file, one.kind)
        empty[one.kind] = empty.get(one.kind, set()) | {name for name in named if not getattr(said, name)}
        text = "\n".join(paragraphs(case.printing.printed(one.id)))
        for name in named - LISTS.keys() - {"matter_id", "allegation", "done_on"}:
            assert getattr(said, name) in text, (one.kind, name)

    assert empty == MAY_BE_EMPTY


def test_every_kind_of_a_case_is_in_these_stories() -> None:
    of_cases = {kind.kind for kind in shipped(STANDARD).in_force(at(MONDAY).date()).documents if kind.of == "case"}

    assert of_cases == MAY_BE_EMPTY.keys()


# --- the source, what nobody has checked ------------------------------------------------------------------------------


def test_a_notice_of_facts_names_the_document_the_case_was_opened_from(case: CaseDesk) -> None:
    proposal = Propose(
        message_id="p", by=OFFICER, subject=HEAD, facts="挪用经费", source="audit", reference="审字〔2026〕3号",
        panel=PANEL,
    )  # fmt: skip
    case.hear("03-02 09:00", proposal)
    case.say("03-03 09:00", "file", LEADER)
    case.say("03-04 09:00", "investigate", "省长", posts=["省长", "市政府承办岗"], text="属实")
    case.say("03-05 09:00", "notify_facts", OFFICER, text=FOUND, receipt="本人签收")

    assert case.facts_of("fact_notice").opened_from == "审计（审字〔2026〕3号）"
    assert "本案来源：审计（审字〔2026〕3号）。" in case.page_of("fact_notice")


def test_a_notice_about_a_matter_names_the_matter_and_no_other_source(case: CaseDesk) -> None:
    assert case.notified().facts_of("fact_notice").opened_from == ""
    assert "本案来源" not in case.page_of("fact_notice")


def test_a_decision_prints_where_each_of_its_numbers_is_written_and_marks_what_nobody_has_checked(
    case: CaseDesk,
) -> None:
    text = standard_ladder().text
    limit = "execution: {value: 5wd, source: changzhou.gov.cn (written self-criticism in five working days)}"
    period = "effect: {value: 6mo, source: house rule after P1}"
    for value in (limit, period):
        assert value in text
        text = text.replace(value, f"{value[:-1]}, unverified: true}}", 1)
    case.facts = replace(case.facts, ladder=LadderFile(text, "marked.yaml"))
    said = case.decided("P3").facts_of("accountability_decision")

    assert said.execution_limit == "5个工作日（未核实 unverified）"
    assert said.effect == "6个月（未核实 unverified）"
    sources = {one.name: one.text for one in said.sources}
    assert {"P3 决定权限", "P3 凭证", "P3 执行期限", "P3 影响期"} <= sources.keys()
    assert all(sources[name].endswith("未核实 unverified）") for name in ("P3 执行期限", "P3 影响期"))
    assert "影响期6个月（未核实 unverified）" in case.page_of("accountability_decision")
