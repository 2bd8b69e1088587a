import { say } from '../../health/services/work.mjs'
import { work } from './work.mjs'

const { BENCH_SEAWORTHY, BENCH_SHEDDING } = process.env
const { createService } = await import(BENCH_SEAWORTHY)

const service = createService({
  name: 'bench',
  admin: { port: 0, host: '127.0.0.1' },
  shedding: BENCH_SHEDDING === 'on',
})
const web = service.listener('web', {
  port: 0,
  host: '127.0.0.1',
  probes: true,
  start: () => (_request, response) => {
    work()
    response.end('served')
  },
})
await service.start()
const { port } = service.address(web)
const admin = service.adminAddress.port
say({ port, live: { port: admin, path: '/livez' }, ready: { port: admin, path: '/readyz' } })
