"""The page that says how a procedure file is written is made from the shapes, and what it shows is a usable file."""

import re

from pydantic import BaseModel

from models.blocks import Block, Criterion, Level, Missed, MoreTime
from policies.block_page import FIELDS, page
from policies.block_procedures import load_blocks
from policies.blocks import BLOCKS
from tests.builders import ROOT


def test_the_page_of_the_docs_is_current() -> None:
    assert (ROOT / "docs" / "procedures.md").read_text(encoding="utf-8") == page()


def test_every_block_and_every_field_is_on_it() -> None:
    shapes: tuple[type[BaseModel], ...] = (Block, Missed, MoreTime, Level, Criterion, *BLOCKS)
    fields = {name for shape in shapes for name in shape.model_fields} - {"block"}
    assert set(FIELDS) == fields
    for shape in BLOCKS:
        assert f"## `{shape.model_fields['block'].default}`" in page()


def test_the_example_is_a_procedure_without_a_mistake() -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", page(), re.DOTALL)
    procedure = load_blocks(example, "my.yaml")
    assert (procedure.name, procedure.of, len(procedure.change_days)) == ("my", "proceeding", 2)
