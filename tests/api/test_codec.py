"""What the Temporal UI shows, and to whom: payloads of real histories, opened over HTTP for the signed-in reader."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from google.protobuf import json_format
from temporalio.api.common.v1 import Payload, Payloads

from identity.administration import Administration
from models.acts import ActName
from models.contract import matter_workflow_id
from policies.masking import protection
from record import looks
from record.erasing import erase
from record.looks import Looker
from tests.api.conftest import EVERYBODY, UI, World
from tests.privacy.test_temporal import payloads_in
from tests.sealing import sealed_client
from tests.workflows.cast import DIRECTORY, HEAD, LEADER

FACTS = "经查台账造假三处"
REASON = "线索初核属实拟予立案"
TITLE = "治理校外培训"


def history(world: World, target: str) -> list[Payload]:
    """Every payload in the history of a target, as the Temporal server has it."""

    async def read() -> list[Payload]:
        client = await sealed_client(world.server, world.store)
        handle = client.get_workflow_handle(matter_workflow_id(target, world.scope))
        return [one for event in (await handle.fetch_history()).events for one in payloads_in(event)]

    return asyncio.run(read())


def a_case(world: World) -> str:
    matter = world.launch(title=f"{TITLE} {uuid4().hex[:6]}").json()["id"]
    proposed = world.do("officer", matter, "propose", subject=HEAD, facts=FACTS, severity="ordinary")
    assert proposed.status_code == 200, proposed.text
    return f"{matter}/case1"


@pytest.fixture(scope="module")
def case(world: World) -> str:
    case = a_case(world)
    assert world.do("leader", case, "file", reason=REASON).status_code == 200
    return case


def decode(world: World, who: str | None, payloads: list[Payload], **headers: str) -> httpx2.Response:
    token = {"Authorization": f"Bearer {world.tokens[who]}"} if who else {}
    said = {"Origin": UI, "X-Namespace": "default", "Content-Type": "application/json", **token, **headers}
    content = json_format.MessageToJson(Payloads(payloads=payloads))
    return httpx2.post(f"{world.url}/codec/decode", content=content, headers=said, timeout=40, trust_env=False)


def told(answer: httpx2.Response) -> str:
    assert answer.status_code == 200, answer.text
    return "".join(one.data.decode(errors="replace") for one in json_format.Parse(answer.content, Payloads()).payloads)


def looked(world: World, case: str) -> list[dict[str, Any]]:
    with world.store.reading() as session:
        entries = looks.looks_at(session, case)
    return [
        {"act": one.act.act, "by": one.act.by, "person": one.act.person, "channel": one.act.detail["channel"]}
        for one in entries
    ]


def test_a_leader_reads_the_history_of_a_case_and_of_its_matter_and_each_decoding_is_a_look(
    world: World, case: str
) -> None:
    payloads = [*history(world, case), *history(world, case.partition("/")[0])]
    sealed = b"".join(one.data for one in payloads)
    assert not any(words.encode() in sealed for words in (REASON, TITLE))
    before = len(looked(world, case))

    for _ in range(2):
        answer = decode(world, "leader", payloads)
        said = told(answer)
        assert REASON in said
        assert TITLE in said
        assert answer.headers["access-control-allow-origin"] == UI
        assert answer.headers["access-control-allow-credentials"] == "true"
        assert answer.headers["cache-control"] == "no-store"

    me = world.as_("leader").get("/me").json()["person"]
    look = {"act": ActName.LOOKED_AT, "by": LEADER, "person": me, "channel": "codec"}
    assert looked(world, case)[before:] == [look, look]


@pytest.mark.parametrize("who", [one for one in EVERYBODY if one != "leader"])
def test_everybody_but_the_leader_gets_masks_and_leaves_no_look(world: World, case: str, who: str) -> None:
    before = len(looked(world, case))
    said = told(decode(world, who, [*history(world, case), *history(world, case.partition("/")[0])]))
    assert not any(words in said for words in (REASON, FACTS, TITLE))
    assert protection().masks["case_material"] in said
    assert len(looked(world, case)) == before


def test_nobody_is_let_in_from_elsewhere_unsigned_or_to_seal(world: World, case: str) -> None:
    payloads = history(world, case)[:3]
    assert decode(world, None, payloads).status_code == 401
    assert decode(world, None, payloads, Authorization="Bearer nonsense").status_code == 401
    for origin in ("http://evil.example", "null", world.url):
        answer = decode(world, "leader", payloads, Origin=origin)
        assert (answer.status_code, answer.content) == (403, b"")
        assert "access-control-allow-origin" not in answer.headers
    assert decode(world, "leader", payloads, Host="evil.example").status_code == 400
    assert decode(world, "leader", payloads, **{"X-Namespace": "other"}).status_code == 400
    sealing = httpx2.post(f"{world.url}/codec/encode", json={}, headers={"Origin": UI}, trust_env=False)
    assert sealing.status_code == 403


def test_the_endpoint_carries_four_megabytes_and_other_routes_do_not(world: World) -> None:
    filler = [Payload(metadata={"encoding": b"json/plain"}, data=json.dumps("x" * 2_000_000).encode())]
    assert decode(world, "leader", filler).status_code == 200
    assert decode(world, "leader", filler * 2).status_code == 413
    assert world.as_("leader").post("/previews/limit", json={"limit": "x" * 2_000_000}).status_code == 413


def test_a_session_opens_payloads_for_the_ui_and_lets_the_ui_do_nothing_else(world: World, case: str) -> None:
    password = f"for tests {uuid4().hex}"
    done = Administration(world.store, DIRECTORY, datetime.now(UTC)).set_password("leader", password)
    assert done.accepted, done
    payloads = history(world, case)
    with httpx2.Client(base_url=world.url, timeout=40, trust_env=False) as browser:
        signed = browser.post("/api/v1/session", json={"login": "leader", "password": password})
        assert signed.status_code == 200, signed.text
        content = json_format.MessageToJson(Payloads(payloads=payloads))
        from_ui = {"Origin": UI, "Sec-Fetch-Site": "same-site"}
        answer = browser.post("/codec/decode", content=content, headers={**from_ui, "X-Namespace": "default"})
        assert REASON in told(answer)
        elsewhere = browser.post("/api/v1/session/post", json={"post": LEADER}, headers=from_ui)
        assert elsewhere.status_code == 403
        assert elsewhere.json()["type"].endswith("other-site")
        preflight = browser.options(
            "/api/v1/session/post", headers={"Access-Control-Request-Method": "POST", **from_ui}
        )
        assert "access-control-allow-origin" not in preflight.headers


def test_of_an_erased_case_the_ui_says_that_it_was_erased(world: World) -> None:
    case = a_case(world)
    assert world.do("leader", case, "decline", reason=REASON).status_code == 200
    payloads = history(world, case)
    assert world.store.vault is not None
    with world.store.writing() as session:
        erase(session, world.store.vault, f"case/{case}", Looker("cli"), reason="保管期满", at=datetime.now(UTC))

    said = told(decode(world, "leader", payloads))
    assert REASON not in said
    assert protection().masks["erased"] in said
