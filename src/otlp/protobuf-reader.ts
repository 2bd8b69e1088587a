import { Buffer, isUtf8 } from 'node:buffer'
import { describePosition } from './describe-position.ts'
import { MAX_ITEMS, MAX_LISTED_COUNTS, MAX_VALUES } from './limits.ts'
import { malformed } from './malformed.ts'
import type { MessageLayout } from './message-layout.ts'
import { TextCache } from './text-cache.ts'

const TWO_TO_32 = 2 ** 32
const TEXTS = new TextCache()
const WIRE_TYPES = ['varint', '64-bit', 'length-delimited', 'group start', 'group end', '32-bit', '6', '7'] as const

/**
 * Reads protobuf wire format, forward only. A message is read by a loop while `position < end`, a `switch` over whole
 * tags (field number and wire type in one number), {@link ProtobufReader.skip} for all other tags, and
 * {@link ProtobufReader.leave} after it. Scalars are only checked against the end of the buffer; `leave` catches one
 * that ran past the end of its message.
 *
 * @throws {@link SeaworthyError} `SEA_OTLP_MALFORMED` from every method, and nothing else
 * @see https://protobuf.dev/programming-guides/encoding/
 */
export class ProtobufReader {
  /** Where the next byte is read. */
  position = 0
  /** Where the outermost message ends. */
  readonly end: number
  readonly #bytes: Uint8Array
  readonly #buffer: Buffer
  readonly #view: DataView
  readonly #what: string
  readonly #layout: MessageLayout
  #low = 0
  #high = 0
  #items = 0
  #values = 0
  #listedCounts = 0
  #lastLongId = ''
  #lastLongIdAt = 0

  /** `what` and `layout` are for error messages: the name of the whole, and of the fields in it. */
  constructor(bytes: Uint8Array, what: string, layout: MessageLayout) {
    // Never a `Buffer`, whose `slice` would be a view: what was read would keep all of the request alive.
    this.#bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#what = what
    this.#layout = layout
    this.end = bytes.length
  }

  /** Field number and wire type: `number << 3 | type`. */
  tag(): number {
    const byte = this.#bytes[this.position] as number
    if (byte < 0x80) {
      this.position++
      return byte
    }
    const start = this.position
    this.#varint()
    if (this.#high !== 0) this.fail('a field number beyond 2^29', start)
    return this.#low
  }

  /** Begins a length-delimited field inside a message that ends at `end`, and returns where the field ends. */
  enter(end: number): number {
    const start = this.position
    const first = this.#bytes[start]
    let length = first as number
    if (first !== undefined && first < 0x80) {
      this.position++
    } else {
      this.#varint()
      length = this.#high * TWO_TO_32 + this.#low
    }
    if (length > end - this.position) {
      this.fail(`the length says ${length} bytes, ${Math.max(0, end - this.position)} are left`, start)
    }
    return this.position + length
  }

  /** Like {@link enter}, for an item that counts towards {@link MAX_ITEMS}. */
  enterItem(end: number): number {
    if (++this.#items > MAX_ITEMS) this.fail(`more than ${MAX_ITEMS} items in one request`)
    return this.enter(end)
  }

  /** Like {@link enter}, for an attribute or a list element, which counts towards {@link MAX_VALUES}. */
  enterValue(end: number): number {
    if (++this.#values > MAX_VALUES) this.fail(`more than ${MAX_VALUES} attributes and values in one request`)
    return this.enter(end)
  }

  /** Ends a message: what was read must end exactly where it does. */
  leave(end: number): void {
    if (this.position !== end) this.fail('a field runs past the end of its message', end - 1)
  }

  /** Skips a field that the caller doesn't know. If `layout` knows its number, its wire type was wrong. */
  skip(tag: number, end: number, layout: MessageLayout): void {
    const at = this.position - 1
    const fieldNumber = tag >>> 3
    const wireType = tag & 7
    if (fieldNumber === 0) this.fail('field number 0', at)
    if (layout[fieldNumber] !== undefined) this.fail(`wrong wire type (${WIRE_TYPES[wireType]})`, at)
    if (wireType === 0) this.#varint()
    else if (wireType === 1) this.#take(8)
    else if (wireType === 2) this.position = this.enter(end)
    else if (wireType === 5) this.#take(4)
    else this.fail(`wire type not allowed here (${WIRE_TYPES[wireType]})`, at)
  }

  /** A varint of 32 bits; like every parser, takes the low 32 of a longer one. */
  uint32(): number {
    const byte = this.#bytes[this.position] as number
    if (byte < 0x80) {
      this.position++
      return byte
    }
    this.#varint()
    return this.#low
  }

  /** A varint of 32 bits with sign, also an enum: a number without a name is kept. */
  int32(): number {
    return this.uint32() | 0
  }

  /** A varint of 32 bits in zigzag form. */
  sint32(): number {
    const value = this.uint32()
    return (value >>> 1) ^ -(value & 1)
  }

  boolean(): boolean {
    this.#varint()
    return this.#low !== 0 || this.#high !== 0
  }

  /** A varint of 64 bits without sign, rounded beyond 2^53. */
  uint64(): number {
    this.#varint()
    return this.#high * TWO_TO_32 + this.#low
  }

  /** Like {@link uint64}, for an element of a list, which counts towards {@link MAX_LISTED_COUNTS}. */
  listedUint64(): number {
    if (++this.#listedCounts > MAX_LISTED_COUNTS)
      this.fail(`more than ${MAX_LISTED_COUNTS} bucket counts in one request`)
    return this.uint64()
  }

  /** A varint of 64 bits with sign: a `bigint` beyond 2^53. */
  int64(): number | bigint {
    this.#varint()
    return this.#signed64()
  }

  /** 8 bytes with sign: a `bigint` beyond 2^53. */
  sfixed64(): number | bigint {
    this.#low = this.#fixed32At(this.#take(8))
    this.#high = this.#fixed32At(this.position - 4)
    return this.#signed64()
  }

  /** 8 bytes without sign, rounded beyond 2^53. */
  fixed64(): number {
    const at = this.#take(8)
    return this.#fixed32At(at + 4) * TWO_TO_32 + this.#fixed32At(at)
  }

  /** 8 bytes without sign, exact. */
  time(): bigint {
    return this.#view.getBigUint64(this.#take(8), true)
  }

  fixed32(): number {
    return this.#fixed32At(this.#take(4))
  }

  double(): number {
    return this.#view.getFloat64(this.#take(8), true)
  }

  /** Text. proto3 requires valid UTF-8, so anything else is refused rather than patched. */
  text(end: number): string {
    const fieldEnd = this.enter(end)
    const start = this.position
    this.position = fieldEnd
    if (start === fieldEnd) return ''
    const known = TEXTS.find(this.#bytes, start, fieldEnd)
    if (known !== undefined) return known
    // Without the name of an encoding, which would be looked up each time, it is UTF-8.
    const text = this.#buffer.toString(undefined, start, fieldEnd)
    // Node puts U+FFFD in place of what is invalid; only then it needs a second look, as U+FFFD itself is valid.
    if (text.includes('\uFFFD') && !isUtf8(this.#bytes.subarray(start, fieldEnd))) {
      this.fail('not valid UTF-8', start)
    }
    TEXTS.add(this.#bytes, start, fieldEnd, text)
    return text
  }

  /** A copy of bytes: the request's own buffer can be let go. */
  bytes(end: number): Uint8Array {
    const fieldEnd = this.enter(end)
    const start = this.position
    this.position = fieldEnd
    return this.#bytes.slice(start, fieldEnd)
  }

  /**
   * An id as lowercase hexadecimal text. Empty when it is empty or all zeros, which the protocol calls absent and
   * invalid. Any other length than `byteLength` is refused.
   */
  id(end: number, byteLength: 8 | 16): string {
    const fieldEnd = this.enter(end)
    const start = this.position
    this.position = fieldEnd
    if (start === fieldEnd) return ''
    if (fieldEnd - start !== byteLength) {
      this.fail(`an id of ${fieldEnd - start} bytes, expected ${byteLength} or none`, start)
    }
    if (byteLength === 8) return zeroToEmpty(this.#buffer.toString('hex', start, fieldEnd), '0000000000000000')
    // Spans of one trace often stand together: they then share one text.
    if (this.#lastLongId === '' || !this.#isSame(start, this.#lastLongIdAt, byteLength)) {
      this.#lastLongId = zeroToEmpty(this.#buffer.toString('hex', start, fieldEnd), '00000000000000000000000000000000')
      this.#lastLongIdAt = start
    }
    return this.#lastLongId
  }

  /** Throws, naming the field in which the byte at `at` lies. */
  fail(reason: string, at = this.position): never {
    const path = describePosition(this.#bytes, this.#layout, at)
    throw malformed(this.#what, path, `${reason} (at byte ${at} of ${this.end})`)
  }

  /** Reads a varint of up to 64 bits into `#low` and `#high`, both without sign. */
  #varint(): void {
    const bytes = this.#bytes
    const start = this.position
    let low = 0
    let high = 0
    for (let index = 0; index < 10; index++) {
      const byte = bytes[start + index]
      if (byte === undefined) this.fail('the message ends in the middle of a number', start)
      const bits = byte & 0x7f
      if (index < 4) low |= bits << (7 * index)
      else if (index === 4) {
        low |= bits << 28
        high = bits >>> 4
      } else high |= bits << (7 * index - 32)
      if (byte < 0x80) {
        if (index === 9 && byte > 1) break
        this.#low = low >>> 0
        this.#high = high >>> 0
        this.position = start + index + 1
        return
      }
    }
    this.fail('a number of more than 64 bits', start)
  }

  #signed64(): number | bigint {
    const value = (this.#high | 0) * TWO_TO_32 + this.#low
    if (Number.isSafeInteger(value)) return value
    return (BigInt(this.#high | 0) << 32n) | BigInt(this.#low)
  }

  #fixed32At(at: number): number {
    return this.#view.getUint32(at, true)
  }

  /** Passes `count` bytes and returns where they begin. */
  #take(count: number): number {
    const start = this.position
    if (count > this.end - start)
      this.fail(`the message ends too early: ${this.end - start} of ${count} bytes are left`, start)
    this.position = start + count
    return start
  }

  #isSame(at: number, other: number, length: number): boolean {
    const bytes = this.#bytes
    for (let index = 0; index < length; index++) if (bytes[at + index] !== bytes[other + index]) return false
    return true
  }
}

function zeroToEmpty(id: string, zero: string): string {
  return id === zero ? '' : id
}
