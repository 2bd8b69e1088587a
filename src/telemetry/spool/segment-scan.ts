import { crc32 } from 'node:zlib'
import type { Signal } from '../../otlp/model.ts'
import { readFully } from './positioned-io.ts'
import { decodeRecordHeader, RECORD_HEADER_BYTES, type RecordHeader, recordSeed } from './record-format.ts'
import { SEGMENT_HEADER_BYTES } from './segment-header.ts'

/** Read in one turn of the loop: its checksum takes some 3 µs; full of the smallest records it takes about 0.2 ms. */
const BLOCK_BYTES = 16 * 1024
/** September 2020 to 2100: what lies outside was not written by a clock. */
const EARLIEST_UNIX_MS = 1_600_000_000_000
const LATEST_UNIX_MS = 4_100_000_000_000
/** Behind so many damaged records in a row it is a matter of chance where the next one begins. */
const MAX_DAMAGED_IN_A_ROW = 16

export type Scanned =
  | { readonly kind: 'record'; readonly position: number; readonly header: RecordHeader; readonly signal: Signal }
  /** `items` is 0 where nobody knows any more. */
  | { readonly kind: 'damaged'; readonly signal: Signal | undefined; readonly items: number }

/**
 * Reads a segment from its first record to its end, a block at a time, so that neither its size nor that of a record
 * matters. What comes out as a record has a checksum that fits. A damaged one is passed over by its own length; where
 * that leads nowhere either, the rest of the file is left.
 *
 * Rejects with what the file system says.
 *
 * @yields what one block holds; the loop turns in between
 */
export async function* scanSegment(fd: number, size: number): AsyncGenerator<readonly Scanned[]> {
  const block = new BlockReader(fd, size)
  let found: Scanned[] = []
  let position = SEGMENT_HEADER_BYTES
  let damagedInARow = 0
  while (position + RECORD_HEADER_BYTES <= size) {
    if (!block.holds(position, RECORD_HEADER_BYTES)) {
      if (found.length > 0) yield found
      found = []
      await block.load(position)
      if (!block.holds(position, RECORD_HEADER_BYTES)) return
    }
    const offset = position - block.start
    const header = decodeRecordHeader(block.bytes, offset)
    if (isBlank(header)) break
    const end = position + RECORD_HEADER_BYTES + header.length
    const seed = recordSeed(block.bytes, offset)
    const isWhole = end <= size && (await block.checksum(position + RECORD_HEADER_BYTES, end, seed)) === header.crc
    if (isWhole && header.signal !== undefined) {
      found.push({ kind: 'record', position, header, signal: header.signal })
      damagedInARow = 0
    } else {
      const isLikely = isPlausible(header)
      if (isLikely || damagedInARow === 0) {
        found.push({ kind: 'damaged', signal: header.signal, items: isLikely ? header.items : 0 })
      }
      if (end > size || ++damagedInARow === MAX_DAMAGED_IN_A_ROW) break
    }
    position = end
  }
  if (found.length > 0) yield found
}

/** Where a machine lost power, a file may be longer than what was written to it, and the rest is zeros. */
function isBlank(header: RecordHeader): boolean {
  return header.length === 0 && header.crc === 0 && header.items === 0
}

/** Whether a record that is damaged somewhere has its header at least, as it seems. An item takes two bytes or more. */
function isPlausible({ signal, items, length, sinceUnixMs }: RecordHeader): boolean {
  const isInTime = sinceUnixMs > EARLIEST_UNIX_MS && sinceUnixMs < LATEST_UNIX_MS
  return signal !== undefined && items > 0 && items * 2 <= length && isInTime
}

class BlockReader {
  readonly #fd: number
  readonly #size: number
  readonly #buffer = Buffer.allocUnsafe(BLOCK_BYTES)
  start = 0
  bytes: Buffer = this.#buffer.subarray(0, 0)

  constructor(fd: number, size: number) {
    this.#fd = fd
    this.#size = size
  }

  holds(position: number, length: number): boolean {
    return position >= this.start && position + length <= this.start + this.bytes.byteLength
  }

  async load(position: number): Promise<void> {
    const length = Math.min(BLOCK_BYTES, this.#size - position)
    const count = await readFully(this.#fd, this.#buffer.subarray(0, length), position)
    this.start = position
    this.bytes = this.#buffer.subarray(0, count)
  }

  /** Of what lies from `from` to `to`, piece by piece. `undefined` where the file ends before. */
  async checksum(from: number, to: number, seed: number): Promise<number | undefined> {
    let crc = seed
    let at = from
    while (at < to) {
      if (!this.holds(at, 1)) {
        await this.load(at)
        if (!this.holds(at, 1)) return undefined
      }
      const offset = at - this.start
      const piece = this.bytes.subarray(offset, Math.min(this.bytes.byteLength, offset + (to - at)))
      crc = crc32(piece, crc)
      at += piece.byteLength
    }
    return crc
  }
}
