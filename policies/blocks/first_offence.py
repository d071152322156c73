"""First offence (首违免罚): looked up in the register; a first one is exempt and taught, a later one goes on. I8."""

from datetime import datetime

from models.acts import ActName
from models.blocks import FirstOffence
from models.proceeding_messages import RegisterOffence
from models.proceedings import ProceedingStage
from policies.authority import given
from policies.deadlines import SHANGHAI, add_months, local_date
from policies.limits import parse_limit
from policies.proceeding_drafts import BlockRules, ProceedingDraft

_RULE = "first_offence"


def _register(draft: ProceedingDraft, command: RegisterOffence) -> None:
    block: FirstOffence = draft.block
    subject = given(draft.terms.subject, "违章对象 subject", _RULE)
    months = parse_limit(block.within).number
    since = datetime.combine(add_months(local_date(draft.at), -months), datetime.min.time(), SHANGHAI)
    before = draft.facts.offences(draft.plan.name, subject, since, draft.at)
    draft.say(ActName.OFFENCE_REGISTERED, by=command.by, subject=subject, count=before + 1)
    if before:
        draft.take("again", command.by)
        return
    draft.say(ActName.FIRST_OFFENCE_EXEMPTED, by=command.by, subject=subject)
    draft.leave("exempt", command.by)
    draft.end(ProceedingStage.COMPLETED, "exempt", command.by)


RULES = BlockRules(heard={RegisterOffence: _register})
