import type { EnvReader } from '../../core/env-reader.ts'

/** What a span or a log record may hold; what is beyond is cut off or dropped and counted in it. */
export interface AttributeLimits {
  /** Characters of a text. @default no limit, as the specification has it */
  readonly valueLength: number
  /** @default 128 */
  readonly count: number
}

export interface SpanLimits extends AttributeLimits {
  readonly eventCount: number
  readonly linkCount: number
  readonly countPerEvent: number
  readonly countPerLink: number
}

const MAX = 1_000_000_000
const DEFAULT_COUNT = 128

/** @see https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/#attribute-limits */
export function readSpanLimits(read: EnvReader): SpanLimits {
  return {
    ...attributeLimits(read, 'OTEL_SPAN'),
    eventCount: count(read, 'OTEL_SPAN_EVENT_COUNT_LIMIT'),
    linkCount: count(read, 'OTEL_SPAN_LINK_COUNT_LIMIT'),
    countPerEvent: count(read, 'OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT'),
    countPerLink: count(read, 'OTEL_LINK_ATTRIBUTE_COUNT_LIMIT'),
  }
}

/** @see https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/#logrecord-limits */
export function readLogRecordLimits(read: EnvReader): AttributeLimits {
  return attributeLimits(read, 'OTEL_LOGRECORD')
}

function attributeLimits(read: EnvReader, prefix: string): AttributeLimits {
  const length = (name: string): number | undefined => read.integer(name, { min: 0, max: MAX })
  const general = length('OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT')
  return {
    valueLength: length(`${prefix}_ATTRIBUTE_VALUE_LENGTH_LIMIT`) ?? general ?? Number.POSITIVE_INFINITY,
    count: count(read, `${prefix}_ATTRIBUTE_COUNT_LIMIT`, count(read, 'OTEL_ATTRIBUTE_COUNT_LIMIT')),
  }
}

function count(read: EnvReader, name: string, fallback = DEFAULT_COUNT): number {
  return read.integer(name, { min: 0, max: MAX }) ?? fallback
}
