"""What each building block of a procedure does: one module for a block, one table for all of them."""

from collections.abc import Mapping

from models.blocks import (
    Block,
    Checklist,
    Deadline,
    Escalation,
    Feedback,
    Filing,
    FirstOffence,
    Indicator,
    PublicNotice,
    Recurrence,
    Routing,
    Score,
)
from policies.blocks import (
    checklist,
    deadline,
    escalation,
    feedback,
    filing,
    first_offence,
    indicator,
    public_notice,
    recurrence,
    routing,
    score,
)
from policies.proceeding_drafts import BlockRules

BLOCKS: Mapping[type[Block], BlockRules] = {
    Deadline: deadline.RULES,
    Checklist: checklist.RULES,
    Indicator: indicator.RULES,
    Score: score.RULES,
    FirstOffence: first_offence.RULES,
    Routing: routing.RULES,
    Feedback: feedback.RULES,
    Escalation: escalation.RULES,
    PublicNotice: public_notice.RULES,
    Filing: filing.RULES,
    Recurrence: recurrence.RULES,
}
