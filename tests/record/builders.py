"""What does a record look like in these tests? Matters and acts that name only what a claim is about."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete
from sqlmodel import Session, SQLModel

from models.acts import Act, ActName
from models.cases import CaseStage, CaseState
from models.contract import matter_of
from models.matters import CaseBrief, Clock, ClockKind, Light, MatterState, MatterTerms, Severity, Stage, Stop, Urgency
from models.messages import Outcome
from models.rows import SHANGHAI, table
from record import cases, ledger, matters, outbox
from record.ledger import Entry
from record.store import Store

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=SHANGHAI)
DUE = datetime(2026, 3, 9, 18, 0, tzinfo=SHANGHAI)

LEAD_POSTS = ("区教育局长", "区教育局承办岗")


def an_act(name: ActName = ActName.PROGRESS_REPORTED, target: str = "m1", at: datetime = NOW, **fields: Any) -> Act:
    return Act(at=at, target=target, act=name, **fields)


def a_clock(due_at: datetime = DUE, kind: ClockKind = ClockKind.LIMIT) -> Clock:
    return Clock(
        kind=kind,
        started_at=NOW,
        limit="5wd",
        due_at=due_at,
        last_day=due_at.date(),
        rules=("R3", "R6"),
        calendar="n23-5f0c",
    )


def a_matter(
    matter_id: str = "m1",
    *,
    stage: Stage = Stage.RUNNING,
    lead: str = "区教育局",
    title: str = "治理教育乱收费",
    office: str = "区政府督查室",
    due_at: datetime | None = DUE,
    returned_until: datetime | None = None,
    light: Light = Light.GREEN,
    level: int = 0,
    suspended: bool = False,
    open_cases: int = 0,
) -> MatterState:
    terms = MatterTerms(
        title=title,
        lead=lead,
        office=office,
        leader="区长",
        co=("区财政局",),
        limit="5wd",
        basis="会议决定",
        urgency=Urgency.PLAIN,
        severity=Severity.ORDINARY,
    )
    limit = None if due_at is None else a_clock(due_at)
    clocks = {} if limit is None else {ClockKind.LIMIT: limit}
    if returned_until is not None:
        clocks = {ClockKind.RETURNED: a_clock(returned_until, ClockKind.RETURNED)}
    return MatterState(
        id=matter_id,
        stage=stage,
        light=light,
        level=level,
        policy="standard@1/2026-03-02",
        terms=terms,
        registered_at=NOW,
        assigned_at=NOW,
        limit=limit,
        clocks=clocks,
        stops=(Stop(from_at=NOW),) if suspended else (),
        cases=tuple(
            CaseBrief(id=f"{matter_id}/case{number}", subject=f"{lead}长") for number in range(1, open_cases + 1)
        ),
    )


def a_refused_registration(matter_id: str = "m1") -> MatterState:
    return MatterState(id=matter_id, stage=Stage.REFUSED)


def emptied(store: Store, *rows: type[SQLModel]) -> None:
    """Take every row out of these tables, in this order."""
    with store.writing() as session:
        for row in rows:
            session.execute(delete(table(row)))


def save(session: Session, state: MatterState, *, seq: int = 1, last_act: ActName = ActName.ASSIGNED) -> None:
    matters.save(session, state, seq=seq, at=NOW, last_act=last_act, next_at=matters.due_instant(state))


def append(session: Session, *acts: Act, message_id: str | None = None, at: datetime = NOW) -> list[Entry]:
    return ledger.append(session, acts, message_id=message_id, processed_at=at)


@dataclass
class Deciding:
    """A rule that lets every message through as one act that tells two posts, and counts how often it was asked."""

    acts: Callable[[str], Sequence[Act]] = field(
        default=lambda target: (
            an_act(ActName.PROGRESS_REPORTED, target, by="区教育局承办岗", detail={"text": "已核对"}),
            an_act(ActName.LIGHT_CHANGED, target, light="yellow", tell=LEAD_POSTS),
        )
    )
    asked: int = 0

    def transition(self, session: Session, matter_id: str, message_id: str) -> tuple[Outcome, list[Entry]]:
        """All of one transition, in the caller's transaction: the answer, and the entries it added now."""
        outcome = matters.answered(session, matter_id, message_id)
        if outcome is not None:
            return outcome, []
        state = matters.load(session, matter_id) or a_matter(matter_id)
        self.asked += 1
        acts = self.acts(matter_id)
        entries = append(session, *acts, message_id=message_id, at=NOW + timedelta(seconds=1))
        seq = entries[-1].seq
        matters.save(session, state, seq=seq, at=acts[-1].at, last_act=acts[-1].act, next_at=DUE)
        keep_cases(session, entries)
        outbox.queue(session, entries)
        outcome = Outcome(accepted=True, acts=tuple(act.act for act in acts), reason=f"{seq}")
        matters.remember(session, matter_id, message_id, outcome, seq)
        return outcome, entries


def keep_cases(session: Session, entries: Iterable[Entry]) -> None:
    """Put the cases that these entries propose or end where they stand, as little as lists show of them."""
    for entry in entries:
        act = entry.act
        if act.act is ActName.CASE_PROPOSED:
            state = CaseState(
                id=entry.target,
                matter_id=matter_of(entry.target),
                stage=CaseStage.PROPOSED,
                subject=act.subject or "",
                severity=Severity(act.severity or Severity.ORDINARY),
                measure=act.measure or "",
                count=act.count or 1,
                proposed_at=act.at,
            )
        elif act.act in (ActName.CASE_WITHDRAWN, ActName.MEASURE_DECIDED):
            known = cases.load(session, entry.target)
            assert known is not None
            state = known.model_copy(update={"stage": CaseStage.WITHDRAWN, "ended_at": act.at})
        else:
            continue
        cases.save(session, state, seq=entry.seq, at=act.at, last_act=act.act, next_at=None, due_at=None)
