import type { Clock } from '../../core/clock.ts'

/** How long a piece of work may hold the event loop before it lets others in: with its last step, below 1 ms. */
const SLICE_MS = 0.5

/** Divides long work into slices, so that no request waits long for its turn. */
export class TurnSlices {
  readonly #clock: Clock
  #startedAt: number

  constructor(clock: Clock) {
    this.#clock = clock
    this.#startedAt = clock.now()
  }

  /** Whether it is time for {@link next}. */
  get isOver(): boolean {
    return this.#clock.now() - this.#startedAt >= SLICE_MS
  }

  /** Resolves in a later turn of the event loop, when what waited has had its own. */
  async next(): Promise<void> {
    await new Promise<void>((resolve) => void setImmediate(resolve))
    this.#startedAt = this.#clock.now()
  }
}
