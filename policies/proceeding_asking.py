"""What does somebody have to say to open one under this procedure, and what else is of use to it?

Follows from its blocks: a vote needs a panel, joint handling co-handlers, a register its subject. The rules that admit
an opening are in proceeding_opening.py and the blocks; a test holds that what is needed here is what they ask for.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from models.blocks import Approval, Block, CountedFrom, FirstOffence, Guard, Joint, Meeting, Plan, Recurrence, Vote
from models.policy import Role
from policies.periods import MONTHS

_ABOUT = frozenset({Role.SUBJECT, Role.SUBJECT_ORGAN_HEAD, Role.SUBJECT_ORGAN_HANDLER})
_A_YEAR = 12


@dataclass(frozen=True, slots=True)
class Asked:
    """The fields of an opening (models/proceeding_messages.py Open): those it needs, and those of use, in order."""

    needed: tuple[str, ...]
    useful: tuple[str, ...]


def asked(plan: Plan) -> Asked:
    """What an opening under this plan has to say, and what else its steps go by."""
    needed, useful = ["title", "office"], ["lead", "leader", "text"]
    if plan.of == "petition":
        needed.append("channel")
        useful += ["subject", "urgent", "prominent", "received_at"]
    for block in plan.steps:
        needed += _needed(block)
        useful += _useful(block)
    useful += ["received_at", "public"] if plan.of != "duty" else ["public"]
    return Asked(tuple(dict.fromkeys(needed)), tuple(one for one in dict.fromkeys(useful) if one not in needed))


def _needed(block: Block) -> Iterator[str]:
    if isinstance(block, Joint):
        yield "co"
    if isinstance(block, Vote):
        yield "panel"
    if isinstance(block, Approval) and (block.guard is not Guard.NONE or block.most is not None):
        yield "subject"


def _useful(block: Block) -> Iterator[str]:
    if isinstance(block, FirstOffence | Approval | Vote) or _ABOUT & set(_roles(block)):
        yield "subject"
    if block.counted in (CountedFrom.EVENT, CountedFrom.BEFORE_EVENT):
        yield "event_on"
    if isinstance(block, Recurrence) and MONTHS.get(block.every, 0) > _A_YEAR:
        yield "event_on"
    if isinstance(block, Meeting):
        yield from ("representatives", "co")
    if {Role.CO_HEADS, Role.CO_HANDLERS} & set(_roles(block)) or isinstance(block, Recurrence):
        yield "co"
    if {Role.PANEL, Role.CHAIR} & set(_roles(block)):
        yield "panel"


def _roles(block: Block) -> tuple[Any, ...]:
    """Every role that the block names."""
    return (*block.by, *block.tell, block.missed.subject, *getattr(block, "to", ()))
