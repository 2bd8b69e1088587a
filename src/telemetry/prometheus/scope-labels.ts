import type { Scope } from '../../otlp/model.ts'
import { toAttributeText } from './attribute-text.ts'
import { toLabelName } from './label-name.ts'
import { writeLabels } from './label-texts.ts'

/** Attributes of a scope that would say what the scope itself says. */
const TAKEN: ReadonlySet<string> = new Set(['name', 'version', 'schema_url'])

/**
 * Which library has measured, as labels of every sample.
 *
 * @see https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/#instrumentation-scope-1
 */
export function toScopeLabels({ name, version, attributes }: Scope, schemaUrl: string, keepsNames: boolean): string {
  const labels = new Map([
    ['otel_scope_name', name],
    ['otel_scope_version', version],
    ['otel_scope_schema_url', schemaUrl],
  ])
  for (const key of Object.keys(attributes).sort()) {
    const label = toLabelName(key, { keepsNames })
    if (TAKEN.has(label)) continue
    const value = toAttributeText(attributes[key] ?? null)
    const known = labels.get(`otel_scope_${label}`)
    labels.set(`otel_scope_${label}`, known === undefined ? value : `${known};${value}`)
  }
  return writeLabels(labels)
}
