/**
 * A service that creates spans at a steady rate and watches its own event loop: how long each turn took. Says so in one line of JSON and ends.
 */
import { createRequire } from 'node:module'
import { constants, PerformanceObserver } from 'node:perf_hooks'
import type { TracerProvider } from '@opentelemetry/api'
import { createService } from 'seaworthy'
import { Pauses } from './pauses.ts'

const { trace } = createRequire(new URL('../../package.json', import.meta.url))('@opentelemetry/api') as {
  readonly trace: TracerProvider
}
const TICK_MS = 10
/** Code is compiled and connections are opened in this time; the spans of an earlier process are adopted in it as well. */
const warmUpMs = Number(process.env['PAUSES_WARM_UP_MS'] ?? 0)
const watchMs = Number(process.env['PAUSES_WATCH_MS'] ?? 0)
const ratePerS = Number(process.env['PAUSES_RATE'] ?? 0)
const leaveCount = Number(process.env['PAUSES_LEAVE'] ?? 0)
const tracer = trace.getTracer('bench-export-pauses')

const service = createService({ name: 'bench-export-pauses', admin: false, shutdown: { drainDelay: 0 } })
service.resource('work', { start: () => (leaveCount > 0 ? leave() : watch()) })
void service.run()

function leave(): void {
  for (let index = 0; index < leaveCount; index++) createSpan(index)
  process.exit(0)
}

function watch(): void {
  const startedAt = performance.now()
  const pauses = new Pauses()
  let created = 0
  let collections = 0
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { detail } = entry as unknown as { detail?: { kind?: number } }
      if (detail?.kind === constants.NODE_PERFORMANCE_GC_MAJOR) collections++
    }
  }).observe({ entryTypes: ['gc'] })
  setInterval(() => {
    const due = Math.floor(((performance.now() - startedAt) / 1000) * ratePerS)
    for (; created < due; created++) createSpan(created)
  }, TICK_MS)
  setTimeout(() => {
    pauses.start()
    setTimeout(() => {
      pauses.stop()
      process.stdout.write(`#pauses ${JSON.stringify({ ...pauses.summary(), majorCollections: collections })}\n`)
      process.exit(0)
    }, watchMs)
  }, warmUpMs)
}

function createSpan(order: number): void {
  const span = tracer.startSpan('GET /orders/:id', { kind: 1 })
  span.setAttribute('http.request.method', 'GET')
  span.setAttribute('http.route', '/orders/:id')
  span.setAttribute('http.response.status_code', 200)
  span.setAttribute('order', order)
  span.end()
}
