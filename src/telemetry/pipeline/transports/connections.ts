interface Shared<T> {
  readonly value: T
  users: number
}

/** Something that is kept for several users and closed after the last one. */
export interface Lease<T> {
  readonly value: T
  /** Call it once. */
  readonly release: () => void
}

/** What the transports of one telemetry share: connections to the same place. Holds as many as there are transports. */
export class Connections {
  readonly #shared = new Map<string, Shared<unknown>>()

  /** @param close called when the last user has let go */
  lease<T>(key: string, open: () => T, close: (value: T) => void): Lease<T> {
    const shared = (this.#shared.get(key) as Shared<T> | undefined) ?? { value: open(), users: 0 }
    shared.users++
    this.#shared.set(key, shared)
    return {
      value: shared.value,
      release: () => {
        if (--shared.users > 0) return
        this.#shared.delete(key)
        close(shared.value)
      },
    }
  }
}
