"""The log: a line of JSON for each record, with the trace it belongs to. Whoever writes a record never waits for whoever reads."""

import json
import logging
import logging.handlers
import os
import queue
import sys
from datetime import datetime, timezone

from opentelemetry import trace

# More are dropped: a reader that does not read must not fill the memory.
MOST_LINES = 10_000


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, timezone.utc).isoformat(),
            "level": record.levelname.lower(),
            "msg": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        context = trace.get_current_span().get_span_context()
        if context.is_valid:
            line["trace_id"] = format(context.trace_id, "032x")
            line["span_id"] = format(context.span_id, "016x")
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line)


class DroppingHandler(logging.handlers.QueueHandler):
    def handleError(self, record: logging.LogRecord) -> None:
        """The queue is full."""


def start_log() -> logging.handlers.QueueListener:
    """Everything that is logged goes to standard output; stop() of what it returns waits until it is written."""
    lines = queue.Queue(MOST_LINES)
    handler = DroppingHandler(lines)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=os.environ.get("LOG_LEVEL", "info").upper(), handlers=[handler], force=True)
    # It has a line for each export that fails, and each request to the collector.
    for name in ("httpx", "urllib3"):
        logging.getLogger(name).setLevel("WARNING")
    listener = logging.handlers.QueueListener(lines, logging.StreamHandler(sys.stdout))
    listener.start()
    return listener
