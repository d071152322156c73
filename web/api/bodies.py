"""What does a request to give a command, or to launch a matter, carry? The message's own fields, bounded.

Made from the shapes in models/messages.py and models/case_messages.py, so that the two cannot differ. Who speaks
(`by`, `voice`) and the message id are never taken from a body: the caller and the Idempotency-Key say them.
"""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Union, cast, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, create_model

from models.acts import ActName
from models.base import Shape
from models.case_messages import CASE_TITLES, CaseCommand
from models.messages import (
    TITLES,
    Cancel,
    DecideExtension,
    MatterCommand,
    Registration,
    RequestExtension,
    Resume,
    Suspend,
)
from models.proceeding_messages import PROCEEDING_TITLES, Open, ProceedingCommand
from web.api.texts import (
    LONGEST_LIST,
    Day,
    Hash,
    Moment,
    Name,
    Number,
    Numbers,
    Parts,
    Short,
    Text,
    Texts,
    Title,
    Truth,
)

SAID_BY_THE_CALLER = frozenset({"message_id", "by", "voice", "do", "sealed"})
NOT_OF_A_LAUNCH = SAID_BY_THE_CALLER | {"policy", "parent", "root"}

_NAMES = frozenset(
    {
        "refer_to",
        "procedure",
        "name",
        "group",
        "lead",
        "office",
        "leader",
        "responsible",
        "to",
        "post",
        "organ",
        "member",
        "subject",
    }
)
_LISTS_OF_NAMES = frozenset({"missing", "items", "organs", "present", "co", "panel", "reviewers", "posts"})
_SHORT = frozenset({"limit", "basis", "urgency", "severity", "report_every", "until", "method", "choice", "measure",
                    "outcome", "track", "value", "period", "petitioner", "what", "place", "medium", "number", "into",
                    "id"})  # fmt: skip

EXAMPLES: Mapping[str, Any] = {
    "title": "治理教育乱收费", "lead": "区教育局", "office": "区政府督查室", "leader": "区长", "co": ["区财政局"],
    "limit": "15wd", "basis": "会议决定", "urgency": "平件", "severity": "ordinary", "report_every": "weekly",
    "responsible": "区教育局承办岗", "panel": ["区长", "区政府督查室主任", "区审计局长"], "reviewers": ["市长"],
    "posts": ["区审计局承办岗", "区司法局承办岗"], "to": "区财政局", "post": "区教育局长", "organ": "区财政局",
    "member": "区审计局长", "subject": "区教育局长", "until": "2026-04-30", "method": "document",
    "choice": "proposed", "measure": "P1", "outcome": "upheld", "track": "Z1", "number": "督备〔2026〕3号",
    "into": "2026-0007", "id": "2026-0143-1", "text": "已按要求办理", "reason": "需部门会签", "done": True,
    "granted": True, "passed": True, "upheld": False, "end_cases": False, "entry": 3, "act": "progress_reported",
    "about": "returned", "without_co": "协办部分另行报送", "requirement": "每周报告进展", "remark": "市级交办",
    "public": True, "facts": "检查发现未按时限办理", "criterion": "主动纠正并挽回影响",
    "evidence": {"document": "办结报告"}, "receipt": {"signed": "区教育局长"}, "document": {"number": "函〔2026〕5号"},
"adopted": True, "fields": {"title": "治理中小学乱收费"}, "assigned_at": "2026-03-02T09:00:00+08:00",
    "source": "inspection", "reference": "督巡〔2026〕7号", "cases": ["2026-0143/case1"],
    "missing": ["场所证明"], "items": ["场所证明"], "refer_to": "区公安局", "purpose": "入企检查", "agreed": True,
    "on": "2026-03-20", "place": "二楼会议室", "representatives": [{"name": "代表1", "group": "public"}],
    "organs": ["区财政局", "区公安局"], "what": "材料", "present": ["区财政局"], "opinions": {"代表1": "宜缓行"},
    "representative": "代表1", "medium": "区政府网", "satisfied": True, "accepted": True, "value": "96",
    "marks": {"时效": 8}, "since": "2026-01-01", "procedure": "window_acceptance", "event_on": "2026-03-20",
    "received_at": "2026-03-02T09:00:00+08:00", "period": "2026", "channel": "web", "anonymous": False, "urgent": False,
    "prominent": False, "petitioner": "p7", "name": "代表1", "group": "public",
    "children": [{"title": "排查初中收费", "lead": "区教育局", "limit": "10wd"}], "attachments": ["9f86d081" * 8],
}  # fmt: skip
"""A plausible value of every field, by name."""


class Body(BaseModel):
    """A request's body: nothing that is not named is taken."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _field(name: str, annotation: Any) -> Any:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in (Union, UnionType):
        members = [_field(name, one) for one in arguments]
        return Union[tuple(dict.fromkeys(members))]  # noqa: UP007 - built from values
    if origin is tuple:
        return Annotated[list[_field(name, arguments[0])], Field(max_length=LONGEST_LIST)]  # type: ignore[misc]
    if origin is dict:
        return {int: Numbers, str: Texts}.get(arguments[1], Parts)
    if annotation is NoneType or annotation is ActName:
        return annotation
    if isinstance(annotation, type) and issubclass(annotation, Shape):
        return _body_of(annotation, f"{annotation.__name__}Body", frozenset())
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return annotation
    scalars: dict[Any, Any] = {bool: Truth, int: Number, datetime: Moment, date: Day, str: _text(name)}
    return scalars[annotation]


def _text(name: str) -> Any:
    if name in _NAMES or name in _LISTS_OF_NAMES:
        return Name
    if name == "title":
        return Title
    if name == "attachments":
        return Hash
    return Short if name in _SHORT else Text


def _body_of(shape: type[BaseModel], name: str, left_out: frozenset[str]) -> type[Body]:
    fields: dict[str, Any] = {}
    for field_name, field in shape.model_fields.items():
        if field_name in left_out:
            continue
        default = field.get_default(call_default_factory=True)
        default = list(default) if isinstance(default, tuple) else default
        fields[field_name] = (
            _field(field_name, field.annotation),
            Field(default=default, examples=[EXAMPLES[field_name]]),
        )
    return cast(type[Body], create_model(name, __base__=Body, __doc__=(shape.__doc__ or "").strip(), **fields))


def _of_commands(commands: Any, prefix: str) -> dict[str, type[Body]]:
    return {
        str(shape.model_fields["do"].default): _body_of(shape, f"{prefix}{shape.__name__}", SAID_BY_THE_CALLER)
        for shape in get_args(commands)
    }


if TYPE_CHECKING:

    class LaunchBody(Body):
        """A matter as an office hands it in."""

    class OpenBody(Body):
        """A proceeding, a petition or a duty as somebody hands it in."""

else:
    LaunchBody = _body_of(Registration, "Launch", NOT_OF_A_LAUNCH)
    OpenBody = _body_of(Open, "Open", SAID_BY_THE_CALLER)
MATTER_BODIES = _of_commands(MatterCommand, "Matter")
CASE_BODIES = _of_commands(CaseCommand, "Case")
PROCEEDING_SHAPES: Mapping[str, type[BaseModel]] = {
    str(shape.model_fields["do"].default): shape
    for shape in (*get_args(ProceedingCommand), RequestExtension, DecideExtension, Suspend, Resume, Cancel)
}
PROCEEDING_BODIES = {
    do: _body_of(shape, f"Proceeding{shape.__name__}", SAID_BY_THE_CALLER) for do, shape in PROCEEDING_SHAPES.items()
}
"""The body of each command, by `do`."""

WORDS: Mapping[str, str] = {**TITLES, **CASE_TITLES, **PROCEEDING_TITLES}
"""The commands in Chinese."""


def said(body: Body) -> dict[str, Any]:
    """What a body says, as the message takes it: only what was sent."""
    return body.model_dump(exclude_unset=True)


__all__ = ["CASE_BODIES", "EXAMPLES", "MATTER_BODIES", "NOT_OF_A_LAUNCH", "PROCEEDING_BODIES", "PROCEEDING_SHAPES",
           "SAID_BY_THE_CALLER", "WORDS", "Body", "LaunchBody", "OpenBody", "said"]  # fmt: skip
