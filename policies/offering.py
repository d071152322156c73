"""Which commands may this post give to a matter now?

Each is tried on the rules themselves, said as plainly as it can be said, and nothing of it is kept: what is offered
here can still be refused for what is said in it, and on record. Source: engine.md 3.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from models.base import Spoken
from models.matters import MatterState
from models.messages import (
    Approve,
    DecideExtension,
    MatterCommand,
    ReportProgress,
    RequestExtension,
    Resume,
    Sign,
    Submit,
    Suspend,
    Urge,
    Verify,
)
from models.policy import VerificationMethod
from policies.deadlines import local_date
from policies.drafts import Facts
from policies.matter import step

_SHAPES: Mapping[str, type[Spoken]] = {
    str(shape.model_fields["do"].default): shape
    for shape in (
        Approve,
        Sign,
        ReportProgress,
        RequestExtension,
        DecideExtension,
        Suspend,
        Resume,
        Submit,
        Verify,
        Urge,
    )
}
OFFERED = tuple(_SHAPES)
"""The commands that are tried, in the order in which a page shows them."""

_TEXT = "试问"


def shape_of(do: str) -> type[Spoken]:
    """The message of one of OFFERED; raises KeyError for any other."""
    return _SHAPES[do]


def offers(state: MatterState, post: str | None, at: datetime, facts: Facts) -> tuple[str, ...]:
    """Those of OFFERED that would be admitted from this post at the aware instant `at`; nothing to nobody's post."""
    if post is None:
        return ()
    return tuple(do for do in OFFERED if any(_admitted(state, said, at, facts) for said in _tries(do, post, state, at)))


def _admitted(state: MatterState, said: MatterCommand, at: datetime, facts: Facts) -> bool:
    outcome = step(state, said, at, facts).outcome
    return outcome is not None and outcome.accepted


def _tries(do: str, post: str, state: MatterState, at: datetime) -> Iterator[Any]:
    """The command, said so that nothing is left out; some can be said in two ways."""
    for words in _words(do, state, local_date(at)):
        yield _SHAPES[do](message_id="offer", by=post, **words)


def _words(do: str, state: MatterState, today: date) -> list[dict[str, Any]]:
    reason = {"reason": _TEXT}
    match do:
        case "approve":
            return [{"granted": True}, {"granted": False, **reason}]
        case "report_progress":
            return [{"text": _TEXT}]
        case "request_extension":
            own = state.terms.limit if state.terms else ""
            last = state.limit.last_day if state.limit else today
            return [{"limit": own, **reason}, {"limit": (last + timedelta(days=1)).isoformat(), **reason}]
        case "decide_extension":
            return [{"granted": True}, {"granted": False, **reason}]
        case "suspend":
            return [{"until": (today + timedelta(days=days)).isoformat(), **reason} for days in (1, 5)]
        case "resume":
            return [reason]
        case "submit":
            return [{"text": _TEXT, "without_co": _TEXT}]
        case "verify":
            shown = {"method": VerificationMethod.DOCUMENT.value, "evidence": {"document": _TEXT}}
            return [{"passed": True, **shown, **reason}, {"passed": False, **reason}]
        case "urge":
            return [{"text": _TEXT}]
    return [{}]
