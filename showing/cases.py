"""What is shown of a case to programs: where it stands, who has a seat, and did every clock that fell due fire?"""

from datetime import datetime
from typing import Any

from models.cases import CaseState
from policies.watchdog import watch
from showing.matters import local


def case_document(case: CaseState, at: datetime) -> dict[str, Any]:
    """The case for programs; what people wrote in it is for `timeline`."""
    return {
        "id": case.id,
        "matter_id": case.matter_id,
        "title": case.title,
        "stage": case.stage,
        "subject": case.subject,
        "severity": case.severity,
        "measure": case.measure,
        "standing": case.standing,
        "count": case.count,
        "proposer": case.proposer,
        "office": case.office,
        "leader": case.leader,
        "panel": case.panel,
        "reviewers": case.reviewers,
        "recused": case.recused,
        "ballot": case.ballot,
        "proposed_at": local(case.proposed_at),
        "ended_at": local(case.ended_at),
        "policy": case.policy,
        "clocks": [
            {"clock": one.kind, "due": local(one.due_at), "watch": one.watch, "why": one.why, "fired": one.fired,
             "told": one.told}
            for one in watch(case, at)
        ],
    }  # fmt: skip
