"""`archive`: how long files are kept, what is on hold, and destruction by two persons with a certificate."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from sqlmodel import Session

from attachments.keeping import Keeping
from cli.authority import allowed
from cli.instants import now
from cli.kept import organs, record, settings
from cli.output import Json, answer, end, say, warn
from cli.problems import ExitCode, Problem
from cli.tables import table
from cli.voices import speaker
from documents.files import Files
from evidence.archiving import Asked, UnknownFileError, decide, term_of
from models.access import View
from models.retention import ArchiveCommand, Term
from policies.deadlines import local_date
from policies.wording import moment
from record import archive
from record.archive import Certificate, File
from record.ledger import Entry
from record.store import Store
from settings import Settings

__all__ = ["app"]

app = typer.Typer(
    help="保管期限、暂停销毁、销毁与证明。 Retention, holds, destruction and its certificates.",
    no_args_is_help=True,
    add_completion=False,
)

_Id = Annotated[
    str, typer.Argument(metavar="ID", help="事项编号,或无事项的案件编号。 A matter, or a case without one.")
]
_By = Annotated[
    str | None, typer.Option("--by", help="办理的岗位;出示令牌的,即令牌的岗位。 The post; with a token, the token's.")
]
_Reason = Annotated[str, typer.Option("--reason", help="理由。 The reason.")]


@app.command("list")
def list_files(
    due: Annotated[bool, typer.Option("--due", help="只列期满可销毁的。 Only those whose retention is over.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="每页件数。 Files on a page.")] = 100,
    after: Annotated[str, typer.Option("--after", help="接上页。 The next page.")] = "",
    as_json: Json = False,
) -> None:
    """列出已归档的卷:保管期限、到期日、是否暂停销毁、是否已提请销毁。

    Files that are over: how long they are kept, until when, on hold or not, destruction asked for or not.
    """
    shown: list[dict[str, Any]] = []
    today = local_date(now())
    chosen = settings()
    with record(chosen) as store, _seen(store, chosen) as session:
        held, asked = archive.held(session), archive.requested(session)
        more = True
        while more and len(shown) <= limit:
            page = archive.over(session, after)
            more = bool(page)
            for target in page:
                after = target
                file = archive.file_of(session, target)
                if file is None:
                    continue
                kept = term_of(file)
                if not due or (target not in held and kept.due_on is not None and kept.due_on <= today):
                    shown.append(_line(file, kept, held.get(target), asked.get(target)))
                if len(shown) > limit:
                    break
    following = shown[limit - 1]["id"] if len(shown) > limit else None
    shown = shown[:limit]
    if as_json:
        answer({"files": shown, "next": following})
        return
    table(
        ("卷 id", "类别 class", "期限 years", "归档 closed", "期满 due", "暂停销毁 hold", "提请 requested"),
        [
            (
                one["id"],
                one["zh"],
                one["years"] or "永久",
                one["closed_on"] or "",
                one["due_on"] or "",
                one["hold"] or "",
                "是" if one["requested"] else "",
            )
            for one in shown
        ],
    )
    if following:
        say(f"还有更多 more: --after {following}")


@app.command()
def hold(target: _Id, reason: _Reason, by: _By = None, as_json: Json = False) -> None:
    """暂停销毁一卷(诉讼、审计、复查等)。 Put a file on hold: it must not be destroyed."""
    _do(target, ArchiveCommand.HOLD, by, reason, as_json=as_json)


@app.command()
def release(target: _Id, reason: _Reason, by: _By = None, as_json: Json = False) -> None:
    """解除暂停销毁:一人提请,另一人再办一次即解除。须出示令牌。

    Release a file from its hold: one person asks, another says the same and it is done. Both show their token.
    """
    _do(target, ArchiveCommand.RELEASE, by, reason, as_json=as_json)


@app.command()
def request(target: _Id, reason: _Reason, by: _By = None, as_json: Json = False) -> None:
    """提请销毁一卷;由另一人以 destroy 批准并执行。须出示令牌。

    Ask for a file's destruction; another person approves it. Both show their token.
    """
    _do(target, ArchiveCommand.REQUEST_DESTRUCTION, by, reason, as_json=as_json)


@app.command()
def destroy(target: _Id, reason: _Reason, by: _By = None, as_json: Json = False) -> None:
    """批准并执行销毁:须他人已提请、期限已满、未暂停;留下散列与销毁证明。

    Approve and carry out: another person has asked, the retention is over, no hold. Hashes and a certificate stay.
    """
    _do(target, ArchiveCommand.DESTROY, by, reason, as_json=as_json)


@app.command("certificates")
def list_certificates(
    target: Annotated[str | None, typer.Argument(metavar="[ID]", help="默认全部。 Default: all.")] = None,
    as_json: Json = False,
) -> None:
    """列出销毁证明。 The certificates of destruction."""
    chosen = settings()
    with record(chosen) as store, _seen(store, chosen) as session:
        found = archive.certificates(session, target)
    if as_json:
        answer({"certificates": [_certified(one) for one in found]})
        return
    for one in found:
        say(_words(one))
    if not found:
        say("没有销毁证明。 No certificates.")


@contextmanager
def _seen(store: Store, chosen: Settings) -> Iterator[Session]:
    """A transaction that reads, for whom the table lets see the archive."""
    allowed(store, chosen, View.ARCHIVE)
    with store.reading() as session:
        yield session


def _do(target: str, command: ArchiveCommand, by: str | None, reason: str, *, as_json: bool) -> None:
    chosen = settings()
    directory = organs(chosen)
    with record(chosen) as store:
        asked = Asked(command, target, speaker(store, by, now()), reason, now())
        try:
            with store.writing() as session:
                done = decide(session, directory, chosen.office, asked)
        except UnknownFileError as error:
            raise Problem(str(error)) from error
        left = _clear(chosen, store, done.certificate) if done.certificate else []
    told = {
        "id": target,
        "accepted": done.refused is None,
        "waiting": done.waiting,
        "reason": done.refused,
        "seq": done.entry.seq,
        "certificate": _certified(done.certificate) if done.certificate else None,
        "left": left,
    }
    if as_json:
        answer(told)
    elif done.refused is not None:
        say(f"{target}: 未予受理 refused: {done.refused}")
    elif done.waiting:
        say(f"{target}: 已提请,须另一人再办一次 asked for: done when another person says the same")
    else:
        say(_words(done.certificate) if done.certificate else f"{target}: 已记录 recorded ({done.entry.act.act.value})")
    for one in left:
        warn(f"尚未清除,再次运行 destroy 接着清除 not cleared yet, run destroy again: {one}")
    end(ExitCode.REFUSED if done.refused is not None else ExitCode.UNAVAILABLE if left else ExitCode.DONE)


# --- what a destroyed file leaves outside the database ----------------------------------------------------------------


def _clear(chosen: Settings, store: Store, certificate: Certificate) -> list[str]:
    """Remove printed files, attachments and Temporal's histories of what was destroyed; what could not be, in words.

    The database comes first: a process killed in between leaves what a repetition clears.
    """
    files = Files(chosen.documents_path)
    left: list[str] = []
    for content in certificate.contents:
        try:
            files.remove(content)
        except OSError as error:
            left.append(f"{files.path(content)}: {error.strerror}")
    handed_in = Keeping.of(store, chosen)
    for kept in certificate.attachments:
        try:
            handed_in.remove(kept)
        except OSError as error:
            left.append(f"{handed_in.files.path(kept)}: {error.strerror}")
    from cli.live import in_words, live  # noqa: PLC0415 - Temporal's client takes a while to load

    async def deleted() -> None:
        from cli.histories import delete_runs  # noqa: PLC0415

        async with live(chosen) as office:
            for target in certificate.targets:
                await delete_runs(office.client, target)

    try:
        with in_words():
            asyncio.run(deleted())
    except Problem as problem:
        left.append(f"Temporal: {problem}")
    return left


def _line(file: File, kept: Term, held: Entry | None, asked: Entry | None) -> dict[str, Any]:
    return {
        "id": file.id,
        "targets": file.targets,
        "class": kept.code.value,
        "zh": kept.zh,
        "years": kept.years,
        "closed_on": kept.closed_on,
        "due_on": kept.due_on,
        "source": kept.source,
        "unverified": kept.unverified,
        "hold": held.act.reason if held else None,
        "requested": {"by": asked.act.by, "person": asked.act.person, "at": asked.act.at} if asked else None,
    }


def _certified(one: Certificate) -> dict[str, Any]:
    act = one.entry.act
    return {
        "seq": one.entry.seq,
        "at": act.at,
        "by": act.by,
        "person": act.person,
        "reason": act.reason,
        "hash": one.entry.hash,
        **act.detail,
    }


def _words(one: Certificate) -> str:
    act, detail = one.entry.act, one.entry.act.detail
    count = sum(len(hashes) for hashes in detail["hashes"].values())
    asked = detail["requested"]
    return (
        f"销毁证明 certificate {one.entry.seq}: {detail['of']} {moment(act.at)}\n"
        f"  范围 what: {', '.join(one.targets)}; {count} 条记录 acts, {len(detail['papers'])} 份文书 documents\n"
        f"  依据 basis: {detail['class']} {detail['source']}; 期满 due {detail['due_on']}; {act.reason}\n"
        f"  提请 asked: {asked['by']} {asked['person']}; 批准 approved: {act.by} {act.person}\n"
        f"  散列 hash: {one.entry.hash}"
    )
