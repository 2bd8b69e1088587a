import { flushRetryDelayMs, retryDelayMs, SHORTEST_PAUSE_MS } from './retry-delay.ts'

/** At 2 s an answer, four requests of 1 MiB carry 5,000 spans of 400 bytes a second. */
const MAX_PARALLEL = 4
const SMALLEST_BODY_BYTES = 131_072
const USUAL_BODY_BYTES = 1_048_576
/** Collectors take gRPC messages of 4 MiB by default, the frame included. */
export const LARGEST_BODY_BYTES = 3_670_016

/** Of the time that an answer may take: up to here it may come for twice as large a body as well. */
const QUICK_SHARE = 0.25
/** Beyond it, the next one that is a little slower is cut off, and the collector then gets all of it a second time. */
const SLOW_SHARE = 0.5

/** Whether a flush is under way, and whether it is the last one of the process. */
export type FlushKind = 'none' | 'any' | 'final'

/** How an attempt went that the collector has answered. */
export interface Answered {
  /** When it began, as {@link Pace.round}. */
  readonly round: number
  readonly tookMs: number
  /** Bytes that were under way when it began, its own included. */
  readonly loadBytes: number
  /** What it may take at most, in milliseconds: the attempt, and what is left of a final flush. */
  readonly limitMs: number
  /** What still waits. */
  readonly backlogBytes: number
}

export interface PaceOptions {
  /** One: each waits for the one before it, so that the order is kept. @default 4 */
  readonly maxParallel?: number
  readonly random: () => number
}

/**
 * How fast to send: when the next attempt may begin, how many at a time, and how much in one. After a failure one probe
 * at a time, with growing pauses and smaller bodies; each success then doubles both, as long as answers come in good
 * time: a body that is cut off while the collector is busy with it is delivered twice.
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
  #failedAt = Number.NEGATIVE_INFINITY
  /** Until when the collector has asked to be left alone. */
  #askedUntil = Number.NEGATIVE_INFINITY
  #latest: Answered | undefined

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

  /** How long an answer may take with so many bytes under way: twice as long as by the latest one; 0 before the first. */
  expectedMs(loadBytes: number): number {
    if (this.#latest === undefined) return 0
    return 2 * this.#latest.tookMs * Math.max(1, loadBytes / this.#latest.loadBytes)
  }

  /**
   * A flush begins: its first attempt is made at once, and its pauses are short. One that is not the last of the process
   * may come as often as its caller likes: it leaves a collector alone for as long as that has asked for, and asks one
   * that fails no more often than attempts by themselves would.
   */
  beginFlush(isFinal: boolean): void {
    // What is under way at its end, the collector may get twice.
    if (isFinal) this.#ceilingBytes = Math.min(this.#ceilingBytes, USUAL_BODY_BYTES)
    this.#flushFailures = 0
    this.#notBefore = isFinal
      ? Number.NEGATIVE_INFINITY
      : Math.max(this.#askedUntil, this.#failedAt + SHORTEST_PAUSE_MS)
  }

  /** The collector answered, be it to refuse. @returns whether that ends a series of failures */
  succeeded(answered: Answered): boolean {
    const { round, tookMs, limitMs, backlogBytes } = answered
    this.#latest = answered
    if (round !== this.#round) return false
    const hadFailed = this.#failures > 0
    this.#failures = 0
    this.#flushFailures = 0
    this.#notBefore = Number.NEGATIVE_INFINITY
    this.#failedAt = Number.NEGATIVE_INFINITY
    this.#askedUntil = Number.NEGATIVE_INFINITY
    if (tookMs > limitMs * SLOW_SHARE) {
      this.#bodyBytes = Math.max(SMALLEST_BODY_BYTES, this.#bodyBytes / 2)
      return hadFailed
    }
    this.#parallel = Math.min(this.#maxParallel, hadFailed ? 1 : this.#parallel * 2)
    if (tookMs > limitMs * QUICK_SHARE) return hadFailed
    const isBehind = backlogBytes > this.#bodyBytes * this.#maxParallel
    const largest = isBehind ? LARGEST_BODY_BYTES : Math.max(USUAL_BODY_BYTES, this.#bodyBytes)
    this.#bodyBytes = Math.min(largest, this.#bodyBytes * 2)
    return hadFailed
  }

  /** @param flush the pause is then short; in the last one of the process whatever the collector asked for */
  failed(round: number, now: number, askedForMs: number | undefined, flush: FlushKind): void {
    const isAsked = askedForMs !== undefined && askedForMs > 0
    if (isAsked) this.#askedUntil = Math.max(this.#askedUntil, now + retryDelayMs(1, askedForMs, this.#random))
    const isOwnTime = flush === 'final' || (flush === 'any' && !isAsked)
    if (round === this.#round) {
      this.#round++
      this.#failures++
      this.#flushFailures++
      this.#parallel = 1
      this.#bodyBytes = Math.max(SMALLEST_BODY_BYTES, this.#bodyBytes / 2)
      this.#failedAt = now
      const delayMs = isOwnTime
        ? flushRetryDelayMs(this.#flushFailures, this.#random)
        : retryDelayMs(this.#failures, askedForMs, this.#random)
      this.#notBefore = now + delayMs
    } else if (isAsked && !isOwnTime) {
      this.#notBefore = Math.max(this.#notBefore, this.#askedUntil)
    }
  }

  /** A body of so many bytes was too large: none that large is tried again. */
  tooLarge(byteLength: number): void {
    this.#ceilingBytes = Math.max(1, Math.min(this.#ceilingBytes, Math.floor(byteLength / 2)))
  }
}
