"""How does the table of authority read as a page? The text of docs/access.md, and of `policy access`."""

from collections.abc import Iterable, Iterator

from models.access import Relation
from policies import seats
from policies.access import ACCESS, Need
from policies.access_words import RELATIONS, words_of

_HEAD = """\
# 谁可以做什么、看什么
# Who may do and see what

<!-- 由 policies/access.py 生成,勿手改 generated, not edited: starter.py policy access > docs/access.md -->

**不在表中的,一律不许。** 每一行:具备“须为”中任何一种关系即可,有“不得为”中任何一种关系的一律不可。\
关系按此时此刻的事项、案件和名录认定;流程、接口、控制台和命令行都只问这一张表。时机是否合适(环节、期限、是否已办)另由规则判断。
What is not in the table is not allowed. In each row any one relation under “needs” suffices and any one under “bars” \
forbids. Relations follow from the matter, the case and the directory as they stand now; workflows, interface, console \
and command line ask this one table. Whether the moment is right is judged by the rules beside it.

**本单位及所属单位。** 一个岗位能列出的,\
是其任职单位及其下级单位牵头或督办的事项、本人批准或复核的事项,以及这些单位协办的部分。\
系统管理员看不到任何事项的内容;审计员看得到一切,受保护的身份除外,案卷材料须经授权。
Organs see their own and below: a post lists the matters led or sponsored by the organs it serves and those below \
them, those it approves or reviews, and the parts these organs co-handle. An administrator sees no content of matters; \
an auditor sees everything but protected identities, and materials of cases only when authorised.
"""


def page() -> str:
    """The page, in Markdown, Chinese first; it ends with a line break."""
    parts = [_HEAD]
    for kind, zh, en in (
        ("matter", "对事项的操作", "Commands to a matter"),
        ("case", "对案件的操作", "Commands to a case"),
        ("proceeding", "对程序事项、群众诉求、经常性义务的操作", "Commands to a proceeding, a petition or a duty"),
        ("site", "对本系统的操作", "What is done to the site"),
        ("view", "可以看的", "What can be looked at"),
    ):
        rows = [_row(name, need) for name, need in ACCESS.items() if name.startswith(f"{kind}.")]
        source = "依据 mechanisms.md (engine.md)" if kind == "proceeding" else "依据 engine.md"
        parts.append(_table(f"{zh} {en}", ("名称 name", "须为 needs", "不得为 bars", source), rows))
    parts.append(
        _table(
            "案件各环节由谁办理 Who takes a step of a case",
            ("环节 step", "通常 ordinarily", "不得为 bars"),
            [
                (
                    f"{RELATIONS[Relation(step.value)][0]} {step.value}",
                    f"{seat.zh} {seat.en}",
                    _relations(Relation(bar) for bar in seat.bars),
                )
                for step, seat in seats.SEATS.items()
            ],
        )
    )
    parts.append(
        "逾期未办的,每逾期一次,上溯一级的主要负责人也可以办理;到顶为登记的外部机关。\n"
        "Each time a step runs out, the head one organ higher may take it too; at the top a registered outside body.\n"
    )
    return "\n".join(parts)


def _row(name: str, need: Need) -> tuple[str, ...]:
    zh, en = words_of(name)
    who = _relations(need.any_of) or "无人 nobody"
    extra = [f"(须 {need.persons} 人 {need.persons} persons)"] if need.persons > 1 else []
    if need.machine:
        machine = RELATIONS[Relation.MACHINE]
        extra.append(f"{machine[0]} {machine[1]}")
    if need.note:
        extra.append(f"—— {need.note}")
    bars = _relations(need.none_of)
    if need.named_any_of:
        extra.append(f"所列之人须为 whom it names: {_relations(need.named_any_of)}")
    if need.named_none_of:
        bars = f"{bars} 所列之人 whom it names: {_relations(need.named_none_of)}".strip()
    return f"`{name}` {zh} {en}", "<br>".join((who, *extra)), bars, need.source


def _relations(relations: Iterable[Relation]) -> str:
    return "<br>".join(" ".join(RELATIONS[relation]) for relation in relations)


def _table(title: str, heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    return "\n".join((f"## {title}", "", *_lines(heads, rows), ""))


def _lines(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{'---|' * len(heads)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"
