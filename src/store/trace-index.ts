/** Finds items by trace id, in order of arrival. Holds nothing that its owner has not put in and not taken out. */
export class TraceIndex<T extends { readonly traceId: string }> {
  readonly #byTrace = new Map<string, Set<T>>()

  add(item: T): void {
    if (item.traceId === '') return
    const items = this.#byTrace.get(item.traceId)
    if (items === undefined) this.#byTrace.set(item.traceId, new Set([item]))
    else items.add(item)
  }

  remove(item: T): void {
    const items = this.#byTrace.get(item.traceId)
    if (items === undefined) return
    items.delete(item)
    if (items.size === 0) this.#byTrace.delete(item.traceId)
  }

  get(traceId: string): Iterable<T> {
    return this.#byTrace.get(traceId) ?? []
  }

  /** In the order in which the traces were first seen. */
  get traceIds(): readonly string[] {
    return [...this.#byTrace.keys()]
  }

  clear(): void {
    this.#byTrace.clear()
  }
}
