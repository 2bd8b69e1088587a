/**
 * The memory that all bodies of a receiver may take together while they are being received. Without it, many senders at
 * once could fill the process although each stays below the limit of one body.
 */
export class BufferBudget {
  readonly #maxBytes: number
  #usedBytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  get usedBytes(): number {
    return this.#usedBytes
  }

  /** The part of one request, empty at first. Whoever opens it closes it, whatever happens. */
  open(): BufferShare {
    let own = 0
    return {
      grow: (bytes) => {
        if (this.#usedBytes + bytes > this.#maxBytes) return false
        this.#usedBytes += bytes
        own += bytes
        return true
      },
      close: () => {
        this.#usedBytes -= own
        own = 0
      },
    }
  }
}

export interface BufferShare {
  /** Takes `bytes` more; false, and nothing taken, when there is no room. */
  grow(bytes: number): boolean
  /** Gives everything back. Safe to call again. */
  close(): void
}
