"""How much is measured in one run? Enough for a minimum, a median and a maximum, little enough to wait for."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Plan:
    """The size of every part. `rounds` of each are taken; a part's other numbers are per round.

    `runners` are the settings of DUBAN_RUNNER under which throughput is taken, the first of them everywhere else.
    `open_sizes` are the numbers of open matters, `crowd` those of one organ beside its neighbour's, `due_timers` those
    due in one second, `recovered` those open when something is killed, `brought` rows of a ledger that is imported.
    No part may take longer than `limit_seconds`.
    `seed` deals the matters out to organs.
    """

    name: str
    budget_rounds: int
    timer_rounds: int
    rounds: int
    throughput_rounds: int
    warm: int
    matters: int
    alone: int
    import_rows: int
    core_lives: int
    years: int
    scenarios: int
    record_lives: int
    writers: int
    bare_commits: int
    runners: tuple[str, ...]
    open_sizes: tuple[int, ...]
    open_messages: int
    open_active: int
    idle_seconds: float
    crowd: int
    due_timers: int
    recovered: int
    sheet_rows: int
    brought: int
    seeded_lives: int
    compared: int
    in_flight: int = 100
    dbos_processes: int = 2
    limit_seconds: float = 900.0
    seed: int = 20261122


DEFAULT = Plan(
    "default",
    budget_rounds=3,
    timer_rounds=3,
    rounds=3,
    throughput_rounds=3,
    warm=25,
    matters=100,
    alone=10,
    import_rows=48,
    core_lives=1000,
    years=30,
    scenarios=200,
    record_lives=60,
    writers=200,
    bare_commits=2000,
    runners=("unsandboxed", "sandboxed"),
    open_sizes=(250, 500, 1000),
    open_messages=60,
    open_active=40,
    idle_seconds=4.0,
    crowd=1000,
    due_timers=1000,
    recovered=1000,
    sheet_rows=10_000,
    brought=300,
    seeded_lives=200,
    compared=500,
)

QUICK = Plan(
    "quick",
    budget_rounds=1,
    timer_rounds=1,
    rounds=2,
    throughput_rounds=1,
    warm=5,
    matters=20,
    alone=2,
    import_rows=12,
    core_lives=200,
    years=10,
    scenarios=50,
    record_lives=20,
    writers=20,
    bare_commits=300,
    runners=("unsandboxed",),
    open_sizes=(20, 40),
    open_messages=10,
    open_active=10,
    idle_seconds=1.0,
    crowd=20,
    due_timers=20,
    recovered=20,
    sheet_rows=1000,
    brought=20,
    seeded_lives=10,
    compared=50,
    in_flight=20,
)

FULL = replace(
    DEFAULT,
    name="full",
    throughput_rounds=5,
    matters=300,
    in_flight=300,
    open_sizes=(1000, 10_000, 50_000),
    open_messages=200,
    open_active=200,
    idle_seconds=20.0,
    crowd=5000,
    brought=10_000,
    seeded_lives=10_000,
    compared=10_000,
    limit_seconds=6 * 3600.0,
)
