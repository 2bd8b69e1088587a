import { expect, test } from 'vitest'
import { systemClock } from '../../../src/core/clock.ts'
import { encodeRequest } from '../../../src/otlp/encode-request.ts'
import type { ExportRequest, Signal } from '../../../src/otlp/model.ts'
import { History } from '../../../src/trial/history/history.ts'
import { eventsOf, type Lifetime } from '../../../src/trial/history/lifetime.ts'
import { Collector } from '../../../src/trial/ship/collector.ts'
import { attributes, gauge, logRecord, numberPoint, request, resource, span, traceId } from '../../store/samples.ts'

async function collected(
  work: (
    collector: Collector,
    send: (signal: Signal, request: ExportRequest) => Promise<number>,
    history: History,
  ) => Promise<void>,
): Promise<Lifetime> {
  const unixMs = (): number => performance.timeOrigin + performance.now()
  const history = new History({ id: 0, voyage: 'test', label: 'test', clock: systemClock, unixMs })
  const collector = await Collector.start({ history, clock: systemClock })
  const send = async (signal: Signal, request: ExportRequest): Promise<number> => {
    const body = new Uint8Array(encodeRequest(signal, request as never))
    const headers = { 'content-type': 'application/x-protobuf', connection: 'close' }
    const response = await fetch(`${collector.address.endpoint}/v1/${signal}`, { method: 'POST', headers, body })
    await response.arrayBuffer()
    return response.status
  }
  await work(collector, send, history)
  await collector.stop()
  return history.lifetime()
}

const nano = (history: number): bigint => BigInt(Math.round((performance.timeOrigin + history) * 1e6))

test('a span is written down with its sender, on the scale of the history', async () => {
  const from = resource('shop', {
    'service.instance.id': 'one',
    'service.version': '1.2.3',
    'telemetry.sdk.language': 'go',
    'process.pid': 42,
    tags: ['a', 'b'],
  })
  const endedAt = performance.now()
  const lifetime = await collected(async (_, send) => {
    const one = span({
      traceId: traceId(7),
      kind: 2,
      name: 'GET /',
      startTimeUnixNano: nano(endedAt - 25),
      endTimeUnixNano: nano(endedAt),
      status: { code: 2, message: 'x'.repeat(2000) },
      attributes: attributes({ 'http.route': '/', count: 3, big: 2n ** 60n, list: ['a', 1], long: 'y'.repeat(3000) }),
      events: [{ timeUnixNano: 0n, name: 'exception', attributes: attributes({ at: 1 }), droppedAttributesCount: 0 }],
    })
    expect(await send('traces', request([one, span({ kind: 0 })], from))).toBe(200)
  })
  const [one, other] = eventsOf(lifetime, 'span')
  expect(one).toMatchObject({
    traceId: traceId(7),
    spanKind: 'server',
    isError: true,
    statusMessage: 'x'.repeat(1024),
    attributes: { 'http.route': '/', count: 3, big: String(2n ** 60n), list: '["a",1]', long: 'y'.repeat(1024) },
    events: [{ name: 'exception', attributes: { at: 1 } }],
    sender: { service: 'shop', instance: 'one', version: '1.2.3', language: 'go', pid: 42 },
  })
  expect(one?.sender.resource).toMatchObject({ 'service.name': 'shop', tags: '["a","b"]' })
  expect((one?.endedAt ?? 0) - (one?.startedAt ?? 0)).toBeCloseTo(25, 1)
  // The export was sent after the span had ended, both on one scale.
  expect(one?.endedAt).toBeLessThan(one?.at ?? 0)
  expect(other).toMatchObject({ spanKind: 'internal', isError: false })
  expect(other?.sender).toBe(one?.sender)
  expect(() => JSON.stringify(lifetime)).not.toThrow()
})

test('points of metrics and records of logs are written down, too', async () => {
  const lifetime = await collected(async (_, send) => {
    const sum = {
      ...gauge('requests'),
      data: { type: 'sum', aggregationTemporality: 2, isMonotonic: true, points: [numberPoint({ value: 5n })] },
    } as const
    await send('metrics', request([gauge('depth', numberPoint({ value: 1.5 })), sum]))
    await send('logs', request([logRecord({ body: { code: 7 }, timeUnixNano: 0n, traceId: traceId(3) })]))
  })
  expect(eventsOf(lifetime, 'metric')).toMatchObject([
    { name: 'depth', type: 'gauge', isCumulative: false, value: 1.5 },
    { name: 'requests', type: 'sum', isCumulative: true, value: 5 },
  ])
  const [record] = eventsOf(lifetime, 'log')
  expect(record).toMatchObject({ body: '{"code":7}', severityNumber: 9, traceId: traceId(3) })
  expect(eventsOf(lifetime, 'export')).toMatchObject([
    { signal: 'metrics', protocol: 'http/protobuf', itemCount: 2 },
    { signal: 'logs', itemCount: 1 },
  ])
})

test('faults are events, and exports say which one they met', async () => {
  const lifetime = await collected(async (collector, send) => {
    await collector.setFault({ kind: 'status', httpStatus: 429 })
    expect(await send('traces', request([span()]))).toBe(429)
    await collector.setFault({ kind: 'slow', delay: '300ms' })
    await collector.setFault(undefined)
    expect(await send('traces', request([span()]))).toBe(200)
  })
  expect(eventsOf(lifetime, 'fault').map(({ target, fault, detail }) => [target, fault, detail])).toEqual([
    ['collector', 'status', '429'],
    ['collector', 'slow', '+300ms'],
    ['collector', 'none', undefined],
  ])
  expect(eventsOf(lifetime, 'export').map(({ fault }) => fault)).toEqual(['status', undefined])
  expect(eventsOf(lifetime, 'span')).toHaveLength(1)
})

test('quiet is counted from the last arrival, and from the call at the earliest', async () => {
  const given = new AbortController()
  let quietAt = 0
  const lifetime = await collected(async (collector, send, history) => {
    const quiet = collector.whenQuiet({ quietMs: 150, timeoutMs: 10_000 }, given.signal)
    await send('traces', request([span()]))
    await quiet
    quietAt = history.now()
    await collector.whenQuiet({ quietMs: 150, timeoutMs: 10_000 }, given.signal)
    expect(history.now() - quietAt).toBeGreaterThanOrEqual(149)
    // Neither the limit nor the end of everything is waited for.
    await collector.whenQuiet({ quietMs: 60_000, timeoutMs: 20 }, given.signal)
    given.abort()
    await collector.whenQuiet({ quietMs: 60_000, timeoutMs: 60_000 }, given.signal)
  })
  expect(quietAt - (eventsOf(lifetime, 'span')[0]?.at ?? 0)).toBeGreaterThanOrEqual(149)
})
