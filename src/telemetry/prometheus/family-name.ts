import { toUnitName } from './unit-name.ts'

/** What becomes of an instrument in Prometheus. */
export type FamilyType = 'counter' | 'gauge' | 'histogram'

export interface FamilyName {
  /** Without `_total` and the other suffixes of samples. */
  readonly name: string
  /** The unit that the name ends with, in words; empty when it doesn't: then there is nothing to say of it. */
  readonly unit: string
}

export interface NameInput {
  readonly name: string
  readonly unit: string
  readonly type: FamilyType
  /** A `gauge` that is none in OpenTelemetry: a sum that goes up and down. */
  readonly isSum: boolean
}

const TOTAL = '_total'

/**
 * The name of a metric in Prometheus: what it may not contain is an underscore, its unit is a suffix, unless it is in the
 * name already.
 *
 * The unit `1` is a ratio only for gauges: as the unit of counts it is a habit of many libraries, and `requests_ratio`
 * would be a lie. The Collector does the same.
 *
 * @see https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/#metric-metadata-1
 */
export function toFamilyName(input: NameInput, { keepsNames }: { readonly keepsNames: boolean }): FamilyName {
  let name = keepsNames ? input.name.toWellFormed() : toLegacyName(input.name)
  // The unit comes before it, wherever the author of the name has put it.
  if (input.type === 'counter' && name.endsWith(TOTAL)) name = name.slice(0, -TOTAL.length)
  const unit = suffixOf(input)
  const words = new Set(name.split(/[^a-zA-Z0-9]+/))
  if (unit.main !== '' && !words.has(unit.main)) name = append(name, unit.main)
  if (unit.per !== '' && !words.has(unit.per)) name = append(name, `per_${unit.per}`)
  const whole = unit.per === '' ? unit.main : `${unit.main}${unit.main === '' ? '' : '_'}per_${unit.per}`
  if (name === '') name = '_'
  return { name, unit: whole !== '' && name.endsWith(`_${whole}`) ? whole : '' }
}

function suffixOf({ unit, type, isSum }: NameInput): { readonly main: string; readonly per: string } {
  if (unit === '1') return { main: type === 'gauge' && !isSum ? 'ratio' : '', per: '' }
  return toUnitName(unit)
}

function append(name: string, word: string): string {
  return name.endsWith('_') ? name + word : `${name}_${word}`
}

function toLegacyName(name: string): string {
  const legacy = name.replace(/[^a-zA-Z0-9_:]/g, '_').replace(/__+/g, '_')
  return /^\d/.test(legacy) ? `_${legacy}` : legacy
}
