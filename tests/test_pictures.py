"""The pictures that the documents show are there, and every picture there is shown."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
MOST_BYTES = 300_000
STARTS = {".png": b"\x89PNG", ".svg": b"<svg "}


def shown() -> dict[Path, str]:
    """Every picture that a page shows, and what is said in its place."""
    return {
        (page.parent / path).resolve(): words
        for page in PAGES
        for words, path in re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", page.read_text(encoding="utf-8"))
    }


@pytest.mark.parametrize("picture", sorted(shown()), ids=lambda one: one.name)
def test_a_picture_that_is_shown_is_there_small_and_said_in_words(picture: Path) -> None:
    assert picture.read_bytes().startswith(STARTS[picture.suffix])
    assert picture.stat().st_size <= MOST_BYTES
    assert shown()[picture].strip()


def test_every_picture_is_shown_somewhere() -> None:
    assert {one for one in (ROOT / "docs" / "images").rglob("*") if one.is_file()} == set(shown())


def test_every_picture_of_the_console_is_taken_by_a_walk() -> None:
    walks = "".join(one.read_text(encoding="utf-8") for one in (ROOT / "tests" / "browser").glob("test_*.py"))
    taken = set(re.findall(r"shot\(\s*\w+,\s*\"([\w-]+)\"", walks))
    console = {one.stem for one in shown() if one.parent.name == "console"}
    assert len(console) > 10
    assert console <= taken
