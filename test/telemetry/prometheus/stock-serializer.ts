import { createRequire } from 'node:module'
import type { MetricReader } from '@opentelemetry/sdk-metrics'

type Collected = Awaited<ReturnType<MetricReader['collect']>>['resourceMetrics']

interface Serializer {
  serialize(metrics: Collected): string
}

/** The page of the stock exporter. Its package comes along with that of all instrumentations. */
export function stockPage(metrics: Collected): string {
  const near = createRequire(createRequire(import.meta.url).resolve('@opentelemetry/auto-instrumentations-node'))
  const found = near('@opentelemetry/exporter-prometheus') as {
    readonly PrometheusSerializer: new () => Serializer
  }
  return new found.PrometheusSerializer().serialize(metrics)
}

/** Its page as one that the text format allows: without units and other comments, and with a line end at its end. */
export function toTextFormat(page: string): string {
  return `${page.replace(/^# (?:UNIT|no) .*\n?/gm, '').trimEnd()}\n`
}
