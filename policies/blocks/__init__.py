"""What each building block of a procedure does: one module for a block, one table for all of them."""

from collections.abc import Mapping

from models.blocks import Block, Checklist, Deadline, FirstOffence, Indicator, Recurrence, Score
from policies.blocks import checklist, deadline, first_offence, indicator, recurrence, score
from policies.proceeding_drafts import BlockRules

BLOCKS: Mapping[type[Block], BlockRules] = {
    Deadline: deadline.RULES,
    Checklist: checklist.RULES,
    Indicator: indicator.RULES,
    Score: score.RULES,
    FirstOffence: first_offence.RULES,
    Recurrence: recurrence.RULES,
}
