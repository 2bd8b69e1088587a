/**
 * A service with everything on: each request is one of HTTP within another, two spans of its own, a log line, a counter and a
 * histogram. On each message `sample` it collects garbage and says what it holds; on `stop` it ends, and says the report.
 */
import { readdirSync } from 'node:fs'
import { request as httpRequest, type RequestListener } from 'node:http'
import { createRequire } from 'node:module'
import type * as Api from '@opentelemetry/api'
import { createService } from 'seaworthy'
import type { Held, ToParent } from '../messages.ts'

// The package of the root: the installation of the benchmarks may have another.
const { metrics, trace } = createRequire(new URL('../../../package.json', import.meta.url))(
  '@opentelemetry/api',
) as typeof Api

const service = createService({
  name: 'soak',
  admin: false,
  logging: { level: 'info' },
  shutdown: { drainDelay: 0, inFlight: '5s', stop: '2s', flush: '20s', margin: '2s' },
})
const tracer = trace.getTracer('soak')
let order = 0
/** Only to show that a leak is seen: what is kept of each order. */
const leakBytes = Number(process.env['SOAK_LEAK'] ?? 0)
const leaked: object[] = []
let port = 0

function handler(ownPort: () => number): RequestListener {
  const meter = metrics.getMeter('soak')
  const orders = meter.createCounter('soak.orders')
  const amounts = meter.createHistogram('soak.amount', { unit: 'EUR' })
  return (request, response) => {
    if (request.url === '/inner') return void response.end('inner')
    const number = order++
    if (leakBytes > 0) leaked.push(Array.from({ length: Math.ceil(leakBytes / 8) }, () => number))
    tracer.startActiveSpan('order', { attributes: { order: number } }, (span) => {
      service.log.info({ order: number }, 'order placed')
      orders.add(1, { kind: number % 3 })
      amounts.record(number % 500, { kind: number % 3 })
      httpRequest({ host: '127.0.0.1', port: ownPort(), path: '/inner' }, (inner) => {
        inner.resume().on('end', () => {
          span.addEvent('stock checked', { order: number })
          span.end()
          response.end('placed')
        })
      }).end()
    })
  }
}

const web = service.listener('web', {
  port: 0,
  host: '127.0.0.1',
  start: () => handler(() => port),
})
await service.start()
port = service.address(web)?.port ?? 0
say({ kind: 'ready', port })

process.on('message', (asked) => {
  if (asked === 'sample') say({ kind: 'sample', held: held() })
  if (asked === 'stop') {
    void service.stop().then((report) => {
      say({ kind: 'stopped', orders: order, report })
      process.disconnect()
    })
  }
})
// A soak that was killed must not leave it behind.
process.on('disconnect', () => void service.stop())

function held(): Held {
  for (let round = 0; round < 2; round++) globalThis.gc?.()
  const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage()
  const resources = process.getActiveResourcesInfo()
  return {
    rss,
    heapUsed,
    external,
    arrayBuffers,
    descriptors: process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0,
    sockets: resources.filter((name) => name.startsWith('TCP')).length,
    timers: resources.filter((name) => name === 'Timeout').length,
    orders: order,
    accounts: service.telemetry?.account(),
  }
}

function say(message: ToParent): void {
  process.send?.(message)
}
