"""From which processes does the house under test consist, and how are they killed and started again?

As it is deployed: a Temporal server, workers, the web site and interface, PostgreSQL or an SQLite file, a mail server;
whoever ends is started again after a moment, as systemd would. The director's own process is the mail server, the line
to the database and whoever speaks.
"""

import asyncio
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack, ExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Self

from temporalio.client import Client

from embedded import FOR_TESTS, EmbeddedServer, EmbeddedServerError
from identity.administration import Administration
from intake.directory import read_directory
from models.identity import ActingPost, TokenScope
from policies.directory import Directory
from record.store import Store
from tests.endurance import clock
from tests.endurance.disks import Disk, can_mount
from tests.endurance.line import Line, free_port
from tests.endurance.plan import LEADER, OFFICER, Plan
from tests.notices.peers import Mood, Peer, mail_server
from tests.postgresql import PostgresqlServer
from tests.sealing import sealed_client, sealed_store
from tests.warm import Warm
from worker import SEARCH_ATTRIBUTES

RECORD_MEGABYTES, SERVER_MEGABYTES = 1_500, 1_500
_QUICK = {"history.defaultWorkflowTaskTimeout": "2s"}
_BEAT_SECONDS = 0.1
_AGAIN_SECONDS = 0.4
WORKER, POISONED, LATER = ("worker.py",), ("tests.endurance.poisoned",), ("tests.endurance.later",)
DEPLOYMENT, FIRST, SECOND = "duban", "first", "second"


@dataclass
class Program:
    """A process that is started again whenever it has ended, while it is wanted."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    log: Path
    module: bool = False
    wanted: bool = True
    starts: int = 0
    process: Warm | None = None
    _ended_at: float = 0.0

    def start(self) -> None:
        """Start it now."""
        self.wanted = True
        with self.log.open("ab") as log:
            self.process = Warm(
                *self.command, env=self.environment, module=self.module, output=log.fileno(), errors=log.fileno()
            )
        self.starts += 1

    def kill(self) -> None:
        """End it between two instructions; whoever looks after it starts it again."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def tend(self) -> None:
        """Start it again where it has ended some moments ago."""
        if not self.wanted or (self.process is not None and self.process.poll() is None):
            self._ended_at = 0.0
        elif self._ended_at == 0.0:
            self._ended_at = time.monotonic()
        elif time.monotonic() - self._ended_at > _AGAIN_SECONDS:
            self._ended_at = 0.0
            self.start()


@dataclass
class House:
    """Everything of one run. `open` it in the thread that stays; all of it is gone when the stack is left."""

    plan: Plan
    postgresql: bool
    workers: int = 2
    on_disks: bool = True
    quick: bool = False
    """What a killed worker had begun is begun again after two seconds instead of ten."""
    given: str | PostgresqlServer | None = None
    """A database of the caller's, which nobody shuts off by a line; None: one of the house's own."""
    say: Callable[[str], None] = print
    place: Path = field(init=False)
    disks: dict[str, Disk] = field(default_factory=dict)
    programs: dict[str, Program] = field(default_factory=dict)
    tokens: dict[str, tuple[str, str]] = field(default_factory=dict)
    """By post: the person's id and token."""
    mail: Peer = field(default_factory=Peer)
    kills: int = 0
    clocks: dict[str, int] = field(default_factory=dict)
    host_clock: int = 0
    """By how many seconds the clock of the house's machine differs from that of the director's."""
    store: Store = field(init=False)
    client: Client = field(init=False)
    directory: Directory = field(init=False)
    server: EmbeddedServer = field(init=False)
    apart: dict[str, int] = field(default_factory=dict)
    server_started_at: list[datetime] = field(default_factory=list)
    """When it was started again; for a moment before, it read the director's clock."""
    database: PostgresqlServer | None = None
    line: Line | None = None
    web_port: int = 0
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    _mailbox: ExitStack | None = None
    _server_wanted: bool = True
    _database_wanted: bool = True

    async def __aenter__(self) -> Self:
        try:
            await self._open()
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def _open(self) -> None:
        self.place = Path(tempfile.mkdtemp(prefix="duban-endure-"))
        self.place.chmod(0o755)
        self._stack.callback(shutil.rmtree, self.place, ignore_errors=True)
        for name, megabytes in (("record", RECORD_MEGABYTES), ("server", SERVER_MEGABYTES)):
            where = self.place / name
            if self.on_disks and can_mount():
                self.disks[name] = self._stack.enter_context(Disk(where, megabytes))
            else:
                where.mkdir()
                where.chmod(0o755)
        self.mail_comes()
        self._stack.callback(self.mail_goes)
        self.server = EmbeddedServer(
            self.place / "server",
            port=free_port(),
            search_attributes=SEARCH_ATTRIBUTES,
            dynamic_config={**FOR_TESTS, **(_QUICK if self.quick else {})},
        )
        await self.server.start()
        self._stack.push_async_callback(self.server.stop)
        url = await self._database_url()
        self.data = self.place / "record" / "data"
        self.data.mkdir(mode=0o700)
        directory = self.place / "directory.csv"
        directory.write_text(self.plan.directory, encoding="utf-8")
        self.directory = Directory(read_directory(directory))
        self.store = sealed_store(url, self.data)
        self._stack.callback(self.store.close)
        self.client = await sealed_client(self.server.address, self.store)
        self._people()
        self.web_port = free_port()
        self._stack.callback(self._kill_programs)
        environment = self._environment(url, directory)
        for number in range(self.workers):
            self._add(f"worker{number}", WORKER, environment)
        self._add("console", ("starter.py", "serve"), {**environment, "DUBAN_CONTACTS_PATH": ""})
        self._tending = asyncio.create_task(self._tend())
        self._stack.push_async_callback(self._stop_tending)

    async def _database_url(self) -> str:
        if isinstance(self.given, PostgresqlServer):
            self.database = self.given
            return self.given.create()
        if self.given is not None:
            return self.given
        if not self.postgresql:
            return f"sqlite:///{self.place / 'record' / 'duban.db'}"
        port = free_port()
        self.database = self._stack.enter_context(
            PostgresqlServer(
                port,
                where=self.place / "record",
                listen_addresses="127.0.0.1",
                fsync="on",
                full_page_writes="on",
            )
        )
        name = self.database.create().partition("?")[0].rpartition("/")[2]
        self.line = await self._stack.enter_async_context(Line(port))
        return f"postgresql+psycopg://duban@127.0.0.1:{port}/{name}"

    def _environment(self, url: str, directory: Path) -> dict[str, str]:
        contacts = self.place / "contacts.yaml"
        posts = "".join(
            f"  {post}: {{hours: any, channels: [{{name: mail, to: p{number}@example.invalid}}]}}\n"
            for number, post in enumerate(self.plan.told)
        )
        contacts.write_text(f"mail: env:TEST_MAIL_URL\nposts:\n{posts or '  {}'}\n", encoding="utf-8")
        if self.line is not None:
            url = url.replace(f":{url.rpartition('@')[2].partition('/')[0].partition(':')[2]}/", f":{self.line.port}/")
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith(("DUBAN_", "TEMPORAL_"))},
            "TEMPORAL_CONFIG_FILE": os.devnull,
            "TEMPORAL_ADDRESS": self.server.address,
            "DUBAN_DATA_DIR": str(self.data),
            "DUBAN_DATABASE_URL": url,
            "DUBAN_DIRECTORY_PATH": str(directory),
            "DUBAN_CONTACTS_PATH": str(contacts),
            "DUBAN_NOTICE_PATIENCE_SECONDS": "2",
            "DUBAN_NOTICE_PAUSE_SECONDS": "0.5",
            "DUBAN_LOG_LEVEL": "error",
            "DUBAN_WORKFLOW_POLLERS": "8",
            "DUBAN_SHUTDOWN_SECONDS": "2",
            "DUBAN_WEB_PORT": str(self.web_port),
            "DUBAN_DEPLOYMENT": DEPLOYMENT,
            "DUBAN_BUILD": FIRST,
            "DUBAN_API_REQUESTS_PER_MINUTE": "1000000",
            "TEST_MAIL_URL": f"mailto://127.0.0.1:{self.mail.port}?from=duban@example.invalid&to=x@example.invalid",
        }

    def _add(self, name: str, command: tuple[str, ...], environment: Mapping[str, str]) -> None:
        given = {key: value for key, value in environment.items() if value}
        self.programs[name] = Program(name, command, given, self.place / f"{name}.log")
        self.programs[name].start()

    def _people(self) -> None:
        """Somebody who speaks over the interface for each of these posts."""
        at = Administration(self.store, self.directory, datetime.now(UTC))
        for number, post in enumerate((OFFICER, LEADER)):
            person = at.register(f"speaker{number}").person
            assert at.hold(person.id, post, date(2026, 1, 1)).accepted
            issued = at.issue_token(person.id, "endurance", TokenScope.ACT, ActingPost(post=post), timedelta(days=2))
            assert issued.secret is not None
            self.tokens[post] = person.id, issued.secret

    # --- kill and start again ---------------------------------------------------------------------------------------

    async def _tend(self) -> None:
        """As the init system of a machine does."""
        while True:
            await asyncio.sleep(_BEAT_SECONDS)
            if self.database is not None and self._database_wanted and not self._database_runs():
                self.start_database()
            if self._server_wanted and not self._server_runs():
                # Its disk may be full, or gone for a moment.
                with suppress(EmbeddedServerError):
                    await self.start_server()
            for program in self.programs.values():
                program.tend()
            self._keep_clocks()

    def _keep_clocks(self) -> None:
        """Whoever was started reads the clock of the house's machine."""
        for who in self.clocked:
            # Before it is ready a server may be another program still, which becomes it.
            ready = who != "server" or self._server_wanted
            if ready and self.clocks.get(who, 0) != self._clock_of(who):
                self.set_clock(who, self._clock_of(who))

    def _clock_of(self, who: str) -> int:
        return self.apart.get(who, self.host_clock)

    async def _stop_tending(self) -> None:
        self._tending.cancel()
        with suppress(asyncio.CancelledError):
            await self._tending

    def _kill_programs(self) -> None:
        for program in self.programs.values():
            program.wanted = False
            program.kill()

    @property
    def worker_names(self) -> list[str]:
        """The workers."""
        return [name for name in self.programs if name.startswith("worker")]

    def add_worker(self, like: str, command: tuple[str, ...], build: str) -> str:
        """One more worker, of another build; its name."""
        name = f"worker{len(self.programs)}"
        given = {**self.programs[like].environment, "DUBAN_BUILD": build}
        self.programs[name] = Program(name, command, given, self.place / f"{name}.log", module=True)
        self.programs[name].start()
        return name

    def retire(self, name: str) -> None:
        """Tell a worker to finish what is under way and end for good."""
        program = self.programs.pop(name)
        program.wanted = False
        if program.process is not None:
            program.process.terminate()
            program.process.wait(timeout=30)

    async def lose_server_store(self) -> None:
        """The server starts with nothing that it knew; what it knew is put aside."""
        await self.kill_server()
        aside = self.place / "server" / f"aside-{self.kills}"
        aside.mkdir()
        for file in (self.place / "server").glob("temporal.db*"):
            file.rename(aside / file.name)
        await self.start_server()
        # They would poll for a build of which the new server has never heard.
        for name in self.worker_names:
            self.kill_program(name)

    def kill_program(self, name: str) -> None:
        """kill -9; it is started again after a moment."""
        self.kills += 1
        self.programs[name].kill()
        self._clock_is_fresh(name)

    def _server_runs(self) -> bool:
        process = self.server._process
        return process is not None and process.poll() is None

    async def kill_server(self) -> None:
        """kill -9; somebody has to start it again."""
        self._server_wanted = False
        if self._server_runs():
            self.kills += 1
            os.kill(self.server.pid, signal.SIGKILL)
            await self.server.ended()
        await self.server.stop()
        self._clock_is_fresh("server")

    async def start_server(self) -> None:
        """Start it again."""
        await self.server.start()
        self._server_wanted = True
        self._keep_clocks()
        self.server_started_at.append(datetime.now(UTC))

    def _database_runs(self) -> bool:
        assert self.database is not None
        process = self.database._process
        return process is not None and process.poll() is None

    def kill_database(self) -> None:
        """kill -9 of PostgreSQL and all its processes; somebody has to start it again."""
        assert self.database is not None
        self._database_wanted = False
        if self._database_runs():
            self.kills += 1
            self.database.kill()
        self._clock_is_fresh("database")

    def start_database(self) -> None:
        """Start it again; it works off its log first."""
        assert self.database is not None
        with suppress(AssertionError):
            self.database.start()
            self._database_wanted = True

    async def kill_everything(self) -> None:
        """Every process but the director's, in the order of a machine that fails: all at once."""
        self._server_wanted = self._database_wanted = False
        for program in self.programs.values():
            program.wanted = False
            if program.process is not None and program.process.poll() is None:
                self.kills += 1
                program.process.kill()
        await self.kill_server()
        if self.database is not None:
            self.kill_database()
        for program in self.programs.values():
            program.kill()
            self._clock_is_fresh(program.name)

    async def start_everything(self) -> None:
        """As a machine that starts again."""
        if self.database is not None:
            self.start_database()
        await self.start_server()
        for program in self.programs.values():
            program.start()

    # --- clocks -----------------------------------------------------------------------------------------------------

    def set_clock(self, who: str, seconds: int) -> None:
        """Let the clock of that process be so far from the director's; nothing where it does not run."""
        for pid in self._pids(who):
            with suppress(OSError):
                clock.jump(pid, seconds)
                self.clocks[who] = seconds

    def set_clocks(self, seconds: int | None = None, apart: Mapping[str, int] | None = None) -> None:
        """Set the clock of the machine, and those of processes that differ from it."""
        self.host_clock = self.host_clock if seconds is None else seconds
        self.apart = dict(apart or {})
        self._keep_clocks()

    def _clock_is_fresh(self, who: str) -> None:
        """A process that starts anew reads the host's clock."""
        self.clocks.pop(who, None)

    def _pids(self, who: str) -> list[int]:
        if who == "server":
            return [self.server.pid] if self._server_runs() else []
        if who == "database":
            if self.database is None or not self._database_runs():
                return []
            pid = self.database.pid
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
            return [pid, *map(int, children)]
        process = self.programs[who].process
        return [process.pid] if process is not None and process.poll() is None else []

    @property
    def clocked(self) -> tuple[str, ...]:
        """Everybody whose clock can be made to jump."""
        return ("server", *(("database",) if self.database is not None else ()), *self.programs)

    # --- reached ----------------------------------------------------------------------------------------------------

    def mailing(self, mood: Mood) -> None:
        """How the mail server treats whatever comes from now on."""
        self.mail.then = mood

    def mail_comes(self) -> None:
        """The mail server listens, at the same port each time."""
        if self._mailbox is None:
            self._mailbox = ExitStack()
            self._mailbox.enter_context(mail_server(self.mail))
            self.mail.released.clear()

    def mail_goes(self) -> None:
        """Nobody listens there."""
        if self._mailbox is not None:
            self._mailbox.close()
            self._mailbox = None

    def last_words(self, lines: int = 6) -> str:
        """What the processes have written last."""
        said = []
        for program in self.programs.values():
            text = program.log.read_text(encoding="utf-8", errors="replace") if program.log.exists() else ""
            said += [f"{program.name}: {line}" for line in text.splitlines()[-lines:]]
        return "\n".join(said)
