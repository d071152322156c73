"""Schemathesis, with every check it has, finds nothing: as nobody, and as every role."""

import pytest

from tests.api.conftest import ROLES, World
from tests.api.fuzzing import fuzzed
from tests.api.test_matrix import COMMANDS, OPERATIONS

pytestmark = pytest.mark.either_database("requests of every shape: the fuzzer tries the interface")

NOBODY = "nobody"
BESIDES_COMMANDS = r"^(?!.*/commands/)"
"""What is tried by whom no command can be given: the matrix tries those."""


# The other posts, and more examples: python -m tests.api.fuzzing.
@pytest.mark.parametrize("who", ["stranger", "lead", "leader"])
def test_schemathesis_finds_nothing_as_a_post(world: World, who: str) -> None:
    run = fuzzed(world, who, examples=1)
    print(who, run)  # noqa: T201 - the figures are asked for
    assert run.findings == {}
    assert len(run.operations) == len(OPERATIONS)
    assert run.statuses[500] == run.statuses[503] == 0


@pytest.mark.parametrize("who", [NOBODY, *ROLES])
def test_schemathesis_finds_nothing_as_somebody_without_a_post(world: World, who: str) -> None:
    run = fuzzed(world, None if who == NOBODY else who, examples=1, only=BESIDES_COMMANDS)
    print(who, run)  # noqa: T201 - the figures are asked for
    assert run.findings == {}
    assert len(run.operations) == len(OPERATIONS) - len(COMMANDS)
    assert run.statuses[500] == run.statuses[503] == 0
