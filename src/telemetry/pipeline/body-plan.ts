import type { MemoryBound } from './memory-bound.ts'
import type { Parcel } from './parcel.ts'
import type { ParcelQueue } from './parcel-queue.ts'

/** A body of very many small chunks would cost the loop more than its bytes say. */
const MAX_CHUNKS = 1024

export interface BodyLimits {
  readonly maxItems: number
  readonly maxBytes: number
}

/**
 * Takes what makes up the next body: whole chunks in their order, at least one, as many as the limits allow. Empty when
 * nothing waits, or when reading it back has to wait for others.
 *
 * @param mayWait whether something else is under way, after which this is asked again
 */
export function takeBody(queue: ParcelQueue, limits: BodyLimits, memory: MemoryBound, mayWait: boolean): Parcel[] {
  const body: Parcel[] = []
  let items = 0
  let byteLength = 0
  for (let next = queue.peek(); next !== undefined; next = queue.peek()) {
    items += next.items
    byteLength += next.byteLength
    if (body.length === MAX_CHUNKS) break
    if (body.length > 0 && (items > limits.maxItems || byteLength > limits.maxBytes)) break
    const isOnDiskOnly = next.bytes === undefined
    if (isOnDiskOnly && !memory.mayRead(next.byteLength) && (body.length > 0 || mayWait)) break
    queue.take()
    if (isOnDiskOnly) memory.beginReading(next)
    // What is being sent stays in memory.
    else memory.keep(next)
    body.push(next)
  }
  return body
}
