import type { EnvReader } from '../../core/env-reader.ts'

const PROPAGATORS = ['tracecontext', 'baggage'] as const
export type PropagatorName = (typeof PROPAGATORS)[number]

/**
 * `OTEL_PROPAGATORS`: W3C trace context and baggage, both by default. Those for other formats (`b3`, `jaeger`, `xray`)
 * are refused by name: a service that does not understand what its neighbours send cuts every trace.
 */
export function readPropagators(read: EnvReader): readonly PropagatorName[] {
  const text = read.text('OTEL_PROPAGATORS')
  if (text === undefined) return PROPAGATORS
  const names = text.split(',').map((name) => name.trim())
  if (names.length === 1 && names[0] === 'none') return []
  const unknown = names.filter((name) => !PROPAGATORS.includes(name as PropagatorName))
  if (unknown.length > 0) {
    const named = unknown.map((name) => `"${name}"`).join(' and ')
    read.problem(`OTEL_PROPAGATORS names ${named}, expected a list of ${PROPAGATORS.join(', ')}, or none`)
  }
  return PROPAGATORS.filter((name) => names.includes(name))
}
