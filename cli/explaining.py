"""`why`: why does a matter stand as it does, or why did one act happen? Read from the record; no server is asked."""

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import Session

from cli.explained import markdown, plain, show
from cli.kept import record, settings
from cli.output import Json, answer, say
from cli.problems import ExitCode, Problem
from models.access import Scope
from models.acts import ActName
from models.contract import matter_of
from models.explanations import Explanation, Telling
from models.policy import Policy
from policies.explaining.counted import versions
from policies.explaining.dossier import Dossier
from policies.explaining.explanation import why_act, why_now
from policies.explaining.tracing import Numbered
from policies.procedures import load_text
from policies.wording import act_words
from record import calendars, cases, deliveries, outbox, procedures, views
from record.ledger import Entry, entries
from record.outbox import NoticeState

__all__ = ["why"]

ACCEPTED_FILES = (".md", ".txt")


def why(
    target: Annotated[str, typer.Argument(metavar="ID", help="事项或案件编号。 The id of a matter or a case.")],
    act: Annotated[
        str | None,
        typer.Argument(
            metavar="[ACT]",
            help="记录:序号,或名称(取最后一条)。 An act: its number in the chain, or its name (the last of it).",
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="写成可打印的文件。 A file to print: .md, .txt")
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="连同各岗所写的内容。 With what people wrote.")] = False,
    as_json: Json = False,
) -> None:
    """为什么:一条记录(提醒、升级、不予受理、建议等)或事项现状的依据、事实、逐日计算、通知送达、谁可在何时前阻止。

    Why? The rule and its version, the facts, the clock day by day, notices with proof of delivery, and who could have
    stopped it until when: of one act, or of where the matter or case stands now.
    """
    if output is not None and output.suffix not in ACCEPTED_FILES:
        raise Problem(
            f"--output {output}: 不支持的文件类型 not a kind of file;可接受 accepted: {', '.join(ACCEPTED_FILES)}"
        )
    with record(settings()) as store, store.reading() as session:
        found = _explained(session, target, act, full=full)
    if output is not None:
        _write(output, found)
    if as_json:
        answer(found.model_dump(mode="json"))
    elif output is not None:
        say(f"已写入 written: {output}")
    else:
        show(found)


# --- from the record --------------------------------------------------------------------------------------------------


def _explained(session: Session, target: str, act: str | None, *, full: bool) -> Explanation:
    own = entries(session, target)
    if not own:
        raise Problem(f"没有这个事项或案件 no such matter or case: {target} (starter.py list)", ExitCode.REFUSED)
    matter_id = matter_of(target)
    card = views.register_of(session, [matter_id], now=own[-1].act.at, scope=Scope.everything()).get(matter_id)
    state = card.state if card else None
    matter = own if matter_id == target else entries(session, matter_id)
    standing = cases.seen(session, target) if matter_id != target else None
    dossier = Dossier(
        target=target,
        matter=_numbered(matter),
        case=() if matter_id == target else _numbered(own),
        calendars=versions(calendars.notices(session)),
        state=state,
        policy=_policy(session, matter, state.policy if state else ""),
        standing=standing,
        case_policy=_policy(session, own, standing.policy if standing else "") if matter_id != target else None,
        revoked=tuple(case for case, cited in cases.cited_by(session, standing).items() if cited.standing is None)
        if standing
        else (),
    )
    if act is None:
        return why_now(dossier, _told(session, own[-1]), full=full)
    entry = _entry(own, act)
    return why_act(dossier, entry.seq, _told(session, entry), full=full)


def _numbered(chain: Iterable[Entry]) -> tuple[Numbered, ...]:
    return tuple(Numbered(entry.seq, entry.act) for entry in chain)


def _entry(chain: Sequence[Entry], act: str) -> Entry:
    """The entry of that number or, by name, the last one; raises Problem."""
    if act.isdecimal():
        found = next((entry for entry in chain if entry.seq == int(act)), None)
    else:
        name = {act_words(name): name for name in ActName}.get(act)
        try:
            name = name or ActName(act.replace("-", "_"))
        except ValueError as error:
            known = ", ".join(dict.fromkeys(entry.act.act.value for entry in chain))
            raise Problem(f"ACT {act}: 没有这种记录 not an act;可接受 accepted: 1..{len(chain)}, {known}") from error
        found = next((entry for entry in reversed(chain) if entry.act.act is name), None)
    if found is None:
        known = ", ".join(dict.fromkeys(entry.act.act.value for entry in chain))
        text = f"{chain[0].target} 没有这条记录 has no such act: {act};可接受 accepted: 1..{len(chain)}, {known}"
        raise Problem(text, ExitCode.REFUSED)
    return found


def _policy(session: Session, chain: Sequence[Entry], key: str) -> Policy | None:
    """The policy of that key, else the first of `chain`, from the text kept in the record; None where none is."""
    keys = [entry.act.ruling.policy for entry in chain if entry.act.ruling and entry.act.ruling.policy]
    key = key or next(iter(keys), "")
    version, _, on = key.partition("/")
    try:
        return load_text(procedures.get(session, version), version).in_force(date.fromisoformat(on))
    except (KeyError, LookupError, ValueError):
        return None


def _told(session: Session, entry: Entry) -> list[Telling]:
    """Every post that was told of the act: in its inbox, and over the channels that leave the house."""
    inside = [
        Telling(post=one.recipient, channel=one.channel.value, state=one.state.value, at=one.delivered_at,
                proof="收件箱登记 entered in the inbox" if one.delivered_at else None)
        for one in outbox.of_act(session, entry.target, entry.seq)
    ]  # fmt: skip
    outside = [
        Telling(
            post=one.recipient,
            channel=one.channel,
            state=one.state.value,
            at=one.delivered_at or one.attempted_at or one.due_at,
            attempts=one.attempts,
            proof=one.receipt if one.state is NoticeState.DELIVERED else None,
            failure=one.failure,
        )
        for one in deliveries.of_act(session, entry.target, entry.seq)
    ]
    return sorted([*inside, *outside], key=lambda one: (one.post, one.at is None, one.at))


def _write(file: Path, found: Explanation) -> None:
    text = markdown(found) if file.suffix == ".md" else plain(found)
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Problem(f"--output {file}: 无法写入 cannot be written: {error.strerror}") from error
