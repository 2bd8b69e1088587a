import type { Clock } from '../../core/clock.ts'
import { Threshold } from './threshold.ts'
import { TokenBucket } from './token-bucket.ts'

/** How long a measurement counts: after this time, half of what is known is newer. */
const HALF_LIFE_MS = 2_000
const PERIOD_MS = 1_000
/**
 * The net lets through a quarter more than the target, and two seconds' worth at once: at exactly the target, chance
 * alone would empty it again and again, and each time the probability becomes unknown.
 */
const NET_FACTOR = 1.25
const NET_BURST_S = 2
/** A new threshold is a new object of every trace: a change of less than this is none. */
const LEAST_CHANGE = 0.02

/**
 * Samples about so many in a second, by a probability that follows the arrivals, so that what is sampled still says how
 * many it stands for. The probability never depends on which traces come, only on how many came before.
 *
 * Within a second, a burst is noticed each time the arrivals have doubled. What a burst still lets through too many, a
 * token bucket catches; from then to the next adjustment, the probability is unknown.
 */
export class AdaptiveRate {
  /** Of the trace that is decided next. */
  threshold: Threshold
  /** Whether {@link threshold} is all that decides, so that it may be passed on as `th`. */
  isKnown = true

  readonly #clock: Clock
  readonly #targetPerSecond: number
  readonly #net: TokenBucket
  #ratePerSecond: number
  #periodStartMs: number
  #arrivals = 0
  #burstAt: number

  /** @param ratePerSecond the arrivals so far, when they were measured before */
  constructor(clock: Clock, targetPerSecond: number, ratePerSecond = 0) {
    this.#clock = clock
    this.#targetPerSecond = targetPerSecond
    this.#net = new TokenBucket(clock, targetPerSecond * NET_FACTOR, Math.max(1, targetPerSecond * NET_BURST_S))
    this.#ratePerSecond = ratePerSecond
    this.#periodStartMs = clock.now()
    this.#burstAt = this.#firstBurst()
    this.threshold = Threshold.of(this.#probability(ratePerSecond))
  }

  /** Arrivals of a second, as measured. */
  get ratePerSecond(): number {
    return this.#ratePerSecond
  }

  /** One has arrived: to be called before {@link threshold} is asked. */
  arrive(): void {
    const elapsedMs = this.#clock.now() - this.#periodStartMs
    if (elapsedMs >= PERIOD_MS) this.#endPeriod(elapsedMs)
    this.#arrivals++
    if (this.#arrivals >= this.#burstAt) {
      this.#burstAt *= 2
      this.#setThreshold(this.#probability(this.#arrivals))
    }
  }

  /** Whether one that the threshold includes may really be sampled. */
  pass(): boolean {
    if (this.#net.take()) return true
    this.isKnown = false
    return false
  }

  #endPeriod(elapsedMs: number): void {
    const measured = (this.#arrivals * 1000) / elapsedMs
    const weight = 1 - 0.5 ** (elapsedMs / HALF_LIFE_MS)
    this.#ratePerSecond += (measured - this.#ratePerSecond) * weight
    this.#arrivals = 0
    this.#periodStartMs += elapsedMs
    this.#burstAt = this.#firstBurst()
    this.isKnown = true
    this.#setThreshold(this.#probability(this.#ratePerSecond))
  }

  #firstBurst(): number {
    return Math.max(this.#targetPerSecond, this.#ratePerSecond * 2, 2)
  }

  #probability(ratePerSecond: number): number {
    return Math.min(1, this.#targetPerSecond / Math.max(ratePerSecond, Number.MIN_VALUE))
  }

  #setThreshold(probability: number): void {
    const now = this.threshold.probability
    if (Math.abs(probability - now) >= now * LEAST_CHANGE) this.threshold = Threshold.of(probability)
    else if (probability === 1) this.threshold = Threshold.of(1)
  }
}
