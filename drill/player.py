"""What happens when a scenario is played through the real workflows on a Temporal server?

Every matter is opened as a drill whose clock only moves when struck; the player strikes the clock that is due next or
gives the next command, in the order of engine.md 6, and reads the acts back from the ledger at the end.
"""

import tempfile
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from temporalio.client import Client

from embedded import FOR_TESTS, EmbeddedServer
from models.acts import Act
from models.contract import matter_of
from office import Office
from policies.directory import Directory
from privacy.codec import Codec, MemoryKeys, converter
from record import ledger, targets
from record.store import Store
from rehearsal.scenarios import PlannedCommand, PlannedNotice, PlannedOpening, Scenario
from settings import Settings
from worker import SEARCH_ATTRIBUTES, build_worker

Waiting = dict[str, datetime | None]
"""When each target falls due next, in the order of their first acts."""


class Player:
    """Plays scenarios one after the other, each in a record of its own, on one server.

    `new_record` gives the URL of an empty database each time it is asked.
    """

    def __init__(self, client: Client, directory: Directory, settings: Settings, new_record: Callable[[], str]) -> None:
        self._client = client
        self._directory = directory
        self._settings = settings
        self._new_record = new_record

    async def play(self, scenario: Scenario, scope: str | None = None) -> tuple[Act, ...]:
        """Every act of the scenario in printing order, as the ledger holds it; `scope` begins its workflow ids."""
        scope = scope or f"drill-{uuid4().hex[:12]}"
        store = Store(self._new_record(), synchronous="NORMAL")
        store.migrate()
        worker = build_worker(
            self._client,
            store,
            self._directory.with_organs(scenario.organs),
            self._settings,
            queue=scope,
            scope=scope,
            procedures=(scenario.procedure,),
            blocks=scenario.procedures,
        )
        try:
            async with worker:
                return await play_through(scenario, Office(self._client, store, queue=scope, scope=scope), store)
        finally:
            store.close()


async def play_through(scenario: Scenario, office: Office, store: Store) -> tuple[Act, ...]:
    """Every act of the scenario, as `store` holds it, after playing it with an office whose workers run."""

    async def waiting(families: list[str]) -> Waiting:
        with store.reading() as session:
            return targets.waiting(session, families)

    await give(scenario, office, waiting)
    return _acts(store)


async def give(scenario: Scenario, office: Office, told: Callable[[list[str]], Awaitable[Waiting]]) -> None:
    """Open everything of the scenario and say everything, each at its instant, and strike every clock due by its end.

    `told` is asked what of these families waits (record/targets.py). Others may speak to other families of the same
    record meanwhile.
    """
    for matter_id, registration in scenario.matters:
        await office.launch(
            matter_id,
            registration.model_copy(update={"policy": scenario.procedure.name}),
            drill_at=scenario.start,
        )
        await office.strike(matter_id, scenario.start)
    # At one instant what is opened comes before what is said, each in the order of the file.
    planned: list[PlannedCommand | PlannedNotice | PlannedOpening] = sorted(
        (item for item in (*scenario.openings, *scenario.planned) if item.at <= scenario.until),
        key=lambda item: item.at,
    )
    spoken_to = [matter_of(item.target) for item in planned if not isinstance(item, PlannedNotice)]
    families = list(dict.fromkeys([*(matter_id for matter_id, _ in scenario.matters), *spoken_to]))
    struck: tuple[datetime, str] | None = None
    while True:
        waiting = await told(families)
        due = min(((at, order, name) for order, (name, at) in enumerate(waiting.items()) if at), default=None)
        if due is not None and due[0] <= scenario.until and (not planned or due[0] <= planned[0].at):
            if struck == (due[0], due[2]):
                raise RuntimeError(f"{due[2]}: struck at {due[0].isoformat()}, and still due then")
            struck = due[0], due[2]
            await office.strike(due[2], due[0])
        elif planned:
            await _take(planned.pop(0), office, list(waiting))
        else:
            break


async def _take(item: PlannedCommand | PlannedNotice | PlannedOpening, office: Office, known: list[str]) -> None:
    concerned: list[str]
    if isinstance(item, PlannedOpening):
        concerned = [item.target]
        await office.open_proceeding(item.target, item.message, drill_at=item.at)
    elif isinstance(item, PlannedNotice):
        concerned = known
        for matter_id in concerned:
            await office.strike(matter_id, item.at)
        await office.load_calendar(item.notice)
    else:
        concerned = [item.target] if item.target in known else []
        for matter_id in concerned:
            await office.strike(matter_id, item.at)
        await office.say(item.target, item.command, drill_at=item.at)
    for matter_id in concerned:
        await office.strike(matter_id, item.at)


def _acts(store: Store) -> tuple[Act, ...]:
    """What the ledger holds, equal instants in the order in which their targets came to be."""
    with store.reading() as session:
        recorded = [entry.act for entry in ledger.recorded(session)]
    order: dict[str, int] = {}
    for act in recorded:
        order.setdefault(act.target, len(order))
    return tuple(sorted(recorded, key=lambda act: (act.at, order[act.target])))


def records_in(place: Path) -> Callable[[], str]:
    """SQLite files in that directory, for records that nobody needs afterwards."""
    return lambda: f"sqlite:///{place / uuid4().hex}.db"


async def play_embedded(scenarios: Sequence[Scenario], directory: Directory) -> list[tuple[Act, ...]]:
    """Play each scenario on an embedded server of its own making, which is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="duban-drill-") as place:
        data_dir = Path(place)
        settings = Settings(data_dir=data_dir, workflow_pollers=5, max_cached_workflows=200)
        async with EmbeddedServer(
            data_dir, search_attributes=SEARCH_ATTRIBUTES, synchronous="NORMAL", dynamic_config=FOR_TESTS
        ) as server:
            client = await Client.connect(server.address, data_converter=converter(Codec(MemoryKeys())))
            player = Player(client, directory, settings, records_in(data_dir))
            return [await player.play(scenario) for scenario in scenarios]
