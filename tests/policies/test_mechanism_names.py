"""Every mechanism of the checklist has a name in both languages, which is the checklist's own."""

import re

from policies.block_procedures import all_shipped
from policies.mechanisms import group_of, mechanisms
from tests.mechanisms.checklist import rows


def test_every_row_of_the_checklist_is_named_as_it_is_there() -> None:
    names = mechanisms().mechanisms
    assert names.keys() == {row.id for row in rows()}
    for row in rows():
        words = names[row.id]
        chinese = re.search(r"\(([^()]*[\u4e00-\u9fff][^()]*)\)", row.title)
        assert words.zh == chinese[1] if chinese else re.search(r"[\u4e00-\u9fff]", words.zh), row
        assert words.en.split(" (")[0][:20] in row.title


def test_every_mechanism_that_a_shipped_procedure_carries_has_a_name_and_a_group() -> None:
    found = mechanisms()
    for procedure in all_shipped():
        for row in procedure.carries:
            assert row in found.mechanisms
            assert group_of(row) in found.groups
