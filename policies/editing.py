"""What becomes of a cell of the register that an office edited after it had been exported?

Three values are known of it: exported, edited and current. What an ordinary command can change is changed by that
command, and only where the matter itself has not changed there since; everything else is a conflict that says which
command to use instead. Whether the command is admitted the rules say when it comes. Source: engine.md 3.11.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from models.matters import Urgency
from models.messages import Correct, RaiseUrgency
from policies.office_commands import CORRECTABLE

RAISED = "urgency"
COMPUTED = "computed"

_ANEW = "撤销后重新立项 cancel it and launch anew: do ID cancel; import"
_WORKED_OUT = "由程序按记录和日历得出 the engine works it out from record and calendar"

INSTEAD: dict[str, str] = {
    "basis": _ANEW,
    "lead": "转办 transfer: do ID request_transfer, accept_transfer",
    "co": _ANEW,
    "posts": "改单位名录 change the directory file",
    "assigned_at": _ANEW,
    "limit": "延期 extension: do ID request_extension, decide_extension",
    "report_every": _ANEW,
    "office": _ANEW,
    "leader": _ANEW,
    "stage": "按环节办理 give the command of the step: do ID sign, submit, verify, cancel …",
    "due": "延期 extension: do ID request_extension, decide_extension",
    "extension": "do ID request_extension, decide_extension",
    "suspension": "do ID suspend, resume",
    "cases": "问责程序 the case's own commands: do ID/case1 …",
    COMPUTED: _WORKED_OUT,
}
"""For every other field of the register: what an office does instead of editing the cell."""


class Fate(StrEnum):
    """What becomes of a cell."""

    UNTOUCHED = "untouched"
    COMMANDED = "commanded"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class Judged:
    """What becomes of a cell; for a conflict why, and what to do instead."""

    fate: Fate
    why: str = ""
    instead: str = ""


_UNTOUCHED = Judged(Fate.UNTOUCHED)
_AGAIN = "重新导出后再改 export again and edit that"
_LOWERED = Judged(Fate.CONFLICT, "紧急程度只升不降 the urgency is only ever raised", "、".join(Urgency))


def judged(field: str, *, edited: bool | None, moved: bool | None, agrees: bool) -> Judged:
    """What becomes of a cell that shows `field` (a key of INSTEAD, one of CORRECTABLE, or RAISED).

    `edited`: it differs from what was exported; `moved`: what the matter says there now does; both None where nobody
    can tell. `agrees`: it says what the matter says now.
    """
    if agrees or edited is False:
        return _UNTOUCHED
    if edited is None and field == COMPUTED:
        # It goes on with the days by itself; that it differs says nothing.
        return _UNTOUCHED
    if field in INSTEAD:
        return Judged(Fate.CONFLICT, "此列不能在表中更改 not changed in a sheet", INSTEAD[field])
    if edited is None:
        return Judged(Fate.CONFLICT, "没有导出戳记,无法判断是谁改的 no stamp tells who changed it", _AGAIN)
    if moved:
        return Judged(Fate.CONFLICT, "导出后事项此处已有变动 the matter has changed here since the export", _AGAIN)
    return Judged(Fate.COMMANDED)


def urgency_judged(current: Urgency | None, wanted: Urgency | None) -> Judged:
    """What becomes of an edited urgency; `wanted` None means that the cell was cleared."""
    ranks = list(Urgency)
    if current is None or wanted is None or ranks.index(wanted) < ranks.index(current):
        return _LOWERED
    return Judged(Fate.COMMANDED)


def command_for(field: str, value: Any, *, message_id: str, by: str | None, reason: str) -> Correct | RaiseUrgency:
    """The command that gives `field` (of CORRECTABLE, or RAISED) this value; None clears it."""
    if field == RAISED:
        return RaiseUrgency(message_id=message_id, by=by, urgency=value, reason=reason)
    if field not in CORRECTABLE:
        raise ValueError(f"{field}: no command changes it")
    # Entry 1 of a matter's chain is its registration.
    return Correct(message_id=message_id, by=by, entry=1, fields={field: value}, reason=reason)
