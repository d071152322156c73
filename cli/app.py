"""Which commands are there, and how does each end?

The commands by name, each loaded only when it is called: a rehearsal must not wait for the parts that talk to a server.
What a command cannot do becomes one line and an exit code here; a traceback never reaches a user (engine.md 7).
"""

import errno
import gc
import importlib
import io
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption
from typer.main import get_command

from cli.output import as_json
from cli.problems import ExitCode, Problem


class _Entry(NamedTuple):
    module: str
    member: str
    help: str


COMMANDS = {
    "up": _Entry(
        "cli.serving", "up", "启动整套服务,Ctrl-C 结束。 Everything live: server, web UI, worker, sample data."
    ),
    "demo": _Entry("cli.demo", "demo", "两分钟演示。 The two-minute demonstration."),
    "launch": _Entry("cli.commanding", "launch", "立项一件督办事项。 Launch one matter."),
    "open": _Entry(
        "cli.opening", "open_proceeding", "开办程序事项、诉求、义务。 Open a proceeding, a petition or a duty."
    ),
    "import": _Entry("cli.importing", "import_ledger", "导入台账(.xlsx、.csv)。 Import an office's ledger."),
    "list": _Entry("cli.matters", "list_matters", "列出督办事项。 List matters."),
    "show": _Entry("cli.matters", "show", "一件事项或一个案件的现状。 Where one matter or case stands."),
    "timeline": _Entry("cli.matters", "timeline", "一件事项的全部记录。 Every act of one matter."),
    "why": _Entry(
        "cli.explaining", "why", "为什么:依据、事实、逐日计算、通知。 Why it happened, and who could stop it."
    ),
    "inbox": _Entry("cli.matters", "inbox", "一个岗位收到的通知。 What a post has been told."),
    "notices": _Entry("cli.notices", "app", "通知送达情况与测试。 What has left the house, and a test notice."),
    "do": _Entry("cli.commanding", "do", "对事项发出一条命令。 Give a matter a command."),
    "preview": _Entry("cli.previewing", "preview", "试算时限,逐日说明。 What the dates would be, and why."),
    "rehearse": _Entry("cli.rehearsing", "rehearse", "推演方案文件。 Play scenario files on virtual time."),
    "export": _Entry("cli.exporting", "export", "导出台账或全部记录。 Export the register or every act."),
    "bulletin": _Entry("cli.bulletins", "bulletin", "月报、季报、问责统计(.docx、.xlsx)。 Bulletins of a period."),
    "documents": _Entry("cli.documents", "list_documents", "列出已编号的文书。 The documents issued, by number."),
    "print": _Entry("cli.documents", "print_document", "打印一份文书(.docx)。 Print a document."),
    "document": _Entry("cli.documents", "app", "文书模板:检查、取出修改。 Document templates: check, edit."),
    "verify": _Entry("cli.verifying", "verify", "核对记录链与流程历史。 Verify the ledger's chains and histories."),
    "backup": _Entry("cli.backups", "app", "备份,不停机;核对备份。 Back everything up while it runs; check a backup."),
    "restore": _Entry("cli.backups", "restore", "从备份恢复到一个数据目录。 Restore a backup into a data directory."),
    "seal": _Entry("cli.seals", "app", "每日封存与签名公钥。 The signed head of every day, and the key that signs."),
    "evidence": _Entry("cli.packages", "app", "证据包:导出、核对。 Evidence packages: export and check."),
    "incidents": _Entry(
        "cli.incidents", "list_incidents", "流程遭外部干预的报告。 What befell workflows from outside."
    ),
    "recover": _Entry("cli.incidents", "recover", "按记录重新启动流程。 Start a workflow again from the record."),
    "archive": _Entry("cli.archive", "app", "保管期限、暂停销毁、销毁。 Retention, holds, destruction."),
    "keys": _Entry("cli.keys", "app", "密钥:列出、更换、销毁、检查。 Keys of what is protected."),
    "duty": _Entry("cli.duties", "app", "经常性义务:开立、暂停、触发、补办。 Recurring duties: open, pause, backfill."),
    "petition": _Entry("cli.petitions", "app", "群众诉求:受理、查看、关联、身份。 Petitions: take in, show, link."),
    "calendar": _Entry("cli.calendars", "app", "节假日安排。 Holiday notices and working days."),
    "account": _Entry("cli.accounts", "app", "账号:人员、任职、委托、令牌。 Accounts, posts, lendings, tokens."),
    "serve": _Entry("cli.web", "serve", "只启动网站与接口。 The web site and interface only."),
    "config": _Entry("cli.configuring", "app", "生效的设置及其来源。 The settings in force and their origins."),
    "versions": _Entry("cli.versions", "app", "工作进程的版本:升级、回退。 Builds of the worker: upgrade, roll back."),
    "upgrade": _Entry("cli.upgrading", "app", "升级:在副本上预演。 Rehearse an upgrade on a copy."),
    "policy": _Entry("cli.policies", "app", "督办程序文件。 Procedure files."),
}


class _OnDemand(TyperGroup):
    """The commands of COMMANDS: their names and one line of help at once, the rest when one is called."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands.update({name: TyperCommand(name, help=entry.help) for name, entry in COMMANDS.items()})

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that was typed, loaded."""
        entry = COMMANDS.get(args[0]) if args else None
        if entry is not None:
            self.commands[args[0]] = _loaded(args[0], entry)
        return super().resolve_command(ctx, args)

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        """In the order of the table, which is that of use."""
        return list(self.commands)


def _loaded(name: str, entry: _Entry) -> Any:
    with _nothing_thrown_away():
        member = getattr(importlib.import_module(entry.module), entry.member)
    if not isinstance(member, typer.Typer):
        single = typer.Typer(add_completion=False)
        single.command(name)(member)
        member = single
    loaded = get_command(member)
    loaded.name = name
    for command in (loaded, *getattr(loaded, "commands", {}).values()):
        for parameter in command.params:
            # Each language on a line of its own: where both share one, wide characters are cut off at its end.
            if isinstance(parameter, TyperArgument | TyperOption) and parameter.help:
                parameter.help = parameter.help.replace("。 ", "。\n\n", 1)
    return loaded


@contextmanager
def _nothing_thrown_away() -> Iterator[None]:
    """Do not look for garbage where modules are loaded, which stay: that is a seventh of the time of a start."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


app = typer.Typer(
    cls=_OnDemand,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=(
        "督办与问责引擎:每件督办事项都是一个持久的 Temporal 工作流。\n\n"
        "A supervision engine: every matter is a durable Temporal workflow.\n\n"
        "退出码 exit codes: 0 完成 done, 1 被拒绝或不符 refused or differs, 2 输入有误 bad input, 3 不可用 unavailable."
    ),
)


@app.callback()
def _root() -> None:
    pass


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code; never raises."""
    _write_any_text()
    try:
        get_command(app)(list(arguments), prog_name="starter.py")
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else int(ExitCode.DONE)
    except Problem as problem:
        return _told(str(problem), problem.code, arguments)
    except KeyboardInterrupt:
        return 128 + 2
    except BrokenPipeError:
        return _unheard()
    except OSError as error:
        return _unheard() if error.errno == errno.EPIPE else _unexpected(error, arguments)
    except Exception as error:  # noqa: BLE001 - the last place where it can be said in words
        return _unexpected(error, arguments)
    return int(ExitCode.DONE)


def _told(text: str, code: ExitCode, arguments: Sequence[str]) -> int:
    if "--json" in arguments:
        sys.stdout.write(as_json({"error": text, "exit": int(code)}) + "\n")
    sys.stdout.flush()
    sys.stderr.write(f"{text}\n")
    return int(code)


def _unexpected(error: Exception, arguments: Sequence[str]) -> int:
    """A mistake in the program itself: one line, and the rest in the log of whoever set the log level to debug."""
    import logs  # noqa: PLC0415 - what a process has not needed until it failed
    from cli.kept import settings  # noqa: PLC0415

    with suppress(Problem):
        settings()
        logs.get(__name__).debug("command.failed", exc_info=error)
    first = (str(error).splitlines() or [""])[0][:300]
    return _told(
        f"程序内部错误 internal error: {type(error).__name__}: {first} "
        "(DUBAN_LOG_LEVEL=debug 可见详情 shows the details)",
        ExitCode.UNAVAILABLE,
        arguments,
    )


def _unheard() -> int:
    """Nobody reads any more (`| head`): not a failure, but nothing more may be written."""
    sys.stdout = io.StringIO()
    return int(ExitCode.DONE)


def _write_any_text() -> None:
    """Chinese can be written whatever the locale: UTF-8 for programs, what a terminal cannot show as escapes."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            if stream.isatty():
                stream.reconfigure(errors="backslashreplace")
            else:
                stream.reconfigure(encoding="utf-8", errors="backslashreplace")
