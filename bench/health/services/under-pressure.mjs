// https://www.npmjs.com/package/@fastify/under-pressure, "Usage" with its limits, "Status route" and "Custom health checks".
import underPressure from '@fastify/under-pressure'
import fastify from 'fastify'
import { check, keepBusy, runsOfCheck, say } from './work.mjs'

const app = fastify()
await app.register(underPressure, {
  maxEventLoopDelay: 1000,
  maxHeapUsedBytes: 1_000_000_000,
  maxRssBytes: 1_000_000_000,
  maxEventLoopUtilization: 0.98,
  healthCheck: async () => {
    await check()
    return true
  },
  healthCheckInterval: 5000,
  exposeStatusRoute: '/livez',
})
app.get('/busy/:ms', (request) => {
  keepBusy(Number(request.params.ms))
  return 'done'
})
app.get('/stuck', () => keepBusy(Number.POSITIVE_INFINITY))
app.get('/runs', () => String(runsOfCheck()))
await app.listen({ port: 0, host: '127.0.0.1' })
const { port } = app.server.address()
say({ port, live: { port, path: '/livez' }, ready: { port, path: '/livez' } })
