import { basename, dirname, join } from 'node:path'
import type { Clock } from '../../core/clock.ts'
import type { Log } from '../../core/log.ts'
import type { Signal } from '../../otlp/model.ts'
import type { SpooledChunk } from '../pipeline/spool.ts'
import type { QuietLog } from '../quiet-log.ts'
import type { AdoptionOptions, FoundSegment } from './adoption.ts'
import { Leftovers } from './leftovers.ts'
import { KEPT_PREFIX, OrphanFinder, takeOver } from './orphans.ts'
import type { OwnDirectory } from './own-directory.ts'
import type { ProcessIdentity } from './process-identity.ts'
import { MAX_SEGMENTS, type SegmentStore } from './segment-store.ts'

/** Lines about directories that are left alone, in the life of a process. */
const MAX_SAID = 10

export interface AdopterOptions {
  readonly serviceDirectory: string
  readonly directory: OwnDirectory
  readonly self: ProcessIdentity
  readonly store: SegmentStore
  readonly clock: Clock
  readonly quietLog: QuietLog
  /** Never throws. */
  readonly log: Log
  readonly toClock: (unixMs: number) => number
  readonly isClosing: () => boolean
  readonly adopted: (chunks: readonly SpooledChunk[]) => void
  readonly damaged: (signal: Signal, items: number) => void
}

/** What one look around has brought. */
export interface Sweep {
  /** What other living processes of the service take on disk. */
  readonly livingBytes: number
  /** Whether the next look should come soon. */
  readonly isUnfinished: boolean
}

/** Takes over what dead processes of the same service have left, as long as one directory is ours. */
export class Adopter {
  readonly #options: AdopterOptions
  readonly #finder = new OrphanFinder()
  readonly #leftovers = new Leftovers()
  /** Directories that were said to be left alone. */
  readonly #said = new Set<string>()

  constructor(options: AdopterOptions) {
    this.#options = options
  }

  /** Rejects with what the file system says. */
  async sweep(): Promise<Sweep> {
    const { serviceDirectory, directory, self, clock, store, isClosing, quietLog } = this.#options
    const { names, livingBytes, otherVersions, isUndecided } = await this.#finder.find({
      serviceDirectory,
      self,
      ownId: directory.id,
      fileSystemNowMs: await directory.fileSystemNowMs(),
      now: clock.now(),
    })
    for (const name of otherVersions) this.#sayLeftAlone(join(serviceDirectory, name))
    const found: FoundSegment[] = []
    let tried = 0
    for (const name of names) {
      if (isClosing() || store.all.length + found.length >= MAX_SEGMENTS) break
      tried++
      found.push(...(await this.#take(name)))
    }
    found.sort((a, b) => a.segment.createdAt - b.segment.createdAt)
    let chunks = 0
    let items = 0
    let damagedRecords = 0
    const damaged = (signal: Signal | undefined, count: number): void => {
      damagedRecords++
      if (signal !== undefined && count > 0) this.#options.damaged(signal, count)
    }
    for (const one of found) {
      if (isClosing()) {
        one.segment.dispose()
        continue
      }
      for await (const entries of this.#read(one, damaged)) {
        chunks += entries.length
        for (const entry of entries) items += entry.items
        this.#options.adopted(entries)
      }
    }
    const fields = { directory: serviceDirectory, chunks, items }
    if (chunks > 0)
      quietLog.info('spool.adopted', fields, `${items} items of an earlier process are on disk: they are sent now`)
    if (damagedRecords > 0) {
      const text = `${damagedRecords} records of an earlier process are damaged on disk and lost`
      quietLog.warn('spool.damaged', { directory: serviceDirectory, records: damagedRecords }, text)
    }
    await this.#removeLeftovers()
    return { livingBytes, isUnfinished: isUndecided || tried < names.length }
  }

  /** What is of no service that still sends there. */
  async #removeLeftovers(): Promise<void> {
    const { serviceDirectory, directory, self, isClosing, quietLog } = this.#options
    if (isClosing()) return
    const root = dirname(serviceDirectory)
    const { directories, bytes } = await this.#leftovers.remove({
      root,
      own: basename(serviceDirectory),
      self,
      fileSystemNowMs: await directory.fileSystemNowMs(),
      isClosing,
    })
    if (directories === 0) return
    const text = `removed what ${directories} processes of other services or for other collectors left behind too long ago`
    quietLog.info('spool.leftovers', { directory: root, directories, bytes }, text)
  }

  async #take(name: string): Promise<readonly FoundSegment[]> {
    const { serviceDirectory, directory } = this.#options
    const taken = await takeOver(serviceDirectory, name, directory.path)
    if (taken === undefined) return []
    const keptDirectory = join(serviceDirectory, `${KEPT_PREFIX}${name}`)
    // Most processes find nothing that somebody has left, and need not know how to read it.
    const { openSegment } = await import('./adoption.ts')
    const found: FoundSegment[] = []
    let isKept = taken.kept !== undefined
    for (const segmentName of taken.segments) {
      const segment = await openSegment(segmentName, this.#reading(keptDirectory))
      if (segment === 'kept') isKept = true
      else if (segment !== undefined) found.push(segment)
    }
    if (isKept) this.#sayLeftAlone(keptDirectory)
    return found
  }

  /**
   * A segment counts against the bounds from the moment it is begun, and stays as long as it is being read.
   *
   * @yields the chunks in it, some at a time
   */
  async *#read(found: FoundSegment, damaged: AdoptionOptions['damaged']): AsyncGenerator<readonly SpooledChunk[]> {
    const { store } = this.#options
    const { segment } = found
    store.add(segment)
    segment.isBeingRead = true
    const { readUnsettled } = await import('./adoption.ts')
    const isComplete = yield* readUnsettled(found, { ...this.#reading(''), damaged })
    // Interrupted: nobody here knows what else is in it, so it stays for the next process.
    if (!isComplete) return
    segment.isBeingRead = false
    if (segment.unsettled.size === 0) store.remove(segment)
  }

  #reading(keptDirectory: string): AdoptionOptions {
    const { directory, toClock, isClosing } = this.#options
    return { directory: directory.path, keptDirectory, toClock, isClosing, damaged: () => {} }
  }

  #sayLeftAlone(path: string): void {
    if (this.#said.has(path) || this.#said.size >= MAX_SAID) return
    this.#said.add(path)
    const text = `${path} holds files that this version does not know: they are left alone, and nobody sends them`
    this.#options.log.warn({ directory: path }, text)
  }
}
