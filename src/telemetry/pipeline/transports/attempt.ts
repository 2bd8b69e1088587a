import type { Cancel, Clock } from '../../../core/clock.ts'
import type { ExportOutcome } from '../export-outcome.ts'
import type { SendOptions } from '../transport.ts'

/** Something that can end before a connection is there. */
export interface Limit {
  /**
   * Calls `cut` when it ends, at once if it has ended.
   *
   * @returns what takes `cut` back
   */
  onEnd(cut: () => void): () => void
  /** What is going on, for the reason when it ends in the middle: "connecting to collector:4317". */
  stage: string
}

/**
 * One attempt: its deadline, its abort signal and its one outcome. Whatever ends it, all that was registered by
 * {@link Attempt.onEnd} is cut, so that no socket outlives it.
 */
export class Attempt implements Limit {
  readonly outcome: Promise<ExportOutcome>
  readonly timeoutMs: number
  stage = 'preparing the request'
  /** What it ends with when it is cut: set once the collector has said yes and only the rest of its answer is missing. */
  fallback: ExportOutcome | undefined = undefined

  readonly #clock: Clock
  readonly #signal: AbortSignal
  readonly #deadline: number
  readonly #cuts = new Set<() => void>()
  readonly #cancelTimer: Cancel
  readonly #onAbort = (): void => this.giveUp('the attempt was given up')
  #resolve: (outcome: ExportOutcome) => void = () => {}
  #isOver = false

  constructor(clock: Clock, { signal, timeoutMs }: SendOptions) {
    this.outcome = new Promise((resolve) => (this.#resolve = resolve))
    this.timeoutMs = timeoutMs
    this.#clock = clock
    this.#signal = signal
    this.#deadline = clock.now() + timeoutMs
    // Whoever needs the outcome before the process may end waits for it with a timer of their own.
    this.#cancelTimer = clock.schedule(timeoutMs, () => this.#expire(), { keepAlive: false })
    if (signal.aborted) this.#onAbort()
    else signal.addEventListener('abort', this.#onAbort, { once: true })
  }

  get isOver(): boolean {
    return this.#isOver
  }

  /** At least 1, so that it can be told to a server. */
  get leftMs(): number {
    return Math.max(1, Math.floor(this.#deadline - this.#clock.now()))
  }

  onEnd(cut: () => void): () => void {
    if (this.#isOver) cut()
    else this.#cuts.add(cut)
    return () => void this.#cuts.delete(cut)
  }

  /** The first outcome counts. */
  settle(outcome: ExportOutcome): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#cancelTimer()
    this.#signal.removeEventListener('abort', this.#onAbort)
    this.#resolve(outcome)
    for (const cut of this.#cuts) cut()
    this.#cuts.clear()
  }

  /** Ends it where it stands. */
  giveUp(reason: string): void {
    this.settle(this.fallback ?? { kind: 'retry', reason })
  }

  #expire(): void {
    this.giveUp(`${this.stage} took longer than the ${this.timeoutMs} ms of the attempt`)
  }
}
