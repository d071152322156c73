"""How is an act printed in a rehearsal? One JSON object, only the fields that apply (engine.md 6, Output)."""

import json
from datetime import datetime
from typing import Any

from models.acts import Act
from policies.deadlines import SHANGHAI

_FIELDS = (
    "by", "due", "days_left", "light", "measure", "subject", "severity", "count", "step", "value", "reason",
    "provisional",
)  # fmt: skip


def printed(act: Act) -> dict[str, Any]:
    """The fields of `act` that a rehearsal prints, instants as ISO 8601 in +08:00 with whole seconds."""
    shown: dict[str, Any] = {"at": _iso(act.at), "target": act.target, "act": act.act.value}
    for name in _FIELDS:
        value = getattr(act, name)
        if value is not None:
            shown[name] = _iso(value) if isinstance(value, datetime) else value
    if act.ruling is not None:
        shown["rule"] = act.ruling.label
    return shown


def line(act: Act) -> str:
    """`act` as one line of JSON."""
    return json.dumps(printed(act), ensure_ascii=False)


def _iso(instant: datetime) -> str:
    return instant.astimezone(SHANGHAI).isoformat(timespec="seconds")
