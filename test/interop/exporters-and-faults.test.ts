import { OTLPTraceExporter as GrpcTraces } from '@opentelemetry/exporter-trace-otlp-grpc'
import { OTLPTraceExporter as ProtoTraces } from '@opentelemetry/exporter-trace-otlp-proto'
import { type ReadableSpan, TracerProvider } from '@opentelemetry/sdk-trace'
import { describe, expect, test } from 'vitest'
import type { Fault } from '../../src/receiver/fault.ts'
import { createReceiver } from '../../src/receiver/receiver.ts'

/** What an exporter reports of one batch. */
type Outcome = 'delivered' | 'failed'

interface Exporter {
  export(spans: ReadableSpan[], done: (result: { readonly code: number }) => void): void
  shutdown(): Promise<void>
}

/** Less than the first pause of the exporters between two attempts. */
const TIMEOUT_MS = 400

const EXPORTERS = {
  'http/protobuf': (url: string): Exporter => new ProtoTraces({ url: `${url}/v1/traces`, timeoutMillis: TIMEOUT_MS }),
  grpc: (url: string): Exporter => new GrpcTraces({ url, timeoutMillis: TIMEOUT_MS }),
}

function makeSpan(): ReadableSpan {
  const ended: ReadableSpan[] = []
  const processor = {
    onStart() {},
    onEnd: (span: ReadableSpan) => void ended.push(span),
    forceFlush: async () => {},
    shutdown: async () => {},
  }
  new TracerProvider({ spanProcessors: [processor] }).getTracer('faults').startSpan('work').end()
  return ended[0] as ReadableSpan
}

function send(exporter: Exporter): Promise<Outcome> {
  return new Promise((resolve) => {
    exporter.export([makeSpan()], ({ code }) => resolve(code === 0 ? 'delivered' : 'failed'))
  })
}

const CASES: readonly [fault: Fault, http: Outcome, grpc: Outcome, stored: number][] = [
  [{ kind: 'slow', delay: '20ms' }, 'delivered', 'delivered', 1],
  [{ kind: 'slow', delay: '1h' }, 'failed', 'failed', 0],
  [{ kind: 'refuse' }, 'failed', 'failed', 0],
  [{ kind: 'blackhole' }, 'failed', 'failed', 0],
  [{ kind: 'blackhole', stores: true }, 'failed', 'failed', 1],
  [{ kind: 'blackhole', at: 'connection' }, 'failed', 'failed', 0],
  [{ kind: 'reset', at: 'connection' }, 'failed', 'failed', 0],
  [{ kind: 'reset', at: 'headers' }, 'failed', 'failed', 0],
  [{ kind: 'reset', at: 'body' }, 'failed', 'failed', 0],
  [{ kind: 'reset', at: 'answer' }, 'failed', 'failed', 0],
  [{ kind: 'reset', at: 'half-answer' }, 'failed', 'failed', 0],
  [{ kind: 'status', httpStatus: 400, grpcCode: 3 }, 'failed', 'failed', 0],
  [{ kind: 'status', retryAfter: '1h' }, 'failed', 'failed', 0],
  [{ kind: 'partial', rejected: 1 }, 'delivered', 'delivered', 1],
  [{ kind: 'garbage', at: 'protocol' }, 'failed', 'failed', 0],
  // Over HTTP the status alone is enough for it.
  [{ kind: 'garbage', at: 'frame' }, 'delivered', 'failed', 0],
  [{ kind: 'goaway' }, 'delivered', 'delivered', 1],
  [{ kind: 'trickle' }, 'failed', 'failed', 1],
  [{ kind: 'flap', fault: { kind: 'status', httpStatus: 400 }, faulty: '1h' }, 'failed', 'failed', 0],
]

describe.each(['http/protobuf', 'grpc'] as const)('the official exporter over %s', (transport) => {
  test.each(CASES)('meets %j', async (fault, http, grpc, stored) => {
    await using receiver = createReceiver({ fault, stopGraceMs: 0 })
    const { endpoint } = await receiver.start()
    const exporter = EXPORTERS[transport](endpoint)
    expect(await send(exporter)).toBe(transport === 'grpc' ? grpc : http)
    expect(receiver.store.spans()).toHaveLength(stored)
    await receiver.setFault(undefined)
    await exporter.shutdown()
  })

  test('is told that its connection is gone, and uses another one when the fault is over', async () => {
    await using receiver = createReceiver()
    const { endpoint } = await receiver.start()
    const exporter = EXPORTERS[transport](endpoint)
    expect(await send(exporter)).toBe('delivered')
    await receiver.setFault({ kind: 'cut', requests: 1 })
    const second = await send(exporter)
    const third = await send(exporter)
    expect([third, receiver.fault]).toEqual(['delivered', undefined])
    expect(receiver.store.spans()).toHaveLength(second === 'delivered' ? 3 : 2)
    expect(receiver.counts.connections).toBe(2)
    await exporter.shutdown()
  })
})

describe.runIf(process.platform === 'linux')('a connection that never comes about', () => {
  test('is given up at the deadline by the official exporter over gRPC', async () => {
    await using receiver = createReceiver({ fault: { kind: 'syn-blackhole' } })
    const { endpoint } = await receiver.start()
    const exporter = EXPORTERS.grpc(endpoint)
    expect(await send(exporter)).toBe('failed')
    expect(receiver.counts.connections).toBe(0)
    await exporter.shutdown()
  })

  test('is waited for without a deadline by the official exporter over HTTP, until it comes about', async () => {
    await using receiver = createReceiver({ fault: { kind: 'syn-blackhole' } })
    const { endpoint } = await receiver.start()
    const exporter = EXPORTERS['http/protobuf'](endpoint)
    const outcome = send(exporter)
    const late = new Promise<string>((resolve) => {
      setTimeout(() => resolve('waiting'), 2 * TIMEOUT_MS)
    })
    expect(await Promise.race([outcome, late])).toBe('waiting')
    await receiver.setFault(undefined)
    expect([await outcome, receiver.store.spans().length]).toEqual(['delivered', 1])
    await exporter.shutdown()
  })
})
