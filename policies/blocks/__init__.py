"""What each building block of a procedure does: one module for a block, one table for all of them."""

from collections.abc import Mapping

from models.blocks import Approval, Block, Checklist, Deadline, Joint, Meeting, Replies, Vote
from policies.blocks import approval, checklist, deadline, joint, meeting, replies, vote
from policies.proceeding_drafts import BlockRules

BLOCKS: Mapping[type[Block], BlockRules] = {
    Deadline: deadline.RULES,
    Checklist: checklist.RULES,
    Approval: approval.RULES,
    Vote: vote.RULES,
    Meeting: meeting.RULES,
    Replies: replies.RULES,
    Joint: joint.RULES,
}
