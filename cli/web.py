"""`serve`, and what `up` needs of it: the web site and interface, and the sample accounts of a first start.

Sample accounts are for a sample record on this machine. Where anything says that people work here in earnest, none are
made, and a start with such accounts is refused.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial
from typing import Annotated, Any

import typer
import uvloop

import logs
import tracing
from cli.instants import now
from cli.kept import organs, record
from cli.live import in_words, sealed_client
from cli.output import Json, answer, facts, say
from cli.places import ROOT
from cli.problems import ExitCode, Problem
from identity.administration import Administration
from identity.importing import Line, apply, plan
from intake.persons import read_persons
from office import Office, UnavailableError
from policies.deadlines import local_date
from policies.directory import Directory
from record import accounts, credentials
from record.store import Store
from settings import Settings, SignIn, load, load_temporal
from watching import core
from watching.endpoint import watched
from watching.gauges import Gauges
from watching.readiness import Readiness
from web import codec
from web.api.install import install
from web.app import create_app
from web.health import reaching
from web.serving import PortTakenError, serving
from worker import stop_on_signals

__all__ = ["serve"]

_HASHING = 2
SAMPLE_ACCOUNTS = ROOT / "data" / "sample-accounts.csv"


def serve(as_json: Json = False) -> None:
    """只启动网站与接口,Ctrl-C 结束;流程由另外的 worker.py 办理。 The web site and interface only, until Ctrl-C.

    设置 settings: DUBAN_WEB_HOST, DUBAN_WEB_PORT (0 为任意空闲端口 takes a free one), DUBAN_WEB_CERTIFICATE,
    DUBAN_WEB_KEY.
    """
    with in_words():
        chosen = load()
        logs.configure(chosen.log_format, chosen.log_level)
        if chosen.metrics_port is not None:
            core.count()
        uvloop.run(_serve(chosen, as_json=as_json))


async def _serve(chosen: Settings, *, as_json: bool) -> None:
    stop = stop_on_signals()
    with tracing.traced(chosen.otlp_endpoint, "duban-web"), record(chosen, write=True, serving=True) as store:
        office = Connecting(chosen, store)
        readiness = Readiness(store, reaching(office))
        gauges = Gauges(store, chosen.data_dir, chosen.backups_path)
        async with (
            watched(chosen, readiness, gauges),
            site(chosen, store, organs(chosen), office) as address,
        ):
            if as_json:
                answer({"web": address, "database": chosen.database_shown})
            else:
                facts({"网站 web": address, "数据库 database": chosen.sqlite_file or chosen.database_shown})
                say("运行中,Ctrl-C 结束。 Running; Ctrl-C ends it.")
            await stop.wait()


class Connecting:
    """The office on the server that the settings name, connected to when it is first asked for."""

    def __init__(self, chosen: Settings, store: Store) -> None:
        self._chosen = chosen
        self._store = store
        self._office: Office | None = None
        self._lock = asyncio.Lock()

    async def __call__(self) -> Office:
        """The office; raises UnavailableError while its server does not answer."""
        async with self._lock:
            if self._office is None:
                try:
                    self._office = Office(await sealed_client(self._chosen, self._store), self._store)
                except Problem as problem:
                    raise UnavailableError(str(problem)) from problem
            return self._office


@asynccontextmanager
async def site(
    chosen: Settings, store: Store, directory: Directory, office: Any, *, ui: str | None = None
) -> AsyncIterator[str]:
    """Serve the site for as long as the block lasts; its address. `ui`: where an embedded server's UI is.

    Raises Problem.
    """
    earnest = in_earnest(chosen)
    with store.reading() as session:
        samples = credentials.has_samples(session)
    if samples and earnest:
        raise Problem(
            f"记录中有样例账号,而 {earnest};请先以 account password 换掉其口令。 "
            f"There are sample accounts, and {earnest} is not for samples: set passwords of their own first."
        )
    app = install(create_app(chosen, store, office, directory, clock=now, samples=samples))
    pages = chosen.temporal_ui or ui or _embedded_ui(chosen)
    if pages is not None:
        codec.mount(app, ui=pages, namespace=load_temporal().namespace)
    try:
        async with serving(app, chosen) as address:
            yield address
    except PortTakenError as error:
        raise Problem(str(error), ExitCode.UNAVAILABLE) from error


def _embedded_ui(chosen: Settings) -> str | None:
    """Where the UI of an embedded server is that another process runs; None: there is none, or on any free port."""
    return f"http://127.0.0.1:{chosen.ui_port}" if load_temporal().embedded and chosen.ui_port else None


def in_earnest(chosen: Settings) -> str | None:
    """The setting which says that people work here in earnest; None where it may be a sample on this machine."""
    if not load_temporal().embedded:
        return "TEMPORAL_ADDRESS"
    if chosen.sqlite_file is None:
        return "DUBAN_DATABASE_URL (PostgreSQL)"
    if chosen.sign_in is not SignIn.LOCAL:
        return "DUBAN_SIGN_IN"
    return "DUBAN_WEB_CERTIFICATE, DUBAN_PUBLIC_URL (https)" if chosen.web_secure else None


def sample_accounts(chosen: Settings, store: Store, directory: Directory, at: datetime) -> tuple[str, list[str]] | None:
    """Make the sample accounts where there are none yet; their one password, told this once, and their logins.

    None where there are accounts already, or people work here in earnest.
    """
    with store.reading() as session:
        if accounts.persons(session) or in_earnest(chosen):
            return None
        read = read_persons(SAMPLE_ACCOUNTS, directory)
        lines = [Line(one.row, one.cell, one.login, one.name, one.post, one.since, one.until, one.role)
                 for one in read.lines]  # fmt: skip
        changes = plan(session, lines, directory, local_date(at))
    office = Administration(store, directory, at)
    apply(office, changes)
    password = f"sample-{secrets.token_urlsafe(9)}"
    logins = list(dict.fromkeys(line.login for line in lines))
    # Hashing is slow by intent, and leaves the other core alone.
    with ThreadPoolExecutor(_HASHING) as hands:
        list(hands.map(partial(office.set_password, password=password, sample=True), logins))
    return (password, logins) if logins else None


Web = Annotated[bool, typer.Option("--web/--no-web", help="启动网站与接口。 The web site and interface too.")]
