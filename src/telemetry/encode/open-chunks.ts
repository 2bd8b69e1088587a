import { AsyncLocalStorage } from 'node:async_hooks'
import { Buffer } from 'node:buffer'
import type { Clock } from '../../core/clock.ts'
import type { Signal } from '../../otlp/model.ts'
import { ProtobufWriter } from '../../otlp/protobuf-writer.ts'
import type { Chunk, ChunkSink } from '../pipeline/chunk.ts'
import type { SignalLedger } from '../pipeline/signal-ledger.ts'
import {
  type ChunkResource,
  encodeResourceHead,
  encodeScopeHead,
  frameChunk,
  type InstrumentationScope,
} from './chunk-frame.ts'
import { OpenChunk, type OpenChunkOwner } from './open-chunk.ts'

/** Large enough that its frame and its way through the pipeline cost little per item, small enough to lose. */
const CHUNK_BYTES = 65_536
/** gRPC collectors take messages of 4 MiB by default, frame and compression aside: larger items no chunk can carry. */
const MAX_ITEM_BYTES = 3 * 1_048_576
const MAX_AGE_MS = 150
const MAX_OPEN = 32
const MAX_SCOPES = 1024
/** The last item of a chunk goes beyond its size by itself: mostly less than this. */
const WRITER_BYTES = CHUNK_BYTES + 8192

export interface OpenChunksOptions {
  readonly signal: Signal
  readonly resource: ChunkResource
  readonly clock: Clock
  readonly sink: ChunkSink
  readonly ledger: SignalLedger
  /**
   * Items of a chunk, at least 1: what the user set as `OTEL_BSP_MAX_EXPORT_BATCH_SIZE`, or the like of logs.
   *
   * @default no limit, because a chunk ends by its size
   */
  readonly maxItemsPerChunk?: number | undefined
  /** Bytes of the items of a chunk; the last one may go beyond. @default 65,536 */
  readonly maxChunkBytes?: number | undefined
  /** The longest that an item waits for others, in milliseconds: what an end by SIGKILL can cost. @default 150 */
  readonly maxAgeMs?: number | undefined
  /** Bytes of one encoded item; a larger one is dropped and counted. @default 3 MiB, below what gRPC collectors take */
  readonly maxItemBytes?: number | undefined
  /** How many chunks hold a buffer at the same time; the oldest is sealed for one more. @default 32: 2.3 MiB */
  readonly maxOpen?: number | undefined
  /** An item was dropped here; the ledger has it already. Must not throw. */
  readonly onDrop?: ((items: number, reason: 'too_large' | 'encode_failed') => void) | undefined
}

/**
 * The open chunks of one signal: one for each instrumentation scope in use. A chunk is sealed and handed to the sink when
 * it is full, and {@link OpenChunksOptions.maxAgeMs} after its first item came in. The timer does not keep the process
 * alive, and neither it nor the sink sees the context of the code that made an item.
 */
export class OpenChunks implements OpenChunkOwner {
  maxChunkBytes: number
  readonly maxItemBytes: number
  readonly maxItemsPerChunk: number
  readonly #signal: Signal
  readonly #clock: Clock
  readonly #sink: ChunkSink
  readonly #ledger: SignalLedger
  readonly #maxAgeMs: number
  readonly #maxOpen: number
  readonly #onDrop: (items: number, reason: 'too_large' | 'encode_failed') => void
  readonly #resourceHead: Uint8Array
  readonly #scopes = new Map<string, OpenChunk>()
  /** Those with a writer, the longest open first. */
  readonly #open = new Set<OpenChunk>()
  readonly #spareWriters: ProtobufWriter[] = []
  /** A timer keeps the context in which it is set: this one is to keep none of a request. */
  readonly #detached = AsyncLocalStorage.snapshot()
  readonly #onTimer = (): void => this.#sealAged()
  #hasTimer = false

  constructor(options: OpenChunksOptions) {
    this.maxChunkBytes = options.maxChunkBytes ?? CHUNK_BYTES
    this.maxItemBytes = options.maxItemBytes ?? MAX_ITEM_BYTES
    this.maxItemsPerChunk = options.maxItemsPerChunk ?? Number.POSITIVE_INFINITY
    this.#signal = options.signal
    this.#clock = options.clock
    this.#sink = options.sink
    this.#ledger = options.ledger
    this.#maxAgeMs = options.maxAgeMs ?? MAX_AGE_MS
    this.#maxOpen = options.maxOpen ?? MAX_OPEN
    this.#onDrop = options.onDrop ?? ((): void => {})
    this.#resourceHead = encodeResourceHead(options.resource)
  }

  /** The chunk of a scope: of equal scopes the same one, as long as no more than 1024 others were asked for since. */
  scope(scope: InstrumentationScope): OpenChunk {
    const head = encodeScopeHead(scope)
    const key = Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString('latin1')
    const known = this.#scopes.get(key)
    if (known !== undefined) return known
    const chunk = new OpenChunk(this, head)
    this.#scopes.set(key, chunk)
    if (this.#scopes.size > MAX_SCOPES) this.#forgetOldestScope()
    return chunk
  }

  /** Hands everything that is open to the sink, at once. */
  sealAll(): void {
    // A copy, because the sink may open chunks.
    for (const chunk of Array.from(this.#open)) chunk.seal()
  }

  /** Nobody waits for more any longer: from now on each item is handed on by itself, at once. */
  sealEach(): void {
    this.maxChunkBytes = 0
    this.sealAll()
  }

  open(chunk: OpenChunk): ProtobufWriter {
    if (this.#open.size >= this.#maxOpen) this.#sealOldest()
    this.#open.add(chunk)
    return this.#spareWriters.pop() ?? new ProtobufWriter(WRITER_BYTES)
  }

  began(chunk: OpenChunk): void {
    chunk.since = this.#clock.now()
    if (!this.#hasTimer) this.#plan(this.#maxAgeMs)
  }

  created(items: number): void {
    this.#ledger.create(items)
  }

  dropped(items: number, reason: 'too_large' | 'encode_failed'): void {
    this.#ledger.drop(items, reason)
    this.#onDrop(items, reason)
  }

  frame(chunk: OpenChunk, writer: ProtobufWriter, items: number, end: number): Chunk {
    const bytes = frameChunk(this.#resourceHead, chunk.head, writer, end)
    return { signal: this.#signal, items, bytes, since: chunk.since }
  }

  handOn(sealed: Chunk): void {
    this.#detached(() => this.#sink.accept(sealed))
  }

  closed(chunk: OpenChunk, writer: ProtobufWriter): void {
    this.#open.delete(chunk)
    // One that an exceptional item has blown up is not kept.
    if (writer.capacity <= 2 * WRITER_BYTES && this.#spareWriters.length < this.#maxOpen) {
      this.#spareWriters.push(writer)
    }
  }

  #plan(delayMs: number): void {
    this.#hasTimer = true
    this.#detached(() => this.#clock.schedule(delayMs, this.#onTimer, { keepAlive: false }))
  }

  #sealAged(): void {
    this.#hasTimer = false
    const now = this.#clock.now()
    let oldest = Number.POSITIVE_INFINITY
    for (const chunk of Array.from(this.#open)) {
      if (chunk.items === 0) continue
      if (chunk.since + this.#maxAgeMs <= now) chunk.seal()
      else oldest = Math.min(oldest, chunk.since)
    }
    if (oldest !== Number.POSITIVE_INFINITY) this.#plan(oldest + this.#maxAgeMs - now)
  }

  #sealOldest(): void {
    for (const chunk of this.#open) {
      if (chunk.isWriting) continue
      return chunk.seal()
    }
  }

  #forgetOldestScope(): void {
    for (const [key, chunk] of this.#scopes) {
      // What its holders still put into it is sealed by its age, as ever.
      chunk.seal()
      this.#scopes.delete(key)
      return
    }
  }
}
