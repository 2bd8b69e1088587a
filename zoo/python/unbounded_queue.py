# Defect: the queue of spans has no bound, and is emptied only when the collector has taken a batch.
import queue
import threading

from base import sail
from opentelemetry.sdk.trace import SpanProcessor
from opentelemetry.sdk.trace.export import SpanExportResult


class Queue(SpanProcessor):
    def __init__(self, exporter) -> None:
        self.exporter = exporter
        self.spans = queue.Queue()
        threading.Thread(target=self.work, daemon=True).start()

    def on_end(self, span) -> None:
        self.spans.put(span)

    def work(self) -> None:
        while True:
            self.send(self.spans.get())

    def send(self, first) -> None:
        batch = [first]
        while not self.spans.empty() and len(batch) < 512:
            batch.append(self.spans.get())
        while self.exporter.export(batch) is not SpanExportResult.SUCCESS:
            pass

    def shutdown(self) -> None:
        if not self.spans.empty():
            self.send(self.spans.get())


sail(processor=Queue)
