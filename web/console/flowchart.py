"""How is a procedure drawn? Boxes one below the other, a line from each way to where it leads, in a lane of its target.

Only laid out here: what leads where was found by the rules (policies/flow.py, policies/block_flow.py). Lengths are in
the units of the drawing, about a pixel each.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

_ROW, _TITLE, _GAP, _PAD, _LANE = 24, 34, 22, 12, 16
_WIDE, _NARROW = 14.0, 7.6
_LEAST = 200.0


@dataclass(frozen=True, slots=True)
class Line:
    """What is said in a box; `to` is the key of the box it leads to, None: nowhere. `timer`: by the end of a limit."""

    words: str
    to: str | None = None
    timer: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """A stage or a step: its key, what it is called, what is said in it. `final`: nothing leads on from here."""

    key: str
    title: str
    lines: tuple[Line, ...]
    final: bool = False


@dataclass(frozen=True, slots=True)
class Placed:
    """A text and where it stands."""

    x: float
    y: float
    words: str
    timer: bool = False


@dataclass(frozen=True, slots=True)
class PlacedBox:
    """A box and where it stands, with its texts."""

    x: float
    y: float
    width: float
    height: float
    title: Placed
    lines: tuple[Placed, ...]
    final: bool


@dataclass(frozen=True, slots=True)
class Arrow:
    """A line from a way to its target, as the data of a path; `lane` tells lanes apart, 0 to 5."""

    path: str
    timer: bool
    lane: int


@dataclass(frozen=True, slots=True)
class Chart:
    """The whole drawing."""

    width: float
    height: float
    boxes: tuple[PlacedBox, ...]
    arrows: tuple[Arrow, ...]
    heads: tuple[str, ...]


def chart(boxes: Sequence[Box]) -> Chart:
    """The drawing of these boxes, in this order."""
    width = max(
        [_LEAST, *(_length(one.title) for one in boxes), *(_length(line.words) for one in boxes for line in one.lines)]
    )
    width += 2 * _PAD
    tops: dict[str, float] = {}
    y = float(_PAD)
    placed: list[PlacedBox] = []
    for box in boxes:
        height = _TITLE + _ROW * len(box.lines) + (_PAD / 2 if box.lines else 0)
        tops[box.key] = y
        lines = tuple(
            Placed(_PAD * 2, y + _TITLE + _ROW * place + 16, line.words, line.timer)
            for place, line in enumerate(box.lines)
        )
        placed.append(PlacedBox(_PAD, y, width, height, Placed(_PAD * 2, y + 23, box.title), lines, box.final))
        y += height + _GAP
    right = _PAD + width
    targets = [box.key for box in boxes if any(line.to == box.key for other in boxes for line in other.lines)]
    lanes = {key: right + _LANE * (place + 1.5) for place, key in enumerate(targets)}
    arrows = tuple(
        Arrow(
            _path(right, one.lines[place].y - 5, lanes[line.to], tops[line.to] + 18),
            line.timer,
            targets.index(line.to) % 6,
        )
        for box, one in zip(boxes, placed, strict=True)
        for place, line in enumerate(box.lines)
        if line.to in lanes
    )
    heads = tuple(_head(right, tops[key] + 18) for key in targets)
    return Chart(right + _LANE * (len(targets) + 2), y, tuple(placed), arrows, heads)


def _path(x: float, y: float, lane: float, target: float) -> str:
    return f"M{x:g} {y:g}H{lane:g}V{target:g}H{x + 8:g}"


def _head(x: float, y: float) -> str:
    return f"M{x:g} {y:g}l9 -5v10z"


def _length(words: str) -> float:
    return sum(_WIDE if unicodedata.east_asian_width(one) in "WFA" else _NARROW for one in words)
