/**
 * Calls a listener, but not within `append`: the caller doesn't have the chunk yet that it would be told of. What a
 * listener throws goes no further.
 */
export class Teller {
  #untold: (() => void)[] = []
  #isHeld = false

  tell(what: () => void): void {
    if (!this.#isHeld) return callQuietly(what)
    if (this.#untold.push(what) === 1) queueMicrotask(() => this.tellUntold())
  }

  /** Runs `work`, and tells later what it has to tell. */
  hold(work: () => void): void {
    this.#isHeld = true
    try {
      work()
    } finally {
      this.#isHeld = false
    }
  }

  tellUntold(): void {
    const untold = this.#untold
    this.#untold = []
    for (const what of untold) callQuietly(what)
  }
}

function callQuietly(what: () => void): void {
  try {
    what()
  } catch {
    // A listener that throws must not stop what is being written, and nobody is left to tell.
  }
}
