import type { HrTime } from '@opentelemetry/api'

/** How far the anchor may be off before it is moved: `wall` tells whole milliseconds only. */
const TOLERANCE_MS = 2
const CHECK_EVERY_MS = 60_000
const MS_PER_S = 1000
const NS_PER_MS = 1_000_000
const NS_PER_S = 1_000_000_000

/** Where the monotonic scale lies in time: the moment of its zero. Never changed once made. */
export class TimeAnchor {
  /** Whole seconds since 1970. */
  readonly seconds: number
  /** The rest, so that no sum of a large and a small number loses digits. */
  readonly restMs: number

  constructor(epochMs: number) {
    this.seconds = Math.floor(epochMs / MS_PER_S)
    this.restMs = epochMs - this.seconds * MS_PER_S
  }

  /** Whole seconds since 1970 of a moment on the monotonic scale. */
  secondsAt(monotonicMs: number): number {
    return this.seconds + Math.floor((this.restMs + monotonicMs) / MS_PER_S)
  }

  /** The nanoseconds of that second. */
  nanosAt(monotonicMs: number): number {
    const ms = this.restMs + monotonicMs
    const nanos = Math.round((ms - Math.floor(ms / MS_PER_S) * MS_PER_S) * NS_PER_MS)
    return nanos === NS_PER_S ? NS_PER_S - 1 : nanos
  }

  hrTimeAt(monotonicMs: number): HrTime {
    return [this.secondsAt(monotonicMs), this.nanosAt(monotonicMs)]
  }
}

export interface SpanClockOptions {
  /** Milliseconds on a scale that never goes back. @default performance.now */
  readonly monotonic?: () => number
  /** Milliseconds since 1970. @default Date.now */
  readonly wall?: () => number
  /** What `wall` was when `monotonic` was 0. @default performance.timeOrigin */
  readonly originMs?: number
}

/**
 * The time of spans. Durations are measured on the monotonic scale, so that a clock that is set while a span lasts does
 * not bend it; where the scale lies in time is looked up once a minute, so that a clock that was set is followed.
 */
export class SpanClock {
  readonly #monotonic: () => number
  readonly #wall: () => number
  #anchor: TimeAnchor
  #anchorMs: number
  #checkAt: number

  constructor(options: SpanClockOptions = {}) {
    this.#monotonic = options.monotonic ?? ((): number => performance.now())
    this.#wall = options.wall ?? Date.now
    this.#anchorMs = options.originMs ?? performance.timeOrigin
    this.#anchor = new TimeAnchor(this.#anchorMs)
    this.#checkAt = Number.NEGATIVE_INFINITY
  }

  /** Milliseconds on the monotonic scale. */
  now(): number {
    return this.#monotonic()
  }

  /** Where the scale lies at this moment. A span keeps the one that it began with. */
  anchorAt(monotonicMs: number): TimeAnchor {
    if (monotonicMs >= this.#checkAt) this.#check(monotonicMs)
    return this.#anchor
  }

  #check(monotonicMs: number): void {
    this.#checkAt = monotonicMs + CHECK_EVERY_MS
    const originMs = this.#wall() - monotonicMs
    if (Math.abs(originMs - this.#anchorMs) <= TOLERANCE_MS) return
    this.#anchorMs = originMs
    this.#anchor = new TimeAnchor(originMs)
  }
}
