// A call of gRPC to a port where nobody listens, by a package that is loaded after the observation has begun; prints the
// names of the spans.
//   node late-grpc.ts import|require
import { metrics, trace } from '@opentelemetry/api'
import type * as Grpc from '@grpc/grpc-js'
import { createRequire } from 'node:module'
import { systemClock } from '../../../src/core/clock.ts'
import { ClientRequests } from '../../../src/telemetry/instrumentation/client-requests.ts'
import { createMethodNames } from '../../../src/telemetry/instrumentation/http-method.ts'
import { observeHttp2 } from '../../../src/telemetry/instrumentation/observe-http2.ts'
import { TraceFixture } from '../trace/trace-fixture.ts'

const fixture = new TraceFixture()
trace.setGlobalTracerProvider(fixture.provider)
const { tracer } = fixture
const meter = metrics.getMeter('ours')
const nameMethod = createMethodNames()
const onProblem = (error: unknown): void => console.error(error)
const requests = new ClientRequests({ tracer, meter, clock: systemClock, nameMethod })
const stop = observeHttp2({ tracer, meter, nameMethod, requests, onProblem, ignoreRequest: () => false })

const name = '@grpc/grpc-js'
const require = createRequire(import.meta.url)
const grpc = (process.argv[2] === 'import' ? await import(name) : require(name)) as typeof Grpc
// It is found each time that somebody requires it, and observed once.
require(name)
const call = async (): Promise<void> => {
  const client = new grpc.Client('127.0.0.1:1', grpc.credentials.createInsecure())
  await new Promise<void>((resolve) => {
    const pass = (value: Buffer): Buffer => value
    client.makeUnaryRequest('/shop.Orders/Get', pass, pass, Buffer.alloc(0), () => resolve())
  })
  client.close()
}
await call()
stop()
await call()
console.log(JSON.stringify(fixture.spans.map((span) => span.name)))
