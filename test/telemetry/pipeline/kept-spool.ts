import type { Clock } from '../../../src/core/clock.ts'
import type { Chunk } from '../../../src/telemetry/pipeline/chunk.ts'
import type { EvictionReason, Spool, SpooledChunk, SpoolListener } from '../../../src/telemetry/pipeline/spool.ts'

/** What a process leaves behind for the next one. */
export interface Disk {
  readonly chunks: Map<SpooledChunk, Uint8Array>
  isFull: boolean
  /** Neither writes nor reads come to an end. */
  isHanging: boolean
  /** What reads wait for. */
  reading?: Promise<void>
}

export function createDisk(): Disk {
  return { chunks: new Map(), isFull: false, isHanging: false }
}

/** A spool on a disk that a test controls. Writes take a millisecond. */
export class KeptSpool implements Spool {
  readonly #clock: Clock
  readonly #disk: Disk
  readonly #listener: SpoolListener
  readonly #unwritten = new Map<SpooledChunk, Uint8Array>()
  readonly #left = new Set<SpooledChunk>()
  /** They go with the next write. */
  #replaced: SpooledChunk[] = []
  #waiting: (() => void)[] = []
  isClosed = false
  /** How often the loop was held for the disk. */
  synchronousWrites = 0

  constructor(clock: Clock, disk: Disk, listener: SpoolListener) {
    this.#clock = clock
    this.#disk = disk
    this.#listener = listener
    const left = [...disk.chunks.keys()]
    if (left.length > 0) listener.adopted(left)
  }

  append({ signal, items, bytes, since }: Chunk): SpooledChunk {
    const chunk = { signal, items, byteLength: bytes.byteLength, since }
    this.#unwritten.set(chunk, bytes)
    if (this.#unwritten.size === 1) this.#clock.schedule(1, () => this.write())
    return chunk
  }

  async read(chunk: SpooledChunk): Promise<Uint8Array | undefined> {
    if (this.#disk.isHanging) return new Promise(() => {})
    await this.#disk.reading
    return this.#disk.chunks.get(chunk)
  }

  settle(chunk: SpooledChunk, isReplaced = false): void {
    if (isReplaced && this.#disk.chunks.has(chunk)) return void this.#replaced.push(chunk)
    this.#unwritten.delete(chunk)
    this.#disk.chunks.delete(chunk)
  }

  flush(): Promise<void> {
    if (this.#unwritten.size === 0) return Promise.resolve()
    return new Promise((resolve) => void this.#waiting.push(resolve))
  }

  flushNow(): void {
    this.synchronousWrites++
    this.write()
  }

  async close(): Promise<void> {
    this.isClosed = true
  }

  /** Everything appended so far is on disk, or said not to be. */
  write(): void {
    if (this.#disk.isHanging || this.isClosed) return
    for (const [chunk, bytes] of this.#unwritten) {
      this.#unwritten.delete(chunk)
      if (this.#disk.isFull) {
        this.#listener.notStored(chunk, 'ENOSPC: no space left on device')
      } else {
        this.#disk.chunks.set(chunk, bytes)
        this.#listener.stored(chunk)
      }
    }
    for (const chunk of this.#replaced.splice(0)) this.settle(chunk)
    for (const resolve of this.#waiting.splice(0)) resolve()
  }

  evictOldest(reason: EvictionReason): void {
    const oldest = this.#oldest()
    if (oldest === undefined) return
    this.#disk.chunks.delete(oldest)
    this.#listener.evicted(oldest, reason)
  }

  /** Another process has taken it over. */
  leaveOldest(): void {
    const oldest = this.#oldest()
    if (oldest === undefined) return
    this.#left.add(oldest)
    this.#listener.left?.([oldest])
  }

  #oldest(): SpooledChunk | undefined {
    return [...this.#disk.chunks.keys()].find((chunk) => !this.#left.has(chunk))
  }

  becomeWritable(): void {
    this.#disk.isFull = false
    this.#listener.writable?.()
  }
}
