"""Where does the time of one request go, from the site or a command over Temporal to the transaction?

OpenTelemetry, and only where the settings name an endpoint: until then nothing of it is even imported. What leaves
holds names of steps, durations and the ids of runs and requests: no payload, no id that names a post, no word of a
failure. A span inside a workflow is made once and never by a replay (temporalio.contrib.opentelemetry).
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

TOLD = frozenset({"temporalRunID", "temporalActivityID", "temporalUpdateID", "request_id", "http.route", "http.status"})
"""The attributes that leave. Ids of workflows do not: a notice's names its recipient."""

Note = Callable[[str, str | int], None]
_FLUSH_MILLISECONDS = 3_000


@dataclass(slots=True)
class _Tracing:
    provider: "TracerProvider | None" = None


_now = _Tracing()


def _nothing(_name: str, _value: str | int) -> None:
    return None


def span(name: str, **attributes: str | int) -> AbstractContextManager[Note]:
    """A span for as long as the block lasts; the block gets what adds an attribute. Nothing while nobody traces."""
    if _now.provider is None:
        return nullcontext(_nothing)
    return _span(_now.provider, name, attributes)


@contextmanager
def _span(provider: "TracerProvider", name: str, attributes: dict[str, str | int]) -> Iterator[Note]:
    tracer = provider.get_tracer("duban")
    with tracer.start_as_current_span(name, attributes=attributes, record_exception=False) as one:
        yield one.set_attribute


def interceptors() -> list[Any]:
    """What a client of Temporal, and the workers made with it, trace by; empty while nobody traces."""
    if _now.provider is None:
        return []
    from opentelemetry.trace import SpanKind  # noqa: PLC0415
    from temporalio.contrib.opentelemetry import (  # noqa: PLC0415
        TracingInterceptor,
        TracingWorkflowInboundInterceptor,
    )
    from temporalio.contrib.opentelemetry._context import attached_context  # noqa: PLC0415
    from temporalio.worker import HandleUpdateInput, WorkflowInterceptorClassInput  # noqa: PLC0415

    class Following(TracingWorkflowInboundInterceptor):
        """What an update does belongs to the trace of whoever sent it, not to the one in which a matter began."""

        async def handle_update_handler(self, input: HandleUpdateInput) -> Any:  # noqa: A002 - the SDK's name
            header = input.headers.get(self.header_key)
            if not header:
                return await super().handle_update_handler(input)
            sent = self.text_map_propagator.extract(self.payload_converter.from_payloads([header])[0])
            with attached_context(self._set_on_context(sent)):
                self._completed_span(f"HandleUpdate:{input.update}", kind=SpanKind.SERVER)
                return await self.next.handle_update_handler(input)

    class Tracing(TracingInterceptor):
        """The SDK's own but for updates."""

        def workflow_interceptor_class(
            self,
            input: WorkflowInterceptorClassInput,  # noqa: A002 - the SDK's name
        ) -> type[TracingWorkflowInboundInterceptor]:
            super().workflow_interceptor_class(input)
            return Following

    return [Tracing(_now.provider.get_tracer("duban.temporal"))]


@contextmanager
def traced(endpoint: str | None, service: str) -> Iterator[None]:
    """Trace for as long as the block lasts, to that address (settings.py `otlp_endpoint`); None: do nothing.

    `service` is what this process is called. Where the endpoint does not answer spans are dropped and nothing waits.
    """
    if endpoint is None or _now.provider is not None:
        yield
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    from requests import Session  # noqa: PLC0415

    session = Session()
    # Neither by a proxy of the environment nor to where an answer leads.
    session.trust_env, session.max_redirects = False, 0
    with tracing_to(OTLPSpanExporter(endpoint=endpoint, session=session, timeout=5), service):
        yield


@contextmanager
def tracing_to(exporter: "SpanExporter", service: str) -> Iterator[None]:
    """Trace into that exporter, through what keeps words back."""
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    provider = TracerProvider(resource=Resource({"service.name": service}), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(_discreet(exporter)))
    _now.provider = provider
    try:
        yield
    finally:
        _now.provider = None
        provider.force_flush(_FLUSH_MILLISECONDS)
        provider.shutdown()


def _discreet(exporter: "SpanExporter") -> "SpanExporter":
    from opentelemetry.sdk.trace import ReadableSpan  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import SpanExporter  # noqa: PLC0415
    from opentelemetry.trace import Status  # noqa: PLC0415

    def bare(one: "ReadableSpan") -> "ReadableSpan":
        told = {name: value for name, value in (one.attributes or {}).items() if name in TOLD}
        return ReadableSpan(
            one.name,
            context=one.context,
            parent=one.parent,
            resource=one.resource,
            attributes=told,
            # An exception's message is an event, and the description of a status is one too.
            events=(),
            links=one.links,
            kind=one.kind,
            status=Status(one.status.status_code),
            start_time=one.start_time,
            end_time=one.end_time,
            instrumentation_scope=one.instrumentation_scope,
        )

    class Discreet(SpanExporter):
        """Hands on what may leave."""

        def export(self, spans: "Sequence[ReadableSpan]") -> "SpanExportResult":
            return exporter.export([bare(one) for one in spans])

        def shutdown(self) -> None:
            exporter.shutdown()

        def force_flush(self, timeout_millis: int = 30_000) -> bool:
            return exporter.force_flush(timeout_millis)

    return Discreet()
