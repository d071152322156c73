"""A sheet that travels with a page comes back as it was, mended where somebody mended it; all else is refused."""

import base64
import json
import zlib
from datetime import date, timedelta
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.carried import carried, read
from intake.grid import Area, Grid, Special
from intake.problems import SheetError

VALUES = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    st.booleans(),
    st.integers(-(10**12), 10**12),
    st.floats(allow_nan=False, allow_infinity=False),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(timedelta(), timedelta(days=1)).map(lambda span: timedelta(seconds=span.seconds)),
    st.sampled_from(Special),
)


@given(st.lists(st.lists(VALUES, max_size=4), max_size=5))
def test_every_value_comes_back_as_it_was(rows: list[list[object]]) -> None:
    back = read(carried(Grid("a", None, rows)))  # type: ignore[arg-type]
    assert [[(type(one), one) for one in row] for row in back.rows] == [
        [(type(one), one) for one in row] for row in rows
    ]


def test_merged_cells_still_hold_for_the_rows_below() -> None:
    back = read(carried(Grid("a", "台账", [["x", "1"], ["", "2"]], [Area(0, 0, 1, 0)])))
    assert (back.sheet, back.place(1, 0)) == ("台账", (0, 0))


def test_a_mended_cell_says_the_new_text_and_no_other_cell_changes() -> None:
    rows = [["a", date(2026, 3, 2)], [Special.FORMULA]]
    back = read(carried(Grid("a", None, rows)), {"A2": "5", "C1": "new", "B1": "2026-03-02"})  # type: ignore[arg-type]
    assert back.rows == [["a", date(2026, 3, 2), "new"], ["5"]]


def packed(told: object) -> str:
    return base64.b64encode(zlib.compress(json.dumps(told).encode())).decode()


WHOLE = {"source": "a", "sheet": None, "rows": [["x"]], "merged": []}


@pytest.mark.parametrize(
    "text",
    [
        "", "x", "密", packed([]), packed({}), packed("rows"),
        packed({**WHOLE, "rows": [["x"] * 257]}), packed({**WHOLE, "rows": [["\ud800"]]}),
        packed({**WHOLE, "rows": [[]] * 20_001}),
        packed({**WHOLE, "rows": [[None]]}),
        packed({**WHOLE, "rows": [[{"a": 1}]]}),
        packed({**WHOLE, "rows": [[["q", "x"]]]}),
        packed({**WHOLE, "rows": [[["d", "2026-02-30"]]]}),
        packed({**WHOLE, "rows": [[["s", "nan"]]]}),
        packed({**WHOLE, "rows": [["x" * 40_000]]}),
        packed({**WHOLE, "merged": [[0, 0, 1]]}),
        packed({**WHOLE, "merged": [[0, 0, -1, 0]]}),
        packed({**WHOLE, "sheet": 5}),
        base64.b64encode(zlib.compress(b" " * 20_000_000)).decode(),
        base64.b64encode(zlib.compress(b"[" * 200_000)).decode(),
        packed(WHOLE)[:-4],
        "A" * 2_000_000,
    ],
)  # fmt: skip
def test_what_no_sheet_was_carried_as_is_refused(text: str) -> None:
    with pytest.raises(SheetError, match="随页面带回的表格"):
        read(text)


@pytest.mark.parametrize("address", ["", "A", "1", "a1", "A0", "A2", "IX1", "ZZZ1", "A1 "])
def test_a_cell_that_is_not_on_the_sheet_is_not_mended(address: str) -> None:
    with pytest.raises(SheetError):
        read(packed(WHOLE), {address: "x"})


def test_a_sheet_too_large_to_travel_says_what_to_do() -> None:
    rows = [[sha256(f"{row} {column}".encode()).hexdigest() for column in range(40)] for row in range(800)]
    with pytest.raises(SheetError, match="命令行"):
        carried(Grid("a", None, rows))  # type: ignore[arg-type]
