import type { HrTime, TimeInput } from '@opentelemetry/api'
import type { SpanClock } from './span-clock.ts'

const MS_PER_S = 1000
const NS_PER_MS = 1_000_000
const NS_PER_S = 1_000_000_000
/** A time is at most 2^64 ns after 1970, in OTLP. */
const MAX_SECONDS = Math.trunc(2 ** 64 / NS_PER_S)

/** Whether a value is a time in one of the forms of the API. */
export function isTimeInput(value: unknown): value is TimeInput {
  try {
    return typeof value === 'number' || value instanceof Date || isHrTime(value)
  } catch {
    // A proxy that throws.
    return false
  }
}

/**
 * A time that somebody gave, as seconds and nanoseconds. A small number is one of `performance.now()`, as in the SDK.
 * `undefined` for what is no time, such as an invalid date, or none that OTLP can tell: before 1970 or after 2554.
 * Never throws.
 *
 * @see https://open-telemetry.github.io/opentelemetry-js/types/_opentelemetry_api._opentelemetry_api.TimeInput.html
 */
export function readTime(input: unknown, clock: SpanClock): HrTime | undefined {
  if (typeof input === 'number') {
    if (!Number.isFinite(input)) return undefined
    const now = clock.now()
    return input <= now ? checked(clock.anchorAt(now).hrTimeAt(input)) : fromMs(input)
  }
  try {
    if (input instanceof Date) return fromMs(input.getTime())
    return isHrTime(input) ? checked([input[0], input[1]]) : undefined
  } catch {
    // A proxy that throws.
    return undefined
  }
}

/** How long it is from `start` to `end`, which must not be before it. */
export function subtractTimes(end: HrTime, start: HrTime): HrTime {
  let seconds = end[0] - start[0]
  let nanos = end[1] - start[1]
  if (nanos < 0) {
    seconds -= 1
    nanos += NS_PER_S
  }
  return [seconds, nanos]
}

function isHrTime(value: unknown): value is HrTime {
  return Array.isArray(value) && value.length === 2 && typeof value[0] === 'number' && typeof value[1] === 'number'
}

function fromMs(epochMs: number): HrTime | undefined {
  return checked([Math.trunc(epochMs / MS_PER_S), Math.round((epochMs % MS_PER_S) * NS_PER_MS)])
}

/** What is not between the bounds, such as NaN, is no time. */
function checked(time: HrTime): HrTime | undefined {
  return time[0] >= 0 && time[0] < MAX_SECONDS && time[1] >= 0 && time[1] <= NS_PER_S ? time : undefined
}
