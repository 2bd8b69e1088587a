/** What a service under test did, in order. Handlers of every framework write into it, and tests wait on it. */
export class Journal {
  readonly entries: string[] = []
  readonly #waiting = new Set<() => void>()

  record(what: string): void {
    this.entries.push(what)
    for (const look of this.#waiting) look()
  }

  count(what: string): number {
    return this.entries.filter((entry) => entry === what).length
  }

  /** Resolves as soon as `what` has been recorded `times` times. */
  until(what: string, times = 1): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (this.count(what) < times) return
        this.#waiting.delete(look)
        resolve()
      }
      this.#waiting.add(look)
      look()
    })
  }
}
