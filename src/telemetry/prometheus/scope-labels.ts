import type { MeterIdentity } from '../metrics/stream-plan.ts'
import { writeLabels } from './label-texts.ts'

/**
 * Which library has measured, as labels of every sample.
 *
 * @see https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/#instrumentation-scope-1
 */
export function toScopeLabels({ name, version, schemaUrl }: MeterIdentity): string {
  return writeLabels(
    new Map([
      ['otel_scope_name', name],
      ['otel_scope_version', version],
      ['otel_scope_schema_url', schemaUrl],
    ]),
  )
}
