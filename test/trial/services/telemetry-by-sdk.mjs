// A shop with the SDK of OpenTelemetry, its spans made by hand, and the defects that its arguments name.
import { createServer } from 'node:http'
import { context, propagation, ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace'

const defects = new Set(process.argv.slice(2))
const exporter = new OTLPTraceExporter({ url: `${process.env.OTEL_EXPORTER_OTLP_ENDPOINT}/v1/traces` })
if (defects.has('gives-up')) {
  // The exporter tries again by itself: this one looks first, and never again when it did not like what it saw.
  const send = exporter.export.bind(exporter)
  let isGivenUp = false
  exporter.export = async (spans, callback) => {
    const isThere = await fetch(process.env.OTEL_EXPORTER_OTLP_ENDPOINT).catch(() => ({ status: 503 }))
    isGivenUp ||= isThere.status >= 500
    if (isGivenUp) callback({ code: 1 })
    else send(spans, callback)
  }
}
const exportOne = (span) => new Promise((resolve) => exporter.export([span], resolve))

/** Keeps every span until somebody takes it, and never gives up. */
const kept = []
let isExporting = false
const withoutBound = {
  onStart() {},
  onEnd: (span) => void kept.push(span),
  forceFlush: async () => {},
  shutdown: async () => {},
}
if (defects.has('unbounded-queue')) {
  setInterval(() => {
    if (isExporting || kept.length === 0) return
    isExporting = true
    const count = Math.min(kept.length, 500)
    exporter.export(kept.slice(0, count), ({ code }) => {
      isExporting = false
      if (code === 0) kept.splice(0, count)
    })
  }, 200)
}
/** The handler waits for the export of its own span. */
let exported = Promise.resolve()
const blocking = { ...withoutBound, onEnd: (span) => void (exported = exportOne(span)) }

const batch = () =>
  new BatchSpanProcessor({ exporter, scheduledDelayMillis: Number(process.env.OTEL_BSP_SCHEDULE_DELAY ?? 5000) })
const ratio = Number(process.env.OTEL_TRACES_SAMPLER_ARG ?? 1)
const processor = defects.has('blocking-export') ? blocking : defects.has('unbounded-queue') ? withoutBound : batch()
const provider = new TracerProvider({
  resource: resourceFromAttributes({ 'service.name': process.env.OTEL_SERVICE_NAME }),
  spanProcessors: [processor],
  sampler: defects.has('samples-everything')
    ? new AlwaysOnSampler()
    : new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
})
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
propagation.setGlobalPropagator(
  new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] }),
)
const tracer = provider.getTracer('shop')

/** What is called back later, in a context of nobody. */
let current = ROOT_CONTEXT
const queue = []
setInterval(() => {
  for (const work of queue.splice(0)) work()
}, 5)

async function ask(search) {
  if (process.env.STOCK_URL === undefined) return
  const headers = {}
  const span = tracer.startSpan('ask', { kind: SpanKind.CLIENT }, defects.has('global-context') ? current : undefined)
  const parent = defects.has('global-context') ? current : context.active()
  if (!defects.has('no-headers')) propagation.inject(trace.setSpan(parent, span), headers)
  await (await fetch(`${process.env.STOCK_URL}/left${defects.has('no-nonce') ? '' : search}`, { headers })).text()
  span.end()
}

const server = createServer(async (request, response) => {
  const incoming = defects.has('ignores-context') ? ROOT_CONTEXT : propagation.extract(ROOT_CONTEXT, request.headers)
  const { pathname, search } = new URL(request.url, 'http://shop')
  const span = tracer.startSpan(
    `GET ${pathname}`,
    { kind: SpanKind.SERVER, attributes: { 'url.path': pathname } },
    incoming,
  )
  const ours = trace.setSpan(incoming, span)
  current = ours
  try {
    if (defects.has('global-context')) await new Promise((resolve) => queue.push(resolve))
    await context.with(ours, () => ask(search))
  } finally {
    span.end()
  }
  if (defects.has('text-logs')) console.log(`sold one\n  to somebody at ${new Date().toISOString()}`)
  else {
    const ids = defects.has('logs-without-trace') ? {} : { trace_id: span.spanContext().traceId }
    console.log(JSON.stringify({ time: new Date().toISOString(), level: 'info', msg: 'sold', ...ids }))
  }
  if (defects.has('blocking-export')) await exported
  response.end('sold\n')
})
server.listen(Number(process.env.PORT), '127.0.0.1')
process.once('SIGTERM', () => {
  server.close()
  server.closeIdleConnections()
  void provider.shutdown().finally(() => process.exit(0))
})
