"""Where the record and a workflow's history disagree: which act is it, and in what does it differ?

A receipt holds the beginning of a hash and the acts in words, an accepted update what was said. What neither of them
shows can still differ; then the act is named and its content is said to differ.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from models.acts import Act
from policies.saying import said
from policies.wording import line
from record import ledger
from record.ledger import ChainFault, Entry, FaultKind
from witnesses import Telling

CONTENT = "content"


@dataclass(frozen=True, slots=True)
class Difference:
    """One act that differs: its place, name and instant as recorded (None: it is not on record), and in which fields.

    `recorded` and `witnessed` say it in words, where there are any.
    """

    target: str
    seq: int
    act: str | None
    at: datetime | None
    fields: tuple[str, ...]
    recorded: str = ""
    witnessed: str = ""

    @property
    def text(self) -> str:
        """The difference in words, Chinese first."""
        what = ", ".join(self.fields)
        return (
            f"{self.target} 第{self.seq}条 entry {self.seq} {self.act or '–'}: {what}"
            f" (台账 record: {self.recorded or '–'}; 流程历史 history: {self.witnessed or '–'})"
        )


def differences(session: Session, fault: ChainFault, telling: Telling, since: int) -> list[Difference]:
    """The acts behind a fault that a history has shown; `since` is the last entry on which both agree.

    Of a receipt over several acts those that differ visibly, else the last one, whose hash is the one that differs.
    """
    if fault.kind is FaultKind.RECORD_BEHIND:
        told = telling.lines.get(fault.seq, "")
        return [Difference(fault.target, fault.seq, None, None, ("missing",), witnessed=told)]
    if fault.kind is not FaultKind.WITNESS_DIFFERS:
        return []
    entries = [one for one in ledger.entries(session, fault.target, after=since) if one.seq <= fault.seq]
    found = [one for entry in entries if (one := _difference(entry, telling)) is not None]
    if found or not entries:
        return found
    last = entries[-1]
    return [_named(last, (CONTENT,), telling)]


def _difference(entry: Entry, telling: Telling) -> Difference | None:
    fields = list(_fields(entry, telling))
    told = telling.lines.get(entry.seq)
    if told is not None and told != line(entry.act) and not fields:
        fields = ["by"] if _without_by(entry.act) == told or entry.act.by is None else ["line"]
    return _named(entry, tuple(fields), telling) if fields else None


def _named(entry: Entry, fields: tuple[str, ...], telling: Telling) -> Difference:
    told = telling.lines.get(entry.seq, "")
    return Difference(entry.target, entry.seq, entry.act.act.value, entry.act.at, fields, line(entry.act), told)


def _fields(entry: Entry, telling: Telling) -> Iterator[str]:
    """The fields in which what the act keeps of a message differs from what the history says was said."""
    if entry.message_id is None:
        return
    message = telling.messages.get(entry.message_id)
    if message is None:
        # A history only tells of what was said to its own workflow: silence proves nothing.
        return
    if entry.act.by is not None and message.get("by") not in (None, entry.act.by):
        yield "by"
    voice: Any = message.get("voice")
    if isinstance(voice, dict) and entry.act.person is not None:
        yield from (name for name in ("person", "principal") if voice.get(name) != getattr(entry.act, name))
    try:
        kept = said(entry.act, entry.message_id)
    except ValueError:
        yield CONTENT
        return
    if kept is not None:
        shown = kept.model_dump(mode="json", exclude_none=True)
        told = {name: value for name, value in message.items() if value is not None}
        unlike = (name for name in sorted(shown.keys() & told.keys()) if shown[name] != told[name])
        yield from (name for name in unlike if name not in ("voice", "by"))


def _without_by(act: Act) -> str:
    return line(act.model_copy(update={"by": None}))
