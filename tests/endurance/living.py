"""What would have come of what was said, had nothing gone wrong? The rules on virtual time, without any server.

A life is lived again from what its callers said, in the order and at the instants at which the record took it; a drill
as its scenario is written. Acts, lights and due instants have to be the same.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from models.acts import Act
from models.messages import Registration
from models.proceeding_messages import Open
from policies.block_procedures import shipped_blocks
from policies.directory import Directory
from policies.machines import State, due_at, level_of, light_of, next_due
from policies.procedures import STANDARD, shipped
from record.ledger import Entry
from rehearsal.conductor import Conductor, Played, play
from rehearsal.printing import line
from rehearsal.scenarios import PlannedCommand, PlannedOpening, Scenario
from tests.endurance.plan import Said

_PROCEDURES = (shipped_blocks("leader_case"),)


@dataclass(frozen=True, slots=True)
class Undisturbed:
    """What a family comes to: its acts as lines, by target in order; where each target stands, in words."""

    acts: Mapping[str, list[str]]
    standing: Mapping[str, str]


def lived_again(
    said: Iterable[Said], ids: Mapping[str, str], entries: list[Entry], directory: Directory
) -> Undisturbed:
    """The life once more: `ids` names each message as the record does, `entries` are the record's of the family."""
    by_id = {(one.target, ids[one.message.message_id]): one for one in said}
    conductor: Conductor | None = None
    played: Played | None = None
    heard = set[tuple[str, str]]()
    for entry in entries:
        key = (entry.target, entry.message_id or "")
        one = by_id.get(key)
        if one is None or key in heard:
            continue
        heard.add(key)
        at = entry.act.at
        if conductor is None:
            conductor = Conductor(shipped(STANDARD), directory, at, procedures=_PROCEDURES)
        message = one.message
        if isinstance(message, Registration):
            conductor.register(one.target, message)
        elif isinstance(message, Open):
            conductor.open(PlannedOpening(at, one.target, message))
        else:
            conductor.plan([PlannedCommand(at, one.target, message, len(heard))])
        played = conductor.play(at)
    if conductor is None or played is None:
        return Undisturbed({}, {})
    played = conductor.play(max(entry.act.at for entry in entries))
    return _undisturbed(played)


def as_written(scenario: Scenario, directory: Directory) -> Undisturbed:
    """A drill as its scenario is written."""
    return _undisturbed(play(scenario, directory))


def _undisturbed(played: Played) -> Undisturbed:
    states: dict[str, State] = {**played.states, **played.cases, **played.proceedings}
    return Undisturbed(in_lines(played.recorded), {target: standing(state) for target, state in states.items()})


def in_lines(acts: Iterable[Act]) -> dict[str, list[str]]:
    """Acts as lines, by target, in the order given."""
    found: dict[str, list[str]] = {}
    for act in acts:
        found.setdefault(act.target, []).append(line(act))
    return found


def standing(state: State) -> str:
    """Where a target stands: stage, light, level, and what falls due when."""
    due = next_due(state)
    stage = getattr(state, "stage", None)
    return f"{stage} {light_of(state)} {level_of(state)} due {_at(due_at(state))} next {_at(due.at if due else None)}"


def _at(instant: datetime | None) -> str:
    return "–" if instant is None else str(int(instant.timestamp()))


def unlike(found: Mapping[str, list[str]], wanted: Mapping[str, list[str]]) -> list[str]:
    """In what acts on record differ from those of an undisturbed life, in a line for each target."""
    faults = []
    for target in sorted({*found, *wanted}):
        mine, theirs = found.get(target, []), wanted.get(target, [])
        if mine != theirs:
            place = next((n for n, pair in enumerate(zip(mine, theirs, strict=False)) if pair[0] != pair[1]), None)
            place = min(len(mine), len(theirs)) if place is None else place
            faults.append(
                f"{target}: act {place + 1}: {(mine[place:] or ['nothing'])[0]}, undisturbed "
                f"{(theirs[place:] or ['nothing'])[0]}"
            )
    return faults
