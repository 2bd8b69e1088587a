// https://www.npmjs.com/package/@fastify/under-pressure, "Usage" and "Status route".
import underPressure from '@fastify/under-pressure'
import fastify from 'fastify'
import { say } from '../../health/services/work.mjs'
import { work } from './work.mjs'

const app = fastify()
await app.register(underPressure, { ...JSON.parse(process.env['BENCH_LIMITS']), exposeStatusRoute: '/livez' })
app.get('/', () => {
  work()
  return 'served'
})
await app.listen({ port: 0, host: '127.0.0.1' })
const { port } = app.server.address()
say({ port, live: { port, path: '/livez' }, ready: { port, path: '/livez' } })
