"""What a service does that depends on the stock, over HTTP."""

import asyncio
import os

import httpx
from base import Ship, answer
from opentelemetry.instrumentation.httpx import AsyncOpenTelemetryTransport
from opentelemetry.trace import Span
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

STOCK_URL = os.environ.get("STOCK_URL", "http://127.0.0.1:9")
WATCH_EVERY_S = 0.5
WATCH_LIMIT_S = 1
ASK_LIMIT_S = 1.5

# No connection is kept: one that went silent in an outage would fail a request long after it.
LIMITS = httpx.Limits(max_keepalive_connections=0)


def set_url_without_query(span: Span, request) -> None:
    """Who asks with a secret in the query does not find it in a span."""
    if span.is_recording():
        span.set_attribute("url.full", f"{STOCK_URL}/left")


async def hide_query(span: Span, request) -> None:
    set_url_without_query(span, request)


transport = AsyncOpenTelemetryTransport(httpx.AsyncHTTPTransport(limits=LIMITS), request_hook=hide_query)
traced = httpx.AsyncClient(transport=transport, timeout=ASK_LIMIT_S)
bare = httpx.AsyncClient(timeout=WATCH_LIMIT_S)


async def ask(request: Request, client: httpx.AsyncClient = traced) -> Response:
    """Asks, and answers 503 without an answer."""
    try:
        async with asyncio.timeout(ASK_LIMIT_S):
            answered = await client.get(f"{STOCK_URL}/left?{request.url.query}")
        return PlainTextResponse(answered.raise_for_status().text)
    except (httpx.HTTPError, TimeoutError):
        return PlainTextResponse("no stock\n", 503)


async def ask_while_wanted(request: Request) -> Response:
    """Asks for as long as its client waits."""
    await request.body()
    asking = asyncio.create_task(ask(request))
    # The body is here: the next message says that the client has gone.
    gone = asyncio.create_task(request.receive())
    await asyncio.wait((asking, gone), return_when=asyncio.FIRST_COMPLETED)
    gone.cancel()
    if asking.done():
        return asking.result()
    asking.cancel()
    return Response()


async def answer_from_stock(request: Request, ship: Ship) -> Response:
    return await (ask_while_wanted(request) if request.url.path == "/" else answer(request, ship))


async def watch_stock(ship: Ship) -> None:
    """Asks twice a second, and keeps the answer for readiness."""
    while True:
        try:
            async with asyncio.timeout(WATCH_LIMIT_S):
                ship.has_dependency = (await bare.get(f"{STOCK_URL}/health")).is_success
        except (httpx.HTTPError, TimeoutError):
            ship.has_dependency = False
        await asyncio.sleep(WATCH_EVERY_S)


WITH_STOCK = {"handle": answer_from_stock, "watch": watch_stock}
