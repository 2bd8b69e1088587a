import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import {
  type Context,
  context,
  diag,
  DiagLogLevel,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core'
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import {
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  type SpanProcessor,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import { NO_TELEMETRY, type Telemetry } from './telemetry.ts'

const { env } = process

/** What an animal has different from what the SDK is by itself. */
export interface SdkParts {
  readonly serviceName: string
  readonly sampler: Sampler
  readonly processor: (exporter: OTLPTraceExporter) => SpanProcessor
  /** The context that a request brings. */
  readonly incoming: (request: IncomingMessage) => Context
  /** The context in which a dependency is asked; `active` is that of the request. */
  readonly outgoing: (active: Context) => Context
  /** Whether a call carries its context. */
  readonly injects: boolean
  /** What is awaited before an answer goes out, when its span has ended. */
  readonly beforeAnswer: (() => Promise<void>) | undefined
  /** Of the server's span. */
  readonly nameOf: (request: IncomingMessage) => string
  readonly attributesOf: (request: IncomingMessage) => Readonly<Record<string, string>>
  /** Of the measurement, besides the status. */
  readonly measuredBy: (request: IncomingMessage) => Readonly<Record<string, string>>
  /** At the end. */
  readonly flush: (providers: Providers) => Promise<unknown>
  /** What becomes of a flush that fails or takes long. */
  readonly isFlushLimited: boolean
  /** Whether the SDK may say what it could not send, and what it dropped. By itself it says nothing. */
  readonly saysLosses: boolean
}

interface Providers {
  readonly traces: TracerProvider
  readonly metrics: MeterProvider
}

const GOLDEN: SdkParts = {
  serviceName: env['OTEL_SERVICE_NAME'] ?? 'shop',
  sampler: samplerOf(env),
  processor: (exporter) => new BatchSpanProcessor({ exporter, ...batchTimes() }),
  incoming: (request) => propagation.extract(ROOT_CONTEXT, request.headers),
  outgoing: (active) => active,
  injects: true,
  beforeAnswer: undefined,
  nameOf: () => 'GET',
  measuredBy: () => ({}),
  attributesOf: (request) => ({
    'http.request.method': request.method ?? 'GET',
    'url.path': (request.url ?? '/').split('?', 1)[0] ?? '/',
  }),
  flush: async ({ traces, metrics }) => Promise.allSettled([traces.shutdown(), metrics.shutdown()]),
  isFlushLimited: true,
  saysLosses: true,
}

/** The SDK of OpenTelemetry, its spans made by hand: one for each request, one for each call. */
export function stockSdk(replaced: Partial<SdkParts> = {}): Telemetry {
  if (env['OTEL_SDK_DISABLED'] === 'true') return NO_TELEMETRY
  const parts = { ...GOLDEN, ...replaced }
  if (parts.saysLosses) sayLosses()
  const resource = resourceFromAttributes({
    'service.name': parts.serviceName,
    'service.version': '1.0.0',
    'service.instance.id': crypto.randomUUID(),
  })
  const traces = new TracerProvider({
    resource,
    sampler: parts.sampler,
    spanProcessors: [parts.processor(new OTLPTraceExporter())],
  })
  const metrics = new MeterProvider({
    resource,
    readers: [new PeriodicExportingMetricReader({ exporter: new OTLPMetricExporter(), ...readerTimes() })],
  })
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  propagation.setGlobalPropagator(
    new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] }),
  )
  const tracer = traces.getTracer('shop')
  const durations = metrics.getMeter('shop').createHistogram('http.server.request.duration', { unit: 's' })
  const open = new Set<Span>()
  return {
    async serve(request: IncomingMessage, response: ServerResponse, handle: () => Promise<void>): Promise<void> {
      const begun = performance.now()
      const incoming = parts.incoming(request)
      const attributes = parts.attributesOf(request)
      const span = tracer.startSpan(parts.nameOf(request), { kind: SpanKind.SERVER, attributes }, incoming)
      open.add(span)
      // The span has to have ended before the client can know of the answer, or the end of the process may come first.
      const send = response.end.bind(response) as (body?: unknown) => ServerResponse
      let isEnded = false
      const end = (): void => {
        if (isEnded) return
        isEnded = true
        open.delete(span)
        span.end()
        durations.record((performance.now() - begun) / 1000, {
          'http.response.status_code': response.statusCode,
          ...parts.measuredBy(request),
        })
      }
      response.end = ((body?: unknown) => {
        end()
        if (parts.beforeAnswer === undefined) return send(body)
        void parts.beforeAnswer().then(() => send(body))
        return response
      }) as typeof response.end
      try {
        await context.with(trace.setSpan(incoming, span), handle)
      } catch (error) {
        span.setStatus({ code: SpanStatusCode.ERROR, message: (error as Error).message })
        if (!response.headersSent) response.writeHead(503).end('not now\n')
      } finally {
        end()
      }
    },
    async ask<T>(call: (headers: Record<string, string>) => Promise<T>): Promise<T> {
      const parent = parts.outgoing(context.active())
      const span = tracer.startSpan('GET', { kind: SpanKind.CLIENT }, parent)
      const headers: Record<string, string> = {}
      if (parts.injects) propagation.inject(trace.setSpan(parent, span), headers)
      try {
        return await call(headers)
      } finally {
        span.end()
      }
    },
    traceId: () => trace.getSpan(context.active())?.spanContext().traceId,
    fail(error: Error): void {
      for (const span of open) {
        span.recordException(error)
        span.setStatus({ code: SpanStatusCode.ERROR, message: error.message })
        span.end()
      }
      open.clear()
    },
    async stop(limitMs: number): Promise<void> {
      const flushed = parts.flush({ traces, metrics })
      if (!parts.isFlushLimited) return void (await flushed)
      await Promise.race([flushed.catch(() => undefined), pause(limitMs)])
    },
  }
}

/** One line for each, as the log has them. */
function sayLosses(): void {
  const say = (...parts: readonly unknown[]): void => {
    process.stderr.write(`${JSON.stringify({ level: 40, time: Date.now(), msg: parts.map(String).join(' ') })}\n`)
  }
  const nothing = (): void => {}
  diag.setLogger({ error: say, warn: say, info: nothing, debug: nothing, verbose: nothing }, DiagLogLevel.WARN)
}

/** Of the variables of OpenTelemetry. */
export function samplerOf(variables: NodeJS.ProcessEnv): Sampler {
  const { OTEL_TRACES_SAMPLER: name = 'parentbased_always_on', OTEL_TRACES_SAMPLER_ARG: ratio = '1' } = variables
  const root = name.endsWith('ratio') ? new TraceIdRatioBasedSampler(Number(ratio)) : new AlwaysOnSampler()
  return name.startsWith('parentbased') ? new ParentBasedSampler({ root }) : root
}

function batchTimes(): { scheduledDelayMillis: number } {
  return { scheduledDelayMillis: Number(env['OTEL_BSP_SCHEDULE_DELAY'] ?? 5000) }
}

function readerTimes(): { exportIntervalMillis: number; exportTimeoutMillis: number } {
  const exportIntervalMillis = Number(env['OTEL_METRIC_EXPORT_INTERVAL'] ?? 60_000)
  return { exportIntervalMillis, exportTimeoutMillis: Math.min(30_000, exportIntervalMillis) }
}
