"""How is a record on PostgreSQL copied while others write to it, and brought back?

By PostgreSQL's own pg_dump and pg_restore, found on the PATH. The dump is of the snapshot in which the record was
counted. Passwords go into a file of their own, never onto a command line.
"""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import URL, make_url, text

from backup.problems import BackupError
from record.census import Census, census
from record.store import Store

_LOOK_SECONDS = 20.0
_PASSWORD = "password"  # noqa: S105 - the name of a parameter


def dump(store: Store, target: Path) -> Census:
    """Write the record to `target` in pg_dump's custom format; what it holds. Raises BackupError."""
    program = _program("pg_dump")
    with _reached(store.url) as address, store.reading() as session:
        snapshot = str(session.execute(text("SELECT pg_export_snapshot()")).scalar_one())
        held = census(session)
        command = [program, "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"]
        process = subprocess.Popen(  # noqa: S603 - PostgreSQL's own program, every argument made here
            [*command, f"--file={target}", f"--dbname={address}"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        try:
            while True:
                try:
                    _, said = process.communicate(timeout=_LOOK_SECONDS)
                    break
                except subprocess.TimeoutExpired:
                    # The snapshot lives as long as this transaction, and one that is idle for long is ended.
                    session.execute(text("SELECT 1"))
        finally:
            if process.poll() is None:
                process.kill()
                process.communicate()
    _refuse_failure("pg_dump", process.returncode, said)
    return held


def is_empty(store: Store) -> bool:
    """Whether the database holds no table at all, so that a record can be restored into it."""
    with store.reading() as session:
        found = session.execute(
            text(
                "SELECT count(*) FROM pg_catalog.pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
            )
        )
        return int(found.scalar_one()) == 0


def load(url: str, dumped: Path) -> None:
    """Bring a dump back into the empty database at `url`, whole or not at all. Raises BackupError."""
    program = _program("pg_restore")
    with _reached(make_url(url)) as address:
        done = subprocess.run(  # noqa: S603 - PostgreSQL's own program, every argument made here
            [
                *(program, "--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges"),
                *(f"--dbname={address}", str(dumped)),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            check=False,
        )
    _refuse_failure("pg_restore", done.returncode, done.stderr)


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise BackupError(
            f"找不到 {name},请安装与服务器同版本或更新的 PostgreSQL 客户端并列入 PATH。 "
            f"{name} is not on the PATH: install PostgreSQL's client programs, as new as the server or newer."
        )
    return found


@contextmanager
def _reached(url: URL) -> Iterator[str]:
    """The address as PostgreSQL's own programs read it; the password is in a file that only its owner can read."""
    asked = url.query.get(_PASSWORD, "")
    password = url.password or (asked if isinstance(asked, str) else asked[-1])
    query = {name: value for name, value in url.query.items() if name != _PASSWORD}
    with TemporaryDirectory(prefix="duban-") as place:
        if password:
            file = Path(place) / "passfile"
            file.touch(mode=0o600)
            escaped = password.replace("\\", "\\\\").replace(":", "\\:")
            file.write_text(f"*:*:*:*:{escaped}\n", encoding="utf-8")
            query["passfile"] = str(file)
        plain = URL.create(
            "postgresql", username=url.username, host=url.host, port=url.port, database=url.database, query=query
        )
        yield plain.render_as_string(hide_password=False)


def _refuse_failure(program: str, code: int, said: bytes) -> None:
    if code:
        words = " ".join(said.decode("utf-8", "replace").split())[:500]
        raise BackupError(f"{program} 失败 failed ({code}): {words}")
