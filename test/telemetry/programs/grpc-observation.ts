// One call of gRPC, with or without the stock instrumentation of gRPC beside ours of HTTP/2; prints whose spans there are.
//   node grpc-observation.ts with|without
import { context, metrics, propagation, trace } from '@opentelemetry/api'
import { GrpcInstrumentation } from '@opentelemetry/instrumentation-grpc'
import type * as Grpc from '@grpc/grpc-js'
import { createRequire } from 'node:module'
import { systemClock } from '../../../src/core/clock.ts'
import { decodeRequest } from '../../../src/otlp/decode-request.ts'
import { FastContextManager } from '../../../src/telemetry/context/context-manager.ts'
import { ClientRequests } from '../../../src/telemetry/instrumentation/client-requests.ts'
import { createMethodNames } from '../../../src/telemetry/instrumentation/http-method.ts'
import { observeHttp2 } from '../../../src/telemetry/instrumentation/observe-http2.ts'
import { createPropagator } from '../../../src/telemetry/propagation/create-propagator.ts'
import { TraceFixture } from '../trace/trace-fixture.ts'

const isObserved = process.argv[2] === 'with'
const fixture = new TraceFixture()
const { provider } = fixture
const tracer = provider.getTracer('ours')
const meter = metrics.getMeter('ours')
const nameMethod = createMethodNames()
const problems: string[] = []
const onProblem = (error: unknown): void => void problems.push(String(error))
const requests = new ClientRequests({ tracer, meter, clock: systemClock, nameMethod })
context.setGlobalContextManager(new FastContextManager())
propagation.setGlobalPropagator(createPropagator(['tracecontext', 'baggage']))
trace.setGlobalTracerProvider(provider)
observeHttp2({
  tracer,
  meter,
  nameMethod,
  requests,
  onProblem,
  ignoreRequest: () => false,
  watchSpans: (name, listener) => provider.watch(name, listener),
})
const instrumentation = new GrpcInstrumentation({ enabled: isObserved })
if (isObserved) instrumentation.setTracerProvider(provider)
const grpc = createRequire(import.meta.url)('@grpc/grpc-js') as typeof Grpc

const bytes = { serialize: (value: Buffer) => value, deserialize: (value: Buffer) => value }
const definition: Grpc.ServiceDefinition = {
  get: {
    path: '/shop.Orders/Get',
    requestStream: false,
    responseStream: false,
    requestSerialize: bytes.serialize,
    requestDeserialize: bytes.deserialize,
    responseSerialize: bytes.serialize,
    responseDeserialize: bytes.deserialize,
  },
}
let inHandler: string | undefined
const server = new grpc.Server()
server.addService(definition, {
  get(call: { request: Buffer }, callback: (error: null, value: Buffer) => void) {
    inHandler = trace.getSpanContext(context.active())?.traceId
    callback(null, call.request)
  },
})
const port = await new Promise<number>((resolve, reject) => {
  server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) => {
    if (error === null) resolve(bound)
    else reject(error)
  })
})
const Client = grpc.makeGenericClientConstructor(definition, 'shop.Orders')
const client = new Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure())
const root = tracer.startSpan('root')
await context.with(trace.setSpan(context.active(), root), async () => {
  await new Promise<void>((resolve, reject) => {
    client['get']?.(Buffer.from('x'), (error: Error | null) => {
      if (error === null) resolve()
      else reject(error)
    })
  })
})
root.end()
client.close()
await new Promise((resolve) => {
  server.tryShutdown(resolve)
})
const spans = decodeRequest('traces', fixture.body).flatMap(({ scopes }) =>
  scopes.flatMap(({ scope, items }) =>
    items.map(({ name, kind, traceId }) => ({ scope: scope.name, kind: kind - 1, name, traceId })),
  ),
)
console.log(JSON.stringify({ spans, inHandler, traceId: root.spanContext().traceId, problems }))
