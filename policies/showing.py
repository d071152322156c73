"""How is a piece of somebody's file repeated in a message, so that it can do no harm wherever it is read?

On one line, shortened, without anything invisible, without the beginning of a tag, and never as a formula that a
spreadsheet would run. Source: the CSV injection advice of OWASP.
"""

import re

# Full-width forms too: a spreadsheet with a Chinese input method takes ＝ for =.
_FORMULA_STARTS = frozenset("=+-@\t\r＝＋－＠")
_NUMBER = re.compile(r"[+-]?[0-9]{1,30}(?:\.[0-9]{1,30})?%?", re.ASCII)
_TAG = re.compile(r"<(?=[A-Za-z/!?])")


def looks_like_formula(text: str) -> bool:
    """Whether a spreadsheet that opens `text` might run it: it starts with = + - @, a tab or a return, and no number.

    Spaces in front do not save it.
    """
    stripped = text.strip()
    if not stripped or _NUMBER.fullmatch(stripped):
        return False
    return text[0] in _FORMULA_STARTS or stripped[0] in _FORMULA_STARTS


def on_one_line(text: str, longest: int) -> str:
    """`text` on one line of at most `longest` characters: nothing invisible, and `‹` for what would begin a tag."""
    visible = "".join(
        " " if char.isspace() else char for char in text[: longest * 4] if char.isspace() or char.isprintable()
    )
    line = _TAG.sub("‹", " ".join(visible.split()))
    return f"{line[: longest - 1]}…" if len(line) > longest else line


def harmless(text: str, longest: int) -> str:
    """`on_one_line`, marked as text where a spreadsheet might run it."""
    line = on_one_line(text, longest)
    return f"'{line}" if looks_like_formula(line) else line
