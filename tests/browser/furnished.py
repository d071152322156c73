"""A house with something of everything in it, served to a browser: no workflows, and no time passes by itself."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import BrowserContext

from models.evidence import IncidentKind
from models.messages import (
    Correct,
    Object,
    ReportProgress,
    RequestExtension,
    RequestTransfer,
    Sign,
    Submit,
    Suspend,
    Urge,
    Verify,
)
from models.proceeding_messages import Publish
from record import incidents, webhooks
from record.incidents import Incident
from record.store import Store
from record.webhooks import Webhook
from settings import Settings
from tests.web.conftest import Clock
from tests.web.console.case_house import CASE, STEPS
from tests.web.console.conftest import House, a_house
from tests.web.console.policy_room import DRAFT, TWO_DAYS, fresh, put
from tests.web.console.proceeding_house import opened
from tests.web.console.routes import Asked, Needed, caller_of, parts
from tests.workflows.cast import CO, DIRECTORY, HANDLER, HEAD, LEADER, OFFICE, OFFICER
from web.api.install import install
from web.console.visits import COOKIE
from web.serving import serving

SESSION = "duban"
LATE, SHARED, DONE, HANDED_ON, PAUSED, CALM = "m2", "m3", "m4", "m5", "m6", "m7"
UNBROKEN = "校舍加固" + "x" * 90
"""What a narrow screen has to break somewhere."""
NOTICE, DUTY, WINDOW = "proceeding/2", "duty/月报", "proceeding/1"


@dataclass(frozen=True)
class Furnished:
    """The house, where its site is, and what stands for each part of a path."""

    house: House
    site: str
    given: Mapping[str, str]

    def who_may(self, needed: Needed, first: tuple[str, ...]) -> str:
        """The first of these to whom the table shows it."""
        with self.house.store.reading() as session:
            return next(who for who in first if needed(Asked(self.house, caller_of(self.house, session, who), session)))

    async def comes(self, context: BrowserContext, who: str | None, language: str = "zh") -> None:
        """From now on the browser is this person's, signed in; None: of somebody who is not."""
        await context.clear_cookies()
        told = {COOKIE: language}
        if who is not None:
            told[SESSION] = str(self.house.as_(who).cookies[SESSION])
        await context.add_cookies([{"name": name, "value": value, "url": self.site} for name, value in told.items()])


@asynccontextmanager
async def a_furnished_house(url: str, place: Path) -> AsyncIterator[Furnished]:
    """The house on a record of its own, served for as long as the block lasts."""
    settings = Settings(
        data_dir=place,
        database_url=url,
        office=OFFICE,
        web_port=0,
        shutdown_seconds=1,
        public_intake=1_000_000,
        api_requests_per_minute=1_000_000,
    )
    store = Store(**settings.record)
    store.migrate()
    try:
        with a_house(settings, store, Clock(), DIRECTORY) as house:
            install(house.app)
            given = _filled(house)
            async with serving(house.app, settings) as site:
                yield Furnished(house, site, given)
    finally:
        store.close()


def _filled(house: House) -> dict[str, str]:
    _late_ones(house)
    given = parts(house)
    given["run_id"] = _a_run_with_differences(house)
    given |= {"target:path": SHARED, "matter_id": LATE}
    for _, command, by, said in STEPS:
        house.say(CASE, command, by, **said)
    _others(house)
    opened(house, WINDOW)
    opened(house, DUTY, "monthly_report", title="月报")
    opened(house, NOTICE, "unit_notice", title=UNBROKEN, public=True, lead=OFFICE)
    house.say(NOTICE, Publish, OFFICER, medium="公示栏", text="拟推荐名单见附件")
    hook = Webhook(id=given["webhook"], person="u1", post=OFFICER, url="https://hooks.invalid/x", organs=(), acts=(),
                   generation=1, created_at=house.clock())  # fmt: skip
    with house.store.writing() as session:
        webhooks.create(session, hook)
        found = Incident(LATE, f"matter/{LATE}", "r1", IncidentKind.TERMINATED, "流程被终止")
        assert incidents.report(session, found, house.clock(), ())
    return given


def _late_ones(house: House) -> None:
    """Two matters over their time, one of them still open and with something said on it."""
    house.launch(LATE, limit="5wd", requirement="每周报告", basis="会议决定", responsible=HEAD)
    house.launch(DONE, limit="5wd")
    house.say(LATE, Sign, HANDLER)
    house.say(LATE, ReportProgress, HANDLER, text="已排查三所学校")
    house.passes(LATE, DONE, days=9)
    house.say(LATE, Urge, OFFICER, text="请按期办结")


def _a_run_with_differences(house: House) -> str:
    put(house, "supervision", TWO_DAYS, on="2026-03-06")
    form = fresh(house, "officer", since="2026-03-01", until="")
    led = house.as_("officer").post(f"{DRAFT}/runs", data=form, follow_redirects=False)
    return str(led.headers["location"].rpartition("/")[2])


def _others(house: House) -> None:
    """A shared and public one with a question to decide, a finished one, one handed on, one that is paused."""
    house.launch(SHARED, co=(CO,), public=True)
    house.say(SHARED, Sign, HANDLER)
    house.say(SHARED, RequestExtension, HANDLER, limit="5wd", reason="需第三方检测")
    house.say(DONE, Submit, HANDLER, text="办结", without_co="无")
    house.say(DONE, Verify, OFFICER, passed=True, method="document", evidence={"document": "报告"})
    house.say(DONE, Object, HEAD, text="结论有误")
    house.launch(HANDED_ON)
    house.say(HANDED_ON, RequestTransfer, HANDLER, to=CO, reason="职责调整")
    house.launch(PAUSED, title=UNBROKEN, requirement=UNBROKEN, co=(CO,), public=True)
    house.say(PAUSED, Suspend, OFFICER, until="2026-03-20", reason="等待批复")
    house.launch(CALM, leader=LEADER)
    house.say(CALM, Correct, OFFICER, entry=1, fields={"title": "校舍加固工程"}, reason="更名")
