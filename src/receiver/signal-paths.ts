import type { Signal } from '../otlp/model.ts'

/** @see https://opentelemetry.io/docs/specs/otlp/#otlphttp-request */
export const HTTP_PATHS: ReadonlyMap<string, Signal> = new Map([
  ['/v1/traces', 'traces'],
  ['/v1/metrics', 'metrics'],
  ['/v1/logs', 'logs'],
])

/** Services and methods of the protocol's `collector` packages. */
export const GRPC_PATHS: ReadonlyMap<string, Signal> = new Map([
  ['/opentelemetry.proto.collector.trace.v1.TraceService/Export', 'traces'],
  ['/opentelemetry.proto.collector.metrics.v1.MetricsService/Export', 'metrics'],
  ['/opentelemetry.proto.collector.logs.v1.LogsService/Export', 'logs'],
])
