"""Every act that somebody is told has words of its own for every role, in both languages, and nothing slips in."""

from itertools import product

import pytest

from models.acts import PROCEEDING_ACTS, Act, ActName
from models.policy import Role
from notices.wording import Content, shipped
from policies.block_procedures import all_shipped
from policies.procedures import shipped as procedure
from policies.proceeding_drafts import TELL as TELL_OF_STEPS
from tests.builders import at

TELL = procedure("standard").in_force(at("03-02 09:00").date()).tell
# The acts that only a case notes stand behind those of a matter, but for the three its matter knows too.
_NAMES = list(ActName)
ACTS_OF_A_CASE = frozenset(
    {*_NAMES[_NAMES.index(ActName.MITIGATED) :], ActName.CASE_PROPOSED, ActName.FAILURE_NOTED, ActName.CASE_WITHDRAWN}
)
MATTER = {"matter": "2026-0001", "title": "校舍加固", "lead": "区教育局", "urgency": "平件"}


def an_act(name: ActName, **said: object) -> Act:
    return Act.model_validate({"at": at("03-02 09:00"), "target": "2026-0001", "act": name, **said})


@pytest.mark.parametrize("act", TELL, ids=str)
def test_an_act_that_is_told_has_words_for_each_role_told(act: ActName) -> None:
    assert [role for role in TELL[act] if not shipped().has(act, role)] == []


def test_every_template_renders_with_and_without_what_may_be_missing() -> None:
    wording = shipped()
    for name, role in product([*ActName], [*Role, None]):
        bare = wording.notice(Content("区长", "m1", an_act(name), role))
        full = wording.notice(
            Content(
                "区长", act=an_act(name, due=at("03-05 18:00"), days_left=3, subject="区财政局", provisional=True),
                role=role, link="https://duban.example.invalid/matters/2026-0001", **MATTER,
            ),
            repeated=True,
        )  # fmt: skip
        for message in (bare, full):
            assert message.subject.startswith("【督办】")
            assert len(message.subject.splitlines()) == 1
            for part in (message.subject, message.text, message.html):
                assert "{{" not in part
                assert "None" not in part
        assert "2026-03-05 18:00 周四(暂定 provisional)" in full.text
        assert "https://duban.example.invalid/matters/2026-0001" in full.html


def test_roles_are_told_differently_what_concerns_them() -> None:
    texts = {
        role: shipped().notice(Content("某岗", act=an_act(ActName.OVERDUE), role=role, **MATTER)).text
        for role in (Role.LEAD_HEAD, Role.LEAD_HANDLER, Role.OFFICE, None)
    }

    assert len(set(texts.values())) == 4


def test_what_was_said_or_shown_in_an_act_stays_in_the_system() -> None:
    act = an_act(ActName.SUBMITTED, reason="内部理由", detail={"text": "内部材料"}, by="区教育局承办岗", measure="P1")

    message = shipped().notice(Content("区政府督查室承办岗", act=act, role=Role.OFFICE, **MATTER))

    for part in (message.subject, message.text, message.html):
        assert "内部" not in part
        assert "区教育局承办岗" not in part


CASE_ACTS = [act for act in TELL if act in ACTS_OF_A_CASE]


@pytest.mark.parametrize("act", CASE_ACTS, ids=str)
def test_a_notice_of_a_case_says_that_something_waits_and_nothing_of_what_it_is(act: ActName) -> None:
    hidden = "不可外传"
    told = an_act(
        act, due=at("03-12 18:00"), subject=hidden, reason=hidden, measure=hidden, severity=hidden, by=hidden,
        detail={"text": hidden, "receipt": {"text": hidden}, "choice": hidden, "member": hidden},
    )  # fmt: skip
    for role in TELL[act]:
        message = shipped().notice(Content("某岗", "m1/case1", told, role))
        for part in (message.subject, message.text, message.html):
            assert hidden not in part
        assert "m1/case1" in message.text
        assert "2026-03-12 18:00" in message.text
        assert message.subject.count("m1/case1") == 1


@pytest.mark.parametrize("act", [ActName.FACTS_NOTIFIED, ActName.DECISION_SERVED])
def test_the_subject_learns_until_when_and_where_but_not_what(act: ActName) -> None:
    told = an_act(act, due=at("03-12 18:00"), subject="某岗", measure="P4")
    text = shipped().notice(Content("某岗", "m1/case1", told, Role.SUBJECT)).text

    assert "2026-03-12 18:00" in text
    assert "请登录系统或向督办单位查阅" in text
    assert "道歉" not in text
    assert "P4" not in text


def test_a_title_cannot_become_markup_a_header_or_a_template() -> None:
    title = "<script>\r\nBcc: x@example.invalid {{ 7 * 7 }} {% include 'x' %}"

    message = shipped().notice(Content("区长", "2026-0001", an_act(ActName.CLOSED), Role.LEADER, title=title))

    assert "<script>" not in message.html
    assert "\n" not in message.subject
    assert "\r" not in message.subject
    assert "49" not in message.text
    assert "{{ 7 * 7 }}" in message.text


def test_every_act_a_proceeding_tells_has_words_for_each_role_and_nothing_said_slips_in() -> None:
    told = {*TELL_OF_STEPS, *PROCEEDING_ACTS} | {
        act for one in all_shipped() for act in one.in_force(one.first_day).tell
    }
    hidden = "不可外传"
    for name in told:
        act = an_act(name, target="petition/1", reason=hidden, value=hidden, by=hidden, detail={"text": hidden})
        for role in Role:
            assert shipped().has(name, role, "petition/1"), (name, role)
            message = shipped().notice(Content("某岗", "petition/1", act, role, title="投诉", lead="区教育局"))
            assert hidden not in message.subject + message.text + message.html
            assert "petition/1" in message.text


def test_who_has_to_act_reads_that_and_who_only_learns_of_it_does_not() -> None:
    act = an_act(ActName.STEP_OVERDUE, target="proceeding/1")
    texts = {
        role: shipped().notice(Content("某岗", "proceeding/1", act, role)).text
        for role in (Role.STEP, Role.ABOVE_STEP, Role.OFFICE)
    }
    assert "请立即办理" in texts[Role.STEP]
    assert len(set(texts.values())) == 3


def test_an_act_without_words_of_its_own_is_told_by_its_name() -> None:
    (name, *_) = [act for act in ActName if act.value not in shipped().acts]

    assert name.value in shipped().notice(Content("区长", act=an_act(name), role=None, **MATTER)).text


def test_a_digest_lists_every_notice_once() -> None:
    contents = [
        Content("区长", f"m{number}", an_act(ActName.CLOSED), Role.LEADER, f"事项{number}") for number in range(3)
    ]

    message = shipped().digest("区长", "2026-03-02", contents)

    assert "3 条" in message.subject
    for number in range(3):
        assert message.text.count(f"事项{number}") == message.html.count(f"事项{number}") == 1


@pytest.mark.parametrize(
    ("role", "named"), [(None, True), (Role.OFFICE, True), (Role.SUBJECT, False), (Role.LEADER, False)]
)
def test_a_revoked_case_names_those_that_rest_on_it_to_their_office_and_not_to_the_subject(
    role: Role | None, named: bool
) -> None:
    act = an_act(ActName.RESTORED, detail={"rested_on_by": ["series/case1"]})
    message = shipped().notice(Content("某岗", "2026-0001/case1", act, role))
    assert ("series/case1" in message.text) is named
    assert "series" not in shipped().notice(Content("某岗", "2026-0001/case1", an_act(ActName.RESTORED), role)).text
