# Source: README of uvicorn 0.54.0, "Quickstart" (https://github.com/Kludex/uvicorn#quickstart, read 2026-11-23).
# Licence: BSD-3-Clause, © 2017-present Encode OSS Ltd.
import asyncio


async def app(scope, receive, send):
    assert scope['type'] == 'http'
    if scope['path'] == '/slow':
        await asyncio.sleep(0.6)

    await send({
        'type': 'http.response.start',
        'status': 200,
        'headers': [
            (b'content-type', b'text/plain'),
        ],
    })
    await send({
        'type': 'http.response.body',
        'body': b'Hello, world!',
    })
