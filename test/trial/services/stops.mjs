// Stops in the way that its argument says. Answers on /, takes 600 ms on /slow, tells its readiness on /readyz, reads
// bodies to their end, writes a line and keeps a span for each request.
import { createServer } from 'node:http'
import { Telemetry } from './tiny-telemetry.mjs'

const how = process.argv[2] ?? 'correct'
const telemetry = new Telemetry()
let isReady = true
let saysClose = false
let inFlight = 0

const server = createServer((request, response) => {
  if (request.url === '/readyz') return response.writeHead(isReady ? 200 : 503).end()
  inFlight++
  const record = telemetry.begin(request.headers.traceparent)
  response.once('close', () => {
    inFlight--
    telemetry.end(record)
    if (how.startsWith('logs')) {
      console.log(JSON.stringify({ level: 'info', msg: 'answered', trace_id: record.traceId, pad: 'x'.repeat(300) }))
    }
  })
  const answer = () => {
    if (saysClose) response.setHeader('Connection', 'close')
    if (request.url === '/large') response.end('x'.repeat(2_000_000))
    else response.end('ok')
  }
  request.resume().once('end', () => {
    if (request.url === '/slow') setTimeout(answer, 600)
    else answer()
  })
})
server.keepAliveTimeout = 65_000
server.listen(Number(process.env.PORT), '127.0.0.1')

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

async function drain({ tells = true } = {}) {
  isReady = false
  saysClose = tells
  await pause(1200)
  server.close()
  while (inFlight > 0) await pause(10)
  await pause(100)
  server.closeAllConnections()
}

const WAYS = {
  'no-handler': undefined,
  'close-exits': () => server.close(() => process.exit(0)),
  'exits-at-once': () => process.exit(0),
  'tells-nobody': async () => {
    await drain({ tells: false })
    await telemetry.flush()
    process.exit(0)
  },
  correct: async () => {
    await drain()
    await telemetry.flush()
    process.exit(0)
  },
  'loses-telemetry': async () => {
    await drain()
    process.exit(0)
  },
  'never-unready': async () => {
    saysClose = true
    await pause(1200)
    server.close()
    while (inFlight > 0) await pause(10)
    process.exit(0)
  },
  hangs: () => server.close(),
  'hangs-for-ever': () => setInterval(() => {}, 1000),
  'exits-1': async () => {
    await drain()
    process.exit(1)
  },
  'second-forces': (count) => {
    if (count === 2) process.exit(143)
  },
  'ignores-second': async (count) => {
    if (count === 1) await drain()
  },
  'second-exits-0': (count) => {
    if (count === 2) process.exit(0)
  },
  'logs-and-exits': async () => {
    await drain()
    process.exit(0)
  },
  'logs-and-waits': async () => {
    await drain()
    process.stdout.write('', () => process.exit(0))
  },
  'waits-for-collector': async () => {
    await drain()
    await telemetry.flush({ timeoutMs: 60_000 })
    process.exit(0)
  },
  'rejects-without-collector': async () => {
    await drain()
    await telemetry.flush({ timeoutMs: 300, throws: true })
    process.exit(0)
  },
}

let count = 0
const way = WAYS[how]
if (way !== undefined) for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => void way(++count))
