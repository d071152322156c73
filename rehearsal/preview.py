"""What would a limit come to, day by day, and what would follow if nobody ever answered?

The days are explained by policies/deadlines.py; what follows is played by the conductor on the rules themselves, with a
registration and silence, so that a preview cannot differ from what then happens. Source: engine.md 2, 3 and 7.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from models.acts import Act, ActName
from models.directory import Organ
from models.matters import Clock, MatterState
from models.messages import Registration
from policies.calendar import Calendar, CalendarError, standard_calendar
from policies.counting import counting
from policies.deadlines import DayNote, explain, local_date
from policies.directory import Directory
from policies.limits import parse_limit
from policies.procedures import Procedure
from rehearsal.conductor import Conductor

MATTER_ID = "preview"
LEAD = "牵头单位"

ANYBODY = Directory(
    [
        Organ(name="上级", head="批准领导", handler="上级承办岗"),
        Organ(name="督办单位", head="督办单位主要负责人", handler="督办单位承办岗", parent="上级"),
        Organ(name=LEAD, head="牵头单位主要负责人", handler="牵头单位承办岗", parent="上级"),
    ]
)
"""A cast for dates that hang on nobody in particular: an office, a lead that is supervised like any other, a leader."""

_STRETCH = timedelta(days=31)
_ROUNDS = 3
_ASKED = (ActName.ACCOUNTABILITY_PROPOSED, 1), (ActName.EXPLANATION_ASKED, _ROUNDS), (ActName.APPROVAL_OVERDUE, 1)


@dataclass(frozen=True, slots=True)
class Preview:
    """What a registration would come to in silence.

    `clock` is the limit as ruled, None while it has not begun (an approval is awaited) or when `refused` says why the
    matter would not be admitted; `days` runs from its start to its last day. `clocks` are all that begin with the
    registration. `acts` are all acts up to `until` (inclusive), in printing order.
    """

    registration: Registration
    start: datetime
    until: datetime
    clock: Clock | None
    days: tuple[DayNote, ...]
    acts: tuple[Act, ...]
    refused: str | None = None
    clocks: tuple[Clock, ...] = ()


def a_matter(limit: str | None, **said: str | None) -> Registration:
    """A registration that names only what dates depend on; ANYBODY answers for the rest unless `said` names a lead."""
    posts = {"lead": LEAD, "office": "督办单位", "leader": "批准领导"}
    given = {name: value for name, value in {"limit": limit, **said}.items() if value is not None}
    return Registration.model_validate({"message_id": "preview", "title": "试算事项", **posts, **given})


def preview(
    registration: Registration,
    start: datetime,
    procedure: Procedure,
    *,
    directory: Directory = ANYBODY,
    calendar: Calendar | None = None,
    until: datetime | None = None,
) -> Preview:
    """What a matter registered at the aware instant `start` would come to in silence, up to `until` (inclusive).

    Without `until` the preview ends when accountability is first proposed, from where the last steps only repeat (at an
    independent organ after the third request to explain, for a matter nobody approves when that is overdue), or where
    the calendar does. Raises CalendarError when `until` lies beyond it, LookupError where the procedure has no values.
    """
    conductor = Conductor(procedure, directory, start, calendar=calendar)
    conductor.register(MATTER_ID, registration)
    played = conductor.play(until or start)
    state = played.states.get(MATTER_ID)
    if state is None:
        refused = next((act.reason for act in played.acts if act.act is ActName.REFUSED), None)
        return Preview(registration, start, until or start, None, (), played.acts, refused)
    clocks = tuple(state.clocks.values()) if until is None else ()
    end = until or start
    while until is None and (last := _told_all(played.acts)) is None:
        end += _STRETCH
        try:
            played = conductor.play(end)
        except CalendarError:
            # The calendar ends before the repetition begins: what was reached is what can be said.
            played = conductor.play(start)
            last = played.acts[-1].at
            break
    end = until or last or end
    acts = tuple(act for act in played.acts if act.at <= end)
    return Preview(registration, start, end, state.limit, _days(state, start, calendar), acts, None, clocks)


def _told_all(acts: Sequence[Act]) -> datetime | None:
    """The instant from which silence only repeats itself; None when it has not been reached."""
    for name, times in _ASKED:
        found = [act.at for act in acts if act.act is name]
        if len(found) >= times:
            return found[times - 1]
    return None


def _days(state: MatterState, start: datetime, calendar: Calendar | None) -> tuple[DayNote, ...]:
    if state.limit is None:
        return ()
    on = counting(local_date(start))
    return explain(parse_limit(state.limit.limit), state.limit.started_at, calendar or standard_calendar(), on)
