"""
A service that is as it should be, made of parts: Starlette under uvicorn. An animal replaces one part by one that is not;
its golden twin replaces none.
"""

import asyncio
import contextlib
import logging
import os
import signal
import sys
from dataclasses import dataclass
from typing import Any, Awaitable, Callable

import json_lines
import telemetry as sdk
import uvicorn
from opentelemetry.instrumentation.asgi import OpenTelemetryMiddleware
from opentelemetry.sdk.trace import SpanProcessor
from opentelemetry.sdk.trace.export import SpanExporter
from opentelemetry.trace import Span
from read_port import read_port
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response

# Time for everybody who sends requests to hear that nobody should.
DRAIN_S = 1.5
# Requests that are not done by then are cut.
IN_FLIGHT_S = 8
FLUSH_S = 2.5
KEEP_ALIVE_S = 65

log = logging.getLogger("shop")


@dataclass
class Ship:
    """What the parts know of each other."""

    telemetry: sdk.Telemetry
    lines: Any
    is_stopping: bool = False
    # Whether the dependency answered when it was asked last; true without one.
    has_dependency: bool = True


def stop_in_order(server: "Server", count: int) -> None:
    """Says no to readiness, tells its clients, takes what comes meanwhile, and ends when nothing is left."""
    if count > 1:
        os._exit(130)
    server.ship.is_stopping = True
    server.loop.call_soon_threadsafe(server.loop.call_later, DRAIN_S, server.close)


def crash_in_order(error: BaseException, ship: Ship) -> None:
    """Says why, sends what it knows, and ends with an error."""
    log.critical("uncaught error", exc_info=error)
    ship.telemetry.fail(error)
    ship.telemetry.stop(FLUSH_S)
    ship.lines.stop()
    os._exit(1)


def end_in_order(ship: Ship) -> None:
    """When the last request was answered."""
    ship.telemetry.stop(FLUSH_S)
    ship.lines.stop()


def log_request(request: Request) -> None:
    log.info("request", extra={"fields": {"method": request.method, "path": request.url.path}})


async def answer(request: Request, ship: Ship) -> Response:
    """`/` at once, `/slow` after 600 ms, `POST /echo` when the body has come."""
    path = request.url.path
    if path == "/crash":
        asyncio.get_running_loop().call_soon(make_mistake)
        await asyncio.sleep(5)
    if path not in ("/", "/slow", "/echo"):
        return PlainTextResponse("no such thing\n", 404)
    try:
        body = await request.body()
    except ClientDisconnect:
        # Nobody waits for the answer.
        return Response()
    await asyncio.sleep(0.6 if path == "/slow" else 0.001)
    return PlainTextResponse(f"{len(body)} bytes\n" if request.method == "POST" else "ok\n")


def name_by_method(scope: dict) -> tuple[str, dict]:
    """By itself the middleware names spans by the path, of which there is no end."""
    return scope.get("method", scope["type"]), {}


def hide_query(span: Span, scope: dict) -> None:
    """Who asks with a secret in the query does not find it in a span."""
    if span.is_recording() and scope.get("query_string"):
        span.set_attribute("url.query", "hidden")


def make_mistake() -> None:
    raise RuntimeError("a mistake that nobody caught")


@dataclass(frozen=True)
class Parts:
    handle: Callable[[Request, Ship], Awaitable[Response]] = answer
    log: Callable[[Request], None] = log_request
    processor: Callable[[SpanExporter], SpanProcessor] = sdk.batches
    # Right after a span has begun.
    on_span: Callable[[Span, dict], None] | None = hide_query
    # Asks whether the dependency is there, again and again.
    watch: Callable[[Ship], Awaitable[None]] | None = None
    # At each SIGTERM and SIGINT, 1 for the first; None leaves them to the platform.
    stop: Callable[["Server", int], None] | None = stop_in_order
    end: Callable[[Ship], None] = end_in_order
    crash: Callable[[BaseException, Ship], None] = crash_in_order


class Server(uvicorn.Server):
    """uvicorn, that closes its listener when we say so and not when a signal comes."""

    def __init__(self, config: uvicorn.Config, ship: Ship, parts: Parts) -> None:
        super().__init__(config)
        self.ship = ship
        self.parts = parts
        self.signals = 0

    async def startup(self, sockets=None) -> None:
        self.loop = asyncio.get_running_loop()
        self.loop.set_exception_handler(self.hear_of_error)
        if self.parts.watch is not None:
            self.ship.has_dependency = False
            self.watching = asyncio.create_task(self.parts.watch(self.ship))
        await super().startup(sockets)

    def hear_of_error(self, loop: asyncio.AbstractEventLoop, context: dict) -> None:
        if error := context.get("exception"):
            self.parts.crash(error, self.ship)
        else:
            loop.default_exception_handler(context)

    def capture_signals(self):
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, self.handle_exit if self.parts.stop else signal.SIG_DFL)
        return contextlib.nullcontext()

    def handle_exit(self, sig, frame) -> None:
        self.signals += 1
        self.parts.stop(self, self.signals)

    def close(self) -> None:
        self.should_exit = True


def sail(**replaced: Any) -> None:
    """Starts the service with these parts in place of its own."""
    parts = Parts(**replaced)
    port = read_port()
    ship = Ship(sdk.Telemetry(parts.processor), json_lines.start_log())

    async def shop(scope, receive, send) -> None:
        request = Request(scope, receive, send)
        parts.log(request)
        await (await parts.handle(request, ship))(scope, receive, send)

    traced = OpenTelemetryMiddleware(
        shop,
        default_span_details=name_by_method,
        server_request_hook=parts.on_span,
        exclude_spans=["send", "receive"],
    )

    async def app(scope, receive, send) -> None:
        async def tell(message) -> None:
            if ship.is_stopping and message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), (b"connection", b"close")]
            await send(message)

        probe = {"/livez": True, "/readyz": ship.has_dependency and not ship.is_stopping}.get(scope["path"])
        if probe is None:
            await traced(scope, receive, tell)
        else:
            await Response(status_code=200 if probe else 503)(scope, receive, tell)

    config = uvicorn.Config(
        app,
        host="0.0.0.0",
        port=port,
        lifespan="off",
        log_config=None,
        access_log=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=IN_FLIGHT_S,
    )
    server = Server(config, ship, parts)
    try:
        server.run()
    except SystemExit:
        # It could not listen, and has said why.
        ship.lines.stop()
        raise
    parts.end(ship)
    sys.stdout.flush()
    # A thread that still waits for the collector does not hold up the end.
    os._exit(0)
