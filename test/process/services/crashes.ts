// Creates spans and log records that are numbered, and ends by CRASH; with CRASH=no it only sends what others have left.
import { writeSync } from 'node:fs'
import { logs, trace } from '@opentelemetry/api'
import { createService, createTelemetry } from 'seaworthy'

const { CRASH = 'no', HOW = 'telemetry', COUNT = '0', CRASH_BUDGET = '2s' } = process.env
const TICK_MS = 10
const PER_TICK = 5

/** A pipe has what was written to it, also after the end of the process. */
function say(text: string): void {
  writeSync(1, `${text}\n`)
}

let created = 0
function create(count: number): void {
  const tracer = trace.getTracer('crashes')
  const logger = logs.getLogger('crashes')
  for (const end = created + count; created < end; created++) {
    const span = tracer.startSpan('work', { attributes: { order: created } })
    logger.emit({ body: 'work', attributes: { order: created } })
    span.end()
  }
}

/** One turn of the loop, so that nothing of ours is called between the last span and the end. */
function crash(): void {
  switch (CRASH) {
    case 'exit':
      create(Number(COUNT))
      return process.exit(3)
    case 'uncaught':
      create(Number(COUNT))
      throw new Error('nobody caught this')
    case 'rejection':
      create(Number(COUNT))
      void Promise.reject(new Error('nobody handled this'))
      return
    case 'memory':
      leak()
      return tick()
    case 'killed':
      return tick()
    default:
  }
}

const leaked: unknown[] = []
function leak(): void {
  setInterval(() => leaked.push(Array.from({ length: 40_000 }, (_, index) => ({ index }))), TICK_MS)
}

let ticking: NodeJS.Timeout | undefined

/** Says how many there were, when, and for how long the loop had stood still before. */
function tick(): void {
  let lastAt = performance.now()
  ticking = setInterval(() => {
    create(PER_TICK)
    const now = performance.now()
    say(`tick ${created} ${now.toFixed()} ${(now - lastAt).toFixed()}`)
    lastAt = now
  }, TICK_MS)
}

if (HOW === 'service') {
  const service = createService({
    name: 'crashes',
    admin: false,
    shutdown: { drainDelay: 0, flush: '1s', crash: CRASH_BUDGET },
  })
  service.resource('work', { start: () => void setTimeout(crash, 50), stop: () => clearInterval(ticking) })
  const running = service.run()
  await service.start()
  say('ready')
  await running
} else {
  const telemetry = createTelemetry({
    serviceName: 'crashes',
    env: process.env,
    instrument: { http: false, runtime: false },
  })
  await telemetry.start()
  process.once('SIGTERM', () => void telemetry.flush(2000).then(() => process.exit(0)))
  setInterval(() => {}, 60_000)
  say('ready')
  setTimeout(crash, 50)
}
