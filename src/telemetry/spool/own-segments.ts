import { openSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../../core/clock.ts'
import { SEGMENT } from './orphans.ts'
import { Segment } from './segment.ts'
import type { SegmentStore } from './segment-store.ts'
import { errorCode } from './spool-failure.ts'
import type { Tenancy } from './tenancy.ts'

export interface OwnSegmentsOptions {
  readonly clock: Clock
  readonly store: SegmentStore
  readonly tenancy: Tenancy
  readonly segmentBytes: number
}

/** Makes the files that this process writes to, in the directory that is its own at the time. */
export class OwnSegments {
  readonly #options: OwnSegmentsOptions
  #number = 0

  constructor(options: OwnSegmentsOptions) {
    this.#options = options
  }

  /** A new one, with room for a record of that size. @throws what the file system says */
  open(recordBytes: number): Segment {
    const { store, tenancy, segmentBytes } = this.#options
    store.makeRoom(Math.max(segmentBytes, recordBytes), undefined)
    try {
      return this.#create()
    } catch (error) {
      if (errorCode(error) !== 'ENOENT' || tenancy.look()) throw error
      return this.#create()
    }
  }

  #create(): Segment {
    const { clock, store, tenancy } = this.#options
    const directory = tenancy.open()
    const number = String(++this.#number).padStart(6, '0')
    const path = join(directory.path, `${directory.id}-${number}${SEGMENT}`)
    const now = clock.now()
    const segment = new Segment({ path, fd: openSync(path, 'wx+', 0o600), createdAt: now, size: 0, newestAt: now })
    store.add(segment)
    return segment
  }
}
