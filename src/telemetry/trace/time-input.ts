import type { HrTime, TimeInput } from '@opentelemetry/api'
import type { SpanClock } from './span-clock.ts'

const MS_PER_S = 1000
const NS_PER_MS = 1_000_000
const NS_PER_S = 1_000_000_000

/** Whether a value is a time in one of the forms of the API. */
export function isTimeInput(value: unknown): value is TimeInput {
  return typeof value === 'number' || value instanceof Date || isHrTime(value)
}

/**
 * A time that somebody gave, as seconds and nanoseconds. A small number is one of `performance.now()`, as in the SDK.
 * `undefined` for what is no time, such as an invalid date.
 *
 * @see https://open-telemetry.github.io/opentelemetry-js/types/_opentelemetry_api._opentelemetry_api.TimeInput.html
 */
export function readTime(input: unknown, clock: SpanClock): HrTime | undefined {
  if (typeof input === 'number') {
    if (!Number.isFinite(input)) return undefined
    const now = clock.now()
    return input <= now ? clock.anchorAt(now).hrTimeAt(input) : fromMs(input)
  }
  if (input instanceof Date) return Number.isNaN(input.getTime()) ? undefined : fromMs(input.getTime())
  return isHrTime(input) && Number.isFinite(input[0]) && Number.isFinite(input[1]) ? input : undefined
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

function fromMs(epochMs: number): HrTime {
  return [Math.trunc(epochMs / MS_PER_S), Math.round((epochMs % MS_PER_S) * NS_PER_MS)]
}
