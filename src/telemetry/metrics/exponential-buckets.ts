import type { ExponentialBuckets } from '../../otlp/model.ts'
import type { ValueBuffer } from './value-buffer.ts'

const FIRST_CAPACITY = 4

/** Counts of neighbouring buckets, in a ring that grows up to `maxSize`. */
export class BucketRing {
  readonly #maxSize: number
  #counts: number[] = []
  /** The lowest and the highest bucket that was counted; `isEmpty` tells whether there are any. */
  low = 0
  high = 0
  isEmpty = true

  constructor(maxSize: number) {
    this.#maxSize = maxSize
  }

  /** Whether `index` fits beside what is counted already. */
  fits(index: number): boolean {
    if (this.isEmpty) return true
    return Math.max(this.high, index) - Math.min(this.low, index) < this.#maxSize
  }

  /** Call it only for an index that fits. */
  increment(index: number, by = 1): void {
    if (this.isEmpty) {
      this.isEmpty = false
      this.low = index
      this.high = index
    } else if (index < this.low || index > this.high) {
      this.#widen(Math.min(this.low, index), Math.max(this.high, index))
    }
    if (this.#counts.length === 0) this.#counts = zeros(Math.min(FIRST_CAPACITY, this.#maxSize))
    const slot = this.#slot(index)
    this.#counts[slot] = (this.#counts[slot] as number) + by
  }

  /** Joins each `2 ** by` buckets. */
  downscale(by: number): void {
    if (this.isEmpty || by === 0) return
    const { low, high } = this
    const before = this.#ordered()
    this.#counts.fill(0)
    this.low = low >> by
    this.high = high >> by
    for (let index = low; index <= high; index++) {
      const slot = this.#slot(index >> by)
      this.#counts[slot] = (this.#counts[slot] as number) + (before[index - low] as number)
    }
  }

  clear(): void {
    this.#counts.fill(0)
    this.isEmpty = true
    this.low = 0
    this.high = 0
  }

  /** Writes down how many there are, the lowest one, and their counts. @returns where */
  save(buffer: ValueBuffer): number {
    const size = this.isEmpty ? 0 : this.high - this.low + 1
    const at = buffer.claim(2 + size)
    const { values } = buffer
    values[at] = size
    values[at + 1] = this.low
    if (size === 0) return at
    const counts = this.#counts
    let slot = this.#slot(this.low)
    for (let place = at + 2; place < at + 2 + size; place++) {
      values[place] = counts[slot] as number
      if (++slot === counts.length) slot = 0
    }
    return at
  }

  #widen(low: number, high: number): void {
    const size = high - low + 1
    if (size > this.#counts.length) {
      const before = this.#ordered()
      const start = this.low
      this.#counts = zeros(Math.min(this.#maxSize, 2 ** Math.ceil(Math.log2(size))))
      for (let offset = 0; offset < before.length; offset++) {
        this.#counts[this.#slot(start + offset)] = before[offset] as number
      }
    }
    this.low = low
    this.high = high
  }

  #ordered(): number[] {
    if (this.isEmpty) return []
    const counts = this.#counts
    const start = this.#slot(this.low)
    const end = start + this.high - this.low + 1
    if (end <= counts.length) return counts.slice(start, end)
    return counts.slice(start).concat(counts.slice(0, end - counts.length))
  }

  #slot(index: number): number {
    const slot = index % this.#counts.length
    return slot < 0 ? slot + this.#counts.length : slot
  }
}

/** What {@link BucketRing.save} wrote down. */
export function toBuckets(values: Float64Array, at: number): ExponentialBuckets {
  const size = values[at] as number
  if (size === 0) return NO_BUCKETS
  const bucketCounts: number[] = []
  for (let place = at + 2; place < at + 2 + size; place++) bucketCounts.push(values[place] as number)
  return { offset: values[at + 1] as number, bucketCounts }
}

const NO_BUCKETS: ExponentialBuckets = Object.freeze({ offset: 0, bucketCounts: Object.freeze([]) })

function zeros(length: number): number[] {
  return Array.from({ length }, () => 0)
}
