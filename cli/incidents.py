"""`incidents`, `recover`: what befell workflows from outside, and how does a matter go on afterwards?"""

import asyncio
from dataclasses import asdict
from typing import Annotated

import typer

from cli.authority import allowed
from cli.instants import now
from cli.kept import record, settings
from cli.output import Json, answer, end, say
from cli.problems import ExitCode, Problem
from cli.tables import table
from models.access import SiteCommand, View
from models.evidence import IncidentKind
from policies.wording import moment
from record import incidents
from record.incidents import Reported
from record.store import Store
from settings import Settings

__all__ = ["list_incidents", "record_incidents", "recover"]


def list_incidents(
    target: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="事项或案件编号,默认全部。 A matter or a case; default: all.")
    ] = None,
    open_only: Annotated[bool, typer.Option("--open", help="只列未处置的。 Only those not dealt with.")] = False,
    close: Annotated[
        int | None,
        typer.Option("--close", metavar="NO", help="此号(密封内容被改动)已处置。 What was altered is dealt with."),
    ] = None,
    reason: Annotated[str, typer.Option("--reason", help="如何处置,记录在案。 How; it goes on record.")] = "",
    as_json: Json = False,
) -> None:
    """列出流程遭外部干预的报告;每日封存与 verify 时发现即记录,每次运行只记一次。 有未处置的以 1 退出。

    What befell workflows from outside; recorded once per run by the daily seal and by verify. Exit 1 while any is open.
    """
    chosen = settings()
    with record(chosen) as store:
        if close is None:
            allowed(store, chosen, View.INCIDENTS)
        else:
            _close(store, chosen, close, reason)
        with store.reading() as session:
            found = incidents.listed(session, target)
    open_ = [one for one in found if one.closed_at is None]
    shown = open_ if open_only else found
    if as_json:
        answer({"incidents": [asdict(one) for one in shown], "open": len(open_)})
    else:
        _tell(shown)
        if open_:
            say("处置 to go on: starter.py recover ID")
            if any(one.kind is IncidentKind.ALTERED for one in open_):
                say("密封内容被改动的,查明后 once found out what was altered: incidents --close NO --reason …")
    end(ExitCode.REFUSED if open_ else ExitCode.DONE)


def _close(store: Store, chosen: Settings, number: int, reason: str) -> None:
    if not reason.strip():
        raise Problem("--reason: 须说明如何处置 say how it was dealt with")
    who = allowed(store, chosen, SiteCommand.RECOVER)
    with store.writing() as session:
        if not incidents.close_one(session, number, now(), by=who.post, voice=who.voice, how=reason):
            raise Problem(
                f"{number}: 没有此号未处置的改动报告 no such report of something altered is open", ExitCode.REFUSED
            )


def recover(
    target: Annotated[str, typer.Argument(metavar="ID", help="事项或案件编号。 A matter or a case.")],
    by: Annotated[
        str | None,
        typer.Option("--by", help="处置的岗位;出示令牌的,即令牌的岗位。 The post; with a token, the token's."),
    ] = None,
    as_json: Json = False,
) -> None:
    """按记录重新启动一件事项或一个案件的流程;期间到期的时限随即补办,不丢失任何已记录的内容。 无法重放的流程先予终止。

    Start the workflow of a matter or case again from the record; what fell due meanwhile is worked off at once.
    One that no worker can replay is ended for it.
    """
    from cli.live import in_words, live  # noqa: PLC0415 - Temporal's client takes a while to load
    from evidence import watch  # noqa: PLC0415 - likewise
    from office import UnknownTargetError  # noqa: PLC0415

    chosen = settings()

    async def recovered() -> tuple[bool, int]:
        async with live(chosen) as office:
            who = await asyncio.to_thread(allowed, office.store, chosen, SiteCommand.RECOVER, by=by, of=target)
            stuck = [one async for one in watch.unreplayable(office.client) if one.target == target]
            await asyncio.to_thread(record_incidents, office.store, chosen, stuck)
            started = await office.office.recover(target, anew=bool(stuck))
            with office.store.writing() as session:
                how = "按记录重新启动流程"
                return started, incidents.close(session, target, now(), by=who.post, voice=who.voice, how=how)

    with in_words():
        try:
            started, closed = asyncio.run(recovered())
        except UnknownTargetError as error:
            raise Problem(str(error)) from error
    if as_json:
        answer({"id": target, "started": started, "incidents": closed})
    else:
        said = "已按记录重新启动 started again from the record" if started else "流程正在运行 its workflow is running"
        say(f"{target}: {said};{closed} 项报告已处置 incidents dealt with")


def record_incidents(store: Store, chosen: Settings, found: list[incidents.Incident]) -> int:
    """Put what was found on record, once each, and into the inbox of the office's head; how many were new."""
    if not found:
        return 0
    from cli.kept import organs  # noqa: PLC0415 - nothing befell most records

    office = organs(chosen).find(chosen.office)
    new = 0
    for one in found:
        with store.writing() as session:
            new += incidents.report(session, one, now(), (office.head,) if office else ())
    return new


def _tell(shown: list[Reported]) -> None:
    if not shown:
        say("没有报告。 No incidents.")
        return
    table(
        ("号 no", "何时 at", "事项 id", "何事 what", "处置 dealt with"),
        [
            (one.seq, moment(one.reported_at), one.target, one.reason, moment(one.closed_at) if one.closed_at else "")
            for one in shown
        ],
    )
