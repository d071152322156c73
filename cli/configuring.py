"""`config`: what is in force for a process started here, where did it come from, and can it hold?

Every setting with its value and origin, where Temporal is, and what would stop a start or is of no use. Secrets are
said to be there, never shown. Nothing is opened, made or spoken to.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from cli.output import Json, answer, end, say, warn
from cli.problems import ExitCode
from cli.tables import table
from intake.directory import read_directory
from intake.problems import IntakeError
from settings import (
    HIDDEN,
    InForce,
    Origin,
    Settings,
    SettingsError,
    Source,
    Temporal,
    in_force,
    load_temporal,
    shown,
    temporal_origins,
)

__all__ = ["app"]


# SQLite's log is shared memory between processes, which none of these can give (sqlite.org/wal.html).
_NETWORKED = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "ceph", "glusterfs", "fuse.sshfs", "afs"})
_MOUNTS = Path("/proc/self/mounts")

# What only the embedded server reads.
_EMBEDDED_ONLY = ("ui_port", "temporal_port")

app = typer.Typer(help="设置。 Settings.", no_args_is_help=True, add_completion=False)


@app.callback()
def _root() -> None:
    pass


@dataclass(frozen=True, slots=True)
class _Line:
    """One setting as it is shown."""

    name: str
    value: object
    origin: Origin


@app.command()
def check(as_json: Json = False) -> None:
    """列出生效的设置及其来源;缺少或互相矛盾的,指名并以 2 退出。

    What is in force and where it came from; a missing or contradictory setting is named, exit 2. Secrets are not shown.
    """
    lines: list[_Line] = []
    problems: list[str] = []
    notes: list[str] = []
    held: InForce | None = None
    named: Temporal | None = None
    try:
        held = in_force()
        lines += [_Line(name, shown(held.settings, name), held.origins[name]) for name in held.origins]
        problems += _unusable(held.settings)
    except SettingsError as error:
        problems += str(error).splitlines()
    try:
        named = load_temporal()
        lines += _of_temporal(named, temporal_origins())
    except SettingsError as error:
        problems += str(error).splitlines()
    if held is not None and named is not None and not named.embedded:
        notes += _unused(held.origins)
    if as_json:
        answer(_document(lines, problems, notes))
    else:
        table(("设置 setting", "值 value", "来源 from"), [(one.name, one.value, one.origin) for one in lines])
        if not problems:
            say("设置可用。 The settings can be used.")
    for text in (*problems, *notes):
        warn(text)
    end(ExitCode.BAD_INPUT if problems else ExitCode.DONE)


def _of_temporal(named: Temporal, origins: Mapping[str, Origin]) -> list[_Line]:
    tls = named.connect.get("tls")
    certificate = not isinstance(tls, bool | None) and tls.client_cert is not None
    words = "off" if not tls else "mutual" if certificate else "on"
    values: dict[str, object] = {
        "address": named.address or "内置服务 embedded",
        "namespace": named.namespace,
        "api_key": HIDDEN if named.connect.get("api_key") else None,
        "tls": words,
    }
    return [_Line(f"temporal.{name}", value, origins[name]) for name, value in values.items()]


def _unusable(settings: Settings) -> Iterator[str]:
    """What stops a start although every setting is well-formed: files and directories that are not as they must be."""
    try:
        organs = read_directory(settings.directory_path)
    except (IntakeError, OSError) as error:
        yield f"设置 directory_path setting: {error}"
    else:
        if settings.office not in {organ.name for organ in organs}:
            yield (
                f"设置 office:单位名录 {settings.directory_path} 中没有 {settings.office}。 "
                f"Setting office: {settings.office} is not in the directory {settings.directory_path}"
            )
    for name, directory in (("data_dir", settings.data_dir), ("database_url", settings.sqlite_file)):
        nearest = directory and next(place for place in (directory, *directory.parents) if place.exists())
        if nearest is not None and not os.access(nearest, os.W_OK):
            yield f"设置 {name}:{nearest} 不可写。 Setting {name}: {nearest} cannot be written"
    if settings.sqlite_file is not None:
        system = file_system(settings.sqlite_file, _MOUNTS.read_text(encoding="utf-8") if _MOUNTS.exists() else "")
        if system in _NETWORKED:
            yield (
                f"设置 database_url:SQLite 文件不能放在网络文件系统({system})上,请用本机磁盘或 PostgreSQL。 "
                f"Setting database_url: an SQLite file cannot lie on a network file system ({system}); "
                "use a local disk or PostgreSQL"
            )


def file_system(file: Path, mounts: str) -> str:
    """The type of the file system a path lies on, by the lines of /proc/mounts; "" where they do not tell."""
    found = ("", "")
    for line in mounts.splitlines():
        _, where, kind, *_ = line.split(" ")
        where = where.replace("\\040", " ")
        if (file.is_relative_to(where)) and len(where) >= len(found[0]):
            found = (where, kind)
    return found[1]


def _unused(origins: Mapping[str, Origin]) -> Iterator[str]:
    for name in _EMBEDDED_ONLY:
        if origins[name].source is not Source.DEFAULT:
            yield (
                f"提示:已设 TEMPORAL_ADDRESS,{name}({origins[name]})不起作用。 "
                f"Note: TEMPORAL_ADDRESS is set, so {name} ({origins[name]}) is of no use."
            )


def _document(lines: list[_Line], problems: list[str], notes: list[str]) -> dict[str, Any]:
    return {
        "usable": not problems,
        "settings": {
            one.name: {
                "value": one.value,
                "source": one.origin.source,
                "file": one.origin.file,
                "variable": one.origin.variable,
            }
            for one in lines
        },
        "problems": problems,
        "notes": notes,
    }
