"""How does a procedure put together from blocks run? Each step with its limit, what its end does, and where it leads.

Read off the plan of a day: another number or another step gives another picture. For drawings and lists.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from models.blocks import (
    Approval,
    Block,
    Checklist,
    Escalation,
    Feedback,
    Filing,
    FirstOffence,
    Joint,
    Meeting,
    Plan,
    PublicNotice,
    Recurrence,
    Then,
    Vote,
)
from models.proceedings import ProceedingStage
from policies.blocks import BLOCKS


class Way(StrEnum):
    """In which way a step is left, or what happens in it."""

    DONE = "done"
    SILENT_CONSENT = "consent"
    LAPSE = "lapse"
    SKIPPED = "next"
    ABOVE = "above"
    AGAIN = "again"
    URGED = "urged"
    OVER = "over"
    SUPERVISED = "supervised"
    PROPOSED = "proposed"
    MORE_TIME = "more_time"
    DENIED = "denied"
    REJECTED = "rejected"
    REDONE = "redone"
    CLIMBED = "climbed"
    FAILED = "failed"
    REFUSED = "refused"
    UPHELD = "upheld"
    QUORUM = "quorum"
    EXEMPT = "exempt"
    LINKED = "linked"
    RECURS = "recurs"


@dataclass(frozen=True, slots=True)
class Leg:
    """One way: `limit` is the limit behind it ("" for none), `to` the step or the end it leads to, None to nowhere."""

    way: Way
    limit: str
    to: str | None


@dataclass(frozen=True, slots=True)
class StepPlace:
    """A step: its block, its limit, the commands its step takes, its ways."""

    block: Block
    commands: tuple[str, ...]
    legs: tuple[Leg, ...]


@dataclass(frozen=True, slots=True)
class BlockFlow:
    """A plan as it runs: its steps in order, and the ends that its ways lead to."""

    steps: tuple[StepPlace, ...]
    ends: tuple[str, ...]


def block_flow(plan: Plan) -> BlockFlow:
    """How this plan runs."""
    steps = tuple(
        StepPlace(block, _commands(block), tuple(_legs(plan, place))) for place, block in enumerate(plan.steps)
    )
    names = {block.name for block in plan.steps}
    led_to = dict.fromkeys(leg.to for step in steps for leg in step.legs if leg.to is not None and leg.to not in names)
    return BlockFlow(steps, tuple(led_to))


def _commands(block: Block) -> tuple[str, ...]:
    heard: list[Any] = list(BLOCKS[type(block)].heard)
    return tuple(str(kind.model_fields["do"].default) for kind in heard)


def _legs(plan: Plan, place: int) -> Iterator[Leg]:
    block, missed = plan.steps[place], plan.steps[place].missed
    following = plan.steps[place + 1].name if place + 1 < len(plan.steps) else ProceedingStage.COMPLETED.value
    limit = block.limit or ""
    if isinstance(block, Recurrence):
        yield Leg(Way.RECURS, block.every, block.name)
        return
    yield Leg(Way.DONE, "", following)
    yield from _of_block(block)
    if not limit:
        return
    match missed.then:
        case Then.CONSENT:
            yield Leg(Way.SILENT_CONSENT, limit, following)
        case Then.LAPSE:
            yield Leg(Way.LAPSE, limit, ProceedingStage.EXPIRED.value)
        case Then.NEXT:
            yield Leg(Way.SKIPPED, limit, following)
        case Then.WAIT:
            yield Leg(Way.ABOVE, limit, None)
    follows = (
        (Way.AGAIN, missed.again), (Way.URGED, missed.urge), (Way.OVER, missed.over),
        (Way.SUPERVISED, missed.supervise), (Way.PROPOSED, missed.propose and missed.propose.value),
    )  # fmt: skip
    yield from (Leg(way, value, None) for way, value in follows if value is not None)
    if block.more_time is not None:
        yield Leg(Way.MORE_TIME, block.more_time.longest, None)


def _of_block(block: Block) -> Iterator[Leg]:
    """The ways that only some blocks have."""
    denied = ProceedingStage.DENIED.value
    match block:
        case Approval() | Joint():
            yield Leg(Way.DENIED, "", denied)
            if isinstance(block, Approval) and block.guard == "merge":
                yield Leg(Way.LINKED, "", ProceedingStage.LINKED.value)
        case Checklist():
            yield Leg(Way.REJECTED, "", denied)
        case Vote():
            yield Leg(Way.FAILED, "", denied)
        case Meeting():
            yield Leg(Way.QUORUM, "", denied)
        case Feedback(redo=redo):
            yield Leg(Way.REDONE, block.redo_limit or "", redo)
            yield Leg(Way.CLIMBED, block.climb_limit or block.limit or "", None)
        case PublicNotice(redo=redo):
            yield Leg(Way.REDONE, "", redo) if redo is not None else Leg(Way.UPHELD, "", denied)
        case Escalation():
            for level in block.levels:
                yield Leg(Way.CLIMBED, level.limit, None)
        case FirstOffence():
            yield Leg(Way.EXEMPT, "", ProceedingStage.COMPLETED.value)
        case Filing(what="transfer"):
            yield Leg(Way.REFUSED, block.settle or "", denied)
        case _:
            return
