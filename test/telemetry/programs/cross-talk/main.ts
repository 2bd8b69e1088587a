// 1,000 requests at once through servers and clients of node:http, all through the same pool, agent and emitter. Prints
// how often each place saw the right context and how often a wrong one, and the spans.
import { context, metrics, propagation, trace } from '@opentelemetry/api'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { EventEmitter, once } from 'node:events'
import { Agent, createServer, request as sendRequest, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { systemClock } from '../../../../src/core/clock.ts'
import { FastContextManager } from '../../../../src/telemetry/context/context-manager.ts'
import { observeHttp } from '../../../../src/telemetry/instrumentation/observe-http.ts'
import { createPropagator } from '../../../../src/telemetry/propagation/create-propagator.ts'
import { type Surroundings, travel } from './journey.ts'
import { headersOf, PlaceChecks } from './place-checks.ts'
import { SocketPool, startEcho } from './socket-pool.ts'

const CLIENTS = Number(process.argv[2] ?? 1000)
const PIPELINES = 10
const PIPELINED = 10

const checks = new PlaceChecks()
const clockwork = new EventEmitter({ captureRejections: false }).setMaxListeners(0)
const ticking = setInterval(() => {
  checks.checkOutside('an interval of the process')
  clockwork.emit('tick')
}, 2)

const exporter = new InMemorySpanExporter()
const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] })
context.setGlobalContextManager(new FastContextManager())
propagation.setGlobalPropagator(createPropagator(['tracecontext', 'baggage']))
trace.setGlobalTracerProvider(provider)
const problems: string[] = []
const stopObserving = observeHttp({
  tracer: trace.getTracer('cross-talk'),
  meter: metrics.getMeter('cross-talk'),
  clock: systemClock,
  knownMethods: undefined,
  ignoreRequest: () => false,
  onProblem: (error) => problems.push(String(error)),
})

const echo = await startEcho()
const backend = await listen(
  createServer((request, response) => {
    const id = String(request.headers['x-request'])
    checks.check('backend handler', id)
    setTimeout(() => {
      checks.check('backend timer', id)
      response.write('first')
      setImmediate(() => response.end('last'))
    }, 1)
  }),
)
let waiting = CLIENTS + PIPELINES * PIPELINED
let goOn = (): void => {}
const surroundings: Surroundings = {
  checks,
  pool: new SocketPool(echo, 8),
  agent: new Agent({ keepAlive: true, maxSockets: 32 }),
  backendPort: portOf(backend),
  everyoneIsHere: new Promise((resolve) => {
    goOn = resolve
  }),
  clockwork,
}
const front = await listen(
  createServer((request, response) => {
    travel(request, response, surroundings).catch((error: unknown) => {
      problems.push(String(error))
      response.destroy()
    })
    if (--waiting === 0) goOn()
  }),
)
front.on('connection', () => checks.checkOutside('connection'))
front.on('clientError', () => checks.checkOutside('clientError'))

const answers = await Promise.all([
  ...Array.from({ length: CLIENTS }, async (_, index) => await post(String(index))),
  ...Array.from({ length: PIPELINES }, async (_, index) => await sendPipeline(CLIENTS + index * PIPELINED)),
])
checks.checkOutside('the main program, after everything')

clearInterval(ticking)
stopObserving()
surroundings.pool.close()
surroundings.agent.destroy()
for (const server of [front, backend]) server.closeAllConnections()
for (const server of [front, backend, echo]) server.close()
await provider.forceFlush()
const spans = exporter.getFinishedSpans().map((span) => {
  const { traceId, spanId } = span.spanContext()
  return { kind: span.kind, traceId, spanId, parentId: span.parentSpanContext?.spanId }
})
console.log(JSON.stringify({ right: checks.right, wrong: checks.wrong, answers: answers.flat(), problems, spans }))

async function listen(server: Server): Promise<Server> {
  server.listen(0, '127.0.0.1', 4096)
  await once(server, 'listening')
  return server
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}

async function post(id: string): Promise<string> {
  const headers = { ...headersOf(id), connection: 'close' }
  const request = sendRequest({ port: portOf(front), host: '127.0.0.1', method: 'POST', headers, agent: false })
  request.write('one part')
  await once(request, 'socket')
  setImmediate(() => request.end('the rest'))
  const [response] = await once(request, 'response')
  let text = ''
  for await (const chunk of response) text += String(chunk)
  return text
}

/** Many requests on one connection before the first answer has come; by hand, so that nothing of ours sees the client. */
async function sendPipeline(first: number): Promise<string[]> {
  const socket = connect(portOf(front), '127.0.0.1')
  let text = ''
  for (let index = 0; index < PIPELINED; index++) {
    const headers = { host: 'front', ...headersOf(String(first + index)), 'content-length': '4' }
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
    text += `POST / HTTP/1.1\r\n${lines.join('')}${index === PIPELINED - 1 ? 'connection: close\r\n' : ''}\r\nbody`
  }
  socket.write(text)
  let received = ''
  for await (const chunk of socket) received += String(chunk)
  return received
    .split('HTTP/1.1 200 OK')
    .slice(1)
    .map((answer) => {
      const body = answer.slice(answer.indexOf('\r\n\r\n') + 4)
      return body.includes('\r\n') ? (body.split('\r\n')[1] ?? '') : body
    })
}
