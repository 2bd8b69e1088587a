# Defect: it goes on with what it asked its dependency for a client that has gone: nothing cancels a handler by itself.
from base import answer, sail
from stock import ask, watch_stock


async def handle(request, ship):
    return await (ask(request) if request.url.path == "/" else answer(request, ship))


sail(handle=handle, watch=watch_stock)
