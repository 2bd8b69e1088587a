/*
 * The pieces of the wire format, into bytes that have room for them. What takes a position gives back the one behind.
 */

const TWO_TO_32 = 2 ** 32
const NANOS_PER_SECOND = 1_000_000_000

/*
 * V8 keeps strings in a dozen shapes. Code that has seen more than four of them looks the method up anew for each
 * character, which takes three to four times as long as the copying itself.
 */
// oxlint-disable-next-line typescript/unbound-method -- it is called on the text
const { charCodeAt } = String.prototype

/** Up to this length together, key and text of a pair need one byte for each of their lengths. */
export const SHORT_PAIR = 121

/** How many bytes a length takes. */
export function varintSize(value: number): number {
  if (value < 0x80) return 1
  if (value < 0x4000) return 2
  if (value < 0x20_0000) return 3
  return value < 0x1000_0000 ? 4 : 5
}

/** Without sign and exact as far as `number` is. */
export function writeVarint(bytes: Uint8Array, start: number, value: number): number {
  let at = start
  let rest = value
  while (rest >= 0x8000_0000) {
    bytes[at++] = (rest % 128) | 0x80
    rest = Math.floor(rest / 128)
  }
  while (rest >= 0x80) {
    bytes[at++] = (rest & 0x7f) | 0x80
    rest >>>= 7
  }
  bytes[at++] = rest
  return at
}

/** Writes length (of one byte) and text, if it is all ASCII: then the length is known beforehand. Otherwise 0. */
export function writeShortAscii(bytes: Uint8Array, start: number, value: string): number {
  const { length } = value
  let at = start + 1
  for (let index = 0; index < length; index++) {
    const unit = charCodeAt.call(value, index)
    if (unit >= 0x80) return 0
    bytes[at++] = unit
  }
  bytes[start] = length
  return at
}

/** Writes a `KeyValue` whose value is text, both together at most {@link SHORT_PAIR} long. 0 unless all is ASCII. */
export function writeTextPair(bytes: Uint8Array, start: number, tag: number, key: string, value: string): number {
  let at = writeVarint(bytes, start, tag)
  bytes[at++] = key.length + value.length + 6
  bytes[at++] = 10
  at = writeShortAscii(bytes, at, key)
  if (at === 0) return 0
  bytes[at++] = 18
  bytes[at++] = value.length + 2
  bytes[at++] = 10
  return writeShortAscii(bytes, at, value)
}

/**
 * Writes a `KeyValue` whose value is a small whole number without sign (`field` 24) or a truth value (16), its key at most
 * 100 long. 0 unless the key is ASCII.
 */
export function writeNumberPair(
  bytes: Uint8Array,
  start: number,
  tag: number,
  key: string,
  field: 16 | 24,
  value: number,
): number {
  const size = varintSize(value)
  let at = writeVarint(bytes, start, tag)
  bytes[at++] = key.length + size + 5
  bytes[at++] = 10
  at = writeShortAscii(bytes, at, key)
  if (at === 0) return 0
  bytes[at++] = 18
  bytes[at++] = size + 1
  bytes[at++] = field
  return writeVarint(bytes, at, value)
}

/** The seconds of the latest time that was written: most times that follow each other have the same. */
let latestSeconds = 0
let latestHigh = 0
let latestLow = 0

/** Seconds and nanoseconds since 1970 in 8 bytes. What is before 1970, beyond 64 bits or no number becomes 0. */
export function writeTime(view: DataView, at: number, seconds: number, nanos: number): void {
  if (seconds !== latestSeconds) {
    // seconds = a · 2^16 + b: no product goes beyond the 2^53 that a number holds exactly.
    const a = Math.floor(seconds / 65_536)
    const scaled = a * NANOS_PER_SECOND
    const rest = (scaled % 65_536) * 65_536 + (seconds - a * 65_536) * NANOS_PER_SECOND
    const carry = Math.floor(rest / TWO_TO_32)
    latestHigh = Math.floor(scaled / 65_536) + carry
    latestLow = rest - carry * TWO_TO_32
    latestSeconds = seconds
  }
  const sum = latestLow + Math.round(nanos)
  const carry = Math.floor(sum / TWO_TO_32)
  const high = latestHigh + carry
  const isTime = high >= 0 && high < TWO_TO_32
  view.setUint32(at, isTime ? sum - carry * TWO_TO_32 : 0, true)
  view.setUint32(at + 4, isTime ? high : 0, true)
}
