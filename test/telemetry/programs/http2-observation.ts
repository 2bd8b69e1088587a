// Observes HTTP/2 before node:http2 is loaded, and prints what was seen of the first requests, and what was loaded when.
import { context, metrics, propagation } from '@opentelemetry/api'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { type EventEmitter, once } from 'node:events'
import type { AddressInfo, Server } from 'node:net'
import { systemClock } from '../../../src/core/clock.ts'
import { FastContextManager } from '../../../src/telemetry/context/context-manager.ts'
import { ClientRequests } from '../../../src/telemetry/instrumentation/client-requests.ts'
import { observeFetch } from '../../../src/telemetry/instrumentation/fetch.ts'
import { createMethodNames } from '../../../src/telemetry/instrumentation/http-method.ts'
import { observeHttp2 } from '../../../src/telemetry/instrumentation/observe-http2.ts'
import { createPropagator } from '../../../src/telemetry/propagation/create-propagator.ts'
import { selfSignedCertificate } from '../../server/self-signed-certificate.ts'

// An import would read all that node:http exports, undici's WebSocket among it, and undici loads node:http2.
const { createServer, get } = process.getBuiltinModule('node:http')

const exporter = new InMemorySpanExporter()
const tracer = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }).getTracer('http2')
const meter = metrics.getMeter('http2')
const nameMethod = createMethodNames()
const problems: string[] = []
const onProblem = (error: unknown): void => void problems.push(String(error))
const requests = new ClientRequests({ tracer, meter, clock: systemClock, nameMethod })
context.setGlobalContextManager(new FastContextManager())
propagation.setGlobalPropagator(createPropagator(['tracecontext', 'baggage']))
const undo = [
  observeFetch(requests, onProblem),
  observeHttp2({
    tracer,
    meter,
    nameMethod,
    requests,
    onProblem,
    ignoreRequest: () => false,
  }),
]
const isLoaded = (): boolean =>
  (Reflect.get(process, 'moduleLoadList') as string[]).some((name) => name === 'NativeModule http2')
const loaded = [isLoaded()]

const http1 = await listen(createServer((_request, response) => response.end()))
const [answer] = await once(get({ port: http1.port, host: '127.0.0.1', agent: false }), 'response')
answer.resume()
await once(answer, 'end')
http1.server.close()
loaded.push(isLoaded())

// As an application loads it.
const http2 = await import('node:http2')
const plain = await listen(http2.createServer((_request, response) => response.end('plain')))
await request(`http://127.0.0.1:${plain.port}`)
const plainSpans = takeSpans(await ended(2))

const certificate = selfSignedCertificate()
const secure = await listen(
  http2.createSecureServer({ ...certificate, allowHTTP1: true }, (_request, response) => response.end('secure')),
)
await request(`https://127.0.0.1:${secure.port}`)
const secureSpans = takeSpans(await ended(2))

// Over HTTP/2 from Node 26 on; the certificate is none that anyone trusts, as the environment allows.
const fetched = await fetch(`https://127.0.0.1:${secure.port}/`)
await fetched.text()
const fetchSpans = takeSpans(await ended(1))

for (const end of undo) end()
requests.close()
console.log(JSON.stringify({ loaded, plainSpans, secureSpans, fetchSpans, problems }))
for (const { server } of [plain, secure]) server.close()
setImmediate(() => process.exit())

async function listen<S extends Server>(server: S): Promise<{ readonly server: S; readonly port: number }> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, port: (server.address() as AddressInfo).port }
}

async function request(url: string): Promise<void> {
  const session = http2.connect(url, { rejectUnauthorized: false })
  const stream = session.request({ ':path': '/' })
  stream.resume()
  await once(stream as EventEmitter, 'close')
  session.destroy()
}

async function ended(count: number): Promise<void> {
  while (exporter.getFinishedSpans().length < count) {
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
  }
}

function takeSpans(_ready: void): unknown[] {
  const spans = exporter.getFinishedSpans().map((span) => ({
    kind: span.kind,
    version: span.attributes['network.protocol.version'],
    scheme: span.attributes['url.scheme'],
    traceId: span.spanContext().traceId,
  }))
  exporter.reset()
  return spans
}
