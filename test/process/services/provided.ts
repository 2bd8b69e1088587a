// A service whose telemetry is a NodeSDK of its own, ended as its documentation has it. SHUTDOWN says by whom besides.
import { context, trace } from '@opentelemetry/api'
import { createRequire } from 'node:module'
import { setTimeout as wait } from 'node:timers/promises'
import { createService, type WholeSdk } from 'seaworthy'

interface NodeSdk extends WholeSdk {
  start(): void
}
const { NodeSDK } = createRequire(import.meta.url)('@opentelemetry/sdk-node') as {
  readonly NodeSDK: new (options: object) => NodeSdk
}

const sdk = new NodeSDK({ instrumentations: [] })
sdk.start()
if (process.env['SHUTDOWN'] === 'by its own listener') {
  process.on('SIGTERM', () => {
    sdk
      .shutdown()
      .catch((error: unknown) => console.error(error))
      .finally(() => process.exit(0))
  })
}

const service = createService({
  name: 'provided',
  telemetry: { provider: sdk },
  admin: { host: '127.0.0.1' },
  shutdown: { drainDelay: '100ms', inFlight: '5s', stop: '1s', flush: '600ms', margin: '1s' },
})
service.resource('database', {
  start: () => {},
  async stop() {
    if (process.env['SHUTDOWN'] === 'by a resource') await sdk.shutdown()
    trace.getTracer('app').startSpan('database closed').end()
  },
})
service.listener('web', {
  port: 0,
  start:
    ({ log }) =>
    async (request, response) => {
      const span = trace.getTracer('app').startSpan(`${request.method} ${request.url}`)
      await context.with(trace.setSpan(context.active(), span), async () => {
        process.stderr.write('request\n')
        await wait(400)
        log.info({ spanId: span.spanContext().spanId }, 'answers')
      })
      span.end()
      response.end('answered')
    },
})
await service.run()
