"""How does the checklist read as a page, with what carries and shows each row? The text of docs/mechanisms.md."""

from collections.abc import Iterable, Iterator

from models.blocks import Block
from policies.block_procedures import BlockProcedure
from policies.procedures import Procedure
from tests.builders import ROOT
from tests.mechanisms.checklist import Row, rows
from tests.mechanisms.shown import figures, procedures_of, registered, scenario_files, scenarios_of

_HEAD = """\
# 制度机制清单
# Institutional mechanisms

<!-- 由程序文件和情景文件生成,勿手改 generated, not edited: python -m tests.mechanisms page > docs/mechanisms.md -->

清单见 [contract/mechanisms.md](contract/mechanisms.md) 第一部分。每一行列出承载它的程序文件、所用构件、演示它的情景,\
以及情景中须出现的数字;只作登记的,写明理由;仅有名称而无规则的(N)不要求承载。情景均由演练实际跑过,未通过即构建失败。
The checklist is part 1 of the contract. Each row has the procedure that carries it, the building blocks, the \
scenarios that show it and the figures these have to show; a mere register entry has its reason; one that the sources \
only name (N) needs nothing. Every scenario is played by the build, which fails when one does not come out as written.
"""
_NOTES = {
    "K12": "“就地免职”不自动执行:查实后立即按建议免职(P10)提出,告知、陈述、表决、送达和任免机关的文件一步不能少 "
    "not automatic: proposed at once, executed by nobody before every step of due process (W1, W2, W6)",
    "B7": "只有法律写明的才默认同意,后果由沉默的单位承担 silence consents only where a law says so",
    "B16": "“100%以上”是数据差错:超过 100% 的先质疑,不收录 a share above 100 % is questioned, not taken",
    "D7": "来源只给出十九类、十二类的数目,类名由本单位定 the sources give the numbers of classes, not their names",
    "L3": "以到会或全体为基数是参数 whether those present or all members are the base is a parameter",
}
_HEADS = ("编号 row", "机制 mechanism", "程序 procedure", "构件 blocks", "情景 scenarios", "数字 figures")


def page() -> str:
    """The page, in Markdown, Chinese first; it ends with a line break."""
    parts = [_HEAD, _summary()]
    for section in dict.fromkeys(row.section for row in rows()):
        own = [row for row in rows() if row.section == section]
        parts.append("\n".join((f"## {section}", "", *_table(map(_cells, own)), "")))
    return "\n".join(parts)


def _summary() -> str:
    total = len(rows())
    named = sum(row.only_named for row in rows())
    entries = len(registered())
    return (
        f"共 {total} 行:仅有名称 {named} 行,只作登记 {entries} 行,由程序承载 {total - named - entries} 行;"
        f"情景 {len(scenario_files())} 个。\n"
        f"{total} rows: {named} only named, {entries} register entries, {total - named - entries} carried; "
        f"{len(scenario_files())} scenarios.\n"
    )


def _cells(row: Row) -> tuple[str, ...]:
    if row.only_named:
        return row.id, row.title, "仅有名称,无规则 named only, no rule (N)", "", "", ""
    if row.id in registered():
        return row.id, row.title, f"只作登记 register entry:{registered()[row.id]}", "", "", ""
    carried = procedures_of(row.id)
    note = f"<br>{_NOTES[row.id]}" if row.id in _NOTES else ""
    return (
        row.id,
        f"{row.title}{note}",
        "<br>".join(f"[{one.title}](../{one.file})" for one in carried),
        ", ".join(dict.fromkeys(block for one in carried for block in _blocks(one))),
        "<br>".join(
            f"[{one.scenario.title or one.path.stem}](../{one.path.relative_to(ROOT).as_posix()})"
            for one in scenarios_of(row.id)
        ),
        ", ".join(figures().get(row.id, ())),
    )


def _blocks(procedure: BlockProcedure | Procedure) -> Iterable[str]:
    if not isinstance(procedure, BlockProcedure):
        return ("督办事项 matter",)
    return (_block(step) for step in procedure.in_force(procedure.change_days[-1]).steps)


def _block(step: Block) -> str:
    return str(getattr(step, "block", ""))


def _table(table: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(_HEADS)} |"
    yield f"|{'---|' * len(_HEADS)}"
    for cells in table:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
