"""How much is measured in one run? Enough for a minimum, a median and a maximum, little enough to wait for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plan:
    """The size of every part. `rounds` of each are taken; a part's other numbers are per round.

    `runners` are the settings of DUBAN_RUNNER under which throughput is taken. `seed` deals the matters out to organs.
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
    in_flight: int = 50
    seed: int = 20261122


DEFAULT = Plan(
    "default",
    budget_rounds=3,
    timer_rounds=3,
    rounds=3,
    throughput_rounds=3,
    warm=25,
    matters=150,
    alone=10,
    import_rows=48,
    core_lives=1000,
    years=30,
    scenarios=200,
    record_lives=60,
    writers=200,
    bare_commits=2000,
    runners=("sandboxed", "unsandboxed"),
)

QUICK = Plan(
    "quick",
    budget_rounds=1,
    timer_rounds=1,
    rounds=2,
    throughput_rounds=1,
    warm=10,
    matters=50,
    alone=2,
    import_rows=12,
    core_lives=200,
    years=10,
    scenarios=50,
    record_lives=20,
    writers=20,
    bare_commits=300,
    runners=("sandboxed",),
)
