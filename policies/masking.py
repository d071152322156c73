"""Which field of the record is protected, and what stands in its place for whoever may not read it?

One dated table (parameters/protection.yaml): acts, states and papers by field, checked whole when it is read. What the
classes come to is for models/protection.py; which key opens a field is for privacy/, who looked for record/looks.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib import resources
from typing import Any

import yaml

from models.protection import ERASED, PROTECTED, FieldClass, FieldPolicy, Kind


class ProtectionError(ValueError):
    """The table of fields cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class _Dated:
    from_: date
    policy: FieldPolicy


def read(text: str) -> tuple[_Dated, ...]:
    """The table of a file, oldest first. Raises ProtectionError."""
    try:
        entries = yaml.safe_load(text)
        found = tuple(_Dated(_day(one["from"]), _policy(one)) for one in entries)
    except (yaml.YAMLError, KeyError, TypeError, AttributeError, ValueError) as error:
        raise ProtectionError(f"保护字段表读不懂 the table of protected fields: {error}") from error
    if not found or list(found) != sorted(found, key=lambda one: one.from_):
        raise ProtectionError("保护字段表须按日期排列 the table is empty or out of order")
    return found


@lru_cache(maxsize=1)
def _shipped() -> tuple[_Dated, ...]:
    text = (resources.files("policies") / "parameters" / "protection.yaml").read_text(encoding="utf-8")
    return read(text)


def protection(on: date | None = None) -> FieldPolicy:
    """The shipped classes in force on the local date `on` (None: the newest). Raises LookupError before the first."""
    found = [one.policy for one in _shipped() if on is None or one.from_ <= on]
    if not found:
        raise LookupError(f"no classes of fields on {on}")
    return found[-1]


def _policy(entry: Mapping[str, Any]) -> FieldPolicy:
    acts, masks = entry["acts"], {str(name): str(words) for name, words in entry["masks"].items()}
    for needed in (*PROTECTED, ERASED):
        if not masks.get(str(needed)):
            raise ProtectionError(f"masks.{needed}: 缺少 missing")
    if not entry.get("reference"):
        raise ProtectionError("reference: 缺少出处 missing")
    return FieldPolicy(
        masks=masks,
        every=_classes(acts["every"]),
        matter=_classes(acts["matter"]),
        case=_classes(acts["case"]),
        proceeding=_classes(acts.get("proceeding") or {}),
        aside=_classes(acts["aside"]),
        exceptions={str(name): _classes(lists) for name, lists in acts["exceptions"].items()},
        leaves={kind: _classes(entry.get(kind.value) or {}) for kind in Kind if kind is not Kind.ACT},
    )


def _classes(lists: Mapping[str, Any]) -> dict[str, FieldClass]:
    found: dict[str, FieldClass] = {}
    for class_, names in lists.items():
        for part in names:
            for name in part if isinstance(part, list) else [part]:
                if name in found and found[name] is not FieldClass(class_):
                    raise ProtectionError(f"{name}: 归入两类 in two classes")
                found[str(name)] = FieldClass(class_)
    return found


def _day(written: Any) -> date:
    return written if isinstance(written, date) else date.fromisoformat(str(written))
