import { connect } from 'node:net'
import { expect, test } from 'vitest'
import type { EndedExport } from '../../src/receiver/ended-export.ts'
import type { Fault } from '../../src/receiver/fault.ts'
import { eventually } from './eventually.ts'
import { EXPORT_TRACES, frame, GrpcClient } from './grpc-client.ts'
import { sendGood, started, type StartedReceiver, tracesBytes } from './started-receiver.ts'

const BODY = tracesBytes()

async function observed(fault?: Fault): Promise<{ receiver: StartedReceiver; ended: EndedExport[] }> {
  const ended: EndedExport[] = []
  const receiver = await started({ onExport: (one) => ended.push(one), ...(fault === undefined ? {} : { fault }) })
  return { receiver, ended }
}

test('each export that was served is told with what it brought', async () => {
  const { receiver, ended } = await observed()
  await using _ = receiver
  await sendGood(receiver)
  await using client = new GrpcClient(receiver.endpoint)
  await client.call(EXPORT_TRACES, [frame(BODY)])
  await eventually(() => ended.length === 2)
  const one = { signal: 'traces', byteCount: BODY.byteLength, itemCount: 1 }
  expect(ended).toMatchObject([
    { ...one, transport: 'http/protobuf' },
    { ...one, transport: 'grpc' },
  ])
  expect(ended.every(({ startedAtMs, endedAtMs, fault }) => startedAtMs <= endedAtMs && fault === undefined)).toBe(true)
})

test('what is no export is not told', async () => {
  const { receiver, ended } = await observed()
  await using _ = receiver
  expect((await fetch(`${receiver.endpoint}/somewhere`, { method: 'POST' })).status).toBe(404)
  await sendGood(receiver)
  await eventually(() => ended.length > 0)
  expect(ended).toHaveLength(1)
})

test.each<[Fault, Partial<EndedExport>]>([
  [{ kind: 'status' }, { transport: 'http/protobuf', itemCount: 0 }],
  [
    { kind: 'slow', delay: 20 },
    { transport: 'http/protobuf', itemCount: 1 },
  ],
  [
    { kind: 'reset', at: 'answer', stores: true },
    { transport: 'http/protobuf', itemCount: 1 },
  ],
  [
    { kind: 'reset', at: 'headers' },
    { transport: 'unknown', itemCount: 0, byteCount: 0 },
  ],
  [{ kind: 'garbage' }, {}],
])('an export that met a fault says which: %o', async (fault, expected) => {
  const { receiver, ended } = await observed(fault)
  await using _ = receiver
  await sendGood(receiver).catch(() => {})
  await eventually(() => ended.length > 0)
  expect(ended).toMatchObject([{ signal: 'traces', fault: fault.kind, ...expected }])
})

test('one that is never answered is told when its sender gives up', async () => {
  const { receiver, ended } = await observed({ kind: 'blackhole' })
  await using _ = receiver
  const sender = new AbortController()
  const sending = fetch(`${receiver.endpoint}/v1/logs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
    signal: sender.signal,
  })
  await eventually(() => receiver.counts.faults.blackhole === 1)
  expect(ended).toEqual([])
  sender.abort()
  await expect(sending).rejects.toThrow('aborted')
  await eventually(() => ended.length > 0)
  expect(ended).toMatchObject([{ signal: 'logs', fault: 'blackhole' }])
})

test.each([{ kind: 'blackhole', at: 'connection' } as const, { kind: 'reset', at: 'connection' } as const])(
  'a connection that met a fault is told without a signal: %o',
  async (fault) => {
    const { receiver, ended } = await observed(fault)
    await using _ = receiver
    const socket = connect({ port: receiver.port, host: '127.0.0.1' }).on('error', () => {})
    await eventually(() => receiver.counts.faults[fault.kind] === 1)
    socket.destroy()
    await eventually(() => ended.length > 0)
    expect(ended).toMatchObject([{ signal: 'unknown', transport: 'unknown', fault: fault.kind }])
  },
)
