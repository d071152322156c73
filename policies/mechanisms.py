"""What is a mechanism of the checklist called? By its row, and the group it stands in, in both languages.

The rows are those of docs/contract/mechanisms.md, part 1; which procedure carries which is in the procedure files.
"""

from functools import lru_cache
from importlib import resources

from models.base import Shape
from models.explanations import Words
from policies.documents import Document

_FILE = "policies/parameters/mechanisms.yaml"


class Mechanisms(Shape):
    """The names: groups by letter, mechanisms by row (`B3`)."""

    groups: dict[str, Words]
    mechanisms: dict[str, Words]


@lru_cache(maxsize=1)
def mechanisms() -> Mechanisms:
    """The shipped names. Raises DocumentError where they are broken."""
    text = (resources.files("policies") / "parameters" / "mechanisms.yaml").read_text(encoding="utf-8")
    return Document(text, _FILE).read(Mechanisms)


def group_of(row: str) -> str:
    """The letter of the group in which the row stands."""
    return row[:1]
