"""How does Temporal keep what the engine says to it, without being able to read it?

Every payload (arguments, results, updates, markers, memos, summaries, details, failures) is sealed before it leaves the
process, under the key of the case that the workflow is about, else under the engine's own; the key's id stands beside
it, so that older keys go on opening. What bears no mark of sealing passes as it is: histories of earlier releases.
"""

import asyncio
import re
import secrets
from collections.abc import Sequence
from typing import Any, ClassVar, Protocol, Self

from google.protobuf.message import DecodeError
from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.converter import (
    ActivitySerializationContext,
    DataConverter,
    DefaultFailureConverterWithEncodedAttributes,
    PayloadCodec,
    SerializationContext,
    WithSerializationContext,
    WorkflowSerializationContext,
)

from privacy.masters import KEY_BYTES, MasterMissingError
from privacy.sealing import DataKey, ErasedError, SealError, seal, unseal

ENCODING = b"binary/encrypted"
KEY_ID = "key"
ENGINE = "temporal"
"""The subject whose key seals what belongs to no case."""

_PLACE = "payload"
# A case's own workflow; commands and notices about one begin otherwise. Before it may stand the scope of a drill.
# One proposed from a petition is called `petition/2026-0007/case1`.
_ID = r"(?:proceeding|petition|duty)/[^/]+/case[0-9]+|[^/]+/[^/]+"
_CASE = re.compile(rf"(?:^|/)case/(?P<case>{_ID})$")
_ABOUT = re.compile(rf"(?:^|/)(?:misdirected/(?P<spoken>{_ID})/|notice/(?P<told>{_ID})/\d+/)")


class UnboundError(RuntimeError):
    """The client was given no keys: nothing is sent in plain text instead."""

    def __init__(self) -> None:
        super().__init__("编码器尚无密钥 the codec has been given no keys")


class PayloadKeys(Protocol):
    """Where the codec gets its keys. Calls may block, and may raise MasterError or ErasedError."""

    def known(self, subject: str, version: int | None = None) -> DataKey | None:
        """A key at hand, the newest one of the subject or that version; None where it has to be fetched."""

    def sealing(self, subject: str, *, make: bool) -> DataKey | None:
        """The newest key of the subject; None where it has none and none is to be made."""

    def opening(self, subject: str, version: int) -> DataKey:
        """That version of the subject's key."""


class _Holder:
    """What all copies of one codec share: the keys, once they are there."""

    keys: PayloadKeys | None = None


class Codec(PayloadCodec, WithSerializationContext):
    """Seals and opens payloads; give it keys with `bind` before the first one."""

    def __init__(self, keys: PayloadKeys | None = None) -> None:
        self._holder = _Holder()
        self._holder.keys = keys
        self._subject, self._make = ENGINE, True

    def bind(self, keys: PayloadKeys) -> None:
        """Use these keys, here and in every copy made for a workflow."""
        self._holder.keys = keys

    def with_context(self, context: SerializationContext) -> Self:
        """The codec for one workflow: by its id, what belongs to a case is sealed under that case's key."""
        workflow_id = None
        if isinstance(context, WorkflowSerializationContext | ActivitySerializationContext):
            workflow_id = context.workflow_id
        subject, make = subject_of_workflow(workflow_id or "")
        if (subject, make) == (self._subject, self._make):
            # The same codec tells the SDK that everything else can stay the same too, for every payload of a matter.
            return self
        own = type(self)()
        own._holder = self._holder
        own._subject, own._make = subject, make
        return own

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Seal each payload. Raises UnboundError, MasterError."""
        if not payloads:
            return []
        key = await self._sealing()
        return [self._sealed(key, payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Open each payload; one without the mark passes. Raises ErasedError, SealError, UnboundError, MasterError."""
        return [await self._opened(payload) for payload in payloads]

    async def _sealing(self) -> DataKey:
        keys = self._keys
        for subject, make in ((self._subject, self._make), (ENGINE, True)):
            try:
                # A case that is spoken to from outside may have been erased since its key was remembered.
                key = keys.known(subject) if make else None
                if key is None:
                    key = await asyncio.to_thread(keys.sealing, subject, make=make)
            except ErasedError:
                # Nothing new is sealed for a case that was erased; a command to it is refused under the engine's key.
                continue
            if key is not None:
                return key
        raise UnboundError

    @staticmethod
    def _sealed(key: DataKey, payload: Payload) -> Payload:
        key_id = f"{key.subject}#{key.version}".encode()
        metadata = {"encoding": ENCODING, KEY_ID: key_id}
        return Payload(metadata=metadata, data=seal(key, payload.SerializeToString(), _PLACE, on_words=True))

    async def _opened(self, payload: Payload) -> Payload:
        subject = sealed_for(payload)
        if subject is None:
            return payload
        name, version = subject
        keys = self._keys
        key = keys.known(name, version)
        if key is None:
            key = await asyncio.to_thread(keys.opening, name, version)
        try:
            return Payload.FromString(unseal(key, payload.data, _PLACE))
        except DecodeError:
            raise SealError(_PLACE) from None

    @property
    def _keys(self) -> PayloadKeys:
        if self._holder.keys is None:
            raise UnboundError
        return self._holder.keys


class MemoryKeys:
    """Keys that end with the process, for drills and for what nobody reads afterwards."""

    def __init__(self) -> None:
        self._keys: dict[str, DataKey] = {}

    def known(self, subject: str, version: int | None = None) -> DataKey | None:  # noqa: ARG002 - there is one each
        """The subject's key, where it has one."""
        return self._keys.get(subject)

    def sealing(self, subject: str, *, make: bool) -> DataKey | None:
        """The subject's key, made where it is to be."""
        if make and subject not in self._keys:
            self._keys[subject] = DataKey(subject, 1, secrets.token_bytes(KEY_BYTES))
        return self._keys.get(subject)

    def opening(self, subject: str, version: int) -> DataKey:
        """The subject's key. Raises MasterMissingError where this process has made none."""
        key = self._keys.get(subject)
        if key is None:
            raise MasterMissingError(f"{subject}#{version}: 密钥已随进程消失 the key ended with its process")
        return key


def sealed_for(payload: Payload) -> tuple[str, int] | None:
    """Under which version of whose key a payload is sealed; None for one that is not. Raises SealError for a bad id."""
    if payload.metadata.get("encoding") != ENCODING:
        return None
    subject, _, version = payload.metadata.get(KEY_ID, b"").decode(errors="replace").rpartition("#")
    if not subject or not version.isdecimal():
        raise SealError(_PLACE)
    return subject, int(version)


def subject_of_workflow(workflow_id: str) -> tuple[str, bool]:
    """Whose key seals what a workflow of that id is told, and whether one is to be made where there is none."""
    own = _CASE.search(workflow_id)
    if own is not None:
        return f"case/{own['case']}", True
    about = _ABOUT.search(workflow_id)
    # Whoever speaks to a case that does not exist must not make a key for it.
    return (f"case/{about['spoken'] or about['told']}", False) if about is not None else (ENGINE, True)


class SharedPayloadConverter(PydanticPayloadConverter):
    """Pydantic's converter, with what it has learnt of types kept once in the process.

    The SDK makes one for every workflow and for every command of a case: each would learn all types anew, which takes a
    tenth of a worker's time and, for every matter at hand, memory.
    """

    _learnt: ClassVar[dict[str, Any]] = {}

    def __init__(self) -> None:
        if not self._learnt:
            super().__init__()
            self._learnt.update(self.__dict__)
        self.__dict__.update(self._learnt)


def converter(codec: Codec) -> DataConverter:
    """The engine's data converter with this codec; what a failure says is sealed too."""
    return DataConverter(
        payload_converter_class=SharedPayloadConverter,
        payload_codec=codec,
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )
