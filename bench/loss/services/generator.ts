/**
 * Creates spans at a steady rate and says on standard error how many there are, each 20 ms and at the end: what is in a
 * pipe survives even SIGKILL. The same for every variant.
 */
import { writeSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { TracerProvider } from '@opentelemetry/api'

// The packages of the root: the installation of the benchmarks has others.
export const requireFromRoot = createRequire(new URL('../../../package.json', import.meta.url))
const { trace } = requireFromRoot('@opentelemetry/api') as { readonly trace: TracerProvider }

const TICK_MS = 10
const SAID_EACH_TICKS = 2

const ratePerS = Number(process.env['LOSS_RATE'] ?? 0)
const endAfterMs = Number(process.env['LOSS_END_AFTER_MS'] ?? 0)
const end = process.env['LOSS_END'] ?? 'signal'

/** Begins, unless the rate is 0, and stops at SIGTERM as the work of a service does. */
export function generate(): void {
  say('ready', 0)
  if (ratePerS === 0) return
  const tracer = trace.getTracer('bench-loss')
  const startedAt = performance.now()
  let created = 0
  let ticks = 0
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - startedAt) / 1000) * ratePerS)
    for (; created < due; created++) {
      const span = tracer.startSpan('GET /orders/:id', { kind: 1 })
      span.setAttribute('http.request.method', 'GET')
      span.setAttribute('http.route', '/orders/:id')
      span.setAttribute('http.response.status_code', 200)
      span.setAttribute('order', created)
      span.end()
    }
    if (++ticks % SAID_EACH_TICKS === 0) say('created', created)
    if (end === 'signal' || performance.now() - startedAt < endAfterMs) return
    clearInterval(timer)
    say('created', created)
    say('ending', created)
    if (end === 'exit') process.exit(0)
    throw new Error('the end of this run')
  }, TICK_MS)
  process.once('SIGTERM', () => clearInterval(timer))
  process.once('exit', () => say('created', created))
}

function say(what: string, count: number): void {
  try {
    writeSync(2, `#${what} ${Date.now()} ${count}\n`)
  } catch {
    // A full pipe: the next line has the same count and more.
  }
}
