"""The two players are equal: the virtual conductor over the pure core, and the real workflows on a Temporal server."""

from pathlib import Path

import pytest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from drill.player import Player
from embedded import EmbeddedServer, register_search_attributes
from intake.directory import read_directory
from policies.directory import Directory
from rehearsal.checks import differences
from rehearsal.conductor import play
from rehearsal.printing import line
from rehearsal.random_scenarios import random_scenario
from rehearsal.scenarios import Scenario, load
from settings import Runner, Settings
from tests.databases import Databases
from worker import SEARCH_ATTRIBUTES

pytestmark = pytest.mark.asyncio(loop_scope="session")

ROOT = Path(__file__).parents[2]
SCENARIOS = sorted((ROOT / "tests" / "scenarios").glob("*.yaml"))
# One for each kind of block, and a case that no matter gives its procedure: the rest is held by the rehearsals alone.
MECHANISMS = ("mechanisms/b3-one-time-notice", "mechanisms/d15-paused-and-backfilled", "proceedings/launched",
              "mechanisms/k12-school-fees-not-automatic")  # fmt: skip
SEEDS = range(12)
DIRECTORY = Directory(read_directory(ROOT / "data" / "directory.csv"))


async def played_on(server: EmbeddedServer, place: Path, databases: Databases, scenario: Scenario) -> list[str]:
    client = await Client.connect(server.address, data_converter=pydantic_data_converter)
    await register_search_attributes(client, SEARCH_ATTRIBUTES)
    settings = Settings(data_dir=place, workflow_pollers=5, shutdown_seconds=1, runner=Runner.SANDBOXED)
    return [line(act) for act in await Player(client, DIRECTORY, settings, databases.new).play(scenario)]


@pytest.mark.either_database("scenarios played by the workflows; random ones are on both")
@pytest.mark.parametrize(
    "path",
    [*SCENARIOS, *(ROOT / "tests" / "scenarios" / f"{name}.yaml" for name in MECHANISMS)],
    ids=lambda path: path.stem,
)
async def test_a_scenario_gives_the_same_acts_on_temporal(
    temporal_server: EmbeddedServer, databases: Databases, tmp_path: Path, path: Path
) -> None:
    scenario = load(path)
    rehearsed = play(scenario, DIRECTORY)

    assert differences(scenario, rehearsed.acts) == []
    assert await played_on(temporal_server, tmp_path, databases, scenario) == [line(act) for act in rehearsed.acts]


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_random_scenario_gives_the_same_acts_on_temporal(
    temporal_server: EmbeddedServer, databases: Databases, tmp_path: Path, seed: int
) -> None:
    scenario = random_scenario(seed, DIRECTORY)

    rehearsed = [line(act) for act in play(scenario, DIRECTORY).acts]

    assert rehearsed
    assert await played_on(temporal_server, tmp_path, databases, scenario) == rehearsed
