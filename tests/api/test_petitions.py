"""Petitions over HTTP: taken in by officials and from outside, followed by a code alone, opened to who may see."""

import asyncio
import base64
import json
import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
from fastapi.testclient import TestClient

from models.acts import ActName
from models.contract import matter_workflow_id
from models.proceedings import ProceedingState
from office import Office, UnavailableError
from record import ledger, looks, proceedings
from record.store import Store
from settings import Settings
from tests.api.conftest import World
from tests.sealing import sealed_client
from tests.workflows.cast import DIRECTORY, LEAD, OFFICE, OFFICER
from web.api.install import install
from web.app import create_app
from witnesses import in_clear

WHO = {"name": "赵甲乙", "phone": "13900001234", "id_number": "110101190001010017", "address": "丙丁街九号"}
SAID = {"title": "夜间施工噪声", "text": "我是赵甲乙,反映夜间施工", "channel": "letter", "lead": LEAD, "office": OFFICE}
FOR_ALL = {"title": "夜间施工噪声", "text": "我是赵甲乙,反映夜间施工", "identity": WHO}

HANDLED: tuple[tuple[str, dict[str, Any]], ...] = (
    ("route", {"to": OFFICE}), ("check_items", {}),
    ("finish", {"evidence": {"处理意见书": "意见1号"}}),
    ("finish", {"evidence": {"答复": "已停工", "送达方式": "邮寄"}}),
)  # fmt: skip
"""A petition from its routing to the answer, handled by the office itself."""


def key(**more: str) -> dict[str, str]:
    return {"Idempotency-Key": uuid4().hex, **more}


def taken(world: World, who: str | None = None, **said: Any) -> Any:
    path, body = ("/petitions", SAID) if who else ("/public/petitions", FOR_ALL)
    answer = world.as_(who).post(path, json={**body, **said}, headers=key())
    assert answer.status_code == 201, answer.text
    return answer.json()


def followed(world: World, receipt: Any, **more: Any) -> httpx2.Response:
    return world.as_(None).get(f"/public/{_path(receipt)}", headers={"Receipt-Code": receipt["code"]}, **more)


def _path(receipt: Any) -> str:
    return str(receipt["id"]).replace("petition/", "petitions/")


def state(world: World, petition: str) -> ProceedingState:
    with world.store.reading() as session:
        found = proceedings.seen(session, petition)
    assert found is not None
    return found


def test_somebody_hands_in_a_petition_follows_it_and_adds_to_it_by_its_code_alone(world: World) -> None:
    receipt = taken(world)
    told = followed(world, receipt).json()
    assert (told["id"], told["stage"], told["step"]) == (receipt["id"], "under_way", "登记与分办")

    added = world.as_(None).post(
        f"/public/{_path(receipt)}",
        json={"text": "昨夜又施工,我叫赵甲乙"},
        headers=key(**{"Receipt-Code": receipt["code"].lower()}),
    )
    assert (added.status_code, added.json()["acts"]) == (201, ["followed_up"])
    words = [one["text"] for one in followed(world, receipt).json()["history"] if one["act"] == "followed_up"]
    assert len(words) == 1
    assert words[0].startswith("昨夜又施工")
    assert "赵甲乙" not in words[0]
    with world.store.reading() as session:
        (act,) = [one.act for one in ledger.entries(session, receipt["id"]) if one.act.act is ActName.FOLLOWED_UP]
    assert OFFICER in act.tell


def test_what_is_not_there_another_code_and_no_code_get_the_same_answer(world: World) -> None:
    receipt, other = taken(world), taken(world)
    wrong = [
        followed(world, {**receipt, "code": other["code"]}),
        followed(world, {**receipt, "id": "petition/2026-9999"}),
        world.as_(None).get(f"/public/{_path(receipt)}"),
        world.as_("leader").get(f"/public/{_path(receipt)}"),
    ]
    problems = [{name: value for name, value in one.json().items() if name != "instance"} for one in wrong]
    assert [one.status_code for one in wrong] == [404] * 4
    assert problems == [problems[0]] * 4


def test_a_lost_answer_is_asked_for_again_under_the_same_key_and_gives_a_new_code(world: World) -> None:
    same = key()
    first, second = (world.as_(None).post("/public/petitions", json=FOR_ALL, headers=same).json() for _ in range(2))
    assert (first["id"], first["again"], second["again"]) == (second["id"], False, True)
    assert followed(world, first).status_code == 404
    assert followed(world, second).status_code == 200
    another = world.as_(None).post("/public/petitions", json={**FOR_ALL, "title": "另一件"}, headers=same)
    assert another.status_code == 422
    assert another.json()["type"].endswith("key-reused")
    guessed = world.as_(None).post("/public/petitions", json=FOR_ALL, headers={"Idempotency-Key": "1"})
    assert guessed.status_code == 422


def test_a_state_secret_is_refused_at_either_door_and_no_number_is_given(world: World) -> None:
    before = taken(world)["id"]
    for who, path, body in ((None, "/public/petitions", FOR_ALL), ("officer", "/petitions", SAID)):
        answer = world.as_(who).post(path, json={**body, "text": "机密★10年 部署"}, headers=key())
        assert answer.status_code == 422
        assert answer.json()["type"].endswith("state-secret")
        assert "部署" not in answer.text
    assert int(taken(world)["id"][-4:]) == int(before[-4:]) + 1


def test_the_office_sees_who_it_was_for_a_reason_on_record_and_the_lead_never(world: World) -> None:
    receipt = taken(world, "officer", identity=WHO)

    def opened(who: str, reason: str = "回访核实") -> httpx2.Response:
        return world.as_(who).post(f"/{_path(receipt)}/openings", json={"reason": reason})

    assert opened("officer").json() == {"id": receipt["id"], "anonymous": False, "employer": None, **WHO}
    assert [opened(who).status_code for who in ("lead", "head", "auditor", "stranger", "administrator")] == [
        403, 403, 403, 404, 404,
    ]  # fmt: skip
    assert opened("officer", " ").status_code == 422
    with world.store.reading() as session:
        acts = [one.act for one in looks.looks_at(session, receipt["id"])]
    assert [one.act for one in acts] == [ActName.LOOKED_AT, *[ActName.REFUSED] * 3]
    assert all(value not in one.model_dump_json() for one in acts for value in WHO.values())


def test_who_it_was_is_in_no_answer_act_list_event_or_history(world: World) -> None:
    receipt = taken(world, "officer", identity=WHO, urgent=True)
    assert followed(world, receipt).status_code == 200
    told = [
        world.as_(who).get(path).text
        for who in ("officer", "lead", "leader", "auditor")
        for path in ("/matters", "/events?wait=0", f"/inbox?post={OFFICER}", "/export", "/public/matters")
    ]
    told += [json.dumps(receipt, ensure_ascii=False), followed(world, receipt).text]
    with world.store.reading() as session:
        told += [one.act.model_dump_json() for one in ledger.entries(session, receipt["id"])]
    told.append(asyncio.run(_history(world, receipt["id"])))
    assert "反映夜间施工" in told[-1]
    assert [value for value in WHO.values() if any(value in one for one in told)] == []


async def _history(world: World, petition: str) -> str:
    """The history of the petition's workflow, opened with the keys of the record."""
    client = await sealed_client(world.server, world.store)
    history = await client.get_workflow_handle(matter_workflow_id(petition, world.scope)).fetch_history()
    clear = json.dumps((await in_clear(client, history)).to_json_dict())
    return "\n".join(
        base64.b64decode(data).decode(errors="replace") for data in re.findall(r'"data": "([^"]+)"', clear)
    )


def test_an_official_is_shown_what_may_be_the_same_and_a_repeat_is_linked(world: World) -> None:
    title = f"路灯不亮 {uuid4().hex[:6]}"
    first = taken(world, "officer", identity=WHO, title=title)
    second = taken(world, "officer", identity=WHO, title=title, repeats=first["id"])
    assert first["id"] in {one["id"] for one in second["candidates"] if one["why"] == ["same_person", "similar"]}
    assert second["linked"]
    assert state(world, first["id"]).links == (second["id"],)
    unknown = world.as_("officer").post("/petitions", json={**SAID, "repeats": "petition/1999-0001"}, headers=key())
    assert unknown.status_code == 404
    # Who only leads learns of no other petition.
    assert taken(world, "lead", title=title)["candidates"] == []


def test_whoever_asked_names_an_earlier_petition_of_his_own_by_its_code_and_it_is_linked(world: World) -> None:
    first, other = taken(world), taken(world)
    again = taken(world, repeats={"id": first["id"], "code": first["code"]})
    assert state(world, again["id"]).linked_to == first["id"]
    told = followed(world, again).json()
    assert told["goes_on_with"] == first["id"]
    assert "linked" in {one["act"] for one in told["history"]}
    last = int(taken(world)["id"][-4:])
    for repeats in ({"id": first["id"], "code": other["code"]}, {"id": "petition/1999-0001", "code": first["code"]}):
        answer = world.as_(None).post("/public/petitions", json={**FOR_ALL, "repeats": repeats}, headers=key())
        assert answer.status_code == 404
    assert int(taken(world)["id"][-4:]) == last + 1


def test_whoever_asked_judges_the_answer_by_his_code_once_there_is_one(world: World) -> None:
    receipt = taken(world, "officer", lead=OFFICE)
    asked = {"Receipt-Code": receipt["code"]}

    def rated(**said: Any) -> httpx2.Response:
        return world.as_(None).post(f"/public/{_path(receipt)}/rating", json=said, headers=key(**asked))

    early = rated(satisfied=True)
    assert (early.status_code, early.json()["rule"]) == (409, "rating")
    for do, said in HANDLED:
        answer = world.do("officer", receipt["id"], do, **said)
        assert answer.status_code == 200, answer.text
    assert rated(satisfied=False).status_code == 409
    assert rated(satisfied=False, text="仍在施工").json()["acts"] == ["rated"]
    told = followed(world, receipt).json()
    (judged,) = [one for one in told["history"] if one["act"] == "rated"]
    assert (judged["value"], judged["text"]) == ("dissatisfied", "仍在施工")
    assert told["step"] == "回访"
    assert [one["title"] for one in told["ahead"]] == ["回访", "结果公布"]
    assert all(one["by"] for one in told["ahead"])
    by_a_post = world.do("officer", receipt["id"], "rate", satisfied=True)
    assert (by_a_post.status_code, by_a_post.json()["rule"]) == (409, "authority")


def test_a_refused_petition_is_answered_with_the_reason_and_no_code(world: World) -> None:
    answer = world.as_("officer").post("/petitions", json={**SAID, "lead": "没有的单位"}, headers=key())
    assert answer.status_code == 409
    assert answer.json()["acts"] == ["refused"]
    assert "code" not in answer.json()


def test_the_door_for_the_public_is_shut_unless_the_office_opens_it(sqlite_url: str, tmp_path: Path) -> None:
    async def nobody() -> Office:
        raise UnavailableError("nothing runs here")

    settings = Settings(data_dir=tmp_path, database_url=sqlite_url)
    assert settings.public_intake == 0
    store = Store(**settings.record)
    store.migrate()
    client = TestClient(install(create_app(settings, store, nobody, DIRECTORY)), base_url="http://127.0.0.1")
    asked = [
        client.post("/api/v1/public/petitions", json=FOR_ALL, headers=key()),
        client.get("/api/v1/public/petitions/2026-0001", headers={"Receipt-Code": "A"}),
        client.post("/api/v1/public/petitions/2026-0001", json={"text": "x"}, headers=key(**{"Receipt-Code": "A"})),
    ]
    store.close()
    assert [one.status_code for one in asked] == [404, 404, 404]


def test_one_address_hands_in_no_more_than_the_office_allows_and_no_more_at_a_time(
    sqlite_url: str, tmp_path: Path
) -> None:
    async def nobody() -> Office:
        raise UnavailableError("nothing runs here")

    settings = Settings(data_dir=tmp_path, database_url=sqlite_url, public_intake=2)
    store = Store(**settings.record)
    store.migrate()
    client = TestClient(install(create_app(settings, store, nobody, DIRECTORY)), base_url="http://127.0.0.1")
    large = client.post("/api/v1/public/petitions", json={**FOR_ALL, "text": "长" * 4001}, headers=key())
    statuses = [client.get("/api/v1/public/petitions/2026-0001").status_code for _ in range(2)]
    store.close()
    assert large.status_code == 422
    assert statuses == [404, 429]
