import { readFully } from './positioned-io.ts'
import { isWhole, RECORD_HEADER_BYTES } from './record-format.ts'
import type { SpoolEntry } from './segment.ts'

/** The bytes of a chunk that is on disk; `undefined` when they are damaged or cannot be read. Never rejects. */
export async function readRecord(entry: SpoolEntry): Promise<Uint8Array | undefined> {
  const { segment, position } = entry
  if (segment === undefined) return undefined
  segment.use()
  try {
    const record = Buffer.allocUnsafe(RECORD_HEADER_BYTES + entry.byteLength)
    const count = await readFully(segment.fd, record, position)
    const isUsable = count === record.byteLength && isWhole(record)
    return isUsable ? record.subarray(RECORD_HEADER_BYTES) : undefined
  } catch {
    return undefined
  } finally {
    segment.release()
  }
}
