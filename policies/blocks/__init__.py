"""What each building block of a procedure does: one module for a block, one table for all of them."""

from collections.abc import Mapping

from models.blocks import Block, Checklist, Deadline, Recurrence
from policies.blocks import checklist, deadline, recurrence
from policies.proceeding_drafts import BlockRules

BLOCKS: Mapping[type[Block], BlockRules] = {
    Deadline: deadline.RULES,
    Checklist: checklist.RULES,
    Recurrence: recurrence.RULES,
}
