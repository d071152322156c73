"""A draft is begun, changed by form and as text, checked whole, and given up: for who may draft, on record."""

import pytest

from models.acts import ActName
from policies.procedures import STANDARD, shipped
from record import policies
from tests.web.console.conftest import House
from tests.web.console.policy_room import DRAFT, ROOM, TWO_DAYS, acts, begun, fresh, put, revision, said_of_it

pytestmark = pytest.mark.either_database("forms of a working paper; the record of it is tested with publishing")


def text(house: House) -> str:
    with house.store.reading() as session:
        found = policies.draft(session, 1)
    assert found
    return found.text


def test_a_draft_begins_as_what_is_in_force_and_the_same_form_begins_one(house: House) -> None:
    form = fresh(house, "officer")
    for _ in range(2):
        led = house.as_("officer").post(f"{ROOM}/drafts", data=form, follow_redirects=False)
        assert (led.status_code, led.headers["location"]) == (303, DRAFT)
    assert text(house) == shipped(STANDARD).text
    assert acts(house) == [ActName.POLICY_DRAFTED]
    assert said_of_it(house)[0].act.by
    assert said_of_it(house)[0].act.person
    shown = house.get("officer", DRAFT).text
    assert "与现行程序没有差异" in shown
    assert f"{DRAFT}/publish" not in shown


def test_a_dated_value_put_by_form_leaves_the_rest_of_the_text_as_it_is(house: House) -> None:
    begun(house)
    shown = put(house, "supervision", TWO_DAYS)
    assert shown.status_code == 200, shown.text
    added = f"    - {{from: 2026-04-01, value: {TWO_DAYS}, source: 本单位办法}}\n"
    assert text(house).replace(added, "") == shipped(STANDARD).text
    assert "平件 2个工作日；急件 1个工作日；特急 1个工作日" in shown.text
    assert acts(house) == [ActName.POLICY_DRAFTED] * 2
    again = put(house, "supervision", "{平件: 4wd, 急件: 1wd, 特急: 1wd}")
    assert again.status_code == 200
    assert text(house).count("from: 2026-04-01") == 1
    assert "其日已到" in put(house, "case_filing", "6wd", on="2026-01-01").text


def test_a_value_that_cannot_be_read_is_refused_and_stays_typed(house: House) -> None:
    begun(house)
    before = text(house)
    for value, why in (("{平件: 2wd", "读不懂"), ("2wd, 3wd", "须为一项")):
        shown = put(house, "supervision", value)
        assert shown.status_code == 409
        assert why in shown.text
        assert f'value="{value}"' in shown.text
    assert put(house, "no_such", "2wd").status_code == 409
    said = {"revision": revision(house), "name": "supervision", "from_on": "soon", "value": "2wd", "source": "x"}
    assert house.as_("officer").post(f"{DRAFT}/value", data=fresh(house, "officer", **said)).status_code == 422
    assert text(house) == before


def test_the_check_names_every_group_of_mistakes_with_what_would_be_accepted(house: House) -> None:
    begun(house)
    wrong = (
        shipped(STANDARD).text.replace("{平件: 3wd, 急件: 2wd, 特急: 1wd}, source: house rule (督办单)",
                                       "{平件: 3xx, 急件: 2wd}, source: house rule (督办单)")
        .replace("平件: [3, 1]", "平件: [30, 3]").replace("holder: leader", "holder: nobody")
        .replace("mark: 催办", "mark: 督办").replace("  signed: [office.handler]", "  signd: [office.handler]")
        .replace("value: 平件", "value: 慢件")
        .replace("  returned:\n    - {from: 2004-01-01, value: 3wd, source: house rule}\n", "")
    )  # fmt: skip
    form = fresh(house, "officer", revision=revision(house), text=wrong)
    shown = house.as_("officer").post(f"{DRAFT}/text", data=form)
    assert shown.status_code == 200
    for where in ("tell.signd", "parameters.supervision.0.value.平件", "escalation.2.holder",
                  "documents.urging_notice.mark", "parameters.default_urgency", "parameters.reminders"):  # fmt: skip
        assert f"<code>{where}" in shown.text, where
    assert "missing parameters: returned" in shown.text
    assert "lead.head, lead.handler" in shown.text
    assert text(house) == wrong
    assert f"{DRAFT}/runs" not in shown.text


def test_text_is_kept_once_and_not_over_what_somebody_else_wrote(house: House) -> None:
    begun(house)
    stale = revision(house)
    form = fresh(house, "officer", revision=stale, text=f"# 一\n{text(house)}")
    assert [house.as_("officer").post(f"{DRAFT}/text", data=form).status_code for _ in range(2)] == [200, 200]
    assert acts(house).count(ActName.POLICY_DRAFTED) == 2
    late = fresh(house, "leader", revision=stale, text="title: 另一份\n")
    other = house.as_("leader").post(f"{DRAFT}/text", data=late)
    assert other.status_code == 409
    assert "title: 另一份" in other.text
    assert text(house).startswith("# 一\n")
    assert acts(house)[-1] is ActName.REFUSED


def test_what_was_refused_is_not_done_when_the_same_form_comes_again(house: House) -> None:
    begun(house)
    stale = revision(house)
    put(house, "supervision", TWO_DAYS)
    value = {"revision": stale, "name": "case_filing", "from_on": "2026-04-01", "value": "6wd", "source": "本单位办法"}
    forms = {"text": fresh(house, "leader", revision=stale, text="title: 另一份\n"),
             "value": fresh(house, "leader", **value)}  # fmt: skip
    for do, form in forms.items():
        answers = [house.as_("leader").post(f"{DRAFT}/{do}", data=form) for _ in range(2)]
        assert [one.status_code for one in answers] == [409, 409], do
    assert acts(house).count(ActName.REFUSED) == 2
    house.as_("officer").post(f"{DRAFT}/publish", data=fresh(house, "officer"))
    published = fresh(house, "leader", from_on="2026-04-01", reason="试行")
    assert house.as_("leader").post(f"{DRAFT}/publish", data=published).status_code == 200
    late = fresh(house, "officer")
    answers = [house.as_("officer").post(f"{DRAFT}/discard", data=late) for _ in range(2)]
    assert [one.status_code for one in answers] == [409, 409]
    assert acts(house).count(ActName.REFUSED) == 3


def test_a_draft_is_given_up_once_and_then_changes_no_more(house: House) -> None:
    begun(house)
    stands = revision(house)
    for _ in range(2):
        assert house.as_("officer").post(f"{DRAFT}/discard", data=fresh(house, "officer")).status_code == 200
    assert acts(house).count(ActName.POLICY_DISCARDED) == 1
    late = house.as_("officer").post(f"{DRAFT}/text", data=fresh(house, "officer", revision=stands, text="a: b\n"))
    assert late.status_code == 409
    assert text(house) == shipped(STANDARD).text


def test_a_stranger_a_get_and_another_site_draft_nothing(house: House) -> None:
    begun(house)
    before = acts(house)
    said = {"revision": "1", "text": "a: b\n", "name": "case_filing", "from_on": "2026-04-01", "value": "1wd",
            "source": "x", "reason": "x"}  # fmt: skip
    paths = [f"{DRAFT}/{what}" for what in ("text", "value", "discard", "publish", "runs")]
    for path in (*paths, f"{ROOM}/drafts"):
        for who in ("handler", "stranger", "admin", "auditor"):
            csrf = house.csrf(who) if who != "admin" else ""
            shown = house.as_(who).post(path, data={**said, "csrf": csrf, "message": "0" * 32})
            assert shown.status_code in (403, 404), (path, who)
        assert house.get("officer", path).status_code == 404
        form = fresh(house, "officer", **said)
        assert house.as_("officer").post(path, data={**form, "csrf": "0"}).status_code == 403
        assert house.as_("officer").post(path, data=form, headers={"origin": "https://evil.invalid"}).status_code == 403
    assert house.get("handler", DRAFT).status_code == 404
    assert house.get("officer", f"{ROOM}/drafts/99").status_code == 404
    assert acts(house) == before
    assert text(house) == shipped(STANDARD).text
