"""What was done from outside, to workflows or to what is sealed, and has it been dealt with?

Acts of a chain of their own, once for each run or place.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from models.acts import Act, ActName
from models.base import Voice
from models.contract import INCIDENTS
from models.evidence import IncidentKind
from models.messages import Outcome
from record import ledger, matters, outbox
from record.ledger import Entry


@dataclass(frozen=True, slots=True)
class Incident:
    """What befell one run of a target's workflow; `run_id` is "" where the server has no run of it any more.

    Of what was found altered `workflow_id` is the place in the record.
    """

    target: str
    workflow_id: str
    run_id: str
    kind: IncidentKind
    words: str

    @property
    def message_id(self) -> str:
        """Under what it is reported once: the run and what befell it."""
        return f"incident:{self.kind.value}:{self.workflow_id}:{self.run_id}"


@dataclass(frozen=True, slots=True)
class Reported:
    """An incident on record: its number in the chain, what it was, when it was reported, and when dealt with."""

    seq: int
    target: str
    kind: IncidentKind
    run_id: str
    reason: str
    reported_at: datetime
    closed_at: datetime | None


def report(session: Session, incident: Incident, at: datetime, tell: Sequence[str]) -> bool:
    """Put an incident on record and into the inbox of the posts told, once; False when it is there already.

    A run that could not be replayed and was ended to go on from the record is no further incident.
    """
    message_id = incident.message_id
    if incident.kind is IncidentKind.TERMINATED and _given_up(session, incident):
        return False
    if not incident.run_id:
        # No run tells one deletion or alteration from the next: one more after the last was dealt with is another one.
        dealt_with = sum(one.closed_at is not None for one in listed(session, incident.target))
        message_id = f"{message_id}{dealt_with}"
    if matters.answered(session, INCIDENTS, message_id) is not None:
        return False
    act = Act(
        at=at,
        target=INCIDENTS,
        act=ActName.INCIDENT_REPORTED,
        reason=incident.words,
        tell=tuple(tell),
        detail={
            "of": incident.target,
            "workflow": incident.workflow_id,
            "run": incident.run_id,
            "kind": incident.kind.value,
        },
    )
    _keep(session, act, message_id)
    return True


def _given_up(session: Session, incident: Incident) -> bool:
    """Whether the run was reported as one that cannot be replayed, and that has been dealt with."""
    told = [one for one in listed(session, incident.target) if one.run_id == incident.run_id]
    return any(one.kind is IncidentKind.UNREPLAYABLE and one.closed_at is not None for one in told)


def altered(place: str, target: str, words: str) -> Incident:
    """What was found altered when it was to be read: at which place of the record, and of whom it tells."""
    return Incident(target, place, "", IncidentKind.ALTERED, words)


def stuck(target: str, workflow_id: str, why: str) -> Incident:
    """A target that stands still because the program fails at what it was told; `why` names the class of failure."""
    words = (
        f"{target}: 程序有误({why}),停在一条消息上,其他事项照常;程序改正后自动继续 "
        "the program fails at a message and it stands still; the others go on, and so does it once that is mended"
    )
    return Incident(target, workflow_id, "", IncidentKind.STUCK, words)


def close(session: Session, target: str, at: datetime, *, by: str | None, voice: Voice | None, how: str) -> int:
    """Note that what befell the target's workflow has been dealt with; how many incidents were open.

    What was altered in the record is not mended by a workflow: it is closed one by one (`close_one`).
    """
    found = listed(session, target)
    open_ = [one for one in found if one.closed_at is None and one.kind is not IncidentKind.ALTERED]
    return _close(session, open_, at, by=by, voice=voice, how=how)


def close_one(session: Session, seq: int, at: datetime, *, by: str | None, voice: Voice | None, how: str) -> bool:
    """Note that what was found altered has been dealt with; False where no such incident of that number is open."""
    found = [one for one in listed(session) if one.seq == seq and one.kind is IncidentKind.ALTERED]
    return _close(session, [one for one in found if one.closed_at is None], at, by=by, voice=voice, how=how) > 0


def _close(
    session: Session, open_: list[Reported], at: datetime, *, by: str | None, voice: Voice | None, how: str
) -> int:
    if open_:
        act = Act(
            at=at,
            target=INCIDENTS,
            act=ActName.INCIDENT_CLOSED,
            by=by,
            person=voice.person if voice else None,
            principal=voice.principal if voice else None,
            reason=how,
            detail={"of": open_[0].target, "incidents": [one.seq for one in open_]},
        )
        _keep(session, act, None)
    return len(open_)


def listed(session: Session, target: str | None = None) -> list[Reported]:
    """The incidents of a target, or all, in the order of reporting."""
    found: dict[int, Reported] = {}
    for entry in ledger.entries(session, INCIDENTS):
        act = entry.act
        if act.act is ActName.INCIDENT_REPORTED:
            found[entry.seq] = Reported(
                seq=entry.seq,
                target=str(act.detail["of"]),
                kind=IncidentKind(act.detail["kind"]),
                run_id=str(act.detail["run"]),
                reason=act.reason or "",
                reported_at=act.at,
                closed_at=None,
            )
        elif act.act is ActName.INCIDENT_CLOSED:
            for seq in act.detail["incidents"]:
                one = found[seq]
                found[seq] = Reported(
                    one.seq, one.target, one.kind, one.run_id, one.reason, one.reported_at, closed_at=act.at
                )
    return [one for one in found.values() if target in (None, one.target)]


def _keep(session: Session, act: Act, message_id: str | None) -> None:
    entries: list[Entry] = ledger.append(session, [act], message_id=message_id, processed_at=act.at)
    outbox.queue(session, entries)
    if message_id is not None:
        matters.remember(session, INCIDENTS, message_id, Outcome(accepted=True, acts=(act.act,)), entries[-1].seq)
