import { createAdaptorServer, upgradeWebSocket, type WebSocketServerLike } from '@hono/node-server'
import { Hono } from 'hono'
import { streamSSE } from 'hono/streaming'
import { Readable } from 'node:stream'
import { fromHono } from 'seaworthy/hono'
import { withWebSockets } from 'seaworthy/ws'
import { WebSocketServer } from 'ws'
import type { Deeds } from '../contract/deeds.ts'
import type { ServerKind } from '../contract/server-kind.ts'

export const honoKind: ServerKind = {
  name: 'hono',
  build(deeds) {
    const app = buildHono(deeds)
    const sockets = new WebSocketServer({ noServer: true })
    app.get(
      '/ws',
      upgradeWebSocket(() => ({
        onMessage: (event, socket) => socket.send((event.data as string).toUpperCase()),
      })),
    )
    const server = createAdaptorServer({ fetch: app.fetch, websocket: { server: sockets as WebSocketServerLike } })
    return withWebSockets(sockets, fromHono(app, server))
  },
}

/** The routes, behind a middleware, as services have them. */
export function buildHono(deeds: Deeds): Hono {
  const app = new Hono()
  app.use(async (_c, next) => next())
  app.get('/fast', (c) => c.text(deeds.fast()))
  app.get('/slow/:ms', async (c) => c.text(await deeds.slow(c.req.param('ms'))))
  app.get('/stream', (c) => c.body(Readable.toWeb(Readable.from(deeds.stream())) as ReadableStream))
  app.post('/echo', async (c) => c.text(deeds.echo(await c.req.text())))
  app.get('/sse', (c) =>
    streamSSE(c, async (stream) => {
      for await (const event of deeds.events()) {
        if (stream.aborted) break
        await stream.write(event)
      }
    }),
  )
  app.get('/hang/:id', () => deeds.hang())
  app.get('/boom', () => deeds.boom())
  app.get('/signal', async (c) => c.text(await deeds.untilAborted(c.req.raw.signal)))
  app.onError((_error, c) => c.text('failed', 500))
  return app
}
