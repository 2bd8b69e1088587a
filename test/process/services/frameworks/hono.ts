// An existing application.
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { setTimeout as wait } from 'node:timers/promises'
import { createService } from 'seaworthy'
import { attach } from 'seaworthy/hono'

const app = new Hono()
app.get('/slow/:ms', async (c) => {
  console.error('slow began')
  await wait(Number(c.req.param('ms')))
  return c.text('slow')
})

const service = createService({ name: 'shop', shutdown: { drainDelay: '400ms' } })
attach(service, app, { server: serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) })
await service.run()
