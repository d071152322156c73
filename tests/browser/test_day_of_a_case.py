"""A case walked in a real browser over real workflows, from its proposal to its review, each role in his own browser.

Whatever is said in the case is said on pages, and what is said stands on no page but the answer to whoever opened it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.async_api import Page, ViewportSize, expect

from tests.browser.accessibility import assert_accessible
from tests.browser.conftest import MORE, Office, Shot, Visit
from tests.browser.walking import gives, signed_in, tabs_to
from tests.workflows.cast import CO, HEAD, LEADER, STRANGER

pytestmark = pytest.mark.either_database("pages in a browser")

PANEL = (LEADER, MORE["member"], MORE["judge"])
INVESTIGATORS = (MORE["chief"], "区政府承办岗")
ALLEGED, FILED, FOUND, NOTIFIED, SAID, ANSWERED, VOTED, DECIDED, ASKED, LIGHTENED, TALKED = MATERIALS = (
    "经查排查台账造假三处", "线索初核属实拟予立案", "经核查所列事实成立", "告知书所列三处造假", "系暴雨致材料延误",
    "第一点采纳第二点不采纳", "同意所建议的处理", "事实清楚程序完备", "请求减轻处理", "主动整改情节轻微",
    "已当面批评教育",
)  # fmt: skip
"""What people write in the case."""
EVERY_STEP = 12
NARROW = ViewportSize(width=360, height=740)
WIDE = ViewportSize(width=1280, height=720)


@dataclass
class Walk:
    """A case on its way: who takes part, each on a page of his own."""

    office: Office
    visit: Visit
    shot: Shot
    case: str = ""
    pages: dict[str, Page] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"{self.office.site}/console/cases/{self.case}"

    async def comes(self, who: str) -> Page:
        """He comes to the page of the case, signed in, and nothing of what was written is on it."""
        if who not in self.pages:
            self.pages[who] = await signed_in(self.office, self.visit, who)
        await self.pages[who].goto(self.address)
        await self.sees_nothing(who)
        return self.pages[who]

    async def does(self, who: str, command: str, **fields: str) -> Page:
        """He gives a command on the page of the case; what he wrote is not on the page that answers."""
        page = await self.comes(who)
        await gives(page, command, **fields)
        await self.sees_nothing(who)
        return page

    async def opens(self, who: str, reason: str, reads: Sequence[str]) -> Page:
        """He opens the file for a reason, and reads it in the answer to that alone."""
        page = await self.comes(who)
        timeline = page.get_by_role("region", name="经过")
        await timeline.get_by_text("查看案卷材料").click()
        await timeline.get_by_label("查看理由").fill(reason)
        await timeline.get_by_role("button", name="查看", exact=True).click()
        await expect(page.get_by_role("alert")).to_contain_text("本次查看已记录")
        for words in reads:
            await expect(timeline).to_contain_text(words)
        return page

    async def sees_nothing(self, who: str) -> None:
        content = await self.pages[who].content()
        assert not [words for words in MATERIALS if words in content], who

    async def is_not_shown(self, who: str) -> Page:
        """He is told that there is no such page, and nothing else."""
        page = await self.visit(expecting=["status of 404"])
        await self.office.sign_in(page, who)
        answer = await page.goto(self.address)
        assert answer is not None
        assert answer.status == 404
        content = await page.content()
        assert not [words for words in (self.case, HEAD, *MATERIALS) if words in content], who
        return page


async def test_a_case_from_its_proposal_to_its_review(office: Office, visit: Visit, shot: Shot, tmp_path: Path) -> None:
    walk = Walk(office, visit, shot)
    await _proposed_and_filed(walk)
    await _investigated_and_notified(walk)
    await _heard(walk, _statement(tmp_path))
    for who in ("co-handler", "lead", "administrator"):
        missing = await walk.is_not_shown(who)
    await assert_accessible(missing)
    await _voted(walk)
    await _decided_and_served(walk)
    await _reviewed(walk)
    await _executed(walk)


def _statement(folder: Path) -> Path:
    written = folder / "陈述申辩书.txt"
    written.write_text(SAID, encoding="utf-8")
    return written


async def _proposed_and_filed(walk: Walk) -> None:
    """The office proposes on the matter's page; the leader finds the case among what waits for him, and files it."""
    title = f"校舍安全排查 {uuid4().hex[:6]}"
    launched = walk.office.world.launch(title=title, co=[CO], panel=list(PANEL), reviewers=[STRANGER])
    matter = launched.json()["id"]
    walk.case = f"{matter}/case1"
    officer = walk.pages["officer"] = await signed_in(walk.office, walk.visit, "officer")
    await officer.goto(f"{walk.office.site}/console/matters/{matter}")
    await gives(officer, "提出问责建议", subject=HEAD, facts=ALLEGED, severity="ordinary")
    await walk.sees_nothing("officer")
    await assert_accessible(officer)

    leader = walk.pages["leader"] = await signed_in(walk.office, walk.visit, "leader")
    await leader.goto(f"{walk.office.site}/console")
    await assert_accessible(leader)
    waiting = leader.get_by_role("region", name="待您决定").get_by_role("listitem").filter(has_text=walk.case)
    await expect(waiting).to_contain_text("立案审批")
    await waiting.get_by_role("link").click()
    await expect(leader.get_by_role("heading", level=1)).to_contain_text(title)
    await assert_accessible(leader)
    await walk.does("leader", "立案", reason=FILED)


async def _investigated_and_notified(walk: Walk) -> None:
    """Two investigate, neither of them who proposed; the facts are notified with a receipt."""
    await walk.does("chief", "报告调查情况", posts="、".join(INVESTIGATORS), text=FOUND)
    await walk.does("officer", "送达事实告知书", text=NOTIFIED, receipt__kind="signed")


async def _heard(walk: Walk, statement: Path) -> None:
    """The subject finds the case in his inbox, reads the file and his rights, and speaks; each point is answered."""
    head = walk.pages["head"] = await signed_in(walk.office, walk.visit, "head")
    await head.goto(f"{walk.office.site}/console/inbox")
    await assert_accessible(head)
    owed = head.get_by_role("listitem").filter(has_text=walk.case).filter(has_text="陈述申辩").first
    await owed.get_by_role("link").click()
    rights = head.get_by_role("region", name="您的权利")
    await expect(rights).to_contain_text("之前陈述申辩,可以多次")
    await expect(rights).to_contain_text(f"由{LEADER}决定")
    await assert_accessible(head)
    await walk.shot(head, "case-subject")
    await assert_accessible(await walk.opens("head", "查阅本人案卷", (FOUND, NOTIFIED)))
    await walk.does("head", "陈述申辩", text=SAID, attachments=str(statement))
    await walk.does("officer", "答复陈述申辩", text=ANSWERED)


async def _voted(walk: Walk) -> None:
    """One of the panel stands down; another opens the file and votes by the keyboard alone, and then the chair."""
    judge = await walk.does("judge", "回避", reason="与被问责人是亲属")
    await expect(judge.get_by_text("案件经过和材料不属于您可查看的范围")).to_be_visible()
    await assert_accessible(judge)

    member = await walk.opens("member", "表决前阅卷", (FOUND, SAID, ANSWERED))
    got = member.get_by_role("region", name="附件")
    await got.get_by_text("取得文件").first.click()
    await got.get_by_label("查看理由").first.fill("核对申辩材料")
    async with member.expect_download() as coming:
        await got.get_by_role("button", name="下载").first.click()
    assert (await (await coming.value).path()).read_text(encoding="utf-8") == SAID
    await _votes_by_the_keyboard(walk)

    await walk.opens("leader", "表决前阅卷", (SAID, ANSWERED))
    leader = await walk.does("leader", "表决", choice="proposed")
    await expect(leader.get_by_role("region", name="办理人员")).to_contain_text("已投2票,法定人数2")


async def _votes_by_the_keyboard(walk: Walk) -> None:
    member = await walk.comes("member")
    form = member.locator("details.command").filter(has=member.locator("summary").get_by_text("表决", exact=True))
    await tabs_to(member, form.locator("summary"))
    await member.keyboard.press("Enter")
    choice = form.locator('[name="choice"]')
    await tabs_to(member, choice)
    await member.keyboard.press("ArrowDown")
    await expect(choice).to_have_value("proposed")
    await tabs_to(member, form.locator('[name="reason"]'))
    await member.keyboard.insert_text(VOTED)
    await assert_accessible(member)
    await walk.shot(member, "case-vote", at=member.get_by_role("region", name="现在可以办理"))
    await tabs_to(member, form.get_by_role("button", name="提交:表决"))
    await member.keyboard.press("Enter")
    await expect(member.get_by_role("alert")).to_contain_text("表决 — 已受理")
    await expect(member.get_by_role("alert")).to_be_focused()
    await walk.sees_nothing("member")


async def _decided_and_served(walk: Walk) -> None:
    leader = await walk.does("leader", "作出问责决定", reason=DECIDED)
    await expect(leader.get_by_role("region", name="基本情况")).to_contain_text("P1 诫勉谈话")
    await walk.does("officer", "送达决定书", receipt__kind="signed")


async def _reviewed(walk: Walk) -> None:
    """The subject asks for a review; who has had no part in the case decides it, never heavier."""
    head = await walk.comes("head")
    await expect(head.get_by_role("region", name="您的权利")).to_contain_text("之前申请一次复核")
    await walk.does("head", "申请复核", text=ASKED)
    reviewer = await walk.opens("stranger", "复核阅卷", (SAID, DECIDED, ASKED))
    await walk.does("stranger", "复核决定", outcome="lighter", measure="P0", reason=LIGHTENED)
    await expect(reviewer.get_by_role("region", name="基本情况")).to_contain_text("P0 批评教育")
    await assert_accessible(reviewer)


async def _executed(walk: Walk) -> None:
    """What stands is executed and filed for the record, and every step of due process has been taken."""
    await walk.does("officer", "执行问责", evidence__content=TALKED)
    officer = await walk.does("officer", "备案", number="问责备〔2026〕7号")
    process = officer.get_by_role("region", name="正当程序")
    await expect(process.locator("tbody tr")).to_have_count(EVERY_STEP)
    await expect(process.locator("tbody tr.step-done")).to_have_count(EVERY_STEP)
    await officer.reload()
    await walk.shot(officer, "case")
    await officer.set_viewport_size(NARROW)
    assert await officer.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    await assert_accessible(officer)
    await officer.set_viewport_size(WIDE)
    await officer.get_by_role("link", name="为什么是现在这样").click()
    await walk.sees_nothing("officer")
    await assert_accessible(officer)
    for who in walk.pages:
        await walk.comes(who)
