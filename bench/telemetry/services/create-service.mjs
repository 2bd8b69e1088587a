// All of the runtime: telemetry, probes on their own port, the drain with its ledger, and a line of its log per request.
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const { control } = require('./control.cjs')
const { createHandler } = require('./handler.cjs')
const { createService } = await import(process.env.BENCH_SEAWORTHY)

const service = createService({ name: 'bench', admin: { port: 0 } })
const handle = createHandler()
const web = service.listener('web', {
  port: 0,
  host: '127.0.0.1',
  start:
    ({ log }) =>
    (request, response) => {
      handle(request, response)
      log.info({ path: request.url }, 'order read')
    },
})
void service.run()
await service.start()
control()
process.send({ port: service.address(web).port })
