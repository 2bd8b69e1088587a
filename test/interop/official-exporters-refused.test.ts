import { OTLPTraceExporter as Grpc } from '@opentelemetry/exporter-trace-otlp-grpc'
import { OTLPTraceExporter as Json } from '@opentelemetry/exporter-trace-otlp-http'
import { OTLPTraceExporter as Proto } from '@opentelemetry/exporter-trace-otlp-proto'
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { expect, test } from 'vitest'
import type { ReceiverOptions } from '../../src/receiver/options.ts'
import { createReceiver, type ReceiverAddress } from '../../src/receiver/receiver.ts'

interface Result {
  readonly code: number
  readonly error?: Error & { readonly code?: number }
}
interface Exporter {
  export(spans: readonly ReadableSpan[], done: (result: Result) => void): void
  shutdown(): Promise<void>
}

const EXPORTERS = {
  grpc: ({ grpcEndpoint }: ReceiverAddress): Exporter => new Grpc({ url: grpcEndpoint }),
  'http/protobuf': ({ endpoint }: ReceiverAddress): Exporter => new Proto({ url: `${endpoint}/v1/traces` }),
  'http/json': ({ endpoint }: ReceiverAddress): Exporter => new Json({ url: `${endpoint}/v1/traces` }),
} as const

const UNAUTHENTICATED: ReceiverOptions = {
  respond: () => ({ refuse: { httpStatus: 401, grpcCode: 16, message: 'who are you?' } }),
}

test.each([
  ['grpc', 'a message that is too large', { maxBodyBytes: 1024 }, 8, 'tooLarge'],
  ['http/protobuf', 'a body that is too large', { maxBodyBytes: 1024 }, 413, 'tooLarge'],
  ['http/json', 'a body that is too large', { maxBodyBytes: 1024 }, 413, 'tooLarge'],
  ['grpc', 'a refusal', UNAUTHENTICATED, 16, 'refused'],
  ['http/protobuf', 'a refusal', UNAUTHENTICATED, 401, 'refused'],
  ['http/json', 'a refusal', UNAUTHENTICATED, 401, 'refused'],
] as const)('the official exporter over %s understands the answer to %s', async (transport, _, options, code, kind) => {
  await using receiver = createReceiver(options)
  const exporter = EXPORTERS[transport](await receiver.start())

  // More than the connection buffers: the answer comes while the request is still being sent.
  const result = await new Promise<Result>((resolve) => exporter.export([largeSpan(20 * 1024 * 1024)], resolve))

  await exporter.shutdown()
  expect([result.code, result.error?.code]).toEqual([1, code])
  expect(receiver.counts.protocolErrors[kind]).toBe(1)
})

function largeSpan(bytes: number): ReadableSpan {
  const finished = new InMemorySpanExporter()
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter: finished })] })
  provider
    .getTracer('t')
    .startSpan('large', { attributes: { x: 'y'.repeat(bytes) } })
    .end()
  const [span] = finished.getFinishedSpans()
  if (span === undefined) throw new Error('the span has not ended')
  return span
}
