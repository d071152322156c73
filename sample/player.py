"""What does a made-up past come to, when it is put on record by the rules themselves?

Plays what is planned and what people answer on virtual time, the earliest due instant or saying next, timers first
(engine.md 6, Order). Each step is a transition as a worker records it, recorded as of its own instant; all of them are
one transaction of the caller's. Who says what is for people.py and stories.py.
"""

import heapq
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from activities.recording import Recording
from models.acts import Act
from models.cases import CaseState
from models.contract import TransitionOrder
from models.matters import MatterState
from models.messages import Command, Outcome, Registration
from models.proceeding_messages import Open
from models.proceedings import ProceedingState
from record import targets
from record.ledger import Entry

State = MatterState | CaseState | ProceedingState


@dataclass(frozen=True, slots=True)
class Said:
    """What reaches a target at an aware instant."""

    at: datetime
    target: str
    message: Registration | Open | Command


Answers = Callable[[State, Sequence[Act]], Iterable[Said]]
"""What people will say because of a step: the target as it stands, and what was recorded of it."""

Noted = Callable[[Said | None, Outcome | None, Sequence[Entry]], None]
"""Is told of every step: what was said (None: a clock struck), the answer, what was recorded."""


class Clock:
    """The virtual time of a past: recorded is what happens at the instant at which it happens."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        """The instant that is played."""
        return self.at


class Player:
    """Plays into the record of `recording`, whose clock is `clock`, within the transaction of `session`."""

    def __init__(self, session: Session, recording: Recording, clock: Clock, answers: Answers, noted: Noted) -> None:
        self._session = session
        self._recording = recording
        self._clock = clock
        self._answers = answers
        self._noted = noted
        self._planned: list[tuple[datetime, int, Said]] = []
        self._number = 0
        self._seen: dict[str, int] = {}

    def plan(self, items: Iterable[Said]) -> None:
        """Add what will be said; that of one instant keeps the order in which it is added."""
        for item in items:
            self._number += 1
            heapq.heappush(self._planned, (item.at, self._number, item))

    def play(self, until: datetime) -> None:
        """Let time pass until the aware instant `until`, inclusive. Raises RuntimeError for a clock that stays due."""
        struck: tuple[datetime, str] | None = None
        while True:
            planned = self._planned[0] if self._planned else None
            due = targets.first_due(self._session)
            if due is not None and due[0] <= (until if planned is None else min(planned[0], until)):
                if due == struck:
                    raise RuntimeError(f"{due[1]}: struck at {due[0].isoformat()}, and still due then")
                struck = due
                self._move(due[1], due[0], None)
            elif planned is not None and planned[0] <= until:
                heapq.heappop(self._planned)
                self._move(planned[2].target, planned[0], planned[2])
            else:
                return

    def _move(self, target: str, at: datetime, said: Said | None) -> None:
        self._clock.at = at
        known = self._seen.get(target, 0)
        order = TransitionOrder(matter_id=target, at=at, message=said.message if said else None, known_seq=known)
        receipt, entries = self._recording.record_in(self._session, order)
        by_target: dict[str, list[Act]] = {}
        for entry in entries:
            self._seen[entry.target] = entry.seq
            by_target.setdefault(entry.target, []).append(entry.act)
        self._noted(said, receipt.outcome, entries)
        for moved, acts in by_target.items():
            state = targets.seen(self._session, moved)
            if state is not None:
                self.plan(self._answers(state, acts))
