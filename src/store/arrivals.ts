import type { StoredLog, StoredMetricPoint, StoredSpan } from './stored-item.ts'

/** What can be subscribed to, and what the listener gets. */
export interface ArrivalItem {
  readonly span: StoredSpan
  readonly log: StoredLog
  /** Once for each point of a metric. */
  readonly metric: StoredMetricPoint
}

export type ArrivalKind = keyof ArrivalItem
export type ArrivalListener<K extends ArrivalKind> = (item: ArrivalItem[K]) => void

/**
 * Tells listeners what has arrived. A listener that throws harms neither the sender nor the other listeners; its error
 * becomes an uncaught exception of the process, as with an `EventTarget`, for it is a mistake in the listener.
 */
export class Arrivals {
  readonly #listeners: { readonly [K in ArrivalKind]: Set<ArrivalListener<K>> } = {
    span: new Set(),
    log: new Set(),
    metric: new Set(),
  }

  /** Adds a listener; the returned function takes it out again. */
  on<K extends ArrivalKind>(kind: K, listener: ArrivalListener<K>): () => void {
    // A wrapper of its own, so that adding one function twice gives two listeners, each taken out by its own function.
    const own: ArrivalListener<K> = (item) => listener(item)
    this.#listeners[kind].add(own)
    return () => void this.#listeners[kind].delete(own)
  }

  /** Begins to tell of one request. Nothing is collected while nobody listens. */
  begin<K extends ArrivalKind>(kind: K): Announcement<K> {
    const listeners = this.#listeners[kind]
    const items: ArrivalItem[K][] = []
    const hasListeners = listeners.size > 0
    return {
      add: (item) => {
        if (hasListeners) items.push(item)
      },
      send: () => {
        for (const item of items) for (const listener of listeners) callSafely(listener, item)
      },
    }
  }
}

/** Of one request: collects what arrived, to tell it when everything is stored. */
export interface Announcement<K extends ArrivalKind> {
  add(item: ArrivalItem[K]): void
  send(): void
}

function callSafely<T>(listener: (item: T) => void, item: T): void {
  try {
    listener(item)
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}
