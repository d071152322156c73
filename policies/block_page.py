"""How does an office write a procedure file? The text of docs/procedures.md, its tables made from models/blocks.py.

Chinese first. Every block is there with its parameters, as the shapes have them, and the commands its step takes; a
test holds the page current and fails for a field without words.
"""

import inspect
import types
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from models.blocks import Block, Criterion, Level, Missed, MoreTime
from models.messages import TITLES
from models.policy import Role
from models.proceeding_messages import PROCEEDING_TITLES
from policies.blocks import BLOCKS
from policies.proceeding_wording import BLOCK_TITLES, ROLES

__all__ = ["FIELDS", "page"]

FIELDS: Mapping[str, str] = {
    "name": "环节名,文件内不重复",
    "title": "用户所见名称",
    "by": "由哪些角色办理",
    "limit": "时限",
    "counted": "自何时起算:环节开始、收件、事件之日,或自事件倒计",
    "reminders": "到期前几个工作日提醒",
    "missed": "逾期如何(见下)",
    "more_time": "可否延长(见下)",
    "pauses": "哪些事由不计时间",
    "tell": "开始时另告知哪些角色",
    "shown": "须出示的佐证",
    "items": "材料目录",
    "all_of": "须各岗位都同意",
    "validity": "准予的有效期(R15)",
    "collective": "须附集体讨论记录",
    "guard": "同一对象重复时:提示、拒绝、并入",
    "most": "上限(次数或数值)",
    "quorum": "法定人数,分数",
    "majority": "通过比例,须超过",
    "at_least": "达到比例即可",
    "base": "以到会或全体成员为基数",
    "secret": "无记名",
    "postponed": "最多延期几次",
    "notices": "会前发出何材料、提前多久",
    "public_share": "利害关系人和公众代表的最低比例",
    "organs": "至少邀请几个单位",
    "minutes": "会后须出示的记录",
    "published": "答复后须公布",
    "parts": "至少几个协办单位",
    "opinion": "发表意见的时限",
    "decision": "裁定、排解的时限",
    "redo": "退回哪一环节重新办理",
    "redo_limit": "重新办理的时限",
    "rounds": "几轮不满意后上升",
    "climb": "上升到谁",
    "climb_limit": "其当面答复的时限",
    "unreachable": "几日未接通视为已回访",
    "levels": "各级:由谁、多久",
    "length": "公示期,不顺延(R15)",
    "answer": "答复异议的时限",
    "what": "报备、抄送、移送",
    "to": "发往哪些角色所在单位",
    "receipt": "回执时限;只有抄送可以没有",
    "settle": "不接收时由上一级裁定的时限",
    "direction": "不低于,或不高于",
    "target": "目标值",
    "unit": "单位",
    "kind": "水平值(取末值)或累计值",
    "least": "可能的最小值",
    "every": "周期",
    "period": "考核期",
    "due_within": "每期末后多久填报",
    "criteria": "评分标准:项目和满分",
    "passed": "合格线",
    "grades": "等次和分数线",
    "veto": "一票否决项",
    "rectify": "不合格的整改时限",
    "loses": "不合格失去什么",
    "lower_by": "班子降几等",
    "within": "期限",
    "objection": "提出异议的时限",
    "month": "周期内第几个月",
    "day": "当月几日前(含)",
    "weekday": "周几(1 为周一)",
    "late": "迟多久仍算按时告知",
    "times": "每期几次",
    "about": "各期名称",
    "figures": "须报的数",
    "then": "等待、视为同意(须有法律)、失效、转下一环节",
    "again": "每隔多久再报一级",
    "supervise": "启动多长时限的督办事项",
    "propose": "按何严重程度建议问责",
    "subject": "建议问责的对象",
    "law": "使沉默成为同意的法律条文",
    "urge": "逾期多久后催办",
    "over": "催办后多久再报并建议",
    "circulate": "催办无效是否报请通报",
    "longest": "最多延长多久",
    "holder": "由谁",
    "full": "满分",
}
"""What each field is, in Chinese; in English the shapes of models/blocks.py say it."""

_HEAD = """\
# 怎样写一个程序文件
# How to write a procedure file

<!-- 由 models/blocks.py 生成,勿手改 generated: starter.py policy blocks > docs/procedures.md -->

一个程序是一个 YAML 文件:若干**环节**,每个环节用一个**构件**,按次序办理。不写代码。放进 `DUBAN_PROCEDURES_PATH` 目录\
(默认数据目录下的 `procedures`)即可开办,工作进程重启后生效;与随附程序同名的,以本单位的为准。
A procedure is one YAML file: steps in order, each one block. No code. Put it into the directory \
`DUBAN_PROCEDURES_PATH`; it can be opened once the worker was started again. One of a shipped name goes before that.

```console
$ starter.py policy check my.yaml          # 每处错误:行号、原因、可接受的写法 every mistake, with its line
$ starter.py policy procedures             # 随附的和本单位的 shipped and own
$ starter.py open --procedure my --title … --lead 区教育局 --office 区政府督查室
$ starter.py do proceeding/2026-0001 finish --by 区教育局承办岗 evidence='{决定书: 已附}'
$ starter.py why proceeding/2026-0001      # 等谁、到何时、这个日子从哪条规定来 who, until when, and why then
```

```yaml
name: my                                   # 文件内的名称 its name
title: 限时办结 Timed completion            # 中文、英文 Chinese, English
of: proceeding                             # proceeding 程序事项, petition 群众诉求, duty 经常性义务
carries: [B5]                              # 承担清单中的哪些机制 rows of docs/mechanisms.md
parameters:                                # 每个数字都有生效日期和依据 every number: from when, and its source
  completion:
    - {from: 2004-07-01, value: 20wd, source: "行政许可法第四十二条"}
    - {from: 2027-01-01, value: 15wd, source: "本单位承诺"}     # 改数字即加一条,旧的不改 add, never edit
steps:
  - name: decision
    title: 作出决定
    block: deadline
    limit: completion                      # 环节里只写参数名 a step names the parameter
    shown: [决定书]
tell: {step_done: [leader]}                # 另告知谁 who else learns of which act
```

**规矩 Rules.** 环节里直接写数字、没有环节用到的参数、不认识的构件、没有法律依据的“视为同意”、永远不会触发的提醒、\
退回到后面的环节,都是错误。\
时限写作 `5wd`(工作日)`10d`(日)`2w` `3mo` `48h` `same-day` `0.5wd` `2026-06-30`;比例写作 `2/3`。
A literal number in a step, an unused parameter, an unknown block, silence that consents without a law, a reminder \
that can never fire, going back to a later step: each is a mistake.

已开办的一件终身按开办之日的文本和取值办理。 What was opened is ruled for life by the text and the values of its day.
"""


def page() -> str:
    """The page, in Markdown; it ends with a line break."""
    parts = [_HEAD, "## 每个环节都有的 What every step has\n", *_table(Block, skip=())]
    for shape, zh, en in (
        (Missed, "`missed` 逾期如何", "What follows a missed limit"),
        (MoreTime, "`more_time` 延长", "More time"),
    ):
        parts += [f"\n### {zh} {en}\n", f"{_doc(shape)}\n", *_table(shape, skip=())]
    common = tuple(Block.model_fields)
    for block, rules in BLOCKS.items():
        zh, en = BLOCK_TITLES[block]
        name = block.model_fields["block"].default
        commands = "、".join(_command(kind) for kind in rules.heard)
        parts += [f"\n## `{name}` {zh} {en}\n", f"{_doc(block)}\n", f"命令 commands: {commands}\n"]
        parts += _table(block, skip=("block", *common))
    parts += ["\n### `levels` 中每一级 each level\n", *_table(Level, skip=())]
    parts += ["\n### `criteria` 中每一项 each criterion\n", *_table(Criterion, skip=())]
    parts.append("\n## 角色 Roles\n")
    parts.append("| 写作 written | 角色 role |\n|---|---|")
    parts += [f"| `{role.value}` | {' '.join(ROLES[role])} |" for role in Role]
    return "\n".join(parts) + "\n"


def _command(kind: Any) -> str:
    do = str(kind.model_fields["do"].default)
    return f"`{do}` {PROCEEDING_TITLES.get(do) or TITLES[do]}"


def _doc(shape: type[BaseModel]) -> str:
    return " ".join(inspect.cleandoc(shape.__doc__ or "").split())


def _table(shape: type[BaseModel], skip: Iterable[str]) -> list[str]:
    rows = list(_rows(shape, frozenset(skip)))
    if not rows:
        return ["没有其他参数。 Nothing besides."]
    head = "| 参数 field | 说明 | 写法 written | 默认 default |\n|---|---|---|---|"
    return [head, *(f"| {' | '.join(row)} |" for row in rows)]


def _rows(shape: type[BaseModel], skip: frozenset[str]) -> Iterator[tuple[str, str, str, str]]:
    for name, field in shape.model_fields.items():
        if name in skip:
            continue
        default = "必填 required" if field.is_required() else _shown(field.get_default(call_default_factory=True))
        yield f"`{name}`", FIELDS[name], _kind(name, field.annotation), default


def _shown(value: Any) -> str:
    if value is None or value in ((), {}):
        return "–"
    if isinstance(value, BaseModel):
        return "–" if value == type(value).model_validate({}) else str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return ", ".join(_shown(one) for one in value)
    return f"`{value.value if isinstance(value, StrEnum) else value}`"


_LIMITS = frozenset(
    {"limit", "again", "supervise", "urge", "over", "longest", "validity", "opinion", "decision", "redo_limit",
     "climb_limit", "length", "answer", "receipt", "settle", "due_within", "rectify", "within", "objection", "late"}
)  # fmt: skip
_PLAIN = {str: "文字 text", int: "整数 number", bool: "true, false", Decimal: "数 number", Fraction: "分数 2/3"}


def _kind(name: str, annotation: Any) -> str:
    """How a value of this type is written in the file."""
    if name in _LIMITS:
        return "时限的参数名 a limit"
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in (Union, types.UnionType):
        return " / ".join(dict.fromkeys(_kind("", one) for one in arguments if one is not types.NoneType))
    if origin is Literal:
        return ", ".join(f"`{one}`" for one in arguments)
    if origin is tuple:
        return f"[{_kind('', arguments[0])}]"
    if origin is dict:
        return f"{{{_kind('', arguments[0])}: {_kind('', arguments[1])}}}"
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return "角色 a role" if annotation is Role else ", ".join(f"`{one.value}`" for one in annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return "见下 see below"
    return _PLAIN.get(annotation, "文字 text")
