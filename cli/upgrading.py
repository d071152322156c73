"""`upgrade`: what would this program make of the office's record and open matters, and what did an older one leave out?

Run in the directory of the new program, with the settings of the old one. Nothing live is changed by a rehearsal; what
is tried, and on what, is for upgrading.py, the copy for backup/scratch.py (docs/operations.md, 8).
"""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer

from backup.scratch import copied
from builds import this_build
from cli.authority import allowed_here
from cli.instants import now
from cli.kept import organs, record, settings
from cli.live import in_words, sealed_client
from cli.output import Json, answer, end, facts, say, warn
from cli.problems import ExitCode, Problem
from cli.tables import table
from enacting import standing as standing_on
from models.access import SiteCommand
from policies.authority import Refused
from policies.deadlines import local_date
from policies.documents import DocumentError
from policies.enacting import check_publishing
from policies.procedures import STANDARD, Procedure, load_text, read_procedure
from privacy.masters import FileMaster
from privacy.vault import Vault
from record import policies
from record.settling import settle
from record.store import Store
from rehearsal.printing import line
from settings import Settings
from upgrading import (
    Checked,
    Migrated,
    MigrationError,
    Published,
    Reheard,
    Replayed,
    Struck,
    checked,
    migrated,
    published,
    recording_on,
    reheard,
    replayed,
    struck,
)

__all__ = ["app"]

app = typer.Typer(
    help="升级:在副本上预演;补齐旧程序未写的列。 Rehearse an upgrade on a copy; write what an older program left out.",
    no_args_is_help=True,
    add_completion=False,
)

_FEW = 10
_PLACE = "rehearsal"


@dataclass(frozen=True, slots=True)
class _Rehearsal:
    """What was found; None where it was not asked, `unavailable` why the histories were not."""

    migrated: Migrated
    checked: Checked
    struck: Struck
    reheard: Reheard
    published: Published | None
    replayed: Replayed | None
    unavailable: str | None

    @property
    def stops(self) -> tuple[str, ...]:
        """What stands in the way of the upgrade, each in words."""
        found = [f"迁移改动了应保持不变的内容 altered by the migration: {name}" for name in self.migrated.altered]
        found += self.checked.faults
        found += [f"计数不符 a tally differs: {one}" for one in self.checked.miscounted]
        if self.checked.astray:
            found.append(f"{self.checked.astray} 件事项的列表内容与其状态不符 matters are not listed as they stand")
        found += [
            f"{target}: 下一时限无法认定 its next clock cannot be decided: {why}"
            for target, why in self.struck.failed.items()
        ]
        if self.replayed is not None:
            found += [f"{name}: 历史不能重放 cannot be replayed: {why}" for name, why in self.replayed.failed.items()]
        return tuple(found)


@app.command()
def rehearse(  # noqa: PLR0917 - one parameter for each option
    into: Annotated[
        Path | None,
        typer.Option(
            "--into",
            metavar="DIR",
            show_default=False,
            help="副本放在哪里,默认数据目录。 Where the copy is kept meanwhile; default: the data directory.",
        ),
    ] = None,
    scratch: Annotated[
        str | None,
        typer.Option(
            "--scratch",
            metavar="URL",
            show_default=False,
            help="PostgreSQL:装副本的空库,默认在同一服务器上新建一个(需 CREATEDB)。 An empty PostgreSQL database "
            "for the copy; default: one is made beside the live one, which needs CREATEDB.",
        ),
    ] = None,
    publish: Annotated[
        str | None,
        typer.Option(
            "--publish",
            metavar="FILE|N",
            show_default=False,
            help="同时预演发布的程序:文件或草案编号。 Publish it on the copy: a file, or a draft by number.",
        ),
    ] = None,
    from_on: Annotated[
        str | None, typer.Option("--from", metavar="DAY", show_default=False, help="自何日起施行。 From which day on.")
    ] = None,
    offline: Annotated[
        bool, typer.Option("--offline", help="不连服务,不重放流程历史。 Without a server: no history is replayed.")
    ] = False,
    most: Annotated[
        int,
        typer.Option(
            "--most", min=1, help="时限、事项、历史各至多试这么多。 At most so many clocks, matters, histories."
        ),
    ] = 5_000,
    as_json: Json = False,
) -> None:
    """在副本上预演升级:迁移、核对、试走每件在办事项的下一时限、重放流程历史;线上不变,副本随后删除。

    Rehearse the upgrade on a copy: migrate it, verify it, let each open clock strike, replay open histories. Nothing
    live changes, and the copy is removed.
    退出码 exit: 0 可以升级 nothing stands in the way, 1 有妨碍 something does, 3 未重放历史 no history replayed.
    """
    chosen = settings()
    allowed_here(chosen, SiteCommand.UPGRADE)
    directory = organs(chosen)
    if (publish is None) != (from_on is None):
        raise Problem("--publish 与 --from 须同时给出。 --publish and --from go together.")
    day = _day(from_on) if from_on is not None else None
    place = (into or chosen.data_dir / _PLACE).expanduser().absolute()
    with (
        record(chosen) as live,
        in_words(),
        copied(live, chosen.sqlite_file, place, scratch) as url,
        _opened(chosen, url) as copy,
    ):
        moved = _migrated(copy)
        recording = recording_on(copy, directory, chosen)
        next_ones = struck(copy, recording, most)
        enacted = None
        if publish is not None and day is not None:
            enacted = published(copy, recording, _procedure(copy, publish, day), day, next_ones)
        sound = checked(copy)
        again = reheard(copy, directory, most)
        histories, unavailable = (None, None) if offline else _histories(chosen, copy, most)
    found = _Rehearsal(moved, sound, next_ones, again, enacted, histories, unavailable)
    if as_json:
        answer(_document(found))
    else:
        _tell(found, most)
    end(ExitCode.REFUSED if found.stops else ExitCode.UNAVAILABLE if unavailable else ExitCode.DONE)


@app.command("settle")
def settle_record(as_json: Json = False) -> None:
    """补齐旧程序在迁移之后写入时没有写的列;`versions retire` 办完时自动执行。

    Write what an older program, still at work after the tables were migrated, could not; `versions retire` does it by
    itself. Harmless at any time.
    """
    chosen = settings()
    allowed_here(chosen, SiteCommand.UPGRADE)
    with record(chosen, write=True) as store, in_words():
        done = settle(store)
    if as_json:
        answer({"matters": done.matters, "doings": done.doings})
    else:
        say(
            f"补齐事项 {done.matters} 件、经办 {done.doings} 条。 {done.matters} matters, {done.doings} doings written."
        )


@contextmanager
def _opened(chosen: Settings, url: str) -> Iterator[Store]:
    """The copy, with the office's keys; an office without a key yet is not given one for this."""
    with TemporaryDirectory(prefix="duban-") as elsewhere:
        arguments: dict[str, Any] = {**chosen.record, "url": url, "synchronous": "NORMAL"}
        if chosen.kms_url is None and not chosen.key_file.is_file():
            arguments["vault"] = Vault(FileMaster(Path(elsewhere) / chosen.key_file.name))
        copy = Store(**arguments)
        try:
            yield copy
        finally:
            copy.close()


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Problem(f"--from: {text!r} 不是日期;可接受 accepted: 2026-12-01") from error


def _migrated(copy: Store) -> Migrated:
    try:
        return migrated(copy)
    except MigrationError as error:
        if error.newer:
            raise Problem(
                f"数据库版本高于本程序 the database is newer than this program: {error}", ExitCode.UNAVAILABLE
            ) from error
        raise Problem(f"迁移失败,不要升级 the migration fails, do not upgrade: {error}", ExitCode.REFUSED) from error


def _procedure(copy: Store, named: str, day: date) -> Procedure:
    """The procedure to be published, where it may be from that day on. Raises Problem."""
    try:
        if named.isdecimal():
            with copy.reading() as session:
                draft = policies.draft(session, int(named))
            if draft is None:
                raise Problem(f"--publish: 没有草案 no draft {named}")
            new = load_text(draft.text, f"草案 {named}")
        else:
            new = read_procedure(Path(named).expanduser().read_bytes(), named)
        with copy.reading() as session:
            standing = standing_on(session, STANDARD, day)
        check_publishing(new, standing, STANDARD, day, local_date(now()))
    except DocumentError as error:
        raise Problem(str(error)) from error
    except Refused as refused:
        raise Problem(refused.reason, ExitCode.REFUSED) from refused
    except OSError as error:
        raise Problem(f"--publish {named}: 无法读取 cannot be read: {error.strerror}") from error
    return new


def _histories(chosen: Settings, copy: Store, most: int) -> tuple[Replayed | None, str | None]:
    """What replaying came to, or why the server could not be asked. Payloads are opened with the keys of the copy."""

    async def ask() -> Replayed:
        return await replayed(await sealed_client(chosen, copy), most)

    try:
        with in_words():
            return asyncio.run(ask()), None
    except Problem as problem:
        if problem.code is not ExitCode.UNAVAILABLE:
            raise
        return None, str(problem)


# --- words ------------------------------------------------------------------------------------------------------------


def _tell(found: _Rehearsal, most: int) -> None:
    moved = found.migrated
    facts(
        {
            "本程序 this program": this_build(),
            "数据库修订 revision": moved.before if moved.before == moved.after else f"{moved.before} → {moved.after}",
            "写入停顿 writers would wait": f"{moved.held:.2f} s" if moved.steps else "",
        }
    )
    if moved.steps:
        rows = [(one.name, one.words, f"{seconds:.3f}") for one, seconds in moved.steps]
        table(("修订", "内容 what it adds", "秒 s#"), rows)
        back, why = ("可以", "can") if moved.goes_back else ("不能,回退须恢复备份", "cannot, the way back is a backup")
        say(f"旧程序在新表上启动 to start the older program on these tables: {back} {why}")
    if moved.rows:
        table(("表 table", "行 rows#", "之后 after#"), [(name, *counts) for name, counts in sorted(moved.rows.items())])
    say(f"保持不变的内容 what is kept for good: {'改动 altered' if moved.altered else '逐行相同 the same, row by row'}")
    say(f"记录链、封存、计数、列表 chains, seals, tallies, lists: {found.checked.acts} 条 acts, "
        f"{len(found.checked.faults) + len(found.checked.miscounted)} 处不符 findings")  # fmt: skip
    next_ones = found.struck
    said = ", ".join(f"{name} {many}" for name, many in next_ones.acts.most_common(_FEW))
    say(f"下一时限 next clocks: {len(next_ones.decisions)} 已试 tried ({said}), {len(next_ones.failed)} 不能 cannot be")
    heard = found.reheard
    say(
        f"重新听取 heard once more: {heard.matters} 件 matters, 今日另有认定(原认定不变) decided otherwise today, "
        f"what was decided stands: {len(heard.otherwise)}, 无从重听 untold: {heard.untold}"
    )
    for name, (was, would_be) in _first(found.reheard.otherwise):
        say(f"  {name}\n    记录 recorded {was}\n    今日 today    {would_be}")
    if found.published is not None:
        _tell_published(found.published)
    if found.replayed is not None:
        say(f"流程历史 histories of open workflows: {found.replayed.histories} 份重放 replayed "
            f"({found.replayed.events} 个事件 events), {len(found.replayed.failed)} 份不能 cannot be")  # fmt: skip
    for left, what in (
        (next_ones.left_out, "时限 clocks"),
        (found.replayed.left_out if found.replayed else 0, "历史 histories"),
    ):
        if left:
            warn(f"{left} 个{what}未试(--most {most}) were not tried.")
    for one in found.stops:
        say(f"✗ {one}")
    say("有妨碍,不要升级。 Something stands in the way: do not upgrade." if found.stops
        else "没有妨碍。 Nothing stands in the way.")  # fmt: skip
    if found.unavailable:
        warn(f"流程历史未能重放。 Histories were not replayed. {found.unavailable}")


def _tell_published(one: Published) -> None:
    kept = ", ".join(f"{version} {many}" for version, many in one.keep.items())
    say(f"发布 publishing {one.version}: {one.from_on} 起立项的适用 for what begins from then on")
    say(f"  在办的不变 what is open keeps: {kept}")
    say(f"  下一时限另有认定的 whose next clock would do otherwise: {len(one.moved)}")
    for name, (was, would_be) in _first(one.moved):
        say(f"  {name}\n    现行 now  {[line(act) for act in was]}\n    之后 then {[line(act) for act in would_be]}")


def _first(found: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    yield from list(found.items())[:_FEW]


def _document(found: _Rehearsal) -> dict[str, Any]:
    moved, enacted, histories = found.migrated, found.published, found.replayed
    return {
        "build": this_build(),
        "revision": {"before": moved.before, "after": moved.after},
        "migration": {
            "steps": [{"revision": one.name, "words": one.words, "seconds": round(s, 4)} for one, s in moved.steps],
            "goes_back": moved.goes_back,
            "held_seconds": round(moved.held, 4),
            "rows": {name: {"before": before, "after": after} for name, (before, after) in moved.rows.items()},
            "altered": moved.altered,
        },
        "record": {
            "acts": found.checked.acts,
            "faults": found.checked.faults,
            "miscounted": found.checked.miscounted,
            "astray": found.checked.astray,
        },
        "clocks": {
            "decided": len(found.struck.decisions),
            "acts": dict(sorted(found.struck.acts.items())),
            "failed": found.struck.failed,
            "left_out": found.struck.left_out,
        },
        "heard_again": {
            "matters": found.reheard.matters,
            "untold": found.reheard.untold,
            "otherwise": [
                {"matter_id": name, "recorded": was, "now": would_be}
                for name, (was, would_be) in found.reheard.otherwise.items()
            ],
        },
        "published": None if enacted is None else {
            "version": enacted.version,
            "from": enacted.from_on,
            "keep": enacted.keep,
            "moved": sorted(enacted.moved),
        },
        "histories": None if histories is None else {
            "replayed": histories.histories,
            "events": histories.events,
            "failed": histories.failed,
            "left_out": histories.left_out,
        },
        "unavailable": found.unavailable,
        "stops": found.stops,
    }  # fmt: skip
