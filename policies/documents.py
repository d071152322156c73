"""How does a YAML document become checked values, with the file and line of every mistake?

Scalars are read as text; what they mean is for the shape they are read into. Used for policies, scenarios and notices.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from policies.showing import harmless

Path = tuple[str | int, ...]
T = TypeVar("T", bound=BaseModel)

_Loader: type[Any] = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


@dataclass(frozen=True)
class Mistake:
    """One thing wrong in a document: where, why, and what would be accepted."""

    file: str
    line: int
    where: str
    why: str
    accepted: str = ""

    def __post_init__(self) -> None:
        # What comes of the document is made fit to be shown here, once for all who report mistakes.
        for name, longest in (("where", _WHERE_LONGEST), ("why", _WHY_LONGEST), ("accepted", _ACCEPTED_LONGEST)):
            object.__setattr__(self, name, harmless(getattr(self, name), longest))

    def __str__(self) -> str:
        tail = f";可接受 accepted: {self.accepted}" if self.accepted else ""
        return f"{self.file}:{self.line}: {self.where}: {self.why}{tail}"


class DocumentError(ValueError):
    """A document that cannot be used; `mistakes` names every fault found in it."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))


DEEPEST = 16
_WHERE_LONGEST, _WHY_LONGEST, _ACCEPTED_LONGEST = 200, 400, 1200

LARGEST_BYTES = 1_000_000
"""The longest document: many times the standard procedure."""


def decoded(content: bytes, file: str) -> str:
    """The text in the bytes of a document. Raises DocumentError for what is too long or not UTF-8."""
    if len(content) > LARGEST_BYTES:
        raise DocumentError([Mistake(file, 1, "document", f"文件过大 larger than {LARGEST_BYTES} bytes")])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DocumentError([Mistake(file, line, "document", "不是 UTF-8 文本 not UTF-8 text")]) from error


class Document:
    """The plain content of one YAML document and the line on which each part of it stands."""

    def __init__(self, text: str, file: str) -> None:
        self.file = file
        self._lines: dict[Path, int] = {}
        self._doubled: list[Mistake] = []
        _refuse_knots(text, file)
        try:
            node = yaml.compose(text, Loader=_Loader)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            line = mark.line + 1 if mark else 1
            why = f"不是有效的 YAML not valid YAML: {getattr(error, 'problem', None) or type(error).__name__}"
            raise DocumentError([Mistake(file, line, "document", why)]) from error
        self.content: Any = self._plain(node, ()) if node is not None else {}
        if self._doubled:
            raise DocumentError(self._doubled)

    def _plain(self, node: yaml.Node, path: Path) -> Any:
        self._lines[path] = node.start_mark.line + 1
        if isinstance(node, yaml.MappingNode):
            plain: dict[str, Any] = {}
            for key, value in node.value:
                name = str(key.value)
                here = (*path, name)
                if name in plain:
                    why = "同一键写了两次 the same key twice"
                    self._doubled.append(Mistake(self.file, key.start_mark.line + 1, _dotted(here), why))
                plain[name] = self._plain(value, here)
                self._lines[here] = key.start_mark.line + 1
            return plain
        if isinstance(node, yaml.SequenceNode):
            return [self._plain(item, (*path, index)) for index, item in enumerate(node.value)]
        return node.value

    def line(self, path: Path) -> int:
        """The line of the part at `path`, or of the nearest part around it."""
        while path not in self._lines and path:
            path = path[:-1]
        return self._lines.get(path, 1)

    def mistake(self, path: Path, why: str, accepted: str = "") -> Mistake:
        """A mistake at `path` of this document."""
        return Mistake(self.file, self.line(path), _dotted(path), why, accepted)

    def read(self, shape: type[T], content: Any = None, at: Path = ()) -> T:
        """`content` (default: the whole document) as `shape`; raises DocumentError with every fault and its line."""
        try:
            return shape.model_validate(self.content if content is None else content)
        except ValidationError as error:
            mistakes = []
            for fault in error.errors():
                path = (*at, *fault["loc"])
                why, accepted = in_words(shape, fault)
                mistakes.append(self.mistake(path, why, accepted))
            raise DocumentError(mistakes) from error


def _refuse_knots(text: str, file: str) -> None:
    """Refuse aliases, which can unfold to any size, and nesting deeper than any document needs.

    What is no YAML ends the search: whoever composes it reports that with its line.
    """
    depth = 0
    try:
        for event in yaml.parse(text, Loader=_Loader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            line = event.start_mark.line + 1 if event.start_mark else 1
            if isinstance(event, yaml.AliasEvent):
                raise DocumentError([Mistake(file, line, "document", "不能使用 YAML 引用 aliases are not accepted")])
            if depth > DEEPEST:
                why = f"嵌套过深 nested deeper than {DEEPEST}"
                raise DocumentError([Mistake(file, line, "document", why)])
    except yaml.YAMLError:
        return


def _dotted(path: Path) -> str:
    return ".".join(str(part) for part in path) or "document"


def in_words(shape: type[BaseModel], fault: Any) -> tuple[str, str]:
    """A fault that pydantic found: why, and what would be accepted."""
    kind, context = fault["type"], fault.get("ctx", {})
    if kind == "extra_forbidden":
        names = shape.model_fields if len(fault["loc"]) == 1 else {}
        return "未知的键 unknown key", ", ".join(names)
    if kind == "missing":
        return "缺少必填项 required but missing", ""
    if kind in ("enum", "literal_error", "union_tag_invalid"):
        accepted = context.get("expected") or context.get("expected_tags") or ""
        return f"未知的值 unknown value {fault['input']!r}"[:200], str(accepted).replace("'", "")
    return f"{fault['msg']} (写的是 given: {str(fault['input'])[:80]!r})", ""
