import { flushRetryDelayMs, retryDelayMs } from './retry-delay.ts'

/** At 2 s an answer, four requests of 1 MiB carry 5,000 spans of 400 bytes a second. */
const MAX_PARALLEL = 4
const SMALLEST_BODY_BYTES = 131_072
const USUAL_BODY_BYTES = 1_048_576
/** Collectors take gRPC messages of 4 MiB by default, the frame included. */
export const LARGEST_BODY_BYTES = 3_670_016

export interface PaceOptions {
  /** One: each waits for the one before it, so that the order is kept. @default 4 */
  readonly maxParallel?: number
  readonly random: () => number
}

/**
 * How fast to send: when the next attempt may begin, how many at a time, and how much in one. After a failure one probe
 * at a time, with growing pauses and smaller bodies; each success then doubles both.
 */
export class Pace {
  readonly #maxParallel: number
  readonly #random: () => number
  #parallel: number
  #bodyBytes = USUAL_BODY_BYTES
  #ceilingBytes = LARGEST_BODY_BYTES
  #failures = 0
  #flushFailures = 0
  /** Attempts that began before a failure was known say nothing new about it. */
  #round = 0
  #notBefore = Number.NEGATIVE_INFINITY

  constructor(options: PaceOptions) {
    this.#maxParallel = options.maxParallel ?? MAX_PARALLEL
    this.#random = options.random
    this.#parallel = this.#maxParallel
  }

  get isFailing(): boolean {
    return this.#failures > 0
  }

  get round(): number {
    return this.#round
  }

  /** Requests that may be under way at a time. */
  get parallel(): number {
    return this.isFailing ? 1 : this.#parallel
  }

  /** Bytes of a body of several chunks. */
  get bodyBytes(): number {
    return Math.min(this.#bodyBytes, this.#ceilingBytes)
  }

  /** When the next attempt may begin, on the scale of the clock. */
  get notBefore(): number {
    return this.#notBefore
  }

  /** A flush begins: its first attempt is made at once, and its pauses are short. */
  beginFlush(): void {
    this.#flushFailures = 0
    this.#notBefore = Number.NEGATIVE_INFINITY
  }

  /**
   * The collector answered, be it to refuse.
   *
   * @param round when the attempt began
   * @param backlogBytes what still waits
   * @returns whether that ends a series of failures
   */
  succeeded(round: number, backlogBytes: number): boolean {
    if (round !== this.#round) return false
    const hadFailed = this.#failures > 0
    this.#failures = 0
    this.#flushFailures = 0
    this.#notBefore = Number.NEGATIVE_INFINITY
    this.#parallel = Math.min(this.#maxParallel, hadFailed ? 1 : this.#parallel * 2)
    const isBehind = backlogBytes > this.#bodyBytes * this.#maxParallel
    const largest = isBehind ? LARGEST_BODY_BYTES : Math.max(USUAL_BODY_BYTES, this.#bodyBytes)
    this.#bodyBytes = Math.min(largest, this.#bodyBytes * 2)
    return hadFailed
  }

  /** @param isFlushing the pause is then short, whatever the collector asked for */
  failed(round: number, now: number, askedForMs: number | undefined, isFlushing: boolean): void {
    if (round === this.#round) {
      this.#round++
      this.#failures++
      this.#flushFailures++
      this.#parallel = 1
      this.#bodyBytes = Math.max(SMALLEST_BODY_BYTES, this.#bodyBytes / 2)
      const delayMs = isFlushing
        ? flushRetryDelayMs(this.#flushFailures, this.#random)
        : retryDelayMs(this.#failures, askedForMs, this.#random)
      this.#notBefore = now + delayMs
    } else if (askedForMs !== undefined && askedForMs > 0 && !isFlushing) {
      this.#notBefore = Math.max(this.#notBefore, now + retryDelayMs(1, askedForMs, this.#random))
    }
  }

  /** A body of so many bytes was too large: none that large is tried again. */
  tooLarge(byteLength: number): void {
    this.#ceilingBytes = Math.max(1, Math.min(this.#ceilingBytes, Math.floor(byteLength / 2)))
  }
}
