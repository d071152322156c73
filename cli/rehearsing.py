"""`rehearse`: what happens, act by act, in a scenario, and is it what the scenario expects? (engine.md 6)"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from cli.output import Json, end, say, warn
from cli.places import DirectoryPath, directory
from cli.problems import ExitCode
from policies.calendar import CalendarError
from policies.directory import Directory
from policies.documents import DocumentError
from rehearsal import conductor
from rehearsal.checks import differences
from rehearsal.printing import line
from rehearsal.scenarios import Scenario, load

__all__ = ["rehearse"]


class Player(StrEnum):
    """What plays a scenario."""

    CORE = "core"
    TEMPORAL = "temporal"


def rehearse(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="方案文件。 Scenario files.")],
    check: Annotated[
        bool, typer.Option("--check", help="与 expect 比对,不符则退出码 1。 Compare `expect`; exit 1 where it differs.")
    ] = False,
    on: Annotated[
        Player,
        typer.Option(
            "--on",
            help="纯规则(core)或真实工作流(temporal)。 The pure rules, or the real workflows, activities and database "
            "on TEMPORAL_ADDRESS or a server of their own.",
        ),
    ] = Player.CORE,
    directory_path: DirectoryPath = None,
    _json: Json = False,
) -> None:
    """推演方案文件:在虚拟时间上逐条输出记录,每行一个 JSON 对象;差异写到标准错误。

    Play scenario files on virtual time: one JSON object per act on stdout, file by file, differences on stderr.
    退出码 exit: 0 相符 done, 1 不符 differs, 2 方案有误 bad scenario; 多个文件取最大者 of several files the worst.
    """
    organs = directory(directory_path)
    worst = ExitCode.DONE
    scenarios: list[Scenario] = []
    for file in files:
        try:
            scenarios.append(load(file))
        except DocumentError as error:
            warn(str(error))
            worst = ExitCode.BAD_INPUT
        except OSError as error:
            warn(f"{file}: 无法读取 cannot be read: {error.strerror}")
            worst = ExitCode.BAD_INPUT
    if on is Player.CORE:
        codes = [_play(scenario, organs, check=check) for scenario in scenarios]
    else:
        from cli.drilling import drill  # noqa: PLC0415 - the default player must not wait for Temporal

        codes = drill(scenarios, organs, check=check)
    end(max([worst, *codes]))


def _play(scenario: Scenario, organs: Directory, *, check: bool) -> ExitCode:
    try:
        acts = conductor.play(scenario, organs).acts
    except (CalendarError, LookupError) as error:
        warn(f"{scenario.file}: {error}")
        return ExitCode.BAD_INPUT
    for act in acts:
        say(line(act))
    found = differences(scenario, acts) if check else []
    for difference in found:
        warn(difference)
    return ExitCode.REFUSED if found else ExitCode.DONE
