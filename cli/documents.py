"""`documents`, `print`, `document`: which documents have been issued, how does one get one, and on which template?"""

import re
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlmodel import Session

from cli.authority import allowed_here
from cli.kept import record, settings
from cli.looking import Open, looked
from cli.output import Json, answer, end, say, warn
from cli.problems import ExitCode, Problem
from cli.tables import table
from documents.files import DamagedFileError, Files
from documents.printing import GuardedDocumentError, Printing
from documents.problems import TemplateError
from documents.templates import SHIPPED, SUFFIX, Templates, read
from models.access import SiteCommand
from models.documents import DocumentFacts, rows
from policies.wording import act_words, moment
from privacy.sealing import ErasedError
from record import documents
from record.documents import AlteredDocumentError, Issued
from record.store import Store
from settings import Settings

__all__ = ["app", "list_documents", "print_document", "printing_of"]

app = typer.Typer(
    help="文书模板:检查、取出修改、列出字段。 Document templates: check, take one to edit, list the fields.",
    no_args_is_help=True,
    add_completion=False,
)

_BRACKETS = str.maketrans({"[": "〔", "]": "〕", "［": "〔", "］": "〕", "【": "〔", "】": "〕", "(": "〔", ")": "〕",
                           "（": "〔", "）": "〕", " ": None, "\u3000": None})  # fmt: skip
# What a file on Windows may not be called, and names that mean devices there.
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
# A name has at most 255 bytes on Linux, three of them for a Chinese character.
_LONGEST_NAME_BYTES = 200


def printing_of(store: Store, chosen: Settings) -> Printing:
    """What prints the documents of this record, with these settings."""
    return Printing(store, Files(chosen.documents_path), Templates(chosen.templates_path))


def list_documents(
    matter_id: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="事项编号,默认全部。 A matter; default: all.")
    ] = None,
    kind: Annotated[str | None, typer.Option("--kind", help="文种,如 督办单。 The kind.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="每页份数。 Documents on a page.")] = 50,
    after: Annotated[str | None, typer.Option("--after", help="接上页。 The next page.")] = None,
    as_json: Json = False,
) -> None:
    """列出已编号的文书:文号、文种、事项、事由、成文时刻,新者在前。

    The documents issued: number, kind, matter, act and instant, newest first.
    """
    with record(settings()) as store, store.reading() as session:
        try:
            page = documents.issued(session, matter_id=matter_id, kind=kind, after=after, limit=limit)
        except ValueError as error:
            raise Problem(f"--after {after}: 不是上一页给出的值 not what a page before said") from error
    if as_json:
        answer({"documents": [asdict(one) for one in page.items], "next": page.next})
        return
    lines = [
        (
            one.number,
            one.title,
            one.matter_id,
            act_words(one.act),
            moment(one.issued_at, weekday=True),
            one.content[:12] if one.content else "未打印",
        )
        for one in page.items
    ]
    table(("文号 number", "文种 kind", "事项 id", "事由 act", "成文 issued", "散列 hash"), lines)
    if page.next:
        say(f"还有更多 more: --after {page.next}")
    elif not lines:
        say("没有文书。 No documents.")


def print_document(  # noqa: PLR0917 - one parameter for each option
    number: Annotated[
        str | None,
        typer.Argument(metavar="[NUMBER]", help="文号,如 区政府督查室督办〔2026〕3号;括号可写作 []。 The number."),
    ] = None,
    matter_id: Annotated[str | None, typer.Option("--matter", help="事项编号。 The matter.")] = None,
    kind: Annotated[
        str | None, typer.Option("--kind", help="文种,如 督办单;取最近一份。 The kind; the latest one.")
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="写入的文件。 The file to write.")] = None,
    opened: Open = None,
    as_json: Json = False,
) -> None:
    """打印一份文书为 Word 文件;再次打印,文号与内容逐字节相同。

    Print a document as a Word file; printed again, number and content are the same to the byte.
    """
    if (number is None) == (matter_id is None):
        raise Problem("须给出文号,或 --matter(可加 --kind) give a number, or --matter with or without --kind")
    chosen = settings()
    with record(chosen, write=True) as store:
        one = _found(store, number, matter_id, kind)
        content = _printed(store, chosen, one, opened)
    file = output or Path(file_name(one))
    _write(file, content, named=output is not None)
    if as_json:
        answer({**asdict(one), "content": documents.digest(content), "file": file.absolute()})
    else:
        say(f"{one.number} {one.title}: {file.absolute()}")


def file_name(one: Issued) -> str:
    """How the file of a document is called: by number and kind, with nothing that Windows does not allow."""
    allowed = _FORBIDDEN.sub("_", f"{one.number} {one.title}")
    name = allowed.encode()[:_LONGEST_NAME_BYTES].decode(errors="ignore").strip(" .")
    return f"_{name}.docx" if _DEVICES.match(name) else f"{name}.docx"


def _found(store: Store, number: str | None, matter_id: str | None, kind: str | None) -> Issued:
    written = None if number is None else number.translate(_BRACKETS)
    with store.reading() as session:
        # An organ's own name may hold brackets: as it was typed first.
        items = documents.issued(session, number=number, matter_id=matter_id, kind=kind).items
        items = items or documents.issued(session, number=written, matter_id=matter_id, kind=kind).items
        known = () if items or matter_id is None else documents.issued(session, matter_id=matter_id).items
    if items:
        return items[0]
    accepted = "、".join(dict.fromkeys(one.title for one in known)) or "starter.py documents"
    raise Problem(f"没有这份文书 no such document: {number or matter_id} {kind or ''};可接受 accepted: {accepted}")


def _printed(store: Store, chosen: Settings, one: Issued, reason: str | None) -> bytes:
    def look(session: Session, named: Issued) -> None:
        looked(session, reason or "", [named.target], [named.number])

    try:
        return printing_of(store, chosen).printed(one.id, None if reason is None else look)
    except GuardedDocumentError as error:
        raise Problem(f"不予打印 not printed: {error} (--open REASON)", ExitCode.REFUSED) from error
    except ErasedError as error:
        raise Problem(f"不予打印 not printed: {error}", ExitCode.REFUSED) from error
    except AlteredDocumentError as error:
        raise Problem(f"不予打印 not printed: {error}", ExitCode.REFUSED) from error
    except DamagedFileError as error:
        text = f"不予打印,无法复原为首次打印的内容 not printed, it cannot be made again as it was: {error}"
        raise Problem(text, ExitCode.REFUSED) from error
    except OSError as error:
        raise Problem(f"{chosen.documents_path}: 无法存取 cannot be used: {error.strerror}") from error


def _write(file: Path, content: bytes, *, named: bool) -> None:
    try:
        if not named and file.exists() and file.read_bytes() != content:
            why = "已有同名而内容不同的文件 a file of this name with other content is there"
            raise Problem(f"{file.absolute()}: {why};可接受 accepted: --output FILE")
        file.write_bytes(content)
    except OSError as error:
        raise Problem(f"{file}: 无法写入 cannot be written: {error.strerror}") from error


# --- templates --------------------------------------------------------------------------------------------------------


@app.command()
def check(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[TEMPLATE]…",
            help="模板文件,默认本单位的全部模板。 Template files; default: all of the office's own.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """检查模板:不认识的字段、写错的占位符、宏和外部引用,逐一说明,有错以 2 退出。

    Check templates: unknown fields, miswritten placeholders, macros, references outside; exit 2 for a mistake.
    """
    from documents.rendering import asked  # noqa: PLC0415 - the word processor's library takes a while to load

    chosen = files or Templates(settings().templates_path).own() or sorted(SHIPPED.glob(f"*{SUFFIX}"))
    found: list[dict[str, Any]] = []
    for file in chosen:
        try:
            named = sorted(asked(read(file).file, file.name))
            found.append({"file": file, "usable": True, "fields": named, "mistakes": ()})
        except TemplateError as error:
            found.append({"file": file, "usable": False, "fields": (), "mistakes": error.mistakes})
        except OSError as error:
            raise Problem(f"{file}: 无法读取 cannot be read: {error.strerror}") from error
    if as_json:
        answer({"templates": found})
    else:
        for one in found:
            if one["usable"]:
                say(f"{one['file']}: 可用 usable, {len(one['fields'])} 个字段 fields")
    for one in found:
        for mistake in one["mistakes"]:
            warn(f"{one['file']}: {mistake}")
    end(ExitCode.DONE if all(one["usable"] for one in found) else ExitCode.BAD_INPUT)


@app.command()
def edit(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="模板名,如 supervision_order。 The template's name.")],
) -> None:
    """取出一份自带模板,放入本单位模板目录供修改;改后只影响此后成文的文书。

    Put a shipped template where the office's own are, to be edited; what is issued later is printed on it.
    """
    chosen = settings()
    allowed_here(chosen, SiteCommand.MANAGE_TEMPLATES)
    directory = chosen.templates_path
    shipped, own = SHIPPED / f"{kind}{SUFFIX}", directory / f"{kind}{SUFFIX}"
    kinds = sorted(path.stem for path in SHIPPED.glob(f"*{SUFFIX}"))
    if kind not in kinds:
        raise Problem(f"没有这个模板 no such template: {kind};可接受 accepted: {', '.join(kinds)}")
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with own.open("xb") as file, shipped.open("rb") as source:
            shutil.copyfileobj(source, file)
    except FileExistsError as error:
        raise Problem(f"{own}: 已在那里,请直接修改 is there already; edit it") from error
    except OSError as error:
        raise Problem(f"{own}: 无法写入 cannot be written: {error.strerror}") from error
    say(f"{own}: 请用 Word 修改,改后运行 document check。 Edit it, then run `document check`.")


@app.command()
def fields(as_json: Json = False) -> None:
    """列出模板可用的字段。 The fields a template may name."""
    named = [(name, field.description or "") for name, field in DocumentFacts.model_fields.items()]
    for name, shape in rows().items():
        named += [(f"{name}: …{part}", field.description or "") for part, field in shape.model_fields.items()]
    if as_json:
        answer([{"field": name, "meaning": meaning} for name, meaning in named])
    else:
        table(("字段 field", "含义 meaning"), named)
