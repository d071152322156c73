"""A process that issues documents and prints them, and says aloud what it has issued and what it has printed.

Started by test_printing.py, which kills it. Each line: `issued` or `printed`, number, hash (of a printed file).
"""

import os
import sys
from pathlib import Path

from record.documents import digest
from record.store import Store
from tests.documents.desk import Desk


def main(url: str, directory: Path) -> None:
    store = Store(url)
    store.migrate()
    desk = Desk(store, directory)
    for turn in range(10**9):
        order = Desk(store, directory, said=100 * turn).supervised(f"m{os.getpid()}-{turn}")
        os.write(1, f"issued {order.number} -\n".encode())
        if turn % 2:
            os.write(1, f"printed {order.number} {digest(desk.printing.printed(order.id))}\n".encode())


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
