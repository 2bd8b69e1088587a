// https://www.npmjs.com/package/@godaddy/terminus, "Usage"; with BENCH_DELAYED=1 as in "How to set Terminus up with Kubernetes?".
import { createServer } from 'node:http'
import { createTerminus } from '@godaddy/terminus'
import { DELAY_MS, handler, HOST, PORT, withWebSockets } from './work.ts'

const server = withWebSockets(createServer(handler))
const forKubernetes = {
  beforeShutdown: () => new Promise((resolve) => setTimeout(resolve, DELAY_MS)),
  useExit0: true,
}
createTerminus(server, {
  healthChecks: { '/healthcheck': () => Promise.resolve() },
  // The default of a second is shorter than the slow requests here take.
  timeout: 10_000,
  ...(process.env['BENCH_DELAYED'] === '1' ? forKubernetes : {}),
})
server.listen(PORT, HOST)
