"""What is a petition's own petitioner shown of it: where it stands, what was answered, what else was told?

A list of acts and of items (policies/petitions.py `answers`): what is not on it is not shown, neither what officials
write to each other nor who they are. Of a petition that goes on with another the other one's progress is shown too,
without its words and without its petitioner's.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlmodel import Session

from models.acts import Act, ActName
from models.proceedings import ProceedingState
from policies import petitions
from policies.deadlines import local_date
from policies.proceeding import due_at
from policies.wording import act_words
from record import ledger, proceedings
from record.proceeding_lists import step_title

SHOWN = frozenset(
    {
        ActName.OPENED, ActName.STEP_BEGUN, ActName.STEP_DONE, ActName.ROUTED, ActName.ROUTING_ACCEPTED,
        ActName.ROUTING_UPHELD, ActName.ITEMS_MISSING, ActName.SUPPLEMENTED, ActName.ACCEPTED, ActName.REJECTED,
        ActName.EXTENSION_GRANTED, ActName.SUSPENDED, ActName.RESUMED, ActName.CALLED_BACK, ActName.REDONE,
        ActName.ESCALATED, ActName.PUBLISHED, ActName.LINKED, ActName.FOLLOWED_UP, ActName.CONCLUDED,
    }
)  # fmt: skip
_REASON = frozenset({ActName.REJECTED, ActName.SUSPENDED, ActName.CONCLUDED})
_ORGAN = frozenset({ActName.ROUTED, ActName.ROUTING_ACCEPTED, ActName.ROUTING_UPHELD})
_VALUE = frozenset({ActName.CALLED_BACK, ActName.REDONE})


def receipt_document(session: Session, petition: str, at: datetime) -> dict[str, Any] | None:
    """All that whoever holds the petition's code is shown, read within its transaction; None where it was not opened.

    Instants as recorded; `at` is now, which says which items are answers.
    """
    state = proceedings.seen(session, petition)
    if state is None or state.terms is None:
        return None
    head, on = state, {petition}
    while head.linked_to is not None and head.linked_to not in on:
        found = proceedings.seen(session, head.linked_to)
        if found is None:
            break
        head = found
        on.add(found.id)
    answers = petitions.in_force(local_date(at)).answers
    history = list(_history(session, state, petition, answers))
    if head is not state:
        history += [one for one in _history(session, head, petition, answers) if one["act"] is not ActName.OPENED]
    return {
        "id": petition,
        "title": state.terms.title,
        "channel": state.terms.channel,
        "received_at": state.terms.received_at,
        "goes_on_with": head.id if head is not state else None,
        "stage": head.stage,
        "step": step_title(session, head.id),
        "light": head.light,
        "due_at": due_at(head),
        "ended_at": head.ended_at,
        "history": sorted(history, key=lambda one: one["at"]),
    }


def _history(session: Session, state: ProceedingState, own: str, answers: frozenset[str]) -> Iterator[dict[str, Any]]:
    for entry in ledger.entries(session, state.id):
        act = entry.act
        if act.act not in SHOWN or not _of(act, own):
            continue
        said = {**(act.detail.get("said") or {}), **act.detail}
        evidence = said.get("evidence")
        parts = evidence if isinstance(evidence, dict) else {}
        yield {
            "at": act.at,
            "act": act.act,
            "words": act_words(act.act),
            "due": act.due,
            "organ": act.subject if act.act in _ORGAN else None,
            "value": act.value if act.act in _VALUE else None,
            "reason": act.reason if act.act in _REASON else None,
            "refer_to": said.get("refer_to") if act.act is ActName.REJECTED else None,
            "missing": [*(said.get("missing") or ())] if act.act is ActName.ITEMS_MISSING else [],
            "answers": {str(name): str(value) for name, value in parts.items() if name in answers},
            "text": said.get("text") if act.act is ActName.FOLLOWED_UP else None,
        }


def _of(act: Act, own: str) -> bool:
    """Whether it may be shown to the petitioner of `own`: of another one's linking and words nothing is."""
    if act.act is ActName.LINKED:
        return act.target == own and act.by is not None
    if act.act is ActName.FOLLOWED_UP:
        return (act.subject or act.target) == own
    return True
