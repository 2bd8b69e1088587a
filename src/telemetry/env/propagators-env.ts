import type { EnvReader } from '../../core/env-reader.ts'

const PROPAGATORS = ['tracecontext', 'baggage', 'b3', 'b3multi'] as const
export type PropagatorName = (typeof PROPAGATORS)[number]

/** What the specification gives everyone. */
const DEFAULTS: readonly PropagatorName[] = ['tracecontext', 'baggage']

/**
 * `OTEL_PROPAGATORS`: W3C trace context and baggage by default; `b3` and `b3multi` for neighbours that speak Zipkin's
 * format. In the order that they are named, because the last one that finds a parent wins. Those for other formats
 * (`jaeger`, `xray`, `ottrace`) are refused by name: a service that does not understand what its neighbours send cuts
 * every trace.
 *
 * @see https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/#general-sdk-configuration
 */
export function readPropagators(read: EnvReader): readonly PropagatorName[] {
  const text = read.text('OTEL_PROPAGATORS')
  if (text === undefined) return DEFAULTS
  const names = text.split(',').map((name) => name.trim())
  if (names.length === 1 && names[0] === 'none') return []
  const unknown = names.filter((name) => !isPropagator(name))
  if (unknown.length > 0) {
    const named = unknown.map((name) => `"${name}"`).join(' and ')
    read.problem(`OTEL_PROPAGATORS names ${named}, expected a list of ${PROPAGATORS.join(', ')}, or none`)
  }
  return [...new Set(names.filter(isPropagator))]
}

function isPropagator(name: string): name is PropagatorName {
  return PROPAGATORS.includes(name as PropagatorName)
}
