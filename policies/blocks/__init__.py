"""What each building block of a procedure does: one module for a block, one table for all of them."""

from collections.abc import Mapping

from models.blocks import (
    Approval,
    Block,
    Checklist,
    Deadline,
    Escalation,
    Feedback,
    Filing,
    FirstOffence,
    Indicator,
    Joint,
    Meeting,
    PublicNotice,
    Recurrence,
    Replies,
    Routing,
    Score,
    Vote,
)
from policies.blocks import (
    approval,
    checklist,
    deadline,
    escalation,
    feedback,
    filing,
    first_offence,
    indicator,
    joint,
    meeting,
    public_notice,
    recurrence,
    replies,
    routing,
    score,
    vote,
)
from policies.proceeding_drafts import BlockRules

BLOCKS: Mapping[type[Block], BlockRules] = {
    Deadline: deadline.RULES,
    Checklist: checklist.RULES,
    Approval: approval.RULES,
    Vote: vote.RULES,
    Meeting: meeting.RULES,
    Replies: replies.RULES,
    Joint: joint.RULES,
    Feedback: feedback.RULES,
    Escalation: escalation.RULES,
    PublicNotice: public_notice.RULES,
    Filing: filing.RULES,
    Routing: routing.RULES,
    Indicator: indicator.RULES,
    Score: score.RULES,
    FirstOffence: first_offence.RULES,
    Recurrence: recurrence.RULES,
}
