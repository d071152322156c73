"""Which commands may this post give to a matter now?

Each is tried on the rules themselves, said as plainly as it can be said, and nothing of it is kept: what is offered
here can still be refused for what is said in it, and on record. Source: engine.md 3.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, get_args

from models.base import Spoken
from models.matters import MatterState, Severity, Urgency
from models.messages import MatterCommand
from models.policy import VerificationMethod
from policies import access
from policies.deadlines import local_date
from policies.drafts import Facts
from policies.matter import step

_SHAPES: Mapping[str, type[Spoken]] = {
    str(shape.model_fields["do"].default): shape for shape in get_args(MatterCommand)
}
OFFERED = (
    "approve", "sign", "report_progress", "submit", "verify", "request_extension", "decide_extension",
    "suspend", "resume", "urge", "split", "accept_transfer", "refuse_transfer", "object_assignment",
    "uphold_assignment", "request_transfer", "object", "decide_objection", "reopen", "summon", "circulate",
    "raise_urgency", "merge", "praise", "correct", "propose", "cancel",
)  # fmt: skip
"""Every command to a matter, in the order in which a page shows them."""

_TEXT = "试问"
_ENTRY_OF_REGISTRATION = 1
_LIKE_IT = "0000-like-it"
_FEW = 5


def shape_of(do: str) -> type[Spoken]:
    """The message of one of OFFERED; raises KeyError for any other."""
    return _SHAPES[do]


def offers(
    state: MatterState, post: str | None, at: datetime, facts: Facts, among: Sequence[str] = OFFERED
) -> tuple[str, ...]:
    """Those of `among` that would be admitted from this post at the aware instant `at`; nothing to nobody's post."""
    if post is None:
        return ()
    held = access.relations(post, state, facts.directory)
    return tuple(
        do
        for do in among
        # Most fall here, at the table of authority, and need not be tried.
        if access.may(access.on_matter(do), held)
        and any(_admitted(state, said, at, believed) for believed in [_supposing(do, state, facts)]
                for said in _tries(do, post, state, at, facts))
    )  # fmt: skip


def _supposing(do: str, state: MatterState, facts: Facts) -> Facts:
    """The facts; for a merger with another matter like this one in hand, for which one is meant only people know."""
    if do != "merge":
        return facts
    like_it = state.model_copy(update={"id": _LIKE_IT})
    return replace(facts, other=lambda one: like_it if one == _LIKE_IT else facts.other(one))


def _other_organs(state: MatterState, facts: Facts) -> list[str]:
    """A few organs that have no part in the matter."""
    own = (state.terms.lead, state.terms.office, *state.terms.co) if state.terms else ()
    return [organ.name for organ in facts.directory.organs if organ.name not in own][:_FEW]


def _heads(state: MatterState, facts: Facts) -> list[str]:
    """A few heads, that of the lead first."""
    lead = facts.directory.find(state.terms.lead) if state.terms else None
    organs = (*((lead,) if lead else ()), *facts.directory.organs)
    return list(dict.fromkeys(organ.head for organ in organs))[:_FEW]


def _admitted(state: MatterState, said: MatterCommand, at: datetime, facts: Facts) -> bool:
    outcome = step(state, said, at, facts).outcome
    return outcome is not None and outcome.accepted


def _tries(do: str, post: str, state: MatterState, at: datetime, facts: Facts) -> Iterator[Any]:
    """The command, said so that nothing is left out; some can be said in several ways."""
    for words in _words(do, state, local_date(at), facts):
        yield _SHAPES[do](message_id="offer", by=post, **words)


def _words(do: str, state: MatterState, today: date, facts: Facts) -> list[dict[str, Any]]:
    reason, text = {"reason": _TEXT}, {"text": _TEXT}
    match do:
        case "approve" | "decide_extension":
            return [{"granted": True}, {"granted": False, **reason}]
        case "report_progress" | "urge" | "summon" | "circulate" | "praise" | "object":
            return [text]
        case "request_extension":
            own = state.terms.limit if state.terms else ""
            last = state.limit.last_day if state.limit else today
            return [{"limit": own, **reason}, {"limit": (last + timedelta(days=1)).isoformat(), **reason}]
        case "suspend":
            return [{"until": (today + timedelta(days=days)).isoformat(), **reason} for days in (1, 5)]
        case "submit":
            return [{**text, "without_co": _TEXT}]
        case "verify":
            shown = {"method": VerificationMethod.DOCUMENT.value, "evidence": {"document": _TEXT}}
            return [{"passed": True, **shown, **reason}, {"passed": False, **reason}]
        case "request_transfer":
            return [{"to": organ, **reason} for organ in _other_organs(state, facts)]
        case "decide_objection":
            upheld = {"upheld": True, **reason}
            return [{"upheld": False, **reason}, upheld, *({**upheld, "to": to} for to in _other_organs(state, facts))]
        case "split":
            part = {"title": _TEXT, "lead": state.terms.lead if state.terms else None}
            return [{"children": [{**part, "limit": limit}], **reason} for limit in (None, "1wd", "same-day")]
        case "raise_urgency":
            return [{"urgency": one.value, **reason} for one in Urgency]
        case "correct":
            return [{"entry": _ENTRY_OF_REGISTRATION, **text, **reason}]
        case "propose":
            return [{"subject": head, "facts": _TEXT, "severity": Severity.ORDINARY.value, **reason}
                    for head in _heads(state, facts)]  # fmt: skip
        case "merge":
            return [{"into": _LIKE_IT, **reason}]
    return [reason if "reason" in _SHAPES[do].model_fields else {}]
