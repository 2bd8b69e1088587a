import { crc32 } from 'node:zlib'
import type { Signal } from '../../otlp/model.ts'

/**
 * A record: `[u32 length][u32 crc32][u8 signal][u32 items][u64 since][payload]`, little-endian. `length` is that of the
 * payload; `since` is in unix milliseconds. The checksum is over all that follows it and begins with the length, so that
 * a damaged length is noticed as well.
 */
export const RECORD_HEADER_BYTES = 21
const CHECKED_FROM = 8
const SIGNALS: readonly Signal[] = ['traces', 'metrics', 'logs']

/** What a record says of itself. */
export interface RecordHeader {
  readonly length: number
  readonly crc: number
  /** `undefined` for a number that is none: the record is damaged. */
  readonly signal: Signal | undefined
  readonly items: number
  readonly sinceUnixMs: number
}

/** The header that belongs in front of `payload`. */
export function encodeRecordHeader(signal: Signal, items: number, sinceUnixMs: number, payload: Uint8Array): Buffer {
  const header = Buffer.allocUnsafe(RECORD_HEADER_BYTES)
  header.writeUInt32LE(payload.byteLength, 0)
  header[8] = SIGNALS.indexOf(signal)
  header.writeUInt32LE(items, 9)
  writeUnixMs(header, sinceUnixMs, 13)
  header.writeUInt32LE(crc32(payload, recordSeed(header, 0)), 4)
  return header
}

/** Reads the header at `offset`; all its bytes must be there. */
export function decodeRecordHeader(bytes: Buffer, offset: number): RecordHeader {
  return {
    length: bytes.readUInt32LE(offset),
    crc: bytes.readUInt32LE(offset + 4),
    signal: SIGNALS[bytes[offset + 8] ?? SIGNALS.length],
    items: bytes.readUInt32LE(offset + 9),
    sinceUnixMs: readUnixMs(bytes, offset + 13),
  }
}

/** What the checksum of the payload begins with: that of the header at `offset`. */
export function recordSeed(bytes: Buffer, offset: number): number {
  return crc32(bytes.subarray(offset + CHECKED_FROM, offset + RECORD_HEADER_BYTES), bytes.readUInt32LE(offset))
}

/** Whether `record` is one whole record, undamaged. */
export function isWhole(record: Buffer): boolean {
  if (record.byteLength < RECORD_HEADER_BYTES) return false
  const { length, crc } = decodeRecordHeader(record, 0)
  if (record.byteLength !== RECORD_HEADER_BYTES + length) return false
  return crc32(record.subarray(RECORD_HEADER_BYTES), recordSeed(record, 0)) === crc
}

/** Whole milliseconds in 64 bits, without a `bigint`. */
export function writeUnixMs(target: Buffer, unixMs: number, offset: number): void {
  const whole = Number.isFinite(unixMs) ? Math.min(Number.MAX_SAFE_INTEGER, Math.max(0, Math.floor(unixMs))) : 0
  target.writeUInt32LE(whole % 0x1_0000_0000, offset)
  target.writeUInt32LE(Math.floor(whole / 0x1_0000_0000), offset + 4)
}

export function readUnixMs(bytes: Buffer, offset: number): number {
  return bytes.readUInt32LE(offset) + bytes.readUInt32LE(offset + 4) * 0x1_0000_0000
}
