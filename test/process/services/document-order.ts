// The original document's example, handler by handler and with its own order: the OTLP handler before the database's.
// There, the span of the shutdown and everything of the database are lost.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as wait } from 'node:timers/promises'
import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { createTelemetry, GracefulShutdown } from 'seaworthy'
import { printLog } from '../print-log.ts'

const { TELEMETRY = 'ours' } = process.env

/** Seaworthy's telemetry, or the stock SDK set up as its own documentation does. */
async function initTelemetry(): Promise<{ shutdown(): Promise<void> }> {
  if (TELEMETRY === 'ours') {
    const telemetry = createTelemetry({ serviceName: 'shop', env: process.env, log: printLog })
    await telemetry.start()
    return telemetry
  }
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'shop' }),
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter() })],
  })
  trace.setGlobalTracerProvider(provider)
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  return provider
}

const app = await initTelemetry()
const tracer = trace.getTracer('shop')

const db = new DatabaseSync(':memory:')
db.exec('CREATE TABLE orders (id INTEGER PRIMARY KEY)')
const httpServer = createServer((_request, response) => {
  tracer.startActiveSpan('place order', (span) => {
    db.exec('INSERT INTO orders DEFAULT VALUES')
    span.end()
  })
  response.end('placed')
})

const gs = new GracefulShutdown({
  timeout: '10s',
  log: printLog,
  ...(TELEMETRY === 'foreign as flush' ? { flush: () => app.shutdown() } : {}),
})

gs.register({
  name: 'stop-accepting-requests',
  order: 1,
  async handler() {
    httpServer.close()
    httpServer.closeAllConnections()
    await once(httpServer, 'close')
  },
})
gs.register({ name: 'drain-active-connections', order: 2, handler: () => wait(100) })
if (TELEMETRY !== 'foreign as flush') {
  gs.register({ name: 'shutdown-otlp', order: 3, handler: () => app.shutdown() })
}
gs.register({
  name: 'close-database',
  order: 4,
  handler: () =>
    tracer.startActiveSpan('db.close', (span) => {
      db.close()
      span.end()
    }),
})

httpServer.listen(0, '127.0.0.1')
await once(httpServer, 'listening')
const shutdownComplete = gs.waitForShutdown()
console.log(`ready http://127.0.0.1:${(httpServer.address() as AddressInfo).port}`)
await shutdownComplete
console.log('Shutdown complete')
