import { answer, check, say } from './work.mjs'

const { BENCH_SEAWORTHY, BENCH_STUCK_AFTER_MS } = process.env
const { createService } = await import(BENCH_SEAWORTHY)

const service = createService({
  name: 'bench',
  admin: { port: 0, host: '127.0.0.1', stuckAfter: Number(BENCH_STUCK_AFTER_MS) },
})
const web = service.listener('web', { port: 0, host: '127.0.0.1', start: () => answer })
service.check({ name: 'database', check })
await service.start()
const { port } = service.address(web)
const probes = service.adminAddress.port
say({ port, live: { port: probes, path: '/livez' }, ready: { port: probes, path: '/readyz' } })
