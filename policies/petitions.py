"""What is the same petition, or the same petitioner, and what of an identity must not stand in a petition's words?

Simple and explainable: equal titles or shared pairs of characters, equal phone or identity numbers. It only shows;
people link (policies/proceeding.py `link`). Numbers: parameters/petitions.yaml. mechanisms.md G2; 信访工作条例 30.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib import resources

from models.petitions import DatedNumber, DatedWords, Identity, IntakeParameters
from policies.documents import Document

WITHHELD = "〔身份信息,另存 kept apart〕"
"""What stands in a petition's words in place of its petitioner's identity."""

_FILE = "policies/parameters/petitions.yaml"
_SHORTEST = 2
_CHINA = re.compile(r"^(?:00)?86(?=1\d{10}$)")


@dataclass(frozen=True, slots=True)
class Intake:
    """The parameters in force on a day: `similarity` in per cent, `looked_back` in days, `answers` by name."""

    similarity: int
    looked_back: int
    answers: frozenset[str]


@lru_cache(maxsize=1)
def parameters() -> IntakeParameters:
    """The shipped parameters. Raises DocumentError when they are broken."""
    text = (resources.files("policies") / "parameters" / "petitions.yaml").read_text(encoding="utf-8")
    return Document(text, _FILE).read(IntakeParameters)


def in_force(on: date) -> Intake:
    """What intake goes by on the local date `on`. Raises LookupError before the first."""
    found = parameters()
    return Intake(
        similarity=_number(found.similarity, on), looked_back=_number(found.looked_back, on),
        answers=frozenset(_words(found.answers, on)),
    )  # fmt: skip


def _number(dated: Sequence[DatedNumber], on: date) -> int:
    found = [one.value for one in dated if one.since <= on]
    if not found:
        raise LookupError(f"no parameters of intake on {on}")
    return found[-1]


def _words(dated: Sequence[DatedWords], on: date) -> tuple[str, ...]:
    found = [one.value for one in dated if one.since <= on]
    if not found:
        raise LookupError(f"no parameters of intake on {on}")
    return found[-1]


# --- the same petitioner ----------------------------------------------------------------------------------------------


def plain_phone(text: str) -> str:
    """The digits of a phone number, without the country's code; "" for what has none."""
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", text))
    return _CHINA.sub("", digits)


def plain_id(text: str) -> str:
    """Letters and digits of an identity number, in capitals; "" for what has none."""
    return re.sub(r"[^0-9A-Z]", "", unicodedata.normalize("NFKC", text).upper())


def marks(identity: Identity) -> dict[str, str]:
    """By what the same petitioner is recognised, by kind; {} where neither a phone nor an identity number is told."""
    told = {"phone": plain_phone(identity.phone or ""), "id_number": plain_id(identity.id_number or "")}
    return {kind: value for kind, value in told.items() if value}


# --- the same petition ------------------------------------------------------------------------------------------------


def plain_title(text: str) -> str:
    """Letters and digits of a title alone, however wide they are written."""
    return "".join(one for one in unicodedata.normalize("NFKC", text).casefold() if one.isalnum())


def similarity(one: str, other: str) -> int:
    """How much two titles have in common, in whole per cent of their pairs of characters (Dice), rounded down.

    Pairs and not triples: most Chinese words have two characters. Equal titles are 100, whatever their length.
    """
    left, right = plain_title(one), plain_title(other)
    if left == right:
        return 100 if left else 0
    pairs = [{text[at : at + 2] for at in range(len(text) - 1)} for text in (left, right)]
    both = len(pairs[0]) + len(pairs[1])
    return 200 * len(pairs[0] & pairs[1]) // both if both else 0


# --- what stands apart ------------------------------------------------------------------------------------------------


def withheld(text: str, identity: Identity) -> str:
    """The text with every occurrence of what the identity tells replaced: its name, its numbers however spaced.

    The numbers and names of others stay: they can be what the petition is about. A name of one character stays too.
    """
    patterns = []
    for name, value in sorted(identity.told.items(), key=lambda told: -len(told[1])):
        numbers = plain_phone(value) if name == "phone" else plain_id(value) if name == "id_number" else ""
        if numbers:
            patterns.append(r"[\s\-—－·.()（）]*".join(re.escape(one) for one in numbers))
        if len(value) >= _SHORTEST:
            patterns.append(r"\s*".join(re.escape(one) for one in value if not one.isspace()))
    if not patterns:
        return text
    # Wide digits and letters are looked for in their plain form, place by place, so that the text stays as it is.
    plain = "".join(_one(char) for char in text)
    found = re.compile("|".join(patterns), re.IGNORECASE)
    parts, done = [], 0
    for hit in found.finditer(plain):
        parts += [text[done : hit.start()], WITHHELD]
        done = hit.end()
    return "".join([*parts, text[done:]])


def _one(char: str) -> str:
    """The plain form of one character, where that is one character too."""
    plain = unicodedata.normalize("NFKC", char)
    return plain if len(plain) == 1 else char
