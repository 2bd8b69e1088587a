/** Requests of one interval whose lateness is kept one by one; of more, the rest is not looked at. */
const MAX_KEPT = 10_000

/** How late our own requests were sent, collected for the noise watch. */
export class Lateness {
  #values: number[] = []

  add(ms: number): void {
    if (this.#values.length < MAX_KEPT) this.#values.push(Math.max(0, ms))
  }

  /** The 99th percentile since the last call, in milliseconds; 0 when nothing was sent. */
  takeP99Ms(): number {
    const sorted = this.#values.toSorted((one, other) => one - other)
    this.#values = []
    return sorted[Math.max(0, Math.ceil(sorted.length * 0.99) - 1)] ?? 0
  }
}
