import fastify from 'fastify'
import { say } from '../../health/services/work.mjs'
import { work } from './work.mjs'

const { createService } = await import(process.env['BENCH_SEAWORTHY'])

const service = createService({ name: 'bench', admin: { port: 0, host: '127.0.0.1' }, shedding: true })
const web = service.listener('web', {
  port: 0,
  host: '127.0.0.1',
  probes: true,
  start() {
    const app = fastify()
    app.get('/', () => {
      work()
      return 'served'
    })
    return app
  },
})
await service.start()
const { port } = service.address(web)
const admin = service.adminAddress.port
say({ port, live: { port: admin, path: '/livez' }, ready: { port: admin, path: '/readyz' } })
