"""Is the marking of a state secret seen wherever it stands, and no ordinary word taken for one?"""

from typing import Any, get_args

import pytest

from models.acts import ActName
from models.case_messages import CaseCommand
from models.messages import MatterCommand, Registration
from policies import secrecy
from policies.authority import Refused
from policies.explaining.words import RULES
from tests.builders import HANDLER, Life, a_matter
from tests.case_builders import CaseLife

COMMANDS = get_args(MatterCommand | CaseCommand)


@pytest.mark.parametrize(
    "text",
    [
        "机密★10年",
        "绝密★",
        "秘密★5年 关于某工程的请示",
        "关于某工程的请示 机密★3个月",
        "机密★2030年1月1日",
        "机密★长期",
        "绝密★启用前",
        "秘密★公开前",
        "机 密 ★ 10 年",
        "机密★１０年",
        "机密★十年",
        "机\u200b密★1年",
        "機密★30年",
        "絕密★",
        "机密☆1年",
        "秘密*3年",
        "机密*2030.1.1",
        "机密10年",
        "秘密(5年)",
        "秘密（５年）",
        "[机密 20年]",
        "密级:机密",
        "密级：秘密",
        "密 级 : 绝密",
        "本件密级为秘密",
        "密级是机密",
        "【绝密】某事",
        "[机密]",
        "绝密\n关于某工程",
        "第一行\n机密\n第三行",
        "秘密\n关于某工程的请示",
        "请示（机密★10年）",
        "机密★XX年",
        "关于保密教育的通知 机密★1年",
    ],
)
def test_a_marking_is_seen(text: str) -> None:
    assert secrecy.marked(text)
    with pytest.raises(Refused) as refused:
        secrecy.refuse_secrets("先前的话", [{"附件": {"名称": text}}])
    assert text not in refused.value.reason


@pytest.mark.parametrize(
    "text",
    [
        "",
        "保密",
        "秘密",
        "商业秘密",
        "开展保密教育",
        "工作秘密管理",
        "贯彻保守国家秘密法",
        "泄露国家秘密案件",
        "不得泄露企业秘密",
        "文件密级分为绝密、机密、秘密三级",
        "商业秘密10年保护期",
        "保护商业秘密★★★",
        "侵犯商业秘密★重点",
        "秘密举报10年前的事",
        "机密级计算机3台",
        "涉密人员复审",
        "密级:公开",
        "密级为内部",
        "关系紧密10年",
        "国家秘密的密级:绝密、机密、秘密",
        "保密期限",
        "绝密级30年、机密级20年、秘密级10年",
        "秘密\n",
        "技术秘密*5项",
        "个人秘密★",
        "密切联系群众",
        "★重点事项★",
        "机密级",
    ],
)
def test_an_ordinary_word_is_none(text: str) -> None:
    assert not secrecy.marked(text)
    secrecy.refuse_secrets(text)


@pytest.mark.parametrize("level", ["", " ", None, "公开", "内部", " 内 部 ", "无", "-", "非密", "不涉密"])
def test_a_level_that_says_there_is_no_secret_is_none(level: str | None) -> None:
    assert not secrecy.secret_level(level)
    assert not secrecy.secret_in({"密级": level})


@pytest.mark.parametrize("level", ["秘密", "机密", "绝密", "机密★1年", "工作秘密", "涉密", "一级", "不知道", 3])
def test_every_other_level_is_refused(level: object) -> None:
    assert secrecy.secret_level(level)
    assert secrecy.secret_in({"附件": [{"密级": level}]})


def test_what_is_nested_without_end_is_refused_and_not_read_for_ever() -> None:
    nested: Any = "开展保密教育"
    for _ in range(50_000):
        nested = [nested]
    assert secrecy.secret_in(nested)
    loop: list[object] = []
    loop.append(loop)
    assert secrecy.secret_in(loop)


def test_the_words_that_explain_are_no_marking_themselves() -> None:
    assert not secrecy.marked(secrecy.EXPLANATION)
    assert RULES[secrecy.RULE].accepts is not None


def fields_of(shape: type[Any]) -> list[str]:
    return [name for name in shape.model_fields if name not in ("do", "voice")]


def with_text(shape: type[Any], name: str, text: str) -> Any:
    """A message with this text in one field; None where the field takes no text."""
    given = {"message_id": "one", "by": HANDLER}
    for value in (text, [text], [{"title": text}], {"title": text}):
        try:
            return shape.model_validate({**given, name: value})
        except ValueError:
            continue
    return None


@pytest.mark.parametrize("shape", [*COMMANDS, Registration], ids=lambda shape: shape.__name__)
def test_every_text_of_every_message_is_looked_at_and_nothing_of_it_goes_on(shape: type[Any]) -> None:
    said = {name: with_text(shape, name, "绝密★30年 某工程") for name in fields_of(shape)}
    assert {"message_id", "by"} <= {name for name, message in said.items() if message is not None}
    for message in said.values():
        if message is not None:
            assert secrecy.secret_in(message)
            sent = secrecy.emptied(message)
            assert "某工程" not in sent.model_dump_json()
            assert secrecy.secret_in(sent)
            assert type(sent) is shape


def test_no_field_of_a_message_is_named_as_a_level_is() -> None:
    assert [
        name for shape in (*COMMANDS, Registration) for name in shape.model_fields if secrecy.states_level(name)
    ] == []


def test_a_marked_registration_is_refused_and_not_repeated() -> None:
    life = Life(title="机密★10年 某工程", remark="乙")
    assert life.answer.rule == secrecy.RULE
    assert "某工程" not in str(life.acts) + life.state.model_dump_json() + life.answer.model_dump_json()


def test_a_marked_command_changes_nothing_and_is_not_repeated() -> None:
    life = Life()
    before = life.state
    assert life.say("03-02 10:00", "submit", HANDLER, text="【机密】某工程").rule == secrecy.RULE
    assert life.state == before
    assert "某工程" not in str(life.acts)
    assert life.say("03-02 10:01", "sign", "绝密★ 某岗").rule == secrecy.RULE
    assert [act.by for act in life.acts if act.act is ActName.REFUSED] == [HANDLER, None]
    assert life.say("03-02 10:02", "submit", HANDLER, text="已开展保密教育").accepted


def test_a_marked_command_to_a_case_is_refused_too() -> None:
    life = CaseLife()
    assert life.say("03-20 10:00", "decline", reason="密级:秘密 某工程").rule == secrecy.RULE
    assert "某工程" not in str(life.acts)


def test_names_of_files_and_petitions_are_told_apart() -> None:
    assert secrecy.unmarked(["照片.jpg", "机密★1年 报告.docx", "商业秘密保护.pdf"]) == ["照片.jpg", "商业秘密保护.pdf"]
    assert not secrecy.secret_in(a_matter())
