"""`evidence`: a matter with all there is about it as one file that a third party checks offline."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from cli.authority import allowed
from cli.instants import now
from cli.kept import in_words, record, settings
from cli.output import Json, answer, end, say
from cli.problems import ExitCode, Problem
from documents.files import Files
from evidence import check as checking
from evidence.packing import History, UnknownFileError, pack, targets_of
from evidence.signing import signer
from models.access import View
from settings import Settings

__all__ = ["app"]

app = typer.Typer(
    help="证据包:导出、离线核对。 Evidence packages: export one, check one offline.",
    no_args_is_help=True,
    add_completion=False,
)


@app.command()
def export(
    target: Annotated[str, typer.Argument(metavar="ID", help="事项(连同子事项、案件)或案件编号。 A matter or a case.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="写入的 zip 文件。 The zip file to write.")],
    offline: Annotated[
        bool, typer.Option("--offline", help="不附 Temporal 流程历史。 Without Temporal's histories.")
    ] = False,
    as_json: Json = False,
) -> None:
    """导出证据包:记录、文书、流程历史、所依政策与放假安排、封存与证明、公钥、核对程序;以签名密钥签发。

    Write a package: acts, documents, histories, policies and calendars, seals with proofs, keys, a checker; signed.
    """
    chosen = settings()
    with in_words():
        key = signer(chosen.signing_key)
    with record(chosen) as store:
        allowed(store, chosen, View.EVIDENCE, of=target)
        try:
            with store.reading() as session:
                targets = targets_of(session, target)
        except UnknownFileError as error:
            raise Problem(str(error)) from error
        histories = None if offline else _histories(chosen, targets)
        try:
            with in_words(), store.reading() as session:
                content = pack(
                    session,
                    target,
                    signer=key,
                    kept_files=Files(chosen.documents_path),
                    made_at=now(),
                    histories=histories,
                )
            output.touch(mode=0o600)  # what is in it is not for everybody on this machine
            output.write_bytes(content)
        except OSError as error:
            raise Problem(f"{output}: 无法写入 cannot be written: {error.strerror}") from error
    report = checking.check(checking.opened(output))
    if as_json:
        answer({"file": output.absolute(), "targets": targets, **checking.told(report)})
    else:
        say(f"{output.absolute()}")
        for line in checking.spoken(report):
            say(line)
    end(ExitCode.REFUSED if report.faults else ExitCode.DONE)


def _histories(chosen: Settings, targets: list[str]) -> list[History]:
    from cli.histories import runs_kept  # noqa: PLC0415 - Temporal's client takes a while to load
    from cli.live import in_words as live_words  # noqa: PLC0415
    from cli.live import live  # noqa: PLC0415

    async def fetched() -> list[History]:
        async with live(chosen) as office:
            return [one for target in targets async for one in runs_kept(office.client, target)]

    with live_words():
        return asyncio.run(fetched())


@app.command()
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE.zip", help="证据包。 The package.")],
    key: Annotated[str | None, typer.Option("--key", help="签发单位的公钥。 The issuer's public key.")] = None,
    kept: Annotated[
        list[Path] | None, typer.Option("--seals", help="外存的封存行文件。 Seal lines kept outside; repeatable.")
    ] = None,
    as_json: Json = False,
) -> None:
    """离线核对证据包,不符则逐一说明并以 1 退出。 Check a package offline; each disagreement is named, exit 1."""
    lines: list[str] = []
    for one in kept or ():
        try:
            lines += one.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise Problem(f"{one}: 无法读取 cannot be read: {error}") from error
    try:
        report = checking.check(checking.opened(file), key=key, kept=lines)
    except checking.NotAPackageError as error:
        raise Problem(f"{file}: {error}") from error
    if as_json:
        answer(checking.told(report))
    else:
        for line in checking.spoken(report):
            say(line)
    end(ExitCode.REFUSED if report.faults else ExitCode.DONE)
