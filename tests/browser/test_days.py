"""Each role's day at the console, in a real browser, over real workflows: launched, handled, decided, looked back on.

Whatever is said here is said on pages. Only time passes otherwise (`office.later`), for one matter at a time.
"""

from datetime import timedelta
from uuid import uuid4

import pytest
from playwright.async_api import expect

from tests.browser.accessibility import assert_accessible
from tests.browser.conftest import Office, Shot, Visit
from tests.browser.walking import gives, in_days, leads_to, signed_in
from tests.workflows.cast import CO, LEAD, LEADER, OFFICE

pytestmark = pytest.mark.either_database("pages in a browser")


async def test_a_matter_from_its_launch_to_the_archive(office: Office, visit: Visit, shot: Shot) -> None:
    title = f"校舍安全排查 {uuid4().hex[:6]}"
    officer = await signed_in(office, visit, "officer")

    # The office launches it, and sees every date beforehand.
    await leads_to(officer, "立项")
    for name, value in (("title", title), ("lead", LEAD), ("office", OFFICE), ("leader", LEADER), ("co", CO),
                        ("limit", "15wd"), ("basis", "会议决定")):  # fmt: skip
        await officer.locator(f'main [name="{name}"]').fill(value)
    ahead = officer.get_by_role("region", name="将会怎样")
    await expect(ahead.get_by_text("还有15个工作日")).to_be_visible()
    await assert_accessible(officer)
    await shot(officer, "launch")
    await officer.get_by_role("main").get_by_role("button", name="立项", exact=True).click()
    await expect(officer.get_by_role("heading", name=title)).to_be_visible()
    matter = (await officer.locator("h1 small").inner_text()).strip()
    await assert_accessible(officer)

    # The unit finds it in its inbox, signs, reports with a file, and asks for more time.
    lead = await signed_in(office, visit, "lead")
    await leads_to(lead, "待办")
    await assert_accessible(lead)
    await shot(lead, "inbox")
    await lead.get_by_role("link", name=title).first.click()
    await gives(lead, "签收")
    await gives(lead, "报告进展", text="已排查三所学校")
    await gives(lead, "申请延期", limit="5wd", reason="需第三方检测")
    await expect(lead.get_by_role("region", name="经过")).to_contain_text("申请延期")

    # The leader decides what waits for him.
    leader = await signed_in(office, visit, "leader")
    await leader.goto(f"{office.site}/console")
    await expect(leader.get_by_role("region", name="待您决定")).to_contain_text(title)
    await leader.get_by_role("region", name="待您决定").get_by_role("link", name=title).first.click()
    await gives(leader, "审批延期", granted="yes")
    await expect(leader.get_by_text("还有20个工作日").first).to_be_visible()
    await shot(leader, "matter")

    # The co-handler finishes its part; the office presses, pauses, and lets the clocks run again.
    helper = await signed_in(office, visit, "co-handler")
    await helper.goto(f"{office.site}/console/matters/{matter}")
    await gives(helper, "报告进展", text="资金已拨付", done="yes")
    await officer.reload()
    await gives(officer, "催办", text="请按期办结")
    await gives(officer, "中止计时", until=in_days(3), reason="等待检测报告")
    await expect(officer.get_by_text("计时中止").first).to_be_visible()
    await gives(officer, "恢复计时", reason="报告已到")

    # It is handed in as done, verified, and archived when the time for objections is over.
    await lead.reload()
    await gives(lead, "报结", text="全部整改完毕")
    await officer.reload()
    await gives(officer, "核验", passed="yes", method="document", evidence__document="检测报告")
    await expect(officer.get_by_text("已销号").or_(officer.get_by_text("销号")).first).to_be_visible()
    await office.later(matter, timedelta(days=65))
    await officer.reload()
    await expect(officer.get_by_role("region", name="经过")).to_contain_text("归档")
    await assert_accessible(officer)
    await officer.get_by_role("link", name="为什么是现在这样").click()
    await assert_accessible(officer)
