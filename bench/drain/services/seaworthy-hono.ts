import { setTimeout as wait } from 'node:timers/promises'
import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import { streamSSE } from 'hono/streaming'
import { createService } from 'seaworthy'
import { attach } from 'seaworthy/hono'
import { HOST, PORT, work } from './work.ts'

const app = new Hono()
app.get('/wait/:ms', async (context) => context.json(await work(context.req.param('ms'))))
app.get('/events', (context) =>
  streamSSE(context, async (stream) => {
    while (!stream.aborted && !stream.closed) {
      await stream.writeSSE({ data: 'tick' })
      await wait(50)
    }
  }),
)

const service = createService({ name: 'bench' })
attach(service, app, { server: createAdaptorServer({ fetch: app.fetch }), port: PORT, host: HOST })
await service.run()
