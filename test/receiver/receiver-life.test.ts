import { createServer, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { ManualClock } from '../../src/core/manual-clock.ts'
import { createReceiver } from '../../src/receiver/receiver.ts'
import { eventually } from './eventually.ts'
import { EXPORT_TRACES, frame, GrpcClient } from './grpc-client.ts'
import { RawConnection } from './raw-connection.ts'
import { sendGood, started, tracesBytes } from './started-receiver.ts'

const HEAD = 'POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n'

test('it listens on the loopback only, on a free port, and one address serves both protocols', async () => {
  await using receiver = await started()
  expect(receiver.port).toBeGreaterThan(0)
  expect(receiver.endpoint).toBe(`http://127.0.0.1:${receiver.port}`)
  expect(receiver.grpcEndpoint).toBe(receiver.endpoint)
})

test('an IPv6 address is written as a URL needs it', async () => {
  await using receiver = await started({ host: '::1' })
  expect(receiver.endpoint).toBe(`http://[::1]:${receiver.port}`)
  expect(await sendGood(receiver)).toBe(200)
})

test.each(['0.0.0.0', '::'])('listening everywhere (%s), it is reached on the loopback', async (host) => {
  await using receiver = await started({ host })
  expect(receiver.endpoint).toMatch(/^http:\/\/(127\.0\.0\.1|\[::1\]):/)
  expect(await sendGood(receiver)).toBe(200)
})

test('starting twice gives the same address; stopping twice, or without a start, is fine; started again it is not', async () => {
  const receiver = createReceiver()
  expect(await receiver.start()).toEqual(await receiver.start())
  await receiver.stop()
  await receiver.stop()
  await expect(receiver.start()).rejects.toMatchObject({ code: 'SEA_RECEIVER_STOPPED' })
  const unstarted = createReceiver()
  await unstarted.stop()
  await expect(unstarted.start()).rejects.toMatchObject({ code: 'SEA_RECEIVER_STOPPED' })
})

test('a taken port is one clear error, and stopping afterwards is fine', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo
  const receiver = createReceiver({ port })
  await expect(receiver.start()).rejects.toMatchObject({
    code: 'SEA_RECEIVER_PORT_TAKEN',
    message: `Port ${port} of 127.0.0.1 is taken by another process`,
    hint: expect.stringContaining('another port'),
  })
  await receiver.stop()
  other.close()
})

test('an address of another machine is one clear error', async () => {
  await expect(createReceiver({ host: '192.0.2.1' }).start()).rejects.toMatchObject({
    code: 'SEA_RECEIVER_LISTEN_FAILED',
    message: expect.stringMatching(/^Cannot listen on port 0 of 192\.0\.2\.1: EADDRNOTAVAIL$/),
  })
})

test('options are checked all at once', () => {
  const options = { port: 70_000, maxBodyBytes: 2048, maxBufferedBytes: 1024, respond: 1, prot: 1 }
  expect(() => createReceiver(options as never)).toThrow(
    expect.objectContaining({
      code: 'SEA_OPTIONS_INVALID',
      message: `createReceiver():
  - "port" is 70000, expected 0 to 65535
  - "maxBufferedBytes" is 1024, expected 2048 to 17179869184
  - "respond" expected a function, got a number
  - "prot" is not an option. Did you mean "port"?`,
    }),
  )
})

test('stopping ends idle connections of both protocols at once, without waiting for the grace', async () => {
  const clock = new ManualClock()
  const receiver = await started({ clock })
  using silent = new RawConnection(receiver.port)
  using keptAlive = new RawConnection(receiver.port)
  await keptAlive.write(`${HEAD}{}`)
  const client = new GrpcClient(receiver.endpoint)
  await client.call(EXPORT_TRACES, [frame(tracesBytes())])
  await eventually(() => keptAlive.received.startsWith('HTTP/1.1 200') && receiver.openConnections === 3)

  await receiver.stop()

  expect([receiver.openConnections, clock.pending]).toEqual([0, 0])
  await Promise.all([silent.closed, keptAlive.closed])
  await client[Symbol.asyncDispose]()
})

test('requests under way when it stops are answered within the grace, new ones find no listener', async () => {
  const clock = new ManualClock()
  const waiting: (() => void)[] = []
  const receiver = await started({ clock, respond: () => new Promise((resolve) => waiting.push(() => resolve())) })
  using http1 = new RawConnection(receiver.port)
  await http1.write(`${HEAD}{}`)
  const client = new GrpcClient(receiver.endpoint)
  const reply = client.call(EXPORT_TRACES, [frame(tracesBytes())])
  await eventually(() => waiting.length === 2)

  const stopped = receiver.stop()
  await expect(sendGood(receiver)).rejects.toThrow('fetch failed')
  // Only then has everything that was idle when it stopped been closed.
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
  for (const go of waiting) go()

  expect((await reply).trailers['grpc-status']).toBe('0')
  expect(await http1.closed).toMatch(/^HTTP\/1\.1 200 /)
  await stopped
  expect([receiver.openConnections, clock.pending]).toEqual([0, 0])
  await client[Symbol.asyncDispose]()
})

test('requests that take longer than the grace are cut', async () => {
  const clock = new ManualClock()
  let asked = 0
  const receiver = await started({ clock, stopGraceMs: 500, respond: () => (asked++, new Promise(() => {})) })
  using http1 = new RawConnection(receiver.port)
  await http1.write(`${HEAD}{}`)
  const client = new GrpcClient(receiver.endpoint)
  const failed = client.call(EXPORT_TRACES, [frame(tracesBytes())]).catch((error: unknown) => error)
  await eventually(() => asked === 2)

  const stopped = receiver.stop()
  await clock.advance(499)
  expect(receiver.openConnections).toBe(2)
  await clock.advance(1)
  await stopped

  expect([receiver.openConnections, await http1.closed]).toEqual([0, ''])
  await failed
  await client[Symbol.asyncDispose]()
})

test('a new receiver with the port and the store of a stopped one goes on where that ended', async () => {
  const first = await started()
  await sendGood(first, 'before')
  await first.stop()
  await using second = await started({ port: first.port, store: first.store })
  await sendGood(second, 'after')
  expect(second.store.spans().map((span) => span.name)).toEqual(['before', 'after'])
})

test('many connections at once, of both protocols, lose nothing and mix nothing up', async () => {
  await using receiver = await started()
  const senders = Array.from({ length: 120 }, async (_, n) => {
    if (n % 2 === 0) return await sendGood(receiver, `sender ${n}`)
    await using client = new GrpcClient(receiver.endpoint)
    const replies = await Promise.all(
      [`sender ${n}`, `sender ${n} again`].map((name) => client.call(EXPORT_TRACES, [frame(tracesBytes(name))])),
    )
    return replies.every((reply) => reply.trailers['grpc-status'] === '0') ? 200 : 0
  })
  expect(new Set(await Promise.all(senders))).toEqual(new Set([200]))
  const names = receiver.store.spans().map((span) => span.name)
  expect([names.length, new Set(names).size]).toEqual([180, 180])
  expect(receiver.counts.byTransport.grpc.traces.items).toBe(120)
  expect(receiver.counts.byTransport['http/protobuf'].traces.items).toBe(60)
  await eventually(() => receiver.openConnections === 0)
})

test('counts are a copy of the figures of now', async () => {
  await using receiver = await started()
  const before = receiver.counts
  await sendGood(receiver)
  expect([before.total.requests, receiver.counts.total.requests]).toEqual([0, 1])
})
