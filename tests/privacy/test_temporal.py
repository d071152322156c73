"""What Temporal holds of a case: a real history on a real server, told under the case's key, read by those who may."""

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
import pytest_asyncio
from fastapi import FastAPI, Request
from google.protobuf import json_format
from google.protobuf.message import Message
from temporalio.api.common.v1 import Payload, Payloads
from temporalio.client import Client, WorkflowHistory
from temporalio.converter import WorkflowSerializationContext
from temporalio.exceptions import ApplicationError
from temporalio.worker import Replayer

from embedded import EmbeddedServer, register_search_attributes
from models.case_messages import Decline, Propose
from models.contract import SearchAttribute, matter_workflow_id
from models.messages import Outcome, ReportProgress, Sign
from office import Office
from policies.masking import protection
from privacy.codec import ENCODING, ENGINE, KEY_ID, Codec, MemoryKeys, UnboundError, converter, subject_of_workflow
from privacy.endpoint import Decoder, codec_router
from privacy.sealing import ErasedError, SealError
from record import keys, ledger, looks, spoken
from record.erasing import erase
from record.looks import Looker, look_by_codec
from record.payload_keys import RecordKeys
from record.store import Store
from settings import Runner, Settings
from tests.builders import sample_directory
from tests.privacy.conftest import MONDAY, SECRETS
from tests.sealing import sealed_client
from tests.workflows.cast import a_matter
from tests.workflows.test_kill import CASE, a_case
from witnesses import in_clear, witnesses_of
from worker import SEARCH_ATTRIBUTES, WORKFLOWS, build_worker, workflow_runner

pytestmark = pytest.mark.asyncio(loop_scope="session")

UI = "http://127.0.0.1:8233"
MATTER_WORDS = ("密封校舍", "进展正常无碍")
SUBJECT = f"case/{CASE}"
NOTED_BY_THE_SDK = {
    *("seq", "activation_index", "activity_type", "activity_id", "attempt", "backoff"),
    *("complete_time", "original_schedule_time"),
}


@dataclass
class Site:
    client: Client
    store: Store
    office: Office
    scope: str

    async def history(self, target: str) -> WorkflowHistory:
        return await self.client.get_workflow_handle(matter_workflow_id(target, self.scope)).fetch_history()


@pytest_asyncio.fixture(loop_scope="session")
async def site(temporal_server: EmbeddedServer, store: Store, tmp_path: Path) -> AsyncIterator[Site]:
    client = await sealed_client(temporal_server.address, store)
    await register_search_attributes(client, SEARCH_ATTRIBUTES)
    scope = f"test-{uuid4().hex[:12]}"
    settings = Settings(data_dir=tmp_path, workflow_pollers=5, shutdown_seconds=1, runner=Runner.UNSANDBOXED)
    async with build_worker(client, store, sample_directory(), settings, queue=scope, scope=scope):
        yield Site(client, store, Office(client, store, queue=scope, scope=scope), scope)


async def lived(site: Site, *, over: bool = False) -> None:
    """A matter that is reported on, and a case with every step, or one that is declined."""
    registration = a_matter(
        title=MATTER_WORDS[0], lead="区教育局", office="区政府督查室", leader="区长", requirement=MATTER_WORDS[0]
    )
    launched = await site.office.launch("m1", registration)
    assert launched.outcome.accepted, launched
    await site.office.say("m1", Sign(message_id="s", by="区教育局承办岗"))
    await site.office.say("m1", ReportProgress(message_id="r", by="区教育局承办岗", text=MATTER_WORDS[1]))
    # One that is refused: what a refusal says is in the history too.
    await site.office.say("m1", Sign(message_id="s2", by="区公安局长"))
    commands = [a_case()[0], Decline(message_id="d", by="区长", reason="属实否存疑")] if over else a_case()
    for command in commands:
        outcome = await site.office.say(CASE, command)
        assert outcome.accepted, (command.do, outcome)


def payloads_in(message: Message) -> Iterator[Payload]:
    """Every payload of a message, however deep; those of search attributes, which are never sealed, left out."""
    if isinstance(message, Payload):
        yield message
        return
    for field, value in message.ListFields():
        if field.name == "search_attributes" or field.type != field.TYPE_MESSAGE:
            continue
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            entries = value.values()
        else:
            entries = value if field.is_repeated else [value]
        for one in entries:
            if isinstance(one, Message):
                yield from payloads_in(one)


async def test_histories_and_visibility_hold_nothing_that_was_said_and_every_payload_is_sealed(site: Site) -> None:
    await lived(site)

    for target, subject in (("m1", ENGINE), (CASE, SUBJECT)):
        history = await site.history(target)
        handle = site.client.get_workflow_handle(matter_workflow_id(target, site.scope))
        described = await handle.describe()
        written = [history.to_json(), json_format.MessageToJson(described.raw_description, ensure_ascii=False)]
        raw = b"".join(event.SerializeToString() for event in history.events)
        raw += described.raw_description.SerializeToString()
        for word in (*SECRETS, *MATTER_WORDS):
            assert word.encode() not in raw
            assert not any(word in text or json.dumps(word)[1:-1] in text for text in written)
        payloads = [one for event in history.events for one in payloads_in(event)]
        own = [one for one in payloads if one.metadata["encoding"] == ENCODING]
        assert len(own) > 10
        assert {bytes(one.metadata[KEY_ID]) for one in own} == {f"{subject}#1".encode()}
        # What the SDK itself notes beside each recorded step: the name of the activity, and when it ran.
        for one in payloads:
            if one.metadata["encoding"] != ENCODING:
                assert json.loads(one.data).keys() <= NOTED_BY_THE_SDK
        # The summary of the workflow, with its title, and the details that the UI shows.
        shown = list(payloads_in(described.raw_description.execution_config))
        assert shown
        assert all(one.metadata["encoding"] == ENCODING for one in shown)


async def test_workflow_ids_and_search_attributes_name_offices_and_stages_and_no_person(site: Site) -> None:
    await lived(site)
    allowed = {one.value for one in SearchAttribute} | {"BuildIds"}
    directory = sample_directory()

    for target in ("m1", CASE):
        described = await site.client.get_workflow_handle(matter_workflow_id(target, site.scope)).describe()
        values = {pair.key.name: pair.value for pair in described.typed_search_attributes}
        assert values.keys() <= allowed
        assert described.id == f"{site.scope}/{'case' if '/' in target else 'matter'}/{target}"
        organ = str(values.get(SearchAttribute.ORGAN.value) or "")
        assert not organ or directory.find(organ) is not None
        assert not any(word in str(values) for word in (*SECRETS, *MATTER_WORDS))


async def test_a_sealed_history_replays_and_its_receipts_are_witnesses(site: Site) -> None:
    await lived(site)

    for target in ("m1", CASE):
        replayer = Replayer(
            workflows=WORKFLOWS,
            data_converter=site.client.data_converter,
            workflow_runner=workflow_runner(Runner.UNSANDBOXED),
        )
        await replayer.replay_workflow(await site.history(target))
        witnessed = [seen async for seen in witnesses_of(site.client, target, site.scope)]
        assert witnessed
        with site.store.reading() as session:
            assert ledger.compare(session, witnessed) == []


async def test_the_temporal_keys_are_renewed_and_what_older_keys_sealed_still_opens(site: Site) -> None:
    await lived(site)
    assert site.store.vault is not None
    with site.store.writing() as session:
        assert keys.renew(session, site.store.vault, ENGINE) == 2
    # A process that starts now.
    codec = Codec(RecordKeys(site.store))

    (new,) = await codec.encode([Payload(data=b"x")])
    history = await site.history("m1")
    old = [one for event in history.events for one in payloads_in(event)]

    assert new.metadata[KEY_ID] == f"{ENGINE}#2".encode()
    assert await codec.decode([new]) == [Payload(data=b"x")]
    assert len(await codec.decode(old)) == len(old)


async def test_a_case_that_was_erased_is_unreadable_in_its_history_and_a_command_to_it_is_refused(site: Site) -> None:
    await lived(site, over=True)
    assert site.store.vault is not None
    with site.store.writing() as session:
        erase(session, site.store.vault, SUBJECT, Looker("cli"), reason="保管期满", at=MONDAY)
    fresh = await sealed_client(site.client.service_client.config.target_host, site.store)

    with pytest.raises(ErasedError):
        _ = [seen async for seen in witnesses_of(fresh, CASE, site.scope)]
    office = Office(fresh, site.store, queue=site.scope, scope=site.scope)
    late = await office.say(CASE, Decline(message_id="late", by="区长", reason="又及"))
    assert not late.accepted
    with site.store.reading() as session:
        assert ledger.verify(session) == []


ALLEGED = "收费票据去向不明"


async def proposed(site: Site, message_id: str, **said: str) -> Outcome:
    words = {"facts": ALLEGED, "reason": ALLEGED, **said}
    command = Propose.model_validate({"message_id": message_id, "by": "区政府督查室承办岗", **words})
    return await site.office.say("m1", command)


async def told(site: Site, client: Client, target: str) -> str:
    """Everything that a history tells whoever has the keys that are left, boxes in it opened where they can be."""
    codec = client.data_converter.payload_codec
    assert codec is not None
    found: list[str] = []
    for payload in await sealed_payloads(site, target):
        try:
            (opened,) = await codec.decode([payload])
        except ErasedError:
            continue
        found.append(opened.data.decode(errors="replace"))
        said = json.loads(opened.data) if opened.data.startswith(b"{") else {}
        if "sealed" in said:
            with site.store.reading() as session:
                found.append(spoken.opened(session, target, Propose.model_validate(said)).model_dump_json())
    return "\n".join(found)


async def test_after_a_case_is_erased_no_history_of_matter_or_case_opens_what_was_alleged(site: Site) -> None:
    registration = a_matter(title="乙", lead="区教育局", office="区政府督查室", leader="区长")
    assert (await site.office.launch("m1", registration)).outcome.accepted
    assert (await proposed(site, "p1", subject="区教育局长")).accepted
    declined = await site.office.say("m1/case1", Decline(message_id="d", by="区长", reason=ALLEGED))
    assert declined.accepted
    assert (await proposed(site, "p2", subject="区教育局承办岗", facts="另一事实", reason="另一理由")).accepted

    raw = b"".join([event.SerializeToString() for event in (await site.history("m1")).events])
    assert ALLEGED.encode() not in raw
    assert ALLEGED in await told(site, site.client, "m1")
    assert ALLEGED in await told(site, site.client, "m1/case1")
    clear = await in_clear(site.client, await site.history("m1"))
    assert ALLEGED not in json.dumps(clear.to_json_dict(), ensure_ascii=False)
    assert site.store.vault is not None
    with site.store.writing() as session:
        erase(session, site.store.vault, "case/m1/case1", Looker("cli"), reason="保管期满", at=MONDAY)

    fresh = await sealed_client(site.client.service_client.config.target_host, site.store)
    for target in ("m1", "m1/case1"):
        assert ALLEGED not in await told(site, fresh, target)
    assert "另一事实" in await told(site, fresh, "m1")
    # The matter goes on, its history replays, and the proposal has the answer it had.
    replayer = Replayer(
        workflows=WORKFLOWS, data_converter=fresh.data_converter, workflow_runner=workflow_runner(Runner.UNSANDBOXED)
    )
    await replayer.replay_workflow(await site.history("m1"))
    assert (await proposed(site, "p1", subject="区教育局长")).accepted
    assert (await site.office.say("m1", Sign(message_id="s", by="区教育局承办岗"))).accepted
    with site.store.reading() as session:
        assert ledger.verify(session) == []
        acts = [entry.act for entry in ledger.entries(session, "m1")]
    assert [act.act.value for act in acts].count("accountability_proposed") == 2
    witnessed = [seen async for seen in witnesses_of(fresh, "m1", site.scope)]
    with site.store.reading() as session:
        assert ledger.compare(session, witnessed) == []


async def test_a_proposal_that_is_refused_leaves_no_word_that_opens_in_any_history(site: Site) -> None:
    registration = a_matter(title="丙", lead="区教育局", office="区政府督查室", leader="区长")
    assert (await site.office.launch("m1", registration)).outcome.accepted

    refused = await proposed(site, "p1", subject="无此岗位")
    again = await proposed(site, "p1", subject="无此岗位")
    unknown = await site.office.say("m9", Propose(message_id="p2", by="区长", subject="区教育局长", facts=ALLEGED))
    forged = await site.office.handle("m1").execute_update(
        "propose", Propose(message_id="p3", by="区政府督查室承办岗", sealed="1.AAAA"), result_type=Outcome, id="p3"
    )

    assert [one.accepted for one in (refused, again, unknown, forged)] == [False] * 4
    assert (again.reason, "无法解封" in str(forged.reason)) == (refused.reason, True)
    assert ALLEGED not in await told(
        site, await sealed_client(site.client.service_client.config.target_host, site.store), "m1"
    )
    with site.store.reading() as session:
        subjects = {one.subject: one.destroyed_at for one in keys.listed(session)}
        assert ledger.verify(session) == []
    own = [gone for subject, gone in subjects.items() if subject.startswith("proposal/")]
    assert (len(own), None in own) == (1, False)


# --- the codec --------------------------------------------------------------------------------------------------------


async def test_what_bears_no_mark_passes_and_what_was_altered_does_not_open() -> None:
    codec = Codec(MemoryKeys())
    plain = Payload(metadata={"encoding": b"json/plain"}, data=b'"x"')
    (box,) = await codec.encode([plain])

    assert await codec.decode([plain, box]) == [plain, plain]
    for altered in (
        Payload(metadata=box.metadata, data=box.data[:-1] + bytes([box.data[-1] ^ 1])),
        Payload(metadata={**box.metadata, KEY_ID: b"nonsense"}, data=box.data),
        Payload(metadata={"encoding": ENCODING}, data=box.data),
    ):
        with pytest.raises(SealError):
            await codec.decode([altered])


async def test_a_client_without_keys_says_nothing_rather_than_plain_text() -> None:
    with pytest.raises(UnboundError):
        await Codec().encode([Payload(data=b"x")])


async def test_what_a_failure_says_is_sealed_too() -> None:
    failures = converter(Codec(MemoryKeys()))
    from temporalio.api.failure.v1 import Failure  # noqa: PLC0415

    failure = Failure()
    await failures.encode_failure(ApplicationError("材料供应延误", "材料供应延误"), failure)

    assert "材料供应延误" not in json_format.MessageToJson(failure, ensure_ascii=False)
    assert "材料供应延误" in str(await failures.decode_failure(failure))


@pytest.mark.parametrize(
    ("workflow_id", "subject"),
    [
        ("matter/2026-0143", (ENGINE, True)),
        ("case/2026-0143/case1", ("case/2026-0143/case1", True)),
        ("drill-1/case/inspection/f8", ("case/inspection/f8", True)),
        ("misdirected/2026-0143/case1/some/id", ("case/2026-0143/case1", False)),
        ("petition/2026-0007", (ENGINE, True)),
        ("case/petition/2026-0007/case1", ("case/petition/2026-0007/case1", True)),
        ("case/petition/case1", ("case/petition/case1", True)),
        ("misdirected/petition/2026-0007/case1/x", ("case/petition/2026-0007/case1", False)),
        ("d/notice/petition/2026-0007/case1/7/区长", ("case/petition/2026-0007/case1", False)),
        ("notice/2026-0143/case1/7/区长", ("case/2026-0143/case1", False)),
        ("notice/2026-0143/7/区长", (ENGINE, True)),
        ("calendar/x", (ENGINE, True)),
        ("", (ENGINE, True)),
    ],
)
async def test_a_payload_is_sealed_for_the_case_that_its_workflow_is_about(
    workflow_id: str, subject: tuple[str, bool]
) -> None:
    assert subject_of_workflow(workflow_id) == subject
    codec = Codec(MemoryKeys()).with_context(WorkflowSerializationContext(namespace="default", workflow_id=workflow_id))
    (box,) = await codec.encode([Payload(data=b"x")])
    assert bytes(box.metadata[KEY_ID]).decode() == f"{subject[0] if subject[1] else ENGINE}#1"


# --- the endpoint -----------------------------------------------------------------------------------------------------


def an_application(store: Store, may: set[str] | None) -> httpx2.AsyncClient:
    """The endpoint of an application that lets this reader decode these subjects (None: nobody is signed in)."""

    async def authorise(_: Request) -> Decoder | None:
        if may is None:
            return None
        looker = Looker("codec", post="区长", person="u7")
        return Decoder(lambda subject: subject in may, look_by_codec(store, looker, "Temporal UI", MONDAY))

    app = FastAPI()
    app.include_router(codec_router(RecordKeys(store), origin=UI, namespace="default", authorise=authorise))
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://console")


def asked(payloads: list[Payload]) -> dict[str, Any]:
    return {
        "content": json_format.MessageToJson(Payloads(payloads=payloads)),
        "headers": {"origin": UI, "x-namespace": "default", "content-type": "application/json"},
    }


async def sealed_payloads(site: Site, target: str) -> list[Payload]:
    history = await site.history(target)
    return [one for event in history.events for one in payloads_in(event)]


async def test_an_authorised_leader_reads_a_real_history_and_every_decoding_is_a_look(site: Site) -> None:
    await lived(site)
    payloads = [*await sealed_payloads(site, CASE), *await sealed_payloads(site, "m1")]

    async with an_application(site.store, {ENGINE, SUBJECT}) as console:
        answer = await console.post("/codec/decode", **asked(payloads))

    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == UI
    assert answer.headers["cache-control"] == "no-store"
    opened = json_format.Parse(answer.content, Payloads()).payloads
    assert len(opened) == len(payloads)
    told = "".join(one.data.decode(errors="replace") for one in opened)
    assert [word for word in (*SECRETS, *MATTER_WORDS) if word not in told] == []
    with site.store.reading() as session:
        (look,) = looks.looks_at(session, CASE)
    assert (look.act.by, look.act.person, look.act.detail["channel"]) == ("区长", "u7", "codec")
    assert not any(word in str(look.act) for word in SECRETS)


async def test_one_who_may_not_see_the_case_gets_masks_in_the_same_order(site: Site) -> None:
    await lived(site)
    payloads = [*await sealed_payloads(site, CASE), *await sealed_payloads(site, "m1")]

    async with an_application(site.store, {ENGINE}) as console:
        answer = await console.post("/codec/decode", **asked(payloads))

    opened = json_format.Parse(answer.content, Payloads()).payloads
    told = "".join(one.data.decode(errors="replace") for one in opened)
    assert MATTER_WORDS[1] in told
    assert [word for word in SECRETS if word in told] == []
    assert protection().masks["case_material"] in told
    with site.store.reading() as session:
        assert looks.looks_at(session, CASE) == []


async def test_the_endpoint_denies_whoever_is_not_signed_in_comes_from_elsewhere_or_wants_to_encode(
    site: Site,
) -> None:
    codec = Codec(RecordKeys(site.store))
    said = asked(await codec.encode([Payload(data=b"x")]))
    elsewhere = {**said, "headers": {**said["headers"], "origin": "http://evil.example"}}
    other = {**said, "headers": {**said["headers"], "x-namespace": "other"}}
    nowhere = {**said, "headers": {"x-namespace": "default"}}

    async with an_application(site.store, None) as console:
        assert (await console.post("/codec/decode", **said)).status_code == 401
    async with an_application(site.store, {ENGINE}) as console:
        assert (await console.post("/codec/decode", **said)).status_code == 200
        for denied in (elsewhere, nowhere):
            answer = await console.post("/codec/decode", **denied)
            assert (answer.status_code, answer.content) == (403, b"")
            assert "access-control-allow-origin" not in answer.headers
        assert (await console.post("/codec/decode", **other)).status_code == 400
        assert (await console.post("/codec/encode", **said)).status_code == 403
        assert (await console.get("/codec/decode")).status_code == 405
        asking = {"origin": UI, "access-control-request-method": "POST"}
        preflight = await console.options("/codec/decode", headers=asking)
        assert (preflight.status_code, preflight.headers["access-control-allow-credentials"]) == (204, "true")
        assert "x-namespace" in preflight.headers["access-control-allow-headers"]
        assert (await console.options("/codec/decode", headers={"origin": "null"})).status_code == 403
    app = FastAPI()
    app.include_router(codec_router(RecordKeys(site.store), origin=UI, namespace="default"))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://x") as console:
        assert (await console.post("/codec/decode", **said)).status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        "",
        "null",
        '{"payloads": 1}',
        '{"nonsense": []}',
        "[" * 5000,
        '{"payloads": [{"metadata": {"encoding": "YmluYXJ5L2VuY3J5cHRlZA=="}, "data": "AAAA"}]}',
        "x" * (4 * 1024 * 1024 + 1),
    ],
)
async def test_a_body_of_nonsense_is_a_bad_request_that_repeats_nothing(store: Store, body: str) -> None:
    headers = {"origin": UI, "x-namespace": "default"}
    async with an_application(store, {ENGINE}) as console:
        answer = await console.post("/codec/decode", content=body, headers=headers)
    assert (answer.status_code, answer.content) == (400, b"")
