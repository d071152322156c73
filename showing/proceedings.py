"""What is shown of a proceeding, a petition or a duty to programs: a line, or where it stands, step by step.

Everything comes from record.proceeding_lists; who turned to the office is in none of it.
"""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from models.blocks import Plan
from policies.block_procedures import BlockProcedure
from policies.calendar import Calendar
from policies.distance import Distance, distance
from policies.proceeding_wording import BLOCK_TITLES, CHANNELS, PROCEEDING_STAGES, STEP_CLOCKS
from record.ledger import Entry
from record.proceeding_lists import ProceedingCard, ProceedingLine
from showing.matters import local, told_of

__all__ = ["how_far", "line_document", "partial_document", "procedure_document", "proceeding_document", "steps_of"]


def how_far(line: ProceedingLine, at: datetime, working: Calendar) -> Distance | None:
    """How far the due day is from `at`; None where nothing is owed by it: none runs, paused, ended."""
    if line.due_at is None or line.paused or line.ended_at is not None:
        return None
    return distance(line.due_at, at, working, overdue=line.overdue)


def line_document(line: ProceedingLine, at: datetime, working: Calendar) -> dict[str, Any]:
    """One of them in a list, for programs."""
    far = how_far(line, at, working)
    words = far.words if far else "计时中止" if line.paused else None
    return {
        **asdict(line),
        "stage_words": PROCEEDING_STAGES[line.stage],
        "channel_words": next((words for channel, words in CHANNELS.items() if channel == line.channel), None),
        "working_days_left": far and far.working_days,
        "words": words,
    }


def partial_document(line: ProceedingLine, entries: Iterable[Entry], at: datetime, working: Calendar) -> dict[str, Any]:
    """The same where only a part of it is the reader's: its line, and what his organ was told."""
    return {**line_document(line, at, working), "partial": True, "notices": told_of(entries)}


def proceeding_document(
    card: ProceedingCard, plan: Plan | None, entries: Iterable[Entry], at: datetime, working: Calendar
) -> dict[str, Any]:
    """One of them with its terms, its steps and what became of each, running clocks, cases and notices.

    `plan` is its procedure as of its opening; None where the text of that version is not kept.
    """
    state = card.state
    return {
        **line_document(card.line, at, working),
        "partial": False,
        "seq": card.seq,
        "policy": state.policy,
        "round": state.round,
        "terms": state.terms and state.terms.model_dump(mode="json", exclude_none=True),
        "steps": steps_of(card, plan),
        "clocks": [
            {"clock": clock.kind, "words": STEP_CLOCKS[clock.kind], "step": clock.step, "limit": clock.limit,
             "from": local(clock.started_at), "due": local(clock.due_at), "provisional": clock.provisional,
             "rules": clock.rules, "calendar": clock.calendar}
            for clock in sorted(state.clocks.values(), key=lambda one: (one.due_at, one.kind))
        ],
        "cases": [asdict(case) for case in card.cases],
        "launched": list(state.launched),
        "links": list(state.links),
        "notices": told_of(entries),
    }  # fmt: skip


def steps_of(card: ProceedingCard, plan: Plan | None) -> list[dict[str, Any]]:
    """Every step in order: done with which outcome, under way, or still to come, where it is done again once more."""
    state = card.state
    names = [(block.name, block.title, str(getattr(block, "block", ""))) for block in plan.steps] if plan else [
        (name, name, "") for name in state.marks
    ]  # fmt: skip
    found = []
    for place, (name, title, block) in enumerate(names):
        mark = state.marks.get(name)
        under_way = not state.over and place == state.step
        done = mark if mark and (state.over or place < state.step) else None
        found.append(
            {
                "step": name, "title": title, "block": block,
                "state": "under_way" if under_way else "done" if done else "ahead",
                "outcome": done.outcome if done else None,
                "at": local(done.at) if done else None,
                "by": done.by if done else None,
                "late": done.late if done else None,
                "round": mark.round if mark else None,
            }
        )  # fmt: skip
    return found


def procedure_document(procedure: BlockProcedure, *, shipped: bool) -> dict[str, Any]:
    """A procedure for programs: what it is called, its steps with their blocks, and the mechanisms it carries."""
    plan = procedure.in_force(procedure.change_days[-1])
    return {
        "name": procedure.name,
        "title": procedure.title,
        "of": procedure.of,
        "version": procedure.version,
        "shipped": shipped,
        "from": procedure.first_day,
        "carries": list(procedure.carries),
        "steps": [
            {"step": block.name, "title": block.title, "block": getattr(block, "block", ""),
             "block_words": BLOCK_TITLES[type(block)][0], "limit": block.limit}
            for block in plan.steps
        ],
        "parameters": [
            {"name": name, "value": value if isinstance(value, str) else str(value), "source": plan.sources[name]}
            for name, value in procedure.values(procedure.change_days[-1]).items()
        ],
    }  # fmt: skip
