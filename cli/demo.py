"""`demo`: what does the engine do, shown in two minutes on real input?

The sample ledger in live workflows on an embedded server, one matter carried to its close by real messages, then the
whole ledger through a year of virtual time. Not part of the contract's command line; `make demo` runs it.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Annotated, Any
from uuid import uuid4

import typer
import uvloop

import logs
from cli.importing import Brought, bring_in, sample
from cli.instants import now
from cli.kept import organs, record
from cli.live import Live, client_of, in_words
from cli.output import Json, answer, say
from cli.places import ROOT
from cli.problems import Problem
from cli.tables import progress, table
from cli.year import HEADINGS, MONTHS, Year, counted, play, written
from embedded import EmbeddedServer
from intake.ledger import LedgerRow
from models.access import Scope
from models.messages import Command, ReportProgress, Sign, Submit, Verify
from office import Office, keep_sealed
from policies.directory import Directory
from policies.wording import moment, speaker
from record import views
from record.ledger import Entry
from record.schemas import emptied_schema
from record.views import OrganSummary
from settings import Settings, load, load_temporal
from showing.matters import told
from worker import SEARCH_ATTRIBUTES, build_worker

__all__ = ["demo"]

SAMPLE = ROOT / "data" / "ledger.xlsx"
_MARK = ".duban-demo"


@dataclass(frozen=True, slots=True)
class _Shown:
    """The matter that was carried to its close."""

    matter_id: str
    title: str
    entries: tuple[Entry, ...]


def demo(
    seed: Annotated[
        int, typer.Option("--seed", help="推演一年所用的随机种子。 The seed of the year's replies.")
    ] = 2026,
    place: Annotated[
        Path, typer.Option("--into", help="写到哪个目录(每次重新开始)。 Where to write; begun anew each time.")
    ] = ROOT / "var" / "demo",
    as_json: Json = False,
) -> None:
    """两分钟演示:示例台账导入真实工作流,办结其中一件,再以虚拟时间推演一年,最后汇总。

    The two-minute demonstration: the sample ledger in live workflows, one matter carried to its close, then the whole
    ledger through a year of virtual time under made-up replies and silences, and a summary.
    """
    begun = perf_counter()
    place = place.absolute()
    _emptied(place)
    # Warnings of the demonstration's own server are not what it shows.
    logs.configure("console", "error")
    logs.forward_core()
    with in_words():
        live_url, year_url = _records(place)
    chosen = Settings(data_dir=place, database_url=live_url, temporal_port=0, ui_port=0)
    directory, ledger_rows = organs(chosen), sample(chosen, SAMPLE)
    speak: Callable[[str], None] = (lambda _text: None) if as_json else say
    with in_words():
        shown, brought = uvloop.run(_live(chosen, directory, ledger_rows, speak))
    if not as_json:
        _show_matter(shown)
    speak(f"三、推演一年 a year in virtual time: {moment(MONTHS[0])} → {moment(MONTHS[-1])}")
    speak(
        "    以下为虚拟时间:规则与真实运行完全相同,各岗位的答复与沉默由种子生成,不是真实数据。\n"
        "    What follows is virtual: the rules are those of the live run, the replies and silences come from a seed."
    )
    with record(Settings(data_dir=place, database_url=year_url), write=True) as store:
        with progress("推演 12 个月 playing 12 months", len(MONTHS)) as advance:
            year = play(store, [row.registration for row in ledger_rows], directory, seed, advance)
        files = written(store, year, directory, place)
    if chosen.sqlite_file is not None:
        files[place / "year.db"] = "推演一年的数据库 the virtual year's record"
        files[chosen.sqlite_file] = "真实运行的数据库 the live record"
    files[place / "temporal.db"] = "Temporal 流程历史 the live workflows' histories"
    took = perf_counter() - begun
    if as_json:
        answer(_document(shown, brought, year, files, seed))
    else:
        _show_year(year, seed)
        say("写出的文件 files written:")
        for file, words in files.items():
            say(f"  {file}  {words}")
        say(f"用时 {took:.0f} 秒 seconds. 接下来 next: make up(真实运行 live), starter.py --help")


def _records(place: Path) -> tuple[str, str]:
    """The databases of the live part and of the year: files in `place`, or schemas beside the office's own record."""
    told = load()
    if told.sqlite_file is not None:
        return f"sqlite:///{place / 'duban.db'}", f"sqlite:///{place / 'year.db'}"
    return emptied_schema(told.database_url, "duban_demo"), emptied_schema(told.database_url, "duban_demo_year")


# --- live -------------------------------------------------------------------------------------------------------------


async def _live(
    chosen: Settings, directory: Directory, ledger_rows: Sequence[LedgerRow], speak: Callable[[str], None]
) -> tuple[_Shown, int]:
    """Import the ledger into live workflows and carry one matter to its close; how many matters came in."""
    speak("一、真实运行 live: 内置 Temporal 服务、工作进程、数据库 embedded server, worker, database")
    async with EmbeddedServer(
        chosen.data_dir, search_attributes=SEARCH_ATTRIBUTES, synchronous=chosen.sqlite_synchronous.value
    ) as server:
        speak(f"    Temporal {server.address}, {chosen.sqlite_file or chosen.database_shown}")
        client = await client_of(load_temporal().at(server.address))
        with record(chosen, write=True, serving=True) as store:
            keep_sealed(client, store)
            async with build_worker(client, store, directory, chosen):
                office = Live(chosen, store, client, Office(client, store))
                with progress("导入台账 importing data/ledger.xlsx", len(ledger_rows)) as advance:
                    brought: list[Brought] = []

                    def told(one: Brought) -> None:
                        brought.append(one)
                        advance()

                    await bring_in(office, ledger_rows, now(), told)
                accepted = [one for one in brought if one.outcome.accepted]
                speak(f"    {len(accepted)} 件事项各成为一个持久工作流 matters, each a durable workflow.")
                one = min(accepted, key=lambda brought: (len(brought.row.registration.co), brought.matter_id))
                speak(f"二、办理其中一件 one of them, by real messages: {one.matter_id}")
                await _carry(office, directory, one.matter_id, one.row)
                with store.reading() as session:
                    entries = tuple(views.timeline(session, one.matter_id, scope=Scope.everything()))
                return _Shown(one.matter_id, one.row.registration.title or "", entries), len(accepted)


async def _carry(office: Live, directory: Directory, matter_id: str, row: LedgerRow) -> None:
    """Sign, report, finish every co-handler's part, submit and verify; raises Problem where one is refused."""
    said = row.registration
    handler = directory.organ(said.lead or "").handler
    officer = directory.organ(said.office or "").handler

    def spoken(by: str) -> dict[str, str]:
        return {"message_id": uuid4().hex, "by": by}

    commands: list[Command] = [
        Sign.model_validate(spoken(handler)),
        ReportProgress.model_validate({**spoken(handler), "text": "已按要求完成主要任务"}),
        *(
            ReportProgress.model_validate(
                {**spoken(directory.organ(co).handler), "text": "协办部分已办结", "done": True}
            )
            for co in said.co
        ),
        Submit.model_validate({**spoken(handler), "text": "已办结,请予核验"}),
        Verify.model_validate({**spoken(officer), "passed": True, "method": "document", "evidence": "办结材料齐全"}),
    ]
    for command in commands:
        await _accepted(office.office.say(matter_id, command))


async def _accepted(answered: Awaitable[Any]) -> None:
    outcome = await answered
    if not outcome.accepted:
        raise Problem(f"演示中的命令被拒绝 a command of the demonstration was refused: {outcome.reason}")


# --- what is shown ----------------------------------------------------------------------------------------------------


def _show_matter(shown: _Shown) -> None:
    rows_ = [
        (
            entry.seq,
            moment(entry.act.at, weekday=True),
            told(entry),
            speaker(entry.act),
            entry.act.due and moment(entry.act.due),
        )
        for entry in shown.entries
    ]
    table(("序#", "时刻 at", "记录 act", "何岗 by", "限 due"), rows_, f"{shown.matter_id} {shown.title}")


def _show_year(year: Year, seed: int) -> None:
    course = [(moment(at)[:10], *counted(seen.totals)[1:]) for at, seen in year.course]
    table(
        ("日期 date", *HEADINGS[1:]),
        course,
        f"四、一年的经过 the course of the year ({year.acts} 条记录 acts, 种子 seed {seed})",
    )
    at, last = year.course[-1]
    summary = [counted(one) for one in (*last.organs, last.totals)]
    table(HEADINGS, summary, f"五、按牵头单位 by lead organ, {moment(at)}")
    say(
        "    超期:仍欠办且已过期;已升级:曾发督办单或更高;建议问责:在办问责案件。引擎只建议,不决定。\n"
        "    overdue: still owed; escalated: supervised or further at any time; proposed: open cases. People decide."
    )


def _document(shown: _Shown, brought: int, year: Year, files: dict[Path, str], seed: int) -> dict[str, Any]:
    def summary(one: OrganSummary) -> dict[str, Any]:
        return {
            "organ": one.organ,
            "matters": one.matters,
            "lights": one.lights,
            "stages": one.stages,
            "overdue": one.overdue,
            "escalated": one.escalated,
            "proposed": one.proposed,
        }

    return {
        "live": {
            "imported": brought,
            "shown": shown.matter_id,
            "acts": [entry.act.act for entry in shown.entries],
        },
        "year": {
            "virtual": True,
            "seed": seed,
            "from": MONTHS[0],
            "until": MONTHS[-1],
            "acts": year.acts,
            "course": [{"at": at, **summary(seen.totals)} for at, seen in year.course],
            "organs": [summary(one) for one in year.course[-1][1].organs],
            "totals": summary(year.course[-1][1].totals),
        },
        "files": list(files),
    }


def _emptied(place: Path) -> None:
    """An empty directory of the demonstration's own; raises Problem for one that is not empty and not its own."""
    place.mkdir(parents=True, exist_ok=True)
    mark = place / _MARK
    if any(place.iterdir()) and not mark.exists():
        raise Problem(f"{place}: 目录非空,且不是演示所建 not empty, and not made by the demonstration")
    for file in place.iterdir():
        if file.is_file():
            file.unlink()
    mark.touch()
