"""What is shown of a matter, of an act and of an inbox to programs, and in which words to people?

Everything comes from record.views; nothing is worked out here but how far a due day is.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from models.acts import Act, ActName
from models.documents import ISSUED
from models.matters import Light
from policies.calendar import Calendar
from policies.deadlines import SHANGHAI
from policies.distance import Distance, distance
from policies.proceeding_wording import CONCLUSIONS, VALUE_WORDS
from policies.wording import LIGHTS, act_words, limit_cell, value_words
from record.ledger import Entry
from record.matters import SETTLED
from record.outbox import Notice
from record.views import MatterCard, MatterLine
from rehearsal.printing import printed


def local(at: datetime | None) -> datetime | None:
    """The same instant in Asia/Shanghai, as everything is shown."""
    return None if at is None else at.astimezone(SHANGHAI)


def how_far(line: MatterLine, at: datetime, working: Calendar) -> Distance | None:
    """How far the due day is from `at`; None where nothing is owed by it: not assigned, suspended, submitted, ended."""
    if line.due_at is None or line.suspended or line.stage in SETTLED:
        return None
    return distance(line.due_at, at, working, overdue=line.overdue)


def due_words(line: MatterLine, far: Distance | None) -> str | None:
    """The same in words; a suspended matter says so."""
    return far.words if far else "计时中止" if line.suspended else None


def told(entry: Entry) -> str:
    """An act in Chinese words with the figures that belong to it, without its instant, post and due instant."""
    act = entry.act
    parts = [act_words(act.act)]
    if act.light:
        parts.append(LIGHTS[Light(act.light)])
    if act.days_left is not None:
        parts.append(f"还有{act.days_left}个工作日")
    if act.subject:
        parts.append(VALUE_WORDS.get(act.subject, act.subject))
    if act.measure:
        parts.append(act.measure)
    if act.value:
        parts.append(value_words(act))
    if act.act is ActName.EXTENSION_REQUESTED:
        parts.append(_asked_for(act))
    if act.reason:
        parts.append(f"({CONCLUSIONS.get(act.reason, act.reason) if act.act is ActName.CONCLUDED else act.reason})")
    parts += [str(issued["number"]) for issued in act.detail.get(ISSUED, ())]
    return " ".join(filter(None, parts))


def _asked_for(act: Act) -> str:
    """How much more time a request asks for; of a proceeding it stands in what was said."""
    said = act.detail.get("said")
    limit = act.detail.get("limit") or (said.get("limit") if isinstance(said, Mapping) else None)
    return limit_cell(limit) if isinstance(limit, str) else ""


def recorded(entry: Entry) -> dict[str, Any]:
    """An entry of the ledger for programs: what a rehearsal prints of the act, and how it is kept."""
    return {
        **printed(entry.act),
        **{name: told for name, told in (("person", entry.act.person), ("principal", entry.act.principal)) if told},
        "seq": entry.seq,
        "words": told(entry),
        "detail": entry.act.detail,
        "tell": entry.act.tell,
        "message_id": entry.message_id,
        "processed_at": entry.processed_at,
        "hash": entry.hash,
    }


def line_document(line: MatterLine, at: datetime, working: Calendar) -> dict[str, Any]:
    """A matter in a list, for programs."""
    far = how_far(line, at, working)
    return {
        **asdict(line),
        "working_days_left": far and far.working_days,
        "words": due_words(line, far),
    }


def card_document(card: MatterCard, entries: Iterable[Entry], at: datetime, working: Calendar) -> dict[str, Any]:
    """A matter with its terms, running clocks, cases and notices, for programs."""
    return {
        **line_document(card.line, at, working),
        "seq": card.seq,
        "terms": card.state.terms and card.state.terms.model_dump(mode="json", exclude_none=True),
        "clocks": [
            {"clock": kind, "limit": clock.limit, "from": local(clock.started_at), "due": local(clock.due_at),
             "provisional": clock.provisional, "rules": clock.rules, "calendar": clock.calendar}
            for kind, clock in card.state.clocks.items()
        ],
        "cases": [asdict(case) for case in card.cases],
        "notices": told_of(entries),
    }  # fmt: skip


def told_of(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """Which acts were told to whom, for programs."""
    return [
        {
            "at": local(entry.act.at),
            "act": entry.act.act,
            "target": entry.target,
            "to": entry.act.tell,
            "words": told(entry),
        }
        for entry in entries
        if entry.act.tell
    ]


def notice_document(notice: Notice) -> dict[str, Any]:
    """A notice in an inbox, for programs."""
    return {
        "matter": notice.matter_id,
        "title": notice.title,
        "state": notice.state,
        "unreached": notice.unreached,
        **recorded(notice.entry),
    }
