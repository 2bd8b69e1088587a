/** What a limit is about, as metrics and log lines name it. */
export type PressureKind = 'event_loop_delay' | 'memory' | 'heap' | 'in_flight'

/** How a share of the requests follows from how far a limit is exceeded; where it is a rate, only whether there is any. */
export interface PressureCurve {
  /** The share of the limit up to which nothing is refused any more, once requests were. */
  readonly low: number
  /** The share of the limit from which on everything is refused. */
  readonly full: number
}

export interface PressureTimes {
  /** For how long the limit must be exceeded without a break before anything is refused. */
  readonly afterMs: number
  /** For how long nothing must have been refused before it is over. */
  readonly calmMs: number
}

/** Told when requests begin to be refused for one limit, and when that is over. */
export interface PressureObserver {
  began(pressure: Pressure): void
  ended(pressure: Pressure): void
}

/**
 * One limit of one listener: which share of the requests is refused because of it, now.
 *
 * It begins once the limit has been exceeded for a while, so that a pause refuses nobody. From then on the share follows
 * the measure, between a mark below the limit and one above it, and as soon as that is below the lower mark nothing is
 * refused; but it is over only when that has been so for a while.
 */
export class Pressure {
  readonly kind: PressureKind
  /** What was measured last, in the unit of the limit. */
  value = 0
  /** `Infinity` when there is none. */
  limit = Infinity
  /** Of the requests that come now, how many are refused: 0 to 1. */
  share = 0
  /** Requests that were refused because of it. */
  refused = 0
  /** Those of them that were when it began. */
  refusedBefore = 0
  /** Whether it has begun and is not over. */
  isShedding = false
  /** When it began, on the clock. */
  since = 0
  readonly #curve: PressureCurve
  readonly #observer: PressureObserver
  #exceededSince: number | undefined
  #lastRefusalAt = 0
  #refusedAtLastLook = 0

  constructor(kind: PressureKind, curve: PressureCurve, observer: PressureObserver) {
    this.kind = kind
    this.#curve = curve
    this.#observer = observer
  }

  /** How much of the limit is used: above 1 it is exceeded. */
  get ratio(): number {
    return this.value / this.limit
  }

  /** Takes a new limit; one that is gone is over at once. */
  setLimit(limit: number): void {
    this.limit = limit
    if (limit === Infinity) this.end()
  }

  /** Takes what was measured now. @param sinceMs from when on it has been so, on the clock */
  measured(value: number, nowMs: number, times: PressureTimes, sinceMs = nowMs): void {
    this.value = value
    if (this.limit === Infinity) return
    const { ratio } = this
    if (!this.isShedding) {
      if (ratio <= 1) this.#exceededSince = undefined
      else if (nowMs - (this.#exceededSince ??= sinceMs) >= times.afterMs) this.begin(nowMs)
    }
    if (!this.isShedding) return
    const { low, full } = this.#curve
    this.share = Math.min(1, Math.max(0, (ratio - low) / (full - low)))
    this.look(nowMs, times, this.share > 0)
  }

  /** Requests are refused from now on; a second call changes nothing. */
  begin(nowMs: number): void {
    if (this.isShedding) return
    this.isShedding = true
    this.since = nowMs
    this.#lastRefusalAt = nowMs
    this.refusedBefore = this.refused
    this.#refusedAtLastLook = this.refused
    this.#observer.began(this)
  }

  /** Whether it is over: nothing was refused for a while, nor would be. */
  look(nowMs: number, { calmMs }: PressureTimes, isExceeded: boolean): void {
    if (!this.isShedding) return
    if (isExceeded || this.refused > this.#refusedAtLastLook) {
      this.#lastRefusalAt = nowMs
      this.#refusedAtLastLook = this.refused
    } else if (nowMs - this.#lastRefusalAt >= calmMs) this.end()
  }

  /** Nothing is refused any more. */
  end(): void {
    this.share = 0
    this.#exceededSince = undefined
    if (!this.isShedding) return
    this.isShedding = false
    this.#observer.ended(this)
  }
}
