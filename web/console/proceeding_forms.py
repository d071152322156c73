"""What does the form of a command to a proceeding ask for, where the step under way knows the answers?

The forms are those of web/console/forms.py; what the procedure names is filled into them: the evidence by name, the
criteria, who was invited, which opinions wait. What comes back is read without that, so that a form of a step that is
over is still understood, and the rules answer it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from models.blocks import Approval, Escalation
from models.proceedings import Answers, Ballot, Items, Objections, ProceedingState, Series, Session
from policies.blocks.approval import MINUTES
from policies.proceeding_offering import shape_of_proceeding
from web.console.forms import Field, Kind, Option, form_of, options
from web.console.visits import Said

_OF_NAMES = {"evidence": Kind.LINE, "marks": Kind.NUMBER}
"""The fields that hold values by name, and how each of these is filled in."""


def asked_fields(say: Said, do: str, state: ProceedingState, block: Any) -> tuple[Field, ...]:
    """The fields of the form of this command while this step is under way, labelled in the visitor's language."""
    known = {name: _options(found) for name, found in _choices(do, state, block) if found}
    fields = form_of(shape_of_proceeding(do), choices=known)
    return tuple(one for field in fields for one in _filled(say, do, field, (state, block)))


def read_fields(do: str, names: Iterable[str]) -> tuple[Field, ...]:
    """The fields of a form of this command that came back with fields of these names."""
    found = form_of(shape_of_proceeding(do))
    parts = [
        Field(name, _OF_NAMES[of], name)
        for name in names
        if (of := name.partition(".")[0]) in _OF_NAMES and name.partition(".")[2]
    ]
    of_names = {name.partition(".")[0] for name in (one.name for one in parts)}
    return (*(one for one in found if one.name not in of_names), *parts)


def _filled(say: Said, do: str, field: Field, standing: tuple[ProceedingState, Any]) -> Iterator[Field]:
    state, block = standing
    names, listed = _named(field.name, block), _listed(do, field.name, state, block)
    if names:
        for name in names:
            yield Field(f"{field.name}.{name}", _OF_NAMES[field.name], name, required=True)
    elif listed:
        yield replace(field, label=f"{say.field(do, field.label)}({'、'.join(listed)})")
    elif not (do == "route" and field.name == "to" and isinstance(block, Escalation)):
        yield field


def _named(name: str, block: Any) -> tuple[str, ...]:
    """By which names the procedure asks for the values of this field."""
    if name == "marks":
        return tuple(one.name for one in getattr(block, "criteria", ()))
    if name != "evidence":
        return ()
    collective = (MINUTES,) if isinstance(block, Approval) and block.collective else ()
    return (*getattr(block, "shown", ()), *getattr(block, "minutes", ()), *collective)


def _options(names: Iterable[str]) -> tuple[Option, ...]:
    return options({name: name for name in names})


def _choices(do: str, state: ProceedingState, block: Any) -> Iterator[tuple[str, tuple[str, ...]]]:
    kept = state.kept
    if do == "send_out" and isinstance(kept, Session):
        yield "what", tuple(what for what in block.notices if what not in kept.sent)
    if do == "answer_opinion" and isinstance(kept, Answers):
        yield "representative", tuple(who for who, adopted in kept.given.items() if adopted is None)
    if do == "answer_objection" and isinstance(kept, Objections):
        yield "number", tuple(number for number, upheld in kept.raised.items() if upheld is None)
    if do == "suspend":
        yield "reason", block.pauses


def _listed(do: str, name: str, state: ProceedingState, block: Any) -> tuple[str, ...]:
    """What the procedure, or the step, has to say beside this field."""
    kept = state.kept
    match do, name:
        case "check_items", "missing":
            return tuple(block.items)
        case "supplement", "items":
            return kept.missing if isinstance(kept, Items) else ()
        case "hold", "present":
            people = kept if isinstance(kept, Session) else Session()
            return (*(one.name for one in people.representatives), *people.organs)
        case "count_votes", "present":
            return kept.voted if isinstance(kept, Ballot) else ()
        case "report_value", "on":
            return (kept.awaited.isoformat(),) if isinstance(kept, Series) and kept.awaited else ()
        case "request_extension", "limit":
            return (block.more_time.longest,) if block.more_time else ()
    return ()
