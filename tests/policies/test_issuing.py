"""Which documents does an act issue, and does each say what was so when it was issued?"""

import pytest

from models.acts import Act, ActName
from models.documents import DocumentFacts, DocumentKind
from models.matters import MatterState
from policies.counting import standard_counting
from policies.issuing import called_for, facts_of
from policies.wording import RULES, chinese_moment, limit_words
from tests.builders import HANDLER, HEAD, LEADER, OFFICER, Life, a_notice, at


def documents_of(life: Life) -> list[tuple[DocumentKind, Act, DocumentFacts]]:
    """Every document of a life, in order, as the record would have it; numbers are counted through."""
    found: list[tuple[DocumentKind, Act, DocumentFacts]] = []
    for place, (act, state) in enumerate(zip(life.acts, life.stood, strict=True)):
        if not isinstance(state, MatterState):
            continue
        for kind in called_for(act, state, life.facts.policy):
            said = facts_of(
                kind,
                f"{kind.mark}{len(found) + 1}号",
                act,
                state,
                before=[one for one in life.acts[:place] if one.target == act.target],
                facts=life.facts,
            )
            found.append((kind, act, said))
    return found


def the(life: Life, kind: str) -> DocumentFacts:
    (said,) = [said for one, _, said in documents_of(life) if one.kind == kind]
    return said


def test_each_step_of_the_escalation_issues_its_document_and_closing_the_report() -> None:
    life = Life(limit="5wd").wait("03-19 09:00")
    life.say("03-19 10:00", "submit", text="完成")
    life.say("03-19 11:00", "verify", OFFICER, passed=True, method="document")

    assert [(kind.kind, act.act) for kind, act, _ in documents_of(life)] == [
        ("supervision_order", ActName.SUPERVISED),
        ("rectification_order", ActName.RECTIFICATION_ORDERED),
        ("closing_report", ActName.CLOSED),
    ]


def test_an_order_names_the_limit_it_sets_and_how_it_was_counted() -> None:
    said = the(Life(limit="5wd").wait("03-09 18:00"), "supervision_order")

    assert (said.issued_on, said.issued_at) == ("2026年3月9日", "2026年3月9日18时")
    assert (said.limit, said.limit_due) == ("5个工作日", "2026年3月9日18时")
    assert (said.clock_limit, said.clock_from, said.due) == ("3个工作日", "2026年3月9日18时", "2026年3月12日18时")
    assert [rule.name for rule in said.clock_rules] == ["R3", "R6"]
    assert said.clock_rules[0].text == f"{RULES['R3']}（民法典 201）"
    assert said.provisional == ""
    assert said.calendar == Life().facts.calendar.version
    assert said.policy == Life().facts.policy.key


def test_an_order_is_told_by_the_matter_as_it_stood_then_though_more_happened_in_the_same_step() -> None:
    life = Life(limit="5wd").wait("03-24 19:00")
    order = the(life, "supervision_order")

    assert life.state.level == 3
    assert order.due == "2026年3月12日18时"
    assert [line.act for line in order.story][-1] == "发出督办单"
    assert order.signed_on == ""


def test_sources_are_cited_as_an_office_cites_them() -> None:
    life = Life(limit="5wd").wait("03-12 18:00")
    sources = {one.name: one.text for one in the(life, "rectification_order").sources}

    assert sources["文书"] == "《政府督查工作条例》（国务院令第733号）第十八条"
    assert sources["事由"] == "《政府督查工作条例》第18条 (责令限期整改)"
    assert sources["时限"].startswith("本单位办法；《政府督查工作条例》第18条")


def extended(limit: str = "3wd") -> Life:
    life = Life(limit="5wd")
    life.say("03-05 10:00", "request_extension", limit=limit, reason="须补充勘察")
    return life


def test_an_extension_form_is_issued_with_the_decision_and_not_with_the_request() -> None:
    life = extended()
    assert documents_of(life) == []

    life.say("03-06 10:00", "decide_extension", LEADER, granted=True, reason="同意")
    said = the(life, "extension_form")

    assert (said.extension_limit, said.extension_by, said.extension_on) == ("3个工作日", HANDLER, "2026年3月5日10时")
    assert (said.extension_reason, said.decision, said.reason, said.by) == ("须补充勘察", "同意延期", "同意", LEADER)
    assert (said.limit, said.limit_now, said.clock_limit) == ("5个工作日", "8个工作日", "8个工作日")
    assert said.clock_from == "2026年3月2日9时"
    assert said.due == "2026年3月12日18时"


def test_a_refused_extension_has_a_form_that_sets_no_limit() -> None:
    life = extended()
    life.say("03-06 10:00", "decide_extension", LEADER, granted=False, reason="抓紧办理")
    said = the(life, "extension_form")

    assert (said.decision, said.reason, said.due) == ("不同意延期", "抓紧办理", "")
    assert said.limit_due == "2026年3月9日18时"


def test_a_lapsed_extension_has_a_form_that_nobody_signed() -> None:
    said = the(extended().wait("03-09 18:00"), "extension_form")

    assert said.decision.startswith("至办结时限届满未作审批")
    assert (said.by, said.extension_by) == ("", HANDLER)


def test_an_extension_withdrawn_by_reporting_completion_has_no_form() -> None:
    life = extended()
    life.say("03-06 10:00", "submit", text="完成")

    assert documents_of(life) == []


def test_an_extension_granted_while_the_clocks_stand_still_tells_no_due_instant() -> None:
    life = extended()
    life.say("03-05 11:00", "suspend", OFFICER, reason="等待鉴定", until="2026-03-20")
    life.say("03-06 10:00", "decide_extension", LEADER, granted=True)

    assert life.answer.accepted, life.answer
    assert the(life, "extension_form").due == ""


def test_the_closing_report_tells_what_was_done_how_it_was_verified_and_what_was_issued() -> None:
    life = Life(limit="5wd", co=("财政局",)).wait("03-10 09:00")
    life.say("03-10 10:00", "submit", text="十二所学校全部完成", without_co="协办部分另行报结")
    evidence = {"persons": [OFFICER, HEAD], "place": "第三小学", "date": "2026-03-11", "photographs": 12}
    life.say("03-11 10:00", "verify", OFFICER, passed=True, method="visit", evidence=evidence)
    said = the(life, "closing_report")

    assert (said.result, said.submitted_text, said.submitted_by) == ("经督办后办结", "十二所学校全部完成", HANDLER)
    assert (said.method, said.verified_by, said.verified_on) == ("实地核查", OFFICER, "2026年3月11日10时")
    assert [(one.name, one.text) for one in said.evidence] == [
        ("核查人员", f"{OFFICER}、{HEAD}"),
        ("地点", "第三小学"),
        ("日期", "2026-03-11"),
        ("photographs", "12"),
    ]
    assert [line.act for line in said.story] == [
        "立项登记", "交办", "签收超期,通知主要负责人", "到期提醒", "到期提醒", "超期", "发出督办单", "协办超期", "签收",
        "报结", "核验", "销号",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("until", "result"),
    [
        ("03-09 17:00", "按期办结"),
        ("03-10 09:00", "经督办后办结"),
        ("03-13 09:00", "经责令限期整改后办结"),
        ("03-20 09:00", "已建议启动问责，后经整改办结"),
    ],
)
def test_how_a_matter_ended_depends_on_how_far_it_had_gone(until: str, result: str) -> None:
    life = Life(limit="5wd").wait(until)
    day = until.split(maxsplit=1)[0]
    life.say(f"{day} 17:10", "submit", text="完成")
    life.say(f"{day} 17:20", "verify", OFFICER, passed=True, method="document", evidence="验收单")

    said = the(life, "closing_report")

    assert said.result == result
    assert [(one.name, one.text) for one in said.evidence] == [("说明", "验收单")]


def test_documents_issued_before_are_named() -> None:
    life = Life(limit="5wd").wait("03-12 18:00")
    named = {"documents": [{"kind": "supervision_order", "title": "督办单", "number": "督查室督办〔2026〕3号"}]}
    life.acts = [
        act.model_copy(update={"detail": named}) if act.act is ActName.SUPERVISED else act for act in life.acts
    ]

    (earlier,) = the(life, "rectification_order").earlier

    assert (earlier.number, earlier.title, earlier.on) == ("督查室督办〔2026〕3号", "督办单", "2026年3月9日")


def test_a_limit_counted_through_days_not_yet_published_is_said_to_be_provisional() -> None:
    said = the(Life("2026-12-20 09:00", limit="2026-12-31").wait("2026-12-31 18:00"), "supervision_order")

    assert said.provisional.startswith("所计日期含放假安排尚未公布的日子")
    assert "R18" in [rule.name for rule in said.clock_rules]


def test_an_independent_organ_is_asked_and_gets_no_order() -> None:
    assert documents_of(Life(limit="5wd", lead="监委").wait("04-09 18:00")) == []


def test_a_calendar_notice_that_withdraws_a_finding_issues_nothing() -> None:
    life = Life(limit="5wd").wait("03-09 18:00")
    before = len(documents_of(life))
    life.load("03-10 09:00", a_notice("2026-03-09"))

    assert ActName.FINDING_WITHDRAWN.value in life.names()
    assert len(documents_of(life)) == before == 1


def test_every_counting_rule_that_a_ruling_can_name_has_words() -> None:
    rules = {value.rule for value in standard_counting().values}

    assert {"R3", "R4", "R6", "R7", "R8", "R9", "R10", "R11", "R13", "R18"} <= RULES.keys() <= rules


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        ("15wd", "15个工作日"),
        ("0.5wd", "半个工作日"),
        ("10d", "10日"),
        ("2w", "2周"),
        ("3mo", "3个月"),
        ("48h", "48小时"),
        ("same-day", "当日"),
        ("2026-06-30", "2026年6月30日前"),
    ],
)
def test_a_limit_is_said_as_an_office_says_it(limit: str, words: str) -> None:
    assert limit_words(limit) == words


def test_an_instant_is_said_without_minutes_where_there_are_none() -> None:
    assert [chinese_moment(at(text)) for text in ("03-05 18:00", "03-05 08:30", "12-31 00:05")] == [
        "2026年3月5日18时",
        "2026年3月5日8时30分",
        "2026年12月31日0时05分",
    ]
