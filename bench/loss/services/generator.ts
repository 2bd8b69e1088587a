/**
 * Creates spans at a steady rate and says on standard error how many there are, each 20 ms and at the end: what is in a
 * pipe survives even SIGKILL. The same for every variant.
 */
import { writeSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { createRequire } from 'node:module'
import type { Tracer, TracerProvider } from '@opentelemetry/api'

// The packages of the root: the installation of the benchmarks has others.
export const requireFromRoot = createRequire(new URL('../../../package.json', import.meta.url))
const { trace } = requireFromRoot('@opentelemetry/api') as { readonly trace: TracerProvider }

const TICK_MS = 10
const SAID_EACH_TICKS = 2

const ratePerS = Number(process.env['LOSS_RATE'] ?? 0)
const endAfterMs = Number(process.env['LOSS_END_AFTER_MS'] ?? 0)
const end = process.env['LOSS_END'] ?? 'signal'
/** Whether spans are created by requests, at the pace of those who send them. */
export const isServer = process.env['LOSS_SERVER'] === '1'

/** A process whose benchmark was killed must not go on. */
const parent = process.ppid
setInterval(() => {
  if (process.ppid !== parent) process.exit(1)
}, 1000).unref()

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
      createSpan(tracer, created)
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

/** Answers every request, with a span for each. */
export function countingHandler(): RequestListener {
  const tracer = trace.getTracer('bench-loss')
  let created = 0
  setInterval(() => say('created', created), TICK_MS * SAID_EACH_TICKS).unref()
  process.once('exit', () => say('created', created))
  return (_request, response) => {
    createSpan(tracer, created)
    created++
    response.end('ok')
  }
}

/** Says where requests are to be sent. */
export function sayPort(port: number): void {
  say('port', port)
}

function createSpan(tracer: Tracer, order: number): void {
  const span = tracer.startSpan('GET /orders/:id', { kind: 1 })
  span.setAttribute('http.request.method', 'GET')
  span.setAttribute('http.route', '/orders/:id')
  span.setAttribute('http.response.status_code', 200)
  span.setAttribute('order', order)
  span.end()
}

function say(what: string, count: number): void {
  try {
    writeSync(2, `#${what} ${Date.now()} ${count}\n`)
  } catch {
    // A full pipe: the next line has the same count and more.
  }
}
