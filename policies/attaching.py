"""Which commands carry files, who may hand one in, and may a message name these?

A file becomes part of the record by being named by its hash in an act; until then nobody is shown it. Whether a file is
what it says it is, is for intake/attachments.py, where it lies for attachments/. Source: house rule.
"""

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any, get_args

from models.acts import Act
from models.attachments import AttachmentType
from models.base import Spoken
from models.case_messages import CaseCommand
from models.contract import is_case, is_proceeding
from models.messages import MatterCommand
from models.proceeding_messages import ProceedingCommand
from policies.access import Relation, may, name_of
from policies.authority import Refused
from policies.drafting import Facts
from policies.saying import SAID

FIELD = "attachments"
"""The field of a message, and the member of what is kept of it, that names files by their hashes."""
RULE = "attachments"

ACCEPTED = ", ".join(AttachmentType)
"""What is taken, in words."""


def _carrying(commands: Any) -> tuple[str, ...]:
    return tuple(str(shape.model_fields["do"].default) for shape in get_args(commands) if FIELD in shape.model_fields)


_OF_MATTER, _OF_CASE = _carrying(MatterCommand), _carrying(CaseCommand)
_OF_PROCEEDING = (*_carrying(ProceedingCommand), "request_extension")
CARRIERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"matter": _OF_MATTER, "case": _OF_CASE, "proceeding": _OF_PROCEEDING}
)
"""The commands that carry files, by what they are said to."""


def carriers(target: str) -> tuple[str, ...]:
    """The commands to this target that carry files, by `do`."""
    return CARRIERS["case" if is_case(target) else "proceeding" if is_proceeding(target) else "matter"]


def may_hand_in(target: str, standing: Collection[Relation]) -> bool:
    """Whether somebody who stands in these relations to the target may give any command that carries files."""
    return any(may(name_of(do, target), standing) for do in carriers(target))


def named(message: object) -> tuple[str, ...]:
    """The files a message names; none for one that cannot."""
    return tuple(getattr(message, FIELD, ()))


def named_by(act: Act) -> tuple[str, ...]:
    """The files an act names, by their hashes."""
    said = act.detail.get(SAID)
    found = said.get(FIELD) if isinstance(said, Mapping) else None
    return tuple(str(one) for one in found) if isinstance(found, list | tuple) else ()


def check(target: str, message: object, facts: Facts) -> None:
    """Refuse a message that names files too many, one twice, or one its post has not handed in to this target.

    Where there are no files to know of (a rehearsal) what is named is taken as said.
    """
    hashes = named(message)
    if not hashes or facts.attached is None:
        return
    if len(hashes) > facts.attachments_most:
        raise Refused(f"附件最多 {facts.attachments_most} 个 at most {facts.attachments_most} attachments", RULE)
    if len(set(hashes)) != len(hashes):
        raise Refused("同一附件写了两次 an attachment is named twice", RULE)
    by = message.by if isinstance(message, Spoken) else None
    known = facts.attached(target, by or "")
    missing = [one for one in hashes if one not in known]
    if missing:
        raise Refused(
            f"附件须先由本岗位提交给本件,可能已因久未使用而清除,请重新上传 not handed in here by this post, or cleared "
            f"because it was not used; hand it in again: {missing[0][:12]}",
            RULE,
        )
