"""A process that decides and records without end, from two threads, and says aloud what it has recorded.

Started by test_killed.py, which kills it. Each line: matter, sequence number, hash of the entry just made durable.
"""

import os
import sys
import threading

from record.store import Store
from tests.record.builders import Deciding


def write(store: Store, thread: int) -> None:
    deciding = Deciding()
    for turn in range(10**9):
        matter_id = f"m{thread}-{turn % 5}"
        with store.writing() as session:
            _, entries = deciding.transition(session, matter_id, f"x{os.getpid()}-{turn}")
        # One write each: lines of two threads must not run into each other.
        os.write(1, f"{matter_id} {entries[-1].seq} {entries[-1].hash}\n".encode())


def main() -> None:
    store = Store(sys.argv[1])
    store.migrate()
    for thread in range(2):
        threading.Thread(target=write, args=(store, thread)).start()


if __name__ == "__main__":
    main()
