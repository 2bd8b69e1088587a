# Defect: the dependency is asked in a thread of a pool, which knows nothing of the request.
import asyncio

import httpx
from base import answer, sail
from opentelemetry.instrumentation.httpx import SyncOpenTelemetryTransport
from starlette.responses import PlainTextResponse
from stock import ASK_LIMIT_S, LIMITS, STOCK_URL, set_url_without_query, watch_stock

transport = SyncOpenTelemetryTransport(httpx.HTTPTransport(limits=LIMITS), request_hook=set_url_without_query)
client = httpx.Client(transport=transport, timeout=ASK_LIMIT_S)


def ask(query: str) -> PlainTextResponse:
    try:
        return PlainTextResponse(client.get(f"{STOCK_URL}/left?{query}").raise_for_status().text)
    except httpx.HTTPError:
        return PlainTextResponse("no stock\n", 503)


async def handle(request, ship):
    if request.url.path != "/":
        return await answer(request, ship)
    return await asyncio.get_running_loop().run_in_executor(None, ask, request.url.query)


sail(handle=handle, watch=watch_stock)
