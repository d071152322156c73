"""What is ticked in the register hears one command, each by itself, and once; or is taken along on a sheet."""

import io
import re

import pytest
from openpyxl import load_workbook

from models.acts import ActName
from models.messages import Sign
from office import UnavailableError
from tests.web.console.conftest import House, hidden
from tests.workflows.cast import CO, HANDLER
from web.console.filters import ACT, EXPORT, PRINT, REGISTER

pytestmark = pytest.mark.either_database("one form over many commands")


def a_few(house: House) -> None:
    for matter in ("m1", "m2", "m3"):
        house.launch(matter, title=f"事项{matter}")
        house.say(matter, Sign, HANDLER)
    house.launch("m4", title="事项m4", lead=CO, urgency="特急", limit="5wd")


def form(house: House, do: str, *matters: str, who: str = "officer") -> dict[str, str]:
    chosen = "&".join(f"matter={one}" for one in matters)
    found = hidden(house.get(who, f"{ACT}?do={do}&{chosen}").text, ACT)
    assert found is not None
    return found


def give(house: House, do: str, *matters: str, said: dict[str, str]) -> tuple[int, str, dict[str, object]]:
    """Fill in the form and send it: how it was answered, and the form as it was sent."""
    sent: dict[str, object] = {**form(house, do, *matters), "matter": list(matters), **said}
    answer = house.as_("officer").post(ACT, data=sent)
    return answer.status_code, answer.text, sent


def results(page: str) -> dict[str, str]:
    found = re.findall(r'<td class="id">(\w+)</td>.*?<td>\s*<strong>(.*?)</strong>', page, re.DOTALL)
    return dict(found)


def test_each_ticked_matter_hears_the_command_and_answers_by_itself(house: House) -> None:
    a_few(house)
    status, page, _ = give(house, "raise_urgency", "m1", "m4", said={"urgency": "急件", "reason": "汛期将至"})
    assert status == 200
    assert results(page) == {"m1": "已受理", "m4": "未予受理"}
    assert "已受理 1 件,未予受理 1 件" in page
    assert ActName.URGENCY_RAISED in house.acts("m1")
    assert house.acts("m4")[-1] is ActName.REFUSED
    assert house.acts("m2").count(ActName.URGENCY_RAISED) == 0


def test_sent_twice_each_is_acted_on_once(house: House) -> None:
    a_few(house)
    _, first, sent = give(house, "urge", "m1", "m2", said={"text": "请加快办理"})
    again = house.as_("officer").post(ACT, data=sent)
    assert results(again.text) == results(first) == {"m1": "已受理", "m2": "已受理"}
    assert [house.acts(one).count(ActName.URGED) for one in ("m1", "m2", "m3")] == [1, 1, 0]
    assert house.as_("officer").post(ACT, data={**sent, "text": "另一句"}).status_code == 422


def test_what_did_not_answer_is_sent_again_with_the_same_form(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    a_few(house)
    say = house.office.say

    async def broken(target: str, command: object) -> object:
        if target == "m2":
            raise UnavailableError("not now")
        return await say(target, command)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(house.office, "say", broken)
        _, page, sent = give(house, "urge", "m1", "m2", said={"text": "请加快办理"})
    assert results(page) == {"m1": "已受理", "m2": "没有应答"}
    kept = hidden(page, ACT)
    assert kept is not None
    assert (kept["message"], kept["text"]) == (sent["message"], "请加快办理")
    again = house.as_("officer").post(ACT, data={**kept, "matter": ["m1", "m2"]})
    assert results(again.text) == {"m1": "已受理", "m2": "已受理"}
    assert [house.acts(one).count(ActName.URGED) for one in ("m1", "m2")] == [1, 1]


def test_before_it_is_given_the_page_says_which_would_hear_it(house: House) -> None:
    a_few(house)
    shown = house.get("officer", f"{ACT}?do=raise_urgency&matter=m1&matter=m4&lead={CO}").text
    assert re.findall(r"可办理|按规则现不受理", shown) == ["可办理", "按规则现不受理"]
    assert 'href="/console/matters?lead=' in shown
    assert "没有勾选事项" in house.get("officer", f"{ACT}?do=urge").text


def test_nobody_else_is_offered_it_or_gives_it_and_never_by_a_link(house: House) -> None:
    a_few(house)
    sent = {**form(house, "urge", "m1"), "text": "请加快办理"}
    for who in ("handler", "co-handler", "stranger", "auditor"):
        assert ACT not in house.get(who, REGISTER).text or 'value="urge"' not in house.get(who, REGISTER).text
        assert house.get(who, f"{ACT}?do=urge&matter=m1").status_code == 404
        assert house.as_(who).post(ACT, data={**sent, "csrf": house.csrf(who)}).status_code == 404
    client = house.as_("officer")
    assert client.post(ACT, data={**sent, "csrf": "0"}).status_code == 403
    assert client.post(ACT, data={**sent, "matter": "m9"}).status_code == 404
    assert client.post(ACT, data={**sent, "do": "cancel"}).status_code == 404
    assert client.post(ACT, data={**sent, "matter": [f"m{at}" for at in range(201)]}).status_code == 422
    away = client.post(ACT, data={**sent, "back": "https://elsewhere.invalid/"}).text
    assert "elsewhere.invalid" not in away
    assert house.acts("m1").count(ActName.URGED) == 1


@pytest.mark.either_database("what the page looks like")
def test_lines_are_ticked_with_the_keyboard_or_all_at_once_without_a_script(house: House) -> None:
    a_few(house)
    shown = house.get("officer", f"{REGISTER}?order=due&column=lead").text
    assert len(re.findall(r'type="checkbox" name="matter" value="m\d" aria-label="勾选 m\d">', shown)) == 4
    assert 'type="hidden" name="order" value="due"' in shown
    everything = re.search(r'href="([^"]*tick=all[^"]*)" data-ticks="matter"', shown)
    assert everything
    ticked = house.get("officer", everything[1].replace("&amp;", "&")).text
    assert len(re.findall(r'name="matter" value="m\d" aria-label="勾选 m\d" checked', ticked)) == 4
    assert [one for one in ("urge", "raise_urgency", "summon", "circulate") if f'name="do" value="{one}"' in shown]


def sheet(house: House, query: str, who: str = "officer") -> list[list[object]]:
    sent = house.get(who, f"{EXPORT}?{query}")
    assert sent.headers["content-disposition"].startswith("attachment")
    found = load_workbook(io.BytesIO(sent.content)).active
    assert found is not None
    return [[cell.value for cell in row] for row in found.iter_rows()]


def test_the_export_has_the_filters_order_and_columns_of_the_address(house: House) -> None:
    a_few(house)
    rows = sheet(house, "order=due&state=open&column=leader&column=due")
    assert [row[0] for row in rows[1:]] == ["m4", "m1", "m2", "m3"]
    assert {"批准领导", "到期时间"} & set(map(str, rows[0]))
    assert "协办单位" not in rows[0]
    assert [row[0] for row in sheet(house, f"lead={CO}")[1:]] == ["m4"]
    assert "协办单位" in sheet(house, "")[0]


def test_only_what_is_ticked_is_exported_and_printed(house: House) -> None:
    a_few(house)
    assert [row[0] for row in sheet(house, "matter=m3&matter=m1&matter=m9")[1:]] == ["m1", "m3"]
    shown = house.get("officer", f"{PRINT}?matter=m2&column=lead").text
    assert re.findall(r'<td class="id">(\w+)</td>', shown) == ["m2"]


def test_nobody_takes_along_what_is_not_his(house: House) -> None:
    a_few(house)
    assert [row[0] for row in sheet(house, "matter=m1&matter=m4", "handler")[1:]] == ["m1"]
    assert house.get("admin", EXPORT).status_code == house.get("admin", PRINT).status_code == 404
    shown = house.get("handler", f"{PRINT}?matter=m1&matter=m4").text
    assert re.findall(r'<td class="id">(\w+)</td>', shown) == ["m1"]
