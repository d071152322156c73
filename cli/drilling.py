"""`rehearse --on temporal`: the same scenarios through the real workflows, activities and database."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from temporalio.client import Client

from cli.kept import settings
from cli.live import client_of, in_words
from cli.output import say, warn
from cli.problems import ExitCode
from drill.player import Player, records_in
from embedded import FOR_TESTS, EmbeddedServer, register_search_attributes
from policies.directory import Directory
from privacy.codec import MemoryKeys
from rehearsal.checks import differences
from rehearsal.printing import line
from rehearsal.scenarios import Scenario
from settings import Settings, Temporal, load_temporal
from worker import SEARCH_ATTRIBUTES

__all__ = ["drill"]


def drill(scenarios: Sequence[Scenario], organs: Directory, *, check: bool) -> list[ExitCode]:
    """Play and print each scenario; how each came out, in their order. Raises Problem when no server can be had."""
    settings()
    with in_words():
        return asyncio.run(_drill(scenarios, organs, check=check))


async def _drill(scenarios: Sequence[Scenario], organs: Directory, *, check: bool) -> list[ExitCode]:
    codes: list[ExitCode] = []
    with tempfile.TemporaryDirectory(prefix="duban-drill-") as place:
        data_dir = Path(place)
        # What a drill records is thrown away: it need not outlive a power failure, and its worker may be small.
        light = Settings(data_dir=data_dir, workflow_pollers=5, max_cached_workflows=200, shutdown_seconds=1)
        async with _client(load_temporal(), data_dir) as client:
            player = Player(client, organs, light, records_in(data_dir))
            for scenario in scenarios:
                acts = await player.play(scenario)
                for act in acts:
                    say(line(act))
                found = differences(scenario, acts) if check else []
                for difference in found:
                    warn(difference)
                codes.append(ExitCode.REFUSED if found else ExitCode.DONE)
    return codes


@asynccontextmanager
async def _client(named: Temporal, data_dir: Path) -> AsyncIterator[Client]:
    """A client of the server that TEMPORAL_ADDRESS names, else of one that lives as long as the drill."""
    if not named.embedded:
        client = await client_of(named, MemoryKeys())
        await register_search_attributes(client, SEARCH_ATTRIBUTES)
        yield client
        return
    async with EmbeddedServer(
        data_dir, search_attributes=SEARCH_ATTRIBUTES, synchronous="NORMAL", dynamic_config=FOR_TESTS
    ) as server:
        yield await client_of(named.at(server.address), MemoryKeys())
