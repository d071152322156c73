"""Where does a command that needs no server find the office's directory?

Without the settings module, which would bring in everything a live process needs.
"""

from pathlib import Path
from typing import Annotated

import typer

from cli.problems import Problem
from policies.directory import Directory

ROOT = Path(__file__).resolve().parent.parent
SHIPPED_DIRECTORY = ROOT / "data" / "directory.csv"

DirectoryPath = Annotated[
    Path | None,
    typer.Option(
        "--directory",
        metavar="FILE",
        envvar="DUBAN_DIRECTORY_PATH",
        show_envvar=False,
        help="单位名录(默认:设置中的或自带的)。 The directory file (default: the set or shipped one).",
        show_default=False,
    ),
]


def directory(path: Path | None) -> Directory:
    """The directory in the file at `path` (or of DUBAN_DIRECTORY_PATH), else as the settings say, else the shipped one.

    Raises Problem naming every bad cell.
    """
    from intake.directory import read_directory  # noqa: PLC0415 - not every command reads one
    from intake.problems import IntakeError  # noqa: PLC0415

    chosen = path or _set()
    try:
        return Directory(read_directory(chosen))
    except IntakeError as error:
        raise Problem(f"{chosen}: {error}") from error


def _set() -> Path:
    """What a settings file names (the settings are asked only where there is one), else the shipped directory."""
    if not any(Path(name).is_file() for name in (".env", "duban.toml")):
        return SHIPPED_DIRECTORY
    from cli.kept import settings  # noqa: PLC0415

    return settings().directory_path
