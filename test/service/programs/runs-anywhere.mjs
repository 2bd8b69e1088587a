// Runs a service where it was not made to: in a worker thread, or in a worker of a cluster.
import cluster from 'node:cluster'
import { isMainThread, Worker } from 'node:worker_threads'
import { createService } from 'seaworthy'

const [where] = process.argv.slice(2)
const service = () => createService({ name: 'lost', admin: { port: 0 }, env: { OTEL_SDK_DISABLED: 'true' } })

if (where === 'cluster' && cluster.isPrimary) {
  cluster.fork().on('exit', (code) => process.exit(code))
} else if (where === 'thread' && isMainThread) {
  new Worker(new URL(import.meta.url), { argv: ['inside'] }).on('exit', (code) => process.exit(code))
} else {
  await service()
    .run()
    .catch((error) => console.log(error.code, error.message))
  process.exit(0)
}
