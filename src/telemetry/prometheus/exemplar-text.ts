import type { Exemplar } from '../../otlp/model.ts'
import { toLabels, writeLabels } from './label-texts.ts'
import { toNumberText } from './number-text.ts'

/** Characters that the names and values of an exemplar's labels may have together. */
const MAX_CHARACTERS = 128

/**
 * What follows the value of a sample. The attributes that the metric leaves out are in it where there is room for all of
 * them.
 *
 * @see https://prometheus.io/docs/specs/om/open_metrics_spec/#exemplars
 */
export function toExemplarText(exemplar: Exemplar): string {
  const labels = new Map<string, string>()
  if (exemplar.traceId !== '') labels.set('trace_id', exemplar.traceId)
  if (exemplar.spanId !== '') labels.set('span_id', exemplar.spanId)
  const all = new Map([...toLabels(exemplar.filteredAttributes, false), ...labels])
  const fitting = charactersOf(all) <= MAX_CHARACTERS ? all : labels
  const seconds = (Number(exemplar.timeUnixNano / 1_000_000n) / 1000).toFixed(3)
  return ` # {${writeLabels(fitting)}} ${toNumberText(exemplar.value)} ${seconds}`
}

/** Of those of a counter the latest: an old trace may be gone. */
export function latestExemplar(exemplars: readonly Exemplar[]): Exemplar | undefined {
  let latest: Exemplar | undefined
  for (const exemplar of exemplars) {
    if (latest === undefined || exemplar.timeUnixNano > latest.timeUnixNano) latest = exemplar
  }
  return latest
}

/**
 * Of each bucket that has exemplars the one with the greatest value, by the bucket's place.
 *
 * @see https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/#exemplars-1
 */
export function exemplarsByBucket(
  exemplars: readonly Exemplar[],
  bounds: readonly number[],
): ReadonlyMap<number, Exemplar> {
  const found = new Map<number, Exemplar>()
  for (const exemplar of exemplars) {
    const value = Number(exemplar.value)
    const above = bounds.findIndex((bound) => value <= bound)
    const place = above === -1 ? bounds.length : above
    const known = found.get(place)
    if (known === undefined || Number(known.value) < value) found.set(place, exemplar)
  }
  return found
}

function charactersOf(labels: ReadonlyMap<string, string>): number {
  let count = 0
  for (const [name, value] of labels) count += Array.from(name).length + Array.from(value).length
  return count
}
