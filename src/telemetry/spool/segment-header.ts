import { crc32 } from 'node:zlib'
import { readUnixMs, writeUnixMs } from './record-format.ts'

/** Of all files of the spool. Another version is left alone: a newer release, rolled back to this one, has written it. */
export const SPOOL_VERSION = 1

/** `[8 bytes magic][u32 version][u32 crc32][u64 created, unix ms][8 bytes, zero]` */
export const SEGMENT_HEADER_BYTES = 32
const MAGIC = Buffer.from('SEASPOOL', 'latin1')

export type SegmentHeader =
  | { readonly kind: 'whole'; readonly createdUnixMs: number }
  | { readonly kind: 'other-version'; readonly version: number }
  /** Records behind it may be undamaged: each has a checksum of its own. */
  | { readonly kind: 'damaged' }

export function encodeSegmentHeader(createdUnixMs: number, version = SPOOL_VERSION): Buffer {
  const header = Buffer.alloc(SEGMENT_HEADER_BYTES)
  MAGIC.copy(header)
  header.writeUInt32LE(version, 8)
  writeUnixMs(header, createdUnixMs, 16)
  header.writeUInt32LE(checksum(header), 12)
  return header
}

export function decodeSegmentHeader(bytes: Buffer): SegmentHeader {
  if (bytes.byteLength < SEGMENT_HEADER_BYTES) return { kind: 'damaged' }
  const header = bytes.subarray(0, SEGMENT_HEADER_BYTES)
  if (!header.subarray(0, MAGIC.length).equals(MAGIC) || header.readUInt32LE(12) !== checksum(header)) {
    return { kind: 'damaged' }
  }
  const version = header.readUInt32LE(8)
  return version === SPOOL_VERSION
    ? { kind: 'whole', createdUnixMs: readUnixMs(header, 16) }
    : { kind: 'other-version', version }
}

function checksum(header: Buffer): number {
  return crc32(header.subarray(16), crc32(header.subarray(0, 12)))
}
