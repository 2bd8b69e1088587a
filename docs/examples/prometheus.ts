// A service that Prometheus scrapes, without any collector. This copy scrapes itself and stops.
import { metrics } from '@opentelemetry/api'
import { createService } from 'seaworthy'

const env = {
  ...process.env,
  OTEL_METRICS_EXPORTER: 'prometheus',
  OTEL_TRACES_EXPORTER: 'none',
  OTEL_LOGS_EXPORTER: 'none',
}
const service = createService({ name: 'shop', env, admin: { port: 0 }, shutdown: { drainDelay: 0 } })

// #region metrics
service.resource('orders', {
  start() {
    const meter = metrics.getMeter('shop')
    const placed = meter.createCounter('orders.placed', { description: 'Orders that were placed.' })
    const paid = meter.createHistogram('payment.duration', {
      unit: 's', // the default buckets of OpenTelemetry are for milliseconds
      advice: { explicitBucketBoundaries: [0.01, 0.05, 0.1, 0.5, 1, 5] },
    })
    return {
      place(kind: string, seconds: number) {
        placed.add(1, { 'order.kind': kind })
        paid.record(seconds)
      },
    }
  },
})
// #endregion metrics

await service.start()
const meter = metrics.getMeter('shop')
meter.createCounter('orders.placed', { description: 'Orders that were placed.' }).add(1, { 'order.kind': 'book' })
const page = await (await fetch(new URL('/metrics', service.adminAddress?.url))).text()
await service.stop()
if (!page.includes('orders_placed_total{order_kind="book",otel_scope_name="shop"} 1\n')) throw new Error(page)
