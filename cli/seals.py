"""`seal`: the signed head of every day: make one now, list them, check them, and the key that signs."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import typer

from cli.authority import allowed
from cli.kept import in_words, record, settings
from cli.output import Json, answer, end, say
from cli.problems import ExitCode, Problem
from cli.tables import table
from evidence import sealing
from evidence.signing import new_key, signer
from models.access import SiteCommand, View
from models.contract import SEAL_WORKFLOW, TaskQueue, seal_workflow_id
from models.evidence import Seal, Sealed, SealOrder
from policies.deadlines import SHANGHAI
from policies.wording import moment
from record import seals
from settings import Settings

__all__ = ["app"]

app = typer.Typer(
    help="每日封存:立即封存、列出、核对、公钥。 The signed head of every day.",
    no_args_is_help=True,
    add_completion=False,
)


@app.command("now")
def seal_now(as_json: Json = False) -> None:
    """立即封存一次(不占用当日的例行封存)。 Seal now, out of turn; the day still gets its own seal."""
    from cli.live import in_words as live_words  # noqa: PLC0415 - Temporal's client takes a while to load

    with live_words():
        sealed = asyncio.run(_sealed(settings()))
    if as_json:
        answer({name: getattr(sealed, name) for name in Sealed.model_fields})
    else:
        say(f"封存 seal {sealed.no} {sealed.day} {sealed.hash}")
        if sealed.disputed:
            say(f"其中 {sealed.disputed} 项与前次封存不符 do not agree with the seal before: starter.py seal check")
    end(ExitCode.REFUSED if sealed.disputed else ExitCode.DONE)


async def _sealed(chosen: Settings) -> Sealed:
    from cli.live import live  # noqa: PLC0415

    try:
        async with live(chosen) as office, asyncio.timeout(60):
            await asyncio.to_thread(allowed, office.store, chosen, SiteCommand.SIGN_HEADS)
            sealed: Sealed = await office.client.execute_workflow(
                SEAL_WORKFLOW,
                SealOrder(extra=True),
                id=seal_workflow_id(f"now/{uuid4().hex}"),
                task_queue=TaskQueue.PROCEDURE,
                result_type=Sealed,
                static_summary="临时封存 a seal out of turn",
            )
    except TimeoutError as error:
        text = (
            "已受理,尚未完成;请看工作进程与签名密钥。 Taken in but not done: is a worker running, and has it the key?"
        )
        raise Problem(text, ExitCode.UNAVAILABLE) from error
    return sealed


@app.command("list")
def list_seals(
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="最近几次。 How many, newest first.")] = 30,
    lines: Annotated[bool, typer.Option("--lines", help="外存用的封存行。 The lines an outside body keeps.")] = False,
    as_json: Json = False,
) -> None:
    """列出封存,新者在前。 The seals, newest first."""
    chosen = settings()
    with record(chosen) as store:
        allowed(store, chosen, View.VERIFICATION)
        with store.reading() as session:
            found = [sealing.read(row) for row in seals.kept(session)][::-1][:limit]
            keys = seals.keys(session)
    if as_json:
        answer({"seals": [_shown(one) for one in found], "keys": [key.model_dump() for key in keys.values()]})
        return
    if lines:
        for line in (*(key.line for key in keys.values()), *(one.line for one in reversed(found))):
            say(line)
        return
    table(
        ("号 no", "日 day", "封存于 made", "链与文本 leaves", "记录 acts", "补 missed", "不符 disputed", "散列 hash"),
        [
            (
                one.no,
                f"{one.day}{' 临时 extra' if one.extra else ''}",
                moment(one.made_at),
                one.leaves,
                one.entries,
                one.missed or "",
                one.disputed or "",
                one.hash[:16],
            )
            for one in found
        ],
    )


@app.command()
def check(
    against: Annotated[
        list[Path] | None, typer.Option("--against", help="外存的封存行文件,可多次。 Lines kept outside; repeatable.")
    ] = None,
    newest: Annotated[
        int | None,
        typer.Option("--newest", min=1, help="只重算最近几次所封各项。 Hash only the newest seals' leaves again."),
    ] = None,
    as_json: Json = False,
) -> None:
    """核对全部封存:相互衔接、签名、所封各项,以及记录与封存是否一致;不符则逐一说明并以 1 退出。

    Check every seal: links, signatures, leaves, and the record against them; each disagreement is named, exit 1.
    """
    chosen = settings()
    own = chosen.seals_path / "seals.txt"
    files = [*(against or ()), *([own] if own.is_file() else [])]
    with record(chosen) as store:
        allowed(store, chosen, View.VERIFICATION)
        with store.reading() as session:
            found = sealing.check(session, roots=newest)
            compared = 0
            for file in files:
                lines, more = sealing.against(session, _lines(file))
                compared += lines
                found += more
            made = sum(1 for _ in seals.kept(session))
    if as_json:
        answer(
            {
                "in_order": not found,
                "seals": made,
                "compared": compared,
                "findings": [
                    {"seal": one.no, "target": one.name, "seq": one.seq, "kind": one.kind, "text": one.text}
                    for one in found
                ],
            }
        )
    else:
        for one in found:
            say(one.text)
        said = f"{len(found)} 处不符 findings" if found else "相符 in order"
        say(f"{made} 次封存 seals, 对照外存 {compared} 行 kept lines: {said}")
    end(ExitCode.REFUSED if found else ExitCode.DONE)


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise Problem(f"{file}: 无法读取 cannot be read: {error}") from error


@app.command()
def key(as_json: Json = False) -> None:
    """签名公钥,供第三方留存。 The public key, for a third party to keep."""
    chosen = settings()
    with in_words():
        here = signer(chosen.signing_key)
    with record(chosen) as store:
        allowed(store, chosen, View.VERIFICATION)
        with store.reading() as session:
            known = seals.keys(session)
    newest = next(reversed(known.values()), None)
    signs = newest is None or newest.id == here.id
    if as_json:
        answer({"id": here.id, "public": here.public.hex(), "signs": signs, "keys": list(map(_key, known.values()))})
    else:
        say(f"key {here.id} {here.public.hex()}")
        for one in known.values():
            if one.id != here.id:
                say(one.line)
    end(ExitCode.DONE if signs else ExitCode.REFUSED)


def _key(one: Any) -> dict[str, Any]:
    told: dict[str, Any] = one.model_dump()
    return told


@app.command()
def rotate(
    file: Annotated[
        Path, typer.Argument(metavar="NEW", help="新密钥文件,不存在则生成。 The file of the new key; made if missing.")
    ],
    as_json: Json = False,
) -> None:
    """换用新签名密钥,由现用密钥签认;此后请将 DUBAN_SIGNING_KEY 指向新文件并重启工作进程。

    Let a new key sign from now on, signed by the one that signs now; then point DUBAN_SIGNING_KEY to it and restart.
    """
    chosen = settings()
    with in_words(), record(chosen) as store:
        allowed(store, chosen, SiteCommand.ROTATE_KEYS)
        before = signer(chosen.signing_key)
        if not file.exists():
            new_key(file)
        after = signer(file)
        if after.id == before.id:
            raise Problem(f"{file}: 就是现用密钥 is the key that signs now")
        told = sealing.rotate(store, before, after, datetime.now(UTC).astimezone(SHANGHAI))
    if as_json:
        answer({**told.model_dump(), "file": file.absolute()})
    else:
        say(f"{told.line}\nDUBAN_SIGNING_KEY={file.absolute()}")


def _shown(one: Seal) -> dict[str, Any]:
    return {**one.model_dump(exclude={"body"}), "line": one.line}
