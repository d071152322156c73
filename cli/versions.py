"""`versions`: which builds of the worker serve the open matters, and how does an operator change that?

The commands of a rolling upgrade (docs/operations.md); what they do is in builds.py.
"""

import asyncio
from datetime import timedelta
from typing import Annotated

import typer

from builds import Build, UnknownBuildError, builds, promote, rebuild_all, renew_all, this_build
from cli.authority import allowed_here
from cli.kept import record, settings
from cli.live import client_of, in_words, temporal
from cli.output import Json, answer, end, facts, say
from cli.problems import ExitCode, Problem
from cli.tables import table
from models.access import SiteCommand
from models.contract import target_of
from record.settling import settle
from settings import Settings

__all__ = ["app"]

app = typer.Typer(
    help="工作进程的版本:查看、启用、停用。 Builds of the worker: list, promote, retire.", add_completion=False
)

_Build = Annotated[str, typer.Argument(metavar="BUILD", help="构建,见 versions。 A build, as `versions` lists it.")]


@app.callback(invoke_without_command=True)
def list_builds(context: typer.Context, as_json: Json = False) -> None:
    """各构建:是否当前、有多少在办事项停在其上;本程序是哪个构建。

    Every build: whether it is current, how many open matters took their last step on it; and which one this is.
    """
    if context.invoked_subcommand is not None:
        return
    chosen = _versioned()
    with in_words():
        found = asyncio.run(_listed(chosen))
    here = chosen.build or this_build()
    if as_json:
        answer({"deployment": chosen.deployment, "this": here, "builds": [_shown(one) for one in found]})
        return
    facts({"部署 deployment": chosen.deployment, "本程序 this program": here})
    rows = [(one.build, "当前 current" if one.current else "", one.matters) for one in found]
    table(("构建 build", "", "在办事项 open matters"), rows)


@app.command("promote")
def promote_build(build: _Build, as_json: Json = False) -> None:
    """启用一个构建:此后每件事项的下一步由它处理;回退即启用旧的构建。

    Let every matter take its next step on this build; rolling back is promoting the older one.
    """
    chosen = _versioned()
    allowed_here(chosen, SiteCommand.UPGRADE)
    with in_words():
        everywhere = asyncio.run(_promoted(chosen, build))
    if as_json:
        answer({"deployment": chosen.deployment, "current": build, "everywhere": everywhere})
    else:
        say(f"已启用 {build}。 Matters take their next step on {build}.")
        if not everywhere:
            say("队列将陆续得知。 Some queues have not been told yet; that goes on by itself.")


@app.command()
def retire(
    build: _Build,
    rebuild: Annotated[
        bool,
        typer.Option(
            "--rebuild",
            help="过不来的事项从记录重建(回退时用)。 Rebuild from the record what cannot come over (for a roll-back).",
        ),
    ] = False,
    patience: Annotated[
        float, typer.Option(min=1, max=3600, help="多久无进展即停(秒)。 Stop after so many seconds without progress.")
    ] = 20,
    as_json: Json = False,
) -> None:
    """停用一个旧构建:仍停在其上的事项转到当前构建;全部转完后即可停掉旧的工作进程。

    Bring the open matters still on an older build over to the current one; when all have come, its worker can be
    stopped. Exit 1 when some have not.
    """
    chosen = _versioned()
    allowed_here(chosen, SiteCommand.UPGRADE)
    with in_words():
        left, rebuilt = asyncio.run(_retired(chosen, build, timedelta(seconds=patience), rebuild=rebuild))
    settled = 0
    if not left:
        # It may have worked on after the tables were migrated for a newer one.
        with record(chosen, write=True) as store, in_words():
            settled = settle(store).targets
    if as_json:
        answer(
            {"deployment": chosen.deployment, "retired": build, "left": left, "rebuilt": rebuilt, "settled": settled}
        )
    else:
        if rebuilt:
            say(f"从记录重建 {len(rebuilt)} 件: {_few(rebuilt)}。 Rebuilt from the record.")
        if left:
            say(
                f"{len(left)} 件仍停在 {build}: {_few(left)}。当前构建的工作进程在运行吗?"
                "若其历史不能重放,用 --rebuild,或重新启用旧构建。 "
                f"{len(left)} matters are still on {build}: does a worker of the current build run? Where it cannot "
                "replay their histories use --rebuild, or promote the older build again."
            )
        else:
            say(f"{build} 上已无在办事项,可停掉它的工作进程。 No open matter is left on {build}; stop its worker.")
        if settled:
            say(f"补齐 {settled} 件事项、案件的列表内容。 What lists show of {settled} matters and cases was written.")
    end(ExitCode.REFUSED if left else ExitCode.DONE)


async def _listed(chosen: Settings) -> tuple[Build, ...]:
    return await builds(await client_of(temporal(chosen)), chosen.deployment)


async def _promoted(chosen: Settings, build: str) -> bool:
    client = await client_of(temporal(chosen))
    try:
        return await promote(client, chosen.deployment, build)
    except UnknownBuildError as error:
        raise Problem(str(error)) from error


async def _retired(chosen: Settings, build: str, patience: timedelta, *, rebuild: bool) -> tuple[list[str], list[str]]:
    """The matters that are still on the build, and those that were rebuilt."""
    client = await client_of(temporal(chosen))
    known = {one.build: one for one in await builds(client, chosen.deployment)}
    if build not in known:
        raise Problem(f"没有构建 no such build: {build}; 可接受 accepted: {', '.join(known)}")
    if known[build].current:
        raise Problem(
            f"{build} 是当前构建,请先启用另一个(versions promote)。 {build} is current; promote another one first.",
            ExitCode.REFUSED,
        )
    left = await renew_all(client, chosen.deployment, build, patience=patience)
    if not rebuild or not left:
        return [_matter(one) for one in left], []
    await rebuild_all(client, left)
    still = await renew_all(client, chosen.deployment, build, patience=patience)
    return [_matter(one) for one in still], [_matter(one) for one in left if one not in still]


def _versioned() -> Settings:
    """The settings of an office whose workers are versioned. Raises Problem for one whose are not."""
    chosen = settings()
    if not chosen.deployment:
        raise Problem(
            "工作进程未分版本:未设 DUBAN_DEPLOYMENT(见 docs/operations.md)。 "
            "The workers are not versioned: DUBAN_DEPLOYMENT is not set (see docs/operations.md)."
        )
    return chosen


def _matter(workflow_id: str) -> str:
    return target_of(workflow_id) or workflow_id


def _few(matters: list[str]) -> str:
    return ", ".join(matters[:10]) + (" …" if len(matters) > 10 else "")


def _shown(one: Build) -> dict[str, object]:
    return {"build": one.build, "current": one.current, "matters": one.matters}
