import { type Attributes, context, propagation, type SpanKind, trace } from '@opentelemetry/api'
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { once } from 'node:events'
import http2, { type ClientHttp2Session, type Http2SecureServer, type Http2Server } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { onTestFinished, vi } from 'vitest'
import { systemClock } from '../../../src/core/clock.ts'
import { FastContextManager } from '../../../src/telemetry/context/context-manager.ts'
import { ClientRequests } from '../../../src/telemetry/instrumentation/client-requests.ts'
import { observeFetch } from '../../../src/telemetry/instrumentation/fetch.ts'
import { createMethodNames } from '../../../src/telemetry/instrumentation/http-method.ts'
import type { Http2ServerOptions } from '../../../src/telemetry/instrumentation/http2-server.ts'
import { observeHttpServers } from '../../../src/telemetry/instrumentation/http-server.ts'
import { observeHttp2 } from '../../../src/telemetry/instrumentation/observe-http2.ts'
import { createPropagator } from '../../../src/telemetry/propagation/create-propagator.ts'

class ManualReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

export interface Observation {
  readonly problems: unknown[]
  /** Those that have ended, once there are this many. */
  readonly spans: (count: number) => Promise<ReadableSpan[]>
  /** `[count, attributes]` of each series of a histogram; `[value, attributes]` of another instrument. */
  readonly points: (name: string) => Promise<[number, Attributes][]>
  readonly stop: () => void
}

/** Everything that is observed of HTTP/2, and what stands beside it, as telemetry puts it together. */
export function observe(options: Partial<Http2ServerOptions> = {}): Observation {
  const exporter = new InMemorySpanExporter()
  const reader = new ManualReader()
  const tracer = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }).getTracer('http2')
  const meter = new MeterProvider({ readers: [reader] }).getMeter('http2')
  const problems: unknown[] = []
  const onProblem = (error: unknown): void => void problems.push(error)
  const nameMethod = createMethodNames()
  const requests = new ClientRequests({ tracer, meter, clock: systemClock, nameMethod })
  const shared = { tracer, meter, nameMethod, ignoreRequest: () => false, onProblem, ...options }
  context.setGlobalContextManager(new FastContextManager())
  propagation.setGlobalPropagator(createPropagator(['tracecontext', 'baggage']))
  const undo = [
    observeHttp2({ requests, ...shared }),
    observeHttpServers(shared),
    observeFetch(requests, onProblem),
    () => requests.close(),
    () => context.disable(),
    () => propagation.disable(),
  ]
  const stop = (): void => {
    for (const end of undo.splice(0)) end()
  }
  onTestFinished(stop)
  return {
    problems,
    stop,
    async spans(count) {
      return await vi.waitUntil(() => {
        const spans = exporter.getFinishedSpans()
        return spans.length >= count && spans
      }, 5000)
    },
    async points(name) {
      const { resourceMetrics } = await reader.collect()
      const metrics = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics)
      const found = metrics.find(({ descriptor }) => descriptor.name === name)
      return (found?.dataPoints ?? []).map(({ value, attributes }) => [
        typeof value === 'number' ? value : value.count,
        attributes,
      ])
    },
  }
}

/** The port of a server that is gone when the test ends. */
export async function listen(server: Http2Server | Http2SecureServer): Promise<number> {
  const sessions = new Set<{ destroy(): void }>()
  server.on('session', (session) => sessions.add(session))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    for (const session of sessions) session.destroy()
    await new Promise((resolve) => {
      server.close(resolve)
    })
  })
  return (server.address() as AddressInfo).port
}

/** A session that is gone when the test ends. */
export function connect(url: string, options: http2.SecureClientSessionOptions = {}): ClientHttp2Session {
  const session = http2.connect(url, options)
  session.on('error', () => {})
  onTestFinished(() => session.destroy())
  return session
}

export interface Answer {
  readonly status: number | undefined
  readonly body: string
}

/** The whole answer to a request. */
export async function fetchHttp2(
  session: ClientHttp2Session,
  headers: http2.OutgoingHttpHeaders = {},
  body?: string,
): Promise<Answer> {
  const stream = session.request({ ':path': '/', ...(body === undefined ? {} : { ':method': 'POST' }), ...headers })
  if (body !== undefined) stream.end(body)
  const [answered] = (await once(stream, 'response')) as [http2.IncomingHttpHeaders & http2.IncomingHttpStatusHeader]
  let text = ''
  for await (const chunk of stream) text += String(chunk)
  return { status: answered[':status'], body: text }
}

export const ofKind = (spans: readonly ReadableSpan[], kind: SpanKind): ReadableSpan[] =>
  spans.filter((span) => span.kind === kind)

/** The trace that is active here. */
export function activeTraceId(): string | undefined {
  return trace.getSpanContext(context.active())?.traceId
}
