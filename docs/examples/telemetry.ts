// What can be said of telemetry in code, and changed while the service runs.
import { createService, type SamplingPlan, type SpanProcessor } from 'seaworthy'

// #region sampling
const everyday: SamplingPlan = {
  default: { perSecond: 50 }, // about 50 traces a second, whatever comes in
  rules: [
    { path: '/health/*', sample: 'never' },
    { path: '/checkout/*', probability: 1 },
    { kind: 'server', attributes: { 'http.request.method': 'OPTIONS' }, probability: 0.01 },
  ],
  keep: { errors: true, slowerThanMs: 2_000 }, // of the rest, what fails or is slow
}
// #endregion sampling

// #region options
const redact: SpanProcessor = {
  onStart: (span) => void span.setAttribute('tenant.id', 'blue'),
  onEnd(span) {
    if (span.attributes['user.email'] !== undefined) span.attributes['user.email'] = '***'
  },
  async forceFlush() {},
  async shutdown() {},
}

const service = createService({
  name: 'orders',
  telemetry: {
    sampling: everyday,
    views: [
      { instrumentName: 'http.server.request.duration', aggregation: { type: 'exponentialHistogram' } },
      { instrumentName: 'orders.*', excludeAttributes: ['customer.id'], cardinalityLimit: 500 },
      { instrumentName: 'v8js.memory.heap.space.*', aggregation: 'drop' },
    ],
    spanProcessors: [redact],
    spool: { directory: '.telemetry', maxBytes: 64 * 1024 * 1024, maxAge: '2h' },
    resourceAttributes: { 'service.namespace': 'shop' },
  },
  shutdown: { drainDelay: 0 },
})
// #endregion options

service.listener('web', { port: 0, start: () => (_request, response) => response.end('hello') })
await service.start()

// #region swap
// Everything, for the ten minutes of an incident: from an admin route, a signal, or a configuration that is read again.
service.telemetry?.sampling.swap({ default: { probability: 1 } })
// Later:
service.telemetry?.sampling.swap(everyday)
// #endregion swap

// #region look
const { telemetry } = service
console.log(telemetry?.account().traces) // { created, delivered, rejected, spooled, dropped, pending }
console.log(telemetry?.failures()) // { traces: 'connect ECONNREFUSED …' } while nothing arrives
console.log(telemetry?.sampling.report?.rules) // what each rule has decided
// #endregion look

await service.stop()
