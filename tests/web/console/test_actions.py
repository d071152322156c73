"""一个动作一个测试文件: every command that a page gives has a test file of its own, and no file is left over.

The rule: `test_<target>_<command>.py`, where the target is whatever kind hears the command: matter or case, and for a
command to a proceeding any of proceeding, petition and duty. `BESIDE` names what else these pages are tested for.
"""

from pathlib import Path

import pytest

from policies import case_offering, offering
from policies.proceeding_offering import PROCEEDING_OFFERED

BESIDE = {
    "case": {"attaching", "of_proceeding", "openings", "page"},
    "proceeding": {"open"},
    "petition": {"identity", "take"},
}


def files_of(target: str) -> set[str]:
    """For what of this target there is a file."""
    start = f"test_{target}_"
    return {path.stem.removeprefix(start) for path in Path(__file__).parent.glob(f"{start}*.py")}


@pytest.mark.parametrize(
    ("targets", "commands"),
    [
        pytest.param(("matter",), offering.OFFERED, id="matters"),
        pytest.param(("case",), case_offering.OFFERED, id="cases"),
        pytest.param(("proceeding", "petition", "duty"), PROCEEDING_OFFERED, id="proceedings"),
    ],
)
def test_every_command_has_a_file_of_its_own_and_every_file_a_command(
    targets: tuple[str, ...], commands: tuple[str, ...]
) -> None:
    found = set[str]().union(*(files_of(target) - BESIDE.get(target, set()) for target in targets))
    assert found == set(commands)
