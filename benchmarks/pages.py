"""`python -m benchmarks.pages [--record URL]`: how long does each page of the console take, on either database?

A record of a hundred thousand matters is made on each, then every page is asked for as a leader, an officer and a
handler who have signed in, through the application itself in this process. Prints one table, with how many statements
each page puts to the database, writes the same as JSON, and ends with 1 where a 95th percentile is above the bound.
PostgreSQL is the one the tests start. `--record` measures on a record that was made before (`--fill` makes it).
"""

import argparse
import json
import re
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from html import unescape
from itertools import cycle, islice
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter, process_time
from typing import Any, NoReturn

from fastapi.testclient import TestClient
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine, event, make_url

from benchmarks.cast import DIRECTORY, LEAD, LEADER, OFFICE, OFFICER
from benchmarks.filling import NOW, PATTERNS, fill, played
from benchmarks.machine import described, load_average
from identity.administration import Administration
from leaving import leave
from models.matters import Light, Stage
from office import Office, UnavailableError
from policies.deadlines import SHANGHAI
from policies.waiting import Question
from record.columns import numbers
from record.registers import Order
from record.store import Store
from settings import ROOT, Settings
from tests.postgresql import PostgresqlServer, in_memory
from web.app import create_app
from web.console.case_filters import CASES
from web.console.filters import REGISTER, Due, State
from web.console.navigation import INBOX, PREFIX
from web.console.proceeding_filters import LISTS, PROCEEDINGS, Kind

WITHIN_MS = 150.0
"""No page's 95th percentile may be above this."""

ROLES = {"leader": LEADER, "officer": OFFICER, "handler": DIRECTORY.organ(LEAD).handler}
PUBLIC = "public"
"""Somebody who has not signed in."""

DATABASES = ("sqlite", "postgresql")

_ORIGIN = "http://127.0.0.1:8080"
_PASSWORD = "样例口令-correct horse"  # noqa: S105 - of a record made for the run
_LINE = re.compile(rf'<th scope="row"[^>]*><a href="({PREFIX}/(?:matters/[^"?/]+|cases/[^"?]+|proceedings/[^"?]+))"')
_OFFERED = re.compile(rf'href="({PROCEEDINGS}/open/[^"?]+)"')
_NEXT = re.compile(rf'href="({REGISTER}\?[^"]*\bafter=[^"]*)"')
_DEEP = 40
"""Pages that are turned before a deep one."""


@dataclass(slots=True)
class Visitor:
    """Somebody who looks at pages, signed in or (PUBLIC) not."""

    role: str
    client: TestClient
    seen: dict[str, list[str]] = field(default_factory=dict)

    def get(self, address: str) -> str:
        """The page at this address; raises RuntimeError for a refusal."""
        answer = self.client.get(address, follow_redirects=False)
        if answer.status_code != 200:
            raise RuntimeError(f"{self.role}: {address}: {answer.status_code}")
        return answer.text

    def lines(self, address: str, line: re.Pattern[str] = _LINE) -> list[str]:
        """The addresses of what stands on the lines of a list; asked for once."""
        if address not in self.seen:
            self.seen[address] = [unescape(one) for one in line.findall(self.get(address))]
        return self.seen[address]


Addresses = Callable[[Visitor], Iterable[str]]


@dataclass(frozen=True, slots=True)
class Page:
    """A page by its name (Chinese, English): at which addresses a visitor finds it, asked for in turn."""

    name: str
    addresses: Addresses
    roles: tuple[str, ...] = tuple(ROLES)


def at(*addresses: str) -> Addresses:
    """The same for every visitor."""
    return lambda _: addresses


def of_register(**said: str) -> Addresses:
    """The register with these filters."""
    words = "&".join(f"{name}={value}" for name, value in said.items())
    return at(f"{REGISTER}?{words}" if words else REGISTER)


def deep(order: Order) -> Addresses:
    """The register in this order, some pages on."""

    def turned(visitor: Visitor) -> Iterator[str]:
        address = f"{REGISTER}?order={order}"
        for _ in range(_DEEP):
            following = _NEXT.search(visitor.get(address))
            if following is None:
                break
            address = unescape(following[1])
        yield address

    return turned


def of_matters(*filters: str, tail: str = "") -> Addresses:
    """The matters on the first page of the register under these filters, in turn."""
    return of_lists(*(f"{REGISTER}{filtered}" for filtered in filters), tail=tail)


def of_lists(*lists: str, tail: str = "", line: re.Pattern[str] = _LINE) -> Addresses:
    """What stands on the first pages of these lists, in turn."""

    def found(visitor: Visitor) -> list[str]:
        return [f"{one}{tail}" for address in lists for one in visitor.lines(address, line)]

    return found


_OFFICE = ("leader", "officer")
_SOME = ("", "?state=open", "?state=overdue", "?state=escalated", "?stage=archived", "?stage=submitted")

_KINDS = {
    Kind.PETITION: "信访诉求 petitions",
    Kind.DUTY: "经常性职责 duties",
    Kind.PROCEEDING: "程序事项 proceedings",
}

# To measure another page, add a line here.
PAGES: tuple[Page, ...] = (
    Page("驾驶舱 cockpit", at(PREFIX)),
    Page("台账 register", of_register()),
    *(Page(f"台账 register: stage={stage}", of_register(stage=stage)) for stage in (Stage.RUNNING, Stage.ARCHIVED)),
    Page("台账 register: light=red", of_register(light=Light.RED)),
    *(Page(f"台账 register: state={state}", of_register(state=state)) for state in State),
    Page("台账 register: due=week", of_register(due=Due.WEEK)),
    Page("台账 register: waiting=verification", of_register(waiting=Question.VERIFICATION)),
    Page("台账 register: lead", of_register(lead=LEAD)),
    Page("台账 register: basis", of_register(basis="文件要求")),
    Page("台账 register: registered", of_register(registered_from="2026-11-02", registered_before="2026-11-09")),
    Page("台账 register: closed", of_register(closed_from="2026-11-02", closed_before="2026-11-09")),
    *(Page(f"台账 register: text={text}", of_register(text=text)) for text in ("2026-012", "没有这样的事")),
    Page("台账 register: lead, basis, open", of_register(lead=LEAD, basis="会议决定", state=State.OPEN)),
    Page("台账 register: office, stage, due first", of_register(office=OFFICE, stage="supervised", order=Order.DUE)),
    *(Page(f"台账 register: order={order}, {_DEEP} pages on", deep(order)) for order in Order),
    Page("事项 a matter", of_matters(*_SOME)),
    Page("为什么 its why", of_matters(*_SOME, tail="/why"), _OFFICE),
    Page("排名 rankings", at(f"{PREFIX}/rankings"), _OFFICE),
    Page("排名 rankings: a year", at(f"{PREFIX}/rankings?period=2026"), _OFFICE),
    Page("两个日期 two dates", at(f"{PREFIX}/dates"), _OFFICE),
    Page("待办 inbox", at(INBOX)),
    Page("待办 inbox: due=week", at(f"{INBOX}?due=week")),
    Page("待办 inbox: what=submit", at(f"{INBOX}?what=submit")),
    Page("已办 done", at(f"{INBOX}/done")),
    Page("案件 cases", at(CASES)),
    Page("案件 cases: state=open", at(f"{CASES}?state=open")),
    Page("案件 cases: waiting=any", at(f"{CASES}?waiting=any")),
    Page("案件 a case", of_lists(CASES, f"{CASES}?state=open"), _OFFICE),
    *(Page(words, at(LISTS[kind])) for kind, words in _KINDS.items()),
    *(
        Page(f"{words}: state=overdue, due first", at(f"{LISTS[kind]}?state=overdue&order=due"))
        for kind, words in _KINDS.items()
    ),
    Page("程序 a proceeding", of_lists(*LISTS.values()), _OFFICE),
    Page("程序 what can be opened", at(f"{PROCEEDINGS}/open"), ("officer",)),
    Page("程序 the form that opens one", of_lists(f"{PROCEEDINGS}/open", line=_OFFERED), ("officer",)),
    Page("立项 launch", at(f"{PREFIX}/launch"), ("officer",)),
    Page("通报 bulletins", at(f"{PREFIX}/bulletins"), _OFFICE),
    Page("政策 policies", at(f"{PREFIX}/policies")),
    Page("日历 calendar", at(f"{PREFIX}/calendar")),
    Page(
        "打印台账 register, printed", at(f"{PREFIX}/register/print", f"{PREFIX}/register/print?state=overdue"), _OFFICE
    ),
    Page("导入 import", at(f"{PREFIX}/import"), ("officer",)),
    Page("案件 propose a case", at(f"{PREFIX}/cases/propose"), ("officer",)),
    Page("案件 its why", of_lists(CASES, tail="/why"), _OFFICE),
    Page("程序 its why", of_lists(*LISTS.values(), tail="/why"), _OFFICE),
    Page("政策 the ladder", at(f"{PREFIX}/policies/ladder"), _OFFICE),
    Page("政策 a procedure", at(f"{PREFIX}/policies/view/standard", f"{PREFIX}/policies/view/petition"), _OFFICE),
    Page(
        "政策 its drawing",
        at(*(f"{PREFIX}/policies/view/{key}/drawing" for key in ("standard", "petition"))),
        _OFFICE,
    ),
    Page("通报 the page of a month's bulletin", at(f"{PREFIX}/bulletins?period=2026-10"), _OFFICE),
    Page("公众 the door", at("/public"), (PUBLIC,)),
    Page("公众 what is made public", at("/public/notices", "/public/notices?kind=matters"), (PUBLIC,)),
    Page("公众 petition, status", at("/public/petition", "/public/status"), (PUBLIC,)),
    Page("登录 sign in", at("/sign-in"), (PUBLIC,)),
)


@dataclass(frozen=True, slots=True)
class Measured:
    """A page as one visitor had it on one database, sample by sample, in milliseconds.

    `wall`: what it took; `processor`: of this process's processor time; `waited`: until the database had answered the
    `statements` that were put to it.
    """

    page: str
    role: str
    database: str
    wall: tuple[float, ...]
    processor: tuple[float, ...]
    waited: tuple[float, ...]
    statements: tuple[int, ...]

    @property
    def p95(self) -> float:
        """The 95th percentile of the wall time."""
        return quantiles(self.wall, n=20, method="inclusive")[-1]

    @property
    def over(self) -> bool:
        """Whether that is above the bound."""
        return self.p95 > WITHIN_MS

    def document(self) -> dict[str, Any]:
        """The same for a program, every sample in the order in which it was taken."""
        return {
            "page": self.page,
            "role": self.role,
            "database": self.database,
            "p50": round(median(self.wall), 2),
            "p95": round(self.p95, 2),
            "max": round(max(self.wall), 2),
            "processor_p50": round(median(self.processor), 2),
            "waited_p50": round(median(self.waited), 2),
            "statements": [min(self.statements), max(self.statements)],
            "over": self.over,
            "wall": [round(one, 2) for one in self.wall],
        }


def main() -> NoReturn:
    """Measure, and end the process."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages", description="页面实测 the pages, measured")
    parser.add_argument("--matters", type=int, default=100_000, help="事项数 how many matters are on record")
    parser.add_argument("--requests", type=int, default=40, help="每页请求数 requests for each page and role")
    parser.add_argument("--database", choices=DATABASES, action="append", help="只测一种 only one of both")
    parser.add_argument("--page", default="", help="名称含此字样的页面 only pages whose name contains this")
    parser.add_argument("--into", type=Path, default=ROOT / "var" / "bench", help="结果目录 where the JSON goes")
    parser.add_argument("--record", action="append", help="已造好的记录 URL of a record that was made before")
    parser.add_argument("--fill", action="store_true", help="先在空库 --record 中造记录 make the record there first")
    given = parser.parse_args()
    chosen = [page for page in PAGES if given.page in page.name]
    databases = {make_url(url).get_backend_name(): url for url in given.record or ()}
    chosen_databases = databases or dict.fromkeys(given.database or DATABASES)
    made = None if databases and not given.fill else given.matters
    leave(run(made, given.requests, chosen_databases, chosen, given.into))


def run(
    matters: int | None, requests: int, databases: Mapping[str, str | None], pages: Sequence[Page], into: Path
) -> int:
    """Measure on each database, print the table, write the JSON into `into`; 1 when a page is too slow, else 0.

    `databases` are URLs by name, None for one that is made for the run; `matters` are put there first (None: nothing).
    """
    begun, before = perf_counter(), load_average()
    found: list[Measured] = []
    filled: dict[str, int] | None = None
    lives = [] if matters is None else played(min(PATTERNS, matters))
    for name, given in databases.items():
        with ExitStack() as stack:
            place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="duban-pages-", dir=in_memory())))
            url = given or f"sqlite:///{place / 'duban.db'}"
            if given is None and name != "sqlite":
                # As much memory as it takes when nobody sets it; the tests' own server has less.
                url = stack.enter_context(PostgresqlServer(shared_buffers="128MB")).create()
            if matters is not None:
                _say(f"{name}: {matters} 件 matters")
                fill(url, matters, lives)
            filled = _kept(url)
            _say(f"{name}: {len(pages)} 页 pages")
            found += measured(url, name, place, requests, pages)
    document = {
        "measured_at": datetime.now(UTC).astimezone(SHANGHAI).isoformat(timespec="seconds"),
        "seconds": round(perf_counter() - begun, 1),
        "record": filled,
        "requests": requests,
        "within_ms": WITHIN_MS,
        "machine": described(),
        "load_before": before,
        "load_after": load_average(),
        "pages": [one.document() for one in found],
    }
    into.mkdir(parents=True, exist_ok=True)
    file = into / f"{datetime.now(UTC).astimezone(SHANGHAI):%Y%m%dT%H%M%S}-pages.json"
    file.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return report(found, document, file)


def _kept(url: str) -> dict[str, int]:
    """How much is on record."""
    with closing(Store(url)) as store, store.reading() as session:
        return numbers(session, "matters", "acts", "notices", "cases", "proceedings")


@dataclass(slots=True)
class Told:
    """What has been put to a database: how many statements, and how long their answers took (seconds)."""

    statements: int = 0
    waited: float = 0.0
    since: float = 0.0


@contextmanager
def listening() -> Iterator[Told]:
    """Count what is put to any database meanwhile."""
    told = Told()

    def before(*_: object) -> None:
        told.statements += 1
        told.since = perf_counter()

    def after(*_: object) -> None:
        told.waited += perf_counter() - told.since

    event.listen(Engine, "before_cursor_execute", before)
    event.listen(Engine, "after_cursor_execute", after)
    try:
        yield told
    finally:
        event.remove(Engine, "before_cursor_execute", before)
        event.remove(Engine, "after_cursor_execute", after)


def measured(url: str, database: str, place: Path, requests: int, pages: Iterable[Page]) -> list[Measured]:
    """Every page on the record at `url`, by everybody it is for; `place` is for what else the site keeps."""
    many = 1_000_000
    settings = Settings(data_dir=place, database_url=url, api_requests_per_minute=many, public_intake=many)
    with closing(Store(**settings.record)) as store:
        administration = Administration(store, DIRECTORY, NOW)
        for role, post in ROLES.items():
            administration.register(role)
            administration.set_password(role, _PASSWORD)
            administration.hold(role, post, date(2026, 1, 1))
        with TestClient(create_app(settings, store, _no_office, DIRECTORY, clock=lambda: NOW), _ORIGIN) as client:
            nobody = Visitor(PUBLIC, client)
            found = [_timed(nobody, page, database, requests) for page in pages if PUBLIC in page.roles]
            for role in ROLES:
                client.cookies.clear()
                signed = client.post("/sign-in", data={"login": role, "password": _PASSWORD}, follow_redirects=False)
                if signed.status_code != 303:
                    raise RuntimeError(f"{role}: {signed.status_code}")
                visitor = Visitor(role, client)
                found += [_timed(visitor, page, database, requests) for page in pages if role in page.roles]
    order = {page.name: place for place, page in enumerate(pages)}
    return sorted(found, key=lambda one: order[one.page])


def _timed(visitor: Visitor, page: Page, database: str, requests: int) -> Measured:
    addresses = list(page.addresses(visitor))
    if not addresses:
        raise RuntimeError(f"{visitor.role}: {page.name}: nowhere")
    for address in addresses[:3]:
        visitor.get(address)
    samples: list[tuple[float, float, float, int]] = []
    for address in islice(cycle(addresses), requests):
        with listening() as told:
            used, begun = process_time(), perf_counter()
            visitor.get(address)
            took, worked = perf_counter() - begun, process_time() - used
        samples.append((took * 1000, worked * 1000, told.waited * 1000, told.statements))
    wall, processor, waited, statements = zip(*samples, strict=True)
    return Measured(page.name, visitor.role, database, wall, processor, waited, statements)


def report(found: Sequence[Measured], document: dict[str, Any], file: Path) -> int:
    """Print everything; 1 when a page is too slow, else 0."""
    console = Console(width=180)
    console.print(tabulated(found, f"页面实测 the pages, measured {document['measured_at']}"))
    kept, machine = document["record"], document["machine"]
    console.print(
        f"记录 record: {', '.join(f'{number:,} {name}' for name, number in kept.items())}; "
        f"机器 machine: {machine['cores']} 核 cores, {machine['processor']}, Python {machine['python']}; "
        f"负载 load {_loads(document['load_before'])} → {_loads(document['load_after'])}; "
        f"用时 took {document['seconds']:.0f} s",
        soft_wrap=True,
        highlight=False,
    )
    slow = [one for one in found if one.over]
    for one in slow:
        console.print(f"超出 over {WITHIN_MS:.0f} ms: {one.database} {one.page} ({one.role}): p95 {one.p95:.0f} ms")
    console.print(f"数据 data: {file}", soft_wrap=True, highlight=False)
    return 1 if slow else 0


def tabulated(found: Sequence[Measured], title: str) -> Table:
    """One row for each page and visitor, the databases side by side."""
    databases = list(dict.fromkeys(one.database for one in found))
    shown = Table(title=title, title_justify="left")
    shown.add_column("页面 page", overflow="fold")
    shown.add_column("何人 as")
    for name in databases:
        for figure in ("p50", "p95", "max"):
            shown.add_column(f"{name} {figure} ms", justify="right")
        shown.add_column("CPU ms", justify="right")
        shown.add_column("查询 queries", justify="right")
    by = {(one.page, one.role, one.database): one for one in found}
    last = ""
    for page, role in dict.fromkeys((one.page, one.role) for one in found):
        cells: list[str] = []
        for name in databases:
            one = by[page, role, name]
            cells += [f"{median(one.wall):.1f}", f"{one.p95:.1f}", f"{max(one.wall):.1f}"]
            cells += [f"{median(one.processor):.1f}", str(max(one.statements))]
        slow = any(by[page, role, name].over for name in databases)
        shown.add_row("" if page == last else page, role, *cells, style="red" if slow else None)
        last = page
    return shown


async def _no_office() -> Office:
    raise UnavailableError("no server: pages are only read")


def _loads(loads: Sequence[float]) -> str:
    return " ".join(f"{load:.2f}" for load in loads)


def _say(text: str) -> None:
    print(f"{text} …", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
