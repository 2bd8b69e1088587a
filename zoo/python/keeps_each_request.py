# Defect: a list of the module keeps a KiB of each request.
from base import answer, sail

seen = []


async def handle(request, ship):
    seen.append(bytearray(1024))
    return await answer(request, ship)


sail(handle=handle)
