import { diag, type HrTime, type SpanContext, type TraceState } from '@opentelemetry/api'
import { fromHex, toHex } from './hex-words.ts'
import { LocalSpan } from './local-span.ts'
import type { LocalTrace } from './local-trace.ts'
import type { TimeAnchor } from './span-clock.ts'
import type { SpanSurroundings } from './span-home.ts'
import { readTime, subtractTimes } from './time-input.ts'

const ENDED_BEFORE = 'A span ended before it began, so its duration is 0'

/** A span that knows below which one it is and how long it took. */
export abstract class TimedSpan extends LocalSpan {
  /** The id of the parent, 32 bits each; zeros for none. */
  readonly parentHigh: number
  readonly parentLow: number
  /** Whether its parent is no span of this process. */
  readonly isLocalRoot: boolean
  readonly #surroundings: SpanSurroundings
  readonly #parentFlags: number
  readonly #parentState: TraceState | undefined
  #parentContext: SpanContext | undefined
  readonly #anchor: TimeAnchor
  readonly #startMs: number
  readonly #hasGivenStart: boolean
  #startTime: HrTime | undefined
  #isStopped = false
  #endMs = 0
  #endTime: HrTime | undefined = undefined

  constructor(
    surroundings: SpanSurroundings,
    local: LocalTrace,
    traceFlags: number,
    traceState: TraceState | undefined,
    parent: SpanContext | undefined,
    startTime: HrTime | undefined,
  ) {
    super(local, traceFlags, traceState, surroundings.random)
    this.#surroundings = surroundings
    // Ids and flags, not the parent itself: whoever goes from span to span would otherwise hold all of them.
    if (parent === undefined) {
      this.parentHigh = 0
      this.parentLow = 0
      this.isLocalRoot = true
      this.#parentFlags = 0
      this.#parentState = undefined
      this.#parentContext = undefined
    } else if (parent instanceof LocalSpan) {
      this.parentHigh = parent.idHigh
      this.parentLow = parent.idLow
      this.isLocalRoot = false
      this.#parentFlags = parent.traceFlags
      this.#parentState = parent.traceState
      this.#parentContext = undefined
    } else {
      this.parentHigh = fromHex(parent.spanId, 0)
      this.parentLow = fromHex(parent.spanId, 8)
      this.isLocalRoot = true
      this.#parentFlags = parent.traceFlags
      this.#parentState = parent.traceState
      this.#parentContext = parent
    }
    const now = surroundings.clock.now()
    this.#startMs = now
    this.#anchor = surroundings.clock.anchorAt(now)
    this.#startTime = startTime
    this.#hasGivenStart = startTime !== undefined
  }

  protected get surroundings(): SpanSurroundings {
    return this.#surroundings
  }

  get isParentRemote(): boolean {
    return this.#parentContext?.isRemote === true
  }

  get parentSpanContext(): SpanContext | undefined {
    if (this.#parentContext === undefined && (this.parentHigh | this.parentLow) !== 0) {
      const spanId = toHex(this.parentHigh) + toHex(this.parentLow)
      const state = this.#parentState === undefined ? {} : { traceState: this.#parentState }
      this.#parentContext = { traceId: this.traceId, spanId, traceFlags: this.#parentFlags, ...state }
    }
    return this.#parentContext
  }

  get startSeconds(): number {
    return this.#startTime === undefined ? this.#anchor.secondsAt(this.#startMs) : this.#startTime[0]
  }

  get startNanos(): number {
    return this.#startTime === undefined ? this.#anchor.nanosAt(this.#startMs) : this.#startTime[1]
  }

  get endSeconds(): number {
    return this.#endTime === undefined ? this.#anchor.secondsAt(this.#endMs) : this.#endTime[0]
  }

  get endNanos(): number {
    return this.#endTime === undefined ? this.#anchor.nanosAt(this.#endMs) : this.#endTime[1]
  }

  get startTime(): HrTime {
    return (this.#startTime ??= this.#anchor.hrTimeAt(this.#startMs))
  }

  /** What is no time changes nothing. */
  set startTime(time: HrTime) {
    this.#startTime = readTime(time, this.#surroundings.clock) ?? this.#startTime
  }

  /** `[0, 0]` as long as it is open. */
  get endTime(): HrTime {
    if (!this.#isStopped) return [0, 0]
    return (this.#endTime ??= this.#anchor.hrTimeAt(this.#endMs))
  }

  set endTime(time: HrTime) {
    this.#endTime = readTime(time, this.#surroundings.clock) ?? this.#endTime
  }

  /** `[-1, -1]` as long as it is open. */
  get duration(): HrTime {
    return this.#isStopped ? subtractTimes(this.endTime, this.startTime) : [-1, -1]
  }

  /** How long it took, once it has ended. */
  get durationMs(): number {
    if (this.#startTime === undefined && this.#endTime === undefined) return this.#endMs - this.#startMs
    const { duration } = this
    return duration[0] * 1000 + duration[1] / 1_000_000
  }

  /** This moment, on the span's own scale, on which no time goes back. */
  protected timeNow(): HrTime {
    return this.#anchor.hrTimeAt(this.#surroundings.clock.now())
  }

  /** Sets the end: the time given, or now. Never before the start. */
  protected stop(endTime: unknown): void {
    const now = this.#surroundings.clock.now()
    this.#isStopped = true
    const isMoment = typeof endTime === 'number' && endTime <= now
    // A moment of `performance.now()` stays on the span's own scale, whatever has become of the clock on the wall.
    this.#endMs = isMoment ? Math.max(endTime, this.#startMs) : now
    if (this.#hasGivenStart || (endTime !== undefined && !isMoment)) this.#stopAt(endTime, now)
    else if (isMoment && endTime < this.#startMs) diag.warn(ENDED_BEFORE)
  }

  #stopAt(input: unknown, now: number): void {
    const { clock } = this.#surroundings
    const end = readTime(input, clock) ?? clock.anchorAt(now).hrTimeAt(now)
    const start = this.startTime
    const isBefore = end[0] < start[0] || (end[0] === start[0] && end[1] < start[1])
    if (isBefore) diag.warn(ENDED_BEFORE)
    this.#endTime = isBefore ? [start[0], start[1]] : end
  }
}
