"""The SDK of OpenTelemetry, set up by hand: spans and metrics over OTLP, what else it needs from the variables OTEL_*."""

import os
import threading
import time
import uuid
from typing import Callable

# The stable names of the semantic conventions, http.server.request.duration among them.
os.environ.setdefault("OTEL_SEMCONV_STABILITY_OPT_IN", "http")
os.environ.setdefault("OTEL_SERVICE_NAME", "shop")

from opentelemetry import metrics, trace
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter


class OpenSpans(SpanProcessor):
    """Knows which spans have not ended."""

    def __init__(self) -> None:
        self.spans = set()

    def on_start(self, span, parent_context=None) -> None:
        self.spans.add(span)

    def on_end(self, span) -> None:
        # What ends is a copy.
        self.spans = {each for each in list(self.spans) if each.is_recording()}


class Telemetry:
    def __init__(self, processor: Callable[[SpanExporter], SpanProcessor]) -> None:
        resource = Resource.create({"service.version": "1.0.0", "service.instance.id": str(uuid.uuid4())})
        self.traces = TracerProvider(resource=resource, shutdown_on_exit=False)
        self.open = OpenSpans()
        self.traces.add_span_processor(self.open)
        self.traces.add_span_processor(processor(OTLPSpanExporter()))
        reader = PeriodicExportingMetricReader(OTLPMetricExporter())
        self.metrics = MeterProvider(resource=resource, metric_readers=[reader], shutdown_on_exit=False)
        trace.set_tracer_provider(self.traces)
        metrics.set_meter_provider(self.metrics)

    def fail(self, error: BaseException) -> None:
        """Ends what is being answered, by this error."""
        for span in list(self.open.spans):
            span.record_exception(error)
            span.set_status(trace.Status(trace.StatusCode.ERROR, str(error)))
            span.end()

    def stop(self, limit_s: float) -> None:
        """Sends what is left, and takes no longer."""
        ends = [threading.Thread(target=provider.shutdown, daemon=True) for provider in (self.traces, self.metrics)]
        until = time.monotonic() + limit_s
        for end in ends:
            end.start()
        for end in ends:
            end.join(max(0.0, until - time.monotonic()))


def batches(exporter: SpanExporter) -> SpanProcessor:
    return BatchSpanProcessor(exporter)
