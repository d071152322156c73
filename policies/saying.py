"""What was said that an act came of, so that it can be said again under other rules?

An act tells most of a message in its own fields and detail; `kept` puts the rest beside them, `said` reads both back.
One way for every command: a new one needs no entry here. What people wrote is kept once, and printed in no rehearsal.
"""

from collections.abc import Sequence
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from models.acts import Act
from models.base import Voice, defaults_of
from models.case_messages import CaseCommand
from models.messages import MatterCommand, Registration
from models.proceeding_messages import Open, ProceedingCommand

SAID = "said"
"""The part of an act's detail that holds what the act does not tell of the message."""

REGISTER = "register"
OPEN = "open"

Message = Registration | Open | MatterCommand | CaseCommand | ProceedingCommand
_BEGINNINGS: dict[type[Any], str] = {Registration: REGISTER, Open: OPEN}

_SHAPES: dict[str, type[Any]] = {
    REGISTER: Registration,
    OPEN: Open,
    **{shape.model_fields["do"].default: shape for shape in get_args(MatterCommand | CaseCommand | ProceedingCommand)},
}
_FIELDS = {shape: tuple(name for name in shape.model_fields if name not in ("message_id", "do", "voice"))
           for shape in _SHAPES.values()}  # fmt: skip
_ON_THE_ACT = frozenset({"by", "reason"})
_BESIDE = frozenset({"message_id", "voice"})
_AS_THEY_ARE = frozenset({str, bool, int})


def kept(acts: Sequence[Act], message: Message) -> list[Act]:
    """The acts an admitted message came to (at least one), with what was said on the one that tells most of it.

    What begins a target is kept on its first act. The message's id is not: an entry of the ledger has it beside it.
    """
    shown = _shown(message)
    untold = [_untold(act, message, shown) for act in acts]
    teller = (
        0 if isinstance(message, Registration | Open) else min(range(len(acts)), key=lambda place: len(untold[place]))
    )
    told = acts[teller]
    telling = told.model_copy(update={"detail": {**told.detail, SAID: untold[teller]}})
    return [*acts[:teller], telling, *acts[teller + 1 :]]


def _shown(message: Message) -> dict[str, Any]:
    """What the message says, as JSON has it, without what has its default."""
    defaults, said = defaults_of(type(message)), dict[str, Any]()
    for name, value in message.__dict__.items():
        if name in _BESIDE or (name in defaults and value == defaults[name]):
            continue
        if type(value) not in _AS_THEY_ARE:
            return message.model_dump(mode="json", exclude=set(_BESIDE))
        said[name] = value
    return said


def voiced(acts: Sequence[Act], message: BaseModel) -> list[Act]:
    """The acts a message came to, those of its speaker with the person who spoke (and his principal)."""
    voice: Voice | None = getattr(message, "voice", None)
    if voice is None:
        return list(acts)
    by = getattr(message, "by", None)
    named = {"person": voice.person, "principal": voice.principal}
    return [act.model_copy(update=named) if act.by == by else act for act in acts]


def said(act: Act, message_id: str) -> Message | None:
    """The message that was kept on this act, under that id; None where none is.

    Raises ValueError for what no message can have been: the act comes from elsewhere, or from a newer program.
    """
    untold = act.detail.get(SAID)
    if untold is None:
        return None
    do = untold.get("do") if isinstance(untold, dict) else None
    shape = _SHAPES.get(do) if isinstance(do, str) else None
    if shape is None:
        raise ValueError(f"detail.{SAID}.do: 未知的命令 unknown command: {str(do)[:40]}")
    fields = {name: told for name in _FIELDS[shape] if (told := _told(act, name)) is not None} | untold
    if shape in _BEGINNINGS:
        del fields["do"]
    try:
        message: Message = shape.model_validate({**fields, "message_id": message_id})
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in ("detail", SAID, *first["loc"]))
        raise ValueError(f"{place}: {first['msg']}") from error
    return message


def _untold(act: Act, message: Message, shown: dict[str, Any]) -> dict[str, Any]:
    """What was `shown` of the message and the act does not tell, and that nothing was said where the act tells it."""
    untold: dict[str, Any] = {"do": shown.get("do") or _BEGINNINGS[type(message)]}
    for name in _FIELDS[type(message)]:
        value, told = shown.get(name), _told(act, name)
        if value is None and told is not None:
            untold[name] = getattr(message, name)
        elif value != told:
            untold[name] = value
    return untold


def _told(act: Act, name: str) -> Any:
    return getattr(act, name) if name in _ON_THE_ACT else act.detail.get(name)
