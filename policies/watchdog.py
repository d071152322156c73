"""Did every rung that fell due fire, and if not, why not?

Reads the rungs that a case keeps of its clocks. An answer for every clock that ever ran: fired and told to whom, still
running, stopped because its step was taken, or missed, which means that nobody kept this case's time (W8).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.cases import CaseClockKind, CaseState, Rung, RungState


class Watch(StrEnum):
    """What the watchdog finds on a rung."""

    FIRED = "fired"
    RUNNING = "running"
    STOPPED = "stopped"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Watched:
    """One rung as the watchdog sees it: what became of it, in words why, and who was told when it ran out."""

    kind: CaseClockKind
    due_at: datetime
    watch: Watch
    why: str
    fired: int
    told: tuple[str, ...]


def watch(state: CaseState, at: datetime) -> tuple[Watched, ...]:
    """Every rung of the case as it stands at `at` (inclusive), in firing order."""
    return tuple(_watched(state.rungs[kind], at) for kind in CaseClockKind if kind in state.rungs)


def missed(state: CaseState, at: datetime) -> tuple[Watched, ...]:
    """The rungs that fell due by `at` and did not fire; empty where the case's time was kept."""
    return tuple(watched for watched in watch(state, at) if watched.watch is Watch.MISSED)


def _watched(rung: Rung, at: datetime) -> Watched:
    if rung.state is RungState.RUNNING and rung.due_at <= at:
        seen, why = Watch.MISSED, "到期未触发:无人为本案计时 fell due and nobody kept this case's time"
    elif rung.state is RungState.RUNNING:
        seen, why = Watch.RUNNING, "尚未到期 not due yet"
    elif rung.state is RungState.FIRED:
        seen, why = Watch.FIRED, f"已触发 fired: {rung.by.value if rung.by else '无须告知 nothing to tell'}"
    else:
        seen, why = Watch.STOPPED, f"步骤已办理或无须再办,停止计时 taken or no longer owed since {rung.at.isoformat()}"
    return Watched(rung.kind, rung.due_at, seen, why, rung.fired, rung.told)
