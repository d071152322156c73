"""The long form: `python -m tests.fuzz --minutes 10 [--seed 7] [--reader scenario]`.

Reader after reader, round after round, each round from a seed of its own that is printed where something is found;
the file that did it is kept. Ends with how many files were tried and taken; exit 1 when anything was found.
"""

import argparse
import sys
import tempfile
import time
import warnings
from collections import Counter
from pathlib import Path
from random import Random

from tests.fuzz.examining import FoundError, Reader, examine
from tests.fuzz.readers import readers

ROUND = 200


def main() -> int:
    """Fuzz until the time is over; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=None, help="of the first round; default: from the clock")
    parser.add_argument("--reader", action="append", default=[], help="by name; default: all")
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()) / "fuzz-found")
    asked = parser.parse_args()
    # As in the tests: a library that only warns has met something that it should have been spared.
    warnings.simplefilter("error")
    chosen = [one for one in readers() if not asked.reader or one.name in asked.reader]
    seed = asked.seed if asked.seed is not None else time.time_ns() % 1_000_000_000
    _say(f"seed {seed}, readers: {', '.join(one.name for one in chosen)}")
    until = time.monotonic() + asked.minutes * 60
    tried: Counter[str] = Counter()
    taken: Counter[str] = Counter()
    found: dict[str, str] = {}
    while time.monotonic() < until:
        for reader in chosen:
            _round(reader, seed, asked.keep, tried=tried, taken=taken, found=found)
        seed += 1
    for reader in chosen:
        _say(f"{reader.name}: {tried[reader.name]} files, {taken[reader.name]} taken")
    _say(f"{sum(tried.values())} files, {len(found)} kinds of fault; last seed {seed - 1}")
    return 1 if found else 0


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _round(
    reader: Reader, seed: int, keep: Path, *, tried: "Counter[str]", taken: "Counter[str]", found: dict[str, str]
) -> None:
    random = Random(f"{reader.name}/{seed}")  # noqa: S311 - to be had again by its seed
    for number in range(ROUND // 4 if reader.name.endswith(("xlsx", "template")) else ROUND):
        data = reader.mutated(random)
        tried[reader.name] += 1
        try:
            taken[reader.name] += examine(reader, data)
        except FoundError as error:
            kind = error.kind
            if kind not in found:
                keep.mkdir(parents=True, exist_ok=True)
                found[kind] = str(keep / f"{reader.name}-{seed}-{number}")
                Path(found[kind]).write_bytes(data)
                _say(f"FOUND seed {seed} file {number}: {error} -> {found[kind]}")


if __name__ == "__main__":
    sys.exit(main())
