"""What is sealed on the words every payload has, and what was sealed before there were any."""

import hashlib
import zlib

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from temporalio.api.common.v1 import Payload
from temporalio.converter import WorkflowSerializationContext

from privacy.codec import Codec, MemoryKeys, converter
from privacy.sealing import DataKey, SealError, seal, unseal
from privacy.words import WORDS

pytestmark = pytest.mark.either_database("boxes and payloads, which no database keeps")

KEY = DataKey("temporal", 1, bytes(range(32)))
RECEIPT = (
    '{"seq":7,"head":"1e9716ed528a17685be130cbe44297e9","stage":"submitted","light":"green",'
    '"due_at":"2026-12-01T18:00:00+08:00","next_at":"2026-12-01T18:00:00+08:00","next_for":"核验到期",'
    '"lines":["2026-11-26 16:16 报结 区教育局承办岗"],'
    '"outcome":{"accepted":true,"acts":["submitted"],"due":"2026-12-01T18:00:00+08:00"}}'
).encode()


@pytest.mark.parametrize("value", [b"", b"x", RECEIPT, RECEIPT * 20, bytes(range(256)) * 40, "密" * 5000])
@pytest.mark.parametrize("on_words", [True, False])
def test_whatever_is_sealed_opens_again(value: bytes | str, on_words: bool) -> None:
    content = value.encode() if isinstance(value, str) else value

    assert unseal(KEY, seal(KEY, content, "here", on_words=on_words), "here") == content


def test_a_receipt_on_the_words_takes_half_of_what_it_says() -> None:
    assert len(seal(KEY, RECEIPT, "here", on_words=True)) < len(RECEIPT) / 2


def test_the_words_are_part_of_the_format_and_never_change() -> None:
    # Whoever edits them makes every history unreadable that was sealed on them; add others under another number.
    assert hashlib.sha256(WORDS).hexdigest() == "d0fd7c6f14f27a47cf2bae870f9ad49992d5fb79e4446a2b7e8397d7b6e615e8"


def test_a_box_of_the_format_before_opens() -> None:
    nonce = bytes(12)
    bound = b'["temporal",1,"here"]'
    box = nonce + AESGCM(KEY.secret).encrypt(nonce, b"\x01" + zlib.compress(RECEIPT, 6), bound)

    assert unseal(KEY, box, "here") == RECEIPT


def test_a_box_of_an_unknown_format_is_refused() -> None:
    nonce = bytes(12)
    box = nonce + AESGCM(KEY.secret).encrypt(nonce, b"\x09" + RECEIPT, b'["temporal",1,"here"]')

    with pytest.raises(SealError):
        unseal(KEY, box, "here")


def test_a_converter_of_a_matter_is_the_one_of_the_process_and_a_cases_has_a_key_of_its_own() -> None:
    whole = converter(Codec(MemoryKeys()))

    def of(workflow_id: str) -> object:
        return whole.with_context(WorkflowSerializationContext(namespace="default", workflow_id=workflow_id))

    assert of("matter/2026-0143") is whole
    assert of("case/2026-0143/case1") is not whole


@pytest.mark.asyncio
async def test_a_codec_asked_for_a_matter_after_a_case_seals_under_the_engines_key_again() -> None:
    codec = Codec(MemoryKeys())
    case = codec.with_context(WorkflowSerializationContext(namespace="default", workflow_id="case/m1/case1"))
    back = case.with_context(WorkflowSerializationContext(namespace="default", workflow_id="matter/m1"))
    [of_case], [of_matter] = await case.encode([Payload(data=b"1")]), await back.encode([Payload(data=b"1")])

    assert of_case.metadata["key"] == b"case/m1/case1#1"
    assert of_matter.metadata["key"] == b"temporal#1"
