import type { Cancel, Clock } from '../core/clock.ts'
import { onProcessExit } from '../core/process-exit.ts'
import { LineQueue } from './line-queue.ts'
import type { LogTarget } from './log-target.ts'

export interface LogWriterOptions {
  readonly target: LogTarget
  readonly clock: Clock
  /** Bound of what waits for a reader that does not keep up. */
  readonly maxBufferedBytes: number
  /** Called once there is room again after lines were lost; it may write a line that says so. */
  readonly onLoss?: (loss: LogLoss) => void
}

export interface LogLoss {
  readonly lines: number
  /** `full`: the reader did not keep up and the buffer was full. Else the system's error, such as `EPIPE`. */
  readonly reason: string
}

export interface LogCounts {
  /** Lines that the system took in full. */
  readonly writtenLines: number
  /** Lines that were lost because the buffer was full. */
  readonly droppedLines: number
  /** Lines that were lost because nobody reads any more, a write failed, or the log was closed. */
  readonly discardedLines: number
  readonly bufferedLines: number
  readonly bufferedBytes: number
}

/** Linux writes up to this much to a pipe in one piece or not at all, so whole lines stay whole. @see pipe(7) */
const ATOMIC_BYTES = 4096
/** While there is no room: an attempt costs about 10 µs, so the first comes soon and a hopeless one rarely. */
const FIRST_RETRY_MS = 1
const LAST_RETRY_MS = 25
/** After a failed write (reader gone, disk full), one line in this time tries again; the others are discarded. */
const FAILURE_PAUSE_MS = 1_000
/** `process.exit` by others waits at most this long for a reader when lines are left. */
const EXIT_DRAIN_MS = 200
/** How long a synchronous wait sleeps between two attempts. */
const STEP_MS = 2
/** The share of a limit that keeps the order of lines; in the rest, the last words go first. */
const ORDERED_SHARE = 0.75

/**
 * Writes lines at once and never waits: not for a reader that has stopped, and not in a thread that the end of the
 * process would have to wait for. What finds no room waits in a queue of its own, and is written in order, by a timer.
 *
 * When the queue is full, new lines are dropped and counted until half of it is free again; a notice then stands
 * exactly where they are missing. When the reader is gone, lines are discarded, counted, and told of when one is back.
 */
export class LogWriter {
  readonly #target: LogTarget
  readonly #clock: Clock
  readonly #maxBufferedBytes: number
  readonly #onLoss: (loss: LogLoss) => void
  readonly #queue = new LineQueue()
  readonly #waiting = new Set<() => void>()
  readonly #lost = { full: 0, failed: 0 }
  #writtenLines = 0
  #untoldLines = 0
  #dropping = false
  #failure: { readonly code: string; readonly retryAt: number } | undefined
  #cancelRetry: Cancel | undefined
  #retryMs = FIRST_RETRY_MS
  #unwatchExit: (() => void) | undefined
  #gaveUp = false
  #closed = false

  constructor(options: LogWriterOptions) {
    this.#target = options.target
    this.#clock = options.clock
    this.#maxBufferedBytes = options.maxBufferedBytes
    this.#onLoss = options.onLoss ?? (() => {})
  }

  get counts(): LogCounts {
    return {
      writtenLines: this.#writtenLines,
      droppedLines: this.#lost.full,
      discardedLines: this.#lost.failed,
      bufferedLines: this.#queue.length,
      bufferedBytes: this.#queue.bytes,
    }
  }

  /** Writes a line (with its line break), or keeps it for later. Never throws and never waits. */
  write(line: string): void {
    if (this.#closed || this.#isPausing()) return this.#lose('failed', 1)
    if (this.#queue.length > 0) return this.#enqueue(Buffer.from(line))
    const bytes = this.#tryWrite(line)
    if (bytes === undefined) return this.#lose('failed', 1)
    if (bytes < Buffer.byteLength(line)) this.#keep(Buffer.from(line), bytes)
    else this.#writtenLines++
    if (this.#failure !== undefined) this.#tellLoss(this.#failure.code)
  }

  /** Resolves as soon as nothing waits any more, and after `limitMs` in any case. */
  async flush(limitMs: number): Promise<void> {
    this.#drain()
    if (this.#queue.length === 0) return
    await new Promise<void>((resolve) => {
      const done = (): void => {
        cancel()
        this.#waiting.delete(done)
        resolve()
      }
      const cancel = this.#clock.schedule(limitMs, done)
      this.#waiting.add(done)
    })
  }

  /**
   * Writes what waits, synchronously, for at most `limitMs` (of real time) of waiting for room.
   *
   * @returns whether nothing is left
   */
  drainNow(limitMs: number): boolean {
    const cell = new Int32Array(new SharedArrayBuffer(4))
    for (let waitedMs = 0; ; waitedMs += STEP_MS) {
      this.#drain()
      if (this.#queue.length === 0) return true
      if (waitedMs >= limitMs) return false
      Atomics.wait(cell, 0, 0, STEP_MS)
    }
  }

  /**
   * Writes what waits and then `line`, synchronously, within `limitMs`. The line has a place even when the queue is
   * full; and when the reader is so slow that time runs out, it goes before the lines that wait.
   */
  writeLast(line: string, limitMs: number): boolean {
    if (this.#closed) {
      this.#lose('failed', 1)
      return false
    }
    this.#keep(Buffer.from(line), 0)
    if (this.drainNow(limitMs * ORDERED_SHARE)) return true
    this.#queue.hurryLast()
    this.#gaveUp = !this.drainNow(limitMs * (1 - ORDERED_SHARE))
    return !this.#gaveUp
  }

  /** Gives up what still waits, and writes nothing from now on. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#lose('failed', this.#queue.length)
    this.#queue.clear()
    this.#becameEmpty()
    this.#target.close()
  }

  #enqueue(line: Buffer): void {
    this.#dropping ||= this.#queue.bytes + line.length > this.#maxBufferedBytes
    if (this.#dropping) this.#lose('full', 1)
    else this.#keep(line, 0)
  }

  #keep(line: Buffer, writtenBytes: number): void {
    this.#queue.push(line)
    this.#queue.take(writtenBytes)
    this.#watchExit()
    this.#scheduleRetry()
  }

  #drain(): void {
    while (this.#queue.length > 0) {
      const bytes = this.#tryWrite(this.#queue.front(ATOMIC_BYTES))
      if (bytes === 0) return
      if (bytes === undefined) {
        this.#lose('failed', this.#queue.length)
        this.#queue.clear()
        break
      }
      this.#retryMs = FIRST_RETRY_MS
      this.#writtenLines += this.#queue.take(bytes)
      if (this.#failure !== undefined) this.#tellLoss(this.#failure.code)
      else if (this.#dropping && this.#queue.bytes <= this.#maxBufferedBytes / 2) this.#tellLoss('full')
    }
    if (this.#queue.length === 0) this.#becameEmpty()
  }

  /** How many bytes the target took: 0 when there is no room, `undefined` when writing failed. */
  #tryWrite(bytes: string | Uint8Array): number | undefined {
    try {
      return this.#target.write(bytes)
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? 'unknown'
      if (code === 'EAGAIN') return 0
      this.#failure = { code, retryAt: this.#clock.now() + FAILURE_PAUSE_MS }
      return undefined
    }
  }

  #isPausing(): boolean {
    return this.#failure !== undefined && this.#clock.now() < this.#failure.retryAt
  }

  #lose(kind: 'full' | 'failed', lines: number): void {
    this.#lost[kind] += lines
    this.#untoldLines += lines
  }

  #tellLoss(reason: string): void {
    const lines = this.#untoldLines
    this.#untoldLines = 0
    this.#dropping = false
    this.#failure = undefined
    if (lines > 0) this.#onLoss({ lines, reason })
  }

  #scheduleRetry(): void {
    if (this.#cancelRetry !== undefined) return
    this.#cancelRetry = this.#clock.schedule(this.#retryMs, () => {
      this.#cancelRetry = undefined
      this.#retryMs = Math.min(this.#retryMs * 2, LAST_RETRY_MS)
      this.#drain()
      if (this.#queue.length > 0) this.#scheduleRetry()
    })
  }

  #becameEmpty(): void {
    this.#cancelRetry?.()
    this.#cancelRetry = undefined
    this.#retryMs = FIRST_RETRY_MS
    this.#dropping = false
    this.#gaveUp = false
    this.#unwatchExit?.()
    this.#unwatchExit = undefined
    for (const done of this.#waiting) done()
  }

  /** Only while lines wait is there a listener, so that a thousand logs in one process leave no trace on it. */
  #watchExit(): void {
    this.#unwatchExit ??= onProcessExit(() => {
      if (!this.#gaveUp) this.drainNow(EXIT_DRAIN_MS)
    })
  }
}
