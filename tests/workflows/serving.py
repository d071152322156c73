"""A worker of one build as a process of its own: `python -m tests.workflows.serving WORKFLOW`, set up by DUBAN_*."""

import asyncio
import sys

import logs
from intake.directory import read_directory
from leaving import leave
from office import connect, keep_sealed
from policies.directory import Directory
from record.store import Store
from settings import load, load_temporal
from tests.workflows.variants import LATER, CarelessMatter, LaterMatter
from worker import WORKFLOWS, build_worker, stop_on_signals
from workflows.matter import MatterWorkflow

VARIANTS: dict[str, tuple[type, ...]] = {
    MatterWorkflow.__name__: (),
    LaterMatter.__name__: LATER,
    CarelessMatter.__name__: (CarelessMatter,),
}


def workflows_with(name: str) -> tuple[type, ...]:
    """What the worker of that build serves."""
    changed = VARIANTS[name]
    return (*changed, *(one for one in WORKFLOWS if not any(issubclass(other, one) for other in changed)))


async def serve(name: str) -> None:
    stop = stop_on_signals()
    settings = load()
    logs.configure(settings.log_format, settings.log_level)
    store = Store(**settings.record)
    directory = Directory(read_directory(settings.directory_path))
    client = await connect(load_temporal())
    keep_sealed(client, store)
    async with build_worker(client, store, directory, settings, workflows=workflows_with(name)):
        await stop.wait()
    store.close()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1]))
    leave(0)
