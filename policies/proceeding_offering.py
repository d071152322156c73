"""Which commands may this post give to a proceeding, a petition or a duty now?

As policies/offering.py of a matter: what the block of the step under way hears, and what every one hears, is tried on
the rules themselves, said as plainly as it can be said, and nothing of it is kept. That another one exists which this
one could be linked to is taken for granted. Source: engine.md 3.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, get_args

from models.base import Spoken
from models.messages import Cancel, DecideExtension, RequestExtension, Resume, Suspend
from models.proceeding_messages import FollowUp, Link, ProceedingCommand, UsePermit
from models.proceedings import (
    Answers,
    Ballot,
    Items,
    Objections,
    Occurrences,
    ProceedingStage,
    ProceedingState,
    Representative,
    Session,
)
from policies import access
from policies.blocks import BLOCKS
from policies.blocks.approval import MINUTES
from policies.blocks.indicator import part_ends
from policies.blocks.meeting import PUBLIC
from policies.deadlines import local_date
from policies.drafting import Facts
from policies.proceeding import step

__all__ = ["PROCEEDING_OFFERED", "proceeding_offers", "shape_of_proceeding"]

_GENERAL = (RequestExtension, DecideExtension, Suspend, Resume, UsePermit, Link, FollowUp, Cancel)
_SHAPES: Mapping[str, type[Spoken]] = {
    str(shape.model_fields["do"].default): shape
    for shape in dict.fromkeys((*(one for one in get_args(ProceedingCommand) if one not in _GENERAL), *_GENERAL))
}
PROCEEDING_OFFERED = tuple(_SHAPES)
"""Every command that can be said to one, those of its steps first, in the order in which a page shows them."""

_TEXT = "试问"
_DAY = timedelta(days=1)
# Leaves time for whatever has to be sent out before a meeting.
_FAR_OFF = timedelta(days=180)

Words = dict[str, Any]


def shape_of_proceeding(do: str) -> type[Spoken]:
    """The message of one of PROCEEDING_OFFERED; raises KeyError for any other."""
    return _SHAPES[do]


def proceeding_offers(state: ProceedingState, post: str | None, at: datetime, facts: Facts) -> dict[str, Spoken]:
    """Those of PROCEEDING_OFFERED that would be admitted from this post at the aware instant `at`, each as it was said.

    None to no post, and none where its procedure is not known. `state` is as recorded: clocks due by `at` strike first.
    """
    plan = facts.plan
    if post is None or plan is None or state.terms is None:
        return {}
    standing = step(state, None, at, facts).state
    other = standing.model_copy(update={"id": f"{state.id}~", "stage": ProceedingStage.UNDER_WAY})
    this = _Moment(
        standing,
        plan.steps[standing.step],
        local_date(at),
        replace(facts, other_proceeding=lambda target: other if target == other.id else None),
        other.id,
    )
    heard, held = {*BLOCKS[type(this.block)].heard, *_GENERAL}, access.relations(post, standing, facts.directory)
    found: dict[str, Spoken] = {}
    for do, shape in _SHAPES.items():
        # Most fall here, at what the step hears and at the table of authority, and need not be tried.
        if shape not in heard or not access.may(access.on_proceeding(do), held):
            continue
        tries = (shape.model_validate({"message_id": "offer", "by": post, **words}) for words in _words(do, this))
        said = next((one for one in tries if _admitted(this, one, at)), None)
        if said is not None:
            found[do] = said
    return found


@dataclass(frozen=True, slots=True)
class _Moment:
    """Where it stands, its step, the day, what the rules rely on, and the id of another one like it."""

    state: ProceedingState
    block: Any
    today: date
    facts: Facts
    other: str

    def kept(self, shape: type[Any]) -> Any:
        """What the block keeps, of that shape; a blank one where it keeps nothing of it."""
        return self.state.kept if isinstance(self.state.kept, shape) else shape()


def _admitted(this: _Moment, said: Any, at: datetime) -> bool:
    outcome = step(this.state, said, at, this.facts).outcome
    return outcome is not None and outcome.accepted


def _words(do: str, this: _Moment) -> Iterable[Words]:
    """The fields of the command, so that nothing is left out; some can be said in several ways."""
    fields = _SHAPES[do].model_fields
    plainly: Words = {name: _TEXT for name in ("text", "reason", "purpose", "medium") if name in fields}
    if "evidence" in fields:
        plainly["evidence"] = _evidence(this)
    ways = _WAYS.get(do)
    return ({**plainly, **way} for way in (ways(this) if ways is not None else ({},)))


def _evidence(this: _Moment) -> dict[str, str]:
    named = (*getattr(this.block, "shown", ()), *getattr(this.block, "minutes", ()), MINUTES)
    return dict.fromkeys(named, _TEXT)


# --- what some commands have to name ----------------------------------------------------------------------------------


def _days(this: _Moment) -> Iterator[Words]:
    """A meeting at once, or on a day that leaves time for every notice; somebody has to be invited to it."""
    terms, kept, least = this.state.terms, this.kept(Session), getattr(this.block, "organs", 0)
    invited: Words = {}
    if not kept.representatives and not (terms and terms.representatives):
        invited["representatives"] = (Representative(name=_TEXT, group=PUBLIC[0]),)
    if len(kept.organs or (terms.co if terms else ())) < least:
        invited["organs"] = tuple(organ.name for organ in this.facts.directory.organs[:least])
    for on in (this.today, this.today + _FAR_OFF):
        yield {"on": on, **invited}
        yield {"on": on}


def _present(this: _Moment) -> Iterator[Words]:
    kept = this.kept(Session)
    yield {"present": (*(one.name for one in kept.representatives), *kept.organs)}


def _values(this: _Moment) -> Iterator[Words]:
    """A value of any part of the period that may have ended."""
    begun = local_date(this.state.begun_at) if this.state.begun_at else this.today
    for on in part_ends(begun, this.block.every, this.block.period):
        yield {"value": "0", "on": on}


def _ways_to_go(this: _Moment) -> Iterator[Words]:
    """Upwards, to nobody by name; to an organ, and to another one where it lies with the first."""
    yield {}
    yield from ({"to": organ.name} for organ in this.facts.directory.organs)


def _periods(this: _Moment) -> Iterator[Words]:
    """The period of today, and the one before the first that was opened."""
    first = min((this.today, *this.kept(Occurrences).opened))
    for on in (this.today, first - _DAY if first > date.min else first):
        yield {"since": on, "until": on}


def _more_time(this: _Moment) -> Iterator[Words]:
    more = this.block.more_time
    yield {"limit": more.longest if more is not None else "1d"}


def _pauses(this: _Moment) -> Iterator[Words]:
    for reason in this.block.pauses:
        for days in (1, 5):
            yield {"reason": reason, "until": f"{days}d"}


_WAYS: Mapping[str, Callable[[_Moment], Iterable[Words]]] = {
    "supplement": lambda this: ({"items": this.kept(Items).missing},),
    "opine": lambda _: ({"agreed": True},),
    "convene": _days,
    "send_out": lambda this: ({"what": what} for what in this.block.notices),
    "hold": _present,
    "cast": lambda _: ({"agreed": True},),
    "count_votes": lambda this: ({"present": this.kept(Ballot).voted},),
    "answer_opinion": lambda this: ({"representative": who, "adopted": True} for who in this.kept(Answers).given),
    "call_back": lambda _: ({"satisfied": True}, {"satisfied": None}),
    "raise_objection": lambda _: ({}, {"number": _TEXT}),
    "answer_objection": lambda this: ({"number": number, "upheld": False} for number in this.kept(Objections).raised),
    "send_paper": lambda _: ({"number": _TEXT},),
    "report_value": _values,
    "assess": lambda this: ({"marks": {one.name: one.full for one in this.block.criteria}},),
    "route": _ways_to_go,
    "link": lambda this: ({"to": this.other},),
    "backfill": _periods,
    "request_extension": _more_time,
    "decide_extension": lambda _: ({"granted": True}, {"granted": False}),
    "suspend": _pauses,
}
