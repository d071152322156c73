"""Everything the console's pages say of themselves, in Chinese and English; a module for each part of the console.

Terms of the field are in policies/wording.py. Fields in braces are filled in by the page. A test holds that every text
is used, and every text used is here.
"""

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules

_PARTS = tuple(import_module(f"{__name__}.{one.name}") for one in iter_modules(__path__))


def _together() -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for part in _PARTS:
        twice = found.keys() & part.TEXTS.keys()
        if twice:
            raise ValueError(f"{part.__name__}: {sorted(twice)}")
        found.update(part.TEXTS)
    return found


TEXTS: Mapping[str, tuple[str, str]] = _together()
