"""`verify`: has anybody touched the record, does Temporal's history agree, did every clock fire? (engine.md 5)"""

import asyncio
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Annotated, Any

import typer
from sqlmodel import Session
from temporalio.client import Client

from attachments.keeping import Keeping
from cli.authority import allowed
from cli.documents import printing_of
from cli.histories import (
    History,
    HistoryState,
    called,
    histories,
    history,
    misdirected,
    run_of,
    seals_seen,
    targets_known,
)
from cli.incidents import record_incidents
from cli.instants import now
from cli.kept import record, settings
from cli.live import client_of, in_words, temporal
from cli.output import Json, answer, end, say, warn
from cli.problems import ExitCode, Problem
from evidence import sealing, watch
from evidence.naming import Difference, differences
from evidence.sealing import SealFault
from identity.checking import changed
from models.access import Scope, View
from models.acts import ActName
from models.cases import CASE_OVER
from models.contract import is_account, kind_of
from models.evidence import IncidentKind
from models.matters import Stage
from models.proceedings import PROCEEDING_OVER
from office import keep_sealed
from policies.wording import moment
from record import attachments, documents, ledger, views
from record import targets as record_targets
from record.attachments import AttachmentFault
from record.documents import DocumentFault, DocumentFaultKind
from record.incidents import Incident
from record.ledger import ChainFault, FaultKind, Witness
from record.looks import chain_of
from record.store import Store
from settings import Settings
from witnesses import Telling

__all__ = ["verify"]

_OVER = frozenset({Stage.ARCHIVED, Stage.REFUSED, *CASE_OVER, *PROCEEDING_OVER})
_GRACE = timedelta(minutes=1)
_LOOKS = 5
_PAUSE_SECONDS = 0.3
# A year and a month of daily seals; older ones are chained to them.
_SEALS_SEEN = 400


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not agree: about which target, at which entry (None: the whole history), and in words.

    `acts` are the acts in which record and history differ, as far as the history shows them.
    """

    target: str
    seq: int | None
    kind: str
    text: str
    acts: tuple[Difference, ...] = ()


def verify(
    target: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="事项或案件编号,默认全部。 A matter or a case; default: all.")
    ] = None,
    offline: Annotated[
        bool, typer.Option("--offline", help="只核对记录链,不连服务。 The chains only, without a server.")
    ] = False,
    as_json: Json = False,
) -> None:
    """核对每条记录链,并与 Temporal 的流程历史逐条对照,到期的时限是否触发;有出入则逐一说明并以 1 退出。

    Verify every chain of the ledger, compare it with Temporal's histories, and see that every clock due has fired; each
    disagreement is named, exit 1.
    服务不可用时只核对记录链,以 3 退出(除非 --offline)。 Without a server only the chains are verified: exit 3.
    """
    chosen = settings()
    compared, unavailable = 0, None
    erased: list[str] = []
    with record(chosen) as store:
        allowed(store, chosen, View.VERIFICATION)
        targets = _targets(store, target)
        with store.reading() as session:
            found = [_chain(fault) for fault in ledger.verify(session, targets)]
            found += [_document_fault(fault) for fault in documents.verify(session, targets)]
            found += [_attachment_fault(fault) for fault in attachments.verify(session, targets)]
            seals = sealing.check(session, roots=None if targets is None else 0)
            found += [_sealed(fault) for fault in seals if targets is None or fault.name in targets]
            if targets is None:
                found += [Finding(f"person/{one.person}", None, "account", one.text) for one in changed(session)]
        found += _files(store, chosen, targets, found)
        if not offline:
            try:
                with in_words():
                    compared, more, befell, erased = asyncio.run(_compared(store, target, temporal(chosen)))
                found += more
                record_incidents(store, chosen, befell)
            except Problem as problem:
                if problem.code is not ExitCode.UNAVAILABLE:
                    raise
                unavailable = str(problem)
    if as_json:
        number = None if offline or unavailable else compared
        answer({**_document(found, compared=number, unavailable=unavailable), "erased": erased})
    else:
        for one in found:
            say(one.text)
            for act in one.acts:
                say(f"  {act.text}")
        for name in erased:
            say(f"{name}: 已销毁,流程历史无法对照 erased; its history cannot be compared")
        what = "记录链 chains" if offline or unavailable else f"记录链与 {compared} 份流程历史 chains and histories"
        say(f"{what}: " + (f"{len(found)} 处不符 findings" if found else "相符 in order"))
    if unavailable:
        warn(f"只核对了记录链,未对照流程历史。 Only the chains were verified. {unavailable}")
    end(ExitCode.REFUSED if found else ExitCode.UNAVAILABLE if unavailable else ExitCode.DONE)


def _files(store: Store, chosen: Settings, targets: list[str] | None, found: list[Finding]) -> list[Finding]:
    """What is wrong with printed documents and attachments as files, beside what the ledger speaks against already."""
    printing = printing_of(store, chosen)
    wrong = {(one.target, one.seq) for one in found}
    with store.reading() as session:
        printed = [one for one in documents.printed_of(session, targets) if (one.target, one.seq) not in wrong]
    faults = (
        DocumentFault(one.target, one.seq, one.number, DocumentFaultKind.FILE)
        for one in printed
        if not printing.intact(one.id)
    )
    handed_in = Keeping.of(store, chosen)
    with store.reading() as session:
        kept = [one for one in attachments.kept_of(session, targets) if one.message_id is not None]
        lost = [one for one in kept if handed_in.wrong(one)]
        altered = [fault for one in lost for fault in attachments.naming(session, one)]
    return [*(_document_fault(fault) for fault in faults), *(_attachment_fault(fault) for fault in altered)]


def _targets(store: Store, target: str | None) -> list[str] | None:
    """The chains to verify; None for all. Raises Problem for an unknown target."""
    if target is None:
        return None
    with store.reading() as session:
        cases = [case.id for case in views.cases(session, target, scope=Scope.everything())]
        known = ledger.head(session, target).seq or views.card(session, target, now(), scope=Scope.everything())
    if not known:
        raise Problem(f"没有这个事项 no such matter: {target} (starter.py list)")
    # The looks at each of them stand in chains of their own.
    return [one for own in (target, *cases) for one in (own, chain_of(own))]


async def _compared(
    store: Store, target: str | None, place: Any
) -> tuple[int, list[Finding], list[Incident], list[str]]:
    """How many histories were compared, what they say against the record, what befell workflows from outside.

    Last, the targets whose histories cannot be read any more because their key was destroyed.
    """
    client = await client_of(place)
    keep_sealed(client, store)
    stages = _stages(store, target)
    known = await targets_known(client) if target is None else []
    seen = await histories(client, sorted({*stages, *known}))
    aside = [one async for one in misdirected(client, target)] + [one async for one in called(client, target)]
    befell = [one async for one in watch.befallen(client) if one.target in stages]
    # The newest run of a target is among those read already.
    aside += [await run_of(client, one) for one in befell]
    befell += [incident for one in seen for incident in one.incidents]
    found: list[Finding] = []
    for one in seen:
        cut = _broken(one, stages.get(one.target))
        if cut is not None:
            found.append(cut)
            # A server that knows nothing of this record is another one: that is no incident of each matter.
            if one.state is HistoryState.MISSING and any(other.witnessed for other in seen):
                befell.append(watch.incident(one.target, IncidentKind.DELETED, ""))
    if target is None:
        answered = await seals_seen(client, _SEALS_SEEN)
        with store.reading() as session:
            found += [_sealed(fault) for fault in sealing.witnessed(session, answered)]
    faults = await _against(store, client, [*seen, *aside])
    named = _named(store, faults, [*seen, *aside])
    erased = [one.target for one in seen if one.erased]
    return len(seen) + len(aside) - len(erased), [*found, *_late(store, target), *named], befell, erased


def _named(store: Store, faults: list[ChainFault], seen: list[History]) -> list[Finding]:
    """The faults that histories show, each with the acts it is about."""
    telling: dict[str, Telling] = {}
    witnessed: dict[str, set[int]] = {}
    for one in seen:
        known = telling.setdefault(one.target, Telling())
        known.lines |= one.telling.lines
        known.messages |= one.telling.messages
        witnessed.setdefault(one.target, set()).update(witness.seq for witness in one.witnessed)
    found = []
    with store.reading() as session:
        for fault in faults:
            since = max((seq for seq in witnessed.get(fault.target, ()) if seq < fault.seq), default=0)
            told = telling.get(fault.target, Telling())
            acts = tuple(differences(session, fault, told, since))
            found.append(Finding(fault.target, fault.seq, fault.kind.value, fault.text, acts))
    return found


def _late(store: Store, target: str | None) -> list[Finding]:
    """The watchdog: clocks that fell due and did not fire, because no worker keeps their time."""
    with store.reading() as session:
        late = record_targets.late(session, now() - _GRACE, target)
    said = "到期而未触发,请看工作进程是否在运行 fell due and has not fired; is a worker running?"
    return [Finding(one, None, "clock_missed", f"{one}: {moment(at)} {said}") for one, at in sorted(late.items())]


async def _against(store: Store, client: Client, seen: list[History]) -> list[ChainFault]:
    """What the witnesses say against the ledger; one that is just getting on is looked at again."""
    witnessed = [witness for one in seen for witness in one.witnessed]
    for _ in range(_LOOKS):
        faults = differing(store, witnessed)
        ahead = sorted({fault.target for fault in faults if fault.kind is FaultKind.RECORD_AHEAD})
        if not ahead:
            break
        await asyncio.sleep(_PAUSE_SECONDS)
        for one in ahead:
            again = await history(client, one)
            aside = [other async for other in misdirected(client, one)]
            aside += [other async for other in called(client, one)]
            newer = [witness for found in (again, *aside) for witness in found.witnessed]
            witnessed = [*(witness for witness in witnessed if witness.target != one), *newer]
    return faults


def differing(store: Store, witnessed: list[Witness]) -> list[ChainFault]:
    """What the witnesses say against the ledger.

    What happens to accounts no workflow sees, though one may have seen a command that was refused there. An archived
    matter, or a proceeding that has ended, whose case is concluded later is told so in the case's transaction, which
    no workflow of its own sees any more: that alone is no fault.
    """
    with store.reading() as session:
        faults = ledger.compare(session, witnessed)
        return [fault for fault in faults if not _told_by_case(session, fault)]


def _told_by_case(session: Session, fault: ChainFault) -> bool:
    if fault.kind is not FaultKind.RECORD_AHEAD:
        return False
    if is_account(fault.target):
        return True
    if record_targets.stages(session, fault.target).get(fault.target) not in (Stage.ARCHIVED, *PROCEEDING_OVER):
        return False
    later = ledger.entries(session, fault.target, after=fault.seq - 1)
    return all(entry.act.act is ActName.ACCOUNTABILITY_CONCLUDED for entry in later)


def _stages(store: Store, target: str | None) -> dict[str, record_targets.AnyStage]:
    """Everything the record knows of (or the one asked about, with its cases), and its stage."""
    with store.reading() as session:
        return record_targets.stages(session, target)


def _broken(one: History, stage: record_targets.AnyStage | None) -> Finding | None:
    """What is wrong with a history as a whole; None when nothing is."""
    if stage is None:
        return None  # the record does not know it: its witnesses say so entry by entry
    if kind_of(one.target) == "duty" and one.state is not HistoryState.CUT_OFF:
        return None  # nobody waits for it; that it was not called in time the watchdog says
    words = {
        HistoryState.MISSING: "服务器上没有它的流程 the server has no workflow of it",
        HistoryState.CUT_OFF: "流程被终止,无人计时 the workflow was cut off, nobody keeps its time",
        HistoryState.COMPLETED: "流程已结束而事项或案件未了结 the workflow has ended before the matter or case has",
    }
    if one.state not in words or (one.state is HistoryState.COMPLETED and stage in _OVER):
        return None
    return Finding(one.target, None, f"history_{one.state.value}", f"{one.target}: {words[one.state]}")


def _chain(fault: ChainFault) -> Finding:
    return Finding(fault.target, fault.seq, fault.kind.value, fault.text)


def _sealed(fault: SealFault) -> Finding:
    return Finding(fault.name or f"seal {fault.no}", fault.seq or None, fault.kind.value, fault.text)


def _document_fault(fault: DocumentFault) -> Finding:
    return Finding(fault.target, fault.seq, fault.kind.value, fault.text)


def _attachment_fault(fault: AttachmentFault) -> Finding:
    return Finding(fault.target, fault.seq, "attachment", fault.text)


def _document(found: list[Finding], *, compared: int | None, unavailable: str | None) -> dict[str, Any]:
    return {
        "in_order": not found,
        "histories": compared,
        "unavailable": unavailable,
        "findings": [
            {
                "target": one.target,
                "seq": one.seq,
                "kind": one.kind,
                "text": one.text,
                "acts": [asdict(act) for act in one.acts],
            }
            for one in found
        ],
    }
