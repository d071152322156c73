"""By when comes what follows? The steps of a proceeding that are still ahead, each by its latest day.

As if each took as long as it may, under the calendar as it stands: whoever waits learns the last day, not the likely
one. Made with the clocks of the procedure itself (policies/proceeding_drafts.py). mechanisms.md G2; 信访工作条例 23.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from models.blocks import Block
from models.proceedings import ProceedingState, StepClock, StepClockKind
from policies.blocks import BLOCKS
from policies.calendar import CalendarError
from policies.drafting import Facts
from policies.proceeding_drafts import BlockRules, ProceedingDraft

Blocks = Mapping[type[Block], BlockRules]


@dataclass(frozen=True, slots=True)
class Ahead:
    """A step under way or ahead: by when it is taken at the latest; None where no day is set or none is known.

    `provisional`: the days off of that time are not announced yet, and the day can still move.
    """

    step: str
    title: str
    by: datetime | None
    provisional: bool = False


def ahead(state: ProceedingState, at: datetime, facts: Facts, blocks: Blocks = BLOCKS) -> tuple[Ahead, ...]:
    """The step under way and those after it, in order, as of the aware instant `at`; none of one that has ended.

    What has run out, stands still or lies beyond the calendar has no day; what comes after it is counted from `at`.
    """
    return tuple(_ahead(state, at, facts, blocks))


def _ahead(state: ProceedingState, at: datetime, facts: Facts, blocks: Blocks) -> Iterator[Ahead]:
    if state.over or state.terms is None or facts.plan is None:
        return
    steps = facts.plan.steps
    running = None if state.paused else state.clocks.get(StepClockKind.STEP)
    yield _named(steps[state.step], running)
    moment = max(at, running.due_at) if running else at
    known = not state.paused
    for place in range(state.step + 1, len(steps)):
        limit: StepClock | None = None
        if known:
            try:
                draft = ProceedingDraft(state, moment, facts, blocks)
                draft.begin(place)
            except CalendarError:
                known = False
            else:
                state, limit = draft.state, draft.state.limit
                moment = max(moment, limit.due_at) if limit else moment
        yield _named(steps[place], limit)


def _named(block: Block, clock: StepClock | None) -> Ahead:
    if clock is None:
        return Ahead(block.name, block.title, None)
    return Ahead(block.name, block.title, clock.due_at, provisional=clock.provisional)
