# Defect: each span is sent when it ends, and everybody waits for the collector.
from base import sail
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

sail(processor=SimpleSpanProcessor)
