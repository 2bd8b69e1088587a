import { OptionReader } from '../../core/option-reader.ts'
import { MAX_SCALE, MIN_SCALE } from './exponential-histogram-cell.ts'
import { INSTRUMENT_TYPES, type InstrumentType, normalizeBoundaries } from './instrument-descriptor.ts'
import { hasWildcard } from './wildcard.ts'

/** What becomes of the measurements: a name, or an object where there is more to say. */
export type MetricAggregation =
  | (typeof AGGREGATIONS)[number]
  | {
      readonly type: 'explicitHistogram'
      /** Upper bounds of the buckets, each inclusive. @default those that the instrument proposes, else 0 to 10,000 */
      readonly boundaries?: readonly number[]
      /** @default true */
      readonly recordMinMax?: boolean
    }
  | {
      readonly type: 'exponentialHistogram'
      /** Buckets for each sign: 2 to 16,384. @default 160, as the specification says */
      readonly maxSize?: number
      /** The finest resolution: -10 to 20. @default 20, as the specification says */
      readonly maxScale?: number
      /** @default true */
      readonly recordMinMax?: boolean
    }

/**
 * Changes what is made of the measurements of some instruments. Plain data, so that a configuration file can hold it.
 *
 * At least one of the six conditions is needed, and all that are given must hold. Every view that matches makes a stream
 * of its own: two that match one instrument give two.
 *
 * @see https://opentelemetry.io/docs/specs/otel/metrics/sdk/#view
 */
export interface MetricView {
  /** Name of the instrument, whatever its case; `*` stands for any characters, `?` for one. */
  readonly instrumentName?: string
  /** What was made: `histogram`, `counter`. */
  readonly instrumentType?: InstrumentType
  /** Exactly. */
  readonly instrumentUnit?: string
  /** Exactly: the name that the instrumentation asked for a meter with. */
  readonly meterName?: string
  /** Exactly: the version that it gave. */
  readonly meterVersion?: string
  /** Exactly: the URL of the schema that it gave. */
  readonly meterSchemaUrl?: string

  /** Another name for the metric. Needs an `instrumentName` without wildcards. */
  readonly name?: string
  /** Another description. @default that of the instrument */
  readonly description?: string
  /** The only attributes that are kept, with wildcards. An empty list keeps none. @default all */
  readonly includeAttributes?: readonly string[]
  /** Attributes that are left out, with wildcards. @default none */
  readonly excludeAttributes?: readonly string[]
  /** @default 'default': as the type of the instrument says */
  readonly aggregation?: MetricAggregation
  /** Series at most, 2 to 1,000,000, the overflow included. @default that of the provider, 2000 */
  readonly cardinalityLimit?: number
}

const AGGREGATIONS = ['default', 'drop', 'sum', 'lastValue', 'explicitHistogram', 'exponentialHistogram'] as const

/** A checked {@link MetricAggregation}. */
export interface AggregationChoice {
  readonly type: (typeof AGGREGATIONS)[number]
  readonly boundaries: readonly number[] | undefined
  readonly maxSize: number
  readonly maxScale: number
  readonly recordMinMax: boolean
}

/** A checked {@link MetricView}. */
export interface ResolvedView {
  readonly instrumentName: string | undefined
  readonly instrumentType: InstrumentType | undefined
  readonly instrumentUnit: string | undefined
  readonly meterName: string | undefined
  readonly meterVersion: string | undefined
  readonly meterSchemaUrl: string | undefined
  readonly name: string | undefined
  readonly description: string | undefined
  readonly includeAttributes: readonly string[] | undefined
  readonly excludeAttributes: readonly string[]
  readonly aggregation: AggregationChoice
  readonly cardinalityLimit: number | undefined
}

const CARDINALITY_RANGE = { min: 2, max: 1_000_000 } as const
const SIZE_RANGE = { min: 2, max: 16_384 } as const
const DEFAULT_SIZE = 160
const NAME = { pattern: /^[a-z][\w.\-/]{0,254}$/i, form: 'a letter and up to 254 letters, digits or any of "_.-/"' }
const CONDITIONS = [
  'instrumentName',
  'instrumentType',
  'instrumentUnit',
  'meterName',
  'meterVersion',
  'meterSchemaUrl',
] as const
const HINT = 'Correct the view; docs/guide/telemetry.md shows one.'

export const DEFAULT_AGGREGATION: AggregationChoice = plainAggregation('default')

/**
 * Checks views, wherever they come from.
 *
 * @param where how a message calls the list
 * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` with every problem of the first view that has any
 */
export function resolveMetricViews(views: readonly unknown[], where: string): readonly ResolvedView[] {
  return views.map((view, index) => resolveView(view, `${where}[${index}]`))
}

function resolveView(view: unknown, where: string): ResolvedView {
  const read = new OptionReader(view, where)
  const text = (name: string): string | undefined =>
    read.value(name) === undefined ? undefined : read.text(name, { fallback: '' })
  const resolved: ResolvedView = {
    instrumentName: text('instrumentName'),
    instrumentType:
      read.value('instrumentType') === undefined ? undefined : read.oneOf('instrumentType', INSTRUMENT_TYPES),
    instrumentUnit: text('instrumentUnit'),
    meterName: text('meterName'),
    meterVersion: text('meterVersion'),
    meterSchemaUrl: text('meterSchemaUrl'),
    name: read.value('name') === undefined ? undefined : read.text('name', NAME),
    description: text('description'),
    includeAttributes: read.value('includeAttributes') === undefined ? undefined : read.list('includeAttributes'),
    excludeAttributes: read.list('excludeAttributes', { fallback: [] }),
    aggregation: resolveAggregation(read, where),
    cardinalityLimit:
      read.value('cardinalityLimit') === undefined ? undefined : read.integer('cardinalityLimit', CARDINALITY_RANGE),
  }
  if (CONDITIONS.every((condition) => read.value(condition) === undefined)) {
    read.problem(`a view needs one of ${CONDITIONS.map((name) => `"${name}"`).join(', ')}`)
  }
  const { name, instrumentName } = resolved
  if (name !== undefined && (instrumentName === undefined || hasWildcard(instrumentName))) {
    read.problem(
      `"name" is "${name}", which needs an "instrumentName" without wildcards: one name is for one instrument`,
    )
  }
  read.done('SEA_OPTIONS_INVALID', HINT)
  return Object.freeze(resolved)
}

function resolveAggregation(read: OptionReader, where: string): AggregationChoice {
  const given = read.value('aggregation')
  if (typeof given !== 'object' || given === null) {
    return plainAggregation(read.oneOf('aggregation', AGGREGATIONS, { fallback: 'default' }))
  }
  const part = new OptionReader(given, `${where}.aggregation`)
  const type = part.oneOf('type', AGGREGATIONS)
  const isExplicit = type === 'explicitHistogram'
  const isExponential = type === 'exponentialHistogram'
  const choice: AggregationChoice = {
    type,
    boundaries: isExplicit ? readBoundaries(part) : undefined,
    maxSize: isExponential ? part.integer('maxSize', { ...SIZE_RANGE, fallback: DEFAULT_SIZE }) : DEFAULT_SIZE,
    maxScale: isExponential
      ? part.integer('maxScale', { min: MIN_SCALE, max: MAX_SCALE, fallback: MAX_SCALE })
      : MAX_SCALE,
    recordMinMax: isExplicit || isExponential ? part.boolean('recordMinMax', { fallback: true }) : true,
  }
  part.done('SEA_OPTIONS_INVALID', HINT)
  return choice
}

function readBoundaries(read: OptionReader): readonly number[] | undefined {
  const given = read.value('boundaries')
  if (given === undefined) return undefined
  if (Array.isArray(given) && given.length <= 1000 && given.every((bound) => Number.isFinite(bound))) {
    return normalizeBoundaries(given as readonly number[])
  }
  read.problem('"boundaries" must be a list of up to 1000 finite numbers')
  return undefined
}

function plainAggregation(type: AggregationChoice['type']): AggregationChoice {
  return { type, boundaries: undefined, maxSize: DEFAULT_SIZE, maxScale: MAX_SCALE, recordMinMax: true }
}
