"""What is said of a proceeding beside the texts of its pages: stages, outcomes, clocks, what a step keeps.

The words are those of the rules; here they are put into both languages, and into lines.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from models.blocks import Block, FirstOffence
from models.explanations import Words
from models.proceedings import (
    Answers,
    Ballot,
    Calls,
    Channel,
    Handing,
    Items,
    Objections,
    Occurrences,
    Parts,
    Permit,
    ProceedingStage,
    Rung,
    Sending,
    Series,
    Session,
)
from policies.proceeding_wording import CHANNELS, OUTCOMES, PROCEEDING_STAGES


def stage_words(stage: ProceedingStage) -> Words:
    """Where one stands."""
    return Words(zh=PROCEEDING_STAGES[stage], en=stage.value.replace("_", " "))


def channel_words(channel: str) -> Words:
    """Through which door it came in."""
    return Words(zh=CHANNELS[Channel(channel)], en=channel)


def outcome_words(outcome: str, block: Block | None = None) -> Words:
    """What became of a step; of an offence that is not the first one "again" is no other round."""
    if outcome == "again" and isinstance(block, FirstOffence):
        return Words(zh="再次违章", en="another offence")
    return Words(zh=OUTCOMES[outcome], en=outcome.replace("_", " "))


def kept_lines(kept: Any) -> Iterator[tuple[str, str]]:
    """What a step keeps, a line for each thing that there is to say: the key of its text, and its value.

    How a member of a panel voted is not said. Empty lines are left out.
    """
    told = _KEPT.get(type(kept))
    return (one for one in (told(kept) if told is not None else ()) if one[1])


Lines = Iterator[tuple[str, str]]


def _ballot(kept: Ballot) -> Lines:
    yield "voted", "、".join(kept.voted)
    yield "recused", "、".join(kept.recused)


def _session(kept: Session) -> Lines:
    if kept.on is not None:
        yield "on", kept.on.isoformat()
        yield "invited", "、".join((*(one.name for one in kept.representatives), *kept.organs))
        yield "sent", "、".join(f"{what} {day}" for what, day in kept.sent.items())


def _series(kept: Series) -> Lines:
    for one in kept.values:
        yield "value", f"{one.on} {one.value}"
    yield "awaited", kept.awaited.isoformat() if kept.awaited else ""


def _handing(kept: Handing) -> Lines:
    yield "objected" if kept.objected else "handed", kept.to or ""


def _answers(key: str, given: Mapping[str, bool | None]) -> Lines:
    for who, answer in given.items():
        yield f"{key}.{'none' if answer is None else 'yes' if answer else 'no'}", who


_KEPT: Mapping[type, Callable[[Any], Lines]] = {
    Items: lambda kept: iter([("missing", "、".join(kept.missing))]),
    Permit: lambda kept: iter([("granted", "、".join(kept.granted))]),
    Parts: lambda kept: _answers("part", kept.said),
    Ballot: _ballot,
    Session: _session,
    Answers: lambda kept: _answers("opinion", kept.given),
    Calls: lambda kept: iter([("unreachable", str(kept.unreachable or ""))]),
    Rung: lambda kept: iter([("level", str(kept.level + 1))]),
    Objections: lambda kept: _answers("objection", kept.raised),
    Sending: lambda kept: iter([("waiting", "、".join(kept.waiting))]),
    Series: _series,
    Handing: _handing,
    Occurrences: lambda kept: iter([("number", str(kept.number))]),
}
