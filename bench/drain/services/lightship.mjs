// https://www.npmjs.com/package/lightship, "Using with Express.js", as it is under Kubernetes: shutdownDelay is on there.
import { createServer } from 'node:http'
import { createHttpTerminator } from 'http-terminator'
import { createLightship } from 'lightship'
import { DELAY_MS, handler, HOST, PORT } from './work.ts'

// With detectKubernetes, the port of its probes is fixed outside a cluster and the delay is 0.
const lightship = await createLightship({ detectKubernetes: false, port: 0, shutdownDelay: DELAY_MS })
const server = createServer(handler).listen(PORT, HOST, () => lightship.signalReady())
if (process.env['BENCH_TERMINATOR'] === '1') {
  const terminator = createHttpTerminator({ server, gracefulTerminationTimeout: 5000 })
  lightship.registerShutdownHandler(() => terminator.terminate())
} else {
  lightship.registerShutdownHandler(() => {
    server.close()
  })
}
