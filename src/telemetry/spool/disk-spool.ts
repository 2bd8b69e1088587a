import { AsyncLocalStorage } from 'node:async_hooks'
import type { Clock } from '../../core/clock.ts'
import type { Log } from '../../core/log.ts'
import type { Chunk } from '../pipeline/chunk.ts'
import type { Spool, SpooledChunk, SpoolListener } from '../pipeline/spool.ts'
import { QuietLog } from '../quiet-log.ts'
import { Adopter } from './adopter.ts'
import type { DiskSpoolOptions } from './disk-spool-options.ts'
import { Housekeeping } from './housekeeping.ts'
import { JournalWriter } from './journal-writer.ts'
import type { OwnDirectory } from './own-directory.ts'
import { OwnSegments } from './own-segments.ts'
import { ownIdentity } from './process-identity.ts'
import { readRecord } from './read-record.ts'
import { rescue } from './rescue.ts'
import { type Segment, SpoolEntry } from './segment.ts'
import { SegmentStore } from './segment-store.ts'
import { SpoolTrouble } from './spool-trouble.ts'
import { toSafeLog } from './safe-log.ts'
import { Teller } from './teller.ts'
import { Tenancy } from './tenancy.ts'

const MIN_SEGMENT_BYTES = 64 * 1024
const MAX_SEGMENT_BYTES = 64 * 1024 * 1024

/**
 * The journal on disk. A chunk that is not settled by then is in the page cache of the operating system some milliseconds
 * after its first item is 100 ms old, later only where the disk or the thread pool is: it survives the end of the process
 * however violent, and neither a power cut nor a crash of the machine.
 */
export class DiskSpool implements Spool {
  readonly #options: DiskSpoolOptions
  readonly #listener: SpoolListener
  readonly #clock: Clock
  readonly #unixNow: () => number
  readonly #log: Log
  readonly #quietLog: QuietLog
  readonly #trouble: SpoolTrouble
  readonly #self = ownIdentity()
  readonly #detached = AsyncLocalStorage.snapshot()
  readonly #segmentBytes: number
  readonly #store: SegmentStore
  readonly #writer: JournalWriter
  readonly #tenancy: Tenancy
  readonly #ownSegments: OwnSegments
  readonly #housekeeping: Housekeeping
  readonly #teller = new Teller()
  #adopter: Adopter | undefined
  #rescuing: Promise<void> = Promise.resolve()
  #closing: Promise<void> | undefined
  #isClosed = false
  /** Since `flushNow`: nothing that is planned for later can be relied on to happen. */
  #isImmediate = false

  constructor(options: DiskSpoolOptions) {
    this.#options = options
    this.#listener = options.listener
    this.#clock = options.clock
    this.#unixNow = options.unixNow ?? (() => new Date().getTime())
    this.#log = toSafeLog(options.log)
    this.#quietLog = new QuietLog(this.#log, options.clock)
    this.#trouble = new SpoolTrouble({
      clock: options.clock,
      log: this.#log,
      directory: options.settings.directory,
      writable: () => this.#teller.tell(() => this.#listener.writable?.()),
    })
    const wanted = options.settings.maxBytes / 32
    this.#segmentBytes = Math.min(MAX_SEGMENT_BYTES, Math.max(MIN_SEGMENT_BYTES, wanted))
    this.#store = new SegmentStore({
      clock: options.clock,
      segmentBytes: this.#segmentBytes,
      maxBytes: options.settings.maxBytes,
      evicted: (entry, reason) => this.#teller.tell(() => this.#listener.evicted(entry, reason)),
    })
    this.#writer = new JournalWriter(this.#keeper(), this.#segmentBytes, options.clock)
    this.#tenancy = new Tenancy({
      settings: options.settings,
      serviceName: options.serviceName,
      self: this.#self,
      clock: options.clock,
      unixNow: this.#unixNow,
      opened: (directory, serviceDirectory) => (this.#adopter = this.#newAdopter(directory, serviceDirectory)),
      lost: (tenure, path) => (tenure === 'moved' ? this.#leave(path) : this.#rescue(path)),
    })
    this.#ownSegments = new OwnSegments({
      clock: options.clock,
      store: this.#store,
      tenancy: this.#tenancy,
      segmentBytes: this.#segmentBytes,
    })
    this.#housekeeping = new Housekeeping({
      clock: this.#clock,
      quietLog: this.#quietLog,
      tenancy: this.#tenancy,
      store: this.#store,
      writer: this.#writer,
      segmentBytes: this.#segmentBytes,
      maxAgeMs: options.settings.maxAgeMs,
      settle: () => this.#ensureDirectory(),
      sweep: () => this.#adopter?.sweep(),
    })
  }

  /** Why chunks are not stored at present. */
  get failure(): string | undefined {
    return this.#trouble.failure
  }

  get byteLength(): number {
    return this.#store.byteLength
  }

  /** Takes its place on disk and begins to look after what others have left. Call it once. Never throws. */
  start(): void {
    this.#ensureDirectory()
    this.#housekeeping.begin()
  }

  append(chunk: Chunk, isUrgent = false): SpooledChunk {
    const entry = new SpoolEntry(chunk.signal, chunk.items, chunk.bytes.byteLength, chunk.since, chunk.bytes)
    const limit = this.#options.settings.maxBytes / 4
    if (entry.byteLength > limit) this.#writer.refuse(entry, `one chunk takes more than a quarter of the spool`)
    else this.#writer.append(entry, isUrgent)
    if (this.#isImmediate) this.#teller.hold(() => this.#writer.flushNow())
    return entry
  }

  async read(chunk: SpooledChunk): Promise<Uint8Array | undefined> {
    if (!(chunk instanceof SpoolEntry)) return undefined
    const { bytes, segment } = chunk
    if (bytes !== undefined) return bytes
    if (segment === undefined || this.#isClosed) return undefined
    const read = await readRecord(chunk)
    if (read !== undefined) return read
    const text = 'a chunk on disk is damaged and lost'
    this.#quietLog.warn('spool.damaged', { directory: segment.path, items: chunk.items }, text)
    this.settle(chunk)
    return undefined
  }

  settle(chunk: SpooledChunk, isReplaced = false): void {
    if (!(chunk instanceof SpoolEntry) || chunk.state === 'over') return
    if (isReplaced && chunk.state === 'stored') return this.#writer.whenWritten(() => this.settle(chunk))
    const { segment } = chunk
    const isStored = chunk.state === 'stored'
    chunk.state = 'over'
    if (!isStored) this.#writer.forget(chunk)
    if (segment === undefined) return
    chunk.segment = undefined
    segment.unsettled.delete(chunk)
    if (segment.isLost) {
      if (segment.unsettled.size === 0) segment.dispose()
      return
    }
    if (isStored) segment.marks.push(chunk.position)
    this.#removeIfSettled(segment)
    if (isStored && !this.#isClosed) this.#store.planMarks()
  }

  flush(): Promise<void> {
    return this.#writer.flush()
  }

  flushNow(): void {
    if (this.#isClosed) return
    this.#isImmediate = true
    this.#writer.flushNow()
    this.#store.writeMarksNow()
    this.#teller.tellUntold()
  }

  close(): Promise<void> {
    this.#closing ??= this.#detached(() => this.#close())
    return this.#closing
  }

  closeNow(): void {
    if (this.#isClosed) return
    this.flushNow()
    this.#housekeeping.stop()
    this.#store.end()
    for (const segment of this.#store.all.filter(
      ({ unsettled, isBeingRead }) => unsettled.size === 0 && !isBeingRead,
    )) {
      this.#store.removeNow(segment)
    }
    this.#tenancy.release()
    // Somebody else may have it from now on: what still comes goes to a directory of its own.
    this.#writer.abandon()
    this.#store.abandon()
  }

  async #close(): Promise<void> {
    await this.#housekeeping.end()
    await this.#rescuing
    await this.#writer.flush()
    if (this.#isClosed) return
    this.#writer.retire()
    this.#isClosed = true
    this.#store.end()
    await this.#store.idle()
    this.#store.writeMarks()
    await this.#store.idle()
    // Only now nobody writes to it any more, and who finds it may have it.
    this.#tenancy.release()
    for (const segment of this.#store.all) segment.dispose()
    this.#trouble.end()
  }

  #keeper(): ConstructorParameters<typeof JournalWriter>[0] {
    const failure = (): string | undefined => (this.#isClosed ? 'it is closed' : this.#trouble.pause)
    return {
      get failure() {
        return failure()
      },
      openSegment: (recordBytes) => this.#ownSegments.open(recordBytes),
      retire: (segment) => this.#removeIfSettled(segment),
      confirm: (segment) => !segment.isLost && this.#tenancy.isSure(),
      toUnixMs: (since) => this.#unixNow() - (this.#clock.now() - since),
      written: () => this.#trouble.overcome(),
      stored: (entry) => this.#teller.tell(() => this.#listener.stored(entry)),
      settled: () => this.#store.planMarks(),
      notStored: (entry, reason) => this.#teller.tell(() => this.#listener.notStored(entry, reason)),
      failed: (error) => this.#detached(() => this.#trouble.fail(error)),
    }
  }

  #ensureDirectory(): void {
    if (this.#trouble.pause !== undefined) return
    try {
      this.#tenancy.open()
    } catch (error) {
      this.#trouble.fail(error)
    }
  }

  #newAdopter(directory: OwnDirectory, serviceDirectory: string): Adopter {
    return new Adopter({
      serviceDirectory,
      directory,
      self: this.#self,
      store: this.#store,
      clock: this.#clock,
      quietLog: this.#quietLog,
      log: this.#log,
      toClock: (unixMs) => this.#toClock(unixMs),
      isClosing: () => this.#closing !== undefined || this.#isClosed || this.#tenancy.directory !== directory,
      adopted: (chunks) => this.#teller.tell(() => this.#listener.adopted(chunks)),
      damaged: (signal, items) => this.#teller.tell(() => this.#listener.damaged?.(signal, items)),
    })
  }

  /** A time before this century's twenties was told by a machine that did not know it: such telemetry is not old. */
  #toClock(unixMs: number): number {
    const now = this.#clock.now()
    return unixMs < 1_600_000_000_000 ? now : now - Math.max(0, this.#unixNow() - unixMs)
  }

  #rescue(path: string): void {
    this.#writer.abandon()
    const segments = this.#store.abandon()
    const text = 'the spool directory was deleted: what was in it is written anew'
    this.#quietLog.warn('spool.deleted', { directory: path }, text)
    this.#rescuing = this.#rescuing.then(() => this.#detached(() => rescue(segments, this.#writer)))
  }

  /** Who has taken it over sends what is in it. */
  #leave(path: string): void {
    this.#writer.abandon()
    const left = this.#store.abandon().flatMap((segment) => {
      segment.dispose()
      return segment.giveUp()
    })
    const text = 'this process stood still, and another one has taken over what it had on disk'
    this.#quietLog.warn('spool.moved', { directory: path, chunks: left.length }, text)
    if (left.length > 0) this.#teller.tell(() => this.#listener.left?.(left))
  }

  #removeIfSettled(segment: Segment): void {
    const isNeeded = segment.unsettled.size > 0 || segment.isBeingRead || segment === this.#writer.current
    if (!isNeeded && !segment.isLost && !this.#isClosed) this.#store.remove(segment)
  }
}
