import { SHORT_PAIR, varintSize, writeShortAscii, writeVarint } from './wire-bytes.ts'

const FIRST_CAPACITY = 1024

/** The bytes of a protobuf message that is being written, which grow as needed, and messages in it. */
export class MessageBuffer {
  protected bytes: Uint8Array
  protected view: DataView
  /** Where the next byte goes. */
  protected at = 0

  /** @param capacity bytes to begin with; it grows as needed */
  constructor(capacity = FIRST_CAPACITY) {
    this.bytes = new Uint8Array(capacity)
    this.view = new DataView(this.bytes.buffer)
  }

  /** A copy of what was written. */
  finish(): Uint8Array {
    return this.bytes.slice(0, this.at)
  }

  /** How many bytes are written. Inside an open message its length does not count yet. */
  get position(): number {
    return this.at
  }

  /** How many bytes it holds on to, written or not. */
  get capacity(): number {
    return this.bytes.length
  }

  /** Forgets everything after `position`, which must be one that {@link position} told. */
  rewind(position: number): void {
    this.at = position
  }

  /** Copies the bytes from `from` to `to` into `target`. */
  copyTo(target: Uint8Array, targetStart: number, from: number, to: number): void {
    target.set(this.bytes.subarray(from, to), targetStart)
  }

  /** Bytes that are protobuf already: whole fields with their tags. */
  raw(fields: Uint8Array): void {
    this.reserve(fields.length)
    this.bytes.set(fields, this.at)
    this.at += fields.length
  }

  /**
   * Whole fields, and a `KeyValue` behind them whose value is text, all but its lengths and text in `fields` already:
   * they end with what `textPair()` writes for an empty text.
   *
   * @returns false where key and text are too long for lengths of one byte, or not ASCII: then nothing is written
   */
  rawAndText(fields: Uint8Array, keyLength: number, value: string): boolean {
    const { length } = value
    if (length + keyLength > SHORT_PAIR) return false
    this.reserve(fields.length + length)
    const { bytes } = this
    bytes.set(fields, this.at)
    const lengthAt = this.at + fields.length - 1
    const end = writeShortAscii(bytes, lengthAt, value)
    if (end === 0) return false
    bytes[lengthAt - 6 - keyLength] = keyLength + length + 6
    bytes[lengthAt - 2] = length + 2
    this.at = end
    return true
  }

  /** Begins a message inside this one; give the result to {@link close} when all of it is written. */
  open(tag: number): number {
    this.reserve(6)
    this.varint(tag)
    this.at++
    return this.at
  }

  /** Ends a message: its length goes in front of it, and most messages need the one byte left for that. */
  close(start: number): void {
    const length = this.at - start
    const extra = varintSize(length) - 1
    if (extra > 0) {
      this.reserve(extra)
      this.bytes.copyWithin(start + extra, start, this.at)
    }
    this.at = start - 1
    this.varint(length)
    this.at += length
  }

  /** As {@link open}, for a message that will mostly be 128 to 16,383 bytes long: then {@link closeWide} moves nothing. */
  openWide(tag: number): number {
    this.reserve(7)
    this.varint(tag)
    this.at += 2
    return this.at
  }

  /** Ends a message that {@link openWide} began. */
  closeWide(start: number): void {
    const length = this.at - start
    if (length >= 0x80 && length < 0x4000) {
      this.bytes[start - 2] = (length & 0x7f) | 0x80
      this.bytes[start - 1] = length >>> 7
      return
    }
    const shift = varintSize(length) - 2
    if (shift > 0) this.reserve(shift)
    this.bytes.copyWithin(start + shift, start, this.at)
    this.at = start - 2
    this.varint(length)
    this.at += length
  }

  /** Without sign and exact as far as `number` is. The caller has reserved the room. */
  protected varint(value: number): void {
    this.at = writeVarint(this.bytes, this.at, value)
  }

  /** Makes room for as many bytes. */
  protected reserve(count: number): void {
    const needed = this.at + count
    if (needed <= this.bytes.length) return
    const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2))
    grown.set(this.bytes.subarray(0, this.at))
    this.bytes = grown
    this.view = new DataView(grown.buffer)
  }
}
