"""What is a petition's own petitioner shown of it: where it stands, what was answered, what else was told?

A list of acts and of items (policies/petitions.py `answers`): what is not on it is not shown, neither what officials
write to each other nor who they are. Of a petition that goes on with another the other one's progress is shown too,
without its words and without its petitioner's.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from enacting import standing
from models.acts import Act, ActName
from models.proceeding_messages import FollowUp, Rate
from models.proceedings import ProceedingState
from policies import petitions
from policies.calendar import Calendar
from policies.counting import counting
from policies.deadlines import local_date
from policies.directory import Directory
from policies.drafting import Facts
from policies.foreseeing import Ahead, ahead
from policies.procedures import STANDARD
from policies.proceeding import due_at, step
from policies.wording import act_words
from record import ledger, proceedings
from record.proceeding_lists import step_title
from showing.why import procedure_of

SHOWN = frozenset(
    {
        ActName.OPENED, ActName.STEP_BEGUN, ActName.STEP_DONE, ActName.ROUTED, ActName.ROUTING_ACCEPTED,
        ActName.ROUTING_UPHELD, ActName.ITEMS_MISSING, ActName.SUPPLEMENTED, ActName.ACCEPTED, ActName.REJECTED,
        ActName.EXTENSION_GRANTED, ActName.SUSPENDED, ActName.RESUMED, ActName.CALLED_BACK, ActName.REDONE,
        ActName.ESCALATED, ActName.PUBLISHED, ActName.LINKED, ActName.FOLLOWED_UP, ActName.RATED,
        ActName.CONCLUDED,
    }
)  # fmt: skip
_REASON = frozenset({ActName.REJECTED, ActName.SUSPENDED, ActName.CONCLUDED})
_ORGAN = frozenset({ActName.ROUTED, ActName.ROUTING_ACCEPTED, ActName.ROUTING_UPHELD})
_VALUE = frozenset({ActName.CALLED_BACK, ActName.REDONE, ActName.RATED})
_OWN_WORDS = frozenset({ActName.FOLLOWED_UP, ActName.RATED})


def receipt_document(session: Session, petition: str, at: datetime) -> dict[str, Any] | None:
    """All that whoever holds the petition's code is shown, read within its transaction; None where it was not opened.

    Instants as recorded; `at` is now, which says which items are answers.
    """
    state = proceedings.seen(session, petition)
    if state is None or state.terms is None:
        return None
    head = proceedings.seen(session, goes_on(session, petition)) or state
    answers = petitions.in_force(local_date(at)).answers
    history = list(_history(session, state, petition, answers))
    if head.id != petition:
        history += [one for one in _history(session, head, petition, answers) if one["act"] is not ActName.OPENED]
    return {
        "id": petition,
        "title": state.terms.title,
        "channel": state.terms.channel,
        "received_at": state.terms.received_at,
        "goes_on_with": head.id if head.id != petition else None,
        "stage": head.stage,
        "step": step_title(session, head.id),
        "light": head.light,
        "due_at": due_at(head),
        "ended_at": head.ended_at,
        "history": sorted(history, key=lambda one: one["at"]),
    }


@dataclass(frozen=True, slots=True)
class Outlook:
    """What comes next for whoever holds the code: the steps ahead by their latest days, and what he may say now."""

    ahead: tuple[Ahead, ...]
    may_add: bool
    may_rate: bool


def outlook(session: Session, petition: str, at: datetime, *, calendar: Calendar, directory: Directory) -> Outlook:
    """What comes next, as the rules have it at the aware instant `at`; nothing of what was not opened or is over.

    What may be said is tried on the rules, and nothing of it is kept (policies/offering.py does so for matters).
    """
    own = proceedings.seen(session, petition)
    head = proceedings.seen(session, goes_on(session, petition))
    found = procedure_of(session, head.policy) if head is not None else None
    if own is None or head is None or found is None or head.over:
        return Outlook((), may_add=False, may_rate=False)
    on = _opened_on(head)
    facts = Facts(
        policy=standing(session, STANDARD, on).in_force(on),
        calendar=calendar, counting=counting(on), directory=directory,
        measures_decided=lambda _subject, _since, _until: 0, plan=found.in_force(on),
    )  # fmt: skip
    about = petition if head.id != petition else None

    def admitted(said: FollowUp | Rate) -> bool:
        outcome = step(head, said, at, facts).outcome
        return outcome is not None and outcome.accepted

    return Outlook(
        ahead(head, at, facts),
        may_add=admitted(FollowUp(message_id="offer", text="试问", about=about)),
        may_rate=admitted(Rate(message_id="offer", satisfied=True, about=about)),
    )


def goes_on(session: Session, petition: str) -> str:
    """The petition that this one goes on with, itself where it goes on by itself."""
    on = {petition}
    found = proceedings.seen(session, petition)
    while found is not None and found.linked_to is not None and found.linked_to not in on:
        on.add(found.linked_to)
        found = proceedings.seen(session, found.linked_to)
    return petition if found is None else found.id


def _history(session: Session, state: ProceedingState, own: str, answers: frozenset[str]) -> Iterator[dict[str, Any]]:
    titles = _titles(session, state)
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
            "step": titles.get((act.value if act.act is ActName.REDONE else act.step) or ""),
            "due": act.due,
            "organ": act.subject if act.act in _ORGAN else None,
            "value": act.value if act.act in _VALUE else None,
            "reason": act.reason if act.act in _REASON else None,
            "refer_to": said.get("refer_to") if act.act is ActName.REJECTED else None,
            "missing": [*(said.get("missing") or ())] if act.act is ActName.ITEMS_MISSING else [],
            "answers": {str(name): str(value) for name, value in parts.items() if name in answers},
            "text": said.get("text") if act.act in _OWN_WORDS else None,
        }


def _titles(session: Session, state: ProceedingState) -> dict[str, str]:
    """What the steps of its procedure are called, by name; {} where its text is not kept."""
    found = procedure_of(session, state.policy)
    if found is None:
        return {}
    return {block.name: block.title for block in found.in_force(_opened_on(state)).steps}


def _opened_on(state: ProceedingState) -> date:
    """The day whose procedure it goes by."""
    return date.fromisoformat(state.policy.partition("/")[2])


def _of(act: Act, own: str) -> bool:
    """Whether it may be shown to the petitioner of `own`: of another one's linking and words nothing is."""
    if act.act is ActName.LINKED:
        # Of what goes on with this one, that it does is noted with their number.
        return act.target == own and act.count is None
    if act.act in _OWN_WORDS:
        return (act.subject or act.target) == own
    return True
