"""Whatever is said to any procedure that ships, by anybody, at any time: what always holds (hunt.py says it)."""

import pytest

from policies.block_procedures import all_shipped
from tests.policies.blocks.hunt import Hunt

MOVES = 20


@pytest.mark.parametrize("part", range(4))
def test_a_procedure_keeps_its_guarantees_whatever_is_said_to_it(part: int) -> None:
    for procedure in all_shipped()[part::4]:
        assert Hunt(procedure, seed=part).live(MOVES).acts
