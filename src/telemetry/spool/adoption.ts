import { close, constants, fstat, open, type Stats } from 'node:fs'
import { mkdir, open as openFile, rename } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Signal } from '../../otlp/model.ts'
import { decodeMarks, MARK_BYTES } from './done-marks.ts'
import { readFully } from './positioned-io.ts'
import { Segment, SpoolEntry } from './segment.ts'
import { decodeSegmentHeader, SEGMENT_HEADER_BYTES } from './segment-header.ts'
import { scanSegment } from './segment-scan.ts'

/** More marks than a segment of any size has records in practice; the others are delivered twice. */
const MAX_DONE_BYTES = 4 * 1024 * 1024
const READ_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0)

/** Times are those of files: seconds since 1970, while the spool measures on a clock. */
export interface AdoptionOptions {
  readonly directory: string
  /** Where what is of another version is put beside. */
  readonly keptDirectory: string
  readonly toClock: (unixMs: number) => number
  readonly damaged: (signal: Signal | undefined, items: number) => void
  /** Whether to stop here: what has not been read stays as it is. */
  readonly isClosing: () => boolean
}

/** A segment of an earlier process, open, with nothing read of it but how old it is. */
export interface FoundSegment {
  readonly segment: Segment
  readonly settled: ReadonlySet<number>
}

/** Opens a segment that was taken over. @returns `undefined` for one that cannot be read, or that is left alone */
export async function openSegment(name: string, options: AdoptionOptions): Promise<FoundSegment | 'kept' | undefined> {
  const path = join(options.directory, name)
  let fd: number | undefined
  try {
    fd = await openForReading(path)
    const found = await statOf(fd)
    const bytes = Buffer.alloc(SEGMENT_HEADER_BYTES)
    const header = decodeSegmentHeader(bytes.subarray(0, await readFully(fd, bytes, 0)))
    if (header.kind === 'other-version') {
      close(fd, () => {})
      await putBeside(path, options.keptDirectory)
      return 'kept'
    }
    const createdUnixMs = header.kind === 'whole' ? header.createdUnixMs : found.mtimeMs
    const settled = await readMarks(`${path}.done`)
    const segment = new Segment({
      path,
      fd,
      size: found.size,
      doneSize: settled.byteLength,
      createdAt: options.toClock(createdUnixMs),
      newestAt: options.toClock(found.mtimeMs),
    })
    return { segment, settled: settled.offsets }
  } catch {
    if (fd !== undefined) close(fd, () => {})
    return undefined
  }
}

/**
 * Reads what is unsettled of it, a block at a time, each followed by a turn of the loop.
 *
 * @yields the chunks of a block, in the order in which they were written
 * @returns whether it came to the end
 */
export async function* readUnsettled(
  { segment, settled }: FoundSegment,
  options: AdoptionOptions,
): AsyncGenerator<readonly SpoolEntry[], boolean> {
  segment.use()
  try {
    for await (const found of scanSegment(segment.fd, segment.size)) {
      if (options.isClosing()) return false
      const entries: SpoolEntry[] = []
      for (const one of found) {
        if (one.kind === 'damaged') {
          options.damaged(one.signal, one.items)
          continue
        }
        if (settled.has(one.position)) continue
        const since = options.toClock(one.header.sinceUnixMs)
        const entry = new SpoolEntry(one.signal, one.header.items, one.header.length, since, undefined)
        entry.segment = segment
        entry.position = one.position
        segment.unsettled.add(entry)
        entries.push(entry)
      }
      if (entries.length > 0) yield entries
    }
  } catch {
    // The disk gives no more of it.
    options.damaged(undefined, 0)
  } finally {
    segment.release()
  }
  return true
}

async function readMarks(path: string): Promise<{ offsets: ReadonlySet<number>; byteLength: number }> {
  try {
    const file = await openFile(path, READ_FLAGS)
    try {
      const { size } = await file.stat()
      const bytes = Buffer.alloc(Math.min(size, MAX_DONE_BYTES))
      const { bytesRead } = await file.read(bytes, 0, bytes.byteLength, 0)
      // A torn mark at the end is overwritten by the next one.
      const byteLength = bytesRead - (bytesRead % MARK_BYTES)
      return { offsets: decodeMarks(bytes.subarray(0, byteLength)), byteLength }
    } finally {
      await file.close()
    }
  } catch {
    return { offsets: new Set(), byteLength: 0 }
  }
}

async function putBeside(path: string, keptDirectory: string): Promise<void> {
  await mkdir(keptDirectory, { recursive: true, mode: 0o700 }).catch(() => {})
  for (const each of [path, `${path}.done`]) await rename(each, join(keptDirectory, basename(each))).catch(() => {})
}

function openForReading(path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    open(path, READ_FLAGS, (error, fd) => (error === null ? resolve(fd) : reject(error)))
  })
}

function statOf(fd: number): Promise<Stats> {
  return new Promise((resolve, reject) => {
    fstat(fd, (error, found) => (error === null ? resolve(found) : reject(error)))
  })
}
