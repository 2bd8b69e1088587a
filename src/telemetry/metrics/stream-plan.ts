import type { Aggregation } from './aggregation.ts'
import { allowsNegative, type InstrumentDescriptor } from './instrument-descriptor.ts'
import { type AggregationChoice, DEFAULT_AGGREGATION, type ResolvedView } from './metric-view.ts'
import type { ReaderProfile } from './reader-profile.ts'
import type { KeepsKey } from './series-attributes.ts'
import { compileWildcard, hasWildcard } from './wildcard.ts'

/** @see https://opentelemetry.io/docs/specs/otel/metrics/sdk/#explicit-bucket-histogram-aggregation */
const DEFAULT_BOUNDARIES = Object.freeze([0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10_000])

/** Which meter an instrument belongs to, as views ask for it. */
export interface MeterIdentity {
  readonly name: string
  readonly version: string
  readonly schemaUrl: string
}

/** A stream that a reader wants of an instrument. */
export interface StreamPlan {
  readonly name: string
  readonly description: string
  readonly aggregation: Aggregation
  readonly keeps: KeepsKey | undefined
  readonly cardinalityLimit: number
  /** The same for streams that hold the same. */
  readonly signature: string
}

/** Every stream that `reader` gets of an instrument: one for each view that matches, else one. */
export function planStreams(
  instrument: InstrumentDescriptor,
  meter: MeterIdentity,
  reader: ReaderProfile,
  { views, cardinalityLimit }: { readonly views: readonly ResolvedView[]; readonly cardinalityLimit: number },
): readonly StreamPlan[] {
  const matching = views.filter((view) => matches(view, instrument, meter))
  return (matching.length === 0 ? [undefined] : matching).flatMap((view): readonly StreamPlan[] => {
    const aggregation = toAggregation(view?.aggregation ?? DEFAULT_AGGREGATION, instrument, reader)
    if (aggregation === undefined) return []
    const excluded = view?.excludeAttributes ?? []
    const included = view?.includeAttributes ?? (excluded.length === 0 ? instrument.attributeKeys : undefined)
    const plan = {
      name: view?.name ?? instrument.name,
      description: view?.description ?? instrument.description,
      cardinalityLimit: view?.cardinalityLimit ?? cardinalityLimit,
      aggregation,
    }
    // Of one name whatever its case, and of a description that may be the better one of two.
    const signature = JSON.stringify([
      { ...plan, name: plan.name.toLowerCase(), description: '' },
      [instrument.type, instrument.unit, included, excluded],
    ])
    return [{ ...plan, keeps: compileKeeps(included, excluded), signature }]
  })
}

function matches(view: ResolvedView, instrument: InstrumentDescriptor, meter: MeterIdentity): boolean {
  return (
    (view.instrumentName === undefined ||
      compileWildcard(view.instrumentName, { ignoresCase: true })(instrument.name)) &&
    (view.instrumentType ?? instrument.type) === instrument.type &&
    (view.instrumentUnit ?? instrument.unit) === instrument.unit &&
    (view.meterName ?? meter.name) === meter.name &&
    (view.meterVersion ?? meter.version) === meter.version &&
    (view.meterSchemaUrl ?? meter.schemaUrl) === meter.schemaUrl
  )
}

function compileKeeps(included: readonly string[] | undefined, excluded: readonly string[]): KeepsKey | undefined {
  if (included === undefined && excluded.length === 0) return undefined
  const isIncluded = included === undefined ? (): boolean => true : compileKeys(included)
  const isExcluded = compileKeys(excluded)
  return (key) => isIncluded(key) && !isExcluded(key)
}

function compileKeys(keys: readonly string[]): KeepsKey {
  const exact = new Set(keys.filter((key) => !hasWildcard(key)))
  const patterns = keys.filter(hasWildcard).map((key) => compileWildcard(key, { ignoresCase: false }))
  return (key) => exact.has(key) || patterns.some((pattern) => pattern(key))
}

function toAggregation(
  choice: AggregationChoice,
  instrument: InstrumentDescriptor,
  reader: ReaderProfile,
): Aggregation | undefined {
  const { type, valueType } = instrument
  switch (choice.type) {
    case 'drop':
      return undefined
    case 'default':
      return toAggregation({ ...choice, type: defaultType(instrument, reader) }, instrument, reader)
    case 'lastValue':
      return { kind: 'lastValue', valueType }
    case 'sum':
      return { kind: 'sum', isMonotonic: !allowsNegative(type), valueType }
    case 'explicitHistogram': {
      const boundaries = choice.boundaries ?? instrument.boundaries ?? DEFAULT_BOUNDARIES
      const shape = { boundaries, recordsMinMax: choice.recordMinMax, hasSum: !allowsNegative(type) }
      return { kind: 'explicitHistogram', shape, valueType }
    }
    case 'exponentialHistogram': {
      const { maxSize, maxScale } = choice
      const shape = { maxSize, maxScale, recordsMinMax: choice.recordMinMax, hasSum: !allowsNegative(type) }
      return { kind: 'exponentialHistogram', shape, valueType }
    }
  }
}

function defaultType({ type }: InstrumentDescriptor, reader: ReaderProfile): AggregationChoice['type'] {
  if (type === 'gauge' || type === 'observable_gauge') return 'lastValue'
  if (type !== 'histogram') return 'sum'
  return reader.histogram === 'explicit_bucket_histogram' ? 'explicitHistogram' : 'exponentialHistogram'
}
