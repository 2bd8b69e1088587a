import { type MetricOptions, ValueType } from '@opentelemetry/api'
import type { NumberType } from '../../otlp/model.ts'
import { textOrNothing } from './given-text.ts'

export const INSTRUMENT_TYPES = [
  'counter',
  'up_down_counter',
  'histogram',
  'gauge',
  'observable_counter',
  'observable_up_down_counter',
  'observable_gauge',
] as const
export type InstrumentType = (typeof INSTRUMENT_TYPES)[number]

/** What an instrument was created with. */
export interface InstrumentDescriptor {
  readonly name: string
  readonly type: InstrumentType
  readonly unit: string
  readonly description: string
  readonly valueType: NumberType
  /** Boundaries that the author of the instrument proposes, sorted; a view has the last word. */
  readonly boundaries: readonly number[] | undefined
  /** Attribute keys that its author proposes to keep; a view has the last word. */
  readonly attributeKeys: readonly string[] | undefined
}

/** @see https://opentelemetry.io/docs/specs/otel/metrics/api/#instrument-name-syntax */
const NAME = /^[a-z][\w.\-/]{0,254}$/i

export function isValidInstrumentName(name: string): boolean {
  return NAME.test(name)
}

export function describeInstrument(
  name: string,
  type: InstrumentType,
  options: MetricOptions = {},
): InstrumentDescriptor {
  const advice = (options.advice ?? {}) as {
    readonly explicitBucketBoundaries?: unknown
    readonly attributes?: unknown
  }
  return {
    name: textOrNothing(name),
    type,
    unit: textOrNothing(options.unit),
    description: textOrNothing(options.description),
    valueType: options.valueType === ValueType.INT ? 'int' : 'double',
    boundaries: readBoundaries(advice.explicitBucketBoundaries),
    attributeKeys: readKeys(advice.attributes),
  }
}

/** Whether two descriptors are of one instrument, as far as what it measures goes. */
export function measuresTheSame(one: InstrumentDescriptor, other: InstrumentDescriptor): boolean {
  return one.type === other.type && one.unit === other.unit && one.valueType === other.valueType
}

/** Whether values below zero are usual: then a sum over a histogram means nothing. */
export function allowsNegative(type: InstrumentType): boolean {
  return type !== 'counter' && type !== 'histogram' && type !== 'observable_counter'
}

/** Sorted, finite, each once. */
export function normalizeBoundaries(boundaries: readonly number[]): readonly number[] {
  return Object.freeze([...new Set(boundaries.filter((bound) => Number.isFinite(bound)))].sort((a, b) => a - b))
}

function readBoundaries(value: unknown): readonly number[] | undefined {
  if (!Array.isArray(value) || !value.every((bound) => typeof bound === 'number')) return undefined
  return normalizeBoundaries(value)
}

function readKeys(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) && value.every((key) => typeof key === 'string') ? value : undefined
}
