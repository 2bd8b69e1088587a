import http2 from 'node:http2'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { RpcMethods } from '../../../src/telemetry/instrumentation/rpc-methods.ts'
import { deliverSpans, startTelemetry } from '../telemetry-fixture.ts'
import { connect, listen } from './http2-fixture.ts'

test.for([
  ['hang up', false, 'CANCELLED'],
  ['are not let in', true, 'UNAUTHENTICATED'],
  ['may not', true, 'PERMISSION_DENIED'],
] as const)('callers that make up thousands of names and %s take the place of no method', ([, isAnswered, status]) => {
  const methods = new RpcMethods()
  expect(methods.name('shop.Orders/Place', status, isAnswered)).toBe('shop.Orders/Place')
  const names = new Set<string>()
  for (let index = 0; index < 5000; index++) names.add(methods.name(`made.Up/${index}`, status, isAnswered))
  expect(names.size).toBe(100)
  expect(names).toContain('_OTHER')
  // Those keep their names, and whatever the server answers to is one of its methods.
  expect(methods.name('shop.Orders/Place', status, isAnswered)).toBe('shop.Orders/Place')
  expect(methods.name('shop.Orders/List', status, isAnswered)).toBe('_OTHER')
  expect(methods.name('shop.Orders/List', 'NOT_FOUND', true)).toBe('shop.Orders/List')
  expect(methods.name('shop.Orders/List', status, isAnswered)).toBe('shop.Orders/List')
  expect(methods.name('shop.Orders/List', 'UNIMPLEMENTED', true)).toBe('shop.Orders/List')
})

test('a server has a thousand methods at most', () => {
  const methods = new RpcMethods()
  const names = Array.from({ length: 1500 }, (_, index) => methods.name(`shop.Orders/${index}`, 'OK', true))
  expect(names.filter((name) => name !== '_OTHER')).toHaveLength(1000)
  expect(methods.name('shop.Orders/0', 'CANCELLED', false)).toBe('shop.Orders/0')
})

test('a client that makes up methods and cancels its calls at once leaves few names', async () => {
  await using started = await startTelemetry()
  const server = http2.createServer()
  server.on('stream', (stream) => stream.on('error', () => {}))
  const session = connect(`http://127.0.0.1:${await listen(server)}`)
  for (let index = 0; index < 150; index++) {
    const path = `/made.Up/${index}`
    const stream = session.request({ ':method': 'POST', ':path': path, 'content-type': 'application/grpc' })
    stream.on('error', () => {}).close(http2.constants.NGHTTP2_CANCEL)
    await once(stream, 'close')
  }
  const spans = await deliverSpans(started, 300)
  const taken = spans.filter(({ kind }) => kind === 2)
  expect(taken).toHaveLength(150)
  expect(taken.filter(({ name }) => name === 'grpc')).toHaveLength(50)
  const series = started.receiver.store.metrics({ name: 'rpc.server.call.duration' })
  expect(new Set(series.map(({ latest }) => latest.attributes['rpc.method'])).size).toBe(101)
})
