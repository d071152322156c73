"""Proceedings over HTTP: opened once, listed to whom they concern, explained, commanded."""

from uuid import uuid4

import pytest

from tests.api.conftest import World
from tests.workflows.cast import CO, LEAD


@pytest.fixture(scope="module")
def opened(world: World) -> str:
    """A proceeding of the lead's with a co-handler."""
    return str(world.open(co=[CO], subject="某商户").json()["id"])


def test_the_same_key_opens_once_and_a_refusal_is_on_record(world: World) -> None:
    key = uuid4().hex
    first = world.open(key=key, title="同一件")
    again = world.open(key=key, title="同一件")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["id"] == again.json()["id"]
    assert (first.json()["again"], again.json()["again"]) == (False, True)
    assert first.headers["Location"].endswith(first.json()["id"])

    refused = world.open(procedure="no_such")
    assert (refused.status_code, refused.json()["rule"]) == (409, "opening")


def test_a_list_shows_what_fits_to_whom_it_concerns(world: World, opened: str) -> None:
    def ids(who: str, **query: str) -> list[str]:
        answer = world.as_(who).get("/proceedings", params=query)
        assert answer.status_code == 200, answer.text
        return [line["id"] for line in answer.json()["items"]]

    assert opened in ids("officer", kind="proceeding", procedure="window_acceptance", lead=LEAD, light="green")
    assert opened in ids("co-handler")
    assert opened not in ids("stranger")
    assert opened not in ids("officer", kind="petition")
    assert opened not in ids("officer", stage="completed")
    assert opened not in ids("officer", due_by="2020-01-01")
    page = world.as_(None).get("/proceedings")
    assert page.status_code == 401
    first = world.as_("officer").get("/proceedings", params={"limit": 1}).json()
    following = world.as_("officer").get("/proceedings", params={"limit": 1, "after": first["next"]})
    assert following.json()["items"][0]["id"] != first["items"][0]["id"]


def test_each_sees_of_one_what_is_his(world: World, opened: str) -> None:
    whole = world.as_("lead").get(f"/proceedings/{opened}").json()
    assert [step["state"] for step in whole["steps"]] == ["under_way", "ahead", "ahead"]
    assert (whole["step"], whole["partial"], whole["clocks"][0]["limit"]) == ("acceptance", False, "5wd")

    part = world.as_("co-handler").get(f"/proceedings/{opened}").json()
    assert (part["partial"], part["terms"], part["steps"], part["level"]) == (True, None, [], None)
    for path in ("", "/timeline", "/why"):
        assert world.as_("stranger").get(f"/proceedings/{opened}{path}").status_code == 404
    assert world.as_("co-handler").get(f"/proceedings/{opened}/why").status_code == 404
    assert world.as_("auditor").get(f"/proceedings/{opened}/timeline").status_code == 200
    assert world.as_("administrator").get(f"/proceedings/{opened}").status_code == 404


def test_why_says_the_step_whose_turn_it_is_and_where_the_date_comes_from(world: World, opened: str) -> None:
    why = world.as_("lead").get(f"/proceedings/{opened}/why").json()
    said = " ".join(words["zh"] for words in why["happened"])
    assert "待办:" in said
    assert "教育局承办岗" in said
    assert [number["name"] for number in why["rule"]["numbers"]] == ["notice(limit)"]
    assert "行政许可法第三十二条" in why["rule"]["numbers"][0]["source"]
    assert why["clocks"][0]["due_at"] == why["clocks"][0]["derived_at"]


def test_commands_are_heard_from_who_owes_the_step_and_the_rest_is_refused_on_record(world: World) -> None:
    target = world.open().json()["id"]
    refused = world.do("officer", target, "check_items")
    assert (refused.status_code, refused.json()["rule"]) == (409, "authority.step")
    missing = world.do("lead", target, "check_items", missing=["身份证明"])
    assert missing.json()["acts"] == ["items_missing"]
    accepted = world.do("lead", target, "supplement", items=["身份证明"])
    assert accepted.json()["acts"] == ["supplemented", "accepted", "step_begun"]
    asked = world.do("lead", target, "request_extension", limit="5wd", reason="现场核查")
    assert asked.status_code == 200
    acts = [one["act"] for one in world.as_("lead").get(f"/proceedings/{target}/timeline").json()["items"]]
    assert acts[-4:] == ["supplemented", "accepted", "step_begun", "extension_requested"]
    assert "refused" in acts


def test_every_procedure_that_can_be_opened_is_listed_with_its_sources(world: World) -> None:
    items = world.as_("lead").get("/procedures").json()["items"]
    known = {one["name"]: one for one in items}
    assert len(known) > 100
    assert known["petition"]["of"] == "petition"
    assert "B3" in known["window_acceptance"]["carries"]
    assert all(parameter["source"] for one in items for parameter in one["parameters"])


def test_marks_are_numbers_and_opinions_texts_or_the_field_is_named(world: World) -> None:
    for do, said in (("assess", {"marks": {"重要工作": "很好"}}), ("hold", {"opinions": {"某代表": ["同意"]}})):
        answer = world.as_("officer").post(
            f"/proceedings/{world.proceeding.partition('/')[0]}/{world.proceeding.partition('/')[2]}/commands/{do}",
            json=said,
            headers={"Idempotency-Key": uuid4().hex},
        )
        assert answer.status_code == 422, answer.text
        assert f"body.{next(iter(said))}" in answer.text
