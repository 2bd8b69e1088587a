import { ftruncateSync, writeSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip, gzipSync } from 'node:zlib'
import type { Clock } from '../../core/clock.ts'
import { onProcessExit } from '../../core/process-exit.ts'
import { SeaworthyError } from '../../core/seaworthy-error.ts'
import type { RunSettings, SailedVoyage } from '../report.ts'
import { SAVED_FORMAT, SAVED_NAME, type SavedEnd, type SavedRecord } from './format.ts'

/** Lines are handed on in pieces of about this many characters. */
const PIECE_LENGTH = 256 * 1024

/**
 * Writes a run into a file while it goes on: gzip of a JSON object a line, a member of its own for each voyage. However this
 * process ends, short of SIGKILL, the file is whole and holds the voyages that had ended: what was half written is cut off,
 * and it says that the run was interrupted. A failure to write is kept until the end.
 */
export class RunSaver implements AsyncDisposable {
  readonly #file: FileHandle
  readonly #clock: Clock
  readonly #openedAt: number
  readonly #forgetExit: () => void
  #writtenBytes = 0
  /** Up to the end of the last whole member. */
  #wholeBytes = 0
  #isOver = false
  #failure: unknown

  private constructor(file: FileHandle, clock: Clock) {
    this.#file = file
    this.#clock = clock
    this.#openedAt = clock.now()
    this.#forgetExit = onProcessExit(() => this.#cutShort())
  }

  /** @throws {@link SeaworthyError} `SEA_CLI_USAGE` when the file can't be written, before anything was tried */
  static async open(path: string, clock: Clock): Promise<RunSaver> {
    try {
      return new RunSaver(await open(path, 'w'), clock)
    } catch (cause) {
      throw new SeaworthyError('SEA_CLI_USAGE', `${path} can't be written: ${(cause as Error).message}`, {
        hint: 'Name a file in a folder that exists and may be written.',
        cause,
      })
    }
  }

  begin(settings: RunSettings): Promise<void> {
    return this.#append([{ record: SAVED_NAME, format: SAVED_FORMAT, ...settings }])
  }

  add(sailed: SailedVoyage): Promise<void> {
    return this.#append(recordsOf(sailed))
  }

  /** @returns why the file is not whole; `undefined` when it is */
  async end(end: Omit<SavedEnd, 'record'>): Promise<string | undefined> {
    await this.#append([{ record: 'end', ...end }])
    // Half a voyage is of no use to anybody.
    if (this.#failure !== undefined) this.#cutShort()
    await this.#close()
    return this.#failure === undefined ? undefined : (this.#failure as Error).message
  }

  /** Makes it whole where it was not ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#cutShort()
    await this.#close()
  }

  async #append(records: Iterable<SavedRecord | object>): Promise<void> {
    if (this.#failure !== undefined || this.#isOver) return
    try {
      await pipeline(Readable.from(piecesOf(records)), createGzip(), async (chunks: AsyncIterable<Buffer>) => {
        for await (const chunk of chunks) this.#write(chunk)
      })
      if (!this.#isOver) this.#wholeBytes = this.#writtenBytes
    } catch (error) {
      this.#failure ??= error
    }
  }

  /** At once: what a thread of Node's wrote after the process was told to end would lie behind what was cut off. */
  #write(chunk: Buffer): void {
    for (let from = 0; from < chunk.length && !this.#isOver;) {
      const count = writeSync(this.#file.fd, chunk, from)
      from += count
      this.#writtenBytes += count
    }
  }

  #cutShort(): void {
    if (this.#isOver) return
    this.#isOver = true
    const end: SavedEnd = { record: 'end', tookMs: this.#clock.now() - this.#openedAt, isInterrupted: true }
    const last = gzipSync(this.#wholeBytes === 0 ? '' : `${JSON.stringify(end)}\n`)
    try {
      ftruncateSync(this.#file.fd, this.#wholeBytes)
      writeSync(this.#file.fd, last, 0, last.length, this.#wholeBytes)
    } catch (error) {
      this.#failure ??= error
    }
  }

  async #close(): Promise<void> {
    this.#isOver = true
    this.#forgetExit()
    try {
      await this.#file.close()
    } catch (error) {
      this.#failure ??= error
    }
  }
}

function* recordsOf({ lifetimes, ...voyage }: SailedVoyage): Generator<SavedRecord | object> {
  yield { record: 'voyage', ...voyage }
  for (const { events, ...lifetime } of lifetimes) {
    yield { record: 'lifetime', ...lifetime, eventCount: events.length }
    yield* events
  }
}

function* piecesOf(records: Iterable<SavedRecord | object>): Generator<string> {
  let piece = ''
  for (const record of records) {
    piece += `${JSON.stringify(record)}\n`
    if (piece.length < PIECE_LENGTH) continue
    yield piece
    piece = ''
  }
  if (piece !== '') yield piece
}
