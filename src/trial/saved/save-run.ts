import { once } from 'node:events'
import { createWriteStream, type WriteStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { finished } from 'node:stream/promises'
import { createGzip, type Gzip } from 'node:zlib'
import { SeaworthyError } from '../../core/seaworthy-error.ts'
import type { RunSettings, SailedVoyage } from '../report.ts'
import { SAVED_FORMAT, SAVED_NAME, type SavedEnd, type SavedRecord } from './format.ts'

/** Lines are handed on in pieces of about this many characters. */
const PIECE_LENGTH = 256 * 1024

/** Writes a run into a file while it goes on: gzip of a JSON object a line. A failure to write is kept until the end. */
export class RunSaver {
  readonly #gzip: Gzip
  readonly #done: Promise<unknown>
  #failure: unknown

  private constructor(file: WriteStream) {
    this.#gzip = createGzip()
    const fail = (error: unknown): void => {
      this.#failure ??= error
      this.#gzip.destroy()
      file.destroy()
    }
    this.#gzip.on('error', fail)
    file.on('error', fail)
    this.#done = finished(this.#gzip.pipe(file)).catch(fail)
  }

  /** @throws {@link SeaworthyError} `SEA_CLI_USAGE` when the file can't be written, before anything was tried */
  static async open(path: string): Promise<RunSaver> {
    try {
      const handle = await open(path, 'w')
      return new RunSaver(createWriteStream(path, { fd: handle, autoClose: true }))
    } catch (cause) {
      throw new SeaworthyError('SEA_CLI_USAGE', `${path} can't be written: ${(cause as Error).message}`, {
        hint: 'Name a file in a folder that exists and may be written.',
        cause,
      })
    }
  }

  begin(settings: RunSettings): Promise<void> {
    return this.#write([{ record: SAVED_NAME, format: SAVED_FORMAT, ...settings }])
  }

  async add({ lifetimes, ...voyage }: SailedVoyage): Promise<void> {
    await this.#write([{ record: 'voyage', ...voyage }])
    for (const { events, ...lifetime } of lifetimes) {
      await this.#write([{ record: 'lifetime', ...lifetime, eventCount: events.length }])
      await this.#write(events)
    }
  }

  /** @returns why the file is not whole; `undefined` when it is */
  async end(end: Omit<SavedEnd, 'record'>): Promise<string | undefined> {
    await this.#write([{ record: 'end', ...end }])
    this.#gzip.end()
    await this.#done
    return this.#failure === undefined ? undefined : (this.#failure as Error).message
  }

  async #write(records: Iterable<SavedRecord | object>): Promise<void> {
    let piece = ''
    for (const record of records) {
      piece += `${JSON.stringify(record)}\n`
      if (piece.length < PIECE_LENGTH) continue
      await this.#push(piece)
      piece = ''
    }
    if (piece !== '') await this.#push(piece)
  }

  async #push(piece: string): Promise<void> {
    if (this.#failure !== undefined || this.#gzip.destroyed) return
    if (!this.#gzip.write(piece)) await Promise.race([once(this.#gzip, 'drain').catch(() => {}), this.#done])
  }
}
