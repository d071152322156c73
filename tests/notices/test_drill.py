"""A drill tells nobody, also where the contacts of the office are set."""

from pathlib import Path

import pytest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from drill.player import Player
from embedded import EmbeddedServer, register_search_attributes
from rehearsal.scenarios import load
from settings import Runner, Settings
from tests.builders import SCENARIOS, sample_directory
from tests.databases import Databases
from tests.notices.peers import Peer
from worker import SEARCH_ATTRIBUTES

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_drill_through_the_real_workflows_sends_nothing(
    temporal_server: EmbeddedServer, databases: Databases, tmp_path: Path, mail: Peer
) -> None:
    contacts = tmp_path / "contacts.yaml"
    url = f"mailto://127.0.0.1:{mail.port}?from=duban@example.invalid&to=nobody@example.invalid"
    contacts.write_text(f"mail: '{url}'\notherwise: organ_mail\n", encoding="utf-8")
    settings = Settings(
        data_dir=tmp_path, contacts_path=contacts, workflow_pollers=5, shutdown_seconds=1, runner=Runner.SANDBOXED
    )
    client = await Client.connect(temporal_server.address, data_converter=pydantic_data_converter)
    await register_search_attributes(client, SEARCH_ATTRIBUTES)
    player = Player(client, sample_directory(), settings, databases.new)

    acts = await player.play(load(min(SCENARIOS.glob("01-*.yaml"))))

    assert any(act.tell for act in acts)
    assert mail.asked == 0
