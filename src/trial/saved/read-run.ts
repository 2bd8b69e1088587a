import { createReadStream } from 'node:fs'
import { createGunzip } from 'node:zlib'
import { SeaworthyError } from '../../core/seaworthy-error.ts'
import type { HistoryEvent } from '../history/event.ts'
import type { Lifetime } from '../history/lifetime.ts'
import type { RunSettings, SailedVoyage } from '../report.ts'
import { SAVED_FORMAT, SAVED_NAME, type SavedEnd, type SavedHeader, type SavedRecord } from './format.ts'
import { linesOf } from './lines-of.ts'
import { SharedSenders } from './shared-senders.ts'

/** A run as it was saved. */
export interface SavedRun {
  readonly settings: RunSettings
  readonly sailed: readonly SailedVoyage[]
  readonly tookMs: number
  readonly isInterrupted: boolean
}

/**
 * Reads a saved run.
 *
 * @throws {@link SeaworthyError} `SEA_TRIAL_SAVED_INVALID` when it is no such file, of another version, or not whole
 */
export async function readRun(path: string): Promise<SavedRun> {
  const reader = new RunReader(path)
  try {
    const input = createReadStream(path).on('error', (error) => gunzip.destroy(error))
    const gunzip = input.pipe(createGunzip())
    for await (const line of linesOf(gunzip.setEncoding('utf8'))) reader.take(line)
  } catch (error) {
    throw error instanceof SeaworthyError ? error : unreadable(path, error)
  }
  return reader.done()
}

function unreadable(path: string, error: unknown): SeaworthyError {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'Z_BUF_ERROR') return cutOff(path)
  const why = code === 'Z_DATA_ERROR' ? 'it is no saved run, or was changed' : message
  return invalid(`${path} can't be read: ${why}`, 'Name a file that "seaworthy trial --save FILE" wrote.')
}

function cutOff(path: string): SeaworthyError {
  return invalid(`${path} is cut off: its end is missing`, 'Save the run once more, and let it come to its end.')
}

function invalid(message: string, hint: string): SeaworthyError {
  return new SeaworthyError('SEA_TRIAL_SAVED_INVALID', message, { hint })
}

type Open = Omit<Lifetime, 'events'> & { readonly events: HistoryEvent[]; readonly eventCount: number }

/** Puts the lines together again. */
class RunReader {
  readonly #path: string
  readonly #sailed: (SailedVoyage & { readonly lifetimes: Lifetime[] })[] = []
  #senders = new SharedSenders()
  #header: SavedHeader | undefined
  #end: SavedEnd | undefined
  #open: Open | undefined

  constructor(path: string) {
    this.#path = path
  }

  take(line: string): void {
    const value = this.#parse(line)
    if (this.#header === undefined) this.#header = this.#readHeader(value)
    else if ('record' in value) this.#takeRecord(value as unknown as Exclude<SavedRecord, SavedHeader>)
    else if (this.#open !== undefined) this.#open.events.push(this.#senders.share(value as unknown as HistoryEvent))
    else throw this.#strange()
  }

  done(): SavedRun {
    this.#close()
    if (this.#header === undefined || this.#end === undefined) throw cutOff(this.#path)
    const { record: _, format: __, ...settings } = this.#header
    const { tookMs, isInterrupted } = this.#end
    return { settings, sailed: this.#sailed, tookMs, isInterrupted }
  }

  #takeRecord(record: Exclude<SavedRecord, SavedHeader>): void {
    this.#close()
    if (record.record === 'end') this.#end = record
    else if (record.record === 'voyage') {
      const { record: _, ...voyage } = record
      this.#sailed.push({ ...voyage, lifetimes: [] })
    } else if (this.#sailed.length > 0) {
      const { record: _, ...lifetime } = record
      this.#open = { ...lifetime, events: [] }
      this.#senders = new SharedSenders()
    } else throw this.#strange()
  }

  #close(): void {
    if (this.#open === undefined) return
    const { eventCount, ...lifetime } = this.#open
    if (lifetime.events.length !== eventCount) throw cutOff(this.#path)
    this.#sailed.at(-1)?.lifetimes.push(lifetime)
    this.#open = undefined
  }

  #readHeader(value: Readonly<Record<string, unknown>>): SavedHeader {
    if (value['record'] !== SAVED_NAME)
      throw invalid(`${this.#path} is no saved run`, 'Name a file that "seaworthy trial --save FILE" wrote.')
    if (value['format'] === SAVED_FORMAT) return value as unknown as SavedHeader
    throw invalid(
      `${this.#path} has format ${String(value['format'])}, and this version reads format ${SAVED_FORMAT}`,
      `Replay it with the version that saved it: seaworthy ${String(value['version'])}.`,
    )
  }

  #parse(line: string): Readonly<Record<string, unknown>> {
    try {
      const value: unknown = JSON.parse(line)
      if (typeof value === 'object' && value !== null) return value as Readonly<Record<string, unknown>>
    } catch {
      // Said below.
    }
    throw this.#strange()
  }

  #strange(): SeaworthyError {
    return invalid(
      `${this.#path} is no saved run, or was changed`,
      'Name a file that "seaworthy trial --save FILE" wrote.',
    )
  }
}
