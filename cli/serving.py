"""`up`: the whole engine live in one process group, until it is told to stop.

Embedded server (or the one TEMPORAL_ADDRESS names), database, worker, and on the first start the sample office. It
goes down the other way round: what is under way is finished before the server ends.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, nullcontext
from typing import Annotated, Any

import typer
import uvloop
from temporalio.client import Client

import logs
import tracing
from builds import take_over, this_build
from cli.instants import now
from cli.kept import organs, record
from cli.live import announced, client_of, in_words
from cli.output import Json, answer, facts, say
from cli.problems import ExitCode, Problem
from cli.sampling import keep_time, live_through, tell
from cli.web import Web, sample_accounts, site
from embedded import EmbeddedServer, register_search_attributes
from office import Office
from policies.directory import Directory
from settings import Settings, load, load_temporal
from watching import core
from worker import SEARCH_ATTRIBUTES, running, stay, stop_on_signals, watched_by

__all__ = ["up"]


def up(
    with_sample: Annotated[
        bool,
        typer.Option(
            "--sample/--no-sample", help="首次启动时装入样例单位的一年。 A year of a sample office on the first start."
        ),
    ] = True,
    with_web: Web = True,
    as_json: Json = False,
) -> None:
    """启动整套服务:网站、内置 Temporal(含网页)、数据库、工作进程、示例数据;Ctrl-C 结束,再次启动接着运行。

    Everything live: web site, embedded Temporal with its web UI (or TEMPORAL_ADDRESS), database, worker, sample data.
    Ctrl-C ends it; the next start goes on where it was.
    设置 settings: DUBAN_DATA_DIR; DUBAN_WEB_PORT, DUBAN_TEMPORAL_PORT, DUBAN_UI_PORT (0 为任意空闲端口 takes a free
    one).
    """
    with in_words():
        chosen = load()
        # Quiet until it runs; then as the settings say.
        logs.configure(chosen.log_format, logs.LogLevel.WARNING)
        if chosen.metrics_port is None:
            logs.forward_core()
        else:
            core.count()
        uvloop.run(_up(chosen, with_sample=with_sample, with_web=with_web, as_json=as_json))


async def _up(chosen: Settings, *, with_sample: bool, with_web: bool, as_json: bool) -> None:
    stop = stop_on_signals()
    directory = organs(chosen)
    with tracing.traced(chosen.otlp_endpoint, "duban"):
        await _served(chosen, directory, stop, with_sample=with_sample, with_web=with_web, as_json=as_json)
    if not as_json:
        say("已停止,数据已保存;再次运行 up 接着进行。 Stopped, everything is kept; `up` goes on from here.")


async def _served(
    chosen: Settings, directory: Directory, stop: asyncio.Event, *, with_sample: bool, with_web: bool, as_json: bool
) -> None:
    async with _server(chosen, with_web=with_web) as (client, address, ui_url, ended):
        with record(chosen, write=True, serving=True) as store:
            # Before anybody looks: who works on it finds all of it.
            past = await live_through(chosen, store, directory, stop) if with_sample else None
            async with AsyncExitStack() as opened:
                await opened.enter_async_context(watched_by(chosen, store, client))
                office = await opened.enter_async_context(running(client, store, directory, chosen))
                if ended is not None:
                    # Nobody else can serve a server of our own.
                    await take_over(client, chosen.deployment, chosen.build or this_build())
                samples = None
                if with_sample:
                    samples = await asyncio.to_thread(sample_accounts, chosen, store, directory, now())
                stay()
                told: dict[str, Any] = {"temporal": address, "ui": ui_url, "database": chosen.database_shown}
                told["web"] = None
                if with_web:

                    async def speaking() -> Office:
                        return office

                    told["web"] = await opened.enter_async_context(site(chosen, store, directory, speaking, ui=ui_url))
                # Whoever named a server names it to the other commands too, with its certificates.
                with announced(chosen.data_dir, told) if ended is not None else nullcontext():
                    if not as_json:
                        _tell(told, chosen)
                        _tell_samples(samples)
                        tell(past)
                    if with_sample:
                        await keep_time(chosen, client, store, stop)
                    logs.configure(chosen.log_format, chosen.log_level)
                    if as_json:
                        sample = {"password": samples[0], "logins": samples[1]} if samples else None
                        lived = (
                            {"matters": past.matters, "acts": past.acts, "codes": dict(past.codes)} if past else None
                        )
                        answer({**told, "data_dir": chosen.data_dir, "sample": lived, "sample_accounts": sample})
                    elif not stop.is_set():
                        say("运行中,Ctrl-C 结束。 Running; Ctrl-C ends it.")
                    await _until(stop, ended)


@asynccontextmanager
async def _server(
    chosen: Settings, *, with_web: bool
) -> AsyncIterator[tuple[Client, str, str | None, "asyncio.Task[int] | None"]]:
    """A client, the server's address and web UI, and a task that ends when an embedded server does."""
    named = load_temporal()
    if not named.embedded:
        client = await client_of(named)
        await register_search_attributes(client, SEARCH_ATTRIBUTES)
        yield client, str(named.address), None, None
        return
    async with EmbeddedServer(
        chosen.data_dir,
        port=chosen.temporal_port,
        ui_port=chosen.ui_port,
        ui_codec_endpoint=chosen.codec_endpoint if with_web else chosen.codec_url,
        namespace=named.namespace,
        search_attributes=SEARCH_ATTRIBUTES,
        synchronous=chosen.sqlite_synchronous.value,
    ) as server:
        client = await client_of(named.at(server.address))
        ended = asyncio.create_task(server.ended())
        try:
            yield client, server.address, server.ui_url, ended
        finally:
            ended.cancel()


async def _until(stop: asyncio.Event, ended: "asyncio.Task[int] | None") -> None:
    """Wait to be told to stop. Raises Problem when the server ends before that."""
    waiting = asyncio.create_task(stop.wait())
    await asyncio.wait({waiting, *({ended} if ended else ())}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if ended is not None and ended.done() and not stop.is_set():
        raise Problem(
            f"内置 Temporal 服务意外结束(退出码 {ended.result()}),请重新运行 up,数据不会丢失。 "
            "The embedded Temporal server ended unexpectedly; run `up` again, nothing is lost.",
            ExitCode.UNAVAILABLE,
        )


def _tell(told: dict[str, Any], chosen: Settings) -> None:
    facts(
        {
            "网站 web": told["web"],
            "流程网页 web UI": told["ui"],
            "Temporal": told["temporal"],
            "数据库 database": chosen.sqlite_file or told["database"],
            "数据目录 data": chosen.data_dir,
        }
    )


def _tell_samples(samples: tuple[str, list[str]] | None) -> None:
    if samples is not None:
        password, logins = samples
        say(f"样例账号(只供样例,口令仅显示此一次) sample accounts, for the sample only: {'、'.join(logins)}")
        say(f"样例口令 their password, shown this once: {password}")
