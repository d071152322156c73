"""What does a year of virtual time make of a ledger, under made-up replies and silences?

Played by the conductor on the rules themselves and put into a record of its own, month by month, so that the views,
exports and `verify` of the live record read it too. Nothing in it is real data.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cli.exporting import lines
from cli.importing import as_of
from intake.register import RegisterColumn
from models.access import Scope
from models.acts import Act
from models.matters import Light, Stage
from models.messages import Registration
from policies.calendar import standard_calendar
from policies.deadlines import SHANGHAI
from policies.directory import Directory
from policies.machines import State, due_at, next_due
from policies.procedures import STANDARD, shipped
from policies.wording import LIGHTS
from record import ledger, outbox, targets, views
from record.sealed import for_the_rules
from record.store import Store
from record.views import OrganSummary, Overview
from rehearsal.conductor import Conductor, Played
from rehearsal.streams import Stream
from showing.register import WIDTHS, Register, write_acts
from showing.tables import write_csv, write_xlsx

MONTHS = tuple(
    datetime(2026 + (4 + month) // 12, (4 + month) % 12 + 1, 18, 9, 0, tzinfo=SHANGHAI) for month in range(13)
)
"""The start of the year, the week after the sample ledger was assigned, and the end of each of its months."""

HEADINGS = (
    "牵头单位 organ", "事项#", *(f"{LIGHTS[light]}#" for light in Light), "办理中#", "督办整改#", "待核验#", "已办结#",
    "超期#", "已升级#", "建议问责#",
)  # fmt: skip
"""The columns of a summary; a trailing # marks numbers."""

_FINISHED = frozenset({Stage.CLOSED, Stage.CANCELLED, Stage.MERGED, Stage.ARCHIVED})
_PRESSED = frozenset({Stage.SUPERVISED, Stage.RECTIFYING, Stage.RETURNED})


@dataclass(frozen=True, slots=True)
class Year:
    """A year that was played: how many acts it had, and where everything stood at its start and after each month."""

    acts: int
    course: tuple[tuple[datetime, Overview], ...]


def play(
    store: Store, registrations: Iterable[Registration], directory: Directory, seed: int, advance: Callable[[], None]
) -> Year:
    """Play the year into the empty record `store`; `advance` is called after each instant of MONTHS.

    The same seed gives the same acts, to the last hash.
    """
    conductor = Conductor(shipped(STANDARD), directory, MONTHS[0], responder=Stream(seed, directory))
    for number, registration in enumerate(registrations, 1):
        conductor.register(f"{MONTHS[0].year}-{number:04d}", as_of(registration, MONTHS[0]))
    course: list[tuple[datetime, Overview]] = []
    kept = 0
    for end in MONTHS:
        played = conductor.play(end)
        _keep(store, played, kept)
        kept = len(played.acts)
        with store.reading() as session:
            course.append((end, views.by_organ(session, end, scope=Scope.everything())))
        advance()
    return Year(kept, tuple(course))


def _keep(store: Store, played: Played, kept: int) -> None:
    """Append what is new and put matters and cases where they stand, in one transaction."""
    acts = played.acts
    states: dict[str, State] = {**played.states, **played.cases}
    last: dict[str, tuple[int, Act]] = {}
    for act in acts:
        last[act.target] = (last[act.target][0] + 1 if act.target in last else 1, act)
    with store.writing() as session:
        for_the_rules(session)
        entries = []
        for act in acts[kept:]:
            entries += ledger.append(session, [act], message_id=None, processed_at=act.at.astimezone(UTC))
        for target in dict.fromkeys(act.target for act in acts[kept:] if act.target in states):
            (seq, act), state = last[target], states[target]
            due, shown = next_due(state), due_at(state)
            next_at = due.at if due else None
            targets.save(session, state, seq=seq, at=act.at, last_act=act.act, next_at=next_at, due_at=shown)
        outbox.queue(session, entries)


def counted(one: OrganSummary) -> tuple[object, ...]:
    """A summary as one row under HEADINGS."""
    stages = one.stages
    running = stages.get(Stage.RUNNING, 0) + stages.get(Stage.AWAITING_APPROVAL, 0)
    return (
        one.organ or "合计 total",
        one.matters,
        *(one.lights.get(light, 0) for light in Light),
        running,
        sum(stages.get(stage, 0) for stage in _PRESSED),
        stages.get(Stage.SUBMITTED, 0),
        sum(stages.get(stage, 0) for stage in _FINISHED),
        one.overdue,
        one.escalated,
        one.proposed,
    )


def written(store: Store, year: Year, directory: Directory, place: Path) -> dict[Path, str]:
    """Write the year's register, acts and summary into the directory `place`; every file and what it is."""
    names = ("year-acts.jsonl", "year-register.xlsx", "year-register.csv", "year-summary.csv")
    acts, sheet, text, summary = (place / name for name in names)
    end, last = year.course[-1]
    with store.reading() as session:
        register = list(Register(end, standard_calendar(), directory).sheet(lines(session, end)))
        with acts.open("w", encoding="utf-8", newline="\n") as out:
            number = write_acts(out, ledger.recorded(session))
    write_xlsx(sheet, register, WIDTHS)
    with text.open("w", encoding="utf-8-sig", newline="") as out:
        write_csv(out, register, WIDTHS)
    with summary.open("w", encoding="utf-8-sig", newline="") as out:
        for line in (tuple(name.rstrip("#") for name in HEADINGS), *map(counted, (*last.organs, last.totals))):
            out.write(",".join(str(cell) for cell in line) + "\r\n")
    return {
        sheet: f"一年后的台账 the register ({len(register)} 件 matters, {len(RegisterColumn)} 栏 columns)",
        text: "同上 the same as CSV",
        summary: "按单位汇总 the summary by organ",
        acts: f"一年的全部记录 every act of the year ({number})",
    }
