"""What of a proceeding was made public, and may therefore be read by everybody?

Only of one that is marked public, and of that only what was posted (公示) or published (公布): nothing is public for
want of thought. By which item a step shows that it published something: parameters/publishing.yaml. mechanisms.md
D13, E2, G4, L2.
"""

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from importlib import resources
from typing import Any

from pydantic import Field

from models.acts import Act, ActName
from models.base import Shape
from models.petitions import DatedWords
from models.proceedings import ProceedingTerms
from policies.deadlines import local_date
from policies.documents import Document

_FILE = "policies/parameters/publishing.yaml"
_BY_NATURE = frozenset({ActName.NOTICE_POSTED, ActName.NOTICE_ENDED, ActName.PUBLISHED})


class PublishingParameters(Shape):
    """`media`: the items of evidence by which a step shows where it has published."""

    media: tuple[DatedWords, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Publication:
    """Something that was made public: when, by which act, where, in which words, and until when it can be answered."""

    at: datetime
    act: ActName
    medium: str | None
    text: str | None
    until: datetime | None


@lru_cache(maxsize=1)
def _parameters() -> PublishingParameters:
    text = (resources.files("policies") / "parameters" / "publishing.yaml").read_text(encoding="utf-8")
    return Document(text, _FILE).read(PublishingParameters)


def media(on: date) -> tuple[str, ...]:
    """The items by which a step shows where it has published, on the local date `on`. LookupError before the first."""
    found = [one.value for one in _parameters().media if one.since <= on]
    if not found:
        raise LookupError(f"no parameters of publishing on {on}")
    return found[-1]


def publication(act: Act, terms: ProceedingTerms | None) -> Publication | None:
    """What the act has made public; None where it has made nothing public, or is of what is not marked public."""
    if terms is None or terms.public is not True:
        return None
    said: dict[str, Any] = {**(act.detail.get("said") or {}), **act.detail}
    text = said.get("text")
    words = text if isinstance(text, str) else None
    if act.act in _BY_NATURE:
        medium = None if act.act is ActName.NOTICE_ENDED else act.reason
        until = act.due if act.act is ActName.NOTICE_POSTED else None
        return Publication(act.at, act.act, medium, words, until)
    if act.act is not ActName.STEP_DONE:
        return None
    evidence = said.get("evidence")
    parts = evidence if isinstance(evidence, dict) else {}
    shown = next((str(parts[name]) for name in media(local_date(act.at)) if str(parts.get(name) or "").strip()), None)
    return None if shown is None else Publication(act.at, ActName.PUBLISHED, shown, words, None)
