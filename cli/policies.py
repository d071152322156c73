"""`policy`: is a procedure file usable, which numbers does it rest on, and what would it have done with the past?"""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.output import Json, answer, end, facts, say, warn
from cli.places import DirectoryPath, directory
from cli.problems import ExitCode, Problem
from cli.tables import table
from models.calendar import CalendarNotice
from models.contract import KINDS
from models.ladder import UNVERIFIED
from policies.block_procedures import BlockProcedure, all_shipped, read_blocks, shipped_blocks
from policies.documents import Document, DocumentError, Mistake
from policies.ladder import standard_ladder
from policies.procedures import STANDARD, Procedure, load_text, read_procedure, shipped
from policies.proceeding_wording import BLOCK_TITLES, ROLES

__all__ = ["app"]

_PROCEDURES = f"{STANDARD}, 文件 a file, 记录中的版本 a version kept in the record ({STANDARD}@…)"

_LADDER = "ladder"

app = typer.Typer(
    help="督办程序文件:检查、查看。 Procedure files: check one, show one.", no_args_is_help=True, add_completion=False
)


@app.command()
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="程序文件。 A procedure file.")], as_json: Json = False
) -> None:
    """检查程序文件:每处错误给出文件、行号、原因和可接受的写法,有错以 2 退出。有 steps: 的按构件程序检查。

    Check a procedure file: every mistake with file, line, reason and what is accepted; exit 2 when there is one. One
    with `steps:` is put together from building blocks (docs/procedures.md).
    """
    mistakes: tuple[Mistake, ...] = ()
    procedure: Procedure | BlockProcedure | None = None
    try:
        content = file.read_bytes()
        procedure = read_blocks(content, str(file)) if _of_blocks(content) else read_procedure(content, str(file))
    except DocumentError as error:
        mistakes = error.mistakes
    except OSError as error:
        raise Problem(f"{file}: 无法读取 cannot be read: {error.strerror}") from error
    if as_json:
        answer(
            {
                "file": file,
                "usable": procedure is not None,
                "version": procedure and procedure.version,
                "mistakes": [
                    {"file": one.file, "line": one.line, "where": one.where, "why": one.why, "accepted": one.accepted}
                    for one in mistakes
                ],
            }
        )
    elif procedure is not None:
        say(f"{file}: 可用 usable, {procedure.version}")
        if isinstance(procedure, BlockProcedure):
            _tell_steps(procedure)
    for one in mistakes:
        warn(str(one))
    end(ExitCode.DONE if procedure is not None else ExitCode.BAD_INPUT)


def _of_blocks(content: bytes) -> bool:
    """Whether a file is meant as a procedure put together from building blocks: it has `steps:` at its top."""
    return re.search(rb"^steps\s*:", content, re.MULTILINE) is not None


def _tell_steps(procedure: BlockProcedure) -> None:
    plan = procedure.in_force(procedure.change_days[-1])
    facts(
        {
            "程序 procedure": f"{procedure.title} ({procedure.name})",
            "用于 for": f"{KINDS[procedure.of]} {procedure.of}",
            "承担机制 carries": "、".join(procedure.carries),
            "生效 from": procedure.first_day,
        }
    )
    rows = [
        (
            place,
            f"{block.title} {block.name}",
            f"{BLOCK_TITLES[type(block)][0]} {block.block}",
            "、".join(ROLES[role][0] for role in block.by),
            block.limit,
            "、".join(f"{name}({field})" for field, name in procedure.uses(block.name)),
        )
        for place, block in enumerate(plan.steps, 1)
    ]
    table(("序#", "环节 step", "构件 block", "由谁 by", "时限 limit", "参数 parameters"), rows)


@app.command()
def procedures(as_json: Json = False) -> None:
    """列出随附的和本单位的构件程序:名称、构件、承担的机制。 Every procedure that can be opened: shipped, or own.

    An office adds its own by putting the file into the directory DUBAN_PROCEDURES_PATH (docs/procedures.md).
    """
    from cli.kept import in_words, settings  # noqa: PLC0415 - checking a file must not wait for these
    from intake.procedures import blocks_in  # noqa: PLC0415
    from showing.proceedings import procedure_document  # noqa: PLC0415

    with in_words():
        own = blocks_in(settings().procedures_path)
    known = {one.name: procedure_document(one, shipped=True) for one in all_shipped()}
    known |= {one.name: procedure_document(one, shipped=False) for one in own}
    found = [known[name] for name in sorted(known)]
    if as_json:
        answer({"procedures": found})
        return
    rows = [
        (
            one["name"],
            one["title"],
            KINDS[one["of"]],
            "、".join(step["block_words"] for step in one["steps"]),
            "、".join(one["carries"]),
            "" if one["shipped"] else "本单位 own",
        )
        for one in found
    ]
    table(("名称 name", "程序 title", "用于 for", "构件 blocks", "机制 carries", ""), rows)


@app.command()
def blocks() -> None:
    """怎样写程序文件,每个构件有哪些参数:即 docs/procedures.md。 How to write a procedure file: docs/procedures.md."""
    from policies.block_page import page  # noqa: PLC0415 - checking a file must not wait for it

    say(page().rstrip("\n"))


@app.command()
def access(as_json: Json = False) -> None:
    """谁可以做什么、看什么:一张表,即 docs/access.md。 Who may do and see what: the one table, as docs/access.md."""
    from policies.access import ACCESS  # noqa: PLC0415 - checking a file must not wait for the rules
    from policies.access_page import page  # noqa: PLC0415

    if not as_json:
        say(page().rstrip("\n"))
        return
    answer(
        {
            name: {
                "any_of": list(need.any_of),
                "none_of": list(need.none_of),
                "named_any_of": list(need.named_any_of),
                "named_none_of": list(need.named_none_of),
                "persons": need.persons,
                "machine": need.machine,
                "source": need.source,
            }
            for name, need in ACCESS.items()
        }
    )


@app.command()
def show(
    name: Annotated[
        str,
        typer.Argument(
            metavar="[NAME]", help="程序名或文件;ladder 为问责阶梯。 A procedure's name or file; ladder: the measures."
        ),
    ] = STANDARD,
    as_json: Json = False,
) -> None:
    """列出程序(或问责阶梯)的全部参数:生效日期、取值、依据,未核实的注明。

    Every parameter of a procedure, or of the ladder of measures: from when, value and source, marked where unverified.
    """
    if name == _LADDER:
        _show_ladder(as_json=as_json)
        return
    procedure = _shown(name)
    content = Document(procedure.text, procedure.file).content
    if as_json:
        answer({**content, "version": procedure.version})
        return
    facts({"程序 procedure": f"{content['title']} ({procedure.name})", "版本 version": procedure.version})
    rows = [
        (parameter, entry.get("from"), entry.get("until"), _value(entry["value"]), entry["source"])
        for parameter, entries in content.get("parameters", {}).items()
        for entry in entries
    ]
    table(("参数 parameter", "自 from", "至 until", "取值 value", "依据 source"), rows)
    if isinstance(procedure, BlockProcedure):
        _tell_steps(procedure)
        return
    steps = [(step["level"], step["act"], step["holder"], step["source"]) for step in content["escalation"]]
    table(("级 level#", "步骤 act", "责任 holder", "依据 source"), steps, "逐级升级 escalation")


def _shown(name: str) -> Procedure | BlockProcedure:
    """A shipped procedure of either kind, or a file of one."""
    try:
        return shipped_blocks(name)
    except KeyError:
        pass
    try:
        content = Path(name).read_bytes()
        if _of_blocks(content):
            return read_blocks(content, name)
    except DocumentError as error:
        raise Problem(str(error)) from error
    except OSError:
        pass
    return _procedure(name)


def _show_ladder(*, as_json: bool) -> None:
    """The shipped ladder, every value of every measure with its source and mark, then the criteria."""
    file = standard_ladder()
    content = Document(file.text, file.file).content
    if as_json:
        answer(content)
        return
    rows = [
        (
            f"{one['code']} {one['zh']} {one['en']}",
            dated["from"],
            dated.get("until"),
            name,
            _value(value["value"]),
            _cited(value),
        )
        for one in content["measures"]
        for dated in one["dated"]
        for name, value in dated.items()
        if name not in ("from", "until")
    ]
    table(("问责方式 measure", "自 from", "至 until", "项目 what", "取值 value", "依据 source"), rows)
    organs = [(one["from"], one.get("until"), _value(one["value"]), _cited(one)) for one in content["organs"]]
    table(("自 from", "至 until", "取值 value", "依据 source"), organs, "单位首次 organs at count 1")
    criteria = [(one["effect"], one["code"], f"{one['zh']} {one['en']}", _cited(one)) for one in content["criteria"]]
    table(("作用 effect", "代码 code", "情形 criterion", "依据 source"), criteria, "情形 criteria")


def _cited(value: dict[str, Any]) -> str:
    """The source of a value of the ladder, marked where nobody has checked it."""
    return f"{value['source']}{UNVERIFIED if value.get('unverified') == 'true' else ''}"


@app.command()
def compare(  # noqa: PLR0917 - one parameter for each option
    old: Annotated[str, typer.Argument(metavar="OLD", help=f"旧程序。 The old procedure: {_PROCEDURES}")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="新程序(草案)。 The new procedure, as OLD.")],
    on: Annotated[
        str | None,
        typer.Option(
            "--on",
            metavar="HISTORY",
            help="历史:数据库或导出的全部记录(默认本单位的数据库)。 The past: a database (file or URL) or an export "
            "of acts (.jsonl); default: the office's own record.",
        ),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="DATE", help="只取此日起登记的。 Only matters registered from then."),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option("--until", metavar="DATE", help="只取此日(含)前登记的。 Only those registered by then, included."),
    ] = None,
    new_on: Annotated[
        str | None,
        typer.Option(
            "--new-on",
            metavar="DATE",
            help="新程序取哪一天的有效值(默认最后一次变更之日)。 Take the new values as on that day; default: the last "
            "change.",
        ),
    ] = None,
    notice: Annotated[
        list[Path] | None,
        typer.Option("--notice", metavar="FILE", help="历史中载入过、文件中没有的放假通知。 Notices an export lacks."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="另存为 also write: .csv, .xlsx")
    ] = None,
    details: Annotated[
        bool, typer.Option("--details", help="逐件列出事项和岗位。 Name every matter and post.")
    ] = False,
    directory_path: DirectoryPath = None,
    as_json: Json = False,
) -> None:
    """把历史上的事项按新程序重新推演一遍:谁会多被提醒、督办、建议问责,按单位和类别,附合计;只读,不改动任何数据。

    Live the matters of the past again under a draft: who would have been reminded, supervised or proposed differently,
    by organ and kind, with totals. Only reads.
    """
    from cli import comparing, past  # noqa: PLC0415 - checking a file must not wait for the database

    if output is not None and output.suffix.lower() not in (".csv", ".xlsx"):
        raise Problem(f"--output {output}: 读不懂 not understood;可接受 accepted: FILE.csv, FILE.xlsx")
    first, last, chosen = _day(since, "--since"), _day(until, "--until"), _day(new_on, "--new-on")
    history = past.history(on)
    procedures = [_known(name, history.procedure_text) for name in (old, new)]
    draft = comparing.Draft(procedures[1], chosen or procedures[1].last_change)
    try:
        procedures[1].in_force(draft.on)
    except LookupError as error:
        raise Problem(f"{new}: {error.args[0]};可接受 accepted: --new-on DATE") from error
    around = comparing.with_notices(history.around(), [_notice(file) for file in notice or ()])
    asked = comparing.Asked(procedures[0], draft, history.name, first, last)
    found = comparing.compared(asked, history, around, directory(directory_path))
    comparing.told(asked, found, around, as_json=as_json, details=details)
    if output is not None:
        rows = comparing.write(found, output, details=details)
        warn(f"{output}: {rows} 行 rows")


def _day(text: str | None, option: str) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError as error:
        raise Problem(f"{option} {text}: 日期读不懂 not a date;可接受 accepted: 2026-01-01") from error


def _notice(file: Path) -> CalendarNotice:
    from intake.notices import read_notice  # noqa: PLC0415 - only a history without its notices needs one

    try:
        return read_notice(file, str(file))
    except DocumentError as error:
        raise Problem(str(error)) from error


def _known(name: str, kept: Callable[[str], str | None]) -> Procedure:
    """A shipped procedure, a file, or a version the record keeps under its key."""
    if "@" not in name or Path(name).exists():
        return _procedure(name)
    text = kept(name)
    if text is None:
        why = f"历史中没有保存这个版本 this history keeps no such version: {name}"
        raise Problem(f"{why};可接受 accepted: {_PROCEDURES}")
    return load_text(text, name)


def _procedure(name: str) -> Procedure:
    try:
        return shipped(name)
    except KeyError:
        pass
    try:
        return read_procedure(Path(name).read_bytes(), name)
    except DocumentError as error:
        raise Problem(str(error)) from error
    except OSError as error:
        raise Problem(f"没有这个程序 no such procedure: {name};可接受 accepted: {STANDARD}, 文件 a file") from error


def _value(value: Any) -> str | None:
    """A value on one line: lists with 、, mappings as `key: value`."""
    if isinstance(value, dict):
        return "; ".join(f"{key}: {_value(part)}" for key, part in value.items())
    if isinstance(value, list):
        return "、".join(str(part) for part in value)
    return value if value is None else str(value)
