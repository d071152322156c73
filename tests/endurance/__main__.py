"""`python -m tests.endurance [--seed N] [--matters N] [--only FAULT…] [--kills N] [--database …]`.

Prints the seed first: the same seed brings the same faults about at the same answers. Ends with 1 when anything that
was acknowledged is missing, doubled or told otherwise.
"""

import argparse
import asyncio
import json
import random
import signal
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import logs
from cli.output import say, warn
from leaving import leave
from logs import LogFormat, LogLevel
from tests.endurance.director import Director, Report
from tests.endurance.house import House
from tests.endurance.plan import Fault, Plan, a_plan

POSTGRESQL, SQLITE = "postgresql", "sqlite"
_ANSWERS_BETWEEN_KILLS = 8
_KILLS_BETWEEN_LOOKS = 25


def _plan(given: argparse.Namespace) -> Plan:
    if given.kills:
        chance = random.Random(f"kills/{given.seed}")  # noqa: S311 - a seeded plan
        faults = [chance.choices((Fault.WORKER, Fault.SERVER, Fault.DATABASE, Fault.CONSOLE), (5, 2, 2, 1))[0]
                  for _ in range(given.kills)]  # fmt: skip
        matters = max(given.matters, given.kills * given.every // 6)
        return a_plan(given.seed, matters, faults, drills=given.drills, every=given.every)
    chosen = [Fault(name) for name in given.only] or list(Fault)
    random.Random(f"faults/{given.seed}").shuffle(chosen)  # noqa: S311 - a seeded plan
    return a_plan(given.seed, given.matters, chosen * given.rounds, drills=given.drills)


def _words(given: argparse.Namespace) -> Iterator[str]:
    """The arguments that bring this run back."""
    for name, value in vars(given).items():
        if name != "json" and value not in (None, []):
            yield f"--{name} {' '.join(map(str, value)) if isinstance(value, list) else value}"


def _at_once(line: str) -> None:
    """Say it to whoever watches a file grow, too."""
    say(line)
    sys.stdout.flush()


async def _run(given: argparse.Namespace) -> Report:
    plan = _plan(given)
    running = asyncio.current_task()
    assert running is not None
    # Whoever ends it leaves no file system mounted behind.
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, running.cancel)
    _at_once(f"again: python -m tests.endurance {' '.join(_words(given))}")
    _at_once(
        f"seed {given.seed}: {len(plan.lives)} matters and {len(plan.drills)} drills, {plan.messages} messages, "
        f"{len(plan.troubles)} faults, {given.database}"
    )
    async with House(plan, given.database == POSTGRESQL, workers=given.workers) as house:
        director = Director(house, plan, _at_once, audit_every=_KILLS_BETWEEN_LOOKS if given.kills else 1)
        try:
            async with asyncio.timeout(given.minutes * 60):
                return await director.run()
        except BaseException:
            warn(house.last_words())
            kept = Path(tempfile.gettempdir()) / f"endurance-{given.seed}.jsonl"
            kept.write_bytes(director.journal.file.read_bytes() if director.journal.file else b"")
            warn(f"seed {given.seed}; what was acknowledged: {kept}")
            raise


def _told(report: Report) -> None:
    faults = ", ".join(f"{name} {number}" for name, number in sorted(report.faults.items()))
    say(f"\n{report.database}: {report.messages} messages answered ({report.repeated} of them repetitions, "
          f"{report.attempts} attempts, the slowest {report.slowest_seconds} s), {report.entries} acts, "
          f"{report.kills} kills, {report.audits} audits, {report.recovered} recovered, "
          f"{report.seconds} s")  # fmt: skip
    say(f"faults: {faults}")
    say(f"notices: {report.notices}")
    for name, why in sorted(report.impossible.items()):
        say(f"NOT TRIED, not possible here: {name} ({why})")
    say(f"lost {report.lost}, doubled {report.doubled}, wrong {len(report.wrong)}; seed {report.seed}")


def main() -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.endurance", description=__doc__)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--matters", type=int, default=1000)
    parser.add_argument("--drills", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--minutes", type=float, default=60.0, help="after so many it has failed")
    parser.add_argument("--only", nargs="*", default=[], choices=[one.value for one in Fault], metavar="FAULT")
    parser.add_argument("--kills", type=int, default=0, help="nothing but so many kills of one process each")
    parser.add_argument("--every", type=int, default=_ANSWERS_BETWEEN_KILLS, help="answers between two kills")
    parser.add_argument("--database", choices=[SQLITE, POSTGRESQL], default=POSTGRESQL)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    logs.configure(LogFormat.CONSOLE, LogLevel.ERROR)
    logs.forward_core()
    given.seed = random.SystemRandom().randrange(10**6) if given.seed is None else given.seed
    report = asyncio.run(_run(given))
    _told(report)
    if given.json:
        given.json.write_text(json.dumps(asdict(report), ensure_ascii=False, indent=1), encoding="utf-8")
    return 0 if report.whole else 1


if __name__ == "__main__":
    leave(main())
