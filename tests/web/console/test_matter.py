"""A matter's page: where it stands, its clock on the calendar, and each command: done, refused, repeated, for whom."""

import re

import pytest

from models.acts import ActName
from models.messages import ReportProgress, RequestExtension, Resume, Sign, Submit, Suspend
from office import UnavailableError
from tests.web.console.conftest import House
from tests.workflows.cast import CO, CO_HANDLER, HANDLER, OFFICER

pytestmark = pytest.mark.either_database("a page and its forms")

PAGE = "/console/matters/m1"


def offered(house: House, who: str) -> set[str]:
    return set(re.findall(r'action="/console/matters/m1/commands/(\w+)"', house.get(who, PAGE).text))


def test_the_page_says_how_far_the_due_day_is_and_draws_the_days(house: House) -> None:
    house.launch("m1", limit="5wd")
    shown = house.get("leader", PAGE).text
    assert "2026-03-09 周一 18:00" in shown
    assert "还有5个工作日" in shown
    month = re.search(r'<table class="month">.*?</table>', shown, re.DOTALL)
    assert month
    days = dict(re.findall(r'<time datetime="([\d-]+)">\d+</time>(.*?)</td>', month[0], re.DOTALL))
    assert "起算" in days["2026-03-02"]
    assert "计第1日" in days["2026-03-03"]
    assert "不计" in days["2026-03-07"]
    assert "计第5日" in days["2026-03-09"]
    assert "到期" in days["2026-03-09"]
    said = {day: re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", text)) for day, text in days.items()}
    assert "将 提醒" in "".join(said.values())
    # The escalation to come stands where the clock ends, if nobody acts.
    assert "将 仍无人办理的" in said["2026-03-09"]
    assert "督办单" in said["2026-03-09"]


def test_days_on_which_the_clock_stood_still_are_drawn_paused(house: House) -> None:
    house.launch("m1", limit="15wd")
    house.say("m1", Sign, HANDLER)
    house.say("m1", Suspend, OFFICER, until="2026-03-06", reason="等待上级批复")
    assert "计时中止" in house.get("leader", PAGE).text
    house.passes("m1", days=7)
    shown = house.get("leader", PAGE).text
    paused = re.compile(r'class="paused[^>]*>\s*<time datetime="([\d-]+)">')
    assert paused.findall(shown) == [f"2026-03-0{day}" for day in range(2, 10)]
    assert "将 提醒" not in shown
    house.say("m1", Resume, OFFICER)
    house.passes("m1", days=1)
    shown = house.get("leader", PAGE).text
    assert {"2026-03-04", "2026-03-06"} <= set(paused.findall(shown))
    assert re.search(r'<time datetime="2026-03-10">10</time>\s*<span>今天</span>\s*<span>计第1日</span>', shown)


def test_each_post_is_offered_what_the_rules_would_admit_from_it_now(house: House) -> None:
    house.launch("m1", co=(CO,))
    assert offered(house, "handler") == {
        "sign", "report_progress", "submit", "request_extension", "object_assignment", "request_transfer",
    }  # fmt: skip
    assert offered(house, "officer") == {
        "suspend", "urge", "split", "summon", "circulate", "raise_urgency", "merge", "praise", "correct", "propose",
    }  # fmt: skip
    assert "cancel" in offered(house, "leader")
    assert offered(house, "co-handler") == {"report_progress"}
    assert offered(house, "auditor") == set()
    house.say("m1", Sign, HANDLER)
    house.say("m1", RequestExtension, HANDLER, limit="5wd", reason="会签")
    assert "sign" not in offered(house, "handler")
    assert "request_extension" not in offered(house, "handler")
    house.say("m1", ReportProgress, CO_HANDLER, text="已办", done=True)
    house.say("m1", Submit, HANDLER, text="办结")
    assert "verify" in offered(house, "officer")
    assert "verify" not in offered(house, "handler")


GIVEN: dict[str, tuple[str, dict[str, str], ActName]] = {
    "sign": ("handler", {}, ActName.SIGNED),
    "report_progress": ("handler", {"text": "已完成摸底"}, ActName.PROGRESS_REPORTED),
    "request_extension": ("handler", {"limit": "5wd", "reason": "需部门会签"}, ActName.EXTENSION_REQUESTED),
    "submit": ("handler", {"text": "已办结"}, ActName.SUBMITTED),
    "urge": ("officer", {"text": "请抓紧"}, ActName.URGED),
    "suspend": ("officer", {"until": "2026-03-06", "reason": "等待批复"}, ActName.SUSPENDED),
}


def test_a_command_leaves_its_act_and_says_what_it_came_to(house: House) -> None:
    for number, (do, (who, said, act)) in enumerate(GIVEN.items()):
        matter = house.launch(f"m{number}")
        shown = house.give(who, matter, do, **said)
        assert (shown.status_code, "已受理" in shown.text) == (200, True), (do, shown.text)
        assert house.acts(matter).count(act) == 1


def test_the_same_form_sent_again_gets_its_first_answer_and_does_nothing(house: House) -> None:
    house.launch("m1")
    form = house.form("handler", "m1", "report_progress")
    assert form is not None
    form["text"] = "已完成摸底"
    client = house.as_("handler")
    answers = [client.post(f"{PAGE}/commands/report_progress", data=form) for _ in range(2)]
    assert [one.status_code for one in answers] == [200, 200]
    assert house.acts("m1").count(ActName.PROGRESS_REPORTED) == 1
    # The same form for something else is a mistake, and nothing is done.
    other = client.post(f"{PAGE}/commands/report_progress", data={**form, "text": "另一件事"})
    assert other.status_code == 422
    assert house.acts("m1").count(ActName.PROGRESS_REPORTED) == 1


def test_verification_and_the_decision_on_an_extension_are_given_on_the_page(house: House) -> None:
    house.launch("m1")
    house.launch("m2")
    house.say("m1", Submit, HANDLER, text="办结")
    visited = {"evidence.persons": "u7、u8", "evidence.place": "一中", "evidence.date": "2026-03-02"}
    visit = {"passed": "yes", "method": "visit", **visited}
    assert house.give("officer", "m1", "verify", **visit).status_code == 200
    assert ActName.CLOSED in house.acts("m1")
    house.say("m2", RequestExtension, HANDLER, limit="5wd", reason="会签")
    decider = next(who for who in ("leader", "officer", "head") if house.form(who, "m2", "decide_extension"))
    assert house.give(decider, "m2", "decide_extension", granted="no", reason="时间充裕").status_code == 200
    assert ActName.EXTENSION_REFUSED in house.acts("m2")


def test_a_refused_command_says_why_keeps_what_was_written_and_is_on_record(house: House) -> None:
    house.launch("m1", limit="5wd")
    house.say("m1", Sign, HANDLER)
    shown = house.give("handler", "m1", "request_extension", limit="60wd", reason="很多原因")
    assert shown.status_code == 409
    answer = re.search(r'<div class="alert alert-danger".*?</div>', shown.text, re.DOTALL)
    assert answer
    assert "未予受理" in answer[0]
    assert "accepted" in answer[0]
    assert "<code>extension</code>" in answer[0]
    assert '<details class="command" open>' in shown.text
    assert "很多原因" in shown.text
    assert house.acts("m1")[-1] is ActName.REFUSED


def test_a_refusal_says_what_would_be_accepted_instead(house: House) -> None:
    house.launch("m1")
    house.say("m1", Submit, HANDLER, text="办结")
    shown = house.give("officer", "m1", "verify", passed="yes", method="visit", persons="u7")
    assert shown.status_code == 409
    assert "两人" in shown.text
    assert "可以这样办" in shown.text


def test_a_stranger_a_get_and_another_site_give_no_command(house: House) -> None:
    house.launch("m1")
    form = house.form("handler", "m1", "sign")
    assert form is not None
    before = house.acts("m1")
    path = f"{PAGE}/commands/sign"
    stranger = {"csrf": house.csrf("stranger"), "message": form["message"]}
    assert house.as_("stranger").post(path, data=stranger).status_code == 404
    handler = house.as_("handler")
    assert handler.get(path).status_code == 404
    assert handler.post(path, data={**form, "csrf": "0"}).status_code == 403
    assert handler.post(path, data=form, headers={"origin": "https://evil.invalid"}).status_code == 403
    assert handler.post(f"{PAGE}/commands/nothing", data=form).status_code == 404
    assert handler.post(path, data={"csrf": form["csrf"]}).status_code == 422
    assert house.as_("nobody").post(path, data=form, follow_redirects=False).headers["location"] == "/sign-in"
    assert house.acts("m1") == before


def test_who_may_see_and_not_do_is_refused_on_record(house: House) -> None:
    house.launch("m1")
    said = {"csrf": house.csrf("officer"), "message": "f" * 32}
    shown = house.as_("officer").post(f"{PAGE}/commands/sign", data=said)
    assert shown.status_code == 409
    assert house.acts("m1")[-1] is ActName.REFUSED


def test_when_nobody_can_be_reached_the_page_says_that_the_form_may_be_sent_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.launch("m1")
    form = house.form("handler", "m1", "sign")
    client = house.as_("handler")
    with monkeypatch.context() as gone:

        async def unreachable(*_: object) -> None:
            raise UnavailableError("no server")

        gone.setattr(house.office, "say", unreachable)
        shown = client.post(f"{PAGE}/commands/sign", data=form)
        assert shown.status_code == 503
        assert "只会办理一次" in shown.text
    assert client.post(f"{PAGE}/commands/sign", data=form).status_code == 200
    assert house.acts("m1").count(ActName.SIGNED) == 1


def test_a_co_handler_sees_its_part_and_no_more(house: House) -> None:
    house.launch("m1", co=(CO,))
    house.say("m1", Sign, HANDLER)
    house.say("m1", ReportProgress, HANDLER, text="牵头单位的内部情况")
    shown = house.get("co-handler", PAGE).text
    assert "您只看到本单位的部分" in shown
    assert "牵头单位的内部情况" not in shown
    assert "/why" not in shown
    assert "送达" not in shown
    assert "牵头单位的内部情况" in house.get("leader", PAGE).text


def test_the_history_is_linked_for_whom_histories_are_and_where_there_is_a_ui(house: House) -> None:
    house.launch("m1")
    assert "Temporal" not in house.get("leader", PAGE).text
    house.app.state.histories = ("http://127.0.0.1:8233", "default")
    link = 'href="http://127.0.0.1:8233/namespaces/default/workflows/matter%2Fm1"'
    assert {who for who in ("leader", "officer", "handler", "auditor") if link in house.get(who, PAGE).text} == {
        "leader"
    }


def test_every_act_leads_to_why_it_happened(house: House) -> None:
    house.launch("m1", limit="5wd")
    house.passes("m1", days=14)
    links = re.findall(r'href="(/console/matters/m1/why\?act=\d+)"', house.get("leader", PAGE).text)
    assert len(links) == len(house.acts("m1"))
    overdue = links[house.acts("m1").index(ActName.OVERDUE)]
    shown = house.get("leader", overdue).text
    assert "逐日计算" in shown
    assert "谁本可阻止" in shown
    assert house.get("leader", f"{PAGE}/why?act=99").status_code == 404


def test_the_page_is_as_of_its_clock_and_shows_what_is_overdue_at_once(house: House) -> None:
    house.launch("m1", limit="5wd")
    house.passes(days=7, hours=10)
    shown = house.get("leader", PAGE).text
    assert "今日已超时" in shown or "超期" in shown
    house.passes(days=3)
    assert "超期" in house.get("leader", PAGE).text
