"""Save the histories that every later version must replay: `python -m tests.histories.save VERSION`.

Plays scenarios through the real workflows and one matter under real timers, and writes each history as JSON beside this
file. Run once for a release, with the released code; never over the files of an earlier one.
"""

import asyncio
import json
import re
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from drill.player import Player, records_in
from embedded import FOR_TESTS, EmbeddedServer
from intake.directory import read_directory
from models.contract import calendar_workflow_id, matter_workflow_id, misdirected_workflow_id
from models.messages import Sign, Submit, Verify
from office import Office
from policies.directory import Directory
from record.store import Store
from rehearsal.scenarios import PlannedNotice, load
from settings import Settings
from tests.workflows.cast import DIRECTORY, HANDLER, OFFICER, a_matter, this_second
from worker import SEARCH_ATTRIBUTES, build_worker

HERE = Path(__file__).parent
SCENARIOS = HERE.parent / "scenarios"
ROOT = HERE.parent.parent

# Lives that differ in what the workflow does: who speaks, what silence brings, notices, refusals, the archive.
LIVES = ("01", "02", "04", "07", "09", "13", "19", "21", "26", "30", "32", "33", "34", "41", "43")


async def save(version: str) -> None:
    """Play and write; raises FileExistsError when the version has been saved before."""
    place = HERE / version
    place.mkdir()
    directory = Directory(read_directory(ROOT / "data" / "directory.csv"))
    with tempfile.TemporaryDirectory() as name:
        data_dir = Path(name)
        async with EmbeddedServer(
            data_dir, search_attributes=SEARCH_ATTRIBUTES, synchronous="NORMAL", dynamic_config=FOR_TESTS
        ) as server:
            client = await Client.connect(server.address, data_converter=pydantic_data_converter)
            player = Player(client, directory, Settings(data_dir=data_dir, workflow_pollers=5), records_in(data_dir))
            for path in sorted(path for path in SCENARIOS.glob("*.yaml") if path.name[:2] in LIVES):
                scenario = load(path)
                await player.play(scenario, scope=path.stem)
                matters = {matter_id for matter_id, _ in scenario.matters}
                ids = [matter_workflow_id(matter_id, path.stem) for matter_id in matters]
                for item in scenario.planned:
                    if item.at > scenario.until:
                        continue
                    if isinstance(item, PlannedNotice):
                        ids.append(calendar_workflow_id(item.notice.number, path.stem))
                    elif item.target not in matters:
                        ids.append(misdirected_workflow_id(item.target, item.command.message_id, path.stem))
                for workflow_id in dict.fromkeys(ids):
                    await _write(client, workflow_id, place)
            await _real_life(client, data_dir)
            await _write(client, matter_workflow_id("real"), place)


async def _real_life(client: Client, data_dir: Path) -> None:
    """A matter under real time: an hour's limit that ends two seconds from now, then done late."""
    store = Store(f"sqlite:///{data_dir / 'real.db'}")
    store.migrate()
    async with build_worker(client, store, DIRECTORY, Settings(data_dir=data_dir, workflow_pollers=5)):
        office = Office(client, store)
        assigned_at = this_second() - timedelta(hours=1) + timedelta(seconds=2)
        await office.launch("real", a_matter(limit="1h", assigned_at=assigned_at))
        await asyncio.sleep(4)
        await office.say("real", Sign(message_id="s", by=HANDLER))
        await office.say("real", Submit(message_id="u", by=HANDLER, text="办结"))
        await office.say("real", Verify(message_id="v", by=OFFICER, passed=True, method="document"))
    store.close()


async def _write(client: Client, workflow_id: str, place: Path) -> None:
    history = await client.get_workflow_handle(workflow_id).fetch_history()
    name = re.sub(r"[^0-9A-Za-z-]+", "_", workflow_id).strip("_")
    number = sum(path.stem.startswith(name) for path in place.iterdir())
    compact = json.dumps(json.loads(history.to_json()), ensure_ascii=False, separators=(",", ":"))
    (place / f"{name}{f'-{number}' if number else ''}.json").write_text(compact, encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(save(sys.argv[1]))
