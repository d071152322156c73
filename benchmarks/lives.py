"""How many seeded lives, with everything said that could be said and much that should not, can be checked in a second?

Each life is a scenario of its seed: commands in and out of order, right and wrong, repeated, stale, under another id,
holiday notices in between. It is played twice; what holds for every life (tests/rehearsal/test_properties.py) is asked
of it, the same rows for the same seed among it. One that breaks an invariant is told with its seed, and fails the run.
"""

from collections.abc import Callable
from time import perf_counter, process_time
from typing import cast

from benchmarks.figures import Figure, Goal
from benchmarks.plan import Plan
from tests.rehearsal import test_properties

SECTION = "带故障的生平 seeded lives with faults"


def measured(plan: Plan) -> list[Figure]:
    """Lives a second, and how many broke what holds for all."""
    claim = test_properties.test_every_rehearsal_keeps_the_order_of_time_and_the_bounds_of_the_procedure
    # What hypothesis wraps: the same claim for one seed that is ours.
    holds = cast("Callable[[int], None]", claim.hypothesis.inner_test)  # type: ignore[attr-defined]
    broken: list[int] = []
    begun, used = perf_counter(), process_time()
    for seed in range(plan.seed, plan.seed + plan.seeded_lives):
        try:
            holds(seed)
        except AssertionError as error:
            broken.append(seed)
            print(f"种子 seed {seed}: {error}")
    wall, cpu = perf_counter() - begun, process_time() - used
    name = f"{plan.seeded_lives:,} 个种子,各演两遍 seeds, each played twice"
    return [
        Figure(
            SECTION,
            f"{name}:不变量被破坏 an invariant broken",
            "件 lives",
            (len(broken),),
            Goal(at_most=0),
            "lives/broken",
        ),
        Figure(SECTION, name, "件 lives/s", (plan.seeded_lives / wall,), key="lives/rate"),
        Figure(SECTION, f"{name}:处理器 CPU", "ms/件 life", (cpu / plan.seeded_lives * 1000,), key="lives/cpu"),
    ]
