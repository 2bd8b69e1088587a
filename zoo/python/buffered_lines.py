# Defect: print() into a pipe collects some KiB, and the end of the process takes what was collected with it.
import json
import logging
import os
from datetime import datetime, timezone

from base import sail
from opentelemetry import trace


def log(request) -> None:
    trace_id = trace.get_current_span().get_span_context().trace_id
    line = {
        "time": datetime.now(timezone.utc).isoformat(),
        "level": "info",
        "msg": "request",
        "path": request.url.path,
        "trace_id": f"{trace_id:032x}",
    }
    print(json.dumps(line))


def end(ship) -> None:
    ship.telemetry.stop(2.5)
    os._exit(0)


# Its own lines would flush what was printed.
logging.disable()
sail(log=log, end=end)
