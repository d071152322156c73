"""How does a dated value get into the text of a procedure file, with everything else left as it is written?

The text is a person's: comments, order and layout stay. What the value means is for policies/procedures.py.
"""

from datetime import date
from typing import Any

import yaml

from policies.documents import Document


class NoPlaceError(ValueError):
    """The text has no place for the value; the message says why, Chinese first."""


def with_value(text: str, name: str, from_on: date, value: str, source: str) -> str:
    """The text with a value of the parameter `name` from a day on: put in place of that day's, or added in its order.

    `value` is written as in the file (`3wd`, `[3, 1]`, `{平件: 3wd, 急件: 2wd, 特急: 1wd}`). Raises NoPlaceError, and
    DocumentError for a text that is no document.
    """
    Document(text, "draft")
    said = _entry(from_on, value, source)
    entries = _entries(text, name)
    day = from_on.isoformat()
    before = [one for one in entries.value if _day(one) < day]
    same = next((one for one in entries.value if _day(one) == day), None)
    if same is not None:
        return text[: same.start_mark.index] + said + text[_end(text, same) :]
    column = entries.start_mark.column
    if before:
        end = _end(text, before[-1])
        return f"{text[:end]}\n{' ' * column}- {said}{text[end:]}"
    first = entries.start_mark.index
    return f"{text[:first]}- {said}\n{' ' * column}{text[first:]}"


def written(value: Any) -> str:
    """A value as one line of a procedure file, fit to be read again."""
    return yaml.dump(
        [_plain(value)], default_flow_style=True, allow_unicode=True, width=1_000_000, sort_keys=False
    ).strip()[1:-1]


def _plain(value: Any) -> Any:
    """Whole numbers as numbers, so that they are written without quotes, as people write them."""
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    whole = isinstance(value, str) and value.isascii() and value.isdigit() and str(int(value)) == value
    return int(value) if whole else value


def _entry(from_on: date, value: str, source: str) -> str:
    try:
        plain = yaml.load(f"[{value}\n]", Loader=yaml.BaseLoader)  # noqa: S506 - builds texts, lists and mappings only
    except yaml.YAMLError as error:
        raise NoPlaceError(
            "取值读不懂 the value cannot be read;可接受 accepted: 3wd, [3, 1], {平件: 3wd, 急件: 2wd, 特急: 1wd}"
        ) from error
    if len(plain) != 1:
        raise NoPlaceError("取值须为一项;多项写作 [一, 二] one value; several are written as a list: [3, 1]")
    return f"{{from: {from_on.isoformat()}, value: {written(plain[0])}, source: {written(source)}}}"


def _entries(text: str, name: str) -> yaml.SequenceNode:
    node = yaml.compose(text, Loader=yaml.BaseLoader)
    for key in ("parameters", name):
        if not isinstance(node, yaml.MappingNode):
            raise NoPlaceError(f"文本中没有 the text has no {key}")
        node = next((value for known, value in node.value if known.value == key), None)
    if not isinstance(node, yaml.SequenceNode) or node.flow_style or not node.value:
        raise NoPlaceError(f"参数须先写进文本 write the parameter into the text first: {name}")
    return node


def _day(entry: yaml.Node) -> str:
    if not isinstance(entry, yaml.MappingNode):
        return ""
    return next((str(value.value) for key, value in entry.value if key.value == "from"), "")


def _end(text: str, node: yaml.Node) -> int:
    """Where the node ends, without the blank lines and comments that come after it."""
    lines = text[node.start_mark.index : node.end_mark.index].split("\n")
    while len(lines) > 1 and (not lines[-1].strip() or lines[-1].lstrip().startswith("#")):
        lines.pop()
    return node.start_mark.index + len("\n".join(lines).rstrip())
