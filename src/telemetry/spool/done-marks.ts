import { crc32 } from 'node:zlib'

/** A mark: `[u32 offset of the record][u32 crc32 of these four bytes]`. */
export const MARK_BYTES = 8

/** The marks of delivered records, as they are appended to `<segment>.done`. */
export function encodeMarks(offsets: readonly number[]): Buffer {
  const bytes = Buffer.allocUnsafe(offsets.length * MARK_BYTES)
  for (let at = 0; at < bytes.byteLength; at += MARK_BYTES) {
    bytes.writeUInt32LE(offsets[at / MARK_BYTES] ?? 0, at)
    bytes.writeUInt32LE(crc32(bytes.subarray(at, at + 4)), at + 4)
  }
  return bytes
}

/** The offsets. A damaged mark is passed over: its record is delivered twice, while a wrong one would lose a record. */
export function decodeMarks(bytes: Buffer): ReadonlySet<number> {
  const offsets = new Set<number>()
  for (let at = 0; at + MARK_BYTES <= bytes.byteLength; at += MARK_BYTES) {
    if (crc32(bytes.subarray(at, at + 4)) === bytes.readUInt32LE(at + 4)) offsets.add(bytes.readUInt32LE(at))
  }
  return offsets
}
