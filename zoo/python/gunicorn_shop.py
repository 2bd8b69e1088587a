"""The application that gunicorn serves: Flask, with the SDK of OpenTelemetry in each worker."""

import logging
import time

import json_lines
import telemetry as sdk
from flask import Flask, request
from opentelemetry import trace
from opentelemetry.instrumentation.flask import FlaskInstrumentor

log = logging.getLogger("shop")


class State:
    """Of this worker."""

    is_stopping = False
    lines = None
    telemetry = None


def start_worker() -> None:
    """After the fork: threads don't survive one."""
    State.lines = json_lines.start_log()
    State.telemetry = sdk.Telemetry(sdk.batches)


def stop_worker() -> None:
    State.telemetry.stop(2.5)
    State.lines.stop()


app = Flask("shop")
# First, so that what follows knows its span.
FlaskInstrumentor().instrument_app(app, excluded_urls="livez,readyz")


@app.before_request
def hide_query() -> None:
    """Who asks with a secret in the query does not find it in a span. A request_hook would be too early: its work is undone."""
    span = trace.get_current_span()
    if span.is_recording() and request.query_string:
        span.set_attribute("url.query", "hidden")


@app.before_request
def write_line() -> None:
    if request.path not in ("/livez", "/readyz"):
        log.info("request", extra={"fields": {"method": request.method, "path": request.path}})


@app.get("/")
def home() -> str:
    time.sleep(0.001)
    return "ok\n"


@app.get("/slow")
def slow() -> str:
    time.sleep(0.6)
    return "ok\n"


@app.post("/echo")
def echo() -> str:
    return f"{len(request.get_data())} bytes\n"


@app.get("/livez")
def is_alive() -> str:
    return ""


@app.get("/readyz")
def is_ready() -> tuple[str, int]:
    return "", 503 if State.is_stopping else 200

