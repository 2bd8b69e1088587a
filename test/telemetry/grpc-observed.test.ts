import { ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api'
import { connect, createServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { startTelemetry } from './telemetry-fixture.ts'

/** A call as gRPC makes it, to a server in this process. */
async function call(onStream: () => void): Promise<void> {
  const server = createServer()
  server.on('stream', (stream) => {
    onStream()
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
    stream.end()
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  onTestFinished(() => {
    session.close()
    server.close()
  })
  const stream = session.request({ ':method': 'POST', ':path': '/shop.Orders/Get', 'content-type': 'application/grpc' })
  stream.end()
  stream.resume()
  await new Promise((resolve) => {
    stream.on('close', resolve)
  })
}

test('a call of gRPC has the server span of the instrumentation of gRPC alone, from the first that this makes on', async () => {
  const names: Record<string, string[]> = {}
  for (const scope of ['@opentelemetry/instrumentation-grpc', 'something else']) {
    await using started = await startTelemetry({ instrument: { runtime: false } })
    const tracer = trace.getTracer(scope, '0.1.0')
    await call(() => tracer.startSpan('its own', { kind: SpanKind.SERVER }, ROOT_CONTEXT).end())
    await started.telemetry.flush(3000)
    const servers = started.receiver.store.spans().filter(({ kind }) => kind === SpanKind.SERVER + 1)
    names[scope] = servers.map(({ name }) => name)
    expect(started.receiver.store.metrics({ name: 'rpc.server.call.duration' })).toHaveLength(1)
    started.telemetry.uninstall()
  }
  expect(names).toEqual({
    '@opentelemetry/instrumentation-grpc': ['its own'],
    'something else': ['its own', 'shop.Orders/Get'],
  })
})
