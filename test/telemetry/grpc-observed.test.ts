import { SpanKind, trace } from '@opentelemetry/api'
import { connect, createServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { startTelemetry } from './telemetry-fixture.ts'

/** A call as gRPC makes it, to a server in this process. */
async function call(): Promise<void> {
  const server = createServer()
  server.on('stream', (stream) => {
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

test('calls of gRPC have no server span of HTTP where the instrumentation of gRPC has asked for its tracer', async () => {
  const spans: Record<string, number> = {}
  for (const asked of ['@opentelemetry/instrumentation-grpc', 'something else']) {
    await using started = await startTelemetry({ instrument: { runtime: false } })
    trace.getTracer(asked, '0.1.0')
    await call()
    await started.telemetry.flush(3000)
    spans[asked] = started.receiver.store.spans().filter(({ kind }) => kind === SpanKind.SERVER + 1).length
    started.telemetry.uninstall()
  }
  expect(spans['@opentelemetry/instrumentation-grpc']).toBe(0)
  expect(spans['something else']).toBeGreaterThan(0)
})
