"""What each building block of a procedure does: one module for a block, one table for all of them."""

from collections.abc import Mapping

from models.blocks import Block, Checklist, Deadline, Escalation, Feedback, Filing, PublicNotice, Routing
from policies.blocks import checklist, deadline, escalation, feedback, filing, public_notice, routing
from policies.proceeding_drafts import BlockRules

BLOCKS: Mapping[type[Block], BlockRules] = {
    Deadline: deadline.RULES,
    Checklist: checklist.RULES,
    Routing: routing.RULES,
    Feedback: feedback.RULES,
    Escalation: escalation.RULES,
    PublicNotice: public_notice.RULES,
    Filing: filing.RULES,
}
