"""Which metrics does a process tell? Ours, asked of the code itself, and those of the SDK that deploy/ relies on."""

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from prometheus_client.core import Metric

import meters
from record.standing import LastSeal, Standing
from record.store import Store
from watching import gauges

CORE = frozenset(
    {
        "up",  # told by Prometheus itself of every target
        "duban_long_history_steps_total",  # ours, counted in workflows through the SDK (workflows/keeping.py)
        "temporal_num_pollers",
        "temporal_sticky_cache_size",
        "temporal_sticky_cache_miss_total",
        "temporal_sticky_cache_hit_total",
        "temporal_worker_task_slots_available",
        "temporal_workflow_task_execution_failed_total",
        "temporal_workflow_task_schedule_to_start_latency_seconds_bucket",
    }
)
"""What else is asked for; tests/workflows/test_scale_out.py scrapes a worker for it."""

RARE = frozenset(
    {
        "up",
        "duban_long_history_steps_total",
        "temporal_sticky_cache_miss_total",
        "temporal_workflow_task_execution_failed_total",
    }
)
"""What a healthy worker has no reason to tell."""


def metrics_told() -> frozenset[str]:
    """The name of every sample that a process of ours can tell."""
    at = datetime.now(UTC)
    whole = Standing({("a", "b"): 1}, {"a": 1}, {"a": 1}, {"a": 1}, 1, at, 1, 1, LastSeal(at, 0))
    with tempfile.TemporaryDirectory() as place:
        made = at - timedelta(hours=1)
        (Path(place) / f"duban-{made:%Y%m%dT%H%M%SZ}-0a1b2c").mkdir()
        nowhere = Store(f"sqlite:///{place}/none.db", read_only=True)
        found = [*gauges._of_record(whole, at), *gauges.Gauges(nowhere, Path(place), Path(place)).collect()]
        nowhere.close()
    return frozenset(_names([*found, *meters.REGISTRY.collect()]))


def _names(found: list[Metric]) -> set[str]:
    names = {sample.name for family in found for sample in family.samples}
    # What has labels is told from its first value on.
    names |= {f"{family.name}{'_total' if family.type == 'counter' else ''}" for family in found}
    return names | {f"{family.name}_bucket" for family in found if family.type == "histogram"}
