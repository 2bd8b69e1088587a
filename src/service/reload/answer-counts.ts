/** Answers of some time, and those of them that say that the service failed. */
export interface AnswerCount {
  readonly answered: number
  readonly failed: number
}

const SLOT_MS = 5_000
const SLOTS = 12

/** How far back {@link AnswerCounts.lately} looks. */
export const LATELY_MS = SLOT_MS * SLOTS

const NONE: AnswerCount = Object.freeze({ answered: 0, failed: 0 })

/**
 * Counts answers, apart for each configuration with which their requests began: what failed with one that was taken back
 * says nothing of the one that is in force again. Of a fixed size for each, and only those are kept that may still be
 * asked about.
 */
export class AnswerCounts {
  readonly #byGeneration = new Map<number, AnswerRing>()

  /** @param generation the configuration with which the request began */
  note(generation: number, isFailure: boolean, nowMs: number): void {
    let ring = this.#byGeneration.get(generation)
    if (ring === undefined) {
      ring = new AnswerRing()
      this.#byGeneration.set(generation, ring)
    }
    ring.note(isFailure, nowMs)
  }

  /** All of the requests that began with this configuration. */
  with(generation: number): AnswerCount {
    return this.#byGeneration.get(generation)?.all() ?? NONE
  }

  /** Those of the last minute, to within a slot of five seconds. */
  lately(generation: number, nowMs: number): AnswerCount {
    return this.#byGeneration.get(generation)?.lately(nowMs) ?? NONE
  }

  /** How many configurations are kept apart. */
  get size(): number {
    return this.#byGeneration.size
  }

  /** Forgets what no change will be compared with any more. */
  keepOnly(generation: number): void {
    for (const other of this.#byGeneration.keys()) if (other !== generation) this.#byGeneration.delete(other)
  }
}

class AnswerRing {
  readonly #slotTime = new Float64Array(SLOTS).fill(-1)
  readonly #answered = new Float64Array(SLOTS)
  readonly #failed = new Float64Array(SLOTS)
  #allAnswered = 0
  #allFailed = 0

  note(isFailure: boolean, nowMs: number): void {
    const time = Math.floor(nowMs / SLOT_MS)
    const slot = time % SLOTS
    if (this.#slotTime[slot] !== time) {
      this.#slotTime[slot] = time
      this.#answered[slot] = 0
      this.#failed[slot] = 0
    }
    this.#answered[slot] = (this.#answered[slot] ?? 0) + 1
    this.#allAnswered++
    if (!isFailure) return
    this.#failed[slot] = (this.#failed[slot] ?? 0) + 1
    this.#allFailed++
  }

  all(): AnswerCount {
    return { answered: this.#allAnswered, failed: this.#allFailed }
  }

  lately(nowMs: number): AnswerCount {
    const time = Math.floor(nowMs / SLOT_MS)
    let answered = 0
    let failed = 0
    for (const [slot, slotTime] of this.#slotTime.entries()) {
      if (slotTime < 0 || slotTime <= time - SLOTS) continue
      answered += this.#answered[slot] ?? 0
      failed += this.#failed[slot] ?? 0
    }
    return { answered, failed }
  }
}
