"""Which rows of the checklist still lack what? `python -m tests.mechanisms`; with `page` it prints docs/mechanisms.md.

Exits 1 where something is lacking.
"""

import sys

from tests.mechanisms.checklist import rows
from tests.mechanisms.page import page
from tests.mechanisms.shown import at_boundary, boundary, hard_limits, lacking, played, scenario_files


def main() -> int:
    """What was asked for, on standard output; the exit code."""
    if sys.argv[1:] == ["page"]:
        sys.stdout.write(page())
        return 0
    found = [f"{one.name}: {text}" for path in scenario_files() for one in (played(path),) for text in one.differences]
    found += [f"{row.id} {row.title}: {text}" for row in rows() for text in lacking(row)]
    for row, limits in hard_limits().items():
        for limit in limits:
            unseen = sorted(boundary(limit) - at_boundary(row, limit))
            found += [f"{row} {limit}: 边界未示出 not shown at its boundary: {', '.join(unseen)}"] if unseen else []
    sys.stdout.write("".join(f"{line}\n" for line in found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
